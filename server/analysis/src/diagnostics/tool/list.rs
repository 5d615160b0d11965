//! A list of tools as it is written: every name with its exact range, and how to change it in place.
//!
//! A list is a flow sequence, a block sequence or one string. VS Code splits the string at commas;
//! Claude Code at commas and blanks, but never inside parentheses (`Bash(git add *)`).

use crate::diagnostics::Edit;
use crate::line_ends;
use segue_catalog::{Dialect, Kind};
use segue_syntax::yaml::{Entry, Map, Node, Style, Value};
use segue_syntax::{Facts, Span};

/// The tools of one header key.
#[derive(Debug)]
pub(crate) struct ToolList<'f> {
    /// The key and its value.
    pub entry: &'f Entry,
    /// Whose names stand in it.
    pub words: Words,
    /// How it is written.
    pub form: Form,
    /// The names, in order.
    pub items: Vec<Item<'f>>,
    /// Whether every item is one name as it stands, so that items can be added and removed.
    regular: bool,
}

/// Whose names stand in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// `tools` of agents, chat modes and prompts.
    Copilot,
    /// `tools` and `disallowedTools` of Claude's agents, `allowed-tools` of Claude's commands.
    Claude,
    /// `allowed-tools` of skills: Claude Code and Copilot CLI read it.
    Skill,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Flow,
    Block,
    String,
}

/// One name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'f> {
    /// The name without `(…)`.
    pub name: &'f str,
    /// The name with it.
    pub text: &'f str,
    /// The range of the name.
    pub span: Span,
    /// The range of the item, quotes and parentheses included.
    pub whole: Span,
    quote: &'static str,
    /// Whether `span` is exactly the name, so that another can be put there.
    pub exact: bool,
}

/// The lists of tools in a header.
pub(crate) fn all(kind: Kind, dialect: Dialect, facts: &Facts) -> Vec<ToolList<'_>> {
    let (keys, words): (&[&str], Words) = match (kind, dialect) {
        (Kind::Agent, Dialect::Claude) => (&["tools", "disallowedTools"], Words::Claude),
        (Kind::Prompt, Dialect::Claude) => (&["allowed-tools", "disallowed-tools"], Words::Claude),
        (Kind::Skill, _) => (&["allowed-tools", "disallowed-tools"], Words::Skill),
        (Kind::Agent | Kind::ChatMode | Kind::Prompt, _) => (&["tools"], Words::Copilot),
        _ => return Vec::new(),
    };
    let Some(map) = facts.header.yaml.map() else { return Vec::new() };
    keys.iter().filter_map(|key| ToolList::read(map, key, words)).collect()
}

impl<'f> ToolList<'f> {
    /// The list below `key`; nothing where the value is no list at all.
    fn read(map: &'f Map, key: &str, words: Words) -> Option<Self> {
        let entry = map.get(key)?;
        let value = entry.value.as_ref()?;
        let mut list = Self { entry, words, form: Form::String, items: Vec::new(), regular: true };
        match &value.value {
            Value::Scalar(_) => list.add_parts(value),
            Value::Seq(seq) => {
                list.form = if seq.flow { Form::Flow } else { Form::Block };
                for node in &seq.items {
                    list.add_item(node);
                }
            }
            Value::Map(_) => return None,
        }
        Some(list)
    }

    /// An item of a sequence.
    fn add_item(&mut self, node: &'f Node) {
        let Some(scalar) = node.as_scalar() else {
            self.regular = false;
            return;
        };
        let parts = self.parts(&scalar.text);
        if self.words != Words::Copilot && parts.len() > 1 {
            self.regular = false;
            self.add_parts(node);
            return;
        }
        let quote = match scalar.style {
            Style::Single => "'",
            Style::Double => "\"",
            Style::Plain => "",
            Style::Literal | Style::Folded => {
                self.regular = false;
                ""
            }
        };
        let text = scalar.text.trim();
        if text.is_empty() {
            self.regular = false;
            return;
        }
        let at = scalar.text.len() - scalar.text.trim_start().len();
        self.push(node, at, text, quote, true);
    }

    /// The names of one string.
    fn add_parts(&mut self, node: &'f Node) {
        let Some(scalar) = node.as_scalar() else { return };
        for (at, part) in self.parts(&scalar.text) {
            self.push(node, at, part, "", false);
        }
    }

    fn push(&mut self, node: &Node, at: usize, text: &'f str, quote: &'static str, own_node: bool) {
        let inner = node.inner_span();
        let exact = node.as_scalar().is_some_and(|scalar| {
            matches!(scalar.style, Style::Plain | Style::Single | Style::Double)
                && scalar.text.len() == inner.len()
        });
        let name = match text.find('(') {
            Some(open) if self.words != Words::Copilot => text[..open].trim_end(),
            _ => text,
        };
        let start = inner.start as usize + at;
        let (span, part) = if exact {
            (Span::new(start, start + name.len()), Span::new(start, start + text.len()))
        } else {
            self.regular = false;
            (node.span, node.span)
        };
        let whole = if own_node { node.span } else { part };
        self.items.push(Item { name, text, span, whole, quote, exact });
    }

