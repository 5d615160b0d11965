//! New files: where one of a kind goes and what it begins with.
//!
//! Everything follows from the rows `[[template]]` and from where clients look. [`plan`] answers for
//! what somebody typed, [`readers`] says of the place where it ends up who will find it there.

use crate::clients::told;
use crate::diagnostics::with_article;
use segue_catalog::{ClientId, ClientSet, KindRow, Template, catalog};

/// What somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The name of a template, or of an always-on file (`CLAUDE.md`).
    pub word: &'r str,
    /// What it is to be called, where a folder may stand before it; either slash parts them.
    pub name: Option<&'r str>,
    /// The client that has to find it.
    pub client: Option<ClientId>,
}

/// A file that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// The folder that was typed before the name; without one the path counts from the top of the
    /// repository.
    pub folder: Option<String>,
    /// Where it goes, `/` between the parts.
    pub path: String,
    /// What stands in it.
    pub text: String,
    /// Its kind.
    pub row: &'static KindRow,
}

/// Why there is no such file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is called so.
    #[error("there is no kind `{0}`; `segue new` lists them")]
    NoKind(String),
    /// An old kind.
    #[error("{0} is called {1} now: `segue new {2} NAME`")]
    Renamed(String, String, String),
    /// The place depends on a name.
    #[error("{0} needs a name: `segue new {1} NAME`")]
    NoName(String, String),
    /// The place is fixed.
    #[error("{0} has one place, `{1}`, and takes no name")]
    OnePlace(String, String),
    /// No file can be called so on every system.
    #[error("`{0}` is no name for a file on every system: {1}")]
    BadName(String, &'static str),
    /// There it would be something else, or nothing.
    #[error("at `{path}` it would be {there}, not {wanted}{hint}")]
    OtherKind {
        /// The place.
        path: String,
        /// What a file is there, with its article.
        there: String,
        /// What was asked for, with its article.
        wanted: String,
        /// Where such files are expected.
        hint: String,
    },
    /// The client does not find it.
    #[error("{0} would not read `{1}`")]
    Unread(String, String),
}

/// What has to be written for a request.
///
/// # Errors
/// Where there is no such kind, or the name cannot be one.
pub fn plan(request: Request<'_>) -> Result<NewFile, Refusal> {
    let (row, template, named) = template(request)?;
    let title = || with_article(&row.title);
    if !template.takes_name() {
        return match request.name {
            Some(_) => Err(Refusal::OnePlace(title(), template.path.clone())),
            None => Ok(NewFile { folder: None, path: template.path.clone(), text: template.plain(""), row }),
        };
    }
    let typed = named.as_deref().or(request.name);
    let typed = typed.ok_or_else(|| Refusal::NoName(title(), template.name.clone()))?;
    let path = place_for(row, template, request.client);
    let (folder, name) = split(typed, &path);
    if let Some(reason) = why_no_name(&name) {
        return Err(Refusal::BadName(name, reason));
    }
    let path = match folder {
        Some(_) => named_part(&path).to_owned(),
        None => path,
    };
    Ok(NewFile { folder, path: path.replace("{name}", &name), text: template.plain(&name), row })
}

/// Who finds the file at a path from the top of its repository.
///
/// # Errors
/// Where a file there is of another kind, or where the client that has to find it does not.
pub fn readers(file: &NewFile, path: &str, client: Option<ClientId>) -> Result<ClientSet, Refusal> {
    let catalog = catalog();
    let by_content = catalog.candidate_of(path).map(|candidate| (candidate.kind(), file.row.dialect));
    let found = catalog.kind_of(path).or(by_content);
    if found != Some((file.row.kind, file.row.dialect)) {
        let there = found.and_then(|(kind, dialect)| catalog.kind_row(kind, dialect));
        return Err(Refusal::OtherKind {
            path: path.to_owned(),
            there: there.map_or_else(|| "no primitive".to_owned(), |row| with_article(&row.title)),
            wanted: with_article(&file.row.title),
            hint: expected(file.row),
        });
    }
    let readers = file.row.discovered_by(path);
    match client.filter(|client| !readers.has(*client)) {
        Some(client) => Err(Refusal::Unread(told(ClientSet::of(&[client])), path.to_owned())),
        None => Ok(readers),
    }
}

