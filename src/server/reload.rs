//! The policy read anew while the server runs: at SIGHUP, and when its file has changed.
//!
//! Why ask every two seconds rather than be told? It works where files are exchanged by links (mounted configuration) or over a network, takes
//! no library, and a file that is still being written is left alone until it has stayed the same for one round: half an allow-list
//! may be a valid one.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

use super::http::Front;
use crate::config::{self, Config, Flags, ReloadClass};
use crate::service::{CallService, Rules, Standing};
use crate::tools;

/// How often the file is looked at.
const EVERY: Duration = Duration::from_secs(2);
/// How long a file must have stayed the same before it is read because somebody asked for it.
const SOON: Duration = Duration::from_millis(300);
/// What a file looks like from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// Which file it is, as another may have taken its name.
    inode: u64,
}

/// The policy file, and the settings that were last read from it.
pub struct Reload {
    flags: Flags,
    environment: fn(&str) -> Option<OsString>,
    path: Option<PathBuf>,
    config: Config,
    service: Arc<CallService>,
    /// Who gets in over HTTP, where it is served.
    front: Option<Arc<Front>>,
    /// The file as it was when it was last read.
    read: Option<Stamp>,
    /// The file as it was when it was last looked at.
    seen: Option<Stamp>,
    /// Whether somebody asked to read it, changed or not.
    asked: bool,
    /// Whether it was looked at since.
    looked: bool,
}

impl Reload {
    /// Takes note of the file behind `config`, which was read with these flags.
    pub fn new(flags: Flags, config: Config, service: Arc<CallService>) -> Self {
        let path = config.file().map(Path::to_owned);
        let read = path.as_deref().and_then(stamp);
        Self {
            flags,
            environment: |name| std::env::var_os(name),
            path,
            config,
            service,
            front: None,
            seen: read.clone(),
            read,
            asked: false,
            looked: false,
        }
    }

    /// Lets new settings hold for who gets in over HTTP, too.
    #[must_use]
    pub fn with_front(self, front: Arc<Front>) -> Self {
        Self { front: Some(front), ..self }
    }

    /// Reads the policy whenever it should be, and says each time how the server stands; ends never.
    pub async fn watch(mut self, mut say: impl FnMut(&Standing)) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut hangups = Hangups::listen();
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = hangups.next() => self.asked = true,
            }
            // The disk may be slow, or not answer.
            let Ok(looked) = tokio::task::spawn_blocking(move || {
                self.look();
                self
            })
            .await
            else {
                // The server ends.
                return std::future::pending().await;
            };
            self = looked;
            if self.asked {
                ticks.reset_after(SOON);
            }
            say(&self.service.standing());
        }
    }

    /// Reads the file when it has changed or somebody asked for it, and it is the same as the last time it was looked at.
    fn look(&mut self) {
        let now = self.path.as_deref().and_then(stamp);
        let same = now == self.seen;
        self.seen.clone_from(&now);
        if same && (self.asked && self.looked || now != self.read) {
            self.read();
        }
        self.looked = self.asked;
    }

    /// Reads the file, and takes what it says, or says why not.
    fn read(&mut self) {
        (self.asked, self.looked) = (false, false);
        self.read = self.path.as_deref().and_then(stamp);
        let loaded = config::load(&self.flags, &self.environment, &tools::names()).map_err(|error| error.problems.join("; "));
        let loaded = loaded.and_then(|config| match (&self.path, config.file()) {
            // Built-in defaults in place of a file that was there are no policy that anybody chose.
            (Some(path), None) => Err(format!("{} is gone", path.display())),
            _ => Ok(config),
        });
        let loaded = loaded.and_then(|config| {
            let found = self.config.widening(&config);
            if !found.lost.is_empty() {
                let lost = found.lost.join("; ");
                return Err(format!("limits would be gone, which takes a start of the server rather than a reload: {lost}"));
            }
            Ok((config, found.wider))
        });
        let loaded = loaded.and_then(|(config, wider)| match &self.front {
            Some(front) => front.renew(&config.http()).map(|()| (config, wider)).map_err(|error| error.to_string()),
            None => Ok((config, wider)),
        });
        match loaded {
            Ok((config, wider)) => {
                if !wider.is_empty() {
                    warn!(settings = wider.join("; "), "The policy read anew lets more through than the one before.");
                }
                for key in at_start_only(&self.config, &config) {
                    warn!(key, "This setting has changed and takes effect when the server is started anew.");
                }
                self.path = config.file().map(Path::to_owned);
                self.service.set_rules(Ok(Rules::of(&config)));
                self.config = config;
            }
            Err(problem) => self.service.set_rules(Err(problem)),
        }
    }
}

/// Returns the settings that differ and take effect only at the next start.
fn at_start_only<'a>(old: &Config, new: &'a Config) -> Vec<&'a str> {
    let before = |key: &str| old.explain().iter().find(|explained| explained.key == key).map(|explained| &explained.value);
    let at_start = new.explain().iter().filter(|explained| explained.declaration.reload == ReloadClass::AtStart);
    at_start.filter(|explained| before(&explained.key) != Some(&explained.value)).map(|explained| explained.key.as_str()).collect()
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let inode = 0;
    Some(Stamp { modified: metadata.modified().ok(), length: metadata.len(), inode })
}

/// SIGHUP, where there is such a thing.
struct Hangups {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangups {
    fn listen() -> Self {
        #[cfg(unix)]
        {
            let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
            if let Err(error) = &signal {
                info!(%error, "SIGHUP is not listened to.");
            }
            Self { signal: signal.ok() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests;
