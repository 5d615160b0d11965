//! Variables in configurations, filled in as the clients do.

use crate::launch::{Launch, Text};
use crate::server::{Reach, Server, Words};
use std::path::{Path, PathBuf};

/// A file of variables is no longer than this.
const LARGEST_ENV_FILE: u64 = 256 * 1024;

/// What variables stand for.
pub struct Known<'a> {
    /// A variable of the environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// What somebody would type for an input.
    pub input: &'a dyn Fn(&str) -> Option<String>,
    /// The user's folder.
    pub home: Option<PathBuf>,
}

/// Why a server cannot be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// Somebody has to be asked for something first.
    #[error("it asks for the input `{id}`: set {} to give it", input_variable(.id))]
    Input {
        /// The input.
        id: String,
    },
    /// A variable that is not set.
    #[error("the environment variable `{0}` is not set")]
    Unset(String),
    /// A variable that means something to its client alone.
    #[error("`{0}` means something to its client alone")]
    Foreign(String),
    /// A file of variables that is no such file.
    #[error("`{0}` cannot be read as a file of variables")]
    EnvFile(String),
    /// A way of reaching it that is not spoken here.
    #[error("{0}")]
    Reach(String),
}

/// The variable of our own environment that stands for an input.
#[must_use]
pub fn input_variable(id: &str) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("SEGUE_INPUT_{}", id.chars().map(upper).collect::<String>())
}

impl<'a> Known<'a> {
    /// Inputs by variables of the environment ([`input_variable`]), everything else as it is.
    #[must_use]
    pub fn of_process() -> Known<'static> {
        Known {
            env: &|name| std::env::var(name).ok(),
            input: &|id| std::env::var(input_variable(id)).ok(),
            home: crate::places::home(),
        }
    }
}

/// What exactly would be run or called here.
///
/// # Errors
/// What has to be known first, or cannot be done here.
pub fn resolve(server: &Server, known: &Known<'_>) -> Result<Launch, Obstacle> {
    if matches!(server.reach, Reach::Address { sse: true, .. }) {
        return Err(Obstacle::Reach("it is reached by `sse`, which is not spoken here".to_owned()));
    }
    filled(server, known)
}

/// What exactly somebody would run or call, whoever it is.
///
/// # Errors
/// What has to be known first.
pub(crate) fn filled(server: &Server, known: &Known<'_>) -> Result<Launch, Obstacle> {
    let fill = Fill { server, known };
    match &server.reach {
        Reach::Command { command, args, env, env_file, cwd } => {
            let mut all = match env_file {
                Some(file) => fill.env_file(&fill.text(file, false)?.value)?,
                None => Vec::new(),
            };
            for (name, value) in env {
                all.retain(|(own, _)| own != name);
                all.push((name.clone(), fill.text(value, true)?));
            }
            let program = fill.text(command, false)?;
            if program.value.trim().is_empty() {
                return Err(Obstacle::Reach("it has no command to start".to_owned()));
            }
            Ok(Launch::Process {
                program,
                args: args.iter().map(|word| fill.text(word, false)).collect::<Result<_, _>>()?,
                env: all,
                folder: fill.folder(cwd.as_deref())?,
            })
        }
        Reach::Address { url, headers, .. } => {
            let url = fill.text(url, false)?;
            if !(url.value.starts_with("http://") || url.value.starts_with("https://")) {
                return Err(Obstacle::Reach("its address is neither http:// nor https://".to_owned()));
            }
            let filled = |(name, value): &(String, String)| Ok((name.clone(), fill.text(value, true)?));
            Ok(Launch::Http { url, headers: headers.iter().map(filled).collect::<Result<_, _>>()? })
        }
        Reach::Other(how) => Err(Obstacle::Reach(how.clone())),
    }
}

struct Fill<'a> {
    server: &'a Server,
    known: &'a Known<'a>,
}

