//! An authorization server on the loopback: keys that a test rotates, tokens of any shape, and a count of who asks.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// A signing key with its id.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: EncodingKey,
}

impl Key {
    pub(crate) fn new(id: &str, algorithm: Algorithm) -> Self {
        use aws_lc_rs::encoding::AsDer as _;
        use aws_lc_rs::rsa::KeySize;
        use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
        let random = aws_lc_rs::rand::SystemRandom::new();
        let key = match algorithm {
            Algorithm::ES256 => {
                EncodingKey::from_ec_der(EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap().as_ref())
            }
            Algorithm::EdDSA => EncodingKey::from_ed_der(Ed25519KeyPair::generate_pkcs8v1(&random).unwrap().as_ref()),
            _ => {
                let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
                let der = pair.as_der().unwrap();
                EncodingKey::from_rsa_der(pkcs1(der.as_ref()))
            }
        };
        Self { id: id.to_owned(), algorithm, key }
    }

    pub(crate) fn public(&self) -> Value {
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&self.key, self.algorithm).unwrap()).unwrap();
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk
    }

    /// Signs `claims` under a header with `changes`.
    pub(crate) fn sign(&self, changes: &Value, claims: &Value) -> String {
        let mut header = json!({"typ": "at+jwt", "alg": self.algorithm, "kid": self.id});
        merge(&mut header, changes);
        let signed = format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{signed}.{signature}")
    }
}

/// The RSA key inside its PKCS #8 wrapping, which the token library does not look through.
fn pkcs1(der: &[u8]) -> &[u8] {
    let at = der.windows(4).skip(4).position(|window| window[0] == 0x30 && window[1] == 0x82).map(|at| at + 4).unwrap();
    &der[at..]
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

/// A plain header of the library's own, for symmetric tokens.
pub(crate) fn symmetric(secret: &[u8], algorithm: Algorithm, id: &str, claims: &Value) -> String {
    let header = Header { kid: Some(id.to_owned()), typ: Some("at+jwt".to_owned()), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap()
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
