//! Changes of several files at once, as plain data: what a rename, a move or a refactoring brings
//! with it.

use crate::diagnostics::Edit;
use segue_syntax::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// New files, then edits of files, then files that move, then files that go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// New files with their texts, by path. Nothing is at their paths yet.
    pub creates: BTreeMap<Arc<str>, String>,
    /// Edits, by path before any move.
    pub files: BTreeMap<Arc<str>, FileChanges>,
    /// What moves.
    pub moves: Vec<Move>,
    /// Files and folders that go.
    pub deletes: Vec<Arc<str>>,
}

/// The edits of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChanges {
    /// The text that the edits' spans count in.
    pub text: Arc<str>,
    /// The edits, in order, not overlapping.
    pub edits: Vec<(Edit, Why)>,
}

/// Why something is edited: what an editor groups edits by when it shows them first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It is what was asked for, and needs no word.
    Asked,
    /// The thing's own name.
    Name,
    /// A link to it.
    Link,
    /// A use of its name where it can mean nothing else.
    Use,
    /// Its name in text, where a word could be meant.
    Mention,
    /// A glob that begins with its path.
    Glob,
    /// A link to what is deleted.
    Unlink,
    /// What an agent learnt.
    Lesson,
}

/// A file or folder that gets another path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Its path.
    pub from: String,
    /// Its new path.
    pub to: String,
}

impl Changes {
    /// Edits of one file, as they were asked for.
    #[must_use]
    pub fn of_file(path: &Arc<str>, text: &Arc<str>, edits: Vec<Edit>) -> Self {
        let mut changes = Self::default();
        for edit in edits {
            changes.add(path, text, edit.span, edit.insert, Why::Asked);
        }
        changes
    }

    /// One new file.
    #[must_use]
    pub fn of_new(path: &str, text: String) -> Self {
        Self { creates: BTreeMap::from([(path.into(), text)]), ..Self::default() }
    }

    /// Adds an edit. One that changes nothing is left out, and one that overlaps an earlier one.
    pub fn add(&mut self, path: &Arc<str>, text: &Arc<str>, span: Span, insert: String, why: Why) {
        if span.of(text) == insert {
            return;
        }
        let file = self
            .files
            .entry(path.clone())
            .or_insert_with(|| FileChanges { text: text.clone(), edits: Vec::new() });
        let place =
            file.edits.partition_point(|(own, _)| (own.span.start, own.span.end) < (span.start, span.end));
        let before = place.checked_sub(1).and_then(|before| file.edits.get(before));
        let free = before.is_none_or(|(own, _)| own.span.end <= span.start)
            && file.edits.get(place).is_none_or(|(own, _)| span.end <= own.span.start && own.span != span);
        if free {
            file.edits.insert(place, (Edit { span, insert }, why));
        }
    }

    /// Adds all of another's.
    pub fn extend(&mut self, other: Self) {
        self.creates.extend(other.creates);
        for (path, file) in other.files {
            for (edit, why) in file.edits {
                self.add(&path, &file.text, edit.span, edit.insert, why);
            }
        }
        self.moves.extend(other.moves);
        self.deletes.extend(other.deletes);
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.creates.is_empty() && self.files.is_empty() && self.moves.is_empty() && self.deletes.is_empty()
    }

    /// The texts afterwards, by path: `None` for a file that is gone. `read` gives a file's text as it is
    /// now. `None` where something changed meanwhile or is in the way. Only files can move here: whoever
    /// carries out moves of folders has to look into them.
    #[must_use]
    pub fn outcome(&self, read: &dyn Fn(&str) -> Option<String>) -> Option<BTreeMap<String, Option<String>>> {
        let mut texts: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (path, text) in &self.creates {
            if read(path).is_some() {
                return None;
            }
            texts.insert(path.to_string(), Some(text.clone()));
        }
        for (path, file) in &self.files {
            if read(path)? != *file.text {
                return None;
            }
            texts.insert(path.to_string(), Some(file.applied()?));
        }
        for one in &self.moves {
            let text = texts.remove(&one.from).flatten().or_else(|| read(&one.from))?;
            if read(&one.to).is_some() || texts.get(&one.to).is_some_and(Option::is_some) {
                return None;
            }
            texts.insert(one.from.clone(), None);
            texts.insert(one.to.clone(), Some(text));
        }
        for path in &self.deletes {
            texts.insert(path.to_string(), None);
        }
        Some(texts)
    }
}

impl FileChanges {
    /// The text after the edits; `None` where they do not fit it.
    #[must_use]
    pub fn applied(&self) -> Option<String> {
        let mut after = String::with_capacity(self.text.len());
        let mut done = 0;
        for (edit, _) in &self.edits {
            let range = edit.span.range();
            after.push_str(self.text.get(done..range.start)?);
            self.text.get(range.clone())?;
            after.push_str(&edit.insert);
            done = range.end;
        }
        after.push_str(self.text.get(done..)?);
        Some(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, insert: &str) -> Edit {
        Edit { span: Span::new(start, end), insert: insert.to_owned() }
    }

    #[test]
    fn edits_stay_in_order_and_apart() {
        let (path, text): (Arc<str>, Arc<str>) = ("a".into(), "abcdef".into());
        let edits = vec![
            edit(4, 5, "E"),
            edit(0, 2, "AB"),
            edit(1, 3, "overlaps"),
            edit(0, 2, "twice"),
            edit(5, 6, "f"),
            edit(2, 2, "+"),
        ];
        let changes = Changes::of_file(&path, &text, edits);
        assert_eq!(changes.files[&path].applied().as_deref(), Some("AB+cdEf"));
        assert!(Changes::of_file(&path, &text, vec![edit(0, 1, "a")]).is_empty(), "nothing changes");
    }

    #[test]
    fn edits_that_do_not_fit_are_not_made() {
        let applied = |text: &str, one: Edit| {
            FileChanges { text: text.into(), edits: vec![(one, Why::Asked)] }.applied()
        };
        assert_eq!(applied("abc", edit(2, 9, "")), None);
        assert_eq!(applied("é", edit(1, 1, "x")), None, "inside a character");
    }
}
