//! What a tool call works with: policy, sources, investigations, cursors and the clock.
//!
//! The context of the process is put together once at start; each caller works with one of its own, whose policy is narrowed.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{Cursors, Frozen};
use crate::config::investigation::{Store, StoreError};
use crate::context::{Asked, Defaults};
use crate::correlate::Fields;
use crate::coverage::{BlindSpot, TrailsUnread};
use crate::policy::{Policy, Scope};
use crate::refusal::{InvalidArgument, Refusal};
use crate::source::alertmanager::{self, Alertmanager};
use crate::source::api::Api;
use crate::source::{BoxFuture, Clock, Sources};

/// What a call works with. A clone shares all but the policy.
#[derive(Clone)]
pub struct ToolContext {
    /// What is allowed.
    pub policy: Policy,
    /// What may be read; touches nothing before it is first read.
    pub sources: Sources,
    /// Reads settings, such as those of trails.
    pub api: Api,
    /// What tells of blind spots that lie around what is read. Default: none.
    pub surroundings: Option<Arc<dyn Surroundings>>,
    /// Known investigations by id.
    pub investigations: Option<Store>,
    /// Where alerts that fire are asked for. Default: nowhere.
    pub alertmanager: Option<Alertmanager>,
    /// How fields of an application's log are called.
    pub log_fields: Arc<Fields>,
    /// Cursors handed out.
    pub cursors: Arc<Cursors<Frozen>>,
    /// The clock.
    pub clock: Clock,
}

/// What lies around a reading: whether what is read was recorded at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Around {
    /// What cannot be seen therefore.
    pub blind_spots: Vec<BlindSpot>,
    /// Names of the buckets that trails write to: a change of one may take records away.
    pub buckets: Vec<String>,
}

impl Around {
    /// Makes one of which nothing is known, as it was not told in time.
    pub fn not_in_time() -> Self {
        Self { blind_spots: vec![BlindSpot::TrailsUnknown(TrailsUnread::NotInTime)], ..Self::default() }
    }
}

/// Tells what lies around a reading.
///
/// It may be dropped at any await point. What it cannot find out is one of the blind spots, and never an error.
pub trait Surroundings: Send + Sync {
    /// Tells what lies around a reading of `scope`, under `policy`.
    fn around<'a>(&'a self, policy: &'a Policy, scope: &'a Scope) -> BoxFuture<'a, Around>;
}

/// Numbers of events in an answer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Shown when the caller does not say.
    pub default_events: u64,
    /// Most that may be asked for.
    pub max_events: u64,
}

impl ToolContext {
    /// Returns the same context under another policy.
    #[must_use]
    pub fn under(&self, policy: Policy) -> Self {
        Self { policy, ..self.clone() }
    }

    /// Returns the numbers of events in an answer.
    pub fn limits(&self) -> Limits {
        Limits { default_events: self.policy.default_events.into(), max_events: self.policy.max_events.into() }
    }

    /// Returns look-back and widest window.
    pub fn defaults(&self) -> Defaults {
        let delta = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Defaults { lookback: delta(self.policy.lookback), max_window: delta(self.policy.max_window), ..Defaults::default() }
    }

    /// Returns the same for a question that names exactly what it is about.
    pub fn defaults_of_look_up(&self) -> Defaults {
        let longest = TimeDelta::from_std(self.policy.longest_look_up()).unwrap_or(TimeDelta::MAX);
        Defaults { without_alert: longest, looks_up: true, ..self.defaults() }
    }

    /// Replaces an exact known investigation id by what is stored under it, and what stands for alerts by those that Alertmanager holds.
    ///
    /// Errors: what is stored cannot be read; Alertmanager does not tell.
    pub(super) async fn stored(&self, mut asked: Asked) -> Result<Asked, Refusal> {
        let unreadable = |error: StoreError| InvalidArgument { argument: "investigation".to_owned(), message: error.to_string() };
        let Some(Value::String(text)) = &asked.investigation else { return Ok(asked) };
        let text = text.trim();
        let stored = self.investigations.as_ref().map(|store| store.load(text)).transpose().map_err(unreadable)?.flatten();
        let found = match (stored, &self.alertmanager) {
            (Some(stored), _) => Some(Value::String(stored)),
            (None, Some(alertmanager)) => alertmanager.find(text).await?.map(Value::Array),
            (None, None) if alertmanager::is_current(text) => return Err(alertmanager::not_configured()),
            (None, None) => None,
        };
        asked.investigation = found.or(asked.investigation);
        Ok(asked)
    }

    /// Returns the time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}
