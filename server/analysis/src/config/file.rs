//! Reading `segue.toml`.
//!
//! A file with errors still gives all that can be read of it: half a line typed in an editor must not
//! turn every setting off.

use crate::config::check::{Check, Problem};
use crate::config::{AgentSettings, Config, Known, OrchestratorSettings, Override, Scoped, Severities};
use crate::diagnostics::{Finding, Fix};
use crate::path;
use crate::scope::GlobList;
use segue_catalog::{ClientId, RuleId, Severity, catalog};
use segue_syntax::Span;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// The name of the file.
pub const NAME: &str = "segue.toml";

/// How many files `extend` may lead through.
const LONGEST_CHAIN: usize = 16;

/// The code of findings about settings.
pub const CODE: &str = "segue/config";

/// A `segue.toml` as it was read.
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    /// What it sets, with what it extends.
    pub config: Arc<Config>,
    /// What is wrong with it, in the order of the text.
    pub findings: Vec<Finding>,
    /// Where a value stands that cannot be taken, and why: what is set there does not hold. Told of
    /// whatever the severities say.
    pub lost: Vec<(Span, String)>,
    /// Its text: what the findings' spans count in.
    pub text: Arc<str>,
    /// The files it leads to by `extend`, with their texts; `None` for one that is not there. When one
    /// of them changes the settings have to be read again.
    pub extended: Vec<(String, Option<Arc<str>>)>,
}

/// Reads the settings at the root-relative `path`; `read` gives the text of other such files
/// (`extend`).
#[must_use]
pub fn load(path: &str, text: Arc<str>, read: &dyn Fn(&str) -> Option<Arc<str>>) -> ConfigFile {
    let mut chain = Chain { read, seen: vec![path.to_owned()], extended: Vec::new(), circle: false };
    let (config, problems) = chain.load(path, &text);
    let lost = problems.iter().filter(|problem| problem.loses_a_value);
    let lost = lost.map(|problem| (problem.span, problem.message.clone())).collect();
    let findings = findings(&config, path, problems);
    ConfigFile { config: Arc::new(config), findings, lost, text, extended: chain.extended }
}

/// The way along `extend`.
struct Chain<'r> {
    read: &'r dyn Fn(&str) -> Option<Arc<str>>,
    seen: Vec<String>,
    extended: Vec<(String, Option<Arc<str>>)>,
    /// Whether it came back to where it has been.
    circle: bool,
}

impl Chain<'_> {
    fn load(&mut self, path: &str, text: &str) -> (Config, Vec<Problem>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut check = Check::new(text);
        errors.iter().for_each(|error| check.syntax(error));
        check.table("", table.get_ref());
        let mut problems = check.problems;
        let mut config = read_table(path, table.get_ref());
        if let Some((wanted, span)) = text_at(table.get_ref(), "extend", text) {
            match self.base(path, &wanted) {
                Ok(base) => config = config.over(base),
                Err(message) => problems.push(Problem::warning(span, message)),
            }
        }
        problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        (config, problems)
    }

    /// The settings that `path` extends, or why they cannot be had.
    fn base(&mut self, path: &str, wanted: &str) -> Result<Config, String> {
        let absolute = wanted.starts_with('/') || wanted.contains(':') || wanted.starts_with('~');
        let Some(base) =
            (!absolute).then(|| path::join(path::parent(path), &wanted.replace('\\', "/"))).flatten()
        else {
            return Err(format!(
                "`{wanted}` lies outside the workspace. Settings are read from inside it alone."
            ));
        };
        let circle = format!("`{wanted}` leads back here: these settings extend themselves.");
        if self.seen.contains(&base) {
            self.circle = true;
            return Err(circle);
        }
        if self.seen.len() >= LONGEST_CHAIN {
            return Err(format!("Settings extend each other through more than {LONGEST_CHAIN} files."));
        }
        self.seen.push(base.clone());
        let text = (self.read)(&base);
        self.extended.push((base.clone(), text.clone()));
        let Some(text) = text else {
            return Err(format!("There is no file `{base}` to extend."));
        };
        let (config, problems) = self.load(&base, &text);
        if self.circle {
            return Err(circle);
        }
        match problems.first() {
            // A file of another name is nobody's own settings, so its problems are told here.
            Some(problem) if path::file_name(&base) != NAME => {
                Err(format!("In `{base}`: {}", problem.message))
            }
            _ => Ok(config),
        }
    }
}

fn findings(config: &Config, path: &str, problems: Vec<Problem>) -> Vec<Finding> {
    let Some((rule, row)) = catalog().rule(CODE) else { return Vec::new() };
    problems
        .into_iter()
        .filter_map(|problem| {
            let severity = config.severity(rule, problem.severity, path)?;
            Some(Finding {
                rule,
                code: &row.code,
                severity,
                span: problem.span,
                message: problem.message,
                related: Vec::new(),
                fixes: problem.fix.map(|fix| Fix { safe: false, ..fix }).into_iter().collect(),
                tag: None,
            })
        })
        .collect()
}

