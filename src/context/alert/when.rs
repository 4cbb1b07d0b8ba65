//! What a field's time is the time of, by the words of the field's name: `alertDateTime`, `first_seen_ts`, `lastUpdatedUtc`.

/// How long a name may be that is judged.
const MAX_NAME: usize = 64;

/// What a time is the time of, the surest start first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum When {
    /// When it began.
    Start,
    /// When it was noticed.
    Alarm,
    /// A time as such.
    Bare,
    /// When it was told, or last seen.
    Told,
    /// When it ended.
    End,
}

impl When {
    /// Tells whether it may be the start.
    pub(super) fn is_start(self) -> bool {
        self <= Self::Bare
    }
}

/// A kind of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What began.
    Subject,
    /// What has a state, and more times than that of its change.
    Thing,
    /// That it is a time, and how it is written.
    Unit,
    /// Before all others of its kind.
    First,
    /// After all others of its kind.
    Last,
    /// The beginning.
    Start,
    /// That it was noticed.
    Alarm,
    /// What changes when an alarm begins.
    State,
    /// That it was seen or told.
    Told,
    /// The end.
    End,
}

/// The words that names of times are made of; a name that has another word is not judged.
///
/// Source: the webhooks and APIs of DESIGN's list of forms.
const WORDS: &[(Kind, &[&str])] = &[
    (
        Kind::Subject,
        &[
            "alert",
            "alarm",
            "incident",
            "problem",
            "event",
            "impact",
            "outage",
            "anomaly",
            "issue",
            "case",
            "violation",
            "breach",
            "fault",
            "failure",
            "error",
            "downtime",
            "disruption",
            "degradation",
            "episode",
            "signal",
            "condition",
            "finding",
            "crash",
        ],
    ),
    (
        Kind::Unit,
        &[
            "at",
            "on",
            "time",
            "date",
            "datetime",
            "timestamp",
            "ts",
            "dt",
            "when",
            "epoch",
            "unix",
            "ms",
            "millis",
            "msec",
            "milliseconds",
            "sec",
            "secs",
            "seconds",
            "s",
            "ns",
            "nanos",
            "us",
            "micros",
            "utc",
            "gmt",
            "iso",
            "iso8601",
            "rfc3339",
            "local",
            "string",
            "str",
            "formatted",
            "raw",
            "is",
            "was",
            "went",
            "u",
            "sys",
        ],
    ),
    (Kind::Thing, &["host", "service", "monitor", "check"]),
    (Kind::First, &["first", "initial", "initially", "earliest", "original", "oldest"]),
    (Kind::Last, &["last", "latest", "newest", "recent", "most"]),
    (
        Kind::Start,
        &[
            "start",
            "starts",
            "started",
            "starting",
            "begin",
            "begins",
            "began",
            "begun",
            "beginning",
            "since",
            "onset",
            "active",
            "down",
            "failing",
            "broken",
            "offline",
            "unhealthy",
        ],
    ),
    (
        Kind::Alarm,
        &[
            "trigger",
            "triggers",
            "triggered",
            "raise",
            "raised",
            "open",
            "opened",
            "opening",
            "detect",
            "detected",
            "detection",
            "occur",
            "occurs",
            "occurred",
            "occurence",
            "occurrence",
            "create",
            "created",
            "creation",
            "fire",
            "fired",
            "fires",
            "firing",
            "alerted",
            "alerting",
            "report",
            "reported",
            "declare",
            "declared",
            "happened",
            "activated",
            "activation",
            "breached",
            "violated",
            "entered",
            "failed",
            "noticed",
            "identified",
            "discovered",
            "registered",
            "issued",
            "critical",
            "paged",
        ],
    ),
    (Kind::State, &["state", "status", "change", "changed", "changes", "transition", "transitioned"]),
    (
        Kind::Told,
        &[
            "seen",
            "observed",
            "sent",
            "send",
            "receive",
            "received",
            "update",
            "updated",
            "modified",
            "generated",
            "evaluated",
            "evaluation",
            "published",
            "delivered",
            "dispatched",
            "emitted",
            "processed",
            "ingested",
            "notified",
            "notification",
            "message",
            "posted",
            "submitted",
            "checked",
            "now",
            "current",
        ],
    ),
    (
        Kind::End,
        &[
            "end",
            "ends",
            "ended",
            "resolve",
            "resolved",
            "resolution",
            "close",
            "closed",
            "recover",
            "recovered",
            "recovery",
            "clear",
            "cleared",
            "mitigated",
            "restored",
            "fixed",
            "finished",
            "until",
            "stopped",
        ],
    ),
];

