//! The words of a question.

/// A word, and what was understood of it.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// As it was written, without marks around it.
    pub(super) text: String,
    /// In lower case, without the possessive.
    pub(super) plain: String,
    /// Whether it was in quotation marks, and so is a name.
    pub(super) quoted: bool,
    /// Whether something is said to be its own: `carol's`.
    pub(super) owns: bool,
    /// Whether the lexicon or the language knows it, so that it is no name unless it is quoted.
    pub(super) common: bool,
    /// What was understood of it.
    pub(super) kind: Option<Kind>,
}

impl Word {
    /// Leaves only a mark that stands for it, which is no name.
    pub(super) fn hide(&mut self, mark: String) {
        *self = Self { plain: mark.clone(), text: mark, quoted: false, owns: false, common: true, kind: None };
    }

    /// Tells whether it may be a name: it is none that is known, and has letters.
    pub(super) fn may_be_name(&self) -> bool {
        let sign = |c: char| c.is_alphanumeric() || "-_./@:+=,".contains(c);
        let named = self.text.chars().count() > 1 && self.text.chars().all(sign) && self.text.chars().any(char::is_alphabetic);
        self.quoted || !self.common && named
    }

    /// Tells whether it can hardly be anything but a name: it has a digit or a sign that names have.
    pub(super) fn is_surely_name(&self) -> bool {
        self.quoted || self.may_be_name() && self.text.chars().any(|c| c.is_ascii_digit() || "-_/@:".contains(c))
    }
}

/// What was understood of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Actor,
    NotActor,
    Resource,
    Event,
    Service,
    Error,
    Window,
    Region,
    Account,
    Category,
    Subject,
    /// It only holds the sentence together.
    Filler,
}

impl Kind {
    /// Returns its name in answers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::NotActor => "not_actor",
            Self::Resource => "resource",
            Self::Event => "event",
            Self::Service => "service",
            Self::Error => "error",
            Self::Window => "window",
            Self::Region => "region",
            Self::Account => "account",
            Self::Category => "category",
            Self::Subject => "subject",
            Self::Filler => "filler",
        }
    }

    /// Tells whether it is told in an answer.
    pub(super) fn is_told(self) -> bool {
        self != Self::Filler
    }

    /// Tells whether words of it that stand side by side are one.
    pub(super) fn joins(self) -> bool {
        matches!(self, Self::NotActor | Self::Window | Self::Subject | Self::Category)
    }
}

/// Marks that stand around words and say nothing.
const MARKS: &[char] = &['?', '!', '.', ',', ';', ':', '(', ')', '[', ']', '{', '}', '<', '>', '*', '…'];
/// Marks around what is meant word for word.
const QUOTES: &[char] = &['"', '\'', '`', '“', '”', '‘', '’', '«', '»'];

/// Divides a question into its words.
pub(super) fn divide(question: &str) -> Vec<Word> {
    let word = |piece: &str| {
        let bare = piece.trim_matches(MARKS);
        let text = bare.trim_matches(QUOTES).trim_matches(MARKS);
        let quoted = bare.starts_with(QUOTES) && bare.chars().count() > text.chars().count() + 1;
        let lower = text.to_lowercase();
        let plain = ["'s", "’s"].iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower).to_owned();
        let owns = plain.len() < lower.len();
        let text = if owns { text.get(..plain.len()).unwrap_or(text) } else { text };
        (!text.is_empty()).then(|| Word { text: text.to_owned(), plain, quoted, owns, common: false, kind: None })
    };
    question.split_whitespace().filter_map(word).collect()
}
