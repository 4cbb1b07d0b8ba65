//! The headline about a table.

use super::blind_spot;
use super::coverage::gap;
use crate::answer::query::{Facts, First, QueryFinding};
use crate::time;

/// Words that are quoted before the rest is counted.
const QUOTED: usize = 5;

/// Says how many there are, what the first is, and what was not read or not understood.
pub(super) fn headline(facts: &Facts<'_>) -> String {
    let Facts { finding, noun: (one, many), totals, window, coverage, untrusted, .. } = facts;
    let span = format!("from {} to {}", time::rfc3339(window.from), time::rfc3339(window.to));
    let among = if facts.narrowed { " among what this caller may see" } else { "" };
    let fit = if facts.filtered { " that fit what was asked" } else { "" };
    let gap = gap(coverage, *untrusted);
    let found = match finding {
        QueryFinding::Rows => {
            let count = if totals.calls == 1 { format!("1 {one}") } else { format!("{} {many}", totals.calls) };
            let rows = if totals.rows == totals.calls { String::new() } else { format!(" in {} row{}", totals.rows, plural(totals.rows)) };
            let failed = match facts.failed {
                0 => String::new(),
                failed if failed == totals.calls => ", failed".to_owned(),
                failed => format!(", {failed} of them failed,"),
            };
            let lead = if facts.latest_first { "Latest" } else { "Top" };
            format!("{count}{failed}{rows} {span}.{}", facts.first.as_ref().map(|one| first(lead, one)).unwrap_or_default())
        }
        QueryFinding::None => format!("No {many}{fit}{among} {span}."),
        QueryFinding::CouldNotLook => format!("No {many}{fit} in what was read {span}, but that is not all of it."),
    };
    let mut sentences = Vec::new();
    if facts.unproven && *finding == QueryFinding::Rows {
        sentences.push("None is proven to be new: the window that they are compared with was not read whole.".to_owned());
    }
    sentences.push(found);
    sentences.extend(facts.guessed_region.map(|guess| format!("A guess: {}.", blind_spot::assumed(guess))));
    sentences.extend(gap);
    sentences.extend(facts.lacks_global.then(|| "IAM and other global events were not looked at.".to_owned()));
    let quoted: Vec<String> = facts.not_understood.iter().take(QUOTED).map(|word| format!("\"{word}\"")).collect();
    if !quoted.is_empty() {
        let more = facts.not_understood.len().saturating_sub(QUOTED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        sentences.push(format!("Not understood, and without effect: {}{more}.", quoted.join(", ")));
    }
    sentences.join(" ")
}

fn first(lead: &str, first: &First) -> String {
    let First { actor, what, account, time, calls, alone } = first;
    let place = account.as_ref().map(|account| format!(" in account {account}")).unwrap_or_default();
    let like = if *alone { String::new() } else { format!("{calls} calls, the last: ") };
    format!(" {lead}: {like}{actor} {what}{place} at {time}.")
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