/// The template that is meant, and the name where the word says it too.
fn template(request: Request<'_>) -> Result<(&'static KindRow, &'static Template, Option<String>), Refusal> {
    let catalog = catalog();
    if let Some((row, template)) = catalog.template(request.word) {
        let (row, template) = for_client(row, template, request.client);
        let few = request.name.is_none() && is_called(row, template);
        let named = few.then(|| first_name(row, request.client)).flatten();
        return Ok((row, template, named));
    }
    if let Some(old) = catalog.kinds.iter().find(|row| row.kind.name() == request.word)
        && let Some(new) = old.renamed_to.and_then(|kind| catalog.kind_row(kind, old.dialect))
        && let Some(template) = new.templates.first()
    {
        let titles = (with_article(&old.title), with_article(&new.title));
        return Err(Refusal::Renamed(titles.0, titles.1, template.name.clone()));
    }
    let stem = |name: &str| name.trim_end_matches(".md").to_owned();
    let called = catalog.templates().find_map(|(row, template)| {
        let name = row.names.iter().find(|name| stem(name).eq_ignore_ascii_case(&stem(request.word)))?;
        is_called(row, template).then(|| (row, template, Some(stem(name))))
    });
    called.ok_or_else(|| Refusal::NoKind(request.word.to_owned()))
}

/// Whether the names of a kind are those of its files, and `NAME` is one of them.
#[must_use]
pub fn is_called(row: &KindRow, template: &Template) -> bool {
    !row.names.is_empty() && template.path == "{name}.md"
}

/// The name that a file of a kind with few names has by itself: the first one that the client reads.
fn first_name(row: &KindRow, client: Option<ClientId>) -> Option<String> {
    let reads = |name: &&String| client.is_none_or(|client| row.discovered_by(name).has(client));
    Some(row.names.iter().find(reads)?.trim_end_matches(".md").to_owned())
}

/// The template of the same kind in whose place the client looks; the given one where none is.
fn for_client(
    row: &'static KindRow,
    template: &'static Template,
    client: Option<ClientId>,
) -> (&'static KindRow, &'static Template) {
    let Some(client) = client.filter(|_| template.takes_name()) else { return (row, template) };
    let finds = |row: &KindRow, template: &Template| row.discovered_by(&template.path_for("new")).has(client);
    if finds(row, template) {
        return (row, template);
    }
    let mut others = catalog().templates();
    let other = others.find(|(other, own)| other.kind == row.kind && own.takes_name() && finds(other, own));
    other.unwrap_or((row, template))
}

/// Where files of a template go; for a client that does not look there, where it does.
fn place_for(row: &KindRow, template: &Template, client: Option<ClientId>) -> String {
    let missed = client.filter(|client| !row.discovered_by(&template.path_for("new")).has(*client));
    let own = missed.and_then(|client| row.clients.iter().find(|at| at.client == client));
    let Some(folder) = own.and_then(|at| at.folders.first()) else { return template.path.clone() };
    let base = crate::path::file_name(&template.path);
    let folder = folder.trim_end_matches("/**");
    format!(
        "{}/{base}",
        folder.strip_suffix('*').map_or(folder.to_owned(), |above| format!("{above}{{name}}"))
    )
}

/// The part of a template's path that has the name in it, and what follows.
fn named_part(path: &str) -> &str {
    let at = path.find("{name}").unwrap_or(0);
    path.get(..at)
        .and_then(|before| before.rfind('/'))
        .and_then(|slash| path.get(slash + 1..))
        .unwrap_or(path)
}

