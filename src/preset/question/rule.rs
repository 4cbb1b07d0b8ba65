//! Which preset takes all that was understood.

use std::collections::BTreeSet;

use super::lexicon::{self, Subject as S, is_noun_alone, singular};
use super::word::{Kind, Word};
use super::{Found, Preset};
use crate::catalogue;
use crate::event::camel_words;
use crate::preset::{ALL, Parameter};

/// What a question must hold besides subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Nothing,
    Given(Parameter),
    /// A call by its name, or a verb with what it was done to.
    Call,
}

/// A way to ask for a preset.
struct Rule {
    preset: &'static str,
    /// Subjects that must be there.
    all: &'static [S],
    /// Subjects that may be there.
    may: &'static [S],
    needs: Needs,
}

const fn rule(preset: &'static str, all: &'static [S], may: &'static [S]) -> Rule {
    Rule { preset, all, may, needs: Needs::Nothing }
}

const fn given(preset: &'static str, parameter: Parameter, all: &'static [S], may: &'static [S]) -> Rule {
    Rule { needs: Needs::Given(parameter), ..rule(preset, all, may) }
}

/// What any question may hold: it asks who, and what was done.
const ANY: &[S] = &[S::Actors, S::Did];

#[rustfmt::skip] // A table reads best in rows.
const RULES: &[Rule] = &[
    rule("root_use", &[S::Root], &[S::SignIn]),
    rule("logins_without_mfa", &[S::WithoutMfa], &[S::SignIn]),
    rule("console_logins", &[S::SignIn], &[S::Failed]),
    rule("bucket_deletions", &[S::Delete, S::Bucket], &[]),
    rule("deletions", &[S::Delete], &[S::OfCategory, S::SecurityGroup, S::Machine, S::Bucket]),
    rule("trail_changes", &[S::Trail, S::Change], &[S::Off, S::Verb, S::Delete]),
    rule("trail_changes", &[S::Trail, S::Off], &[S::Verb]),
    rule("trail_changes", &[S::Trail, S::Delete], &[S::Off, S::Verb]),
    rule("trail_changes", &[S::Trail, S::Verb], &[S::Off]),
    rule("security_group_openings", &[S::Open, S::SecurityGroup], &[S::Public, S::Verb, S::Change]),
    rule("security_group_openings", &[S::Open, S::Public], &[S::Verb]),
    given("security_group_openings", Parameter::Resource, &[S::Open], &[S::SecurityGroup]),
    rule("launches", &[S::Launch], &[S::Machine, S::MachineType]),
    rule("launches", &[S::Machine, S::MachineType], &[S::Verb]),
    rule("launch_cost", &[S::Cost], &[S::Launch, S::Machine, S::MachineType, S::Verb]),
    rule("error_spikes", &[S::Spike, S::Failed], &[]),
    rule("error_spikes", &[S::Spike, S::Denied], &[S::Failed]),
    rule("denied_calls", &[S::Denied], &[S::Failed]),
    rule("failed_calls", &[S::Failed], &[S::OfCategory]),
    rule("first_seen_actors", &[S::New, S::Actors], &[]),
    rule("iam_changes", &[S::Permissions, S::Change], &[]),
    rule("iam_changes", &[S::Permissions], &[]),
    rule("data_access", &[S::Data], &[S::Bucket]),
    rule("data_access", &[S::Data, S::Verb], &[S::Bucket]),
    rule("changes", &[S::Change], &[S::OfCategory, S::SecurityGroup, S::Bucket]),
    rule("changes", &[S::OfCategory], &[]),
    // How a service is switched off differs from one to the next.
    given("changes", Parameter::Service, &[S::Off], &[S::Verb]),
    Rule { needs: Needs::Call, ..rule("who_did", &[], &[S::Verb, S::Delete, S::Off, S::Bucket, S::Machine, S::OfCategory, S::Permissions, S::Launch, S::SecurityGroup, S::Trail]) },
    given("actor_activity", Parameter::Actor, &[], &[]),
    given("resource_history", Parameter::Resource, &[S::Change], &[S::OfCategory, S::SecurityGroup, S::Bucket, S::Machine, S::Trail]),
    given("resource_history", Parameter::Resource, &[S::Did], &[S::OfCategory, S::SecurityGroup, S::Bucket, S::Machine]),
    given("resource_history", Parameter::Resource, &[], &[S::OfCategory, S::SecurityGroup, S::Bucket, S::Machine]),
];

