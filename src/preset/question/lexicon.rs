//! The words that are known: what is asked about, what was done, to what; and those that only hold a sentence together.
//!
//! Shape: phrases in lower case, divided by `/`; the longest that fits counts, and only whole words do.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Found;
use super::word::{Kind, Word};
use crate::catalogue::{self, Category};
use crate::event::camel_words;

/// What a question is about. A rule takes some of them; one that is left over makes the question unclear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Subject {
    Delete,
    Bucket,
    Permissions,
    Denied,
    SignIn,
    WithoutMfa,
    Failed,
    Spike,
    Root,
    Open,
    SecurityGroup,
    Public,
    Launch,
    Machine,
    MachineType,
    Cost,
    New,
    Actors,
    Trail,
    Change,
    Did,
    Data,
    Off,
    /// Something was done that only the name of a call tells.
    Verb,
    /// Something of a category.
    OfCategory,
}

use Subject as S;

/// What a phrase means.
struct Phrase {
    phrases: &'static str,
    subjects: &'static [Subject],
    /// How the names of calls begin that do it.
    verbs: &'static [&'static str],
    /// Codes of errors.
    errors: &'static [&'static str],
    category: Option<Category>,
}

const fn about(subjects: &'static [Subject], phrases: &'static str) -> Phrase {
    Phrase { phrases, subjects, verbs: &[], errors: &[], category: None }
}

const fn does(verbs: &'static [&'static str], phrases: &'static str) -> Phrase {
    Phrase { verbs, ..about(&[S::Verb], phrases) }
}

const fn of(category: Category, phrases: &'static str) -> Phrase {
    Phrase { category: Some(category), ..about(&[S::OfCategory], phrases) }
}

