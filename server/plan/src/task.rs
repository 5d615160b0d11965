//! A task: one piece of work that one agent does in one worktree.

use crate::{Range, Stated};

/// The place of a task in [`crate::Plan::tasks`], counted from 0 in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskIndex(pub u32);

impl TaskIndex {
    /// As an index of a slice.
    #[must_use]
    pub fn get(self) -> usize {
        self.0 as usize
    }

    /// From an index of a slice.
    #[must_use]
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// One task. What the file does not say is `None` or empty.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Task {
    /// The id by which others depend on it. Where the format has none it is made from the title, and
    /// its range is the title's.
    pub id: Stated<String>,
    /// Whether the file states the id, so that it can be renamed.
    pub id_is_stated: bool,
    /// What it is called, as plain text.
    pub title: Stated<String>,
    /// What it shall reach, in the words of the file.
    pub objective: Option<Stated<String>>,
    /// What kind of work it is, in the words of the file: no name of an agent.
    pub focus: Option<Stated<String>>,
    /// The agent that shall do it.
    pub agent: Option<Stated<String>>,
    /// What the file says it waits for.
    pub depends_on: Vec<Dependency>,
    /// What it waits for because the format's order rules say so: ranges of task indices. The tasks
    /// themselves are never in them.
    pub after: Vec<std::ops::Range<u32>>,
    /// The wave that the file states, counted from 1.
    pub wave: Option<Stated<u32>>,
    /// The files it touches.
    pub files: Vec<File>,
    /// Links whose sections it needs as context.
    pub context: Vec<ContextLink>,
    /// The requirements that it fulfils, by their ids.
    pub requirements: Vec<Stated<String>>,
    /// What must be true when it is done.
    pub acceptance: Vec<Stated<String>>,
    /// Tests to be written or changed.
    pub tests: Vec<Stated<String>>,
    /// Commands that prove it.
    pub validation: Vec<Stated<String>>,
    /// Named gates that it has to pass (`tests_pass`, `human_approved_if_required`, …).
    pub gates: Vec<Stated<String>>,
    /// What may go wrong, and what then.
    pub failures: Vec<FailureExpectation>,
    /// The steps that the file lists, in order.
    pub steps: Vec<Stated<String>>,
    /// How risky it is.
    pub risk: Option<Stated<crate::Impact>>,
    /// Whether it only reads: an empty diff is then no failure.
    pub read_only: bool,
    /// Whether it is marked as destructive: it gets a gate of its own.
    pub destructive: Option<Range>,
    /// Whether the plan is complete without it.
    pub optional: bool,
    /// How many variants shall be tried side by side.
    pub variants: Option<Stated<u32>>,
    /// How far it is.
    pub state: State,
    /// What has to be written where to mark it as done; `None` where the format has no such place.
    pub tick: Option<Tick>,
    /// The phase, story or section it belongs to: an index into [`crate::Plan::groups`].
    pub group: Option<u32>,
    /// The line on which it begins, counted from 0.
    pub line: u32,
    /// The first line of it: where a lens or an inlay belongs.
    pub head: Range,
    /// All of it.
    pub range: Range,
    /// Where the labels of the fields stand that it has (`Objective`, `Wave`, …).
    pub fields: Vec<Range>,
    /// Values of its fields that say nothing to a reader of this format.
    pub unread: Vec<Unread>,
}

impl Task {
    /// Whether it is done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The files it creates or changes.
    pub fn written_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.action.writes())
    }
}

/// A value that stands in a field, and that is none of those that the field has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unread {
    /// The field, by its key in the schema: `wave`, `complexity_tier`, ….
    pub field: &'static str,
    /// What is written.
    pub written: Stated<String>,
}

/// How far a task is, by its mark in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum State {
    /// Not begun.
    #[default]
    Open,
    /// Begun.
    InProgress,
    /// Done.
    Done,
}

/// How a task is marked as done: the bytes at `range` become `mark`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tick {
    /// The place of the mark: the character within `[ ]`, the content of a table's cell.
    pub range: Range,
    /// What stands there when the task is done.
    pub done: &'static str,
    /// What stands there when it is not.
    pub open: &'static str,
}

/// A dependency as the file states it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dependency {
    /// The id, title or phase as written.
    pub written: Stated<String>,
    /// The tasks that are meant, as a range of indices; empty where nothing of the plan is.
    pub on: std::ops::Range<u32>,
    /// Whether it is written as an id, so that it has to mean a task; else it may be something that
    /// no plan knows (a service, a decision).
    pub is_id: bool,
}

impl Dependency {
    /// A dependency on the tasks `on`, written as an id.
    #[must_use]
    pub fn new(written: Stated<String>, on: std::ops::Range<u32>) -> Self {
        Self { written, on, is_id: true }
    }

    /// A dependency on the tasks `on`, written in words.
    #[must_use]
    pub fn in_words(written: Stated<String>, on: std::ops::Range<u32>) -> Self {
        Self { written, on, is_id: false }
    }

    /// Whether nothing in the plan is meant by it.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.on.is_empty()
    }

    /// The tasks that are meant.
    pub fn tasks(&self) -> impl Iterator<Item = TaskIndex> + use<> {
        self.on.clone().map(TaskIndex)
    }
}

/// A file that a task touches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct File {
    /// The path as written, without a leading `./`.
    pub path: Stated<String>,
    /// What happens to it.
    pub action: Action,
    /// Whether the file has a field for it; else the path was found in the task's text.
    pub is_stated: bool,
}

/// What a task does with a file.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Makes it.
    Create,
    /// Changes it; also where the file does not say.
    #[default]
    Modify,
    /// Reads and judges it.
    Review,
    /// Reads it.
    Reference,
}

impl Action {
    /// The action of that name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let known = [
            ("create", Action::Create),
            ("modify", Action::Modify),
            ("review", Action::Review),
            ("reference", Action::Reference),
        ];
        known.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, action)| action)
    }

    /// Whether the file is different afterwards.
    #[must_use]
    pub fn writes(self) -> bool {
        matches!(self, Action::Create | Action::Modify)
    }
}

/// A link to a section that is needed as context.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContextLink {
    /// The link's text.
    pub text: String,
    /// Its destination as written: a path, a `#section` or both.
    pub target: Stated<String>,
}

/// What may go wrong, and what then.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FailureExpectation {
    /// What happens.
    pub scenario: Stated<String>,
    /// The class it belongs to (`transient`, `fixable`, …), as written.
    pub class: Option<Stated<String>>,
    /// What is done about it.
    pub mitigation: Option<Stated<String>>,
}

/// A line with a checkbox.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CheckItem {
    /// What it says.
    pub text: Stated<String>,
    /// Whether it is ticked.
    pub done: bool,
    /// The character within the brackets.
    pub mark: Range,
}
