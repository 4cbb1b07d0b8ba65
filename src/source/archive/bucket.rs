//! A bucket of Amazon S3, or what lies under a prefix of one, as a store.
//!
//! The threads that call wait on a runtime of their own; they ask every moment whether to go on, and have no other time limit.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_smithy_types::byte_stream::ByteStream;
use hyper::body::Bytes as Piece;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::direct::BucketReader;
use super::store::{Ask, Bytes, Entry, Page, Store};
use super::watch::Halt;
use crate::config::Config;
use crate::config::settings::{ARCHIVE_ACCOUNT, ARCHIVE_MAX_BYTES, ARCHIVE_MAX_OBJECTS, ARCHIVE_REQUESTER_PAYS};
use crate::coverage::{Failure, FileFault};
use crate::source::api::{self, Api, Objects, Refused};
use crate::source::delivery::is_called_a_log;
use crate::source::proof::Root;

/// How often who waits for S3 asks whether to go on.
const TICK: Duration = Duration::from_millis(40);

/// Longest wait for the next bytes of an object.
const NEXT: Duration = Duration::from_secs(10);

/// How often the reading of one object is taken up again where it broke off.
const RESUMED: u32 = 3;

/// Objects that are read side by side, however few cores there are: most of the time is spent waiting.
const AT_ONCE: usize = 8;

/// Where requests are sent from: threads that are left behind may outlive any runtime of their caller, and waiting on one that ended is a
/// panic.
static RUNTIME: LazyLock<Option<Runtime>> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(1).thread_name("archive requests").enable_all().build().ok());

/// How archives in S3 are read.
#[derive(Clone)]
pub struct Remote {
    /// What sends the requests.
    pub api: Api,
    /// The account whose role reads the buckets. Default: none, the process's own credentials do.
    pub account: Option<String>,
    /// Where buckets are looked for first. Default: us-east-1, which tells where they are.
    pub region: Option<String>,
    /// Whether whoever reads pays the requests, as their owner demands. Default: no.
    pub requester_pays: bool,
    /// Most requests for objects of one reading. Default: 20,000.
    pub max_objects: u32,
    /// Most bytes of objects of one reading. Default: 4 GiB.
    pub max_bytes: u64,
}

impl Default for Remote {
    fn default() -> Self {
        let api = Api::default();
        Self { api, account: None, region: None, requester_pays: false, max_objects: 20_000, max_bytes: 4 << 30 }
    }
}

impl Remote {
    /// Takes what the settings say of buckets; `region` is where they are looked for first.
    pub fn configured(config: &Config, api: Api, region: Option<String>) -> Self {
        let account = config.find(&ARCHIVE_ACCOUNT);
        let accounts = config.accounts();
        let account = account.and_then(|name| accounts.into_iter().find(|account| account.name == name)).map(|account| account.id);
        let (max_objects, max_bytes) = (config.get(&ARCHIVE_MAX_OBJECTS), config.get(&ARCHIVE_MAX_BYTES));
        Self { api, account, region, requester_pays: config.get(&ARCHIVE_REQUESTER_PAYS), max_objects, max_bytes }
    }
}

/// A bucket, or a prefix of one.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    objects: Objects,
    /// Bucket and prefix.
    shown: String,
    /// What stands before every key; empty, or it ends with `/`.
    prefix: String,
    /// The name of the only object, where one was named.
    only: Option<String>,
    max_objects: u32,
    max_bytes: u64,
}

