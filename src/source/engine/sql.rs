//! Statements in SQL as Trino has it, of which Athena and CloudTrail Lake are kinds.

use chrono::{DateTime, Utc};

use super::asked::Asked;
use super::driver::Statements;
use super::literal::{list, needle, text};
use crate::coverage::Attribute;
use crate::event::ACTS;
use crate::source::Kind;
use crate::source::delivery::{LATEST_NAME, NAME_EARLY};
use crate::time::Window;

/// A table of records.
pub(super) struct Table {
    /// The columns that make a record.
    pub(super) columns: String,
    /// The names of columns that a caller may want to know.
    pub(super) names: Vec<String>,
    /// The table, as it is named in a statement.
    pub(super) from: String,
    /// The columns of account and region.
    pub(super) account: &'static str,
    pub(super) region: &'static str,
    /// The partition of a day as `2026/01/31`, where there is one.
    pub(super) day: Option<&'static str>,
    /// Writes an instant as the column `eventtime` has it.
    pub(super) instant: fn(DateTime<Utc>) -> String,
    /// What is true of an event that does not say of itself that it reads.
    pub(super) writes: &'static str,
    /// What tells who acted.
    pub(super) actors: &'static [&'static str],
    /// What tells what was acted on.
    pub(super) resources: &'static [&'static str],
}

impl Statements for Table {
    fn records(&self, asked: &Asked, rows: usize) -> String {
        let Self { columns, from, .. } = self;
        let mut terms = self.bounds(asked);
        let kinds: Option<Vec<String>> = asked.kinds().map(|kind| self.kind(&kind)).collect();
        terms.extend(kinds.map(|kinds| format!("({})", kinds.join(" OR "))));
        format!("SELECT {columns}\nFROM {from}\nWHERE {}\nORDER BY eventtime DESC\nLIMIT {rows}", terms.join("\n  AND "))
    }

    fn presence(&self, asked: &Asked) -> String {
        let Self { from, account, region, .. } = self;
        let terms = self.bounds(asked).join("\n  AND ");
        format!("SELECT {account} AS account, {region} AS region\nFROM {from}\nWHERE {terms}\nGROUP BY {account}, {region}")
    }

    fn table(&self) -> Option<&Table> {
        Some(self)
    }
}

impl Table {
    /// Writes what bounds every statement: account, region and time.
    pub(super) fn bounds(&self, asked: &Asked) -> Vec<String> {
        let Window { from, to } = asked.window.whole_seconds();
        let mut terms = vec![
            format!("{} IN {}", self.account, list(asked.accounts.iter().map(String::as_str))),
            format!("{} IN {}", self.region, list(asked.regions.iter().map(String::as_str))),
        ];
        terms.extend(self.day.map(|day| {
            let (first, last) = days(asked.window);
            format!("{day} BETWEEN {} AND {}", text(&first), text(&last))
        }));
        terms.push(format!("eventtime >= {}", (self.instant)(from)));
        terms.push(format!("eventtime < {}", (self.instant)(to)));
        terms
    }

    fn kind(&self, kind: &Kind) -> Option<String> {
        match kind {
            // What says nothing of itself is judged here.
            Kind::Everything | Kind::Exact(Attribute::ReadOnly, _) => None,
            Kind::Writes => Some(format!("({} OR eventname IN {})", self.writes, list(ACTS.iter().copied()))),
            Kind::EventId(id) | Kind::Exact(Attribute::EventId, id) => Some(format!("eventid = {}", text(id))),
            Kind::Exact(Attribute::EventName, name) => Some(format!("eventname = {}", text(name))),
            Kind::Exact(attribute @ (Attribute::AccessKeyId | Attribute::UserName), name) => holds(self.actors, *attribute, name),
            Kind::Exact(Attribute::ResourceName, name) => holds(self.resources, Attribute::ResourceName, name),
        }
    }
}

/// Writes that one of some expressions holds what tells a name, in any case.
fn holds(places: &[&str], attribute: Attribute, name: &str) -> Option<String> {
    let needle = text(&needle(attribute, name)?.to_lowercase());
    let terms: Vec<String> = places.iter().map(|place| format!("strpos(lower({place}), {needle}) > 0")).collect();
    Some(format!("({})", terms.join(" OR ")))
}

/// Returns the days in which files may be that hold events of a window.
fn days(window: Window) -> (String, String) {
    let day = |time: DateTime<Utc>| time.format("%Y/%m/%d").to_string();
    let from = window.from.checked_sub_signed(NAME_EARLY).unwrap_or(window.from);
    let to = window.to.checked_add_signed(LATEST_NAME).unwrap_or(window.to);
    (day(from), day(to))
}

