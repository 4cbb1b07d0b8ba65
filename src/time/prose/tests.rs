use proptest::strategy::Strategy as _;

use super::*;

fn now() -> DateTime<Utc> {
    "2026-03-02T16:00:00Z".parse().unwrap()
}

/// What is told of the onset, in few characters.
fn told(text: &str) -> String {
    let shown = |time: DateTime<Utc>| time.format("%m-%d %H:%M:%S%.f").to_string();
    match in_prose(text, now()).onset {
        Onset::At(time) => shown(time),
        Onset::Within(day) => format!("{} to {}", shown(day.from), shown(day.to)),
        Onset::Several(_) => "several".into(),
        Onset::Future => "future".into(),
        Onset::Untold => "untold".into(),
    }
}

#[test]
fn one_instant_is_read_in_every_spelling() {
    for text in [
        "down since 2026-03-02T10:00:00Z",
        "down since 2026-03-02T10:00Z",
        "down since 2026-03-02T11:00:00+01:00",
        "down since 2026-03-02T11:00:00+0100",
        "down since 20260302T100000Z",
        "down since 2026-03-02 10:00",
        "down since 2026/03/02 10:00 UTC",
        "down since 2026-03-02 at 10:00",
        "down since 2026-03-02, 10:00:00",
        "down since 2026-03-02 11:00 CET",
        "down since 2026-03-02 05:00 EST",
        "down since 2026-03-02 05:00 America/New_York",
        "down since 2026-03-02 15:30 (IST)",
        "down since 2026-03-02 12:00 UTC+2",
        "down since 2026-03-02 12:00 GMT+02:00",
        "Started: 2026-03-02 10:00:00 +0000 UTC",
        "Started: 2026-03-02 11:00:00 +0100 CET",
        "Started: 2026-03-02 10:00:00 +0000 UTC m=+0.00",
        "Date: Mon, 02 Mar 2026 10:00:00 +0000",
        "Date: Mon, 2 Mar 2026 10:00:00 GMT",
        "at \"Monday 02 March, 2026 10:00:00 UTC\".",
        "Timestamp:   Monday 02 March, 2026 10:00:00 UTC",
        "Mon Mar  2 10:00:00 UTC 2026",
        "Mon Mar  2 11:00:00 CET 2026",
        "Mar  2 10:00:00 web-1 kernel: oom",
        "March 2, 2026, 10:00 AM UTC",
        "March 2nd 2026 - 10:00",
        "on 2 March at 10:00",
        "10:00 on 2 March",
        "10:00 UTC, 2 March 2026",
        "2-Mar-2026 10:00",
        "[02/Mar/2026:10:00:00 +0000] \"GET /\" 503",
        "02.03.2026 10:00",
        "02/03/2026 10:00",
        "3/2/2026 10:00 AM",
        "Mar 2, 2026 5:00 AM EST",
        "2026-03-02 10:00:00,000 ERROR pool exhausted",
        "since 10:00",
        "since 10:00 today",
        "since 10:00 UTC",
        "since 10:00Z",
        "11:00 CET",
        "CET 11:00 it broke",
        "it broke at 10am",
        "it broke at 10 a.m.",
        "it broke at 10:00 am",
        "it broke at 1000Z",
        "it broke this morning at 10:00",
        "seit 11 Uhr MEZ",
        "Monday 10:00",
        "6 hours ago",
        "6h ago",
        "5 hours and 60 minutes ago",
        "ts=1772445600",
        "<!date^1772445600^{date}|x> fired",
        "at 1772445600000 ms",
        "2026-03-02. Errors since 10:00.",
        "at 10:00 UTC (11:00 CET)",
        "Triggered: 2026-03-02 10:00 UTC, now it is 10:05",
        "sent 10:05, started 10:00",
        "Alarm started at 10:00, now 10:05",
        "fired at 10:00, resolved at 10:40",
        "10:00–10:40 UTC",
        "11:00-11:40 CET",
        "from 10:00 to 10:40",
        "deploy at 09:20, errors at 10:00",
        "deployment started at 09:20; errors began 10:00",
        "10:00 UTC: errors began, 10:20 scaled out by hand",
        "certificate expires 2026-12-01, down since 10:00",
        "https://grafana.example/d/1?from=2026-03-02T08:00:00Z&to=2026-03-02T09:00:00Z since 10:00",
        "{\"startsAt\": \"2026-03-02T10:00:00Z\", \"endsAt\": \"0001-01-01T00:00:00Z\", \"labels\": {",
        "policy version 2012-10-17, since 10:00",
        "10.0.0.1:9100 is down since 10:00",
        "tickets since 12:00 (10:00 UTC)",
        "tickets since eleven o'clock (10:00 UTC), all on one page",
        "#team  11:00 (CET)\nNothing works. Yesterday evening all was up.",
        "From: desk\nSubject: slow since 10:00\nWorked last night. Restarted, no change.",
        "started 10:00 UTC | severity high\n- last deploy Wednesday, rps flat",
        "down since about ten o'clock. It is not the code, last release was on Friday.",
        "errors since 10:00; the run of 06:00 was fine, the mail goes out at 17:30",
        "100 % loss. Half an hour ago I was on it\nFIRING since 10:00",
        "Date: Mon, 2 Mar 2026 16:00:00 GMT\nThree calls since 10:00",
    ] {
        assert_eq!(told(text), "03-02 10:00:00", "{text}");
    }
}

