//! The reader against a strict parser: on real headers and on generated ones.

use super::strict::verdict;
use super::verdict::shape;
use crate::facts::HeaderShape;
use std::path::{Path, PathBuf};

/// Where the corpus is, if it is anywhere.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("SEGUE_CORPUS").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    let required = std::env::var("SEGUE_REQUIRE").is_ok_and(|names| names.contains("corpus"));
    assert!(!required, "the corpus is required, but {} is no folder", folder.display());
    println!("skipped: no corpus at {}", folder.display());
    None
}

fn markdown_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            markdown_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
}

/// What real headers have that a strict parser accepts and our reader reads otherwise, with the reason
/// why that is right. Each must be reported as a difference.
const KNOWN_DIFFERENCES: &[(&str, &str)] =
    &[("{{", "the hole of a template is text that is not filled in yet, not a map with a map as its key")];

#[test]
fn real_headers_read_as_a_strict_parser_reads_them() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    markdown_files(&corpus, &mut files);
    let (mut headers, mut accepted, mut unequal) = (0, 0, Vec::new());
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let header = crate::header::find(&text);
        if header.shape != HeaderShape::Closed {
            continue;
        }
        headers += 1;
        let source = header.content.of(&text);
        match verdict(&text, header.content, &header.yaml) {
            Ok(theirs) => {
                accepted += 1;
                if theirs == shape(header.yaml.root.as_ref()) {
                    assert_eq!(header.strict, [], "{}", path.display());
                    continue;
                }
                let known = KNOWN_DIFFERENCES.iter().find(|(part, _)| source.contains(part));
                if let Some((_, reason)) = known {
                    println!("differs: {} because {reason}", path.display());
                    assert!(header.strict.iter().all(|objection| objection.differs && objection.quote));
                    assert!(!header.strict.is_empty());
                } else {
                    unequal.push(format!("{}: {theirs:?}\nours: {:?}", path.display(), header.yaml));
                }
            }
            Err(refusal) => {
                println!("refused: {} {refusal:?}", path.display());
                for objection in &header.strict {
                    println!("    {:?} {}", objection.span.of(&text), objection.message);
                }
                for error in &header.yaml.errors {
                    println!("    error {:?} {:?}", error.span.of(&text), error.kind);
                }
                assert!(!header.strict.is_empty() || !header.yaml.errors.is_empty(), "{}", path.display());
            }
        }
    }
    println!("{headers} headers, {accepted} accepted by the strict parser, {} unequal", unequal.len());
    assert!(unequal.is_empty(), "{}", unequal.join("\n"));
}
