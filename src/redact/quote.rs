//! Untrusted text inside markdown.

/// Escapes a cleaned line so that markdown shows it as it is: no emphasis, link, image, tag, entity, code or table edge.
///
/// Shape: one line. ARNs, ids, names with `_ - . : /` and addresses stay byte for byte; `://` becomes `[:]//`, `www.`
/// becomes `www[.]`, and the sign of a mail address `[@]`, so that nothing can be followed. Not idempotent: quote once, last.
pub fn quote_markdown(s: &str) -> String {
    let mut quoted = String::with_capacity(s.len() + 8);
    let mut rest = s;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let (taken, written): (usize, &str) = match c {
            ':' if rest.starts_with("://") => (3, "[:]//"),
            'w' | 'W' if before != '.' && !before.is_alphanumeric() && is_www(rest) => {
                quoted.extend(rest.chars().take(3));
                (4, "[.]")
            }
            '@' if is_in_mail(before, rest) => (1, "[@]"),
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' => {
                quoted.push('\\');
                quoted.push(c);
                (1, "")
            }
            // Inside a word an underscore is one.
            '_' if !(before.is_alphanumeric() && after_run(rest).is_some_and(char::is_alphanumeric)) => {
                let run: usize = rest.chars().take_while(|c| *c == '_').count();
                quoted.extend(std::iter::repeat_n("\\_", run));
                (run, "")
            }
            '_' => {
                let run = rest.chars().take_while(|c| *c == '_').count();
                quoted.extend(std::iter::repeat_n('_', run));
                (run, "")
            }
            '&' if rest.chars().nth(1).is_some_and(|next| next == '#' || next.is_ascii_alphabetic()) => (1, "\\&"),
            '#' | '+' | '-' | '=' if quoted.is_empty() => {
                quoted.push('\\');
                quoted.push(c);
                (1, "")
            }
            '.' | ')' if is_number(&quoted) && matches!(rest.chars().nth(1), None | Some(' ')) => {
                quoted.push('\\');
                quoted.push(c);
                (1, "")
            }
            _ if c.is_control() || c.is_whitespace() => (c.len_utf8(), " "),
            _ => {
                quoted.push(c);
                (c.len_utf8(), "")
            }
        };
        quoted.push_str(written);
        before = c;
        rest = rest.split_at_checked(taken).map_or("", |(_, rest)| rest);
    }
    quoted
}

/// Returns what follows a run of underscores.
fn after_run(rest: &str) -> Option<char> {
    rest.chars().find(|c| *c != '_')
}

/// Tells whether `@` stands in a mail address, which viewers link.
///
/// Source: GitHub Flavored Markdown, extended email autolinks.
fn is_in_mail(before: char, rest: &str) -> bool {
    let domain = rest.get(1..).unwrap_or_default();
    let label = domain.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let named = label.len() < domain.len()
        && label.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    named && (before.is_ascii_alphanumeric() || matches!(before, '.' | '-' | '_' | '+'))
}

fn is_www(rest: &str) -> bool {
    rest.as_bytes().get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"www."))
}

fn is_number(start: &str) -> bool {
    !start.is_empty() && start.len() <= 9 && start.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::quote_markdown;

    #[test]
    fn arns_ids_and_names_stay_byte_for_byte() {
        for text in [
            "arn:aws:iam::111122223333:role/aws-service-role/x_y.z/My_Role",
            "sg-0123456789abcdef0",
            "2001:db8::1",
            "i-0abc_def",
            "my-bucket.example.com",
            "2026-01-27T20:00:00Z",
            "tcp/22 (ssh), 0.0.0.0/0",
        ] {
            assert_eq!(quote_markdown(text), text);
        }
    }

    #[test]
    fn a_mail_address_is_no_link() {
        for (text, quoted) in [
            ("alice@example.com", "alice[@]example.com"),
            ("mailto:a.b+c_@x-y.example.com/z", "mailto:a.b+c\\_[@]x-y.example.com/z"),
            ("assumed-role/Admin/alice@example.com", "assumed-role/Admin/alice[@]example.com"),
            ("image@sha256:0123, a@b, @team, git@host:x", "image@sha256:0123, a@b, @team, git@host:x"),
        ] {
            assert_eq!(quote_markdown(text), quoted);
        }
    }

    #[test]
    fn markup_is_shown_rather_than_followed() {
        insta::assert_snapshot!(quote_markdown("![x](https://evil.example/?q=1) <img src=x> |a|b| `c` **d** ~~e~~ &lt;f www.g.example # h"),
            @r"!\[x\](https[:]//evil.example/?q=1) \<img src=x\> \|a\|b\| \`c\` \*\*d\*\* \~\~e\~\~ \&lt;f www[.]g.example # h");
        insta::assert_snapshot!(quote_markdown("# title\n> quote"), @r"\# title \> quote");
        insta::assert_snapshot!(quote_markdown("1. item"), @r"1\. item");
        insta::assert_snapshot!(quote_markdown(r"\[a](b)"), @r"\\\[a\](b)");
        insta::assert_snapshot!(quote_markdown("_all_ is __well__, a_b__c _ (_x_)"), @r"\_all\_ is \_\_well\_\_, a_b__c \_ (\_x\_)");
    }
}
