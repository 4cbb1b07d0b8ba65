//! A fake AWS on a loopback socket: LookupEvents, GetCallerIdentity and AssumeRole as they are on the wire, with faults by script.
//!
//! It behaves as CloudTrail does: newest first, at most 50 a page, one attribute, inclusive bounds, tokens bound to their
//! parameters, 2 requests a second of an account and region, global services in us-east-1 only, delivery lag, 90 days.

mod bucket;
mod cloudtrail;
pub(crate) mod engine;
mod settings;
mod sts;
mod wire;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub(crate) use bucket::Bucket;
pub(crate) use cloudtrail::TARGET;
pub(crate) use settings::{Settings, sound};
pub(crate) use sts::{Trust, form};

/// The account of the fake's only credentials.
pub(crate) const ACCOUNT: &str = "111122223333";

/// What goes wrong with one LookupEvents request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: the request is answered.
    None,
    /// HTTP 400 `ThrottlingException`.
    Throttle,
    /// A server error without a body that the SDK knows.
    Status(u16),
    /// HTTP 400 `AccessDeniedException`.
    AccessDenied,
    /// HTTP 400 `ExpiredTokenException`.
    ExpiredToken,
    /// HTTP 400 with this code.
    Code(&'static str),
    /// HTTP 400 with this code and these words.
    Refusal(&'static str, &'static str),
    /// The connection is reset in the middle of the answer.
    ResetMidBody,
    /// The connection is closed in order, before the announced length was sent.
    CutBodyCleanClose,
    /// A whole body that is not JSON to its end.
    MalformedJson,
    /// An answer in order, and forty megabytes of blanks.
    Huge,
    /// A page of a proxy, with status 200.
    WrongContentType,
    /// No events, but a token that leads on.
    EmptyPageWithToken,
    /// One event, and a token that leads on.
    ShortPageWithToken,
    /// A page whose token leads back to itself.
    LoopingToken,
    /// `{}`.
    MissingEvents,
    /// The answer, late.
    Delay(Duration),
    /// The first event's record is cut.
    BadCloudTrailEvent,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `cloudtrail` or `sts`, from the signature's scope.
    pub(crate) service: String,
    /// From the signature's scope.
    pub(crate) region: String,
    /// From the signature's scope.
    pub(crate) access_key: String,
    /// `X-Amz-Target`; empty for the query protocol.
    pub(crate) target: String,
    /// Path and query.
    pub(crate) path: String,
    /// The header `Range`.
    pub(crate) range: String,
    /// The header `X-Amz-Request-Payer`.
    pub(crate) payer: String,
    /// The body; a JSON string when it is not JSON.
    pub(crate) body: Value,
    /// When it was read.
    pub(crate) at: Instant,
}

#[derive(Debug)]
struct State {
    now: DateTime<Utc>,
    lag: TimeDelta,
    throttles: bool,
    identity_fails: bool,
    roles: Vec<Trust>,
    sessions_last: Duration,
    roles_fail: u32,
    issued: u32,
    expired: Vec<String>,
    disabled: Vec<String>,
    events: Vec<Value>,
    settings: Settings,
    faults: VecDeque<Fault>,
    always: Fault,
    requests: Vec<Request>,
    allowance: HashMap<String, (f64, Instant)>,
    buckets: HashMap<String, Bucket>,
    /// By region: what digests are signed with.
    public_keys: Vec<(String, Value)>,
    engines: engine::Engines,
}

/// The running fake; it ends with the value.
pub(crate) struct FakeAws {
    state: Arc<Mutex<State>>,
    url: String,
    server: JoinHandle<()>,
}

