//! The fence around all work: threads of its own, bounded, cancellable, and a panic is an answer.
//!
//! Two lanes with permits of their own: what somebody waits for at the keyboard never waits for what
//! runs behind. Waiting (for the first scan, for a change, for the client) is done outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Semaphore;
use tower_lsp::jsonrpc::{Error, Result};
use tracing::error;

/// Who waits for the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Somebody at the keyboard.
    Interactive,
    /// Nobody in particular.
    Background,
}

/// Whether the work is still wanted.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asked between units of work.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Cancels when the future that waits is dropped: that is how `$/cancelRequest` arrives.
struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// The lanes.
#[derive(Debug)]
pub struct Lanes {
    interactive: Arc<Semaphore>,
    background: Arc<Semaphore>,
}

impl Default for Lanes {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            interactive: Arc::new(Semaphore::new(threads.max(2))),
            background: Arc::new(Semaphore::new((threads / 2).max(1))),
        }
    }
}

impl Lanes {
    /// Does work on a thread where it may take its time.
    pub async fn compute<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&Cancel) -> T + Send + 'static,
    ) -> Result<T> {
        let lane = match lane {
            Lane::Interactive => &self.interactive,
            Lane::Background => &self.background,
        };
        let cancel = Cancel::default();
        let _guard = CancelOnDrop(cancel.clone());
        let Ok(permit) = lane.clone().acquire_owned().await else { return Err(Error::internal_error()) };
        let work = move || {
            // Held until the work has really stopped, also where nobody waits for it any more.
            let _permit = permit;
            work(&cancel)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => Ok(done),
            Err(failure) => {
                error!("internal error: {}", panic_text(failure));
                Err(Error::internal_error())
            }
        }
    }
}

fn panic_text(failure: tokio::task::JoinError) -> String {
    let Ok(payload) = failure.try_into_panic() else { return "cancelled".to_owned() };
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "panic".to_owned(),
    }
}
