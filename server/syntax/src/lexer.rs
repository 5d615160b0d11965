//! What primitives add to Markdown: `#tool:`, `#file:`, `${…}`, `@…`, `/command`, `$ARGUMENTS`.
//!
//! The lexer is given the stretches that Markdown calls text, as ranges of the source, so that
//! offsets stay true and a backslash that Markdown has taken away can still be seen. In code it
//! looks for `${…}` alone.

use std::cell::Cell;
use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use crate::Span;
use crate::facts::{Token, TokenKind};

/// File extensions that make `@name.ext` an import although no `/` is in it.
const TEXT_EXTENSIONS: [&str; 12] =
    ["md", "mdc", "mdx", "markdown", "txt", "json", "jsonc", "yaml", "yml", "toml", "rst", "adoc"];

/// Collects the tokens of one file.
pub struct Lexer<'a> {
    source: &'a str,
    /// What was found, in order.
    pub tokens: Vec<Token>,
    /// Everything before this offset belongs to a token already.
    done: usize,
    /// Where the stretch of text begins that is being looked through.
    run_start: usize,
    /// The last line whose end was looked for, from where it was looked for.
    line: Cell<(usize, usize)>,
    /// A stretch that is known to have no `}`.
    unclosed: Cell<(usize, usize)>,
}

/// A token in the making: what it is, the end of the whole, the range that names something.
struct Found {
    kind: TokenKind,
    end: usize,
    name: Range<usize>,
}

impl<'a> Lexer<'a> {
    /// A lexer for `source`, the whole text of a file.
    #[must_use]
    pub fn new(source: &'a str) -> Self {
        Self {
            source,
            tokens: Vec::new(),
            done: 0,
            run_start: 0,
            line: Cell::default(),
            unclosed: Cell::default(),
        }
    }

    /// Looks through a stretch of text.
    pub fn text(&mut self, run: Range<usize>) {
        self.run_start = run.start;
        let mut at = run.start.max(self.done);
        while let Some(next) = self.next_candidate(at, run.end) {
            at = next + 1;
            let found = match self.byte(next) {
                Some(b'#') => self.hash(next, run.end),
                Some(b'$') => self.dollar(next, run.end),
                Some(b'@') => self.at_sign(next, run.end),
                Some(b'/') => self.slash(next, run.end),
                _ => None,
            };
            if let Some(found) = found {
                at = found.end.max(at);
                self.push(next, found, false);
            }
        }
    }

    /// Looks through a stretch of code, where only closed variables count.
    pub fn code(&mut self, run: Range<usize>) {
        let bytes = self.source.as_bytes();
        let mut at = run.start.max(self.done);
        while let Some(next) = bytes.get(at..run.end).and_then(|rest| memmem::find(rest, b"${")) {
            let start = at + next;
            at = start + 2;
            if let Some(found) = self.variable(start, run.end)
                && found.kind == TokenKind::Variable
                && found.end <= run.end
            {
                at = found.end;
                self.push(start, found, true);
            }
        }
    }

    /// The next byte that could begin a token.
    fn next_candidate(&self, from: usize, to: usize) -> Option<usize> {
        // A table of all bytes, eight of them looked up at a time: text is long and tokens are rare.
        const BEGINS: [bool; 256] = {
            let mut begins = [false; 256];
            begins[b'#' as usize] = true;
            begins[b'$' as usize] = true;
            begins[b'@' as usize] = true;
            begins[b'/' as usize] = true;
            begins
        };
        let rest = self.source.as_bytes().get(from..to)?;
        let (chunks, _) = rest.as_chunks::<8>();
        let plain = chunks
            .iter()
            .take_while(|chunk| !chunk.iter().fold(false, |any, &byte| any | BEGINS[byte as usize]));
        let skipped = plain.count() * 8;
        let rest = rest.get(skipped..)?;
        rest.iter().position(|&byte| BEGINS[byte as usize]).map(|at| from + skipped + at)
    }

