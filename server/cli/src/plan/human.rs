//! A plan for people: a line about the whole, a table by waves, what is asked for, what is wrong.

use super::Seen;
use crate::check::positions;
use crate::output::{Output, visible};
use anstyle::{AnsiColor, Style};
use segue_catalog::Severity;
use segue_plan::{Gate, GateAt, Order, Plan, Task, TaskIndex};
use segue_syntax::Lines;
use std::io::{self, Write};

/// The columns after the wave: what they are called, how wide they get, what they say.
type Column = (&'static str, usize, fn(&Plan, &Order, TaskIndex, &Task) -> String);

const COLUMNS: &[Column] = &[
    ("task", 48, |_, _, _, task| title(task)),
    ("waits for", 32, |plan, order, index, _| ids(plan, &order.before(index))),
    ("agent", 28, |_, _, _, task| task.agent.as_ref().map(|agent| agent.value.clone()).unwrap_or_default()),
    ("files", 44, |_, _, _, task| {
        let files = task.written_files().map(|file| file.path.as_str());
        files.collect::<Vec<_>>().join(", ")
    }),
    ("gates", 28, |_, _, _, task| {
        let gates: Vec<&str> = task.gates.iter().map(|gate| gate.value.as_str()).collect();
        gates.join(", ")
    }),
];

pub(super) fn print(seen: &Seen, order: &Order, lines: &Lines, output: &mut Output) -> io::Result<()> {
    let plan = &seen.plan;
    let bold = if output.colour { Style::new().bold() } else { Style::new() };
    let title = plan.title.as_ref().map_or(seen.shown.as_str(), |title| title.value.as_str());
    writeln!(output, "{bold}{}{bold:#}", visible(title))?;
    writeln!(output, "{}", visible(&summary(plan, order)))?;
    table(plan, order, bold, output)?;
    asked(plan, bold, output)?;
    findings(seen, lines, output)
}

fn summary(plan: &Plan, order: &Order) -> String {
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let mut parts = vec![plan.format.to_owned()];
    let (tasks, waves) = (plan.tasks.len(), order.waves().len());
    parts.push(if tasks == 0 {
        "no tasks".to_owned()
    } else {
        format!("{} in {}", count(tasks, "task"), count(waves, "wave"))
    });
    let done = plan.tasks.iter().filter(|task| task.is_done()).count();
    parts.extend((done > 0).then(|| format!("{done} done")));
    parts.extend(plan.tier().map(|tier| {
        let by = if plan.stated_tier.is_some() { "" } else { " by its files" };
        format!("tier {}{by}", tier.name())
    }));
    parts.extend(plan.status.as_ref().map(|status| status.value.clone()));
    parts.extend(plan.confidence.as_ref().map(|confidence| format!("confidence {}", confidence.value)));
    let critical = order.critical_path();
    if critical.len() > 1 {
        let ids: Vec<&str> = critical.iter().map(|task| plan.id(*task)).collect();
        parts.push(format!("longest chain {}", cut(&ids.join(" → "), 100)));
    }
    parts.join(" · ")
}

fn table(plan: &Plan, order: &Order, bold: Style, output: &mut Output) -> io::Result<()> {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for (number, wave) in order.waves().iter().enumerate() {
        for (place, index) in wave.iter().enumerate() {
            let Some(task) = plan.get(*index) else { continue };
            let wave = if place == 0 { (number + 1).to_string() } else { String::new() };
            // Where no person looks, nothing has to fit a screen.
            let width = |most: usize| if output.terminal { most } else { usize::MAX };
            let cells =
                COLUMNS.iter().map(|(_, most, say)| cut(&say(plan, order, *index, task), width(*most)));
            rows.push((wave, cells.collect()));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let width = |column: usize| {
        let widest = rows.iter().filter_map(|(_, cells)| cells.get(column)).map(|cell| cell.chars().count());
        widest.max().unwrap_or(0)
    };
    // A column in which nobody says anything is left out.
    let shown: Vec<(usize, usize, &str)> = COLUMNS
        .iter()
        .enumerate()
        .map(|(column, (name, ..))| (column, width(column), *name))
        .filter(|(_, width, _)| *width > 0)
        .map(|(column, width, name)| (column, width.max(name.len()), name))
        .collect();
    let line = |wave: &str, cell: &dyn Fn(usize, &str) -> String| {
        let mut line = format!("{wave:<6}");
        for (column, width, name) in &shown {
            line.push_str(&format!("{:<width$}  ", cell(*column, name)));
        }
        line.trim_end().to_owned()
    };
    writeln!(output, "\n{bold}{}{bold:#}", line("wave", &|_, name| name.to_owned()))?;
    for (wave, cells) in &rows {
        writeln!(output, "{}", line(wave, &|column, _| cells.get(column).cloned().unwrap_or_default()))?;
    }
    Ok(())
}

/// The mark, the id where the file states one, the title.
fn title(task: &Task) -> String {
    let mut words = Vec::new();
    words.extend(task.is_done().then_some("✓"));
    words.extend(task.id_is_stated.then_some(task.id.as_str()));
    words.push(task.title.as_str());
    let mut text = words.join(" ");
    if task.optional {
        text.push_str(" (optional)");
    }
    text
}

/// What has to be said or answered before and during the work.
fn asked(plan: &Plan, bold: Style, output: &mut Output) -> io::Result<()> {
    let mut list = |name: &str, rows: Vec<String>| -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(output, "\n{bold}{name}{bold:#}")?;
        rows.iter().try_for_each(|row| writeln!(output, "  {}", visible(row)))
    };
    list("gates", plan.gates.iter().map(|gate| gate_row(plan, gate)).collect())?;
    let texts = |all: &[segue_plan::Stated<String>]| all.iter().map(|text| text.value.clone()).collect();
    list("inputs", plan.inputs.iter().map(|input| input.name.value.clone()).collect())?;
    list("open questions", texts(&plan.questions))?;
    list("to be clarified", texts(&plan.clarifications))?;
    let risks = plan.risks.iter().filter(|risk| risk.is_open_and_high());
    list("high risks, unresolved", risks.map(|risk| risk.category.value.clone()).collect())?;
    list("acceptance", texts(&plan.acceptance))?;
    list("validation", texts(&plan.validation))
}

fn gate_row(plan: &Plan, gate: &Gate) -> String {
    let when = match gate.at {
        GateAt::Start => "before the start".to_owned(),
        GateAt::Planning => "after planning".to_owned(),
        GateAt::After(task) => format!("after {}", plan.id(task)),
        GateAt::Completion => "at the end".to_owned(),
    };
    let ticked = gate.approvals.iter().filter(|item| item.done).count();
    match gate.approvals.len() {
        0 => format!("{when}: {}", gate.title.value),
        all => format!("{when}: {} ({ticked} of {all} ticked)", gate.title.value),
    }
}

/// Errors and warnings with their places; the rest is counted.
fn findings(seen: &Seen, lines: &Lines, output: &mut Output) -> io::Result<()> {
    let mut quiet = 0;
    let mut first = true;
    for finding in &seen.findings {
        if finding.severity < Severity::Warning {
            quiet += 1;
            continue;
        }
        let colour = if finding.severity == Severity::Error { AnsiColor::Red } else { AnsiColor::Yellow };
        let style =
            if output.colour { Style::new().bold().fg_color(Some(colour.into())) } else { Style::new() };
        let (start, _) = positions(&seen.text, lines, finding.span);
        let place = format!("{}:{}:{}", visible(&seen.shown), start.line + 1, start.character + 1);
        let break_before = if std::mem::take(&mut first) { "\n" } else { "" };
        let (name, code) = (finding.severity.name(), finding.code);
        writeln!(
            output,
            "{break_before}{style}{name}[{code}]{style:#} {place}: {}",
            visible(&finding.message)
        )?;
    }
    if quiet > 0 {
        writeln!(
            output,
            "\n{quiet} more of less weight; `segue check --level hint {}` shows them",
            visible(&seen.shown)
        )?;
    }
    Ok(())
}

fn ids(plan: &Plan, tasks: &[TaskIndex]) -> String {
    tasks.iter().map(|task| plan.id(*task)).collect::<Vec<_>>().join(", ")
}

/// A text on one line, cut to a width.
fn cut(text: &str, most: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() <= most {
        return clean;
    }
    clean.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
