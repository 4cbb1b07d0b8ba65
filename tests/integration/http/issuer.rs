//! An authorization server on the loopback: keys that a test rotates, tokens of any shape, and a count of who asks.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use jsonwebtoken::Algorithm;
use ring::rand::SystemRandom;
use ring::signature::{self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use serde_json::{Value, json};

/// A signing key with its id.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) algorithm: Algorithm,
    pair: Arc<Pair>,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Key {
    /// Makes a key; with RSA it is always the same one, as making one takes seconds.
    pub(crate) fn new(id: &str, algorithm: Algorithm) -> Self {
        let random = SystemRandom::new();
        let pair = match algorithm {
            Algorithm::ES256 => {
                let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
                Pair::Ec(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap())
            }
            Algorithm::EdDSA => Pair::Ed(Ed25519KeyPair::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&random).unwrap().as_ref()).unwrap()),
            _ => Pair::Rsa(RsaKeyPair::from_pkcs8(include_bytes!("rsa.der")).unwrap()),
        };
        Self { id: id.to_owned(), algorithm, pair: Arc::new(pair) }
    }

    /// Returns an RSA key that is not the one of [`Key::new`].
    pub(crate) fn other_rsa(id: &str) -> Self {
        let pair = Pair::Rsa(RsaKeyPair::from_pkcs8(include_bytes!("other-rsa.der")).unwrap());
        Self { id: id.to_owned(), algorithm: Algorithm::RS256, pair: Arc::new(pair) }
    }

    pub(crate) fn public(&self) -> Value {
        let mut jwk = match &*self.pair {
            Pair::Rsa(pair) => {
                let public = signature::RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({"kty": "RSA", "n": base64(&public.n), "e": base64(&public.e)})
            }
            Pair::Ec(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "x": base64(&point[1..33]), "y": base64(&point[33..])})
            }
            Pair::Ed(pair) => json!({"kty": "OKP", "crv": "Ed25519", "x": base64(pair.public_key().as_ref())}),
        };
        merge(&mut jwk, &json!({"alg": self.algorithm, "kid": self.id, "use": "sig"}));
        jwk
    }

    /// Signs `claims` under a header with `changes`.
    pub(crate) fn sign(&self, changes: &Value, claims: &Value) -> String {
        let mut header = json!({"typ": "at+jwt", "alg": self.algorithm, "kid": self.id});
        merge(&mut header, changes);
        let signed = format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
        let random = SystemRandom::new();
        let signature = match &*self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&signature::RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
            Pair::Ec(pair) => pair.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(signed.as_bytes()).as_ref().to_vec(),
        };
        format!("{signed}.{}", base64(&signature))
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Puts the fields of `changes` over those of `value`; null takes one away.
pub(crate) fn merge(value: &mut Value, changes: &Value) {
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Null => _ = value.as_object_mut().unwrap().remove(name),
            change => value[name] = change.clone(),
        }
    }
}

/// A token signed with a secret that both sides would have to know.
pub(crate) fn symmetric(secret: &[u8], algorithm: Algorithm, id: &str, claims: &Value) -> String {
    let hash = if algorithm == Algorithm::HS512 { ring::hmac::HMAC_SHA512 } else { ring::hmac::HMAC_SHA256 };
    let header = json!({"typ": "at+jwt", "alg": algorithm, "kid": id});
    let signed = format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
    let tag = ring::hmac::sign(&ring::hmac::Key::new(hash, secret), signed.as_bytes());
    format!("{signed}.{}", base64(tag.as_ref()))
}

pub(crate) struct Issuer {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    keys: Vec<Value>,
    issuer: String,
    asked: Vec<String>,
    down: bool,
}

impl Issuer {
    pub(crate) fn start(keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { issuer: format!("http://{address}"), ..State::default() }));
        let issuer = Self { address, state: Arc::clone(&state) };
        issuer.publish(keys);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                    head.push(byte[0]);
                }
                let path = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, body) = state.lock().unwrap().answer(path);
                let answer = format!(
                    "HTTP/1.1 {status} Any\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        issuer
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn publish(&self, keys: &[&Key]) {
        self.state.lock().unwrap().keys = keys.iter().map(|key| key.public()).collect();
    }

    pub(crate) fn call_itself(&self, name: &str) {
        name.clone_into(&mut self.state.lock().unwrap().issuer);
    }

    pub(crate) fn go_down(&self, down: bool) {
        self.state.lock().unwrap().down = down;
    }

    /// How often its keys were read.
    pub(crate) fn asked_for_keys(&self) -> usize {
        self.state.lock().unwrap().asked.iter().filter(|path| *path == "/keys").count()
    }
}

impl State {
    fn answer(&mut self, path: String) -> (u16, String) {
        let address = self.issuer.clone();
        let answer = match path.as_str() {
            _ if self.down => (503, json!({})),
            "/keys" => (200, json!({"keys": self.keys})),
            "/.well-known/openid-configuration" => {
                (200, json!({"issuer": address, "jwks_uri": format!("{}/keys", address.trim_end_matches('/'))}))
            }
            _ => (404, json!({})),
        };
        self.asked.push(path);
        (answer.0, answer.1.to_string())
    }
}
