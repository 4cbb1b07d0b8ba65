//! One entry of an answer: everything that an event says passes through `redact` here, before it becomes part of a sentence.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Style;
use crate::answer::contract::SUSPICIOUS_TEXT;
use crate::answer::draft::{Detail, Draft};
use crate::answer::fold::Fold;
use crate::answer::{
    ActorReport, ConfidenceName, Entry, EventError, LinkReport, Repeats, Score, ScorePart, Step, SuspectReport, TouchedResource,
    UndoneReport, console, withhold,
};
use crate::catalogue::{self, Owner, Role};
use crate::event::{ActorKind, Event, Proof, Via};
use crate::policy::UntrustedText;
use crate::rank::explanation::{Contribution, Explanation};
use crate::rank::finding::objections;
use crate::rank::link::Link;
use crate::rank::{Change, Confidence, Ranked, Reason};
use crate::{redact, time};

/// Longest `requestParameters` shown at `detail=full`, in characters of JSON.
const MAX_PARAMETER_CHARS: usize = 1_500;
/// Longest name of an actor: a role of 64 characters, a stroke, a session of 64.
///
/// Source: IAM's and STS's limits.
pub(in crate::answer) const MAX_ACTOR_CHARS: usize = 129;
/// Longest reason; those that there are end sooner, but for names that are longer than AWS allows.
const MAX_REASON_CHARS: usize = 400;
/// Ranks that get all their reasons; those after get the first.
const EXPLAINED: usize = 5;
/// Ranks that get their links, as the first screen shows so many; those after where they are strong.
const LINKED: usize = 3;
/// Longest name of a thing: most ARNs are shorter.
const MAX_THING_CHARS: usize = 200;

/// Makes one entry, as `style` tells.
pub(super) fn entry(draft: &Draft<'_>, fold: &Fold<'_>, rank: usize, style: &Style) -> Entry {
    let change = &fold.best.change;
    let (event, untrusted, full) = (&change.event, draft.untrusted, draft.detail == Detail::Full);
    let explained = full || rank <= EXPLAINED;
    // A name in a forged record may be a secret, which loses its form once a sentence is made of it.
    let (name, error_code) = (untrusted.name(&event.name, 80), event.error_code.as_deref().map(|code| untrusted.name(code, 80)));
    let record = redact::record(&event.record);
    let section = |key: &str| record.get(key).cloned().unwrap_or(Value::Null);
    let (request, response) = (section("requestParameters"), section("responseElements"));
    let before = draft.earlier.request_before(change).map(redact::parameters);
    let summary = told(change, untrusted, &record, before.as_deref());
    let undo = || {
        catalogue::undo_command(&catalogue::Undoable {
            service: event.service(),
            event_name: &event.name,
            region: &event.region,
            request: &request,
            response: &response,
            earlier: before.as_deref(),
            admits: match untrusted {
                UntrustedText::Quote => |_| true,
                UntrustedText::Omit => |value| withhold::text(value) == value,
            },
        })
    };
    let taken_back = fold.best.facts.undo.taken_back.as_deref();
    let mut entry = Entry {
        event_id: untrusted.text(&event.event_id, 80),
        rank,
        reasons: reasons(draft, fold, explained, style),
        time: time::rfc3339(event.time),
        relative: time::to_alert(event.time, draft.incident.alert.as_ref().map(|alert| alert.started_at), draft.now),
        name,
        service: match untrusted {
            UntrustedText::Omit if withhold::text(&event.source) != event.source => withhold::WITHHELD.into(),
            _ => redact::text(event.service(), 60),
        },
        summary,
        actor: ActorReport {
            name: untrusted.text(&event.actor.name, MAX_ACTOR_CHARS),
            kind: actor_kind(event.actor.kind).into(),
            via: via(event.actor.via).filter(|via| *via != actor_kind(event.actor.kind)).map(str::to_owned),
            arn: None,
            chain: event.actor.chain.iter().map(|link| untrusted.text(link, 96)).collect(),
        },
        error: error_code.map(|code| EventError { code, message: None }),
        repeats: (fold.members.len() > 1).then(|| repeats(draft, fold, explained, style)),
        suspect: fold.best.confidence.map(|confidence| SuspectReport {
            confidence: confidence_name(confidence),
            links: if full || rank <= LINKED || confidence == Confidence::Strong { links(draft, fold.best, style) } else { Vec::new() },
            against: objections(fold.best)
                .into_iter()
                .map(|objection| style.words.objection(objection, draft.incident.alert.is_some()))
                .collect(),
            undo: if event.failed() || taken_back.is_some() || is_repeated(fold) { None } else { undo() },
        }),
        undone: taken_back.map(|back| UndoneReport {
            time: time::rfc3339(back.time),
            by: untrusted.text(&back.by, MAX_ACTOR_CHARS),
            event_id: untrusted.text(&back.event_id, 80),
        }),
        flags: flags(fold, event),
        ..Entry::default()
    };
    if full {
        add_detail(&mut entry, draft, fold.best);
        if untrusted == UntrustedText::Quote {
            entry.request_parameters = capped(&request);
            entry.earlier_parameters = before.as_deref().and_then(capped);
        }
    }
    entry
}

