//! Objects of a bucket: which there are under a prefix, and their bytes as they come.
//!
//! The bucket's region need not be known: S3 tells it to whoever asks elsewhere. It is not held to the regions that may be read, since it
//! says nothing of where the events are from; the operator named the bucket.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use tokio::time::{Duration, Instant, sleep, timeout};

use super::read::{GET_OBJECT, LIST_OBJECTS};
use super::{ATTEMPT, Answer, Api, Ask, Failure, Identity, Inner, PAUSE, Read, Reader, error, items};
use crate::coverage::Obstacle;

/// How often a request is sent at most, where it may succeed a moment later.
const TRIES: u32 = 5;

/// How many objects the first few are: what stands for a folder, or bears another name, may lie before CloudTrail's own.
const FIRST: &str = "20";

/// A bucket, read as one identity.
#[derive(Clone)]
pub(in crate::source) struct Objects {
    inner: Arc<Inner>,
    identity: Identity,
    bucket: String,
    /// Where it is looked for first.
    region: String,
    /// Whether whoever reads pays.
    requester_pays: bool,
}

/// What a reading sent and got.
#[derive(Debug, Default)]
pub(in crate::source) struct Spent {
    /// Requests that list.
    pub(in crate::source) lists: AtomicU32,
    /// Requests for objects.
    pub(in crate::source) gets: AtomicU32,
    /// Bytes of objects.
    pub(in crate::source) bytes: AtomicU64,
}

/// What lies right under a prefix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::source) enum Entry {
    /// Keys with this beginning, which ends with `/`.
    Folder(String),
    /// An object, and what tells this version of it from others: its tag without quotes, and its length.
    Object(String, Option<Box<str>>),
}

impl Entry {
    fn key(&self) -> &str {
        match self {
            Self::Folder(key) | Self::Object(key, _) => key,
        }
    }
}

/// One page of a listing.
#[derive(Debug)]
pub(in crate::source) struct Page {
    /// In the order of the bytes of their keys.
    pub(in crate::source) entries: Vec<Entry>,
    /// What leads on.
    pub(in crate::source) next: Option<String>,
}

/// An object whose bytes are still to come.
pub(in crate::source) struct Object {
    pub(in crate::source) body: ByteStream,
    /// What tells this version of it from others.
    pub(in crate::source) tag: Option<String>,
    /// What its owner keeps beside the bytes, by names without `x-amz-meta-`.
    pub(in crate::source) metadata: BTreeMap<String, String>,
}

/// Why S3 gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) enum Refused {
    /// There is no such bucket.
    NoBucket,
    /// There is no such object, any more.
    NoObject,
    /// Another object has its key by now.
    Changed,
    /// The object is encrypted, and its key may not be used or cannot be.
    Key,
    /// The object has to be restored first.
    Frozen,
    /// The bucket is where it cannot be read from here, and S3 does not tell where.
    Elsewhere,
    /// Something that may befall any request.
    Failed(Failure),
}

impl Api {
    /// Returns what reads a bucket: by the role of `account` where one is configured, else by the process's own credentials.
    ///
    /// Shape: `region` is where it is looked for first.
    pub(in crate::source) fn objects(&self, bucket: &str, account: Option<&str>, region: &str, requester_pays: bool) -> Objects {
        let role = self.inner.roles.iter().find(|role| Some(role.account.as_str()) == account).map(Arc::clone);
        let identity = Identity { role, ..Identity::OWN };
        Objects { inner: Arc::clone(&self.inner), identity, bucket: bucket.to_owned(), region: region.to_owned(), requester_pays }
    }
}

impl Objects {
    /// Returns the same bucket, read for a caller, whose name the session of a role bears.
    pub(in crate::source) fn of(&self, caller: &str) -> Self {
        let caller = if self.identity.role.is_some() { caller.to_owned() } else { String::new() };
        Self { identity: Identity { caller, ..self.identity.clone() }, ..self.clone() }
    }

