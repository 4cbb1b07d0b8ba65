//! What the environment and the profile say of credentials, region and address, with blanks and line ends taken off.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use aws_sdk_cloudtrail::config::Credentials;

use super::shared_config::SharedConfig;
use crate::config::plain_file;
use crate::coverage::{Login, Name, Obstacle, ProfileFault};
use crate::event::{Partition, is_region};

/// Most that is read of a file of profiles or credentials, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// Variables that name a file with a token that the SDK reads by itself.
const TOKEN_FILES: [&str; 2] = ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];

/// The profile where none is named.
const DEFAULT: &str = "default";

/// Where the credentials of a profile come from in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// An access key in the profile.
    Keys,
    /// Somebody's login.
    Login(Login),
    /// A helper that prints credentials.
    Helper(String),
    /// The machine, the container or the environment, as `credential_source` says.
    Surroundings,
    /// Nothing that the profile names: the machine or the container may give some all the same.
    Nothing,
}

/// The way from the chosen profile to its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    /// The profile at its end.
    pub(super) profile: Name,
    /// Where that has them from.
    pub(super) base: Base,
    /// Whether roles are assumed on the way.
    pub(super) roles: bool,
}

/// The environment and the shared configuration files, as they are now.
#[derive(Clone, Debug, Default)]
pub(in crate::source) struct Environment {
    variables: HashMap<String, String>,
    shared: SharedConfig,
    /// The text of the file of profiles; empty where it cannot be read.
    pub(super) config: Text,
    /// The text of the file of credentials.
    pub(super) credentials: Text,
}

