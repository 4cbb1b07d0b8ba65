//! What kept AWS from being asked, in words, and what mends it.

use crate::coverage::{CertificateFault, Denier, Login, Obstacle, ProfileFault};

/// Says what is in the way.
pub(super) fn sentence(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::NoCredentials => "no AWS credentials are configured for this server".to_owned(),
        Obstacle::MissingProfile(profile) => format!("the AWS profile {profile} is in none of the shared configuration files"),
        Obstacle::BrokenProfile { profile, fault } => format!("the AWS profile {profile} {}", broken(fault)),
        Obstacle::MalformedKey(name) => format!("{name} holds blanks or characters that no AWS credential has"),
        Obstacle::HalfKey(name) => format!("{name} is not set, although the other half of the access key is"),
        Obstacle::LoginOver { profile, login: Login::Sso } => {
            format!("the single sign-on session of the AWS profile {profile} is expired, or nobody has logged in yet")
        }
        Obstacle::LoginOver { profile, login: Login::Console } => {
            format!("the aws login session (login_session) of the AWS profile {profile} is expired, or nobody has logged in yet")
        }
        Obstacle::LoginOver { profile, login: Login::WebIdentity } => {
            format!("AWS no longer takes the web identity token of {profile}")
        }
        Obstacle::ProcessFailed(profile) => format!("the credential_process of the AWS profile {profile} ended without giving credentials"),
        Obstacle::ProcessHung(profile) => format!(
            "the credential_process of the AWS profile {profile} had given no credentials after 8 s and was ended; it may wait for input \
             such as an MFA code, which nobody can give it here"
        ),
        Obstacle::CredentialsLate(profile) => format!("the AWS credentials{} were not there after 8 s", of(profile.as_deref())),
        Obstacle::CredentialsFailed(profile) => format!("the AWS credentials{} could not be loaded", of(profile.as_deref())),
        Obstacle::SourceFailed(variable) => format!("the AWS credentials that {variable} leads to could not be loaded"),
        Obstacle::UnknownKey => {
            "AWS does not know the access key: it is deleted, switched off, of another partition, or miscopied".to_owned()
        }
        Obstacle::ProfileRoleDenied(profile) => format!("the role of the AWS profile {profile} may not be assumed"),
        Obstacle::WrongSecret => {
            "AWS says that the request's signature does not match: the secret access key does not belong to the access key id".to_owned()
        }
        Obstacle::Clock => "AWS says that the request's time is too far from its own: the clock of this machine is wrong".to_owned(),
        Obstacle::DeniedBy(denier) => format!("cloudtrail:LookupEvents is {}", denied(*denier)),
        Obstacle::UnknownHost(host) => format!("the host {host} is unknown: no address was found for its name"),
        Obstacle::Refused(host) => format!("the connection was refused by {host}"),
        Obstacle::Unreachable(host) => format!("could not connect to {host}: no way leads there"),
        Obstacle::Certificate { host, fault } => format!("the certificate of {host} is not trusted: {}", untrusted(*fault)),
        Obstacle::NoTls(host) => format!("what answers at {host} speaks no TLS, or none that is known"),
        Obstacle::CertificateFile { setting, path } => format!("{setting} names {path}, in which no certificate can be read"),
        Obstacle::Address(setting) => format!("{setting} is not an address: it has to begin with https:// or http:// and name a host"),
    }
}

