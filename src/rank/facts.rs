//! What is known of each change beside the alert, worked out once: all that the rules look at.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::activity::Activities;
use super::affinity::{Affinity, affinities};
use super::application::{Pointed, pointed};
use super::consequence::{Consequence, consequences};
use super::crowd;
use super::environment::Environments;
use super::failure::Failure;
use super::fit::{Alleged, Answer, Fit};
use super::lifetime::{Lifetime, lifetimes};
use super::link::{Link, is_firm, relations};
use super::pointer::pointers;
use super::topology::{Graph, Relation};
use super::undo::{Restored, Undo, pairs};
use super::{Background, Change, Named};
use crate::catalogue::{Cause, Delay, Effect, Gravity, Role, Severity, Specificity, is_scaler, makes_target};
use crate::context::Incident;
use crate::event::{ActorKind, Event, EventCategory};

/// A change this much later than the alert's start can still be its cause: alerts are stamped by their rule, clocks differ.
///
/// Source: the contract (nothing later than 60 s after the alert's start is a suspect).
pub const GRACE: TimeDelta = TimeDelta::seconds(60);

/// Something that starts so long before the alert belongs to its onset.
const START: TimeDelta = TimeDelta::minutes(45);

/// The facts of one change.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What ties it to what the alert names.
    pub tie: Tie,
    /// When it was made.
    pub timing: Timing,
    /// What its class and its values do.
    pub effect: Impact,
    /// How that fits what the alert complains of.
    pub fit: Fit,
    /// Who made it, and how often.
    pub actor: Doer,
    /// Whether it was taken back, or takes back.
    pub undo: Reversal,
    /// How long what it did lasted.
    pub lifetime: Lifetime,
    /// What it follows from, and what follows from it.
    pub consequence: Consequence,
    /// Whether it failed, and for what.
    pub failure: Option<Failure>,
    /// Whether it is a heartbeat or housekeeping.
    pub noise: bool,
    /// Whether it is traffic on data.
    pub data_event: bool,
    /// Whether it only reads.
    pub read_only: bool,
    /// How much it stands out by itself; only without an alert, which tells better what to look for.
    pub gravity: Option<Gravity>,
}

/// What ties a change to the alert, by resource and by name.
#[derive(Clone, Debug, Default)]
pub struct Tie {
    /// How it is related to what the alert names.
    pub relation: Relation,
    /// The records that tell so, from what the alert names to what was changed; none where nothing relates the two.
    pub path: Vec<Link>,
    /// The refused call that names what was changed, from who was refused to that thing.
    pub pointed: Option<Box<Link>>,
    /// The record of an application's error that is about it, or about what was changed.
    pub application: Option<Box<Pointed>>,
    /// Whether it makes its target, rather than something in it.
    pub makes_target: bool,
    /// What it shares with the alert by name.
    pub affinity: Affinity,
    /// Whether the alert names anything that an event could be related to, and whether by more than a word.
    pub named: Named,
    /// Whether it is in the service that a named resource belongs to.
    pub same_service: bool,
    /// Whether it was made in a sandbox, a preview or a test of which the alert does not speak.
    pub elsewhere: bool,
}

impl Tie {
    /// Tells whether the change is made to what the alert names, mentions it, or is one step away.
    pub fn is_near(&self) -> bool {
        matches!(self.relation, Relation::Target(_) | Relation::Mention(_) | Relation::OneStep(..))
    }

    /// Tells whether records or an exact name link the change to what the alert names.
    pub fn is_proven(&self) -> bool {
        let by_records = matches!(self.relation, Relation::TwoSteps(..) | Relation::ThreeSteps(..) | Relation::Name(_));
        self.is_near() || by_records || self.pointed.is_some() || self.application.is_some() || matches!(self.affinity, Affinity::Exact(_))
    }

    /// Tells whether a resource relates the change to the alert.
    pub fn is_related(&self) -> bool {
        self.relation != Relation::None
    }

    /// Tells whether a name is shared, whatever relates the two.
    pub fn shares_name(&self) -> bool {
        self.affinity.is_of_named() || matches!(self.affinity, Affinity::Told(..))
    }

    /// Tells whether no more than a shared word ties the change to the alert.
    pub fn is_by_word(&self) -> bool {
        !self.is_proven() && !self.is_related() && self.shares_name()
    }

