//! Who acted, and what the call came through.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::node::Node;
use super::parse::{capped, field, flag, words};
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
pub(super) fn of<N: Node>(record: &N) -> Actor {
    let clues = Clues::of(record);
    let kind = kind(&clues);
    let name = capped(name(&clues, kind));
    let chain = chain(&clues, kind, &name);
    Actor { name, kind, via: via(&clues), arn: clues.arn.map(Cow::into_owned), chain }
}

/// The fields that tell of the actor.
struct Clues<'a> {
    /// `userIdentity.type`, in lower case.
    identity: String,
    user_name: Option<Cow<'a, str>>,
    arn: Option<Cow<'a, str>>,
    principal_id: Option<Cow<'a, str>>,
    account: Option<Cow<'a, str>>,
    /// The name of the role behind a session.
    role: Option<Cow<'a, str>>,
    /// The session's name.
    session: Option<&'a str>,
    /// The AWS service that called, without its suffix.
    service: Option<Cow<'a, str>>,
    /// The event's own service, for events that services report themselves.
    source: Option<Cow<'a, str>>,
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
    delegate: Option<Cow<'a, str>>,
    /// The account of the caller where the event is in another one.
    foreign: Option<Cow<'a, str>>,
    /// Whether the credentials are those of a console session.
    console: bool,
    /// `userAgent`, in lower case.
    user_agent: String,
    /// The words of [`TOOLS`], [`CONSOLES`] and [`SDKS`] in it.
    agent_words: AgentWords,
    /// `eventType`, in lower case.
    event_type: String,
}

impl<'a> Clues<'a> {
    fn of<N: Node>(record: &'a N) -> Self {
        let identity = field(record, "userIdentity");
        let within = |object: Option<&'a N>, key: &str| object.and_then(|object| words(object, key));
        let below = |object: Option<&'a N>, key: &str| object.and_then(|object| field(object, key));
        let arn = within(identity, "arn");
        let context = below(identity, "sessionContext");
        let principal_id = within(identity, "principalId");
        // What is no text has no parts.
        let in_arn = borrowed(&arn).and_then(|arn| arn.split_once(":assumed-role/")).and_then(|(_, tail)| tail.split_once('/'));
        let in_principal = || borrowed(&principal_id).and_then(|id| id.split_once(':')).map(|(_, session)| session);
        let behalf = below(identity, "onBehalfOf").or_else(|| below(context, "onBehalfOf"));
        let tail = |object, key: &str| within(object, key).and_then(|arn| arn.rsplit('/').next().map(str::to_owned)).map(capped);
        let owned = |object, key: &str| within(object, key).map(|text| capped(text.into_owned()));
        let recipient = words(record, "recipientAccountId").filter(|account| is_account(account));
        let caller = within(identity, "accountId").filter(|account| is_account(account));
        let record = Some(record);
        let host = |key: &str, object| within(object, key).and_then(serving);
        let server = |key: &str, object| within(object, key).is_some_and(|host| Partition::service(&host) == Some(agent::SERVER));
        let lower = |key: &str, object| within(object, key).unwrap_or_default().to_lowercase();
        let user_agent = lower("userAgent", record);
        Self {
            identity: lower("type", identity),
            user_name: within(identity, "userName"),
            role: in_arn.map(|(role, _)| role.into()).or_else(|| within(below(context, "sessionIssuer"), "userName")),
            session: in_arn.map(|(_, session)| session).or_else(in_principal),
            account: within(identity, "accountId"),
            service: host("invokedBy", identity).or_else(|| host("sourceIPAddress", record)).filter(|service| service != agent::SERVER),
            agent: server("invokedBy", identity) || server("sourceIPAddress", record),
            behalf: owned(behalf, "userId"),
            credential: owned(identity, "credentialId"),
            store: tail(behalf, "identityStoreArn"),
            source_identity: owned(context, "sourceIdentity").or_else(|| owned(identity, "sourceIdentity")),
            sign_in: tail(context, "signInSessionArn").or_else(|| tail(identity, "signInSessionArn")),
            delegate: within(below(identity, "invokedByDelegate"), "accountId").filter(|account| is_account(account)),
            foreign: caller.filter(|caller| recipient.is_some_and(|recipient| recipient != *caller)),
            source: host("eventSource", record),
            console: record.and_then(|record| flag(record, "sessionCredentialFromConsole")) == Some(true),
            agent_words: AgentWords::of(&user_agent),
            user_agent,
            event_type: lower("eventType", record),
            arn,
            principal_id,
        }
    }

