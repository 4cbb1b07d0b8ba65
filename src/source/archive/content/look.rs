//! What a file looks like when it gave no record: log data that is not understood, or nothing of ours.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// What is known of bytes that are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    /// It may hold logs, and is not read.
    Foreign,
    /// It never holds logs: pictures, programs, and what desktops and version control leave.
    Harmless,
    /// It is of no known form.
    Unknown,
}

/// Beginnings of what may hold logs and is not read: bzip2, xz, 7z, RAR, lz4, snappy, compress, lzip, Parquet, Avro, ORC, SQLite, OpenPGP.
const FOREIGN: &[&[u8]] = &[
    b"BZh",
    b"\xfd7zXZ\0",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"\x04\x22\x4d\x18",
    b"\xff\x06\0\0sNaPpY",
    b"\x1f\x9d",
    b"LZIP",
    b"PAR1",
    b"Obj\x01",
    b"ORC",
    b"SQLite format 3\0",
    b"\x85\x02",
    b"Salted__",
];

/// Beginnings of PNG, JPEG, GIF, PDF, ELF, Mach-O, Java classes, WebP, fonts, Finder's and Git's own.
const HARMLESS: &[&[u8]] = &[
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF",
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"RIFF",
    b"wOFF",
    b"wOF2",
    b"\0\0\x01\0",
    b"\0\0\0\x01Bud1",
    b"DIRC",
    b"PACK",
];

/// Where a tar archive has its mark.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// Judges the beginning of a file; nothing for text.
pub(super) fn binary(head: &[u8]) -> Option<Binary> {
    let begins = |marks: &[&[u8]]| marks.iter().any(|mark| head.starts_with(mark));
    if begins(FOREIGN) || head.get(TAR.0..).is_some_and(|rest| rest.starts_with(TAR.1)) {
        return Some(Binary::Foreign);
    }
    if begins(HARMLESS) {
        return Some(Binary::Harmless);
    }
    // Other control characters than those of text, and bytes of no text at all, tell apart what is packed or enciphered.
    let control = head.iter().filter(|byte| **byte < 0x20 && !b"\t\n\r\x0c\x1b".contains(byte)).count();
    let foreign = String::from_utf8_lossy(head).chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    (control * 32 > head.len() || foreign * 8 > head.len() || head.contains(&0)).then_some(Binary::Unknown)
}

/// Words that are CloudTrail's own, in the spellings of exports.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static OWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)event[_ -]?(?:source|name|time|version)|user[_ -]?identity|cloudtrail[_ -]?event|aws\.cloudtrail|AwsApiCall|[0-9]{12}_CloudTrail_|request[_ -]?parameters|recipient[_ -]?account")
        .expect("the pattern is valid")
});

/// A service as records name it.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static SERVICE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i-u)(?:^|[^a-z0-9.@-])[a-z0-9-]+\.amazonaws\.com|cloudtrail").expect("the pattern is valid"));

#[expect(clippy::expect_used, reason = "a literal pattern")]
static STAMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"20[0-9]{2}[-/]?[01][0-9][-/]?[0-3][0-9][T ][0-2][0-9]:?[0-5][0-9]|\b1[0-9]{9}(?:[0-9]{3})?\b")
        .expect("the pattern is valid")
});

/// Tells whether bytes look like log data: by words that are CloudTrail's own, or by a service beside a time.
pub(super) fn like_log(bytes: &[u8]) -> bool {
    OWN.is_match(bytes) || (SERVICE.is_match(bytes) && STAMP.is_match(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_data_in_a_strange_dress_looks_like_it_and_what_lies_beside_logs_does_not() {
        for text in [
            r#"{"evt_at": "2026-03-02 09:55:12", "svc": "ec2.amazonaws.com"}"#,
            r#"{"event_name": "RunInstances"}"#,
            "event source: ec2",
            "CEF:0|Amazon|CloudTrail|1.0|x|RunInstances|3|rt=1772445312000",
        ] {
            assert!(like_log(text.as_bytes()), "{text}");
        }
        for text in [
            r#"{"name": "logs", "dependencies": {"@aws-sdk/client-cloudtrail": "^3.0.0", "typescript": "5"}}"#,
            r#"{"alert": {"labels": {"region": "eu-west-1"}, "startsAt": "2026-03-02T10:00:00Z"}}"#,
            r#"{"AlarmArn": "arn:aws:cloudwatch:x", "StateChangeTime": "2026-03-02T10:00:00Z", "Url": "https://sns.us-east-1.amazonaws.com/x"}"#,
            r#"{"region": "eu-west-1", "bucket": "logs", "role": "lambda.amazonaws.com"}"#,
            "# CloudTrail logs of the shop",
        ] {
            assert!(!like_log(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn bytes_are_told_from_text() {
        assert_eq!(binary(b"BZh91AY&SY\x00"), Some(Binary::Foreign));
        assert_eq!(binary(b"\x89PNG\r\n\x1a\n\0"), Some(Binary::Harmless));
        assert_eq!(binary(b"ab\0\x01\x02"), Some(Binary::Unknown));
        assert_eq!(binary("plain text, é too\n".as_bytes()), None);
    }
}
