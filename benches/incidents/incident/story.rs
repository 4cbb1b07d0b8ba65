//! One incident: culprit, decoys, reactions and noise laid out around an alert.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Duration, TimeZone, Utc};
use serde_json::Value;

use super::actor::{Actor, Who};
use super::alert::{self, Draft, Form};
use super::kind::{Half, Kind, all};
use super::naming::Habit;
use super::noise;
use super::random::Random;
use super::record::{Call, call, fail};
use super::topology::{Names, World, fill};
use super::truth::{Incident, Named, Truth};

/// What an incident shall be like; making it from this is pure.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    kind: &'static Kind,
    number: usize,
    seed: u64,
    culprit: bool,
    habit: Habit,
}

/// Plans about `count` incidents over all kinds: 15 % of each half without a culprit.
///
/// An incident depends on seed, kind and turn alone, so that a part of the kinds gives the same incidents as all of them.
pub(crate) fn plan(count: usize, seed: u64, habit: Habit) -> Vec<Plan> {
    let (mut plans, mut places) = (Vec::with_capacity(count), HashMap::new());
    let kinds: Vec<(usize, &'static Kind)> = all()
        .map(|kind| {
            let place = places.entry(kind.half).or_insert(0);
            *place += 1;
            (*place, kind)
        })
        .collect();
    for (number, (place, kind)) in kinds.iter().cycle().take(count).enumerate() {
        let turn = number / kinds.len();
        let name = kind.name.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        let seed = Random::new(name ^ turn as u64).next();
        plans.push(Plan { kind, number, seed, culprit: (place * 7 + turn * 3) % 20 >= 3, habit });
    }
    plans
}

/// Collects records while an incident is laid out.
struct Scene<'a> {
    world: &'a World,
    random: Random,
    now: DateTime<Utc>,
    records: Vec<(DateTime<Utc>, Value)>,
}

impl Scene<'_> {
    fn actor(&mut self, who: Who) -> Actor {
        Actor::new(who, self.world.account, &mut self.random)
    }

    /// Adds a call unless it lies beyond now, and returns the event's id.
    fn add(&mut self, call: &Call, names: &Names, actor: &Actor, time: DateTime<Utc>) -> Option<String> {
        let record = call.record(names, actor, time, self.world.region, &mut self.random);
        self.push(record, time)
    }

    /// Adds a call that shows what belongs to what, by whoever makes such calls.
    fn show(&mut self, call: &Call, names: &Names, time: DateTime<Utc>) -> Option<String> {
        let actor = self.actor(if call.name == "RunInstances" { Who::Service("autoscaling.amazonaws.com") } else { Who::Terraform });
        self.add(call, names, &actor, time)
    }

    fn push(&mut self, record: Value, time: DateTime<Utc>) -> Option<String> {
        let id = record.get("eventID").and_then(Value::as_str)?.to_owned();
        if time > self.now {
            return None;
        }
        self.records.push((time, record));
        Some(id)
    }

    fn seconds(&mut self, lo: i64, hi: i64) -> Duration {
        Duration::seconds(self.random.between(lo, hi))
    }
}

const RETAG: Call = call(
    "tagging",
    "TagResources",
    r#"{"resourceARNList":["$dbarn","$lbarn"],"tags":{"service":"$svc","reviewed":"yes"}}"#,
    r#"{"failedResourcesMap":{}}"#,
);

