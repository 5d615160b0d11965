//! The page of a rule: what it means, how it looks, how it is put right.

use segue_catalog::{Rule, catalog};

/// The page of the rule `code` as Markdown; `None` where there is no such rule.
#[must_use]
pub fn page(code: &str) -> Option<String> {
    let (_, row) = catalog().rule(code)?;
    let sources = row.source.iter().map(|source| format!("- {} (read {})\n", source.from, source.read));
    Some(format!(
        "# {}\n\n{}\n\nSeverity: {}. {}\n\n{}\n\n## This is reported\n\n{}\n\n## This is not\n\n{}\n\n## Where it comes from\n\n{}",
        row.code,
        row.title,
        row.severity.name(),
        if row.fixable { "A fix is offered." } else { "There is no fix." },
        row.explain.trim(),
        fenced(&row.bad),
        fenced(&row.good),
        sources.collect::<String>(),
    ))
}

/// What is said of a rule in passing: its title, and the first paragraph of why.
#[must_use]
pub fn short(rule: &Rule) -> String {
    let first = rule.explain.trim().split("\n\n").next().unwrap_or_default();
    format!("**{}** · `{}`\n\n{}", rule.title, rule.code, first.trim())
}

/// An example in a fence that it cannot close.
fn fenced(example: &str) -> String {
    let example = example.replace(['«', '»'], "").replace("{n}", "1");
    let longest = example.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}markdown\n{}\n{fence}", example.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_page_and_a_short_text() {
        for rule in &catalog().rules {
            let page = page(&rule.code).expect("a page");
            assert!(page.contains(&rule.title) && page.contains("## This is reported"), "{}", rule.code);
            assert!(short(rule).contains(&rule.code));
        }
        assert_eq!(page("no/such"), None);
    }
}
