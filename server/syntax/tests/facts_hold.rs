//! What holds of the facts of any text at all.

use proptest::prelude::*;
use segue_syntax::{Facts, Span};

/// Every span of `facts` with a name for it.
fn spans(facts: &Facts) -> Vec<(&'static str, Span)> {
    let mut spans = Vec::new();
    for heading in &facts.headings {
        spans.extend([("heading", heading.span), ("heading text", heading.text_span)]);
    }
    spans.extend(facts.html_ids.iter().map(|id| ("id", id.span)));
    for link in &facts.links {
        spans.extend([("link", link.span), ("link text", link.text_span()), ("target", link.target_span)]);
    }
    for definition in &facts.definitions {
        spans.extend([
            ("definition", definition.span),
            ("label", definition.label_span),
            ("definition target", definition.target_span),
        ]);
    }
    for reference in &facts.undefined {
        spans.extend([("undefined", reference.whole), ("undefined label", reference.span)]);
    }
    for fence in &facts.fences {
        spans.extend([("fence", fence.span), ("fence opening", fence.open)]);
    }
    for token in &facts.tokens {
        spans.extend([("token", token.span), ("token name", token.name_span)]);
    }
    spans.extend(facts.oddities.iter().map(|oddity| ("oddity", oddity.span)));
    for ignore in &facts.ignores {
        spans.push(("ignore", ignore.span));
        spans.extend(ignore.covers.map(|covers| ("covered", covers)));
        spans.extend(ignore.codes.iter().map(|(_, span)| ("code", *span)));
    }
    spans
}

fn check(text: &str) {
    let facts = Facts::of(text);
    for (name, span) in spans(&facts) {
        assert!(span.start <= span.end, "{name} {span:?} of {text:?}");
        assert!(text.get(span.range()).is_some(), "{name} {span:?} of {text:?}");
    }
    let ordered = |name: &str, starts: Vec<Span>| {
        assert!(starts.is_sorted_by_key(|span| span.start), "{name} of {text:?}: {starts:?}");
    };
    ordered("headings", facts.headings.iter().map(|heading| heading.span).collect());
    ordered("links", facts.links.iter().map(|link| link.span).collect());
    ordered("definitions", facts.definitions.iter().map(|definition| definition.span).collect());
    ordered("undefined", facts.undefined.iter().map(|reference| reference.whole).collect());
    ordered("fences", facts.fences.iter().map(|fence| fence.span).collect());
    ordered("oddities", facts.oddities.iter().map(|oddity| oddity.span).collect());
    ordered("tokens", facts.tokens.iter().map(|token| token.span).collect());
    for pair in facts.tokens.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "tokens overlap in {text:?}: {pair:?}");
    }
    for link in &facts.links {
        assert!(link.span.contains(link.text_span()), "{link:?} of {text:?}");
        assert!(link.span.contains(link.target_span), "{link:?} of {text:?}");
    }
    for definition in &facts.definitions {
        assert!(definition.span.contains(definition.target_span), "{definition:?} of {text:?}");
        assert!(definition.span.contains(definition.label_span), "{definition:?} of {text:?}");
    }
    for heading in &facts.headings {
        assert!(heading.span.contains(heading.text_span), "{heading:?} of {text:?}");
    }
    for reference in &facts.undefined {
        assert!(reference.whole.contains(reference.span), "{reference:?} of {text:?}");
    }
    for fence in &facts.fences {
        assert!(fence.span.contains(fence.open), "{fence:?} of {text:?}");
    }
    for token in &facts.tokens {
        assert!(token.span.contains(token.name_span), "{token:?} of {text:?}");
    }
}

/// Pieces of Markdown that meet in unfortunate ways.
fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        " ",
        "  ",
        "    ",
        "\t",
        "> ",
        ">",
        "- ",
        "1. ",
        "# ",
        "## ",
        "#",
        "===",
        "---",
        "```",
        "~~~",
        "````",
        "`",
        "``",
        "[",
        "]",
        "(",
        ")",
        "](",
        "][",
        "[]",
        "]:",
        "[a]: ",
        "[a]",
        "[^1]",
        "[^1]: ",
        "![",
        "<",
        ">",
        "</",
        "<a id=\"",
        "\"",
        "'",
        "<!--",
        "-->",
        "<div>",
        "<pre>",
        "https://x.y",
        "@",
        "#tool:",
        "#file:",
        "${",
        "}",
        "$1",
        "$ARGUMENTS",
        "[0]",
        "/cmd",
        "./a.md",
        "\\",
        "&amp;",
        "&#x20;",
        "*",
        "**",
        "_",
        "~",
        "|",
        "| - |",
        "segue-ignore",
        "segue-ignore-file",
        " -- ",
        "\u{FEFF}",
        "\u{200B}",
        "\u{200D}",
        "\u{1F468}",
        "\u{1F3F4}",
        "\u{E0067}",
        "\u{E007F}",
        "\u{FFFD}",
        "\u{202E}",
        "\u{E9}",
        "\u{4F60}",
        "word",
    ]);
    prop_oneof![9 => fixed.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

fn cases() -> u32 {
    std::env::var("SEGUE_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(2000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spans_lie_in_any_text(pieces in prop::collection::vec(piece(), 0..40)) {
        check(&pieces.concat());
    }

    #[test]
    fn spans_lie_in_any_characters(text in any::<String>()) {
        check(&text);
    }
}

#[test]
fn time_grows_with_the_text() {
    // Each of these made a careless reader look at the rest of the text again and again: with such a
    // reader this test does not end.
    for unit in [
        "[",
        "[a](",
        "![",
        "[a][b]",
        "[a]: b\n\n",
        "]:",
        "`",
        "` `` ",
        "*a_",
        "<a id=\"",
        "<!--",
        "<div>\n",
        "${",
        "${a:",
        "#file:\"",
        "#file:(",
        "#tool:a#file:",
        "@./",
        "@a\\ ",
        "/a ",
        ")",
        "})*",
        "\\",
        "> ",
        "- ",
        "# a\n",
        "a\n---\n",
        "```\n",
        "~~~x\n````\n",
        "|a",
        "\u{200B}",
        "<!-- segue-ignore -->",
    ] {
        for start in ["", "@./a", "#file:", "```md\n", "[a]: b\n"] {
            check(&(start.to_owned() + &unit.repeat(200_000 / unit.len())));
        }
    }
}

/// The spans of the files that are at hand.
#[test]
fn spans_lie_in_real_files() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let corpus = std::env::var_os("SEGUE_CORPUS").map_or(root.join("../shared/corpus"), Into::into);
    let mut directories = vec![corpus.clone()];
    let mut files = 0;
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                files += 1;
                check(&text);
            }
        }
    }
    let required = std::env::var("SEGUE_REQUIRE").is_ok_and(|list| list.contains("corpus"));
    assert!(files > 0 || !required, "no files in {}", corpus.display());
    println!("{files} files of {}", corpus.display());
}
