//! The user's own primitives: names only, from a fixed list of folders below the home.
//!
//! The list is that of the catalog's rows (`user-folders` of agents and skills, configuration files of
//! MCP servers that begin with `~/`). No workspace can add to it, nothing but names and lists of tools is
//! kept, and what cannot be read is passed by. Who asks servers on the user's word reads how they are
//! started at that moment ([`servers`]).

use crate::servers::Configuration;
use crate::{names, path, read, servers};
use rustc_hash::FxHashSet;
use segue_catalog::{Kind, McpFile, catalog};
use segue_syntax::{Facts, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// At most so many entries of folders are looked at.
const MOST_ENTRIES: usize = 2_000;

/// Longer files are passed by.
const LARGEST_FILE: u64 = 1024 * 1024;

/// What the user's own folders define.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFiles {
    /// Agent names.
    pub agents: Vec<String>,
    /// Skill names.
    pub skills: Vec<String>,
    /// MCP server names.
    pub servers: Vec<String>,
    /// What is known of how they are configured.
    pub configured: Vec<UserServer>,
}

/// A server that a file of the user's configures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserServer {
    /// Its name.
    pub name: String,
    /// What identifies the configuration, and tells nothing of it.
    pub fingerprint: String,
    allowed: Option<Vec<String>>,
}

impl UserServer {
    fn of(own: &Configuration) -> Self {
        let allowed = own.allowed().map(|names| names.into_iter().map(str::to_owned).collect());
        Self { name: own.name.to_string(), fingerprint: own.fingerprint(), allowed }
    }

    /// The tools that the configuration lets through; `None` where that is all of them.
    #[must_use]
    pub fn allowed(&self) -> Option<Vec<&str>> {
        self.allowed.as_ref().map(|names| names.iter().map(String::as_str).collect())
    }
}

/// Where the user's own files lie.
#[derive(Clone, Debug)]
pub struct Home {
    folder: PathBuf,
    moved: Vec<(String, PathBuf)>,
}

impl Home {
    /// That of the user as whom this process runs, with the variables that move some of its files; `None`
    /// where there is none.
    #[must_use]
    pub fn of_process() -> Option<Self> {
        let variables = catalog().mcp_files.iter().filter_map(|file| file.moved_by.clone());
        let set = |name: String| std::env::var_os(&name).map(|folder| (name, PathBuf::from(folder)));
        let moved = variables.filter_map(set).filter(|(_, folder)| folder.is_absolute()).collect();
        Some(Self { folder: std::env::home_dir().filter(|path| path.is_absolute())?, moved })
    }

    /// Where a file of the list is, and how it is spoken of.
    fn place(&self, file: &McpFile) -> Option<(PathBuf, Arc<str>)> {
        let below = file.path.strip_prefix("~/")?;
        let moved = self.moved.iter().find(|(name, _)| file.moved_by.as_ref() == Some(name));
        Some(match moved {
            Some((name, folder)) => {
                let last = path::file_name(below);
                (folder.join(last), format!("${name}/{last}").into())
            }
            None => (self.folder.join(below), file.path.as_str().into()),
        })
    }
}

/// Reads the names below `home`, as far as they count in the project at `project`.
#[must_use]
pub fn read(home: &Home, project: &Path) -> UserFiles {
    let Reader { mut files, servers, .. } = Reader::over(home, project);
    files.configured = servers.iter().map(UserServer::of).collect();
    for names in [&mut files.agents, &mut files.skills, &mut files.servers] {
        names.sort();
        names.dedup();
    }
    files
}

/// The servers that the user's own files configure for the project at `project`, each with its file
/// (`~/.claude.json`): for asking them on the user's word, and not to be kept.
#[must_use]
pub fn servers(home: &Home, project: &Path) -> Vec<Configuration> {
    Reader::over(home, project).servers
}

struct Reader<'h> {
    home: &'h Home,
    left: usize,
    files: UserFiles,
    servers: Vec<Configuration>,
}

