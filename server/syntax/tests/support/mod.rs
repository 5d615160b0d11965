//! Facts as compact text, one fact a line, so that a case is an input and a few lines.
#![allow(dead_code, reason = "each test file uses a part of it")]

use segue_syntax::{Facts, Span};

fn of(text: &str, span: Span) -> String {
    format!("{:?}", span.of(text))
}

pub fn headings(text: &str) -> String {
    let facts = Facts::of(text);
    let lines = facts.headings.iter().map(|heading| {
        format!(
            "{} {} {} {:?} {}",
            heading.level,
            of(text, heading.span),
            of(text, heading.text_span),
            heading.text,
            heading.slug
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub fn links(text: &str) -> String {
    let facts = Facts::of(text);
    let mut lines: Vec<String> = Vec::new();
    for link in &facts.links {
        let definition = link.definition().map(|index| format!(" ->{index}")).unwrap_or_default();
        lines.push(format!(
            "{:?} {} text {} target {} {:?}{definition}",
            link.kind(),
            of(text, link.span),
            of(text, link.text_span()),
            of(text, link.target_span),
            link.target
        ));
    }
    for definition in &facts.definitions {
        let used = if definition.used { "used" } else { "unused" };
        lines.push(format!(
            "def {:?} {} {} target {} {:?} {used}",
            definition.label,
            of(text, definition.label_span),
            of(text, definition.span),
            of(text, definition.target_span),
            definition.target
        ));
    }
    for reference in &facts.undefined {
        let (span, whole) = (of(text, reference.span), of(text, reference.whole));
        lines.push(format!("undefined {:?} {span} {whole}", reference.label));
    }
    lines.join("\n")
}

pub fn fences(text: &str) -> String {
    let facts = Facts::of(text);
    let lines = facts.fences.iter().map(|fence| {
        format!(
            "{}{} {} info {:?} {}{} prose {} {}",
            fence.mark,
            fence.width,
            of(text, fence.open),
            fence.info,
            if fence.closed { "closed" } else { "open" },
            if fence.nested { " nested" } else { "" },
            fence.prose_lines,
            of(text, fence.span)
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub fn tokens(text: &str) -> String {
    let facts = Facts::of(text);
    let lines = facts.tokens.iter().map(|token| {
        let code = if token.in_code { " in code" } else { "" };
        let raw = token.name_span.of(text);
        let unquoted = if raw == &*token.name { String::new() } else { format!(" {:?}", token.name) };
        format!("{:?} {} {raw:?}{unquoted}{code}", token.kind, of(text, token.span))
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub fn oddities(text: &str) -> String {
    let facts = Facts::of(text);
    let lines = facts.oddities.iter().map(|oddity| {
        let code = if oddity.in_code { " in code" } else { "" };
        format!("{:?} {:?} {:?}{code}", oddity.kind, oddity.span, oddity.character)
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub fn ignores(text: &str) -> String {
    let facts = Facts::of(text);
    let lines = facts.ignores.iter().map(|ignore| {
        let codes: Vec<&str> = ignore.codes.iter().map(|(code, _)| &**code).collect();
        for (code, span) in &ignore.codes {
            assert_eq!(&**code, span.of(text));
        }
        let covers = ignore.covers.map_or("file".to_owned(), |covers| of(text, covers));
        format!("{} [{}] {covers}", of(text, ignore.span), codes.join(" "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Compares every case and reports all that differ.
pub fn check(render: impl Fn(&str) -> String, cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (source, expected) in cases {
        let found = render(source);
        if found != *expected {
            wrong.push(format!("source {source:?}\nexpected\n{expected}\nfound\n{found}\n"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
