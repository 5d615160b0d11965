//! Opens a workspace, judges it, types in one file and in a heading of its hub, and prints time, CPU
//! and peak memory: `cargo run --release --example open FOLDER [FILE HUB]`. The workspace may come from
//! `segue-bench generate`.

#![allow(clippy::print_stdout, reason = "a program for people who measure")]

use rayon::prelude::*;
use segue_analysis::{Change, Host, Options, RealDisk, diagnostics};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(folder) = arguments.first() else { return };
    let file = arguments.get(1).map_or(".github/prompts/prompt-20.prompt.md", String::as_str);
    let hub = arguments.get(2).map_or("docs/hub.memory.md", String::as_str);
    let mut host = open(Path::new(folder));
    edits(&mut host, file, |text, n| format!("{text}{}", "x".repeat(n)));
    edits(&mut host, hub, |text, n| text.replace("Section 0", &format!("Section {n}")));
}

/// Opens a workspace and judges it.
fn open(folder: &Path) -> Host {
    let begun = Instant::now();
    let step = |what: &str, since: Instant| {
        println!("{what:<28} {:>9.1?}   CPU {:>6.2} s   peak {:>6.1} MB", since.elapsed(), cpu(), peak());
    };
    let catalog = segue_catalog::catalog();
    println!("{} rules, {} threads", catalog.rules.len(), rayon::current_num_threads());
    step("catalog", begun);
    let opened = Instant::now();
    let host = Host::open(Arc::new(RealDisk::new(folder)), Options::default(), &|_| ());
    step("open", opened);
    let judged = Instant::now();
    let world = host.snapshot();
    let ids: Vec<_> = world.primitives().map(|(id, _)| id).collect();
    let found: usize = ids.par_iter().map(|id| diagnostics::of_file(&world, *id).len()).sum();
    step("judge", judged);
    println!("{} files, {found} findings", ids.len());
    step("in all", begun);
    host
}

/// 200 edits of a file, each with its snapshot and findings.
fn edits(host: &mut Host, path: &str, edited: impl Fn(&str, usize) -> String) {
    let world = host.snapshot();
    let Some(text) = world.id(path).and_then(|id| world.text(id)) else { return };
    drop(world);
    let mut times: Vec<Duration> = (0..200)
        .map(|n| {
            let text: Arc<str> = edited(&text, n).into();
            let begun = Instant::now();
            host.apply([Change::Buffer { path: path.to_owned(), text, version: None }]);
            let world = host.snapshot();
            let found = world.id(path).map(|id| diagnostics::of_file(&world, id));
            drop(found);
            begun.elapsed()
        })
        .collect();
    times.sort();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    println!("edit of {path}: p50 {:.1?}, p95 {:.1?}", at(50), at(95));
}

/// Seconds of CPU so far, where the system tells.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// The most memory used so far in MB, where the system tells.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}
