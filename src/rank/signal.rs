//! The signals: each a small function that says how much one fact speaks for a change, and why.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::act::Acts;
use super::affinity::{Affinity, affinities};
use super::topology::{Graph, Relation, is_firm, relations};
use super::undo::{Restored, Undo, pairs};
use super::{Change, Named, Reason, weight};
use crate::catalogue::{Category, Effect, Symptom, incident_symptoms, makes_target};
use crate::context::Incident;
use crate::event::{ActorKind, EventCategory, Via};

/// A change this much later than the alert's start can still be its cause: alerts are stamped by their rule, clocks differ.
///
/// Source: the contract (nothing later than 60 s after the alert's start is a suspect).
pub const GRACE: TimeDelta = TimeDelta::seconds(60);

/// What a signal says.
pub struct Say {
    /// Points.
    pub points: i32,
    /// The reason, where people are told one.
    pub reason: Option<Reason>,
}

/// A signal.
pub struct Signal {
    /// Its name, as in `score.parts`.
    pub name: &'static str,
    /// Judges one change.
    pub judge: fn(&Scene<'_>, usize, &Change) -> Option<Say>,
}

/// All signals, in the order in which their parts are told.
pub const SIGNALS: &[Signal] = &[
    Signal { name: "resource", judge: resource },
    Signal { name: "name", judge: name },
    Signal { name: "same_service", judge: same_service },
    Signal { name: "time", judge: time },
    Signal { name: "severity", judge: severity },
    Signal { name: "symptom", judge: symptom },
    Signal { name: "direction", judge: direction },
    Signal { name: "wording", judge: wording },
    Signal { name: "same_value", judge: same_value },
    Signal { name: "burst", judge: burst },
    Signal { name: "class", judge: class },
    Signal { name: "actor", judge: actor },
    Signal { name: "rare", judge: rare },
    Signal { name: "routine", judge: routine },
    Signal { name: "failed", judge: failed },
    Signal { name: "failed_as_symptom", judge: failed_as_symptom },
    Signal { name: "undo", judge: undo },
    Signal { name: "noise", judge: noise },
    Signal { name: "after_alert", judge: after_alert },
];

/// What the signals look at: the incident, and facts over all changes, worked out once.
pub struct Scene<'a> {
    reference: DateTime<Utc>,
    alert: bool,
    symptoms: Vec<(Symptom, usize)>,
    relations: Vec<Relation>,
    affinities: Vec<Affinity>,
    /// How firmly the alert says what it is about.
    pub named: Named,
    undo: Vec<Undo>,
    named_services: HashSet<String>,
    /// Event names that speak of the kind of thing that the alert speaks of.
    wordings: HashSet<&'a str>,
    /// Values that the alert speaks of, names of resources aside.
    values: HashSet<String>,
    acts: Acts<'a>,
}

impl<'a> Scene<'a> {
    /// Works out the facts.
    ///
    /// `background` are earlier changes that only tell what belongs to what.
    pub fn new(incident: &Incident, changes: &'a [Change], background: &[Change]) -> Self {
        let graph = Graph::new(changes, background);
        let acts = Acts::new(changes);
        let service_of = |kind: &str| kind.split("::").nth(1).map(str::to_lowercase);
        Self {
            reference: incident.alert.as_ref().map_or(incident.window.to, |alert| alert.started_at),
            alert: incident.alert.is_some(),
            symptoms: incident_symptoms(&incident.words),
            relations: relations(&incident.resources, changes, &graph),
            affinities: affinities(incident, changes, background, &graph, &acts),
            named: match &incident.resources {
                none if none.is_empty() => Named::Nothing,
                some if some.iter().any(is_firm) => Named::Firmly,
                _ => Named::Weakly,
            },
            undo: pairs(changes, background, &graph),
            named_services: incident.resources.iter().filter_map(|r| r.kind.as_deref()).filter_map(service_of).collect(),
            wordings: wordings(incident, &acts),
            values: alert_values(incident),
            acts,
        }
    }

