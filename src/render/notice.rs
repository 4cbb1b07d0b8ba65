//! Messages about an alert for a channel: what it is about, then the report as Slack shows it; and that it is over.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::slack::{FORMAT, MAX_BLOCKS, escaped, section, small};
use super::{COLUMNS, Outcome};
use crate::redact::Redacted;

/// What a message is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Id of the investigation.
    pub investigation: String,
    /// Names of its alerts.
    pub alert: String,
    /// The webhook that it came by.
    pub webhook: String,
    /// When it began, where that is told.
    pub started_at: Option<String>,
    /// When it was over.
    pub resolved_at: Option<String>,
    /// How long it lasted.
    pub lasted: Option<String>,
    /// Whether it was told of before.
    pub update: bool,
}

/// Makes the message of a report: the alert, then the report.
pub fn notice(outcome: &Outcome, about: &Redacted<Notice>) -> Value {
    let mut message: Value = serde_json::from_str(&outcome.show(&FORMAT, COLUMNS)).unwrap_or_default();
    let said = message.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    let since = about.started_at.as_deref().map(|start| format!(" since {}", escaped(start))).unwrap_or_default();
    let lead = if about.update { "update: " } else { "" };
    let head =
        format!("{lead}*{}*{since}, by {}; ask with the investigation `{}`", escaped(&about.alert), about.webhook, about.investigation);
    if let Some(blocks) = message.get_mut("blocks").and_then(Value::as_array_mut) {
        blocks.insert(0, small(&head));
        blocks.truncate(MAX_BLOCKS);
    }
    if let Some(fields) = message.as_object_mut() {
        fields.insert("text".to_owned(), format!("{lead}{}: {said}", escaped(&about.alert)).into());
    }
    message
}

/// Makes the message that an alert is over.
pub fn notice_of_end(about: &Redacted<Notice>) -> Value {
    let at = about.resolved_at.as_deref().map(|end| format!(" at {}", escaped(end))).unwrap_or_default();
    let lasted = about.lasted.as_deref().map(|lasted| format!(" after {}", escaped(lasted))).unwrap_or_default();
    let said = format!("{} is over{at}{lasted}", escaped(&about.alert));
    json!({"text": said, "blocks": [section(&format!(":white_check_mark: {said}")), small(&format!("investigation `{}`", about.investigation))]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact;
    use crate::refusal::{Code, Refusal};

    fn about(alert: &str, update: bool) -> Redacted<Notice> {
        let told = |text: &str| Some(text.to_owned());
        redact::answer(Notice {
            investigation: "live-20260127T200410Z-0a1b2c3d".to_owned(),
            alert: alert.to_owned(),
            webhook: "alertmanager".to_owned(),
            started_at: told("2026-01-27T20:04:10Z"),
            resolved_at: told("2026-01-27T20:16:10Z"),
            lasted: told("12m"),
            update,
        })
        .unwrap()
    }

    #[test]
    fn a_message_begins_with_the_alert_and_ends_within_slacks_blocks() {
        let outcome = Outcome::refused(&Refusal::new(Code::NoCredentials, "No credentials were found.", "Set AWS_PROFILE."));
        let message = notice(&outcome, &about("High <!channel> latency", true));
        assert!(message["text"].as_str().unwrap().starts_with("update: High &lt;!channel&gt; latency: "), "{message}");
        insta::assert_snapshot!(message["blocks"][0], @r#"{"type":"context","elements":[{"type":"mrkdwn","text":"update: *High &lt;!channel&gt; latency* since 2026-01-27T20:04:10Z, by alertmanager; ask with the investigation `live-20260127T200410Z-0a1b2c3d`","verbatim":true}]}"#);
        assert!(message["blocks"].as_array().unwrap().len() <= MAX_BLOCKS);
        assert!(message["blocks"].to_string().contains("No credentials were found"), "{message}");
    }

    #[test]
    fn the_end_is_told_in_one_line() {
        let message = notice_of_end(&about("High latency", true));
        assert_eq!(message["text"], "High latency is over at 2026-01-27T20:16:10Z after 12m");
    }
}
