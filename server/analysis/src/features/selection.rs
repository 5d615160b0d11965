//! What a growing selection takes in: the word, what it is part of, its block, its section, all.

use segue_syntax::blocks::Blocks;
use segue_syntax::facts::{Fence, HeaderShape};
use segue_syntax::yaml::{Node, Value};
use segue_syntax::{Facts, Span};

/// The ranges around a byte, the innermost first, each larger than the one before, the whole text
/// last. `blocks` and `facts` are of `text`.
#[must_use]
pub fn at(text: &str, facts: &Facts, blocks: &Blocks, offset: u32) -> Vec<Span> {
    let at = offset as usize;
    let mut around: Vec<Span> = blocks.enclosing(at, facts.header.body as usize);
    around.extend(word(text, at));
    if offset < facts.header.body {
        header(facts, at, &mut around);
    } else {
        body(text, facts, at, &mut around);
    }
    around.retain(|span| !span.is_empty() && span.touches(at));
    // The smallest first; of two that are as long the one that ends here is no more than the other.
    around.sort_by_key(|span| (span.len(), span.start));
    let mut grown: Vec<Span> = Vec::new();
    for span in around {
        if grown.last().is_none_or(|last| span.contains(*last) && span != *last) {
            grown.push(span);
        }
    }
    if grown.is_empty() {
        grown.push(Span::new(0, text.len()));
    }
    grown
}

/// The word that a byte is in or at the end of.
fn word(text: &str, at: usize) -> Option<Span> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (before, after) = (text.get(..at)?, text.get(at..)?);
    let start =
        before.len() - before.chars().rev().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
    let end = at + after.chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
    Some(Span::new(start, end))
}

/// Values, entries and lists of the header, and the header with and without its lines of hyphens.
fn header(facts: &Facts, at: usize, into: &mut Vec<Span>) {
    if facts.header.shape == HeaderShape::None {
        return;
    }
    into.extend([facts.header.content, facts.header.span]);
    let mut next = facts.header.yaml.root.as_ref();
    while let Some(node) = next {
        into.extend([node.inner_span(), node.span]);
        next = inside(node, at, into);
    }
}

/// The value in a node that holds a byte; keys and entries on the way are noted.
fn inside<'n>(node: &'n Node, at: usize, into: &mut Vec<Span>) -> Option<&'n Node> {
    match &node.value {
        Value::Scalar(_) => None,
        Value::Seq(seq) => seq.items.iter().find(|item| item.span.touches(at)),
        Value::Map(map) => {
            let entry = map.entries.iter().find(|entry| entry.span().touches(at))?;
            into.extend([entry.key.span, entry.span()]);
            entry.value.as_ref().filter(|value| value.span.touches(at))
        }
    }
}

/// Links, definitions, tokens, the text of headings and of fences.
fn body(text: &str, facts: &Facts, at: usize, into: &mut Vec<Span>) {
    for link in facts.links.iter().filter(|link| link.span.touches(at)) {
        into.extend([link.target_span, link.text_span(), link.span]);
    }
    for definition in facts.definitions.iter().filter(|definition| definition.span.touches(at)) {
        into.extend([definition.label_span, definition.target_span, definition.span]);
    }
    for token in facts.tokens.iter().filter(|token| token.span.touches(at)) {
        into.extend([token.name_span, token.span]);
    }
    into.extend(facts.headings.iter().map(|heading| heading.text_span));
    into.extend(facts.fences.iter().filter(|fence| fence.span.touches(at)).map(|fence| inner(text, fence)));
}

/// The lines of a fence between its marks.
fn inner(text: &str, fence: &Fence) -> Span {
    let after_open = Span { start: fence.open.end, end: fence.span.end };
    let rest = after_open.of(text);
    let lead = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    let lines = rest.get(lead.min(2)..).unwrap_or_default();
    let start = after_open.start as usize + lead.min(rest.len() - lines.len());
    let lines = if fence.closed {
        lines.trim_end().rfind(['\n', '\r']).map_or("", |end| &lines[..end])
    } else {
        lines
    };
    Span::new(start, start + lines.trim_end_matches(['\r', '\n']).len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_syntax::Text;

    /// What is selected step by step from `$0` on, one step a line.
    fn grown(marked: &str) -> String {
        let at = marked.find("$0").expect("a cursor");
        let text = marked.replacen("$0", "", 1);
        let (facts, blocks) = (Facts::of(&text), Blocks::parse(&Text::new(&text)));
        let spans = super::at(&text, &facts, &blocks, u32::try_from(at).expect("short"));
        spans.iter().map(|span| format!("{}\n", span.of(&text).replace('\n', "⏎"))).collect()
    }

    #[test]
    fn from_a_word_of_a_link_to_the_whole_text() {
        let text = "---\nname: x\n---\n# One\n\nSee the [to$0ken rules](./a.md#b) now.\n\n## Two\n";
        insta::assert_snapshot!(grown(text), @r"
        token
        token rules
        [token rules](./a.md#b)
        See the [token rules](./a.md#b) now.
        # One⏎⏎See the [token rules](./a.md#b) now.⏎⏎## Two
        ---⏎name: x⏎---⏎# One⏎⏎See the [token rules](./a.md#b) now.⏎⏎## Two⏎
        ");
    }

    #[test]
    fn in_a_header() {
        let text = "---\nname: x\ntools: [search, \"ed$0it/files\"]\n---\n# One\n";
        insta::assert_snapshot!(grown(text), @r#"
        edit
        edit/files
        "edit/files"
        [search, "edit/files"]
        tools: [search, "edit/files"]
        name: x⏎tools: [search, "edit/files"]
        name: x⏎tools: [search, "edit/files"]⏎
        ---⏎name: x⏎tools: [search, "edit/files"]⏎---
        ---⏎name: x⏎tools: [search, "edit/files"]⏎---⏎# One⏎
        "#);
    }

    #[test]
    fn in_a_fence_of_a_list() {
        insta::assert_snapshot!(grown("- one\n- two\n\n  ```sh\n  ls $0-l\n  cd\n  ```\n"), @r"
          ls -l⏎  cd
        ```sh⏎  ls -l⏎  cd⏎  ```
        - two⏎⏎  ```sh⏎  ls -l⏎  cd⏎  ```
        - one⏎- two⏎⏎  ```sh⏎  ls -l⏎  cd⏎  ```
        - one⏎- two⏎⏎  ```sh⏎  ls -l⏎  cd⏎  ```⏎
        ");
    }

    #[test]
    fn at_the_edges_of_odd_texts() {
        for text in
            ["$0", "$0\n", "\u{feff}$0# A\n", "---\n$0", "---\na: [$0\n", "# é😀$0\n", "```\n$0", "- $0"]
        {
            let steps = grown(text);
            assert!(steps.lines().count() >= usize::from(text.len() > 2), "{text:?}");
        }
    }
}
