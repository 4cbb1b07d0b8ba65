//! Amazon S3: listings by prefix and delimiter in pages of a thousand, objects and ranges of them, and what buckets refuse.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::{Request, form};

/// A bucket and what it refuses.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) region: &'static str,
    pub(crate) objects: BTreeMap<String, Arc<[u8]>>,
    /// Status and code of the next answers.
    pub(crate) faults: VecDeque<(u16, &'static str)>,
    /// What is refused for good: all listings by the empty text, those of a folder by its end with its `/`, objects by a part of their key;
    /// code and words.
    pub(crate) denied: Vec<(&'static str, &'static str, &'static str)>,
    /// What leads on from a page that is not the last, in place of what does; none where it is empty.
    pub(crate) token: Option<&'static str>,
    /// How many of the next objects are cut in the middle.
    pub(crate) cut: u32,
    /// What stands beside the bytes of objects: the signatures of digests.
    pub(crate) signatures: BTreeMap<String, String>,
}

impl Bucket {
    /// A bucket of eu-west-1 with these objects.
    pub(crate) fn of(objects: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let objects = objects.into_iter().map(|(key, bytes)| (key, bytes.into())).collect();
        Self { region: "eu-west-1", objects, faults: VecDeque::new(), denied: Vec::new(), token: None, cut: 0, signatures: BTreeMap::new() }
    }
}

/// Status, further headers, body, and whether it is cut.
pub(super) struct Given {
    pub(super) status: u16,
    pub(super) headers: String,
    pub(super) body: Vec<u8>,
    pub(super) cut: bool,
}

impl Given {
    fn error(status: u16, code: &str, message: &str) -> Self {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>").into_bytes();
        Self { status, headers: String::new(), body, cut: false }
    }
}

/// Answers a listing or the read of an object; nothing for any other request.
pub(super) fn answer(buckets: &mut HashMap<String, Bucket>, request: &Request) -> Option<Given> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let path = form(&format!("path={}", path.replace('+', "%2B"))).swap_remove(0).1;
    let (name, key) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    let query: BTreeMap<String, String> = form(query).into_iter().collect();
    if key.is_empty() && !query.contains_key("list-type") {
        return None;
    }
    let Some(bucket) = buckets.get_mut(name) else { return Some(Given::error(404, "NoSuchBucket", "text-from-outside")) };
    if request.region != bucket.region {
        let headers = format!("x-amz-bucket-region: {}\r\n", bucket.region);
        return Some(Given { headers, ..Given::error(301, "PermanentRedirect", "text-from-outside") });
    }
    if let Some((status, code)) = bucket.faults.pop_front() {
        return Some(Given::error(status, code, "text-from-outside"));
    }
    let listed = query.get("prefix").map_or("", String::as_str);
    let denies = |part: &str| match key.is_empty() {
        true => part.is_empty() || part.ends_with('/') && listed.ends_with(part),
        false => !part.is_empty() && key.contains(part),
    };
    if let Some((_, code, message)) = bucket.denied.iter().find(|(part, _, _)| denies(part)) {
        return Some(Given::error(403, code, message));
    }
    Some(if key.is_empty() { list(bucket, &query) } else { object(bucket, key, &request.range) })
}

fn list(bucket: &Bucket, query: &BTreeMap<String, String>) -> Given {
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    let (prefix, most) = (text("prefix"), text("max-keys").parse().unwrap_or(1000));
    let after = if query.contains_key("continuation-token") { text("continuation-token") } else { text("start-after") };
    let deep = !query.contains_key("delimiter");
    let (mut body, mut given, mut last, mut more) = (String::new(), 0, String::new(), false);
    for (key, bytes) in bucket.objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix)) {
        let folder = key.strip_prefix(prefix).unwrap().split_once('/').filter(|_| !deep).map(|(folder, _)| format!("{prefix}{folder}/"));
        let name = folder.as_ref().unwrap_or(key);
        if name.as_str() <= after || *name == last {
            continue;
        }
        if given == most {
            more = true;
            break;
        }
        given += 1;
        let shown = name.replace('%', "%25").replace('+', "%2B").replace(' ', "+");
        body += &match folder {
            Some(_) => format!("<CommonPrefixes><Prefix>{shown}</Prefix></CommonPrefixes>"),
            None => format!("<Contents><Key>{shown}</Key><ETag>&quot;{}&quot;</ETag><Size>{}</Size></Contents>", tag(bytes), bytes.len()),
        };
        last.clone_from(name);
    }
    let token = bucket.token.unwrap_or(&last);
    let next = if more && !token.is_empty() { format!("<NextContinuationToken>{token}</NextContinuationToken>") } else { String::new() };
    let body = format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>{next}{body}</ListBucketResult>").into_bytes();
    Given { status: 200, headers: String::new(), body, cut: false }
}

/// What tells these bytes from others.
fn tag(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

fn object(bucket: &mut Bucket, key: &str, range: &str) -> Given {
    let Some(bytes) = bucket.objects.get(key) else { return Given::error(404, "NoSuchKey", "text-from-outside") };
    let from = range.trim_start_matches("bytes=").trim_end_matches('-').parse::<usize>().ok();
    let cut = bucket.cut > 0;
    bucket.cut -= u32::from(cut);
    let signature = bucket.signatures.get(key).map(|signature| format!("x-amz-meta-signature: {signature}\r\n"));
    let headers = format!("etag: \"{}\"\r\n{}", tag(bytes), signature.unwrap_or_default());
    Given { status: if from.is_some() { 206 } else { 200 }, headers, body: bytes[from.unwrap_or(0)..].to_vec(), cut }
}