    /// Returns how the change at `index` is related to what the alert names.
    pub fn relation(&self, index: usize) -> &Relation {
        self.relations.get(index).unwrap_or(&Relation::None)
    }

    /// Tells whether anything ties the change at `index` to the alert, or the alert names nothing that could.
    fn tied(&self, index: usize) -> bool {
        self.named == Named::Nothing && *self.affinity(index) != Affinity::OtherThanTold
            || *self.relation(index) != Relation::None
            || matches!(self.affinity(index), Affinity::Named(..) | Affinity::Told(..))
    }

    /// Returns what the change at `index` shares with the alert by name.
    pub fn affinity(&self, index: usize) -> &Affinity {
        self.affinities.get(index).unwrap_or(&Affinity::Unknown)
    }

    /// Returns what ties each change to the alert, by resource and by name.
    pub fn into_ties(self) -> impl Iterator<Item = (Relation, Affinity)> {
        self.relations.into_iter().zip(self.affinities)
    }

    /// Tells whether `change` may be a cause by its time and nature.
    pub fn eligible(&self, change: &Change) -> bool {
        !self.too_late(change) && !change.event.read_only
    }

    /// Tells whether the alert speaks of `symptom`.
    pub fn complains_of(&self, symptom: Symptom) -> bool {
        self.symptoms.iter().any(|(known, _)| *known == symptom)
    }

    /// Tells whether the change at `index` was undone before the alert.
    pub fn reverted(&self, index: usize) -> bool {
        self.undo.get(index).and_then(|undo| undo.undone_at).is_some_and(|at| at <= self.reference)
    }

    /// Tells how far the change at `index` only made all as it was before.
    pub fn restores(&self, index: usize) -> Restored {
        self.undo.get(index).map_or(Restored::No, |undo| undo.restores)
    }

    fn too_late(&self, change: &Change) -> bool {
        self.alert && change.event.time > self.reference + GRACE
    }
}

/// Words of the alert that carry a number and are no resource, account or time: `22`, `p2.xlarge`, `5432`.
fn alert_values(incident: &Incident) -> HashSet<String> {
    let names: HashSet<String> = incident.resources.iter().map(|named| named.id.to_lowercase()).collect();
    incident
        .words
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '(' | ')' | '/'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|word| (2..=24).contains(&word.len()) && word.len() != 12 && word.bytes().any(|b| b.is_ascii_digit()))
        .filter(|word| !names.contains(word) && !incident.regions.iter().any(|region| region.name == *word))
        .collect()
}

/// Returns the event names of which a word, the verb aside, stands in the alert.
fn wordings<'a>(incident: &Incident, acts: &Acts<'a>) -> HashSet<&'a str> {
    let words = alert_words(&incident.words);
    let names: HashSet<&str> = acts.names().collect();
    let spoken_of = |name: &str| camel_words(name).skip(1).any(|word| word.len() >= 4 && words.contains(word.trim_end_matches('s')));
    names.into_iter().filter(|name| spoken_of(name)).collect()
}

/// The distinct words of an alert, in lower case and without a plural's s, CamelCase split.
fn alert_words(words: &str) -> HashSet<String> {
    words.split(|c: char| !c.is_alphanumeric()).flat_map(camel_words).map(|word| word.trim_end_matches('s').to_owned()).collect()
}

/// Splits CamelCase into its words, in lower case: `DeleteDBInstance` is delete, db, instance.
fn camel_words(name: &str) -> impl Iterator<Item = String> + '_ {
    let mut words: Vec<String> = Vec::new();
    let mut previous: Option<char> = None;
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let humps = previous.is_none_or(char::is_lowercase) || chars.peek().is_some_and(|next| next.is_lowercase());
        match words.last_mut() {
            Some(word) if !(c.is_uppercase() && humps) => word.extend(c.to_lowercase()),
            _ => words.push(c.to_lowercase().collect()),
        }
        previous = Some(c);
    }
    words.into_iter()
}

fn say(points: i32, reason: Reason) -> Option<Say> {
    Some(Say { points, reason: Some(reason) })
}

/// Says something that is not worth a word to people.
fn quietly(points: i32) -> Say {
    Say { points, reason: None }
}

