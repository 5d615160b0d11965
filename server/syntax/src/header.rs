//! Where the frontmatter begins and ends.
//!
//! The rule is the clients' own and a matter of lines, not of Markdown: line 1 is `---` and blanks,
//! and the header ends at the next line that is. Nothing else is a header to any client; the other
//! shapes found here are headers that somebody meant to write, so that they can be told why nothing
//! of it has an effect. They are found conservatively: a thematic rule in a document is no header.

use crate::Span;
use crate::facts::{Header, HeaderShape};
use crate::yaml;

/// How many lines may stand before a header that is not at the start.
const LINES_BEFORE: usize = 20;

/// How many lines of text may stand there.
const TEXT_LINES_BEFORE: usize = 6;

/// How long a header that is not at the start may be.
const LINES_INSIDE: usize = 60;

/// Keys that only a header has. Where prose surrounds it, at least one must be there.
const KNOWN_KEYS: &[&str] = &[
    "agent",
    "agents",
    "allowed-tools",
    "applyto",
    "argument-hint",
    "description",
    "disable-model-invocation",
    "excludeagent",
    "handoffs",
    "hooks",
    "infer",
    "license",
    "mcp-servers",
    "mcpservers",
    "metadata",
    "mode",
    "model",
    "name",
    "target",
    "tools",
    "user-invocable",
    "version",
];

/// The info strings of fences in which people wrap a whole primitive.
const FENCE_INFOS: &[&str] = &[
    "",
    "agent",
    "chatagent",
    "chatmode",
    "frontmatter",
    "instructions",
    "markdown",
    "md",
    "prompt",
    "skill",
    "yaml",
    "yml",
];

/// Finds the header of `text` and reads it.
///
/// For the shapes that no client reads as a header ([`HeaderShape::NotAtStart`],
/// [`HeaderShape::Fenced`]) the body is the whole text, as it is to clients.
#[must_use]
pub fn find(text: &str) -> Header {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = Lines { text, at: bom };
    let found = match lines.next() {
        Some(first) if is_delimiter(first.of(text)) => {
            closed(text, first, lines.clone()).or_else(|| unclosed(text, first, lines))
        }
        Some(_) => fenced(text, bom).or_else(|| not_at_start(text, bom)),
        None => None,
    };
    found.unwrap_or_else(|| Header {
        span: Span::at(bom),
        open: Span::at(bom),
        content: Span::at(bom),
        body: Span::at(bom).start,
        ..Header::default()
    })
}

/// The lines of a text without their ends (LF, CRLF or a lone CR).
#[derive(Clone)]
struct Lines<'t> {
    text: &'t str,
    /// Where the next line begins.
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let length = memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
        let terminator = match rest.as_bytes().get(length..length + 2) {
            Some(b"\r\n") => 2,
            _ => 1,
        };
        self.at = (start + length + terminator).min(self.text.len());
        Some(Span::new(start, start + length))
    }
}

/// Whether a line is exactly `---` and blanks.
fn is_delimiter(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.trim().is_empty())
}

fn dashes(line: Span) -> Span {
    Span { start: line.start, end: line.start + 3 }
}

fn closed(text: &str, first: Span, mut lines: Lines<'_>) -> Option<Header> {
    let start = lines.at;
    let closing = lines.find(|line| is_delimiter(line.of(text)))?;
    let content = Span::new(start, closing.start as usize);
    let yaml = yaml::parse(text, content);
    let strict = yaml::objections(text, content, &yaml);
    Some(Header {
        shape: HeaderShape::Closed,
        span: first.cover(closing),
        open: dashes(first),
        content,
        body: Span::at(lines.at).start,
        yaml,
        strict,
    })
}

/// A header that nobody closed. To clients the whole file is header; to be of use in an editor only
/// the leading lines that look like YAML are taken for it.
fn unclosed(text: &str, first: Span, lines: Lines<'_>) -> Option<Header> {
    let start = lines.at;
    let mut rest = lines;
    let mut end = start;
    let mut last = first;
    let mut blank_before = false;
    let mut begun = false;
    while let Some(span) = rest.next() {
        let line = span.of(text);
        let kind = kind_of(line);
        if kind == Kind::Blank {
            blank_before = true;
            continue;
        }
        let fits = match kind {
            // A thematic rule may well be followed by a note in prose, so the first key after an
            // empty line has to be one that headers have.
            Kind::Pair if !begun => !blank_before || has_known_key(line),
            Kind::Comment if !begun => !blank_before,
            Kind::Pair => true,
            Kind::Indented => begun,
            Kind::Item | Kind::Comment | Kind::Word => begun && !blank_before,
            Kind::Blank | Kind::Other => false,
        };
        if !fits {
            break;
        }
        begun |= kind == Kind::Pair;
        blank_before = false;
        end = rest.at;
        last = span;
    }
    if !begun {
        return None;
    }
    let content = Span::new(start, end);
    Some(Header {
        shape: HeaderShape::Unclosed,
        span: first.cover(last),
        open: dashes(first),
        content,
        body: content.end,
        yaml: yaml::parse(text, content),
        strict: Vec::new(),
    })
}

