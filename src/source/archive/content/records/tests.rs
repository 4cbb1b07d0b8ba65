use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::Value;

use super::super::{Content, Scratch, read_by};
use crate::context::Incident;
use crate::coverage::FileFault;
use crate::investigate::plan::queries;
use crate::policy::{Available, Policy};
use crate::source::archive::PROFILE;
use crate::source::archive::listing::LogFile;
use crate::source::archive::scan::Seen;
use crate::source::archive::store::Bundled;
use crate::source::archive::wants::{Sought, Wants};
use crate::source::archive::watch::{Halt, Held, Pulse};
use crate::source::{Kind, Query};
use crate::time::{Window, parse};

/// A generator of numbers that look random (SplitMix64).
pub(in crate::source::archive) struct Dice(pub(in crate::source::archive) u64);

impl Dice {
    pub(in crate::source::archive) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[usize::try_from(self.roll(choices.len() as u64)).unwrap()]
    }
}

/// Parameters as calls have them, and what looks like members of records, ends of records, lists of them, and escapes.
const PARAMETERS: &[&str] = &[
    "null",
    r#"{"instanceId":"i-0123456789abcdef0"}"#,
    r#"{"filterSet":{"items":[{"name":"vpc-id"},{"name":"tag"}]}}"#,
    r#"{"mountPoints":{"readOnly":true},"x":{"a":{"b":{}}}}"#,
    r#"{"text":"},{","more":"]}","list":"[1]"}"#,
    r#"{"text":"}","other":"{"}"#,
    r#"{"eventID":"11111111-1111-1111-1111-111111111111","readOnly":true,"recipientAccountId":"111122223333"}"#,
    r#"{"a":"\"eventID\":\"x\",\"readOnly\":true}","b":"\\"}"#,
    r#"{"a":"\\\\\"},{\"eventVersion\":\"1.08\""}"#,
    r#"{"items":[{"x":1},{"eventVersion":"1.08","userIdentity":{},"eventTime":"2026-01-27T20:10:00Z","eventSource":"s","eventName":"GetX","awsRegion":"us-east-1","eventID":"e","readOnly":true,"recipientAccountId":"111122223333"},{"eventVersion":"1"}]}"#,
    r#"{"policy":"{\"Statement\":[{\"Effect\":\"Deny\",\"Action\":[\"s3:*\"]}]}"}"#,
    r#"{"\u0072eadOnly":true,"é":"ü\u00e9","n":-1.5e3,"t":[true,false,null]}"#,
    r#""null""#,
    r#"{"eventTime":"2020-01-01T00:00:00Z","awsRegion":"x"}"#,
];

const TIMES: &[&str] = &[
    r#""2026-01-27T20:10:00Z""#,
    r#""2026-01-27T20:59:59Z""#,
    r#""2026-01-27T21:00:00Z""#,
    r#""2026-01-26T20:10:00Z""#,
    r#""2026-01-27 20:10:00""#,
    r#""2026-01-27T20:10:00+00:00""#,
    r#""2026-13-27T20:10:00Z""#,
    r#""1970-01-27T20:10:00Z""#,
    r#""2026-01-27T20:10:60Z""#,
    "1769544600",
    "null",
];

