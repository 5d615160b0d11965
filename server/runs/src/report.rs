//! What is kept of a run for others: its report and its events, each with the launch list that was agreed to.

use crate::Failure;
use crate::launch::list_file;
use crate::open::Runs;
use segue_orchestrator::journal;
use serde_json::json;

/// The launch list of a run, as it was shown when the run began.
pub fn launch_list(runs: &Runs, run: &str) -> String {
    std::fs::read_to_string(list_file(&runs.place, run)).unwrap_or_default()
}

/// The report of a run in Markdown.
pub fn markdown(runs: &Runs, run: &str) -> Result<String, Failure> {
    let mut page = journal::markdown(&runs.journal.records(run, 0)?);
    let list = launch_list(runs, run);
    if !list.is_empty() {
        page += "\n## Launch list\n\n";
    }
    for line in list.trim_end().lines() {
        let indent = if line.is_empty() { "" } else { "    " };
        page += &format!("{indent}{line}\n");
    }
    Ok(page)
}

/// Every event of a run as a line of JSON, and the list as the last one (`"type": "launch_list"`).
pub fn json_lines(runs: &Runs, run: &str) -> Result<String, Failure> {
    let lines = journal::json_lines(&runs.journal.records(run, 0)?);
    let list = launch_list(runs, run);
    Ok(match list.is_empty() {
        true => lines,
        false => format!("{lines}{}\n", json!({ "type": "launch_list", "run": run, "text": list })),
    })
}
