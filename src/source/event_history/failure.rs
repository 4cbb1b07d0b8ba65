//! What may go wrong with one request, by AWS's error code; by its text only where AWS has one code for several causes.

pub(in crate::source) use crate::coverage::Failure;
use crate::coverage::{Denier, Obstacle};
use crate::policy::region::enabled_by_default;

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
    ("RequestExpired", Failure::Blocked(Obstacle::Clock)),
    ("RequestTimeTooSkewed", Failure::Blocked(Obstacle::Clock)),
    ("RequestInTheFuture", Failure::Blocked(Obstacle::Clock)),
    ("InvalidSignatureException", Failure::Blocked(Obstacle::WrongSecret)),
    ("SignatureDoesNotMatch", Failure::Blocked(Obstacle::WrongSecret)),
    ("IncompleteSignature*", Failure::Blocked(Obstacle::WrongSecret)),
    ("AccessDenied*", Failure::Denied),
    ("UnauthorizedOperation", Failure::Denied),
    ("NotAuthorized", Failure::Denied),
    ("OperationNotPermittedException", Failure::Denied),
    ("OptInRequired", Failure::RegionDisabled),
    ("SubscriptionRequired*", Failure::RegionDisabled),
    ("RegionDisabledException", Failure::RegionDisabled),
    ("UnrecognizedClientException", Failure::UnknownCredentials),
    ("InvalidClientTokenId", Failure::UnknownCredentials),
    ("InvalidAccessKeyId", Failure::UnknownCredentials),
    ("MissingAuthenticationToken*", Failure::UnknownCredentials),
    ("ServiceUnavailable*", Failure::Server(503)),
    ("InternalFailure", Failure::Server(500)),
    ("InternalServerError", Failure::Server(500)),
];

/// Words in AWS's message of a refusal, in lower case, that tell what denied the call; the first row that fits wins.
///
/// Source: IAM user guide, "Troubleshoot access denied error messages"; AWS has one code for all of them.
const DENIERS: &[(&str, Denier)] = &[
    ("service control policy", Denier::ServiceControl),
    ("resource control policy", Denier::ResourceControl),
    ("permissions boundary", Denier::Boundary),
    ("session policy", Denier::Session),
    ("endpoint policy", Denier::Endpoint),
    ("explicit deny in an identity-based policy", Denier::Identity),
    ("explicit deny", Denier::Explicit),
];

/// Words in AWS's message about a signature, in lower case, that tell of the time: a wrong secret has the same code.
///
/// Source: IAM user guide, "Troubleshoot Signature Version 4", `Signature expired` and `Signature not yet current`.
const UNTIMELY: &[&str] = &["signature expired", "not yet current"];

impl Failure {
    /// Judges an answer that is an error.
    ///
    /// Shape: an unknown code of a 4xx is `Refused`; credentials that are unknown only in a region that needs opting in
    /// mean that the region is not enabled.
    pub(in crate::source) fn of(code: Option<&str>, message: &str, status: u16, region: &str) -> Self {
        let said = message.to_lowercase();
        match Self::by_code(code, status, region) {
            Self::Blocked(Obstacle::WrongSecret) if UNTIMELY.iter().any(|words| said.contains(words)) => Self::Blocked(Obstacle::Clock),
            Self::Denied => match DENIERS.iter().find(|(words, _)| said.contains(words)) {
                Some((_, denier)) => Self::Blocked(Obstacle::DeniedBy(*denier)),
                None => Self::Denied,
            },
            failure => failure,
        }
    }

