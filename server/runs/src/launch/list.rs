//! The launch list as people read it, and the way to run it that is proposed.

use super::{Launch, Wish};
use crate::sentence::short;
use crate::{variants, visible};
use segue_analysis::diagnostics;
use segue_analysis::features::context::count_of;
use segue_analysis::plans::Planned;
use segue_catalog::Severity;
use segue_orchestrator::agent::acp::hint_in_title;
use segue_orchestrator::event::By;
use segue_orchestrator::facts::{TaskFacts, TaskId};
use segue_orchestrator::list::CONFINED;
use segue_plan::{Plan, Problem, TaskIndex};
use std::collections::BTreeMap;
use std::fmt::Write;

impl Launch {
    /// The list, for people.
    pub fn list(&self) -> String {
        let mut page = self.what_may_run();
        if !self.notes.is_empty() {
            let _ = writeln!(page, "\nGood to know");
            for note in &self.notes {
                let _ = writeln!(page, "  {}", visible(note));
            }
        }
        page
    }

    /// What a yes is said to: the list without what is merely known of the checkout, which a run does not see.
    pub(super) fn what_may_run(&self) -> String {
        let mut page = String::new();
        let title = if self.facts.title.is_empty() { self.plan.as_str() } else { self.facts.title.as_str() };
        let tier = self.facts.tier.as_ref().map(|tier| format!(", {tier}")).unwrap_or_default();
        let open = self.facts.without_variants().filter(|task| !task.done).count();
        let _ =
            writeln!(page, "{} ({}{tier}), from {}", visible(title), visible(&self.plan), short(&self.base));
        if self.is_changed {
            let plan = visible(&self.plan);
            let base = short(&self.base);
            let _ = writeln!(
                page,
                "`{plan}` itself is changed and not committed: it is run as it stands in {base}."
            );
        }
        let cut = self.jobs_cut_from.map(|asked| {
            format!(" ({asked} were asked for: `jobs-asked-at-most` in segue.toml allows no more)")
        });
        let _ = writeln!(
            page,
            "{} in {}, at most {} at the same time{}",
            count_of(open, "task"),
            count_of(self.facts.waves(), "wave"),
            self.jobs,
            cut.unwrap_or_default()
        );
        for doubt in &self.facts.doubts {
            let _ = writeln!(page, "{doubt}");
        }
        let mut wave = 0;
        let mut tasks: Vec<&TaskFacts> = self.facts.without_variants().collect();
        tasks.sort_by_key(|task| task.wave);
        for task in tasks {
            if std::mem::replace(&mut wave, task.wave) != task.wave {
                let _ = writeln!(page, "\nWave {wave}");
            }
            let mark = if task.done { "done " } else { "" };
            let _ = writeln!(
                page,
                "  {mark}{}: {} [{}]",
                visible(&task.id.0),
                visible(&task.title),
                visible(&task.agent)
            );
            if !task.writes.is_empty() {
                let files: Vec<&str> = task.writes.iter().map(String::as_str).collect();
                let _ = writeln!(page, "    writes {}", visible(&files.join(", ")));
            }
            if let Some(awaited) = self.left_out.get(&task.id) {
                let are = if awaited.len() == 1 { "which is" } else { "which are" };
                let _ = writeln!(
                    page,
                    "    waits for {}, {are} not done and not part of this run",
                    visible(&awaited.join(", "))
                );
            }
            variants::list(&mut page, &self.facts, task);
            if task.destructive {
                let _ = writeln!(page, "    is marked as destructive: it asks before it begins");
            } else if let Some(word) = hint_in_title(&task.title).filter(|_| !task.done) {
                let _ = writeln!(
                    page,
                    "    says “{word}”: where that cannot be undone, mark it as destructive in the plan"
                );
            }
        }
        self.reviews(&mut page);
        self.commands(&mut page);
        for (title, lines, begins) in [
            ("MCP servers that are handed to agents", &self.list.servers, ""),
            ("MCP servers that are named and not handed to anybody", &self.list.left_out, ""),
            ("Ignored files that are copied into each worktree", &self.list.copied, "copied: "),
            ("Confined", &self.list.confined, CONFINED),
            ("Agent files that take part", &self.list.agent_files, "agent file "),
        ] {
            if !lines.is_empty() {
                let _ = writeln!(page, "\n{title}");
            }
            for line in lines {
                let _ = writeln!(page, "  {}", visible(line.strip_prefix(begins).unwrap_or(line)));
            }
        }
        let unproved = self.unproved();
        if !unproved.is_empty() {
            let _ = writeln!(page, "\nNothing proves {}", visible(&unproved.join(", ")));
        }
        page
    }

