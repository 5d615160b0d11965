//! The words of a `segue.toml`, each with the table and the key that it belongs to: read from tokens, line
//! by line, so that a half-typed line spoils no other.
//!
//! A parser of TOML gives up the rest of a bracket or a quote that is not closed yet; here the next line
//! that can only be a header or a key begins anew.

use segue_syntax::Span;
use std::ops::Range;
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// A word: a part of a key or a value, or the empty place where the cursor stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// The keys that lead to the table that it stands in.
    pub table: Vec<String>,
    /// Which element of a list of tables that is, by the byte where it begins.
    pub item: Option<usize>,
    /// What it is.
    pub role: Role,
    /// What stands inside its quotes.
    pub span: Span,
    /// All of it.
    pub token: Span,
    /// Its quotes.
    pub quotes: Quotes,
    /// What comes behind it on its line.
    pub next: Next,
    /// Whether nothing stands before it on its line, brackets of a header left aside.
    pub first: bool,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A part of a table's name in brackets.
    Header {
        /// Whether the brackets are those of a list of tables.
        double: bool,
    },
    /// A part of a key.
    Key,
    /// A value, or an element of a list.
    Value {
        /// The key.
        key: String,
        /// Which list it is an element of, by the byte where that begins.
        list: Option<usize>,
    },
}

/// The quotes around a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// It has none.
    None,
    /// Those of one line, of this sort.
    Of {
        /// The quote.
        mark: char,
        /// Whether it stands at the end too.
        closed: bool,
    },
    /// Those of several lines.
    Long,
}

/// What comes behind a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// An equals sign.
    Equals,
    /// A dot.
    Dot,
    /// A closing bracket.
    Close,
    /// Nothing on its line, or a comment.
    End,
    /// Something else.
    Other,
}

/// A token, or the cursor where it touches no word.
#[derive(Clone, Debug)]
struct Token {
    /// `Atom` also for the cursor.
    kind: TokenKind,
    at: Range<usize>,
}

impl Token {
    fn is_word(&self) -> bool {
        use TokenKind::{Atom, BasicString, LiteralString, MlBasicString, MlLiteralString};
        matches!(self.kind, Atom | BasicString | LiteralString | MlBasicString | MlLiteralString)
    }
}

/// All words of a text in their order, and an empty one at the cursor where it touches none.
pub(crate) fn all(text: &str, cursor: Option<usize>) -> Vec<Word> {
    let mut walk = Walk {
        text,
        tokens: tokens(text, cursor),
        table: Vec::new(),
        item: None,
        frames: Vec::new(),
        keys: Vec::new(),
        joined: true,
        first: true,
        state: State::Key,
        words: Vec::new(),
    };
    for index in 0..walk.tokens.len() {
        walk.step(index);
    }
    walk.words
}

fn tokens(text: &str, cursor: Option<usize>) -> Vec<Token> {
    let lexed = Source::new(text)
        .lex()
        .map(|token| Token { kind: token.kind(), at: token.span().start()..token.span().end() });
    let mut tokens: Vec<Token> = lexed.collect();
    let Some(cursor) = cursor else { return tokens };
    let touches = |token: &Token| token.at.start <= cursor && cursor <= token.at.end;
    let in_comment =
        |token: &Token| token.kind == TokenKind::Comment && token.at.start < cursor && cursor <= token.at.end;
    if tokens.iter().any(|token| in_comment(token) || token.is_word() && touches(token)) {
        return tokens;
    }
    let empty = Token { kind: TokenKind::Atom, at: cursor..cursor };
    let index = tokens.partition_point(|token| token.at.end <= cursor && !token.at.is_empty());
    match tokens.get(index).filter(|token| token.at.start < cursor).cloned() {
        Some(around) => {
            let before = Token { kind: around.kind, at: around.at.start..cursor };
            let behind = Token { kind: around.kind, at: cursor..around.at.end };
            tokens.splice(index..=index, [before, empty, behind]);
        }
        None => tokens.insert(index, empty),
    }
    tokens
}

/// What is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Key,
    Header {
        double: bool,
        open: usize,
    },
    Value,
    /// A value is there.
    Done,
}

/// A bracket that is open.
#[derive(Debug)]
enum Frame {
    List {
        open: usize,
    },
    /// With the table, the element and the keys around it.
    Inline {
        table: Vec<String>,
        item: Option<usize>,
        keys: Vec<String>,
    },
}