    /// Lists one page of what lies right under a prefix, behind `after`, or where `next` leads on; where only the first few objects below
    /// it are wanted, those, however deep they lie.
    ///
    /// Errors: why there is none; also where there is more and nothing leads on, so that the page would pass for the last.
    pub(in crate::source) async fn list(
        &self,
        (prefix, after, next): (&str, &str, Option<&str>),
        first_below: bool,
        spent: &Spent,
    ) -> Result<Page, Refused> {
        let mut parameters = Map::new();
        let mut set = |name: &str, value: &str| parameters.insert(name.to_owned(), value.into());
        set("list-type", "2");
        set("encoding-type", "url");
        match first_below {
            true => set("max-keys", FIRST),
            false => set("delimiter", "/"),
        };
        if !prefix.is_empty() {
            set("prefix", prefix);
        }
        match next {
            Some(next) => _ = set("continuation-token", next),
            None if !after.is_empty() => _ = set("start-after", after),
            None => {}
        }
        let ask = self.ask(&LIST_OBJECTS, "", Value::Object(parameters));
        let response = self.send(ask, &spent.lists).await?;
        let read = timeout(ATTEMPT, Answer::read(response)).await.unwrap_or(Err(Failure::TimedOut)).map_err(Refused::Failed)?;
        let page = read.value.ok_or(Refused::Failed(Failure::Unreadable))?;
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(decoded);
        let plain = |object: &'_ Value, key: &str| Some(object.get(key)?.as_str()?.trim_matches('"').to_owned());
        let stamp = |object| Some(format!("{} {}", plain(object, "ETag")?, plain(object, "Size")?).into());
        let objects = items(&page, "Contents").filter_map(|object| Some((text(object, "Key")?, stamp(object))));
        let objects = objects.filter(|(key, _)| !key.ends_with('/'));
        let folders = items(&page, "CommonPrefixes").filter_map(|folder| text(folder, "Prefix"));
        let mut entries: Vec<Entry> = objects.map(|(key, stamp)| Entry::Object(key, stamp)).chain(folders.map(Entry::Folder)).collect();
        entries.sort_unstable_by(|a, b| a.key().cmp(b.key()));
        let more = page.get("IsTruncated").and_then(Value::as_str) == Some("true");
        let next = page.get("NextContinuationToken").and_then(Value::as_str).filter(|token| more && !token.is_empty());
        match (more, next) {
            (true, None) => Err(Refused::Failed(Failure::Unreadable)),
            (_, next) => Ok(Page { entries, next: next.map(str::to_owned) }),
        }
    }

    /// Reads an object from a byte on; with `tag`, only this version of it.
    pub(in crate::source) async fn get(&self, key: &str, from: u64, tag: Option<&str>, spent: &Spent) -> Result<Object, Refused> {
        let mut ask = self.ask(&GET_OBJECT, key, json!({}));
        if from > 0 {
            ask.headers.push(("range", format!("bytes={from}-")));
        }
        ask.headers.extend(tag.map(|tag| ("if-match", tag.to_owned())));
        let response = self.send(ask, &spent.gets).await?;
        if from > 0 && response.status().as_u16() != 206 {
            return Err(Refused::Failed(Failure::Unreadable));
        }
        let tag = response.headers().get("etag").map(str::to_owned);
        let beside = |(name, value): (&str, &str)| Some((name.strip_prefix("x-amz-meta-")?.to_owned(), value.to_owned()));
        let metadata = response.headers().iter().filter_map(beside).collect();
        Ok(Object { body: ByteStream::new(response.into_body()), tag, metadata })
    }

    fn ask(&self, read: &'static Read, key: &str, parameters: Value) -> Ask {
        let pays = self.requester_pays.then(|| ("x-amz-request-payer", "requester".to_owned()));
        let ask = Ask::new(read, &self.region, parameters);
        Ask { bucket: self.bucket.clone(), key: key.to_owned(), headers: pays.into_iter().collect(), ..ask }
    }

