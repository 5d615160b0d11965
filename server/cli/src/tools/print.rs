//! What is printed of servers and their tools.

use super::Format;
use crate::Failure;
use crate::output::{Output, visible};
use segue_analysis::live;
use segue_analysis::servers::Configuration;
use segue_mcp::{Answer, Outcome, Server};
use serde_json::{Value, json};
use std::io::Write;

/// What came of a refresh.
pub fn outcomes(outcomes: &[(Server, Outcome)], format: Format) -> Result<(), Failure> {
    let mut output = Output::lock();
    if format == Format::Json {
        let servers: Vec<Value> = outcomes.iter().map(|(server, outcome)| object(server, outcome)).collect();
        writeln!(output, "{:#}", json!({ "servers": servers }))?;
        return output.finish();
    }
    let width = outcomes.iter().map(|(server, _)| server.name.chars().count()).max().unwrap_or_default();
    let second = outcomes.iter().map(|(server, _)| server.origin.chars().count()).max().unwrap_or_default();
    for (server, outcome) in outcomes {
        let words = visible(&in_words(outcome));
        writeln!(output, "{:width$}  {:second$}  {words}", visible(&server.name), visible(&server.origin))?;
    }
    output.finish()
}

fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered(answer) => {
            let reading = answer.tools.iter().filter(|tool| tool.read_only == Some(true)).count();
            let more = match (reading, answer.cut) {
                (_, true) => " and more",
                (0, false) => "",
                (_, false) => &*format!(", {reading} of them say that they change nothing"),
            };
            match answer.tools.len() {
                0 => "no tools".to_owned(),
                1 => format!(
                    "1 tool{}",
                    if reading == 1 { ", which says that it changes nothing" } else { "" }
                ),
                count => format!("{count} tools{more}"),
            }
        }
        Outcome::Failed(failure) => format!("failed: {failure}"),
        Outcome::Obstacle(obstacle) => format!("not asked: {obstacle}"),
        Outcome::NotAgreed => "not asked: nobody agreed".to_owned(),
    }
}

fn object(server: &Server, outcome: &Outcome) -> Value {
    let none = Answer::default();
    let (status, reason, answer) = match outcome {
        Outcome::Answered(answer) => ("answered", None, answer),
        Outcome::Failed(failure) => ("failed", Some(failure.to_string()), &none),
        Outcome::Obstacle(obstacle) => ("not-asked", Some(obstacle.to_string()), &none),
        Outcome::NotAgreed => ("not-asked", Some("nobody agreed".to_owned()), &none),
    };
    json!({
        "name": server.name, "path": server.origin, "status": status, "reason": reason,
        "dynamic": answer.dynamic, "cut": answer.cut, "tools": answer.tools,
    })
}

/// What is known of servers without asking.
pub fn known(rows: &[(&Configuration, Option<&live::Answer>)], format: Format) -> Result<(), Failure> {
    let mut output = Output::lock();
    if format == Format::Json {
        let servers = rows.iter().map(|(own, answer)| {
            let tools = answer.map(|answer| answer.tools.iter().map(|tool| &tool.name).collect::<Vec<_>>());
            json!({ "name": own.name, "path": *own.path, "asked": answer.map(|answer| answer.day()), "tools": tools })
        });
        writeln!(output, "{:#}", json!({ "servers": servers.collect::<Vec<_>>() }))?;
        return output.finish();
    }
    if rows.is_empty() {
        writeln!(output, "No MCP server is configured in this workspace.")?;
    }
    for (own, answer) in rows {
        let how = own.how().map(|how| format!(": {how}")).unwrap_or_default();
        writeln!(output, "{} ({}){}", visible(&own.name), visible(&own.path), visible(&how))?;
        match answer {
            Some(answer) => {
                let names: Vec<&str> = answer.tools.iter().map(|tool| tool.name.as_str()).collect();
                let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                writeln!(output, "  tools, as of {}: {}", answer.day(), visible(&names))?;
            }
            None => writeln!(
                output,
                "  no answer is kept of it as it is configured now; `segue tools refresh` asks"
            )?,
        }
    }
    output.finish()
}
