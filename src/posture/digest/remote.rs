//! Public keys as AWS has them, by `ListPublicKeys` in the region of the digests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::runtime::Handle;

use super::key::{KeySource, PublicKey, parse};
use crate::coverage::{Failure, Obstacle};
use crate::policy::Policy;
use crate::source::api::{self, Api, Ask};
use crate::time::Window;

/// How long AWS may take to tell the keys of one region.
const TIME: Duration = Duration::from_secs(30);

/// AWS, asked from threads that may block.
pub struct Remote {
    api: Api,
    policy: Policy,
    /// On what runtime; the one that it was last entered from.
    runtime: Mutex<Option<Handle>>,
}

impl Remote {
    /// Prepares; asks nothing yet. The keys of a region are the same for every account, so any identity may ask.
    pub fn new(api: Api, policy: Policy) -> Self {
        Self { api, policy, runtime: Mutex::default() }
    }

    /// Says on what runtime to ask; without one nothing is asked.
    pub fn enter(&self, runtime: Handle) {
        *self.runtime.lock().unwrap_or_else(PoisonError::into_inner) = Some(runtime);
    }
}

impl KeySource for Arc<Remote> {
    fn keys(&self, region: &str, during: Window) -> Result<Vec<PublicKey>, String> {
        let parameters = json!({"StartTime": during.from.timestamp(), "EndTime": during.to.timestamp()});
        let ask = Ask::new(&api::LIST_PUBLIC_KEYS, region, parameters);
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let runtime = runtime.ok_or_else(|| "AWS is not asked here".to_owned())?;
        let listed = runtime.block_on(async {
            let reader = self.api.reader(&self.policy, None, TIME);
            reader.list(ask, "PublicKeyList", ("NextToken", "NextToken")).await
        });
        let keys = listed.map_err(|unread| words(&unread.failure, unread.action))?;
        if keys.is_empty() { Ok(Vec::new()) } else { parse(json!({"PublicKeyList": keys}).to_string().as_bytes()) }
    }
}

/// Says why AWS told no keys.
fn words(failure: &Failure, action: &str) -> String {
    match failure {
        Failure::Blocked(Obstacle::NoCredentials) => "no AWS credentials are configured".to_owned(),
        Failure::Denied | Failure::Blocked(Obstacle::DeniedBy(_)) => format!("{action} is not allowed for this identity"),
        Failure::Expired | Failure::Blocked(Obstacle::LoginOver { .. }) => "the AWS credentials are expired".to_owned(),
        Failure::Throttled => format!("AWS throttled {action}"),
        Failure::RegionDisabled => "the region is not enabled for these credentials".to_owned(),
        Failure::TimedOut => format!("AWS did not answer {action} in time"),
        Failure::Server(status) => format!("AWS answered {action} with server error {status}"),
        _ => format!("{action} gave no answer"),
    }
}
