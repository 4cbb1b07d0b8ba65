//! Investigations as resources: `cloudtrail://investigations/ID`, listed, read, completed, and watched for changes.
//!
//! Who may see what? The alert of a known investigation is every caller's who may ask with its id. An answer that a webhook's
//! investigation got passes the call service again: it is its caller's alone, under the policy that it was asked under.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rmcp::RoleServer;
use rmcp::model::{
    ErrorData, ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate,
    ResourceUpdatedNotificationParam,
};
use rmcp::service::{Peer, SubscriptionContext};
use serde_json::{Value, json};

use crate::config::investigation::{Store, is_id};
use crate::redact;
use crate::render::{self, Outcome};
use crate::service::live::{Kept, Record, Records};
use crate::service::{CallService, KeptAnswer};
use crate::tools::Call;

/// The template of their addresses.
const TEMPLATE: &str = "cloudtrail://investigations/{id}";
/// What an id follows.
const START: &str = "cloudtrail://investigations/";
const JSON: &str = "application/json";
/// Most characters that are shown of an investigation that is text.
const MAX_TEXT: usize = 100_000;
/// Most resources of a list; the newest.
const MAX_LISTED: usize = 200;
/// How often it is looked whether anything has changed.
const EVERY: Duration = Duration::from_secs(2);

/// The known investigations, as resources.
#[derive(Clone, Debug)]
pub(super) struct Investigations {
    known: Store,
    live: Records,
}

impl Investigations {
    pub(super) fn new(known: Store) -> Self {
        Self { live: Records::at(known.folder()), known }
    }

    /// Lists them, those of webhooks first, the newest first.
    pub(super) fn list(&self) -> Result<ListResourcesResult, ErrorData> {
        let live = self.live.list().map_err(|_| unreadable())?;
        let of_webhooks = live.iter().map(|record| {
            let end = record.resolved_at().map_or("", |_| ", over");
            let said = format!("{} by {}, {}{end}", record.title(), record.webhook, record.received_at.format("%Y-%m-%d %H:%M:%SZ"));
            Resource::new(address(&record.id), record.id.as_str()).with_title(record.title()).with_description(said).with_mime_type(JSON)
        });
        let ids = self.known.list().map_err(|_| unreadable())?;
        let of_operator = ids.iter().filter(|id| live.iter().all(|record| record.id != **id));
        let of_operator = of_operator.map(|id| Resource::new(address(id), id.as_str()).with_description("A known incident"));
        Ok(ListResourcesResult::with_all_items(of_webhooks.chain(of_operator).take(MAX_LISTED).collect()))
    }

    /// Reads one.
    ///
    /// Errors: there is none at this address.
    pub(super) fn read(&self, uri: &str) -> Result<Investigation, ErrorData> {
        let id = uri.strip_prefix(START).filter(|id| is_id(id)).ok_or_else(unknown)?;
        if let Some(kept) = self.live.read(id).map_err(|_| unreadable())? {
            return Ok(Investigation::OfWebhook(Box::new(kept)));
        }
        self.known.load(id).map_err(|_| unreadable())?.map(Investigation::OfOperator).ok_or_else(unknown)
    }

    /// Returns the ids that begin so.
    pub(super) fn ids(&self) -> Vec<String> {
        self.known.list().unwrap_or_default()
    }

    fn changes(&self) -> Option<BTreeMap<String, SystemTime>> {
        self.live.changes().ok()
    }
}

/// An investigation as it is kept.
pub(super) enum Investigation {
    /// An alert that a webhook took, and what became of it.
    OfWebhook(Box<Kept>),
    /// What the operator wrote down of an incident.
    OfOperator(String),
}

impl Investigation {
    /// Shows it to a caller; its answer passes the call service.
    pub(super) async fn shown(self, uri: &str, service: &CallService, call: &Call) -> ReadResourceResult {
        let contents = match self {
            Self::OfWebhook(kept) => {
                let Kept { record, alert, answer } = *kept;
                let answer = match answer {
                    Some(answer) => Some(service.kept(call, kept_answer(&record, answer)).await),
                    None => None,
                };
                of_webhook(uri, &record, &alert, answer.as_ref())
            }
            Self::OfOperator(text) => {
                let (shown, media) = match serde_json::from_str::<Value>(&text) {
                    Ok(alert) => (pretty(&redact::record(&alert)), JSON),
                    Err(_) => (redact::lines(&text, MAX_TEXT), "text/plain"),
                };
                vec![ResourceContents::text(shown, uri).with_mime_type(media)]
            }
        };
        ReadResourceResult::new(contents)
    }
}

fn kept_answer(record: &Record, answer: Value) -> KeptAnswer {
    KeptAnswer {
        id: record.id.clone(),
        caller: record.caller.as_str().into(),
        policy: record.policy.clone(),
        answer: serde_json::from_value(answer).ok(),
    }
}

