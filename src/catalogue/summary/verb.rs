//! English verbs.

/// Past forms that no rule gives.
const IRREGULAR: &[(&str, &str)] = &[
    ("set", "set"),
    ("reset", "reset"),
    ("put", "put"),
    ("cut", "cut"),
    ("let", "let"),
    ("shut", "shut"),
    ("split", "split"),
    ("send", "sent"),
    ("run", "ran"),
    ("get", "got"),
    ("make", "made"),
    ("give", "gave"),
    ("take", "took"),
    ("leave", "left"),
    ("feed", "fed"),
    ("begin", "began"),
    ("rebuild", "rebuilt"),
    ("undo", "undid"),
    ("withdraw", "withdrew"),
    ("stop", "stopped"),
    ("drop", "dropped"),
    ("swap", "swapped"),
    ("tag", "tagged"),
    ("untag", "untagged"),
    ("log", "logged"),
    ("pin", "pinned"),
    ("plan", "planned"),
    ("scan", "scanned"),
    ("submit", "submitted"),
    ("permit", "permitted"),
    ("transfer", "transferred"),
    ("cancel", "cancelled"),
];

/// Returns the past of a lower-case verb.
pub(super) fn past(verb: &str) -> String {
    if let Some((_, past)) = IRREGULAR.iter().find(|(infinitive, _)| *infinitive == verb) {
        return (*past).to_owned();
    }
    if verb.ends_with('e') {
        return format!("{verb}d");
    }
    match verb.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ied"),
        _ => format!("{verb}ed"),
    }
}

#[cfg(test)]
mod tests {
    use super::past;

    #[test]
    fn verbs_are_put_in_the_past() {
        let cases = [
            ("open", "opened"),
            ("delete", "deleted"),
            ("modify", "modified"),
            ("deploy", "deployed"),
            ("stop", "stopped"),
            ("set", "set"),
        ];
        for (verb, expected) in cases {
            assert_eq!(past(verb), expected);
        }
    }
}
