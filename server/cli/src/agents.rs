//! `segue agents`: which coding agents are here, in which version, and whether they answer.

use crate::format::Format;
use crate::output::{Output, ask, note, visible};
use crate::{Failure, places};
use clap::Parser;
use segue_analysis::config::{AgentSettings, Config};
use segue_catalog::{Preset, catalog};
use segue_orchestrator::agent::acp::{Acp, Introduction};
use segue_orchestrator::os;
use segue_runs::settings;
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// How long a program may take to tell its version.
const VERSION: Duration = Duration::from_secs(20);

const EXAMPLES: &str = "\
Examples:
  segue agents                    which known agents are installed, and what segue.toml names
  segue agents --probe            also starts those of the Agent Client Protocol, after a yes to each
  segue agents --probe opencode   this one alone
  segue agents --format json      for scripts

A listed agent does tasks by its name: `segue run FILE --agent opencode`, or `agent = \"opencode\"` in the
[orchestrator] of segue.toml. To list them, the known programs on your PATH are asked for their version;
what segue.toml names is not started.

Exit status: 0, 1 where a probed agent did not answer, 2 the command itself failed.";

/// List the coding agents that plans can be handed to.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Names of agents [default: all]
    #[arg(value_name = "AGENT")]
    names: Vec<String>,
    /// Start them and see whether they answer, after a yes to each
    #[arg(long)]
    probe: bool,
    /// Say yes to all that would be started
    #[arg(long, requires = "probe")]
    yes: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// An agent, and what is known of it here.
struct Row {
    name: String,
    preset: Option<&'static Preset>,
    /// Whether `segue.toml` names it.
    configured: bool,
    /// How it is spoken with: `acp`, `headless`, `rehearsal`.
    kind: &'static str,
    line: Vec<String>,
    acp: Option<Acp>,
    /// Where its program lies.
    found: Option<PathBuf>,
    version: Option<String>,
    answered: Option<Result<Introduction, String>>,
}

/// Lists the agents, and asks them where that is wanted.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let current = places::current_folder()?;
    let folder = places::root_of(&current);
    let here = current.strip_prefix(&folder).unwrap_or(Path::new("")).join("any");
    let config = settings::of(&folder, &places::slashed(&here));
    let mut rows = rows(&config);
    if let Some(unknown) = args.names.iter().find(|name| !rows.iter().any(|row| row.name == **name)) {
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        return Err(Failure::said(format!(
            "there is no agent `{unknown}`. There are: {}.",
            names.join(", ")
        )));
    }
    rows.retain(|row| args.names.is_empty() || args.names.contains(&row.name));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::said(format!("there are no threads to ask with: {error}.")))?;
    // Not in the workspace: what lies there shall decide nothing.
    let elsewhere = tempfile::tempdir();
    let elsewhere =
        elsewhere.map_err(|error| Failure::said(format!("there is no empty folder to be had: {error}.")))?;
    runtime.block_on(versions(&mut rows, elsewhere.path()));
    if args.probe {
        agree(&mut rows, args.yes)?;
        runtime.block_on(probe(&mut rows, elsewhere.path()));
    }
    match args.format {
        Format::Human => human(&rows, args.probe)?,
        Format::Json => {
            let agents: Vec<Value> = rows.iter().map(object).collect();
            let mut output = Output::lock();
            writeln!(output, "{:#}", json!({ "agents": agents }))?;
            output.finish()?;
        }
    }
    let failed = rows.iter().any(|row| matches!(row.answered, Some(Err(_))));
    Ok(ExitCode::from(u8::from(failed)))
}

/// What `segue.toml` names, then the presets that it does not.
fn rows(config: &Config) -> Vec<Row> {
    let configured = config.agents.iter().map(|(name, own)| configured(name, own));
    let mut rows: Vec<Row> = configured.collect();
    for row in &catalog().presets {
        if !rows.iter().any(|own| own.name == row.name) {
            rows.push(of_preset(&row.name, row, None, false));
        }
    }
    rows
}

fn configured(name: &str, own: &AgentSettings) -> Row {
    if let Some(row) = own.preset.as_deref().and_then(settings::preset)
        && own.command.is_none()
        && own.acp.is_none()
    {
        return of_preset(name, row, own.mode.clone(), true);
    }
    let acp = own.acp.clone().filter(|_| own.command.is_none()).and_then(Acp::new);
    let (kind, line) = match (&own.command, &acp) {
        (Some(line), _) => ("headless", line.clone()),
        (None, Some(agent)) => ("acp", agent.line.clone()),
        (None, None) => ("rehearsal", Vec::new()),
    };
    let found = line.first().and_then(|program| os::find_program(program));
    let (name, preset, configured) = (name.to_owned(), None, true);
    Row { name, preset, configured, kind, line, acp, found, version: None, answered: None }
}

fn of_preset(name: &str, row: &'static Preset, mode: Option<String>, configured: bool) -> Row {
    let acp = settings::of_preset(row, mode);
    let line = row.line().to_vec();
    Row {
        name: name.to_owned(),
        preset: Some(row),
        configured,
        kind: if acp.is_some() { "acp" } else { "headless" },
        found: line.first().and_then(|program| os::find_program(program)),
        line,
        acp,
        version: None,
        answered: None,
    }
}

