//! Readers that end where somebody writes too much.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

/// A reader that ends after so many bytes, and says whether it did.
pub(crate) struct Capped<R> {
    reader: R,
    left: u64,
    exceeded: Arc<AtomicBool>,
}

impl<R> Capped<R> {
    /// At most `most` bytes of `reader`; the flag is set where there were more.
    pub fn new(reader: R, most: u64) -> (Self, Arc<AtomicBool>) {
        let exceeded = Arc::new(AtomicBool::new(false));
        (Self { reader, left: most, exceeded: exceeded.clone() }, exceeded)
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Capped<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.left == 0 {
            self.exceeded.store(true, Ordering::Relaxed);
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.reader).poll_read(cx, buf))?;
        let read = buf.filled().len().saturating_sub(before) as u64;
        self.left = self.left.saturating_sub(read);
        Poll::Ready(Ok(()))
    }
}

/// The end of what somebody says beside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    /// So much is kept.
    const KEPT: usize = 4 * 1024;

    /// Reads to the end and keeps the last of it.
    pub async fn follow(self, mut reader: impl AsyncRead + Unpin) {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(read @ 1..) = reader.read(&mut buffer).await {
            let Some(bytes) = buffer.get(..read) else { return };
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(bytes.iter().skip(read.saturating_sub(Self::KEPT)));
            let over = kept.len().saturating_sub(Self::KEPT);
            kept.drain(..over);
        }
    }

    /// The last line that says something, short.
    pub fn last_line(&self) -> Option<String> {
        const LONGEST: usize = 300;
        let kept: Vec<u8> = self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        let text = String::from_utf8_lossy(&kept);
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
        let plain: String = line.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn a_reader_ends_at_its_limit() {
        let (mut capped, exceeded) = Capped::new(tokio::io::repeat(b'x').take(1 << 30), 100_000);
        let mut all = Vec::new();
        capped.read_to_end(&mut all).await.unwrap();
        assert!((100_000..200_000).contains(&all.len()), "{}", all.len());
        assert!(exceeded.load(Ordering::Relaxed));
        let (mut capped, exceeded) = Capped::new(&b"short"[..], 100_000);
        all.clear();
        capped.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, b"short");
        assert!(!exceeded.load(Ordering::Relaxed));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn the_last_line_is_kept() {
        let tail = Tail::default();
        assert_eq!(tail.last_line(), None);
        let mut text = "noise ".repeat(10_000).into_bytes();
        text.extend(b"\nError: no \x1b[31mkey\n\n");
        tail.clone().follow(&text[..]).await;
        assert_eq!(tail.last_line().as_deref(), Some("Error: no [31mkey"));
        assert!(tail.0.lock().unwrap().len() <= Tail::KEPT);
    }
}