/// Counts those days.
pub(super) fn count_days(window: Window) -> i64 {
    let from = window.from.checked_sub_signed(NAME_EARLY).unwrap_or(window.from);
    let to = window.to.checked_add_signed(LATEST_NAME).unwrap_or(window.to);
    (to.date_naive() - from.date_naive()).num_days() + 1
}

#[cfg(test)]
mod tests {
    use sqlparser::ast::{SetExpr, Statement};
    use sqlparser::dialect::GenericDialect;
    use sqlparser::parser::Parser;
    use sqlparser::tokenizer::{Token, Tokenizer};

    use super::*;
    use crate::source::engine::literal;

    const TABLE: Table = Table {
        columns: String::new(),
        names: Vec::new(),
        from: String::new(),
        account: "account",
        region: "region",
        day: Some("day"),
        instant: |time| text(&crate::time::rfc3339(time)),
        writes: "coalesce(lower(readonly), '') <> 'true'",
        actors: &["useridentity", "sourceipaddress"],
        resources: &["requestparameters", "responseelements"],
    };

    /// What somebody may write to be taken for more than text, in ten thousand mixtures.
    fn hostile() -> impl Iterator<Item = String> {
        const PARTS: [&str; 26] = [
            "'",
            "''",
            "\"",
            "\\",
            "\\'",
            ";",
            "--",
            "/*",
            "*/",
            "\n",
            "\r",
            "\0",
            "\t",
            "%",
            "_",
            "?",
            "$$",
            "U&'",
            "x'",
            ") OR (1=1",
            " OR '1'='1",
            "UNION SELECT",
            "\u{2019}",
            "\u{1f600}",
            "DROP TABLE logs",
            "a",
        ];
        let mut state = 7_u64;
        std::iter::repeat_with(move || {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(state >> 33).unwrap_or_default()
            };
            (0..1 + next() % 6).map(|_| PARTS[next() % PARTS.len()]).collect()
        })
        .take(10_000)
    }

    fn strings(statement: &str) -> Vec<String> {
        let tokens = Tokenizer::new(&GenericDialect {}, statement).tokenize().unwrap();
        tokens.into_iter().filter_map(|token| if let Token::SingleQuotedString(text) = token { Some(text) } else { None }).collect()
    }

    #[test]
    fn whatever_is_asked_for_stays_one_text_in_one_statement_under_every_predicate() {
        let exact = |attribute| move |name: &str| Kind::Exact(attribute, name.to_owned());
        let kinds: [&dyn Fn(&str) -> Kind; 5] = [
            &|name: &str| Kind::EventId(name.to_owned()),
            &exact(Attribute::EventName),
            &exact(Attribute::AccessKeyId),
            &exact(Attribute::UserName),
            &exact(Attribute::ResourceName),
        ];
        let mut whole = 0;
        for name in hostile() {
            for kind in &kinds {
                let kind = kind(&name);
                let Some(term) = TABLE.kind(&kind) else {
                    let Kind::Exact(attribute, name) = kind else { panic!("{kind:?}") };
                    assert_eq!(literal::needle(attribute, &name), None, "{name:?}");
                    continue;
                };
                let statement = format!("SELECT 1 FROM t WHERE account IN {} AND {term}", list([name.as_str()]));
                let parsed = Parser::parse_sql(&GenericDialect {}, &statement).unwrap_or_else(|error| panic!("{error}: {statement}"));
                let [Statement::Query(query)] = parsed.as_slice() else { panic!("more than one statement: {statement}") };
                assert!(matches!(query.body.as_ref(), SetExpr::Select(_)), "{statement}");
                let texts = strings(&statement);
                assert_eq!(texts[0], name);
                match kind {
                    Kind::EventId(_) | Kind::Exact(Attribute::EventName, _) => assert_eq!(texts[1..], *std::slice::from_ref(&name)),
                    _ => assert!(texts[1..].iter().all(|text| name.to_lowercase().contains(text)), "{statement}"),
                }
                whole += 1;
            }
        }
        assert!(whole > 20_000, "{whole}");
    }

    #[test]
    fn a_day_before_and_after_is_read_only_where_files_may_lie_there() {
        let at = |text| crate::time::parse(text).unwrap();
        let days = |from, to| days(Window::new(at(from), at(to)).unwrap());
        let of = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(days("2026-01-27T12:00:00Z", "2026-01-27T13:00:00Z"), of("2026/01/27", "2026/01/27"));
        assert_eq!(days("2026-01-27T00:03:00Z", "2026-01-27T23:45:00Z"), of("2026/01/26", "2026/01/28"));
    }
}
