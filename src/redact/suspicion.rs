//! Text that speaks to the reader's assistant instead of describing an event.

use super::character;
use regex::Regex;
use std::sync::LazyLock;

/// Shapes of instructions, after cleaning; each needs a verb and an object, or markup that nothing in AWS writes.
const SHAPES: &[&str] = &[
    r"(?i-u:(?:ignore|disregard|forget|override|bypass)[ _.:-]+(?:all|any|the|your|these|my|previous|prior|above|earlier|everything)(?:[ _.:-]+[a-z]+){0,3}[ _.:-]+(?:instruction|prompt|rule|message|context|polic|direction|guideline|above|before))",
    r"(?i-u:(?:ignore|disregard|forget)[ _.:-]+(?:everything|all)[ _.:-]+(?:above|before|previous))",
    r"(?i-u:you are now|from now on,? you|new (?:system )?instructions?:|system prompt|developer mode|jailbreak|as an ai\b|dear (?:assistant|ai|llm)|(?:attention|note to|important:?) (?:the )?(?:ai|llm|assistant|agent|model)s?\b)",
    r"(?i-u:<\|?/?(?:im_start|im_end|system|assistant|user|endoftext|tool_call|function_call|tool_use|antml|invoke|instructions?)\b)",
    r"(?i-u:\[/?(?:inst|system|assistant)\]|<<sys>>|(?:^| |\\n)(?:system|assistant|human|user) ?: ?(?:ignore|you|please|do not|call|run|the)\b|### ?(?:system|instruction|human|assistant))",
    r#"(?i-u:"(?:tool_calls?|function_call|tool_use|tools/call)"|\btools/call\b)"#,
    r"!\[[^\]]*\]\(|(?i-u:<(?:img|script|iframe|svg|object|embed|a)[ />])|(?i-u:\]\((?:https?|data|javascript):)",
    r"(?i-u:(?:do not|don't|never) (?:tell|mention|report|show|reveal|inform)\b[ -~]{0,40}\b(?:user|human|operator|engineer|this|them|anyone))",
    r"(?i-u:(?:please |must |now |immediately )(?:run|execute|call|invoke|use) (?:the )?[a-z_.-]{2,40} (?:tool|command|function|script))",
    r"(?i-u:(?:reveal|print|output|repeat|send|exfiltrate|leak|email|post)\b[ -~]{0,30}\b(?:system prompt|instructions|credentials|api keys?|secrets?|conversation|chat history)\b[ -~]{0,20}\b(?:to|now|above|verbatim|here|http)|</?untrusted)",
];

static SUSPICIOUS: LazyLock<Vec<Regex>> = LazyLock::new(|| SHAPES.iter().map(|shape| compile(shape)).collect());
static TRIGGER: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"(?i-u:ignore|disregard|forget|override|bypass|you are now|from now|instruction|prompt|developer mode|jailbreak|an ai|dear |attention|",
        r"note to|important|<|\[|system|assistant|human|tool|!\[|do not|don't|never|please|must|now|immediately|reveal|print|output|repeat|send|",
        r"exfiltrate|leak|email|post)"
    ))
});

#[expect(clippy::expect_used, reason = "the patterns are literals that the tests compile")]
fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// Tells whether text has the shape of instructions, markup or a hidden message.
///
/// A sign for the reader, not a filter: what looks harmless is still untrusted, and what is found is shown all the same.
pub fn is_suspicious(s: &str) -> bool {
    if hides_characters(s) {
        return true;
    }
    let line = character::clean(s, usize::MAX);
    TRIGGER.is_match(&line) && SUSPICIOUS.iter().any(|shape| shape.is_match(&line))
}

/// Tells whether text holds characters that no reader sees, leaving out line breaks, soft hyphens and emoji joiners.
fn hides_characters(s: &str) -> bool {
    if s.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return false;
    }
    let mut before = ' ';
    s.chars().any(|c| {
        let joins = matches!(c, '\u{FE0F}' | '\u{200D}') && (character::is_emoji(before) || before == '\u{FE0F}');
        let common = matches!(c, '\n' | '\r' | '\t' | '\u{AD}' | '\u{200C}' | '\u{FFFD}' | '\u{E000}'..='\u{F8FF}');
        before = c;
        !joins && !common && character::is_unsafe(c)
    })
}
