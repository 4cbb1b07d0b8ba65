//! Archives as they were delivered: no alarm, and what is not proven is told apart.

use cloudtrail_mcp::posture::digest::{Keys, Outcome, Reason, Subject, Verdict};

use super::archive::{Archive, SIGNERS, Trail, at, delivered, gunzip};
use super::{Ask, findings, keys, verified};

fn hours(count: usize) -> Vec<(usize, usize)> {
    (0..count).map(|hour| (hour % 4, usize::from(hour >= count / 2))).collect()
}

/// Moves every key, as a copy from further down or to further below does.
fn rooted(archive: &Archive, strip: &str, above: &str) -> Archive {
    let key = |key: &String| key.strip_prefix(strip).unwrap_or(key).trim_start_matches('/').to_owned();
    Archive {
        objects: archive.objects.iter().map(|(k, v)| (key(k), v.clone())).collect(),
        metadata: archive.metadata.iter().map(|(k, v)| (key(k), v.clone())).collect(),
        above: above.to_owned(),
        locked: Vec::new(),
    }
}

#[test]
fn two_hundred_valid_archives_raise_no_alarm() {
    let mut checked = 0;
    for head in ["AWSLogs", "deep/er/AWSLogs", "AWSLogs/o-abc123", "pre/AWSLogs/o-abc123"] {
        for count in [1, 2, 3, 5, 9] {
            for shape in 0..5 {
                let mut trail = Trail { head: head.to_owned(), ..Trail::new(&hours(count)) };
                let mut more = Vec::new();
                match shape {
                    1 => trail.backfills = (0..count).step_by(2).collect(),
                    2 => trail.rebucket = Some((count / 2, "another-bucket".to_owned())),
                    3 => {
                        more.push(Trail { region: "eu-west-1".to_owned(), ..trail.clone() });
                        more.push(Trail { account: "444455556666".to_owned(), ..trail.clone() });
                        more.push(Trail { name: "second".to_owned(), ..trail.clone() });
                    }
                    4 => trail.hours.iter_mut().for_each(|(logs, _)| *logs = 0),
                    _ => {}
                }
                more.push(trail);
                let archive = delivered(&more);
                for (strip, above) in [("", "/data/copy"), (head, "/data/copy"), (head.split("AWSLogs").next().unwrap(), "/logs")] {
                    let above =
                        if strip == head { format!("{above}/AWSLogs{}", head.split_once("AWSLogs").unwrap().1) } else { above.to_owned() };
                    let archive = rooted(&archive, strip, &above);
                    let report = verified(&[&archive], Ask { keys: keys(count % 2 == 0), ..Ask::default() });
                    assert_eq!(findings(&report), [], "{head} {count} {shape} {strip}");
                    assert_eq!((report.outcome, report.error_count), (Outcome::Valid, 0), "{head} {count} {shape} {strip}");
                    assert_eq!(report.logs.valid as usize, archive.logs().len());
                    assert_eq!(report.digests.valid as usize, archive.digests().len());
                    let copied = archive.clone().copied();
                    let report = verified(&[&copied], Ask::default());
                    let open = [Reason::NoSignature, Reason::DigestUnverified];
                    let alarms: Vec<_> = findings(&report).into_iter().filter(|(_, _, reason, _)| !open.contains(reason)).collect();
                    assert_eq!((report.outcome, alarms), (Outcome::Incomplete, Vec::new()), "{head} {count} {shape} {strip}, copied");
                    checked += 2;
                }
            }
        }
    }
    assert!(checked >= 400, "{checked}");
}

#[test]
fn a_copy_without_metadata_is_valid_but_for_the_newest_digest_and_its_logs() {
    let archive = delivered(&[Trail::new(&[(2, 0), (3, 0), (2, 1)])]).copied();
    let report = verified(&[&archive], Ask::default());
    let newest = archive.digests().pop().unwrap();
    let found = findings(&report);
    assert_eq!(found.iter().filter(|found| found.1 == Subject::Digest).count(), 1, "{found:?}");
    assert!(found.contains(&(Verdict::Unverified, Subject::Digest, Reason::NoSignature, archive.shown(&newest))));
    assert_eq!((report.digests.valid, report.logs.valid, report.logs.unverified), (2, 5, 2));
    let before = verified(&[&archive], Ask { until: Some(at("2026-01-27T21:01:31Z")), ..Ask::default() });
    assert_eq!((before.outcome, before.digests.valid, before.logs.valid), (Outcome::Valid, 2, 5), "{before:?}");
}