/// A text that may hold secrets, which no log shows.
#[derive(Clone, Default)]
pub(super) struct Text(pub(super) String);

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Environment {
    /// Reads the environment of this process and the files that it names.
    pub(in crate::source) fn read() -> Self {
        let variables: HashMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("AWS_") || name == "SECRET_ACCESS_KEY" || name.to_ascii_lowercase().ends_with("_proxy"))
            .collect();
        let file = |variable: &str, usual: &str| {
            let path = match variables.get(variable).filter(|path| !path.is_empty()) {
                Some(path) => match path.strip_prefix("~/") {
                    Some(rest) => std::env::home_dir().unwrap_or_default().join(rest),
                    None => PathBuf::from(path),
                },
                None => std::env::home_dir().unwrap_or_default().join(".aws").join(usual),
            };
            let read = plain_file::within(plain_file::PATIENCE, move || plain_file::read_text(&path, MAX_FILE));
            read.and_then(|read| read).unwrap_or_default()
        };
        let (config, credentials) = (file("AWS_CONFIG_FILE", "config"), file("AWS_SHARED_CREDENTIALS_FILE", "credentials"));
        let shared = SharedConfig::parse(&config, &credentials);
        Self { variables, shared, config: config.into(), credentials: credentials.into() }
    }

    /// Tells whether a file with a token is named that cannot be read as one: the SDK would wait for it without end.
    pub(super) fn has_unreadable_token(&self) -> bool {
        TOKEN_FILES.iter().filter_map(|name| self.variable(name)).any(|path| {
            let path = Path::new(path).to_owned();
            let read = plain_file::within(plain_file::PATIENCE, move || plain_file::read(&path, MAX_FILE));
            !read.is_ok_and(|read| read.is_ok() || read.is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound))
        })
    }

    /// Returns a variable without the blanks and line ends around it; a blank one counts as absent.
    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns the chosen profile, and whether anybody chose it.
    fn chosen(&self) -> (&str, bool) {
        self.variable("AWS_PROFILE").map_or((DEFAULT, false), |profile| (profile, true))
    }

    /// Returns the chosen profile where the SDK would read another one out of `AWS_PROFILE`.
    pub(super) fn corrected_profile(&self) -> Option<&str> {
        let (profile, _) = self.chosen();
        self.variables.get("AWS_PROFILE").filter(|written| *written != profile).map(|_| profile)
    }

    /// Returns a setting of the chosen profile.
    fn setting(&self, key: &str) -> Option<&str> {
        self.shared.get(self.chosen().0, key)
    }

    /// Returns the region that the environment or else the chosen profile names.
    pub(in crate::source) fn region(&self) -> Option<String> {
        let named = [self.variable("AWS_REGION"), self.variable("AWS_DEFAULT_REGION"), self.setting("region")];
        named.into_iter().flatten().find(|region| is_region(region)).map(str::to_owned)
    }

    /// Returns the file of authorities to trust instead of the system's, and the setting that names it.
    pub(in crate::source) fn ca_bundle(&self) -> Option<(Name, PathBuf)> {
        let by_variable = || Some(("AWS_CA_BUNDLE".into(), self.variable("AWS_CA_BUNDLE")?));
        let (setting, path) = by_variable().or_else(|| Some((self.of_profile("ca_bundle"), self.setting("ca_bundle")?)))?;
        let path = match path.strip_prefix("~/") {
            Some(rest) => std::env::home_dir().unwrap_or_default().join(rest),
            None => PathBuf::from(path),
        };
        Some((setting, path))
    }

    /// Names a setting of the chosen profile.
    fn of_profile(&self, key: &str) -> Name {
        format!("{key} of the profile {}", self.chosen().0).into()
    }

    /// Returns the address that replaces a service's own, and the setting that names it.
    fn endpoint_url(&self, service: &str) -> Option<(Name, String)> {
        let specific = format!("AWS_ENDPOINT_URL_{}", service.to_ascii_uppercase());
        let variables = [specific.as_str(), "AWS_ENDPOINT_URL"];
        let by_variable = variables.into_iter().find_map(|name| Some((Name::from(name), self.variable(name)?.to_owned())));
        by_variable.or_else(|| Some((self.of_profile("endpoint_url"), self.setting("endpoint_url")?.to_owned())))
    }

    /// Returns the address that the operator has set for a service.
    pub(in crate::source) fn endpoint(&self, service: &str) -> Option<String> {
        self.endpoint_url(service).map(|(_, url)| url).filter(|url| host(url).is_some())
    }

    /// Returns an address to give to the SDK where it would read a blank one.
    ///
    /// Errors: the address for a service that has no scheme or no host.
    pub(super) fn checked_endpoints(&self) -> Result<Option<String>, Obstacle> {
        for service in ["cloudtrail", "sts"] {
            if let Some((setting, url)) = self.endpoint_url(service)
                && host(&url).is_none()
            {
                return Err(Obstacle::Address(setting));
            }
        }
        let written = self.variables.get("AWS_ENDPOINT_URL").filter(|written| written.trim() != written.as_str() || written.is_empty());
        Ok(written.map(|url| url.trim().to_owned()))
    }

    /// Returns the host that is asked for a service in a region: the proxy's where one stands between.
    pub(in crate::source) fn host(&self, service: &str, region: &str, given: Option<&str>) -> Name {
        let replaced = given.map(str::to_owned).or_else(|| self.endpoint_url(service).map(|(_, url)| url));
        let (scheme, host) = match replaced.as_deref().and_then(|url| Some((url.split_once(':')?.0.to_owned(), host(url)?.to_owned()))) {
            Some(named) => named,
            None => ("https".to_owned(), Partition::endpoint(service, region)),
        };
        match self.proxy(&scheme, &host) {
            Some(proxy) => format!("{proxy} (the proxy before {host})").into(),
            None => host.into(),
        }
    }

    /// Returns the host of the proxy that requests to `to` go through.
    fn proxy(&self, scheme: &str, to: &str) -> Option<String> {
        let either = |name: &str| self.variable(&name.to_ascii_uppercase()).or_else(|| self.variable(name));
        let bare = to.split(':').next().unwrap_or(to);
        let spared =
            |one: &str| one == "*" || bare == one.trim_start_matches('.') || bare.ends_with(&format!(".{}", one.trim_start_matches('.')));
        if either("no_proxy").is_some_and(|list| list.split(',').map(str::trim).any(spared)) {
            return None;
        }
        let url = either(&format!("{scheme}_proxy")).or_else(|| either("all_proxy"))?;
        Some(host(url).unwrap_or(url).to_owned())
    }

    /// Returns the access key of the environment.
    ///
    /// Errors: a key, secret or token with characters that none has.
    pub(super) fn keys(&self) -> Result<Option<Credentials>, Obstacle> {
        let secret_name = ["AWS_SECRET_ACCESS_KEY", "SECRET_ACCESS_KEY"].into_iter().find(|name| self.variable(name).is_some());
        let (Some(id), Some(secret_name)) = (self.variable("AWS_ACCESS_KEY_ID"), secret_name) else { return Ok(None) };
        let secret = self.variable(secret_name).unwrap_or_default();
        let token = self.variable("AWS_SESSION_TOKEN");
        for (name, value) in [("AWS_ACCESS_KEY_ID", Some(id)), (secret_name, Some(secret)), ("AWS_SESSION_TOKEN", token)] {
            if value.is_some_and(|value| !is_key(value)) {
                return Err(Obstacle::MalformedKey(name.into()));
            }
        }
        Ok(Some(Credentials::new(id, secret, token.map(str::to_owned), None, "environment")))
    }

    /// Returns the variable that is missing beside the other half of an access key.
    fn missing_half(&self) -> Option<&'static str> {
        match (self.variable("AWS_ACCESS_KEY_ID"), self.variable("AWS_SECRET_ACCESS_KEY").or(self.variable("SECRET_ACCESS_KEY"))) {
            (Some(_), None) => Some("AWS_SECRET_ACCESS_KEY"),
            (None, Some(_)) => Some("AWS_ACCESS_KEY_ID"),
            _ => None,
        }
    }

    /// Follows the chosen profile to where its credentials come from.
    ///
    /// Errors: a profile that is missing or cannot be used.
    /// Source: aws-config 1.13, `profile/credentials/repr.rs`, whose order this is.
    pub(super) fn chain(&self) -> Result<Chain, Obstacle> {
        let (first, named) = self.chosen();
        let mut profile = first;
        if !self.shared.has_profile(profile) {
            return if named { Err(Obstacle::MissingProfile(profile.into())) } else { Ok(self.ending(profile, Base::Nothing, false)) };
        }
        let (mut seen, mut roles) = (vec![profile], false);
        loop {
            let get = |key| self.shared.get(profile, key);
            let has_keys = get("aws_access_key_id").is_some() && get("aws_secret_access_key").is_some();
            let assumes = get("role_arn").is_some() && get("web_identity_token_file").is_none();
            if !assumes || (seen.len() > 1 && has_keys) {
                return Ok(self.ending(profile, self.base(profile)?, roles));
            }
            roles = true;
            let broken = |fault| Obstacle::BrokenProfile { profile: profile.into(), fault };
            match (get("source_profile"), get("credential_source")) {
                (Some(source), _) if source == profile => return Ok(self.ending(profile, self.base(profile)?, roles)),
                (Some(source), _) if seen.contains(&source) => return Err(broken(ProfileFault::Circle)),
                (Some(source), _) if !self.shared.has_profile(source) => return Err(broken(ProfileFault::MissingSource(source.into()))),
                (Some(source), _) => {
                    profile = source;
                    seen.push(profile);
                }
                (None, Some(_)) => return Ok(self.ending(profile, Base::Surroundings, roles)),
                (None, None) => return Err(broken(ProfileFault::Unusable)),
            }
        }
    }

    fn ending(&self, profile: &str, base: Base, roles: bool) -> Chain {
        Chain { profile: profile.into(), base, roles }
    }

    fn base(&self, profile: &str) -> Result<Base, Obstacle> {
        let get = |key| self.shared.get(profile, key);
        let broken = |fault| Err(Obstacle::BrokenProfile { profile: profile.into(), fault });
        if get("credential_source").is_some() {
            return Ok(Base::Surroundings);
        }
        if get("web_identity_token_file").is_some() {
            return Ok(Base::Login(Login::WebIdentity));
        }
        if let Some(session) = get("sso_session").filter(|session| !self.shared.has_session(session)) {
            return broken(ProfileFault::MissingSession(session.into()));
        }
        if get("sso_session").is_some() || get("sso_start_url").is_some() {
            return Ok(Base::Login(Login::Sso));
        }
        if get("login_session").is_some() {
            return Ok(Base::Login(Login::Console));
        }
        if let Some(command) = get("credential_process") {
            return Ok(Base::Helper(command.to_owned()));
        }
        match (get("aws_access_key_id"), get("aws_secret_access_key")) {
            (Some(_), Some(_)) => {
                let keys = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];
                match keys.into_iter().find(|key| get(key).is_some_and(|value| !is_key(value))) {
                    Some(key) => Err(Obstacle::MalformedKey(format!("{key} of the profile {profile}").into())),
                    None => Ok(Base::Keys),
                }
            }
            (None, None) => Ok(Base::Nothing),
            _ => broken(ProfileFault::HalfKey),
        }
    }

    /// Says why nothing gave credentials, though no profile is written wrongly.
    pub(super) fn nothing(&self) -> Obstacle {
        let sources = ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
        if let Some(source) = sources.into_iter().find(|name| self.variable(name).is_some()) {
            return Obstacle::SourceFailed(source.into());
        }
        match (self.missing_half(), self.chosen()) {
            (Some(half), _) => Obstacle::HalfKey(half.into()),
            (None, (profile, true)) => Obstacle::BrokenProfile { profile: profile.into(), fault: ProfileFault::Empty },
            (None, _) => Obstacle::NoCredentials,
        }
    }
}

/// Tells whether a text may be an access key, a secret or a token.
fn is_key(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\'')
}

/// Returns host and port of an address that has a scheme.
fn host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A proxy's address may hold a password.
    Some(host.rsplit('@').next().unwrap_or_default()).filter(|host| !host.is_empty() && !host.starts_with(':'))
}

#[cfg(test)]
impl Environment {
    /// Makes one out of variables and the text of the file of configuration.
    pub(super) fn of(variables: &[(&str, &str)], config: &str) -> Self {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { variables, shared: SharedConfig::parse(config, ""), ..Self::default() }
    }
}

#[cfg(test)]
mod tests;
