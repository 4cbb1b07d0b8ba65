use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::time::advance;

use super::*;

/// An issuer whose keys a test may change, and who counts how often it is asked.
#[derive(Clone, Default)]
struct Published {
    keys: Arc<Mutex<Option<Vec<Value>>>>,
    asked: Arc<AtomicUsize>,
}

impl Published {
    fn set(&self, ids: Option<&[&str]>) {
        *self.keys.lock().unwrap() = ids.map(|ids| ids.iter().map(|id| key(id)).collect());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Fetch for Published {
    fn fetch(&self) -> BoxFuture<'_, Result<Vec<Value>, FetchError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let keys = self.keys.lock().unwrap().clone();
        Box::pin(async move { keys.ok_or_else(|| FetchError("the key set cannot be reached".to_owned())) })
    }
}

/// The public key of RFC 8037, appendix A.2.
fn key(id: &str) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": id, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
}

fn keys(ids: &[&str]) -> (Keys, Published) {
    let published = Published::default();
    published.set(Some(ids));
    (Keys::new(Box::new(published.clone()), &["EdDSA".to_owned(), "RS256".to_owned(), "HS256".to_owned()]), published)
}

async fn has(keys: &Keys, id: &str) -> Result<(), NoKey> {
    keys.find(Some(id), Algorithm::EdDSA).await.map(|_| ())
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_once_and_serve_while_they_are_fresh() {
    let (keys, published) = keys(&["a"]);
    assert_eq!(published.asked(), 0);
    for _ in 0..50 {
        assert_eq!(has(&keys, "a").await, Ok(()));
    }
    assert_eq!(published.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rotated_key_is_found_at_once_and_a_withdrawn_one_ends() {
    let (keys, published) = keys(&["a"]);
    assert_eq!(has(&keys, "a").await, Ok(()));
    published.set(Some(&["b"]));
    assert_eq!(has(&keys, "b").await, Ok(()));
    assert_eq!(has(&keys, "a").await, Err(NoKey::Unknown));
    assert_eq!(published.asked(), 2);
    published.set(Some(&["c"]));
    advance(FRESH + Duration::from_secs(1)).await;
    assert_eq!(has(&keys, "b").await, Err(NoKey::Unknown));
    assert_eq!(has(&keys, "c").await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_unknown_keys_costs_the_issuer_one_request_in_half_a_minute() {
    let (keys, published) = keys(&["a"]);
    assert_eq!(has(&keys, "a").await, Ok(()));
    for n in 0..200 {
        assert_eq!(has(&keys, &format!("unknown-{n}")).await, Err(NoKey::Unknown));
        assert_eq!(has(&keys, "a").await, Ok(()));
    }
    assert_eq!(published.asked(), 2);
    advance(PAUSE + Duration::from_secs(1)).await;
    assert_eq!(has(&keys, "unknown").await, Err(NoKey::Unknown));
    assert_eq!(published.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn many_callers_at_once_share_one_fetch() {
    let (keys, published) = keys(&["a"]);
    let found = futures_util::future::join_all((0..100).map(|_| has(&keys, "a"))).await;
    assert!(found.into_iter().all(|found| found.is_ok()));
    assert_eq!(published.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn keys_outlive_their_issuer_for_an_hour_and_then_nobody_is_let_in() {
    let (keys, published) = keys(&["a"]);
    assert_eq!(has(&keys, "a").await, Ok(()));
    published.set(None);
    advance(KEPT - Duration::from_secs(1)).await;
    assert_eq!(has(&keys, "a").await, Ok(()));
    advance(Duration::from_secs(2)).await;
    assert_eq!(has(&keys, "a").await, Err(NoKey::Unavailable));
    assert!(!keys.ready().await);
    published.set(Some(&["a"]));
    advance(PAUSE).await;
    assert!(keys.ready().await);
    assert_eq!(has(&keys, "a").await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_was_never_reached_is_asked_again_after_a_pause_only() {
    let (keys, published) = keys(&[]);
    published.set(None);
    for _ in 0..20 {
        assert_eq!(has(&keys, "a").await, Err(NoKey::Unavailable));
    }
    assert_eq!(published.asked(), 1);
    published.set(Some(&["a"]));
    advance(PAUSE).await;
    assert_eq!(has(&keys, "a").await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn only_keys_that_may_verify_and_fit_the_algorithm_serve() {
    let published = Published::default();
    let with = |id: &str, changes: Value| {
        let mut key = key(id);
        key.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        key
    };
    *published.keys.lock().unwrap() = Some(vec![
        with("encrypts", json!({"use": "enc"})),
        with("signs", json!({"use": null, "key_ops": ["sign"]})),
        with("other-algorithm", json!({"alg": "ES256"})),
        with("other-curve", json!({"crv": "X25519"})),
        json!({"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}),
        json!({"kty": "RSA", "kid": "broken", "n": "!!", "e": "AQAB"}),
        json!("no key"),
        with("twice", json!({})),
        with("twice", json!({})),
        with("right", json!({"alg": "EdDSA"})),
    ]);
    let keys = Keys::new(Box::new(published), &["EdDSA".to_owned(), "HS256".to_owned()]);
    assert_eq!(keys.algorithms(), [Algorithm::EdDSA], "a symmetric algorithm is never accepted");
    assert_eq!(has(&keys, "right").await, Ok(()));
    for id in ["encrypts", "signs", "other-algorithm", "other-curve", "shared", "broken", "twice", ""] {
        assert_eq!(has(&keys, id).await, Err(NoKey::Unknown), "{id}");
    }
    assert_eq!(keys.find(Some("right"), Algorithm::RS256).await.err(), Some(NoKey::Unknown));
    assert_eq!(keys.find(None, Algorithm::EdDSA).await.err(), Some(NoKey::Unknown), "without an id there must be one key only");
}