    /// Sends a request until it is answered, refused for good or sent often enough.
    async fn send(&self, ask: Ask, count: &AtomicU32) -> Result<Response<SdkBody>, Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let refused = match self.send_once(ask.clone(), count).await {
                Ok(response) => return Ok(response),
                Err(refused) => refused,
            };
            let Refused::Failed(failure) = &refused else { return Err(refused) };
            let most = match failure.retries() {
                0 => 0,
                // Once, with credentials that were resolved anew, or a name that is found by then.
                1 => 1,
                _ => TRIES - 1,
            };
            if tries > most {
                return Err(refused);
            }
            sleep(pause(tries)).await;
        }
    }

    async fn send_once(&self, mut ask: Ask, count: &AtomicU32) -> Result<Response<SdkBody>, Refused> {
        let session = self.inner.sessions.of(&self.identity, &self.region).await.map_err(Refused::Failed)?;
        let known = self.inner.bucket_regions.lock().unwrap_or_else(PoisonError::into_inner).get(&self.bucket).cloned();
        ask.region = known.unwrap_or(ask.region);
        let reader = Reader {
            inner: Arc::clone(&self.inner),
            identity: self.identity.clone(),
            regions: Vec::new(),
            until: Instant::now() + ATTEMPT,
        };
        let mut told = false;
        loop {
            count.fetch_add(1, Ordering::Relaxed);
            let called = timeout(ATTEMPT, reader.call(&session, &ask)).await;
            let response = called.unwrap_or(Err(Failure::TimedOut)).map_err(Refused::Failed)?;
            if response.status().is_success() {
                return Ok(response);
            }
            let answer = timeout(ATTEMPT, Answer::read(response)).await.unwrap_or(Err(Failure::TimedOut)).map_err(Refused::Failed)?;
            let elsewhere = answer.bucket_region.clone().filter(|region| *region != ask.region && !told);
            if let Some(region) = elsewhere {
                self.inner.bucket_regions.lock().unwrap_or_else(PoisonError::into_inner).insert(self.bucket.clone(), region.clone());
                ask.region = region;
                told = true;
                continue;
            }
            let (code, message) = answer.value.as_ref().map(error).unwrap_or_default();
            let refused = judge(code, message.unwrap_or_default(), answer.status, &ask.region);
            if let Refused::Failed(failure) = &refused {
                self.inner.sessions.judged(&self.identity, &session, failure).await;
            }
            return Err(refused);
        }
    }
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("bucket", &self.bucket).field("identity", &self.identity).finish_non_exhaustive()
    }
}

/// Judges an answer of S3 that is an error.
///
/// Source: Amazon S3 API reference, "Error responses". Of a key that may not be used S3 has no code but `AccessDenied`: there the action is
/// told by the place that AWS has for it in its message, whatever else the message names.
fn judge(code: Option<&str>, message: &str, status: u16, region: &str) -> Refused {
    let action = || message.split_once("is not authorized to perform: ").map_or("", |(_, action)| action);
    let of_key = |code: &str| code.starts_with("KMS.") || code == "AccessDenied" && action().starts_with("kms:");
    match code {
        Some("NoSuchBucket" | "InvalidBucketName") => Refused::NoBucket,
        Some("NoSuchKey" | "NoSuchVersion") => Refused::NoObject,
        Some("PreconditionFailed") => Refused::Changed,
        Some("InvalidObjectState") => Refused::Frozen,
        Some("PermanentRedirect" | "TemporaryRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException") => {
            Refused::Elsewhere
        }
        Some(code) if of_key(code) => Refused::Key,
        Some("InternalError") => Refused::Failed(Failure::Server(500)),
        Some("RequestTimeout") => Refused::Failed(Failure::TimedOut),
        None if status == 403 => Refused::Failed(Failure::Denied),
        code => Refused::Failed(Failure::of(code, message, status, region)),
    }
}

impl Refused {
    /// Tells whether a permission is missing.
    pub(in crate::source) fn is_denied(&self) -> bool {
        matches!(self, Self::Failed(Failure::Denied | Failure::Blocked(Obstacle::DeniedBy(_))))
    }
}

/// Waits longer each time, and never as long as others that failed with it.
fn pause(tries: u32) -> Duration {
    let longest = PAUSE / 2 * 2u32.saturating_pow(tries.min(6));
    let chance = getrandom::u32().unwrap_or(u32::MAX / 2);
    longest / 2 + (longest / 2).mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

/// Reads what stands in a listing as in an address.
fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_s3_are_told_apart() {
        let judged = |code, message| judge(Some(code), message, 403, "eu-west-1");
        assert!(judged("AccessDenied", "User: x is not authorized to perform: s3:GetObject").is_denied());
        assert_eq!(judged("AccessDenied", "User: x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:x"), Refused::Key);
        let named = "User: arn:aws:iam::111122223333:role/kms:reader is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::kms-logs/kms:Decrypt\"";
        assert!(judged("AccessDenied", named).is_denied(), "a name is not the action");
        assert_eq!(judged("KMS.DisabledException", "it is disabled"), Refused::Key);
        assert_eq!(judged("NoSuchBucket", ""), Refused::NoBucket);
        assert_eq!(judged("InvalidObjectState", ""), Refused::Frozen);
        assert_eq!(judged("PermanentRedirect", ""), Refused::Elsewhere);
        assert_eq!(judged("SlowDown", ""), Refused::Failed(Failure::Throttled));
        assert!(judge(None, "", 403, "eu-west-1").is_denied(), "an answer without a body");
        assert_eq!(decoded("a%2Bb+c/%C3%A9"), "a+b c/é");
    }
}
