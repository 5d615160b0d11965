//! `segue runs logs`: what happened, line by line, and what agents said; as it comes with `--follow`.

use crate::Failure;
use crate::output::{Output, visible};
use segue_orchestrator::time::utc;
use segue_runs::log::{Cursor, Line, Log};
use segue_runs::open::{Meant, Runs};
use std::io::Write;
use std::time::Duration;

/// How often is looked for news.
const LOOK: Duration = Duration::from_millis(250);

/// Prints what happened in runs or tasks; with `follow` goes on until nobody works on
/// any of them.
pub fn print(runs: &Runs, meant: &[Meant], follow: bool) -> Result<(), Failure> {
    let log = |meant: &Meant| Log::from(runs, meant.clone(), Cursor::default());
    let mut logs = meant.iter().map(log).collect::<Result<Vec<_>, _>>()?;
    let several = logs.len() > 1;
    loop {
        // Looked at before the reading: what an owner wrote before it went is read then.
        let ends: Vec<bool> = logs.iter().map(|log| !runs.is_owned(&log.meant.run)).collect();
        let mut output = Output::lock();
        for log in &mut logs {
            let run = if several { format!("{} ", log.meant.run) } else { String::new() };
            for line in log.lines(runs)? {
                match line {
                    Line::Event(at, text) => writeln!(output, "{} {run}{}", utc(at), visible(&text))?,
                    Line::Said(text) => writeln!(output, "    {}", visible(&text))?,
                }
            }
        }
        output.finish()?;
        let mut all = logs.iter().zip(ends);
        let is_over = |log: &Log| log.meant.task.is_some() && log.is_over();
        if !follow || all.all(|(log, ends)| ends || is_over(log)) {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
}