    fn by_code(code: Option<&str>, status: u16, region: &str) -> Self {
        let matches = |pattern: &str, code: &str| match pattern.strip_suffix('*') {
            Some(beginning) => code.starts_with(beginning),
            None => pattern == code,
        };
        let known = code.and_then(|code| CODES.iter().find(|(pattern, _)| matches(pattern, code)).map(|(_, failure)| failure.clone()));
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
    pub(in crate::source) fn retries(&self) -> u32 {
        match self {
            // Names are found, and servers are back, a moment later.
            Self::Blocked(Obstacle::UnknownHost(_) | Obstacle::Refused(_) | Obstacle::Unreachable(_)) => 1,
            Self::Throttled => 3,
            // Once, with credentials that were resolved anew.
            Self::Expired => 1,
            Self::TimedOut | Self::Server(_) | Self::Cut | Self::Unreadable | Self::NoEvents => 2,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_is_told_by_its_code_though_the_status_is_400() {
        assert_eq!(Failure::of(Some("ThrottlingException"), "", 400, "eu-west-1"), Failure::Throttled);
    }

    #[test]
    fn credentials_unknown_in_an_opt_in_region_mean_a_disabled_region() {
        assert_eq!(Failure::of(Some("UnrecognizedClientException"), "", 400, "me-south-1"), Failure::RegionDisabled);
        assert_eq!(Failure::of(Some("UnrecognizedClientException"), "", 400, "eu-west-1"), Failure::UnknownCredentials);
    }

    #[test]
    fn an_unknown_code_is_refused_and_not_sent_again() {
        let failure = Failure::of(Some("InvalidNextTokenException"), "", 400, "eu-west-1");
        assert_eq!((failure.clone(), failure.retries()), (Failure::Refused, 0));
    }

    #[test]
    fn an_error_page_without_a_code_is_judged_by_its_status() {
        assert_eq!(Failure::of(None, "", 503, "eu-west-1"), Failure::Server(503));
        assert_eq!(Failure::of(None, "", 429, "eu-west-1"), Failure::Throttled);
        assert_eq!(Failure::of(None, "", 404, "eu-west-1"), Failure::Unreadable);
    }

    #[test]
    fn every_code_is_matched_by_its_own_row() {
        for (pattern, failure) in CODES {
            assert_eq!(Failure::of(Some(pattern.trim_end_matches('*')), "", 400, "eu-west-1"), *failure, "{pattern}");
        }
    }

    #[test]
    fn what_denied_a_call_is_told_by_the_words_of_aws() {
        let refused = |why: &str| {
            let message = format!("User: arn:aws:iam::111122223333:user/x is not authorized to perform: cloudtrail:LookupEvents {why}");
            Failure::of(Some("AccessDeniedException"), &message, 400, "eu-west-1")
        };
        for (why, denier) in [
            ("with an explicit deny in a service control policy", Denier::ServiceControl),
            ("because no service control policy allows the cloudtrail:LookupEvents action", Denier::ServiceControl),
            ("with an explicit deny in a resource control policy", Denier::ResourceControl),
            ("because no permissions boundary allows the cloudtrail:LookupEvents action", Denier::Boundary),
            ("because no session policy allows the cloudtrail:LookupEvents action", Denier::Session),
            ("because no VPC endpoint policy allows the cloudtrail:LookupEvents action", Denier::Endpoint),
            ("with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/p", Denier::Identity),
            ("with an explicit deny", Denier::Explicit),
        ] {
            assert_eq!(refused(why), Failure::Blocked(Obstacle::DeniedBy(denier)), "{why}");
        }
        assert_eq!(refused("because no identity-based policy allows the cloudtrail:LookupEvents action"), Failure::Denied);
    }

    #[test]
    fn a_wrong_clock_and_a_wrong_secret_have_one_code() {
        let of = |code, message| Failure::of(Some(code), message, 403, "eu-west-1");
        let secret = "The request signature we calculated does not match the signature you provided.";
        assert_eq!(of("InvalidSignatureException", secret), Failure::Blocked(Obstacle::WrongSecret));
        for late in ["Signature expired: 20260302T095512Z is now earlier than 20260302T155500Z", "Signature not yet current: 20260302T"] {
            assert_eq!(of("InvalidSignatureException", late), Failure::Blocked(Obstacle::Clock), "{late}");
            assert_eq!(of("SignatureDoesNotMatch", late), Failure::Blocked(Obstacle::Clock), "{late}");
        }
        assert_eq!(of("RequestExpired", "Request has expired."), Failure::Blocked(Obstacle::Clock));
    }
}