#[test]
fn a_time_within_the_chain_needs_nothing_from_before_or_after_it() {
    let whole = delivered(&[Trail::new(&hours(9))]).copied();
    let (since, until) = (at("2026-01-27T23:01:31Z"), at("2026-01-28T02:01:31Z"));
    let ask = || Ask { since: Some(since), until: Some(until), ..Ask::default() };
    let report = verified(&[&whole], ask());
    assert_eq!((report.outcome, findings(&report)), (Outcome::Valid, Vec::new()));
    assert_eq!(report.digests.total(), 3);
    let mut part = whole.clone();
    part.objects.retain(|key, _| !key.contains("20260127T20") && !key.contains("20260127T19") && !key.contains("20260127T21"));
    let report = verified(&[&part], ask());
    assert_eq!((report.outcome, findings(&report)), (Outcome::Valid, Vec::new()));
    let missing: Vec<_> = findings(&verified(&[&part], Ask::default()))
        .into_iter()
        .filter(|it| (it.0, it.1) == (Verdict::Missing, Subject::Digest))
        .collect();
    assert!(matches!(missing.as_slice(), [(_, Subject::Digest, Reason::Absent, name)] if name.contains("20260127T210131Z")), "{missing:?}");
}

#[test]
fn a_time_that_reaches_beyond_the_chain_is_not_covered() {
    let archive = delivered(&[Trail::new(&hours(3))]);
    let report =
        verified(&[&archive], Ask { until: Some(at("2026-01-28T12:00:00Z")), since: Some(at("2026-01-27T12:00:00Z")), ..Ask::default() });
    let times: Vec<_> = findings(&report).into_iter().map(|(_, subject, reason, _)| (subject, reason)).collect();
    assert_eq!(times, [(Subject::Time, Reason::AfterNewest), (Subject::Time, Reason::BeforeOldest)]);
    assert_eq!(report.outcome, Outcome::Incomplete);
}

#[test]
fn a_chain_that_begins_anew_leaves_a_gap_that_is_told_and_is_no_tampering() {
    let mut trail = Trail::new(&hours(6));
    trail.restarts.insert(3, 5);
    let archive = delivered(&[trail]);
    let report = verified(&[&archive], Ask::default());
    let found = findings(&report);
    assert!(
        matches!(found.as_slice(), [(Verdict::NotCovered, Subject::Time, Reason::Gap, name)] if name.starts_with("2026-01-27T22:01:31Z to 2026-01-28T03:01:31Z")),
        "{found:?}"
    );
    assert_eq!(report.outcome, Outcome::Incomplete);
}

#[test]
fn logs_that_are_newer_than_the_newest_digest_are_not_yet_covered() {
    let trail = Trail::new(&hours(4));
    let mut archive = delivered(&[trail]);
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/27/111122223333_CloudTrail_us-east-1_20260127T2310Z_new.json.gz";
    archive.objects.insert(key.to_owned(), super::archive::gzip(b"{\"Records\":[]}"));
    let report = verified(&[&archive], Ask::default());
    assert_eq!(findings(&report), [(Verdict::NotCovered, Subject::Log, Reason::AfterNewest, archive.shown(key))]);
    assert_eq!(report.outcome, Outcome::Incomplete);
}

#[test]
fn without_keys_nothing_is_valid_and_nothing_is_invalid() {
    let archive = delivered(&[Trail::new(&hours(5))]);
    let report = verified(&[&archive], Ask { keys: Keys::default(), ..Ask::default() });
    assert_eq!((report.outcome, report.digests.valid, report.digests.unverified), (Outcome::Incomplete, 0, 5));
    assert!(findings(&report).iter().all(|found| found.0 == Verdict::Unverified), "{:?}", findings(&report));
    // The key of the newest proves the older ones, too: each holds the hash of the one before.
    let report = verified(&[&archive], Ask { keys: Keys::new(vec![SIGNERS[1].public()], None), ..Ask::default() });
    assert_eq!((report.outcome, report.digests.valid), (Outcome::Valid, 5));
    let report = verified(&[&archive], Ask { keys: Keys::new(vec![SIGNERS[2].public()], None), ..Ask::default() });
    assert!(findings(&report).iter().any(|found| found.2 == Reason::KeyNotPinned), "{:?}", findings(&report));
}