/// Asks the known programs that are here for their version, all at once.
async fn versions(rows: &mut [Row], folder: &Path) {
    let mut asked = tokio::task::JoinSet::new();
    for (place, row) in rows.iter().enumerate() {
        let Some((program, arguments)) = row.preset.and_then(|preset| preset.version.split_first()) else {
            continue;
        };
        let Some(program) = os::find_program(program).filter(|_| row.found.is_some()) else { continue };
        let marker = marker(&format!("version{place}"));
        let program = os::Program::new(program, folder, &marker).with_arguments(arguments);
        asked.spawn(async move {
            let limits =
                os::Limits { total: VERSION, silence: VERSION, kept: 4 << 10, ..os::Limits::default() };
            let ended = os::run(&program, &limits, |_, _| (), std::future::pending()).await.ok()?;
            ended.how.is_success().then(|| (place, ended.output.text()))
        });
    }
    while let Some(told) = asked.join_next().await {
        if let Ok(Some((place, text))) = told
            && let Some(row) = rows.get_mut(place)
        {
            row.version = version_in(&text);
        }
    }
}

/// The version in what a program prints: the first word that begins with a digit, else the first line.
fn version_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || c == ',');
    let numbers = words.map(|word| word.trim_start_matches('v').trim_end_matches('.'));
    let mut found =
        numbers.filter(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.'));
    found.next().map(str::to_owned).or_else(|| {
        let line = text.lines().next()?.trim();
        (!line.is_empty()).then(|| line.chars().take(40).collect())
    })
}

fn marker(what: &str) -> String {
    format!("agents{}/{what}/0", std::process::id())
}

/// Whether a row is started by `--probe`.
fn can_be_probed(row: &Row) -> bool {
    row.acp.is_some() && row.found.is_some()
}

/// Shows what would be started, and leaves out what nobody agrees to.
fn agree(rows: &mut [Row], yes: bool) -> Result<(), Failure> {
    let person = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let mut yes = yes;
    for row in rows.iter_mut().filter(|row| can_be_probed(row)) {
        note(&format!("{}: {}", row.name, row.line.join(" ")));
        if yes {
            continue;
        }
        if !person {
            return Err(Failure::said(
                "nothing was started: there is no terminal to ask on. `--yes` agrees to all that is shown.",
            ));
        }
        match ask("Start it? [y]es, [n]o, yes to [a]ll, [q]uit:").as_deref() {
            Some("y" | "yes" | "Y") => {}
            Some("a" | "all" | "A") => yes = true,
            Some("q" | "quit" | "Q") | None => return Err(Failure::said("nothing was started.")),
            Some(_) => row.acp = None,
        }
    }
    Ok(())
}

/// Starts them and asks who they are, one after the other: some take all that a machine has.
async fn probe(rows: &mut [Row], folder: &Path) {
    for (place, row) in rows.iter_mut().enumerate() {
        if row.found.is_some()
            && let Some(agent) = &row.acp
        {
            let marker = marker(&format!("probe{place}"));
            row.answered = Some(agent.introduces_itself(folder, &marker).await);
        }
    }
}

fn human(rows: &[Row], probed: bool) -> Result<(), Failure> {
    let mut output = Output::lock();
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or_default();
    for row in rows {
        let state = match (&row.found, row.kind) {
            (_, "rehearsal") => "built in",
            (Some(_), _) => "found",
            (None, _) => "missing",
        };
        let version = row.version.as_deref().unwrap_or("");
        write!(output, "{:width$}  {:9}  {state:8}  {:10}", visible(&row.name), row.kind, visible(version))?;
        match (&row.answered, &row.found, row.preset) {
            (Some(Ok(who)), ..) => write!(output, "  answers: {}", visible(&in_words(who)))?,
            (Some(Err(why)), ..) => write!(output, "  does not answer: {}", visible(why))?,
            (None, None, Some(preset)) => write!(output, "  {}", preset.install)?,
            (None, ..) => write!(output, "  {}", visible(&row.line.join(" ")))?,
        }
        writeln!(output, "{}", if row.configured { "  (segue.toml)" } else { "" })?;
    }
    if !probed && rows.iter().any(can_be_probed) {
        writeln!(
            output,
            "\n`segue agents --probe` starts those that are found, and sees whether they answer."
        )?;
    }
    output.finish()
}

fn in_words(who: &Introduction) -> String {
    let name = if who.name.is_empty() { "it has no name" } else { &who.name };
    let goes_on = if who.loads { "can go on with a session" } else { "begins anew each time" };
    format!("{name} {}, protocol {}, {goes_on}", who.version, who.protocol)
}

fn object(row: &Row) -> Value {
    let answered = row.answered.as_ref().map(|answered| match answered {
        Ok(who) => json!({
            "answers": true, "name": who.name, "version": who.version, "protocol": who.protocol, "loads": who.loads,
        }),
        Err(why) => json!({ "answers": false, "reason": why }),
    });
    json!({
        "name": row.name, "kind": row.kind, "configured": row.configured,
        "preset": row.preset.map(|preset| &preset.name), "command": row.line,
        "path": row.found.as_ref().map(|path| path.display().to_string()),
        "version": row.version, "probe": answered,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        for (text, version) in [
            ("1.18.33\n", Some("1.18.33")),
            ("codex-cli 0.169.0\n", Some("0.169.0")),
            ("GitHub Copilot CLI v1.0.102.\nCommit: 3b2f", Some("1.0.102")),
            ("2.1.329 (Claude Code)", Some("2.1.329")),
            ("unknown\n", Some("unknown")),
            ("", None),
        ] {
            assert_eq!(version_in(text).as_deref(), version, "{text:?}");
        }
    }
}