    fn push(&mut self, start: usize, found: Found, in_code: bool) {
        self.done = found.end;
        let raw = self.source.get(found.name.clone()).unwrap_or_default();
        let name = if found.kind == TokenKind::Import && raw.contains('\\') {
            raw.replace("\\ ", " ").into()
        } else {
            raw.into()
        };
        self.tokens.push(Token {
            kind: found.kind,
            span: Span::new(start, found.end),
            name_span: Span::new(found.name.start, found.name.end),
            name,
            in_code,
        });
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    /// The character before `at`, if there is one. An underscore that Markdown has taken out of the
    /// text as emphasis is none.
    fn before(&self, at: usize) -> Option<char> {
        let before = self.source.get(..at)?.chars().next_back();
        before.filter(|&character| character != '_' || at != self.run_start)
    }

    /// Whether an odd number of backslashes stands before `at`.
    fn escaped(&self, at: usize) -> bool {
        let before = self.source.as_bytes().get(..at).unwrap_or_default();
        before.iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
    }

    /// Whether a token may begin at `at`: no word before it and no escape.
    fn begins(&self, at: usize) -> bool {
        !self.before(at).is_some_and(|c| c.is_alphanumeric() || c == '_') && !self.escaped(at)
    }

    /// Whether a line begins at `at` or a blank stands before it.
    fn after_blank(&self, at: usize) -> bool {
        self.before(at).is_none_or(|c| c.is_whitespace() || c == '\u{FEFF}')
    }

    /// The end of the bytes from `from` on that `belongs` accepts.
    fn run_end(&self, from: usize, to: usize, belongs: impl Fn(u8) -> bool) -> usize {
        let rest = self.source.as_bytes().get(from..to).unwrap_or_default();
        from + rest.iter().take_while(|&&byte| belongs(byte)).count()
    }

    /// `#tool:name` and `#file:path`.
    fn hash(&self, at: usize, run_end: usize) -> Option<Found> {
        if self.source.get(..at).is_some_and(|before| before.ends_with("{{")) {
            return self.include_macro(at + 1);
        }
        let keyword = self.source.as_bytes().get(at + 1..at + 6)?;
        let tool = keyword.eq_ignore_ascii_case(b"tool:");
        if !(tool || keyword.eq_ignore_ascii_case(b"file:")) || at + 6 > run_end || !self.begins(at) {
            return None;
        }
        if tool { self.tool(at + 6, run_end) } else { self.file(at + 6) }
    }

    /// `import path}}` and `runtime-import? path:10-20}}` behind `{{#`.
    fn include_macro(&self, start: usize) -> Option<Found> {
        let line = self.source.get(start..self.line_end(start))?;
        let (inner, _) = line.split_once("}}")?;
        let rest = inner.strip_prefix("runtime-import").or_else(|| inner.strip_prefix("import"))?;
        let (kind, rest) = optional(rest);
        let path = rest.strip_prefix(':').unwrap_or(rest);
        if !path.starts_with([' ', '\t']) {
            return None;
        }
        let from = start + inner.len() - path.trim_start().len();
        let path = path.trim();
        let lines = path.rsplit_once(':').filter(|(_, lines)| {
            lines.starts_with(|c: char| c.is_ascii_digit())
                && lines.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        });
        let path = lines.map_or(path, |(path, _)| path);
        let end = start + inner.len() + "}}".len();
        (!path.is_empty()).then(|| Found { kind, end, name: from..from + path.len() })
    }

    /// `include path` and `import? path` behind the `@` that a line begins with.
    fn include_line(&self, start: usize) -> Option<Found> {
        let line = self.source.get(start..self.line_end(start))?;
        let rest = line.strip_prefix("include").or_else(|| line.strip_prefix("import"))?;
        let (kind, rest) = optional(rest);
        let path = rest.trim();
        let file = path.split('#').next().unwrap_or_default();
        let is_path = rest.starts_with(' ') && file.ends_with(".md");
        let from = start + line.len() - rest.trim_start().len();
        is_path.then(|| Found { kind, end: from + path.len(), name: from..from + path.len() })
    }

    fn tool(&self, start: usize, run_end: usize) -> Option<Found> {
        let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'*');
        let mut end = self.run_end(start, run_end, is_name);
        // `server/*` may have its star taken by Markdown as emphasis: it is still the name's.
        if end == run_end && self.byte(end) == Some(b'*') && self.byte(end.wrapping_sub(1)) == Some(b'/') {
            end += 1;
        }
        while end > start && self.byte(end - 1) == Some(b'.') {
            end -= 1;
        }
        (end > start).then_some(Found { kind: TokenKind::Tool, end, name: start..end })
    }

