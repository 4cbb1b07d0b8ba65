//! What can be read besides asking a tool: one row a resource, joined in [`ALL`]; and each event by its id, which the tool of events reads.

use rmcp::RoleServer;
use rmcp::model::{
    CacheScope, ErrorData, ListResourceTemplatesResult, ListResourcesResult, MetaObject, ReadResourceResult, Resource, ResourceContents,
    ResourceTemplate,
};
use rmcp::service::RequestContext;
use serde_json::{Map, Value, json};

use super::{CALLER_LIST_TTL_MS, LIST_TTL_MS};
use crate::answer::event::EventFinding;
use crate::catalogue::{self, Category};
use crate::policy::{Policy, UntrustedText};
use crate::render;
use crate::service::CallService;
use crate::time;
use crate::tools::{Call, cloudtrail_event};

/// The extension of the protocol by which a client shows pages of a server (SEP-1865).
pub(super) const UI_EXTENSION: &str = "io.modelcontextprotocol/ui";
/// Media type of such a page.
const UI_TYPE: &str = "text/html;profile=mcp-app";
/// Address of the timeline.
pub(super) const TIMELINE: &str = "ui://cloudtrail-mcp/timeline";
const JSON: &str = "application/json";
/// What stands before the id of an event.
const EVENT: &str = "cloudtrail://event/";

/// A resource with an address of its own.
struct Known {
    uri: &'static str,
    name: &'static str,
    title: &'static str,
    description: &'static str,
    media_type: &'static str,
    text: fn(&Policy) -> String,
    meta: Option<fn() -> Value>,
    /// Whether it is the same for every caller.
    public: bool,
}

/// All of them.
const ALL: &[Known] = &[
    Known {
        uri: TIMELINE,
        name: "timeline",
        title: "Timeline of an answer",
        description: "The changes of an answer on a line of time: zoom, filter, open. Loads nothing and holds no event itself.",
        media_type: UI_TYPE,
        text: |_| render::app(),
        // Every list is empty: the page needs no host, and a client that takes the declaration at its word closes the network for it.
        meta: Some(
            || json!({"ui": {"csp": {"connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": []}, "prefersBorder": true}}),
        ),
        public: true,
    },
    Known {
        uri: "cloudtrail://categories",
        name: "categories",
        title: "Categories of changes",
        description: "The words that `categories` takes, and the calls that are known to belong to each; other calls are placed by their verb and service.",
        media_type: JSON,
        text: |_| categories(),
        meta: None,
        public: true,
    },
    Known {
        uri: "cloudtrail://policy",
        name: "policy",
        title: "Policy in force",
        description: "What this caller may ask: regions, accounts, windows, budgets. The operator sets it; no call changes it.",
        media_type: JSON,
        text: policy,
        meta: None,
        public: false,
    },
];

fn categories() -> String {
    let category = |category: Category| {
        let calls: Vec<String> = catalogue::calls_of(category).map(|(service, name)| format!("{service}:{name}")).collect();
        json!({"category": category.as_str(), "label": category.label(), "icon": category.icon(), "calls": calls})
    };
    json!({"categories": Category::ALL.map(category)}).to_string()
}

/// Words a policy by the keys that settings have.
fn policy(policy: &Policy) -> String {
    let long = |duration: std::time::Duration| time::length(chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX));
    let categories: Vec<&str> = policy.categories.iter().map(|category| category.as_str()).collect();
    json!({
        "allow_aws_read": policy.allow_aws_read,
        "aws_region_allowlist": policy.regions, "aws_account_allowlist": policy.accounts,
        "max_window": long(policy.max_window), "max_lookup_window": long(policy.longest_look_up()), "lookback": long(policy.lookback),
        "default_events": policy.default_events, "max_events": policy.max_events,
        "lookup_requests": policy.lookup_requests, "deadline": long(policy.deadline), "allow_sql": policy.allow_sql,
        "untrusted_text": match policy.untrusted_text { UntrustedText::Quote => "quote", UntrustedText::Omit => "omit" },
        "categories": categories, "tools": policy.tools,
        "nothing_left": policy.nothing_left.is_some(),
        "note": "An empty list means any.",
    })
    .to_string()
}

fn meta(of: Value) -> Option<MetaObject> {
    serde_json::from_value(of).ok()
}

/// Returns the declaration by which a tool's answers are shown as a timeline.
pub(super) fn shown_as_timeline() -> Option<MetaObject> {
    meta(json!({"ui": {"resourceUri": TIMELINE}}))
}

