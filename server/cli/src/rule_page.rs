//! The pages of all rules, and the lists of them, as Markdown: what `segue explain` prints and what
//! `docs/rules` holds.

use segue_analysis::features::explain::page;
use segue_catalog::Rule;
use std::collections::BTreeMap;

/// All pages: one a rule, `family/name.md`, and the index.
pub fn all(rules: &[Rule]) -> Vec<(String, String)> {
    let linked = families(rules).into_keys().map(|family| linked_family(rules, family));
    let index = format!(
        "# Rules\n\n<!-- Made by `segue explain --write-docs docs/rules`; change grammars/rules instead. -->\n\n\
         *In VS Code* says what its own diagnostics have: the `same`, a part of it (ours are `wider`), or `none`\n\
         ([beside an editor that answers too](../completion.md#beside-an-editor-that-answers-too)).\n{}",
        linked.collect::<String>()
    );
    let pages = rules.iter().map(|rule| (format!("{}.md", rule.code), page(rule)));
    pages.chain([("README.md".to_owned(), index)]).collect()
}

/// The rules by family.
pub fn families(rules: &[Rule]) -> BTreeMap<&str, Vec<&Rule>> {
    let mut families: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        families.entry(rule.code.split('/').next().unwrap_or_default()).or_default().push(rule);
    }
    families
}

/// The list of rules, of one family or of all.
pub fn index(rules: &[Rule], only: Option<&str>) -> String {
    let mut text = "# Rules\n".to_owned();
    for (family, rules) in
        families(rules).into_iter().filter(|(family, _)| only.is_none_or(|only| only == *family))
    {
        text.push_str(&format!("\n## {family}\n\n"));
        for rule in rules {
            let fix = if rule.fixable { ", fixable" } else { "" };
            text.push_str(&format!("- `{}` ({}{fix}): {}\n", rule.code, rule.severity.name(), rule.title));
        }
    }
    text
}

fn linked_family(rules: &[Rule], family: &str) -> String {
    let mut text =
        format!("\n## {family}\n\n| rule | severity | fix | in VS Code | |\n|---|---|---|---|---|\n");
    for rule in rules.iter().filter(|rule| rule.code.split('/').next() == Some(family)) {
        let fix = if rule.fixable { "yes" } else { "" };
        let title = rule.title.replace('|', "\\|");
        text.push_str(&format!(
            "| [`{0}`]({0}.md) | {1} | {fix} | {2} | {title} |\n",
            rule.code,
            rule.severity.name(),
            rule.in_vscode.name()
        ));
    }
    text
}
