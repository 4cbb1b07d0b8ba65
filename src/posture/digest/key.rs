//! Public keys that digests are signed with: pinned in a file, or asked of AWS.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::Value;

use crate::time::{Window, from_json};

/// How long after the end of a digest the key may come into use that it is signed with.
///
/// Source: aws/aws-cli 1.44.44, which asks for two hours more, as keys change between the end of a digest and its signing.
pub const ROTATION: TimeDelta = TimeDelta::hours(2);

/// A public key of CloudTrail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// By which digests name it; nothing where the file does not tell, as PEM does not.
    pub fingerprint: Option<String>,
    /// When it was in use, if that is told.
    pub validity: Option<Window>,
    /// PKCS #1 `RSAPublicKey`, DER.
    pub der: Vec<u8>,
}

impl PublicKey {
    /// Tells whether `signature` is this key's over `message`, by RSA PKCS #1 v1.5 with SHA-256.
    pub fn verifies(&self, message: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.der).verify(message.as_bytes(), signature).is_ok()
    }

    fn was_in_use(&self, during: Window) -> bool {
        self.validity.is_none_or(|validity| validity.meet(during).is_some())
    }
}

/// Where public keys are asked for, besides pinned ones.
pub trait KeySource: Send + Sync {
    /// Returns all keys of a region that were in use within the window. May block.
    ///
    /// Errors: one sentence; nothing is known then.
    fn keys(&self, region: &str, during: Window) -> Result<Vec<PublicKey>, String>;
}

/// The keys that digests are checked with.
#[derive(Default)]
pub struct Keys {
    pinned: Vec<PublicKey>,
    source: Option<Box<dyn KeySource>>,
}

/// What was told of the keys of a region and time, or why nothing was.
type Told = Result<Vec<PublicKey>, String>;

/// Where one answer stands once it is there.
type Slot = OnceLock<Told>;

/// What is known of the key that a digest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This one.
    Key(PublicKey),
    /// It may be one of these, whose fingerprints are not known.
    OneOf(Vec<PublicKey>),
    /// There are no keys at all to check with.
    NoKeys,
    /// Those that are pinned do not hold it.
    NotPinned,
    /// AWS says that it has none such of that time.
    Unknown,
    /// It is not known for which time AWS is to be asked.
    Untimely,
    /// AWS could not be asked.
    Unasked(String),
}

impl Keys {
    /// Makes a set of pinned keys, and of a place to ask where these do not hold one.
    pub fn new(pinned: Vec<PublicKey>, source: Option<Box<dyn KeySource>>) -> Self {
        Self { pinned, source }
    }
}

/// The keys of one verification, which asks for those of a region and time once: what was told may be otherwise the next time.
pub(super) struct KeyRing<'a> {
    keys: &'a Keys,
    asked: Mutex<HashMap<(String, Window), Arc<Slot>>>,
}

impl<'a> KeyRing<'a> {
    pub(super) fn new(keys: &'a Keys) -> Self {
        Self { keys, asked: Mutex::default() }
    }

    /// Returns the regions whose keys could not be asked for, and why.
    pub(super) fn failures(&self) -> Vec<(String, String)> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut failures: Vec<_> =
            asked.iter().filter_map(|((region, _), told)| Some((region.clone(), told.get()?.as_ref().err()?.clone()))).collect();
        failures.sort();
        failures.dedup();
        failures
    }

    /// Finds the key with a fingerprint that was in use within `during`; `asked` is the window to ask AWS for, the same for many digests.
    pub(super) fn find(&self, region: &str, fingerprint: &str, during: Window, asked: Window) -> Found {
        let named = |key: &&PublicKey| key.fingerprint.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(fingerprint));
        if let Some(key) = self.keys.pinned.iter().filter(named).find(|key| key.was_in_use(during)) {
            return Found::Key(key.clone());
        }
        let nameless: Vec<PublicKey> = self.keys.pinned.iter().filter(|key| key.fingerprint.is_none()).cloned().collect();
        if !nameless.is_empty() {
            return Found::OneOf(nameless);
        }
        let Some(source) = &self.keys.source else {
            return if self.keys.pinned.is_empty() { Found::NoKeys } else { Found::NotPinned };
        };
        let mut known = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let told = known.entry((region.to_owned(), asked)).or_default().clone();
        // Who asks for other keys does not wait for these.
        drop(known);
        match told.get_or_init(|| source.keys(region, asked)) {
            Ok(keys) => keys.iter().filter(named).find(|key| key.was_in_use(during)).cloned().map_or(Found::Unknown, Found::Key),
            Err(why) => Found::Unasked(why.clone()),
        }
    }
}