impl Plan {
    /// Returns the name of the kind.
    pub(crate) fn kind_name(&self) -> &'static str {
        self.kind.name
    }

    /// Returns the half of the kind.
    pub(crate) fn half(&self) -> Half {
        self.kind.half
    }

    /// Makes the incident.
    pub(crate) fn make(&self) -> Incident {
        let mut random = Random::new(self.seed);
        let world = World::new(&mut random, self.habit);
        let kind = self.kind;
        let start = Utc.timestamp_opt(1_772_400_000 + random.between(0, 40 * 86_400), 0).single().unwrap_or_default();
        let now = start + Duration::seconds(random.between(90, 1_300));
        let slow = kind.slow.filter(|_| random.chance(62) && self.culprit);
        let delay = slow.unwrap_or(kind.quick);
        let delay =
            if slow.is_some() { random.log_between(delay.0 as f64, delay.1 as f64) as i64 } else { random.between(delay.0, delay.1) };
        let (mut form, named) = (random.pick(Form::ALL).copied().unwrap_or(Form::Generic), self.named(&mut random));
        if self.habit == Habit::Grown && random.chance(40) {
            form = Form::FreeText;
        }
        if named == Named::Direct && form == Form::FreeText && random.chance(50) {
            form = Form::Generic;
        }
        let cause = start - Duration::seconds(delay);
        let mut scene = Scene { world: &world, random: random.fork(), now, records: Vec::new() };
        let empty = Names::new();
        let victim = world.services.first().unwrap_or(&empty);
        let (mut culprits, mut related, mut decoys) = (Vec::new(), Vec::new(), Vec::new());

        let who = scene.random.pick(kind.who).copied().unwrap_or(Who::Person);
        let actor = scene.actor(who);
        let variant = scene.random.pick(kind.culprit).copied().unwrap_or_default();
        let last = self.play_culprit(&mut scene, victim, &actor, variant, cause, &mut culprits, &mut related);
        if self.culprit {
            // What shows a relation is a change too; without a culprit it could pass for one.
            self.teach(&mut scene, victim, named, cause, start, &mut related);
        }
        self.tempt(&mut scene, &world, victim, &actor, variant, cause, start, &mut decoys);
        self.react(&mut scene, victim, &actor, variant, start, &mut related, &mut decoys);

        let from = cause.min(start - Duration::minutes(60)) - Duration::minutes(15);
        let busy = if random.chance(4) { random.log_between(2_500.0, 10_000.0) } else { random.log_between(20.0, 2_000.0) };
        let wanted = busy as usize;
        let have = scene.records.len();
        scene.records.extend(noise::fill_up(&world, from, now, start, wanted.saturating_sub(have).max(3), &mut random.fork()));
        scene.records.retain(|(time, _)| *time <= now);

        let labels = self.labels(named, victim, &mut random);
        let words = random.pick(kind.words).copied().unwrap_or(super::kind::say("Alert", "$svc", ""));
        // Who writes alerts calls the service as those do who use it.
        let said = victim.get("said").cloned().unwrap_or_default();
        let mut spoken = victim.clone();
        spoken.insert("svc", said.clone());
        let draft = Draft {
            name: fill(words.name, &spoken),
            summary: fill(words.summary, &spoken),
            description: fill(words.description, &spoken),
            service: said,
            severity: random.word(&["critical", "warning", "high", "page"]),
            region: world.region,
            account: world.account,
            start,
            labels: labels.clone(),
            named,
        };
        let alert = alert::write(form, &draft, &mut random);
        let writes = scene.records.iter().filter(|(_, record)| record.get("readOnly") == Some(&Value::Bool(false))).count();
        let mut seen = HashSet::new();
        related.retain(|id| !culprits.contains(id) && seen.insert(id.clone()));
        let truth = Truth {
            id: format!("{:04}-{}", self.number, kind.name),
            origin: String::new(),
            kind: kind.name.to_owned(),
            half: Some(kind.half),
            delay: (!culprits.is_empty()).then(|| (start - last).num_seconds()),
            culprits,
            related,
            decoys,
            named,
            writes,
            form: form.word().to_owned(),
            start,
            now,
            region: world.region.to_owned(),
            account: world.account.to_owned(),
            service: victim.get("svc").cloned().unwrap_or_default(),
            resources: labels.into_iter().map(|(_, value)| value).collect(),
        };
        Incident { truth, alert, records: scene.records }
    }

    fn named(&self, random: &mut Random) -> Named {
        let mut ways = vec![Named::None];
        for (way, names, weight) in
            [(Named::Direct, self.kind.direct, 2), (Named::Parent, self.kind.parent, 2), (Named::Indirect, self.kind.indirect, 2)]
        {
            if !names.is_empty() {
                ways.extend(std::iter::repeat_n(way, weight));
            }
        }
        random.pick(&ways).copied().unwrap_or(Named::None)
    }

    /// What the alert names, by the short names of the topology.
    fn labels(&self, named: Named, victim: &Names, random: &mut Random) -> Vec<(&'static str, String)> {
        let list = match named {
            Named::Direct => self.kind.direct,
            Named::Parent => self.kind.parent,
            Named::Indirect => self.kind.indirect,
            Named::None => return Vec::new(),
        };
        random.pick(list).and_then(|key| Some((*key, victim.get(key)?.clone()))).into_iter().collect()
    }

    fn play_culprit(
        &self,
        scene: &mut Scene<'_>,
        victim: &Names,
        actor: &Actor,
        variant: &[Call],
        cause: DateTime<Utc>,
        culprits: &mut Vec<String>,
        related: &mut Vec<String>,
    ) -> DateTime<Utc> {
        if !self.culprit {
            return cause;
        }
        let times = scene.random.between(self.kind.burst.0, self.kind.burst.1);
        let mut time = cause;
        for turn in 0..times {
            for call in variant {
                time = cause.max(time) + if turn == 0 && culprits.is_empty() { Duration::zero() } else { scene.seconds(0, 3) };
                culprits.extend(scene.add(call, victim, actor, time));
            }
        }
        for call in self.kind.related {
            let at = time + scene.seconds(-25, 25);
            related.extend(scene.add(call, victim, actor, at));
        }
        time
    }

    /// Shows the relations: always when the alert needs them, mostly otherwise.
    fn teach(
        &self,
        scene: &mut Scene<'_>,
        victim: &Names,
        named: Named,
        cause: DateTime<Utc>,
        start: DateTime<Utc>,
        related: &mut Vec<String>,
    ) {
        let needed = matches!(named, Named::Indirect | Named::Parent) || named == Named::None && !self.kind.speaks;
        for call in self.kind.learn {
            if !needed && scene.random.chance(40) {
                continue;
            }
            let near = scene.random.chance(60);
            let back = if near { scene.seconds(240, 1_700) } else { scene.seconds(2_000, 10_000) };
            let anchor = if near { start } else { cause.min(start) };
            related.extend(scene.show(call, victim, anchor - back));
        }
    }

    /// Shows whose the resources of a decoy are, when its own record does not say so.
    ///
    /// Why? A gateway of nobody that goes away before "no way out" is a suspect, whoever it belongs to. So it must be seen to be
    /// another service's, always when nothing else explains the alert.
    fn own_up(&self, scene: &mut Scene<'_>, kind: &Kind, other: &Names, start: DateTime<Utc>, decoys: &mut Vec<String>) {
        if kind.speaks || self.culprit && scene.random.chance(50) {
            return;
        }
        for call in kind.learn {
            let at = start - scene.seconds(240, 7_000);
            decoys.extend(scene.show(call, other, at));
        }
    }

    /// Lays the decoys: harmless changes of the same resources, the same change elsewhere or failed or undone, grave changes elsewhere.
    fn tempt(
        &self,
        scene: &mut Scene<'_>,
        world: &World,
        victim: &Names,
        actor: &Actor,
        variant: &[Call],
        cause: DateTime<Utc>,
        start: DateTime<Utc>,
        decoys: &mut Vec<String>,
    ) {
        let gap = (start - cause).num_seconds().clamp(30, 1_500);
        for call in self.kind.harmless.iter().chain([&RETAG]) {
            if scene.random.chance(35) {
                let who = scene.random.pick(&[Who::Person, Who::Terraform, Who::Terraform]).copied().unwrap_or(Who::Person);
                let by = if scene.random.chance(25) { actor.clone() } else { scene.actor(who) };
                let at = start - scene.seconds(2, gap);
                decoys.extend(scene.add(call, victim, &by, at));
            }
        }
        let others: Vec<&Names> = world.services.iter().skip(1).collect();
        if self.kind.elsewhere && scene.random.chance(60) {
            let Some(other) = scene.random.pick(&others).copied() else { return };
            let by = if scene.random.chance(30) { actor.clone() } else { scene.actor(Who::Terraform) };
            let mut at = start - scene.seconds(3, gap);
            for call in variant {
                at += Duration::seconds(1);
                decoys.extend(scene.add(call, other, &by, at));
            }
            self.own_up(scene, self.kind, other, start, decoys);
        }
        if variant.iter().all(|call| call.error.is_none()) && scene.random.chance(30) {
            let (by, at) = (scene.actor(Who::Person), start - scene.seconds(3, gap + 200));
            if let Some(call) = variant.first() {
                let mut record = call.record(victim, &by, at, world.region, &mut scene.random);
                fail(&mut record, &mut scene.random);
                decoys.extend(scene.push(record, at));
            }
        }
        if !self.kind.undo.is_empty() && scene.random.chance(30) {
            let (by, at) = (scene.actor(Who::Person), cause - scene.seconds(400, 1_500));
            let back = at + scene.seconds(30, 200);
            for call in self.kind.culprit.first().copied().unwrap_or_default() {
                decoys.extend(scene.add(call, victim, &by, at));
            }
            for call in self.kind.undo {
                decoys.extend(scene.add(call, victim, &by, back));
            }
        }
        let grave: Vec<&Kind> = all().filter(|kind| kind.name != self.kind.name && kind.elsewhere).collect();
        for _ in 0..scene.random.between(1, 4) {
            let (Some(kind), Some(other)) = (scene.random.pick(&grave).copied(), scene.random.pick(&others).copied()) else { return };
            let who = scene.random.pick(kind.who).copied().unwrap_or(Who::Person);
            let (by, at) = (scene.actor(who), start - scene.seconds(5, 2_400));
            for call in scene.random.pick(kind.culprit).copied().unwrap_or_default() {
                decoys.extend(scene.add(call, other, &by, at));
            }
            self.own_up(scene, kind, other, start, decoys);
        }
    }

    /// What happens once the alert is out: machines, people on call, the way back, and the same actor going on elsewhere.
    fn react(
        &self,
        scene: &mut Scene<'_>,
        victim: &Names,
        actor: &Actor,
        variant: &[Call],
        start: DateTime<Utc>,
        related: &mut Vec<String>,
        decoys: &mut Vec<String>,
    ) {
        for (who, call) in self.kind.after {
            if scene.random.chance(55) {
                let (by, at) = (scene.actor(*who), start + scene.seconds(65, 900));
                related.extend(scene.add(call, victim, &by, at));
            }
        }
        let first = self.kind.culprit.first().is_some_and(|calls| std::ptr::eq(*calls, variant));
        if self.culprit && first && scene.random.chance(40) {
            let at = start + scene.seconds(150, 1_100);
            for call in self.kind.undo {
                related.extend(scene.add(call, victim, actor, at));
            }
        }
        if !self.culprit && scene.random.chance(40) || scene.random.chance(15) {
            let (by, at) = (scene.actor(Who::Person), start + scene.seconds(70, 700));
            for call in variant {
                decoys.extend(scene.add(call, victim, &by, at));
            }
        }
    }
}