/// Decides which preset answers, and gives it what it needs.
///
/// Errors: why none does, in words.
pub(super) fn decide(found: &mut Found, words: &mut [Word]) -> Result<&'static Preset, &'static str> {
    lend(found);
    make(found);
    change(found);
    rule_who_may(found);
    if found.beyond {
        return Err("it asks for what CloudTrail does not hold, or no preset tells apart");
    }
    if found.negated {
        return Err("a word turns its meaning round, which no preset can do");
    }
    let calls = Some(calls(found)).filter(|calls| !calls.is_empty()).unwrap_or_else(|| any_noun(found));
    let fits = |rule: &&Rule| {
        let held = rule.all.iter().all(|subject| found.subjects.contains(subject));
        let taken = found.subjects.iter().all(|subject| rule.all.contains(subject) || rule.may.contains(subject) || ANY.contains(subject));
        let given = match rule.needs {
            Needs::Nothing => true,
            Needs::Given(parameter) => found.parameters.has(parameter),
            Needs::Call => found.parameters.has(Parameter::Event) || !calls.is_empty(),
        };
        held && taken && given
    };
    let fitting: Vec<(usize, &Rule)> = RULES.iter().filter(fits).map(|rule| (weight(rule, found, &calls), rule)).collect();
    let best = fitting.iter().map(|(weight, _)| *weight).max().ok_or("no preset tells all that it asks")?;
    let mut presets: Vec<&str> = fitting.iter().filter(|(weight, _)| *weight == best).map(|(_, rule)| rule.preset).collect();
    presets.dedup();
    let [name] = presets.as_slice() else { return Err("several presets could be meant") };
    let preset = ALL.iter().find(|preset| preset.name == *name).ok_or("no preset tells all that it asks")?;
    let of_machines = ["launches", "launch_cost"].contains(&preset.name);
    if of_machines && found.parameters.service.iter().any(|service| service != "ec2") {
        return Err("launches and what they cost are told of machines of EC2 alone");
    }
    if preset.needs.iter().any(|needed| *needed != Parameter::Event && !found.parameters.has(*needed)) {
        return Err("it does not say of whom or what");
    }
    settle(preset, found, words, calls);
    Ok(preset)
}

/// Weighs a rule: the more of the question it must have, the more it fits.
fn weight(rule: &Rule, found: &Found, calls: &[String]) -> usize {
    let own = 2 * rule.all.len();
    match rule.needs {
        Needs::Nothing => own,
        Needs::Given(Parameter::Service) => 1,
        // A resource tells more than that something changed.
        Needs::Given(_) => own + 1,
        // The name of a call says all; a verb with several nouns says more than any subject, and one that is only deleted no more than that.
        Needs::Call if found.parameters.has(Parameter::Event) => 9,
        Needs::Call => {
            let nouns = calls.first().map_or(0, |call| camel_words(call).count().saturating_sub(1));
            let plain = nouns == 1 && found.subjects.contains(&S::Delete) && found.subjects.contains(&S::Bucket);
            if plain { 1 } else { 1 + 2 * nouns }
        }
    }
}