#[rustfmt::skip] // A table reads best in rows.
const PHRASES: &[Phrase] = &[
    Phrase { verbs: &["Delete", "Remove", "Purge"], ..about(&[S::Delete], "deleted/delete/deletes/deleting/removed/remove/removes/removing/removal/destroyed/destroys/dropped/erased/purged/wiped/deletions/nuked/nuke/zapped/trashed/binned/torn down/tore down/taken down/took down/got rid of/culled/decommissioned/vanished/disappeared/went missing/gone missing") },
    Phrase { verbs: &["Terminate"], ..about(&[S::Delete], "terminated/terminate/terminates/termination/terminations/killed") },
    about(&[S::Bucket], "bucket/buckets"),
    about(&[S::Permissions], "iam/permission/permissions/privilege/privileges/access rights/granted/grants"),
    about(&[S::Denied], "denied/denial/denials/access denied/permission denied/permissions denied/accessdenied/unauthorized/unauthorised/unauthorizedoperation/forbidden/blocked/refused/not authorized/not allowed"),
    about(&[S::SignIn], "login/logins/logon/logons/log-in/log-ins/log on/logged on/logging on/log in/logged in/logs in/logging in/sign in/sign-in/sign-ins/signed in/signs in/signin/signins/sign ins"),
    about(&[S::WithoutMfa], "without mfa/no mfa/without 2fa/no 2fa/no second factor/no second-factor/with only a password/only a password/only with a password/by password only/with just a password/just a password/without two factor authentication/without two-factor/without 2-factor/without 2 factor/no two-factor/no two factor/without two-factor authentication/without two factor/without multi-factor authentication/without multi factor authentication/without multifactor authentication/without second factor/without a second factor/without using mfa/not using mfa/missing mfa/mfa not used/mfa was not used/had no mfa/skipped mfa"),
    about(&[S::Failed], "failed/fail/fails/failing/failure/failures/error/errors/exceptions"),
    Phrase { errors: &["Throttling*", "RequestLimitExceeded", "TooManyRequestsException", "ProvisionedThroughputExceededException"], ..about(&[S::Failed], "throttling/throttled/throttles/rate limited/rate exceeded") },
    about(&[S::Spike], "spike/spikes/spiked/spiking/surge/surged/sudden surge/burst/bursts/sudden/suddenly/jump/jumps/jumped/rise/rises/rose/climb/climbed/increase/increases/increased/go up/went up/peak/peaks/peaked/more than usual"),
    about(&[S::Root], "root/root user/root account/root account user/as root"),
    about(&[S::Open], "opened/open/opens/opening/openings/opened up"),
    about(&[S::Open, S::SecurityGroup], "ingress/ingress rules/ingress rule/inbound/inbound rules/inbound rule"),
    Phrase { category: Some(Category::SecurityGroup), ..about(&[S::SecurityGroup], "security group/security groups/firewall rule/firewall rules/port/ports/sg/sgs") },
    about(&[S::Public], "internet/the internet/world/the world/public/publicly/0.0.0.0/0/::/0"),
    about(&[], "launch template/launch templates/launch configuration/launch configurations"),
    about(&[S::Launch], "launch/launched/launches/launching/spun up/spin up/spinning up/provisioned"),
    about(&[S::Launch, S::Machine], "ec2 launches/instance launches"),
    about(&[S::Machine], "instance/instances/machine/machines/vm/vms/server/servers/ec2 instance/ec2 instances/ec2 machines"),
    about(&[S::MachineType], "type/types/instance type/instance types/size/sizes"),
    about(&[S::Cost], "cost/costs/costing/price/prices/spend/spent/spending/bill/billed/expense/expenses/expensive/money"),
    about(&[S::New], "new/newly/first seen/first time/for the first time/never seen/never seen before/not seen before/haven't seen before/haven't seen/have not seen before/never showed up before/never showed up/never appeared before/never appeared/never been seen before/never been seen/never been here before/unfamiliar/previously unseen/unseen"),
    about(&[S::Actors], "user/users/principal/principals/actor/actors/role/roles/identity/identities/people/person/persons/somebody/someone/anyone/anybody/everyone/everybody/caller/callers/talker/talkers/session/sessions"),
    about(&[S::Trail], "trail/trails/cloudtrail/event selector/event selectors/event data store/event data stores/audit log/audit logs/audit logging/logging"),
    about(&[S::Change], "change/changed/changes/changing/modified/modify/modifies/modification/modifications/edit/edits/editing/tweak/tweaks/amended/amend/amends/amendment/amendments/poked/poke/fiddled with/patched/updated/update/updates/updating/edited/altered/reconfigured/happened to/happened/history/touched/touch/touches/touching/messed with/mess with/broke/break/tweaked/adjusted/scaled/scaled down/scaled up/scaled in/scaled out/scale down/scale up/resized"),
    about(&[S::Did], "did/do/does/done/doing/activity/activities/action/actions/active/call/calls/called/calling/used/use/uses/using/usage/been up to/up to/api calls/api call/behaviour/behavior/appeared/events"),
    about(&[S::Data], "downloaded/download/downloads/downloading/uploaded/upload/uploads/objects/object/data events/data event/data access/accessed/read objects/downloaded objects/read files/downloaded files/files"),
    Phrase { verbs: &["Stop"], ..about(&[S::Verb, S::Off], "stopped/stop/stops/stopping") },
    Phrase { verbs: &["Disable", "Deactivate"], ..about(&[S::Verb, S::Off], "disabled/disable/disables/disabling/deactivated/deactivate/deactivates/deactivating") },
    about(&[S::Off], "turned off/switched off/turn off/switch off/tampered with/tampered"),
    does(&["Put", "Delete"], "block public access/public access block/public access blocks/public access blocking"),
    does(&["Create"], "created/minted/issued/generated/stood up/create/creates/creating/creation"),
    does(&["Add"], "added/add/adds/adding"),
    does(&["Start"], "started/start/starts/starting"),
    does(&["Reboot", "Restart"], "rebooted/reboot/reboots/rebooting/restarted/restart/restarts/restarting"),
    does(&["Attach"], "attached/attach/attaches/attaching"),
    does(&["Detach"], "detached/detach/detaches/detaching"),
    does(&["Enable", "Activate"], "enabled/enable/enables/enabling/activated/activate/turned on/turn on/switched on/switch on"),
    does(&["Schedule"], "scheduled/schedule/schedules/scheduling"),
    does(&["Rotate"], "rotated/rotate/rotates/rotating"),
    does(&["Restore"], "restored/restore/restores/restoring"),
    does(&["Assume"], "assumed/assume/assumes/assuming"),
    does(&["Invoke"], "invoked/invoke/invokes/invoking"),
    does(&["Run", "Execute"], "ran/run/runs/executed/execute"),
    does(&["Get", "Describe"], "read/reads/reading/viewed/views/view/viewing/fetched/fetch/fetches/retrieved/retrieve/retrieves"),
    does(&["Associate"], "associated/associate/associates"),
    does(&["Disassociate"], "disassociated/disassociate"),
    does(&["Register"], "registered/register/registers"),
    does(&["Deregister"], "deregistered/deregister"),
    does(&["Put"], "put/puts"),
    does(&["Copy"], "copied/copy/copies"),
    does(&["Share", "Modify"], "shared/share/shares/sharing"),
    does(&["Reset", "Update", "Change"], "reset/resets"),
    does(&["Replace"], "replaced/replace/replaces"),
    does(&["Cancel"], "cancelled/canceled/cancel"),
    of(Category::Deployment, "deployment/deployments/deployed/deploys/deploy/release/releases/released/rollout/rollouts"),
    of(Category::Database, "database/databases/db/dbs"),
    of(Category::Networking, "network/networking/networks"),
    of(Category::LoadBalancer, "load balancer/load balancers/load balancing"),
    of(Category::AutoScaling, "auto scaling/autoscaling/autoscaler/scaling"),
    of(Category::Storage, "storage"),
];