    /// Who looks at the plan and at what is done; where nobody does, what the static checks say.
    fn reviews(&self, page: &mut String) {
        let facts = &self.facts;
        let mut lines: Vec<String> = Vec::new();
        for own in &facts.reviews {
            let times = count_of(usize::try_from(own.rounds).unwrap_or(usize::MAX), "time");
            lines.push(format!("{} by {}, at most {times}", own.part, own.agent));
        }
        if !facts.unreviewed.is_empty() {
            let found = match self.findings.len() {
                0 => "they found nothing".to_owned(),
                number => format!("they found {}", count_of(number, "thing")),
            };
            let parts = facts.unreviewed.join(", ");
            lines.push(format!(
                "{parts}: no agent of that name, so the static checks are the review; {found}"
            ));
        }
        lines.extend(facts.reviewer.iter().map(|agent| format!("each task by {agent}")));
        lines.extend(
            facts.planner.iter().map(|agent| format!("a plan that does not hold is revised by {agent}")),
        );
        if !lines.is_empty() {
            let _ = writeln!(page, "\nReviews");
        }
        for line in lines {
            let _ = writeln!(page, "  {}", visible(&line));
        }
        if !self.findings.is_empty() {
            let _ = writeln!(page, "\nWhat the static checks say of the plan");
        }
        for finding in &self.findings {
            let _ = writeln!(page, "  {}", visible(finding));
        }
    }

    fn commands(&self, page: &mut String) {
        if self.list.commands.is_empty() {
            let _ = writeln!(page, "\nNo command runs.");
            return;
        }
        let _ = writeln!(page, "\nCommands that may run, in worktrees of their own");
        for line in &self.list.commands {
            // What follows within a command is no command of its own.
            let _ = writeln!(page, "  {}", visible(line).replace('\n', "\n      "));
        }
    }

    fn unproved(&self) -> Vec<&str> {
        let open = self
            .facts
            .without_variants()
            .filter(|task| !task.done && !task.read_only && task.validation.is_empty());
        open.map(|task| task.id.0.as_str()).collect()
    }

    /// Which way to run it is proposed, and why.
    pub fn proposal(&self, known: Option<&By>) -> String {
        let mut reasons = Vec::new();
        if known.is_none() {
            reasons.push("this list was not run before");
        }
        if self.has_open_high_risk {
            reasons.push("a risk of high impact is open");
        }
        if !self.unproved().is_empty() {
            reasons.push("nothing proves some of its tasks");
        }
        if !self.facts.doubts.is_empty() {
            reasons.push("its author is not sure of it");
        }
        if !self.left_out.is_empty() {
            reasons.push("some of its tasks wait for what is left out");
        }
        match (reasons.as_slice(), known) {
            ([], Some(by)) => {
                format!("Proposed: --yes, because {by} said yes to this very list, and everything is proved.")
            }
            _ => format!("Proposed: with gates, because {}.", reasons.join(", and ")),
        }
    }
}

/// What the static checks say of a plan: its warnings and worse, and which tasks the run puts in sequence.
pub(super) fn findings(path: &str, plan: Plan, wish: &Wish) -> Vec<String> {
    const CONFLICT: &str = "plan/file-conflict";
    let takes_part =
        |task: &&TaskIndex| wish.only.is_empty() || wish.only.iter().any(|id| plan.id(**task) == id);
    let problems = plan.problems(&plan.order()).into_iter().filter(|problem| match problem {
        Problem::FileConflict { tasks, .. } => tasks.iter().filter(takes_part).count() > 1,
        _ => false,
    });
    let conflicts: Vec<String> =
        problems.map(|problem| format!("{CONFLICT}: {}", problem.message(&plan))).collect();
    let found = diagnostics::of_plan(&Planned::new(plan), &path.into()).into_iter();
    let found = found.filter(|finding| finding.severity >= Severity::Warning && finding.code != CONFLICT);
    found.map(|finding| format!("{}: {}", finding.code, finding.message)).chain(conflicts).collect()
}

/// What the tasks of `only` wait for although it is neither done nor one of them.
pub(super) fn left_out(plan: &Plan, wish: &Wish) -> BTreeMap<TaskId, Vec<String>> {
    let order = plan.order();
    let chosen = |task: &TaskIndex| wish.only.iter().any(|id| plan.id(*task) == id);
    let is_open = |task: &TaskIndex| plan.get(*task).is_some_and(|task| !task.is_done());
    let tasks = (0..plan.tasks.len()).map(TaskIndex::new).filter(|task| chosen(task) && is_open(task));
    let awaited = tasks.map(|task| {
        let before = order.before(task).into_iter().filter(|other| !chosen(other) && is_open(other));
        (TaskId(plan.id(task).to_owned()), before.map(|other| plan.id(other).to_owned()).collect::<Vec<_>>())
    });
    awaited.filter(|(_, awaited)| !awaited.is_empty()).collect()
}
