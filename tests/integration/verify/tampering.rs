//! Thousands of tamperings of every kind, at every place: each is found, named for what it is, and nobody else is accused.

use cloudtrail_mcp::posture::digest::{Outcome, Reason, Report, Subject, Verdict};
use cloudtrail_mcp::time::Window;
use serde_json::{Value, json};

use super::archive::{Archive, SIGNERS, Trail, at, delivered, gunzip, gzip, sha256};
use super::{Ask, findings, keys, verified};

/// What has to be told of a tampering.
#[derive(Debug)]
struct Told {
    verdict: Verdict,
    subject: Subject,
    reasons: Vec<Reason>,
    /// The path where it lies, or the address of what is missing.
    name: String,
}

/// One tampering, and what has to be told of it.
struct Tampering {
    what: String,
    archive: Archive,
    /// The first is of the hour.
    told: Vec<Told>,
    /// The hour of the digest that is tampered with, or that names the log.
    hour: Window,
    /// May be told as well: what follows from it.
    besides: Vec<Reason>,
    /// Whether a copy, which has lost all metadata, shows it, too.
    shows_in_copies: bool,
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
    }
}

fn told(verdict: Verdict, subject: Subject, reasons: &[Reason], name: String) -> Told {
    Told { verdict, subject, reasons: reasons.to_vec(), name }
}

fn invalid(archive: &Archive, subject: Subject, reasons: &[Reason], key: &str) -> Told {
    told(Verdict::Invalid, subject, reasons, archive.shown(key))
}

fn missing(subject: Subject, key: &str) -> Told {
    told(Verdict::Missing, subject, &[Reason::Absent], format!("s3://trail-bucket/{key}"))
}

/// The hour of a digest.
fn hour(digest: &Value) -> Window {
    let time = |field: &str| at(digest[field].as_str().unwrap());
    Window::new(time("digestStartTime"), time("digestEndTime")).unwrap()
}

/// The hour of the digest that names a log.
fn hour_of_log(archive: &Archive, key: &str) -> Window {
    let names = |digest: &Value| digest["logFiles"].as_array().unwrap().iter().any(|log| log["s3Object"] == key);
    archive.digests().iter().map(|digest| archive.document(digest)).find(names).map(|digest| hour(&digest)).unwrap()
}

fn records(text: &str) -> Vec<u8> {
    json!({"Records": [{"eventName": text}]}).to_string().into_bytes()
}

/// All tamperings with one log.
fn with_log(whole: &Archive, key: &str, random: &mut Random, all: &mut Vec<Tampering>) {
    use Reason::{Altered, Damaged, Moved, TrailingBytes};
    let (bytes, hour) = (whole.objects[key].clone(), hour_of_log(whole, key));
    let mut add = |what: &str, archive: Archive, told: Vec<Told>| {
        all.push(Tampering { what: format!("{what}: {key}"), archive, told, hour, besides: Vec::new(), shows_in_copies: true });
    };
    let put = |bytes: Vec<u8>| {
        let mut archive = whole.clone();
        archive.objects.insert(key.to_owned(), bytes);
        archive
    };
    let mut told_log =
        |what: &str, bytes: Vec<u8>, reasons: &[Reason]| add(what, put(bytes), vec![invalid(whole, Subject::Log, reasons, key)]);
    let content = gunzip(&bytes);
    let mut flipped = content.clone();
    flipped[random.below(content.len())] ^= 1 << random.below(7);
    told_log("a bit of the content", gzip(&flipped), &[Altered]);
    told_log("a record more", gzip(&[content.as_slice(), b" "].concat()), &[Altered]);
    told_log("other content", gzip(&records("forged")), &[Altered]);
    told_log("no content", Vec::new(), &[Altered]);
    let mut broken = bytes.clone();
    let at = 10 + random.below(broken.len() - 10);
    broken[at] ^= 1 << random.below(8);
    told_log("a bit of the file", broken, &[Altered, Damaged, TrailingBytes]);
    told_log("cut", bytes[..random.below(bytes.len() - 3) + 2].to_vec(), &[Damaged, Altered]);
    told_log("a byte behind it", [bytes.as_slice(), &[random.below(256) as u8]].concat(), &[TrailingBytes]);
    told_log("a member behind it", [bytes.clone(), gzip(&records("forged"))].concat(), &[TrailingBytes]);
    let mut gone = whole.clone();
    gone.objects.remove(key);
    add("removed", gone.clone(), vec![missing(Subject::Log, key)]);
    let swapped: Vec<String> = whole.logs().into_iter().filter(|other| other != key).collect();
    let other = &swapped[random.below(swapped.len())];
    let mut archive = put(whole.objects[other].clone());
    archive.objects.insert(other.clone(), bytes.clone());
    add("swapped", archive, vec![invalid(whole, Subject::Log, &[Altered], key), invalid(whole, Subject::Log, &[Altered], other)]);
    let name = key.rsplit('/').next().unwrap();
    for (what, to) in [
        ("renamed", key.replace("N0", "M0").replace("L0", "M0")),
        ("to another day", key.replace("/2026/01/2", "/2026/02/2")),
        ("to another region", key.replace("/us-east-1/", "/eu-west-1/")),
        ("to another account", key.replace("/111122223333/", "/444455556666/")),
        ("out of the layout", format!("found/{name}")),
    ] {
        let mut archive = gone.clone();
        archive.objects.insert(to.clone(), bytes.clone());
        add(what, archive, vec![missing(Subject::Log, key), invalid(whole, Subject::Log, &[Moved], &to)]);
    }
}