impl FakeAws {
    /// Listens on a free port, with no events, no lag, no throttle and no faults.
    pub(crate) async fn start(now: DateTime<Utc>) -> Self {
        let state = Arc::new(Mutex::new(State {
            now,
            lag: TimeDelta::zero(),
            throttles: false,
            identity_fails: false,
            roles: Vec::new(),
            sessions_last: Duration::from_secs(3600),
            roles_fail: 0,
            issued: 0,
            expired: Vec::new(),
            disabled: Vec::new(),
            events: Vec::new(),
            settings: Settings::new(),
            faults: VecDeque::new(),
            always: Fault::None,
            requests: Vec::new(),
            allowance: HashMap::new(),
            buckets: HashMap::new(),
            public_keys: Vec::new(),
            engines: engine::Engines::default(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&state);
        let server = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(wire::serve(socket, Arc::clone(&shared)));
            }
        });
        Self { state, url, server }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Adds records, as trails hold them, in any order.
    pub(crate) fn with_events(self, events: impl IntoIterator<Item = Value>) -> Self {
        self.state().events.extend(events);
        self
    }

    /// Answers reads of settings so; any other is denied.
    pub(crate) fn with_settings(self, settings: Settings) -> Self {
        self.state().settings = settings;
        self
    }

    /// Makes something of the next request that has no fault yet.
    pub(crate) fn fault(self, fault: Fault) -> Self {
        self.state().faults.push_back(fault);
        self
    }

    /// Lets every request go wrong once the script is through.
    pub(crate) fn always(self, fault: Fault) -> Self {
        self.state().always = fault;
        self
    }

    /// Refuses more than 2 requests a second of an account and region.
    pub(crate) fn throttling(self) -> Self {
        self.state().throttles = true;
        self
    }

    /// Shows an event only this long after its time.
    pub(crate) fn lagging(self, lag: TimeDelta) -> Self {
        self.state().lag = lag;
        self
    }

    /// Adds a public key, as ListPublicKeys tells it, to those of a region.
    pub(crate) fn with_public_key(self, region: &str, key: Value) -> Self {
        self.state().public_keys.push((region.to_owned(), key));
        self
    }

    /// Puts an object into a bucket, in place of what has its key.
    pub(crate) fn put(&self, bucket: &str, (key, bytes): (String, Vec<u8>)) {
        self.state().buckets.get_mut(bucket).unwrap().objects.insert(key, bytes.into());
    }

    /// Adds a bucket.
    pub(crate) fn with_bucket(self, name: &str, bucket: Bucket) -> Self {
        self.state().buckets.insert(name.to_owned(), bucket);
        self
    }

    /// Returns the requests that list objects so far, and those that read one.
    pub(crate) fn objects(&self) -> (Vec<Request>, Vec<Request>) {
        let requests = self.requests().into_iter().filter(|request| request.service == "s3");
        requests.partition(|request| request.path.contains("list-type=2"))
    }

    /// Changes how SQL engines behave.
    pub(crate) fn with_engines(self, change: impl FnOnce(&mut engine::Engines)) -> Self {
        change(&mut self.state().engines);
        self
    }

    /// Returns the statements that SQL engines were asked so far.
    pub(crate) fn statements(&self) -> Vec<String> {
        self.state().engines.statements()
    }

    /// Returns how many queries engines run that nobody has stopped.
    pub(crate) fn running(&self) -> usize {
        self.state().engines.running()
    }

    /// Lets GetCallerIdentity fail.
    pub(crate) fn without_identity(self) -> Self {
        self.state().identity_fails = true;
        self
    }

    /// Lets a role be assumed.
    pub(crate) fn with_role(self, role: Trust) -> Self {
        self.state().roles.push(role);
        self
    }

    /// Lets the next attempts to assume a role fail on AWS's side.
    pub(crate) fn roles_fail(self, times: u32) -> Self {
        self.state().roles_fail = times;
        self
    }

    /// Lets assumed sessions last this long.
    pub(crate) fn sessions_last(self, time: Duration) -> Self {
        self.state().sessions_last = time;
        self
    }

    /// Takes an access key for expired from now on.
    pub(crate) fn expire(&self, access_key: &str) {
        self.state().expired.push(access_key.to_owned());
    }

    /// Knows no credentials in a region, as AWS does where an account has not opted in.
    pub(crate) fn without_region(self, region: &str) -> Self {
        self.state().disabled.push(region.to_owned());
        self
    }

    /// Returns where it listens.
    pub(crate) fn endpoint_url(&self) -> &str {
        &self.url
    }

    /// Returns the environment that leads a program here, and to no other credentials.
    pub(crate) fn env(&self) -> [(&'static str, String); 7] {
        [
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "example".to_owned()),
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ]
    }

    /// Returns every request so far, in order of arrival.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// Returns the names of the reads of settings so far.
    pub(crate) fn settings_read(&self) -> Vec<String> {
        self.requests().iter().filter_map(settings::name).collect()
    }

    /// Returns the forms of the STS requests of an action so far.
    pub(crate) fn asked_sts(&self, action: &str) -> Vec<Vec<(String, String)>> {
        let requests = self.requests().into_iter().filter(|request| request.service == "sts");
        let forms = requests.map(|request| form(request.body.as_str().unwrap_or_default()));
        forms.filter(|form| form.iter().any(|(_, value)| value == action)).collect()
    }

    /// Returns the LookupEvents requests so far.
    pub(crate) fn lookups(&self) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.target.ends_with(".LookupEvents")).collect()
    }
}

impl Drop for FakeAws {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Makes the record of a write in a region.
pub(crate) fn write(id: &str, source: &str, name: &str, region: &str, time: DateTime<Utc>) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": id, "eventSource": source, "eventName": name, "awsRegion": region,
        "eventTime": time.format("%Y-%m-%dT%H:%M:%SZ").to_string(), "readOnly": false, "recipientAccountId": ACCOUNT,
        "managementEvent": true, "eventCategory": "Management", "userIdentity": {"type": "IAMUser", "userName": "alice"},
    })
}