#[test]
fn a_chain_goes_on_in_the_copy_of_another_bucket() {
    let mut trail = Trail::new(&hours(6));
    trail.rebucket = Some((3, "another-bucket".to_owned()));
    let whole = delivered(&[trail]);
    let half = |first: bool| {
        let in_first = |key: &String| {
            ["T19", "T20", "T21"].iter().any(|hour| key.contains(&format!("20260127{hour}"))) || key.contains("20260127T220131Z")
        };
        let mut half = whole.clone();
        half.objects.retain(|key, _| in_first(key) == first);
        half.above = format!("/data/bucket-{first}");
        half
    };
    let report = verified(&[&half(true), &half(false)], Ask::default());
    assert_eq!((report.outcome, findings(&report)), (Outcome::Valid, Vec::new()));
}

#[test]
fn files_that_were_inflated_after_they_were_copied_are_still_proven() {
    let archive = delivered(&[Trail::new(&hours(4))]);
    let mut inflated = Archive { above: archive.above.clone(), ..Archive::default() };
    for (key, bytes) in &archive.objects {
        inflated.objects.insert(key.strip_suffix(".gz").unwrap().to_owned(), gunzip(bytes));
    }
    let report = verified(&[&inflated], Ask { until: Some(at("2026-01-27T22:01:31Z")), ..Ask::default() });
    assert_eq!((report.outcome, findings(&report)), (Outcome::Valid, Vec::new()));
    assert_eq!(report.digests.valid, 3);
}

#[test]
fn what_cannot_be_read_is_an_error_and_no_tampering() {
    let mut archive = delivered(&[Trail::new(&hours(5))]);
    let (log, digest) = (archive.logs()[0].clone(), archive.digests()[2].clone());
    archive.locked = vec![log.clone()];
    let report = verified(&[&archive], Ask::default());
    assert_eq!((report.outcome, report.error_count, findings(&report)), (Outcome::Incomplete, 1, Vec::new()));
    assert_eq!(report.errors[0].name, archive.shown(&log));
    archive.locked = vec![digest];
    let report = verified(&[&archive], Ask::default());
    assert_eq!((report.outcome, report.error_count), (Outcome::Incomplete, 1));
    assert!(findings(&report).iter().all(|found| found.0 == Verdict::Unverified), "{:?}", findings(&report));
}

#[test]
fn folders_that_cannot_be_listed_make_nothing_missing() {
    let mut archive = delivered(&[Trail::new(&hours(9))]);
    let region = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1";
    for locked in [
        format!("{region}/2026/01/27"),
        region.to_owned(),
        region.replace("-Digest", ""),
        "AWSLogs/111122223333/CloudTrail-Digest".to_owned(),
        "AWSLogs".to_owned(),
    ] {
        archive.locked = vec![locked.clone()];
        let report = verified(&[&archive], Ask::default());
        assert!(report.error_count > 0 && report.outcome != Outcome::Valid, "{locked}");
        let accused: Vec<_> = findings(&report).into_iter().filter(|it| matches!(it.0, Verdict::Invalid | Verdict::Missing)).collect();
        assert_eq!(accused, [], "{locked}");
    }
}

#[test]
fn what_there_was_no_time_for_is_told_and_nothing_is_missing() {
    let archive = delivered(&[Trail::new(&hours(9))]);
    let report = verified(&[&archive], Ask { deadline: Some(std::time::Instant::now()), ..Ask::default() });
    assert_eq!((report.outcome, report.digests.valid), (Outcome::Incomplete, 0));
    assert!(report.not_looked_at > 0, "{report:?}");
    assert!(findings(&report).iter().all(|it| !matches!(it.0, Verdict::Invalid | Verdict::Missing)), "{:?}", findings(&report));
}

#[test]
fn an_archive_without_digests_is_not_verified() {
    let mut archive = delivered(&[Trail::new(&hours(4))]);
    archive.objects.retain(|key, _| !key.contains("CloudTrail-Digest"));
    let report = verified(&[&archive], Ask::default());
    assert_eq!(report.outcome, Outcome::NothingRead);
    assert!(findings(&report).iter().all(|found| found.2 == Reason::NoDigests));
    assert_eq!(verified(&[&Archive::default()], Ask::default()).outcome, Outcome::NothingRead);
}

