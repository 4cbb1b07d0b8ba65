//! From an alert, as it was posted, to what we know of the incident. No I/O; everything read here is untrusted.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use self::alert::Payload;
use self::basis::{Basis, Reading, WindowBasis};
use self::fact::Place;
use self::primary::Primary;
use crate::event::camel_words;
use crate::redact;
use crate::refusal::InvalidArgument;
use crate::time::Window;

mod alert;
pub mod basis;
mod cost;
mod fact;
mod identity;
mod onset;
mod period;
mod primary;
mod region;
mod resource;
mod told;

pub use self::identity::{AlertIdentity, identify};
pub use self::onset::Onset;
pub use self::told::Told;

/// How many bytes an investigation may have as text.
const MAX_INVESTIGATION: usize = 1_000_000;
/// How many characters of words are kept.
const MAX_WORDS: usize = 4_000;
/// An alert that we can surely read, for messages.
const EXAMPLE: &str = r#"{"alert":{"name":"HighLatency","startsAt":"2026-01-27T20:04:10Z","labels":{"region":"us-east-1"}}}"#;

/// Reads what is known of the incident out of what was asked.
///
/// Shape: the window is never empty and never ends after `now`; what is found is not judged, let alone allowed.
/// Errors: JSON that does not parse, and arguments that cannot be read; JSON of an unknown form is no error.
pub fn discover(asked: &Asked, defaults: &Defaults, now: DateTime<Utc>) -> Result<Incident, InvalidArgument> {
    let defaults = Defaults { lookback: defaults.lookback.clamp(TimeDelta::seconds(1), TimeDelta::days(3_650)), ..*defaults };
    let times = Times { said: asked.said_at.map_or(now, |said| said.min(now)), now };
    let mut primary = read_investigation(asked, &defaults, times)?;
    fact::push_pairs(&mut primary.facts, |name| resource::names_one(name) || region::names_place(name));
    primary.is_about_cost = cost::is_complaint(&primary.names, &primary.facts);
    let (window, window_basis) = period::decide(asked, &primary, &defaults, times)?;
    let (given, all_regions) = region::argument(&asked.regions)?;
    let regions_given = all_regions || !given.is_empty();
    let regions = if regions_given { given } else { region::find(&primary.facts) };
    let accounts = region::argument_accounts(&asked.accounts)?;
    let accounts_given = !accounts.is_empty();
    Ok(Incident {
        window,
        onset: Onset::of(&primary, window),
        window_basis,
        start_given: start_given(asked),
        regions,
        all_regions,
        regions_given,
        accounts: if accounts_given { accounts } else { region::find_accounts(&primary.facts) },
        accounts_given,
        resources: resource::find(&primary.facts, resource::argument(&asked.resources)?),
        words: words(&primary),
        told: told::find(&primary),
        speaks_to_reader: asked.investigation.as_ref().is_some_and(redact::holds_suspicious),
        alert: primary.alert,
    })
}

fn start_given(asked: &Asked) -> bool {
    asked.start_time.as_deref().is_some_and(|time| !time.trim().is_empty())
}

/// Two times that are one, but for a question that is asked again.
#[derive(Clone, Copy)]
struct Times {
    /// When the question was put: what it says of time is counted from here.
    said: DateTime<Utc>,
    /// What lies after it is still to come.
    now: DateTime<Utc>,
}

fn read_investigation(asked: &Asked, defaults: &Defaults, times: Times) -> Result<Primary, InvalidArgument> {
    let refuse = |message: String| InvalidArgument { argument: "investigation".into(), message };
    match &asked.investigation {
        None | Some(Value::Null) => Ok(Primary::default()),
        Some(Value::String(text)) if text.len() > MAX_INVESTIGATION => {
            Err(refuse(format!("`investigation` may have at most {MAX_INVESTIGATION} bytes; give the alert alone, such as `{EXAMPLE}`.")))
        }
        Some(Value::String(text)) => primary::choose(
            alert::json(text).map_or_else(|| read_text(text), |payload| alert::read(&payload)),
            start_given(asked),
            defaults.lookback,
            times,
        ),
        Some(payload @ (Value::Object(_) | Value::Array(_))) => {
            primary::choose(alert::read(payload), start_given(asked), defaults.lookback, times)
        }
        Some(_) => Err(refuse(format!("`investigation` is an alert object, such as `{EXAMPLE}`, or a text."))),
    }
}

/// Reads free text, and the JSON that stands in it.
fn read_text(text: &str) -> Payload {
    let inside = text.find('{').zip(text.rfind('}')).and_then(|(from, to)| text.get(from..=to));
    let mut payload = inside.and_then(alert::json).map(|inner| alert::read(&inner)).unwrap_or_default();
    if payload.alerts.iter().all(|alert| alert.started.is_none() && alert.on.is_none()) {
        payload.alerts.insert(0, alert::of_text(text));
    } else {
        fact::push(&mut payload.facts, Place::Text, "", text);
    }
    payload
}

