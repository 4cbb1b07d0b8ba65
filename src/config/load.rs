//! `[load]` and `[audit]`: how much at a time, and where it is recorded.

use std::path::PathBuf;
use std::time::Duration;

use super::{Settled, Value};
use crate::service::audit::{OnFailure, Settings, Sync};
use crate::service::gate::Limits;

/// Reads how many calls run and wait.
pub(super) fn limits(settled: &Settled) -> Limits {
    let number = |key| usize::try_from(settled.whole(key)).unwrap_or(usize::MAX);
    Limits { running: number("load.running"), waiting: number("load.waiting"), patience: settled.span("load.patience") }
}

/// Reads the settings of the audit log; nothing when there is none.
pub(super) fn audit(settled: &Settled) -> Option<Settings> {
    let size = |key| if let Some(Value::Size(size)) = settled.values.get(key) { *size } else { u64::MAX };
    Some(Settings {
        path: PathBuf::from(settled.text("audit.path")?),
        max_bytes: size("audit.max_bytes"),
        max_age: Some(settled.span("audit.max_age")).filter(|age| *age > Duration::ZERO),
        sync: match settled.text("audit.fsync").as_deref() {
            Some("always") => Sync::Always,
            Some("never") => Sync::Never,
            _ => Sync::Second,
        },
        on_failure: if settled.text("audit.on_failure").as_deref() == Some("allow") { OnFailure::Allow } else { OnFailure::Deny },
    })
}
