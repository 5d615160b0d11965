//! The cases of `grammars/cases.toml`, which the grammars of editors are held to as well.

use segue_syntax::Facts;
use segue_syntax::facts::TokenKind;

fn name(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Tool => "tool",
        TokenKind::File => "file",
        TokenKind::Variable => "variable",
        TokenKind::UnclosedVariable => "unclosed",
        TokenKind::Import => "import",
        TokenKind::Include | TokenKind::OptionalInclude => "include",
        TokenKind::Mention => "mention",
        TokenKind::Command => "command",
        TokenKind::Argument => "argument",
    }
}

#[test]
fn the_lexer_agrees_with_the_grammars() {
    let table: toml::Table = include_str!("../../../grammars/cases.toml").parse().expect("TOML");
    let cases = table["case"].as_array().expect("cases");
    for case in cases {
        let text = case["text"].as_str().expect("text");
        let wanted: Vec<&str> = case["tokens"]
            .as_array()
            .expect("tokens")
            .iter()
            .map(|token| token.as_str().expect("a token"))
            // The lexer leaves these to the reader of workflows, whose own test has them.
            .filter(|token| !token.starts_with("expression "))
            .collect();
        let facts = Facts::of(text);
        let found: Vec<String> = facts
            .tokens
            .iter()
            .map(|token| (name(token.kind), token.span.of(text)))
            // Said while it is typed; to a grammar it is text.
            .filter(|(kind, _)| *kind != "unclosed")
            .map(|(kind, covered)| format!("{kind} {covered}"))
            .collect();
        assert_eq!(found, wanted, "in {text:?}");
    }
    assert!(cases.len() >= 25, "the table was read");
}