/// All tamperings with one digest that a later one follows.
fn with_digest(whole: &Archive, key: &str, is_newest: bool, random: &mut Random, all: &mut Vec<Tampering>) {
    use Reason::{
        AfterNewest, Altered, Damaged, DigestInvalid, DigestMissing, Format, Moved, NoSignature, NotInChain, Signature, SignatureBeside,
        TrailingBytes, UnknownKey, Unlisted,
    };
    let bytes = whole.objects[key].clone();
    let document = whole.document(key);
    let hour = hour(&document);
    let besides = vec![DigestInvalid, DigestMissing, NoSignature, Reason::DigestUnverified];
    // Of the newest digest a copy has nothing that proves or disproves it.
    let mut push = |what: &str, archive: Archive, told: Vec<Told>, shows_in_copies: bool| {
        all.push(Tampering { what: format!("{what}: {key}"), archive, told, hour, besides: besides.clone(), shows_in_copies });
    };
    let mut add = |what: &str, archive: Archive, told: Vec<Told>| push(what, archive, told, !is_newest);
    let put = |bytes: Vec<u8>| {
        let mut archive = whole.clone();
        archive.objects.insert(key.to_owned(), bytes);
        archive
    };
    let reasons: &[Reason] = if is_newest { &[Signature] } else { &[Altered] };
    let mut edit = |what: &str, reasons: &[Reason], change: &dyn Fn(&mut Value)| {
        let mut edited = document.clone();
        change(&mut edited);
        assert_ne!(edited, document, "{what}");
        add(what, put(gzip(edited.to_string().as_bytes())), vec![invalid(whole, Subject::Digest, reasons, key)]);
    };
    let standard: Vec<String> = whole.digests().into_iter().filter(|key| !key.contains("backfill")).collect();
    let is_last_but_one = standard.iter().rev().nth(1).is_some_and(|last| last == key);
    let logs = document["logFiles"].as_array().unwrap().len();
    if logs > 0 {
        let nth = random.below(logs);
        edit("a log not named", reasons, &|it| _ = it["logFiles"].as_array_mut().unwrap().remove(nth));
        edit("another hash", reasons, &|it| it["logFiles"][nth]["hashValue"] = sha256(b"forged").into());
    }
    edit("a log named more", reasons, &|it| {
        let log = json!({"s3Bucket": "trail-bucket", "s3Object": "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/27/x.json.gz", "hashValue": "00"});
        it["logFiles"].as_array_mut().unwrap().push(log);
    });
    edit("another end", reasons, &|it| it["digestEndTime"] = "2026-01-27T12:00:00Z".into());
    edit("another start", reasons, &|it| it["digestStartTime"] = "2026-01-27T12:00:00Z".into());
    edit("another time", reasons, &|it| {
        it["digestStartTime"] = "2026-01-27T11:00:00Z".into();
        it["digestEndTime"] = "2026-01-27T12:00:00Z".into();
    });
    edit("another bucket", reasons, &|it| it["digestS3Bucket"] = "forged".into());
    edit("another key", &[Moved], &|it| it["digestS3Object"] = key.replace("/2026/01/", "/2026/02/").into());
    edit("no field", &[Format], &|it| _ = it.as_object_mut().unwrap().remove("digestEndTime"));
    edit("another algorithm", &[Reason::Algorithm], &|it| it["digestSignatureAlgorithm"] = "SHA1withRSA".into());
    if document["previousDigestSignature"].is_string() {
        edit("another hash before", reasons, &|it| it["previousDigestHashValue"] = sha256(b"forged").into());
        edit("another signature before", reasons, &|it| it["previousDigestSignature"] = "00ff".repeat(128).into());
        edit("another digest before", reasons, &|it| it["previousDigestS3Object"] = key.replace("20260127", "20260126").into());
        edit("none before", reasons, &|it| {
            for field in ["previousDigestHashValue", "previousDigestSignature", "previousDigestS3Object", "previousDigestS3Bucket"] {
                it[field] = Value::Null;
            }
        });
    }
    if !is_newest {
        let reasons = [reasons, &[UnknownKey]].concat();
        edit("another fingerprint", &reasons, &|it| it["digestPublicKeyFingerprint"] = SIGNERS[2].fingerprint.into());
    }
    for (what, bytes, reasons) in [
        ("blanks", gzip(&[gunzip(&bytes).as_slice(), b" "].concat()), reasons),
        ("a byte behind it", [bytes.as_slice(), b"x"].concat(), &[TrailingBytes]),
        ("cut", bytes[..bytes.len() / 2].to_vec(), &[Damaged]),
        ("empty", Vec::new(), &[Format]),
        ("no JSON", gzip(b"{{{"), &[Format]),
        ("a log in its place", whole.objects[&whole.logs()[0]].clone(), &[Format]),
    ] {
        add(what, put(bytes), vec![invalid(whole, Subject::Digest, reasons, key)]);
    }
    let others: Vec<String> =
        whole.digests().into_iter().filter(|other| other != key && other.contains("backfill") == key.contains("backfill")).collect();
    let other = &others[random.below(others.len())];
    add("another digest in its place", put(whole.objects[other].clone()), vec![invalid(whole, Subject::Digest, &[Moved], key)]);
    let mut gone = whole.clone();
    gone.objects.remove(key);
    gone.metadata.remove(key);
    if !is_newest {
        add("removed", gone.clone(), vec![missing(Subject::Digest, key)]);
        for (what, to) in [
            ("to another hour", key.replace("0131Z", "0231Z")),
            ("to another day", key.replace("/2026/01/2", "/2026/02/2")),
            ("to another region", key.replace("/us-east-1/", "/eu-west-1/")),
        ] {
            let mut archive = gone.clone();
            archive.objects.insert(to.clone(), bytes.clone());
            let told = vec![missing(Subject::Digest, key), invalid(whole, Subject::Digest, &[Moved], &to)];
            add(what, archive, told);
        }
    } else if logs > 0 && !key.contains("backfill") {
        let told = document["logFiles"]
            .as_array()
            .unwrap()
            .iter()
            .map(|log| told(Verdict::NotCovered, Subject::Log, &[AfterNewest], whole.shown(log["s3Object"].as_str().unwrap())));
        add("removed", gone, told.collect());
    }
    // Somebody else's signature, and one that is none.
    let signature = SIGNERS[2].sign("forged");
    for wrong in [signature.as_str(), "", "zz", &"00".repeat(256)] {
        let mut archive = whole.clone();
        archive.metadata.get_mut(key).unwrap().signature = Some(wrong.to_owned());
        let reason = if is_newest { Signature } else { SignatureBeside };
        push("the signature beside it", archive, vec![invalid(whole, Subject::Digest, &[reason], key)], false);
    }
    // A digest that nobody made, between this one and the next.
    if !is_newest && !key.contains("backfill") {
        let forged = key.replace("0131Z", "3131Z");
        let mut document = document.clone();
        document["digestS3Object"] = forged.as_str().into();
        document["digestPublicKeyFingerprint"] = SIGNERS[2].fingerprint.into();
        let mut archive = whole.clone();
        archive.put(&forged, &document);
        push("one between", archive, vec![invalid(whole, Subject::Digest, &[NotInChain, UnknownKey], &forged)], !is_last_but_one);
    }
    // A log that nobody delivered, in the middle of its hour.
    if !key.contains("backfill") {
        let end = document["digestEndTime"].as_str().unwrap().replace(['-', ':'], "");
        let forged = key.replace("CloudTrail-Digest", "CloudTrail");
        let forged = format!("{}/111122223333_CloudTrail_us-east-1_{}45Z_forged.json.gz", forged.rsplit_once('/').unwrap().0, before(&end));
        let mut archive = whole.clone();
        archive.objects.insert(forged.clone(), gzip(&records("forged")));
        // Near either end of the chain it may have been delivered before or after.
        if document["previousDigestSignature"].is_string() && !is_newest {
            push("a log added", archive, vec![invalid(whole, Subject::Log, &[Unlisted], &forged)], true);
        }
    }
}

