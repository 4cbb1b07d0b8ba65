//! From ranked changes to the [`Answer`] of one page.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use regex::Regex;
use serde_json::{Map, Value};

use super::earlier::Earlier;
use super::filter::Filter;
use super::fold::{Fold, fold};
use super::run::fold_runs;
use super::tokens::estimate;
use super::{
    ActorReport, AlertReport, Answer, CellReport, ContextReport, Cost, CoverageReport, Entry, EventError, Finding, Group, RegionReport,
    Repeats, ResourceReport, Score, ScorePart, SourceLabel, StateName, Step, Totals, TouchedResource, VerdictName, WindowReport, headline,
    withhold,
};
use crate::catalogue::{self, Category, Role};
use crate::context::Incident;
use crate::coverage::{Cell, Coverage, SourceName, State, Verdict};
use crate::event::{ActorKind, Event, Via};
use crate::policy::UntrustedText;
use crate::rank::{Change, Ranked};
use crate::time::Window;
use crate::{redact, time};

/// Most tokens of the entries of one answer as JSON; with the rest of the answer it stays below 10,000 tokens and 40,000 characters.
const MAX_TOKENS: usize = 7_000;
/// Most characters of them.
const MAX_CHARS: usize = 28_000;
/// Most tokens of a concise answer with up to 20 events, as estimated, which lies a fifth above the real number for JSON.
const CONCISE_TOKENS: usize = 4_700;
/// How much of each entry a concise answer tells, from wide to tight: characters of summaries among the explained ranks and after,
/// reasons after, ids of repeats, kinds of change in a run.
const ROOMS: &[Room] = &[
    Room { explained: 160, summary: 110, reasons: 1, ids: 3, steps: 6, words: 160, actor: 64 },
    Room { explained: 140, summary: 90, reasons: 1, ids: 2, steps: 5, words: 120, actor: 64 },
    Room { explained: 110, summary: 70, reasons: 0, ids: 1, steps: 3, words: 90, actor: 48 },
    Room { explained: 80, summary: 50, reasons: 0, ids: 1, steps: 2, words: 60, actor: 32 },
    Room { explained: 50, summary: 30, reasons: 0, ids: 1, steps: 2, words: 40, actor: 16 },
    TIGHTEST,
];

#[derive(Clone, Copy)]
struct Room {
    explained: usize,
    summary: usize,
    reasons: usize,
    ids: usize,
    /// Kinds of change that a run is told by.
    steps: usize,
    /// Longest reason, in characters.
    words: usize,
    /// Longest actor, in characters.
    actor: usize,
}
/// Longest `requestParameters` shown at `detail=full`, in characters of JSON.
const MAX_PARAMETER_CHARS: usize = 1_500;
/// Ranks that get all their reasons; those after get the first.
const EXPLAINED: usize = 5;

/// How much of each event is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// One line an event.
    #[default]
    Concise,
    /// Scores, resources, parameters and origin as well.
    Full,
}

/// Which part of the ranking is shown.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Most entries to show.
    pub limit: usize,
    /// Ids already shown or folded under this cursor.
    pub seen: HashSet<String>,
    /// Entries shown before.
    pub shown: usize,
    /// Events folded before.
    pub folded: usize,
    /// Lowest place shown before: whether it was a suspect, and its score.
    pub last: Option<(bool, i32)>,
}

/// Everything an answer is made of.
pub struct Draft<'a> {
    /// What was asked.
    pub incident: &'a Incident,
    /// The window that was read in the end.
    pub window: Window,
    /// Whether it was widened.
    pub widened: bool,
    /// Regions looked at, each with its basis.
    pub regions: Vec<RegionReport>,
    /// A region that nothing named, when one had to be guessed.
    pub guessed_region: Option<String>,
    /// What was read.
    pub coverage: &'a Coverage,
    /// All changes.
    pub changes: &'a [Change],
    /// All of them, ranked.
    pub ranked: &'a [Ranked],
    /// What was so before.
    pub earlier: Earlier<'a>,
    /// What to show.
    pub filter: &'a Filter,
    /// Which part.
    pub page: Page,
    /// How much of each.
    pub detail: Detail,
    /// What becomes of free text.
    pub untrusted: UntrustedText,
    /// The clock.
    pub now: DateTime<Utc>,
    /// What it cost.
    pub cost: Cost,
}

