//! Navigation, at several sizes of workspace: where a link leads, what leads here, what can be written.
//!
//! The heading that is asked about has as many references as there are files. The folder for path
//! completion holds as many files as the workspace has, with nothing in them.

use crate::session::{Document, Session, percentile, uri};
use crate::workspace;
use serde_json::{Value, json};
use std::io;
use std::path::Path;
use std::time::Instant;

/// The folder with many files.
const MANY: &str = "many";

/// The median and the 95th of a hundred; `None` where the server has no such answer.
type Times = Option<(f64, f64)>;

/// One server at one size of workspace, measured; times in milliseconds.
#[derive(Default)]
struct Row {
    name: String,
    first_references: f64,
    /// Processor time up to that answer, the start and the first scan included.
    first_cpu: f64,
    found: usize,
    references: Times,
    /// Processor time of one, which other load does not change.
    references_cpu: f64,
    definition: Times,
    hover: Times,
    anchors: Times,
    paths: Times,
    proposed: usize,
    rename: Times,
    renamed: usize,
    symbols: Times,
    memory: f64,
    memory_of_rename: f64,
}

/// Measures each server at each of `sizes` and prints the table. One is written `name=command line`, or
/// is a binary of ours.
pub fn run(servers: &[&str], sizes: &[usize]) -> io::Result<()> {
    let mut rows = Vec::new();
    for files in sizes {
        for server in servers {
            let ours = format!("{server} lsp --stdio");
            let (name, command) = server.split_once('=').unwrap_or(("segue", &ours));
            let folder = std::env::temp_dir().join(format!("segue-bench-{}-{files}", std::process::id()));
            let command: Vec<&str> = command.split_whitespace().collect();
            let measured = generate(&folder, *files).and_then(|()| measure(&command, &folder));
            std::fs::remove_dir_all(&folder)?;
            let name = match servers {
                [_] => format!("{files} files"),
                _ => format!("{name}, {files} files"),
            };
            rows.push(Row { name, ..measured? });
        }
    }
    print(&rows);
    Ok(())
}

fn generate(folder: &Path, files: usize) -> io::Result<()> {
    workspace::generate(folder, files, 1)?;
    std::fs::create_dir_all(folder.join(MANY))?;
    (0..files).try_for_each(|n| std::fs::write(folder.join(MANY).join(format!("note-{n}.txt")), ""))
}

fn measure(command: &[&str], folder: &Path) -> io::Result<Row> {
    let (hub, small) = (folder.join(workspace::HUB), folder.join(workspace::path(80)));
    let mut row = Row::default();
    let mut session = Session::start(command, folder, true)?;
    let begun = Instant::now();
    Document::open(&mut session, &hub, false)?;
    let heading = place(&hub, "Shared rules", 0)?;
    let references = with(&heading, "context", json!({ "includeDeclaration": true }));
    let (_, answer) = session.request("textDocument/references", references.clone())?;
    row.first_references = begun.elapsed().as_secs_f64() * 1000.0;
    row.first_cpu = session.worked().unwrap_or_default();
    row.found = answer["result"].as_array().map_or(0, Vec::len);
    let before = session.worked();
    row.references = repeated(&mut session, "textDocument/references", &[references], 20)?;
    row.references_cpu = before.zip(session.worked()).map_or(0.0, |(before, after)| (after - before) / 20.0);

    Document::open(&mut session, &small, false)?;
    let links = links(&small)?;
    row.definition = repeated(&mut session, "textDocument/definition", &links, 300)?;
    row.hover = repeated(&mut session, "textDocument/hover", &links, 300)?;
    let anchor = place(&small, "#shared-rules", 1)?;
    row.anchors = repeated(&mut session, "textDocument/completion", &[anchor], 100)?;
    let asking = folder.join("docs/asking.memory.md");
    std::fs::write(&asking, "# Asking\n\n[x](../many/)\n")?;
    Document::open(&mut session, &asking, false)?;
    let path = place(&asking, "many/", 5)?;
    let (_, answer) = session.request("textDocument/completion", path.clone())?;
    let items = answer["result"].get("items").unwrap_or(&answer["result"]);
    row.proposed = items.as_array().map_or(0, Vec::len);
    row.paths = repeated(&mut session, "textDocument/completion", &[path], 50)?;
    row.symbols = repeated(&mut session, "workspace/symbol", &[json!({ "query": "agent 700" })], 20)?;
    row.memory = session.peak_memory().unwrap_or_default();
    let rename = with(&heading, "newName", json!("Rules that are shared"));
    let (_, answer) = session.request("textDocument/rename", rename.clone())?;
    let changes = answer["result"]["changes"].as_object().map(serde_json::Map::len);
    row.renamed =
        changes.or(answer["result"]["documentChanges"].as_array().map(Vec::len)).unwrap_or_default();
    row.rename = repeated(&mut session, "textDocument/rename", &[rename], 5)?;
    row.memory_of_rename = session.peak_memory().unwrap_or_default();
    session.end()?;
    Ok(row)
}

