//! Columns: what each is called in an answer, and what a call says under it.

use super::Item;
use crate::answer::build::{actor_kind, via};
use crate::catalogue;
use crate::event::ActorKind;
use crate::policy::UntrustedText;

/// A column: what it is called in an answer, and what it tells of the calls of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// When the latest call was.
    Time,
    /// When the first call was.
    First,
    /// When the last call was, where there are several.
    Last,
    /// The name of the call.
    Event,
    /// The service.
    Service,
    /// What happened, in words.
    What,
    /// Who acted.
    Actor,
    /// Who acted, sessions of one role together.
    Principal,
    /// What kind of actor.
    Kind,
    /// What the call came through.
    Via,
    /// The access key.
    Key,
    /// The address.
    Ip,
    /// What it was made to.
    Resource,
    /// The region.
    Region,
    /// The account.
    Account,
    /// The error code.
    Error,
    /// Whether a sign-in used a second factor.
    Mfa,
    /// Whether it succeeded.
    Outcome,
    /// What is grave about it.
    Reason,
    /// The type of machine.
    Type,
    /// How many calls.
    Calls,
    /// How many of them failed.
    Failed,
    /// How many machines.
    Instances,
    /// How long machines ran, in hours.
    Hours,
    /// What an hour costs, as the caller says.
    Price,
    /// What the hours cost.
    Cost,
    /// When the busiest stretch began.
    PeakFrom,
    /// How many calls it has.
    PeakCalls,
    /// How many calls the other stretches have on average.
    UsualCalls,
    /// The id of the latest call.
    EventId,
}

impl Column {
    /// Returns its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::First => "first",
            Self::Last => "last",
            Self::Event => "event",
            Self::Service => "service",
            Self::What => "what",
            Self::Actor => "actor",
            Self::Principal => "principal",
            Self::Kind => "kind",
            Self::Via => "via",
            Self::Key => "access_key",
            Self::Ip => "source_ip",
            Self::Resource => "resource",
            Self::Region => "region",
            Self::Account => "account",
            Self::Error => "error",
            Self::Mfa => "mfa",
            Self::Outcome => "outcome",
            Self::Reason => "why_grave",
            Self::Type => "instance_type",
            Self::Calls => "calls",
            Self::Failed => "failed",
            Self::Instances => "instances",
            Self::Hours => "instance_hours",
            Self::Price => "price_per_hour",
            Self::Cost => "cost",
            Self::PeakFrom => "peak_from",
            Self::PeakCalls => "peak_calls",
            Self::UsualCalls => "usual_calls",
            Self::EventId => "event_id",
        }
    }
}

/// Returns what an item says under a column, as it came.
pub(super) fn raw(column: Column, item: &Item<'_>) -> String {
    let event = &item.change.event;
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    match column {
        Column::Event => event.name.clone(),
        Column::Service => event.service().to_owned(),
        Column::Actor => event.actor.name.clone(),
        Column::Principal => match event.actor.kind {
            ActorKind::Role => event.actor.name.split('/').next().unwrap_or_default().to_owned(),
            _ => event.actor.name.clone(),
        },
        Column::Kind => actor_kind(event.actor.kind).to_owned(),
        Column::Via => via(event.actor.via).unwrap_or_default().to_owned(),
        Column::Key => event.credentials().1.to_owned(),
        Column::Ip => event.source_ip.clone().unwrap_or_default(),
        Column::Region => event.region.clone(),
        Column::Account => event.account.clone(),
        Column::Error => event.error_code.clone().unwrap_or_default(),
        Column::Mfa => catalogue::sign_in(event).and_then(|sign_in| sign_in.mfa).map(yes_or_no).unwrap_or_default(),
        Column::Outcome => {
            let succeeded = catalogue::sign_in(event).map_or(!event.failed(), |sign_in| sign_in.succeeded);
            if succeeded { "success" } else { "failure" }.to_owned()
        }
        Column::Reason => {
            item.change.severity.filter(|severity| !severity.obvious).map(|severity| severity.reason.to_owned()).unwrap_or_default()
        }
        Column::Type => item.machine.as_ref().and_then(|(_, running)| running.kind.clone()).unwrap_or_default(),
        Column::EventId => event.event_id.clone(),
        Column::Time
        | Column::First
        | Column::Last
        | Column::What
        | Column::Resource
        | Column::Calls
        | Column::Failed
        | Column::Instances
        | Column::Hours
        | Column::Price
        | Column::Cost
        | Column::PeakFrom
        | Column::PeakCalls
        | Column::UsualCalls => String::new(),
    }
}

/// Returns what is shown of what an item says under a column.
pub(super) fn shown(column: Column, raw: &str, untrusted: UntrustedText) -> String {
    if raw.is_empty() {
        return String::new();
    }
    match column {
        // These are words of ours.
        Column::Kind | Column::Via | Column::Mfa | Column::Outcome | Column::Reason => raw.to_owned(),
        Column::Event | Column::Error | Column::Type => untrusted.name(raw, 80),
        Column::Service if catalogue::service_names().any(|name| name == raw) => raw.to_owned(),
        Column::Region | Column::Account => untrusted.place(raw),
        _ => untrusted.text(raw, 130),
    }
}
