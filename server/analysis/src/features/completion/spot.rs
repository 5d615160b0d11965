//! Where in a header a byte stands: below which keys, in a key, a value or an item, and what is beside it.
//!
//! Half-typed YAML is no tree, and what follows the cursor may be swallowed by a bracket that nobody has
//! closed yet. So this reads lines: those before the cursor say below which keys it stands, by their
//! indentation; the cursor's own line says what is being typed; and neighbours are found by walking up and
//! down as far as the indentation allows.

use super::flow::{self, Frame};
use segue_syntax::Span;

/// Where in a header something is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::features) struct Spot {
    /// The keys above, outermost first, as [`segue_catalog::KeyTable::at`] takes them; a list's items are
    /// marked as in `handoffs[]`. For a value its own key is the last.
    pub above: Vec<String>,
    /// What is typed there.
    pub role: Role,
    /// The token, from its first character to the cursor, quotes left out.
    pub typed: Span,
    /// The whole token, beyond the cursor too.
    pub whole: Span,
    /// The quote it is in.
    pub quote: Option<char>,
    /// The quotes that other items of the list have.
    pub style: Option<char>,
    /// Whether it stands between brackets or braces.
    pub in_braces: bool,
    /// The other keys of the map, or the other items of the list.
    pub beside: Vec<String>,
    /// The column of the token's line content: what further lines of an insertion are indented by.
    pub column: usize,
}

/// What is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::features) enum Role {
    /// A key of a map; `true` where a colon follows.
    Key(bool),
    /// The value behind a colon; `true` where a blank must still be put between.
    Value(bool),
    /// An item of `[…]`.
    FlowItem,
    /// An item behind a dash, or the first key of a map there.
    BlockItem,
}

/// A line of the header, and where it lies.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    start: usize,
}

impl Line<'_> {
    fn indent(&self) -> usize {
        self.text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    fn is_blank(&self) -> bool {
        let text = self.text.trim();
        text.is_empty() || text.starts_with('#')
    }

    /// The columns of its dashes, and that of what follows them.
    fn dashes(&self) -> (Vec<usize>, usize) {
        let mut dashes = Vec::new();
        let mut at = self.indent();
        while let Some(rest) = self.text.get(at..) {
            let Some(after) = rest.strip_prefix('-') else { break };
            if !after.is_empty() && !after.starts_with([' ', '\t']) {
                break;
            }
            dashes.push(at);
            at += 1 + after.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        }
        (dashes, at)
    }
}

/// The lines of a span, without their ends.
fn lines(text: &str, span: Span) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut start = span.start as usize;
    let mut rest = span.of(text);
    loop {
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (line, after) = rest.split_at(length);
        found.push(Line { text: line, start });
        let end = if after.starts_with("\r\n") { 2 } else { usize::from(!after.is_empty()) };
        if end == 0 {
            return found;
        }
        start += length + end;
        rest = after.get(end..).unwrap_or_default();
    }
}

/// A key above, or an item.
#[derive(Clone, Debug)]
enum Level {
    Key(usize, String),
    Dash(usize),
}

impl Level {
    fn column(&self) -> usize {
        match self {
            Level::Key(column, _) | Level::Dash(column) => *column,
        }
    }
}

/// What is open at the beginning of a line.
#[derive(Default)]
struct State {
    levels: Vec<Level>,
    /// A block scalar, by the column of its key: what is indented more belongs to it.
    block: Option<usize>,
    /// A bracket that is not closed: where it stands, and the column of its key.
    flow: Option<(usize, usize)>,
    /// A quote that is not closed, and the column of its key.
    quote: Option<(char, usize)>,
}

/// Finds the spot at `offset` in a header's `content`; `None` in comments and running text.
pub(in crate::features) fn at(text: &str, content: Span, offset: usize) -> Option<Spot> {
    let all = lines(text, content);
    let index = all.iter().rposition(|line| line.start <= offset)?;
    let line = all.get(index).filter(|line| offset <= line.start + line.text.len())?;
    let mut state = State::default();
    for line in all.get(..index)? {
        state.read(text, *line);
    }
    let prefix = line.text.get(..offset - line.start)?;
    state.spot(text, &all, index, Line { text: prefix, start: line.start })
}

