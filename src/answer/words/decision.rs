//! What a source decided while it read, in words.

use chrono::TimeDelta;

use crate::coverage::{Decision, PlanLine, Rest};

/// Says a decision and where it was made.
pub(super) fn words(line: &PlanLine) -> String {
    let told = match &line.decision {
        Decision::NothingToAsk => "all of the window is known already".to_owned(),
        Decision::Gaps(count, length) => format!("{count} gap{} of {} left between what is known", plural(*count), short(*length)),
        Decision::FirstPage(entries, took, rest) => {
            let rest = match rest {
                Rest::Nothing => "the only page of it".to_owned(),
                Rest::Pages(pages) => format!("about {pages:.0} more"),
                Rest::Unknown => "more follow".to_owned(),
            };
            format!("first page: {entries} event{} in {:.1} s, {rest}", plural(*entries), took.as_secs_f64())
        }
        Decision::SideBySide(page, parts) => {
            format!("pages take {:.1} s: {parts} parts of the window side by side", page.as_secs_f64())
        }
        Decision::BeforeAlertFirst => "not all can be read: what lies before the alert goes first".to_owned(),
        Decision::LookUps(names) => format!("{names} spelling{} of named resources looked up instead of the rest", plural(*names)),
        Decision::Shared(pages) => format!("{pages} pages shared with the same question asked by another call"),
    };
    format!("{}: {told}", line.region)
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn short(length: TimeDelta) -> String {
    match length.num_seconds() {
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}
