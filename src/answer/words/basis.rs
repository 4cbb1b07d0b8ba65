//! Bases in words: how we came to a window, a region, an account, a resource.

use crate::context::basis::{Basis, Lack, Place, Reading, WindowBasis, WindowStart};
use crate::time::compact;

/// Words a window's basis: `alert start - 30m`, `start_time to end_time`, `the last hour: alert has no readable start`.
pub fn of_window(basis: &WindowBasis) -> String {
    let start = match basis.start {
        WindowStart::Given => "start_time".to_owned(),
        WindowStart::BeforeAlert(span) => format!("alert start - {}", compact(span)),
        WindowStart::BeforeOldest(span) => format!("when the oldest began to wait, by the alarm's metric, - {}", compact(span)),
        WindowStart::BeforeCosts(span) => format!("alert start - {}, as costs build up", compact(span)),
        WindowStart::BeforeTimeInText(span) => format!("time in the text - {}", compact(span)),
        WindowStart::Day => "the day of the alert".to_owned(),
        WindowStart::BeforeTimesInText(span) => format!("first time in the text - {}", compact(span)),
        WindowStart::BeforeAlertEnd => "the hour before the alert's end".to_owned(),
        WindowStart::BeforeEnd(span) => format!("end_time - {}", compact(span)),
        WindowStart::LastHour => "the last hour".to_owned(),
        WindowStart::OwnTimeOfLog => "the log's own time".to_owned(),
        WindowStart::Last(span) => format!("the last {}", compact(span)),
        WindowStart::LookUp(longest) => format!("the last {}, as far as exact look-ups go", compact(longest)),
    };
    // The end stands in the start's words where it was counted from that.
    let end = if basis.end_given && !matches!(basis.start, WindowStart::BeforeEnd(_)) { " to end_time" } else { "" };
    let lacks = match basis.lacks {
        None => "",
        Some(Lack::Start) => ": alert has no readable start",
        Some(Lack::KnownForm) => ": no alert form is known that looks like this",
        Some(Lack::PastTime) => ": the time in the text lies in the future",
        Some(Lack::SingleTime) => ": several times in the text",
        Some(Lack::TimeInText) => ": no time in the text",
        Some(Lack::TimeOfDay) => ": only the day is told",
        Some(Lack::Zone) => ": no zone is told, so the time was read as local time, a guess",
    };
    let cut = basis.cut_to.map(|longest| format!(", cut to max_window {}", compact(longest))).unwrap_or_default();
    format!("{start}{end}{lacks}{cut}")
}

/// Words the basis of a name: `alert label region`, `availability zone in alert label az`, `argument`.
pub fn of_name(basis: &Basis) -> String {
    match basis {
        Basis::Argument => "argument".to_owned(),
        Basis::ZoneInArgument => "availability zone in argument".to_owned(),
        Basis::Said { place, name, reading } => {
            let said = said(*place, name);
            match reading {
                Reading::Itself => said,
                Reading::Zone => format!("availability zone in {said}"),
                Reading::Arn => format!("ARN in {said}"),
                Reading::DnsName => format!("DNS name in {said}"),
                Reading::Address => format!("address in {said}"),
                Reading::PeoplesName => format!("{said}, a name for people"),
            }
        }
        Basis::GlobalServices => "global services".to_owned(),
        Basis::Assumed => "assumed".to_owned(),
        Basis::Present => "present in the archive".to_owned(),
    }
}

fn said(place: Place, name: &str) -> String {
    let words = match place {
        Place::Label => "alert label",
        Place::Dimension => "alarm dimension",
        Place::Tag => "alert tag",
        Place::Detail => "alert detail",
        Place::Evidence => "evidence",
        Place::Origin => "alert field",
        Place::Annotation => "text of annotation",
        Place::Text => "text of",
    };
    match (place, name) {
        (Place::Text, "") => "the text".to_owned(),
        (_, "") => format!("{words} without a name"),
        _ => format!("{words} {name}"),
    }
}