/// The folder that was typed, with `/`, and the name without the endings that such files have.
fn split(typed: &str, path: &str) -> (Option<String>, String) {
    let typed = typed.replace('\\', "/");
    let base = crate::path::file_name(path);
    let trimmed = typed.trim_end_matches('/');
    let whole = trimmed.strip_suffix(base).filter(|rest| rest.ends_with('/')).unwrap_or(trimmed);
    let whole = whole.trim_end_matches('/');
    let (folder, name) = match whole.rsplit_once('/') {
        Some(("", name)) => (Some("/".to_owned()), name),
        Some((folder, name)) => (Some(folder.to_owned()), name),
        None => (None, whole),
    };
    let ending = base.strip_prefix("{name}").unwrap_or_default();
    let name = name.strip_suffix(ending).or_else(|| name.strip_suffix(".md")).unwrap_or(name);
    (folder, name.to_owned())
}

/// Why no file may be called so, where that is the case: it has to exist on every system.
fn why_no_name(name: &str) -> Option<&'static str> {
    const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];
    let lower = name.split('.').next().unwrap_or_default().to_lowercase();
    let numbered =
        |word: &str| lower.strip_prefix(word).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']));
    if name.is_empty() || name == "." || name == ".." {
        Some("nothing is left of it")
    } else if name.contains(|c: char| c.is_control() || "<>:\"|?*".contains(c)) {
        Some("`< > : \" | ? *` and control characters cannot stand in one")
    } else if name.starts_with([' ', '.']) || name.ends_with([' ', '.']) {
        Some("it begins or ends with a space or a dot")
    } else if DEVICES.contains(&lower.as_str()) || numbered("com") || numbered("lpt") {
        Some("Windows keeps it for a device")
    } else {
        None
    }
}

