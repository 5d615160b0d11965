//! How long large plans take, by format:
//! `cargo run --release -p segue-analysis --example plans [TASKS [ROUNDS [FORMAT]]]`.
//! Prints the best of the rounds (nine) of parsing Markdown, reading the plan, ordering and judging, in
//! milliseconds. The number of the format alone is for a profiler.

use segue_analysis::plans;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// A path by which the format is known, what stands before the tasks, and a task.
type Made = (&'static str, &'static str, fn(usize, &mut String));

const MADE: &[Made] = &[
    ("x.spec.md", "# Feature: Large\n\n", |n, out| {
        let _ = writeln!(
            out,
            "### Issue {n}: Part number {n} (`part-{n}`)\n**Scope:** Write `src/part_{n}.rs`\n**Dependencies:** `part-{}` (types), {}\n",
            n / 2,
            if n % 3 == 0 { "None" } else { "the queue" }
        );
    }),
    ("tasks.md", "# Tasks\n\n## Phase 1: All\n\n", |n, out| {
        let mark = if n % 5 == 0 { "" } else { "[P] " };
        let _ = writeln!(out, "- [ ] T{n:05} {mark}Write part {n} in src/part_{n}.rs");
    }),
    ("tasks.md", "# Tasks\n\n## Phase 1: All\n\n", |n, out| {
        let _ = writeln!(out, "- [ ] T{n:05} [P] Write part {n} in src/part.rs (depends on T{:05})", n / 2);
    }),
    (
        "plan/feature-large-1.md",
        "---\ngoal: Large\n---\n### Implementation Phase 1\n| Task | Description | Completed | Date |\n|---|---|---|---|\n",
        |n, out| {
            if n % 100 == 0 {
                let _ = writeln!(
                    out,
                    "\n### Implementation Phase {}\n| Task | Description | Completed | Date |\n|---|---|---|---|",
                    n / 100 + 1
                );
            }
            let _ = writeln!(out, "| TASK-{n:05} | Write `src/part_{n}.rs` after TASK-{:05} | | |", n / 2);
        },
    ),
    (".kiro/specs/large/tasks.md", "# Implementation Plan\n\n", |n, out| {
        let mark = if n % 10 == 0 { "" } else { "  " };
        let id = if n % 10 == 0 { format!("{}.", n / 10 + 1) } else { format!("{}.{}", n / 10 + 1, n % 10) };
        let _ = writeln!(out, "{mark}- [ ] {id} Write `src/part_{n}.rs`\n{mark}  - _Requirements: 1.1_");
    }),
    ("openspec/changes/large/tasks.md", "## 1. All\n", |n, out| {
        let _ = writeln!(out, "- [ ] 1.{n} Write src/part_{n}.rs");
    }),
    ("plans/large-plan.md", "# Plan: Large\n**Complexity Tier:** LARGE\n", |n, out| {
        let _ = writeln!(
            out,
            "#### Phase {} — Part\n- **Objective:** Write it\n- **Executor Agent:** Builder\n- **Wave:** {}\n- **Dependencies:** {}\n- **Files:** `src/part_{n}.rs`\n",
            n + 1,
            n / 4 + 1,
            if n < 4 { "none".to_owned() } else { format!("Phase {}", n - 3) }
        );
    }),
];

#[allow(clippy::print_stdout)]
fn main() {
    let count = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let argument = |at: usize| std::env::args().nth(at).and_then(|text| text.parse().ok());
    let (rounds, only) = (argument(2).unwrap_or(9), argument(3));
    let made = MADE.iter().enumerate().filter(|(at, _)| only.is_none_or(|only| only == *at));
    for (_, (path, head, task)) in made {
        let mut text = (*head).to_owned();
        (0..count).for_each(|n| task(n, &mut text));
        let mut best = [Duration::MAX; 4];
        let mut found = (0, 0, 0);
        for _ in 0..rounds {
            let start = Instant::now();
            std::hint::black_box(segue_syntax::Facts::of(&text));
            let parsed = start.elapsed();
            let start = Instant::now();
            let plan = plans::of_text(path, &text);
            let read = start.elapsed();
            let order = plan.order();
            let ordered = start.elapsed();
            let problems = plan.problems(&order);
            let all = start.elapsed();
            found = (plan.tasks.len(), order.waves().len(), problems.len());
            let times = [parsed, read, ordered - read, all - ordered];
            best.iter_mut().zip(times).for_each(|(best, time)| *best = (*best).min(time));
        }
        let [parsed, read, ordered, judged] = best.map(|time| time.as_secs_f64() * 1e3);
        let size = text.len() / 1000;
        println!(
            "{path}: {size} KB, {} tasks, {} waves, {} problems: read {read:.1} (Markdown {parsed:.1}) + order {ordered:.1} + problems {judged:.1} = {:.1} ms",
            found.0,
            found.1,
            found.2,
            read + ordered + judged
        );
    }
}
