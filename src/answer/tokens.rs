//! How many tokens a text costs a model, estimated from above without a tokenizer.

/// Estimates the o200k tokens of `text`.
///
/// Why this way? The tokenizer splits letters from digits before it merges anything, and digits by threes; words of up to six
/// letters are mostly one token. Hence runs are counted, and long words and anything that is not ASCII are counted dearly.
/// Source: measured against the real tokenizer on answers to real records: 0.97 to 1.13 of it for markdown, 1.2 for JSON.
pub fn estimate(text: &str) -> usize {
    let mut tokens = 0;
    let mut run = (Class::Space, 0);
    for c in text.chars() {
        let class = Class::of(c);
        let hump = class == Class::Upper || (class == Class::Lower && run.0 == Class::Upper && run.1 > 1);
        let goes_on = match (run.0, class) {
            (Class::Upper, Class::Lower) => !hump,
            (before, now) => before == now,
        };
        // Signs beyond ASCII cost by their bytes: rare ones are never merged.
        let size = if class == Class::Other { c.len_utf8() - 1 } else { 1 };
        if goes_on {
            run = (class, run.1 + size);
        } else {
            tokens += cost(run);
            run = (class, size);
        }
    }
    tokens + cost(run)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    Digit,
    Mark,
    Space,
    Other,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            'A'..='Z' => Self::Upper,
            'a'..='z' => Self::Lower,
            '0'..='9' => Self::Digit,
            ' ' => Self::Space,
            c if c.is_ascii() => Self::Mark,
            _ => Self::Other,
        }
    }
}

fn cost((class, length): (Class, usize)) -> usize {
    match class {
        Class::Space => 0,
        Class::Lower if length <= 6 => 1,
        Class::Lower if length <= 12 => length.div_ceil(4),
        // No word is that long: it is a random name, and hardly anything of it merges.
        Class::Lower => (length * 2).div_ceil(3),
        Class::Upper if length <= 3 => 1,
        Class::Upper => (length * 2).div_ceil(3),
        Class::Digit => length.div_ceil(3),
        Class::Mark if length <= 3 => length.div_ceil(2),
        Class::Mark => length,
        Class::Other => length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cost_one_and_hexadecimal_ids_cost_by_their_changes() {
        assert_eq!(estimate("closed the group"), 3);
        assert_eq!(estimate("RevokeGroup"), 2);
        assert_eq!(estimate("sg-0c4ec0a1"), 9);
        assert_eq!(estimate("123456789"), 3);
        assert_eq!(estimate(""), 0);
    }
}