impl State {
    /// Takes in a whole line.
    fn read(&mut self, text: &str, line: Line<'_>) {
        if self.goes_on(text, line) || line.is_blank() {
            return;
        }
        let column = self.open(line);
        let Some(content) = line.text.get(column..) else { return };
        if content.starts_with(['[', '{']) {
            let (at, end) = (line.start + column, line.start + line.text.len());
            if let Some(Level::Dash(dash)) = self.levels.last()
                && flow::end(text, at, end).is_none()
            {
                self.flow = Some((at, *dash));
            }
            return;
        }
        let Some((key, value)) = split_key(content) else { return };
        self.levels.push(Level::Key(column, unquoted(key)));
        let at = line.start + column + (content.len() - value.len());
        let value = value.trim_end();
        match value.chars().next() {
            Some('|' | '>') => self.block = Some(column),
            Some('[' | '{') if flow::end(text, at, line.start + line.text.len()).is_none() => {
                self.flow = Some((at, column));
            }
            Some(quote @ ('"' | '\'')) if !closes(value, quote) => self.quote = Some((quote, column)),
            _ => {}
        }
    }

    /// Whether the line belongs to a scalar or bracket that began before it.
    fn goes_on(&mut self, text: &str, line: Line<'_>) -> bool {
        let indent = line.indent();
        if let Some(column) = self.block {
            if line.text.trim().is_empty() || indent > column {
                return true;
            }
            self.block = None;
        }
        // A key where the next key would stand: the bracket or quote was left open by mistake.
        let recovers = |column: usize| indent <= column && split_key(line.text.trim_start()).is_some();
        if let Some((at, column)) = self.flow {
            if recovers(column) {
                self.flow = None;
                return false;
            }
            if flow::end(text, at, line.start + line.text.len()).is_some() {
                self.flow = None;
            }
            return true;
        }
        if let Some((quote, column)) = self.quote {
            if recovers(column) {
                self.quote = None;
                return false;
            }
            if line.text.contains(quote) {
                self.quote = None;
            }
            return true;
        }
        false
    }

    /// Closes the levels that a line ends, opens those of its dashes, and gives back the column of what
    /// follows.
    fn open(&mut self, line: Line<'_>) -> usize {
        let (dashes, column) = line.dashes();
        let outermost = dashes.first().copied();
        let from = outermost.unwrap_or(column);
        while let Some(last) = self.levels.last() {
            // A list may stand in the column of its key.
            let own_list = outermost.is_some() && last.column() == from && matches!(last, Level::Key(..));
            if last.column() < from || own_list {
                break;
            }
            self.levels.pop();
        }
        self.levels.extend(dashes.into_iter().map(Level::Dash));
        column
    }

    fn above(&self) -> Vec<String> {
        let mut above: Vec<String> = Vec::new();
        for level in &self.levels {
            match level {
                Level::Key(_, key) => above.push(key.clone()),
                Level::Dash(_) => {
                    if let Some(last) = above.last_mut() {
                        last.push_str("[]");
                    }
                }
            }
        }
        above
    }