const NAMES: &[&str] =
    &[r#""DescribeInstances""#, r#""StopInstances""#, r#""PolicyExecutionEvent""#, r#""null""#, r#""  Get""#, r#""Ge\u0074""#, "1"];
const REGIONS: &[&str] = &[r#""us-east-1""#, r#""eu-west-1""#, r#""US-East-1""#, r#""us east""#, r#""""#, "null"];
const ACCOUNTS: &[&str] = &[r#""111122223333""#, r#""444455556666""#, r#""""#, "111122223333", "null"];
const READ_ONLY: &[&str] = &["true", "false", r#""true""#, r#""false""#, "null", "1"];

/// The first choice as a rule, any other now and then.
fn mostly<'a>(dice: &mut Dice, usual: u64, choices: &[&'a str]) -> &'a str {
    if dice.one_in(12) { dice.of(choices) } else { choices[usize::try_from(dice.roll(usual)).unwrap()] }
}

/// The members of a record, as CloudTrail writes them or nearly so.
fn record(dice: &mut Dice, number: usize) -> String {
    let text = |key: &str, value: &str| (format!("\"{key}\""), value.to_owned());
    let id = format!("\"{number:08}-aaaa-bbbb-cccc-dddddddddddd\"");
    let mut members = vec![
        text("eventVersion", r#""1.08""#),
        text(
            "userIdentity",
            dice.of(&[
                r#"{"type":"IAMUser","userName":"alice"}"#,
                r#"{"type":"AssumedRole","a":{"b":"}\""}}"#,
                "null",
                r#"{"eventTime":"2026-01-27T20:10:00Z"}"#,
            ]),
        ),
        text("eventTime", mostly(dice, 4, TIMES)),
        text("eventSource", r#""ec2.amazonaws.com""#),
        text("eventName", mostly(dice, 2, NAMES)),
        text("awsRegion", mostly(dice, 2, REGIONS)),
        text("sourceIPAddress", r#""192.0.2.1""#),
        text("userAgent", dice.of(&[r#""aws-cli/2""#, r#""[S3Console/0.4]""#, r#""a \"quoted\" one""#])),
        text("requestParameters", dice.of(PARAMETERS)),
        text("responseElements", if dice.one_in(3) { dice.of(PARAMETERS) } else { "null" }),
        text("requestID", r#""r""#),
        text("eventID", &id),
        text("readOnly", mostly(dice, 2, READ_ONLY)),
        text("eventType", r#""AwsApiCall""#),
        text("managementEvent", dice.of(&["true", "false"])),
        text("recipientAccountId", mostly(dice, 2, ACCOUNTS)),
        text("eventCategory", dice.of(&[r#""Management""#, r#""Data""#])),
    ];
    if dice.one_in(4) {
        members.push(text("tlsDetails", r#"{"tlsVersion":"TLSv1.3","clientProvidedHostHeader":"ec2.us-east-1.amazonaws.com"}"#));
    }
    if dice.one_in(6) {
        members.insert(13, text("resources", r#"[{"ARN":"arn:aws:s3:::b","type":"AWS::S3::Bucket"},{"accountId":"1"}]"#));
    }
    if dice.one_in(20) {
        members.push(text("addendum", &format!(r#"{{"reason":"UPDATED_DATA","originalEventID":"{number:07}"}}"#)));
    }
    // Without a member, with one twice, one spelt by escapes, one in another case, or all in another order.
    let any = |dice: &mut Dice, members: &[(String, String)]| usize::try_from(dice.roll(members.len() as u64)).unwrap();
    if dice.one_in(10) {
        let at = any(dice, &members);
        members.remove(at);
    }
    if dice.one_in(16) {
        let (from, to) = (any(dice, &members), any(dice, &members));
        let copy = members[from].clone();
        members.insert(to, copy);
    }
    if dice.one_in(16) {
        members.insert(9, text("readOnly", dice.of(READ_ONLY)));
    }
    // A colon need not follow at once.
    if dice.one_in(8) {
        let at = any(dice, &members);
        members[at].0.push_str(dice.of(&[" ", "\t", "\n "]));
    }
    if dice.one_in(20) {
        let at = any(dice, &members);
        members[at].0 = members[at].0.replacen('e', "\\u0065", 1);
    }
    if dice.one_in(20) {
        let at = any(dice, &members);
        if !members[at].0.contains('\\') {
            members[at].0 = members[at].0.to_uppercase();
        }
    }
    if dice.one_in(12) {
        let (from, to) = (any(dice, &members), any(dice, &members));
        members.swap(from, to);
    }
    let (colon, comma) = if dice.one_in(12) { (" : ", " ,\n ") } else { (":", ",") };
    let members: Vec<String> = members.iter().map(|(key, value)| format!("{key}{colon}{value}")).collect();
    format!("{{{}}}", members.join(comma))
}

/// A file as CloudTrail writes it, or nearly so.
pub(in crate::source::archive) fn document(dice: &mut Dice, records: usize) -> String {
    let elements: Vec<String> = (0..records)
        .map(|number| match dice.roll(60) {
            0 => dice.of(&["null", "1", r#""text""#, "[]", "{}", r#"{"a":[{},{}]}"#]).to_owned(),
            _ => record(dice, number),
        })
        .collect();
    let comma = dice.of(&[",", ",", ",", ",", " , ", ",\n"]);
    let end =
        dice.of(&["]}", "]}", "]}", "]}", "]}", "]}\n", "] }", "],\"more\":{\"a\":1}}", "", "]", "]}{\"Records\":[]}", ",]}", "]}x", ",,"]);
    format!("{{\"Records\":[{}{end}", elements.join(comma))
}

/// What a reading gives: all that the rest of the source looks at.
type Given = (Content, Vec<FileFault>, BTreeMap<String, BTreeMap<String, Seen>>, Vec<(String, Value)>);

/// Packs without compressing, so that what is damaged in there stays where it is.
fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn given(short_cut: bool, bytes: &[u8], query: &Query) -> Given {
    let store = Bundled { name: "a.json", bytes: bytes.into() };
    let file = LogFile { store: 0, key: "a.json".into(), native: None, selected: true, stamp: None };
    let (halt, pulse, held) = (Arc::new(Halt::default()), Arc::new(Pulse::default()), Held::default());
    let sought = Sought::of(query);
    let mut wants = Wants::new(query, sought.as_ref(), (&halt, &held), &file);
    let (content, mut faults) = read_by(short_cut, &store, &file, (&halt, &pulse), (&mut wants, &mut Scratch::default()));
    faults.append(&mut wants.faults);
    let events = std::mem::take(&mut wants.events).into_iter().map(|event| (event.event_id.clone(), Value::clone(&event.record)));
    let events = events.collect();
    (content, faults, std::mem::take(&mut wants.pairs), events)
}

fn asked(kind: Kind) -> Query {
    let at = |text| parse(text).unwrap();
    let window = Window::new(at("2026-01-27T20:00:00Z"), at("2026-01-27T21:00:00Z")).unwrap();
    let incident = Incident::over(window);
    let scope = Policy::default().admit_event(&incident, None, &Available::only(&PROFILE), at("2100-01-01T00:00:00Z")).unwrap();
    queries(&scope, window, &kind, Duration::from_secs(60)).remove(0)
}

/// Holds both ways against each other.
fn both_ways_agree(dice: &mut Dice, records: usize) {
    let text = document(dice, records);
    let kind = match dice.roll(4) {
        0 => Kind::Everything,
        1 => Kind::EventId(format!("{:08}-aaaa-bbbb-cccc-dddddddddddd", dice.roll(records.max(1) as u64))),
        _ => Kind::Writes,
    };
    let query = asked(kind.clone());
    let bytes = packed(text.as_bytes());
    let (short, slow) = (given(true, &bytes, &query), given(false, &bytes, &query));
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<serde::de::IgnoredAny>();
    if values.all(|value| value.is_ok()) {
        assert_eq!(short, slow, "{kind:?}\n{text}");
    } else {
        // How far a broken text is read on depends on how much of it lies in memory: the short way never finds less.
        let ids = |given: &Given| given.3.iter().map(|(id, _)| id.clone()).collect::<BTreeSet<_>>();
        assert!(ids(&short).is_superset(&ids(&slow)), "{kind:?}\n{text}");
        assert_eq!((short.0, &short.1), (slow.0, &slow.1), "{kind:?}\n{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 400 }))]

    #[test]
    fn the_short_way_gives_what_the_slow_one_gives(seed: u64, records in 0_usize..24) {
        both_ways_agree(&mut Dice(seed), records);
    }

    #[test]
    fn damage_of_any_kind_is_told_by_both_ways(seed: u64, flips in prop::collection::vec((any::<u16>(), 1..=u8::MAX), 1..6)) {
        let text = document(&mut Dice(seed), 8).into_bytes();
        let query = asked(Kind::Writes);
        let damaged = |mut bytes: Vec<u8>, begin: usize| {
            for (at, flip) in &flips {
                let at = begin + usize::from(*at) % (text.len() - 5);
                bytes[at] ^= flip;
            }
            bytes
        };
        let plain = damaged(text.clone(), 0);
        prop_assert_eq!(given(true, &plain, &query), given(false, &plain, &query));
        // Behind the heads of gzip and of its first block; one flip may undo another.
        let gzip = damaged(packed(&text), 15);
        if gzip != packed(&text) {
            // What begins like no text is told as that, before its end is reached.
            let told = |fault: &FileFault| matches!(fault, FileFault::Compression | FileFault::Unknown);
            for short_cut in [true, false] {
                let faults = given(short_cut, &gzip, &query).1;
                prop_assert!(faults.iter().any(told), "{}: {:?}", short_cut, faults);
            }
        }
    }
}

/// `cargo test --lib a_million_records -- --ignored`
#[test]
#[ignore = "takes minutes"]
fn a_million_records_are_read_alike_both_ways() {
    let mut dice = Dice(20_260_127);
    let mut records = 0;
    while records < 1_000_000 {
        let many = usize::try_from(dice.roll(200)).unwrap();
        both_ways_agree(&mut dice, many);
        records += many;
    }
}

#[test]
fn records_as_cloudtrail_writes_them_are_dropped_unparsed() {
    let plain = |name: &str, read_only: bool, time: &str| {
        let record = r#"{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"alice"},"eventTime":"TIME","eventSource":"ec2.amazonaws.com","eventName":"NAME","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.1","userAgent":"aws-cli/2","requestParameters":{"a":{"b":"c"}},"responseElements":null,"requestID":"r","eventID":"00000001-aaaa-bbbb-cccc-dddddddddddd","readOnly":READ,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3"}}"#;
        record.replace("NAME", name).replace("READ", if read_only { "true" } else { "false" }).replace("TIME", time)
    };
    let recognised =
        |record: &str| super::recognise(format!("{record},{{").as_bytes(), 0).map(|found| (found.plain.name.to_owned(), found.end));
    let get = plain("GetX", true, "2026-01-27T20:10:00Z");
    assert_eq!(recognised(&get), Some(("GetX".to_owned(), get.len())));
    for same in [
        get.replace("{\"b\":\"c\"}", "[{\"eventVersion\":\"1\"},{}]"),
        get.replace("{\"b\":\"c\"}", "{\"readOnly\":true,\"eventID\":1}"),
        get.replace("aws-cli/2", "[S3Console/0.4]"),
    ] {
        assert_eq!(recognised(&same), Some(("GetX".to_owned(), same.len())), "{same}");
    }
    for other in [
        get.replace("\"eventVersion\":\"1.08\",", ""),
        get.replace("\"readOnly\":true", "\"readOnly\":\"true\""),
        get.replace("\"requestID\"", "\"\\u0065ventID\""),
        get.replace("\"eventType\":", "\"eventTime\":"),
        get.replace("\"requestID\":", "\"eventTime\" :"),
        get.replace("\"requestID\":", "\"readOnly\"\n:"),
    ] {
        assert_eq!(recognised(&other), None, "{other}");
    }
}
