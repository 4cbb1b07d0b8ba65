//! Symptoms that almost anything can bring about.
//!
//! Source: names of the alert rules that monitoring systems ship with.

use super::super::{Complaint, general};
use crate::catalogue::aspect::Aspect::*;

#[rustfmt::skip] // A table reads best in rows.
pub(super) const ROWS: &[Complaint] = &[
    general("errors", &["5xx", "5XXError", "500", "500s", "4xx", "error*", "fail*", "exception*", "invocation*", "success rate", "availability", "slo", "burn rate", "broken", "rollback", "deploy*", "stuck", "not working", "does not work", "doesn't work", "degraded", "incident", "problem*", "canary"],
        &[Code, Runtime, ApiMethod, Target, Workflow, Listener, Configuration, Secret, Cluster, Cdn],
        &[Permission, Identity, Key, Database, Existence, SignIn, BucketAccess, WebFirewall, Interface, Image, Limit, DatabaseEngine, Delivery, Certificate, Firewall, InstanceState, Table, Scaling, NameResolution, ApiAccess, PrivateLink]),
    general("slowness", &["latency", "slow*", "response time*", "TargetResponseTime", "duration", "p99", "p95", "p90", "p50", "apdex", "delay*", "lag", "load", "sluggish"],
        &[MachineType, Scaling, DatabaseParameter, Limit, Code, Runtime],
        &[Route, NetworkAcl, PrivateLink, Queue, Cdn, Database, Table, Replica, Existence, Target, Listener, Volume, Egress, Workflow, Configuration, Cluster, ApiMethod]),
    general("lost connections", &["connect*", "network*", "down", "unavailable", "ping", "blackbox", "port", "inbound", "reachab*", "endpoint*", "dead", "up", "site not ok", "not ok"],
        &[Firewall, NetworkAcl, Route, NameResolution, Listener, Interconnect, Interface, Egress, InstanceState, Target, Existence, PrivateLink],
        &[Database, Code, FileSystem, Runtime, Cluster, ApiMethod, Scaling, DatabaseEngine, SignIn, Replica, MachineType, Cdn]),
    general("too little memory", &["memory", "mem", "heap", "rss", "swap"], &[Runtime, MachineType, Code, Scaling], &[DatabaseParameter, Configuration, Limit]),
];
