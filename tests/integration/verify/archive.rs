//! Archives as CloudTrail delivers them, signed with keys of our own, in memory or in a folder.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Write as _};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::posture::digest::{Metadata, Object, PublicKey, SIDECAR, Store};
use cloudtrail_mcp::source::Listed;
use flate2::{Compression, write::GzEncoder};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "us-east-1";

/// A key that only the tests sign with, and its fingerprint.
pub(crate) struct Signer {
    pair: RsaKeyPair,
    pub(crate) fingerprint: &'static str,
}

pub(crate) static SIGNERS: LazyLock<[Signer; 3]> = LazyLock::new(|| {
    let signer = |der: &[u8], fingerprint| Signer { pair: RsaKeyPair::from_der(der).unwrap(), fingerprint };
    [
        signer(include_bytes!("keys/only-for-tests-1.der"), "11111111111111111111111111111111"),
        signer(include_bytes!("keys/only-for-tests-2.der"), "22222222222222222222222222222222"),
        signer(include_bytes!("keys/only-for-tests-3.der"), "33333333333333333333333333333333"),
    ]
});

impl Signer {
    pub(crate) fn public(&self) -> PublicKey {
        PublicKey { fingerprint: Some(self.fingerprint.to_owned()), validity: None, der: self.pair.public().as_ref().to_vec() }
    }

    pub(crate) fn sign(&self, message: &str) -> String {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = ring::rand::SystemRandom::new();
        self.pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).unwrap();
        hex(&signature)
    }
}

/// A public key as ListPublicKeys tells it.
pub(crate) fn listed(signer: &Signer, from: &str, to: &str) -> Value {
    let value = base64::engine::general_purpose::STANDARD.encode(signer.pair.public().as_ref());
    json!({"Value": value, "Fingerprint": signer.fingerprint, "ValidityStartTime": at(from).timestamp(), "ValidityEndTime": at(to).timestamp()})
}

/// What `aws cloudtrail list-public-keys` prints of the first keys.
pub(crate) fn key_file(count: usize) -> String {
    let key = |signer: &Signer| listed(signer, "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z");
    json!({"PublicKeyList": SIGNERS[..count].iter().map(key).collect::<Vec<_>>()}).to_string()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

pub(crate) fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut inflated = Vec::new();
    io::copy(&mut flate2::read::GzDecoder::new(bytes), &mut inflated).unwrap();
    inflated
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Bytes and metadata under keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    pub(crate) metadata: BTreeMap<String, Metadata>,
    /// What stands before every key.
    pub(crate) above: String,
    /// Keys that cannot be opened, and folders that cannot be listed.
    pub(crate) locked: Vec<String>,
}

impl Archive {
    pub(crate) fn digests(&self) -> Vec<String> {
        self.objects.keys().filter(|key| key.contains("CloudTrail-Digest_")).cloned().collect()
    }

    pub(crate) fn logs(&self) -> Vec<String> {
        self.objects.keys().filter(|key| key.contains("_CloudTrail_")).cloned().collect()
    }

    /// Loses what a copy loses.
    pub(crate) fn copied(mut self) -> Self {
        self.metadata.clear();
        self
    }

    pub(crate) fn document(&self, key: &str) -> Value {
        serde_json::from_slice(&gunzip(&self.objects[key])).unwrap()
    }

    /// Puts another document in the place of a digest.
    pub(crate) fn put(&mut self, key: &str, document: &Value) {
        self.objects.insert(key.to_owned(), gzip(document.to_string().as_bytes()));
    }

    pub(crate) fn shown(&self, key: &str) -> String {
        format!("{}/{key}", self.above)
    }

    pub(crate) fn write_to(&self, folder: &Path) {
        for (key, bytes) in &self.objects {
            let path = folder.join(key);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, bytes).unwrap();
            if let Some(metadata) = self.metadata.get(key) {
                let told = json!({"ContentLength": bytes.len(), "Metadata": {
                    "signature": metadata.signature, "signature-algorithm": "SHA256withRSA",
                    "backfill-generation-timestamp": metadata.backfill_generation_timestamp}});
                std::fs::write(format!("{}{SIDECAR}", path.display()), told.to_string()).unwrap();
            }
        }
    }
}

