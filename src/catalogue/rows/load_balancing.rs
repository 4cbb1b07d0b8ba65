//! Load balancers, listeners, rules, target groups and who is behind them.

use crate::catalogue::Category as C;
use crate::catalogue::row::{Delay::*, Harmless::Named, Row, row};

#[rustfmt::skip] // A table reads best in rows.
pub(super) const ROWS: &[Row] = &[
    row("elasticloadbalancing", "RegisterTargets", C::LoadBalancer, 45, Immediate, "targetGroupArn", "register {targets.id} with {targetGroupArn}"),
    row("elasticloadbalancing", "DeregisterTargets", C::LoadBalancer, 92, Immediate, "targetGroupArn", "deregister {targets.id} from {targetGroupArn}").undo("elbv2 register-targets --target-group-arn {targetGroupArn} --targets Id={targets.id},Port={targets.port} || elbv2 register-targets --target-group-arn {targetGroupArn}{!targets.port} --targets Id={targets.id}"),
    row("elasticloadbalancing", "CreateTargetGroup", C::LoadBalancer, 30, Minutes, "targetGroups.targetGroupArn|name", "create target group {name}[ ({protocol}/{port})]"),
    row("elasticloadbalancing", "ModifyTargetGroup", C::LoadBalancer, 88, Immediate, "targetGroupArn", "change health check of {targetGroupArn}[: {changes}]"),
    row("elasticloadbalancing", "ModifyTargetGroupAttributes", C::LoadBalancer, 75, Immediate, "targetGroupArn", "change target group {targetGroupArn}[: {attributes}]").harmless_when(Named("attributes.key", &["deregistration_delay.", "slow_start."])),
    row("elasticloadbalancing", "DeleteTargetGroup", C::LoadBalancer, 88, Immediate, "targetGroupArn", "delete target group {targetGroupArn}"),
    row("elasticloadbalancing", "CreateLoadBalancer", C::LoadBalancer, 35, Minutes, "loadBalancers.loadBalancerArn|loadBalancerName|name", "create load balancer {loadBalancerName|name}[ ({scheme})]"),
    row("elasticloadbalancing", "ModifyLoadBalancerAttributes", C::LoadBalancer, 72, Immediate, "loadBalancerArn|loadBalancerName", "change load balancer {loadBalancerArn|loadBalancerName}[: {attributes}][: {changes}]").harmless_when(Named("attributes.key", &["access_logs.", "connection_logs.", "deletion_protection."])),
    row("elasticloadbalancing", "DeleteLoadBalancer", C::LoadBalancer, 95, Immediate, "loadBalancerArn|loadBalancerName", "delete load balancer {loadBalancerArn|loadBalancerName}"),
    row("elasticloadbalancing", "SetSecurityGroups", C::LoadBalancer, 90, Immediate, "loadBalancerArn", "set security groups of load balancer {loadBalancerArn} to {securityGroups}").undo("elbv2 set-security-groups --load-balancer-arn {loadBalancerArn} --security-groups {before:securityGroups*}"),
    row("elasticloadbalancing", "SetSubnets", C::LoadBalancer, 85, Minutes, "loadBalancerArn", "set subnets of load balancer {loadBalancerArn}[ to {subnets|subnetMappings.subnetId}]"),
    row("elasticloadbalancing", "SetIpAddressType", C::LoadBalancer, 75, Minutes, "loadBalancerArn", "set address type of load balancer {loadBalancerArn} to {ipAddressType}"),
    row("elasticloadbalancing", "CreateListener", C::LoadBalancer, 50, Immediate, "listeners.listenerArn|loadBalancerArn", "create listener {protocol}/{port} on {loadBalancerArn}"),
    row("elasticloadbalancing", "ModifyListener", C::LoadBalancer, 90, Immediate, "listenerArn", "change listener {listenerArn}[: {protocol}/{port}][: {action}][: certificate {certificates.certificateArn}]"),
    row("elasticloadbalancing", "DeleteListener", C::LoadBalancer, 95, Immediate, "listenerArn", "delete listener {listenerArn}"),
    row("elasticloadbalancing", "AddListenerCertificates", C::LoadBalancer, 50, Immediate, "listenerArn", "add certificate {certificates.certificateArn} to listener {listenerArn}"),
    row("elasticloadbalancing", "RemoveListenerCertificates", C::LoadBalancer, 90, Immediate, "listenerArn", "remove certificate {certificates.certificateArn} from listener {listenerArn}"),
    row("elasticloadbalancing", "CreateRule", C::LoadBalancer, 68, Immediate, "rules.ruleArn|listenerArn", "add rule {priority} to listener {listenerArn}[: {conditions.values}][: {action}]"),
    row("elasticloadbalancing", "ModifyRule", C::LoadBalancer, 88, Immediate, "ruleArn", "change listener rule {ruleArn}[: {conditions.values}][: {action}]"),
    row("elasticloadbalancing", "DeleteRule", C::LoadBalancer, 90, Immediate, "ruleArn", "delete listener rule {ruleArn}"),
    row("elasticloadbalancing", "SetRulePriorities", C::LoadBalancer, 80, Immediate, "rulePriorities.ruleArn", "set rule priorities[ of {rulePriorities.ruleArn}]"),
    row("elasticloadbalancing", "ConfigureHealthCheck", C::LoadBalancer, 85, Immediate, "loadBalancerName", "change health check of {loadBalancerName}[: target {healthCheck.target}][, timeout {healthCheck.timeout}]"),
    row("elasticloadbalancing", "RegisterInstancesWithLoadBalancer", C::LoadBalancer, 45, Immediate, "loadBalancerName", "register {instances.instanceId} with load balancer {loadBalancerName}"),
    row("elasticloadbalancing", "DeregisterInstancesFromLoadBalancer", C::LoadBalancer, 92, Immediate, "loadBalancerName", "deregister {instances.instanceId} from load balancer {loadBalancerName}").undo("elb register-instances-with-load-balancer --load-balancer-name {loadBalancerName} --instances {instances.instanceId*}"),
    row("elasticloadbalancing", "ApplySecurityGroupsToLoadBalancer", C::LoadBalancer, 90, Immediate, "loadBalancerName", "set security groups of load balancer {loadBalancerName} to {securityGroups}"),
    row("elasticloadbalancing", "AttachLoadBalancerToSubnets", C::LoadBalancer, 50, Minutes, "loadBalancerName", "attach load balancer {loadBalancerName} to {subnets}"),
    row("elasticloadbalancing", "DetachLoadBalancerFromSubnets", C::LoadBalancer, 88, Immediate, "loadBalancerName", "detach load balancer {loadBalancerName} from {subnets}"),
    row("elasticloadbalancing", "DisableAvailabilityZonesForLoadBalancer", C::LoadBalancer, 88, Immediate, "loadBalancerName", "disable zones {availabilityZones} of load balancer {loadBalancerName}"),
    row("elasticloadbalancing", "CreateLoadBalancerListeners", C::LoadBalancer, 50, Immediate, "loadBalancerName", "add listeners to load balancer {loadBalancerName}"),
    row("elasticloadbalancing", "DeleteLoadBalancerListeners", C::LoadBalancer, 95, Immediate, "loadBalancerName", "delete listeners {loadBalancerPorts} of load balancer {loadBalancerName}"),
    row("elasticloadbalancing", "SetLoadBalancerListenerSSLCertificate", C::LoadBalancer, 85, Immediate, "loadBalancerName", "set certificate of load balancer {loadBalancerName}[ to {sSLCertificateId}]"),
    row("elasticloadbalancing", "CreateLoadBalancerPolicy", C::LoadBalancer, 45, Immediate, "loadBalancerName", "create policy {policyName} of load balancer {loadBalancerName}"),
    row("elasticloadbalancing", "SetLoadBalancerPoliciesOfListener", C::LoadBalancer, 78, Immediate, "loadBalancerName", "set policies of load balancer {loadBalancerName}[ to {policyNames}]"),
    row("arc-zonal-shift", "StartZonalShift", C::LoadBalancer, 85, Immediate, "resourceIdentifier", "shift {resourceIdentifier} away from {awayFrom}"),
    row("arc-zonal-shift", "CancelZonalShift", C::LoadBalancer, 50, Immediate, "resourceIdentifier|zonalShiftId", "cancel zonal shift {zonalShiftId}[ of {resourceIdentifier}]"),
];