    /// Tells whether anything ties the change to the alert, or the alert names nothing that could.
    pub fn holds(&self) -> bool {
        self.is_related() || self.shares_name() || self.named <= Named::Unseen && self.affinity != Affinity::OtherThanTold
    }
}

/// When a change was made.
#[derive(Clone, Debug, Default)]
pub struct Timing {
    /// How long such a change usually takes to be felt.
    pub delay: Delay,
    /// How long before the alert's start, or before the window's end without an alert; negative when it is later.
    pub age: TimeDelta,
    /// Whether there is an alert.
    pub alert: bool,
    /// Whether nobody told when it began.
    pub unsure: bool,
    /// Whether only what starts anew feels it, and something was started for load near the onset, long after the change.
    pub latent: bool,
}

impl Timing {
    /// Tells whether it was too late to be a cause.
    pub fn is_late(&self) -> bool {
        self.alert && self.age < -GRACE
    }
}

/// What the class and the values of a change do.
#[derive(Clone, Debug, Default)]
pub struct Impact {
    /// How often such a change is what broke something, 0 to 100.
    pub weight: u8,
    /// How grave its values are.
    pub severity: Option<Severity>,
    /// Whether it adds to what is there and takes nothing away.
    pub adds: bool,
    /// Whether it lets somebody in, and its values show that these are few.
    pub admits_few: bool,
    /// Whether there is less than before: deleted, detached, removed, stopped.
    pub lessens: bool,
    /// Whether it only watches or reports.
    pub watches: bool,
    /// Whether many things of other names depend on what it acts on.
    pub shared: bool,
}

impl Impact {
    /// Tells whether the values have `effect`.
    pub fn has(&self, effect: Effect) -> bool {
        self.severity.is_some_and(|severity| severity.effect == effect)
    }

    /// Tells whether the values alone take so much away that they may cause anything.
    pub fn is_grave(&self) -> bool {
        const GRAVE: i8 = 15;
        self.severity.is_some_and(|severity| severity.effect == Effect::TakesAway && severity.points >= GRAVE)
    }
}

/// Who made a change, and how often.
#[derive(Clone, Debug, Default)]
pub struct Doer {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Whether a service did it by itself, not for whoever deploys and not by somebody's rotation schedule.
    pub keeps_house: bool,
    /// How many such calls it made.
    pub calls: usize,
    /// Whether it did this once, while others act often.
    pub once: bool,
    /// Whether it does this all the time, or takes and gives by turns.
    pub routine: bool,
    /// Whether it asked for the very same before, hours ago for the first time and more than once.
    pub repeated: bool,
    /// Whether it adds or takes away machines as load asks for.
    pub scales: bool,
    /// Whether most of these calls are about things that are thrown away.
    pub throwaway: bool,
    /// Whether it was not seen for hours before, and does little.
    pub first: bool,
}

/// The change that took another one back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// When.
    pub time: DateTime<Utc>,
    /// By whom, as the event names them. Untrusted.
    pub by: String,
    /// Its id. Untrusted.
    pub event_id: String,
}

/// Whether a change was taken back, or takes another one back.
#[derive(Clone, Debug, Default)]
pub struct Reversal {
    /// What took it back, before the alert or after.
    pub taken_back: Option<Box<TakenBack>>,
    /// Undone before the alert.
    pub before: bool,
    /// Undone after it.
    pub after: bool,
    /// Overwritten before the alert.
    pub overwritten: bool,
    /// It takes back an earlier one.
    pub undoes: bool,
    /// It gives back what an earlier one had taken.
    pub restores: Restored,
}

impl Reversal {
    fn of(undo: &Undo, changes: &[Change], reference: DateTime<Utc>) -> Self {
        let before = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at <= reference);
        let taken_back = undo.undone_by.and_then(|by| changes.get(by)).map(|change| {
            let Event { time, actor, event_id, .. } = &change.event;
            Box::new(TakenBack { time: *time, by: actor.name.clone(), event_id: event_id.clone() })
        });
        Self {
            taken_back,
            before: before(undo.undone_at),
            after: undo.undone_at.is_some_and(|at| at > reference),
            overwritten: before(undo.overwritten_at),
            undoes: undo.undoes,
            restores: undo.restores,
        }
    }
}

