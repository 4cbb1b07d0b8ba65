//! Where an event opens in the AWS console.

use std::sync::LazyLock;

use regex::Regex;

use crate::event::{Event, Partition};

/// Returns the console's link to an event, built only from a well-formed region and a UUID.
pub fn url(event: &Event) -> Option<String> {
    #[expect(clippy::expect_used, reason = "a literal pattern; a test compiles it")]
    static UUID: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$").expect("pattern"));
    let host = Partition::console_host(&event.region)?;
    let (region, id) = (&event.region, &event.event_id);
    UUID.is_match(id).then(|| format!("https://{region}.{host}/cloudtrailv2/home?region={region}#/events/{id}"))
}

/// Returns the link to any event of an answer, with places for region and id; the host is that of `region`'s partition.
pub(super) fn template(region: &str) -> Option<String> {
    let host = Partition::console_host(region)?;
    Some(format!("https://{{region}}.{host}/cloudtrailv2/home?region={{region}}#/events/{{event_id}}"))
}
