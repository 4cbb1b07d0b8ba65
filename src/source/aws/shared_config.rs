//! The shared configuration files of AWS (`~/.aws/config`, `~/.aws/credentials`), as far as the SDK's own reading does not tell us
//! what is in them.

use std::collections::{HashMap, HashSet};

/// Profiles and single sign-on sessions.
///
/// Source: AWS SDKs and Tools reference guide, "Shared config and credentials files".
#[derive(Clone, Debug, Default)]
pub(super) struct SharedConfig {
    profiles: HashMap<String, HashMap<String, String>>,
    sessions: HashSet<String>,
}

/// Which of the two files: in the one of credentials a section is a profile without saying so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum File {
    Config,
    Credentials,
}

impl SharedConfig {
    /// Reads both files; what is in the one of credentials stands over the other.
    pub(super) fn parse(config: &str, credentials: &str) -> Self {
        let mut shared = Self::default();
        shared.add(config, File::Config);
        shared.add(credentials, File::Credentials);
        shared
    }

    fn add(&mut self, text: &str, file: File) {
        let mut profile: Option<String> = None;
        for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
            if let Some(section) = line.trim().strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                profile = self.section(section.trim(), file);
                continue;
            }
            // What is indented belongs to the setting above.
            let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with([' ', '\t'])) else { continue };
            let value = value.split_once(" #").or_else(|| value.split_once(" ;")).map_or(value, |(value, _)| value);
            if let Some(profile) = profile.as_ref().and_then(|profile| self.profiles.get_mut(profile)) {
                profile.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
            }
        }
    }

    /// Opens a section; returns the profile that it is, when it is one.
    fn section(&mut self, section: &str, file: File) -> Option<String> {
        let (kind, name) = section.split_once([' ', '\t']).map_or(("", section), |(kind, name)| (kind, name.trim()));
        let name = name.trim_matches(['"', '\'']).to_owned();
        match (kind, file) {
            ("profile", File::Config) | ("", File::Credentials) => {}
            ("", File::Config) if name == "default" => {}
            ("sso-session", File::Config) => {
                self.sessions.insert(name);
                return None;
            }
            _ => return None,
        }
        self.profiles.entry(name.clone()).or_default();
        Some(name)
    }

    /// Tells whether there is a profile of this name.
    pub(super) fn has_profile(&self, name: &str) -> bool {
        self.profiles.contains_key(name)
    }

    /// Tells whether there is a single sign-on session of this name.
    pub(super) fn has_session(&self, name: &str) -> bool {
        self.sessions.contains(name)
    }

    /// Returns a setting of a profile; blank ones count as absent.
    pub(super) fn get(&self, profile: &str, key: &str) -> Option<&str> {
        self.profiles.get(profile)?.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_come_from_both_files_and_the_credentials_file_wins() {
        let config = "[default]\nregion = eu-west-1 # home\n[profile dev]\nregion=eu-north-1\ns3 =\n  region = nested\n\
                      [sso-session corp]\nsso_region = eu-west-1\n[dev2]\nregion = no\n; [profile out]\n[profile \"a b\"]\n";
        let shared = SharedConfig::parse(config, "[dev]\nRegion = us-west-2\n[keys]\naws_access_key_id = AKIAEXAMPLE\n");
        assert_eq!(shared.get("default", "region"), Some("eu-west-1"));
        assert_eq!(shared.get("dev", "region"), Some("us-west-2"));
        assert_eq!(shared.get("keys", "aws_access_key_id"), Some("AKIAEXAMPLE"));
        assert!(shared.has_session("corp") && shared.has_profile("a b"));
        for absent in ["dev2", "out", "corp"] {
            assert!(!shared.has_profile(absent), "{absent}");
        }
    }
}