/// Logs that are removed or added while another digest, which is forged, names them as its own.
fn hidden_by_another_digest(whole: &Archive, all: &mut Vec<Tampering>) {
    let digests: Vec<String> = whole.digests().into_iter().filter(|key| !key.contains("backfill")).collect();
    for pair in digests.windows(2) {
        let (of, forger) = (&pair[0], &pair[1]);
        for (of, forger) in [(of, forger), (forger, of)] {
            let (document, mut forged) = (whole.document(of), whole.document(forger));
            let Some(log) = document["logFiles"].as_array().unwrap().last().cloned() else { continue };
            let is_newest = [of, forger].contains(&digests.last().unwrap());
            let key = log["s3Object"].as_str().unwrap().to_owned();
            let mut push = |what: &str, archive: Archive, first: Told| {
                let told = vec![first, invalid(whole, Subject::Digest, &[Reason::Altered, Reason::Signature], forger)];
                let besides = vec![Reason::DigestInvalid, Reason::DigestUnverified];
                let what = format!("{what}: {key} by {forger}");
                all.push(Tampering { what, archive, told, hour: hour(&document), besides, shows_in_copies: !is_newest });
            };
            forged["logFiles"].as_array_mut().unwrap().push(log.clone());
            let mut archive = whole.clone();
            archive.objects.remove(&key);
            archive.put(forger, &forged);
            push("removed", archive, missing(Subject::Log, &key));
            let added = key.replace("N0", "F0");
            let minutes = key.split("T").nth(3).and_then(|rest| rest.get(2..4)?.parse::<u32>().ok()).unwrap();
            // Not so near to another hour that it may be of that.
            if document["previousDigestSignature"].is_string() && (10..40).contains(&minutes) {
                forged["logFiles"].as_array_mut().unwrap().last_mut().unwrap()["s3Object"] = added.as_str().into();
                let mut archive = whole.clone();
                let bytes = gzip(&records("forged"));
                forged["logFiles"].as_array_mut().unwrap().last_mut().unwrap()["hashValue"] = sha256(&records("forged")).into();
                archive.objects.insert(added.clone(), bytes);
                archive.put(forger, &forged);
                push("added", archive, invalid(whole, Subject::Log, &[Reason::Unlisted], &added));
            }
        }
    }
}

