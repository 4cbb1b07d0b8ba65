//! Why a host could not be reached, by the types of the errors on the way.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::CertificateError;

use crate::coverage::{CertificateFault, Name, Obstacle};

/// How long a name is looked up again to tell whether it is known.
const LOOK_UP: Duration = Duration::from_secs(2);

/// What went wrong below HTTP, as far as the errors tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Fault {
    /// The certificate is not trusted.
    Certificate(CertificateFault),
    /// What answers speaks no TLS.
    NoTls,
    /// The connection was turned away.
    Refused,
    /// No way leads there.
    Unreachable,
    /// The host was not reached, and the errors do not say why: its name may be unknown.
    Name,
}

impl Fault {
    /// Says what keeps requests from reaching `host`; nothing when its name is known after all, so that asking again may help.
    pub(in crate::source) async fn obstacle(self, host: Name) -> Option<Obstacle> {
        Some(match self {
            Self::Certificate(fault) => Obstacle::Certificate { host, fault },
            Self::NoTls => Obstacle::NoTls(host),
            Self::Refused => Obstacle::Refused(host),
            Self::Unreachable => Obstacle::Unreachable(host),
            Self::Name => {
                let bare = host.split(' ').next().unwrap_or_default();
                let place = if bare.contains(':') { bare.to_owned() } else { format!("{bare}:443") };
                let known = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host(place)).await;
                if matches!(known, Ok(Ok(_))) {
                    return None;
                }
                Obstacle::UnknownHost(host)
            }
        })
    }
}

/// Finds what kept a request from arriving; nothing when it arrived, or when the errors tell of something that passes.
pub(in crate::source) fn fault(error: &(dyn Error + 'static)) -> Option<Fault> {
    let mut next = Some(error);
    let mut connecting = false;
    while let Some(error) = next {
        // An error of input and output hides the one that it was made of from `source`.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = error.downcast_ref::<rustls::Error>().or_else(|| inner.and_then(|inner| inner.downcast_ref()));
        if let Some(tls) = tls {
            return of_tls(tls);
        }
        if let Some(io) = error.downcast_ref::<io::Error>() {
            match io.kind() {
                ErrorKind::ConnectionRefused => return Some(Fault::Refused),
                ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::AddrNotAvailable | ErrorKind::NetworkDown => {
                    return Some(Fault::Unreachable);
                }
                _ => {}
            }
        }
        connecting |= error.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(hyper_util::client::legacy::Error::is_connect);
        next = match inner {
            Some(inner) if error.source().is_none() => Some(inner),
            _ => error.source(),
        };
    }
    connecting.then_some(Fault::Name)
}

fn of_tls(error: &rustls::Error) -> Option<Fault> {
    use CertificateError as E;
    match error {
        rustls::Error::InvalidCertificate(fault) => Some(Fault::Certificate(match fault {
            E::UnknownIssuer => CertificateFault::UnknownIssuer,
            E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. } => CertificateFault::Date,
            E::NotValidForName | E::NotValidForNameContext { .. } => CertificateFault::OtherHost,
            _ => CertificateFault::Invalid,
        })),
        rustls::Error::InvalidMessage(_) => Some(Fault::NoTls),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_error_is_found_however_deep_it_is_wrapped() {
        let tls = |error: rustls::Error| io::Error::new(ErrorKind::InvalidData, error);
        let issuer = tls(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer));
        assert_eq!(fault(&io::Error::other(issuer)), Some(Fault::Certificate(CertificateFault::UnknownIssuer)));
        let date = tls(rustls::Error::InvalidCertificate(CertificateError::Expired));
        assert_eq!(fault(&date), Some(Fault::Certificate(CertificateFault::Date)));
        assert_eq!(fault(&io::Error::from(ErrorKind::ConnectionRefused)), Some(Fault::Refused));
        assert_eq!(fault(&io::Error::from(ErrorKind::HostUnreachable)), Some(Fault::Unreachable));
        assert_eq!(fault(&io::Error::from(ErrorKind::ConnectionReset)), None, "it was there, and asking again may help");
    }
}
