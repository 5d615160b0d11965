//! The page of a rule: what it means, how it looks, how it is put right.

use segue_catalog::{Answer, Dialect, Rule, Severity, VscodePart, catalog};

/// The page of a rule as Markdown.
#[must_use]
pub fn page(rule: &Rule) -> String {
    let mut text = format!("# {}\n\n{}\n\n", rule.code, sentence(&rule.title));
    text.push_str(&format!("Severity: {}.", rule.severity.name()));
    if rule.fixable {
        text.push_str(" Fixable: some of its findings.");
    }
    text.push_str(&format!("\n\n{}\n\n{}\n", rule.explain.trim(), beside_vscode(rule)));
    if let Some(config) = &rule.config {
        text.push_str(&format!("\nThe examples hold with these settings:\n\n{}", fenced(config, "toml")));
    }
    text.push_str(&format!("\n## Reported\n\n{}", example(&rule.bad)));
    text.push_str(&format!("\n## Right\n\n{}", example(&rule.good)));
    text.push_str(&format!(
        "\n## Settings\n\nIn `segue.toml`:\n\n{}",
        fenced(&format!("[rules]\n\"{}\" = \"off\"\n", rule.code), "toml")
    ));
    text.push_str("\n## Sources\n\n");
    for source in &rule.source {
        text.push_str(&format!("- {} (read {})\n", source.from, source.read));
    }
    text
}

/// What VS Code's own diagnostics have of it, as a paragraph.
fn beside_vscode(rule: &Rule) -> String {
    let own = match rule.in_vscode {
        Answer::None => return "VS Code's own diagnostics: none of it.".to_owned(),
        Answer::Wider => "a part of it",
        Answer::Same => "the same",
    };
    match &rule.vscode_part {
        None => format!("VS Code's own diagnostics: {own}; all of ours are shown beside them."),
        Some(part) => format!(
            "VS Code's own diagnostics: {own}, {}. Where an editor says that it has them, ours are left out there.",
            part_of(part)
        ),
    }
}

fn part_of(part: &VscodePart) -> String {
    let titles: Vec<String> = part
        .kinds
        .iter()
        .filter_map(|kind| Some(plural(&catalog().keys(*kind, Dialect::default())?.row.title)))
        .collect();
    let mut said = format!("in {}", titles.join(", "));
    let keys = |keys: &[String]| keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    if !part.keys.is_empty() {
        said.push_str(&format!(", at {}", keys(&part.keys)));
    }
    if !part.except_keys.is_empty() {
        said.push_str(&format!(", but not at {}", keys(&part.except_keys)));
    }
    if part.paths {
        said.push_str(", at inline links and `#file:`");
    }
    if part.up_to == Some(Severity::Hint) {
        said.push_str(", as hints");
    }
    said
}

fn plural(title: &str) -> String {
    if title.ends_with('s') { title.to_owned() } else { format!("{title}s") }
}

/// A line as a sentence.
fn sentence(title: &str) -> String {
    let title = title.trim();
    if title.ends_with(['.', '!', '?']) { title.to_owned() } else { format!("{title}.") }
}

/// An example's files, each in a fence under its path. Numbers that make names unique are 1.
fn example(source: &str) -> String {
    let mut files: Vec<(Option<&str>, String)> = Vec::new();
    for line in source.trim_matches('\n').lines() {
        if let Some(path) = line.strip_prefix("//- ") {
            files.push((Some(path.trim()), String::new()));
            continue;
        }
        if files.is_empty() {
            files.push((None, String::new()));
        }
        if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    let mut text = String::new();
    for (index, (path, content)) in files.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        if let Some(path) = path {
            text.push_str(&format!("`{}`:\n\n", path.replace("{n}", "1")));
        }
        let language =
            path.and_then(|path| path.rsplit_once('.')).map_or(
                "markdown",
                |(_, extension)| match extension {
                    "json" | "jsonc" => "jsonc",
                    "toml" => "toml",
                    _ => "markdown",
                },
            );
        text.push_str(&fenced(&visible(&content.replace("{n}", "1")), language));
    }
    text
}

/// Characters that nobody sees, written as what they are.
fn visible(text: &str) -> String {
    let hidden = |c: char| {
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
            || ('\u{e0000}'..='\u{e007f}').contains(&c)
            || (c.is_control() && !matches!(c, '\n' | '\t'))
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            shown.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The text in a fence that nothing in it closes.
fn fenced(text: &str, language: &str) -> String {
    let longest = text.lines().map(|line| line.trim_start().chars().take_while(|c| *c == '`').count()).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// What is said of a rule in passing: its title, and the first paragraph of why.
#[must_use]
pub fn short(rule: &Rule) -> String {
    let first = rule.explain.trim().split("\n\n").next().unwrap_or_default();
    format!("**{}** · `{}`\n\n{}", rule.title, rule.code, first.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_catalog::catalog;

    #[test]
    fn every_rule_has_a_page_and_a_short_text() {
        for rule in &catalog().rules {
            let page = page(rule);
            assert!(page.contains(rule.title.trim()) && page.contains("## Reported"), "{}", rule.code);
            assert!(short(rule).contains(&rule.code));
        }
    }

    #[test]
    fn a_page_says_what_vs_code_says() {
        let said = |code: &str| beside_vscode(catalog().rule(code).unwrap().1);
        assert_eq!(said("agent/cycle"), "VS Code's own diagnostics: none of it.");
        assert!(said("model/form").ends_with("a part of it; all of ours are shown beside them."));
        assert_eq!(
            said("tool/unknown"),
            "VS Code's own diagnostics: a part of it, in custom agents, chat modes, prompt files, as hints. \
             Where an editor says that it has them, ours are left out there."
        );
        let missing = said("link/missing-file");
        assert!(missing.contains("instructions files, skills, at inline links and `#file:`."), "{missing}");
    }

    #[test]
    fn examples_show_their_files_and_what_is_hidden() {
        let shown = example("//- a{n}.agent.md\n---\ntools: «x»\n---\n````\n//- .vscode/mcp.json\n{}\n");
        assert_eq!(
            shown,
            "`a1.agent.md`:\n\n`````markdown\n---\ntools: «x»\n---\n````\n`````\n\n`.vscode/mcp.json`:\n\n```jsonc\n{}\n```\n"
        );
        assert_eq!(example("a\u{202e}b"), "```markdown\na<U+202E>b\n```\n");
    }
}
