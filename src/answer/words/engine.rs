//! What kept an SQL engine from answering, in words, with what mends it.

use super::note::failed;
use crate::coverage::{EngineFault, Failure, Profile};

/// Says why an engine did not answer; nothing where the cell's obstacle says it all.
pub(super) fn told(fault: &EngineFault, source: &Profile, region: &str) -> Option<String> {
    let title = source.title;
    Some(match fault {
        EngineFault::Request(failure) => return request(failure, title, region),
        EngineFault::TimeSpent(time) => {
            format!("the query was stopped, as the {} s that the call has were over; ask for a shorter window", time.as_secs())
        }
        EngineFault::Queued(time) => {
            format!("the query still waited in the queue of {title} after {} s, and was taken back", time.as_secs())
        }
        EngineFault::TimedOut => format!("{title} ended the query at its own limit of time"),
        EngineFault::Cancelled => format!("somebody cancelled the query in {title}"),
        EngineFault::TooManyBytes(expected, most) => format!(
            "the query was not begun: it is expected to scan {}, and {} are allowed ([{}] max_bytes_scanned, or the engine's own limit)",
            bytes(*expected),
            bytes(*most),
            source.name
        ),
        EngineFault::BytesSpent(scanned, most) => format!(
            "the query was stopped when it had scanned {}, of which {} are allowed ([{}] max_bytes_scanned)",
            bytes(*scanned),
            bytes(*most),
            source.name
        ),
        EngineFault::ByteLimit => format!("{title} ended the query at the limit of bytes that is set there"),
        EngineFault::TooManyQueries => format!("as many queries run in {title} as it allows"),
        EngineFault::TooLong => format!("so many accounts and regions make a query that is longer than {title} takes"),
        EngineFault::NoTable => format!("{title} has no such table or database"),
        EngineFault::NoColumn => format!("the table of {title} lacks a column that is asked for"),
        EngineFault::NoPartition => format!("the table of {title} does not have its partitions as they are asked for"),
        EngineFault::NoWorkgroup => format!("{title} has no such workgroup, or it is disabled"),
        EngineFault::NoOutput => format!("{title} has no place to put results, or it is not there"),
        EngineFault::DataDenied => {
            format!("{title} may not read the trail's bucket or key, or not write results, for this identity")
        }
        EngineFault::NoLogGroup => format!("{title} finds no such log group"),
        EngineFault::NoStore => format!("{title} has no such event data store"),
        EngineFault::StoreInactive => "the event data store is stopped, or about to be deleted".to_owned(),
        EngineFault::Closed => format!("{title} is not open to this account: since 2026-05-31 it takes no new customers"),
        EngineFault::Statement(name) => format!("{title} did not take the query{}", named(name)),
        EngineFault::Engine(name) => format!("{title} failed to run the query{}", named(name)),
        EngineFault::Unreadable => format!("the answer of {title} could not be read"),
    })
}

/// Says what mends it; nothing where the state says that.
pub(super) fn next(fault: &EngineFault, source: &Profile) -> Option<String> {
    let name = source.name;
    Some(match fault {
        EngineFault::TooManyBytes(..) | EngineFault::BytesSpent(..) | EngineFault::ByteLimit => format!(
            "Ask for a shorter window, or fewer regions and accounts. For the operator: [{name}] max_bytes_scanned, or the engine's own limit."
        ),
        EngineFault::TooLong => "Ask for fewer accounts or regions.".to_owned(),
        EngineFault::Queued(_) | EngineFault::TooManyQueries => "Call again when other queries of the account have ended.".to_owned(),
        EngineFault::TimedOut | EngineFault::TimeSpent(_) => "Call again with a shorter window or fewer regions.".to_owned(),
        EngineFault::NoTable | EngineFault::NoColumn | EngineFault::NoPartition => format!(
            "For the operator: make the table that `cloudtrail-mcp trail-template --athena` prints, and name it in [{name}] database and table."
        ),
        EngineFault::NoWorkgroup => format!("For the operator: correct [{name}] workgroup and region, or enable it."),
        EngineFault::NoOutput => format!("For the operator: set [{name}] output to a prefix that exists, or give the workgroup one."),
        EngineFault::DataDenied => source.words.denied_next.to_owned(),
        EngineFault::NoLogGroup => format!("For the operator: correct [{name}] log_groups and region."),
        EngineFault::NoStore => format!("For the operator: correct [{name}] event_data_store, and use credentials of its account."),
        EngineFault::StoreInactive => "For the operator: restore the event data store, or use another source.".to_owned(),
        EngineFault::Closed => "For the operator: its successor is CloudWatch Logs; send the trail there and set [logs_insights], or [athena] for the trail's bucket."
            .to_owned(),
        EngineFault::Statement(_) => "Use another source; the cell's detail tells the engine's name for the cause.".to_owned(),
        EngineFault::Request(_) | EngineFault::Cancelled | EngineFault::Engine(_) | EngineFault::Unreadable => return None,
    })
}

/// Writes a number of bytes as people read it.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut amount = bytes as f64 / 1024.0;
    let mut units = UNITS.iter().peekable();
    while let Some(unit) = units.next() {
        if amount < 1024.0 || units.peek().is_none() {
            return format!("{amount:.1} {unit}");
        }
        amount /= 1024.0;
    }
    format!("{bytes} bytes")
}

fn named(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(": {name}") }
}

/// Says why a request to an engine failed. What is the same for every request of AWS is said as for any.
fn request(failure: &Failure, title: &str, region: &str) -> Option<String> {
    Some(match failure {
        Failure::Throttled => format!("AWS throttled the requests to {title}"),
        Failure::Denied => format!("this identity may not use {title} as it is set up"),
        Failure::Refused => format!("{title} refused the request"),
        Failure::TimedOut => format!("{title} did not answer in time"),
        Failure::Server(status) => format!("{title} answered with server error {status}"),
        Failure::Cut => format!("the connection to {title} failed or ended before the answer was whole"),
        Failure::Unreadable | Failure::NoEvents | Failure::LoopingToken => format!("the answer of {title} could not be read"),
        other => return failed(other, region),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_in_the_unit_that_is_read_at_once() {
        assert_eq!([bytes(512), bytes(10 << 20), bytes(100 << 30), bytes(3 << 50)], ["0.5 KiB", "10.0 MiB", "100.0 GiB", "3072.0 TiB"]);
    }
}
