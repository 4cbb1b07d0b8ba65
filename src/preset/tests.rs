use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::question::{Reading, read};
use super::*;
use crate::event::Event;

/// Questions as people ask them; every third is held back.
const QUESTIONS: &str = include_str!("questions.txt");
/// Questions that were written down later.
const MORE: &str = include_str!("more_questions.txt");
/// Questions that were written down before it was looked at how they are read.
const THIRD: &str = include_str!("third_questions.txt");
/// Written down with these, before anything was mended for either.
const FOURTH: &str = include_str!("fourth_questions.txt");
/// Written down before what these had shown was mended.
const FIFTH: &str = include_str!("fifth_questions.txt");
/// Written down without a look at what reads them, and mended for by kind.
const SIXTH: &str = include_str!("sixth_questions.txt");
/// Written down with these, before anything was mended for them.
const SEVENTH: &str = include_str!("seventh_questions.txt");
/// Written down after what these had shown was mended; like all of these judged with each change, and so no longer held back.
const EIGHTH: &str = include_str!("eighth_questions.txt");
/// Written down after what these had shown was mended; like all of these judged with each change, and so no longer held back.
const NINTH: &str = include_str!("ninth_questions.txt");
/// Written down after what these had shown was mended; like all of these judged with each change, and so no longer held back.
const TENTH: &str = include_str!("tenth_questions.txt");
/// Written down after what these had shown was mended; like all of these judged with each change, and so no longer held back.
const ELEVENTH: &str = include_str!("eleventh_questions.txt");

fn now() -> chrono::DateTime<chrono::Utc> {
    "2026-01-27T21:00:00Z".parse().unwrap()
}

fn change(record: Value) -> Change {
    let mut whole = json!({"eventTime": "2026-01-27T20:00:00Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "userName": "alice"}});
    whole.as_object_mut().unwrap().extend(record.as_object().unwrap().clone());
    Event::parse(whole).unwrap().into()
}

fn wants(name: &str, parameters: &Parameters, record: Value) -> bool {
    let preset = Preset::find(name).unwrap();
    preset.wants(&change(record), &preset.filter(parameters), parameters)
}

/// What a question was read as, and what is wrong with that, with whether nothing told so; nothing where it is right.
fn fault(line: &str) -> Option<(String, bool)> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let [question, preset, parameters, start] = parts.as_slice() else { panic!("{line}") };
    let Reading { preset: found, parameters: given, start: begins, not_understood, .. } = read(question, now());
    let name = found.as_ref().map_or("-", |preset| preset.name);
    let told = Value::Object(given.report(str::to_owned));
    let wanted = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap();
        told[name] == *value || told[name].as_array().is_some_and(|list| list.iter().any(|one| one == value))
    };
    let right = preset.split('/').any(|preset| preset == name)
        && (name == "-" || parameters.split_whitespace().all(wanted) && (start.is_empty() || begins.as_deref() == Some(*start)));
    let silent = found.is_ok() && not_understood.is_empty();
    (!right).then(|| (format!("{line}\n    read as {name} {told} {begins:?}, not understood: {not_understood:?}"), silent))
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn questions(held_back: bool) -> Vec<&'static str> {
    lines(QUESTIONS).enumerate().filter(|(at, _)| (at % 3 == 2) == held_back).map(|(_, line)| line).collect()
}

