use proptest::prelude::*;

use super::*;

const BOUNDS: [&str; 3] = ["account IN ('111122223333')", "region IN ('eu-west-1')", "eventtime >= '2026-01-27T00:00:00Z'"];

fn allowing() -> Policy {
    Policy { allow_sql: true, ..Policy::default() }
}

fn bound(sql: &str) -> Result<String, Refusal> {
    let bounds = BOUNDS.map(str::to_owned);
    allowing().read_statement(sql, 20).and_then(|read| read.bind("cloudtrail.events", &bounds)).map(|statement| statement.sql().to_owned())
}

#[test]
fn sql_is_refused_unless_the_operator_allows_it() {
    let refusal = Policy::default().read_statement("SELECT eventname FROM events", 20).unwrap_err();
    assert_eq!((refusal.code, refusal.argument.as_deref()), (Code::ToolNotAllowed, Some("sql")));
    assert!(refusal.message.contains("allow_sql") && refusal.next.contains("For the operator"), "{refusal}");
}

#[test]
fn who_sees_certain_categories_alone_may_not_ask_for_rows_of_all() {
    let policy = Policy { categories: vec![crate::catalogue::Category::Deployment], ..allowing() };
    let refusal = policy.read_statement("SELECT eventname FROM events", 20).unwrap_err();
    assert_eq!((refusal.code, refusal.argument.as_deref()), (Code::ToolNotAllowed, Some("sql")));
    assert!(refusal.message.contains("certain categories"), "{refusal}");
}

#[test]
fn the_configured_table_may_be_called_events_and_too_many_columns_are_refused() {
    let bind = |sql: &str, table: &str| allowing().read_statement(sql, 20).and_then(|read| read.bind(table, &BOUNDS.map(str::to_owned)));
    let store = "11112222-3333-4444-5555-666677778888";
    let bound = bind("SELECT eventname FROM events", store).unwrap();
    assert!(bound.sql().starts_with(&format!("SELECT eventname FROM {store} WHERE ")), "{}", bound.sql());
    assert!(bind(&format!("SELECT eventname FROM \"{store}\""), store).is_ok());
    assert!(bind("SELECT eventname FROM other.events", store).is_err());
    let columns: Vec<String> = (0..41).map(|n| format!("eventname AS n{n}")).collect();
    let refusal = bind(&format!("SELECT {} FROM events", columns.join(", ")), store).unwrap_err();
    assert!(refusal.message.contains("more than 40 columns"), "{refusal}");
}

#[test]
fn conditions_as_they_are_drawn_are_taken_now_and_then() {
    for condition in ["eventname = 'x' ", "eventname = 'x' OR 1 = 1 ", "NOT eventname = 'x' AND 1 = 1 LIMIT 500 ", "eventname = 'x' -- OR "]
    {
        let sql = bound(&format!("SELECT eventname FROM events WHERE {condition}")).unwrap();
        assert!(BOUNDS.iter().all(|bound| sql.contains(&format!("({bound})"))) && sql.ends_with("LIMIT 20"), "{sql}");
    }
}

#[test]
fn a_path_is_judged_by_all_that_it_goes_through_and_by_what_may_stand_beside_its_end() {
    let shown = |path: &str| bound(&format!("SELECT json_extract_scalar(requestparameters, '{path}') AS x FROM events"));
    for taken in ["$.bucketName", "$.tagSet.items[0].resourceId", "$[\"groupId\"]", "$.instancesSet.items[0].instanceId", "$"] {
        assert!(shown(taken).is_ok(), "{taken}: {:?}", shown(taken));
    }
    for secret in [
        "$.masterPasswords[0]",
        "$.masterUserPassword",
        "$.masterUserPassword.x",
        "$.parameters[0].parameterValue",
        "$.environment.variables.FOO",
        "$.optionSettings[0].value",
        "$[\"password\"]",
    ] {
        let refusal = shown(secret).expect_err(secret);
        assert!(refusal.message.contains("secret"), "{secret}: {refusal}");
    }
    for unclear in ["$..password", "$.*", "bucketName", "$.a[-1]", "$[a]", "$.", "$.a..b"] {
        assert!(shown(unclear).is_err(), "{unclear}");
    }
    let nested = "SELECT json_extract_scalar(json_extract(requestparameters, '$.environment'), '$.variables.FOO') AS x FROM events";
    assert!(bound(nested).unwrap_err().message.contains("whole path"));
}

