//! A tap on the shoulder between processes, by a local socket. It says only that there is something to
//! look at; who misses it looks a moment later by itself.

#[cfg(unix)]
mod system {
    use std::path::{Path, PathBuf};
    use std::sync::{Arc, Mutex, PoisonError};
    use tokio::io::{AsyncReadExt, Interest};
    use tokio::net::{UnixListener, UnixStream};
    use tokio::sync::Notify;

    /// The side of a run's owner.
    #[derive(Debug)]
    pub struct WakeServer {
        path: PathBuf,
        woken: Arc<Notify>,
        watching: Arc<Mutex<Vec<Arc<UnixStream>>>>,
        listening: tokio::task::JoinHandle<()>,
    }

    impl WakeServer {
        /// Listens at `path`, in place of whatever an owner before left there. Has to be called within
        /// a tokio runtime, by who holds the owner lock.
        ///
        /// # Errors
        /// No socket can be there (a path too long, a disk that has none): then nobody is woken.
        pub fn listen(path: &Path) -> std::io::Result<Self> {
            let _ = std::fs::remove_file(path);
            let listener = UnixListener::bind(path)?;
            let woken = Arc::new(Notify::new());
            let watching: Arc<Mutex<Vec<Arc<UnixStream>>>> = Arc::default();
            let listening = tokio::spawn(accept(listener, Arc::clone(&woken), Arc::clone(&watching)));
            Ok(Self { path: path.to_owned(), woken, watching, listening })
        }

        /// Waits until somebody has tapped.
        pub async fn woken(&self) {
            self.woken.notified().await;
        }

        /// Taps everybody who watches.
        pub fn wake_all(&self) {
            let mut watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
            // A full pipe holds taps enough; a closed one is gone.
            watching.retain(|stream| match stream.try_write(b".") {
                Ok(_) => true,
                Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
            });
        }
    }

    impl Drop for WakeServer {
        fn drop(&mut self) {
            self.listening.abort();
            self.watching.lock().unwrap_or_else(PoisonError::into_inner).clear();
            let _ = std::fs::remove_file(&self.path);
        }
    }

    async fn accept(listener: UnixListener, woken: Arc<Notify>, watching: Arc<Mutex<Vec<Arc<UnixStream>>>>) {
        // More watchers than this are not woken.
        const MOST: usize = 256;
        // They go with this task.
        let mut listening = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            while listening.try_join_next().is_some() {}
            let stream = Arc::new(stream);
            {
                let mut watching = watching.lock().unwrap_or_else(PoisonError::into_inner);
                if watching.len() >= MOST {
                    continue;
                }
                watching.push(Arc::clone(&stream));
            }
            let (woken, watching) = (Arc::clone(&woken), Arc::clone(&watching));
            listening.spawn(async move {
                let mut taps = [0; 64];
                while stream.ready(Interest::READABLE).await.is_ok() {
                    match stream.try_read(&mut taps) {
                        Ok(0) => break,
                        Ok(_) => woken.notify_one(),
                        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                        Err(_) => break,
                    }
                }
                let mut watching = watching.lock().unwrap_or_else(PoisonError::into_inner);
                watching.retain(|other| !Arc::ptr_eq(other, &stream));
            });
        }
    }

    /// The side of whoever watches a run, or has put something into its journal.
    #[derive(Debug)]
    pub struct WakeClient {
        stream: UnixStream,
    }

    impl WakeClient {
        /// Connects to the owner that listens at `path`.
        ///
        /// # Errors
        /// Nobody listens there.
        pub async fn connect(path: &Path) -> std::io::Result<Self> {
            Ok(Self { stream: UnixStream::connect(path).await? })
        }

        /// Waits until the owner has tapped; `false` when it is gone.
        pub async fn woken(&mut self) -> bool {
            let mut taps = [0; 256];
            self.stream.read(&mut taps).await.is_ok_and(|number| number > 0)
        }

        /// Taps the owner.
        pub fn wake(&self) {
            let _ = self.stream.try_write(b".");
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::path::Path;

    /// The side of a run's owner: there are no taps here, everybody looks by themselves.
    #[derive(Debug)]
    pub struct WakeServer {}

    impl WakeServer {
        /// Nobody is woken here.
        ///
        /// # Errors
        /// Always.
        pub fn listen(_: &Path) -> std::io::Result<Self> {
            Err(std::io::ErrorKind::Unsupported.into())
        }

        /// Waits for ever.
        pub async fn woken(&self) {
            std::future::pending::<()>().await;
        }

        /// Taps nobody.
        pub fn wake_all(&self) {}
    }

    /// The side of whoever watches a run.
    #[derive(Debug)]
    pub struct WakeClient {}

    impl WakeClient {
        /// Nobody listens here.
        ///
        /// # Errors
        /// Always.
        pub async fn connect(_: &Path) -> std::io::Result<Self> {
            Err(std::io::ErrorKind::Unsupported.into())
        }

        /// The owner is never there.
        pub async fn woken(&mut self) -> bool {
            false
        }

        /// Taps nobody.
        pub fn wake(&self) {}
    }
}

pub use system::{WakeClient, WakeServer};

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_sides_wake_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wake");
        std::fs::write(&path, "left by an owner before").unwrap();
        let server = WakeServer::listen(&path).unwrap();
        let mut clients = Vec::new();
        for _ in 0..3 {
            let client = WakeClient::connect(&path).await.unwrap();
            client.wake();
            server.woken().await;
            clients.push(client);
        }
        let gone = clients.pop();
        drop(gone);
        server.wake_all();
        server.wake_all();
        for client in &mut clients {
            assert!(client.woken().await);
        }
        // However often it taps, nobody is held up.
        for _ in 0..100_000 {
            server.wake_all();
        }
        drop(server);
        for client in &mut clients {
            while client.woken().await {}
        }
        assert!(!path.exists());
        assert!(WakeClient::connect(&path).await.is_err());
    }

    #[tokio::test]
    async fn a_path_too_long_is_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        assert!(WakeServer::listen(&folder.path().join("x".repeat(200))).is_err());
    }
}