fn resource(scene: &Scene<'_>, index: usize, change: &Change) -> Option<Say> {
    match scene.relation(index) {
        Relation::Target(named) if makes_target(&change.event, &change.resources) => {
            say(weight::MAKES_NAMED, Reason::MakesNamed { named: named.clone() })
        }
        Relation::Target(named) => say(weight::TARGETS_NAMED, Reason::TargetsNamed { named: named.clone() }),
        Relation::Mention(named) => say(weight::MENTIONS_NAMED, Reason::MentionsNamed { named: named.clone() }),
        Relation::OneStep(named, through) => say(weight::ONE_STEP, Reason::OneStep { named: named.clone(), through: through.clone() }),
        Relation::TwoSteps(named, through) => say(weight::TWO_STEPS, Reason::TwoSteps { named: named.clone(), through: through.clone() }),
        Relation::Name(named) => say(weight::SHARES_NAME, Reason::BearsName { named: named.clone() }),
        Relation::None => None,
    }
}

/// A shared name counts where nothing firmer relates the two.
fn name(scene: &Scene<'_>, index: usize, change: &Change) -> Option<Say> {
    if *scene.relation(index) != Relation::None || change.class.noise {
        return None;
    }
    let scaled = |points: i32, rarity: f64| (f64::from(points) * rarity).round() as i32;
    match scene.affinities.get(index)? {
        Affinity::Named(word, rarity) => say(scaled(weight::SHARES_WORD, *rarity), Reason::SharesName { word: word.clone() }),
        Affinity::Told(word, rarity) => say(scaled(weight::SHARES_TOLD_WORD, *rarity), Reason::SharesToldWord { word: word.clone() }),
        Affinity::Other => Some(quietly(weight::OTHER_NAME)),
        Affinity::OtherThanTold => Some(quietly(weight::OTHER_THAN_TOLD)),
        Affinity::Unknown => match scene.named {
            Named::Firmly => Some(quietly(weight::UNTIED)),
            Named::Weakly => Some(quietly(weight::UNTIED / 3)),
            Named::Nothing => None,
        },
    }
}

fn same_service(scene: &Scene<'_>, index: usize, change: &Change) -> Option<Say> {
    let service = change.event.service();
    let same = scene.named_services.iter().any(|named| named == service || named.starts_with(service) && service.len() > 3);
    (same && *scene.relation(index) == Relation::None).then_some(quietly(weight::SAME_SERVICE))
}

fn time(scene: &Scene<'_>, _: usize, change: &Change) -> Option<Say> {
    if scene.too_late(change) {
        return None;
    }
    let age = (scene.reference - change.event.time).num_seconds();
    let points = if age < 0 { weight::JUST_AFTER } else { weight::time(change.class.delay, age) };
    let near = points >= 15 && scene.alert && age >= 0;
    Some(Say { points, reason: near.then(|| Reason::Before { age: scene.reference - change.event.time }) })
}

/// What the values do counts as far as it can cause what the alert complains of: opening a port takes no host down.
fn severity(scene: &Scene<'_>, index: usize, change: &Change) -> Option<Say> {
    let severity = change.severity.as_ref()?;
    if severity.effect == Effect::Harmless {
        return say(i32::from(severity.points), Reason::Values { does: severity.reason });
    }
    let about_exposure = scene.complains_of(Symptom::Exposure);
    let only_exposure = about_exposure && scene.symptoms.len() == 1;
    let share = match severity.effect {
        _ if scene.symptoms.is_empty() => 1.0,
        Effect::Exposes if about_exposure => 1.0,
        Effect::Exposes => weight::WRONG_WAY,
        Effect::TakesAway if only_exposure => 0.5,
        Effect::TakesAway => 1.0,
        Effect::Unprotects if about_exposure => 0.5,
        Effect::Unprotects | Effect::Harmless | Effect::Enlarges => weight::WRONG_WAY,
    };
    // Grave values on something else are somebody else's incident.
    let share = if scene.tied(index) { share } else { share * weight::UNTIED_SEVERITY };
    let points = (f64::from(severity.points) * share).round() as i32;
    Some(Say { points, reason: (share >= 0.5).then_some(Reason::Values { does: severity.reason }) })
}