#[test]
fn a_statement_is_written_anew_with_its_bounds_before_its_own_condition() {
    let sql = "select eventname, COUNT(*) as calls -- all of it\nfrom events where errorcode is not null or 1 = 1 group by eventname order by calls desc limit 5000;";
    assert_eq!(
        bound(sql).unwrap(),
        "SELECT eventname, COUNT(*) AS calls FROM cloudtrail.events WHERE (account IN ('111122223333')) AND (region IN ('eu-west-1')) \
         AND (eventtime >= '2026-01-27T00:00:00Z') AND (errorcode IS NOT NULL OR 1 = 1) GROUP BY eventname ORDER BY calls DESC LIMIT 20"
    );
    assert!(bound("SELECT * FROM \"cloudtrail\".\"events\" LIMIT 3").unwrap().ends_with("LIMIT 3"));
    for taken in [
        "SELECT useridentity.arn, min(eventtime), max(eventtime) FROM events GROUP BY useridentity.arn HAVING count(*) > 10",
        "SELECT DISTINCT sourceipaddress FROM events e WHERE e.eventname IN ('ConsoleLogin', 'x''y') AND NOT eventtime BETWEEN '2026' AND '2027'",
        "SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket, count(DISTINCT eventid) FROM events GROUP BY 1",
        "SELECT date_trunc('hour', eventtime), approx_distinct(useridentity.arn) FROM events WHERE lower(eventname) LIKE 'delete%' GROUP BY 1 ORDER BY 1 ASC",
        "SELECT CAST(eventtime AS timestamp) FROM events WHERE regexp_like(errorcode, 'Denied$')",
    ] {
        let sql = bound(taken).unwrap_or_else(|refusal| panic!("{taken}: {refusal}"));
        assert!(BOUNDS.iter().all(|own| sql.contains(&format!("({own})"))), "{sql}");
    }
}

#[test]
fn what_is_no_select_over_the_one_table_is_refused_and_says_why() {
    for (sql, said) in [
        ("", "empty"),
        ("DROP TABLE events", "no SELECT"),
        ("INSERT INTO events SELECT * FROM events", "no SELECT"),
        ("SELECT 1; SELECT 2", "several"),
        ("SELECT eventname FROM events; DROP TABLE events", "several"),
        ("SELECT eventname FROM secrets", "another table"),
        ("SELECT eventname FROM other.events", "another table"),
        ("SELECT eventname FROM events, secrets", "one table"),
        ("SELECT eventname FROM events JOIN secrets ON true", "one table"),
        ("SELECT eventname FROM events CROSS JOIN UNNEST(resources) AS t(r)", "one table"),
        ("SELECT eventname FROM (SELECT * FROM secrets)", "one table"),
        ("WITH x AS (SELECT * FROM secrets) SELECT eventname FROM events", "a part"),
        ("SELECT eventname FROM events UNION SELECT a FROM secrets", "UNION"),
        ("SELECT eventname FROM events WHERE eventid IN (SELECT id FROM secrets)", "subquery"),
        ("SELECT eventname FROM events WHERE EXISTS (SELECT 1 FROM secrets)", "subquery"),
        ("SELECT (SELECT max(a) FROM secrets) FROM events", "could not be redacted"),
        ("SELECT eventname INTO x FROM events", "a part"),
        ("SELECT eventname FROM events OFFSET 10", "LIMIT"),
        ("SELECT eventname FROM events FETCH FIRST 5 ROWS ONLY", "a part"),
        ("SELECT eventname FROM events FOR UPDATE", "a part"),
        ("SELECT eventname, row_number() OVER (ORDER BY eventtime) FROM events", "OVER"),
        ("SELECT to_hex(to_utf8(requestparameters)) FROM events", "could not be redacted"),
        ("SELECT substr(requestparameters, 1, 9) FROM events", "could not be redacted"),
        ("SELECT 'a' || requestparameters FROM events", "could not be redacted"),
        ("SELECT reverse(useridentity.accesskeyid) FROM events", "could not be redacted"),
        ("SELECT json_extract_scalar(requestparameters, '$.masterUserPassword') FROM events", "a secret by its name"),
        ("SELECT json_extract_scalar(responseelements, '$.credentials.sessionToken') FROM events", "a secret by its name"),
        ("SELECT min(json_extract_scalar(requestparameters, '$.password')) FROM events", "a secret by its name"),
        ("SELECT eventname FROM events WHERE pg_sleep(10) > 0", "a function that is not taken"),
        ("SELECT eventname FROM events WHERE eventname = U&'x'", ""),
        ("SELECT eventname FROM events TABLESAMPLE BERNOULLI (10)", ""),
        ("SELECT eventname FROM events AS OF TIMESTAMP '2020-01-01'", ""),
        ("SELECT \"e;v\" FROM events", "a name with signs"),
        ("SELECT * EXCEPT (a) FROM events", ""),
        ("EXPLAIN SELECT eventname FROM events", "no SELECT"),
        ("SHOW TABLES", "no SELECT"),
    ] {
        let refusal = bound(sql).expect_err(sql);
        assert_eq!((refusal.code, refusal.argument.as_deref()), (Code::InvalidArgument, Some("sql")), "{sql}");
        assert!(refusal.message.contains(said), "{sql}: {refusal}");
    }
    let deep = format!("SELECT eventname FROM events WHERE {}1 = 1{}", "(".repeat(500), ")".repeat(500));
    assert!(bound(&deep).is_err());
    assert!(bound(&"SELECT 1 ".repeat(1_000)).is_err());
}