/// Tells whether pages are to be offered to the client of a request; nothing where it has not said what it can do.
///
/// Source: SEP-1865 asks a server to look at the client's capabilities first. Over stateless HTTP a client of the revisions with a handshake
/// says them in another request, so that there they are not known here.
pub(super) fn shows_pages(context: &RequestContext<RoleServer>) -> Option<bool> {
    let capabilities = context.client_capabilities()?;
    let settings = capabilities.extensions.as_ref().and_then(|extensions| extensions.get(UI_EXTENSION));
    let types = settings.and_then(|settings| settings.get("mimeTypes")).and_then(Value::as_array);
    Some(types.is_some_and(|types| types.iter().any(|one| one == UI_TYPE)))
}

/// Lists the resources.
pub(super) fn list() -> ListResourcesResult {
    let resources = ALL.iter().map(|known| {
        let resource = Resource::new(known.uri, known.name).with_title(known.title).with_description(known.description);
        let resource = resource.with_mime_type(known.media_type);
        match known.meta.and_then(|of| meta(of())) {
            Some(meta) => resource.with_meta(meta),
            None => resource,
        }
    });
    let mut result = ListResourcesResult::with_all_items(resources.collect());
    (result.ttl_ms, result.cache_scope) = (Some(LIST_TTL_MS), Some(CacheScope::Public));
    result
}

/// Lists what is read by an id.
pub(super) fn templates() -> ListResourceTemplatesResult {
    let event = ResourceTemplate::new(format!("{EVENT}{{event_id}}"), "event").with_title("One event");
    let event = event.with_description("The record of an event by its eventID, redacted; read as the tool of events reads it.");
    let mut result = ListResourceTemplatesResult::with_all_items(vec![event.with_mime_type(JSON)]);
    (result.ttl_ms, result.cache_scope) = (Some(LIST_TTL_MS), Some(CacheScope::Public));
    result
}

/// Reads one.
///
/// Errors: for one that does not exist, naming those that do; for an event that is not found or may not be read, saying why.
pub(super) async fn read(uri: &str, service: &CallService, call: &Call) -> Result<ReadResourceResult, ErrorData> {
    if let Some(id) = uri.strip_prefix(EVENT) {
        return event(uri, id, service, call).await;
    }
    let Some(known) = ALL.iter().find(|known| known.uri == uri) else {
        let known: Vec<&str> = ALL.iter().map(|known| known.uri).collect();
        return Err(ErrorData::resource_not_found(format!("no such resource; there is {}, {EVENT}ID", known.join(", ")), None));
    };
    let contents = ResourceContents::text((known.text)(&service.policy(&call.caller)), known.uri).with_mime_type(known.media_type);
    let contents = match known.meta.and_then(|of| meta(of())) {
        Some(meta) => contents.with_meta(meta),
        None => contents,
    };
    let mut result = ReadResourceResult::new(vec![contents]);
    let (ttl, scope) = if known.public { (LIST_TTL_MS, CacheScope::Public) } else { (CALLER_LIST_TTL_MS, CacheScope::Private) };
    (result.ttl_ms, result.cache_scope) = (Some(ttl), Some(scope));
    Ok(result)
}

/// Reads an event by the tool, so that policy, queue and audit log have their say.
async fn event(uri: &str, id: &str, service: &CallService, call: &Call) -> Result<ReadResourceResult, ErrorData> {
    let arguments = Map::from_iter([("event_id".to_owned(), Value::from(id))]);
    let answer = service.call(&cloudtrail_event::TOOL, call, Some(arguments)).await.structured();
    match answer.get("record") {
        Some(record) => {
            let mut result = ReadResourceResult::new(vec![ResourceContents::text(record.to_string(), uri).with_mime_type(JSON)]);
            // A record never changes, but who may read it does.
            (result.ttl_ms, result.cache_scope) = (Some(CALLER_LIST_TTL_MS), Some(CacheScope::Private));
            Ok(result)
        }
        None => {
            let headline = answer.get("headline").and_then(Value::as_str).unwrap_or("The event was not found.").to_owned();
            // What could not be looked for, or not everywhere, may well be there.
            Err(if answer.get("finding").is_some_and(|finding| *finding == json!(EventFinding::NotFound)) {
                ErrorData::resource_not_found(headline, None)
            } else {
                ErrorData::internal_error(headline, answer.get("error").cloned())
            })
        }
    }
}