fn read_table(path: &str, table: &DeTable<'_>) -> Config {
    let folder = path::parent(path);
    let known = sub(table, "known");
    let orchestrator = sub(table, "orchestrator");
    Config {
        path: Some(path.to_owned()),
        clients: get(table, "clients").and_then(|value| {
            Some(strings(value)?.iter().filter_map(|name| ClientId::from_name(name)).collect())
        }),
        exclude: globs(folder, get(table, "exclude")).into_iter().collect(),
        rules: severities(get(table, "rules")),
        overrides: overrides(folder, get(table, "overrides")),
        known: Known {
            tools: list(known, "tools").unwrap_or_default(),
            keys: list(known, "keys").unwrap_or_default(),
            agents: list(known, "agents").unwrap_or_default(),
            models: list(known, "models").unwrap_or_default(),
            servers: list(known, "servers").unwrap_or_default(),
        },
        user_files: get(table, "userFiles").and_then(DeValue::as_bool),
        format_frontmatter: sub(table, "format")
            .and_then(|format| get(format, "frontmatter"))
            .and_then(DeValue::as_bool),
        agents: agents(sub(table, "agents")),
        orchestrator: OrchestratorSettings {
            agent: text(orchestrator, "agent"),
            jobs: orchestrator.and_then(|table| count(get(table, "jobs")?)),
            validate: list(orchestrator, "validate"),
            setup: text(orchestrator, "setup"),
            worktrees: text(orchestrator, "worktrees"),
            confine: orchestrator.and_then(|table| get(table, "confine")?.as_bool()),
            confine_read: list(orchestrator, "confine-read").unwrap_or_default(),
            confine_write: list(orchestrator, "confine-write").unwrap_or_default(),
            numbers: numbers(orchestrator),
        },
        review: sub(table, "review")
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| {
                Some((key.get_ref().to_string(), value.get_ref().as_str()?.to_owned()))
            })
            .collect(),
    }
}

fn get<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<&'t DeValue<'i>> {
    table.iter().find(|(own, _)| own.get_ref() == key).map(|(_, value)| value.get_ref())
}

fn sub<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
    get(table, key).and_then(DeValue::as_table)
}

/// A string with the place of what stands inside its quotes.
fn text_at(table: &DeTable<'_>, key: &str, whole: &str) -> Option<(String, Span)> {
    let (_, value) = table.iter().find(|(own, _)| own.get_ref() == key)?;
    Some((value.get_ref().as_str()?.to_owned(), crate::config::check::inner(whole, &value.span())))
}

fn text(table: Option<&DeTable<'_>>, key: &str) -> Option<String> {
    get(table?, key)?.as_str().map(str::to_owned)
}

fn list(table: Option<&DeTable<'_>>, key: &str) -> Option<Vec<String>> {
    strings(get(table?, key)?)
}

fn strings(value: &DeValue<'_>) -> Option<Vec<String>> {
    Some(value.as_array()?.iter().filter_map(|item| item.get_ref().as_str().map(str::to_owned)).collect())
}

/// A whole number of 1 or more.
pub(super) fn count(value: &DeValue<'_>) -> Option<u32> {
    let number = value.as_integer()?;
    u32::from_str_radix(number.as_str(), number.radix()).ok().filter(|number| *number > 0)
}

/// A whole number, 0 or more.
pub(super) fn whole(value: &DeValue<'_>) -> Option<u64> {
    let number = value.as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// The globs that can be compiled; the others are reported and match nothing.
fn globs(folder: &str, value: Option<&DeValue<'_>>) -> Option<Scoped> {
    let patterns: Vec<String> = strings(value?)?
        .into_iter()
        .filter(|pattern| GlobList::new(std::slice::from_ref(pattern)).is_ok())
        .collect();
    let globs = GlobList::new(&patterns).ok().filter(|globs| !globs.is_empty())?;
    Some(Scoped { folder: folder.to_owned(), globs })
}

fn overrides(folder: &str, value: Option<&DeValue<'_>>) -> Vec<Override> {
    value
        .and_then(DeValue::as_array)
        .into_iter()
        .flat_map(|array| array.iter())
        .filter_map(|item| {
            let table = item.get_ref().as_table()?;
            Some(Override {
                paths: globs(folder, get(table, "paths"))?,
                rules: severities(get(table, "rules")),
            })
        })
        .collect()
}

fn agents(table: Option<&DeTable<'_>>) -> BTreeMap<String, AgentSettings> {
    table
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| {
            let table = value.get_ref().as_table();
            table?;
            let settings = AgentSettings {
                acp: list(table, "acp"),
                command: list(table, "command"),
                preset: text(table, "preset"),
                rehearsal: text(table, "rehearsal"),
                mode: text(table, "mode"),
            };
            Some((name.get_ref().to_string(), settings))
        })
        .collect()
}

/// The numbers of the table of policies that are set.
fn numbers(table: Option<&DeTable<'_>>) -> BTreeMap<String, u64> {
    let rows = segue_plan::policy::ROWS.iter();
    rows.filter_map(|row| Some((row.name.to_owned(), whole(get(table?, row.name)?)?))).collect()
}

/// A severity, or that the rule is off; `None` for another word.
pub(super) fn severity(word: &str) -> Option<Option<Severity>> {
    if word == "off" { Some(None) } else { Severity::from_name(word).map(Some) }
}

/// The rules that a code or `family/*` names.
pub(super) fn rules_of(code: &str) -> Vec<RuleId> {
    let Some(family) = code.strip_suffix("/*") else {
        return catalog().rule(code).map(|(rule, _)| rule).into_iter().collect();
    };
    let rows = catalog().rules.iter().filter(|row| row.code.split('/').next() == Some(family));
    rows.filter_map(|row| Some(catalog().rule(&row.code)?.0)).collect()
}

/// Severities by rule: a family's first, so that a single rule's word counts more.
fn severities(value: Option<&DeValue<'_>>) -> Severities {
    let entries =
        || {
            value.and_then(DeValue::as_table).into_iter().flatten().filter_map(|(code, value)| {
                Some((code.get_ref().as_ref(), severity(value.get_ref().as_str()?)?))
            })
        };
    let families = entries().filter(|(code, _)| code.ends_with("/*"));
    let single = entries().filter(|(code, _)| !code.ends_with("/*"));
    families
        .chain(single)
        .flat_map(|(code, severity)| rules_of(code).into_iter().map(move |rule| (rule, severity)))
        .collect()
}
