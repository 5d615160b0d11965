//! Real files of many authors: the census of errors and warnings, the labelled files, mutations, and
//! every fix tried out. Skips where there is no corpus.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use rayon::prelude::*;
use segue_analysis::diagnostics::{Finding, Fix, of_file};
use segue_analysis::{Change, Host, Options, PathId, World};
use segue_catalog::{ClientId, ClientSet, Severity};
use segue_syntax::Lines;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use support::{Random, Restored, number, repositories, seed};

fn open(corpus: &Path, name: &str, folder: &Path, clients: Option<ClientSet>) -> Host {
    let disk = Arc::new(Restored::new(corpus, name, folder));
    Host::open(disk, Options { clients, ..Options::default() }, &|_| ())
}

/// Where an error or a warning stands: repository, path, line from 1, code.
type Place = (String, String, u32, String);

/// A row of `tests/corpus-verdicts.jsonl`.
#[derive(serde::Deserialize)]
struct Verdict {
    repo: String,
    path: String,
    line: u32,
    code: String,
    /// `true`, or `false` for a false alarm.
    verdict: bool,
    /// Why, in one's own words.
    reason: String,
}

fn errors_and_warnings(corpus: &Path) -> BTreeMap<Place, Vec<String>> {
    let found: Vec<(Place, String)> = repositories(corpus)
        .par_iter()
        .flat_map(|(name, folder)| {
            let world = open(corpus, name, folder, None).snapshot();
            let mut rows = Vec::new();
            for (id, _) in world.primitives() {
                let path = world.path(id);
                let text = world.text(id).unwrap_or_default();
                let lines = Lines::of(&text);
                for finding in of_file(&world, id) {
                    if finding.severity >= Severity::Warning {
                        let line = lines.line_of(finding.span.start as usize) as u32 + 1;
                        let place = (name.clone(), path.to_string(), line, finding.code.to_owned());
                        rows.push((place, format!("{}: {}", finding.severity.name(), finding.message)));
                    }
                }
            }
            rows
        })
        .collect();
    let mut places: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    for (place, message) in found {
        places.entry(place).or_default().push(message);
    }
    places
}

/// Every error and warning on real files was read by somebody who decided who is right.
#[test]
fn census() {
    let Some(corpus) = support::corpus() else { return };
    let verdicts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus-verdicts.jsonl");
    let text = std::fs::read_to_string(verdicts).unwrap_or_default();
    let mut judged: BTreeMap<Place, (bool, String)> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let row: Verdict = serde_json::from_str(line).expect("a verdict is a JSON object");
        assert!(!row.reason.trim().is_empty(), "a verdict has a reason: {line}");
        judged.insert((row.repo, row.path, row.line, row.code), (row.verdict, row.reason));
    }
    let fired = errors_and_warnings(&corpus);
    let (mut unjudged, mut by_code) = (Vec::new(), BTreeMap::<String, (usize, usize)>::new());
    for (place, messages) in &fired {
        let Some((right, _)) = judged.get(place) else {
            unjudged.push(serde_json::json!({
                "repo": place.0, "path": place.1, "line": place.2, "code": place.3, "said": messages,
            }));
            continue;
        };
        let (rights, all) = by_code.entry(place.3.clone()).or_default();
        *rights += if *right { messages.len() } else { 0 };
        *all += messages.len();
    }
    for row in &unjudged {
        println!("{row}");
    }
    let stale: Vec<_> = judged.keys().filter(|place| !fired.contains_key(*place)).collect();
    println!("{} verdicts of findings that no longer fire", stale.len());
    for place in &stale {
        println!("stale: {place:?}");
    }
    let (rights, all) = by_code.values().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
    println!("{rights} of {all} errors and warnings are true: {:.4}", rights as f64 / all.max(1) as f64);
    for (code, (rights, all)) in &by_code {
        println!("  {code}: {rights} of {all}");
    }
    assert!(unjudged.is_empty(), "{} findings that nobody judged (printed above)", unjudged.len());
    assert!(rights * 100 >= all * 98, "precision {rights}/{all} is below 0.98");
    for (code, (rights, all)) in by_code {
        assert!(all < 10 || rights * 100 >= all * 95, "{code}: {rights}/{all} is below 0.95");
    }
}

/// The labelled files, by the corpus's own counting: recall 0.95, precision 0.98.
#[test]
fn labelled_files() {
    let Some(corpus) = support::corpus() else { return };
    let (score, truth) = (corpus.join("score.py"), corpus.join("truth.jsonl"));
    if !score.is_file() || Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: no score.py or no python3");
        return;
    }
    let output = Command::new("python3")
        .arg(score)
        .arg(truth)
        .arg(&corpus)
        .args([env!("CARGO_BIN_EXE_segue"), "check"])
        .output()
        .expect("score.py runs");
    println!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "below the mark");
}

fn mutate(text: &str, random: &mut Random) -> String {
    const PIECES: &[&str] = &[
        "---\n",
        "```",
        "~~~\n",
        "\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "\t",
        "\r\n",
        "\r",
        "\u{FEFF}",
        "\u{200B}",
        "\0",
        "${input:",
        "#tool:",
        "#file:",
        "@",
        "[a](",
        "](x)",
        "[x]: ",
        "<!--",
        "-->",
        "👩‍💻",
        "漢",
        "\u{0301}",
        "tools: [",
        "handoffs:\n  - ",
        "applyTo: **",
        "*",
        "&",
        "!",
        "|",
        ">\n",
        "\\",
        "segue-ignore",
        "<a id=\"",
        "# ",
        "=\n",
        "    ",
    ];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(6) {
        let at = random.below(chars.len() + 1);
        match random.below(6) {
            0 => drop(chars.splice(at..at, random.pick(PIECES).chars())),
            1 => drop(chars.drain(at..(at + random.below(40)).min(chars.len()))),
            2 => {
                let end = (at + random.below(200)).min(chars.len());
                let piece: Vec<char> = chars[at..end].to_vec();
                let to = random.below(chars.len() + 1);
                drop(chars.splice(to..to, piece));
            }
            3 => chars.truncate(at.max(1)),
            4 => drop(chars.splice(..0, random.pick(PIECES).chars())),
            _ => {
                for c in chars.iter_mut().skip(at).take(random.below(30)) {
                    if *c == '\n' {
                        *c = '\r';
                    }
                }
            }
        }
    }
    chars.into_iter().collect()
}