/// What a line looks like to somebody who looks for YAML.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    /// `key:` or `key: value`
    Pair,
    Item,
    /// `# …`; a heading to Markdown.
    Comment,
    Indented,
    /// A single word: half a key, or a closing bracket.
    Word,
    Other,
}

fn kind_of(line: &str) -> Kind {
    let trimmed = line.trim();
    if trimmed.is_empty() {
        return Kind::Blank;
    }
    if key_of(line).is_some() {
        return Kind::Pair;
    }
    if line.starts_with([' ', '\t']) {
        return Kind::Indented;
    }
    if trimmed == "-" || trimmed.starts_with("- ") {
        return Kind::Item;
    }
    if trimmed.starts_with("# ") || trimmed == "#" {
        return Kind::Comment;
    }
    let wordlike = trimmed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_]}".contains(&byte));
    if wordlike && !trimmed.starts_with("--") { Kind::Word } else { Kind::Other }
}

/// The key of an unindented line `key:` or `key: value`: one word, quoted or not.
fn key_of(line: &str) -> Option<&str> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_end_matches([' ', '\t']);
    let bare = key.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\''])).unwrap_or(key);
    let is_word = bare.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.$".contains(&byte));
    (is_word && (value.is_empty() || value.starts_with([' ', '\t']))).then_some(bare)
}

fn has_known_key(line: &str) -> bool {
    key_of(line).is_some_and(|key| KNOWN_KEYS.contains(&key.to_ascii_lowercase().as_str()))
}

/// A whole header in the fence that begins on the first line with text.
fn fenced(text: &str, bom: usize) -> Option<Header> {
    let mut lines = Lines { text, at: bom };
    let open = lines.find(|line| !line.of(text).trim().is_empty())?;
    let line = open.of(text);
    let indent = line.len() - line.trim_start_matches(' ').len();
    let fence = line.trim_start_matches(' ');
    let mark = fence.chars().next().filter(|mark| ['`', '~'].contains(mark))?;
    let width = fence.chars().take_while(|&next| next == mark).count();
    let info = fence.trim_start_matches(mark).trim();
    let word = info.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    if indent > 3 || width < 3 || !FENCE_INFOS.contains(&word.as_str()) {
        return None;
    }
    let first = lines.next().filter(|line| is_delimiter(line.of(text)))?;
    let content_start = lines.at;
    let closing =
        lines.find(|line| is_delimiter(line.of(text)) || closes_fence(line.of(text), mark, width))?;
    is_delimiter(closing.of(text)).then(|| Header {
        shape: HeaderShape::Fenced,
        span: first.cover(closing),
        open: Span::new(open.start as usize + indent, open.end as usize),
        content: Span::new(content_start, closing.start as usize),
        body: Span::at(bom).start,
        ..Header::default()
    })
}

fn closes_fence(line: &str, mark: char, width: usize) -> bool {
    let line = line.trim();
    line.chars().all(|next| next == mark) && line.len() >= width
}

/// A whole header after comments, empty lines or a little text.
fn not_at_start(text: &str, bom: usize) -> Option<Header> {
    let mut lines = Lines { text, at: bom };
    let mut in_comment = false;
    let mut text_lines = 0;
    let mut paragraph_ended = false;
    for _ in 0..=LINES_BEFORE {
        let span = lines.next()?;
        let line = span.of(text);
        let trimmed = line.trim();
        if in_comment || trimmed.starts_with("<!--") {
            in_comment = match trimmed.rfind("-->") {
                Some(end) if trimmed.get(end + 3..).is_some_and(str::is_empty) => false,
                // Text behind a comment makes the line more than a comment.
                Some(_) => return None,
                None => true,
            };
            continue;
        }
        if is_delimiter(line) {
            return header_at(text, span, lines, bom, text_lines > 0);
        }
        if trimmed.is_empty() {
            paragraph_ended |= text_lines > 0;
            continue;
        }
        text_lines += 1;
        if paragraph_ended || text_lines > TEXT_LINES_BEFORE || is_structure(line) {
            return None;
        }
    }
    None
}