    fn is_console(&self) -> bool {
        self.console || self.event_type.starts_with("awsconsole") || self.agent_words.console
    }
}

/// Returns text as long as the record lives; nothing for what was a number.
fn borrowed<'a>(text: &Option<Cow<'a, str>>) -> Option<&'a str> {
    if let Some(Cow::Borrowed(text)) = text { Some(text) } else { None }
}

/// Returns the service that a host is.
fn serving(host: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match host {
        Cow::Borrowed(host) => service(host).map(Cow::Borrowed),
        Cow::Owned(host) => service(&host).map(|service| Cow::Owned(service.to_owned())),
    }
}

/// What the words of a user agent tell.
#[derive(Clone, Copy, Debug, Default)]
struct AgentWords {
    /// The first row of [`TOOLS`] that fits.
    tool: Option<Via>,
    console: bool,
    sdk: bool,
}

impl AgentWords {
    /// Finds the words in a user agent in lower case, all in one pass.
    fn of(agent: &str) -> Self {
        #[expect(clippy::expect_used, reason = "literal words")]
        static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
            let words = TOOLS.iter().map(|(word, _)| word).chain(CONSOLES).chain(SDKS);
            AhoCorasick::new(words).expect("the words are few")
        });
        let mut found = Self::default();
        let mut first = TOOLS.len();
        for word in WORDS.find_overlapping_iter(agent).map(|word| word.pattern().as_usize()) {
            match word {
                tool if tool < TOOLS.len() => first = first.min(tool),
                console if console < TOOLS.len() + CONSOLES.len() => found.console = true,
                _ => found.sdk = true,
            }
        }
        found.tool = TOOLS.get(first).map(|(_, via)| *via);
        found
    }
}

/// Returns the host without its suffix when it is an AWS service that acts by itself; the console's hosts stand for a person.
fn service(host: &str) -> Option<&str> {
    let name = Partition::service(host)?;
    (name != "signin" && name != "console").then_some(name)
}

fn kind(clues: &Clues<'_>) -> ActorKind {
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

fn name(clues: &Clues<'_>, kind: ActorKind) -> String {
    if kind == ActorKind::Root {
        return ROOT.into();
    }
    let role = || match (clues.role.as_deref(), clues.session) {
        // A person is known by the session's name; the role of single sign-on has a generated one.
        (Some(role), Some(session)) if kind == ActorKind::Human || role.starts_with(SSO) => Some(session.to_owned()),
        (Some(role), Some(session)) => Some(format!("{role}/{session}")),
        (role, _) => role.map(str::to_owned),
    };
    let by_service = kind == ActorKind::Service;
    let of_service = || clues.service.as_deref().filter(|_| by_service);
    let by_itself = || clues.source.as_deref().filter(|_| by_service);
    let in_arn = || clues.arn.as_deref().and_then(|arn| arn.rsplit(['/', ':']).next()).filter(|tail| !tail.is_empty());
    let known = of_service().or_else(|| clues.user_name.as_deref().filter(|_| clues.identity == "iamuser"));
    let further = || {
        let named = clues.user_name.as_deref().or_else(in_arn).or_else(by_itself).or(clues.principal_id.as_deref());
        let named = named.or(clues.behalf.as_deref()).or(clues.credential.as_deref());
        // A person is never called by the number of an account.
        named.or_else(|| clues.account.as_deref().filter(|_| clues.identity != "identitycenteruser"))
    };
    known.map(str::to_owned).or_else(role).unwrap_or_else(|| further().unwrap_or(NOBODY).to_owned())
}

/// Tells who stands behind and between; nothing where the name says all.
fn chain(clues: &Clues<'_>, kind: ActorKind, name: &str) -> Vec<String> {
    let other = |told: &&String| told.as_str() != name && clues.session != Some(told.as_str());
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

fn via(clues: &Clues<'_>) -> Via {
    if clues.agent {
        return Via::AwsMcp;
    }
    if clues.service.as_deref() == Some("cloudformation") {
        return Via::CloudFormation;
    }
    if clues.service.is_some() || clues.event_type == "awsserviceevent" {
        return Via::Service;
    }
    if let Some(via) = clues.agent_words.tool {
        return via;
    }
    if clues.is_console() {
        return Via::Console;
    }
    if clues.identity == "awsservice" || service(&clues.user_agent).is_some() || clues.user_agent.starts_with("aws internal") {
        return Via::Service;
    }
    if clues.agent_words.sdk { Via::Sdk } else { Via::Unknown }
}

#[cfg(test)]
mod tests;
