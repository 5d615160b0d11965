//! What is typed after a command of Claude Code, and how its text takes it: `$ARGUMENTS`, `$ARGUMENTS[0]`, `$0`,
//! and `$name` for the names that its header gives. Code takes it too, as Claude Code has it; `\$1` is
//! none. A command without any of these has what was typed added at its end.
//!
//! Source: Claude Code documentation, Skills (`reference/clients.md` §5); what is not there is empty.

use segue_catalog::{Dialect, Kind, catalog};
use segue_syntax::Facts;
use segue_syntax::yaml::Node;

/// The input by which it is asked for.
pub const INPUT: &str = "arguments";

const ALL: &str = "ARGUMENTS";

/// What was typed, in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    all: String,
    words: Vec<String>,
    names: Vec<String>,
}

/// What stands in a text for what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    All,
    Word(usize),
}

/// Whether the file at `path` takes arguments as Claude Code's commands do.
#[must_use]
pub fn is_command(path: &str) -> bool {
    catalog().kind_of(path) == Some((Kind::Prompt, Dialect::Claude))
}

/// Whether a command asks for arguments: its body takes some, or its header tells of some.
pub(crate) fn asks(facts: &Facts, body: &str) -> bool {
    let map = facts.header.yaml.map();
    let told =
        map.is_some_and(|map| map.value("argument-hint").is_some() || map.value("arguments").is_some());
    told || pieces(body, &names(facts)).next().is_some()
}

/// The names that a header gives to arguments, in their order.
fn names(facts: &Facts) -> Vec<String> {
    let value = facts.header.yaml.map().and_then(|map| map.value("arguments"));
    let texts: Vec<&str> = match value.map(|value| (value, value.as_seq())) {
        Some((_, Some(seq))) => seq.items.iter().filter_map(Node::as_str).collect(),
        Some((value, None)) => value.as_str().unwrap_or_default().split([' ', ',']).collect(),
        None => Vec::new(),
    };
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    texts.into_iter().map(str::trim).filter(|name| is_name(name)).map(str::to_owned).collect()
}

impl Arguments {
    /// What was typed after the command in `text`.
    #[must_use]
    pub fn typed(text: &str, typed: &str) -> Self {
        Self { all: typed.to_owned(), words: words(typed), names: names(&Facts::of(text)) }
    }

    /// A text with what was typed in it, once: what is typed may look like an argument itself.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        self.fill_by(text, |_, value, _| value.to_owned())
    }

    /// The same with each value as `put` writes it behind what stands before it. Of all that was typed it is
    /// told the words, too.
    pub fn fill_by(
        &self,
        text: &str,
        mut put: impl FnMut(&str, &str, Option<&[String]>) -> String,
    ) -> String {
        let mut page = String::with_capacity(text.len());
        let mut from = 0;
        for (start, end, piece) in pieces(text, &self.names) {
            let before = text.get(from..start).unwrap_or_default();
            from = end;
            let Some(piece) = piece else {
                // Escaped: without its backslash.
                page.push_str(before.strip_suffix('\\').unwrap_or(before));
                page.push_str(text.get(start..end).unwrap_or_default());
                continue;
            };
            page.push_str(before);
            let value = match piece {
                Piece::All => put(&page, &self.all, Some(&self.words)),
                Piece::Word(at) => {
                    put(&page, self.words.get(at).map(String::as_str).unwrap_or_default(), None)
                }
            };
            page.push_str(&value);
        }
        page + text.get(from..).unwrap_or_default()
    }

    /// The same of the whole body of a command: where nothing of it takes what was typed, that is added.
    #[must_use]
    pub fn fill_body(&self, text: &str) -> String {
        let takes = pieces(text, &self.names).any(|(_, _, piece)| piece.is_some());
        let filled = self.fill(text);
        if takes || self.all.trim().is_empty() {
            return filled;
        }
        format!("{}\n\nARGUMENTS: {}", filled.trim_end(), self.all)
    }
}

