//! Changes of several files, as far as the client can make them.

use crate::convert::locate::Locator;
use crate::session::facts::ClientFacts;
use segue_analysis::changes::{Changes, FileChanges, Why};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;

/// Changes for a client.
#[derive(Debug, Default)]
pub struct Written {
    /// What the client makes.
    pub edit: lsp::WorkspaceEdit,
    /// What is left to do by hand, because the client cannot: sentences.
    pub left: Vec<String>,
}

/// The label of what happens to a file as a whole.
const FILES: &str = "Files";

/// Writes changes in the order in which they are made: new files, edits for the versions that were
/// looked at, moves, deletions. `None` where the text of a file is not what it was.
pub fn written(locator: &mut Locator<'_>, changes: &Changes, facts: &ClientFacts) -> Option<Written> {
    let mut writer = Writer { facts, used: BTreeSet::new(), made: Vec::new(), left: Vec::new() };
    for (path, text) in &changes.creates {
        writer.create(locator.uri(path), path, text);
    }
    for (path, file) in &changes.files {
        let edits = writer.edits(locator, path, file)?;
        let document = OfFile { uri: locator.uri(path), version: locator.version(path), edits };
        writer.made.push(Made::Edits(document));
    }
    for one in &changes.moves {
        if facts.renames_files {
            let annotation_id = writer.annotation(FILES);
            let (old_uri, new_uri) = (locator.uri(&one.from).into(), locator.uri(&one.to).into());
            let rename = lsp::RenameFile { old_uri, new_uri, options: None, annotation_id };
            writer.made.push(Made::Operation(lsp::DocumentChange::RenameFile(rename)));
        } else {
            writer.left.push(format!("Move `{}` to `{}`.", one.from, one.to));
        }
    }
    for path in &changes.deletes {
        if facts.deletes_files {
            let (uri, annotation_id) = (locator.uri(path).into(), writer.annotation(FILES));
            let delete = lsp::DeleteFile { uri, options: None, annotation_id };
            writer.made.push(Made::Operation(lsp::DocumentChange::DeleteFile(delete)));
        } else {
            writer.left.push(format!("Delete `{path}`."));
        }
    }
    Some(writer.finish())
}

/// Edits of one file.
struct OfFile {
    /// As the client names it.
    uri: String,
    /// The version that was looked at.
    version: Option<i32>,
    /// The edits.
    edits: Vec<lsp::Edit>,
}

impl OfFile {
    /// For clients that take versions.
    fn versioned(self) -> lsp::DocumentChange {
        lsp::DocumentChange::TextDocumentEdit(lsp::TextDocumentEdit {
            text_document: lsp::OptionalVersionedTextDocumentIdentifier {
                version: self.version,
                text_document_identifier: lsp::TextDocumentIdentifier { uri: self.uri.into() },
            },
            edits: self.edits,
        })
    }

    /// For clients that do not.
    fn plain(self) -> (lsp::Uri, Vec<lsp::TextEdit>) {
        let edit = |edit| match edit {
            lsp::Edit::TextEdit(edit) => Some(edit),
            lsp::Edit::AnnotatedTextEdit(edit) => Some(edit.text_edit),
            lsp::Edit::SnippetTextEdit(_) => None,
        };
        (self.uri.into(), self.edits.into_iter().filter_map(edit).collect())
    }
}

/// A step of the changes.
enum Made {
    Edits(OfFile),
    Operation(lsp::DocumentChange),
}

struct Writer<'f> {
    facts: &'f ClientFacts,
    /// The labels in use.
    used: BTreeSet<&'static str>,
    made: Vec<Made>,
    left: Vec<String>,
}

impl Writer<'_> {
    fn create(&mut self, uri: String, path: &str, text: &str) {
        if !self.facts.creates_files {
            self.left.push(format!("Create `{path}`."));
            return;
        }
        let annotation_id = self.annotation(FILES);
        let create = lsp::CreateFile { uri: uri.as_str().into(), options: None, annotation_id };
        self.made.push(Made::Operation(lsp::DocumentChange::CreateFile(create)));
        if !text.is_empty() {
            let edit = lsp::TextEdit { range: lsp::Range::default(), new_text: text.to_owned() };
            let edits = vec![self.annotated(edit, Some(FILES))];
            self.made.push(Made::Edits(OfFile { uri, version: None, edits }));
        }
    }

    fn edits(
        &mut self,
        locator: &mut Locator<'_>,
        path: &Arc<str>,
        file: &FileChanges,
    ) -> Option<Vec<lsp::Edit>> {
        let places = locator.places(path, Some(&file.text))?;
        let edit = |(edit, why): &(segue_analysis::diagnostics::Edit, Why)| {
            let edit = lsp::TextEdit { range: places.range(edit.span), new_text: edit.insert.clone() };
            self.annotated(edit, label(*why))
        };
        Some(file.edits.iter().map(edit).collect())
    }

    fn annotated(&mut self, edit: lsp::TextEdit, label: Option<&'static str>) -> lsp::Edit {
        match label.and_then(|label| self.annotation(label)) {
            Some(annotation_id) => {
                lsp::Edit::AnnotatedTextEdit(lsp::AnnotatedTextEdit { annotation_id, text_edit: edit })
            }
            None => lsp::Edit::TextEdit(edit),
        }
    }

    /// The label's own name is its number; nothing for clients that do not show it.
    fn annotation(&mut self, label: &'static str) -> Option<String> {
        self.facts.annotations.then(|| {
            self.used.insert(label);
            label.to_owned()
        })
    }

    fn finish(self) -> Written {
        let mut edit = assembled(self.made, self.facts);
        // What might be meant otherwise is asked about.
        let asked = [label(Why::Mention), label(Why::Unlink), label(Why::Lesson)];
        let annotation = |label: &&'static str| {
            let annotation = lsp::ChangeAnnotation {
                label: (*label).to_owned(),
                needs_confirmation: asked.contains(&Some(*label)).then_some(true),
                description: None,
            };
            ((*label).to_owned(), annotation)
        };
        let annotations: HashMap<_, _> = self.used.iter().map(annotation).collect();
        edit.change_annotations = (!annotations.is_empty()).then_some(annotations);
        Written { edit, left: self.left }
    }
}

fn label(why: Why) -> Option<&'static str> {
    Some(match why {
        Why::Asked => return None,
        Why::Name => "The name",
        Why::Link => "Links",
        Why::Use => "Uses in headers",
        Why::Mention => "Mentions in text",
        Why::Glob => "Globs",
        Why::Unlink => "Links to what is deleted",
        Why::Lesson => "Lessons of a run",
    })
}

fn assembled(made: Vec<Made>, facts: &ClientFacts) -> lsp::WorkspaceEdit {
    if facts.document_changes {
        let changes = made.into_iter().map(|made| match made {
            Made::Edits(edits) => edits.versioned(),
            Made::Operation(operation) => operation,
        });
        return lsp::WorkspaceEdit {
            document_changes: Some(changes.collect()),
            ..lsp::WorkspaceEdit::default()
        };
    }
    let changes = made.into_iter().filter_map(|made| match made {
        Made::Edits(edits) => Some(edits.plain()),
        Made::Operation(_) => None,
    });
    lsp::WorkspaceEdit { changes: Some(changes.collect()), ..lsp::WorkspaceEdit::default() }
}
