//! When an alert began, in the forms of many senders.

use super::*;

/// Asks with the clock of the spellings below.
fn told(investigation: Value) -> Option<DateTime<Utc>> {
    let asked = Asked { investigation: Some(investigation), ..Asked::default() };
    discover(&asked, &Defaults::default(), now()).unwrap().alert.map(|alert| alert.started_at)
}

#[test]
fn the_start_is_found_in_every_form_of_api_and_webhook() {
    let start = at("2026-01-27T20:04:10Z");
    for payload in [
        json!({"alerts": [{"id": "A1", "type": "alert", "summary": "db", "created_at": "2026-01-27T20:04:10Z", "status": "triggered"}], "limit": 25}),
        json!({"incidents": [{"id": "Q", "title": "db", "created_at": "2026-01-27T20:04:10Z", "updated_at": "2026-01-27T20:30:00Z", "status": "acknowledged", "service": {"summary": "web", "created_at": "2020-01-01T00:00:00Z"}}]}),
        json!({"alert": {"id": "A1", "summary": "db", "created_at": "2026-01-27T20:04:10Z", "status": "triggered"}}),
        json!({"data": {"id": "1", "tinyId": "1", "message": "db", "createdAt": "2026-01-27T20:04:10.000Z", "updatedAt": "2026-01-27T20:44:10.000Z"}, "took": 0.1}),
        json!({"data": [{"id": "1", "message": "db", "createdAt": "2026-01-27T20:04:10.000Z"}]}),
        json!({"values": [{"id": "1", "message": "db", "createdAt": "2026-01-27T20:04:10.000Z", "status": "open"}]}),
        json!({"version": "3", "status": "firing", "receiver": "x", "alert": [{"labels": {"alertname": "Db"}, "startsAt": "2026-01-27T23:04:10+03:00"}]}),
        json!({"alert_group": {"id": "I1", "title": "db", "created_at": "2026-01-27T20:04:40Z"}, "alert_payload": {"startsAt": "2026-01-27T20:04:10Z"}}),
        json!({"issueUrl": "https://one.example", "title": "db", "createdAt": 1_769_544_250_000_i64, "updatedAt": 1_769_544_900_000_i64, "closedAt": null, "state": "ACTIVATED"}),
        json!({"ProblemID": "P-1", "State": "OPEN", "ProblemDetailsJSON": "{\"startTime\": 1769544250000, \"endTime\": -1, \"title\": \"db\"}"}),
        json!({"problems": [{"problemId": "1", "title": "db", "startTime": 1_769_544_250_000_i64, "endTime": -1, "status": "OPEN"}]}),
        json!({"heartbeat": {"status": 0, "time": "2026-01-27 20:04:10.000", "localDateTime": "2026-01-27 21:04:10", "timezoneOffset": "+01:00"}, "monitor": {"name": "db"}, "msg": "down"}),
        json!({"heartbeat": {"status": 0, "localDateTime": "2026-01-27 21:04:10", "timezoneOffset": "+01:00"}}),
        json!({"event": {"type": "incident.created"}, "data": {"title": "db", "started_at": "2026-01-27T12:04:10.000-08:00", "created_at": "2026-01-27T12:05:00.000-08:00"}}),
        json!({"event_type": "public_incident.incident_created_v2", "public_incident.incident_created_v2": {"name": "db", "created_at": "2026-01-27T20:04:10Z"}}),
        json!({"name": "db", "status": "firing", "lastReceived": "2026-01-27T20:20:00Z", "firingStartTime": "2026-01-27T20:04:10Z"}),
        json!({"event_id": "1", "event_date": "2026.01.27", "event_time": "20:04:10", "trigger_name": "db"}),
        json!({"event": "slow", "when": 1_769_544_250}),
        json!({"title": "db", "triggered_at": "1769544250"}),
        json!({"title": "db", "triggeredAt": "Tue, 27 Jan 2026 20:04:10 GMT"}),
        json!({"title": "db", "opened_at": "2026-01-27 20:04:10"}),
        json!({"title": "db", "time": "Tuesday 27 January, 2026 20:04:10 UTC"}),
        json!({"fields": {"summary": "db", "created": "2026-01-27T20:04:10.000+0000", "updated": "2026-01-27T20:20:10.000+0000"}}),
        json!({"detail-type": "GuardDuty Finding", "source": "aws.guardduty", "time": "2026-01-27T20:20:00Z", "detail": {"service": {"eventFirstSeen": "2026-01-27T20:04:10Z", "eventLastSeen": "2026-01-27T20:14:10Z"}}}),
        json!({"Findings": [{"Title": "db", "FirstObservedAt": "2026-01-27T20:04:10Z", "CreatedAt": "2026-01-27T20:05:10Z", "UpdatedAt": "2026-01-27T20:25:10Z"}]}),
        json!({"AlarmName": "all", "NewStateValue": "ALARM", "StateChangeTime": "2026-01-27T20:10:00.000+0000", "AlarmRule": "ALARM(db)", "TriggeringChildren": [{"Arn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:db", "State": {"Value": "ALARM", "Timestamp": "2026-01-27T20:04:10.000+0000"}}]}),
        json!({"CompositeAlarms": [{"AlarmName": "all", "StateValue": "ALARM", "StateTransitionedTimestamp": "2026-01-27T20:04:10+00:00"}]}),
        json!({"kind": "Down", "alertDateTime": "1769544250"}),
        json!({"kind": "Up", "alertDuration": 600, "alertDateTime": 1_769_544_850}),
        json!({"number": "7", "opened_at": "2026-01-27 20:22:00", "u_outage_start": "2026-01-27 20:04:10"}),
        json!({"created": "2026-01-27T20:50:00Z", "body": "All failures began at 20:04:10 UTC."}),
        json!({"event": {"created": "01/27/2026 14:04:10", "timezone": "US/Central"}}),
        json!({"text": "db down since 2026-01-27T20:04:10Z"}),
        json!({"attachments": [{"title": "[FIRING:1] Db", "text": "Started: 2026-01-27 20:04:10 +0000 UTC"}]}),
        json!({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*Db* since <!date^1769544250^{time}|x>"}}]}),
        json!({"subject": "ALARM: db", "body": "at \"Tuesday 27 January, 2026 20:04:10 UTC\"."}),
        json!("[FIRING:1] Db (orders-db eu-west-1) since 20:04:10 UTC"),
        json!("Incident: {\"name\": \"Db\", \"startsAt\": \"2026-01-27T20:04:10Z\"} please look"),
        json!("{\"name\":\"a\",\"startsAt\":\"2026-01-27T20:04:10Z\"}\n{\"name\":\"b\",\"startsAt\":\"2026-01-27T20:04:20Z\"}"),
        json!("Zeit: 21:04:10 CET, orders-db antwortet nicht"),
    ] {
        assert_eq!(told(payload.clone()), Some(start), "{payload}");
    }
}

/// A generator of small numbers from a seed.
struct Dice(u64);

impl Dice {
    fn of<T: Clone>(&mut self, sides: &[T]) -> T {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        sides.get(usize::try_from(self.0 >> 33).unwrap() % sides.len()).unwrap().clone()
    }
}

/// 2,000 alerts: form, wrapper, spelling of the time and of the region change; the start is found, or that none was found is said.
#[test]
fn the_start_is_found_or_that_none_was_found_is_said() {
    let mut dice = Dice(7);
    let (mut found, mut total) = (0, 0);
    for _ in 0..2_000 {
        let start = now() - TimeDelta::minutes(dice.of(&[3, 25, 61, 240, 1_000, 2_500]));
        let spelling = dice.of(&[
            "%Y-%m-%dT%H:%M:%SZ",
            "%Y-%m-%dT%H:%M:%S%.3fZ",
            "%Y-%m-%dT%H:%M:%S+00:00",
            "%Y-%m-%d %H:%M",
            "%Y/%m/%d %H:%M UTC",
            "%a, %d %b %Y %H:%M:%S +0000",
            "%a, %d %b %Y %H:%M:%S GMT",
            "%Y-%m-%d %H:%M:%S.123 +0000 UTC",
            "%A %d %B, %Y %H:%M:%S UTC",
            "%s",
            "%s000",
            "%d %b %Y %H:%M",
            "%B %d, %Y %I:%M %p UTC",
            "%a %b %e %H:%M:%S UTC %Y",
            "%d.%m.%Y %H:%M",
            "a while back",
            "",
            "%Y%m%dT%H%M%SZ",
            "%H:%M on %d %B",
        ]);
        let time = start.format(spelling).to_string();
        let region = dice.of(&["eu-west-1", "EU (Ireland)", "eu-west-1a", ""]);
        let key = dice.of(&[
            "startsAt",
            "created_at",
            "createdAt",
            "started_at",
            "triggered_at",
            "activeAt",
            "timestamp",
            "openedAt",
            "firstSeen",
        ]);
        let alert = match dice.of(&[0, 1, 2, 3, 4, 5, 6]) {
            0 => json!({"alert": {"name": "Db", "labels": {"region": region}, key: time}}),
            1 => json!({"alerts": [{"summary": "db", key: time, "status": "triggered", "region": region}]}),
            2 => json!({"data": {"message": "db", key: time, "updatedAt": "2026-01-27T20:59:00Z", "details": {"region": region}}}),
            3 => json!({"text": format!("Db is down in {region}\nStarted: {time}")}),
            4 => json!(format!("[FIRING:1] Db ({region}) since {time}")),
            5 => json!({"AlarmName": "db", "NewStateValue": "ALARM", "StateChangeTime": time, "Region": region}),
            _ => json!({"problem": {"title": "db", "impact": {key: time}}, "region": region}),
        };
        let payload = match dice.of(&[0, 1, 2, 3, 4, 5]) {
            0 => alert.clone(),
            1 => json!(alert.to_string()),
            2 => json!({"Messages": [{"MessageId": "m", "Body": alert.to_string()}]}),
            3 => json!({"Records": [{"eventSource": "aws:sqs", "body": alert.to_string()}]}),
            4 => json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Type": "Notification", "Message": alert.to_string()}}]}),
            _ => json!({"headers": {}, "body": alert.to_string()}),
        };
        let asked = Asked { investigation: Some(payload.clone()), ..Asked::default() };
        let incident = discover(&asked, &Defaults::default(), now()).unwrap();
        total += 1;
        match incident.alert {
            Some(alert) => {
                found += 1;
                let off = (alert.started_at - start).num_seconds().abs();
                let updated = alert.started_at == at("2026-01-27T20:59:00Z") && (time.is_empty() || spelling.starts_with("a while"));
                assert!(off < 60 || updated, "{payload} gave {} instead of {start}", alert.started_at);
            }
            None => assert!(incident.window_basis.lacks.is_some(), "{payload}"),
        }
    }
    assert!(found * 100 >= total * 85, "{found} of {total}");
}