/// Says in words what happened; `earlier` is the request of the last like call.
pub(in crate::answer) fn summary(change: &Change, untrusted: UntrustedText, earlier: Option<&Value>) -> String {
    told(change, untrusted, &redact::record(&change.event.record), earlier)
}

/// Says in words what a redacted record tells.
fn told(change: &Change, untrusted: UntrustedText, record: &Value, earlier: Option<&Value>) -> String {
    let event = &change.event;
    let section = |key: &str| record.get(key).unwrap_or(&Value::Null);
    let summary = match untrusted {
        UntrustedText::Quote => catalogue::summarise(&catalogue::Parts {
            event_name: &untrusted.name(&event.name, 80),
            service: event.service(),
            request: section("requestParameters"),
            response: section("responseElements"),
            additional: section(if record.get("additionalEventData").is_some() { "additionalEventData" } else { "serviceEventDetails" }),
            error_code: event.error_code.as_deref().map(|code| untrusted.name(code, 80)).as_deref(),
            earlier,
        }),
        UntrustedText::Omit => withhold::summary(change),
    };
    let owner = match catalogue::foreign_owner(event, &change.resources) {
        Some(Owner { account, of_key: false }) => format!(" (of account {account})"),
        Some(Owner { account, of_key: true }) => format!(" (key of account {account})"),
        None => String::new(),
    };
    redact::clean(&summary, catalogue::MAX_SUMMARY_CHARS - owner.len()) + &owner
}

/// Adds what `detail=full` tells of an event.
fn add_detail(entry: &mut Entry, draft: &Draft<'_>, ranked: &Ranked) {
    let (event, untrusted) = (&ranked.change.event, draft.untrusted);
    let quoted = |text: &Option<String>, max: usize| text.as_deref().map(|text| untrusted.text(text, max));
    entry.score = Some(score(ranked));
    entry.resources = touched(&ranked.change, untrusted);
    entry.actor.arn = quoted(&event.actor.arn, 200);
    entry.source_ip = quoted(&event.source_ip, 80);
    entry.user_agent = quoted(&event.user_agent, 120);
    entry.console_url = console::url(event);
    if let Some(error) = &mut entry.error {
        error.message = quoted(&event.error_message, 300);
    }
}

/// Every rule that spoke, the points that a suspect needs here, and the vetoes.
fn score(ranked: &Ranked) -> Score {
    let Explanation { contributions, vetoes } = ranked.explanation();
    let part = |one: &Contribution<'_>| ScorePart { signal: one.signal.into(), rule: one.rule.into(), points: one.points };
    Score {
        total: ranked.score,
        parts: contributions.iter().map(part).collect(),
        bar: ranked.bar,
        chance: (ranked.chance * 100.0).round() / 100.0,
        vetoes: vetoes.into_iter().map(str::to_owned).collect(),
    }
}

/// The reasons in words. What `relative`, `undone` and what speaks against a suspect say is not said again.
fn reasons(draft: &Draft<'_>, fold: &Fold<'_>, explained: bool, style: &Style) -> Vec<String> {
    let explanation = fold.best.explanation();
    let said = explanation.reasons();
    let beside = |reason: &Reason<'_>| match reason {
        Reason::AfterAlert => true,
        Reason::UndoneBefore | Reason::UndoneAfter => fold.best.facts.undo.taken_back.is_some(),
        Reason::Failed | Reason::Overwritten => fold.best.is_suspect(),
        Reason::Before { .. } => !explained || said.len() > 1,
        _ => false,
    };
    let told = said
        .iter()
        .filter(|reason| !beside(reason))
        .map(|reason| style.words.reason(reason, draft.untrusted, draft.incident.alert.is_some()));
    told.take(if explained { 3 } else { style.room.reasons }).map(|reason| redact::clean(&reason, MAX_REASON_CHARS)).collect()
}

/// The steps from what the alert names to what was changed, each with its record.
fn links(draft: &Draft<'_>, ranked: &Ranked, style: &Style) -> Vec<LinkReport> {
    let thing = |id: &str| draft.untrusted.text(id, MAX_THING_CHARS);
    let report = |(step, link): (usize, &Link)| {
        let named = draft.incident.resources.iter().find(|named| step == 0 && named.id == link.from);
        LinkReport {
            from: named.map_or_else(|| thing(&link.from), |named| format!("{} ({})", thing(&link.from), style.words.basis(&named.basis))),
            to: thing(&link.to),
            by: format!("event {}", draft.untrusted.text(&link.by, 80)),
        }
    };
    let tie = &ranked.facts.tie;
    let pointed = tie.pointed.as_deref().filter(|_| tie.path.is_empty());
    let told = tie.application.as_deref().map(|pointed| LinkReport::of_log(pointed.line, thing(&pointed.thing)));
    tie.path.iter().chain(pointed).enumerate().map(report).chain(told).collect()
}

