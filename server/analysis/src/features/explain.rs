//! The page of a rule: what it means, how it looks, how it is put right.

use segue_catalog::Rule;

/// The page of a rule as Markdown.
#[must_use]
pub fn page(rule: &Rule) -> String {
    let mut text = format!("# {}\n\n{}\n\n", rule.code, sentence(&rule.title));
    text.push_str(&format!("Severity: {}.", rule.severity.name()));
    if rule.fixable {
        text.push_str(" Fixable: some of its findings.");
    }
    text.push_str(&format!("\n\n{}\n", rule.explain.trim()));
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
    fn examples_show_their_files_and_what_is_hidden() {
        let shown = example("//- a{n}.agent.md\n---\ntools: «x»\n---\n````\n//- .vscode/mcp.json\n{}\n");
        assert_eq!(
            shown,
            "`a1.agent.md`:\n\n`````markdown\n---\ntools: «x»\n---\n````\n`````\n\n`.vscode/mcp.json`:\n\n```jsonc\n{}\n```\n"
        );
        assert_eq!(example("a\u{202e}b"), "```markdown\na<U+202E>b\n```\n");
    }
}