/// An archive that several stores may share.
#[derive(Clone)]
pub(crate) struct Memory(pub(crate) Arc<Archive>);

impl Store for Memory {
    fn list(&self, folder: &str) -> io::Result<Listed> {
        if self.0.locked.iter().any(|locked| locked == folder) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut listed = Listed::default();
        for key in self.0.objects.range(prefix.clone()..).map(|(key, _)| key).take_while(|key| key.starts_with(&prefix)) {
            let below = key.strip_prefix(&prefix).unwrap();
            match below.split_once('/') {
                Some((folder, _)) if listed.folders.last().map(String::as_str) != Some(folder) => listed.folders.push(folder.to_owned()),
                Some(_) => {}
                None => listed.objects.push(below.to_owned()),
            }
        }
        if listed == Listed::default() && !folder.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        listed.folders.dedup();
        Ok(listed)
    }

    fn get(&self, key: &str) -> io::Result<Option<Object>> {
        if self.0.locked.iter().any(|locked| locked == key) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let metadata = self.0.metadata.get(key).cloned();
        Ok(self.0.objects.get(key).map(|bytes| Object { body: Box::new(Cursor::new(bytes.clone())), metadata }))
    }

    fn above(&self) -> &str {
        &self.0.above
    }

    fn bucket(&self) -> Option<&str> {
        None
    }
}

/// How one trail delivers to one account and region.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) bucket: String,
    /// What stands before the account, such as `prefix/AWSLogs/o-abc`.
    pub(crate) head: String,
    /// The end of the first hour.
    pub(crate) first: DateTime<Utc>,
    /// One digest each: how many logs, and who signs.
    pub(crate) hours: Vec<(usize, usize)>,
    /// Before these hours the chain begins anew, after so many hours without any.
    pub(crate) restarts: BTreeMap<usize, i64>,
    /// From this hour on it is delivered to another bucket.
    pub(crate) rebucket: Option<(usize, String)>,
    /// Hours that have a backfill digest, too, which names logs of its own.
    pub(crate) backfills: Vec<usize>,
}

impl Trail {
    pub(crate) fn new(hours: &[(usize, usize)]) -> Self {
        Self {
            account: ACCOUNT.to_owned(),
            region: REGION.to_owned(),
            name: "my_trail-1".to_owned(),
            bucket: "trail-bucket".to_owned(),
            head: "AWSLogs".to_owned(),
            first: at("2026-01-27T20:01:31Z"),
            hours: hours.to_vec(),
            restarts: BTreeMap::new(),
            rebucket: None,
            backfills: Vec::new(),
        }
    }

    /// The bucket and end of each digest.
    fn ends(&self) -> Vec<(String, DateTime<Utc>)> {
        let mut end = self.first;
        let mut ends = Vec::new();
        for hour in 0..self.hours.len() {
            end += TimeDelta::hours(self.restarts.get(&hour).copied().unwrap_or_default());
            let bucket = self.rebucket.as_ref().filter(|(from, _)| *from <= hour).map_or(&self.bucket, |(_, bucket)| bucket);
            ends.push((bucket.clone(), end));
            end += TimeDelta::hours(1);
        }
        ends
    }