/// The hour before an end like `20260127T200131Z`, as `20260127T19`.
fn before(end: &str) -> String {
    let time = chrono::NaiveDateTime::parse_from_str(end, "%Y%m%dT%H%M%SZ").unwrap() - chrono::TimeDelta::hours(1);
    time.format("%Y%m%dT%H").to_string()
}

/// Everything from one digest on signed anew by somebody without CloudTrail's key.
fn signed_anew(whole: &Archive, all: &mut Vec<Tampering>) {
    let digests: Vec<String> = whole.digests().into_iter().filter(|key| !key.contains("backfill")).collect();
    for from in 0..digests.len() {
        let mut archive = whole.clone();
        let mut before: Option<(String, String)> = None;
        for key in &digests[from..] {
            let mut document = whole.document(key);
            document["digestPublicKeyFingerprint"] = SIGNERS[2].fingerprint.into();
            if let Some((hash, signature)) = &before {
                document["previousDigestHashValue"] = hash.as_str().into();
                document["previousDigestSignature"] = signature.as_str().into();
            }
            let hash = sha256(document.to_string().as_bytes());
            let previous = document["previousDigestSignature"].as_str().unwrap_or("null");
            let end = document["digestEndTime"].as_str().unwrap();
            let signature = SIGNERS[2].sign(&format!("{end}\ntrail-bucket/{key}\n{hash}\n{previous}"));
            archive.put(key, &document);
            archive.metadata.get_mut(key).unwrap().signature = Some(signature.clone());
            before = Some((hash, signature));
        }
        let told = digests[from..].iter().map(|key| invalid(whole, Subject::Digest, &[Reason::UnknownKey], key)).collect();
        all.push(Tampering {
            what: format!("signed anew from {from}"),
            archive,
            told,
            hour: hour(&whole.document(&digests[from])),
            besides: vec![Reason::DigestInvalid],
            shows_in_copies: false,
        });
    }
}

