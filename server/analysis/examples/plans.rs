//! How long large plans take, by format:
//! `cargo run --release -p segue-analysis --example plans [TASKS [ROUNDS [FORMAT]]]`.
//! Prints the best of the rounds (nine) of parsing Markdown, reading the plan, ordering and judging, in
//! milliseconds. The number of the format alone is for a profiler.
//!
//! With `key` before the others it types into the plan and prints the median of a key: the state of the file,
//! and its findings as an editor shows them.

use segue_analysis::features::shown::{self, View};
use segue_analysis::{Change, Host, Options, fixture, plans};
use segue_catalog::Answerers;
use std::fmt::Write;
use std::sync::Arc;
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

/// The numbers of the command line: tasks, rounds, the one format.
struct Wanted {
    tasks: usize,
    rounds: usize,
    only: Option<usize>,
}

#[allow(clippy::print_stdout)]
fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let types = words.first().is_some_and(|word| word == "key");
    words.drain(..usize::from(types));
    let number = |at: usize| words.get(at).and_then(|text| text.parse().ok());
    let wanted =
        Wanted { tasks: number(0).unwrap_or(10_000), rounds: number(1).unwrap_or(9), only: number(2) };
    let made = MADE.iter().enumerate().filter(|(at, _)| wanted.only.is_none_or(|only| only == *at));
    for (_, (path, head, task)) in made {
        let mut text = (*head).to_owned();
        (0..wanted.tasks).for_each(|n| task(n, &mut text));
        println!("{path}: {} KB, {}", text.len() / 1000, measured(path, &text, &wanted, types));
    }
}

fn measured(path: &str, text: &str, wanted: &Wanted, types: bool) -> String {
    if types { keys(path, text, wanted.rounds) } else { whole(path, text, wanted.rounds) }
}

/// A character typed and taken away again in the middle of the plan, so many times.
fn keys(path: &str, text: &str, rounds: usize) -> String {
    let mut host = Host::open(
        Arc::new(fixture::disk(&format!("//- {path}\n{text}\n//- spec.md\n# Spec\n"))),
        Options::default(),
        &|_| (),
    );
    let middle = text.match_indices("rite").map(|(at, _)| at).find(|at| *at > text.len() / 2).unwrap_or(0);
    let mut longer = text.to_owned();
    longer.insert(middle, 'x');
    let texts: [Arc<str>; 2] = [longer.into(), text.into()];
    let view = View { open: true, complete: true, editor: Answerers::NONE };
    let mut times = Vec::new();
    let (mut first, mut found) = (Vec::new(), 0);
    for text in texts.iter().cycle().take(rounds.max(1) * 2) {
        let start = Instant::now();
        host.apply([Change::Buffer { path: path.to_owned(), text: text.clone(), version: None }]);
        let world = host.snapshot();
        first.push(start.elapsed());
        found = shown::of_file(&world, path, view).map_or(0, |shown| shown.findings.len());
        times.push(start.elapsed());
    }
    times.sort_unstable();
    first.sort_unstable();
    let middle = |times: &[Duration]| times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64) * 1e3;
    format!("{found} findings: state {:.2}, with findings {:.2} ms", middle(&first), middle(&times))
}

fn whole(path: &str, text: &str, rounds: usize) -> String {
    let mut best = [Duration::MAX; 4];
    let mut found = (0, 0, 0);
    for _ in 0..rounds {
        let start = Instant::now();
        std::hint::black_box(segue_syntax::Facts::of(text));
        let parsed = start.elapsed();
        let start = Instant::now();
        let plan = plans::of_text(path, text);
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
    format!(
        "{} tasks, {} waves, {} problems: read {read:.1} (Markdown {parsed:.1}) + order {ordered:.1} + problems {judged:.1} = {:.1} ms",
        found.0,
        found.1,
        found.2,
        read + ordered + judged
    )
}