/// What was done to something: nouns in the names of calls, in the singular.
#[rustfmt::skip] // Words read best in lines.
const NOUNS: &str = "bucket table function instance key access policy role user group cluster queue topic secret stack image volume snapshot alarm parameter \
    certificate vpc subnet route gateway listener target balancer database db distribution zone record repository pipeline project job task service \
    domain stream rule layer alias version subscription address network acl permission login profile device provider selector trail deletion tag \
    template scheduler schedule attachment password account organization grant identity pool app api stage rest deployment mfa nacl vault recorder detector recovery point trust block";

/// What a word says besides itself where names of calls are composed.
const ALSO: &[(&str, &[&str])] = &[
    ("database", &["db", "instance"]),
    ("db", &["instance"]),
    ("secret", &["value"]),
    ("mfa", &["device"]),
    ("nacl", &["network", "acl", "entry"]),
    ("recorder", &["configuration"]),
    ("trust", &["assume", "role", "policy"]),
    ("block", &["public", "access", "bucket", "account"]),
    ("snapshot", &["attribute"]),
    ("image", &["attribute"]),
    ("password", &["login", "profile"]),
];

/// Words that turn the meaning round, or ask for what no preset tells.
const TURNS: &str = "except/excluding/exclude/other than/apart from/not/never/no/without/but/don't/didn't/haven't/hasn't/isn't/wasn't/weren't/unless/besides/root cause/instead/rather/only/tomorrow/next week/next month/next year/in the future/bar/barring/outside/outside of/aside from/excl/minus/ignoring/nobody/no one/none";

/// Words for what CloudTrail does not hold (what is inside a machine, a flow or a payload; how things stand or who may do what), and for what no
/// preset tells apart.
#[rustfmt::skip] // Words read best in lines.
const BEYOND: &str = "by hand/manually/human/humans/ai/ai agent/ai agents/agent/agents/llm/mcp/claude/robot/robots/automation/over ssh/via ssh/through ssh/by ssh/cmds/cmd/bytes/packets/bandwidth/traffic/\
    throughput/country/countries/cpu/latency/vulnerable/vulnerability/vulnerabilities/cve/plaintext/plain text/pull request/pull requests/\
    commit/commits/git/slack/jira/allowed to/is allowed/are allowed/who can/who could/who may/can access/able to/has access to/have access to/\
    currently/right now/rn/at the moment/how big/how large/exist/exists";

/// Words that only hold a sentence together, or say no more than that something is asked.
#[rustfmt::skip] // Words read best in lines.
const FILLERS: &str = "a an the this that these those there here of to in on at for from with by and or as into via through over within during \
    is are was were be been being has have had will would can could should may might \
    who whom whose what which when where why how much many often long so \
    i we you it its our us me my they them their your \
    show list give tell find get see check display count number me all any anywhere every each everything anything other others else + & – some something somebody's \
    please report summary summarize summarise overview recent recently lately latest newest last time times ever \
    aws amazon account's accounts region regions console made make makes happen happens going went go gone got gets getting look up out before after since until \
    resource resources thing things named id ids arn ip address addresses factor mfa authentication second key keys access \
    please? hey hi just also own per top most across log logs rule rules rate utc gmt set setup settings configuration instance's anybody's service services event principal's activity";

fn known(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(['/', ' ']).filter(|word| !word.is_empty())
}

static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    PHRASES
        .iter()
        .flat_map(|phrase| known(phrase.phrases))
        .chain(known(NOUNS))
        .chain(known(TURNS))
        .chain(known(BEYOND))
        .chain(known(FILLERS))
        .collect()
});