    fn file(&self, start: usize) -> Option<Found> {
        if let Some(quote @ (b'"' | b'\'')) = self.byte(start) {
            let line = self.line_end(start + 1);
            let close = start + 1 + memchr(quote, self.source.as_bytes().get(start + 1..line)?)?;
            let name = start + 1..close;
            return (!name.is_empty()).then_some(Found { kind: TokenKind::File, end: close + 1, name });
        }
        let end = self.path_end(start, |b| b == b'#');
        let end = self.trim_path(start, end);
        (end > start).then_some(Found { kind: TokenKind::File, end, name: start..end })
    }

    /// The end of the line that `at` is in, before its line end.
    fn line_end(&self, at: usize) -> usize {
        let (from, to) = self.line.get();
        if (from..to).contains(&at) {
            return to;
        }
        let rest = self.source.as_bytes().get(at..).unwrap_or_default();
        let end = memchr2(b'\n', b'\r', rest).map_or(self.source.len(), |length| at + length);
        self.line.set((at, end));
        end
    }

    /// Where a path that begins at `start` ends at the latest: at a blank, at what begins other
    /// markup, or where `stops` says. Read from the source, because `_` and `*` in paths may have
    /// been taken for emphasis.
    fn path_end(&self, start: usize, stops: impl Fn(u8) -> bool) -> usize {
        self.run_end(start, self.source.len(), |b| {
            !(b.is_ascii_whitespace()
                || matches!(b, b'`' | b'<' | b'>' | b'|' | b'[' | b']' | b'"')
                || stops(b))
        })
    }

    /// `end` without the punctuation that belongs to the sentence around a path.
    fn trim_path(&self, start: usize, mut end: usize) -> usize {
        let Some(path) = self.source.get(start..end) else { return end };
        // Counted once, because a path may be nothing but brackets.
        let surplus =
            |open: char, close: char| path.matches(close).count().saturating_sub(path.matches(open).count());
        let (mut round, mut curly) = (surplus('(', ')'), surplus('{', '}'));
        for last in path.chars().rev() {
            match last {
                ',' | ';' | ':' | '.' | '!' | '?' | '\'' | '*' | '\u{201D}' | '\u{2019}' | '\\' => {}
                ')' if round > 0 => round -= 1,
                '}' if curly > 0 => curly -= 1,
                _ => break,
            }
            end -= last.len_utf8();
        }
        end
    }

    /// `${…}`, `$ARGUMENTS` and `$1`.
    fn dollar(&self, at: usize, run_end: usize) -> Option<Found> {
        if self.escaped(at) {
            return None;
        }
        if self.byte(at + 1) == Some(b'{') {
            return self.variable(at, run_end);
        }
        if self.before(at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
            return None;
        }
        let word_end = self.run_end(at + 1, run_end, |b| b.is_ascii_alphanumeric() || b == b'_');
        let word = self.source.get(at + 1..word_end)?;
        if word == "ARGUMENTS" {
            let mut end = word_end;
            let digits = self.run_end(end + 1, run_end, |b| b.is_ascii_digit());
            if self.byte(end) == Some(b'[') && digits > end + 1 && self.byte(digits) == Some(b']') {
                end = digits + 1;
            }
            return Some(Found { kind: TokenKind::Argument, end, name: at + 1..end });
        }
        let money = matches!(self.byte(word_end), Some(b'.' | b','))
            && self.byte(word_end + 1).is_some_and(|b| b.is_ascii_digit());
        let digit = word.len() == 1 && word.as_bytes().first().is_some_and(u8::is_ascii_digit);
        let letter = self.source.get(word_end..).and_then(|rest| rest.chars().next());
        if !digit || money || letter.is_some_and(char::is_alphanumeric) {
            return None;
        }
        Some(Found { kind: TokenKind::Argument, end: word_end, name: at + 1..word_end })
    }

