use super::*;

/// The most specific complaint of an alert.
fn first(words: &str) -> &'static str {
    complaints(words).0.first().map_or("", |one| one.complaint.name)
}

#[test]
fn every_row_is_found_by_each_of_its_phrases_in_a_sentence() {
    for row in rows::all() {
        for phrase in row.phrases() {
            let text = phrase.replace("..", "some other words").replace('*', "");
            let sentence = format!("[prod] since 11:32 the service says: {text} (see the runbook)");
            assert!(complaints(&sentence).0.iter().any(|one| one.complaint == row), "{}: {phrase}", row.name);
        }
    }
}

#[test]
fn rows_have_a_name_causes_and_no_phrase_twice() {
    let mut names = std::collections::BTreeSet::new();
    for row in rows::all() {
        assert!(names.insert(row.name), "{} stands twice", row.name);
        assert!(!row.name.is_empty() && !row.phrases.is_empty());
        assert!(row.about == About::Outside || !row.usual.is_empty(), "{} has no cause", row.name);
        let unique: std::collections::BTreeSet<_> = row.phrases().collect();
        assert_eq!(unique.len(), row.phrases().count(), "{}", row.name);
    }
    for (name, _) in rows::TRANSLATED {
        assert!(names.contains(name), "{name}");
    }
}

#[test]
fn the_text_of_an_error_tells_what_it_is() {
    let cases = [
        ("dial tcp: lookup orders-db.internal on 10.0.0.2:53: no such host", "'no such host'"),
        ("getaddrinfo ENOTFOUND api.example.com", "'no such host'"),
        ("dial tcp 192.0.2.12:2500: i/o timeout for 96% of mails", "connections that time out"),
        ("connect ECONNREFUSED 192.0.2.1:8080", "refused connections"),
        ("x509: certificate signed by unknown authority", "certificates that are not trusted"),
        (r#"FATAL: password authentication failed for user "app""#, "refused database passwords"),
        ("FATAL: remaining connection slots are reserved for superuser", "used-up database connections"),
        ("ERROR: cannot execute INSERT in a read-only transaction", "writes to a database that only reads"),
        ("403 `Missing Authentication Token` on /v2/items", "'Missing Authentication Token'"),
        (
            "is not authorized to perform: s3:GetObject on resource: x because no identity-based policy allows",
            "'is not authorized to perform'",
        ),
        ("not authorized to perform: kms:Decrypt; kms:Decrypt failed", "refused use of a key"),
        ("Unable to import module 'app': No module named 'requests'", "functions that do not start"),
        ("2026-01-01 Task timed out after 3.00 seconds", "functions that run out of time"),
        ("mount.nfs: Connection refused by server", "mounts that fail"),
        ("InsufficientInstanceCapacity in us-east-1a", "refused capacity"),
        ("An error occurred (InvalidClientTokenId)", "access keys that are not accepted"),
        ("Task failed ELB health checks in (target-group x)", "targets that fail their health checks"),
        ("AWS Budgets: x has exceeded your alert threshold", "a higher bill"),
        ("ImagePullBackOff", "images that cannot be pulled"),
        ("NumberOfNotificationsFailed", "messages that cannot be delivered"),
        ("nothing of interest", ""),
    ];
    for (words, name) in cases {
        assert_eq!(first(words), name, "{words}");
    }
}

#[test]
fn the_more_specific_comes_first_and_a_word_inside_a_word_is_none() {
    let (found, _) = complaints("HighErrorRate: 5xx, errors, failures: no such host");
    assert!(found.is_sorted_by_key(|one| std::cmp::Reverse(one.complaint.specificity)));
    assert_eq!(found.first().map(|one| one.complaint.name), Some("'no such host'"));
    assert_eq!(complaints("turnips thumbsup").0, []);
}

#[test]
fn what_causes_a_complaint_is_told_by_aspects() {
    let row = |words: &str| complaints(words).0.into_iter().next().expect("a complaint").complaint;
    let no_such_host = row("no such host");
    assert_eq!(no_such_host.caused_by(Aspects::of(&[Aspect::NameResolution])), Some(Cause::Usual));
    assert_eq!(no_such_host.caused_by(Aspects::of(&[Aspect::PrivateLink])), Some(Cause::Seldom));
    assert_eq!(no_such_host.caused_by(Aspects::of(&[Aspect::Code])), None);
    assert_eq!(no_such_host.caused_by(Aspects::NONE), None);
}

#[test]
fn the_blame_is_shared_among_the_usual_causes_the_likeliest_first() {
    for row in rows::all() {
        let shares: Vec<f64> = row.usual.iter().map(|aspect| row.share(Aspects::of(&[*aspect]))).collect();
        assert!(shares.is_sorted_by(|one, next| one > next), "{}", row.name);
        assert!(row.usual.is_empty() || (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{}", row.name);
        assert!((row.share(Aspects::of(row.usual)) - shares.first().copied().unwrap_or_default()).abs() < 1e-9, "{}", row.name);
        assert!(row.share(Aspects::NONE).abs() < 1e-9);
    }
}
