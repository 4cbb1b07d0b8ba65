//! What may go wrong with one request to AWS.

use std::time::Duration;

use super::{Cause, Obstacle, State};

/// Why a request to AWS gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Too many requests, ours or others' in the account.
    Throttled,
    /// The credentials are expired.
    Expired,
    /// The identity may not call LookupEvents.
    Denied,
    /// The account's role could not be assumed.
    RoleDenied,
    /// The region is not enabled in the account.
    RegionDisabled,
    /// Policy does not allow the region, and nothing was sent.
    RegionNotAllowed,
    /// It was not asked for.
    NotAsked,
    /// AWS does not know the credentials, here or anywhere.
    UnknownCredentials,
    /// Something that the operator has to mend.
    Blocked(Obstacle),
    /// The request itself was refused: a bug of ours, or a token that AWS no longer takes.
    Refused,
    /// No answer in time.
    TimedOut,
    /// AWS answered with a server error of this status.
    Server(u16),
    /// The connection failed or ended before the whole answer was there.
    Cut,
    /// The answer came whole and cannot be read.
    Unreadable,
    /// The answer is well-formed and has no list of events.
    NoEvents,
    /// AWS gave a token again that it gave before, so that the pages would never end.
    LoopingToken,
}

/// After how long a throttled caller should ask again: AWS says nothing, and 10 requests' worth of pace is likely free by then.
const RETRY_AFTER: Duration = Duration::from_secs(5);

impl Failure {
    /// Returns the state of a cell that ended so.
    pub fn state(&self) -> State {
        match self {
            Self::Blocked(Obstacle::LoginOver { .. }) => State::Expired,
            Self::Blocked(Obstacle::DeniedBy(_) | Obstacle::ProfileRoleDenied(_)) => State::Denied,
            Self::Throttled => State::Throttled,
            Self::Expired => State::Expired,
            Self::Denied | Self::RoleDenied => State::Denied,
            Self::RegionDisabled => State::RegionDisabled,
            Self::RegionNotAllowed => State::DeniedByPolicy,
            _ => State::Failed,
        }
    }

    /// Returns the cause for programs, when the error contract has a code for it.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Blocked(obstacle) => Some(Cause::Obstacle(obstacle.clone())),
            Self::Refused => Some(Cause::Refused),
            Self::Throttled => Some(Cause::Throttled { retry_after: Some(RETRY_AFTER) }),
            Self::Expired => Some(Cause::ExpiredCredentials),
            Self::Denied | Self::RoleDenied => Some(Cause::AccessDenied),
            Self::UnknownCredentials => Some(Cause::Obstacle(Obstacle::UnknownKey)),
            Self::RegionDisabled | Self::RegionNotAllowed | Self::NotAsked => None,
            _ => Some(Cause::Unavailable),
        }
    }
}