/// An answer, and where the next page goes on.
pub struct Built {
    /// The answer, not yet redacted.
    pub answer: Answer,
    /// The next page; nothing when all is shown.
    pub next: Option<Page>,
    /// What is shown by now, for an answer that goes on with what is read later.
    pub shown: Page,
}

/// Builds the answer, with as much of each entry as its tokens allow.
pub fn build(draft: &Draft<'_>) -> Built {
    let matches = |ranked: &&Ranked| draft.changes.get(ranked.index).is_some_and(|change| draft.filter.matches(change, ranked));
    let matched: Vec<&Ranked> = draft.ranked.iter().filter(matches).collect();
    // Whoever asks for something in particular is shown it, not the run that it is part of.
    let runs = |folds| if draft.filter.is_empty() { fold_runs(draft.changes, folds) } else { folds };
    let folds = runs(fold(draft.changes, &matched));
    // What is read later may belong to what was shown before: it stands by itself then, lest it be missed.
    let seen = &draft.page.seen;
    let unseen = |ranked: &&&Ranked| draft.changes.get(ranked.index).is_none_or(|change| !seen.contains(&change.event.event_id));
    let left: Vec<&Ranked> = matched.iter().filter(unseen).copied().collect();
    let later = (!seen.is_empty()).then(|| runs(fold(draft.changes, &left)));
    let fresh = later.as_ref().unwrap_or(&folds);
    let mut built = None;
    for room in ROOMS {
        let one = built.insert(build_within(draft, &matched, &folds, fresh, room));
        let entries = one.answer.entries().len().max(20);
        let tokens = serde_json::to_string(&one.answer).map_or(0, |json| estimate(&json));
        if draft.detail == Detail::Full || tokens <= CONCISE_TOKENS * entries / 20 {
            break;
        }
    }
    built.unwrap_or_else(|| build_within(draft, &matched, &folds, fresh, &TIGHTEST))
}

const TIGHTEST: Room = Room { explained: 24, summary: 16, reasons: 0, ids: 1, steps: 2, words: 20, actor: 8 };

