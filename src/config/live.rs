//! `[investigations]`, `[[http.webhooks]]` and `[slack]`: which alerts are taken, where they are kept, and whom they are told to.

use std::path::PathBuf;

use super::form::digest;
use super::kind::{Value, from_value};
use super::settings::{
    HTTP_CALLERS_NAME, HTTP_CALLERS_TOKEN_SHA256, HTTP_WEBHOOKS_CALLER, HTTP_WEBHOOKS_FORM, HTTP_WEBHOOKS_NAME, HTTP_WEBHOOKS_SECRET,
    HTTP_WEBHOOKS_TOKEN_SHA256, HTTP_WEBHOOKS_TOPICS, INVESTIGATIONS_MAX_BYTES, INVESTIGATIONS_MAX_COUNT, INVESTIGATIONS_PATH,
    SLACK_CHANNEL, SLACK_MAX_PER_MINUTE, SLACK_THREAD_TS, SLACK_TOKEN, SLACK_URL,
};
use super::{Config, Section};

/// A text that is never shown: not by `Debug`, not in an error.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Makes one.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text, for the one who sends it or computes with it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

/// Who posts alerts, and so how it proves that it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WebhookForm {
    /// By a bearer token: Alertmanager, Grafana, EventBridge, Opsgenie, Datadog, and whatever else can send a header.
    #[default]
    Bearer,
    /// By the signature of SNS, for topics that are named.
    Sns,
    /// By PagerDuty's signature with a secret that both know.
    PagerDuty,
}

from_value! {
    WebhookForm: Value::Text(text) => Some(match text.as_str() {
        "sns" => Self::Sns,
        "pagerduty" => Self::PagerDuty,
        _ => Self::Bearer,
    });
}

/// The words of `form`.
pub(super) const FORMS: &[&str] = &["alertmanager", "grafana", "sns", "eventbridge", "pagerduty", "opsgenie", "datadog", "generic"];

/// A webhook of `[[http.webhooks]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its name: alerts are posted to `/webhooks/NAME`.
    pub name: String,
    /// On whose behalf they are investigated: the name of a `[[http.callers]]`.
    pub caller: String,
    /// How whoever posts proves who they are.
    pub proof: Proof,
}

/// How whoever posts an alert proves who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By a bearer token of this SHA-256.
    Bearer([u8; 32]),
    /// By the signature of SNS, for one of these topics.
    Sns(Vec<String>),
    /// By PagerDuty's signature with this secret.
    PagerDuty(Secret),
}

/// Where live investigations are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// The folder.
    pub path: PathBuf,
    /// How many.
    pub max_count: usize,
    /// How many bytes of them.
    pub max_bytes: u64,
}

/// The channel of `[slack]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatSettings {
    /// Where messages are posted.
    pub url: Secret,
    /// The bearer token that goes with them; an incoming webhook needs none.
    pub token: Option<Secret>,
    /// The channel, for `chat.postMessage`.
    pub channel: Option<String>,
    /// The message that all are replies to.
    pub thread: Option<String>,
    /// Most messages a minute, at least one.
    pub per_minute: u32,
}

impl Config {
    /// Returns the webhooks that alerts are posted to.
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.sections("http.webhooks[]").into_iter().filter_map(webhook).collect()
    }

    /// Returns where live investigations are kept; nothing where there is no such folder.
    pub fn keeping(&self) -> Option<Keeping> {
        Some(Keeping {
            path: self.find(&INVESTIGATIONS_PATH)?,
            max_count: usize::try_from(self.get(&INVESTIGATIONS_MAX_COUNT)).unwrap_or(usize::MAX),
            max_bytes: self.get(&INVESTIGATIONS_MAX_BYTES),
        })
    }

    /// Returns the channel that reports are posted to, if any.
    pub fn chat(&self) -> Option<ChatSettings> {
        Some(ChatSettings {
            url: Secret(self.find(&SLACK_URL)?),
            token: self.find(&SLACK_TOKEN).map(Secret),
            channel: self.find(&SLACK_CHANNEL),
            thread: self.find(&SLACK_THREAD_TS),
            per_minute: self.get(&SLACK_MAX_PER_MINUTE),
        })
    }
}