impl Fill<'_> {
    /// A text with its variables filled in. `bare` takes `$NAME` too, where the file's clients do.
    fn text(&self, written: &str, bare: bool) -> Result<Text, Obstacle> {
        let mut text = Text::default();
        let mut rest = written;
        while let Some(at) = rest.find('$') {
            let (before, from) = rest.split_at(at);
            text.value.push_str(before);
            text.shown.push_str(before);
            let (taken, piece) = self.variable(from, bare)?;
            text.value.push_str(&piece.value);
            text.shown.push_str(&piece.shown);
            rest = from.get(taken..).unwrap_or_default();
        }
        text.value.push_str(rest);
        text.shown.push_str(rest);
        Ok(text)
    }

    /// The variable at the beginning: its length, and what stands for it.
    fn variable(&self, from: &str, bare: bool) -> Result<(usize, Text), Obstacle> {
        let literal = |length: usize| {
            let own = from.get(..length).unwrap_or(from).to_owned();
            Ok((length, Text { value: own.clone(), shown: own }))
        };
        // `${{ secrets.X }}` is filled in where the agent runs, and known nowhere else.
        if from.starts_with("${{") {
            let end = from.find("}}").map_or(from.len(), |end| end + 2);
            return Err(Obstacle::Foreign(from.get(..end).unwrap_or(from).to_owned()));
        }
        if let Some(inside) = from.strip_prefix("${") {
            let Some((name, _)) = inside.split_once('}') else { return literal(1) };
            let length = "${}".len() + name.len();
            let piece = match self.server.words {
                Words::Vscode => self.of_vscode(name)?,
                Words::Shell => self.of_shell(name)?,
            };
            return Ok((length, piece));
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let after = from.get(1..).unwrap_or_default();
        let name = after.find(|c: char| !is_name(c)).and_then(|end| after.get(..end)).unwrap_or(after);
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !bare || !begins || self.server.words != Words::Shell {
            return literal(1);
        }
        Ok((1 + name.len(), self.of_env(name, &format!("${name}"))?))
    }

    fn of_vscode(&self, name: &str) -> Result<Text, Obstacle> {
        let written = format!("${{{name}}}");
        let folder = &self.server.workspace;
        let seen = |value: String| Text { shown: value.clone(), value };
        if let Some(variable) = name.strip_prefix("env:") {
            // VS Code takes a variable that is not set for an empty one.
            return Ok(Text { value: (self.known.env)(variable).unwrap_or_default(), shown: written });
        }
        if let Some(id) = name.strip_prefix("input:") {
            let given = (self.known.input)(id).ok_or_else(|| Obstacle::Input { id: id.to_owned() })?;
            return Ok(Text { value: given, shown: written });
        }
        Ok(seen(match name {
            "workspaceFolder" | "workspaceRoot" | "cwd" => folder.display().to_string(),
            "workspaceFolderBasename" => {
                folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            "userHome" => match &self.known.home {
                Some(home) => home.display().to_string(),
                None => return Err(Obstacle::Foreign(written)),
            },
            "pathSeparator" | "/" => std::path::MAIN_SEPARATOR.to_string(),
            // A folder of that name, where it is the one that is open.
            other if other.strip_prefix("workspaceFolder:").is_some_and(|own| folder.ends_with(own)) => {
                folder.display().to_string()
            }
            _ => return Err(Obstacle::Foreign(written)),
        }))
    }

    fn of_shell(&self, name: &str) -> Result<Text, Obstacle> {
        let written = format!("${{{name}}}");
        let (variable, default) =
            name.split_once(":-").map_or((name, None), |(name, default)| (name, Some(default)));
        // Files of one client are copied to another: `${workspaceFolder}` is nobody's variable here.
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if variable.is_empty() || !variable.chars().all(is_name) {
            return Err(Obstacle::Foreign(written));
        }
        match default {
            Some(default) => Ok(Text {
                value: (self.known.env)(variable).unwrap_or_else(|| default.to_owned()),
                shown: written,
            }),
            None => self.of_env(variable, &written),
        }
    }

    fn of_env(&self, name: &str, written: &str) -> Result<Text, Obstacle> {
        let value = (self.known.env)(name).ok_or_else(|| Obstacle::Unset(name.to_owned()))?;
        Ok(Text { value, shown: written.to_owned() })
    }

    fn folder(&self, cwd: Option<&str>) -> Result<PathBuf, Obstacle> {
        let Some(cwd) = cwd.filter(|cwd| !cwd.is_empty()) else { return Ok(self.server.workspace.clone()) };
        Ok(self.server.workspace.join(self.text(cwd, false)?.value))
    }

    /// The variables of a file: `NAME=value` lines, `#` comments, quotes around values.
    fn env_file(&self, path: &str) -> Result<Vec<(String, Text)>, Obstacle> {
        let wrong = || Obstacle::EnvFile(path.to_owned());
        let absolute = self.server.workspace.join(Path::new(path));
        // Opening a pipe would wait for its writer.
        let fits = absolute.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST_ENV_FILE);
        let text = fits.then(|| std::fs::read_to_string(&absolute).ok()).flatten().ok_or_else(wrong)?;
        // A yes is for what the file says now, though nobody is shown a value.
        let mark = crate::launch::hash(text.as_bytes());
        let pairs = text.lines().filter_map(|line| {
            let line = line.trim().strip_prefix("export ").unwrap_or(line.trim());
            let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
            let value = value.trim();
            let bare = ['"', '\''].iter().find_map(|mark| value.strip_prefix(*mark)?.strip_suffix(*mark));
            let value = bare.unwrap_or(value).to_owned();
            Some((name.trim().to_owned(), Text { value, shown: mark.clone() }))
        });
        Ok(pairs.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(words: Words, args: &[&str], env: &[(&str, &str)]) -> Server {
        Server {
            name: "x".to_owned(),
            origin: ".mcp.json".to_owned(),
            workspace: "/w/project".into(),
            words,
            reach: Reach::Command {
                command: "run".to_owned(),
                args: args.iter().map(|word| (*word).to_owned()).collect(),
                env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
                env_file: None,
                cwd: None,
            },
            fingerprint: String::new(),
        }
    }

    fn filled(server: &Server) -> Result<Vec<String>, Obstacle> {
        let known = Known {
            env: &|name| (name == "SET").then(|| "value".to_owned()),
            input: &|id| (id == "known").then(|| "typed".to_owned()),
            home: Some("/home/me".into()),
        };
        let Launch::Process { args, env, .. } = resolve(server, &known)? else { panic!("a process") };
        Ok(args
            .into_iter()
            .chain(env.into_iter().map(|(_, text)| text))
            .map(|text| format!("{} | {}", text.value, text.shown))
            .collect())
    }

    #[test]
    fn variables_of_vscode() {
        let folder = "/w/project";
        for (written, expected) in [
            ("${workspaceFolder}/x", format!("{folder}/x | {folder}/x")),
            ("${workspaceFolder:project}", format!("{folder} | {folder}")),
            ("${workspaceFolderBasename}", "project | project".to_owned()),
            ("${userHome}/a", "/home/me/a | /home/me/a".to_owned()),
            ("a ${env:SET} b", "a value b | a ${env:SET} b".to_owned()),
            ("${env:NOT}", " | ${env:NOT}".to_owned()),
            ("${input:known}", "typed | ${input:known}".to_owned()),
            ("$HOME ${open", "$HOME ${open | $HOME ${open".to_owned()),
            ("cost: 5$", "cost: 5$ | cost: 5$".to_owned()),
        ] {
            assert_eq!(filled(&server(Words::Vscode, &[written], &[])), Ok(vec![expected]), "{written}");
        }
        for (written, expected) in [
            ("${input:unknown-id}", Obstacle::Input { id: "unknown-id".to_owned() }),
            ("${command:pick}", Obstacle::Foreign("${command:pick}".to_owned())),
            ("${workspaceFolder:other}", Obstacle::Foreign("${workspaceFolder:other}".to_owned())),
            ("${{ secrets.X }}", Obstacle::Foreign("${{ secrets.X }}".to_owned())),
        ] {
            assert_eq!(filled(&server(Words::Vscode, &[written], &[])), Err(expected), "{written}");
        }
        let told = Obstacle::Input { id: "unknown-id".to_owned() }.to_string();
        assert_eq!(told, "it asks for the input `unknown-id`: set SEGUE_INPUT_UNKNOWN_ID to give it");
    }

    #[test]
    fn variables_of_shells() {
        for (written, expected) in [
            ("${SET}", "value | ${SET}"),
            ("${NOT:-else}", "else | ${NOT:-else}"),
            ("${SET:-else}", "value | ${SET:-else}"),
            ("${NOT:-}", " | ${NOT:-}"),
            ("$SET", "$SET | $SET"),
        ] {
            assert_eq!(
                filled(&server(Words::Shell, &[written], &[])),
                Ok(vec![expected.to_owned()]),
                "{written}"
            );
        }
        let unset = Err(Obstacle::Unset("NOT".to_owned()));
        assert_eq!(filled(&server(Words::Shell, &["${NOT}"], &[])), unset);
        assert_eq!(filled(&server(Words::Shell, &[], &[("A", "$NOT")])), unset);
        assert_eq!(
            filled(&server(Words::Shell, &[], &[("A", "x$SET-y")])),
            Ok(vec!["xvalue-y | x$SET-y".to_owned()])
        );
        let foreign = Err(Obstacle::Foreign("${workspaceFolder}".to_owned()));
        assert_ne!(filled(&server(Words::Shell, &["${workspace.Folder}"], &[])), foreign);
        assert_eq!(
            filled(&server(Words::Shell, &[], &[("A", "${{ secrets.COPILOT_MCP_X }}")])),
            Err(Obstacle::Foreign("${{ secrets.COPILOT_MCP_X }}".to_owned()))
        );
    }

    #[test]
    fn files_of_variables() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "# c\nA=1\nexport B='two'\nC=\"th=ree\"\nnothing\n")
            .unwrap();
        let mut server = server(Words::Vscode, &[], &[("A", "own")]);
        server.workspace = folder.path().to_owned();
        let with = |server: &mut Server, file: &str| {
            if let Reach::Command { env_file, .. } = &mut server.reach {
                *env_file = Some(file.to_owned());
            }
        };
        with(&mut server, "${workspaceFolder}/.env");
        let Ok(Launch::Process { env, .. }) = resolve(&server, &Known::of_process()) else {
            panic!("it resolves")
        };
        let pairs: Vec<(&str, &str)> =
            env.iter().map(|(name, text)| (name.as_str(), text.value.as_str())).collect();
        assert_eq!(pairs, [("B", "two"), ("C", "th=ree"), ("A", "own")]);
        assert!(env.iter().all(|(_, text)| text.shown != "two"));
        with(&mut server, "missing.env");
        assert_eq!(resolve(&server, &Known::of_process()), Err(Obstacle::EnvFile("missing.env".to_owned())));
    }

    #[test]
    fn what_is_not_spoken_is_said() {
        let mut server = server(Words::Vscode, &[], &[]);
        server.reach = Reach::Address { url: "unix:///x".to_owned(), headers: Vec::new(), sse: false };
        assert!(matches!(resolve(&server, &Known::of_process()), Err(Obstacle::Reach(_))));
        server.reach = Reach::Address { url: "https://x".to_owned(), headers: Vec::new(), sse: true };
        let told = "it is reached by `sse`, which is not spoken here".to_owned();
        assert_eq!(resolve(&server, &Known::of_process()), Err(Obstacle::Reach(told)));
        server.reach = Reach::Other("it speaks ws".to_owned());
        assert_eq!(resolve(&server, &Known::of_process()), Err(Obstacle::Reach("it speaks ws".to_owned())));
    }
}
