//! `--watch`: check again whenever a file changes.
//!
//! Ends when stdin does (Ctrl-D, or the parent closing its pipe), when the reader of the output
//! leaves, or by Ctrl-C.

use super::settings::Settings;
use super::survey::{Root, Survey};
use crate::progress::Meter;
use crate::{Failure, output, places};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use segue_analysis::{Change, Disk, RealDisk, path};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// Changes that follow each other so closely are one: editors write a file in several steps.
const SETTLE: Duration = Duration::from_millis(50);

enum Event {
    Paths(Vec<PathBuf>),
    End,
}

/// Prints, then again after every change.
pub fn run(survey: &mut Survey, settings: &Settings) -> Result<(), Failure> {
    let (sender, receiver) = mpsc::channel();
    let mut watched = Watched::new(sender.clone())?;
    survey.roots.iter().for_each(|root| watched.add(root));
    end_with_stdin(sender);
    super::print(survey, settings, false)?;
    output::note("Watching for changes; Ctrl-C ends.");
    while let Some(paths) = next(&receiver) {
        if apply(survey, &paths) {
            survey.roots.iter().for_each(|root| watched.add(root));
            survey.find_bases(settings)?;
            super::judge(survey, settings, &Meter::start());
            super::print(survey, settings, true)?;
        }
    }
    Ok(())
}

/// The paths of the next burst of changes; `None` at the end.
fn next(receiver: &Receiver<Event>) -> Option<BTreeSet<PathBuf>> {
    let mut paths = BTreeSet::new();
    loop {
        let event = if paths.is_empty() {
            receiver.recv().ok()
        } else {
            match receiver.recv_timeout(SETTLE) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => return Some(paths),
                Err(RecvTimeoutError::Disconnected) => None,
            }
        };
        match event? {
            Event::Paths(changed) => paths.extend(changed),
            Event::End => return None,
        }
    }
}

/// Takes the changes in. Whether any of them matters.
fn apply(survey: &mut Survey, paths: &BTreeSet<PathBuf>) -> bool {
    let mut matters = false;
    for root in &mut survey.roots {
        let changes: Vec<Change> = paths
            .iter()
            .filter_map(|path| path.strip_prefix(&root.folder).ok())
            .map(places::slashed)
            .filter(|path| !path.is_empty() && !path.starts_with(".git/"))
            .map(Change::Disk)
            .collect();
        let effects = root.host.apply(changes);
        matters |= effects.everything || !effects.changed.is_empty() || !effects.dependents.is_empty();
    }
    matters
}

/// Folders that are watched.
///
/// On Linux a watch is for one folder and the system has a limited number of them, so that only
/// folders that discovery looks into are watched, not the ignored ones (`node_modules`, `target`).
/// Elsewhere one watch takes the whole tree.
struct Watched {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
    complained: bool,
}

impl Watched {
    fn new(sender: Sender<Event>) -> Result<Self, Failure> {
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if let Ok(event) = event
                && !matches!(event.kind, notify::EventKind::Access(_))
            {
                let _ = sender.send(Event::Paths(event.paths));
            }
        })
        .map_err(|error| Failure::said(format!("Changes cannot be watched: {error}.")))?;
        Ok(Self { watcher, folders: BTreeSet::new(), complained: false })
    }

    fn add(&mut self, root: &Root) {
        if cfg!(not(target_os = "linux")) {
            return self.watch(&root.folder, RecursiveMode::Recursive);
        }
        for folder in folders(root) {
            self.watch(&root.folder.join(folder), RecursiveMode::NonRecursive);
        }
    }

    fn watch(&mut self, folder: &Path, mode: RecursiveMode) {
        // A folder that is removed and made again needs a new watch; asking twice does no harm.
        let known = !self.folders.insert(folder.to_owned());
        if let Err(error) = self.watcher.watch(folder, mode)
            && !known
            && !self.complained
        {
            self.complained = true;
            output::note(&format!("note: `{}` cannot be watched: {error}", folder.display()));
        }
    }
}

/// The folders of a root in which something is, and the empty ones beside.
fn folders(root: &Root) -> BTreeSet<String> {
    let mut folders: BTreeSet<String> = BTreeSet::from([String::new()]);
    for path in root.world.paths() {
        for folder in path::ancestors(&path) {
            if !folders.insert(folder.to_owned()) {
                break;
            }
        }
    }
    let disk = RealDisk::new(&root.folder);
    let mut open: Vec<String> = folders.iter().cloned().collect();
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(root.folder.join(&folder)) else { continue };
        for entry in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            if name != ".git" && !folders.contains(&path) && disk.discoverable(&path) {
                folders.insert(path.clone());
                open.push(path);
            }
        }
    }
    folders
}

/// Ends the watch when stdin ends. A device that is no terminal (`/dev/null`) says nothing by ending.
fn end_with_stdin(sender: Sender<Event>) {
    if !stdin_can_end() {
        return;
    }
    std::thread::spawn(move || {
        let mut bytes = [0; 256];
        while matches!(std::io::stdin().lock().read(&mut bytes), Ok(read) if read > 0) {}
        let _ = sender.send(Event::End);
    });
}

#[cfg(unix)]
fn stdin_can_end() -> bool {
    use std::io::IsTerminal;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let stdin = std::io::stdin();
    let kind = stdin.as_fd().try_clone_to_owned().map(std::fs::File::from).and_then(|file| file.metadata());
    stdin.is_terminal() || kind.is_ok_and(|kind| !kind.file_type().is_char_device())
}

#[cfg(not(unix))]
fn stdin_can_end() -> bool {
    use std::io::IsTerminal;
    std::io::stdin().is_terminal()
}
