//! Between client and target: listeners, rules, target groups, health checks.

use super::super::actor::Who::{Person, Pipeline, Service, Terraform};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "listener-or-rule-changed",
        half: Half::Tuned,
        quick: (15, 400),
        who: &[Person, Terraform, Pipeline],
        culprit: &[
            &[call(
                "elasticloadbalancing",
                "ModifyListener",
                r#"{"listenerArn":"$listener","defaultActions":[{"type":"fixed-response","fixedResponseConfig":{"statusCode":"503","contentType":"text/plain"}}]}"#,
                r#"{"listeners":[{"listenerArn":"$listener","loadBalancerArn":"$lbarn","port":443,"protocol":"HTTPS"}]}"#,
            )],
            &[call(
                "elasticloadbalancing",
                "ModifyRule",
                r#"{"ruleArn":"$lbrule","actions":[{"type":"forward","targetGroupArn":"arn:aws:elasticloadbalancing:$region:$account:targetgroup/old-$svc/$tghash"}]}"#,
                r#"{"rules":[{"ruleArn":"$lbrule","priority":"10","isDefault":false}]}"#,
            )],
            &[call("elasticloadbalancing", "DeleteListener", r#"{"listenerArn":"$listener"}"#, "")],
            &[call(
                "elasticloadbalancing",
                "SetSecurityGroups",
                r#"{"loadBalancerArn":"$lbarn","securityGroups":["$sgdb"]}"#,
                r#"{"securityGroupIds":["$sgdb"]}"#,
            )],
        ],
        learn: &[
            TG_DELAY,
            call(
                "route53",
                "ChangeResourceRecordSets",
                r#"{"hostedZoneId":"$zone","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":"$dns.","type":"A","aliasTarget":{"dNSName":"$lb-$n.$region.elb.amazonaws.com.","evaluateTargetHealth":true}}}]}}"#,
                r#"{"changeInfo":{"id":"/change/C$hex","status":"PENDING"}}"#,
            ),
        ],
        harmless: &[
            TAG_LB,
            call(
                "elasticloadbalancing",
                "ModifyLoadBalancerAttributes",
                r#"{"loadBalancerArn":"$lbarn","attributes":[{"key":"access_logs.s3.enabled","value":"true"}]}"#,
                "",
            ),
        ],
        after: &[(Person, RESTART_SERVICE), (Service("autoscaling.amazonaws.com"), SCALE_OUT)],
        words: &[
            say("EdgeErrorRate", "Everything at the front of $svc returns 503", "HTTPCode_ELB_5XX_Count"),
            say("FrontDoorDown", "$svc is not reachable from outside", ""),
        ],
        direct: &["lbdim", "lbarn"],
        indirect: &["dns"],
        ..BASE
    },
    Kind {
        name: "targets-deregistered",
        half: Half::Reported,
        quick: (10, 300),
        who: &[Person, Pipeline],
        culprit: &[&[call(
            "elasticloadbalancing",
            "DeregisterTargets",
            r#"{"targetGroupArn":"$tgarn","targets":[{"id":"$i1","port":8080},{"id":"$i2","port":8080},{"id":"$i3","port":8080}]}"#,
            "",
        )]],
        undo: &[call(
            "elasticloadbalancing",
            "RegisterTargets",
            r#"{"targetGroupArn":"$tgarn","targets":[{"id":"$i1","port":8080},{"id":"$i2","port":8080},{"id":"$i3","port":8080}]}"#,
            "",
        )],
        learn: &[TG_DELAY, REGISTER_TARGETS],
        harmless: &[TAG_LB, TAG_INSTANCE],
        after: &[(Service("autoscaling.amazonaws.com"), RUN_INSTANCES), (Person, REBOOT_INSTANCES)],
        words: &[
            say("HealthyHostCountLow", "$svc: HealthyHostCount below 1", "no targets in rotation"),
            say("Gateway502", "502 Bad Gateway from $svc", ""),
        ],
        direct: &["tgdim", "tgarn"],
        parent: &["i1"],
        indirect: &["lb", "lbdim"],
        ..BASE
    },
    Kind {
        name: "health-check-path",
        half: Half::Reported,
        quick: (40, 500),
        who: &[Terraform, Person],
        culprit: &[&[call(
            "elasticloadbalancing",
            "ModifyTargetGroup",
            r#"{"targetGroupArn":"$tgarn","healthCheckPath":"/internal/ready","healthCheckTimeoutSeconds":2,"matcher":{"httpCode":"200"}}"#,
            r#"{"targetGroups":[{"targetGroupArn":"$tgarn","targetGroupName":"$tg","protocol":"HTTP","port":8080,"vpcId":"$vpc","healthCheckPath":"/internal/ready","loadBalancerArns":["$lbarn"],"targetType":"instance"}]}"#,
        )]],
        undo: &[call(
            "elasticloadbalancing",
            "ModifyTargetGroup",
            r#"{"targetGroupArn":"$tgarn","healthCheckPath":"/healthz","healthCheckTimeoutSeconds":5}"#,
            r#"{"targetGroups":[{"targetGroupArn":"$tgarn","targetGroupName":"$tg","healthCheckPath":"/healthz","loadBalancerArns":["$lbarn"]}]}"#,
        )],
        learn: &[REGISTER_TARGETS],
        harmless: &[
            TAG_LB,
            call(
                "elasticloadbalancing",
                "ModifyTargetGroupAttributes",
                r#"{"targetGroupArn":"$tgarn","attributes":[{"key":"deregistration_delay.timeout_seconds","value":"60"}]}"#,
                "",
            ),
        ],
        after: &[
            (
                Service("autoscaling.amazonaws.com"),
                call("ec2", "TerminateInstances", r#"{"instancesSet":{"items":[{"instanceId":"$i2"}]}}"#, OK),
            ),
            (Service("autoscaling.amazonaws.com"), RUN_INSTANCES),
        ],
        words: &[
            say("TargetsUnhealthy", "All targets of $svc fail their health checks", "UnHealthyHostCount is 6"),
            say("Http503", "$svc: 503 although the machines are up", ""),
        ],
        direct: &["tgdim"],
        parent: &["lb", "lbdim"],
        indirect: &["i1"],
        ..BASE
    },
    Kind {
        name: "balancer-attributes",
        half: Half::Tuned,
        quick: (20, 700),
        who: &[Terraform, Person],
        culprit: &[
            &[call(
                "elasticloadbalancing",
                "ModifyLoadBalancerAttributes",
                r#"{"loadBalancerArn":"$lbarn","attributes":[{"key":"idle_timeout.timeout_seconds","value":"1"}]}"#,
                r#"{"attributes":[{"key":"idle_timeout.timeout_seconds","value":"1"}]}"#,
            )],
            &[call(
                "elasticloadbalancing",
                "SetSubnets",
                r#"{"loadBalancerArn":"$lbarn","subnets":["$subnet2"]}"#,
                r#"{"availabilityZones":[{"zoneName":"$az","subnetId":"$subnet2"}]}"#,
            )],
        ],
        learn: &[TG_DELAY],
        harmless: &[TAG_LB],
        after: &[(Person, SCALE_OUT)],
        words: &[
            say("ConnectionsDropped", "Long requests to $svc are cut off", "504 after one second"),
            say("ClientResets", "clients of $svc see connection resets", ""),
        ],
        direct: &["lb", "lbdim"],
        indirect: &["tgdim"],
        ..BASE
    },
];
