//! The task card: all that an agent is told about its task, as Markdown.

use crate::report;
use std::fmt::Write;

/// A task card.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Card {
    /// The task's id.
    pub task: String,
    /// What it is called.
    pub title: String,
    /// What it shall reach.
    pub objective: String,
    /// The files it may write; empty: it is not said.
    pub allowed: Vec<String>,
    /// What it must not touch.
    pub forbidden: Vec<String>,
    /// Whether it shall change nothing.
    pub read_only: bool,
    /// Sections it needs, with where they come from.
    pub context: Vec<Context>,
    /// The steps that the plan lists.
    pub steps: Vec<String>,
    /// Tests to be written or changed, before anything else.
    pub tests: Vec<String>,
    /// What must be true when it is done.
    pub acceptance: Vec<String>,
    /// The commands that will prove it.
    pub validation: Vec<String>,
    /// How long it may take, in words.
    pub budget: String,
    /// What the agent file says.
    pub role: String,
    /// The tools that the agent file grants; `None`: it does not say.
    pub tools: Option<Vec<String>>,
    /// What people said at gates.
    pub notes: Vec<String>,
    /// What the attempt before teaches.
    pub hint: Option<String>,
}

/// A section that a task needs.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Context {
    /// Where it comes from: `path#section`.
    pub source: String,
    /// What it says; empty: the agent reads it itself.
    pub text: String,
}

/// What a turn asks for beside the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask<'a> {
    /// Say how it will be done; change nothing.
    Plan,
    /// Do it.
    Work,
    /// Go on with this answer.
    Answer(&'a str),
}

impl Card {
    /// The card as the agent gets it.
    #[must_use]
    pub fn text(&self, ask: Ask<'_>) -> String {
        let mut page = String::new();
        let _ = writeln!(page, "# Task {}: {}\n", self.task, self.title);
        match ask {
            Ask::Plan => page.push_str(PLAN),
            Ask::Work => {}
            Ask::Answer(answer) => {
                let _ = writeln!(page, "Your question was answered: {answer}\n\nGo on with the task.\n");
            }
        }
        paragraph(&mut page, "Objective", &self.objective);
        self.files(&mut page);
        for context in &self.context {
            paragraph(&mut page, &format!("Context: {}", context.source), &context.text);
        }
        list(&mut page, "Steps", &self.steps);
        list(&mut page, "Tests, written first", &self.tests);
        list(&mut page, "Done when", &self.acceptance);
        let commands: Vec<String> = self.validation.iter().map(|command| format!("`{command}`")).collect();
        list(&mut page, "Commands that will prove it", &commands);
        paragraph(&mut page, "Budget", &self.budget);
        list(&mut page, "Said by the people in charge", &self.notes);
        if let Some(hint) = &self.hint {
            paragraph(&mut page, "What went wrong before", hint);
        }
        if let Some(tools) = &self.tools {
            list(&mut page, "Tools you may use", tools);
        }
        paragraph(&mut page, "Your role", &self.role);
        page.push_str(STOP);
        let _ = write!(page, "{}", REPORT.replace("{version}", &report::VERSION.to_string()));
        page
    }

    fn files(&self, page: &mut String) {
        if self.read_only {
            page.push_str("## Files\n\nChange no file: this task reads and judges.\n\n");
        } else if !self.allowed.is_empty() {
            list(page, "Files you may create or change", &self.allowed);
        }
        list(page, "Do not touch", &self.forbidden);
    }
}

const PLAN: &str = "Do not change anything yet. Say how you will do it, in at most thirty lines: \
the files, the order, the risks. A person reads it before you may go on.\n\n";

const STOP: &str = "## When to stop and ask\n\n\
Stop and report NEEDS_INPUT when the task can be read in two ways that lead to different work, when it \
needs a file that is not yours, or before anything that cannot be undone. Do not commit, push, or change \
files outside this folder.\n\n";

const REPORT: &str = "## Report\n\n\
End with these lines (version {version}):\n\n\
```\n\
Status: COMPLETE, NEEDS_INPUT, FAILED or ABSTAIN\n\
Summary: what you did\n\
Tests: what you ran and what came of it\n\
Lessons: what the next one should know\n\
```\n\n\
With NEEDS_INPUT also `Question:`, `Options:` (two or three, a list) and `Recommendation:`.\n";

fn paragraph(page: &mut String, title: &str, text: &str) {
    if !text.trim().is_empty() {
        let _ = writeln!(page, "## {title}\n\n{}\n", text.trim());
    }
}

fn list(page: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        let _ = writeln!(page, "## {title}\n");
        for item in items {
            let _ = writeln!(page, "- {}", item.trim().replace('\n', "\n  "));
        }
        page.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        Card {
            task: "login".to_owned(),
            title: "Add the login form".to_owned(),
            objective: "People can log in.".to_owned(),
            allowed: vec!["src/login.rs".to_owned()],
            context: vec![Context {
                source: "auth.md#sessions".to_owned(),
                text: "Sessions last.".to_owned(),
            }],
            tests: vec!["A wrong password is refused".to_owned()],
            acceptance: vec!["The form is there".to_owned()],
            validation: vec!["cargo test login".to_owned()],
            ..Card::default()
        }
    }

    #[test]
    fn a_card_says_what_there_is_and_leaves_out_what_there_is_not() {
        let text = card().text(Ask::Work);
        for part in [
            "# Task login: Add the login form\n\n## Objective\n\nPeople can log in.\n",
            "## Files you may create or change\n\n- src/login.rs\n",
            "## Context: auth.md#sessions\n\nSessions last.\n",
            "## Tests, written first\n\n- A wrong password is refused\n",
            "- `cargo test login`\n",
            "End with these lines (version 1):",
        ] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
        for title in ["Steps", "Do not touch", "went wrong", "Your role", "Budget"] {
            assert!(!text.contains(title), "{title} in\n{text}");
        }
    }

    #[test]
    fn a_turn_says_what_it_asks_for() {
        let hinted = Card { hint: Some("Two tests failed.".to_owned()), read_only: true, ..card() };
        let text = hinted.text(Ask::Answer("the first"));
        assert!(text.contains("answered: the first") && text.contains("Two tests failed."), "{text}");
        assert!(text.contains("Change no file") && !text.contains("may create"), "{text}");
        assert!(card().text(Ask::Plan).contains("Do not change anything yet."));
    }

    /// What the card asks for is what the reader of reports reads.
    #[test]
    fn the_form_it_asks_for_can_be_read() {
        let asked = "Status: NEEDS_INPUT\nSummary: a\nTests: b\nLessons: c\nQuestion: d?\nOptions:\n- e\n- f\nRecommendation: e\n";
        let report = crate::report::read(asked).unwrap();
        assert_eq!((report.question.as_str(), report.options.len()), ("d?", 2));
    }
}