/// Returns every word that is known.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().copied()
}

/// Tells whether a word is known by itself.
pub(super) fn is_known(plain: &str) -> bool {
    KNOWN.contains(plain)
}

/// Marks the words that are known, so that none of them is taken for a name.
pub(super) fn mark_names(words: &mut [Word]) {
    let is_common = |plain: &str| is_known(plain) || is_known(&singular(plain)) || service(plain).is_some();
    for at in 0..words.len() {
        let calls_a_thing = is_what_a_thing_is_called(words, at);
        if let Some(word) = words.get_mut(at) {
            word.common |= is_common(&word.plain) && !calls_a_thing;
        }
    }
    for at in 0..words.len() {
        let length = service_at(words, at).map_or(0, |(length, _)| length).max(if is_compound(words, at) { 2 } else { 0 });
        words.iter_mut().skip(at).take(length).for_each(|word| word.common = true);
    }
}

/// Tells whether a word for what CloudTrail does not hold stands before a thing, and so says which: `the cpu alarm`, `the robot account`.
fn is_what_a_thing_is_called(words: &[Word], at: usize) -> bool {
    let is_beyond = words.get(at).is_some_and(|word| BEYOND.split('/').any(|beyond| beyond == word.plain));
    is_beyond && words.get(at + 1).is_some_and(|next| is_noun(&singular(&next.plain)) || super::place::is_actor_noun(&next.plain))
}

/// Takes what is known, the longest phrase first.
pub(super) fn find(words: &mut [Word], found: &mut Found) {
    let mut at = 0;
    while at < words.len() {
        at += take(words, at, found).max(1);
    }
}

/// Takes the longest phrase that begins at a word; returns how many words it has.
fn take(words: &mut [Word], at: usize, found: &mut Found) -> usize {
    let free: Vec<String> =
        words.iter().skip(at).take_while(|word| word.kind.is_none() && !word.quoted).map(|word| word.plain.clone()).collect();
    let phrase = |list: &'static str| {
        let fits = |phrase: &&str| phrase.split(' ').eq(free.iter().take(phrase.split(' ').count()).map(String::as_str));
        list.split('/').filter(fits).map(|phrase| phrase.split(' ').count()).max().unwrap_or_default()
    };
    // `0.0.0.0/0` has the mark that divides phrases.
    let open = matches!(free.first().map(String::as_str), Some("0.0.0.0/0" | "::/0"));
    let best = PHRASES
        .iter()
        .map(|one| (if open && one.subjects == [S::Public] { 1 } else { phrase(one.phrases) }, one))
        .max_by_key(|(length, _)| *length);
    let (length, meaning) = best.filter(|(length, _)| *length > 0).unzip();
    let (length, turns) = (length.unwrap_or_default(), phrase(TURNS));
    let mark =
        |words: &mut [Word], length: usize, kind: Kind| words.iter_mut().skip(at).take(length).for_each(|word| word.kind = Some(kind));
    let beyond = phrase(BEYOND);
    if beyond > 0 && beyond >= length.max(turns) && !is_what_a_thing_is_called(words, at) {
        found.beyond = true;
        return beyond;
    }
    if turns > length || turns > 0 && meaning.is_none() {
        found.negated = true;
        return turns;
    }
    let Some(first) = free.first() else { return 1 };
    let noun = singular(first);
    // Who acts stands before what was done, and what it was done to after it.
    let identity = matches!(noun.as_str(), "user" | "role" | "group");
    let of_iam = at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| before.plain == "iam");
    let became = free.get(1).is_some_and(|next| matches!(next.as_str(), "was" | "were" | "been" | "got"));
    let acts = identity && found.verbs.is_empty() && !became && !of_iam;
    if known(NOUNS).any(|known| known == noun) && !acts {
        found.nouns.extend(ALSO.iter().filter(|(word, _)| *word == noun).flat_map(|(_, also)| also.iter().map(|word| (*word).to_owned())));
        found.nouns.insert(noun.clone());
    }
    if first == "the" && is_compound(words, at + 1) {
        mark(words, 1, Kind::Filler);
        return 1;
    }
    if let Some(off) = parted(words, at) {
        let (subjects, verbs): (&[Subject], &[&str]) = match words.get(off).map(|word| word.plain.as_str()) {
            Some("off") => (&[S::Off], &[]),
            _ => (&[S::Verb], &["Enable", "Activate"]),
        };
        found.subjects.extend(subjects);
        found.verbs.extend(verbs);
        words.iter_mut().skip(off).take(1).for_each(|word| word.kind = Some(Kind::Subject));
        mark(words, 1, Kind::Subject);
        return 1;
    }
    let in_two = service_at(words, at).filter(|(length, _)| *length > 1);
    if length < 2 && in_two.is_none() && is_compound(words, at) {
        found.nouns.extend(free.iter().take(2).map(|word| singular(word)));
        mark(words, 2, Kind::Subject);
        return 2;
    }
    let service = in_two.or_else(|| service_at(words, at));
    if let Some(meaning) = meaning.filter(|_| service.as_ref().is_none_or(|(words, _)| *words <= length)) {
        found.subjects.extend(meaning.subjects.iter().filter(|subject| !(**subject == S::Actors && identity && !acts)));
        found.verbs.extend(meaning.verbs);
        found.parameters.error.extend(meaning.errors.iter().map(|code| (*code).to_owned()));
        if let Some(category) = meaning.category.filter(|category| !found.parameters.category.contains(category)) {
            found.parameters.category.push(category);
        }
        let noun = |word: &String| known(NOUNS).any(|known| known == word);
        found.nouns.extend(free.iter().take(length).skip(1).map(|word| singular(word)).filter(noun));
        if length == 2 && free.get(..2).is_some_and(is_pair) {
            found.nouns.extend(free.iter().take(2).map(|word| singular(word)));
        }
        mark(words, length, if meaning.category.is_some() { Kind::Category } else { Kind::Subject });
        return length;
    }
    if let Some((length, service)) = service {
        if !found.parameters.service.contains(&service) {
            found.parameters.service.push(service);
        }
        mark(words, length, Kind::Service);
        return length;
    }
    if found.nouns.contains(&noun) || known(NOUNS).any(|known| known == noun) {
        mark(words, 1, Kind::Subject);
    } else if known(FILLERS).any(|known| known == first) {
        mark(words, 1, Kind::Filler);
    }
    1
}

