//! Names, connections and TLS.
//!
//! Source: error texts of Go's net and crypto packages, glibc and musl, Node, Java, Python, curl, OpenSSL and browsers; of the VPC CNI
//! plugin; causes from AWS's troubleshooting guides of VPC, Route 53, EKS and ACM.

use super::super::{About, Complaint, exact, kind};
use crate::catalogue::aspect::Aspect::*;

#[rustfmt::skip] // A table reads best in rows.
pub(super) const ROWS: &[Complaint] = &[
    // Names
    exact("'no such host'", &[
        "no such host", "NXDOMAIN", "ENOTFOUND", "EAI_AGAIN", "EAI_NONAME", "could not resolve", "couldn't resolve", "cannot resolve", "can't resolve", "unable to resolve",
        "could not translate host name", "name or service not known", "temporary failure in name resolution", "failure in name resolution", "nodename nor servname",
        "name does not resolve", "unknown host", "UnknownHostException", "no address associated with hostname", "SERVFAIL", "server misbehaving", "failed to resolve host*",
        "failed to resolve address", "name resolution fail*", "dns resolution fail*", "dns lookup fail*", "ERR_NAME_NOT_RESOLVED", "DNS_PROBE_FINISHED", "host not found", "name not resolved",
        "does not resolve", "no longer resolve*", "not resolving", "stopped resolving", "Could not resolve host", "NameResolutionError", "gaierror", "no answer from dns",
    ], &[NameResolution, Existence], &[PrivateLink, Cluster, Firewall, NetworkAcl]),
    exact("DNS look-ups that time out", &["lookup .. i/o timeout", "lookup .. timed out", "dns .. timeout*", "dns .. timed out", "resolver .. timeout*"],
        &[NameResolution, Firewall, NetworkAcl], &[Route, Interconnect, Cluster, Interface, Egress]),
    kind("trouble with names", &["dns", "nxdomain*", "name resolution", "resolver*", "hosted zone", "nameserver*", "domain does not", "wrong address", "resolves to"], &[NameResolution],
        &[PrivateLink, Cluster, Existence]),
    // Connections
    exact("connections that time out", &[
        "dial tcp .. i/o timeout", "i/o timeout", "ETIMEDOUT", "connection timed out", "connect timeout", "connect timed out", "connection timeout", "ConnectTimeout*", "connect .. timed out",
        "timed out .. connect*", "no route to host", "EHOSTUNREACH", "ENETUNREACH", "network is unreachable", "request canceled while waiting for connection", "SocketTimeoutException",
        "connection attempt failed", "packet loss", "ERR_CONNECTION_TIMED_OUT", "could not connect to server .. timed out", "timeout expired", "connect .. deadline exceeded", "failed to connect .. timeout",
        "host unreachable", "destination host unreachable", "Client.Timeout exceeded while awaiting headers", "net/http request canceled", "unable to reach", "cannot reach", "can't reach", "unable to connect",
    ], &[Firewall, NetworkAcl, Route, Egress, Interconnect, PrivateLink], &[Interface, NameResolution, Existence, InstanceState, Listener]),
    exact("refused connections", &["connection refused", "ECONNREFUSED", "actively refused", "ERR_CONNECTION_REFUSED", "connect refused", "refused to connect", "connection was refused"],
        &[Existence, InstanceState, Target, Listener, Runtime, Code], &[Firewall, Database, Scaling, Configuration, Cluster, Replica]),
    exact("connections cut off by the other side", &["reset by peer", "ECONNRESET", "connection reset", "socket hang up", "broken pipe", "EPIPE", "premature close", "unexpected EOF", "server closed the connection",
        "connection closed by", "terminating connection due to administrator command", "ERR_CONNECTION_RESET", "server has gone away", "lost connection to"],
        &[Existence, Replica, InstanceState, Listener], &[Firewall, Target, Code, Egress, WebFirewall, DatabaseEngine, DatabaseParameter, Route]),
    exact("refused addresses", &["not .. allow list*", "allowlist*", "whitelist*", "allow listed", "ip .. not allowed", "ip address .. not", "ip .. blocked", "unknown ip", "source ip", "client address .. not", "unexpected address",
        "not an allowed address", "no pg_hba.conf entry"],
        &[Egress, Route], &[WebFirewall, Firewall, Interconnect, Permission, Certificate, DatabaseParameter, ApiAccess]),
    kind("a lost way out", &["outbound", "egress", "external call*", "outgoing", "internet access", "nat gateway", "reach the internet", "third party api", "from private subnet*", "ErrorPortAllocation", "NatGateway*", "partner api"],
        &[Egress, Route, NetworkAcl, Firewall], &[NameResolution, PrivateLink, Interconnect]),
    kind("a lost way to another network", &["vpn", "tunnel*", "bgp", "peering", "transit gateway", "direct connect", "on prem*", "onprem*", "TunnelState", "ConnectionState", "site to site", "cross account network", "data center", "office network"],
        &[Interconnect, Route], &[Firewall, NetworkAcl, NameResolution]),
    exact("pods or interfaces without an address", &["failed to assign an ip address", "insufficient free addresses", "InsufficientFreeAddressesInSubnet", "no available ip*", "no free ip*", "aws-cni", "ipamd", "add cmd failed", "failed to setup network for sandbox",
        "failed to create pod sandbox", "FailedCreatePodSandBox", "cni plugin", "not enough ip*", "ip exhaustion", "free ip*", "no more ip*", "NetworkNotReady", "cni config uninitialized"],
        &[Interface, Cluster, Route], &[Identity, Permission, Scaling, MachineType, Firewall, NetworkAcl]).about(About::Shortage),
    kind("timeouts and unreachable hosts", &["unreachable", "not reachable", "timed out", "times out", "timing out", "timeout*", "not respond*", "no response", "stopped answering", "does not answer", "don't answer", "not answering", "deadline exceeded", "hangs", "hanging", "inaccessible",
        "connectivity", "cannot connect", "can't connect", "couldn't connect", "could not connect", "failed to connect", "connection fail*", "connection error*", "lost connection*", "outage", "offline", "is down", "went down", "host down", "instance down", "target down"],
        &[Firewall, NetworkAcl, Route, Egress, Interconnect, PrivateLink, NameResolution, Existence, InstanceState, Listener, Target, Interface],
        &[Database, Code, Runtime, Cluster, FileSystem, Scaling, Replica, MachineType, Limit, Certificate]),
    // TLS
    exact("certificates that are not trusted", &[
        "certificate signed by unknown authority", "unknown authority", "unable to get local issuer", "self signed certificate", "self-signed", "unable to verify the first certificate", "PKIX path building", "certificate verify failed",
        "CERTIFICATE_VERIFY_FAILED", "unable to get issuer", "not trusted", "untrusted certificate", "unknown ca", "SEC_ERROR_UNKNOWN_ISSUER", "ERR_CERT_AUTHORITY_INVALID", "trust anchor", "certificate chain", "x509",
    ], &[Certificate], &[Listener, Cdn, Secret, Configuration, DatabaseParameter, NameResolution, Code, Database]),
    exact("certificates for another name", &["hostname .. match*", "does not match .. altnames", "ERR_TLS_CERT_ALTNAME_INVALID", "certificate is valid for", "certificate is not valid for", "no alternative certificate subject name", "ERR_CERT_COMMON_NAME_INVALID",
        "SSL_ERROR_BAD_CERT_DOMAIN", "certificate name mismatch", "wrong certificate", "name mismatch", "subject alternative name*", "SNI"],
        &[Certificate, NameResolution, Listener], &[Cdn, PrivateLink, ApiMethod, Database]),
    exact("failed TLS handshakes", &["handshake fail*", "tls handshake", "ssl handshake", "SSLHandshakeException", "SSLError", "handshake error*", "ERR_SSL*", "SSL_ERROR*", "alert number", "unsupported protocol", "protocol version", "no shared cipher", "sslv3 alert", "remote error tls",
        "ClientTLSNegotiationErrorCount", "TLSNegotiationError*", "no application protocol", "bad certificate", "certificate required", "wrong version number", "ssl connection is required", "SSL required", "cipher*"],
        &[Certificate], &[Listener, Cdn, DatabaseParameter, NameResolution, Firewall]),
    exact("expired certificates", &["certificate has expired", "certificate expired", "cert expired", "expired certificate", "ERR_CERT_DATE_INVALID", "certificate .. expire*", "cert .. expire*", "DaysToExpiry", "not yet valid"],
        &[Certificate], &[NameResolution, Listener]).about(About::Outside),
    kind("trouble with certificates", &["certificate*", "cert", "certs", "tls", "ssl", "https broken"], &[Certificate], &[Listener, Cdn, NameResolution, Secret]),
];
