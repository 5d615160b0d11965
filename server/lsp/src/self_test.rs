//! Work that goes wrong on purpose, for the tests of the fence: `segue/selfTest`, known only where the
//! environment has `SEGUE_SELF_TEST`. And what is kept back on purpose (`SEGUE_WITHHOLD=hover,rename`, in
//! builds with debug assertions alone), so that the tests in editors can be seen to fail without it.

use crate::compute::Lane;
use crate::session::Session;
use crate::session::root::lock;
use serde_json::{Value, json};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;

/// Whether tests are under way.
pub fn is_wanted() -> bool {
    std::env::var_os("SEGUE_SELF_TEST").is_some()
}

/// Whether scans may begin that `SEGUE_SELF_TEST=hold-scan` holds back.
static RELEASED: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

/// Waits at the beginning of a scan until a test says `{"release": true}`, where one wants that.
pub fn hold_scan() {
    if std::env::var_os("SEGUE_SELF_TEST").is_some_and(|wanted| wanted == "hold-scan") {
        let released = lock(&RELEASED.0);
        let _released = RELEASED.1.wait_while(released, |released| !*released);
    }
}

/// The most entries of a root: fewer where `SEGUE_SELF_TEST=few-entries` wants that.
pub fn most_entries() -> usize {
    const FEW: usize = 50;
    let few = std::env::var_os("SEGUE_SELF_TEST").is_some_and(|wanted| wanted == "few-entries");
    if few { FEW } else { segue_analysis::host::MOST_ENTRIES }
}

/// Whether this feature is kept back on purpose.
pub fn withholds(feature: &str) -> bool {
    cfg!(debug_assertions)
        && std::env::var("SEGUE_WITHHOLD")
            .is_ok_and(|withheld| withheld.split(',').any(|name| name.trim() == feature))
}

/// The capabilities without those that are kept back on purpose.
pub fn without_the_withheld(mut told: lsp::ServerCapabilities) -> lsp::ServerCapabilities {
    if withholds("diagnostics") {
        told.diagnostic_provider = None;
    }
    if withholds("hover") {
        told.hover_provider = None;
    }
    if withholds("completion") {
        told.completion_provider = None;
    }
    if withholds("actions") {
        told.code_action_provider = None;
    }
    if withholds("rename") {
        told.rename_provider = None;
    }
    if withholds("lenses") {
        told.code_lens_provider = None;
    }
    if withholds("commands")
        && let Some(provider) = &mut told.execute_command_provider
    {
        // Those of runs stand for `runs`, and what asks first for `questions`.
        let others = |name: &String| {
            crate::runs::COMMANDS.contains(&name.as_str()) || name == crate::capabilities::REFRESH_TOOLS
        };
        provider.commands.retain(others);
    }
    told
}

/// `{"panic": true}`, `{"lose": true}` (the index), `{"release": true}` (scans), `{"block": milliseconds, "lane": "background"}`:
/// works so long, or until it is cancelled, and tells how often it looked up.
pub async fn run(session: &Arc<Session>, params: Value) -> Result<Value> {
    let lane = if params["lane"] == "background" { Lane::Background } else { Lane::Interactive };
    let time = params["block"].as_u64().map_or(Duration::ZERO, Duration::from_millis);
    if params["release"] == true {
        *lock(&RELEASED.0) = true;
        RELEASED.1.notify_all();
    }
    let roots = session.roots();
    let done = session.lanes.compute(lane, move |cancel| {
        if params["lose"] == true {
            roots.iter().for_each(|root| root.lose());
        }
        #[expect(clippy::panic, reason = "this is what is tested")]
        if params["panic"] == true {
            panic!("on purpose");
        }
        let (begun, mut looks) = (Instant::now(), 0_u64);
        while begun.elapsed() < time && !cancel.is_cancelled() {
            std::thread::sleep(Duration::from_millis(1));
            looks += 1;
        }
        tracing::info!("self test done, cancelled: {}", cancel.is_cancelled());
        json!({ "looks": looks })
    });
    let answer = done.await;
    session.wake();
    answer
}