struct Walk<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// The table of the last header, and below it the inline ones that are open.
    table: Vec<String>,
    item: Option<usize>,
    frames: Vec<Frame>,
    /// The parts of the key, or of the header, so far.
    keys: Vec<String>,
    /// Whether the next part belongs to them: at the start, and behind a dot.
    joined: bool,
    /// Whether nothing stands on the line yet.
    first: bool,
    state: State,
    words: Vec<Word>,
}

impl Walk<'_> {
    fn step(&mut self, index: usize) {
        let Some(token) = self.tokens.get(index).cloned() else { return };
        match token.kind {
            TokenKind::Newline => return self.line(index),
            TokenKind::Whitespace | TokenKind::Comment | TokenKind::Eof => return,
            TokenKind::Dot => self.joined |= matches!(self.state, State::Key | State::Header { .. }),
            TokenKind::Equals => {
                if self.state == State::Key && !self.keys.is_empty() {
                    self.state = State::Value;
                }
            }
            TokenKind::Comma => match self.frames.last() {
                Some(Frame::List { .. }) => self.state = State::Value,
                Some(Frame::Inline { .. }) => self.expect_key(),
                None => {}
            },
            TokenKind::LeftSquareBracket => return self.open_square(token.at.start),
            TokenKind::RightSquareBracket => self.close_square(),
            TokenKind::LeftCurlyBracket => self.open_curly(token.at.start),
            TokenKind::RightCurlyBracket => self.close_curly(),
            _ => self.word(index, &token),
        }
        self.first = false;
    }

    fn expect_key(&mut self) {
        self.state = State::Key;
        self.keys.clear();
        self.joined = true;
    }

    /// The end of a line.
    fn line(&mut self, index: usize) {
        self.first = true;
        if matches!(self.state, State::Header { .. }) {
            self.close_square();
        }
        if !self.frames.is_empty() && self.begins_anew(index + 1) {
            while !self.frames.is_empty() {
                self.close_frame();
            }
        }
        if self.frames.is_empty() {
            self.expect_key();
        }
    }

    /// Whether the line of the token at `index` can only be a header or, in a list, a key.
    fn begins_anew(&self, index: usize) -> bool {
        let rest = self.tokens.get(index..).unwrap_or_default();
        let line = rest.iter().take_while(|token| token.kind != TokenKind::Newline);
        let is_blank = |token: &Token| token.kind == TokenKind::Whitespace || token.at.is_empty();
        let mut line = line.filter(|token| !is_blank(token)).peekable();
        let mut brackets = 0;
        while line.next_if(|token| token.kind == TokenKind::LeftSquareBracket).is_some() {
            brackets += 1;
        }
        let is_name = |token: &Token| token.is_word() && (brackets == 0 || token.kind == TokenKind::Atom);
        if line.next_if(|token| is_name(token)).is_none() {
            return false;
        }
        while line.next_if(|token| token.kind == TokenKind::Dot).is_some() {
            line.next_if(|token| token.is_word());
        }
        match brackets {
            0 => {
                matches!(self.frames.last(), Some(Frame::List { .. }))
                    && line.next().is_some_and(|token| token.kind == TokenKind::Equals)
            }
            1 | 2 => {
                let closes = |token: &Token| token.kind == TokenKind::RightSquareBracket;
                let closed = (0..brackets).all(|_| line.next().is_some_and(closes));
                closed && line.next().is_none_or(|token| token.kind == TokenKind::Comment)
            }
            _ => false,
        }
    }

    fn open_square(&mut self, open: usize) {
        match self.state {
            // `first` stays: the name of a header is the first word of its line.
            State::Key if self.first && self.keys.is_empty() && self.frames.is_empty() => {
                self.state = State::Header { double: false, open };
                self.joined = true;
                return;
            }
            State::Header { double: false, open } if self.keys.is_empty() => {
                self.state = State::Header { double: true, open };
                return;
            }
            State::Value => self.frames.push(Frame::List { open }),
            _ => {}
        }
        self.first = false;
    }

    fn close_square(&mut self) {
        match (self.state, self.frames.last()) {
            (State::Header { double, open }, _) => {
                self.table = std::mem::take(&mut self.keys);
                self.item = double.then_some(open);
                self.state = State::Done;
            }
            (_, Some(Frame::List { .. })) => self.close_frame(),
            _ => {}
        }
    }

    fn open_curly(&mut self, open: usize) {
        if self.state != State::Value {
            return;
        }
        let in_list = matches!(self.frames.last(), Some(Frame::List { .. }));
        let around = Frame::Inline { table: self.table.clone(), item: self.item, keys: self.keys.clone() };
        self.frames.push(around);
        self.table.append(&mut self.keys);
        if in_list {
            self.item = Some(open);
        }
        self.expect_key();
    }

    fn close_curly(&mut self) {
        let has_inline = self.frames.iter().any(|frame| matches!(frame, Frame::Inline { .. }));
        // A list in it that is not closed ends with it.
        while has_inline && matches!(self.frames.last(), Some(Frame::List { .. })) {
            self.close_frame();
        }
        if has_inline {
            self.close_frame();
        }
    }

    fn close_frame(&mut self) {
        if let Some(Frame::Inline { table, item, keys }) = self.frames.pop() {
            (self.table, self.item, self.keys) = (table, item, keys);
        }
        self.state = State::Done;
    }

    fn word(&mut self, index: usize, token: &Token) {
        let (span, quotes) = inside(self.text, token);
        let text = span.of(self.text).to_owned();
        let list = match self.frames.last() {
            Some(Frame::List { open }) => Some(*open),
            _ => None,
        };
        let mut table = self.table.clone();
        let role = match self.state {
            State::Key | State::Header { .. } if !self.joined => {
                self.state = State::Done;
                return;
            }
            State::Key => {
                table.extend_from_slice(&self.keys);
                self.keys.push(text);
                Role::Key
            }
            State::Header { double, .. } => {
                table.clone_from(&self.keys);
                self.keys.push(text);
                Role::Header { double }
            }
            State::Value => {
                self.state = State::Done;
                let Some((key, before)) = self.keys.split_last() else { return };
                table.extend_from_slice(before);
                Role::Value { key: key.clone(), list }
            }
            State::Done => return,
        };
        self.joined = false;
        let is_key = !matches!(role, Role::Value { .. });
        let item = self.item.filter(|_| !matches!(role, Role::Header { .. }));
        let first = self.first && is_key && self.frames.is_empty();
        let whole = Span::new(token.at.start, token.at.end);
        let next = self.next(index);
        self.words.push(Word { table, item, role, span, token: whole, quotes, next, first });
    }

    fn next(&self, index: usize) -> Next {
        let mut rest = self.tokens.get(index + 1..).unwrap_or_default().iter();
        match rest.find(|token| token.kind != TokenKind::Whitespace).map(|token| token.kind) {
            Some(TokenKind::Equals) => Next::Equals,
            Some(TokenKind::Dot) => Next::Dot,
            Some(TokenKind::RightSquareBracket) => Next::Close,
            Some(TokenKind::Newline | TokenKind::Comment | TokenKind::Eof) | None => Next::End,
            Some(_) => Next::Other,
        }
    }
}