impl Bucket {
    /// Names a bucket by its address, such as `s3://bucket/prefix`; nothing where that is none.
    pub(super) fn new(address: &str, remote: &Remote) -> Option<Self> {
        let (bucket, path) = address.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, "")))?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
        if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(plain) || path.contains(['*', '?']) {
            return None;
        }
        let is_object = is_called_a_log(path);
        let (folder, only) = match path.rsplit_once('/').unwrap_or(("", path)) {
            (folder, name) if is_object => (folder, Some(name.to_owned())),
            _ => (path.trim_end_matches('/'), None),
        };
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let region = remote.region.as_deref().unwrap_or("us-east-1");
        Some(Self {
            objects: remote.api.objects(bucket, remote.account.as_deref(), region, remote.requester_pays),
            shown: format!("{bucket}/{folder}").trim_end_matches('/').to_owned(),
            prefix,
            only,
            max_objects: remote.max_objects,
            max_bytes: remote.max_bytes,
        })
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Returns bucket and prefix as an address, without a slash at the end.
    pub(super) fn address(&self) -> String {
        format!("s3://{}", self.shown)
    }

    /// Tells whether one object is all of it.
    pub(super) fn is_one_object(&self) -> bool {
        self.only.is_some()
    }

    /// Opens an object, with what is kept beside its bytes.
    pub(super) fn get(&self, key: &str, halt: &Arc<Halt>) -> io::Result<(Object, BTreeMap<String, String>)> {
        if halt.spent.gets.load(Ordering::Relaxed) >= self.max_objects {
            halt.spent_all.store(true, Ordering::Relaxed);
        }
        halt.check()?;
        let (objects, key) = (self.objects.of(&halt.caller), self.key(key));
        let got = wait(halt, objects.get(&key, 0, None, &halt.spent))?.map_err(|refused| told(refused, false, halt))?;
        let (max_bytes, halt) = (self.max_bytes, halt.clone());
        let object = Object { objects, key, halt, max_bytes, body: got.body, tag: got.tag, piece: Piece::new(), at: 0, resumed: 0 };
        Ok((object, got.metadata))
    }
}

/// Waits for S3 as long as there is somebody who waits for us.
fn wait<T>(halt: &Halt, work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = RUNTIME.as_ref().ok_or_else(|| io::Error::other("the runtime could not start"))?;
    runtime.block_on(async {
        let mut work = std::pin::pin!(work);
        loop {
            halt.check()?;
            if let Ok(done) = timeout(TICK, &mut work).await {
                return Ok(done);
            }
        }
    })
}

/// Makes an error of a refusal, and notes what concerns more than this one object.
fn told(refused: Refused, listing: bool, halt: &Halt) -> io::Error {
    let fault = match &refused {
        Refused::NoBucket => FileFault::NoBucket,
        Refused::Key => FileFault::KeyDenied,
        Refused::Frozen => FileFault::Frozen,
        Refused::Elsewhere => FileFault::Elsewhere,
        Refused::NoObject | Refused::Changed => FileFault::Unopened,
        refused if refused.is_denied() && listing => FileFault::ListDenied,
        refused if refused.is_denied() => FileFault::ReadDenied,
        Refused::Failed(Failure::Throttled) => FileFault::Throttled,
        Refused::Failed(Failure::Cut | Failure::TimedOut | Failure::Server(_) | Failure::Unreadable) => FileFault::Unanswered,
        Refused::Failed(_) => FileFault::Identity,
    };
    if let Refused::Failed(failure) = refused {
        halt.failed(failure);
    }
    fault.into()
}

impl Store for Bucket {
    fn root(&self) -> &str {
        &self.shown
    }

    fn lists_freely(&self) -> bool {
        false
    }

    fn at_once(&self) -> Option<usize> {
        Some(AT_ONCE)
    }

    fn to_prove(&self, halt: &Halt) -> Option<Root> {
        let halt = Halt { stop: halt.stop.clone(), until: halt.until, caller: halt.caller.clone(), ..Halt::default() };
        BucketReader::new(self.clone(), halt).map(Arc::new).map(Root::Bucket)
    }

