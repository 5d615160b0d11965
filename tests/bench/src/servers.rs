//! Several servers on the same workspaces, driven alike: the table that says where a peer does better.
//!
//! Everything is asked of a `SKILL.md`, the one kind of file that all of them judge. Diagnostics are
//! pushed; a key's cell is p50 / p95 (CPU time of the server). A server that says nothing of a file in a
//! minute gets a dash.

use crate::editor::hub_edits;
use crate::session::{Document, Session, enlarge};
use crate::workspace;
use std::io;
use std::path::Path;

/// Measures `servers`, each written `name=command line`, at each of `sizes`; prints a table.
pub fn run(servers: &[&str], sizes: &[usize]) -> io::Result<()> {
    println!("A key: p50 / p95 (CPU time of the server), in milliseconds.\n");
    println!(
        "| files | server | `initialize` | opened → diagnostics | key, 5 KB | key, 435 KB | 500 edits, 294 KB | hub heading → open dependent | peak MB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for files in sizes {
        for server in servers {
            let (name, command) = server.split_once('=').ok_or(io::ErrorKind::InvalidInput)?;
            let folder = std::env::temp_dir().join(format!("segue-bench-{}-{files}", std::process::id()));
            let measured = workspace::generate(&folder, *files, 1)
                .and_then(|_| measure(&command.split_whitespace().collect::<Vec<_>>(), &folder));
            std::fs::remove_dir_all(&folder)?;
            println!("| {files} | {name} | {} |", measured?.join(" | "));
        }
    }
    Ok(())
}

/// The cells of one server at one size.
fn measure(command: &[&str], folder: &Path) -> io::Result<Vec<String>> {
    let small = folder.join(workspace::path(55));
    let large = beside(&small, "large", 435_000)?;
    let storm = beside(&small, "storm", 294_000)?;
    let mut session = Session::start(command, folder, false)?;
    let mut cells = vec![format!("{:.1}", session.initialize.as_secs_f64() * 1000.0)];
    let told = play(&mut session, folder, [&small, &large, &storm], &mut cells);
    cells.resize(7, "–".to_owned());
    if let Some(peak) = session.peak_memory()
        && let Some(last) = cells.last_mut()
    {
        *last = format!("{peak:.0}");
    }
    match told {
        Err(error) if error.kind() != io::ErrorKind::TimedOut => Err(error),
        Err(_) => {
            session.kill();
            Ok(cells)
        }
        Ok(()) => {
            session.end()?;
            Ok(cells)
        }
    }
}

/// One after the other, until the server has nothing to say.
fn play(
    session: &mut Session,
    folder: &Path,
    [small, large, storm]: [&Path; 3],
    cells: &mut Vec<String>,
) -> io::Result<()> {
    let (mut document, opened) = Document::open(session, small, true)?;
    cells.push(format!("{:.1}", opened.as_secs_f64() * 1000.0));
    cells.push(document.keys(session, 200, true)?.cell());
    let (mut document, _) = Document::open(session, large, true)?;
    cells.push(document.keys(session, 30, true)?.cell());
    let (mut document, _) = Document::open(session, storm, true)?;
    cells.push(format!("{:.0}", document.storm(session, 500)?));
    cells.push(hub_edits(session, &folder.join(workspace::HUB), small)?.cell());
    Ok(())
}

/// A larger skill in a folder of its own beside `small`.
fn beside(small: &Path, name: &str, bytes: usize) -> io::Result<std::path::PathBuf> {
    let skills = small.parent().and_then(Path::parent).ok_or(io::ErrorKind::NotFound)?;
    let folder = skills.join(name);
    std::fs::create_dir_all(&folder)?;
    enlarge(small, &folder.join("SKILL.md"), bytes)
}