/// The arguments of a text: from where to where, and which; `None` where it is escaped.
fn pieces<'t>(
    text: &'t str,
    names: &'t [String],
) -> impl Iterator<Item = (usize, usize, Option<Piece>)> + 't {
    text.match_indices('$').filter_map(move |(at, _)| {
        let before = text.get(..at)?;
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$')) {
            return None;
        }
        let (length, piece) = piece(text.get(at + 1..)?, names)?;
        Some((at, at + 1 + length, (backslashes % 2 == 0).then_some(piece)))
    })
}

/// What begins behind a dollar, and its length.
fn piece(rest: &str, names: &[String]) -> Option<(usize, Piece)> {
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    if word == ALL {
        let index = after.strip_prefix('[').and_then(|inner| inner.split_once(']'));
        let index = index.and_then(|(index, _)| Some((index.len(), index.parse().ok()?)));
        return Some(match index {
            Some((digits, index)) => (end + digits + 2, Piece::Word(index)),
            None => (end, Piece::All),
        });
    }
    if let Some(at) = names.iter().position(|name| name == word) {
        return Some((end, Piece::Word(at)));
    }
    let mut letters = word.chars();
    let digit = letters.next().and_then(|letter| letter.to_digit(10)).filter(|_| letters.next().is_none())?;
    // `$5.00` is money.
    let money =
        after.strip_prefix(['.', ',']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    (!money).then_some((end, Piece::Word(digit as usize)))
}

/// The words of a line, as a shell has them: quotes keep blanks.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote): (Option<String>, Option<char>) = (None, None);
    for letter in line.chars() {
        match (letter, quote) {
            (own, Some(mark)) if own == mark => quote = None,
            ('"' | '\'', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (blank, None) if blank.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_takes_what_was_typed() {
        let text = "---\narguments: [issue, branch]\n---\n\nFix.\n";
        let typed = Arguments::typed(text, "12 'my branch' $0");
        for (text, filled) in [
            ("Fix $ARGUMENTS.", "Fix 12 'my branch' $0."),
            ("$0 on $1, `$ARGUMENTS[1]`", "12 on my branch, `my branch`"),
            ("$issue at $branch; $issues stay", "12 at my branch; $issues stay"),
            ("$2 and $3 and $ARGUMENTS[7]!", "$0 and  and !"),
            (
                "\\$1 for $5.00, a$1, $$1, $10, $HOME, $ARGUMENTS_NOT",
                "$1 for $5.00, a$1, $$1, $10, $HOME, $ARGUMENTS_NOT",
            ),
            ("$ARGUMENTS[x] $ARGUMENTS[", "12 'my branch' $0[x] 12 'my branch' $0["),
            ("ä$0 $0ä äö $", "ä$0 $0ä äö $"),
            ("", ""),
        ] {
            assert_eq!(typed.fill(text), filled, "{text}");
        }
    }

    #[test]
    fn what_takes_nothing_has_it_at_its_end() {
        let of = |body: &str, typed: &str| Arguments::typed("", typed).fill_body(body);
        assert_eq!(of("Fix it.\n", "now"), "Fix it.\n\nARGUMENTS: now");
        assert_eq!(of("Fix it.\n", " "), "Fix it.\n");
        assert_eq!(of("Fix $0.\n", "now"), "Fix now.\n");
        assert_eq!(of("Costs \\$1.", "now"), "Costs $1.\n\nARGUMENTS: now");
    }

    #[test]
    fn words_are_those_of_a_shell() {
        assert_eq!(words("a  \"b c\" d'e f'g ''"), ["a", "b c", "de fg", ""]);
        assert_eq!(words("\"half open"), ["half open"]);
        assert_eq!(words(" \t"), [""; 0]);
    }

    #[test]
    fn commands_ask_where_they_take_something() {
        let asks = |text: &str| {
            let facts = Facts::of(text);
            super::asks(&facts, &text[facts.header.body as usize..])
        };
        for text in [
            "Do $ARGUMENTS.",
            "Do `$1`.",
            "---\nargument-hint: '[file]'\n---\nDo.",
            "---\narguments: [a]\n---\nDo.",
        ] {
            assert!(asks(text), "{text}");
        }
        assert!(!asks("Do it for $5.00.") && !asks("---\ndescription: $1\n---\nDo."));
        assert!(is_command(".claude/commands/x.md"));
        assert!(!is_command("x.prompt.md") && !is_command(".claude/agents/x.md"));
    }
}
