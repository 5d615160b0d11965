//! Between brackets: `[a, 'b']` and `{key: value}`, closed or not.

/// A step from the outside to the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// An item of a list.
    Item,
    /// The value of a key.
    Key(String),
}

/// What stands at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The steps from the outermost bracket to the innermost one, and behind a key that key.
    pub above: Vec<Frame>,
    /// Whether the innermost bracket is a brace.
    pub is_map: bool,
    /// Whether a key of it stands before the cursor.
    pub in_value: bool,
    /// Whether a colon follows what is typed.
    pub colon_follows: bool,
    /// Where the token begins and ends, quotes left out.
    pub start: usize,
    pub end: usize,
    /// The quote it is in.
    pub quote: Option<char>,
    /// The other items, or keys, of the innermost bracket, with their quotes.
    pub beside: Vec<String>,
}

/// An open bracket.
struct Open {
    is_map: bool,
    /// Where the present item or value begins, behind blanks.
    token: Option<usize>,
    key: Option<String>,
    seen: Vec<String>,
}

impl Open {
    fn new(bracket: char) -> Self {
        Self { is_map: bracket == '{', token: None, key: None, seen: Vec::new() }
    }

    /// An item, or a pair, ends at `at`.
    fn close_item(&mut self, text: &str, at: usize) {
        let token = self.token.take().and_then(|start| text.get(start..at));
        if self.key.take().is_none()
            && let Some(token) = token
        {
            self.see(token);
        }
    }

    fn see(&mut self, token: &str) {
        let token = token.trim();
        if !token.is_empty() {
            self.seen.push(token.to_owned());
        }
    }
}

/// Where the bracket at `at` closes, looking no further than `limit`.
pub(super) fn end(text: &str, at: usize, limit: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (index, c) in text.get(at..limit)?.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + index + c.len_utf8());
                }
            }
            _ => {}
        }
    }
    None
}

/// Reads from the bracket at `at` to the cursor, and what follows it up to `line_end`; `None` behind the
/// closing bracket.
pub(super) fn read(text: &str, at: usize, offset: usize, line_end: usize) -> Option<Found> {
    let mut open: Vec<Open> = Vec::new();
    let mut quote: Option<(char, usize)> = None;
    for (index, c) in text.get(at..offset)?.char_indices() {
        let here = at + index;
        if let Some((mark, _)) = quote {
            if c == mark {
                quote = None;
            }
            continue;
        }
        match c {
            '[' | '{' => {
                if let Some(outer) = open.last_mut() {
                    outer.token.get_or_insert(here);
                }
                open.push(Open::new(c));
            }
            ']' | '}' => {
                open.pop();
                if open.is_empty() {
                    return None;
                }
            }
            ',' => open.last_mut()?.close_item(text, here),
            ':' if open.last()?.is_map && open.last()?.key.is_none() => {
                let top = open.last_mut()?;
                let key = top.token.take().and_then(|start| text.get(start..here)).unwrap_or_default();
                top.see(key);
                top.key = Some(key.trim().trim_matches(['"', '\'']).to_owned());
            }
            c if c.is_whitespace() => {}
            _ => {
                if matches!(c, '"' | '\'') && open.last()?.token.is_none() {
                    quote = Some((c, here));
                }
                open.last_mut()?.token.get_or_insert(here);
            }
        }
    }
    let mut top = open.pop()?;
    let above = steps(&open, &top);
    let start = match (quote, top.token) {
        (Some((_, at)), _) => at + 1,
        (None, Some(start)) => start,
        (None, None) => offset,
    };
    // A token that ended before the cursor (`'a' |`) is not being typed.
    let typed = text.get(start..offset)?;
    if quote.is_none() && typed.starts_with(['"', '\'', '[', '{']) {
        return None;
    }
    let end = token_end(text, offset, line_end, quote.map(|(mark, _)| mark));
    let colon_follows = text
        .get(end..line_end)
        .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'));
    rest(text, end, line_end, quote.map(|(mark, _)| mark), &mut top);
    Some(Found {
        above,
        is_map: top.is_map,
        in_value: top.key.is_some(),
        colon_follows,
        start,
        end,
        quote: quote.map(|(mark, _)| mark),
        beside: if top.key.is_some() { Vec::new() } else { top.seen },
    })
}

/// The steps through the open brackets.
fn steps(outer: &[Open], top: &Open) -> Vec<Frame> {
    let mut above = Vec::new();
    for open in outer.iter().chain([top]) {
        if !open.is_map {
            above.push(Frame::Item);
        } else if let Some(key) = &open.key {
            above.push(Frame::Key(key.clone()));
        }
    }
    above
}

/// Where the token that the cursor is in ends.
fn token_end(text: &str, offset: usize, line_end: usize, quote: Option<char>) -> usize {
    let rest = text.get(offset..line_end).unwrap_or_default();
    let stops = |c: char| matches!(c, ',' | ']' | '}' | ':' | '\'' | '"');
    let length = match quote {
        Some(quote) => rest.find(quote).or_else(|| rest.find([',', ']', '}'])).unwrap_or(rest.len()),
        None => rest.find(stops).unwrap_or(rest.len()),
    };
    offset + rest.get(..length).unwrap_or_default().trim_end().len()
}

/// Notes the items, or keys, behind the cursor, up to the closing bracket; where none closes it on the
/// line, what follows may be something else.
fn rest(text: &str, from: usize, line_end: usize, quote: Option<char>, top: &mut Open) {
    let limit = text.get(from..).and_then(|rest| rest.find("\n---")).map_or(text.len(), |at| from + at);
    let from = from
        + usize::from(quote.is_some_and(|mark| text.get(from..).is_some_and(|rest| rest.starts_with(mark))));
    let (mut depth, mut start, mut mark, mut colon) = (0_usize, None, None, top.key.is_some());
    let mut first = true;
    let mut seen = Vec::new();
    for (index, c) in text.get(from..limit).unwrap_or_default().char_indices() {
        let here = from + index;
        match (mark, c) {
            (Some(open), c) if c == open => mark = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                mark = Some(c);
                start.get_or_insert(here);
            }
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') if depth > 0 => depth -= 1,
            (None, ',' | ']' | '}') if depth == 0 => {
                if !first && !colon {
                    seen.extend(start.and_then(|start: usize| text.get(start..here)).map(str::to_owned));
                }
                (first, colon, start) = (false, false, None);
                if c != ',' {
                    seen.iter().for_each(|token| top.see(token));
                    return;
                }
            }
            (None, ':') if depth == 0 && top.is_map && !colon => {
                if !first {
                    seen.extend(start.and_then(|start: usize| text.get(start..here)).map(str::to_owned));
                }
                colon = true;
            }
            (None, '\n') if here >= line_end && looks_like_key(text, here + 1) => break,
            (None, c) if c.is_whitespace() => {}
            _ => {
                start.get_or_insert(here);
            }
        }
    }
    // Never closed: what was seen on the cursor's own line is all that can be trusted.
    let own = text.get(from..line_end).unwrap_or_default();
    own.split(',').skip(1).for_each(|token| top.see(token));
}

/// Whether a line begins with a key in the first column: an open bracket does not reach over it.
fn looks_like_key(text: &str, at: usize) -> bool {
    let line = text.get(at..).unwrap_or_default().split(['\n', '\r']).next().unwrap_or_default();
    !line.starts_with([' ', '\t']) && super::spot::split_key(line).is_some()
}