impl Facts {
    /// Works out the facts of `changes`.
    ///
    /// Shape: one element for each change, in their order, and the number of the activity that each is part of. `background` are earlier
    /// changes that only tell what belongs to what.
    pub fn of_all(incident: &Incident, changes: &[Change], background: Background<'_>) -> (Vec<Self>, Vec<usize>) {
        let Background { changes: background, whole_from, failures } = background;
        let graph = Graph::new(changes, background);
        let seen = background.iter().filter(|change| whole_from.is_some_and(|from| change.event.time >= from));
        let activities = Activities::new(changes, seen);
        let alleged = Alleged::new(incident, &activities);
        let alert = Alert {
            reference: incident.onset.latest().unwrap_or(incident.window.to),
            // A text without a time that complains of nothing is a question.
            fired: incident.alert.is_some() || incident.onset.is_unsure() && alleged.tone.understood.is_some(),
            unsure: incident.onset.is_unsure(),
            alleged,
            named: Named::of(incident),
            seen: false,
            scaled: false,
            kinds: incident.resources.iter().filter_map(|r| r.kind.as_deref()).collect(),
            services: incident.resources.iter().filter_map(|r| service_of(r.kind.as_deref()?)).collect(),
            environments: Environments::of(incident),
        };
        let affinities = affinities(incident, changes, background, &graph, &activities);
        let ties: Vec<_> = relations(&incident.resources, changes, background, &graph).into_iter().zip(affinities).collect();
        // A name that the records do not know sets no change apart from others.
        let seen = ties.iter().any(|((relation, _), affinity)| *relation != Relation::None || affinity.is_of_named());
        let alert = Alert { seen, scaled: alert.scaled(changes), ..alert };
        let undo = pairs(changes, background, &graph);
        let lives = lifetimes(changes, background, &graph, &undo, alert.reference);
        let thrown_away = activities.thrown_away(&lives);
        let around = lives.into_iter().zip(consequences(changes, background, &graph));
        let pointers = pointers(changes, background, &graph, alert.reference);
        let around = around.zip(pointers.into_iter().zip(pointed(changes, background, &graph, failures)));
        let all = changes.iter().enumerate().zip(ties).zip(undo.into_iter().zip(around));
        let facts =
            all.map(|(((index, change), ((relation, path), affinity)), (undo, ((lifetime, consequence), (pointed, application))))| {
                let mut facts = alert.facts(change, (relation, affinity), activities.doer(index, change));
                (facts.tie.path, facts.tie.pointed, facts.tie.application) = (path, pointed, application);
                facts.actor.throwaway = thrown_away.contains(&activities.number(index));
                Self { undo: Reversal::of(&undo, changes, alert.reference), lifetime, consequence, ..facts }
            });
        let (mut facts, items): (Vec<Self>, Vec<usize>) =
            (facts.collect(), (0..changes.len()).map(|index| activities.number(index)).collect());
        crowd::count(&mut facts, &items);
        (facts, items)
    }

    /// Tells whether the change may be a cause: not later than a minute after the alert's start, and a change at all.
    pub fn is_eligible(&self) -> bool {
        !self.timing.is_late() && !self.read_only
    }

    /// Tells whether the call failed in the very way that the alert complains of.
    pub fn failed_as_symptom(&self) -> bool {
        self.failure == Some(Failure::Capacity) && self.fit.tone.shortage
    }

    /// Tells whether the change adds something while the alert misses something, or takes away while something is too open.
    pub fn goes_wrong_way(&self) -> bool {
        let admits_few = self.fit.tone.first_exposure && self.effect.admits_few;
        // A new endpoint captures traffic, a new rule comes first.
        let stands_in_the_way = self.fit.captures && self.fit.specificity() >= Some(Specificity::Kind);
        if self.fit.tone.excess {
            admits_few || self.effect.has(Effect::TakesAway)
        } else {
            let brings_about = self.fit.answer.is_some_and(|answer| answer.complaint.by_addition);
            self.effect.adds && !self.lifetime.made_anew && !stands_in_the_way && !brings_about
        }
    }

    /// Tells whether the change only watches, while the alert complains of what runs and not of this very watcher.
    pub fn only_watches(&self) -> bool {
        let watcher_missed = self.fit.tone.silence || self.fit.tone.exposure;
        self.effect.watches && !watcher_missed && !matches!(self.tie.relation, Relation::Target(_))
    }

    /// Tells whether such changes usually cause the very error that the alert quotes.
    pub fn causes_quoted_error(&self) -> bool {
        let usual = |answer: &Answer| answer.complaint.specificity == Specificity::Exact && answer.cause == Cause::Usual;
        self.fit.answer.as_ref().is_some_and(usual) && !self.goes_wrong_way()
    }