fn webhook(section: Section<'_>) -> Option<Webhook> {
    let proof = match section.find(&HTTP_WEBHOOKS_FORM)? {
        WebhookForm::Bearer => Proof::Bearer(digest(&section.find(&HTTP_WEBHOOKS_TOKEN_SHA256)?)?),
        WebhookForm::Sns => Proof::Sns(section.list(&HTTP_WEBHOOKS_TOPICS)),
        WebhookForm::PagerDuty => Proof::PagerDuty(Secret(section.find(&HTTP_WEBHOOKS_SECRET)?)),
    };
    Some(Webhook { name: section.find(&HTTP_WEBHOOKS_NAME)?, caller: section.find(&HTTP_WEBHOOKS_CALLER)?, proof })
}

/// Says what is missing of a webhook or contradicts itself, and the line that mends it.
pub(super) fn problems(config: &Config, problems: &mut Vec<String>) {
    let sections = config.sections("http.webhooks[]");
    if !sections.is_empty() && !config.is_set(&INVESTIGATIONS_PATH) {
        problems.push("http.webhooks: what is posted is kept in investigations.path, which is missing; such as path = \"/var/lib/cloudtrail-mcp/investigations\" in [investigations]".to_owned());
    }
    let callers = config.sections("http.callers[]");
    let known: Vec<String> = callers.iter().filter_map(|caller| caller.find(&HTTP_CALLERS_NAME)).collect();
    let tokens: Vec<String> = callers.iter().filter_map(|caller| caller.find(&HTTP_CALLERS_TOKEN_SHA256)).collect();
    let mut names: Vec<String> = Vec::new();
    for section in sections {
        let place = section.place;
        let mut missing = |key: &str, example: &str| problems.push(format!("{place}: {key} is missing; such as {key} = {example}"));
        let name = section.find(&HTTP_WEBHOOKS_NAME);
        if name.is_none() {
            missing("name", "\"alertmanager\"");
        }
        let token = section.find(&HTTP_WEBHOOKS_TOKEN_SHA256);
        match section.find(&HTTP_WEBHOOKS_FORM) {
            None => missing("form", "\"alertmanager\""),
            Some(WebhookForm::Bearer) if token.is_none() => {
                missing("token_sha256", "\"…\", which `cloudtrail-mcp config caller NAME` makes")
            }
            Some(WebhookForm::Sns) if section.list(&HTTP_WEBHOOKS_TOPICS).is_empty() => {
                missing("topics", "[\"arn:aws:sns:eu-west-1:111122223333:alarms\"]")
            }
            Some(WebhookForm::PagerDuty) if section.find(&HTTP_WEBHOOKS_SECRET).is_none() => {
                missing("secret", "\"…\", which PagerDuty shows when the subscription is made")
            }
            Some(_) => {}
        }
        match section.find(&HTTP_WEBHOOKS_CALLER) {
            None => missing("caller", "\"chat-bot\", a name of [[http.callers]]"),
            Some(caller) if !known.contains(&caller) => {
                problems.push(format!("{}: there is no [[http.callers]] of the name {caller}", section.at(&HTTP_WEBHOOKS_CALLER)));
            }
            Some(_) => {}
        }
        if token.is_some_and(|token| tokens.contains(&token)) {
            problems.push(format!("{place}: token_sha256 is that of a caller; a webhook has a token of its own, which lets nobody ask"));
        }
        if name.as_ref().is_some_and(|name| names.contains(name)) {
            problems.push(format!("{place}: the name is the same as that of another webhook"));
        }
        names.extend(name);
    }
}
