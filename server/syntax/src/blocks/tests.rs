//! What features would notice of the block tree.

use super::*;
use crate::{Encoding, Position};

fn texts(spans: impl IntoIterator<Item = Span>, text: &str) -> Vec<&str> {
    spans.into_iter().map(|span| span.of(text)).collect()
}

fn blocks_of(text: &str) -> Blocks {
    Blocks::parse(&Text::new(text))
}

#[test]
fn blocks_come_with_their_kind_and_without_trailing_blanks() {
    use BlockKind::{Break, Definition, Fence, Heading, Html, Item, List, Paragraph, Quote, Table};
    let text = "# One\n\nWords\nmore  \n\n- item\n  - inner\n\n> quoted\n\n```rs\ncode\n```\n\n\
                    | a |\n|---|\n| b |\n\n<div>\nx\n</div>\n\nTwo\n---\n\n***\n\n[a]: b.md\n";
    let found: Vec<(BlockKind, &str)> =
        blocks_of(text).blocks(0).iter().map(|block| (block.kind, block.span.of(text))).collect();
    let expected = [
        (Heading(1), "# One"),
        (Paragraph, "Words\nmore"),
        (List, "- item\n  - inner"),
        (Item, "- item\n  - inner"),
        (Paragraph, "item"),
        (List, "- inner"),
        (Item, "- inner"),
        (Paragraph, "inner"),
        (Quote, "> quoted"),
        (Paragraph, "quoted"),
        (Fence, "```rs\ncode\n```"),
        (Table, "| a |\n|---|\n| b |"),
        (Html, "<div>\nx\n</div>"),
        (Heading(2), "Two\n---"),
        (Break, "***"),
        (Definition, "[a]: b.md"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn sections_reach_to_the_next_heading_of_their_level() {
    let text = "intro\n\n# A\na\n\n## B\nb\n\n\n### C\nc\n\nD\n---\nd\n\n# E\n";
    let sections = blocks_of(text).sections(0);
    let found: Vec<(u8, &str)> = sections.iter().map(|s| (s.level, s.span.of(text))).collect();
    let expected = [
        (1, "# A\na\n\n## B\nb\n\n\n### C\nc\n\nD\n---\nd"),
        (2, "## B\nb\n\n\n### C\nc"),
        (3, "### C\nc"),
        (2, "D\n---\nd"),
        (1, "# E"),
    ];
    assert_eq!(found, expected);
    let headings = texts(sections.iter().map(|s| s.heading), text);
    assert_eq!(headings, ["# A", "## B", "### C", "D\n---", "# E"]);
}

#[test]
fn sections_in_a_quotation_end_with_it() {
    let text = "# A\n\n> ## B\n> b\n\nafter\n\n- # C\n\n  c\n- d\n";
    let sections = blocks_of(text).sections(0);
    let spans = texts(sections.iter().map(|s| s.span), text);
    assert_eq!(spans, [text.trim_end(), "## B\n> b", "# C\n\n  c"]);
}

#[test]
fn folds_have_more_than_one_line_and_leave_the_header_out() {
    let header = "---\nname: x\ntools:\n  - a\n  - b\n---\n";
    let text = format!("{header}# A\n\n- one\n- two\n  more\n\n```\nx\n```\n\n> one line\n");
    let folds = blocks_of(&text).folds(header.len());
    let found: Vec<(Option<BlockKind>, &str)> =
        folds.iter().map(|&(kind, span)| (kind, span.of(&text))).collect();
    let expected = [
        (None, text[header.len()..].trim_end()),
        (Some(BlockKind::List), "- one\n- two\n  more"),
        (Some(BlockKind::Item), "- two\n  more"),
        (Some(BlockKind::Fence), "```\nx\n```"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn enclosing_goes_from_the_paragraph_to_the_whole_text() {
    let text = "# A\n\nB\n---\n\n- one\n- two\n\n  more\n\n# C\n";
    let spans = blocks_of(text).enclosing(text.find("more").unwrap(), 0);
    let expected = [
        "more",
        "- two\n\n  more",
        "- one\n- two\n\n  more",
        "B\n---\n\n- one\n- two\n\n  more",
        "# A\n\nB\n---\n\n- one\n- two\n\n  more",
        text,
    ];
    assert_eq!(texts(spans, text), expected);
    let at_the_end = blocks_of("# A\n\nend").enclosing(8, 0);
    assert_eq!(at_the_end, [Span::new(5, 8), Span::new(0, 8)]);
    assert_eq!(blocks_of(text).enclosing(0, 5), [Span::new(0, text.len())]);
    assert_eq!(blocks_of("").enclosing(7, 0), [Span::default()]);
}

#[test]
fn an_edit_says_what_it_changed() {
    let mut text = Text::new("# A\n\none\n\ntwo\n");
    let mut blocks = Blocks::parse(&text);
    let at = |line, character| Position { line, character };
    let typed = text.apply(Some((at(2, 3), at(2, 3))), Encoding::Utf16, " more");
    let changed = blocks.edit(&[typed], &text);
    assert_eq!(changed, Changed { edited: Span::new(8, 13), structure: vec![] });
    let one = text.apply(Some((at(2, 0), at(2, 0))), Encoding::Utf16, "- ");
    let two = text.apply(Some((at(4, 0), at(4, 0))), Encoding::Utf16, "- ");
    let changed = blocks.edit(&[one, two], &text);
    assert_eq!(text.slice(changed.edited), "- one more\n\n- ");
    assert!(!changed.structure.is_empty());
    assert_eq!(blocks.dump(), Blocks::parse(&text).dump());
    assert_eq!(blocks.text().to_string(), "# A\n\n- one more\n\n- two\n");
}

#[test]
fn a_parse_that_is_broken_off_leaves_the_former_blocks() {
    let mut text = Text::new(&"- word\n\n> quoted\n\n".repeat(2_000));
    let mut blocks = Blocks::parse(&text);
    let before = blocks.dump();
    let edit = text.apply(None, Encoding::Utf16, &"> - word\n\n".repeat(4_000));
    let mut calls = 0;
    let changed = blocks.edit_while(&[edit], &text, &mut || {
        calls += 1;
        if calls > 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(changed, None);
    assert_eq!(blocks.dump(), before);
    // The next parse of this thread begins afresh instead of resuming the one broken off.
    assert_eq!(blocks_of("# Short\n\ntext\n").blocks(0).len(), 2);
    blocks.edit(&[edit], &text);
    assert_eq!(blocks.dump(), Blocks::parse(&text).dump());
}

#[test]
fn deep_nesting_is_walked_without_recursion() {
    for text in ["> ".repeat(20_000), "- ".repeat(20_000)] {
        let blocks = blocks_of(&text);
        let _ = (blocks.blocks(0), blocks.folds(0), blocks.enclosing(text.len(), 0));
    }
}

#[test]
fn blocks_are_found_where_the_grammar_met_an_error() {
    let text = "# A\n\nword\n\n-\n1.\n1. <div\n\n\n";
    let blocks = blocks_of(text);
    assert!(blocks.dump().iter().any(|(_, kind, _)| *kind == "ERROR"), "the grammar has improved");
    let found = texts(blocks.blocks(0).iter().map(|block| block.span), text);
    assert_eq!(found[..2], ["# A", "word"]);
}

#[test]
fn the_last_line_needs_no_line_end() {
    for (before, typed, expected) in [
        ("text\n\n", "# A", BlockKind::Heading(1)),
        ("text\n\n# ", "A", BlockKind::Heading(1)),
        ("text\n\n``", "`", BlockKind::Fence),
        ("text\n\n```rs\nlet", " x", BlockKind::Fence),
        ("text\n\n>", " > - ", BlockKind::Quote),
        ("text\n\n[a]:", " b", BlockKind::Definition),
        ("text\n\n|a|\n", "|-|", BlockKind::Table),
    ] {
        let mut text = Text::new(before);
        let mut blocks = Blocks::parse(&text);
        let end = Position { line: u32::MAX, character: 0 };
        let edits = [text.apply(Some((end, end)), Encoding::Utf16, typed)];
        blocks.edit(&edits, &text);
        let found = blocks.blocks(0);
        let whole = text.to_string();
        assert_eq!(found[1].kind, expected, "{whole:?}");
        assert_eq!(found[1].span.of(&whole), whole[6..].trim_end(), "{whole:?}");
        assert_eq!(blocks.dump(), Blocks::parse(&text).dump(), "{whole:?}");
    }
}
