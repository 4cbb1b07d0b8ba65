//! Why settings could not be read, and what to do about it.

use std::collections::BTreeSet;

use super::obstacle;
use crate::coverage::{Failure, Obstacle};
use crate::source::api::Unread;

/// Says why a read gave nothing.
pub(super) fn unread(Unread { action, failure }: &Unread) -> String {
    match failure {
        Failure::Denied => format!("{action} is not allowed for this identity"),
        Failure::Blocked(Obstacle::DeniedBy(denier)) => format!("{action} is {}", obstacle::denied(*denier)),
        Failure::Blocked(other) => obstacle::sentence(other),
        Failure::UnknownCredentials => obstacle::sentence(&Obstacle::UnknownKey),
        Failure::RoleDenied => "the role of this account may not be assumed".to_owned(),
        Failure::Expired => "the AWS credentials are expired".to_owned(),
        Failure::RegionDisabled => "the region is not enabled in this account".to_owned(),
        Failure::NotAsked => "it was not asked for".to_owned(),
        Failure::RegionNotAllowed => "it is in a region that policy does not allow".to_owned(),
        Failure::Throttled => format!("AWS throttled the call that needs {action}"),
        Failure::Refused => format!("AWS refused the call that needs {action}"),
        Failure::TimedOut => format!("the call that needs {action} was not answered in time"),
        Failure::Server(status) => format!("the call that needs {action} was answered with server error {status}"),
        Failure::Cut | Failure::Unreadable | Failure::NoEvents | Failure::LoopingToken => {
            format!("the answer to the call that needs {action} was not whole or not readable")
        }
    }
}

/// Says what to do: permissions first, as all of them can be given at once.
pub(super) fn next(unread: &[&Unread]) -> Option<String> {
    let actions: BTreeSet<&str> = unread.iter().filter(|one| one.is_denied()).map(|one| one.action).collect();
    if !actions.is_empty() {
        let actions: Vec<&str> = actions.into_iter().collect();
        return Some(format!(
            "For the operator: allow {} for this identity; `cloudtrail-mcp iam-policy` prints all that is needed.",
            actions.join(", ")
        ));
    }
    let first = unread.first()?;
    Some(match &first.failure {
        Failure::Blocked(other) => obstacle::next(other),
        Failure::UnknownCredentials => obstacle::next(&Obstacle::UnknownKey),
        Failure::RoleDenied => {
            "For the operator: let the role's trust policy admit this server's identity, and allow it sts:AssumeRole.".to_owned()
        }
        Failure::Expired => "For the operator: renew the AWS credentials, then call again.".to_owned(),
        Failure::RegionNotAllowed => "For the operator: the key is aws_region_allowlist.".to_owned(),
        Failure::RegionDisabled => "Leave this region out.".to_owned(),
        _ => "Call again in a few seconds.".to_owned(),
    })
}