fn symptom(scene: &Scene<'_>, index: usize, change: &Change) -> Option<Say> {
    let most = scene.symptoms.first().map(|(_, hits)| *hits)?;
    if change.class.noise {
        return None;
    }
    match scene.symptoms.iter().find(|(symptom, _)| change.class.symptoms.contains(symptom)) {
        Some((symptom, hits)) => {
            let share = (*hits as f64 / most as f64).max(weight::LEAST_SYMPTOM);
            say((f64::from(weight::SYMPTOM) * share).round() as i32, Reason::CanCause { symptom: *symptom })
        }
        // What is tied to the alert by a resource may cause what nobody foresaw.
        None if change.class.known && !is_grave(change) && *scene.relation(index) == Relation::None => Some(quietly(weight::OTHER_SYMPTOM)),
        None => None,
    }
}

/// Tells whether the values alone take so much away that they may cause anything.
fn is_grave(change: &Change) -> bool {
    const GRAVE: i8 = 15;
    change.severity.is_some_and(|severity| severity.effect == Effect::TakesAway && severity.points >= GRAVE)
}

/// Adding something new rarely breaks what worked; taking something away exposes nothing.
fn direction(scene: &Scene<'_>, _: usize, change: &Change) -> Option<Say> {
    let effect = change.severity.map(|severity| severity.effect);
    let takes_away = effect == Some(Effect::TakesAway);
    let adds = effect == Some(Effect::Enlarges) || change.class.adds && !takes_away;
    let about_openness =
        matches!(scene.symptoms.first(), Some((Symptom::Exposure | Symptom::Cost, _))) && !scene.complains_of(Symptom::AccessDenied);
    // A rule was looked at for whom it admits: one that admits few exposes nothing.
    let admits_few = change.class.admits && change.severity.is_none();
    let exposed = matches!(scene.symptoms.first(), Some((Symptom::Exposure, _)));
    match about_openness {
        true if exposed && admits_few => Some(quietly(weight::EXPOSES_NOTHING)),
        true => takes_away.then_some(quietly(weight::WRONG_DIRECTION)),
        false => adds.then_some(quietly(weight::WRONG_DIRECTION)),
    }
}

/// The alert names the kind of thing: `ConfigParameterMissing` speaks of DeleteParameter rather than of DeleteSecret.
fn wording(scene: &Scene<'_>, _: usize, change: &Change) -> Option<Say> {
    (scene.wordings.contains(change.event.name.as_str()) && !change.class.noise).then_some(quietly(weight::SAME_WORDS))
}

/// The alert speaks of a value that the request sets: a port, an instance type, a version.
fn same_value(scene: &Scene<'_>, _: usize, change: &Change) -> Option<Say> {
    if scene.values.is_empty() || change.class.noise {
        return None;
    }
    let shared = smallest_of(change.event.request(), &scene.values, 0)?;
    say(weight::SAME_VALUE, Reason::SetsValue { value: shared.to_owned() })
}

/// Returns the smallest of `values` that stands in a request; `values` are lower case.
fn smallest_of<'v>(request: &Value, values: &'v HashSet<String>, depth: usize) -> Option<&'v str> {
    let number;
    let text = match request {
        Value::String(text) => text,
        Value::Number(set) => {
            number = set.to_string();
            &number
        }
        Value::Array(items) if depth < 12 => return items.iter().take(50).filter_map(|item| smallest_of(item, values, depth + 1)).min(),
        Value::Object(map) if depth < 12 => return map.values().take(50).filter_map(|item| smallest_of(item, values, depth + 1)).min(),
        _ => return None,
    };
    values.iter().filter(|value| value.eq_ignore_ascii_case(text)).map(String::as_str).min()
}