/// What stands inside the quotes of a word, and what quotes they are.
fn inside(text: &str, token: &Token) -> (Span, Quotes) {
    let (mark, width) = match token.kind {
        TokenKind::BasicString => ('"', 1),
        TokenKind::LiteralString => ('\'', 1),
        TokenKind::MlBasicString => ('"', 3),
        TokenKind::MlLiteralString => ('\'', 3),
        _ => return (Span::new(token.at.start, token.at.end), Quotes::None),
    };
    let whole = text.get(token.at.clone()).unwrap_or_default();
    let start = token.at.start + width;
    let marks: String = std::iter::repeat_n(mark, width).collect();
    let closed = whole.len() >= 2 * width && whole.ends_with(&marks);
    // A quote that is not closed takes the whole line: what was typed behind it is no part of the word.
    let end = if closed { token.at.end - width } else { token.at.start + whole.trim_end().len().max(width) };
    let quotes = if width == 1 { Quotes::Of { mark, closed } } else { Quotes::Long };
    (Span::new(start, end.max(start)), quotes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words with what they are: `table|key`, `[table|name]`, `table|key=value`.
    fn drawn(text: &str) -> Vec<String> {
        let cursor = text.find('‸');
        let text = text.replacen('‸', "", 1);
        let words = all(&text, cursor).into_iter().map(|word| {
            let (table, own) = (word.table.join("."), word.span.of(&text));
            let item = if word.item.is_some() { "*" } else { "" };
            match &word.role {
                Role::Header { double: false } => format!("[{table}|{own}]"),
                Role::Header { double: true } => format!("[[{table}|{own}]]"),
                Role::Key => format!("{table}{item}|{own}"),
                Role::Value { key, list } => {
                    format!("{table}{item}|{key}={own}{}", if list.is_some() { "," } else { "" })
                }
            }
        });
        words.collect()
    }

    #[test]
    fn words_know_where_they_stand() {
        for (text, expected) in [
            ("clients = [\"a\", 'b']", vec!["|clients", "|clients=a,", "|clients=b,"]),
            (
                "[known]\r\ntools = []\r\nkeys = 1",
                vec!["[|known]", "known|tools", "known|keys", "known|keys=1"],
            ),
            (
                "[agents.\"my own\"]\na.b = true # [x]\n",
                vec![
                    "[|agents]",
                    "[agents|my own]",
                    "agents.my own|a",
                    "agents.my own.a|b",
                    "agents.my own.a|b=true",
                ],
            ),
            (
                "[[overrides]]\npaths = [\n  'a',\n]\nrules = { \"x/*\" = 'off' }",
                vec![
                    "[[|overrides]]",
                    "overrides*|paths",
                    "overrides*|paths=a,",
                    "overrides*|rules",
                    "overrides.rules*|x/*",
                    "overrides.rules*|x/*=off",
                ],
            ),
            (
                "overrides = [{ paths = ['a'] }, { paths = [] }]\nx = 1",
                vec![
                    "|overrides",
                    "overrides*|paths",
                    "overrides*|paths=a,",
                    "overrides*|paths",
                    "|x",
                    "|x=1",
                ],
            ),
            ("\u{feff}extend = '''a\nb'''", vec!["|extend", "|extend=a\nb"]),
        ] {
            assert_eq!(drawn(text), expected, "{text}");
        }
    }

    #[test]
    fn a_half_typed_line_spoils_no_other() {
        let rest = "[known]\ntools = []\n";
        let known = ["[|known]", "known|tools"];
        for (line, expected) in [
            ("‸", vec!["|"]),
            ("cli‸", vec!["|cli"]),
            ("clients = ‸", vec!["|clients", "|clients="]),
            ("clients = [‸", vec!["|clients", "|clients=,"]),
            ("clients = [\"vs‸", vec!["|clients", "|clients=vs,"]),
            ("clients = [\"vs‸]", vec!["|clients", "|clients=vs],"]),
            ("clients = [\"a\", ‸]", vec!["|clients", "|clients=a,", "|clients=,"]),
            ("rules = { \"a\" = ‸", vec!["|rules", "rules|a", "rules|a="]),
            ("rules = { ‸ }", vec!["|rules", "rules|"]),
            ("exclude = [\n  'a',\n  ‸", vec!["|exclude", "|exclude=a,", "|exclude=,"]),
            ("exclude = [\nuserFiles = t‸", vec!["|exclude", "|userFiles", "|userFiles=t"]),
            ("format.‸", vec!["|format", "format|"]),
            ("[form‸", vec!["[|form]"]),
            ("[‸]", vec!["[|]"]),
            ("[[‸]]", vec!["[[|]]"]),
            ("a b ‸", vec!["|a"]),
            ("x = 1 ‸", vec!["|x", "|x=1"]),
            ("# [known‸", vec![]),
            ("= ] } , . 'é", vec!["|é"]),
        ] {
            let text = format!("{line}\n{rest}");
            let expected: Vec<&str> = expected.into_iter().chain(known).collect();
            assert_eq!(drawn(&text), expected, "{text}");
            assert_eq!(drawn(&text.replace('\n', "\r\n")), expected, "{text}");
        }
    }

    #[test]
    fn every_cursor_in_every_text_is_answered() {
        let texts = [
            "[[a]]\r\nx = [{ 'b' = \"c\", é.d = 1.5 }, [2, 3]] # y\nz = \"\"\"q\n\"\"\"\n",
            "[[]]{}=,.'\"\r\r\n\u{feff}",
            "a = \"\"\"",
        ];
        for text in texts {
            for cursor in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                for word in all(text, Some(cursor)) {
                    assert!(word.token.contains(word.span), "{text:?} at {cursor}: {word:?}");
                }
            }
        }
    }
}
