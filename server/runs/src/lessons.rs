//! What agents of a run learnt, as changes of the files that its plan links for it. Nothing is written
//! here: who asked sees the changes first, and wants them or not.

use crate::Failure;
use crate::open::{Meant, Runs};
use segue_analysis::changes::{Changes, Why};
use segue_analysis::features::lessons::{Added, Draft, Place, places, sense};
use segue_analysis::path;
use segue_orchestrator::event::AttemptKey;
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::lessons::Lesson;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The longest file that lessons are added to, in bytes.
const LONGEST: u64 = 4 << 20;

/// What becomes of the lessons of a run.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// Each lesson once, in the order in which they were told.
    pub lessons: Vec<Told>,
    /// The files as they would be.
    pub files: Vec<Proposed>,
    /// The plan of the run.
    pub plan: String,
}

/// A lesson, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Told {
    /// Whose it is.
    pub key: AttemptKey,
    /// In one line.
    pub text: String,
    /// Whether the attempt that told it failed.
    pub failed: bool,
    /// What becomes of it.
    pub fate: Fate,
}

impl Told {
    /// As data: `state` is `new`, `known` or `nowhere`.
    #[must_use]
    pub fn as_data(&self) -> Value {
        let (state, path, section, why) = match &self.fate {
            Fate::New { path, section } => ("new", Some(path), Some(section), None),
            Fate::Known { path } => ("known", Some(path), None, None),
            Fate::Nowhere(why) => ("nowhere", None, None, Some(why)),
        };
        json!({
            "task": self.key.task.0, "attempt": self.key.attempt, "failed": self.failed, "text": self.text,
            "state": state, "path": path, "section": section, "why": why,
        })
    }
}

/// What becomes of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is proposed for a section of a file.
    New {
        /// The file.
        path: String,
        /// The heading of the section.
        section: String,
    },
    /// This file says it, or is to say it by an earlier one.
    Known {
        /// The file.
        path: String,
    },
    /// It cannot be put anywhere: why, in a sentence.
    Nowhere(String),
}

/// A file with lessons added.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// Its path from the top of the repository.
    pub path: String,
    /// As it is; `None` where it is to be made.
    pub before: Option<String>,
    /// What is added.
    draft: Draft,
}

impl Proposed {
    /// As it would be.
    #[must_use]
    pub fn after(&self) -> String {
        self.draft.text()
    }

    /// What is added, as a patch.
    #[must_use]
    pub fn patch(&self) -> String {
        let from = if self.before.is_some() { format!("a/{}", self.path) } else { "/dev/null".to_owned() };
        let (before, after) = (self.before.as_deref().unwrap_or_default(), self.after());
        let difference = similar::TextDiff::from_lines(before, &after);
        difference.unified_diff().header(&from, &format!("b/{}", self.path)).to_string()
    }

    /// The same as changes of the file that is called so.
    #[must_use]
    pub fn changes(&self, path: &str) -> Changes {
        let Some(before) = &self.before else { return Changes::of_new(path, self.after()) };
        let (path, text) = (path.into(), before.as_str().into());
        let mut changes = Changes::default();
        for edit in self.draft.edits() {
            changes.add(&path, &text, edit.span, edit.insert, Why::Lesson);
        }
        changes
    }
}

/// The text of a file of the checkout by its path there, `None` where nothing is; an error where it must not
/// be touched.
pub type Read<'r> = dyn Fn(&str) -> Result<Option<String>, Failure> + 'r;

/// The text of a file below `top` as it is on disk.
///
/// # Errors
/// It lies behind a link out of the checkout, is no text, or is too long.
pub fn on_disk(top: &Path, path: &str) -> Result<Option<String>, Failure> {
    let file = top.join(path);
    let Ok(metadata) = file.symlink_metadata() else {
        let there = file.ancestors().skip(1).find(|folder| folder.symlink_metadata().is_ok());
        return if there.is_some_and(|folder| is_inside(top, folder)) {
            Ok(None)
        } else {
            Err(outside(path))
        };
    };
    if metadata.is_symlink() || !is_inside(top, &file) {
        return Err(outside(path));
    }
    if !metadata.is_file() || metadata.len() > LONGEST {
        return Err(Failure::said(format!("`{path}` is no file that lessons can be added to.")));
    }
    let read =
        std::fs::read(&file).map_err(|error| Failure::said(format!("`{path}` cannot be read: {error}.")))?;
    String::from_utf8(read).map(Some).map_err(|_| Failure::said(format!("`{path}` is not UTF-8.")))
}

fn is_inside(top: &Path, path: &Path) -> bool {
    matches!((path::real(top), path::real(path)), (Ok(top), Ok(path)) if path.starts_with(&top))
}

fn outside(path: &str) -> Failure {
    Failure::said(format!("`{path}` lies behind a symbolic link."))
}

