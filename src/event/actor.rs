//! Who acted, and what the call came through.

use serde_json::Value;

use super::parse::{capped, field, flag, text};
use super::{Actor, ActorKind, Partition, Via, agent, is_account};

/// Tools by a word of their user agent, in lower case; the first row that fits wins.
///
/// Why this order? Terraform, CDK and the command line all name the SDK that they are built on, and come first therefore.
const TOOLS: &[(&str, Via)] = &[
    ("terraform", Via::Terraform),
    ("opentofu", Via::Terraform),
    ("pulumi", Via::Terraform),
    ("cloudformation", Via::CloudFormation),
    ("aws-cdk", Via::CloudFormation),
    ("cdk/", Via::CloudFormation),
    ("aws-sam", Via::CloudFormation),
    ("samcli", Via::CloudFormation),
    ("aws-cli/", Via::Cli),
    ("awspowershell", Via::Cli),
    ("aws-tools-for-powershell", Via::Cli),
];

/// How the roles of single sign-on are named, before the permission set and a generated end.
const SSO: &str = "AWSReservedSSO_";

/// Consoles by a word of their user agent, in lower case.
const CONSOLES: &[&str] = &["console.amazonaws.com", "signin.amazonaws.com", "console.aws", "aws-console", "awsconsole", "mozilla/"];

/// SDKs by a word of their user agent, in lower case.
const SDKS: &[&str] = &["boto3/", "botocore/", "boto/", "aws-sdk", "aws-chalice", "smithy", "sdk-"];

/// What the account's root user is called.
const ROOT: &str = "root";
/// What somebody is called of whom the record tells nothing.
const NOBODY: &str = "unknown";

/// Tells whether an actor may be called so without having the name in the record.
pub(crate) fn is_our_word(name: &str) -> bool {
    matches!(name, ROOT | NOBODY)
}

/// Judges the actor of a record.
pub(super) fn of(record: &Value) -> Actor {
    let clues = Clues::of(record);
    let kind = kind(&clues);
    let name = capped(name(&clues, kind));
    let chain = chain(&clues, kind, &name);
    Actor { name, kind, via: via(&clues), arn: clues.arn, chain }
}

/// The fields that tell of the actor.
struct Clues {
    /// `userIdentity.type`, in lower case.
    identity: String,
    user_name: Option<String>,
    arn: Option<String>,
    principal_id: Option<String>,
    account: Option<String>,
    /// The name of the role behind a session.
    role: Option<String>,
    /// The session's name.
    session: Option<String>,
    /// The AWS service that called, without its suffix.
    service: Option<String>,
    /// The event's own service, for events that services report themselves.
    source: Option<String>,
    /// Whether an agent called, through the AWS MCP Server.
    agent: bool,
    /// `onBehalfOf.userId`: somebody in an identity store.
    behalf: Option<String>,
    /// `credentialId` of an Identity Center user.
    credential: Option<String>,
    /// The last part of `onBehalfOf.identityStoreArn`.
    store: Option<String>,
    /// `sourceIdentity`, which stays through all roles.
    source_identity: Option<String>,
    /// The id in `signInSessionArn`.
    sign_in: Option<String>,
    /// `invokedByDelegate.accountId`: the product provider that somebody lent access to.
    delegate: Option<String>,
    /// The account of the caller where the event is in another one.
    foreign: Option<String>,
    /// Whether the credentials are those of a console session.
    console: bool,
    /// `userAgent`, in lower case.
    user_agent: String,
    /// `eventType`, in lower case.
    event_type: String,
}

impl Clues {
    fn of(record: &Value) -> Self {
        let identity = field(record, "userIdentity").unwrap_or(&Value::Null);
        let arn = text(identity, "arn");
        let issuer = field(identity, "sessionContext").and_then(|context| field(context, "sessionIssuer")).unwrap_or(&Value::Null);
        let principal_id = text(identity, "principalId");
        let in_arn = arn.as_deref().and_then(|arn| arn.split_once(":assumed-role/")).and_then(|(_, tail)| tail.split_once('/'));
        let host = |key, object| text(object, key).and_then(|host| service(&host).map(str::to_owned));
        let context = field(identity, "sessionContext").unwrap_or(&Value::Null);
        let behalf = field(identity, "onBehalfOf").or_else(|| field(context, "onBehalfOf")).unwrap_or(&Value::Null);
        let delegate = field(identity, "invokedByDelegate").unwrap_or(&Value::Null);
        let tail = |object, key| text(object, key).and_then(|arn| arn.rsplit('/').next().map(str::to_owned)).map(capped);
        let recipient = text(record, "recipientAccountId").filter(|account| is_account(account));
        let caller = text(identity, "accountId").filter(|account| is_account(account));
        let server = |key, object| text(object, key).is_some_and(|host| Partition::service(&host) == Some(agent::SERVER));
        let lower = |key, object| text(object, key).unwrap_or_default().to_lowercase();
        Self {
            identity: lower("type", identity),
            user_name: text(identity, "userName"),
            role: in_arn.map(|(role, _)| role.to_owned()).or_else(|| text(issuer, "userName")),
            session: in_arn
                .map(|(_, session)| session.to_owned())
                .or_else(|| principal_id.as_deref().and_then(|id| id.split_once(':')).map(|(_, session)| session.to_owned())),
            arn,
            principal_id,
            account: text(identity, "accountId"),
            service: host("invokedBy", identity).or_else(|| host("sourceIPAddress", record)).filter(|service| service != agent::SERVER),
            agent: server("invokedBy", identity) || server("sourceIPAddress", record),
            behalf: text(behalf, "userId").map(capped),
            credential: text(identity, "credentialId").map(capped),
            store: tail(behalf, "identityStoreArn"),
            source_identity: text(context, "sourceIdentity").or_else(|| text(identity, "sourceIdentity")).map(capped),
            sign_in: tail(context, "signInSessionArn").or_else(|| tail(identity, "signInSessionArn")),
            delegate: text(delegate, "accountId").filter(|account| is_account(account)),
            foreign: caller.filter(|caller| recipient.is_some_and(|recipient| recipient != *caller)),
            source: host("eventSource", record),
            console: flag(record, "sessionCredentialFromConsole") == Some(true),
            user_agent: lower("userAgent", record),
            event_type: lower("eventType", record),
        }
    }

