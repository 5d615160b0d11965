//! The process: its pipes, its life, and its end.
//!
//! It ends on `exit`, at the end of the input, when the client's process is gone, and when it is told to
//! (SIGTERM, SIGHUP, SIGINT), whatever is still under way: what runs gets a moment to finish, then the
//! process ends by itself, and what it started ends with it. Its status is 0 after `shutdown`, else 1.

use crate::answers::{self, Answers};
use crate::backend::Backend;
use crate::framing::{self, Input};
use crate::session::Session;
use crate::{log, self_test};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tower_lsp::gen_lsp_types::MessageType;
use tower_lsp::{LspService, Server};
use tracing::{Level, error, info, warn};

/// What is under way at the end may take so long.
const GRACE: Duration = Duration::from_millis(500);

/// Between two looks for the client's process.
const PARENT_POLL: Duration = Duration::from_secs(10);

/// The bytes that may wait between the pipes and the library.
const BUFFERED: usize = 256 * 1024;

/// Log lines that wait for a client that is ready for them.
static LINES: Mutex<Option<mpsc::Receiver<log::Line>>> = Mutex::new(None);

/// Serves until the end; the process's exit status.
pub async fn run(parent: Option<u32>, unknown_arguments: &[String]) -> i32 {
    *crate::session::root::lock(&LINES) = Some(log::start());
    for argument in unknown_arguments {
        warn!("the argument `{argument}` is not known");
    }
    let (raw, shut_down) = (Arc::new(OnceLock::new()), Arc::new(AtomicBool::new(false)));
    let (to_library, input) = tokio::io::duplex(BUFFERED);
    let (output, from_library) = tokio::io::duplex(BUFFERED);
    let keep = {
        let raw = raw.clone();
        move |body: &[u8]| {
            if let Ok(value) = serde_json::from_slice(body) {
                let _ = raw.set(value);
            }
        }
    };
    let (said, hears) = watch::channel(false);
    let stdin = std::io::stdin();
    let input_state = framing::read_on_thread(Handle::current(), stdin, to_library, hears, keep);
    let answers = Arc::new(Answers::default());
    let redeem = {
        let answers = answers.clone();
        move |body: &[u8]| answers.redeem(body)
    };
    let (out, longest) = (std::io::stdout(), answers::LONGEST_TICKET);
    let written = framing::write_on_thread(Handle::current(), from_library, out, said, longest, redeem);
    let named_parent = watch::Sender::new(parent.and_then(seen_alive));
    let mut service = {
        let (shut_down, raw, named) = (shut_down.clone(), raw.clone(), named_parent.clone());
        let session = move |client| Session::new(client, raw, shut_down, named, answers);
        LspService::build(move |client| Backend::new(Arc::new(session(client))))
            .custom_method("window/workDoneProgress/cancel", Backend::cancel_progress)
            .custom_method("segue/runs/list", Backend::runs_list)
            .custom_method("segue/runs/show", Backend::runs_show)
            .custom_method("segue/runs/do", Backend::runs_do)
            .custom_method("segue/runs/diff", Backend::runs_diff)
            .custom_method("segue/runs/log", Backend::runs_log)
            .custom_method("segue/runs/lessons", Backend::runs_lessons)
    };
    if self_test::is_wanted() {
        service = service.custom_method("segue/selfTest", Backend::self_test);
    }
    let (service, socket) = service.finish();
    let server = Server::new(input, output, socket).concurrency_level(usize::MAX);
    let mut serving = tokio::spawn(server.serve(service));
    tokio::select! {
        ended = &mut serving => {
            if let Err(failure) = ended {
                error!("the server ended early: {failure}");
            }
        }
        () = ended(input_state, named_parent.subscribe()) => {
            let _ = tokio::time::timeout(GRACE, &mut serving).await;
            serving.abort();
        }
    }
    // The library's half of the pipe is gone now; what it wrote is still on its way out.
    drop(serving);
    let _ = tokio::time::timeout(GRACE, written).await;
    if shut_down.load(Ordering::Relaxed) { 0 } else { 1 }
}

/// Waits until nobody is there to be served.
async fn ended(mut input: watch::Receiver<Input>, parent: watch::Receiver<Option<u32>>) {
    let input_ended = async {
        // A sender that is gone means the same.
        let _ = input.wait_for(|state| *state != Input::Open).await;
    };
    tokio::select! {
        () = input_ended => {}
        () = parent_gone(parent) => info!("the client's process is gone"),
        () = segue_mcp::told_to_end() => info!("told to end"),
    }
}

/// Waits until the process that the client named is gone; for ever where it was never seen alive.
async fn parent_gone(mut named: watch::Receiver<Option<u32>>) {
    let poll = std::env::var("SEGUE_PARENT_POLL_MS").ok().and_then(|text| text.parse().ok());
    let poll = poll.map_or(PARENT_POLL, Duration::from_millis);
    loop {
        let parent = *named.borrow_and_update();
        if parent.is_some_and(|id| !is_alive(id)) {
            return;
        }
        match tokio::time::timeout(poll, named.changed()).await {
            Ok(Ok(())) | Err(_) => {}
            Ok(Err(_)) => std::future::pending().await,
        }
    }
}

/// The process that is the client's, where it is to be seen from here: one in another container is not,
/// and its end must not be taken to have come already.
pub fn seen_alive(id: u32) -> Option<u32> {
    if is_alive(id) {
        return Some(id);
    }
    warn!("the client's process {id} is not to be seen from here; its end will not be noticed");
    None
}

/// Whether a process is there and has not ended. Where that cannot be told without more, it is not:
/// the end of the input tells there.
fn is_alive(id: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat")) else {
        return cfg!(target_os = "macos")
            && std::process::Command::new("kill")
                .args(["-0", &id.to_string()])
                .output()
                .is_ok_and(|output| output.status.success());
    };
    // `id (name) state …`: the name may have brackets in it.
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim_start().chars().next());
    !matches!(state, Some('Z' | 'X'))
}

/// Hands the log to the client.
pub async fn forward_log(session: Arc<Session>) {
    let Some(mut lines) = crate::session::root::lock(&LINES).take() else { return };
    while let Some((level, text)) = lines.recv().await {
        let kind = match level {
            Level::ERROR => MessageType::Error,
            Level::WARN => MessageType::Warning,
            Level::INFO => MessageType::Info,
            Level::DEBUG | Level::TRACE => MessageType::Log,
        };
        session.client.log_message(kind, text).await;
    }
}
