//! What kept AWS from being asked, or from knowing who asks: the causes that somebody has to mend.

use std::sync::Arc;

/// A name out of the operator's own configuration: a profile, a variable, a host, a path. Never a secret.
pub type Name = Arc<str>;

/// What kept AWS from being asked, or from knowing who asks. Asking again mends none of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// Nothing names any credentials.
    NoCredentials,
    /// The profile that is asked for is in no file.
    MissingProfile(Name),
    /// A profile cannot be used as it is written.
    BrokenProfile {
        /// The profile.
        profile: Name,
        /// What is wrong with it.
        fault: ProfileFault,
    },
    /// A variable or key of a profile holds what AWS never gave out.
    MalformedKey(Name),
    /// One half of an access key is set, and this variable, its other half, is not.
    HalfKey(Name),
    /// A login is over, or was never made.
    LoginOver {
        /// The profile that relies on it.
        profile: Name,
        /// Which one.
        login: Login,
    },
    /// The profile's `credential_process` ended without credentials.
    ProcessFailed(Name),
    /// The profile's `credential_process` had not ended in time, and was ended.
    ProcessHung(Name),
    /// The credentials of a profile, or of what else is configured, were not there in time.
    CredentialsLate(Option<Name>),
    /// The credentials of a profile, or of what else is configured, could not be loaded.
    CredentialsFailed(Option<Name>),
    /// The credentials that this variable leads to could not be loaded.
    SourceFailed(Name),
    /// AWS does not know the access key.
    UnknownKey,
    /// The role of a profile may not be assumed.
    ProfileRoleDenied(Name),
    /// The secret does not belong to the access key, as the signature shows.
    WrongSecret,
    /// The clock of this machine is too far from AWS's.
    Clock,
    /// A policy denies it, whatever else allows it.
    DeniedBy(Denier),
    /// No address belongs to the host.
    UnknownHost(Name),
    /// Nothing listens at the host, or it turned the connection away.
    Refused(Name),
    /// No way leads to the host.
    Unreachable(Name),
    /// The host's certificate is not trusted.
    Certificate {
        /// The host.
        host: Name,
        /// Why not.
        fault: CertificateFault,
    },
    /// What answers at the host speaks no TLS.
    NoTls(Name),
    /// A file of authorities cannot be used.
    CertificateFile {
        /// Which setting names it.
        setting: Name,
        /// The file.
        path: Name,
    },
    /// A setting is no address.
    Address(Name),
}

/// What is wrong with a profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProfileFault {
    /// It relies on a profile that is in no file.
    MissingSource(Name),
    /// It relies on a single sign-on session that is in no file.
    MissingSession(Name),
    /// Profiles rely on each other in a circle.
    Circle,
    /// It has an access key without its secret, or the other way round.
    HalfKey,
    /// It names nothing that credentials come from.
    Empty,
    /// It is not written as the SDK reads it.
    Unusable,
}

/// How somebody logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Login {
    /// By single sign-on (`aws sso login`).
    Sso,
    /// By the console (`aws login`).
    Console,
    /// By a token of an identity provider, in a file.
    WebIdentity,
}

/// What denies a call whatever else allows it, or does not allow it although the identity's own policy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Denier {
    /// A service control policy of the organization.
    ServiceControl,
    /// A resource control policy of the organization.
    ResourceControl,
    /// The identity's permissions boundary.
    Boundary,
    /// The policy that the session was made with.
    Session,
    /// The policy of the VPC endpoint that the call went through.
    Endpoint,
    /// A policy of the identity that says `Deny`.
    Identity,
    /// A policy that says `Deny`; AWS does not tell which.
    Explicit,
}

/// Why a certificate is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateFault {
    /// An authority that is not known signed it.
    UnknownIssuer,
    /// It is over, or not yet valid, by the clock of this machine.
    Date,
    /// It was made for another host.
    OtherHost,
    /// Anything else.
    Invalid,
}

impl Obstacle {
    /// Tells whether it stands before any request, so that none was sent.
    pub fn before_sending(&self) -> bool {
        !matches!(
            self,
            Self::UnknownKey
                | Self::WrongSecret
                | Self::Clock
                | Self::DeniedBy(_)
                | Self::UnknownHost(_)
                | Self::Refused(_)
                | Self::Unreachable(_)
                | Self::Certificate { .. }
                | Self::NoTls(_)
        )
    }
}