fn well_placed(finding: &Finding, text: &str) -> bool {
    let inside = text.get(finding.span.range()).is_some();
    let edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
    inside
        && (!finding.span.is_empty()
            || text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}').is_empty())
        && edits.into_iter().all(|edit| text.get(edit.span.range()).is_some())
}

/// Damaged real files: no panic, and every finding on real text. `SEGUE_MUTATIONS` sets how many.
#[test]
fn mutations() {
    let Some(corpus) = support::corpus() else { return };
    let (total, seed) = (number("SEGUE_MUTATIONS", 2_000) as usize, seed());
    let repositories = repositories(&corpus);
    let share = total.div_ceil(repositories.len());
    let done: usize = repositories
        .par_iter()
        .enumerate()
        .map(|(index, (name, folder))| {
            let mut random = Random::new(seed.wrapping_add(index as u64));
            let mut host = open(&corpus, name, folder, None);
            let world = host.snapshot();
            let files: Vec<(PathId, Arc<str>, Arc<str>)> = world
                .primitives()
                .filter_map(|(id, _)| Some((id, world.path(id), world.text(id)?)))
                .collect();
            for _ in 0..share {
                let (id, path, text) = random.pick(&files);
                let mutant: Arc<str> = mutate(text, &mut random).into();
                host.apply([Change::Buffer { path: path.to_string(), text: mutant.clone(), version: None }]);
                let world = host.snapshot();
                for finding in of_file(&world, *id) {
                    assert!(well_placed(&finding, &mutant), "{name} {path}: {finding:?}\n{mutant:?}");
                }
                host.apply([Change::Closed(path.to_string())]);
            }
            share
        })
        .sum();
    println!("{done} mutated files");
}

fn apply_fix(text: &str, fix: &Fix) -> String {
    let mut fixed = text.to_owned();
    for edit in fix.edits.iter().rev() {
        fixed.replace_range(edit.span.range(), &edit.insert);
    }
    fixed
}

/// The findings of a file as a bag of code and message: ranges shift when text is mended.
fn bag(world: &World, id: PathId) -> BTreeMap<(String, String), usize> {
    let mut bag = BTreeMap::new();
    for finding in of_file(world, id) {
        *bag.entry((finding.code.to_owned(), finding.message)).or_default() += 1;
    }
    bag
}

/// Fixes that bring a file from an old form to the present one: all of them are tried.
const MIGRATIONS: &str = "frontmatter/deprecated-key";

/// Every kind of fix on real files, for each client: the finding goes (so that a second time there is nothing
/// to do), and nothing new comes at any level. `SEGUE_FIXES` sets how many of each kind but the migrations.
#[test]
fn fixes() {
    let Some(corpus) = support::corpus() else { return };
    let most = number("SEGUE_FIXES", 3) as usize;
    let audiences: Vec<Option<ClientSet>> =
        ClientId::ALL.into_iter().map(|client| Some(ClientSet::of(&[client]))).chain([None]).collect();
    let tried: usize = audiences
        .par_iter()
        .map(|clients| {
            let (mut tried, mut seen) = (0, BTreeMap::<String, usize>::new());
            for (name, folder) in repositories(&corpus) {
                let mut host = open(&corpus, &name, &folder, *clients);
                let world = host.snapshot();
                let ids: Vec<PathId> = world.primitives().map(|(id, _)| id).collect();
                for id in ids {
                    let (path, before) = (world.path(id), bag(&world, id));
                    for finding in of_file(&world, id) {
                        for fix in &finding.fixes {
                            // One kind is a rule and the words of the title that are no names.
                            let kind = format!(
                                "{} {}",
                                finding.code,
                                fix.title.split('`').step_by(2).collect::<String>()
                            );
                            let count = seen.entry(kind).or_default();
                            *count += 1;
                            if *count > most && finding.code != MIGRATIONS {
                                continue;
                            }
                            let text = world.text(id).expect("a judged file has a text");
                            let fixed = apply_fix(&text, fix);
                            host.apply([Change::Buffer {
                                path: path.to_string(),
                                text: fixed.as_str().into(),
                                version: None,
                            }]);
                            let after = bag(&host.snapshot(), id);
                            let key = (finding.code.to_owned(), finding.message.clone());
                            let gone = after.get(&key).copied().unwrap_or(0) < before[&key];
                            let new: BTreeSet<_> = after
                                .iter()
                                .filter(|(key, count)| before.get(*key).copied().unwrap_or(0) < **count)
                                // What is mended in a header is to be mended in its team's table too.
                                .filter(|(key, _)| key.0 != "part/grants")
                                .collect();
                            host.apply([Change::Closed(path.to_string())]);
                            assert!(gone, "{name} {path}: still there after {:?}: {finding:?}", fix.title);
                            assert!(
                                new.is_empty(),
                                "{name} {path}: {:?} of {finding:?} brought {new:?}",
                                fix.title
                            );
                            tried += 1;
                        }
                    }
                }
            }
            tried
        })
        .sum();
    println!("{tried} fixes tried");
}
