//! Named questions: what people ask of CloudTrail day by day, each a declared row; and how a question in plain words leads to one.
//!
//! A preset says which calls it wants, in the catalogue's classes, and how they are folded into a table. It runs on every source: what it
//! wants is looked up by name where the source can and the names are known, and read otherwise. Pure: no clock, no I/O.

mod parameter;
pub mod question;
mod rows;
#[cfg(test)]
mod tests;

use crate::answer::PresetReport;
use crate::answer::filter::Filter;
use crate::answer::table::Layout;
use crate::catalogue::{self, Category, Topic};
use crate::coverage::Profile;
use crate::event::{ActorKind, EventCategory};
use crate::rank::Change;
use crate::refusal::{Refusal, nearest};

pub use parameter::{Parameter, Parameters};
pub use rows::ALL;

/// A named question.
#[derive(Debug)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// What it tells, in one sentence.
    pub meaning: &'static str,
    /// One of what it counts, and several.
    pub noun: (&'static str, &'static str),
    /// What it makes no sense without.
    pub needs: &'static [Parameter],
    /// Which calls it wants.
    pub calls: Calls,
    /// How they went.
    pub outcome: Outcome,
    /// Whether it wants reads as well as changes.
    pub reads: bool,
    /// Which window it looks at besides the one that is asked for.
    pub compares: bool,
    /// How they are folded.
    pub layout: Layout,
    /// What to know of the numbers.
    pub notes: &'static [&'static str],
}

/// Which calls a preset wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// Any.
    Any,
    /// Those that change something.
    Changes,
    /// Those that delete.
    Deleting,
    /// Those of a category.
    Of(Category),
    /// Those of a topic.
    About(Topic),
    /// Sign-ins by password without a second factor.
    WithoutMfa,
    /// Those of the root user.
    ByRoot,
    /// Those on data, such as objects and items.
    OnData,
}

/// How calls went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Any way.
    Any,
    /// They succeeded.
    Succeeded,
    /// They failed.
    Failed,
    /// They were denied.
    Denied,
}

