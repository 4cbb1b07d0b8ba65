//! What is said of an application's log.

use crate::answer::application::Unjudged;
use crate::answer::withhold;
use crate::correlate::{AppRecord, Clocks, Log, Offset, Outcome, Told};
use crate::policy::UntrustedText;
use crate::redact;
use crate::time;
use chrono::TimeDelta;
use serde_json::json;

/// The longest name or text of a record that is told.
const MAX_PART_CHARS: usize = 120;
/// Lines that are named in the headline.
const NAMED: usize = 3;

/// Says what a record says: `PutItem on orders by checkout: failed (AccessDenied)`; under `omit` without a word that somebody could have chosen.
pub(super) fn record(record: &AppRecord, untrusted: UntrustedText) -> String {
    let shown = |told: &Told, max: usize| match untrusted {
        UntrustedText::Quote => {
            // A name may give a secret away where its value has no form.
            let hidden = redact::parameters(&json!({ &told.name: told.text }));
            let text = hidden.get(&told.name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
            redact::text(&text, max)
        }
        UntrustedText::Omit => withhold::text(&told.text).to_owned(),
    };
    let operation = record.operation.as_ref().map(|told| match untrusted {
        UntrustedText::Quote => shown(told, 80),
        UntrustedText::Omit => untrusted.name(&told.text, 80),
    });
    let mut out = operation.unwrap_or_else(|| "a call".into());
    if let Some(resource) = record.resources.first() {
        out.push_str(&format!(" on {}", shown(resource, MAX_PART_CHARS)));
    }
    if let Some(actor) = record.actors.first() {
        out.push_str(&format!(" by {}", shown(actor, 64)));
    }
    match (record.outcome, record.errors.first()) {
        (Outcome::Failed, Some(error)) => out.push_str(&format!(", failed: {}", shown(error, MAX_PART_CHARS))),
        (Outcome::Failed, None) => out.push_str(", failed"),
        (Outcome::Succeeded | Outcome::Unknown, _) => {}
    }
    out
}

/// Says how far the clocks are off; nothing where they agree.
pub(super) fn clock(clocks: &Clocks) -> Option<String> {
    const AGREE: i64 = 5_000;
    let off: Vec<&Offset> = clocks.known().iter().filter(|offset| offset.middle.abs() >= AGREE).collect();
    let words = |offset: &&Offset| {
        let side = if offset.middle > 0 { "ahead" } else { "behind" };
        format!("{} {side} ({} exact joins)", time::length(TimeDelta::milliseconds(offset.middle.abs())), offset.joins)
    };
    let agreeing = clocks.known().iter().any(|offset| offset.middle.abs() < AGREE);
    let some = if agreeing { "some of the log's clocks are " } else { "the log's clock is " };
    (!off.is_empty()).then(|| format!("{some}{}", off.iter().take(2).map(words).collect::<Vec<_>>().join(", ")))
}

/// Says of how many records it cannot be told whether CloudTrail has them, and why; nothing where there is none.
pub(super) fn unjudged(unjudged: &[(Unjudged, usize)]) -> Option<String> {
    let why = |(why, records): &(Unjudged, usize)| {
        let why = match why {
            Unjudged::ByName => "only what is filed under a name was read",
            Unjudged::Clock => "when they were written is not known",
            Unjudged::Outside => "they lie outside the window that was read, or may by their clock",
            Unjudged::DataCall => "calls on data are recorded only where a trail is told to",
            Unjudged::OtherCategories => "policy shows this caller no such changes",
            Unjudged::NotRecorded => "trails do not record or deliver all",
            Unjudged::Unplaced => "neither they nor a record that was joined tell of their region and account",
            Unjudged::NotRead => "not all of their time, region and account was read",
        };
        format!("{records} as {why}")
    };
    let records: usize = unjudged.iter().map(|(_, records)| records).sum();
    let noun = if records == 1 { "record" } else { "records" };
    let whys: Vec<String> = unjudged.iter().map(why).collect();
    (records > 0).then(|| format!("whether CloudTrail has {records} more {noun} is not known: {}", whys.join(", ")))
}

/// Says that sessions were not followed to whoever began them.
pub(super) fn sessions_not_followed(records: usize) -> String {
    format!("{records} not joined may be of sessions that they began: call again with include_reads, as beginning one is a read")
}

/// Says that there is more and no cursor to it.
pub(super) fn no_cursor() -> String {
    "there is more, and no cursor, as the log is too large to be held for one: call again with a larger limit, or with the part of the log \
     around the incident"
        .into()
}

/// Says which lines could not be used, and that most were not understood; nothing where all could.
pub(super) fn unreadable(log: &Log) -> Option<String> {
    let named: Vec<String> = log.faults.iter().take(NAMED).map(|fault| format!("{} {}", fault.line, fault.problem.words())).collect();
    let more = log.faulty.saturating_sub(named.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let lines = if log.faulty == 1 { "1 line".to_owned() } else { format!("{} lines", log.faulty) };
    let faulty =
        (log.faulty > 0).then(|| format!("{lines} of the application's log could not be used in full: {}{more}.", named.join(", ")));
    let (plain, all) = (log.plain, log.plain + log.records.len());
    let foreign = (plain > log.records.len()).then(|| {
        format!(
            "{plain} of {all} records of the application's log tell of nothing done by any known field: name its fields under [correlate]."
        )
    });
    let said: Vec<String> = faulty.into_iter().chain(foreign).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::Fields;

    fn of(record: serde_json::Value) -> Log {
        Log::read(&json!([record]), &Fields::default()).unwrap()
    }

    #[test]
    fn a_record_is_told_without_secrets_and_under_omit_without_a_chosen_word() {
        let log = of(
            json!({"time": "2026-03-02T10:00:00Z", "operation": "PutSecretValue", "resource": "sg-0123456789abcdef0", "user": "checkout",
            "error": "rejected password=hunter2-hunter2 for close-the-ticket"}),
        );
        let quoted = record(&log.records[0], UntrustedText::Quote);
        assert!(
            quoted.starts_with("PutSecretValue on sg-0123456789abcdef0 by checkout, failed: rejected") && !quoted.contains("hunter2"),
            "{quoted}"
        );
        let omitted = record(&log.records[0], UntrustedText::Omit);
        assert_eq!(omitted, "PutSecretValue on sg-0123456789abcdef0 by (withheld), failed: (withheld)");
        let named = Fields::with([(crate::correlate::Field::Resource, vec!["api_key".to_owned()])]);
        let log = Log::read(&json!([{"time": "2026-03-02T10:00:00Z", "operation": "Use", "api_key": "plainwords"}]), &named).unwrap();
        assert!(!record(&log.records[0], UntrustedText::Quote).contains("plainwords"), "a field's name gives a secret away");
    }

    #[test]
    fn lines_that_could_not_be_used_are_named_and_counted() {
        let text = "{\"time\":\"2026-03-02T10:00:00Z\",\"op\":\"x\"}\nno\n[]\nno\nno";
        let log = Log::read(&json!(text), &Fields::default()).unwrap();
        let said = unreadable(&log).unwrap();
        assert_eq!(
            said,
            "4 lines of the application's log could not be used in full: 2 is no JSON, 3 is no JSON object, 4 is no JSON and 1 more."
        );
    }

    #[test]
    fn a_log_that_is_mostly_not_understood_says_so() {
        let (act, other) = (json!({"time": "2026-03-02T10:00:00Z", "op": "x"}), json!({"did": "PutItem", "at": "2026-03-02T10:00:00Z"}));
        let of = |records: &[&serde_json::Value]| unreadable(&Log::read(&json!(records), &Fields::default()).unwrap());
        let said = of(&[&act, &other, &other]).unwrap();
        assert_eq!(
            said,
            "2 of 3 records of the application's log tell of nothing done by any known field: name its fields under [correlate]."
        );
        assert_eq!(of(&[&act, &other]), None, "programs tell of more than what they do");
    }
}
