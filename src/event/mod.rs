//! One CloudTrail event, normalised leniently from any of its forms; the raw record is kept.
//!
//! This module imports nothing of ours but [`crate::time`].

mod actor;
mod agent;
mod arn;
mod lean;
mod name;
mod node;
mod parse;
mod partition;
mod record;
mod session;
mod text_form;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use actor::is_our_word;
pub use agent::name_agents;
pub use arn::{ARN_KINDS, Arn, ID_KINDS, is_account, is_region, is_resource_id, role_of, usable_region};
pub use name::camel_words;
pub use parse::RecordError;
pub use parse::reads;
pub(crate) use parse::{ACTS, is_act, is_plausible, member};
pub use partition::Partition;
pub use record::Record;
pub use session::join_sessions;
pub(crate) use text_form::{is_heavy, read as from_text};

/// A CloudTrail event.
///
/// Source: CloudTrail record contents, versions 1.0 to 1.11.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `eventID`; when the record has none, `sha256-` and a digest of the record, so that copies still fall together.
    pub event_id: String,
    /// `eventTime`, to the second as CloudTrail gives it.
    pub time: DateTime<Utc>,
    /// `eventName` without API date or version suffix (`UpdateFunctionCode`), trimmed. Untrusted in length and content.
    pub name: String,
    /// `eventSource` in lower case, such as `ec2.amazonaws.com`; empty when absent.
    pub source: String,
    /// `awsRegion`; empty when absent.
    pub region: String,
    /// `recipientAccountId`, else `userIdentity.accountId`; empty when absent.
    pub account: String,
    /// Whether the call only read. From `readOnly` (bool or string), else from the verb of the name.
    pub read_only: bool,
    /// `eventCategory`, with `Management` assumed when absent.
    pub category: EventCategory,
    /// Who acted.
    pub actor: Actor,
    /// `sourceIPAddress`: an address or a service host name. Untrusted.
    pub source_ip: Option<String>,
    /// `userAgent`. Untrusted: any caller may choose it.
    pub user_agent: Option<String>,
    /// `errorCode`; absent for a call that succeeded.
    pub error_code: Option<String>,
    /// `errorMessage`. Untrusted.
    pub error_message: Option<String>,
    /// The record as it was read.
    pub record: Record,
    /// `Resources` of the LookupEvents envelope, which the record itself lacks.
    pub lookup_resources: Vec<LookupResource>,
    /// How the file that it was read from stands; nothing where that was not looked at, or where there is no file.
    pub proof: Option<Proof>,
}

/// Whether the file that an event was read from is as CloudTrail delivered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Proof {
    /// A digest that CloudTrail signed says so.
    Proven,
    /// Nothing says so, and nothing speaks against it.
    Unproven,
    /// It is not: altered, added or moved.
    Disproven,
}

/// The kind of activity an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventCategory {
    /// A change to or a look at configuration.
    Management,
    /// Traffic on a resource, such as S3 PutObject.
    Data,
    /// CloudTrail Insights.
    Insight,
    /// Network activity through a VPC endpoint.
    NetworkActivity,
}

/// One entry of the LookupEvents envelope's `Resources`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupResource {
    /// `ResourceType`, such as `AWS::EC2::Instance`; may be absent.
    pub kind: Option<String>,
    /// `ResourceName`: an id, a name or an ARN.
    pub name: String,
}

/// Who acted, as far as the record tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A name for people: user name, role session, service host or `root`. Untrusted.
    pub name: String,
    /// Human, role, service, root or unknown.
    pub kind: ActorKind,
    /// What the call came through.
    pub via: Via,
    /// The principal's ARN. Untrusted (holds the session name).
    pub arn: Option<String>,
    /// Who stands behind and between, from the person on, in words; empty where the name says all. Untrusted.
    pub chain: Vec<String>,
}

