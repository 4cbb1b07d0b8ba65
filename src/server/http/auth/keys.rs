//! The issuer's signing keys: fetched when first needed, again when they are old or a token names one that is not there.
//!
//! Why a limit on fetches? Anybody can name keys that do not exist, and each would cost the issuer a request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use tokio::time::Instant;
use tracing::warn;

/// After how long keys are read again, so that one that was withdrawn ends.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// How long keys serve when they cannot be read again. After that nobody is let in.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// Least time between two fetches for keys that are not there, and after a fetch that failed.
const PAUSE: Duration = Duration::from_secs(30);
/// Most keys that are looked at.
const MOST: usize = 64;

/// Where keys come from.
pub(super) trait Fetch: Send + Sync {
    /// Reads the keys as they are now, each as JSON.
    fn fetch(&self) -> BoxFuture<'_, Result<Vec<serde_json::Value>, FetchError>>;
}

/// Why keys could not be read. Says nothing that came from outside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct FetchError(pub(super) String);

/// A key and what it may verify.
struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The issuer has no such key.
    Unknown,
    /// The issuer could not be asked, and what it said before is too old.
    Unavailable,
}

/// The keys of one issuer.
pub(super) struct Keys {
    fetch: Box<dyn Fetch>,
    algorithms: Vec<Algorithm>,
    state: Mutex<State>,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    known: Option<(Arc<Vec<Key>>, Instant)>,
    paused: Option<Instant>,
}

impl Keys {
    pub(super) fn new(fetch: Box<dyn Fetch>, algorithms: &[String]) -> Self {
        let algorithms = algorithms.iter().filter_map(|name| name.parse().ok()).filter(|algorithm| !symmetric(*algorithm)).collect();
        Self { fetch, algorithms, state: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Returns the algorithms that are accepted.
    pub(super) fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// Finds the key that a token names, or the only one that fits its algorithm when it names none.
    pub(super) async fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<DecodingKey, NoKey> {
        let (known, age) = self.known();
        let found = known.as_deref().and_then(|keys| choose(keys, id, algorithm));
        match found {
            Some(key) if age <= FRESH => return Ok(key),
            // Old keys serve while one request reads them again.
            Some(key) if age <= KEPT => {
                if let Ok(turn) = self.turn.try_lock() {
                    self.read(turn, false).await;
                    let (known, age) = self.known();
                    if age <= FRESH {
                        return known.as_deref().and_then(|keys| choose(keys, id, algorithm)).ok_or(NoKey::Unknown);
                    }
                }
                return Ok(key);
            }
            _ => {}
        }
        let turn = self.turn.lock().await;
        let unread = |now: &Option<Arc<Vec<Key>>>| match (now, &known) {
            (Some(now), Some(before)) => Arc::ptr_eq(now, before),
            (now, before) => now.is_some() == before.is_some(),
        };
        // Whoever had the turn before may have read them.
        if unread(&self.known().0) {
            self.read(turn, age <= FRESH).await;
        }
        match self.known() {
            (Some(keys), age) if age <= KEPT => choose(&keys, id, algorithm).ok_or(NoKey::Unknown),
            _ => Err(NoKey::Unavailable),
        }
    }

    /// Tells whether keys are there, and reads them when not.
    pub(super) async fn ready(&self) -> bool {
        if self.known().1 > KEPT {
            let turn = self.turn.lock().await;
            if self.known().1 > KEPT {
                self.read(turn, false).await;
            }
        }
        self.known().1 <= KEPT
    }

    /// Reads the keys, unless it is too early. `in_vain` says that the ones at hand are fresh.
    async fn read(&self, turn: tokio::sync::MutexGuard<'_, ()>, in_vain: bool) {
        let now = Instant::now();
        if self.locked(|state| state.paused.is_some_and(|until| now < until)) {
            return;
        }
        if in_vain {
            self.locked(|state| state.paused = Some(now + PAUSE));
        }
        match self.fetch.fetch().await {
            Ok(set) => {
                let keys: Vec<Key> = set.into_iter().take(MOST).filter_map(|key| self.usable(key)).collect();
                self.locked(|state| state.known = Some((Arc::new(keys), now)));
            }
            Err(error) => {
                warn!(%error, "The issuer's signing keys could not be read.");
                self.locked(|state| state.paused = Some(now + PAUSE));
            }
        }
        drop(turn);
    }

    fn known(&self) -> (Option<Arc<Vec<Key>>>, Duration) {
        self.locked(|state| match &state.known {
            Some((keys, read)) => (Some(Arc::clone(keys)), read.elapsed()),
            None => (None, Duration::MAX),
        })
    }

    fn locked<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns a key that may verify signatures with an accepted algorithm; one that cannot be read is as if it were not there.
    fn usable(&self, key: serde_json::Value) -> Option<Key> {
        let jwk: Jwk = serde_json::from_value(key).ok()?;
        let signs = jwk.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature)
            && jwk.common.key_operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        let said = match &jwk.common.key_algorithm {
            Some(algorithm) => Some(algorithm.to_string().parse::<Algorithm>().ok()?),
            None => None,
        };
        let fits = |algorithm: &Algorithm| fits(&jwk.algorithm, *algorithm) && said.is_none_or(|said| said == *algorithm);
        let algorithms: Vec<Algorithm> = self.algorithms.iter().copied().filter(fits).collect();
        (signs && !algorithms.is_empty()).then_some(())?;
        Some(Key { id: jwk.common.key_id.clone(), algorithms, key: DecodingKey::from_jwk(&jwk).ok()? })
    }
}

fn choose(keys: &[Key], id: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
    let mut fitting = keys.iter().filter(|key| key.algorithms.contains(&algorithm) && (id.is_none() || key.id.as_deref() == id));
    let first = fitting.next()?;
    fitting.next().is_none().then(|| first.key.clone())
}

fn symmetric(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)
}

fn fits(parameters: &AlgorithmParameters, algorithm: Algorithm) -> bool {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    match parameters {
        AlgorithmParameters::RSA(_) => matches!(algorithm, RS256 | RS384 | RS512 | PS256 | PS384 | PS512),
        AlgorithmParameters::EllipticCurve(key) => {
            matches!((&key.curve, algorithm), (EllipticCurve::P256, ES256) | (EllipticCurve::P384, ES384))
        }
        AlgorithmParameters::OctetKeyPair(key) => key.curve == EllipticCurve::Ed25519 && algorithm == EdDSA,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
