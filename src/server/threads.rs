//! Where calls are worked on: on threads of their own, apart from those that listen, so that no text, however long, keeps a health check,
//! a signal or another connection waiting.
//!
//! Why a second runtime rather than its threads for blocking work? A call waits for AWS far longer than it works, and hundreds may wait
//! their turn; none of them should hold a thread.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// Threads for the work of calls; without any it is done where it is asked. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Threads(Option<Arc<Pool>>);

#[derive(Debug)]
struct Pool {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Threads {
    /// Starts as many threads as there are processors.
    ///
    /// Errors: when the system gives none.
    pub fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread().thread_name("calls").enable_all().build()?;
        Ok(Self(Some(Arc::new(Pool { handle: runtime.handle().clone(), runtime: Some(runtime) }))))
    }

    /// Returns where work can be begun there; nothing where there are no threads of their own.
    pub fn handle(&self) -> Option<Handle> {
        self.0.as_ref().map(|pool| pool.handle.clone())
    }

    /// Does `work` there; nothing when it panicked. It ends when nobody waits for it any more.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let Some(pool) = &self.0 else { return Some(work.await) };
        let mut task = Awaited(pool.handle.spawn(work));
        (&mut task.0).await.ok()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // What still runs is given up with the process.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A task that ends with who waits for it.
struct Awaited<T>(JoinHandle<T>);

impl<T> Drop for Awaited<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn work_is_done_elsewhere_and_the_same_comes_of_it() {
        let here = std::thread::current().id();
        let threads = Threads::start().unwrap();
        assert!(threads.run(async { std::thread::current().id() }).await.is_some_and(|there| there != here));
        assert_eq!(Threads::default().run(async { std::thread::current().id() }).await, Some(here));
        assert_eq!(threads.run(async { std::panic::panic_any(()) }).await, None::<()>);
    }

    #[tokio::test]
    async fn work_that_never_ends_keeps_nobody_waiting() {
        let threads = Threads::start().unwrap();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let hung = threads.run(async move { stopped.recv().is_ok() });
        let hung = tokio::time::timeout(Duration::from_millis(20), hung).await;
        assert!(hung.is_err());
        drop(stop);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_ends() {
        let threads = Threads::start().unwrap();
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let work = threads.run(async move {
            let _held = sender;
            std::future::pending::<()>().await;
        });
        assert!(tokio::time::timeout(Duration::from_millis(20), work).await.is_err());
        assert!(receiver.await.is_err());
    }
}
