//! The shape of one row of the catalogue.

use super::Category;
use super::severity::Check;
use super::topic::Run;
use crate::event::Event;

/// How long a change usually takes to be felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Delay {
    /// Seconds to minutes: security groups, routes, denials, deletions.
    Immediate,
    /// Minutes: deployments and scaling.
    #[default]
    Minutes,
    /// Nothing until a restart: static database parameters.
    UntilReboot,
    /// Hours to days: key and certificate deletion, retention.
    Slow,
}

/// What the catalogue knows of one event name of one service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Short name of `eventSource`, lower case, as [`super::service`] spells it, or [`ANY`].
    pub(super) service: &'static str,
    /// `eventName` without API date or version.
    pub(super) name: &'static str,
    /// What kind of change it is; nothing where verb and service tell it well enough.
    pub(super) kind: Option<Kind>,
    /// Where the changed thing is named: a path in the summary's template language, alternatives divided by `|`.
    pub(super) target: &'static str,
    /// What happened, as an imperative sentence; see [`super::summary`] for the language. Empty: the name in words.
    pub(super) summary: &'static str,
    pub(super) noise: Noise,
    pub(super) harmless: Harmless,
    /// Whether it adds to what is there, though its verb does not say so.
    pub(super) adds: bool,
    /// Whether it is judged by whom it lets in: where nothing is bad about that, it exposes nothing.
    pub(super) admits: bool,
    /// Whether it only watches or reports, so that nothing that runs depends on it.
    pub(super) watches: bool,
    /// Whether a trail or event data store may record less after it.
    pub(super) blinds: bool,
    /// Whether it is a sign-in to the console.
    pub(super) signs_in: bool,
    /// What it does to machines.
    pub(super) run: Option<Run>,
    /// Whether it deletes, though its verb does not say so.
    pub(super) deletes: bool,
    /// Names of the calls of the same service that go back to what was before it, besides the opposite of its verb.
    pub(super) undone_by: &'static [&'static str],
    /// The command that takes it back; see [`mod@super::undo_command`] for the language. Empty: none is known.
    pub(super) undo: &'static str,
    /// Where it names the version that it puts back in force: a JSON pointer into the request.
    pub(super) returns_to: Option<&'static str>,
    /// A look at its values that makes sense for this event alone.
    pub(super) check: Option<Check>,
}

/// The kind of a change, as [`super::Class`] tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) category: Category,
    /// 0 to 100: how often such a change is what broke something.
    pub(super) weight: u8,
    pub(super) delay: Delay,
}

/// When an event changes no configuration, or changes it all the time without anybody caring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noise {
    Never,
    Always,
    /// When an AWS service does it because of something else, such as an interface for a new task.
    Reaction,
}

/// When an event breaks nothing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Harmless {
    /// When nobody's traffic depends on any of its settings.
    BySettings,
    /// Always: what it makes is used, or not, by a later call; or nobody's traffic depends on it.
    Always,
    /// Never: it puts back to its default whatever it is not given.
    Never,
    /// Unless this switch of the request is on, it makes what is not in force yet.
    Unless(&'static str),
    /// When every name that it sets under this path begins in one of these ways.
    Named(&'static str, &'static [&'static str]),
    /// When a look at the call tells why.
    If(fn(&Event) -> Option<&'static str>),
}

/// Stands for every service: what a call of this name means is the same in each.
pub(super) const ANY: &str = "*";

/// Makes a [`Row`]; its arguments are the columns of the table, and what only some rows have follows as a method.
#[expect(clippy::too_many_arguments, reason = "they are the columns of a table and read as one")]
pub(super) const fn row(
    service: &'static str,
    name: &'static str,
    category: Category,
    weight: u8,
    delay: Delay,
    target: &'static str,
    summary: &'static str,
) -> Row {
    Row { kind: Some(Kind { category, weight, delay }), target, summary, ..by_verb(service, name) }
}

/// Makes a [`Row`] of an event that verb and service tell enough of, but for what follows as a method.
pub(super) const fn by_verb(service: &'static str, name: &'static str) -> Row {
    Row {
        service,
        name,
        kind: None,
        target: "",
        summary: "",
        noise: Noise::Never,
        harmless: Harmless::BySettings,
        adds: false,
        admits: false,
        watches: false,
        blinds: false,
        signs_in: false,
        run: None,
        deletes: false,
        undone_by: &[],
        undo: "",
        returns_to: None,
        check: None,
    }
}

impl Row {
    /// Says that it changes no configuration.
    pub(super) const fn noise(self) -> Self {
        Self { noise: Noise::Always, ..self }
    }

    /// Says that it changes no configuration when a service does it by itself.
    pub(super) const fn reaction(self) -> Self {
        Self { noise: Noise::Reaction, ..self }
    }

    /// Says that it breaks nothing.
    pub(super) const fn harmless(self) -> Self {
        Self { harmless: Harmless::Always, ..self }
    }

    /// Says when it breaks nothing.
    pub(super) const fn harmless_when(self, harmless: Harmless) -> Self {
        Self { harmless, ..self }
    }

    /// Says that it puts back to its default whatever it is not given.
    pub(super) const fn resets(self) -> Self {
        Self { harmless: Harmless::Never, ..self }
    }

    /// Says that it adds to what is there.
    pub(super) const fn adds(self) -> Self {
        Self { adds: true, ..self }
    }

    /// Says that it is judged by whom it lets in.
    pub(super) const fn admits(self) -> Self {
        Self { admits: true, ..self }
    }

    /// Says that it only watches or reports.
    pub(super) const fn watches(self) -> Self {
        Self { watches: true, ..self }
    }

    /// Says that a trail or event data store may record less after it.
    pub(super) const fn blinds(self) -> Self {
        Self { blinds: true, ..self }
    }

    /// Says that it is a sign-in to the console.
    pub(super) const fn signs_in(self) -> Self {
        Self { signs_in: true, ..self }
    }

    /// Says what it does to machines.
    pub(super) const fn runs(self, run: Run) -> Self {
        Self { run: Some(run), ..self }
    }

    /// Says that it deletes.
    pub(super) const fn deletes(self) -> Self {
        Self { deletes: true, ..self }
    }

    /// Says which calls go back to what was before it.
    pub(super) const fn undone_by(self, undone_by: &'static [&'static str]) -> Self {
        Self { undone_by, ..self }
    }

    /// Says which command takes it back.
    pub(super) const fn undo(self, undo: &'static str) -> Self {
        Self { undo, ..self }
    }

    /// Says where it names the version that it puts back in force.
    pub(super) const fn returns_to(self, pointer: &'static str) -> Self {
        Self { returns_to: Some(pointer), ..self }
    }

    /// Says what to look at among its values.
    pub(super) const fn check(self, check: Check) -> Self {
        Self { check: Some(check), ..self }
    }
}