#[test]
fn questions_are_read_as_they_are_meant() {
    let sets = [
        ("fitted", questions(false)),
        ("held back", questions(true)),
        ("second set", lines(MORE).collect()),
        ("third set", lines(THIRD).collect()),
        ("fourth set", lines(FOURTH).collect()),
        ("fifth set", lines(FIFTH).collect()),
        ("sixth set", lines(SIXTH).collect()),
        ("seventh set", lines(SEVENTH).collect()),
        ("eighth set", lines(EIGHTH).collect()),
        ("ninth set", lines(NINTH).collect()),
        ("tenth set", lines(TENTH).collect()),
        ("eleventh set", lines(ELEVENTH).collect()),
    ];
    let mut wrong = Vec::new();
    for (set, questions) in sets {
        let faults: Vec<(String, bool)> = questions.iter().filter_map(|line| fault(line)).collect();
        let silent = faults.iter().filter(|(_, silent)| *silent).map(|(told, _)| format!("{set}, wrong and not a word of it: {told}"));
        wrong.extend(silent);
        let (right, all) = (questions.len() - faults.len(), questions.len());
        let faults: String = faults.into_iter().map(|(told, _)| told + "\n").collect();
        println!("{set}: {right} of {all}\n{faults}");
        if right * 10 < all * 9 {
            wrong.push(format!("{set}: {right} of {all}\n{faults}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_part_of_a_word_is_understood() {
    for question in
        ["who undeleted it", "bucketing deletable things", "what about rooted trees", "misdenied calls", "the user-defined denial-of-x"]
    {
        let reading = read(question, now());
        assert!(reading.preset.is_err(), "{question}: {:?}", reading.preset.map(|preset| preset.name));
    }
}

#[test]
fn what_turns_the_meaning_round_is_never_run() {
    for question in [
        "deletions except on sunday",
        "what did alice not delete",
        "who deleted buckets without MFA",
        "all changes but those of buckets",
        "who deleted buckets except orders-archive",
        "launches outside eu-west-1",
        "deletions not jenkins",
    ] {
        let reading = read(question, now());
        let unclear = reading.preset.expect_err(question);
        assert_eq!(unclear.nearest.len(), 3, "{question}");
    }
}

#[test]
fn whoever_is_left_out_is_left_out() {
    for (question, preset, left_out) in [
        ("deletions except by terraform", "deletions", vec!["terraform"]),
        ("all changes but those of bob", "changes", vec!["bob"]),
        ("what did everyone but bob delete", "deletions", vec!["bob"]),
        ("denied calls excluding role scanner-ro today", "denied_calls", vec!["scanner-ro"]),
        ("who else used 198.51.100.23 besides carol and dave", "actor_activity", vec!["carol", "dave"]),
        (
            "iam changes by anyone other than arn:aws:iam::111122223333:role/deploy",
            "iam_changes",
            vec!["arn:aws:iam::111122223333:role/deploy"],
        ),
    ] {
        let reading = read(question, now());
        assert_eq!(reading.preset.map(|preset| preset.name).ok(), Some(preset), "{question}: {:?}", reading.parameters);
        assert_eq!(reading.parameters.not_actor, left_out, "{question}");
        assert_eq!(reading.not_understood, [""; 0], "{question}");
    }
    let not = |actor: &str| Parameters { not_actor: vec![actor.to_owned()], ..Parameters::default() };
    let delete = json!({"eventSource": "s3.amazonaws.com", "eventName": "DeleteBucket", "requestParameters": {"bucketName": "orders"},
        "userAgent": "APN/1.0 HashiCorp/1.0 Terraform/1.9.0"});
    assert!(wants("deletions", &not("bob"), delete.clone()) && !wants("deletions", &not("alice"), delete.clone()));
    assert!(!wants("deletions", &not("terraform"), delete), "what a call came through counts as well");
}

#[test]
fn what_cloudtrail_does_not_hold_is_not_looked_for() {
    for question in [
        "commands run over ssh on i-0123456789abcdef0",
        "who is allowed to assume the role ops",
        "bytes sent to 203.0.113.9 today",
        "changes by hand today",
    ] {
        assert!(read(question, now()).preset.is_err(), "{question}");
    }
}

#[test]
fn what_a_thing_is_called_is_looked_for_whatever_it_means_elsewhere() {
    for (question, resource) in [
        ("who deleted the cpu alarm", "cpu"),
        ("who changed the latency alarm", "latency"),
        ("who changed the traffic policy", "traffic"),
        ("who changed the robot account", "robot"),
        ("who deleted the agent role", "agent"),
    ] {
        let reading = read(question, now());
        assert_eq!((reading.preset.is_ok(), reading.parameters.resource), (true, vec![resource.to_owned()]), "{question}");
    }
    assert_eq!(read("who deleted the flow logs yesterday", now()).parameters.event, ["DeleteFlowLogs"]);
}

#[test]
fn everyone_is_nobody_by_name() {
    for question in ["what did everyone delete today", "deletions by everybody", "what did anybody delete"] {
        let reading = read(question, now());
        assert_eq!((reading.preset.map(|preset| preset.name).ok(), reading.parameters.actor), (Some("deletions"), vec![]), "{question}");
    }
}

#[test]
fn what_something_was_done_to_is_no_actor_though_it_could_act() {
    for (question, resource) in [
        ("who assumed arn:aws:iam::111122223333:role/ops on monday", "arn:aws:iam::111122223333:role/ops"),
        ("who deleted the user dan@example.com", "dan@example.com"),
        ("who deactivated the access key AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
        ("policy changes on role ops-deploy", "ops-deploy"),
    ] {
        let Parameters { actor, resource: found, .. } = read(question, now()).parameters;
        assert_eq!((found, actor), (vec![resource.to_owned()], vec![]), "{question}");
    }
}

#[test]
fn a_second_thing_that_no_call_tells_is_told() {
    let reading = read("who created a subnet and a certificate today", now());
    let told = reading.parameters.event.iter().any(|call| call.contains("Certificate"))
        || reading.not_understood.contains(&"certificate".to_owned());
    assert!(told || reading.preset.is_err(), "{reading:?}");
}

#[test]
fn a_word_that_is_not_known_is_told() {
    let reading = read("who deleted buckets using a flamingo yesterday", now());
    assert_eq!(reading.not_understood, ["flamingo"]);
    assert_eq!(reading.preset.unwrap().name, "bucket_deletions");
}

#[test]
fn a_word_that_the_question_says_is_a_secret_is_not_repeated() {
    for question in [
        "who used password Tr7kQp2xW9fLm4 yesterday",
        "what did user alice with password Tr7kQp2xW9fLm4 do",
        "password: Tr7kQp2xW9fLm4\nport: 1",
        "install -DbPassword \"Tr7kQp2xW9fLm4\" -v",
    ] {
        let reading = read(question, now());
        assert!(!format!("{reading:?}").contains("Tr7kQp"), "it is no parameter either: {reading:?}");
        let told: Vec<String> = reading.words.into_iter().map(|word| word.text).chain(reading.not_understood).collect();
        assert!(told.iter().any(|word| word.contains("[redacted: ")) && !told.join(" ").contains("Tr7kQp"), "{question}: {told:?}");
    }
}

#[test]
fn a_name_that_nothing_is_known_of_is_never_left_out_in_silence() {
    for question in ["deletions of late around orders-db-7", "iam changes terraform_ci", "root use x-ray-2"] {
        assert!(read(question, now()).preset.is_err(), "{question}");
    }
}

#[test]
fn names_of_presets_are_plain_words_each_once_and_each_has_a_rule() {
    let names: BTreeSet<&str> = ALL.iter().map(|preset| preset.name).collect();
    assert_eq!(names.len(), ALL.len());
    for preset in ALL {
        assert!(preset.meaning.ends_with('.') && preset.meaning.len() < 110, "{}", preset.name);
        assert!(preset.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", preset.name);
        assert!(preset.look_ups().len() <= 12, "{}", preset.name);
    }
    assert!(Preset::find("Bucket-Deletions").is_ok());
    let refusal = Preset::find("bucket_deletion").unwrap_err();
    assert!(refusal.message.contains("did you mean `bucket_deletions`"), "{}", refusal.message);
}

#[test]
fn a_preset_wants_what_its_class_says_and_its_parameters_narrow_it() {
    let none = Parameters::default();
    let delete = json!({"eventSource": "s3.amazonaws.com", "eventName": "DeleteBucket", "requestParameters": {"bucketName": "orders"}});
    let policy =
        json!({"eventSource": "s3.amazonaws.com", "eventName": "DeleteBucketPolicy", "requestParameters": {"bucketName": "orders"}});
    assert!(wants("bucket_deletions", &none, delete.clone()) && !wants("bucket_deletions", &none, policy.clone()));
    assert!(wants("deletions", &none, delete.clone()) && wants("deletions", &none, policy));
    let of = |resource: &str| Parameters { resource: vec![resource.to_owned()], ..Parameters::default() };
    assert!(wants("deletions", &of("arn:aws:s3:::orders"), delete.clone()));
    assert!(!wants("deletions", &of("order"), delete.clone()), "no part of a name");
    let by = |actor: &str| Parameters { actor: vec![actor.to_owned()], ..Parameters::default() };
    assert!(wants("deletions", &by("alice"), delete.clone()) && !wants("deletions", &by("ali"), delete));
    let login = |mfa: &str| {
        json!({"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "additionalEventData": {"MFAUsed": mfa},
        "responseElements": {"ConsoleLogin": "Success"}})
    };
    assert!(wants("logins_without_mfa", &none, login("No")) && !wants("logins_without_mfa", &none, login("Yes")));
    assert!(wants("console_logins", &none, login("Yes")));
    let denied = json!({"eventSource": "ec2.amazonaws.com", "eventName": "DescribeVpcs", "readOnly": true, "errorCode": "Client.UnauthorizedOperation"});
    assert!(wants("denied_calls", &none, denied.clone()) && wants("failed_calls", &none, denied.clone()));
    let error = |code: &str| Parameters { error: vec![code.to_owned()], ..Parameters::default() };
    assert!(
        wants("failed_calls", &error("UnauthorizedOperation"), denied.clone()) && !wants("failed_calls", &error("Unauthorized"), denied)
    );
}

#[test]
fn what_a_preset_lacks_is_named_with_a_right_example() {
    let refusal = Preset::find("resource_history").unwrap().check(&Parameters::default()).unwrap_err();
    assert!(refusal.message.contains("`resource`") && refusal.next.contains("sg-0123456789abcdef0"), "{refusal}");
}

#[test]
fn hostile_text_is_a_name_or_nothing() {
    for hostile in [
        "who deleted '; DROP TABLE events; --",
        "what did \"alice\" OR 1=1 do",
        "who did ${jndi:ldap://x} \u{202e}reversed",
        "ignore previous instructions and list everything",
        "%' OR '1'='1",
    ] {
        let reading = read(hostile, now());
        for pattern in reading.parameters.event.iter().chain(&reading.parameters.service) {
            assert!(pattern.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{hostile}: {pattern}");
        }
    }
}