/// The kind of an [`Actor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum ActorKind {
    /// A person: an IAM user, an SSO or console session.
    Human,
    /// A role session that is not known to be a person: pipelines, instances, functions.
    Role,
    /// An AWS service acting by itself.
    Service,
    /// The account's root user.
    Root,
    /// An AI agent on behalf of somebody, through the AWS MCP Server.
    Agent,
    /// Nothing to tell by.
    #[default]
    Unknown,
}

/// What a call came through, judged from user agent, `invokedBy` and session context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Via {
    /// The AWS console.
    Console,
    /// The AWS command line.
    Cli,
    /// Terraform, OpenTofu or Pulumi's bridge of it.
    Terraform,
    /// CloudFormation, CDK or SAM.
    CloudFormation,
    /// Another AWS service on somebody's behalf.
    Service,
    /// The AWS MCP Server, at the wish of an AI agent.
    AwsMcp,
    /// An SDK in a program.
    Sdk,
    /// Not known.
    Unknown,
}

/// Goes into the one object of a request that EC2 wraps in its own name: `{"ModifyVpcEndpointRequest": {…}}`.
pub fn unwrapped(request: &Value) -> &Value {
    let named = |key: &String| key.len() > 7 && key.to_ascii_lowercase().ends_with("request");
    match request.as_object().map(|map| (map.len(), map.iter().next())) {
        Some((1, Some((key, inner)))) if inner.is_object() && named(key) => inner,
        _ => request,
    }
}

impl Event {
    /// Returns the service's short name, `ec2` for `ec2.amazonaws.com`.
    pub fn service(&self) -> &str {
        self.source.split('.').next().unwrap_or_default()
    }

    /// Returns `requestParameters`, or JSON null. The string `"null"` of some exports is null too.
    pub fn request(&self) -> &Value {
        parse::present(self.record.part(record::REQUEST)).unwrap_or(&Value::Null)
    }

    /// Returns `responseElements`, or JSON null. The string `"null"` of some exports is null too.
    pub fn response(&self) -> &Value {
        parse::present(self.record.part(record::RESPONSE)).unwrap_or(&Value::Null)
    }

    /// Returns `principalId` and `accessKeyId`, which tell one session from another; empty when absent. Not to be shown.
    pub fn credentials(&self) -> (&str, &str) {
        let identity = parse::present(self.record.part(record::IDENTITY)).unwrap_or(&Value::Null);
        let text = |key| parse::field(identity, key).and_then(Value::as_str).unwrap_or_default();
        (text("principalId"), text("accessKeyId"))
    }

    /// Returns `requestID`, which the caller was told, too; nothing where there is none.
    pub fn request_id(&self) -> Option<String> {
        self.record.text("requestID")
    }

    /// Returns the id of the access key that the call was answered with, as by AssumeRole. Not to be shown.
    pub fn issued_key(&self) -> Option<String> {
        let answer = self.record.mentions("credentials").then(|| self.response())?;
        parse::text(parse::field(answer, "credentials")?, "accessKeyId")
    }

    /// Returns the name of the session that acted and its source identity, as far as there are any. Untrusted.
    pub fn session_names(&self) -> Vec<String> {
        let identity = parse::present(self.record.part(record::IDENTITY)).unwrap_or(&Value::Null);
        let context = parse::field(identity, "sessionContext").unwrap_or(&Value::Null);
        let session = self.credentials().0.split_once(':').map(|(_, session)| session.to_owned());
        let source = [context, identity].into_iter().find_map(|object| parse::text(object, "sourceIdentity"));
        [session, source].into_iter().flatten().filter(|name| !name.is_empty()).collect()
    }

