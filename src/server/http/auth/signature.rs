//! Signatures of access tokens, verified with ring: what the token library asks of a crypto library.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature;
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::signature::{self as verify, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};

/// Lets the token library verify, in all of this process.
pub(super) fn install() {
    static RING: CryptoProvider =
        CryptoProvider { signer_factory: no_signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };
    // Whoever comes second finds the same one installed.
    let _ = RING.install_default();
}

/// How signatures of one algorithm are verified.
enum Method {
    Rsa(&'static RsaParameters),
    Curve(&'static dyn VerificationAlgorithm),
}

struct Verifier {
    algorithm: Algorithm,
    method: Method,
    key: DecodingKey,
}

/// Errors: for symmetric algorithms, by which this server never lets anybody in, and for a key of another kind.
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    let method = match algorithm {
        Algorithm::RS256 => Method::Rsa(&verify::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Method::Rsa(&verify::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Method::Rsa(&verify::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Method::Rsa(&verify::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Method::Rsa(&verify::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Method::Rsa(&verify::RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => Method::Curve(&verify::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Method::Curve(&verify::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => Method::Curve(&verify::ED25519),
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    };
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    Ok(Box::new(Verifier { algorithm: *algorithm, method, key: key.clone() }))
}

fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

impl JwtVerifier for Verifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl signature::Verifier<Vec<u8>> for Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let verified = match (&self.method, self.key.kind()) {
            (Method::Rsa(parameters), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature)
            }
            (Method::Rsa(parameters), DecodingKeyKind::SecretOrDer(der)) => {
                UnparsedPublicKey::new(*parameters, der).verify(message, signature)
            }
            (Method::Curve(curve), DecodingKeyKind::SecretOrDer(point)) => UnparsedPublicKey::new(*curve, point).verify(message, signature),
            (Method::Curve(_), DecodingKeyKind::RsaModulusExponent { .. }) => Err(ring::error::Unspecified),
        };
        verified.map_err(|_| signature::Error::new())
    }
}
