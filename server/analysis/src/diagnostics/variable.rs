//! `variable/*`: `${input:name}` and the other variables of prompt files.
//!
//! The body of a primitive is full of `${…}` that is somebody else's: shells, templates, JavaScript,
//! workflows. Only what can be nothing but a variable of VS Code is judged.

use super::near::meant;
use super::{Context, Report};
use segue_catalog::{Dialect, Kind, Severity, Variable, VariablePlace};
use segue_syntax::facts::{Token, TokenKind};

pub(super) fn check(context: &mut Context<'_>) {
    let facts = context.facts;
    let is_prompt = context.kind == Kind::Prompt && context.dialect == Dialect::Copilot;
    for token in &facts.tokens {
        match token.kind {
            TokenKind::Variable if is_prompt => in_prompt(context, token),
            TokenKind::Variable => elsewhere(context, token),
            TokenKind::UnclosedVariable if is_prompt && !token.in_code => unclosed(context, token),
            _ => {}
        }
    }
}

/// The word before the colon, and what follows it.
fn parts(name: &str) -> (&str, Option<&str>) {
    name.split_once(':').map_or((name, None), |(word, rest)| (word, Some(rest)))
}

fn means_something(variable: &Variable) -> bool {
    variable.places.contains(&VariablePlace::Prompt)
}

fn in_prompt(context: &mut Context<'_>, token: &Token) {
    let (word, argument) = parts(&token.name);
    match context.catalog.variable(word) {
        Some(variable) if means_something(variable) => {
            let unnamed =
                argument.is_none_or(|rest| rest.split(':').next().is_some_and(|name| name.trim().is_empty()));
            if variable.argument && unnamed {
                let message = format!("`{}` has no name: write `{}`.", token_text(token), variable.written);
                context
                    .send(Report::new("variable/unknown", token.span, message).severity(Severity::Warning));
            }
        }
        // In code it is the code's own.
        _ if token.in_code || !is_word(word) => {}
        Some(_) => {
            let message = format!(
                "`{}` means something to tasks and settings; in a prompt it stays as it is.",
                token_text(token)
            );
            context
                .send(Report::new("variable/unknown", token.span, message).severity(Severity::Information));
        }
        None if argument.is_none() => unknown(context, token, word),
        None => {}
    }
}

fn token_text(token: &Token) -> String {
    format!("${{{}}}", token.name)
}

/// A word as the variables of VS Code are: letters, the first one small. Shell variables are written
/// in capitals, and what has dots, blanks or brackets is code.
fn is_word(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn unknown(context: &mut Context<'_>, token: &Token, word: &str) {
    let plain = |variable: &&Variable| means_something(variable) && !variable.argument;
    let names = context.catalog.variables.iter().filter(plain).map(|variable| variable.name.as_str());
    let near = meant(word, names).and_then(|name| context.catalog.variable(name));
    let mut message = format!("A prompt has no variable `{}`: it stays as it is.", token_text(token));
    if let Some(near) = near {
        message += &format!(" Did you mean `{}`?", near.written);
    }
    let mut report = Report::new("variable/unknown", token.span, message);
    if let Some(near) = near {
        report = report.offered_fix(format!("Write `{}`", near.written), token.span, near.written.clone());
    }
    context.send(report);
}

fn unclosed(context: &mut Context<'_>, token: &Token) {
    let (word, argument) = parts(&token.name);
    let Some(variable) = context.catalog.variable(word).filter(|variable| means_something(variable)) else {
        return;
    };
    if variable.argument != argument.is_some() {
        return;
    }
    let message = format!("No `}}` closes `${{{}` on its line: it stays as it is.", token.name);
    context.send(Report::new("variable/unclosed", token.span, message).offered_fix(
        "Close it",
        segue_syntax::Span::at(token.span.end as usize),
        "}",
    ));
}

/// `${input:…}` where nobody asks for it; said once a file.
fn elsewhere(context: &mut Context<'_>, token: &Token) {
    let asked_in_prompts = matches!(
        context.kind,
        Kind::Agent | Kind::ChatMode | Kind::Skill | Kind::Instructions | Kind::Prompt
    );
    let (word, argument) = parts(&token.name);
    let Some(variable) = context.catalog.variable(word) else { return };
    if !asked_in_prompts
        || token.in_code
        || argument.is_none()
        || !(means_something(variable) && variable.argument)
        || context.said_once("variable/not-in-prompts")
    {
        return;
    }
    let message =
        format!("`{}` asks the user in prompt files only; here it stays as it is.", token_text(token));
    context.send(Report::new("variable/not-in-prompts", token.span, message));
}