/// Judges a name, in lower case without separators.
pub(super) fn of_name(key: &str) -> Option<When> {
    let kinds = kinds(key)?;
    let has = |kind: Kind| kinds.contains(&kind);
    let says_more = has(Kind::Subject) || has(Kind::Start) || has(Kind::Alarm) || has(Kind::State) || has(Kind::Told);
    if has(Kind::Thing) && !has(Kind::State) {
        None
    } else if has(Kind::End) {
        Some(When::End)
    } else if has(Kind::First) {
        says_more.then_some(When::Start)
    } else if has(Kind::State) && (!has(Kind::Start) || has(Kind::Last)) {
        Some(When::Alarm)
    } else if has(Kind::Last) {
        says_more.then_some(if has(Kind::Alarm) && !has(Kind::Told) { When::Alarm } else { When::Told })
    } else if has(Kind::Start) {
        Some(When::Start)
    } else if has(Kind::Alarm) {
        Some(When::Alarm)
    } else if has(Kind::Told) {
        Some(When::Told)
    } else if has(Kind::Unit) {
        Some(if has(Kind::Subject) { When::Alarm } else { When::Bare })
    } else {
        None
    }
}

/// Tells whether a name, in lower case without separators, is that of how long it lasted; and the seconds of its unit.
pub(super) fn duration_unit(key: &str) -> Option<f64> {
    let (lead, rest) = key.split_once("duration")?;
    let unit = match rest.strip_prefix("in").unwrap_or(rest) {
        "" | "s" | "sec" | "secs" | "seconds" => 1.0,
        "ms" | "millis" | "milliseconds" => 1e-3,
        "min" | "mins" | "minutes" => 60.0,
        "h" | "hours" => 3_600.0,
        _ => return None,
    };
    (lead.is_empty() || kinds(lead).is_some_and(|kinds| kinds.contains(&Kind::Subject))).then_some(unit)
}

/// Splits a name into the fewest known words, and returns their kinds.
fn kinds(key: &str) -> Option<Vec<Kind>> {
    if key.is_empty() || key.len() > MAX_NAME {
        return None;
    }
    // What of the name's beginning is read, by its length.
    let mut read: Vec<Option<Vec<Kind>>> = vec![None; key.len() + 1];
    *read.first_mut()? = Some(Vec::new());
    for from in 0..key.len() {
        let (Some(before), Some(rest)) = (read.get(from).cloned().flatten(), key.get(from..)) else { continue };
        for (kind, words) in WORDS {
            for word in words.iter().filter(|word| rest.starts_with(**word)) {
                let Some(slot) = read.get_mut(from + word.len()) else { continue };
                if slot.as_ref().is_none_or(|known| known.len() > before.len() + 1) {
                    *slot = Some(before.iter().copied().chain([*kind]).collect());
                }
            }
        }
    }
    read.pop().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::super::fact::plain_key;
    use super::*;

    #[test]
    fn a_name_is_judged_by_its_words() {
        for (name, expected) in [
            ("startsAt", Some(When::Start)),
            ("problem_start_time", Some(When::Start)),
            ("anomalyStartDate", Some(When::Start)),
            ("firstSeenTs", Some(When::Start)),
            ("initial_detection_time", Some(When::Start)),
            ("outageBeganUtc", Some(When::Start)),
            ("onset", Some(When::Start)),
            ("down-since", Some(When::Start)),
            ("alertDateTime", Some(When::Alarm)),
            ("triggered_at_ms", Some(When::Alarm)),
            ("IncidentCreationTime", Some(When::Alarm)),
            ("creation_date", Some(When::Alarm)),
            ("last_triggered_ts", Some(When::Alarm)),
            ("lastStatusChange", Some(When::Alarm)),
            ("StateUpdatedTimestamp", Some(When::Alarm)),
            ("timestampMs", Some(When::Bare)),
            ("localDateTime", Some(When::Bare)),
            ("when", Some(When::Bare)),
            ("lastSeenAt", Some(When::Told)),
            ("sent_ts", Some(When::Told)),
            ("alertUpdatedAt", Some(When::Told)),
            ("incident_resolved_at", Some(When::End)),
            ("endsAt", Some(When::End)),
            ("LASTSERVICESTATECHANGE", Some(When::Alarm)),
            ("u_outage_start", Some(When::Start)),
            ("ruleCreatedAt", None),
            ("serviceCreatedAt", None),
            ("acknowledgedAt", None),
            ("certificateExpiryDate", None),
            ("timezone", None),
            ("event", None),
            ("last", None),
            ("", None),
        ] {
            assert_eq!(of_name(&plain_key(name)), expected, "{name}");
        }
    }
}