/// What `ListPublicKeys` answers.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "PublicKeyList")]
    keys: Vec<ListedKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedKey {
    value: String,
    fingerprint: String,
    validity_start_time: Option<Value>,
    validity_end_time: Option<Value>,
}

/// Reads a key file: JSON as `aws cloudtrail list-public-keys` prints it (several one after the other, too), PEM, or DER.
///
/// Errors: one sentence that says what is wrong with it.
pub fn parse(file: &[u8]) -> Result<Vec<PublicKey>, String> {
    let keys = match std::str::from_utf8(file).map(str::trim_start) {
        Ok(text) if text.starts_with('{') => listed(text)?,
        Ok(text) if text.contains("-----BEGIN ") => pem(text)?,
        _ => vec![bare(file)?],
    };
    if keys.is_empty() {
        return Err("it holds no key; `aws cloudtrail list-public-keys --start-time … --end-time …` prints the keys of a time".to_owned());
    }
    Ok(keys)
}

fn listed(text: &str) -> Result<Vec<PublicKey>, String> {
    let mut keys = Vec::new();
    for listed in serde_json::Deserializer::from_str(text).into_iter::<Listed>() {
        let listed = listed.map_err(|_| {
            "it is JSON, but not what `aws cloudtrail list-public-keys` prints: a PublicKeyList of Value and Fingerprint".to_owned()
        })?;
        for key in listed.keys {
            let der = STANDARD.decode(key.value.trim()).ok().and_then(|der| pkcs1(&der));
            let der =
                der.ok_or_else(|| format!("the Value of {} is no RSA public key in base64", super::layout::plain(&key.fingerprint)))?;
            let (from, to) = (key.validity_start_time.as_ref().and_then(from_json), key.validity_end_time.as_ref().and_then(from_json));
            let validity = from.zip(to).and_then(|(from, to)| Window::new(from, to));
            keys.push(PublicKey { fingerprint: Some(key.fingerprint), validity, der });
        }
    }
    Ok(keys)
}

fn pem(text: &str) -> Result<Vec<PublicKey>, String> {
    let mut keys = Vec::new();
    for block in text.split("-----BEGIN ").skip(1) {
        let (label, rest) = block.split_once("-----").ok_or("its PEM breaks off")?;
        if !label.ends_with("PUBLIC KEY") {
            return Err(format!("it holds a {} and no public key", super::layout::plain(label).replace('?', " ")));
        }
        let (body, _) = rest.split_once("-----END ").ok_or("its PEM breaks off")?;
        let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
        keys.push(bare(&STANDARD.decode(body).map_err(|_| "its PEM is not base64")?)?);
    }
    Ok(keys)
}

fn bare(der: &[u8]) -> Result<PublicKey, String> {
    let der = pkcs1(der).ok_or("it is neither JSON of list-public-keys, nor PEM, nor an RSA public key in DER")?;
    Ok(PublicKey { fingerprint: None, validity: None, der })
}

/// The tags of DER that a key is made of.
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;

/// Returns the PKCS #1 key of a DER key that may be wrapped as X.509 does.
fn pkcs1(der: &[u8]) -> Option<Vec<u8>> {
    let (SEQUENCE, inner, []) = element(der)? else { return None };
    match element(inner)? {
        (INTEGER, _, _) => Some(der.to_vec()),
        (SEQUENCE, _, rest) => {
            let (BITS, bits, _) = element(rest)? else { return None };
            pkcs1(bits.strip_prefix(&[0])?)
        }
        _ => None,
    }
}

