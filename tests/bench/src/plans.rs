//! Typing in plans of 2,000 lines, by format: from a key to the diagnostics that know it.

use crate::session::{Document, Session};
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// Lines of each plan.
const LINES: usize = 2_000;

/// A path by which the format is known, what stands before the tasks, and a task.
type Made = (&'static str, &'static str, fn(usize, &mut String));

const MADE: &[Made] = &[
    ("specs/large.spec.md", "# Feature: Large\n\n", |n, out| {
        let _ = writeln!(
            out,
            "### Issue {n}: Part number {n} (`part-{n}`)\n**Scope:** Write `src/part_{n}.rs`\n**Dependencies:** `part-{}` (types), {}\n",
            n / 2,
            if n % 3 == 0 { "None" } else { "the queue" }
        );
    }),
    ("features/large/tasks.md", "# Tasks\n\n## Phase 1: All\n\n", |n, out| {
        let mark = if n % 5 == 0 { "" } else { "[P] " };
        let _ = writeln!(out, "- [ ] T{n:05} {mark}Write part {n} in src/part_{n}.rs");
    }),
    (
        "plan/feature-large-1.md",
        "---\ngoal: Large\n---\n### Implementation Phase 1\n| Task | Description | Completed | Date |\n|---|---|---|---|\n",
        |n, out| {
            let _ = writeln!(out, "| TASK-{n:05} | Write `src/part_{n}.rs` after TASK-{:05} | | |", n / 2);
        },
    ),
    (".kiro/specs/large/tasks.md", "# Implementation Plan\n\n", |n, out| {
        let _ = writeln!(out, "- [ ] {}. Write `src/part_{n}.rs`\n  - _Requirements: 1.1_", n + 1);
    }),
    ("plans/large-plan.md", "# Plan: Large\n**Complexity Tier:** LARGE\n", |n, out| {
        let wait = if n < 4 { "none".to_owned() } else { format!("Phase {}", n - 3) };
        let _ = writeln!(
            out,
            "#### Phase {} — Part\n- **Objective:** Write it\n- **Executor Agent:** Builder\n- **Wave:** {}\n- **Dependencies:** {wait}\n- **Files:** `src/part_{n}.rs`\n",
            n + 1,
            n / 4 + 1
        );
    }),
];

/// Measures `server` and prints the table.
pub fn run(server: &Path) -> io::Result<()> {
    let folder = std::env::temp_dir().join(format!("segue-bench-plans-{}", std::process::id()));
    let measured = measure(server, &folder);
    std::fs::remove_dir_all(&folder)?;
    println!("A key in a plan of {LINES} lines: p50 / p95 (CPU time of the server), in milliseconds.\n");
    println!("| plan | KB | key → diagnostics |\n|---|---|---|");
    for (path, size, cell) in measured? {
        println!("| `{path}` | {size:.0} | {cell} |");
    }
    Ok(())
}

fn measure(server: &Path, folder: &Path) -> io::Result<Vec<(&'static str, f64, String)>> {
    let mut made = Vec::new();
    for (path, head, task) in MADE {
        let mut text = (*head).to_owned();
        let mut n = 0;
        while text.lines().count() < LINES {
            (0..20).for_each(|_| {
                task(n, &mut text);
                n += 1;
            });
        }
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap_or(folder))?;
        std::fs::write(&file, &text)?;
        made.push((*path, file, text.len() as f64 / 1e3));
    }
    std::fs::write(folder.join("features/large/spec.md"), "# Spec\n")?;
    let program = server.to_string_lossy();
    let mut session = Session::start(&[&*program, "lsp", "--stdio"], folder, false)?;
    let mut rows = Vec::new();
    for (path, file, size) in made {
        let (mut document, _) = Document::open(&mut session, &file, true)?;
        rows.push((path, size, document.keys(&mut session, 200, true)?.cell()));
    }
    session.end()?;
    Ok(rows)
}