impl Preset {
    /// Finds a preset by its name.
    ///
    /// Errors: `invalid_argument` with the nearest name.
    pub fn find(name: &str) -> Result<&'static Self, Refusal> {
        let plain = name.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        ALL.iter().find(|preset| preset.name == plain).ok_or_else(|| {
            let near =
                nearest(&plain, ALL.iter().map(|preset| preset.name)).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let names: Vec<&str> = ALL.iter().map(|preset| preset.name).collect();
            let shown = crate::redact::text(name, 40);
            Refusal::invalid("preset", format!("There is no preset \"{shown}\"{near}"), format!("The presets are {}.", names.join(", ")))
        })
    }

    /// Makes sure that nothing is missing which it makes no sense without.
    ///
    /// Errors: `invalid_argument` with a right example.
    pub fn check(&self, given: &Parameters) -> Result<(), Refusal> {
        match self.needs.iter().find(|needed| !given.has(**needed)) {
            None => Ok(()),
            Some(missing) => {
                let (name, example) = (missing.name(), missing.example());
                let message = format!("The preset `{}` needs the parameter `{name}`: {}", self.name, self.meaning);
                Err(Refusal::invalid("parameters", message, format!("Give parameters={{\"{name}\": {example}}}.")))
            }
        }
    }

    /// Makes sure that a source can hold what it wants.
    ///
    /// Errors: `invalid_argument` when the source never holds such events.
    pub fn check_source(&self, source: &Profile) -> Result<(), Refusal> {
        if self.calls != Calls::OnData || source.data_events {
            return Ok(());
        }
        Err(Refusal::invalid(
            "preset",
            format!("The preset `{}` asks about data events, and {} holds none of them.", self.name, source.title),
            "Ask a source that may hold data events, such as log files of a trail that records them. The preset `resource_history` tells what was changed.",
        ))
    }

    /// Returns what it filters by, besides its own class.
    pub fn filter(&self, given: &Parameters) -> Filter {
        Filter {
            include_reads: self.reads || given.event.iter().any(|name| crate::event::reads(name)),
            event_names: given.event.clone(),
            event_sources: given.service.clone(),
            actors: given.actor.clone(),
            not_actors: given.not_actor.clone(),
            categories: given.category.clone(),
            ..Filter::default()
        }
    }

    /// Returns the calls that it can be looked up by; none where it is not a few that are known.
    pub fn look_ups(&self) -> Vec<String> {
        match self.calls {
            Calls::About(topic) => topic.calls(),
            Calls::WithoutMfa => Topic::SignIn.calls(),
            _ => Vec::new(),
        }
    }

    /// Tells whether it asks what the root user did, whom CloudTrail files under this name.
    pub fn is_of_root(&self) -> bool {
        self.calls == Calls::ByRoot
    }

    /// Tells whether what it wants may be in the region of global services.
    ///
    /// Shape: where the caller names regions, what may be of any service is asked of those alone.
    pub fn is_global(&self, given: &Parameters, regions_given: bool) -> bool {
        match self.calls {
            Calls::About(topic) => topic.is_global(),
            Calls::OnData => false,
            _ if !given.service.is_empty() => given.service.iter().any(|name| is_global(name)),
            Calls::WithoutMfa | Calls::ByRoot | Calls::Of(Category::IamPolicy | Category::Account) => true,
            Calls::Any | Calls::Changes | Calls::Deleting | Calls::Of(_) => !regions_given,
        }
    }

    /// Tells whether it wants a change, as far as its class and `given` say; `filter` is that of [`Preset::filter`].
    pub fn wants(&self, change: &Change, filter: &Filter, given: &Parameters) -> bool {
        let (event, class) = (&change.event, &change.class);
        let of_class = match self.calls {
            Calls::Any => true,
            Calls::Changes => !event.read_only && !class.noise,
            Calls::Deleting => class.deletes && event.category == EventCategory::Management,
            Calls::Of(category) => class.category == category && !event.read_only && !class.noise,
            Calls::About(topic) => topic.holds(event) && !event.read_only,
            Calls::WithoutMfa => catalogue::sign_in(event).is_some_and(|sign_in| sign_in.by_password && sign_in.mfa == Some(false)),
            Calls::ByRoot => event.actor.kind == ActorKind::Root,
            Calls::OnData => event.category == EventCategory::Data,
        };
        let went = match self.outcome {
            Outcome::Any => true,
            Outcome::Succeeded => !event.failed(),
            Outcome::Failed => event.failed(),
            Outcome::Denied => event.denied(),
        };
        of_class
            && went
            && filter.admits(event)
            && (given.category.is_empty() || given.category.contains(&class.category))
            && (given.error.is_empty()
                || event.error_code.as_deref().is_some_and(|code| given.error.iter().any(|error| is_error(error, code))))
            && (given.resource.is_empty() || given.resource.iter().any(|resource| touches(change, resource)))
    }

    /// Describes it for whoever has to choose.
    pub fn report(&self) -> PresetReport {
        PresetReport {
            preset: self.name.to_owned(),
            meaning: self.meaning.to_owned(),
            needs: self.needs.iter().map(|needed| needed.name().to_owned()).collect(),
        }
    }
}

/// Tells whether an error code is meant: services write `Client.` or `Server.` before it, and `Exception` after it, or do not.
fn is_error(named: &str, code: &str) -> bool {
    let plain = |code: &str| {
        let code = code.rsplit('.').next().unwrap_or(code).to_ascii_lowercase();
        code.strip_suffix("exception").unwrap_or(&code).to_owned()
    };
    if named.contains('*') { crate::answer::filter::matches_pattern(named, code) } else { plain(named) == plain(code) }
}

/// Tells whether a change touches a resource, by any of its spellings.
fn touches(change: &Change, named: &str) -> bool {
    let named = catalogue::aliases_of(named);
    let is_same = |alias: &String| named.iter().any(|name| name.eq_ignore_ascii_case(alias));
    change.resources.iter().any(|resource| resource.aliases.iter().any(is_same))
}

fn is_global(service: &str) -> bool {
    let short = service.split('.').next().unwrap_or_default().to_ascii_lowercase();
    short.contains('*') || catalogue::is_global_service(catalogue::service_called(&short).unwrap_or(&short))
}