impl<'h> Reader<'h> {
    /// Looks through the whole list.
    fn over(home: &'h Home, project: &Path) -> Self {
        let (files, servers) = (UserFiles::default(), Vec::new());
        let mut reader = Self { home, left: MOST_ENTRIES, files, servers };
        let rows = catalog().kinds.iter();
        let rows = rows.filter(|row| matches!(row.kind, Kind::Agent | Kind::ChatMode | Kind::Skill));
        let mut seen = FxHashSet::default();
        for row in rows {
            let folders = row.clients.iter().flat_map(|at| &at.user_folders);
            for folder in folders {
                if seen.insert((row.kind == Kind::Skill, folder)) {
                    reader.folder(folder, row.kind);
                }
            }
        }
        for file in &catalog().mcp_files {
            reader.configuration(file, project);
        }
        reader
    }

    /// Looks through a folder of the list; `*` at its end is one level, `**` any depth, and between other
    /// names any folder. A folder of skills has them one level down whichever client reads it.
    fn folder(&mut self, pattern: &str, kind: Kind) {
        if let Some((above, below)) = pattern.split_once("/*/") {
            for (path, _) in self.entries(above).into_iter().filter(|(_, is_folder)| *is_folder) {
                self.folder(&format!("{path}/{below}"), kind);
            }
            return;
        }
        let top = pattern.trim_end_matches("/**").trim_end_matches("/*");
        let depth = if kind == Kind::Skill { 1 } else { 0 };
        self.look(top, depth, kind);
    }

    fn look(&mut self, folder: &str, depth: usize, kind: Kind) {
        for (path, is_folder) in self.entries(folder) {
            if is_folder && depth > 0 {
                self.look(&path, depth - 1, kind);
            } else if !is_folder && depth == 0 {
                self.file(&path, kind);
            }
        }
    }

    /// What a folder holds, sorted, as long as entries are left.
    fn entries(&mut self, folder: &str) -> Vec<(String, bool)> {
        let Ok(entries) = std::fs::read_dir(self.home.folder.join(folder)) else { return Vec::new() };
        let mut found = Vec::new();
        for entry in entries.flatten() {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            if let (Some(name), Ok(kind)) = (entry.file_name().to_str(), entry.file_type()) {
                let path = format!("{folder}/{name}");
                let is_folder = kind.is_dir() || (kind.is_symlink() && entry.path().is_dir());
                found.push((path, is_folder));
            }
        }
        found.sort();
        found
    }

    fn file(&mut self, path: &str, kind: Kind) {
        if kind == Kind::Skill {
            if path::file_name(path).eq_ignore_ascii_case("SKILL.md") {
                self.files.skills.push(path::folder_name(path).to_owned());
            }
            return;
        }
        let is_agent = crate::recognise::by_path(path, &|_| false)
            .is_some_and(|what| matches!(what.kind, Kind::Agent | Kind::ChatMode));
        if let Some(text) = text(&self.home.folder.join(path)).filter(|_| is_agent) {
            let facts = Facts::of(&text);
            self.servers.extend(servers::of_header(&facts, &format!("~/{path}").into()));
            let names = names::defined(path, Kind::Agent, &facts);
            for name in names {
                let list = match name.space {
                    crate::file::Space::Server => &mut self.files.servers,
                    _ => &mut self.files.agents,
                };
                list.push(name.text.into());
            }
        }
    }

    fn configuration(&mut self, row: &McpFile, project: &Path) {
        let Some((place, name)) = self.home.place(row) else { return };
        let Some(text) = text(&place) else { return };
        let document = json::parse(&text);
        let mut found = servers::of_project(&document, &name, row, project);
        found.extend(servers::of_document(&document, &name, row));
        self.files.servers.extend(found.iter().map(|own| own.name.to_string()));
        self.servers.extend(found);
    }
}

