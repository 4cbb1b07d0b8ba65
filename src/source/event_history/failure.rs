//! What may go wrong with one request, by AWS's error code and never by its text.

use std::time::Duration;

use crate::coverage::{Cause, State};
use crate::policy::region::enabled_by_default;

/// Why a request gave no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
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
    /// AWS does not know the credentials, here or anywhere.
    UnknownCredentials,
    /// No credentials could be loaded, so nothing was sent.
    NoCredentials,
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

/// Error codes and what they mean; of a code ending in `*` the beginning counts.
///
/// Source: AWS CloudTrail API reference, "Common Errors"; botocore `retries/standard.py` for the throttles.
const CODES: &[(&str, Failure)] = &[
    ("ThrottlingException", Failure::Throttled),
    ("Throttling", Failure::Throttled),
    ("ThrottledException", Failure::Throttled),
    ("TooManyRequestsException", Failure::Throttled),
    ("RequestLimitExceeded", Failure::Throttled),
    ("RequestThrottled", Failure::Throttled),
    ("RequestThrottledException", Failure::Throttled),
    ("SlowDown", Failure::Throttled),
    ("ExpiredToken", Failure::Expired),
    ("ExpiredTokenException", Failure::Expired),
    ("RequestExpired", Failure::Expired),
    ("AccessDenied*", Failure::Denied),
    ("UnauthorizedOperation", Failure::Denied),
    ("NotAuthorized", Failure::Denied),
    ("OperationNotPermittedException", Failure::Denied),
    ("OptInRequired", Failure::RegionDisabled),
    ("SubscriptionRequired*", Failure::RegionDisabled),
    ("RegionDisabledException", Failure::RegionDisabled),
    ("UnrecognizedClientException", Failure::UnknownCredentials),
    ("InvalidClientTokenId", Failure::UnknownCredentials),
    ("MissingAuthenticationToken*", Failure::UnknownCredentials),
    ("ServiceUnavailable*", Failure::Server(503)),
    ("InternalFailure", Failure::Server(500)),
    ("InternalServerError", Failure::Server(500)),
];

impl Failure {
    /// Judges an answer that is an error.
    ///
    /// Shape: an unknown code of a 4xx is `Refused`; credentials that are unknown only in a region that needs opting in
    /// mean that the region is not enabled.
    pub(super) fn of(code: Option<&str>, status: u16, region: &str) -> Self {
        let matches = |pattern: &str, code: &str| match pattern.strip_suffix('*') {
            Some(beginning) => code.starts_with(beginning),
            None => pattern == code,
        };
        let known = code.and_then(|code| CODES.iter().find(|(pattern, _)| matches(pattern, code)).map(|(_, failure)| *failure));
        match known {
            Some(Self::UnknownCredentials) if !enabled_by_default(region).contains(&region) => Self::RegionDisabled,
            Some(failure) => failure,
            None if status == 429 => Self::Throttled,
            None if status >= 500 => Self::Server(status),
            None if code.is_none() => Self::Unreadable,
            None => Self::Refused,
        }
    }

    /// Returns how often a request that failed so is sent again.
    pub(super) fn retries(self) -> u32 {
        match self {
            Self::Throttled => 3,
            // Once, with credentials that were resolved anew.
            Self::Expired => 1,
            Self::TimedOut | Self::Server(_) | Self::Cut | Self::Unreadable | Self::NoEvents => 2,
            _ => 0,
        }
    }

    /// Returns the state of a cell that ended so.
    pub(super) fn state(self) -> State {
        match self {
            Self::Throttled => State::Throttled,
            Self::Expired => State::Expired,
            Self::Denied | Self::RoleDenied => State::Denied,
            Self::RegionDisabled => State::RegionDisabled,
            _ => State::Failed,
        }
    }

    /// Returns the cause for programs, when the error contract has a code for it.
    pub(super) fn cause(self) -> Option<Cause> {
        match self {
            Self::Throttled => Some(Cause::Throttled { retry_after: Some(RETRY_AFTER) }),
            Self::Expired => Some(Cause::ExpiredCredentials),
            Self::Denied | Self::RoleDenied => Some(Cause::AccessDenied),
            Self::NoCredentials | Self::UnknownCredentials => Some(Cause::NoCredentials),
            Self::RegionDisabled => None,
            _ => Some(Cause::Unavailable),
        }
    }

    /// Says it for people, with the cure when there is one.
    pub(super) fn sentence(self, region: &str) -> String {
        match self {
            Self::Throttled => {
                format!("AWS throttled LookupEvents in {region}; others in the account use the same 2 requests a second; try again shortly")
            }
            Self::Expired => "the AWS credentials are expired; log in again, for example with aws sso login".to_owned(),
            Self::Denied => format!("cloudtrail:LookupEvents is not allowed for this identity in {region}"),
            Self::RoleDenied => "the role of this account may not be assumed; its trust policy must admit this server's identity with the \
                                 configured external_id, for sts:AssumeRole and, where callers have names, sts:SetSourceIdentity, \
                                 and this identity must be allowed both"
                .to_owned(),
            Self::RegionDisabled => format!("region {region} is not enabled in this account, or not for these credentials"),
            Self::UnknownCredentials => format!("AWS does not know these credentials in {region}; check the access key or the profile"),
            Self::NoCredentials => {
                "no AWS credentials could be loaded; set AWS_PROFILE or the AWS_* variables for this server (MCP clients \
                                    mostly do not pass the shell's environment on), or log in, for example with aws sso login"
                    .to_owned()
            }
            Self::Refused => format!("CloudTrail refused the request in {region}"),
            Self::TimedOut => format!("CloudTrail in {region} did not answer in time"),
            Self::Server(status) => format!("CloudTrail in {region} answered with server error {status}"),
            Self::Cut => format!("the connection to CloudTrail in {region} failed or ended before the answer was whole"),
            Self::Unreadable => format!("the answer from CloudTrail in {region} could not be read"),
            Self::NoEvents => format!("the answer from CloudTrail in {region} has no list of events"),
            Self::LoopingToken => format!("CloudTrail in {region} repeated a page token, so the pages would not have ended"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_is_told_by_its_code_though_the_status_is_400() {
        assert_eq!(Failure::of(Some("ThrottlingException"), 400, "eu-west-1"), Failure::Throttled);
    }

    #[test]
    fn credentials_unknown_in_an_opt_in_region_mean_a_disabled_region() {
        assert_eq!(Failure::of(Some("UnrecognizedClientException"), 400, "me-south-1"), Failure::RegionDisabled);
        assert_eq!(Failure::of(Some("UnrecognizedClientException"), 400, "eu-west-1"), Failure::UnknownCredentials);
    }

    #[test]
    fn an_unknown_code_is_refused_and_not_sent_again() {
        let failure = Failure::of(Some("InvalidNextTokenException"), 400, "eu-west-1");
        assert_eq!((failure, failure.retries()), (Failure::Refused, 0));
    }

    #[test]
    fn an_error_page_without_a_code_is_judged_by_its_status() {
        assert_eq!(Failure::of(None, 503, "eu-west-1"), Failure::Server(503));
        assert_eq!(Failure::of(None, 429, "eu-west-1"), Failure::Throttled);
        assert_eq!(Failure::of(None, 404, "eu-west-1"), Failure::Unreadable);
    }

    #[test]
    fn every_code_is_matched_by_its_own_row() {
        for (pattern, failure) in CODES {
            assert_eq!(Failure::of(Some(pattern.trim_end_matches('*')), 400, "eu-west-1"), *failure, "{pattern}");
        }
    }
}