/// Gives a preset what it takes of the question, and no more.
fn settle(preset: &Preset, found: &mut Found, words: &mut [Word], calls: Vec<String>) {
    let parameters = &mut found.parameters;
    if preset.needs.contains(&Parameter::Event) {
        if parameters.event.is_empty() {
            untell(words, &calls, &found.beside);
            parameters.event = calls;
        }
        parameters.category.clear();
    }
    if preset.name == "changes" && found.subjects.contains(&S::Bucket) && parameters.service.is_empty() {
        parameters.service.push("s3".to_owned());
    }
    // Its own class says it already.
    let by_category = ["changes", "deletions", "failed_calls"].contains(&preset.name);
    if !by_category {
        parameters.category.clear();
    }
    if found.subjects.contains(&S::Spike) && found.subjects.contains(&S::Denied) {
        parameters.error = ["AccessDenied*", "*UnauthorizedOperation"].map(str::to_owned).to_vec();
    }
    // What it is about has no effect unless something narrows it to that, and is told so.
    let narrowed = !parameters.service.is_empty() || !parameters.category.is_empty() || !parameters.resource.is_empty();
    if ["changes", "failed_calls", "denied_calls", "error_spikes"].contains(&preset.name) && !narrowed {
        let of_nothing = |word: &&mut Word| word.kind == Some(Kind::Subject) && is_noun_alone(&word.plain);
        words.iter_mut().filter(of_nothing).for_each(|word| word.kind = None);
    }
    if preset.name == "console_logins" && found.subjects.contains(&S::Failed) {
        parameters.error = vec!["Failure".to_owned()];
    }
    // All changes of the service are told, not only those that switch it off.
    if preset.name == "changes" && found.subjects.contains(&S::Off) {
        let off = |word: &&mut Word| word.kind == Some(Kind::Subject);
        words.iter_mut().filter(off).for_each(|word| word.kind = None);
    }
}

/// Lets what has no part in the calls that were made of a question be told as not understood: a second thing beside the first.
fn untell(words: &mut [Word], calls: &[String], beside: &BTreeSet<String>) {
    let parts: BTreeSet<String> = calls.iter().flat_map(|call| camel_words(call)).map(|part| singular(&part.to_lowercase())).collect();
    let says = |noun: &str| parts.contains(noun) || lexicon::also(noun).any(|also| parts.contains(*also));
    let idle = |word: &&mut Word| {
        let noun = singular(&word.plain);
        word.kind == Some(Kind::Subject) && is_noun_alone(&word.plain) && !beside.contains(&noun) && !says(&noun)
    };
    if !calls.iter().any(|call| call.ends_with('*')) {
        words.iter_mut().filter(idle).for_each(|word| word.kind = None);
    }
}

/// Returns how the calls begin that a verb alone tells of, where something is named that it was done to, or who did it: `Attach*`.
fn any_noun(found: &Found) -> Vec<String> {
    let named = [Parameter::Resource, Parameter::Actor].iter().any(|parameter| found.parameters.has(*parameter));
    let told = found.subjects.contains(&S::Verb) && named;
    if told { found.verbs.iter().map(|verb| format!("{verb}*")).collect() } else { Vec::new() }
}

/// Makes of a role that was assumed what it was made to, rather than who acted.
fn lend(found: &mut Found) {
    let lent = found.verbs.contains(&"Assume") || found.parameters.event.iter().any(|call| catalogue::lends_role(call));
    if lent {
        let roles = std::mem::take(&mut found.roles);
        found.parameters.actor.retain(|actor| !roles.contains(actor));
        found.nouns.insert("role".to_owned());
        found.parameters.resource.extend(roles);
    }
}

/// Makes of changed policies a change of who may do what, where nothing is said of whose they are.
fn rule_who_may(found: &mut Found) {
    let named = [Parameter::Resource, Parameter::Service, Parameter::Category].iter().any(|parameter| found.parameters.has(*parameter));
    let of_policies = found.nouns.iter().all(|noun| ["policy", "permission", "grant", "profile"].contains(&noun.as_str()));
    if found.subjects.contains(&S::Change) && !found.nouns.is_empty() && of_policies && !named {
        found.subjects.insert(S::Permissions);
    }
}

/// Makes of what is new, and nobody who acts, what was created: `new access keys this month`.
fn make(found: &mut Found) {
    const BESIDE: &[S] = &[S::New, S::Verb, S::Did, S::Bucket, S::Machine, S::Permissions, S::SecurityGroup, S::Trail];
    let of_things = found.subjects.contains(&S::New) && found.subjects.iter().all(|subject| BESIDE.contains(subject));
    let verbs_create = found.verbs.is_empty() || found.verbs == ["Create"];
    if of_things && verbs_create && !found.nouns.is_empty() {
        found.subjects.remove(&S::New);
        found.subjects.insert(S::Verb);
        found.verbs = vec!["Create"];
    }
}