    fn spot(mut self, text: &str, all: &[Line<'_>], index: usize, line: Line<'_>) -> Option<Spot> {
        let whole = *all.get(index)?;
        let offset = line.start + line.text.len();
        if let Some(column) = self.block {
            if line.indent() > column {
                return None;
            }
            self.block = None;
        }
        if let Some((at, _)) = self
            .flow
            .filter(|(_, column)| !(line.indent() <= *column && split_key(whole.text.trim_start()).is_some()))
        {
            return self.in_flow(text, at, offset, whole);
        }
        if self.quote.is_some() || in_comment(line.text) {
            return None;
        }
        let column = self.open(line);
        let content = line.text.get(column..)?;
        let dashed = !line.dashes().0.is_empty();
        let start = line.start + column;
        if let Some((key, value)) = split_key(content) {
            self.levels.push(Level::Key(column, unquoted(key)));
            let from = start + content.len() - value.len();
            let missing_blank = content.ends_with(':');
            return self.value(text, whole, from, offset, missing_blank, column);
        }
        if line.text.trim_end().ends_with('-') && content.is_empty() && !line.text.ends_with([' ', '\t']) {
            // `-` without a blank is no item yet.
            return None;
        }
        if dashed && content.starts_with(['[', '{']) {
            return self.in_flow(text, start, offset, whole);
        }
        if dashed && content.starts_with(['|', '>']) {
            return None;
        }
        let rest = text.get(offset..whole.start + whole.text.len()).unwrap_or_default();
        if dashed && whole_key(content, rest).is_none() {
            let others = items(all, index, self.levels.last().map_or(column, Level::column));
            let mut spot = self.scalar(text, whole, start, offset, Role::BlockItem, column);
            spot.style = others.iter().find_map(|item| quote_of(item));
            spot.beside = others.into_iter().map(|item| unquoted(&item)).collect();
            return Some(spot);
        }
        let word = whole_key(content, rest);
        let end = offset + word.unwrap_or_else(|| word_length(rest));
        Some(Spot {
            above: self.above(),
            role: if dashed { Role::BlockItem } else { Role::Key(word.is_some()) },
            typed: Span::new(start, offset),
            whole: Span::new(start, end),
            quote: None,
            style: None,
            in_braces: false,
            beside: keys(all, index, column, dashed),
            column,
        })
    }

    /// Behind a colon.
    fn value(
        self,
        text: &str,
        line: Line<'_>,
        from: usize,
        offset: usize,
        missing_blank: bool,
        column: usize,
    ) -> Option<Spot> {
        match text.get(from..offset)?.chars().next() {
            Some('|' | '>') => None,
            Some('[' | '{') => self.in_flow(text, from, offset, line),
            _ => Some(self.scalar(text, line, from, offset, Role::Value(missing_blank), column)),
        }
    }

    /// A scalar of one line that begins at `from`.
    fn scalar(
        &self,
        text: &str,
        line: Line<'_>,
        from: usize,
        offset: usize,
        role: Role,
        column: usize,
    ) -> Spot {
        let line_end = line.start + line.text.len();
        let quote = text.get(from..offset).and_then(|typed| typed.chars().next());
        let quote = quote.filter(|first| matches!(first, '"' | '\''));
        let start = from + quote.map_or(0, char::len_utf8);
        let rest = text.get(offset..line_end).unwrap_or_default();
        let length = match quote {
            Some(quote) => rest.find(quote).unwrap_or(rest.trim_end().len()),
            None => rest.find(" #").map_or(rest, |at| rest.get(..at).unwrap_or_default()).trim_end().len(),
        };
        Spot {
            above: self.above(),
            role,
            typed: Span::new(start, offset),
            whole: Span::new(start, offset + length),
            quote,
            style: None,
            in_braces: false,
            beside: Vec::new(),
            column,
        }
    }

    /// Between brackets that begin at `at`.
    fn in_flow(&self, text: &str, at: usize, offset: usize, line: Line<'_>) -> Option<Spot> {
        let found = flow::read(text, at, offset, line.start + line.text.len())?;
        let mut above = self.above();
        for frame in &found.above {
            match frame {
                Frame::Item => {
                    if let Some(last) = above.last_mut() {
                        last.push_str("[]");
                    }
                }
                Frame::Key(key) => above.push(key.clone()),
            }
        }
        let role = match (found.is_map, found.in_value) {
            (false, _) => Role::FlowItem,
            (true, true) => Role::Value(false),
            (true, false) => Role::Key(found.colon_follows),
        };
        Some(Spot {
            above,
            role,
            typed: Span::new(found.start, offset),
            whole: Span::new(found.start, found.end),
            quote: found.quote,
            style: found.beside.iter().find_map(|item| quote_of(item)),
            in_braces: true,
            beside: found.beside.iter().map(|item| unquoted(item)).collect(),
            column: line.indent(),
        })
    }
}

/// Whether a `#` that begins a comment stands in the text before the cursor.
fn in_comment(before: &str) -> bool {
    let mut quote = None;
    let mut last = ' ';
    for c in before.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') if matches!(last, ' ' | '[' | '{' | ',') => quote = Some(c),
            (None, '#') if last.is_whitespace() => return true,
            _ => {}
        }
        last = c;
    }
    false
}

/// `key:` and what follows it without the blanks between, where the text begins so.
pub(super) fn split_key(content: &str) -> Option<(&str, &str)> {
    let (key, value) = match content.chars().next()? {
        quote @ ('"' | '\'') => {
            let close = content.get(1..)?.find(quote)? + 2;
            let rest = content.get(close..)?;
            (content.get(..close)?, rest.trim_start_matches([' ', '\t']).strip_prefix(':')?)
        }
        '[' | '{' | '#' | '|' | '>' => return None,
        _ => {
            let colon = content.match_indices(':').map(|(at, _)| at).find(|at| {
                content.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
            })?;
            (content.get(..colon)?, content.get(colon + 1..)?)
        }
    };
    let blank = value.is_empty() || value.starts_with([' ', '\t']);
    blank.then(|| (key.trim_end(), value.trim_start_matches([' ', '\t'])))
}

/// The length of the rest of a key behind the cursor, where a colon follows it.
fn whole_key(before: &str, rest: &str) -> Option<usize> {
    let whole = format!("{before}{rest}");
    let (key, _) = split_key(&whole)?;
    key.len().checked_sub(before.len())
}

fn word_length(rest: &str) -> usize {
    rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count()
}

/// The quote that a token begins with.
fn quote_of(token: &str) -> Option<char> {
    token.chars().next().filter(|first| matches!(first, '"' | '\''))
}

fn unquoted(key: &str) -> String {
    key.trim_matches(['"', '\'']).to_owned()
}

/// Whether a scalar that begins with `quote` ends with it on the same line.
fn closes(value: &str, quote: char) -> bool {
    value.get(1..).is_some_and(|rest| rest.contains(quote))
}

/// The other keys of the map whose keys stand in `column`.
fn keys(all: &[Line<'_>], index: usize, column: usize, dashed: bool) -> Vec<String> {
    let key_of =
        |line: &Line<'_>, at: usize| line.text.get(at..).and_then(split_key).map(|(key, _)| unquoted(key));
    let mut found = Vec::new();
    for line in all.get(..index).unwrap_or_default().iter().rev().take_while(|_| !dashed) {
        let (dashes, content) = line.dashes();
        if line.is_blank() || line.indent() > column {
            continue;
        }
        if content == column {
            found.extend(key_of(line, content));
        }
        if !dashes.is_empty() && content == column || line.indent() < column {
            break;
        }
    }
    for line in all.get(index + 1..).unwrap_or_default() {
        if line.is_blank() || line.indent() > column {
            continue;
        }
        if line.indent() < column {
            break;
        }
        if line.dashes().0.is_empty() {
            found.extend(key_of(line, column));
        }
    }
    found
}

/// The other items of the list whose dashes stand in `column`.
fn items(all: &[Line<'_>], index: usize, column: usize) -> Vec<String> {
    let belongs =
        |line: &&Line<'_>| line.is_blank() || line.indent() > column || line.dashes().0.contains(&column);
    let item = |line: &Line<'_>| {
        let (dashes, content) = line.dashes();
        let text = line.text.get(content..).filter(|_| dashes.contains(&column))?.trim();
        Some(text.to_owned()).filter(|text| !text.is_empty())
    };
    let before = all.get(..index).unwrap_or_default().iter().rev().take_while(belongs).filter_map(item);
    let after = all.get(index + 1..).unwrap_or_default().iter().take_while(belongs).filter_map(item);
    before.chain(after).collect()
}