fn build_within(draft: &Draft<'_>, matched: &[&Ranked], folds: &[Fold<'_>], fresh: &[Fold<'_>], room: &Room) -> Built {
    // Suspects are ranked before all others, so a fold with one in it is led by one.
    let suspects: Vec<&Fold<'_>> = folds.iter().filter(|fold| fold.best.suspect).collect();
    let finding = match (draft.coverage.verdict(), suspects.is_empty()) {
        (Verdict::Unknown, true) => Finding::CouldNotLook,
        (_, true) => Finding::NoSuspect,
        (_, false) => Finding::Suspects,
    };
    let several_accounts = draft.coverage.cells.iter().map(Cell::account).filter(|a| !a.is_empty()).collect::<HashSet<_>>().len() > 1;
    let several_regions = draft.changes.iter().map(|c| c.event.region.as_str()).collect::<HashSet<_>>().len() > 1;

    let mut next = draft.page.clone();
    let mut entries: Vec<(Category, Entry)> = Vec::new();
    let (mut tokens, mut chars) = (0, 0);
    let mut left = false;
    let place = |place: &str| match draft.untrusted {
        UntrustedText::Quote => place.to_owned(),
        UntrustedText::Omit => withhold::text(place).to_owned(),
    };
    let mut leaders: HashMap<usize, usize> = HashMap::new();
    for fold in fresh {
        let Some(change) = draft.changes.get(fold.best.index) else { continue };
        if entries.len() >= draft.page.limit {
            left = true;
            break;
        }
        let rank = next.shown + 1;
        let mut entry = entry(draft, fold, change, rank, room);
        entry.account = several_accounts.then(|| place(&change.event.account));
        entry.region = several_regions.then(|| place(&change.event.region));
        entry.same_run_as = fold.leader.and_then(|leader| leaders.get(&leader).copied());
        leaders.insert(fold.best.index, rank);
        if fold.best.eligible && draft.page.last.is_some_and(|last| place_of(fold.best) > last) {
            entry.flags.push("read_later".into());
        }
        let json = serde_json::to_string(&entry).unwrap_or_default();
        (tokens, chars) = (tokens + estimate(&json), chars + json.chars().count());
        // The first entry is told whatever it takes; its parts are capped one by one.
        if !entries.is_empty() && (tokens > MAX_TOKENS || chars > MAX_CHARS) {
            left = true;
            break;
        }
        next.shown += 1;
        next.folded += fold.members.len() - 1;
        next.seen.extend(fold.members.iter().filter_map(|m| draft.changes.get(m.index)).map(|c| c.event.event_id.clone()));
        next.last = Some(next.last.map_or(place_of(fold.best), |last| last.min(place_of(fold.best))));
        entries.push((change.class.category, entry));
    }
    let totals = Totals {
        matched: matched.len(),
        shown: next.shown,
        folded: next.folded,
        remaining: matched.len().saturating_sub(next.shown + next.folded),
    };
    let mut coverage = coverage_report(draft.coverage);
    let mut headline = headline::headline(&headline::Facts {
        finding,
        coverage: draft.coverage,
        best: suspects.first().and_then(|f| {
            let change = draft.changes.get(f.best.index)?;
            Some(headline::Best { entry: entry(draft, f, change, 1, room) })
        }),
        suspects: suspects.len(),
        matched: matched.len(),
        filtered: !draft.filter.is_empty(),
        all: draft.ranked.len(),
        alert: draft.incident.alert.is_some(),
        window: draft.window,
        widened: draft.widened,
        guessed_region: draft.guessed_region.as_deref(),
        unguided: !draft.incident.words.trim().is_empty()
            && draft.incident.alert.is_none()
            && draft.incident.resources.is_empty()
            && !draft.incident.start_given,
    });
    if draft.untrusted == UntrustedText::Omit {
        withhold_regions(&mut coverage, &mut headline);
    }
    let console_url_template = entries
        .first()
        .and_then(|_| draft.regions.first())
        .and_then(|region| console_host(&region.name))
        .map(|host| format!("https://{{region}}.{host}/cloudtrailv2/home?region={{region}}#/events/{{event_id}}"));
    let answer = Answer {
        finding,
        headline,
        coverage: Some(coverage),
        context: Some(context_report(draft)),
        groups: groups(entries, draft, folds),
        console_url_template,
        totals: Some(totals),
        next_cursor: None,
        cost: Some(draft.cost.clone()),
        error: None,
    };
    Built { answer, next: left.then(|| next.clone()), shown: next }
}

/// Returns what orders eligible changes: the higher, the earlier they are shown.
fn place_of(ranked: &Ranked) -> (bool, i32) {
    (ranked.suspect, ranked.score)
}

