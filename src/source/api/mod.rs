//! Reads of AWS's settings, such as trails, buckets and keys, of the objects of archives, and queries of SQL engines: one small signed client
//! for nine services.
//!
//! An SDK's crate for each of them would cost more to build than all the rest; they speak three protocols, and answers are taken apart where
//! they are judged. What may be sent are the lists in `read`, and nothing else.

mod objects;
mod queries;
mod read;
mod request;
mod xml;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::http::{Request, Response};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};

pub(in crate::source) use objects::{Entry, Objects, Refused, Spent};
pub(in crate::source) use queries::{Queries, Rejected};
pub(in crate::source) use read::engine;
pub use read::{ENGINE_READS, OBJECT_READS, READS, Read};
#[rustfmt::skip] // A list of names.
pub use read::{
    DESCRIBE_ALARMS_FOR_METRIC, DESCRIBE_KEY, DESCRIBE_LOG_GROUPS, DESCRIBE_METRIC_FILTERS, DESCRIBE_ORGANIZATION, DESCRIBE_REGIONS, DESCRIBE_TRAILS,
    GET_BUCKET_ACL, GET_BUCKET_ENCRYPTION, GET_BUCKET_LIFECYCLE, GET_BUCKET_LOGGING, GET_BUCKET_POLICY, GET_BUCKET_POLICY_STATUS,
    GET_BUCKET_VERSIONING, GET_EVENT_DATA_STORE, GET_EVENT_SELECTORS, GET_INSIGHT_SELECTORS, GET_KEY_ROTATION_STATUS, GET_OBJECT_LOCK,
    GET_PUBLIC_ACCESS_BLOCK, GET_TOPIC_ATTRIBUTES, GET_TRAIL_STATUS, LIST_EVENT_DATA_STORES, LIST_PUBLIC_KEYS, LIST_SUBSCRIPTIONS_BY_TOPIC,
    LIST_TAGS, LOOKUP_EVENTS,
};

pub(in crate::source) use queries::OpenQuery;

use super::event_history::{Failure, Identity, Role, Session, Sessions};
use super::https;
use crate::config::settings::EVENT_HISTORY_ENDPOINT_URL;
use crate::config::{Account, Config};
use crate::coverage::Obstacle;
use crate::policy::Policy;

/// Longest time for one request.
const ATTEMPT: Duration = Duration::from_secs(10);
/// Most requests at a time; the least generous of the operations is allowed ten a second.
///
/// Source: AWS CloudTrail user guide, "Quotas" (Describe, Get and List operations: 10 a second).
const SIDE_BY_SIDE: usize = 8;
/// Longest wait before a request is sent again.
const PAUSE: Duration = Duration::from_millis(400);
/// Longest answer that is read, of most reads.
const MAX_BYTES: usize = 8 << 20;
/// Most pages of one list.
const PAGES: usize = 50;

/// A read, and what it asks for.
#[derive(Clone, Debug)]
pub struct Ask {
    read: &'static Read,
    region: String,
    bucket: String,
    /// Of an object of the bucket.
    key: String,
    headers: Vec<(&'static str, String)>,
    parameters: Value,
}

impl Ask {
    /// Makes a read of a region.
    ///
    /// Shape: `parameters` is an object, named as in AWS's API reference.
    pub fn new(read: &'static Read, region: &str, parameters: Value) -> Self {
        Self { read, region: region.to_owned(), bucket: String::new(), key: String::new(), headers: Vec::new(), parameters }
    }

    /// Makes a read of a bucket; `region` is where it is looked for first.
    pub fn bucket(read: &'static Read, region: &str, bucket: &str) -> Self {
        Self { bucket: bucket.to_owned(), ..Self::new(read, region, json!({})) }
    }
}

/// What AWS told.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// The answer.
    Given(Value),
    /// There is none of what was asked for; AWS's code for that.
    None(String),
}

/// A read that gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The permission that it needs, such as `s3:GetBucketPolicy`.
    pub action: &'static str,
    /// Why.
    pub failure: Failure,
}