/// What `to` means: `FILE` or `FILE#SECTION`, from this folder of the repository.
///
/// # Errors
/// It is no Markdown file, or lies outside.
pub fn place(folder: &str, to: &str) -> Result<Place, Failure> {
    let (written, anchor) = to.split_once('#').map_or((to, None), |(path, anchor)| (path, Some(anchor)));
    let path = path::join(folder, written).filter(|_| !Path::new(written).is_absolute());
    let path = path.ok_or_else(|| Failure::said(format!("`{written}` lies outside of the repository.")))?;
    if path::extension(&path) != "md" {
        return Err(Failure::said(format!("`{written}` is no Markdown file.")));
    }
    let anchor = anchor.filter(|anchor| !anchor.is_empty()).map(str::to_owned);
    Ok(Place { paths: vec![path], anchor })
}

/// What the lessons of a run or a task come to: against the sections that its plan links, or those of `to`.
///
/// # Errors
/// The journal cannot be read.
pub fn propose(runs: &Runs, meant: &Meant, to: Option<&Place>, read: &Read<'_>) -> Result<Proposal, Failure> {
    let state = runs.journal.state(&meant.run)?;
    let created = state.created.as_ref();
    let plan = created.map(|created| created.plan.clone()).unwrap_or_default();
    let committed = || {
        let bytes = runs.repository.file(&created?.base, Path::new(&plan)).ok()??;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read(&plan).ok().flatten().or_else(committed).unwrap_or_default();
    let mut maker = Maker { read, files: BTreeMap::new(), senses: BTreeSet::new() };
    let mut proposal = Proposal { plan: plan.clone(), ..Proposal::default() };
    // What the variants of a task taught belongs to it.
    let is_meant = |lesson: &&Lesson| {
        let stated = state.facts.stated(&lesson.key.task);
        meant.task.as_ref().is_none_or(|task| lesson.key.task == *task || stated == task)
    };
    let mut linked: BTreeMap<&TaskId, Vec<Place>> = BTreeMap::new();
    for lesson in state.lessons.iter().filter(is_meant) {
        if !maker.senses.insert(sense(&lesson.text)) {
            continue;
        }
        let stated = state.facts.stated(&lesson.key.task);
        let linked = linked.entry(stated).or_insert_with(|| match to {
            Some(place) => vec![place.clone()],
            None => places(&plan, &text, Some(&stated.0)),
        });
        let fate = maker.fate(lesson, linked, &plan);
        let failed = state.has_failed(&lesson.key);
        proposal.lessons.push(Told { key: lesson.key.clone(), text: lesson.text.clone(), failed, fate });
    }
    // Not those that would be made for a lesson which then had no place in them.
    let gains = |file: &Proposed| {
        let is_here = |own: &Told| matches!(&own.fate, Fate::New { path, .. } if *path == file.path);
        proposal.lessons.iter().any(is_here)
    };
    proposal.files = maker.files.into_values().filter(gains).collect();
    Ok(proposal)
}

struct Maker<'r> {
    read: &'r Read<'r>,
    files: BTreeMap<String, Proposed>,
    /// What was told before, whoever told it.
    senses: BTreeSet<String>,
}

impl Maker<'_> {
    fn fate(&mut self, lesson: &Lesson, linked: &[Place], plan: &str) -> Fate {
        let is_there = |path: &str| match self.files.get(path) {
            Some(known) => known.before.is_some(),
            None => matches!((self.read)(path), Ok(Some(_))),
        };
        let found = linked
            .iter()
            .find_map(|place| Some((place.path(&is_there)?.to_owned(), place.anchor.as_deref())));
        let Some((path, anchor)) = found else { return Fate::Nowhere(nothing_linked(linked, plan)) };
        match self.file(&path) {
            Ok(file) => match file.draft.add(anchor, &lesson.text) {
                Ok(Added::New(section)) => Fate::New { path, section },
                Ok(Added::Known) => Fate::Known { path },
                Err(why) => Fate::Nowhere(format!("`{path}`: {why}.")),
            },
            Err(failure) => Fate::Nowhere(failure.to_string()),
        }
    }

    fn file(&mut self, path: &str) -> Result<&mut Proposed, Failure> {
        if !self.files.contains_key(path) {
            let before = (self.read)(path)?;
            let draft = before.as_deref().map_or_else(|| Draft::fresh(path), Draft::of);
            self.files.insert(path.to_owned(), Proposed { path: path.to_owned(), before, draft });
        }
        self.files.get_mut(path).ok_or_else(|| Failure::said(format!("`{path}` is not there.")))
    }
}

/// What to do where there is no place for lessons.
fn nothing_linked(linked: &[Place], plan: &str) -> String {
    let named = linked.iter().filter_map(|place| place.paths.first());
    let named: Vec<String> = named.map(|path| format!("`{path}`")).collect();
    let why = match named.as_slice() {
        [] => format!("`{plan}` links no memory, and nothing in a section *Post-Implementation Learning*."),
        names => format!("`{plan}` links {} for it, which is not there.", names.join(", ")),
    };
    format!("{why} Link one, as in `[lessons](lessons.memory.md#lessons)`, or name one: `--to FILE#SECTION`.")
}