    /// `${…}`: closed on its line, or the beginning of one that is not.
    fn variable(&self, at: usize, run_end: usize) -> Option<Found> {
        let start = at + 2;
        let first = self.byte(start)?;
        // `${{ … }}` is an expression of GitHub's workflows.
        if first == b'{' {
            return None;
        }
        let line = self.line_end(start);
        let (from, to) = self.unclosed.get();
        if !(from <= start && line <= to) {
            let rest = self.source.as_bytes().get(start..line).unwrap_or_default();
            if let Some(length) = memchr(b'}', rest) {
                let close = start + length;
                return Some(Found { kind: TokenKind::Variable, end: close + 1, name: start..close });
            }
            self.unclosed.set((start, line));
        }
        if !(first.is_ascii_alphabetic() || first == b'_') {
            return None;
        }
        let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':' | b'.');
        let end = self.run_end(start, line.min(run_end), is_name);
        Some(Found { kind: TokenKind::UnclosedVariable, end, name: start..end })
    }

    /// `@path/to/file.md` and `@name`.
    fn at_sign(&self, at: usize, run_end: usize) -> Option<Found> {
        let before = self.before(at);
        if before.is_some_and(|c| is_part_of_address(c) || "/@{".contains(c)) || self.escaped(at) {
            return None;
        }
        let begins_line =
            matches!(at.checked_sub(1).map(|at| self.byte(at)), None | Some(Some(b'\n' | b'\r')));
        if begins_line && let Some(found) = self.include_line(at + 1) {
            return Some(found);
        }
        if self.after_blank(at)
            && let Some(found) = self.import(at + 1)
        {
            return Some(found);
        }
        let start = at + 1;
        let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        let mut end = self.run_end(start, run_end, is_name);
        let after = self.source.get(end..).and_then(|rest| rest.chars().next());
        if after.is_some_and(|c| c == '/' || c == '@' || c == '\\' || c.is_alphanumeric()) {
            return None;
        }
        while end > start && matches!(self.byte(end - 1), Some(b'.' | b'-')) {
            end -= 1;
        }
        let named = self.byte(start).is_some_and(|b| b.is_ascii_alphanumeric());
        (named && end > start).then_some(Found { kind: TokenKind::Mention, end, name: start..end })
    }

    fn import(&self, start: usize) -> Option<Found> {
        let mut end = self.path_end(start, |b| b == b'@');
        // A blank after a backslash belongs to the path.
        while self.byte(end) == Some(b' ') && self.escaped(end) {
            end = self.path_end(end + 1, |b| b == b'@');
        }
        if self.byte(end) == Some(b'@') {
            return None;
        }
        let end = self.trim_path(start, end);
        let path = self.source.get(start..end)?;
        let anchored = ["./", "../", "~/", "/"]
            .iter()
            .any(|prefix| path.len() > prefix.len() && path.starts_with(prefix));
        let named = path.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_'));
        // `@scope/package` is a package, not a path: without a leading dot only a file name with an
        // extension makes a path.
        let last = path.rsplit('/').next().unwrap_or_default();
        let extension =
            last.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension);
        let is_file = extension.is_some_and(|extension| {
            let known = TEXT_EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known));
            let like_one = (1..=10).contains(&extension.len())
                && extension.bytes().all(|b| b.is_ascii_alphanumeric())
                && extension.bytes().any(|b| b.is_ascii_alphabetic());
            known || (like_one && path.contains('/'))
        });
        (anchored || (named && is_file)).then_some(Found { kind: TokenKind::Import, end, name: start..end })
    }

    /// `/command`.
    fn slash(&self, at: usize, run_end: usize) -> Option<Found> {
        if !self.after_blank(at) || !self.byte(at + 1).is_some_and(|b| b.is_ascii_lowercase()) {
            return None;
        }
        let start = at + 1;
        let is_name =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b':' | b'-');
        let mut end = self.run_end(start, run_end, is_name);
        let after = self.source.get(end..).and_then(|rest| rest.chars().next());
        if after.is_some_and(|c| c.is_alphanumeric() || "/\\{}<=$%@&+~|^#".contains(c)) {
            return None;
        }
        while matches!(self.byte(end - 1), Some(b'.' | b':' | b'-')) {
            end -= 1;
        }
        Some(Found { kind: TokenKind::Command, end, name: start..end })
    }
}

/// What an include is, with and without the `?` behind its word.
fn optional(rest: &str) -> (TokenKind, &str) {
    match rest.strip_prefix('?') {
        Some(rest) => (TokenKind::OptionalInclude, rest),
        None => (TokenKind::Include, rest),
    }
}

/// Whether `character` before an `@` makes an address of the whole.
fn is_part_of_address(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '+' | '%')
}