/// Joins everything that is said, for matching symptoms; names in CamelCase also as separate words.
fn words(primary: &Primary) -> String {
    let mut words = String::new();
    for name in &primary.names {
        words.push_str(name);
        words.push(' ');
        words.push_str(&camel_words(name).collect::<Vec<_>>().join(" "));
        words.push('\n');
    }
    for fact in primary.facts.iter().filter(|fact| fact.place != Place::Origin && fact.is_about_the_incident()) {
        // What a field is called is no complaint: `security_group` speaks of no attack, `message` of no queue.
        words.push_str(&redact::without_marks(&fact.text));
        words.push('\n');
        if words.len() > 4 * MAX_WORDS {
            break;
        }
    }
    words.chars().take(MAX_WORDS).collect()
}

/// What the caller asked for, as it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The incident: an alert of any form, or text. Known ids are resolved before.
    pub investigation: Option<Value>,
    /// Where the window begins; RFC 3339 or relative.
    pub start_time: Option<String>,
    /// Where it ends.
    pub end_time: Option<String>,
    /// Regions; each item may be a comma string; `all` asks for every one.
    pub regions: Vec<String>,
    /// Account ids; each item may be a comma string.
    pub accounts: Vec<String>,
    /// Ids, names or ARNs; each item may be a comma string.
    pub resources: Vec<String>,
    /// When it was asked first, for a question that is asked again: what it says of time, `2h`, is counted from then. Default: now.
    pub said_at: Option<DateTime<Utc>>,
}

/// What counts where the caller did not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// How far before the alert's start the window begins; 30 minutes.
    pub lookback: TimeDelta,
    /// How long a window may be that we choose; 48 hours.
    pub max_window: TimeDelta,
    /// How far to look back where there is no alert; an hour.
    pub without_alert: TimeDelta,
    /// Whether that is because something is looked up by its name.
    pub looks_up: bool,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { lookback: TimeDelta::minutes(30), max_window: TimeDelta::hours(48), without_alert: period::WITHOUT_ALERT, looks_up: false }
    }
}

/// What is known of an incident, as asked: nothing here is allowed yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// The primary alert, when there is one.
    pub alert: Option<Alert>,
    /// The interval to look at.
    pub window: Window,
    /// Where the window came from.
    pub window_basis: WindowBasis,
    /// When it began, as far as is known.
    pub onset: Onset,
    /// Whether the caller fixed the start (then the window is never widened).
    pub start_given: bool,
    /// Regions to look at, in order of appearance, each once; empty when nothing names one.
    pub regions: Vec<Named>,
    /// Whether the caller asked for every region (`all`).
    pub all_regions: bool,
    /// Whether the caller named the regions in the arguments (then one that is not allowed is refused, not narrowed).
    pub regions_given: bool,
    /// Accounts to look at, in order of appearance, each once; empty when nothing names one.
    pub accounts: Vec<Named>,
    /// Whether the caller named the accounts in the arguments.
    pub accounts_given: bool,
    /// Resources that the alert or the caller names, in order of confidence, each once.
    pub resources: Vec<NamedResource>,
    /// Everything the alert says in words (name, labels, annotations), for matching symptoms. Untrusted; never shown.
    pub words: String,
    /// What these words may call things.
    pub told: Told,
    /// Whether what was given speaks to its reader, or the reader's assistant, rather than of an incident.
    pub speaks_to_reader: bool,
}

#[cfg(test)]
impl Incident {
    /// Makes one that names nothing but a window that the caller fixed.
    pub(crate) fn over(window: Window) -> Self {
        Self {
            alert: None,
            window,
            window_basis: basis::WindowStart::Given.into(),
            onset: Onset::None,
            start_given: true,
            regions: Vec::new(),
            all_regions: false,
            regions_given: false,
            accounts: Vec::new(),
            accounts_given: false,
            resources: Vec::new(),
            words: String::new(),
            told: Told::default(),
            speaks_to_reader: false,
        }
    }
}

/// The primary alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its name. Untrusted.
    pub name: String,
    /// When it started to fire.
    pub started_at: DateTime<Utc>,
    /// When it ended; absent while firing.
    pub ended_at: Option<DateTime<Utc>>,
    /// Names of other alerts of the same payload that are not primary. Untrusted.
    pub others: Vec<String>,
}

/// A region or an account, and how we came to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// `eu-west-1`, or `111122223333`.
    pub name: String,
    /// Where it was found.
    pub basis: Basis,
}

/// A resource that the incident names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedResource {
    /// The id, name or ARN as it was written. Untrusted.
    pub id: String,
    /// CloudFormation type, such as `AWS::EC2::Instance`, when the label, the id's form or the ARN tells it.
    pub kind: Option<String>,
    /// Where it was found.
    pub basis: Basis,
}

impl NamedResource {
    /// Tells whether it stands for a thing, rather than for a service or a job that may be called anything.
    pub fn is_firm(&self) -> bool {
        let by_form = matches!(self.basis, Basis::Said { reading: Reading::Arn | Reading::DnsName | Reading::Address, .. });
        self.kind.is_some() || self.basis == Basis::Argument || by_form || self.id.starts_with("arn:")
    }
}

#[cfg(test)]
mod tests;
