//! What an agent may do without a person's word. Inside the worktree and the grant of the agent file:
//! allowed. Outside of the worktree: refused. The rest, and whatever cannot be undone, asks a person.
//!
//! This reads what the agent says it is about to do. It is no sandbox: an agent that lies, or that does
//! not ask, is held by the proof of its diff and by what it did to the checkout, not by this.

use crate::agent::Turn;
use crate::agent::acp::{command, servers, undone};
use crate::event::TurnKind;
use crate::servers::Server;
use std::path::{Component, Path, PathBuf};

/// What may be answered to a question for leave.
pub const ONCE: &str = "once";
/// The same is not asked again in this run.
pub const RUN: &str = crate::agent::FOR_THIS_RUN;
/// No.
pub const DENY: &str = "deny";

/// What kind of thing is wanted, as the protocol has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Read files.
    Read,
    /// Look for something in them.
    Search,
    /// Change files.
    Edit,
    /// Remove files.
    Delete,
    /// Rename files.
    Move,
    /// Run a command.
    Execute,
    /// Think.
    Think,
    /// Get something from outside of this machine.
    Fetch,
    /// Work in another way from now on.
    SwitchMode,
    /// Anything else.
    Other,
}

impl Kind {
    /// The words that grant it in the `tools` of agent files, without case, and without what follows a
    /// slash: clients call the same thing by different names.
    fn granted_by(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["read", "readfile", "view", "codebase", "search", "notebookread", "problems"],
            Self::Search => &["search", "grep", "glob", "codebase", "usages", "read", "findtestfiles"],
            Self::Edit | Self::Move => {
                &["edit", "editfiles", "write", "create", "multiedit", "notebookedit", "apply_patch", "new"]
            }
            Self::Delete => &["edit", "editfiles", "write"],
            Self::Execute => &[
                "execute",
                "shell",
                "bash",
                "powershell",
                "runcommands",
                "runinterminal",
                "terminal",
                "runtasks",
                "runtests",
            ],
            Self::Fetch => &["web", "fetch", "webfetch", "websearch"],
            Self::Think | Self::SwitchMode | Self::Other => &[],
        }
    }

    fn only_looks(self) -> bool {
        matches!(self, Self::Read | Self::Search | Self::Think | Self::Fetch)
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Search => "search",
            Self::Edit => "change",
            Self::Delete => "delete",
            Self::Move => "move",
            Self::Execute => "run",
            Self::Fetch => "fetch",
            Self::Think => "think about",
            Self::SwitchMode => "go on in another mode:",
            Self::Other => "use the tool",
        }
    }
}

/// What an agent wants to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of which kind it is.
    pub kind: Kind,
    /// What the agent calls it.
    pub title: String,
    /// The files that it names.
    pub paths: Vec<PathBuf>,
    /// The command line, where it is one.
    pub command: Option<String>,
}

/// What an agent was granted beforehand.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// Where it may work.
    pub worktree: &'a Path,
    /// The tools of its agent file; `None`: it does not say.
    pub tools: Option<&'a [String]>,
    /// The servers that it was handed.
    pub servers: &'a [Server],
    /// Whether this turn may change anything.
    pub may_change: bool,
}

impl<'a> Grant<'a> {
    /// What is granted to a turn.
    pub fn of(turn: &'a Turn) -> Self {
        Self {
            worktree: &turn.worktree,
            tools: turn.tools.as_deref(),
            servers: &turn.servers,
            may_change: !turn.read_only && turn.kind != TurnKind::Plan,
        }
    }
}

/// What the policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Allowed,
    /// It may not.
    Refused {
        /// Why, in a sentence.
        why: String,
        /// Whether having wanted it hands the task to a person.
        escalates: bool,
    },
    /// A person decides.
    Asked {
        /// The question. It names no worktree, so that the same is the same in the next attempt.
        text: String,
        /// Whether it cannot be undone: then a yes holds once.
        destructive: bool,
    },
}

