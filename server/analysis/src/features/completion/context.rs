//! The file in which something is proposed, understood once.

use super::Request;
use crate::clients;
use crate::config::Config;
use crate::world::World;
use crate::{line_ends, path, recognise};
use segue_catalog::{Answerers, Catalog, ClientSet, Dialect, EditorPlace, Kind, catalog};
use segue_syntax::Span;
use segue_syntax::facts::Facts;
use std::borrow::Cow;

/// What the parts of this feature read.
pub(super) struct Context<'a> {
    pub world: &'a World,
    pub path: &'a str,
    pub text: &'a str,
    pub offset: usize,
    pub kind: Kind,
    pub dialect: Dialect,
    /// Whether the file is of that kind as it stands, and not only by its place.
    pub is_settled: bool,
    pub facts: Cow<'a, Facts>,
    /// The clients that the file is for.
    pub clients: ClientSet,
    pub config: &'a Config,
    pub catalog: &'static Catalog,
    pub editor: Answerers,
}

impl<'a> Context<'a> {
    /// `None` where nothing is proposed: for files of no kind, and those that settings leave out.
    pub fn of(request: &Request<'a>) -> Option<Self> {
        let Request { world, path, text, offset, editor } = *request;
        let offset = offset as usize;
        text.get(..offset)?;
        let state = world.file_at(path).map(|(_, state)| state);
        let known = state.and_then(|state| Some((state.kind?, state.dialect)));
        let (kind, dialect) = match known {
            Some(known) => known,
            // Where the header makes the kind, a file is what its place says until its header says otherwise.
            None => {
                let what = recognise::by_path(path, &|beside| world.file_at(beside).is_some())?;
                let keys = catalog().keys(what.kind, what.dialect)?;
                let may_become_one = is_blank(text) || begins_header(text, |key| keys.get(key).is_some());
                may_become_one.then_some((what.kind, what.dialect))?
            }
        };
        if path::extension(path) != "md" {
            return None;
        }
        let own = state.filter(|state| state.text.as_deref() == Some(text)).and_then(|state| state.facts());
        let facts = own.map_or_else(|| Cow::Owned(Facts::of(text)), Cow::Borrowed);
        let config = world.config(path);
        if config.excludes(path) || clients::concerns_nobody(path, kind, dialect, &facts, config) {
            return None;
        }
        let clients = clients::of_file(path, kind, dialect, &facts, config);
        Some(Self {
            world,
            path,
            text,
            offset,
            kind,
            dialect,
            is_settled: known.is_some(),
            facts,
            clients,
            config,
            catalog: catalog(),
            editor,
        })
    }

    /// Whether nothing stands in the file yet, or no more than a word that somebody began.
    pub fn is_blank(&self) -> bool {
        is_blank(self.text)
    }

    /// The line end of the document.
    pub fn line_end(&self) -> &'static str {
        line_ends::of_text(self.text)
    }

    /// The blanks by which the header indents, two where it does not say.
    pub fn indent(&self) -> usize {
        let content = header_content(self.text).unwrap_or_default().of(self.text);
        let indents = content.lines().map(|line| (line.len() - line.trim_start_matches(' ').len(), line));
        let deeper = indents.filter(|(indent, line)| *indent > 0 && !line.trim().is_empty());
        match deeper.map(|(indent, _)| indent).min() {
            Some(4) => 4,
            Some(3) => 3,
            _ => 2,
        }
    }

    /// What the file is called: the folder of a skill, the stem of anything else.
    pub fn own_name(&self) -> &'a str {
        if self.kind == Kind::Skill { path::folder_name(self.path) } else { crate::names::stem(self.path) }
    }

    /// Whether the editor proposes all that there is at such a place.
    pub fn editor_proposes(&self, place: EditorPlace) -> bool {
        self.catalog.editor_proposes(place, self.kind, self.editor)
    }
}

fn is_blank(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let word = text.trim();
    let begins_header = word.starts_with('-') && text.contains(['\n', '\r']);
    word.len() <= 24 && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') && !begins_header
}

/// Whether a text begins with a header in which nothing stands yet but known keys and a word.
fn begins_header(text: &str, is_known: impl Fn(&str) -> bool) -> bool {
    let Some(content) = header_content(text) else { return false };
    content
        .of(text)
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with([' ', '\t', '-']))
        .all(|line| match super::spot::split_key(line) {
            Some((key, _)) => is_known(key),
            None => line.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-'),
        })
}

/// The lines between the delimiters of a header, closed or not; `None` where there is none.
pub(in crate::features) fn header_content(text: &str) -> Option<Span> {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut at = start;
    let mut lines = std::iter::from_fn(|| {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let line = rest.get(..length)?;
        let begin = at;
        let end = rest.get(length..)?;
        at += length + if end.starts_with("\r\n") { 2 } else { usize::from(!end.is_empty()) };
        Some((begin, line, at))
    });
    let (_, first, content) = lines.next().filter(|(_, line, _)| is_delimiter(line))?;
    if content == start + first.len() {
        return None;
    }
    let mut looks_so_until = content;
    let mut ended = false;
    let mut blank_before = false;
    for (begin, line, next) in lines {
        if is_delimiter(line) {
            return Some(Span::new(content, begin));
        }
        ended |= !looks_like_header(line, blank_before);
        blank_before = line.trim().is_empty();
        if !ended {
            looks_so_until = next;
        }
    }
    Some(Span::new(content, looks_so_until))
}

fn is_delimiter(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.trim().is_empty())
}

/// Whether a line may stand in a header that nobody has closed yet.
fn looks_like_header(line: &str, blank_before: bool) -> bool {
    let trimmed = line.trim();
    if trimmed.is_empty() || super::spot::split_key(trimmed).is_some_and(|(key, _)| !key.contains(' ')) {
        return true;
    }
    let one_word = trimmed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_]}".contains(&byte));
    one_word
        || !blank_before
            && (line.starts_with([' ', '\t']) || trimmed.starts_with("- ") || trimmed.starts_with("#"))
}

/// Whether the byte stands on one of the lines of `content`, not on the closing delimiter.
pub(in crate::features) fn is_line_of(text: &str, content: Span, offset: usize) -> bool {
    let end = content.end as usize;
    offset < end
        || offset == end && !content.of(text).ends_with(['\n', '\r']) && offset == text.len()
        || offset == end && text.get(end..).is_some_and(str::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_while_they_are_typed() {
        for (text, content) in [
            ("---\nname: x\n---\nbody", Some("name: x\n")),
            ("\u{feff}---\r\nname: x\r\n---\r\n", Some("name: x\r\n")),
            ("---\n", Some("")),
            ("---", None),
            ("---\nna", Some("na")),
            ("---\nname: x\nde\n\n# Title\n\nText here\n", Some("name: x\nde\n\n")),
            ("---\ntools: [a,\n  b\n- c\n", Some("tools: [a,\n  b\n- c\n")),
            ("# Title\n---\n", None),
            ("", None),
        ] {
            assert_eq!(header_content(text).map(|span| span.of(text)), content, "{text:?}");
        }
    }

    #[test]
    fn a_file_with_a_word_is_still_blank() {
        for (text, blank) in [
            ("", true),
            ("\u{feff}\n\n", true),
            ("agent", true),
            ("--", true),
            ("---", true),
            ("---\n", false),
            ("two words", false),
            ("# A", false),
            ("---\nname: x", false),
        ] {
            assert_eq!(is_blank(text), blank, "{text:?}");
        }
    }
}
