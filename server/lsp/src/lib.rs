//! The language server: the protocol, and nothing that decides anything about primitives.
//!
//! ```text
//! stdin → framing → library → backend: a method a handler
//!                                │ notifications change the session at once (session/)
//!                                │ requests take a ticket, then compute (compute, judge, actions …)
//!                                └ the publisher wakes (publish) → client
//! ```
//!
//! A key costs an edit of a rope. Who needs to know more lets the index take it in first
//! ([`session::root`]), and gets the state that was when it asked. The order of messages, cancelling,
//! panics, broken frames and the end of the process are the business of [`backend`], [`compute`],
//! [`framing`] and [`serve`].

mod actions;
mod answers;
mod backend;
mod capabilities;
mod colours;
mod completion;
mod compute;
mod config;
mod context;
mod conversions;
mod convert;
mod diagnostics;
mod format;
mod framing;
mod hierarchy;
mod judge;
mod log;
mod moves;
mod navigation;
mod outline;
mod progress;
mod publish;
mod refactors;
mod rename;
mod runs;
mod search;
mod selection;
mod self_test;
mod serve;
mod session;
mod tools;
mod views;
mod wait;
mod watch;

use std::ffi::OsString;
use std::io::Write;

/// Serves on stdin and stdout; never returns. Arguments that it does not know are told in the log:
/// clients pass flags of all kinds.
pub fn main(arguments: &[OsString]) -> ! {
    let (parent, unknown) = read(arguments);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    // Borrowed: a runtime that is dropped waits for its threads, and a scan may take long.
    let status = match &runtime {
        Ok(runtime) => runtime.block_on(serve::run(parent, &unknown)),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "segue: no threads to serve with: {error}");
            2
        }
    };
    // What was asked for its tools and has not answered ends with us.
    segue_mcp::process::end_all();
    // Not by returning: threads that read and write would keep the process alive.
    std::process::exit(status)
}

/// The client's process, where it is named, and arguments that are not known.
fn read(arguments: &[OsString]) -> (Option<u32>, Vec<String>) {
    let mut parent = None;
    let mut unknown = Vec::new();
    for argument in arguments {
        let text = argument.to_string_lossy();
        if let Some(id) = text.strip_prefix("--clientProcessId=") {
            parent = id.parse().ok();
        } else if text != "--stdio" {
            unknown.push(text.into_owned());
        }
    }
    (parent, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_all_kinds() {
        let arguments: Vec<OsString> =
            ["--stdio", "--clientProcessId=7", "--log-level", "x"].iter().map(OsString::from).collect();
        assert_eq!(read(&arguments), (Some(7), vec!["--log-level".to_owned(), "x".to_owned()]));
        assert_eq!(read(&[]), (None, Vec::new()));
    }
}