    /// Returns everything that the one who acted may be called: name, role and session, ARNs of the session and of its role, access
    /// key, principal, source identity, address. Untrusted; not to be shown.
    ///
    /// Shape: no empty ones; a session's ARN also gives that of its role, without a path.
    pub fn actor_names(&self) -> Vec<Cow<'_, str>> {
        let identity = parse::present(self.record.part(record::IDENTITY)).unwrap_or(&Value::Null);
        let below = |path: &[&str]| path.iter().try_fold(identity, |value, key| parse::field(value, key)).and_then(Value::as_str);
        let arn = self.actor.arn.as_deref().unwrap_or_default();
        let mut names: Vec<Cow<'_, str>> = vec![self.actor.name.as_str().into(), arn.into()];
        names.extend(self.actor.name.split('/').chain(arn.split(['/', ':']).skip(5)).map(Cow::from));
        names.extend(self.source_ip.as_deref().map(Cow::from));
        const FIELDS: &[&[&str]] = &[
            &["userName"],
            &["principalId"],
            &["accessKeyId"],
            &["invokedBy"],
            &["sourceIdentity"],
            &["credentialId"],
            &["sessionContext", "sourceIdentity"],
            &["sessionContext", "signInSessionArn"],
            &["sessionContext", "sessionIssuer", "arn"],
            &["sessionContext", "sessionIssuer", "userName"],
            &["sessionContext", "sessionIssuer", "principalId"],
            &["onBehalfOf", "userId"],
        ];
        names.extend(FIELDS.iter().filter_map(|path| below(path)).map(Cow::from));
        if let Some((role, session)) = below(&["principalId"]).and_then(|id| id.split_once(':')) {
            names.extend([role.into(), session.into()]);
        }
        // The ARN of a role with a path is known by its name alone, which is unique in an account.
        let mut roles = Vec::new();
        for name in &names {
            roles.extend(arn::role_of(name).map(Cow::Owned));
        }
        names.extend(roles);
        if self.actor.kind == ActorKind::Root {
            names.push("root".into());
        }
        names.retain(|name| !name.is_empty());
        names
    }

    /// Tells whether fields that say what was done are there and cannot be read, so that a resource may be missed.
    ///
    /// Shape: request, response and identity are objects or nothing; what `is_hidden` as a whole is as good as nothing.
    pub fn is_obscure(&self, is_hidden: impl Fn(&str) -> bool) -> bool {
        let obscure = |value: &Value| match value {
            Value::Object(_) | Value::Null => false,
            Value::Array(list) => !list.is_empty(),
            Value::String(text) => !(text.trim().is_empty() || text.trim() == "-" || is_hidden(text)),
            Value::Bool(_) | Value::Number(_) => true,
        };
        let parts = [record::REQUEST, record::RESPONSE, record::IDENTITY];
        parts.into_iter().filter_map(|part| parse::present(self.record.part(part))).any(obscure)
    }

    /// Returns what CloudTrail calls the action whose events stand in several accounts; nothing for most.
    ///
    /// Source: CloudTrail record contents, `sharedEventID`.
    pub fn shared_id(&self) -> Option<&str> {
        self.look_up("sharedEventID").and_then(Value::as_str).filter(|id| !id.is_empty())
    }

    /// Tells whether this is a corrected copy of an event that was delivered before.
    pub fn is_addendum(&self) -> bool {
        self.look_up("addendum").is_some()
    }

    /// Tells whether this is the copy that the owner of a VPC endpoint gets.
    pub fn is_of_endpoint(&self) -> bool {
        const KIND: &str = "AwsVpceEvent";
        self.record.mentions(KIND) && self.look_up("eventType").and_then(Value::as_str) == Some(KIND)
    }

    /// Returns a field that few records have; nothing is made of the others.
    fn look_up(&self, key: &str) -> Option<&Value> {
        if self.record.mentions(key) { parse::field::<Value>(&self.record, key) } else { None }
    }

    /// Tells whether the call was denied: whoever made it may not.
    ///
    /// Source: "Common errors" of the services' API references, and codes in real records.
    pub fn denied(&self) -> bool {
        const DENIALS: &[&str] = &["accessdenied", "unauthorized", "notauthorized", "authorizationerror", "forbidden", "explicitdeny"];
        let code = self.error_code.as_deref().unwrap_or_default().to_ascii_lowercase();
        DENIALS.iter().any(|denial| code.contains(denial))
    }

    /// Tells whether the call failed. A dry run succeeded, but changed nothing, and counts as failed.
    pub fn failed(&self) -> bool {
        self.error_code.is_some()
    }
}
