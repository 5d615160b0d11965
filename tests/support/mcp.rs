//! Servers for tests: the suite's own binary, told to be one.

use serde_json::{Value, json};

/// Not a test: what [`entry`] starts. It passes where nobody told it to be a server.
#[test]
fn server_process() {
    segue_test_mcp::run_where_told();
}

/// The entry of a configuration for a server that behaves so, see `tests/mcp`.
pub fn entry(words: &[&str]) -> Value {
    with(words, &[])
}

/// The same with more of an environment.
pub fn with(words: &[&str], environment: &[(&str, &str)]) -> Value {
    let program = std::env::current_exe().expect("a test has a path");
    let mut env = serde_json::Map::new();
    env.insert(segue_test_mcp::TOLD.to_owned(), json!(json!(words).to_string()));
    env.extend(environment.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    let args = ["mcp::server_process", "--exact", "--nocapture", "--quiet"];
    json!({ "command": program.to_str().expect("a plain path"), "args": args, "env": env })
}