/// Short names of services that are words of every day: they count only in the form of a host.
#[rustfmt::skip] // Words read best in lines.
const EVERYDAY: &[&str] = &[
    "account", "artifact", "backup", "batch", "billing", "cases", "config", "connect", "deadline", "detective", "discovery", "ds", "email", "es",
    "events", "forecast", "freetier", "geo", "health", "inspector", "invoicing", "lex", "location", "logs", "monitoring", "notifications", "payments", "pi",
    "polly", "pricing", "profile", "q", "sms", "states", "support", "tagging", "tax", "transfer", "translate", "transcribe", "discovery", "personalize",
    "trustedadvisor", "signin", "console", "cur", "ce", "marketplace", "panorama", "wisdom", "chime", "braket", "deepracer", "omics", "tnb",
];

/// Tells whether two words are one noun in the names of calls.
fn is_pair(two: &[String]) -> bool {
    static PAIRS: LazyLock<HashSet<(String, String)>> = LazyLock::new(|| {
        let nouns = |name: &'static str| camel_words(name).skip(1).map(|part| singular(&part.to_lowercase())).collect::<Vec<_>>();
        let pairs = |nouns: Vec<String>| nouns.iter().cloned().zip(nouns.iter().skip(1).cloned()).collect::<Vec<_>>();
        catalogue::calls().flat_map(|(_, name)| pairs(nouns(name))).collect()
    });
    matches!(two, [first, second] if PAIRS.contains(&(singular(first), singular(second))))
}

/// Tells whether a noun of two words begins here, of which neither tells what was done: `vpc endpoints`, `bucket policy`.
fn is_compound(words: &[Word], at: usize) -> bool {
    /// What a first word may mean by itself: a thing, not what was done.
    const THINGS: &[Subject] =
        &[S::Bucket, S::Machine, S::MachineType, S::Actors, S::Permissions, S::OfCategory, S::SecurityGroup, S::Public, S::Data];
    let free = |at: usize| words.get(at).filter(|word| word.kind.is_none() && !word.quoted).map(|word| word.plain.clone());
    let Some((first, second)) = free(at).zip(free(at + 1)) else { return false };
    let mut meanings = PHRASES.iter().filter(|phrase| phrase.phrases.split('/').any(|one| one == first));
    let of_things = meanings.all(|phrase| phrase.verbs.is_empty() && phrase.subjects.iter().all(|subject| THINGS.contains(subject)));
    let is_service = service(&first).is_some_and(|name| name == first);
    of_things && !is_service && !known(FILLERS).any(|one| one == first) && is_pair(&[first, second])
}