/// A run counts where its entry stands.
fn groups(entries: Vec<(Category, Entry)>, draft: &Draft<'_>, folds: &[Fold<'_>]) -> Vec<Group> {
    let mut totals: BTreeMap<&'static str, usize> = BTreeMap::new();
    for fold in folds {
        if let Some(change) = draft.changes.get(fold.best.index) {
            *totals.entry(change.class.category.as_str()).or_default() += fold.members.len();
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for (category, entry) in entries {
        match groups.iter_mut().find(|group| group.category == category.as_str()) {
            Some(group) => group.events.push(entry),
            None => groups.push(Group {
                category: category.as_str().into(),
                label: category.label().into(),
                icon: category.icon().into(),
                total: totals.get(category.as_str()).copied().unwrap_or_default(),
                events: vec![entry],
            }),
        }
    }
    // What is read later may come under another category than the run that it was counted with.
    for group in &mut groups {
        group.total = group.total.max(group.events.iter().map(|entry| entry.repeats.as_ref().map_or(1, |repeats| repeats.count)).sum());
    }
    groups
}

/// Makes one entry. Everything from the event goes through `redact` here, before it becomes part of a sentence.
fn entry(draft: &Draft<'_>, fold: &Fold<'_>, change: &Change, rank: usize, room: &Room) -> Entry {
    let event = &change.event;
    let full = draft.detail == Detail::Full;
    let safe = |text: &str, max: usize| match draft.untrusted {
        UntrustedText::Quote => redact::text(text, max),
        UntrustedText::Omit => withhold::text(text).to_owned(),
    };
    let named = |name: &str, max: usize| match draft.untrusted {
        UntrustedText::Quote => redact::text(name, max),
        UntrustedText::Omit => withhold::name(name).to_owned(),
    };
    // A name in a forged record may be a secret, which loses its form once a sentence is made of it.
    let (name, error_code) = (named(&event.name, 80), event.error_code.as_deref().map(|code| named(code, 80)));
    let record = redact::record(&event.record);
    let section = |key: &str| record.get(key).cloned().unwrap_or(Value::Null);
    let (request, response) = (section("requestParameters"), section("responseElements"));
    let summary = match draft.untrusted {
        UntrustedText::Quote => {
            let before = draft.earlier.request_before(change).map(redact::parameters);
            catalogue::summarise_with(&name, event.service(), &request, &response, error_code.as_deref(), before.as_deref())
        }
        UntrustedText::Omit => withhold::summary(change),
    };
    let safe_id = |id: &str| match draft.untrusted {
        UntrustedText::Quote => redact::text(id, 80),
        UntrustedText::Omit => withhold::text(id).to_owned(),
    };
    let ids = |max: usize| -> Vec<String> {
        fold.members.iter().skip(1).take(max).filter_map(|m| draft.changes.get(m.index)).map(|c| safe_id(&c.event.event_id)).collect()
    };
    let explained = full || rank <= EXPLAINED;
    // Past the explained ranks `relative` says how long before the alert.
    let reasons = match draft.untrusted {
        UntrustedText::Quote => fold.best.reasons().into_iter().map(str::to_owned).collect(),
        UntrustedText::Omit => withhold::reasons(fold.best),
    };
    let reasons = reasons.into_iter().filter(|reason| explained || !reason.ends_with("before the alert"));
    let mut flags = Vec::new();
    if is_suspicious(event) {
        flags.push("suspicious_text".to_owned());
    }
    if !fold.best.eligible && !event.read_only {
        flags.push("after_alert".to_owned());
    }
    if fold.best.reverted {
        flags.push("reverted".to_owned());
    }
    Entry {
        event_id: safe_id(&event.event_id),
        rank,
        reasons: reasons.take(if explained { 3 } else { room.reasons }).map(|reason| redact::text(&reason, room.words)).collect(),
        time: time::rfc3339(event.time),
        relative: time::to_alert(event.time, draft.incident.alert.as_ref().map(|alert| alert.started_at), draft.now),
        name,
        service: match draft.untrusted {
            UntrustedText::Omit if withhold::text(&event.source) != event.source => withhold::WITHHELD.into(),
            _ => redact::text(event.service(), 60),
        },
        summary: redact::text(
            &summary,
            if full {
                200
            } else if explained {
                room.explained
            } else {
                room.summary
            },
        ),
        actor: ActorReport {
            name: safe(&event.actor.name, if full { 64 } else { room.actor }),
            kind: actor_kind(event.actor.kind).into(),
            via: via(event.actor.via).filter(|via| *via != actor_kind(event.actor.kind)).map(str::to_owned),
            arn: event.actor.arn.as_deref().filter(|_| full).map(|arn| safe(arn, 200)),
        },
        account: None,
        region: None,
        error: error_code
            .map(|code| EventError { code, message: event.error_message.as_deref().filter(|_| full).map(|message| safe(message, 300)) }),
        repeats: (fold.members.len() > 1).then(|| Repeats {
            count: fold.members.len(),
            failed: (fold.failed > 0).then_some(fold.failed),
            first: time::rfc3339(fold.first),
            last: time::rfc3339(fold.last),
            event_ids: ids(if full { 10 } else { room.ids.saturating_sub(usize::from(!explained)) }),
            run: steps(draft, fold, room.steps.saturating_sub(usize::from(!explained)).max(1))
                .into_iter()
                .map(|(name, count)| Step { name: named(name, 80), count })
                .collect(),
        }),
        same_run_as: None,
        flags,
        score: full.then(|| Score {
            total: fold.best.score,
            parts: fold.best.parts.iter().map(|part| ScorePart { signal: part.signal.into(), points: part.points }).collect(),
        }),
        resources: if full { touched(change, draft.untrusted) } else { Vec::new() },
        source_ip: event.source_ip.as_deref().filter(|_| full).map(|ip| safe(ip, 80)),
        user_agent: event.user_agent.as_deref().filter(|_| full).map(|agent| safe(agent, 120)),
        request_parameters: (full && draft.untrusted == UntrustedText::Quote).then(|| capped(&request)).flatten(),
        console_url: full.then(|| console_url(event)).flatten(),
    }
}

/// Counts the most frequent changes of a run by name; nothing when all are of one kind.
fn steps<'a>(draft: &Draft<'a>, fold: &Fold<'_>, most: usize) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for change in fold.members.iter().filter_map(|member| draft.changes.get(member.index)) {
        *counts.entry(change.event.name.as_str()).or_default() += 1;
    }
    let mut steps: Vec<(&str, usize)> = counts.into_iter().collect();
    steps.sort_by_key(|(_, count)| Reverse(*count));
    if steps.len() < 2 { Vec::new() } else { steps.into_iter().take(most).collect() }
}

