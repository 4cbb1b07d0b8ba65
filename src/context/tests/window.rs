//! Which interval is looked at.

use super::*;

#[test]
fn without_anything_the_last_hour_is_asked_for() {
    let incident = discover(&Asked::default(), &Defaults::default(), now()).unwrap();
    assert_eq!(window(&incident), "2026-01-27 20:00:00 to 2026-01-27 21:00:00 (the last hour)");
    assert_eq!((incident.alert, incident.regions.len(), incident.start_given), (None, 0, false));
}

#[test]
fn an_alert_gives_thirty_minutes_before_it_and_ten_after() {
    let incident = ask_times(None, None).unwrap();
    assert_eq!(window(&incident), "2026-01-27 19:30:00 to 2026-01-27 20:10:00 (alert start - 30m)");
}

#[test]
fn the_window_never_goes_past_now() {
    let incident = ask(json!({"name": "A", "startsAt": "2026-01-27T20:57:00Z"}));
    assert_eq!(window(&incident), "2026-01-27 20:27:00 to 2026-01-27 21:00:00 (alert start - 30m)");
}

#[test]
fn the_alerts_end_closes_the_window_when_it_comes_first() {
    let ends = |end: &str| ask(json!({"name": "A", "status": "resolved", "startsAt": "2026-01-27T20:00:00Z", "endsAt": end}));
    assert_eq!(ends("2026-01-27T20:03:00Z").window.to, at("2026-01-27T20:03:00Z"));
    assert_eq!(ends("2026-01-27T20:40:00Z").window.to, at("2026-01-27T20:10:00Z"));
    for unusable in ["2026-01-27T20:00:00Z", "2026-01-27T12:00:00Z", "0001-01-01T00:00:00Z", "soon"] {
        let incident = ends(unusable);
        assert_eq!((incident.window.to, incident.alert.unwrap().ended_at), (at("2026-01-27T20:10:00Z"), None), "{unusable}");
    }
}

#[test]
fn times_are_read_absolute_and_relative() {
    for (text, expected) in [
        ("2026-01-27T19:15:00Z", "2026-01-27T19:15:00Z"),
        ("2026-01-27T20:15:00+01:00", "2026-01-27T19:15:00Z"),
        ("2026-01-27T20:15:00+0100", "2026-01-27T19:15:00Z"),
        ("2026-01-27T19:15:00.5", "2026-01-27T19:15:00.5Z"),
        ("2026-01-27T20:00", "2026-01-27T20:00:00Z"),
        ("2026-01-27T20:00Z", "2026-01-27T20:00:00Z"),
        ("2026-01-27T21:00+01:00", "2026-01-27T20:00:00Z"),
        ("2026-01-27 19:15:00", "2026-01-27T19:15:00Z"),
        ("2026-01-27", "2026-01-27T00:00:00Z"),
        ("30m", "2026-01-27T20:30:00Z"),
        ("2h", "2026-01-27T19:00:00Z"),
        ("1d", "2026-01-26T21:00:00Z"),
        ("1h30m", "2026-01-27T19:30:00Z"),
        ("alert-45m", "2026-01-27T19:15:00Z"),
        ("alert - 45m", "2026-01-27T19:15:00Z"),
        ("alert+5m", "2026-01-27T20:05:00Z"),
        ("alert", "2026-01-27T20:00:00Z"),
        ("now-2h", "2026-01-27T19:00:00Z"),
    ] {
        let incident = ask_times(Some(text), Some("now")).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(incident.window, Window { from: at(expected), to: now() }, "{text}");
        assert!(incident.start_given);
    }
}

#[test]
fn times_that_cannot_be_meant_are_refused_with_an_example() {
    for text in [
        "-30m",
        "30",
        "0m",
        "30x",
        "5é",
        "é",
        "alert*5m",
        "alert-",
        "99999999999999999999d",
        "4000d",
        "0001-01-01T00:00:00Z",
        "2026-13-01",
        "+5m",
    ] {
        let error = ask_times(Some(text), None).expect_err(text);
        assert_eq!(error.argument, "start_time", "{text}");
        assert!(error.message.contains("`alert-45m`"), "{text}: {error}");
    }
}

#[test]
fn a_start_in_the_future_and_an_end_before_the_start_are_refused() {
    for (start, end, argument) in [
        ("2026-01-28T00:00:00Z", None, "start_time"),
        ("now", None, "start_time"),
        ("2h", Some("3h"), "end_time"),
        ("2h", Some("2h"), "end_time"),
        ("alert+10m", Some("alert"), "end_time"),
    ] {
        assert_eq!(ask_times(Some(start), end).expect_err(start).argument, argument, "{start} {end:?}");
    }
}

#[test]
fn an_end_in_the_future_is_now() {
    assert_eq!(ask_times(Some("1h"), Some("2030-01-01T00:00:00Z")).unwrap().window.to, now());
}

#[test]
fn a_time_relative_to_the_alert_needs_an_alert() {
    let error = discover(&Asked { start_time: Some("alert-45m".into()), ..Asked::default() }, &Defaults::default(), now()).unwrap_err();
    insta::assert_snapshot!(error, @"`start_time` counts from the alert, but no alert with a readable start was given in `investigation`. Give RFC 3339 such as `2026-01-27T20:04:10Z`, a time ago such as `30m`, `2h` or `1d` (at most 3650d), `yesterday`, `this week`, `this month`, `alert-45m`, `alert+5m`, or `now`.");
}

#[test]
fn one_given_bound_keeps_the_alerts_other_bound_where_it_can() {
    let shown = |start, end| window(&ask_times(start, end).unwrap());
    assert_eq!(shown(Some("alert-2h"), None), "2026-01-27 18:00:00 to 2026-01-27 20:10:00 (start_time)");
    assert_eq!(shown(Some("20m"), None), "2026-01-27 20:40:00 to 2026-01-27 21:00:00 (start_time)");
    assert_eq!(shown(None, Some("alert+30m")), "2026-01-27 19:30:00 to 2026-01-27 20:30:00 (alert start - 30m to end_time)");
    assert_eq!(shown(None, Some("alert-2h")), "2026-01-27 17:30:00 to 2026-01-27 18:00:00 (end_time - 30m)");
}

#[test]
fn a_default_start_respects_max_window() {
    let defaults = Defaults { lookback: TimeDelta::hours(3), max_window: TimeDelta::hours(1), ..Defaults::default() };
    let asked = Asked { investigation: Some(json!({"startsAt": "2026-01-27T20:00:00Z"})), ..Asked::default() };
    let incident = discover(&asked, &defaults, now()).unwrap();
    assert_eq!(window(&incident), "2026-01-27 19:10:00 to 2026-01-27 20:10:00 (alert start - 3h, cut to max_window 1h)");
}
