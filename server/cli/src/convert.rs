//! `segue convert`: a file as another kind or for another client; without a target, what each client
//! makes of it.

use crate::output::{Output, note};
use crate::progress::Meter;
use crate::{Failure, places, write};
use clap::Parser;
use segue_analysis::features::convert::{self, ClientView, Conversion, Reads, To};
use segue_analysis::{Host, Options, PathId, RealDisk, World};
use segue_catalog::catalog;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  segue convert .github/agents/a.agent.md                    what each client makes of it
  segue convert .github/chatmodes/a.chatmode.md --to agent   a chat mode as a custom agent
  segue convert .github/prompts/a.prompt.md --to skill       a prompt as a skill
  segue convert .github/agents/a.agent.md --to claude        an agent for Claude Code too
  segue convert .claude/agents/a.md --to vscode              a subagent for Copilot too
  segue convert .vscode/mcp.json --to claude                 its servers in .mcp.json
  segue convert AGENTS.md --to claude                        a CLAUDE.md that imports it

What does not survive is told. A second time nothing changes.";

/// Convert a primitive to another kind or for another client; without --to, say what each client makes of it.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The file
    pub file: PathBuf,
    /// A kind (agent, skill) or a client (vscode, copilot-cli, github, claude)
    #[arg(long, value_name = "CLIENT|KIND", value_parser = target)]
    pub to: Option<To>,
    /// Print what would be done as a patch, and do nothing
    #[arg(long, requires = "to")]
    pub diff: bool,
}

fn target(name: &str) -> Result<To, String> {
    To::from_name(name)
        .ok_or_else(|| "it is one of agent, skill, vscode, copilot-cli, github and claude".to_owned())
}

/// Texts before and after, by the root-relative path; `None` where there is no file.
type Changes = BTreeMap<String, (Option<String>, Option<String>)>;

/// Converts the file, or tells of it.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let current = places::current_folder()?;
    let typed = args.file.display();
    let asked = places::roots(&current, std::slice::from_ref(&args.file))?;
    let (Some(root), Some(scope)) = (asked.first(), asked.first().and_then(|root| root.scopes.first()))
    else {
        return Err(Failure::said(format!("`{typed}` is no file.")));
    };
    let folder = &root.folder;
    if !folder.join(&scope.path).is_file() {
        return Err(Failure::said(format!("`{typed}` is no file.")));
    }
    let meter = Meter::start();
    let disk = Arc::new(RealDisk::new(folder));
    let host = Host::open(disk, Options::default(), &|progress| meter.scan(progress));
    drop(meter);
    let world = host.snapshot();
    let id = world.id(&scope.path).filter(|id| world.file(*id).is_some_and(|state| state.kind.is_some()));
    let Some(id) = id else {
        return Err(Failure::said(format!("`{typed}` is no agent primitive: nobody reads it as one.")));
    };
    let Some(to) = args.to else { return tell(&world, id, &args.file) };
    let conversion = convert::convert(&world, id, to)
        .map_err(|refusal| Failure::said(format!("`{typed}` is not converted: {refusal}.")))?;
    let changes = changes(&world, &conversion)
        .ok_or_else(|| Failure::said(format!("`{typed}` is not converted: it changed meanwhile.")))?;
    let shown = |path: &str| places::seen_from(&current, &folder.join(path));
    let mut output = Output::lock();
    if changes.is_empty() {
        writeln!(output, "Nothing to do: `{}` is as it would be.", shown(&conversion.result))?;
    } else if args.diff {
        print_patch(&changes, &shown, &mut output)?;
    } else {
        carry_out(folder, &changes, &shown, &mut output)?;
    }
    output.finish()?;
    for said in &conversion.lost {
        note(&format!("Lost: {said}"));
    }
    for said in &conversion.look_at {
        note(&format!("Look at it: {said}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn changes(world: &World, conversion: &Conversion) -> Option<Changes> {
    let read = |path: &str| world.any_text(path).map(|text| text.to_string());
    let after = conversion.changes.outcome(&read)?;
    Some(
        after
            .into_iter()
            .map(|(path, after)| (path.clone(), (read(&path), after)))
            .filter(|(_, (before, after))| before != after)
            .collect(),
    )
}

fn print_patch(
    changes: &Changes,
    shown: &dyn Fn(&str) -> String,
    output: &mut Output,
) -> Result<(), Failure> {
    for (path, (before, after)) in changes {
        write::patch(&shown(path), before.as_deref(), after.as_deref(), output)?;
    }
    Ok(())
}

/// Writes what is new first and removes what is old last, so that nothing is lost on the way.
fn carry_out(
    folder: &Path,
    changes: &Changes,
    shown: &dyn Fn(&str) -> String,
    output: &mut Output,
) -> Result<(), Failure> {
    let failed =
        |path: &str, reason: String| Failure::said(format!("`{}` is not written: {reason}.", shown(path)));
    let (removed, written): (Vec<_>, Vec<_>) = changes.iter().partition(|(_, (_, after))| after.is_none());
    for (path, (before, after)) in written {
        let (target, after) = (folder.join(path), after.as_deref().unwrap_or_default());
        let done = match before {
            None => write::create(folder, &target, after),
            Some(before) => write::replace(folder, &target, before, after),
        };
        done.map_err(|reason| failed(path, reason))?;
        writeln!(output, "Wrote {}", shown(path))?;
    }
    for (path, (before, _)) in removed {
        let before = before.as_deref().unwrap_or_default();
        write::remove(folder, &folder.join(path), before).map_err(|reason| failed(path, reason))?;
        writeln!(output, "Removed {}", shown(path))?;
    }
    Ok(())
}

/// Prints what each client makes of the file, and where it can be converted to.
fn tell(world: &World, id: PathId, typed: &Path) -> Result<ExitCode, Failure> {
    let mut output = Output::lock();
    let views = convert::portability(world, id);
    let width = views.iter().map(|view| title(view).len()).max().unwrap_or_default();
    for view in &views {
        writeln!(output, "{:width$}  {}", title(view), sentence(view))?;
    }
    for to in convert::targets(world, id) {
        if let Ok(conversion) = convert::convert(world, id, to).as_ref().map(|conversion| &conversion.title) {
            writeln!(output, "\n{conversion}:\n  segue convert {} --to {}", quoted(typed), to.name())?;
        }
    }
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

fn title(view: &ClientView) -> &'static str {
    catalog().client(view.client).map_or(view.client.name(), |row| row.title.as_str())
}

fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains([' ', '\'', '"', '$', '(']) {
        format!("'{}'", text.replace('\'', "'\\''"))
    } else {
        text
    }
}

/// What a client makes of it, in one line.
fn sentence(view: &ClientView) -> String {
    let mut said = match view.reads {
        Reads::Here => "reads it".to_owned(),
        Reads::Elsewhere => "reads such files, but does not look here".to_owned(),
        Reads::Never => return "does not read it".to_owned(),
    };
    let mut add = |what: &str, names: &[String]| {
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            said.push_str(&format!("; {what} {}", names.join(", ")));
        }
    };
    add("ignores the keys", &view.ignored_keys);
    add("wants other keys than", &view.refused_keys);
    add("ignores the tools", &view.ignored_tools);
    if view.header_unread {
        said.push_str("; cannot read the header, which is no strict YAML");
    }
    if let Some(most) = view.body_over {
        said.push_str(&format!("; takes {most} characters of body, and there are more"));
    }
    said
}
