//! What to ask next, of which places, and how much further back. Pure: no clock, no I/O.

mod aim;
mod widening;

use std::time::Duration;

pub(super) use aim::Aim;
pub(super) use widening::next as widen;

use super::look_up::Name;
use crate::context::Incident;
use crate::coverage::{Attribute, Cell, Note, Profile, State};
use crate::policy::{GlobalPass, Scope};
use crate::source::{Kind, Query};
use crate::time::Window;

/// Returns the queries that read `window` of `scope`, to be sent side by side.
///
/// Shape: as the source is asked: one an account and region, the region of global services included when policy admits it, or
/// one for everything.
/// Units: `left` is what is left of the call's time.
pub fn queries(scope: &Scope, window: Window, kind: &Kind, left: Duration) -> Vec<Query> {
    let query = |account: Option<&String>, region| Query::new(scope, (account.map(String::as_str), region), window, kind, left);
    let Profile { by_region, by_account, .. } = scope.source();
    let extra = scope.global_region().filter(|_| scope.global_pass() == GlobalPass::Extra);
    let named = scope.regions().unwrap_or_default().iter().map(String::as_str).chain(extra).map(Some);
    let regions: Vec<Option<&str>> = if *by_region { named.collect() } else { vec![None] };
    let accounts: Vec<Option<&String>> = match scope.asked_accounts() {
        [_, ..] if *by_account => scope.asked_accounts().iter().map(Some).collect(),
        _ => vec![None],
    };
    let places = accounts.into_iter().flat_map(|account| regions.iter().map(move |region| (account, *region)));
    places.map(|(account, region)| query(account, region)).collect()
}

/// Returns which of `names` to look up, instead of reading everything: those that the source can look up, where that is needed or
/// gives as much.
///
/// Shape: none where all of a short window is read anyway and a name alone would find less: a resource has more spellings than
/// are known, and is only ranked by.
pub(super) fn look_ups(scope: &Scope, incident: &Incident, names: Vec<Name>) -> Vec<Name> {
    let can = names.into_iter().filter(|(attribute, _)| scope.source().spelling(*attribute).is_some());
    let names: Vec<Name> = can.collect();
    let short = incident.start_given && scope.is_short();
    let whole = names.iter().all(|(attribute, _)| *attribute != Attribute::ResourceName);
    if short && !whole { Vec::new() } else { names }
}

/// Returns cells for what no reading spoke of: regions of `scope` of which the source has nothing, and accounts that the
/// alert names and nobody could read.
///
/// Shape: where the account of the credentials is not known, it may be the one that the alert names. The region of global services does not lower the verdict, since it was not asked for by name.
pub fn unanswered(scope: &Scope, answered: &[&Cell]) -> Vec<Cell> {
    let extra = scope.global_region().filter(|_| scope.global_pass() == GlobalPass::Extra);
    let regions = scope.regions().unwrap_or_default();
    let asked = regions.iter().map(|region| (region.as_str(), true));
    let missed = scope.missed_accounts().iter().filter(|_| answered.iter().any(|cell| !cell.account().is_empty()));
    let missed = missed.filter(|account| !answered.iter().any(|cell| cell.account() == *account)).map(|account| {
        let region = regions.first().map(String::as_str).unwrap_or_default();
        Cell::cut(account, region, scope.source(), State::NotConfigured, None).with(0, 0, [Note::AlertRoleMissing])
    });
    asked
        .chain(extra.map(|region| (region, false)))
        .filter(|(region, _)| !answered.iter().any(|cell| cell.region() == *region))
        .map(|(region, asked)| {
            let mut cell = Cell::cut("", region, scope.source(), State::NoData, None).with(0, 0, [Note::NothingOfRegion]);
            cell.asked = asked;
            cell
        })
        .chain(missed)
        .collect()
}
