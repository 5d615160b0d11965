//! Headers that consist of nothing but proposals: every key that is offered is taken, one after the other,
//! and then every value that is offered for each of them, and no finding comes of it.

use super::*;

/// Files with headers, of every kind that clients read.
const FILES: &[&str] = &[
    ".github/agents/whole.agent.md",
    ".github/chatmodes/whole.chatmode.md",
    ".github/prompts/whole.prompt.md",
    ".github/instructions/whole.instructions.md",
    ".github/skills/whole/SKILL.md",
    ".claude/skills/whole/SKILL.md",
    ".claude/agents/whole.md",
    ".claude/commands/whole.md",
    ".claude/rules/whole.md",
    ".github/workflows/whole.md",
    "docs/whole.agent.md",
];

/// Lines with which a header begins, for what depends on them.
const BEGUN: &[&str] = &[
    "",
    "target: vscode\n",
    "target: github-copilot\n",
    "tools: [search, agent]\n",
    "tools:\n  - search\n",
    "tools: search, edit\n",
    "agents: []\n",
    "agents: ['*']\n",
    "agents: ['*']\ntools:\n  - search\n  - agent\n",
    "agents: ['*']\ntools: search, agent\n",
    "user-invocable: false\n",
];

/// The same for prompts.
const BEGUN_PROMPTS: &[&str] = &["", "agent: ask\n", "mode: edit\n"];

fn case(path: &str, text: String, offset: usize) -> Case {
    Case { title: format!("{path}:\n{text}\n"), path: path.to_owned(), text, offset }
}

/// Findings of the text after a proposal that those `before` do not have.
fn brought(host: &mut Host, path: &str, text: &str, before: &[&'static str]) -> Vec<&'static str> {
    let found = findings(&with(host, path, text), path);
    found.into_iter().filter(|code| !before.contains(code)).collect()
}

/// Takes the first key that is offered until there is none; the header that came of it.
fn whole(host: &mut Host, path: &str, begun: &str, line_end: &str, wrong: &mut String) -> String {
    let mut text = format!("---\n{begun}\n---\n\nText.\n").replace('\n', line_end);
    let mut offset = text.find(&format!("{line_end}---{line_end}{line_end}")).unwrap();
    for _ in 0..60 {
        let case = case(path, text.clone(), offset);
        let world = with(host, path, &text);
        let proposals = at(&world, &case).proposals;
        let Some(key) = proposals.iter().find(|own| own.kind == ProposalKind::Key) else { return text };
        let before = findings(&world, path);
        let after = accepted(&text, key);
        for code in brought(host, path, &after, &before) {
            let _ = writeln!(wrong, "{path}: the key `{}` brings {code}:\n{after}", key.label);
        }
        text = after;
        offset = text.find(&format!("{line_end}---{line_end}{line_end}")).unwrap();
        text.insert_str(offset, line_end);
        offset += line_end.len();
    }
    panic!("keys are offered without end:\n{text}")
}

/// Where the value of a line begins, if it has one.
fn value_of(line: &str) -> Option<usize> {
    let dash = || line.trim_start().starts_with("- ").then(|| line.len() - line.trim_start().len());
    line.find(": ").or_else(dash).map(|at| at + 2)
}

/// Takes every value that is offered for a key that is there.
fn values(host: &mut Host, path: &str, text: &str, wrong: &mut String) -> usize {
    let (mut start, mut count) = (0, 0);
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let at_value = value_of(content).map(|at| start + at);
        let end = start + content.len();
        start += line.len();
        // Which client a file is for is what other keys are judged by.
        let Some(offset) = at_value.filter(|_| !content.starts_with("target:")) else { continue };
        let mut before = findings(&with(host, path, text), path);
        let mut emptied = text.to_owned();
        emptied.replace_range(offset..end, "");
        let world = with(host, path, &emptied);
        before.extend(findings(&world, path));
        for proposal in at(&world, &case(path, emptied.clone(), offset)).proposals {
            if matches!(proposal.kind, ProposalKind::Folder | ProposalKind::Keyword) {
                continue;
            }
            count += 1;
            let after = accepted(&emptied, &proposal);
            for code in brought(host, path, &after, &before) {
                let _ =
                    writeln!(wrong, "{path}: `{}` for `{content}` brings {code}:\n{after}", proposal.label);
            }
        }
    }
    count
}

#[test]
fn what_is_made_of_proposals_alone_has_no_finding() {
    let mut host = host();
    let (mut wrong, mut count) = (String::new(), 0);
    for path in FILES {
        let begun = match *path {
            _ if path.ends_with(".agent.md") => BEGUN,
            _ if path.ends_with(".prompt.md") => BEGUN_PROMPTS,
            _ => &[""],
        };
        for begun in begun {
            for line_end in ["\n", "\r\n"] {
                let text = whole(&mut host, path, begun, line_end, &mut wrong);
                assert!(line_end == "\n" || text.matches('\n').count() == text.matches("\r\n").count());
                count += values(&mut host, path, &text, &mut wrong);
                host.apply([Change::Closed((*path).to_owned())]);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 3000, "only {count} values were tried");
}