/// Makes of a change of what has a name of several nouns the calls that change it: `bucket policy changes`.
///
/// Shape: a thing by its name, a service or a category narrows a change enough.
fn change(found: &mut Found) {
    const CHANGING: [&str; 6] = ["Put", "Update", "Modify", "Set", "Replace", "Delete"];
    let of_more = found.nouns.iter().any(|noun| !found.beside.contains(noun) && lexicon::also(noun).count() > 2);
    let told = [Parameter::Service, Parameter::Category, Parameter::Event].iter().any(|one| found.parameters.has(*one))
        || found.parameters.has(Parameter::Resource) && !of_more;
    let alone = found.subjects.iter().all(|subject| [S::Change, S::Bucket, S::Actors, S::Did].contains(subject));
    if !found.subjects.contains(&S::Change) || !alone || told || found.nouns.len() < 2 {
        return;
    }
    found.verbs = CHANGING.to_vec();
    if calls(found).first().is_some_and(|call| camel_words(call).count() > 2) {
        found.subjects.remove(&S::Change);
        found.subjects.insert(S::Verb);
    } else {
        found.verbs.clear();
    }
}

/// Calls that read what is secret, which change nothing and so have no row in the catalogue.
const READS: &[(&str, &str)] =
    &[("secretsmanager", "GetSecretValue"), ("ssm", "GetParameter"), ("ssm", "GetParameters"), ("ssm", "GetParametersByPath")];

/// Returns the calls that a verb and what it was done to make together: those with most of the nouns.
///
/// Shape: a change of something by name is no call of its own, as many calls may do it.
fn calls(found: &Found) -> Vec<String> {
    let mut best: (usize, Vec<String>) = (0, Vec::new());
    for (service, name) in catalogue::calls().chain(READS.iter().copied()) {
        let mut parts = camel_words(name);
        let mut verb = parts.next().unwrap_or_default();
        let mut nouns: BTreeSet<String> = parts.map(|part| singular(&part.to_lowercase())).collect();
        // To have a key deleted later is to delete it.
        if verb == "Schedule" && found.verbs.contains(&"Delete") && !found.nouns.contains("deletion") && nouns.remove("deletion") {
            verb = "Delete";
        }
        let services = &found.parameters.service;
        let of_service = services.is_empty() || services.iter().any(|one| one == service);
        if !found.verbs.contains(&verb) || nouns.is_empty() || !nouns.is_subset(&found.nouns) || !of_service {
            continue;
        }
        match nouns.len().cmp(&best.0) {
            std::cmp::Ordering::Greater => best = (nouns.len(), vec![name.to_owned()]),
            std::cmp::Ordering::Equal if !best.1.iter().any(|known| known == name) => best.1.push(name.to_owned()),
            _ => {}
        }
    }
    // Of a thing that has a name the noun says which it is, and the others what was done to: `recovery points of vault prod`.
    let of_name = |call: &String| camel_words(call).skip(1).any(|part| found.beside.contains(&singular(&part.to_lowercase())));
    if best.1.iter().any(|call| !of_name(call)) {
        best.1.retain(|call| !of_name(call));
    }
    best.1
}

/// Returns the presets that share most with what was understood, in the order of the list where that is equal.
pub(super) fn nearest(found: &Found, most: usize) -> Vec<&'static Preset> {
    let shared = |preset: &&Preset| {
        let of = |rule: &&Rule| rule.preset == preset.name;
        let count = |rule: &Rule| {
            let held = |subjects: &[S], worth: usize| subjects.iter().filter(|subject| found.subjects.contains(subject)).count() * worth;
            let needed = match rule.needs {
                Needs::Given(parameter) if found.parameters.has(parameter) => 3,
                Needs::Call if found.parameters.has(Parameter::Event) || !found.verbs.is_empty() => 2,
                _ => 0,
            };
            held(rule.all, 3) + held(rule.may, 1) + needed
        };
        RULES.iter().filter(of).map(count).max().unwrap_or_default()
    };
    let mut presets: Vec<&Preset> = ALL.iter().collect();
    presets.sort_by_key(|preset| std::cmp::Reverse(shared(preset)));
    presets.truncate(most);
    presets
}