impl Unread {
    /// Tells whether a permission is missing.
    pub fn is_denied(&self) -> bool {
        matches!(self.failure, Failure::Denied | Failure::Blocked(Obstacle::DeniedBy(_)))
    }
}

/// Reads settings, as whoever may be asked for an account.
#[derive(Clone)]
pub struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    sessions: Arc<Sessions>,
    roles: Vec<Arc<Role>>,
    cloudtrail: Option<String>,
    connectors: Mutex<Option<Arc<Connector>>>,
    /// Where buckets are, once AWS has told.
    bucket_regions: Mutex<HashMap<String, String>>,
    permits: Semaphore,
    /// Queries that an engine may be running for us.
    open: watch::Sender<usize>,
}

/// Reads settings of one account.
#[derive(Clone)]
pub struct Reader {
    inner: Arc<Inner>,
    identity: Identity,
    /// Regions that may be asked; empty means any.
    regions: Vec<String>,
    until: Instant,
}

impl Default for Api {
    /// Reads as the environment has it, and no account by a role.
    fn default() -> Self {
        Self::new(None, None, Vec::new())
    }
}

impl Api {
    /// Prepares; touches nothing yet. `home_region` is where STS is asked, where the environment names one.
    pub fn open(config: &Config, home_region: Option<String>) -> Self {
        let role =
            |account: Account| Some(Arc::new(Role { account: account.id, role_arn: account.role_arn?, external_id: account.external_id }));
        Self::new(config.find(&EVENT_HISTORY_ENDPOINT_URL), home_region, config.accounts().into_iter().filter_map(role).collect())
    }

    /// Prepares to read with an SDK's configuration that is given ready-made.
    pub fn given(aws: aws_config::SdkConfig) -> Self {
        Self::with(Sessions::new(None, ATTEMPT, None, Some(aws)), None, Vec::new())
    }

    /// Returns the sessions, so that credentials are resolved once for all who ask.
    pub(in crate::source) fn sessions(&self) -> Arc<Sessions> {
        Arc::clone(&self.inner.sessions)
    }

    fn new(cloudtrail: Option<String>, home_region: Option<String>, roles: Vec<Arc<Role>>) -> Self {
        Self::with(Sessions::new(cloudtrail.clone(), ATTEMPT, home_region, None), cloudtrail, roles)
    }

    fn with(sessions: Sessions, cloudtrail: Option<String>, roles: Vec<Arc<Role>>) -> Self {
        Self {
            inner: Arc::new(Inner {
                sessions: Arc::new(sessions),
                roles,
                cloudtrail,
                connectors: Mutex::default(),
                bucket_regions: Mutex::default(),
                permits: Semaphore::new(SIDE_BY_SIDE),
                open: watch::Sender::default(),
            }),
        }
    }

    /// Returns what reads the settings of `account`, for whom the policy is, for so long: by its role where one is configured, else by the
    /// process's own credentials, and in regions alone that the policy allows.
    pub fn reader(&self, policy: &Policy, account: Option<&str>, time: Duration) -> Reader {
        let role = self.inner.roles.iter().find(|role| Some(role.account.as_str()) == account);
        let identity = role.map_or(Identity::OWN, |role| Identity { caller: policy.caller.to_string(), role: Some(Arc::clone(role)) });
        Reader { inner: Arc::clone(&self.inner), identity, regions: policy.regions.clone(), until: Instant::now() + time }
    }
}

impl Reader {
    /// Returns the account that is read.
    ///
    /// Errors: why it is not known.
    pub async fn account(&self, region: &str) -> Result<String, Failure> {
        match &self.identity.role {
            Some(role) => Ok(role.account.clone()),
            None => {
                let told = timeout(self.left(), self.inner.sessions.account(region)).await;
                told.unwrap_or(Err(Failure::TimedOut))
            }
        }
    }