fn touched(change: &Change, untrusted: UntrustedText) -> Vec<TouchedResource> {
    let id = |id: &str| match untrusted {
        UntrustedText::Quote => redact::text(id, 200),
        UntrustedText::Omit => withhold::text(id).to_owned(),
    };
    let role = |role: Role| match role {
        Role::Target => "target",
        Role::Parent => "parent",
        Role::Referenced => "referenced",
    };
    change
        .resources
        .iter()
        .take(8)
        .map(|r| TouchedResource { id: id(&r.id), kind: r.kind.map(str::to_owned), role: role(r.role).into() })
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

fn is_suspicious(event: &Event) -> bool {
    let texts = [Some(event.actor.name.as_str()), event.user_agent.as_deref(), event.error_message.as_deref()];
    texts.into_iter().flatten().any(redact::is_suspicious) || any_string(event.request(), &redact::is_suspicious, 0)
}

fn any_string(value: &Value, test: &dyn Fn(&str) -> bool, depth: usize) -> bool {
    match value {
        Value::String(text) => test(text),
        Value::Array(items) if depth < 24 => items.iter().any(|item| any_string(item, test, depth + 1)),
        Value::Object(map) if depth < 24 => map.iter().any(|(key, item)| test(key) || any_string(item, test, depth + 1)),
        _ => false,
    }
}

/// Returns the console's link to an event, built only from a well-formed region and a UUID.
pub fn console_url(event: &Event) -> Option<String> {
    #[expect(clippy::expect_used, reason = "a literal pattern; a test compiles it")]
    static UUID: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$").expect("pattern"));
    let host = console_host(&event.region)?;
    let (region, id) = (&event.region, &event.event_id);
    UUID.is_match(id).then(|| format!("https://{region}.{host}/cloudtrailv2/home?region={region}#/events/{id}"))
}

/// Returns the console's host for a region's partition; nothing when the region is not well-formed.
fn console_host(region: &str) -> Option<&'static str> {
    let well_formed = (3..=32).contains(&region.len()) && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    well_formed.then(|| match region {
        r if r.starts_with("cn-") => "console.amazonaws.cn",
        r if r.starts_with("us-gov-") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    })
}

/// Leaves out what is no region by its form: records of an archive name theirs themselves.
pub fn withhold_regions(coverage: &mut CoverageReport, headline: &mut String) {
    for cell in coverage.cells.iter_mut().filter(|cell| !cell.region.is_empty() && withhold::text(&cell.region) != cell.region) {
        *headline = headline.replace(&cell.region, withhold::WITHHELD);
        cell.region = withhold::WITHHELD.into();
    }
}

