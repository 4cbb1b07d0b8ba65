//! What stands in a digest, and what of it is signed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};

use super::content::{Hash, hex};
use super::report::Reason;
use crate::time::parse as parse_time;

/// The one algorithm that CloudTrail signs with.
const SIGNATURE_ALGORITHM: &str = "SHA256withRSA";
/// The one algorithm that CloudTrail hashes with.
const HASH_ALGORITHM: &str = "SHA-256";
/// What is signed in place of a signature before the first.
const NO_SIGNATURE: &str = "null";

/// A digest as it is written.
///
/// Source: AWS CloudTrail user guide, "CloudTrail digest file structure".
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    digest_start_time: String,
    digest_end_time: String,
    digest_s3_bucket: String,
    digest_s3_object: String,
    digest_public_key_fingerprint: String,
    digest_signature_algorithm: Option<String>,
    previous_digest_s3_bucket: Option<String>,
    previous_digest_s3_object: Option<String>,
    previous_digest_hash_value: Option<String>,
    previous_digest_hash_algorithm: Option<String>,
    #[serde(deserialize_with = "null_or_text")]
    previous_digest_signature: Option<String>,
    #[serde(default)]
    log_files: Option<Vec<WrittenLog>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenLog {
    s3_bucket: String,
    s3_object: String,
    hash_value: String,
    hash_algorithm: Option<String>,
}

/// Takes `null`, but not that there is nothing.
fn null_or_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)
}

/// A digest without its list of logs.
#[derive(Clone, Debug)]
pub(super) struct Digest {
    /// Of the bytes that it inflates to.
    pub(super) hash: Hash,
    pub(super) start: DateTime<Utc>,
    pub(super) end: DateTime<Utc>,
    /// The end as it is written, since that is signed.
    pub(super) end_text: String,
    /// Where it says that it was delivered.
    pub(super) bucket: String,
    pub(super) object: String,
    pub(super) fingerprint: String,
    /// The digest before it; nothing where a chain begins.
    pub(super) previous: Option<Previous>,
}

/// What a digest says of the one before it.
#[derive(Clone, Debug)]
pub(super) struct Previous {
    pub(super) bucket: String,
    pub(super) object: String,
    /// Hexadecimal.
    pub(super) hash: String,
    /// Hexadecimal.
    pub(super) signature: String,
}

/// A log that a digest names.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) bucket: String,
    pub(super) object: String,
    /// Hexadecimal.
    pub(super) hash: String,
}

impl Digest {
    /// Reads a digest.
    ///
    /// Errors: it is no digest, lacks a field, or is hashed or signed otherwise than CloudTrail does.
    pub(super) fn parse(bytes: &[u8], hash: Hash) -> Result<(Self, Vec<Named>), Reason> {
        let written: Written = serde_json::from_slice(bytes).map_err(|_| Reason::Format)?;
        if written.digest_signature_algorithm.as_deref().is_some_and(|algorithm| algorithm != SIGNATURE_ALGORITHM) {
            return Err(Reason::Algorithm);
        }
        let right = |algorithm: &Option<String>| algorithm.as_deref().is_none_or(|algorithm| algorithm == HASH_ALGORITHM);
        let logs = written.log_files.unwrap_or_default();
        if !right(&written.previous_digest_hash_algorithm) || !logs.iter().all(|log| right(&log.hash_algorithm)) {
            return Err(Reason::Algorithm);
        }
        let previous = match (written.previous_digest_s3_bucket, written.previous_digest_s3_object) {
            (Some(bucket), Some(object)) => Some(Previous {
                bucket,
                object,
                hash: written.previous_digest_hash_value.ok_or(Reason::Format)?.to_ascii_lowercase(),
                signature: written.previous_digest_signature.ok_or(Reason::Format)?,
            }),
            (None, None) if written.previous_digest_signature.is_none() => None,
            _ => return Err(Reason::Format),
        };
        let start = parse_time(&written.digest_start_time).ok_or(Reason::Format)?;
        let end = parse_time(&written.digest_end_time).ok_or(Reason::Format)?;
        let named = |log: WrittenLog| Named { bucket: log.s3_bucket, object: log.s3_object, hash: log.hash_value.to_ascii_lowercase() };
        let digest = Self {
            hash,
            start: start.min(end),
            end,
            end_text: written.digest_end_time,
            bucket: written.digest_s3_bucket,
            object: written.digest_s3_object,
            fingerprint: written.digest_public_key_fingerprint,
            previous,
        };
        Ok((digest, logs.into_iter().map(named).collect()))
    }

