//! Containers, functions, instances, clusters and what they start from.
//!
//! Source: stopped-task error messages of ECS, Lambda's troubleshooting guide, events of the Kubernetes scheduler and kubelet, error codes of EC2.

use super::super::{About, Complaint, exact, kind};
use crate::catalogue::aspect::Aspect::*;

#[rustfmt::skip] // A table reads best in rows.
pub(super) const ROWS: &[Complaint] = &[
    // Images
    exact("images that cannot be pulled", &["CannotPull*", "ImagePull*", "ErrImagePull", "failed to pull", "pull image", "image pull*", "pulling image", "pull .. manifest", "dkr.ecr", "ecr:GetAuthorizationToken", "ecr:BatchGetImage", "pull access denied", "toomanyrequests pull", "image can't be pulled"],
        &[Image, PrivateLink, Egress], &[ObjectLife, ResourcePolicy, Permission, Identity, Route, Firewall, Key, NetworkAcl, NameResolution, BucketAccess, Code]),
    exact("a missing image", &["manifest unknown", "failed to resolve ref .. not found", "image .. not found", "image .. does not exist", "manifest .. not found", "ImageNotFound*", "InvalidAMIID*", "ami .. not", "image not found", "no such image", "tag .. not found", "requested image not found"],
        &[Image, ObjectLife], &[Code, Backup]),
    // Tasks
    exact("tasks that cannot get what they start with", &["ResourceInitializationError", "unable to pull secrets", "unable to pull registry auth", "unable to retrieve secret", "fetching secret data", "retrieve secret from", "failed to fetch secret"],
        &[Secret, PrivateLink, Egress, Identity], &[Permission, ResourcePolicy, Configuration, Key, Route, Firewall, NameResolution, NetworkAcl]),
    exact("memory that runs out", &["OutOfMemory*", "out of memory", "OOMKilled", "OOMKill*", "oom killer", "137", "exit code 137", "killed due to memory usage", "memory limit*", "heap out of memory", "Cannot allocate memory", "ENOMEM", "heap space"],
        &[Runtime, MachineType, Code], &[Scaling, DatabaseParameter, Configuration, Limit]),
    exact("tasks that cannot be placed", &["unable to place a task", "unable to place task*", "cannot place task*", "place tasks", "no container instance*", "RESOURCE MEMORY", "RESOURCE CPU", "RESOURCE ENI", "capacity is unavailable", "SERVICE_TASK_START_IMPAIRED", "unable to consistently start tasks", "steady state"],
        &[Scaling, MachineType, Code, InstanceState], &[Limit, Image, Route, Identity, Permission, Interface, Secret, PrivateLink, Egress, Runtime]).about(About::Shortage),
    // Capacity and quota
    exact("refused capacity", &["InsufficientInstanceCapacity", "InsufficientCapacity*", "insufficient capacity", "no spot capacity", "MaxSpotInstanceCountExceeded", "VcpuLimitExceeded", "UnfulfillableCapacity", "compute capacity", "InstanceLimitExceeded", "do not have sufficient", "capacity .. not available", "no capacity", "capacity unavailable",
        "gpu capacity", "ICE"],
        &[Limit, MachineType, Scaling], &[InstanceState, Identity, Permission, Image]).about(About::Shortage).by_addition(),
    exact("a quota that is reached", &["quota*", "LimitExceeded*", "service limit*", "limit exceeded", "maximum number of", "ResourceLimitExceeded", "AddressLimitExceeded", "limit reached"], &[Limit, Scaling], &[InstanceState, Interface, Egress, Workflow]).about(About::Shortage).by_addition(),
    // Pods and nodes
    exact("pods that find no node", &["FailedScheduling", "unschedulable", "pods pending", "pending pod*", "pod* .. pending", "insufficient cpu", "insufficient memory", "untolerated taint", "nodes are available", "node affinity", "didn't match", "did not trigger scale", "max node group size", "scale-up", "karpenter", "KubePodNotReady", "KubePodPending", "stuck pending",
        "node selector", "cluster autoscaler", "ClusterAutoscaler*", "volume node affinity"],
        &[Scaling, MachineType, Tags, Identity], &[Permission, Limit, Image, Interface, Cluster, Code, Route, Volume, Firewall, Existence]).about(About::Shortage),
    exact("nodes that are not ready", &["NotReady", "node not ready", "nodes not ready", "KubeNodeNotReady", "kubelet", "NodeCreationFailure", "failed to join", "not joining", "nodes .. join", "Unhealthy nodes", "KubeNodeUnreachable", "node group .. degraded", "DEGRADED", "AsgInstanceLaunchFailures"],
        &[Cluster, Identity, Interface, Firewall], &[InstanceState, Route, NetworkAcl, Image, Code, Scaling, Permission, Egress, PrivateLink, NameResolution]),
    exact("services of a cluster without a load balancer", &["FailedBuildModel", "FailedDeployModel", "unable to resolve at least one subnet", "couldn't auto-discover subnets", "load balancer controller", "ingress controller"], &[Tags, Listener, Permission, Identity], &[Route, Firewall, Certificate]),
    kind("a cluster that misbehaves", &["eks", "kubernetes", "control plane", "api server", "coredns", "kube proxy", "admission webhook", "addon", "add-on", "KubeAPI*"], &[Cluster], &[Identity, Scaling, Interface, Firewall, Permission, NameResolution, Code]),
    kind("containers that crash", &["CrashLoopBackOff", "crash*", "restarts", "restart*", "essential container", "exited", "exit code", "panic", "segfault", "core dump", "task stopped", "tasks stopped", "container* .. stop*", "liveness", "readiness"],
        &[Code, Runtime, Secret, Configuration], &[Permission, Identity, Image, Database, Key, Existence, MachineType]),
    // Functions
    exact("functions that run out of time", &["Task timed out", "function timed out", "Sandbox.Timedout", "timed out after .. seconds", "Status timeout", "exceeded .. timeout"],
        &[Runtime, Route, Firewall, Egress, PrivateLink, NetworkAcl], &[Code, Limit, MachineType, Database, Interconnect, NameResolution]),
    exact("functions that do not start", &["cannot find module", "Unable to import module", "ImportModuleError", "ImportError", "ModuleNotFoundError", "No module named", "HandlerNotFound*", "Runtime exited", "Runtime.ExitError", "handler .. not found", "handler .. undefined", "init error", "InitError*", "initialization error", "InvalidEntrypoint", "InvalidRuntime*", "exec format error", "MalformedHandlerName",
        "ClassNotFoundException", "NoClassDefFoundError", "bad handler", "entry point not found", "INIT_REPORT", "exec .. no such file"],
        &[Code, Runtime], &[Image, Limit]),
    exact("functions without a network interface", &["ENILimitReached*", "EC2AccessDenied*", "EC2Throttled*", "EC2Unexpected*", "InvalidSubnet*", "InvalidSecurityGroup*", "SubnetIPAddressLimitReached*", "InvalidNetworkInterface*"], &[Interface, Route, Firewall, Identity, Permission], &[Runtime, Limit]),
    exact("a used-up concurrency", &["ConcurrentInvocationLimitExceeded", "ReservedFunctionConcurrent*", "concurren*", "CodeStorageExceeded*", "cold start*", "provisioned concurrency"], &[Limit], &[Runtime, Delivery, Code, Scaling]).about(About::Shortage).by_addition(),
    // Settings
    exact("a missing setting", &["KeyError", "environment variable*", "env var*", "missing required", "is not set", "not defined", "undefined variable", "missing env*", "no value for", "configuration value*", "config value*", "missing config*", "MissingConfiguration*"],
        &[Runtime, Configuration, Secret], &[Code]),
    exact("a missing parameter", &["ParameterNotFound", "parameter .. not found", "missing parameter*", "ParameterVersionNotFound", "ssm parameter*", "parameter store", "ConfigParameter*"], &[Configuration], &[Permission, Identity, Key, Runtime]),
    exact("a missing secret", &["Secrets Manager can't find", "secret .. not found", "missing secret", "MissingSecret*", "secret .. does not exist", "secret .. deleted", "secret value*", "GetSecretValue"], &[Secret], &[ResourcePolicy, Permission, Key, Identity, PrivateLink]),
    kind("wrong settings", &["config*", "setting*", "feature flag*", "parameter*", "secret*", "misconfig*"], &[Configuration, Secret, Runtime, DatabaseParameter], &[Code]),
    // Machines
    exact("lost capacity of a group", &["GroupInServiceInstances", "GroupDesired*", "below desired", "below .. desired", "desired capacity", "desired count", "RunningTaskCount", "running task*", "running count", "task count", "in service instances", "too few", "no running", "zero instances", "zero tasks", "no instances", "no tasks", "0 running", "0 tasks", "replicas unavailable", "DesiredTaskCount", "ReplicasMismatch"],
        &[Scaling, InstanceState, Code], &[Limit, MachineType, Schedule, Target, Image, Route, Existence, Identity, Cluster]).about(About::Shortage),
    kind("instances that are gone", &["instance down", "InstanceDown", "StatusCheckFailed*", "status check*", "host down", "node down", "HostUnreachable", "instance .. terminated", "instance .. stopped", "server down", "stopped unexpectedly", "probe", "ssh", "EC2 instance"],
        &[InstanceState, Firewall, Route, NetworkAcl], &[Existence, Scaling, Volume, Interface, MachineType, Code, Egress]),
    exact("used-up processor credits", &["CPUCredit*", "cpu credit*", "burst credit*", "steal"], &[MachineType], &[Scaling, Runtime]),
    exact("processors at their limit", &["CPUUtilization", "cpu utilization", "cpu usage", "cpu high", "high cpu", "cpu", "load average", "EngineCPU*"], &[MachineType, Scaling, Code], &[DatabaseParameter, Limit, Runtime, Table, Replica, Schedule, Target]),
    kind("missing capacity", &["capacity", "insufficient", "scal*", "saturat*", "evict*", "spot", "in service", "instances", "workers", "shards", "replicas", "nodes"], &[Scaling, Limit, MachineType, InstanceState], &[Code, Schedule, Queue, Image, Cluster]).about(About::Shortage),
    // What the code itself is to blame for
    exact("a fault of the code", &["NullPointerException", "TypeError", "AttributeError", "IndexError", "ClassCastException", "undefined is not a function", "cannot read propert*", "nil pointer", "index out of range", "ValueError", "IllegalArgumentException", "NoMethodError", "unhandled exception", "Traceback", "ZeroDivisionError", "StackOverflow*", "SyntaxError", "type assertion", "cast error", "UnboundLocalError",
        "RuntimeError", "AssertionError", "ValidationError", "JSONDecodeError", "UnicodeDecodeError"],
        &[Code], &[Runtime, Configuration]).about(About::Outside),
];
