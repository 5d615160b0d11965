//! The first scan of a root, with progress where the client shows it.

use crate::session::Session;
use crate::session::root::{Extent, Root};
use crate::wait;
use segue_analysis::Progress;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;
use tower_lsp::gen_lsp_types as lsp;
use tracing::{error, info};

/// Between two words about progress.
const PAUSE: Duration = Duration::from_millis(100);

/// Scans a root and wakes whoever waits for it.
pub async fn scan(session: Arc<Session>, root: Arc<Root>) {
    let (said, progress) = watch::channel(None);
    let scan = {
        let root = root.clone();
        let session = session.clone();
        tokio::task::spawn_blocking(move || {
            let (user, live) =
                (crate::tools::user_files(&session, &root), crate::tools::told(&session, &root));
            crate::self_test::hold_scan();
            root.scan(user, live, &|progress| {
                said.send_replace(Some(progress));
            });
        })
    };
    if session.facts().progress {
        tokio::spawn(report(session.clone(), root.uri.clone(), progress));
    }
    match scan.await {
        Ok(()) => {
            info!("{} is indexed", root.folder.display());
            // Of the folder of a single file only a little is read, on purpose.
            if root.extent == Extent::Whole {
                let left_out = root.latest().and_then(|world| world.left_out_after);
                wait::say_if_cut(&session, left_out, "files");
            }
        }
        Err(failure) => error!("{} could not be indexed: {failure}", root.folder.display()),
    }
    session.wake();
}

/// Reports until the scan drops its end.
async fn report(session: Arc<Session>, uri: String, mut progress: watch::Receiver<Option<Progress>>) {
    // Before `initialized` nothing may be asked of the client, and a short scan is not worth a word.
    tokio::time::sleep(PAUSE).await;
    if progress.has_changed().is_err() {
        return;
    }
    let count = session.tokens.fetch_add(1, Ordering::Relaxed);
    let token = lsp::ProgressToken::String(format!("segue/scan/{count}"));
    if session.client.create_work_done_progress(token.clone()).await.is_err() {
        return;
    }
    let say = async |value| {
        session
            .client
            .send_notification::<lsp::ProgressNotification>(lsp::ProgressParams {
                token: token.clone(),
                value,
            })
            .await;
    };
    let name = uri.rsplit('/').next().unwrap_or_default().to_owned();
    say(json!({ "kind": "begin", "title": format!("Indexing {name}"), "percentage": 0, "cancellable": false })).await;
    while progress.changed().await.is_ok() {
        let now = *progress.borrow_and_update();
        if let Some(Progress::Reading(done, total)) = now {
            let percentage = done * 100 / total.max(1);
            say(json!({ "kind": "report", "message": format!("{done}/{total} files"), "percentage": percentage })).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
    say(json!({ "kind": "end" })).await;
}
