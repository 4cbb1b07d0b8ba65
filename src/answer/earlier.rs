//! The change before: the last earlier call of the same name on the same thing, so that a sentence can say `4 → 0`.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use serde_json::Value;

use crate::catalogue::Role;
use crate::event::unwrapped;
use crate::rank::Change;

/// Calls that succeeded, by service and name, in the order of time.
pub struct Earlier<'a> {
    alike: HashMap<(&'a str, &'a str), Vec<&'a Change>, RandomState>,
}

impl<'a> Earlier<'a> {
    /// Indexes `changes`, in any order.
    pub fn new(changes: impl IntoIterator<Item = &'a Change>) -> Self {
        let mut alike: HashMap<_, Vec<&Change>, RandomState> = HashMap::default();
        for change in changes.into_iter().filter(|change| !change.event.failed() && !change.class.noise) {
            alike.entry((change.event.service(), change.event.name.as_str())).or_default().push(change);
        }
        alike
            .values_mut()
            .for_each(|changes| changes.sort_by(|a, b| (a.event.time, &a.event.event_id).cmp(&(b.event.time, &b.event.event_id))));
        Self { alike }
    }

    /// Returns the request of the last call like `change` on the same target before it.
    ///
    /// Shape: nothing, too, where that call was made to another part of the target, such as another policy of the same role.
    pub fn request_before(&self, change: &Change) -> Option<&'a Value> {
        let target = target(change)?;
        let alike = self.alike.get(&(change.event.service(), change.event.name.as_str()))?;
        let before = |other: &&&Change| {
            let same = || self::target(other).is_some_and(|other| other.eq_ignore_ascii_case(target));
            other.event.time < change.event.time && other.event.event_id != change.event.event_id && same()
        };
        let before = alike.iter().rev().find(before)?.event.request();
        (names(before) == names(change.event.request())).then_some(before)
    }
}

/// A call with several targets has no one before.
fn target(change: &Change) -> Option<&str> {
    let mut targets = change.resources.iter().filter(|resource| resource.role == Role::Target);
    let first = targets.next()?;
    targets.next().is_none().then_some(first.id.as_str())
}

/// Returns the parameters of a request that say to what it is made, by key.
fn names(request: &Value) -> BTreeMap<&str, &Value> {
    let parameters = unwrapped(request).as_object().into_iter().flatten();
    let says = |key: &str| ["id", "identifier", "name", "arn"].iter().any(|ending| key.to_ascii_lowercase().ends_with(ending));
    parameters.filter(|(key, _)| says(key)).map(|(key, value)| (key.as_str(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use serde_json::json;

    fn set(id: &str, minute: u32, group: &str, desired: u32) -> Change {
        Change::from(
            Event::parse(
                json!({"eventID": id, "eventTime": format!("2026-01-27T20:{minute:02}:00Z"), "eventSource": "autoscaling.amazonaws.com",
                "eventName": "SetDesiredCapacity", "awsRegion": "eu-west-1", "readOnly": false, "recipientAccountId": "111122223333",
                "userIdentity": {"type": "IAMUser", "userName": "alice"},
                "requestParameters": {"autoScalingGroupName": group, "desiredCapacity": desired}}),
            )
            .unwrap(),
        )
    }

    #[test]
    fn the_nearest_earlier_call_on_the_same_thing_is_found_and_no_other() {
        let changes = [set("a", 1, "web", 2), set("b", 3, "web", 4), set("c", 4, "other", 9), set("d", 5, "web", 0), set("e", 7, "web", 4)];
        let earlier = Earlier::new(&changes);
        assert_eq!(earlier.request_before(&changes[3]).unwrap()["desiredCapacity"], 4);
        assert_eq!(earlier.request_before(&changes[0]), None);
        assert_eq!(earlier.request_before(&changes[2]), None);
    }
}
