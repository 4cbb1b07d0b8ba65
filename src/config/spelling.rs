//! How the names of tools are spelt: in lists, in prose, and in settings.

use super::kind::{Value, from_value};

/// What stands before the name of every tool.
const PREFIX: &str = "aws";

/// How tools are spelt in lists. Calls take both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// `aws.cloudtrail_events`.
    #[default]
    Dotted,
    /// `aws_cloudtrail_events`, for clients that refuse dots.
    Underscore,
}

impl Spelling {
    /// Every spelling.
    pub const ALL: [Self; 2] = [Self::Dotted, Self::Underscore];

    /// Spells a tool's name, which is given without prefix.
    pub fn full_name(self, name: &str) -> String {
        match self {
            Self::Dotted => format!("{PREFIX}.{name}"),
            Self::Underscore => format!("{PREFIX}_{name}"),
        }
    }

    /// Spells the tools that a text names, which it names with dots.
    pub fn in_prose(self, text: &str) -> String {
        text.replace(&Self::Dotted.full_name("cloudtrail_"), &self.full_name("cloudtrail_"))
    }
}

from_value! {
    Spelling: Value::Text(text) => Some(if text == "underscore" { Self::Underscore } else { Self::Dotted });
}

/// Returns a tool's name without prefix, whatever the spelling: that is what settings, policy and audit log hold.
pub fn bare_name(name: &str) -> &str {
    name.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix(['.', '_'])).unwrap_or(name)
}

/// Tells whether a text may be the name of a tool, in any spelling.
pub(super) fn is_tool_name(text: &str) -> bool {
    let name = bare_name(text);
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_every_spelling() {
        for spelling in Spelling::ALL {
            assert_eq!(bare_name(&spelling.full_name("cloudtrail_event")), "cloudtrail_event");
        }
        assert_eq!(bare_name("cloudtrail_event"), "cloudtrail_event");
        assert_eq!(
            Spelling::Underscore.in_prose("Call aws.cloudtrail_events, not aws.other."),
            "Call aws_cloudtrail_events, not aws.other."
        );
    }
}