    /// Asks.
    ///
    /// Errors: which permission it was about, and why nothing was told.
    pub async fn ask(&self, ask: &Ask) -> Result<Told, Unread> {
        let unread = |failure| Unread { action: ask.read.action, failure };
        let mut tries = 0;
        loop {
            let sent = async {
                let _permit = self.inner.permits.acquire().await.map_err(|_| Failure::Cut)?;
                self.send(ask).await
            };
            let failure = match timeout(self.left(), sent).await.unwrap_or(Err(Failure::TimedOut)) {
                Ok(told) => return Ok(told),
                Err(failure) => failure,
            };
            if tries >= failure.retries() || self.left().is_zero() {
                return Err(unread(failure));
            }
            tries += 1;
            sleep((PAUSE * tries).min(self.left())).await;
        }
    }

    /// Asks for a list to its last page: `items` is its key, `(from, to)` the token's in answer and request.
    ///
    /// Errors: as [`Reader::ask`]; a list that is not read to its end is not read.
    pub async fn list(&self, mut ask: Ask, items: &str, (from, to): (&str, &str)) -> Result<Vec<Value>, Unread> {
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let Told::Given(page) = self.ask(&ask).await? else { return Ok(all) };
            all.extend(crate::source::api::items(&page, items).cloned());
            let token = page.get(from).and_then(Value::as_str).filter(|token| !token.is_empty());
            match (token, ask.parameters.as_object_mut()) {
                (Some(token), Some(parameters)) => {
                    parameters.insert(to.to_owned(), token.into());
                }
                _ => return Ok(all),
            }
        }
        Err(Unread { action: ask.read.action, failure: Failure::LoopingToken })
    }

    /// Tells whether a region may be asked.
    pub fn allows(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|allowed| allowed == region)
    }

    fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    async fn send(&self, ask: &Ask) -> Result<Told, Failure> {
        let session = self.inner.sessions.of(&self.identity, &ask.region).await?;
        let known = self.inner.bucket_regions.lock().unwrap_or_else(PoisonError::into_inner).get(&ask.bucket).cloned();
        let ask = &Ask { region: known.unwrap_or_else(|| ask.region.clone()), ..ask.clone() };
        let answer = match self.exchange(&session, ask).await? {
            answer if answer.bucket_region.as_ref().is_some_and(|region| !answer.ok && *region != ask.region) => {
                let region = answer.bucket_region.unwrap_or_default();
                self.inner.bucket_regions.lock().unwrap_or_else(PoisonError::into_inner).insert(ask.bucket.clone(), region.clone());
                self.exchange(&session, &Ask { region, ..ask.clone() }).await?
            }
            answer => answer,
        };
        if answer.ok {
            return Ok(Told::Given(answer.value.ok_or(Failure::Unreadable)?));
        }
        let (code, message) = answer.value.as_ref().map(error).unwrap_or_default();
        if let Some(code) = code.filter(|code| ask.read.none.contains(code)) {
            return Ok(Told::None(code.to_owned()));
        }
        let failure = Failure::of(code, message.unwrap_or_default(), answer.status, &ask.region);
        self.inner.sessions.judged(&self.identity, &session, &failure).await;
        Err(failure)
    }

    /// Sends one request and reads its answer.
    async fn exchange(&self, session: &Session, ask: &Ask) -> Result<Answer, Failure> {
        timeout(ATTEMPT, async { Answer::of_at_most(ask.read.most, self.call(session, ask).await?).await })
            .await
            .unwrap_or(Err(Failure::TimedOut))
    }

    /// Sends one request; what is given has a head, and its body is still to come.
    async fn call(&self, session: &Session, ask: &Ask) -> Result<Response<SdkBody>, Failure> {
        let service = ask.read.service.name;
        let place = request::place(ask, None);
        if !self.allows(&place.region) {
            return Err(Failure::RegionNotAllowed);
        }
        let endpoint = self.inner.cloudtrail.clone().filter(|_| service == "cloudtrail").or_else(|| session.endpoint(service));
        let place = request::place(ask, endpoint.as_deref());
        let credentials = session.credentials().await.ok_or(Failure::UnknownCredentials)?;
        let request = request::request(ask, &place, &credentials).ok_or(Failure::Refused)?;
        let request = Request::try_from(request.map(SdkBody::from)).map_err(|_| Failure::Refused)?;
        let connector = self.connector(session)?;
        connector.call(request).await.map_err(|error| if error.is_timeout() { Failure::TimedOut } else { Failure::Cut })
    }

    fn connector(&self, session: &Session) -> Result<Arc<Connector>, Failure> {
        let mut kept = self.inner.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connector) = kept.as_ref() {
            return Ok(Arc::clone(connector));
        }
        let made = Arc::new(https::connector(session.ca_bundle()).map_err(Failure::Blocked)?);
        Ok(Arc::clone(kept.insert(made)))
    }
}