/// Links are followed here: many people keep these files elsewhere and link to them.
fn text(absolute: &Path) -> Option<String> {
    // Opening a pipe would wait for its writer.
    if !absolute.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST_FILE) {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(absolute).ok()?.take(LARGEST_FILE).read_to_end(&mut bytes).ok()?;
    read::decode(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(home: &Path, path: &str, text: impl AsRef<[u8]>) {
        let path = home.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn of(folder: &Path) -> Home {
        Home { folder: folder.to_owned(), moved: Vec::new() }
    }

    #[test]
    fn a_variable_moves_a_file() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), ".copilot/mcp-config.json", r#"{"mcpServers": {"left": {}}}"#);
        write(home.path(), "moved/mcp-config.json", r#"{"mcpServers": {"right": {}}}"#);
        let moved = vec![("COPILOT_HOME".to_owned(), home.path().join("moved"))];
        let own = Home { moved, ..of(home.path()) };
        let found = servers(&own, Path::new("/x"));
        let found: Vec<(&str, &str)> = found.iter().map(|own| (&*own.path, &*own.name)).collect();
        assert_eq!(found, [("$COPILOT_HOME/mcp-config.json", "right")]);
    }

    #[test]
    fn names_come_from_the_list_alone() {
        let home = tempfile::tempdir().unwrap();
        let at = |path: &str, text: &str| write(home.path(), path, text);
        at(
            ".copilot/agents/one.agent.md",
            "---\nname: The One\nmcp-servers:\n  inner:\n    command: x\n---\nbody",
        );
        at(".claude/agents/two.md", "---\nname: two\n---\n");
        at(".claude/agents/README.md", "---\nname: readme\n---\n");
        at(".claude/agents/deep/no.md", "---\nname: no\n---\n");
        at(".config/Code/User/prompts/three.chatmode.md", "hello");
        at(".config/Code/User/prompts/four.prompt.md", "hello");
        at(".config/Code/User/profiles/-1a2b/prompts/five.agent.md", "hello");
        at(".agents/skills/cook/SKILL.md", "---\nname: other\n---\n");
        at(".claude/skills/bake/SKILL.md", "");
        at(".claude/skills/SKILL.md", "");
        at(".copilot/mcp-config.json", r#"{"mcpServers": {"a": {"env": {"TOKEN": "secret"}}}}"#);
        at(".config/Code/User/mcp.json", "{ // c\n\"servers\": {\"b\": {},}}");
        at(
            ".claude.json",
            r#"{"mcpServers": {"a": {}, "c": {}}, "projects": {"/x": {"mcpServers": {"d": {}}}, "/y": {"mcpServers": {"e": {}}}, "/z": 3}}"#,
        );
        at(".cursor/mcp.json", "not json");
        at("elsewhere/x.agent.md", "---\nname: Elsewhere\n---\n");
        let own = of(home.path());
        let files = read(&own, Path::new("/x"));
        assert_eq!(files.agents, ["The One", "five", "one", "three", "two"]);
        assert_eq!(files.skills, ["bake", "cook"]);
        assert_eq!(files.servers, ["a", "b", "c", "d", "inner"]);
        let mut of_files: Vec<String> =
            servers(&own, Path::new("/x")).iter().map(|own| format!("{} {}", own.path, own.name)).collect();
        of_files.sort();
        assert_eq!(
            of_files,
            [
                "~/.claude.json a",
                "~/.claude.json c",
                "~/.claude.json d",
                "~/.config/Code/User/mcp.json b",
                "~/.copilot/agents/one.agent.md inner",
                "~/.copilot/mcp-config.json a"
            ]
        );
        assert!(!format!("{files:?}").contains("secret"), "what it is configured with is not kept");
    }

    #[test]
    fn whatever_lies_there_is_passed_by() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(read(&of(home.path()), Path::new("/x")), UserFiles::default());
        assert_eq!(read(&of(&home.path().join("missing")), Path::new("/x")), UserFiles::default());
        write(home.path(), ".copilot/agents/big.agent.md", vec![b'x'; 1024 * 1024 + 1]);
        write(home.path(), ".copilot/agents/binary.agent.md", b"\0\0\xff");
        write(home.path(), ".copilot/agents/latin.agent.md", b"---\nname: \xe9\n---\n");
        write(home.path(), ".claude.json", "{\"mcpServers\": [1, {");
        write(home.path(), ".copilot/skills", "a file");
        std::fs::create_dir_all(home.path().join(".claude/agents/folder.agent.md")).unwrap();
        assert_eq!(read(&of(home.path()), Path::new("/x")), UserFiles::default());
    }

    #[test]
    fn entries_are_bounded() {
        let home = tempfile::tempdir().unwrap();
        for n in 0..MOST_ENTRIES + 50 {
            write(home.path(), &format!(".claude/agents/a{n}.md"), "x");
        }
        assert!(read(&of(home.path()), Path::new("/x")).agents.len() <= MOST_ENTRIES);
    }
}
