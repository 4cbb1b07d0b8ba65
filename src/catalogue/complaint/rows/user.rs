//! What users tell of what they see.
//!
//! Source: support tickets and status pages as teams publish them; console messages of browsers.

use super::super::{Complaint, kind};
use crate::catalogue::aspect::Aspect::*;

#[rustfmt::skip] // A table reads best in rows.
pub(super) const ROWS: &[Complaint] = &[
    kind("pages that do not show", &["blank page*", "page* .. blank", "white page*", "white screen", "blank screen", "empty page*", "page is empty", "pages are empty", "black screen", "Content Security Policy", "csp", "refused to load", "refused to execute", "refused to apply", "mixed content", "browser console", "in safari", "in chrome", "in firefox", "other browsers", "doesn't load", "does not load", "won't load", "not loading", "cannot load", "can't load", "can't be loaded",
        "can't be opened", "cannot be opened", "can't open", "cannot open", "doesn't open", "does not open", "doesn't render", "images .. missing", "broken images", "missing images", "stylesheet*", "layout .. broken", "page .. spins", "spinner", "keeps spinning", "spins", "something went wrong", "unstyled"],
        &[Cdn, Code, BucketAccess, WebFirewall, Listener, Target], &[ApiMethod, ObjectLife, NameResolution, Existence, Certificate, Firewall, Route, Runtime, Secret, Identity, Interconnect, SignIn, Scaling, Configuration, Bucket, Database]),
    kind("users who cannot go on", &["customers can't", "customers cannot", "customers are unable", "users can't", "users cannot", "users are unable", "people can't", "people cannot", "nobody can", "no one can", "customer* .. complain*", "user* .. complain*", "support ticket*", "cannot check out", "can't check out", "can't pay", "cannot pay", "can't order", "can't buy", "nothing happens", "does nothing", "checkout .. broken", "checkout .. fail*", "payments fail*", "payment fail*", "bookings fail*", "cannot book",
        "can't book", "players disconnect", "players cannot", "agents cannot", "agents can't", "employees can't", "employees cannot", "staff can't", "staff cannot", "clients can't", "clients cannot", "partner* .. can't", "partner* .. complain*", "freeze", "freezes", "frozen"],
        &[Code, Target, WebFirewall, Listener, ApiMethod, Firewall, Secret], &[Runtime, Existence, SignIn, Identity, Permission, NameResolution, BucketAccess, Scaling, MachineType, Limit, Route, Egress, Database, DatabaseParameter, Configuration, Delivery, Replica, Key, InstanceState, NetworkAcl, Interconnect, FileSystem, Mail, Table]),
    kind("sessions that end early", &["logged out", "log me out", "kicked out", "thrown out", "signed out", "sign* out", "logged off", "sessions .. expire*", "session expired", "session .. lost", "sessions lost", "lost session*", "session timeout", "session .. invalid", "session* .. drop", "sign in again", "log in again", "login again", "re-login", "relogin", "reauthenticat*", "token* .. expire*", "cookie*", "sticky", "stickiness", "session affinity", "basket* .. empty",
        "cart* .. empty", "hop between", "lose their session", "session store"],
        &[SignIn, Target, Database, MachineType, DatabaseParameter, Cdn], &[Identity, Permission, Secret, Listener, Scaling, Existence, Configuration, Table, Replica, Key, ObjectLife, InstanceState]),
    kind("accounts that are locked out", &["locked out", "lock out", "lockout", "account locked", "account is locked", "can't register", "cannot register", "can't sign up", "registrations .. zero", "can't sign in", "cannot sign in", "can't log in", "cannot log in", "unable to log in", "unable to sign in", "unable to login", "cannot login", "can't login", "log in .. fail*", "password does not work", "password reset*", "reset mail*", "mfa", "two factor", "guests"],
        &[SignIn, AccessKey, Identity, Secret], &[Mail, ApiAccess, Configuration, NameResolution, Database, Delivery, Existence]),
    kind("slowness that is felt", &["sluggish", "very slow", "slower", "painfully slow", "extremely slow", "crawl", "crawls", "slow since", "is slow", "are slow", "latency .. up", "latency .. above", "latency .. over", "latency .. high*",
        "high latency", "latency .. doubled", "latency .. tripled", "latency .. spike*", "latency .. increas*", "latency .. rose", "latency .. jump*", "HighLatency", "response time* .. s",
        "response time* .. ms", "average response time", "slow response*", "slow page*", "slow load*", "buffering", "buffer all", "buffers", "times slower", "x slower", "throughput .. fell",
        "throughput .. drop*", "p95 .. up", "p99 .. up", "p99 .. above", "p95 .. above", "p99 .. over", "p95 .. over", "p99 latency", "p95 latency", "p90 latency", "p50 latency", "at 100 percent", "overloaded",
        "overload", "is busy", "are busy", "instances busy", "latency .. 2x", "latency .. 3x", "latency .. 5x", "latency .. 10x", "times higher latency", "latency .. times"],
        &[MachineType, Scaling, DatabaseParameter, Limit, Runtime, Database, Replica, Code], &[Volume, Table, Existence, Target, Listener, Cdn, Route, NameResolution, Queue, Workflow, DatabaseEngine, Cluster, Egress, PrivateLink, Interconnect, FileSystem, InstanceState, Configuration, NetworkAcl, ApiMethod, Key]),
    kind("requests that are changed on their way", &["header*", "client address*", "client ip", "real ip", "X-Forwarded*", "query string*", "host header", "user agent", "invalid request*", "bad request*", "400 bad*", "400s", "HTTP 400", "stripped", "request .. rejected", "requests .. rejected", "post* .. rejected", "RequestHeader*"],
        &[Listener, ApiMethod, WebFirewall, Cdn, Target], &[Certificate, Runtime, Limit]),
];