    /// The parts of a string: byte offset and text, blanks and quotes around it taken off.
    fn parts(&self, text: &'f str) -> Vec<(usize, &'f str)> {
        let blanks = self.words != Words::Copilot;
        let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_u32);
        for (at, c) in text.char_indices() {
            match c {
                '(' if blanks => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    parts.push((start, &text[start..at]));
                    start = at + 1;
                }
                c if blanks && depth == 0 && c.is_whitespace() => {
                    parts.push((start, &text[start..at]));
                    start = at + c.len_utf8();
                }
                _ => {}
            }
        }
        parts.push((start, &text[start..]));
        let around = |c: char| c.is_whitespace() || matches!(c, '\'' | '"');
        parts
            .into_iter()
            .map(|(at, part)| {
                (at + part.len() - part.trim_start_matches(around).len(), part.trim_matches(around))
            })
            .filter(|(_, part)| !part.is_empty())
            .collect()
    }

    /// Puts `names` in the place of item `at`, in the list's own style. `text` is the file's text,
    /// which is asked for only where lines have to be written.
    pub fn replace(&self, at: usize, names: &[&str], text: impl FnOnce() -> Option<Lines>) -> Option<Edit> {
        let item = self.items.get(at).filter(|item| item.exact)?;
        if let [name] = names {
            return Some(Edit { span: item.span, insert: (*name).to_owned() });
        }
        if !self.regular || names.is_empty() {
            return None;
        }
        let quoted: Vec<String> = names.iter().map(|name| format!("{0}{name}{0}", item.quote)).collect();
        let between = match self.form {
            Form::Flow | Form::String => ", ".to_owned(),
            Form::Block => text()?.before_item(item.whole)?,
        };
        Some(Edit { span: item.whole, insert: quoted.join(&between) })
    }

    /// Takes item `at` out. `gone` says which items are taken out by other edits of the same kind, so
    /// that all of them together leave a list behind and none overlaps another.
    pub fn remove(&self, at: usize, gone: &[bool], text: impl FnOnce() -> Option<Lines>) -> Option<Edit> {
        let item = self.items.get(at)?;
        if !self.regular {
            return None;
        }
        if self.form == Form::Block {
            // Without its last item the key would have no value, which means every tool.
            let only = self.items.len() == 1;
            let span = if only { None } else { text()?.whole_line(item.whole) };
            return span.map(|span| Edit { span, insert: String::new() });
        }
        let is_gone = |index: usize| index == at || gone.get(index) == Some(&true);
        let at_the_end = (at..self.items.len()).all(is_gone);
        let before = at.checked_sub(1).and_then(|before| self.items.get(before));
        let after = self.items.get(at + 1);
        let span = match (before, after) {
            (Some(before), _) if at_the_end => Span { start: before.whole.end, end: item.whole.end },
            (_, Some(after)) => Span { start: item.whole.start, end: after.whole.start },
            _ => item.whole,
        };
        Some(Edit { span, insert: String::new() })
    }

    /// Adds a name at the end.
    pub fn append(&self, name: &str, text: impl FnOnce() -> Option<Lines>) -> Option<Edit> {
        let value = self.entry.value.as_ref()?;
        if !self.regular {
            return None;
        }
        let Some(last) = self.items.last() else {
            return (self.form == Form::Flow)
                .then(|| Edit { span: value.span, insert: format!("['{name}']") });
        };
        let quoted = format!("{0}{name}{0}", last.quote);
        let (span, insert) = match self.form {
            Form::Flow | Form::String => (Span::at(last.whole.end as usize), format!(", {quoted}")),
            Form::Block => {
                let lines = text()?;
                let between = lines.before_item(last.whole)?;
                (Span::at(lines.end_of_line(last.whole)), format!("{between}{quoted}"))
            }
        };
        Some(Edit { span, insert })
    }
}

/// The lines of the file, for edits that write or remove whole ones.
pub(crate) struct Lines(pub std::sync::Arc<str>);

impl Lines {
    /// The line end and the `  - ` with which an item of a block sequence begins.
    fn before_item(&self, item: Span) -> Option<String> {
        let line = line_ends::around(&self.0, item);
        let dash = self.0.get(line.start as usize..item.start as usize)?;
        (dash.trim() == "-").then(|| format!("{}{dash}", line_ends::of_text(&self.0)))
    }

    /// The item's line with its line end, where nothing else stands on it.
    fn whole_line(&self, item: Span) -> Option<Span> {
        self.before_item(item)?;
        let line = line_ends::around(&self.0, item);
        let rest = self.0.get(item.end as usize..line.end as usize)?;
        rest.trim().is_empty().then_some(line)
    }

    fn end_of_line(&self, item: Span) -> usize {
        let line = line_ends::around(&self.0, item);
        let rest = self.0.get(item.end as usize..line.end as usize).unwrap_or_default();
        item.end as usize + rest.trim_end().len()
    }
}