/// Describes the template.
pub(super) fn templates() -> ListResourceTemplatesResult {
    let template = ResourceTemplate::new(TEMPLATE, "investigation")
        .with_title("Investigation")
        .with_description("A known incident, or an alert that a webhook took: the alert, how far it is, and the answer")
        .with_mime_type(JSON);
    ListResourceTemplatesResult::with_all_items(vec![template])
}

/// Tells whether a reference of a completion is to the template.
pub(super) fn is_template(uri: &str) -> bool {
    uri == TEMPLATE
}

/// Tells whether it is the address of an investigation, there or not.
pub(super) fn is_address(uri: &str) -> bool {
    uri.strip_prefix(START).is_some_and(is_id)
}

fn address(id: &str) -> String {
    format!("{START}{id}")
}

fn of_webhook(uri: &str, record: &Record, alert: &Value, answer: Option<&Outcome>) -> Vec<ResourceContents> {
    let alerts: Vec<Value> = record
        .alerts
        .iter()
        .map(|alert| json!({"name": alert.name, "started_at": alert.started_at, "resolved_at": alert.resolved_at}))
        .collect();
    let refused = answer.and_then(Outcome::error);
    let answer = answer.filter(|_| refused.is_none());
    let mut told = json!({
        "investigation": record.id, "status": record.status, "webhook": record.webhook, "received_at": record.received_at,
        "answered_at": record.answered_at, "undelivered": record.undelivered, "alerts": alerts, "alert": alert,
        "answer": answer.map(Outcome::structured), "not_shown": refused,
    });
    if let Some(fields) = told.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    let mut contents = vec![ResourceContents::text(pretty(&told), uri).with_mime_type(JSON)];
    contents.extend(
        answer.map(|answer| ResourceContents::text(answer.show(&render::MARKDOWN, render::COLUMNS), uri).with_mime_type("text/markdown")),
    );
    contents
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Who is told what changes.
pub(super) enum Listener<'a> {
    /// A stream of its own, of the revision without handshake.
    Stream(&'a SubscriptionContext),
    /// A session, which may subscribe to single resources while it lasts.
    Session(Peer<RoleServer>, Subscribed),
}

/// Addresses that a session is subscribed to.
pub(super) type Subscribed = Arc<Mutex<BTreeSet<String>>>;

impl Listener<'_> {
    /// Tells that the list changed; nothing when nobody listens any more.
    async fn list_changed(&self) -> Option<()> {
        match self {
            Self::Stream(context) if context.accepted().resources_list_changed != Some(true) => Some(()),
            Self::Stream(context) => context.sink().notify_resource_list_changed().await.ok(),
            Self::Session(peer, _) => peer.notify_resource_list_changed().await.ok(),
        }
    }

    /// Tells that a resource changed, if it is listened to; nothing when nobody listens any more.
    async fn updated(&self, uri: String) -> Option<()> {
        match self {
            Self::Stream(context) => {
                let wanted = context.accepted().resource_subscriptions.as_ref().is_some_and(|wanted| wanted.contains(&uri));
                if wanted { context.sink().notify_resource_updated(uri).await.ok() } else { Some(()) }
            }
            Self::Session(peer, subscribed) => {
                let wanted = subscribed.lock().unwrap_or_else(PoisonError::into_inner).contains(&uri);
                if wanted { peer.notify_resource_updated(ResourceUpdatedNotificationParam::new(uri)).await.ok() } else { Some(()) }
            }
        }
    }
}

/// Tells a listener what changes, for as long as it listens.
pub(super) async fn watch(investigations: Arc<Investigations>, listener: Listener<'_>) {
    let look = || {
        let investigations = Arc::clone(&investigations);
        async move { tokio::task::spawn_blocking(move || investigations.changes()).await.ok().flatten() }
    };
    let mut before = look().await.unwrap_or_default();
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(now) = look().await else { continue };
        if tell(&listener, &before, &now).await.is_none() {
            return;
        }
        before = now;
    }
}

/// Tells what differs; nothing when nobody listens any more.
async fn tell(listener: &Listener<'_>, before: &BTreeMap<String, SystemTime>, now: &BTreeMap<String, SystemTime>) -> Option<()> {
    if !before.keys().eq(now.keys()) {
        listener.list_changed().await?;
    }
    for (id, _) in now.iter().filter(|(id, at)| before.get(*id) != Some(at)) {
        listener.updated(address(id)).await?;
    }
    Some(())
}

fn unknown() -> ErrorData {
    ErrorData::resource_not_found("there is no such investigation; resources/list tells which there are", None)
}

fn unreadable() -> ErrorData {
    ErrorData::internal_error("the folder of investigations cannot be read now", None)
}
