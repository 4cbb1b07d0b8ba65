//! How what a change does fits what the alert says: the error text and what can cause it, the service, the values, the words.

use std::collections::HashSet;

use serde_json::Value;

use super::Change;
use super::activity::Activities;
use super::link::is_firm;
use crate::catalogue::{About, Aspect, Aspects, Cause, Complained, Complaint, Effect, Role, Specificity, Spoken, complaints};
use crate::context::Incident;
use crate::event::{Event, camel_words, member};

/// What the alert is about as a whole; the same for all changes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tone {
    /// Whether any complaint was understood, and how much the most specific one tells.
    pub understood: Option<Specificity>,
    /// Whether that something is open or weakened is among the complaints.
    pub exposure: bool,
    /// Whether it is the only one.
    pub only_exposure: bool,
    /// Whether it is what the alert speaks of most.
    pub first_exposure: bool,
    /// Whether something is too open or costs too much, rather than missing.
    pub excess: bool,
    /// Whether there is too little of something.
    pub shortage: bool,
    /// Whether what used to arrive does not, to which who watches belongs.
    pub silence: bool,
    /// Whether it is about money.
    pub cost: bool,
    /// Whether the text itself explains the fault, by something that no change of the account does.
    pub outside: bool,
}

impl Tone {
    fn of(found: &[Complained]) -> Self {
        let has = |about: About| found.iter().any(|one| one.complaint.about == about);
        let spoken = |about: About| -> usize {
            let of_it = found.iter().filter(|one| one.complaint.about == about);
            of_it.map(|one| one.times * weight(one.complaint.specificity)).sum()
        };
        let exposure = spoken(About::Exposure);
        let most = [About::Failure, About::Refusal, About::Shortage, About::Silence, About::Outside]
            .into_iter()
            .map(spoken)
            .max()
            .unwrap_or_default();
        let first_exposure = exposure > 0 && exposure >= most;
        Self {
            understood: found.iter().map(|one| one.complaint.specificity).max(),
            exposure: exposure > 0,
            only_exposure: exposure > 0 && found.iter().all(|one| one.complaint.about == About::Exposure),
            first_exposure,
            excess: (first_exposure || has(About::Cost) && spoken(About::Cost) >= most) && !has(About::Refusal),
            shortage: has(About::Shortage),
            silence: has(About::Silence),
            cost: has(About::Cost),
            outside: has(About::Outside),
        }
    }
}

/// How much a phrase counts for what an alert is about.
const fn weight(specificity: Specificity) -> usize {
    match specificity {
        Specificity::Exact => 9,
        Specificity::Kind => 3,
        Specificity::General => 1,
    }
}

/// What a change can cause of what the alert complains of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The most specific complaint that such changes cause.
    pub complaint: &'static Complaint,
    /// How often they do.
    pub cause: Cause,
    /// How much of the blame falls on such changes, 0 to 1.
    pub share: f64,
}

/// How a service of the alert is that of the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceTie {
    /// A word of the alert tells it.
    Told,
    /// An action, a host or a namespace of the alert names it.
    Named,
}

/// How a change fits what the alert says.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// What the alert is about.
    pub tone: Tone,
    /// What of it such changes cause.
    pub answer: Option<Answer>,
    /// How many acts of the window usually cause the very error that the alert quotes; the same for all changes.
    pub candidates: usize,
    /// Whether what was understood is a kind of failure or an exact error, and such changes cause something else.
    pub contradicted: bool,
    /// Whether a service of the alert is what the change acts on.
    pub service: Option<ServiceTie>,
    /// Whether the change sets or names a permission for an action that the alert says was refused.
    pub action: bool,
    /// Whether it takes the place of what is there, or stands before it, though it only adds.
    pub captures: bool,
    /// Whether it is made to a thing of the very kind that the alert names; another one, where nothing relates the two.
    pub same_kind: bool,
    /// Whether the alert speaks of the kind of thing that was changed.
    pub same_words: bool,
    /// A value of the alert that the request sets.
    pub value: Option<String>,
}

impl Fit {
    /// Returns the specificity of the complaint that the change answers.
    pub fn specificity(&self) -> Option<Specificity> {
        self.answer.map(|answer| answer.complaint.specificity)
    }
}

/// What the alert says, ready to be held against changes.
pub(super) struct Alleged<'a> {
    pub(super) tone: Tone,
    found: Vec<Complained>,
    spoken: Spoken,
    /// Services of what was refused: of the actions that the alert names, or of the resources, where it tells of a refusal.
    refused: HashSet<String>,
    /// Kinds of the resources that the alert firmly names.
    kinds: HashSet<String>,
    /// Event names that speak of the kind of thing that the alert speaks of.
    wordings: HashSet<&'a str>,
    /// Values that the alert speaks of, names of resources aside.
    values: HashSet<String>,
}

