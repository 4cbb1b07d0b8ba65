//! Which call takes back which, beyond the opposite verbs of [`super::verb`]: what rows name as `undone_by`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::row::Harmless;
use super::rows;
use super::service::canonical_service;
use super::verb::opposites;
use crate::event::Event;

/// Returns the names of the calls that take `name` back by doing its opposite, each as verb and noun.
///
/// Shape: none for what makes a version, since to delete an old version does not take a new one back.
pub fn taken_back_by(name: &str) -> impl Iterator<Item = (&'static str, &str)> {
    opposites(if name.ends_with("Version") { "" } else { name })
}

/// Tells whether a later call may go back to what was before an event.
pub fn can_be_rolled_back(event: &Event) -> bool {
    rows::find(event.service(), &event.name).is_some_and(|row| !row.undone_by.is_empty())
}

/// Returns the names of the calls of the same service that an event may go back behind.
pub fn rolls_back(event: &Event) -> &'static [&'static str] {
    /// Names of later calls, each with the service and the names of the earlier ones.
    type Earlier = HashMap<&'static str, Vec<(&'static str, Vec<&'static str>)>>;
    static EARLIER: LazyLock<Earlier> = LazyLock::new(|| {
        let mut all = Earlier::new();
        for (row, later) in rows::all().flat_map(|row| row.undone_by.iter().map(move |later| (row, later))) {
            let services = all.entry(later).or_default();
            match services.iter_mut().find(|(service, _)| *service == row.service) {
                Some((_, names)) => names.push(row.name),
                None => services.push((row.service, vec![row.name])),
            }
        }
        all
    });
    let services = EARLIER.get(event.name.as_str()).map_or(&[][..], Vec::as_slice);
    let of_service = services.iter().find(|(service, _)| *service == canonical_service(event.service()));
    of_service.map_or(&[], |(_, names)| names)
}

/// Tells whether a rollback goes back behind what was made, rather than to it: a new version is often made first and
/// put in force by a second call.
pub fn goes_back(made: &Event, rollback: &Event) -> bool {
    let text = |value: &Value, at: &str| value.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let Some(pointer) = rows::find(rollback.service(), &rollback.name).and_then(|row| row.returns_to) else { return true };
    let own = text(made.response(), "/policyVersion/versionId")
        .or_else(|| text(made.response(), "/versionId"))
        .or_else(|| text(made.request(), "/clientRequestToken"));
    let in_force = match rows::find(made.service(), &made.name).map(|row| row.harmless) {
        Some(Harmless::Unless(switch)) => made.request().get(switch) == Some(&Value::Bool(true)),
        _ => true,
    };
    matches!((text(rollback.request(), pointer), own), (Some(to), Some(own)) if in_force && to != own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_undoes_an_event_has_a_row_of_its_own() {
        for row in rows::all() {
            for later in row.undone_by {
                assert!(rows::find(row.service, later).is_some(), "{}/{}: {later}", row.service, row.name);
            }
        }
    }
}
