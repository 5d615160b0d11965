//! The effective context as a page of Markdown, for editors and terminals.

use super::{Closure, Context, Guidance, Loaded, Node, Standing, When};
use crate::tokens;
use segue_catalog::LoadOrder;

/// The page; `shown` writes a root-relative path as the reader sees it.
#[must_use]
pub fn page(context: &Context, shown: &dyn Fn(&str) -> String) -> String {
    let mut text = format!("# Effective context of `{}`\n", shown(&context.path));
    for guidance in &context.guidance {
        of_client(guidance, shown, &mut text);
    }
    if let Some(closure) = &context.closure {
        of_closure(closure, shown, &mut text);
    }
    text.push_str(&format!(
        "\n{} Headers are not counted, nor is what lies in your own folders. Clients are taken as started in the top folder.\n",
        tokens::TOLD
    ));
    // Headings and paths are what others wrote, and a terminal obeys what it is sent.
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

fn of_client(guidance: &Guidance, shown: &dyn Fn(&str) -> String, text: &mut String) {
    let (loaded, others): (Vec<&Loaded>, Vec<&Loaded>) =
        guidance.files.iter().partition(|file| file.when == When::Loaded);
    let sum = match loaded.len() {
        0 => "nothing".to_owned(),
        count => format!("{}, {}", count_of(count, "file"), count_of(guidance.tokens, "token")),
    };
    text.push_str(&format!("\n## {}: {sum}\n", guidance.title));
    if !loaded.is_empty() {
        text.push('\n');
    }
    for (index, file) in loaded.iter().enumerate() {
        let tokens = count_of(file.tokens, "token");
        text.push_str(&format!("{}. `{}`: {}, {tokens}\n", index + 1, shown(&file.path), why(file, shown)));
    }
    if loaded.len() > 1 {
        text.push_str(match guidance.order {
            LoadOrder::FolderByFolder => "\nIn this order; what comes later counts more.\n",
            LoadOrder::Unknown => "\nIn which order they are put together is not documented.\n",
        });
    }
    if !others.is_empty() {
        text.push_str("\nNot by itself:\n\n");
    }
    for file in others {
        let why = why(file, shown);
        let why = match &file.when {
            When::Setting(setting) => format!("with `{setting}` turned on: {why}"),
            When::Loaded | When::OnRequest | When::Unknown => why,
        };
        text.push_str(&format!("- `{}`: {why}, {}\n", shown(&file.path), count_of(file.tokens, "token")));
    }
}

fn why(file: &Loaded, shown: &dyn Fn(&str) -> String) -> String {
    match &file.importer {
        Some(importer) => format!("imported by `{}`", shown(importer)),
        None => file.why.clone(),
    }
}

fn of_closure(closure: &Closure, shown: &dyn Fn(&str) -> String, text: &mut String) {
    let (files, tokens) = (count_of(closure.files, "file"), count_of(closure.tokens, "token"));
    text.push_str(&format!("\n## With its links: {files}, {tokens}\n\n"));
    node(&closure.root, 0, shown, text);
    if closure.cut {
        text.push_str("\nThere is more: the list was cut.\n");
    }
}

fn node(this: &Node, depth: usize, shown: &dyn Fn(&str) -> String, text: &mut String) {
    let anchor = this.anchor.as_ref().map(|anchor| format!("#{anchor}")).unwrap_or_default();
    let tokens = count_of(this.tokens, "token");
    let what = match &this.standing {
        Standing::Whole => tokens,
        Standing::Section(title) => format!("the section \"{title}\", {tokens}"),
        Standing::Again => "in the list already".to_owned(),
        Standing::Cycle => "leads back: a cycle".to_owned(),
        Standing::NoAnchor => "has no such anchor".to_owned(),
        Standing::Missing => "is not there".to_owned(),
        Standing::NoText => "no text".to_owned(),
    };
    text.push_str(&format!("{}- `{}{anchor}`: {what}\n", "  ".repeat(depth), shown(&this.path)));
    this.links.iter().for_each(|link| node(link, depth + 1, shown, text));
}

/// `1 token`, `1,234 tokens`.
#[must_use]
pub fn count_of(count: usize, what: &str) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let ending = if count == 1 { "" } else { "s" };
    format!("{grouped} {what}{ending}")
}