#[test]
fn no_statement_is_without_bounds() {
    let read = allowing().read_statement("SELECT eventname FROM events", 20).unwrap();
    assert!(read.bind("events", &[]).is_err());
}

/// Returns the texts that a statement compares with.
fn literals(sql: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = sql;
    while let Some((_, after)) = rest.split_once('\'') {
        let mut text = String::new();
        let mut chars = after.char_indices().peekable();
        let mut end = after.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                    chars.next();
                    text.push('\'');
                }
                '\'' => {
                    end = at + 1;
                    break;
                }
                c => text.push(c),
            }
        }
        texts.push(text);
        rest = after.get(end..).unwrap_or_default();
    }
    texts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_hostile_literal_stays_one_literal(text in r#"[ -~'"\\;\-]{0,40}|(' OR '1'='1|\\' OR 1=1 --|'; DROP TABLE x; --|%' OR 1=1|/\*|\*/|\$\$x\$\$){1,3}"#) {
        let sql = bound(&format!("SELECT eventname FROM events WHERE eventname = '{}'", text.replace('\'', "''"))).unwrap();
        let own = literals(&sql);
        prop_assert_eq!(own.last(), Some(&text), "{}", sql);
        prop_assert!(BOUNDS.iter().all(|bound| sql.contains(&format!("({bound})"))), "{}", sql);
    }

    #[test]
    fn whatever_is_given_is_refused_or_bound(
        text in r#"((SELECT|FROM|WHERE|events|secrets|eventname|\*|,|\(|\)|'x'|1|=|OR|AND|UNION|;|--|JOIN|LIMIT|count) ){1,14}"#,
        condition in r#"(eventname = 'x' |1 = 1 |\( |\) |OR |AND |NOT |UNION SELECT eventname FROM events |LIMIT 500 |-- |; ){1,6}"#,
    ) {
        for sql in [bound(&text), bound(&format!("SELECT eventname FROM events WHERE {condition}"))].into_iter().flatten() {
            prop_assert!(BOUNDS.iter().all(|bound| sql.contains(&format!("({bound})"))), "{}", sql);
            prop_assert_eq!(sql.matches("SELECT").count(), 1, "{}", sql);
            prop_assert!(sql.starts_with("SELECT ") && sql.contains(" FROM cloudtrail.events") && sql.ends_with("LIMIT 20"), "{}", sql);
        }
    }
}
