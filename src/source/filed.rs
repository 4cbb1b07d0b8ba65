//! Whether an event would be found under a name: the same for every source that has to look itself.

use serde_json::Value;

use crate::catalogue;
use crate::coverage::Attribute;
use crate::event::{Event, is_our_word};

/// Tells whether an event would be found under a name, spelt exactly so.
pub(super) fn is_filed_under(event: &Event, attribute: Attribute, name: &str) -> bool {
    match attribute {
        Attribute::EventId => event.event_id == name,
        Attribute::EventName => event.record.get("eventName").and_then(Value::as_str).unwrap_or(&event.name) == name,
        Attribute::AccessKeyId => event.credentials().1 == name,
        Attribute::UserName => event.actor_names().iter().any(|own| own == name),
        Attribute::ResourceName => {
            catalogue::resources(event).iter().any(|resource| resource.id == name || resource.aliases.iter().any(|alias| alias == name))
        }
        Attribute::ReadOnly => event.read_only.to_string() == name,
    }
}

/// Returns the part of a name that stands in every record that is filed under it, as it is; nothing where no part has to.
///
/// Shape: names that are put together (the ARN of a session's role, `cluster/service`) end with a part that stands in the record as it is.
pub(super) fn telling_part(attribute: Attribute, name: &str) -> Option<&str> {
    let ours = attribute == Attribute::UserName && is_our_word(name);
    (!ours).then(|| name.split(['/', ':', ' ']).rfind(|part| !part.is_empty()).unwrap_or_default())
}
