//! What was understood of the incident, as it is told.

use crate::answer::contract::SUSPICIOUS_TEXT;
use crate::answer::draft::Draft;
use crate::answer::words::Words;
use crate::answer::{AlertReport, ContextReport, RegionReport, ResourceReport, WindowReport};
use crate::{redact, time};

/// Tells the context.
pub(super) fn context(draft: &Draft<'_>, words: Words) -> ContextReport {
    let (incident, untrusted) = (draft.incident, draft.untrusted);
    let resources = incident.resources.iter().take(10);
    ContextReport {
        alert: incident.alert.as_ref().map(|alert| AlertReport {
            name: untrusted.text(&alert.name, 120),
            started_at: time::rfc3339(alert.started_at),
            others: alert.others.iter().take(5).map(|name| untrusted.text(name, 120)).collect(),
        }),
        window: WindowReport {
            from: time::rfc3339(draft.window.from),
            to: time::rfc3339(draft.window.to),
            basis: words.window_basis(&incident.window_basis),
            widened: draft.widened,
        },
        regions: draft
            .regions
            .iter()
            .map(|r| RegionReport { name: untrusted.place(&r.name), basis: redact::text(&words.basis(&r.basis), 80) })
            .collect(),
        resources: resources
            .map(|r| ResourceReport {
                id: untrusted.text(&r.id, 120),
                kind: r.kind.clone(),
                basis: redact::text(&words.basis(&r.basis), 80),
            })
            .collect(),
        flags: incident.speaks_to_reader.then(|| SUSPICIOUS_TEXT.to_owned()).into_iter().collect(),
    }
}