/// Whether a line is Markdown structure rather than running text.
fn is_structure(line: &str) -> bool {
    let trimmed = line.trim_start();
    trimmed.starts_with(['#', '>', '|', '`', '~', '='])
        || trimmed.starts_with("- ")
        || trimmed.starts_with("* ")
        || trimmed.starts_with("+ ")
        || trimmed.starts_with("---")
        || line.starts_with("    ")
        || line.starts_with('\t')
}

/// The header that `open` begins, if every line to its closing one looks like YAML.
fn header_at(text: &str, open: Span, mut lines: Lines<'_>, bom: usize, after_text: bool) -> Option<Header> {
    let start = lines.at;
    let mut pairs = false;
    let mut known = false;
    for _ in 0..=LINES_INSIDE {
        let span = lines.next()?;
        let line = span.of(text);
        if is_delimiter(line) {
            return (pairs && (known || !after_text)).then(|| Header {
                shape: HeaderShape::NotAtStart,
                span: open.cover(span),
                open: dashes(open),
                content: Span::new(start, span.start as usize),
                body: Span::at(bom).start,
                ..Header::default()
            });
        }
        match kind_of(line) {
            Kind::Pair => {
                pairs = true;
                known |= has_known_key(line);
            }
            Kind::Blank | Kind::Comment => {}
            Kind::Indented | Kind::Item if pairs => {}
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Shape, opening, content and body of a header, as text.
    fn seen(text: &str) -> (HeaderShape, &str, &str, &str) {
        let header = find(text);
        let body = text.get(header.body as usize..).unwrap();
        (header.shape, header.open.of(text), header.content.of(text), body)
    }

    #[test]
    fn closed_headers_are_what_clients_read() {
        for (text, content, body) in [
            ("---\na: b\n---\nbody\n", "a: b\n", "body\n"),
            ("---\r\na: b\r\n---\r\nbody", "a: b\r\n", "body"),
            ("---\ra: b\r---\rbody", "a: b\r", "body"),
            ("\u{feff}---\na: b\n---\nbody", "a: b\n", "body"),
            ("--- \t\na: b\n---  \nbody", "a: b\n", "body"),
            ("---\na: b\n---", "a: b\n", ""),
            ("---\n---\nbody", "", "body"),
            ("---\n---", "", ""),
            ("---\n\nprose\n\n---\nmore", "\nprose\n\n", "more"),
            ("---\na: b\n...\n ---\n----\n---x\n---\nbody", "a: b\n...\n ---\n----\n---x\n", "body"),
        ] {
            assert_eq!(seen(text), (HeaderShape::Closed, "---", content, body), "{text:?}");
        }
        let text = "\u{feff}---\na: b\n---  \nbody";
        assert_eq!(find(text).span.of(text), "---\na: b\n---  ");
        assert_eq!(find(text).yaml.map().unwrap().str("a"), Some("b"));
    }

    #[test]
    fn unclosed_headers_end_where_yaml_ends() {
        for (text, content) in [
            ("---\nname: x", "name: x"),
            ("---\nname: x\n\n# Title\n\ntext", "name: x\n"),
            (
                "---\nname: x\ntools:\n- a\n  - b\n# note\nde\n\nmodel: y\n\nSome text.\nname: z",
                "name: x\ntools:\n- a\n  - b\n# note\nde\n\nmodel: y\n",
            ),
            ("---\nname: x\n## Title\n", "name: x\n"),
            ("---\nname: x\nNow follows some prose.\n", "name: x\n"),
            ("---\ndescription: |\n  one\n\n  two\n\nText\n", "description: |\n  one\n\n  two\n"),
            ("---\n# note\nname: x\n", "# note\nname: x\n"),
            ("---\n\nname: x\n", "\nname: x\n"),
            ("---\r\nname: x\r\n\r\n- item\r\n", "name: x\r\n"),
            ("---\ntools: [\n  'a',\n]\nname: x\n", "tools: [\n  'a',\n]\nname: x\n"),
        ] {
            let (shape, open, found, body) = seen(text);
            assert_eq!((shape, open, found), (HeaderShape::Unclosed, "---", content), "{text:?}");
            assert!(
                text.ends_with(body)
                    && text.len() == 4 + usize::from(text.contains('\r')) + content.len() + body.len()
            );
        }
        assert_eq!(find("---\nname: x\n").yaml.map().unwrap().str("name"), Some("x"));
    }

    #[test]
    fn other_documents_have_no_header() {
        for text in [
            "",
            "\u{feff}",
            "\u{feff}# Title",
            "---",
            "---\n",
            "---\n\n# Title\n",
            "---\nSome prose.\n",
            "---\n\nNote: this is prose.\n",
            "---\n- item\n",
            "----\nname: x\n---\n",
            "--- x\nname: x\n---\n",
            "# Title\n\n---\nname: x\ndescription: y\n---\n",
            "Text\n\n---\n\nNote: more text\n\n---\n",
            "Text\n\n---\nmore: text\n---\n",
            "Text\n\nMore\n\n---\nname: text\n---\n",
            "Text\n\n---\nname: text\nSome prose follows.\n---\n",
            "- item\n\n---\nname: x\n---\n",
            "<!-- a --> text\n---\nname: x\n---\n",
            "<!-- a -->\n---\nname: x\n",
            "```rust\n---\nname: x\n---\n```\n",
            "```yaml\nname: x\n```\n---\n",
            "```yaml\n---\nname: x\n```\n---\n",
            "Text\n```yaml\n---\nname: x\n---\n```\n",
        ] {
            let header = find(text);
            assert_eq!(header.shape, HeaderShape::None, "{text:?}");
            assert!(header.span.is_empty() && header.content.is_empty(), "{text:?}");
        }
        assert_eq!(find("\u{feff}# Title").body, 3);
        let far = "\n".repeat(LINES_BEFORE + 1) + "---\nname: x\n---\n";
        assert_eq!(find(&far).shape, HeaderShape::None);
    }

    #[test]
    fn headers_out_of_place_are_found() {
        for (text, span, content) in [
            ("\n---\nname: x\n---\nbody", "---\nname: x\n---", "name: x\n"),
            ("\u{feff}\r\n---\r\nname: x\r\n---\r\n", "---\r\nname: x\r\n---", "name: x\r\n"),
            ("<!-- a\n\n# b\n-->\n\n---\nfoo: x\n---", "---\nfoo: x\n---", "foo: x\n"),
            (
                "Some text\nof two lines\n\n---\ntools:\n  - a\n- b\n\n# c\n---\n",
                "---\ntools:\n  - a\n- b\n\n# c\n---",
                "tools:\n  - a\n- b\n\n# c\n",
            ),
        ] {
            let header = find(text);
            assert_eq!(header.shape, HeaderShape::NotAtStart, "{text:?}");
            assert_eq!((header.span.of(text), header.content.of(text)), (span, content));
            assert_eq!(header.open.of(text), "---");
            assert_eq!(header.yaml, yaml::Yaml::default());
        }
        for (text, open) in [
            ("```yaml\n---\nname: x\n---\n```\n", "```yaml"),
            ("\n  ````ChatAgent title\n---\nname: x\n---\n# Title\n````", "````ChatAgent title"),
            ("~~~\n---\nname: x\n---\n", "~~~"),
        ] {
            let header = find(text);
            assert_eq!(header.shape, HeaderShape::Fenced, "{text:?}");
            assert_eq!(header.open.of(text), open);
            assert_eq!((header.span.of(text), header.content.of(text)), ("---\nname: x\n---", "name: x\n"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn spans_lie_in_the_text(
            lines in prop::collection::vec(prop_oneof![
                Just("---"), Just("```yaml"), Just("```"), Just("name: x"), Just(""), Just("# é"), Just("<!-- a"),
                Just("-->"), Just("  - ö"), Just("text"), Just("\u{feff}---"), Just("tools: ["),
            ], 0..14),
            end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        ) {
            let text = lines.join(end);
            let header = find(&text);
            prop_assert!(text.is_char_boundary(header.body as usize));
            for span in [header.span, header.open, header.content] {
                prop_assert!(text.get(span.range()).is_some());
            }
            if matches!(header.shape, HeaderShape::Closed | HeaderShape::Unclosed) {
                prop_assert!(header.span.start == header.open.start && header.body >= header.content.end);
            } else {
                prop_assert_eq!(header.yaml, yaml::Yaml::default());
            }
        }
    }
}