/// An answer over HTTP.
struct Answer {
    ok: bool,
    status: u16,
    value: Option<Value>,
    /// Where S3 says that a bucket is.
    bucket_region: Option<String>,
}

impl Answer {
    async fn read(response: Response<SdkBody>) -> Result<Self, Failure> {
        Self::of_at_most(MAX_BYTES, response).await
    }

    async fn of_at_most(most: usize, response: Response<SdkBody>) -> Result<Self, Failure> {
        let status = response.status().as_u16();
        let bucket_region = response.headers().get("x-amz-bucket-region").map(str::to_owned);
        let mut body = ByteStream::new(response.into_body());
        let mut bytes: Vec<u8> = Vec::new();
        while let Some(piece) = body.next().await {
            bytes.extend_from_slice(&piece.map_err(|_| Failure::Cut)?);
            // Chunks announce no length.
            if bytes.len() > most {
                return Err(Failure::Unreadable);
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_start_matches('\u{feff}').trim();
        let value = if text.starts_with('<') { xml::value(text) } else { serde_json::from_str(text).ok() };
        let bucket_region = bucket_region.or_else(|| value.as_ref()?.get("Region")?.as_str().map(str::to_owned));
        Ok(Self { ok: (200..300).contains(&status), status, value, bucket_region })
    }
}

/// Returns code and message of an error in any of the protocols.
fn error(value: &Value) -> (Option<&str>, Option<&str>) {
    let inner = value.get("Error").or_else(|| value.get("Errors")?.get("Error")).unwrap_or(value);
    let find = |keys: &[&str]| keys.iter().find_map(|key| inner.get(key)?.as_str());
    let code = find(&["__type", "Code", "code"]).map(|code| code.rsplit('#').next().unwrap_or(code));
    (code, find(&["message", "Message"]))
}

/// Returns the items of a list that stands under `key`, in JSON or as XML has it, where a list is `member` or `item` and one item stands alone.
pub fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    let list = value.get(key);
    let list = list.map(|list| list.get("member").or_else(|| list.get("item")).unwrap_or(list));
    let (many, one) = match list {
        Some(Value::Array(items)) => (Some(items.iter()), None),
        Some(Value::String(text)) if text.is_empty() => (None, None),
        Some(one) => (None, Some(one)),
        None => (None, None),
    };
    many.into_iter().flatten().chain(one)
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use futures_util::stream;
    use http_body_util::StreamBody;
    use hyper::body::{Bytes, Frame};

    use super::*;

    #[tokio::test]
    async fn an_answer_in_chunks_is_read_no_further_than_one_of_a_known_length() {
        let piece = || Ok::<_, std::convert::Infallible>(Frame::data(Bytes::from_static(&[b' '; 1 << 20])));
        let answered = async |pieces: usize| {
            let body = SdkBody::from_body_1_x(StreamBody::new(stream::iter(std::iter::repeat_with(piece).take(pieces))));
            Answer::read(Response::new(StatusCode::try_from(200).unwrap(), body)).await.map(|answer| answer.ok)
        };
        assert_eq!(answered(8).await, Ok(true));
        assert_eq!(answered(usize::MAX).await, Err(Failure::Unreadable));
    }
}