/// Asks for all that there is, and then for the hour alone, which has to tell no more than what is of it.
fn check(tampering: &Tampering, archive: &Archive, asks_aws: bool) {
    let Window { from, to } = tampering.hour;
    let ask = || Ask { keys: keys(asks_aws), ..Ask::default() };
    check_told(tampering, &verified(&[archive], ask()), &tampering.what, &tampering.told);
    let within = verified(&[archive], Ask { since: Some(from), until: Some(to), ..ask() });
    check_told(tampering, &within, &format!("{}, its hour alone", tampering.what), &tampering.told[..1]);
}

fn check_told(tampering: &Tampering, report: &Report, what: &str, expected: &[Told]) {
    let found = findings(report);
    assert_ne!(report.outcome, Outcome::Valid, "{what}");
    for told in expected {
        let is_told = found.iter().any(|(verdict, subject, reason, name)| {
            (*verdict, *subject) == (told.verdict, told.subject) && told.reasons.contains(reason) && *name == told.name
        });
        assert!(is_told, "{what}\n  should be told: {told:?}\n  is told: {found:#?}");
    }
    for (verdict, subject, reason, name) in &found {
        let is_named = tampering.told.iter().any(|told| told.name == *name);
        let accuses = matches!(verdict, Verdict::Invalid | Verdict::Missing);
        let follows = !accuses && (tampering.besides.contains(reason) || *subject == Subject::Time);
        assert!(is_named || follows, "{what}\n  is told without reason: {verdict:?} {subject:?} {reason:?} {name}");
    }
    assert_eq!(report.error_count, 0, "{what}");
}

#[test]
fn thousands_of_tamperings_are_found_named_right_and_blamed_on_nobody_else() {
    let mut random = Random(7);
    let mut count = 0;
    for (head, backfills) in [("AWSLogs", vec![]), ("pre/fix/AWSLogs/o-abc", vec![2, 4, 5])] {
        // Seven hours over midnight, two of them empty, the key changed in between.
        let hours = [(2, 0), (3, 0), (0, 0), (4, 0), (2, 1), (0, 1), (3, 1)];
        let mut trail = Trail { head: head.to_owned(), backfills, ..Trail::new(&hours) };
        trail.first = at("2026-01-27T21:01:31Z");
        let whole = delivered(&[trail]);
        let mut all = Vec::new();
        for key in whole.logs() {
            for _ in 0..2 {
                with_log(&whole, &key, &mut random, &mut all);
            }
        }
        let newest = |backfill: bool| whole.digests().into_iter().rfind(|key| key.contains("backfill") == backfill);
        for key in whole.digests() {
            let is_newest = [newest(false), newest(true)].contains(&Some(key.clone()));
            for _ in 0..2 {
                with_digest(&whole, &key, is_newest, &mut random, &mut all);
            }
        }
        hidden_by_another_digest(&whole, &mut all);
        for tampering in &all {
            check(tampering, &tampering.archive, count % 2 == 0);
            count += 1;
        }
        for tampering in all.iter_mut().filter(|tampering| tampering.shows_in_copies) {
            tampering.besides.extend([Reason::NoSignature, Reason::DigestUnverified]);
            tampering.what.push_str(", copied");
            check(tampering, &tampering.archive.clone().copied(), count % 2 == 0);
            count += 1;
        }
        let mut forged = Vec::new();
        if head == "AWSLogs" {
            signed_anew(&whole, &mut forged);
        }
        for tampering in &forged {
            check(tampering, &tampering.archive, true);
            count += 1;
        }
    }
    assert!(count >= 2_000, "{count}");
}