#[test]
fn what_an_answer_would_read_and_no_digest_can_name_is_told_wherever_it_lies_and_whatever_it_is_called() {
    let whole = delivered(&[Trail::new(&hours(3))]);
    let log = whole.logs()[0].clone();
    let (day, name) = log.rsplit_once('/').unwrap();
    let digests = day.replace("/CloudTrail/", "/CloudTrail-Digest/");
    for key in [
        "AWSLogs/evil.json.gz".to_owned(),
        "evil".to_owned(),
        ".git/evil".to_owned(),
        "AWSLogs/111122223333/evil.jsonl".to_owned(),
        "AWSLogs/111122223333/CloudTrail/.evil.json.gz".to_owned(),
        "AWSLogs/111122223333/CloudTrail/.hidden/evil.json.gz".to_owned(),
        format!("{day}/.{name}"),
        format!("{day}/.evil"),
        format!("{digests}/evil.metadata.json"),
        day.replace("/2026/01/27", "/2026/1/27/") + name,
        day.replace("/2026/01/27", "/+2020/01/01/") + name,
    ] {
        let mut archive = whole.clone();
        archive.objects.insert(key.clone(), archive.objects[&log].clone());
        let ask = Ask { since: Some(at("2026-01-27T20:01:31Z")), until: Some(at("2026-01-27T21:01:31Z")), ..Ask::default() };
        for ask in [Ask::default(), ask] {
            let report = verified(&[&archive], ask);
            let named: Vec<_> = findings(&report).into_iter().filter(|it| it.3 == archive.shown(&key)).collect();
            assert!(matches!(named.as_slice(), [(Verdict::NotCovered | Verdict::Invalid, ..)]), "{key} {:?}", findings(&report));
            assert_ne!(report.outcome, Outcome::Valid, "{key}");
        }
        // What only a desktop or a program leaves is nobody's log.
        for harmless in [b"\0\0\0\x01Bud1 {".to_vec(), b"x\x01 4".to_vec(), Vec::new()] {
            let mut archive = whole.clone();
            archive.objects.insert(format!("{day}/.DS_Store"), harmless.clone());
            archive.objects.insert(".git/objects/0a".to_owned(), harmless);
            assert_eq!(verified(&[&archive], Ask::default()).outcome, Outcome::Valid);
        }
    }
}

#[test]
fn a_log_that_is_named_as_of_a_whole_day_is_told_for_any_hour_of_it() {
    let mut archive = delivered(&[Trail::new(&hours(3))]);
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/27/111122223333_CloudTrail_us-east-1_20260127T2359Z_evil.json.gz";
    archive.objects.insert(key.to_owned(), super::archive::gzip(b"{\"Records\":[]}"));
    let ask = Ask { since: Some(at("2026-01-27T20:01:31Z")), until: Some(at("2026-01-27T21:01:31Z")), ..Ask::default() };
    let report = verified(&[&archive], ask);
    assert!(findings(&report).iter().any(|it| it.3 == archive.shown(key)), "{report:?}");
}

#[test]
fn what_could_not_be_read_is_counted_and_its_place_is_not_among_the_valid() {
    let eu = Trail { region: "eu-west-1".to_owned(), ..Trail::new(&hours(3)) };
    let mut archive = delivered(&[Trail::new(&hours(5)), eu]);
    archive.locked = vec![archive.digests().into_iter().filter(|key| key.contains("us-east-1/2026")).nth(1).unwrap()];
    let report = verified(&[&archive], Ask::default());
    assert_eq!((report.digests.valid, report.digests.unread, report.digests.total()), (7, 1, 8));
    archive.locked = vec![archive.logs().pop().unwrap()];
    let report = verified(&[&archive], Ask::default());
    assert_eq!((report.logs.unread, report.logs.total() as usize), (1, archive.logs().len()));
    let text = cloudtrail_mcp::posture::digest::text(&report);
    let valid = text.split("\nValid\n").nth(1).unwrap().split("\n\n").next().unwrap();
    assert!(valid.contains("eu-west-1") && !valid.contains("111122223333 us-east-1"), "{text}");
}