    fn log(&self, hour: usize, nth: usize, end: DateTime<Utc>, late: bool) -> (String, Vec<u8>) {
        let minute = (nth as i64 * 13) % 55 + 3;
        let time = end - TimeDelta::hours(1) + TimeDelta::minutes(minute);
        let random =
            format!("{}{}{hour:03}x{nth:03}", self.name.replace(|c: char| !c.is_ascii_alphanumeric(), ""), if late { "L" } else { "N" });
        let (account, region) = (&self.account, &self.region);
        let key = format!(
            "{}/{account}/CloudTrail/{region}/{}/{account}_CloudTrail_{region}_{}_{random}.json.gz",
            self.head,
            time.format("%Y/%m/%d"),
            time.format("%Y%m%dT%H%MZ"),
        );
        let record = json!({"eventVersion": "1.08", "eventTime": time.format("%Y-%m-%dT%H:%M:%SZ").to_string(), "eventID": format!("{random}-{account}-{region}"),
            "eventSource": "ec2.amazonaws.com", "eventName": "StopInstances", "awsRegion": region, "recipientAccountId": account, "readOnly": false,
            "userIdentity": {"type": "IAMUser", "userName": "alice"}, "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}});
        (key, json!({"Records": [record]}).to_string().into_bytes())
    }

    /// Delivers into an archive.
    pub(crate) fn deliver(&self, archive: &mut Archive) {
        let ends = self.ends();
        for backfill in [false, true] {
            let mut previous: Option<(String, String, String, String)> = None;
            for (hour, ((logs, signer), (bucket, end))) in self.hours.iter().zip(&ends).enumerate() {
                if backfill && !self.backfills.contains(&hour) {
                    continue;
                }
                let (account, region) = (&self.account, &self.region);
                if !backfill && self.restarts.contains_key(&hour) {
                    previous = None;
                }
                let logs: Vec<Value> = (0..if backfill { 1 } else { *logs })
                    .map(|nth| {
                        let (key, log) = self.log(hour, nth, *end, backfill);
                        archive.objects.insert(key.clone(), gzip(&log));
                        json!({"s3Bucket": bucket, "s3Object": key, "hashValue": sha256(&log), "hashAlgorithm": "SHA-256",
                            "newestEventTime": "2026-01-27T20:00:00Z", "oldestEventTime": "2026-01-27T20:00:00Z"})
                    })
                    .collect();
                let key = format!(
                    "{}/{account}/CloudTrail-Digest/{region}/{}/{account}_CloudTrail-Digest_{region}_{}_us-east-1_{}{}.json.gz",
                    self.head,
                    end.format("%Y/%m/%d"),
                    self.name,
                    end.format("%Y%m%dT%H%M%SZ"),
                    if backfill { "_backfill" } else { "" },
                );
                let time = |time: &DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
                let of = |n: usize| previous.as_ref().map(|(bucket, key, hash, signature)| [bucket, key, hash, signature][n].clone());
                let signer = &SIGNERS[*signer];
                let document = json!({
                    "awsAccountId": account, "digestStartTime": time(&(*end - TimeDelta::hours(1))), "digestEndTime": time(end),
                    "digestS3Bucket": bucket, "digestS3Object": key, "digestPublicKeyFingerprint": signer.fingerprint,
                    "digestSignatureAlgorithm": "SHA256withRSA", "newestEventTime": null, "oldestEventTime": null,
                    "previousDigestS3Bucket": of(0), "previousDigestS3Object": of(1), "previousDigestHashValue": of(2),
                    "previousDigestHashAlgorithm": previous.as_ref().map(|_| "SHA-256"), "previousDigestSignature": of(3), "logFiles": logs,
                })
                .to_string();
                let hash = sha256(document.as_bytes());
                let signed = of(3).unwrap_or_else(|| "null".to_owned());
                let signature = signer.sign(&format!("{}\n{bucket}/{key}\n{hash}\n{signed}", time(end)));
                archive.objects.insert(key.clone(), gzip(document.as_bytes()));
                let made = backfill.then(|| time(&(*end + TimeDelta::hours(5))));
                archive.metadata.insert(key.clone(), Metadata { signature: Some(signature.clone()), backfill_generation_timestamp: made });
                previous = Some((bucket.clone(), key, hash, signature));
            }
        }
    }
}

/// An archive of one trail as it stands in S3, seen from above the bucket's keys.
pub(crate) fn delivered(trails: &[Trail]) -> Archive {
    let mut archive = Archive { above: "/data/copy".to_owned(), ..Archive::default() };
    trails.iter().for_each(|trail| trail.deliver(&mut archive));
    archive
}
