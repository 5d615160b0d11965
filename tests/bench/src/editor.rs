//! The table of an editor session: what a user waits for, at several sizes of workspace.

use crate::session::{Document, Keys, Session, enlarge, percentile, uri};
use crate::workspace;
use serde_json::json;
use std::io;
use std::path::Path;
use std::time::Instant;

/// One size of workspace, measured.
#[derive(Default)]
struct Row {
    files: usize,
    initialize: f64,
    open: f64,
    index: f64,
    index_pull: f64,
    index_work: f64,
    small: Keys,
    small_pull: Keys,
    large: Keys,
    storm: f64,
    hub: Keys,
    memory: f64,
}

/// Measures `server` at each of `sizes` and prints the tables.
pub fn run(server: &Path, sizes: &[usize]) -> io::Result<()> {
    let size = std::fs::metadata(server)?.len() as f64 / 1e6;
    let start = start_time(server)?;
    let mut rows = Vec::new();
    for files in sizes {
        let folder = std::env::temp_dir().join(format!("segue-bench-{}-{files}", std::process::id()));
        let measured = workspace::generate(&folder, *files, 1).and_then(|_| measure(server, &folder, *files));
        std::fs::remove_dir_all(&folder)?;
        rows.push(measured?);
    }
    print(&rows, size, start);
    Ok(())
}

/// The best of ten starts of the binary, in milliseconds.
fn start_time(server: &Path) -> io::Result<f64> {
    let mut best = f64::MAX;
    for _ in 0..10 {
        let begun = Instant::now();
        std::process::Command::new(server).arg("--version").output()?;
        best = best.min(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(best)
}

fn measure(server: &Path, folder: &Path, files: usize) -> io::Result<Row> {
    let (small, hub) = (folder.join(workspace::path(80)), folder.join(workspace::HUB));
    let mut row = Row { files, ..Row::default() };
    let large = enlarge(&small, &small.with_file_name("large.memory.md"), 435_000)?;
    let huge = enlarge(&small, &small.with_file_name("storm.memory.md"), 294_000)?;

    let program = server.to_string_lossy();
    let command = [&*program, "lsp", "--stdio"];
    let mut session = Session::start(&command, folder, true)?;
    let (took, answer) = session.request("workspace/diagnostic", json!({ "previousResultIds": [] }))?;
    row.index_pull = took.as_secs_f64() * 1000.0;
    row.index_work = session.worked().unwrap_or_default();
    let items = answer["result"]["items"].as_array().cloned().unwrap_or_default();
    let with_findings =
        items.iter().filter_map(|item| item["uri"].as_str().map(str::to_owned)).collect::<Vec<_>>();
    session.end()?;

    let mut session = Session::start(&command, folder, false)?;
    row.initialize = session.initialize.as_secs_f64() * 1000.0;
    let begun = Instant::now();
    let (mut document, open) = Document::open(&mut session, &small, true)?;
    row.open = open.as_secs_f64() * 1000.0;
    let others = with_findings.into_iter().filter(|other| *other != uri(&small)).collect();
    let known = session.published_all(others, begun)?;
    row.index = known.saturating_duration_since(begun).as_secs_f64() * 1000.0;
    row.small = document.keys(&mut session, 300, true)?;
    let (mut document, _) = Document::open(&mut session, &large, true)?;
    row.large = document.keys(&mut session, 60, true)?;
    let (mut document, _) = Document::open(&mut session, &huge, true)?;
    row.storm = document.storm(&mut session, 500)?;
    row.hub = hub_edits(&mut session, &hub, &small)?;
    row.memory = session.peak_memory().unwrap_or_default();
    session.end()?;

    let mut session = Session::start(&command, folder, true)?;
    let (mut document, _) = Document::open(&mut session, &small, false)?;
    row.small_pull = document.keys(&mut session, 300, false)?;
    session.end()?;
    Ok(row)
}

/// A heading of the hub changes, and the open file that links to it is judged anew.
pub fn hub_edits(session: &mut Session, hub: &Path, linking: &Path) -> io::Result<Keys> {
    let text = std::fs::read_to_string(hub)?;
    let heading = text.lines().position(|line| line.starts_with("## ")).unwrap_or(0);
    let original = text.lines().nth(heading).unwrap_or_default().to_owned();
    let (mut document, _) = Document::open(session, hub, true)?;
    let linking = uri(linking);
    let (mut times, before) = (Vec::new(), session.worked());
    for round in 0..60 {
        let line = if round % 2 == 0 { format!("{original} changed") } else { original.clone() };
        let begun = Instant::now();
        document.write_line(session, heading, &line)?;
        let published = session.published(&linking, None, begun)?;
        times.push(published.saturating_duration_since(begun).as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let worked = before.zip(session.worked()).map(|(before, after)| (after - before) / times.len() as f64);
    Ok(Keys { times, worked })
}

fn print(rows: &[Row], size: f64, start: f64) {
    println!("binary {size:.1} MB (goal 25), start {start:.1} ms (goal 20)\n");
    let columns: Vec<String> = rows.iter().map(|row| format!("{} files", row.files)).collect();
    println!("A key: p50 / p95 (CPU time of the server).\n");
    println!("| ms unless said | goal | {} |", columns.join(" | "));
    println!("|---|---|{}", "---|".repeat(rows.len()));
    let line = |name: &str, goal: &str, cell: &dyn Fn(&Row) -> String| {
        let cells: Vec<String> = rows.iter().map(cell).collect();
        println!("| {name} | {goal} | {} |", cells.join(" | "));
    };
    line("`initialize` answered", "10", &|row| format!("{:.1}", row.initialize));
    line("first opened file's diagnostics", "30", &|row| format!("{:.1}", row.open));
    line("all diagnostics known, pushed", "600", &|row| format!("{:.0}", row.index));
    line("the same, pulled", "600", &|row| format!("{:.0} ({:.0})", row.index_pull, row.index_work));
    line("key → diagnostics, 5 KB, pushed, p50 / p95", "0.3 / 1", &|row| row.small.cell());
    line("the same, pulled", "0.3 / 1", &|row| row.small_pull.cell());
    line("key → diagnostics, 435 KB", "4 / 8", &|row| row.large.cell());
    line("500 edits, 294 KB, total", "1000", &|row| format!("{:.0}", row.storm));
    line("hub heading → open dependent", "5", &|row| row.hub.cell());
    line("peak memory, MB", "100", &|row| format!("{:.0}", row.memory));
    if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
        println!(
            "\nkey at {} files ÷ at {}: {:.2}, pulled {:.2} (goal 1.2)",
            last.files,
            first.files,
            percentile(&last.small.times, 0.5) / percentile(&first.small.times, 0.5).max(f64::EPSILON),
            percentile(&last.small_pull.times, 0.5)
                / percentile(&first.small_pull.times, 0.5).max(f64::EPSILON),
        );
    }
}