/// Returns where the second part of `turned … off` stands, with what was turned off between.
fn parted(words: &[Word], at: usize) -> Option<usize> {
    let plain = |at: usize| words.get(at).filter(|word| !word.quoted).map(|word| word.plain.as_str());
    plain(at).filter(|word| ["turned", "turn", "turns", "switched", "switch", "switches"].contains(word))?;
    (at + 2..at + 6).find(|later| plain(*later) == Some("off") || plain(*later) == Some("on") && plain(later + 1).is_none())
}

/// Returns the service that is named from a word on, and in how many words: `security hub`; `config` after `aws`.
fn service_at(words: &[Word], at: usize) -> Option<(usize, String)> {
    let free = |at: usize| words.get(at).filter(|word| word.kind.is_none() && !word.quoted).map(|word| word.plain.as_str());
    let first = free(at)?;
    let owner = at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|word| matches!(word.plain.as_str(), "aws" | "amazon"));
    let in_two = || {
        let joined = format!("{first}{}", free(at + 1)?);
        Some((2, service(&joined)?))
    };
    let owned = |name: &str| free(at + 1).is_some_and(|next| has_noun(name, &singular(next)));
    let everyday = || catalogue::service_names().find(|name| *name == first && (owner || owned(name))).map(|name| (1, name.to_owned()));
    in_two().or_else(|| service(first).map(|service| (1, service))).or_else(everyday)
}

/// Tells whether a noun is in the names of a service's calls, where that has the name of a word of every day: `config recorder`.
fn has_noun(service: &str, noun: &str) -> bool {
    let named = |name: &str| camel_words(name).skip(1).any(|part| singular(&part.to_lowercase()) == noun);
    EVERYDAY.contains(&service) && catalogue::calls().any(|(of, name)| of == service && named(name))
}

/// Tells whether a word says of which kind a thing is, between its name and what it is: `prod-web load balancer`, `orders ecs service`.
pub(super) fn says_which_kind(plain: &str) -> bool {
    const KINDS: &[&str] =
        &["load", "auto", "autoscaling", "scaling", "security", "target", "route", "launch", "hosted", "network", "event", "log", "task"];
    KINDS.contains(&plain) || service(plain).is_some()
}

/// Tells whether a word by itself means a category, and says not that something was done.
pub(super) fn is_plain_category(plain: &str) -> bool {
    let done = ["ed", "s", "ment", "ing"].iter().any(|end| plain.ends_with(end));
    !done
        && PHRASES
            .iter()
            .any(|phrase| phrase.category.is_some_and(|of| of != Category::SecurityGroup) && known(phrase.phrases).any(|one| one == plain))
}

/// Tells whether a word is a noun of the names of calls.
pub(super) fn is_noun(plain: &str) -> bool {
    known(NOUNS).any(|noun| noun == plain)
}

/// Returns the service that a word names.
pub(super) fn service(plain: &str) -> Option<String> {
    let is_known = || catalogue::service_names().find(|name| *name == plain).filter(|name| !EVERYDAY.contains(name));
    let called = || catalogue::service_called(plain).filter(|_| !["console", "consolelogin", "securitygroups"].contains(&plain));
    // What has a category of its own, or is asked about by a preset, is no filter.
    let asked = PHRASES.iter().any(|phrase| phrase.phrases.split('/').any(|known| known == plain));
    if asked { None } else { called().or_else(is_known).map(str::to_owned) }
}

/// Tells whether a word only says what something was done to.
pub(super) fn is_noun_alone(plain: &str) -> bool {
    let noun = singular(plain);
    known(NOUNS).any(|known| known == noun)
        && !known(FILLERS).any(|known| known == plain)
        && !PHRASES.iter().any(|phrase| phrase.phrases.split('/').any(|known| known == plain))
}

/// Returns what a noun says besides itself in the names of calls.
pub(super) fn also(noun: &str) -> impl Iterator<Item = &'static &'static str> {
    ALSO.iter().filter(move |(word, _)| *word == noun).flat_map(|(_, also)| also.iter())
}

/// Returns a word in the singular.
pub(super) fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) if stem.len() > 2 => format!("{stem}y"),
        _ if word.ends_with("ss") || word.len() < 4 => word.to_owned(),
        _ => word.strip_suffix('s').unwrap_or(word).to_owned(),
    }
}