impl<'a> Alleged<'a> {
    pub(super) fn new(incident: &Incident, activities: &Activities<'a>) -> Self {
        let (found, spoken) = complaints(&incident.words);
        let kinds: HashSet<String> =
            incident.resources.iter().filter(|named| is_firm(named)).filter_map(|named| named.kind.clone()).collect();
        let of_actions = spoken.actions.iter().filter_map(|action| action.split(':').next()).map(str::to_owned);
        let is_refusal = found.iter().any(|one| one.complaint.about == About::Refusal);
        let of_kinds = kinds.iter().filter(|_| is_refusal).filter_map(|kind| Some(kind.split("::").nth(1)?.to_lowercase()));
        let refused = of_actions.chain(of_kinds).collect();
        Self {
            tone: Tone::of(&found),
            found,
            spoken,
            refused,
            kinds,
            wordings: wordings(incident, activities),
            values: alert_values(incident),
        }
    }

    /// Holds a change against it.
    pub(super) fn fit(&self, change: &Change) -> Fit {
        let (event, class) = (&change.event, &change.class);
        if class.noise {
            return Fit { tone: self.tone, ..Fit::default() };
        }
        // A call that failed changed nothing, and what nobody depends on breaks nothing.
        let idle = event.failed() || change.severity.is_some_and(|severity| severity.effect == Effect::Harmless);
        let answer = if idle { None } else { self.answer(class.aspects) };
        let specific = |specificity: Option<Specificity>| specificity >= Some(Specificity::Kind);
        Fit {
            tone: self.tone,
            answer,
            candidates: 0,
            contradicted: !idle
                && specific(self.tone.understood)
                && !class.aspects.is_empty()
                && !specific(answer.map(|answer| answer.complaint.specificity)),
            service: self.service(event, class.aspects),
            action: self.allows_action(event, class.aspects),
            captures: class.aspects.captures(),
            same_kind: self.is_named_kind(change),
            same_words: self.wordings.contains(event.name.as_str()),
            value: if self.values.is_empty() { None } else { smallest_of(event.request(), &self.values, 0).map(str::to_owned) },
        }
    }

    /// The most specific complaint that `aspects` cause, among these one that they cause often, among these one that has
    /// few other causes, among these the most spoken of.
    fn answer(&self, aspects: Aspects) -> Option<Answer> {
        let mut best = None::<Answer>;
        for complaint in self.found.iter().map(|one| one.complaint) {
            let Some(cause) = complaint.caused_by(aspects) else { continue };
            let share = complaint.share(aspects);
            let beats = |best: Answer| (complaint.specificity, cause, share) > (best.complaint.specificity, best.cause, best.share);
            if best.is_none_or(beats) {
                best = Some(Answer { complaint, cause, share });
            }
        }
        best
    }

    fn is_named_kind(&self, change: &Change) -> bool {
        let targets = change.resources.iter().take_while(|resource| resource.role == Role::Target);
        !self.kinds.is_empty() && targets.filter_map(|resource| resource.kind).any(|kind| self.kinds.contains(kind))
    }

    fn service(&self, event: &Event, aspects: Aspects) -> Option<ServiceTie> {
        let service = event.service();
        match () {
            () if self.spoken.names(service) || aspects.has(Aspect::PrivateLink) && self.endpoint_of_named(event) => {
                Some(ServiceTie::Named)
            }
            () if self.spoken.tells(service) => Some(ServiceTie::Told),
            () => None,
        }
    }

    /// Tells whether an endpoint is made for a service that the alert names: `com.amazonaws.eu-west-1.ecr.api`.
    fn endpoint_of_named(&self, event: &Event) -> bool {
        let named = |text: &str| text.split('.').any(|part| self.spoken.names(part));
        !self.spoken.named.is_empty() && any_text(event.request(), 0, &|key, text| key.eq_ignore_ascii_case("serviceName") && named(text))
    }

    /// Tells whether a policy in the request, or its name, is about the service of what was refused: `AmazonS3ReadOnlyAccess`.
    fn allows_action(&self, event: &Event, aspects: Aspects) -> bool {
        if self.refused.is_empty() || !aspects.meets(POLICIES) {
            return false;
        }
        any_text(event.request(), 0, &|key, text| {
            let policy = key.len() >= 6 && key.to_ascii_lowercase().contains("policy");
            policy && {
                let text = text.to_ascii_lowercase();
                let name = text.rsplit('/').next().unwrap_or_default();
                self.refused
                    .iter()
                    .any(|service| text.contains(&format!("\"{service}:")) || text.starts_with("arn:") && name.contains(service))
            }
        })
    }
}

/// What a policy can stand in.
const POLICIES: Aspects = Aspects::of(&[
    Aspect::Permission,
    Aspect::ResourcePolicy,
    Aspect::BucketAccess,
    Aspect::Key,
    Aspect::Identity,
    Aspect::PrivateLink,
    Aspect::FileSystem,
]);