/// The times of `count` requests, one after the other, over and over; `None` where one has no answer.
fn repeated(session: &mut Session, method: &str, params: &[Value], count: usize) -> io::Result<Times> {
    let mut times = Vec::with_capacity(count);
    for params in params.iter().cycle().take(count) {
        let (took, answer) = session.request(method, params.clone())?;
        if answer.get("error").is_some() || answer["result"].is_null() {
            return Ok(None);
        }
        times.push(took.as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(Some((percentile(&times, 0.5), percentile(&times, 0.95))))
}

/// A place in a file: behind `skip` bytes of the first `token` in it.
fn place(path: &Path, token: &str, skip: usize) -> io::Result<Value> {
    let text = std::fs::read_to_string(path)?;
    let found = text.lines().enumerate().find_map(|(line, text)| Some((line, text.find(token)?)));
    let (line, at) = found.ok_or(io::ErrorKind::NotFound)?;
    Ok(at_place(path, line, at + skip))
}

/// The places of the links of a file, in their destinations.
fn links(path: &Path) -> io::Result<Vec<Value>> {
    let text = std::fs::read_to_string(path)?;
    let lines = text.lines().enumerate();
    Ok(lines.filter_map(|(line, text)| Some(at_place(path, line, text.find("](")? + 4))).collect())
}

fn at_place(path: &Path, line: usize, character: usize) -> Value {
    json!({ "textDocument": { "uri": uri(path) }, "position": { "line": line, "character": character } })
}

fn with(place: &Value, key: &str, value: Value) -> Value {
    let mut place = place.clone();
    place[key] = value;
    place
}

fn print(rows: &[Row]) {
    let columns: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    println!("| ms, p50 / p95 unless said | goal | {} |", columns.join(" | "));
    println!("|---|---|{}", "---|".repeat(rows.len()));
    let line = |name: &str, goal: &str, cell: &dyn Fn(&Row) -> String| {
        let cells: Vec<String> = rows.iter().map(cell).collect();
        println!("| {name} | {goal} | {} |", cells.join(" | "));
    };
    let two =
        |times: Times| times.map_or("–".to_owned(), |(median, high)| format!("{median:.2} / {high:.2}"));
    line("references of a heading, first call after start (places)", "800", &|row| {
        format!("{:.0} ({})", row.first_references, row.found)
    });
    line("the same, processor time, the scan included", "–", &|row| format!("{:.0}", row.first_cpu));
    line("the same, warm", "15", &|row| two(row.references));
    line("the same, warm, processor time", "–", &|row| format!("{:.1}", row.references_cpu));
    line("definition", "0.2", &|row| two(row.definition));
    line("hover", "0.2", &|row| two(row.hover));
    line("anchor completion", "0.2", &|row| two(row.anchors));
    line("path completion in a folder of as many files (items)", "10 (100)", &|row| {
        format!("{} ({})", two(row.paths), row.proposed)
    });
    line("workspace symbols", "–", &|row| two(row.symbols));
    line("peak memory, MB", "100", &|row| format!("{:.0}", row.memory));
    line("rename of the heading (files)", "–", &|row| format!("{} ({})", two(row.rename), row.renamed));
    line("peak memory with that, MB", "–", &|row| format!("{:.0}", row.memory_of_rename));
}
