//! How an account names its things: most worlds are named as people would explain them, many in life are not.

use super::random::Random;

/// How the things of a generated world are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// By the service and by what they are: `checkout-worker`.
    Plain,
    /// In one of the ways of [`Style`], which differ by account; alerts speak of the service as customers know it.
    Grown,
}

/// How one account of a world that has grown names its things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As people would explain them.
    Plain,
    /// As a stack makes names: `CheckoutStack-Worker8F2A-1K3QZ0T7W9XB`.
    Generated,
    /// In letters that the team knows: `p-chk-wrk`.
    Abbreviated,
    /// By what the service was called before it was sold twice: `heron-worker`.
    Historic,
    /// Alike in all teams, with a number: `core-worker-07`.
    Shared,
    /// By nothing but an id: `w-5c0e91`.
    Numbered,
}

const STYLES: &[Style] = &[Style::Generated, Style::Abbreviated, Style::Historic, Style::Shared, Style::Numbered];
const FORMER: &[&str] = &[
    "heron", "quartz", "lisbon", "tundra", "maple", "vulcan", "otter", "saffron", "granite", "comet", "willow", "falcon", "cedar", "mango",
    "zephyr", "onyx", "raven", "topaz", "bison", "delta",
];

impl Style {
    /// Picks how an account of this habit names its things.
    pub(super) fn of(habit: Habit, random: &mut Random) -> Self {
        match habit {
            Habit::Plain => Self::Plain,
            Habit::Grown => random.pick(STYLES).copied().unwrap_or(Self::Generated),
        }
    }

    /// Returns how the account calls a service: `number` is its place, `word` what customers call it.
    pub(super) fn service(self, word: &str, number: i64) -> String {
        match self {
            Self::Plain | Self::Generated => word.to_owned(),
            Self::Abbreviated => short(word),
            Self::Historic => FORMER.get(usize::try_from(number * 3 % 20).unwrap_or(0)).copied().unwrap_or("heron").to_owned(),
            Self::Shared => format!("core-{number:02}"),
            Self::Numbered => format!("s{:04}", (number + 3) * 1_237 % 10_000),
        }
    }

    /// Returns the name of one thing of a service that the account calls `service`; none where people name it as they would explain it.
    pub(super) fn thing(self, service: &str, what: &str, random: &mut Random) -> Option<String> {
        match self {
            Self::Plain | Self::Historic => None,
            Self::Generated => {
                Some(format!("{}Stack-{}{}-{}", camel(service), camel(what), random.hex(4).to_uppercase(), random.letters(12)))
            }
            Self::Abbreviated => Some(format!("p-{service}-{}", what.split('-').map(short).collect::<Vec<_>>().join("-"))),
            Self::Shared => Some(format!("core-{what}-{}", service.trim_start_matches("core-"))),
            Self::Numbered => Some(format!("{}-{}", what.chars().next().unwrap_or('x'), random.hex(6))),
        }
    }
}

/// Returns the consonants that a team would keep of a word: `chk` of `checkout`.
fn short(word: &str) -> String {
    let mut letters = word.chars();
    let first: String = letters.next().into_iter().collect();
    first + &letters.filter(|letter| !"aeiou".contains(*letter)).take(2).collect::<String>()
}

fn camel(words: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    words.split('-').map(word).collect()
}