/// A burst of the same taking away is an act, not an accident of timing.
fn burst(scene: &Scene<'_>, index: usize, change: &Change) -> Option<Say> {
    const MANY: usize = 8;
    let times = scene.acts.of(index)?.times;
    let takes_away = change.severity.is_some_and(|severity| severity.effect == Effect::TakesAway);
    (times >= MANY && takes_away && !change.class.noise)
        .then(|| Say { points: weight::BURST, reason: Some(Reason::Burst { calls: times }) })
}

fn class(_: &Scene<'_>, _: usize, change: &Change) -> Option<Say> {
    Some(quietly(i32::from(change.class.weight) * weight::CLASS / 100))
}

fn actor(_: &Scene<'_>, _: usize, change: &Change) -> Option<Say> {
    match change.event.actor.kind {
        // CloudFormation does what somebody deploys.
        ActorKind::Service if change.event.actor.via == Via::CloudFormation => None,
        // A rotation goes by somebody's schedule, and those who hold the old secret find out by themselves.
        ActorKind::Service if change.class.category == Category::ConfigSecrets => None,
        ActorKind::Human | ActorKind::Root => Some(quietly(weight::HUMAN)),
        ActorKind::Service => Some(quietly(weight::SERVICE)),
        ActorKind::Role | ActorKind::Unknown => None,
    }
}

fn rare(scene: &Scene<'_>, index: usize, _: &Change) -> Option<Say> {
    let once = scene.acts.of(index)?.times == 1;
    (once && scene.acts.actors > 1 && scene.acts.len() > 4).then_some(quietly(weight::RARE))
}

/// What an actor does all the time, or takes and gives by turns, is its work, as long as it is not done to what the alert is about.
fn routine(scene: &Scene<'_>, index: usize, change: &Change) -> Option<Say> {
    if change.class.noise || *scene.relation(index) != Relation::None {
        return None;
    }
    let act = scene.acts.of(index)?;
    (act.steady || act.by_turns).then_some(quietly(weight::ROUTINE))
}

fn failed(_: &Scene<'_>, _: usize, change: &Change) -> Option<Say> {
    change.event.failed().then_some(Say { points: weight::FAILED, reason: Some(Reason::Failed) })
}

/// A failed call is the answer when it failed for want of capacity and the alert misses capacity.
fn failed_as_symptom(scene: &Scene<'_>, _: usize, change: &Change) -> Option<Say> {
    const WANT_OF_CAPACITY: &[&str] = &["limitexceeded", "insufficient", "quota", "capacity", "maxspotinstancecount", "resourcelimit"];
    let code = change.event.error_code.as_deref()?.to_lowercase();
    let short = WANT_OF_CAPACITY.iter().any(|word| code.contains(word)) && !code.contains("throttl") && !code.contains("requestlimit");
    (short && scene.complains_of(Symptom::Capacity))
        .then(|| Say { points: weight::FAILED_AS_SYMPTOM - weight::FAILED, reason: Some(Reason::RefusedForCapacity) })
}

fn undo(scene: &Scene<'_>, index: usize, _: &Change) -> Option<Say> {
    let undo = scene.undo.get(index)?;
    match undo.undone_at {
        Some(at) if at <= scene.reference => say(weight::UNDONE_BEFORE, Reason::UndoneBefore),
        _ if undo.restores != Restored::No => say(weight::RESTORES, Reason::GivesBack),
        Some(_) => say(weight::UNDONE_AFTER, Reason::UndoneAfter),
        None if undo.overwritten_at.is_some_and(|at| at <= scene.reference) => say(weight::OVERWRITTEN, Reason::Overwritten),
        None if undo.undoes => Some(quietly(weight::UNDOES)),
        None => None,
    }
}

fn noise(_: &Scene<'_>, _: usize, change: &Change) -> Option<Say> {
    if change.class.noise {
        return Some(quietly(weight::NOISE));
    }
    (change.event.category == EventCategory::Data).then_some(quietly(weight::DATA_EVENT))
}

fn after_alert(scene: &Scene<'_>, _: usize, change: &Change) -> Option<Say> {
    scene.too_late(change).then_some(Say { points: weight::AFTER_ALERT, reason: Some(Reason::AfterAlert) })
}
