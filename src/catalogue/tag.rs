//! Calls that set tags, by their names.

use super::verb::one_of_many;

/// How the names of calls begin that do nothing but set tags, in any case.
const TAGS: &[&str] = &["tag", "untag", "addtags", "removetags", "createtags", "deletetags"];

/// Tells whether an event name says that tags are set: `AddTags`, `ChangeTagsForResource`, `UntagRole`; not `PutImageTagMutability`.
pub(super) fn is_tagging(name: &str) -> bool {
    let begins =
        ["Tag", "Untag"].iter().any(|verb| name.strip_prefix(verb).is_some_and(|noun| noun.starts_with(|c: char| c.is_ascii_uppercase())));
    let ends = ["Tag", "Tags", "Tagging"].iter().any(|noun| name.ends_with(noun));
    begins || ends || ["TagsTo", "TagsFrom", "TagsFor", "TagsOn"].iter().any(|part| name.contains(part))
}

/// Tells whether an event name begins with what only sets tags, which weighs next to nothing.
pub(super) fn begins_with_tags(name: &str) -> bool {
    let name = one_of_many(name).to_ascii_lowercase();
    TAGS.iter().any(|beginning| name.starts_with(beginning))
}

/// Tells whether a call tags something that its service calls a resource: housekeeping, whoever does it.
pub(super) fn is_housekeeping(name: &str) -> bool {
    let one = one_of_many(name);
    one.get(..3).is_some_and(|verb| verb.eq_ignore_ascii_case("tag")) || name.eq_ignore_ascii_case("UntagResource")
}