#[test]
fn a_time_without_a_date_is_the_latest_one_before_now() {
    for (text, expected) in [
        ("since 11:32", "03-02 11:32:00"),
        ("since 20:38 CET", "03-01 19:38:00"),
        ("at 9:15 pm", "03-02 15:45:00"),
        ("yesterday 14:00", "03-01 14:00:00"),
        ("14:00 yesterday", "03-01 14:00:00"),
        ("yesterday at 2pm PST", "03-01 22:00:00"),
        ("last night at 23:10", "03-01 23:10:00"),
        ("last night at 11:10", "03-01 23:10:00"),
        ("last night at 2:30", "03-02 02:30:00"),
        ("yesterday evening at 8:15", "03-01 20:15:00"),
        ("on Friday at 18:20", "02-27 18:20:00"),
        ("at noon", "03-02 12:00:00"),
        ("since midnight", "03-02 00:00:00"),
        ("20 minutes ago", "03-02 15:40:00"),
        ("half an hour ago", "03-02 15:30:00"),
        ("an hour ago", "03-02 15:00:00"),
        ("1h 20m ago", "03-02 14:40:00"),
        ("Started: 2026-03-02 10:00:00.123 +0000 UTC", "03-02 10:00:00.123"),
        ("since 00:30 CET", "03-01 23:30:00"),
        ("around half past two", "03-02 14:30:00"),
        ("it broke at about quarter to nine", "03-02 08:45:00"),
        ("since half past two in the morning", "03-02 02:30:00"),
        ("since 3 o'clock", "03-02 15:00:00"),
        ("down since ten past five", "03-02 05:10:00"),
        ("31 Dec 23:50", "untold"),
    ] {
        let expected = if text.starts_with("31 Dec") { "12-31 23:50:00" } else { expected };
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn a_vague_time_is_the_day() {
    for (text, expected) in [
        ("it broke yesterday", "03-01 00:00:00 to 03-02 00:00:00"),
        ("outage of 2026-02-27", "02-27 00:00:00 to 02-28 00:00:00"),
        ("outage on 27 February", "02-27 00:00:00 to 02-28 00:00:00"),
        ("broken since Friday", "02-27 00:00:00 to 02-28 00:00:00"),
        ("slow this morning", "03-02 00:00:00 to 03-02 12:00:00"),
        ("slow last night", "03-01 18:00:00 to 03-02 06:00:00"),
        ("2 days ago", "02-28 00:00:00 to 03-01 00:00:00"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_time_or_cannot_be_told_apart_is_not_guessed() {
    for (text, expected) in [
        ("", "untold"),
        ("why is checkout down", "untold"),
        ("10.0.0.1:9100 refuses, host web:8080, 12:345, 1:2:3:4", "untold"),
        ("arn:aws:sns:us-east-1:111122223333:t", "untold"),
        ("policy version 2012-10-17", "untold"),
        ("s3://logs/AWSLogs/2026/03/02/x.gz prod-2026-02-28", "untold"),
        ("5 may have failed, 500 errors, 1.2.26", "untold"),
        ("certificate expires 2026-12-01", "untold"),
        ("maintenance at 2026-12-01 10:00", "future"),
        ("resolved at 10:40", "untold"),
        ("10:00 this, 12:00 that", "several"),
        ("10:00 no bookings any more. The depots start loading at 18:30", "several"),
        ("111122223333 4111111111111111", "untold"),
        ("it broke, see above. 17:40 local time", "03-02 15:40:00"),
        ("third in a row, the one at 09:31 was green", "untold"),
        ("yesterday's run was green, today's is red", "03-02 00:00:00 to 03-03 00:00:00"),
        ("ran until 07:15\nTeams, 17:22: nothing opens any more", "03-02 15:22:00"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
    assert_eq!(in_prose("resolved at 10:40", now()).ended, "2026-03-02T10:40:00Z".parse().ok());
}

#[test]
fn a_date_in_a_path_of_data_is_no_onset() {
    assert_eq!(told("HIVE_BAD_DATA: partition 'dt=2026-02-18' declared column 'code' as type 'string'"), "untold");
    assert_eq!(told("started=2026-02-18, all orders fail"), "02-18 00:00:00 to 02-19 00:00:00");
}

#[test]
fn times_of_other_languages_are_read() {
    for (text, expected) in [
        ("Lager steht seit 10.20 Uhr UTC", "03-02 10:20:00"),
        ("Portal weg, gestern um 18:41 Uhr UTC", "03-01 18:41:00"),
        ("vor 25 Minuten ausgefallen", "03-02 15:35:00"),
        ("seit einer halben Stunde keine Antwort", "03-02 15:30:00"),
        ("panne depuis 10h20 UTC", "03-02 10:20:00"),
        ("en panne depuis 40 minutes", "03-02 15:20:00"),
        ("il y a 1h30 le site est tombé", "03-02 14:30:00"),
        ("falla desde las 10:20 UTC", "03-02 10:20:00"),
        ("sin red desde hace media hora", "03-02 15:30:00"),
        ("sem resposta há 20 minutos", "03-02 15:40:00"),
        ("fermo dalle 10.20 UTC", "03-02 10:20:00"),
        ("sinds 10:20 UTC ligt het plat", "03-02 10:20:00"),
        ("nie działa od 10:20 UTC", "03-02 10:20:00"),
        ("10:20 UTC'den beri kapalı", "03-02 10:20:00"),
        ("25 dakikadır kapalı", "03-02 15:35:00"),
        ("午後7時20分から応答なし", "03-02 10:20:00"),
        ("오후 7:20부터 접속 불가", "03-02 10:20:00"),
        ("2시간 10분 전에 멈춤", "03-02 13:50:00"),
        ("下午6点20分开始报错", "03-02 10:20:00"),
        ("已宕机 2小时13分钟", "03-02 13:47:00"),
        ("down at 10:20:00 on 2026.03.02", "03-02 10:20:00"),
        ("down 2h 13m", "03-02 13:47:00"),
        ("last seen 26 minutes ago", "03-02 15:34:00"),
        ("stuck for about 40 minutes", "03-02 15:20:00"),
        ("broken since Friday's release at 14:00 UTC", "02-27 14:00:00"),
        ("job 15:00Z ended NOTOK rc 255, the crew is called at 04:00", "03-02 15:00:00"),
        ("no lab results parsed for 45 min", "03-02 15:15:00"),
        ("no data in 45m", "03-02 15:15:00"),
        ("without any heartbeat for the last 2 hours", "03-02 14:00:00"),
        ("job 15:00Z finished with exit code 3", "03-02 15:00:00"),
        ("upload ended NOTOK 15:14 CET, cut-off 18:00", "03-02 14:14:00"),
        ("since 15:12 UTC; partition 'dt=2026-02-18' has another schema", "03-02 15:12:00"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn a_zone_is_told_by_the_others_by_the_script_or_by_now() {
    for (text, expected, guessed) in [
        ("Date: Mon, 2 Mar 2026 10:50:00 -0500\n\nIt broke at 10:20.", "03-02 15:20:00", false),
        ("Logged 17:10 CET. Dead since 16:40", "03-02 15:40:00", false),
        ("[17:31] Jo: scanners dead\n[17:40] Mo: since 17:22", "03-02 15:22:00", true),
        ("2026-03-02 21:15 it broke", "03-02 15:45:00", true),
        ("오후 7:20부터", "03-02 10:20:00", true),
        ("since 10:20", "03-02 10:20:00", false),
        ("[11:31] Jo: scanners dead\n[11:40] Mo: since 11:22", "03-02 15:22:00", true),
        ("[13:31] Jo: scanners dead\n[13:40] Mo: since 13:22", "03-02 13:22:00", false),
        ("[03:31] Jo: scanners dead\n[03:40] Mo: since 03:22", "03-02 03:22:00", false),
        ("[17:31] Jo: scanners dead\n[17:40] Mo: since 17:22, the carrier comes at 19:30", "03-02 15:22:00", true),
        ("[Desk] Jo, 17:22\nscanners dead, vans leave at 18:00. Ieri sera (19:15) andavano.", "several", true),
    ] {
        assert_eq!((told(text).as_str(), in_prose(text, now()).guessed_zone), (expected, guessed), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_and_nothing_begins_after_now(
        words in proptest::collection::vec(
            proptest::prop_oneof![
                "\\PC{0,12}",
                "[0-9]{1,4}[:.h時시点-][0-9]{0,4}",
                proptest::sample::select(vec![
                    "since", "seit", "부터", "から", "gestern", "昨夜", "hier soir", "há", "vor", "Uhr", "午後", "분", "分钟", "hours ago", "for",
                    "PST", "+14:00", "-0500", "2026-03-02", "3월 2일", "2 de marzo", "9999", "weeks", "\n", "[", "?", "midnight", "下午",
                ]).prop_map(str::to_owned),
            ],
            0..14,
        ),
        gap in proptest::sample::select(vec!["", " "]),
    ) {
        let told = in_prose(&words.join(gap), now());
        if let Onset::At(time) = told.onset {
            proptest::prop_assert!(time <= now() + TimeDelta::minutes(10));
        }
    }
}