    /// Returns what CloudTrail signs.
    ///
    /// Source: AWS CloudTrail user guide, "Custom implementations of CloudTrail log file integrity validation"; `null` where
    /// there is no digest before, as the AWS CLI does.
    pub(super) fn string_to_sign(&self) -> String {
        let previous = self.previous.as_ref().map_or(NO_SIGNATURE, |previous| previous.signature.as_str());
        format!("{}\n{}/{}\n{}\n{previous}", self.end_text, self.bucket, self.object, hex(&self.hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posture::digest::content::{hash_of, unhash};

    /// Source: aws/aws-cli, tests/unit/customizations/cloudtrail/test_validation.py, the published case without a digest before.
    #[test]
    fn what_is_signed_without_a_digest_before_is_the_published_string() {
        let text = r#"{"digestStartTime":"2015-08-12T03:01:31Z","digestEndTime":"2015-08-12T04:01:31Z","digestS3Bucket":"b","digestS3Object":"c",
            "digestPublicKeyFingerprint":"f","previousDigestSignature":null}"#;
        let (mut digest, _) = Digest::parse(text.as_bytes(), hash_of(b"abc")).unwrap();
        digest.end_text = "a".to_owned();
        assert_eq!(digest.string_to_sign(), "a\nb/c\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\nnull");
    }

    /// Source: AWS CloudTrail user guide, "Custom implementations of CloudTrail log file integrity validation", step D.
    #[test]
    fn what_is_signed_with_a_digest_before_is_the_string_of_the_user_guide() {
        let signature = "6e8540b83c3ac86a0312d971a225361d28ed0af20d70c211a2d405e32abf529a8145c2966e3bb47362383a52441545ed091fb81";
        let object = "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2015/08/12/111122223333_us-east-2_CloudTrail-Digest_us-east-2_20150812T040131Z.json.gz";
        let hash = "4ff08d7c6ecd6eb313257e839645d20363ee3784a2328a7d76b99b53cc9bcacd";
        let text = serde_json::json!({
            "digestStartTime": "2015-08-12T03:01:31Z", "digestEndTime": "2015-08-12T04:01:31Z", "digestS3Bucket": "S3-bucket-name",
            "digestS3Object": object, "digestPublicKeyFingerprint": "f", "previousDigestS3Bucket": "S3-bucket-name",
            "previousDigestS3Object": "x", "previousDigestHashValue": "00", "previousDigestSignature": signature
        });
        let (digest, _) = Digest::parse(text.to_string().as_bytes(), unhash(hash).unwrap()).unwrap();
        assert_eq!(digest.string_to_sign(), format!("2015-08-12T04:01:31Z\nS3-bucket-name/{object}\n{hash}\n{signature}"));
    }

    #[test]
    fn a_digest_without_a_field_or_by_another_algorithm_is_none() {
        let whole = serde_json::json!({
            "digestStartTime": "2015-08-12T03:01:31Z", "digestEndTime": "2015-08-12T04:01:31Z", "digestS3Bucket": "b", "digestS3Object": "c",
            "digestPublicKeyFingerprint": "f", "previousDigestSignature": null, "logFiles": []
        });
        let read = |value: &serde_json::Value| Digest::parse(value.to_string().as_bytes(), [0; 32]).map(|_| ());
        assert_eq!(read(&whole), Ok(()));
        for field in [
            "digestStartTime",
            "digestEndTime",
            "digestS3Bucket",
            "digestS3Object",
            "digestPublicKeyFingerprint",
            "previousDigestSignature",
        ] {
            let mut less = whole.clone();
            less.as_object_mut().unwrap().remove(field);
            assert_eq!(read(&less), Err(Reason::Format), "{field}");
        }
        for (field, value) in [("digestSignatureAlgorithm", "SHA1withRSA"), ("previousDigestHashAlgorithm", "MD5")] {
            let mut other = whole.clone();
            other[field] = value.into();
            assert_eq!(read(&other), Err(Reason::Algorithm), "{field}");
        }
        assert_eq!(Digest::parse(b"{}", [0; 32]).map(|_| ()), Err(Reason::Format));
    }
}
