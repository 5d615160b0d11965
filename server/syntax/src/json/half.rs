//! JSON that is being written: brackets and strings that nobody closed yet, keys without values.
//!
//! Read where nothing else reads it, so that what was written before, and after, stays what it is while
//! somebody types. A string ends with its line at the latest; a key where an item or a value is awaited says
//! that the list before it was left open, or the value out.

use super::DEPTH_LIMIT;
use crate::Span;
use crate::yaml::{Entry, Key, Map, Node, Scalar, Seq, Style, Value};

/// What can be told of a text; `None` where it holds no value at all.
pub(super) fn read(text: &str) -> Option<Node> {
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Half { text, at, open: Vec::new() }.value()
}

/// A collection that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Object,
    Array,
}

struct Half<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Open>,
}

impl Half<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// One character, whatever it is.
    fn pass(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// Steps over blanks and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start().len();
            let after = rest.get(blanks..).unwrap_or_default();
            let comment = if after.starts_with("//") {
                after.find('\n').unwrap_or(after.len())
            } else if after.starts_with("/*") {
                after.find("*/").map_or(after.len(), |end| end + 2)
            } else {
                0
            };
            self.at += blanks + comment;
            if comment == 0 {
                return;
            }
        }
    }

    fn value(&mut self) -> Option<Node> {
        self.skip();
        let start = self.at;
        let value = match self.peek()? {
            '{' | '[' if self.open.len() >= DEPTH_LIMIT => {
                self.at = self.text.len();
                return None;
            }
            '{' => self.object(),
            '[' => self.array(),
            '"' => {
                let (text, closed) = self.string();
                let start = if closed { start } else { start + 1 };
                let style = if closed { Style::Double } else { Style::Plain };
                let value = Value::Scalar(Scalar { text: text.into(), style });
                return Some(Node { span: Span::new(start, self.at), value });
            }
            _ => {
                let rest = self.rest();
                let ends =
                    |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '[' | ']' | '{' | '}' | '"');
                let word =
                    rest.get(..rest.find(ends).unwrap_or(rest.len())).filter(|word| !word.is_empty())?;
                let value = Value::Scalar(Scalar { text: word.into(), style: Style::Plain });
                self.at += word.len();
                value
            }
        };
        Some(Node { span: Span::new(start, self.at), value })
    }

    /// Up to its brace, or to what cannot belong to it.
    fn object(&mut self) -> Value {
        let in_list = self.open.last() == Some(&Open::Array);
        let in_any_list = self.open.contains(&Open::Array);
        self.open.push(Open::Object);
        self.pass();
        let mut entries = Vec::new();
        loop {
            self.skip();
            match self.peek() {
                None => break,
                Some('}') => {
                    self.pass();
                    break;
                }
                Some(']') if in_any_list => break,
                // The next item of the list: this one was left open.
                Some('{') if in_list => break,
                Some('{' | '[') => drop(self.value()),
                Some('"') => entries.extend(self.entry()),
                Some(_) => self.pass(),
            }
        }
        self.open.pop();
        Value::Map(Map { entries, flow: true })
    }

    /// A key with its value, where that is there; nothing for a key that no colon follows yet.
    fn entry(&mut self) -> Option<Entry> {
        let start = self.at;
        let (text, _) = self.string();
        let key = Key { text: text.into(), span: Span::new(start, self.at) };
        self.skip();
        if self.peek() != Some(':') {
            return None;
        }
        self.pass();
        self.skip();
        let value = if self.is_at_key() { None } else { self.value() };
        Some(Entry { key, value })
    }

    fn array(&mut self) -> Value {
        let in_any_object = self.open.contains(&Open::Object);
        self.open.push(Open::Array);
        self.pass();
        let mut items = Vec::new();
        loop {
            self.skip();
            match self.peek() {
                None => break,
                Some(']') => {
                    self.pass();
                    break;
                }
                Some('}') if in_any_object => break,
                Some('"') if in_any_object && self.is_at_key() => break,
                Some(',') => self.pass(),
                Some(_) => match self.value() {
                    Some(item) => items.push(item),
                    None => self.pass(),
                },
            }
        }
        self.open.pop();
        Value::Seq(Seq { items, flow: true })
    }

    /// Whether a string with a colon behind it begins here.
    fn is_at_key(&self) -> bool {
        let mut ahead = Half { text: self.text, at: self.at, open: Vec::new() };
        if ahead.peek() != Some('"') {
            return false;
        }
        let (_, closed) = ahead.string();
        ahead.skip();
        closed && ahead.peek() == Some(':')
    }

    /// The content of a string, and whether its quote was found; it ends before the end of its line.
    fn string(&mut self) -> (String, bool) {
        self.pass();
        let mut content = String::new();
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.pass();
                    return (content, true);
                }
                '\n' | '\r' => break,
                '\\' => {
                    self.pass();
                    self.escape(&mut content);
                }
                c => {
                    content.push(c);
                    self.pass();
                }
            }
        }
        (content, false)
    }

    /// What stands behind a backslash.
    fn escape(&mut self, content: &mut String) {
        let Some(c) = self.peek().filter(|c| !matches!(c, '\n' | '\r')) else { return };
        self.pass();
        match c {
            'n' => content.push('\n'),
            't' => content.push('\t'),
            'r' => content.push('\r'),
            'b' => content.push('\u{8}'),
            'f' => content.push('\u{c}'),
            'u' => {
                let digits =
                    self.rest().get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                self.at += if number.is_some() { 4 } else { 0 };
                content.extend(number.map(|number| char::from_u32(number).unwrap_or('\u{fffd}')));
            }
            c => content.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::yaml::{Node, Value};
    use proptest::prelude::*;

    fn told(node: &Node) -> String {
        match &node.value {
            Value::Scalar(scalar) => scalar.text.to_string(),
            Value::Seq(seq) => format!("[{}]", seq.items.iter().map(told).collect::<Vec<_>>().join(" ")),
            Value::Map(map) => {
                let entry = |entry: &crate::yaml::Entry| {
                    format!("{}={}", entry.key.text, entry.value.as_ref().map_or("-".to_owned(), told))
                };
                format!("{{{}}}", map.entries.iter().map(entry).collect::<Vec<_>>().join(" "))
            }
        }
    }

    #[test]
    fn what_is_left_open_takes_nothing_else_with_it() {
        for (text, expected) in [
            (r#"{"a": [{"b": 1}, {"b": 2, "c": [1, "#, "{a=[{b=1} {b=2 c=[1]}]}"),
            ("{\"a\": [{\"b\": [ , \"c\": 1}, {\"b\": 2}]}", "{a=[{b=[] c=1} {b=2}]}"),
            ("{\"a\": [{\"b\": \n \"c\": 1}, {\"b\": 2}]}", "{a=[{b=- c=1} {b=2}]}"),
            ("{\"a\": [{\"b\": \"x\n \"c\": 1}, {\"b\": 2}]}", "{a=[{b=x c=1} {b=2}]}"),
            ("{\"a\": [{\"b\": 1, \"wa\n}, {\"b\": 2}]}", "{a=[{b=1} {b=2}]}"),
            ("{\"a\": [{\"b\": 1, {\"b\": 2}], \"d\": 3}", "{a=[{b=1} {b=2}] d=3}"),
            ("\u{feff}{\"a\": \"\\u00e4\\\"\" // \"b\": [\n, \"c\": {", "{a=ä\" c={}}"),
            ("{\"a\": }", "{a=-}"),
            ("[1, 2", "[1 2]"),
        ] {
            assert_eq!(read(text).as_ref().map(told).as_deref(), Some(expected), "{text}");
        }
        assert!(read("").is_none() && read("}").is_none() && read(&"[".repeat(100_000)).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read(text in r#"(\PC|[\[\]{},:"\\/*'\n\r 0-9a-u.+-]){0,60}"#) {
            if let Some(root) = read(&text) {
                prop_assert!(text.get(root.span.range()).is_some());
                told(&root);
            }
        }
    }
}