/// Tells whether `holds` for any text of a request with its key; policies are texts there or objects.
fn any_text(value: &Value, depth: usize, holds: &dyn Fn(&str, &str) -> bool) -> bool {
    let Value::Object(map) = value else { return false };
    map.iter().any(|(key, inner)| match inner {
        Value::String(text) => holds(key, text),
        Value::Object(nested) if depth < 3 => {
            member(nested, "Statement").is_some() && holds(key, &inner.to_string()) || any_text(inner, depth + 1, holds)
        }
        _ => false,
    })
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
fn wordings<'a>(incident: &Incident, activities: &Activities<'a>) -> HashSet<&'a str> {
    let words: HashSet<String> = camel_words(&incident.words).map(singular).collect();
    let names: HashSet<&str> = activities.names().collect();
    let spoken_of = |name: &str| camel_words(name).skip(1).any(|word| word.len() >= 4 && words.contains(&singular(word)));
    names.into_iter().filter(|name| spoken_of(name)).collect()
}

/// Returns a word in lower case and without a plural's s.
fn singular(word: &str) -> String {
    let mut word = word.to_lowercase();
    word.truncate(word.trim_end_matches('s').len());
    word
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Asked, Defaults, discover};
    use chrono::DateTime;
    use serde_json::json;

    /// The fit of one call to an alert of these words.
    fn fit(words: &str, service: &str, name: &str, request: Value) -> Fit {
        let time = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let record = json!({
            "eventTime": time.to_rfc3339(), "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "readOnly": false,
            "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "requestParameters": request,
        });
        let changes = [Change::from(Event::parse(record).unwrap())];
        let alert = json!({"alert": {"name": "Alert", "startsAt": time.to_rfc3339(), "annotations": {"description": words}}});
        let asked = Asked { investigation: Some(alert), ..Asked::default() };
        let incident = discover(&asked, &Defaults::default(), time).unwrap();
        Alleged::new(&incident, &Activities::new(&changes, &[])).fit(&changes[0])
    }

    #[test]
    fn an_exact_error_is_answered_by_what_causes_it_and_contradicts_the_rest() {
        let refused = r#"FATAL: password authentication failed for user "app""#;
        let rotated = fit(refused, "secretsmanager", "RotateSecret", json!({"secretId": "app"}));
        assert_eq!(rotated.specificity(), Some(Specificity::Exact));
        assert!(!rotated.contradicted);
        let routed = fit(refused, "ec2", "DeleteRoute", json!({"routeTableId": "rtb-1"}));
        assert!(routed.contradicted && routed.answer.is_none());
    }

    #[test]
    fn a_whole_thing_answers_by_what_is_set() {
        let refused = "password authentication failed";
        let password = fit(refused, "rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": "a", "masterUserPassword": "****"}));
        let class = fit(refused, "rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": "a", "dBInstanceClass": "db.t3.small"}));
        assert!(password.answer.is_some() && !password.contradicted);
        assert!(class.contradicted);
    }

    #[test]
    fn a_refused_action_ties_the_policies_about_it() {
        let denied = "User: x is not authorized to perform: s3:GetObject on resource: y";
        let detached = json!({"roleName": "r", "policyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"});
        assert!(fit(denied, "iam", "DetachRolePolicy", detached).action);
        let other = json!({"roleName": "r", "policyArn": "arn:aws:iam::aws:policy/AmazonSQSFullAccess"});
        assert!(!fit(denied, "iam", "DetachRolePolicy", other).action);
        let put = json!({"roleName": "r", "policyDocument": r#"{"Statement":{"Effect":"Deny","Action":"s3:Get*","Resource":"*"}}"#});
        assert!(fit(denied, "iam", "PutRolePolicy", put).action);
        assert_eq!(fit(denied, "s3", "PutBucketPolicy", json!({"bucketName": "b"})).service, Some(ServiceTie::Named));
    }

    #[test]
    fn a_new_endpoint_is_tied_to_the_service_that_it_captures() {
        let pull = "CannotPullContainerError: Get https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/: net/http: request canceled";
        let endpoint = |service: &str| json!({"CreateVpcEndpointRequest": {"ServiceName": format!("com.amazonaws.eu-west-1.{service}")}});
        let made = fit(pull, "ec2", "CreateVpcEndpoint", endpoint("ecr.dkr"));
        assert_eq!((made.service, made.specificity()), (Some(ServiceTie::Named), Some(Specificity::Exact)));
        assert_eq!(fit(pull, "ec2", "CreateVpcEndpoint", endpoint("logs")).service, None);
    }

    #[test]
    fn an_alert_is_about_money_exposure_or_a_stranger() {
        let tone = |words: &str| fit(words, "ec2", "RunInstances", Value::Null).tone;
        assert!(tone("AWS Budgets: monthly budget exceeded, forecast 310 $").cost && tone("AWS Budgets: monthly budget exceeded").excess);
        assert!(tone("Port 22 is open to the internet").first_exposure);
        assert!(tone("Stripe answers 503, see their status page").outside);
        assert!(!tone("not authorized: public access denied").excess);
    }

    #[test]
    fn what_says_nothing_understood_contradicts_nothing() {
        let nothing = fit("all is well", "ec2", "DeleteRoute", Value::Null);
        assert!(!nothing.contradicted && nothing.answer.is_none() && nothing.tone.understood.is_none());
        let unknown = fit("no such host", "newservice", "UpdateWidget", Value::Null);
        assert!(!unknown.contradicted, "nothing is known of it");
    }
}