    fn list(&self, ask: &Ask<'_>, halt: &Halt, each: &mut dyn FnMut(Page) -> ControlFlow<()>) -> io::Result<()> {
        if let Some(only) = &self.only {
            if ask.prefix.is_empty() && only.as_str() > ask.after {
                let _ = each(Page::only(vec![Entry::Object(only.clone(), None)]));
            }
            return Ok(());
        }
        let objects = self.objects.of(&halt.caller);
        let prefix = self.key(ask.prefix);
        let after = if ask.after.is_empty() { String::new() } else { self.key(ask.after) };
        let mut next: Option<String> = None;
        loop {
            let listed = wait(halt, objects.list((&prefix, &after, next.as_deref()), ask.first_below, &halt.spent))?;
            let listed = listed.map_err(|refused| told(refused, true, halt))?;
            let below = |key: String| key.strip_prefix(&self.prefix).map(str::to_owned);
            let entry = |entry| match entry {
                api::Entry::Folder(key) => below(key).map(Entry::Folder),
                api::Entry::Object(key, stamp) => below(key).map(|key| Entry::Object(key, stamp)),
            };
            let page = Page { entries: listed.entries.into_iter().filter_map(entry).collect(), more: listed.next.is_some() };
            if each(page).is_break() || listed.next.is_none() {
                return Ok(());
            }
            // A token that leads nowhere new would never end.
            if listed.next == next {
                return Err(told(Refused::Failed(Failure::Unreadable), true, halt));
            }
            next = listed.next;
        }
    }

    fn stamp(&self, _key: &str, listed: Option<&str>) -> Option<String> {
        listed.map(str::to_owned)
    }

    fn open(&self, key: &str, halt: &Arc<Halt>) -> io::Result<Box<dyn Bytes>> {
        let (object, _) = self.get(key, halt)?;
        Ok(Box::new(object))
    }
}

/// An object as it comes.
pub(super) struct Object {
    objects: Objects,
    key: String,
    halt: Arc<Halt>,
    max_bytes: u64,
    body: ByteStream,
    tag: Option<String>,
    /// What came and was not read yet.
    piece: Piece,
    /// How many bytes came.
    at: u64,
    resumed: u32,
}

impl Read for Object {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match wait(&self.halt, async { timeout(NEXT, self.body.next()).await })? {
                Ok(None) => return Ok(0),
                Ok(Some(Ok(piece))) => {
                    let length = piece.len() as u64;
                    self.at = self.at.saturating_add(length);
                    if self.halt.spent.bytes.fetch_add(length, Ordering::Relaxed).saturating_add(length) > self.max_bytes {
                        self.halt.spent_all.store(true, Ordering::Relaxed);
                        self.halt.check()?;
                    }
                    self.piece = piece;
                }
                _ => self.resume()?,
            }
        }
        let length = buffer.len().min(self.piece.len());
        let piece = self.piece.split_to(length);
        buffer.iter_mut().zip(piece.iter()).for_each(|(to, from)| *to = *from);
        Ok(length)
    }
}

impl Object {
    /// Goes on where the connection broke, with the same version of the object.
    fn resume(&mut self) -> io::Result<()> {
        self.resumed += 1;
        if self.resumed > RESUMED {
            return Err(FileFault::Unanswered.into());
        }
        let asked = self.objects.get(&self.key, self.at, self.tag.as_deref(), &self.halt.spent);
        let got = wait(&self.halt, asked)?.map_err(|refused| told(refused, false, &self.halt))?;
        self.body = got.body;
        Ok(())
    }
}

impl Bytes for Object {
    fn version(&self) -> Option<&str> {
        Some(self.tag.as_deref().map_or("", |tag| tag.trim_matches('"')))
    }
}

/// What streams has no way back.
impl Seek for Object {
    fn seek(&mut self, _to: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_bucket_a_prefix_or_one_object() {
        let parts = |address| {
            let bucket = Bucket::new(address, &Remote::default())?;
            Some((bucket.shown, bucket.prefix, bucket.only.unwrap_or_default()))
        };
        let of = |shown: &str, prefix: &str, only: &str| Some((shown.to_owned(), prefix.to_owned(), only.to_owned()));
        assert_eq!(parts("s3://logs"), of("logs", "", ""));
        assert_eq!(parts("s3://logs/"), of("logs", "", ""));
        assert_eq!(parts("s3://logs/a/AWSLogs/"), of("logs/a/AWSLogs", "a/AWSLogs/", ""));
        assert_eq!(parts("s3://logs/a/x.json.gz"), of("logs/a", "a/", "x.json.gz"));
        for wrong in ["s3://", "s3://Logs/x", "s3://lo", "s3://logs/*.gz", "s3:/logs"] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }
}