/// What the policy says to what an agent wants.
#[must_use]
pub fn judge(wanted: &Wanted, grant: Grant<'_>) -> Verdict {
    let outside = wanted.paths.iter().find(|path| !is_inside(path, grant.worktree)).cloned();
    let stray = wanted.command.as_deref().and_then(|command| command::stray(command, grant.worktree));
    let written = stray.as_ref().filter(|stray| stray.is_written).map(|stray| stray.path.clone());
    if let Some(path) = outside.or(written) {
        let path = path.display();
        let why = format!("It wanted to {}, and {path} is outside of its worktree.", what(wanted, grant));
        return Verdict::Refused { why, escalates: !wanted.kind.only_looks() };
    }
    let changes = matches!(wanted.kind, Kind::Edit | Kind::Delete | Kind::Move);
    if changes && !grant.may_change {
        let why = format!("It wanted to {} in a turn that changes nothing.", what(wanted, grant));
        return Verdict::Refused { why, escalates: false };
    }
    let destructive =
        wanted.kind == Kind::Delete || wanted.command.as_deref().is_some_and(undone::cannot_be_undone);
    if !destructive
        && stray.is_none()
        && (is_granted(wanted.kind, grant.tools) || is_of_server(wanted, grant))
    {
        return Verdict::Allowed;
    }
    let mut text = format!("May it {}?", what(wanted, grant));
    if let Some(stray) = &stray {
        text += &format!(" It names {}, outside of its worktree.", stray.path.display());
    }
    if destructive {
        text += " That cannot be undone.";
    }
    Verdict::Asked { text, destructive }
}

/// What may be answered to a question for leave: once alone, where it cannot be undone.
#[must_use]
pub fn options(destructive: bool) -> Vec<String> {
    let options: &[&str] = if destructive { &[ONCE, DENY] } else { &[ONCE, RUN, DENY] };
    options.iter().map(|word| (*word).to_owned()).collect()
}

/// Whether a person's words are a yes, and whether it holds for the whole run. What is neither yes nor no
/// is a no.
#[must_use]
pub fn is_yes(answer: &str) -> bool {
    let word = answer.trim().to_lowercase();
    [ONCE, RUN, "yes", "y", "allow", "run"].contains(&word.as_str())
}

/// What is wanted, in words.
pub fn what(wanted: &Wanted, grant: Grant<'_>) -> String {
    let named = match &wanted.command {
        Some(command) => format!("`{}`", command.trim()),
        None if wanted.paths.is_empty() || wanted.kind == Kind::Other => format!("`{}`", wanted.title.trim()),
        None => {
            let paths: Vec<String> = wanted.paths.iter().map(|path| path.display().to_string()).collect();
            paths.join(", ")
        }
    };
    let worktree = grant.worktree.to_string_lossy();
    let named = named.replace(&format!("{worktree}/"), "").replace(&*worktree, ".");
    let named: String = named.chars().take(400).collect();
    format!("{} {named}", wanted.kind.verb())
}

/// Whether it is a tool of a server that it was handed, and the tools of its agent file name it. What that
/// changes is not known, so it takes a turn that may change something.
fn is_of_server(wanted: &Wanted, grant: Grant<'_>) -> bool {
    let tools = grant.tools.unwrap_or_default();
    wanted.kind == Kind::Other && grant.may_change && servers::grants(tools, grant.servers, &wanted.title)
}

fn is_granted(kind: Kind, tools: Option<&[String]>) -> bool {
    match (kind, tools) {
        (Kind::Think, _) => true,
        (Kind::Other | Kind::SwitchMode | Kind::Fetch, None) => false,
        (_, None) => true,
        (kind, Some(tools)) => tools.iter().any(|tool| {
            let plain = tool.split(['/', '(']).next().unwrap_or_default().trim().to_lowercase();
            plain == "*" || kind.granted_by().contains(&plain.as_str())
        }),
    }
}

