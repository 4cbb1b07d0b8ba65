//! What `/readyz` tells: whether calls should be sent here, and what the operator should know.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

/// What the parts of the server say of themselves.
#[derive(Debug, Default)]
pub struct Status {
    notes: Mutex<BTreeMap<&'static str, (bool, String)>>,
}

impl Status {
    /// Says something of a part, in place of what was said of it before. It goes on serving.
    pub fn note(&self, part: &'static str, what: impl Into<String>) {
        self.say(part, Some((true, what.into())));
    }

    /// Says that a part is not fit to serve, until [`Status::note`] or [`Status::clear`] says otherwise.
    pub fn unfit(&self, part: &'static str, why: impl Into<String>) {
        self.say(part, Some((false, why.into())));
    }

    /// Forgets what was said of a part.
    pub fn clear(&self, part: &'static str) {
        self.say(part, None);
    }

    fn say(&self, part: &'static str, what: Option<(bool, String)>) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        match what {
            Some(what) => _ = notes.insert(part, what),
            None => _ = notes.remove(part),
        }
    }

    /// Tells whether to send calls here, and everything that was said.
    pub(super) fn report(&self) -> (bool, Value) {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let ready = notes.values().all(|(fit, _)| *fit);
        let said: serde_json::Map<String, Value> = notes.iter().map(|(part, (_, what))| ((*part).to_owned(), json!(what))).collect();
        let mut report = json!({"status": if ready { "ready" } else { "not ready" }});
        if let (Some(report), false) = (report.as_object_mut(), said.is_empty()) {
            report.insert("notes".to_owned(), said.into());
        }
        (ready, report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_only_informs_and_an_unfit_server_turns_calls_away_until_mended() {
        let status = Status::default();
        assert_eq!(status.report(), (true, json!({"status": "ready"})));
        status.note("policy", "the file is invalid; the policy of before holds");
        assert!(status.report().0);
        status.unfit("audit", "the disk is full");
        let (ready, report) = status.report();
        assert_eq!((ready, &report["notes"]["audit"]), (false, &json!("the disk is full")));
        status.clear("audit");
        assert!(status.report().0);
    }
}