    fn is_console(&self) -> bool {
        self.console || self.event_type.starts_with("awsconsole") || CONSOLES.iter().any(|word| self.user_agent.contains(word))
    }
}

/// Returns the host without its suffix when it is an AWS service that acts by itself; the console's hosts stand for a person.
fn service(host: &str) -> Option<&str> {
    let name = Partition::service(host)?;
    (name != "signin" && name != "console").then_some(name)
}

fn kind(clues: &Clues) -> ActorKind {
    let role = clues.role.as_deref().unwrap_or_default();
    match clues.identity.as_str() {
        _ if clues.agent => ActorKind::Agent,
        "root" if clues.service.is_some() => ActorKind::Service,
        "root" => ActorKind::Root,
        "awsservice" => ActorKind::Service,
        "iamuser" | "identitycenteruser" | "samluser" => ActorKind::Human,
        _ if role.starts_with("AWSServiceRoleFor") => ActorKind::Service,
        "assumedrole" if role.starts_with(SSO) => ActorKind::Human,
        _ if clues.service.is_some() => ActorKind::Service,
        "assumedrole" if clues.is_console() => ActorKind::Human,
        "assumedrole" | "role" | "federateduser" | "webidentityuser" => ActorKind::Role,
        "" if clues.event_type == "awsserviceevent" => ActorKind::Service,
        _ => ActorKind::Unknown,
    }
}

fn name(clues: &Clues, kind: ActorKind) -> String {
    if kind == ActorKind::Root {
        return ROOT.into();
    }
    let role = || match (&clues.role, &clues.session) {
        // A person is known by the session's name; the role of single sign-on has a generated one.
        (Some(role), Some(session)) if kind == ActorKind::Human || role.starts_with(SSO) => Some(session.clone()),
        (Some(role), Some(session)) => Some(format!("{role}/{session}")),
        (role, _) => role.clone(),
    };
    let of_service = || (kind == ActorKind::Service).then(|| clues.service.clone()).flatten();
    let by_itself = || (kind == ActorKind::Service).then(|| clues.source.clone()).flatten();
    let in_arn = || clues.arn.as_deref().and_then(|arn| arn.rsplit(['/', ':']).next()).filter(|tail| !tail.is_empty()).map(str::to_owned);
    of_service()
        .or_else(|| if clues.identity == "iamuser" { clues.user_name.clone() } else { None })
        .or_else(role)
        .or_else(|| clues.user_name.clone())
        .or_else(in_arn)
        .or_else(by_itself)
        .or_else(|| clues.principal_id.clone())
        .or_else(|| clues.behalf.clone())
        .or_else(|| clues.credential.clone())
        // A person is never called by the number of an account.
        .or_else(|| clues.account.clone().filter(|_| clues.identity != "identitycenteruser"))
        .unwrap_or_else(|| NOBODY.into())
}

/// Tells who stands behind and between; nothing where the name says all.
fn chain(clues: &Clues, kind: ActorKind, name: &str) -> Vec<String> {
    let other = |told: &&String| told.as_str() != name && clues.session.as_ref() != Some(told);
    let mut links: Vec<String> = Vec::new();
    links.extend(clues.source_identity.as_ref().filter(other).map(|told| format!("source identity {told}")));
    links.extend(clues.behalf.as_ref().filter(other).map(|told| format!("on behalf of the Identity Center user {told}")));
    let at_store = clues.behalf.as_deref() == Some(name) || clues.credential.as_deref() == Some(name);
    links.extend(clues.store.as_ref().filter(|_| at_store).map(|store| format!("Identity Center user of {store}")));
    links.extend(clues.sign_in.as_ref().map(|session| format!("sign-in session {session}")));
    links.extend(clues.foreign.as_ref().filter(|_| kind != ActorKind::Service).map(|account| format!("from account {account}")));
    links.extend(clues.delegate.as_ref().map(|account| format!("access lent to account {account}")));
    links.extend(clues.agent.then(|| agent::link(None)));
    if links.is_empty() {
        return links;
    }
    let set = clues.role.as_deref().and_then(|role| role.strip_prefix(SSO)).map(|role| role.rsplit_once('_').map_or(role, |(set, _)| set));
    let person = match set {
        Some(set) => format!("{name} (SSO, {set})"),
        None => name.to_owned(),
    };
    std::iter::once(person).chain(links).collect()
}

fn via(clues: &Clues) -> Via {
    if clues.agent {
        return Via::AwsMcp;
    }
    if clues.service.as_deref() == Some("cloudformation") {
        return Via::CloudFormation;
    }
    if clues.service.is_some() || clues.event_type == "awsserviceevent" {
        return Via::Service;
    }
    if let Some((_, via)) = TOOLS.iter().find(|(word, _)| clues.user_agent.contains(word)) {
        return *via;
    }
    if clues.is_console() {
        return Via::Console;
    }
    if clues.identity == "awsservice" || service(&clues.user_agent).is_some() || clues.user_agent.starts_with("aws internal") {
        return Via::Service;
    }
    if SDKS.iter().any(|word| clues.user_agent.contains(word)) { Via::Sdk } else { Via::Unknown }
}

#[cfg(test)]
mod tests;