/// Where files of a kind are expected, as the end of a sentence.
fn expected(row: &KindRow) -> String {
    let quoted =
        |words: &[String]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    if !row.names.is_empty() {
        return format!("; such files are called {}", quoted(&row.names));
    }
    let folders: Vec<String> = row.folders.iter().chain(&row.deep_folders).cloned().collect();
    let folders = if folders.is_empty() {
        row.places.iter().filter_map(|place| place.folder.clone()).collect()
    } else {
        folders
    };
    if folders.is_empty() { String::new() } else { format!("; such files lie in {}", quoted(&folders)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(words: &[&str], client: Option<ClientId>) -> Result<NewFile, Refusal> {
        let (word, name) = (words.first().copied().unwrap_or_default(), words.get(1).copied());
        plan(Request { word, name, client })
    }

    fn place(words: &[&str], client: Option<ClientId>) -> String {
        match planned(words, client) {
            Ok(file) => file.folder.map_or(file.path.clone(), |folder| format!("{folder} + {}", file.path)),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn every_template_has_its_place() {
        for (row, template) in catalog().templates() {
            let name = match (&template.name[..], template.takes_name()) {
                ("always-on", _) => None,
                (_, takes) => takes.then_some("new"),
            };
            let file = plan(Request { word: &template.name, name, client: None }).unwrap();
            assert_eq!(file.row.title, row.title);
            let readers = readers(&file, &file.path, None).unwrap();
            assert_eq!(readers, row.discovered_by(&file.path), "{}", file.path);
        }
    }

    #[test]
    fn a_client_gets_it_where_it_looks() {
        use ClientId::{Claude, CopilotCli, Github, Vscode};
        for (words, client, wanted) in [
            (&["agent", "tester"][..], Claude, ".claude/agents/tester.md"),
            (&["agent", "tester"], Github, ".github/agents/tester.agent.md"),
            (&["claude-agent", "tester"], Github, ".github/agents/tester.agent.md"),
            (&["claude-agent", "tester"], CopilotCli, ".claude/agents/tester.md"),
            (&["instructions", "ts"], Claude, ".claude/rules/ts.md"),
            (&["prompt", "ship"], Claude, ".claude/commands/ship.md"),
            (&["skill", "pdf"], Claude, ".claude/skills/pdf/SKILL.md"),
            (&["skill", "pdf"], Vscode, ".github/skills/pdf/SKILL.md"),
            (&["always-on"], Claude, "CLAUDE.md"),
            (&["always-on"], Github, "AGENTS.md"),
            (&["GEMINI.md"], CopilotCli, "GEMINI.md"),
        ] {
            assert_eq!(place(words, Some(client)), wanted, "{words:?} {client:?}");
            let file = planned(words, Some(client)).unwrap();
            assert!(readers(&file, &file.path, Some(client)).unwrap().has(client), "{words:?}");
        }
        for (words, said) in [
            (&["prompt", "ship"][..], "GitHub would not read `.github/prompts/ship.prompt.md`"),
            (&["spec", "login"], "GitHub would not read `login.spec.md`"),
            (&["CLAUDE.local"], "GitHub would not read `CLAUDE.local.md`"),
        ] {
            let file = planned(words, Some(Github)).unwrap();
            let refusal = readers(&file, &file.path, Some(Github)).unwrap_err();
            assert!(refusal.to_string().contains(said), "{refusal}");
        }
    }

    #[test]
    fn names_may_bring_folders_and_endings() {
        for (words, wanted) in [
            (["agent", "tester.agent.md"], ".github/agents/tester.agent.md"),
            (["agent", "tester.md"], ".github/agents/tester.agent.md"),
            (["spec", r"docs\login"], "docs + login.spec.md"),
            (["spec", "./login.spec.md"], ". + login.spec.md"),
            (["spec", "/login"], "/ + login.spec.md"),
            (["agent", r"C:\own\.github\agents\tester.agent.md"], "C:/own/.github/agents + tester.agent.md"),
            (["skill", "skills/pdf/"], "skills + pdf/SKILL.md"),
            (["skill", "skills/pdf/SKILL.md"], "skills + pdf/SKILL.md"),
            (["skill", "pdf"], ".github/skills/pdf/SKILL.md"),
        ] {
            assert_eq!(place(&words, None), wanted, "{words:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_a_reason() {
        for (words, said) in [
            (&["agnt", "x"][..], "there is no kind `agnt`"),
            (&["chat-mode", "x"], "`segue new agent NAME`"),
            (&["agent"], "a custom agent needs a name"),
            (&["copilot-instructions", "x"], "takes no name"),
            (&["agent", "a:b"], "cannot stand in one"),
            (&["agent", ".md"], "nothing is left"),
            (&["agent", "a/.."], "nothing is left"),
            (&["agent", "nul.x"], "Windows keeps it"),
            (&["agent", "COM1"], "Windows keeps it"),
            (&["agent", " x"], "begins or ends"),
        ] {
            let refusal = planned(words, None).unwrap_err().to_string();
            assert!(refusal.contains(said), "{words:?}: {refusal}");
        }
        assert_eq!(place(&["agent", "comb"], None), ".github/agents/comb.agent.md");
        for (words, path, said) in [
            (
                ["claude-agent", "x"],
                "docs/x.md",
                "it would be no primitive, not a Claude subagent; such files lie in `.claude/agents`",
            ),
            (
                ["agent", "x"],
                ".claude/agents/x.agent.md",
                "it would be a Claude subagent, not a custom agent",
            ),
            (["always-on", "notes"], "notes.md", "such files are called `AGENTS.md`"),
            (["workflow", "x"], "docs/x.md", "such files lie in `.github/workflows`"),
        ] {
            let file = planned(&words, None).unwrap();
            let refusal = readers(&file, path, None).unwrap_err().to_string();
            assert!(refusal.contains(said), "{words:?}: {refusal}");
        }
    }
}