/// Says what mends it.
pub(super) fn next(obstacle: &Obstacle) -> String {
    let told = match obstacle {
        Obstacle::NoCredentials => {
            "set AWS_PROFILE or the AWS_* variables in this server's own environment (MCP clients mostly do not pass the shell's on), or \
             log in, for example with aws sso login or aws login"
                .to_owned()
        }
        Obstacle::MissingProfile(profile) => {
            format!("add [profile {profile}] to ~/.aws/config, or name one that is there (aws configure list-profiles)")
        }
        Obstacle::BrokenProfile { profile, .. } => {
            format!("mend the profile; aws sts get-caller-identity --profile {profile} shows when it works")
        }
        Obstacle::MalformedKey(name) => format!("set {name} again, without quotes, blanks and line ends"),
        Obstacle::HalfKey(name) => format!("set {name}, too, or neither and AWS_PROFILE instead"),
        Obstacle::LoginOver { profile, login: Login::Sso } => format!("run aws sso login --profile {profile}, then call again"),
        Obstacle::LoginOver { profile, login: Login::Console } => format!("run aws login --profile {profile}, then call again"),
        Obstacle::LoginOver { login: Login::WebIdentity, .. } => "renew the token's file (AWS_WEB_IDENTITY_TOKEN_FILE)".to_owned(),
        Obstacle::ProcessFailed(profile) | Obstacle::ProcessHung(profile) => {
            format!("run the credential_process of {profile} by hand; it must print JSON without asking for anything")
        }
        Obstacle::CredentialsLate(_) => "see what keeps the credentials' source (metadata service, container, login) from answering".to_owned(),
        Obstacle::CredentialsFailed(None) => "see that aws sts get-caller-identity works in this server's environment".to_owned(),
        Obstacle::CredentialsFailed(Some(profile)) => format!("see that aws sts get-caller-identity --profile {profile} works"),
        Obstacle::SourceFailed(variable) => format!("see that {variable} is right and that what it names is there and answers"),
        Obstacle::UnknownKey => {
            "check the access key, or the profile that names it, in IAM; temporary keys (ASIA…) need AWS_SESSION_TOKEN, too".to_owned()
        }
        Obstacle::ProfileRoleDenied(profile) => {
            format!("let the role's trust policy admit the source of {profile}, with its external_id or MFA, and allow it sts:AssumeRole")
        }
        Obstacle::WrongSecret => "set AWS_SECRET_ACCESS_KEY, or the profile's aws_secret_access_key, again: whole, and of this key".to_owned(),
        Obstacle::Clock => "set the clock of this machine right (timedatectl, NTP), then call again".to_owned(),
        Obstacle::DeniedBy(denier) => lifted(*denier).to_owned(),
        Obstacle::UnknownHost(_) => {
            "check the spelling of the region and of AWS_ENDPOINT_URL, and this machine's DNS, VPN and HTTPS_PROXY".to_owned()
        }
        Obstacle::Refused(_) | Obstacle::Unreachable(_) => {
            "check AWS_ENDPOINT_URL, the firewall, the VPN and HTTPS_PROXY of this machine".to_owned()
        }
        Obstacle::Certificate { fault: CertificateFault::Date, .. } => {
            "check the clock of this machine, then the certificate's dates".to_owned()
        }
        Obstacle::Certificate { fault: CertificateFault::OtherHost, .. } => "check AWS_ENDPOINT_URL and HTTPS_PROXY".to_owned(),
        Obstacle::Certificate { .. } => {
            "set AWS_CA_BUNDLE, or ca_bundle in the profile, to a PEM file with the authority that signed it (a company's proxy has its own)"
                .to_owned()
        }
        Obstacle::NoTls(_) => "use the scheme that the endpoint or proxy speaks".to_owned(),
        Obstacle::CertificateFile { setting, .. } => format!("let {setting} name a PEM file with certificates that this process may read"),
        Obstacle::Address(setting) => format!("write {setting} with its scheme, for example https://cloudtrail.eu-west-1.amazonaws.com"),
    };
    format!("For the operator: {told}.")
}

fn of(profile: Option<&str>) -> String {
    profile.map(|profile| format!(" of the profile {profile}")).unwrap_or_default()
}

fn broken(fault: &ProfileFault) -> String {
    match fault {
        ProfileFault::MissingSource(source) => format!("relies on the profile {source}, which is in none of the files"),
        ProfileFault::MissingSession(session) => format!("relies on [sso-session {session}], which is in none of the files"),
        ProfileFault::Circle => "relies on itself by way of source_profile".to_owned(),
        ProfileFault::HalfKey => "has only one of aws_access_key_id and aws_secret_access_key".to_owned(),
        ProfileFault::Empty => "names nothing that credentials come from".to_owned(),
        ProfileFault::Unusable => "is not written in a form that can be used".to_owned(),
    }
}

pub(super) fn denied(denier: Denier) -> &'static str {
    match denier {
        Denier::ServiceControl => "denied by a service control policy (SCP) of the organization",
        Denier::ResourceControl => "denied by a resource control policy (RCP) of the organization",
        Denier::Boundary => "not allowed by this identity's permissions boundary",
        Denier::Session => "not allowed by the policy that this session was made with",
        Denier::Endpoint => "not allowed by the policy of the VPC endpoint that the call goes through",
        Denier::Identity => "denied by an explicit Deny in one of this identity's own policies",
        Denier::Explicit => "denied by an explicit Deny in some policy",
    }
}

fn lifted(denier: Denier) -> &'static str {
    match denier {
        Denier::ServiceControl => {
            "to allow the call in IAM does not help; who runs the organization has to exempt it in the service control policy, often for this \
             region or role, or use an account or region that the policy leaves alone"
        }
        Denier::ResourceControl => {
            "to allow the call in IAM does not help; who runs the organization has to exempt it in the resource control policy"
        }
        Denier::Boundary => "allow cloudtrail:LookupEvents in the permissions boundary, too; the identity's own policy is not enough",
        Denier::Session => "make the session with a policy that allows cloudtrail:LookupEvents, or with none",
        Denier::Endpoint => "allow cloudtrail:LookupEvents in the policy of the VPC endpoint",
        Denier::Identity => {
            "take the Deny of cloudtrail:LookupEvents, or its condition, out of the identity's policies; to allow it beside that does not help"
        }
        Denier::Explicit => {
            "find the Deny of cloudtrail:LookupEvents (identity policies, boundary, SCP); to allow it beside that does not help"
        }
    }
}

fn untrusted(fault: CertificateFault) -> &'static str {
    match fault {
        CertificateFault::UnknownIssuer => "the authority that signed it is not known here",
        CertificateFault::Date => "it is expired or not yet valid by the clock of this machine",
        CertificateFault::OtherHost => "it was made for another host",
        CertificateFault::Invalid => "it is not valid",
    }
}