    /// Tells whether what the change does fits what the alert complains of.
    pub fn fits(&self) -> bool {
        let does = self.failure.is_none() && self.fit.answer.is_some() || self.failed_as_symptom();
        does && !self.goes_wrong_way()
    }
}

impl Named {
    fn of(incident: &Incident) -> Self {
        match incident.resources.iter().any(is_firm) {
            true => Self::Firmly,
            false if incident.resources.is_empty() => Self::Nothing,
            false => Self::Weakly,
        }
    }
}

/// What the alert says, ready to be held against changes.
struct Alert<'a> {
    reference: DateTime<Utc>,
    fired: bool,
    unsure: bool,
    alleged: Alleged<'a>,
    named: Named,
    /// Whether any change is tied to what it names.
    seen: bool,
    /// Whether load made something start near the onset.
    scaled: bool,
    /// Kinds of the named resources.
    kinds: HashSet<&'a str>,
    /// Services of the named resources.
    services: HashSet<String>,
    /// The environments that it speaks of.
    environments: Environments,
}

impl Alert<'_> {
    fn facts(&self, change: &Change, (relation, affinity): (Relation, Affinity), actor: Doer) -> Facts {
        let (event, class) = (&change.event, &change.class);
        let service = event.service();
        let has = |effect: Effect| change.severity.is_some_and(|severity| severity.effect == effect);
        Facts {
            tie: Tie {
                makes_target: matches!(relation, Relation::Target(_)) && makes_target(event, &change.resources),
                elsewhere: !class.noise && self.fired && self.environments.lie_elsewhere(change),
                relation,
                path: Vec::new(),
                pointed: None,
                application: None,
                affinity,
                named: if self.seen || self.is_sibling(change) { self.named } else { self.named.min(Named::Unseen) },
                same_service: self.services.iter().any(|named| named == service || named.starts_with(service) && service.len() > 3),
            },
            timing: Timing {
                delay: class.delay,
                age: self.reference - event.time,
                alert: self.fired,
                unsure: self.unsure && self.fired,
                latent: self.scaled && self.is_latent(change),
            },
            effect: Impact {
                weight: class.weight,
                severity: change.severity,
                adds: has(Effect::Enlarges) || class.adds && !has(Effect::TakesAway),
                admits_few: class.admits && change.severity.is_none(),
                lessens: class.lessens || has(Effect::TakesAway),
                watches: class.watches,
                shared: class.aspects.are_shared(),
            },
            fit: self.alleged.fit(change),
            actor,
            undo: Reversal::default(),
            lifetime: Lifetime::default(),
            consequence: Consequence::default(),
            failure: event.failed().then(|| Failure::of(event.error_code.as_deref())),
            noise: class.noise && (self.fired || change.gravity.is_none()),
            data_event: event.category == EventCategory::Data,
            read_only: event.read_only,
            gravity: change.gravity.filter(|_| !self.fired),
        }
    }

    /// Tells whether load made something start near the onset.
    fn scaled(&self, changes: &[Change]) -> bool {
        let near = |time: DateTime<Utc>| (self.reference - START..=self.reference + GRACE).contains(&time);
        let starts = |change: &Change| !change.class.lessens && !change.class.noise && scales(&change.event);
        self.fired && changes.iter().any(|change| near(change.event.time) && starts(change))
    }

    /// Tells whether only what starts anew feels a change, which was made before anything started near the onset.
    fn is_latent(&self, change: &Change) -> bool {
        let changed = !change.class.noise && !change.event.failed() && self.reference - change.event.time > START;
        changed && change.class.aspects.are_felt_at_start()
    }

    /// Tells whether the change is made to another thing of a kind of which the alert names one.
    fn is_sibling(&self, change: &Change) -> bool {
        let targets = change.resources.iter().filter(|resource| resource.role == Role::Target);
        targets.filter_map(|resource| resource.kind).any(|kind| self.kinds.contains(kind))
    }
}

/// Tells whether a service made a call that adds and takes away machines as load asks for.
pub(super) fn scales(event: &Event) -> bool {
    event.actor.kind == ActorKind::Service && is_scaler(&event.actor.name)
}

/// Returns the service of a CloudFormation type, in lower case.
fn service_of(kind: &str) -> Option<String> {
    kind.split("::").nth(1).map(str::to_lowercase)
}