/// Cuts one element of DER: its tag, its content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: aws/aws-cli, tests/unit/customizations/cloudtrail/test_validation.py, a real key of CloudTrail.
    const VALUE: &str = "MIIBCgKCAQEAn11L2YZ9h7onug2ILi1MWyHiMRsTQjfWE+pHVRLk1QjfWhirG+lpOa8NrwQ/r7Ah5bNL6HepznOU9XTDSfmmnP97mqyc7z/upfZdS/AHhYcGaz7n6Wc/RRBU6VmiPCrAUojuSk6/GjvA8iOPFsYDuBtviXarvuLPlrT9kAd4Lb+rFfR5peEgBEkhlzc5HuWO7S0y+KunqxX6jQBnXGMtxmPBPP0FylgWGNdFtks/4YSKcgqwH0YDcawP9GGGDAeCIqPWIXDLG1jOjRRzWfCmD0iJUkz8vTsn4hq/5ZxRFE7UBAUiVcGbdnDdvVfhF9C3dQiDq3k7adQIziLT0cShgQIDAQAB";

    #[test]
    fn keys_are_read_from_every_form_that_people_have() {
        let der = STANDARD.decode(VALUE).unwrap();
        let mut wrapped =
            vec![0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
        wrapped.extend([0x03, 0x82, 0x01, 0x0f, 0x00]);
        wrapped.extend(&der);
        let pem =
            |label: &str, der: &[u8]| format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der)).into_bytes();
        let json = |from: &str| {
            format!(
                r#"{{"PublicKeyList":[{{"Value":"{VALUE}","Fingerprint":"8eba5db5bea9b640d1c96a77256fe7f2","ValidityStartTime":{from},"ValidityEndTime":1441584000}}]}}"#
            )
        };
        for file in [der.clone(), wrapped.clone(), pem("RSA PUBLIC KEY", &der), pem("PUBLIC KEY", &wrapped)] {
            assert_eq!(parse(&file).unwrap(), [PublicKey { fingerprint: None, validity: None, der: der.clone() }]);
        }
        for from in ["1438992000.0", "\"2015-08-08T00:00:00+00:00\""] {
            let keys = parse(json(from).as_bytes()).unwrap();
            assert_eq!((keys.len(), &keys[0].der, keys[0].fingerprint.as_deref()), (1, &der, Some("8eba5db5bea9b640d1c96a77256fe7f2")));
            assert_eq!(keys[0].validity.map(|window| crate::time::rfc3339(window.from)).as_deref(), Some("2015-08-08T00:00:00Z"));
        }
        let twice = json("1") + &json("1");
        assert_eq!(parse(twice.as_bytes()).unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_key_file_says_what_it_is() {
        for (file, says) in [
            ("", "neither JSON"),
            ("{}", "not what `aws cloudtrail list-public-keys` prints"),
            (r#"{"PublicKeyList":[]}"#, "holds no key"),
            (r#"{"PublicKeyList":[{"Value":"aGVsbG8=","Fingerprint":"ab"}]}"#, "the Value of ab is no RSA public key"),
            ("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----", "it holds a CERTIFICATE"),
            ("-----BEGIN PUBLIC KEY-----\nAA==", "breaks off"),
            ("0\u{82}", "neither JSON"),
        ] {
            let told = parse(file.as_bytes()).unwrap_err();
            assert!(told.contains(says), "{file}: {told}");
        }
    }

    #[test]
    fn a_key_counts_only_for_the_time_that_it_was_in_use() {
        let window = |from: i64, to: i64| {
            Window::new(chrono::DateTime::from_timestamp(from, 0).unwrap(), chrono::DateTime::from_timestamp(to, 0).unwrap()).unwrap()
        };
        let key = PublicKey { fingerprint: Some("ab".into()), validity: Some(window(100, 200)), der: Vec::new() };
        let keys = Keys::new(vec![key.clone()], None);
        let find = |fingerprint, during| KeyRing::new(&keys).find("us-east-1", fingerprint, during, during);
        assert_eq!(find("AB", window(150, 160)), Found::Key(key));
        assert_eq!(find("ab", window(250, 260)), Found::NotPinned);
        assert_eq!(find("cd", window(150, 160)), Found::NotPinned);
        assert_eq!(KeyRing::new(&Keys::default()).find("us-east-1", "ab", window(1, 2), window(1, 2)), Found::NoKeys);
    }

    /// AWS, of which each request is answered by the next of these.
    struct Answers(Mutex<Vec<Told>>);

    impl KeySource for Arc<Answers> {
        fn keys(&self, _: &str, _: Window) -> Told {
            self.0.lock().unwrap().pop().unwrap()
        }
    }

    #[test]
    fn what_could_not_be_asked_for_is_asked_for_once_a_verification_and_again_in_the_next() {
        let time = |seconds| chrono::DateTime::from_timestamp(seconds, 0).unwrap();
        let during = Window::new(time(100), time(200)).unwrap();
        let key = PublicKey { fingerprint: Some("ab".into()), validity: None, der: Vec::new() };
        let aws = Arc::new(Answers(Mutex::new(vec![Ok(vec![key.clone()]), Err("down".to_owned())])));
        let keys = Keys::new(Vec::new(), Some(Box::new(aws)));
        let first = KeyRing::new(&keys);
        for _ in 0..3 {
            assert_eq!(first.find("us-east-1", "ab", during, during), Found::Unasked("down".to_owned()));
        }
        assert_eq!(first.failures(), [("us-east-1".to_owned(), "down".to_owned())]);
        assert_eq!(KeyRing::new(&keys).find("us-east-1", "ab", during, during), Found::Key(key));
    }
}