/// Tells whether the same call succeeded several times, so that one command takes only a part of it back.
fn is_repeated(fold: &Fold<'_>) -> bool {
    let name = &fold.best.change.event.name;
    fold.members.iter().filter(|one| !one.change.event.failed() && one.change.event.name == *name).count() > 1
}

fn confidence_name(confidence: Confidence) -> ConfidenceName {
    match confidence {
        Confidence::Strong => ConfidenceName::Strong,
        Confidence::Likely => ConfidenceName::Likely,
        Confidence::Possible => ConfidenceName::Possible,
    }
}

fn flags(fold: &Fold<'_>, event: &Event) -> Vec<String> {
    let flags = [
        (SUSPICIOUS_TEXT, redact::holds_suspicious(&event.record)),
        ("after_alert", !fold.best.facts.is_eligible() && !event.read_only),
        ("reverted", fold.best.facts.undo.before),
        ("verified", event.proof == Some(Proof::Proven)),
        ("unverified", event.proof == Some(Proof::Unproven)),
        ("tampered_file", event.proof == Some(Proof::Disproven)),
    ];
    flags.into_iter().filter(|(_, set)| *set).map(|(flag, _)| flag.to_owned()).collect()
}

fn repeats(draft: &Draft<'_>, fold: &Fold<'_>, explained: bool, style: &Style) -> Repeats {
    let less = usize::from(!explained);
    let ids = if draft.detail == Detail::Full { 10 } else { style.room.ids.saturating_sub(less) };
    let others = fold.members.iter().skip(1).take(ids);
    Repeats {
        count: fold.members.len(),
        failed: (fold.failed > 0).then_some(fold.failed),
        first: time::rfc3339(fold.first),
        last: time::rfc3339(fold.last),
        event_ids: others.map(|member| draft.untrusted.text(&member.change.event.event_id, 80)).collect(),
        run: steps(draft, fold, style.room.steps.saturating_sub(less).max(1)),
    }
}

/// Counts the most frequent changes of a run by name; nothing when all are of one kind.
fn steps(draft: &Draft<'_>, fold: &Fold<'_>, most: usize) -> Vec<Step> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for member in &fold.members {
        *counts.entry(member.change.event.name.as_str()).or_default() += 1;
    }
    let mut steps: Vec<(&str, usize)> = counts.into_iter().collect();
    if steps.len() < 2 {
        return Vec::new();
    }
    steps.sort_by_key(|(_, count)| Reverse(*count));
    steps.into_iter().take(most).map(|(name, count)| Step { name: draft.untrusted.name(name, 80), count }).collect()
}

fn touched(change: &Change, untrusted: UntrustedText) -> Vec<TouchedResource> {
    let role = |role: Role| match role {
        Role::Target => "target",
        Role::Parent => "parent",
        Role::Referenced => "referenced",
    };
    change
        .resources
        .iter()
        .take(8)
        .map(|r| TouchedResource { id: untrusted.text(&r.id, 200), kind: r.kind.map(str::to_owned), role: role(r.role).into() })
        .collect()
}

/// Returns request parameters whose JSON stays within [`MAX_PARAMETER_CHARS`]; what is left out is said.
fn capped(request: &Value) -> Option<Map<String, Value>> {
    let mut room = MAX_PARAMETER_CHARS;
    let mut kept = Map::new();
    let mut left_out = 0;
    for (key, value) in request.as_object()? {
        let size = key.len() + serde_json::to_string(value).map_or(usize::MAX, |json| json.len());
        if size <= room {
            room -= size;
            kept.insert(key.clone(), value.clone());
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        kept.insert(
            "…".into(),
            Value::String(format!("{left_out} more parameters left out for length; aws.cloudtrail_event shows the record")),
        );
    }
    (!kept.is_empty()).then_some(kept)
}

/// Returns the contract's word for an actor's kind.
pub(in crate::answer) fn actor_kind(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Human => "human",
        ActorKind::Role => "role",
        ActorKind::Service => "service",
        ActorKind::Root => "root",
        ActorKind::Agent => "agent",
        ActorKind::Unknown => "unknown",
    }
}

pub(in crate::answer) fn via(via: Via) -> Option<&'static str> {
    match via {
        Via::Console => Some("console"),
        Via::Cli => Some("cli"),
        Via::Terraform => Some("terraform"),
        Via::CloudFormation => Some("cloudformation"),
        Via::Service => Some("service"),
        Via::AwsMcp => Some("aws_mcp"),
        Via::Sdk => Some("sdk"),
        Via::Unknown => None,
    }
}