/// Whether a path lies in the worktree, also once links are followed as far as it exists.
pub(in crate::agent) fn is_inside(path: &Path, worktree: &Path) -> bool {
    let path = worktree.join(path);
    let real_worktree = worktree.canonicalize().unwrap_or_else(|_| worktree.to_owned());
    let named = plain(&path);
    if !named.starts_with(worktree) && !named.starts_with(&real_worktree) {
        return false;
    }
    // As it is written: `link/..` lies beside what the link leads to.
    let real = path.ancestors().find_map(|place| match place.canonicalize() {
        Ok(real) => {
            Some(path.strip_prefix(place).map_or_else(|_| real.clone(), |rest| plain(&real.join(rest))))
        }
        // A link to what is not there yet: who writes to it makes that.
        Err(_) if place.is_symlink() => Some(PathBuf::new()),
        Err(_) => None,
    });
    real.is_none_or(|real| real.starts_with(&real_worktree))
}

/// A path without `.` and `..`.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(kind: Kind, paths: &[&str], command: Option<&str>) -> Wanted {
        Wanted {
            kind,
            title: "a title".to_owned(),
            paths: paths.iter().map(PathBuf::from).collect(),
            command: command.map(str::to_owned),
        }
    }

    fn of(wanted: &Wanted, worktree: &Path, tools: Option<&[String]>) -> Verdict {
        judge(wanted, Grant { worktree, tools, servers: &[], may_change: true })
    }

    #[test]
    fn inside_is_allowed_and_outside_is_refused() {
        let tree = Path::new("/w/t");
        for (path, inside) in [
            ("/w/t/a.txt", true),
            ("a.txt", true),
            ("a/../b", true),
            ("/w/t/../x", false),
            ("../x", false),
            ("/w/tx", false),
        ] {
            for kind in [Kind::Edit, Kind::Read] {
                let verdict = of(&wanted(kind, &[path], None), tree, None);
                if inside {
                    assert_eq!(verdict, Verdict::Allowed, "{path}");
                } else {
                    let Verdict::Refused { escalates, why } = verdict else { panic!("{path}: {verdict:?}") };
                    assert_eq!(escalates, kind == Kind::Edit, "{why}");
                }
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_worktree_is_outside() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        std::fs::create_dir_all(tree.join("own")).unwrap();
        std::fs::create_dir(folder.path().join("other")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("other"), tree.join("link")).unwrap();
        assert_eq!(of(&wanted(Kind::Edit, &["own/new/a.txt"], None), &tree, None), Verdict::Allowed);
        std::os::unix::fs::symlink(folder.path().join("none"), tree.join("to-nothing")).unwrap();
        std::os::unix::fs::symlink(tree.join("own"), tree.join("inner")).unwrap();
        for path in ["link/a.txt", "link/new/a.txt", "link/../a.txt", "to-nothing", "to-nothing/a.txt"] {
            let verdict = of(&wanted(Kind::Edit, &[path], None), &tree, None);
            assert!(matches!(verdict, Verdict::Refused { .. }), "{path}: {verdict:?}");
        }
        assert_eq!(of(&wanted(Kind::Edit, &["inner/a.txt"], None), &tree, None), Verdict::Allowed);
    }

    #[test]
    fn a_command_that_names_a_place_outside_is_refused_where_it_writes_and_asks_where_not() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        std::fs::create_dir(&tree).unwrap();
        let runs = |command: &str| of(&wanted(Kind::Execute, &[], Some(command)), &tree, None);
        assert_eq!(runs("cargo test"), Verdict::Allowed);
        let written = runs("echo x > ../repo/a.txt");
        assert!(matches!(written, Verdict::Refused { escalates: true, .. }), "{written:?}");
        let written = [
            "cp a ../repo/a.txt",
            "tee ../a",
            "cd .. && echo x > a",
            "ln -s a ../b",
            "sed -i s/a/b/ ../a",
            "rm -rf ../a",
            "git -C ../repo commit -m x",
        ];
        for command in written {
            let written = runs(command);
            assert!(matches!(written, Verdict::Refused { escalates: true, .. }), "{command}: {written:?}");
        }
        let named = runs("cp ../repo/a.txt a");
        assert!(
            matches!(&named, Verdict::Asked { text, destructive: false } if text.contains("outside of its worktree")),
            "{named:?}"
        );
        let lost = runs("git push");
        assert!(matches!(lost, Verdict::Asked { destructive: true, .. }), "{lost:?}");
        let deleted = of(&wanted(Kind::Delete, &["a.txt"], None), &tree, None);
        let text = "May it delete a.txt? That cannot be undone.".to_owned();
        assert_eq!(deleted, Verdict::Asked { text, destructive: true });
    }

    #[test]
    fn the_agent_file_grants_by_the_names_of_any_client() {
        let tree = Path::new("/w/t");
        let granted = |tools: &[&str], kind: Kind| {
            let tools: Vec<String> = tools.iter().map(|tool| (*tool).to_owned()).collect();
            of(&wanted(kind, &[], (kind == Kind::Execute).then_some("ls")), tree, Some(&tools))
                == Verdict::Allowed
        };
        assert!(granted(&["edit/editFiles"], Kind::Edit) && granted(&["Write"], Kind::Edit));
        assert!(granted(&["Bash(git *)"], Kind::Execute) && granted(&["runCommands"], Kind::Execute));
        assert!(!granted(&["read", "search"], Kind::Execute) && !granted(&["read"], Kind::Edit));
        assert!(granted(&["*"], Kind::Fetch) && !granted(&[], Kind::Read) && granted(&[], Kind::Think));
    }

    #[test]
    fn a_question_names_no_worktree_and_is_answered_with_few_words() {
        let asked = of(&wanted(Kind::Execute, &[], Some("git push /w/t/remote")), Path::new("/w/t"), None);
        assert!(
            matches!(asked, Verdict::Asked { text, .. } if text.starts_with("May it run `git push remote`?"))
        );
        for yes in ["once", "for this run", " Yes "] {
            assert!(is_yes(yes));
        }
        for no in ["deny", "no", "", "perhaps"] {
            assert!(!is_yes(no));
        }
    }

    #[test]
    fn a_tool_of_a_handed_server_is_granted_by_name_where_something_may_change() {
        let reach = crate::servers::Reach::Address { url: String::new(), headers: Vec::new(), sse: false };
        let servers = [Server { name: "files".to_owned(), line: String::new(), reach }];
        let tools = ["read".to_owned(), "files/write_file".to_owned()];
        let judged = |title: &str, may_change: bool| {
            let wanted = Wanted { title: title.to_owned(), ..wanted(Kind::Other, &[], None) };
            let grant =
                Grant { worktree: Path::new("/w/t"), tools: Some(&tools), servers: &servers, may_change };
            judge(&wanted, grant)
        };
        assert_eq!(judged("mcp__files__write_file", true), Verdict::Allowed);
        for (title, may_change) in [("files_write_file", false), ("files_drop_all", true), ("web_get", true)]
        {
            let verdict = judged(title, may_change);
            assert!(matches!(verdict, Verdict::Asked { destructive: false, .. }), "{title}: {verdict:?}");
        }
    }

    #[test]
    fn a_turn_that_only_plans_changes_nothing() {
        let grant = Grant { worktree: Path::new("/w/t"), tools: None, servers: &[], may_change: false };
        let edit = judge(&wanted(Kind::Edit, &["a.txt"], None), grant);
        assert!(matches!(edit, Verdict::Refused { escalates: false, .. }), "{edit:?}");
        assert_eq!(judge(&wanted(Kind::Read, &["a.txt"], None), grant), Verdict::Allowed);
    }
}