/// Tells the coverage.
pub fn coverage_report(coverage: &Coverage) -> CoverageReport {
    CoverageReport {
        verdict: match coverage.verdict() {
            Verdict::Complete => VerdictName::Complete,
            Verdict::Partial => VerdictName::Partial,
            Verdict::Unknown => VerdictName::Unknown,
        },
        cells: coverage.cells.iter().map(cell_report).collect(),
        blind_spots: coverage.blind_spots.clone(),
        next: headline::next_step(coverage),
    }
}

fn cell_report(cell: &Cell) -> CellReport {
    CellReport {
        account: redact::text(cell.account(), 20),
        region: redact::text(cell.region(), 32),
        source: match cell.source() {
            SourceName::EventHistory => SourceLabel::EventHistory,
            SourceName::Archive => SourceLabel::Archive,
        },
        state: state_name(cell.state()),
        covered_from: cell.covered().map(|window| time::rfc3339(window.from)),
        covered_to: cell.covered().map(|window| time::rfc3339(window.to)),
        requests: cell.requests,
        events: cell.events,
        detail: cell.detail.as_deref().map(|detail| redact::text(detail, 300)),
    }
}

/// Returns the contract's name of a state.
pub fn state_name(state: State) -> StateName {
    match state {
        State::Exhausted => StateName::Exhausted,
        State::Lagging => StateName::Lagging,
        State::PageCap => StateName::PageCap,
        State::Deadline => StateName::Deadline,
        State::Cancelled => StateName::Cancelled,
        State::Throttled => StateName::Throttled,
        State::Denied => StateName::Denied,
        State::DeniedByPolicy => StateName::DeniedByPolicy,
        State::Failed => StateName::Failed,
        State::Expired => StateName::Expired,
        State::RegionDisabled => StateName::RegionDisabled,
        State::NoData => StateName::NoData,
        State::IntegrityFailed => StateName::IntegrityFailed,
        State::NotConfigured => StateName::NotConfigured,
    }
}

fn context_report(draft: &Draft<'_>) -> ContextReport {
    let safe = |text: &str, max: usize| match draft.untrusted {
        UntrustedText::Quote => redact::text(text, max),
        UntrustedText::Omit => withhold::text(text).to_owned(),
    };
    let region = |name: &str| match draft.untrusted {
        UntrustedText::Quote => name.to_owned(),
        UntrustedText::Omit => withhold::text(name).to_owned(),
    };
    ContextReport {
        alert: draft.incident.alert.as_ref().map(|alert| AlertReport {
            name: safe(&alert.name, 120),
            started_at: time::rfc3339(alert.started_at),
            others: alert.others.iter().take(5).map(|name| safe(name, 120)).collect(),
        }),
        window: WindowReport {
            from: time::rfc3339(draft.window.from),
            to: time::rfc3339(draft.window.to),
            basis: draft.incident.window_basis.clone(),
            widened: draft.widened,
        },
        regions: draft.regions.iter().map(|r| RegionReport { name: region(&r.name), basis: r.basis.clone() }).collect(),
        resources: draft
            .incident
            .resources
            .iter()
            .take(10)
            .map(|r| ResourceReport { id: safe(&r.id, 120), kind: r.kind.clone(), basis: redact::text(&r.basis, 80) })
            .collect(),
    }
}

/// Returns the contract's word for an actor's kind.
pub fn actor_kind(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Human => "human",
        ActorKind::Role => "role",
        ActorKind::Service => "service",
        ActorKind::Root => "root",
        ActorKind::Unknown => "unknown",
    }
}

fn via(via: Via) -> Option<&'static str> {
    match via {
        Via::Console => Some("console"),
        Via::Cli => Some("cli"),
        Via::Terraform => Some("terraform"),
        Via::CloudFormation => Some("cloudformation"),
        Via::Service => Some("service"),
        Via::Sdk => Some("sdk"),
        Via::Unknown => None,
    }
}

#[cfg(test)]
mod tests;
