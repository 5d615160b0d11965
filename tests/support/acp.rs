//! Agents of the Agent Client Protocol for tests: the suite's own binary, told to be one.

/// Not a test: what [`line`] starts. It passes where nobody told it to be an agent.
#[test]
fn agent_process() {
    segue_test_acp::run_where_told();
}

/// The words of a setting `acp` for an agent that behaves so, see `tests/acp`.
pub fn line(words: &[&str]) -> String {
    let program = std::env::current_exe().expect("a test has a path");
    let program = program.to_str().expect("a plain path");
    let told = format!("{}={}", segue_test_acp::TOLD, serde_json::json!(words));
    let all = ["env", &told, program, "acp::agent_process", "--exact", "--nocapture", "--quiet"];
    serde_json::json!(all).to_string()
}
