//! Who may talk to whom: security groups and network ACLs.

use super::super::actor::Who::{Person, Service};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "db-ingress-revoked",
        half: Half::Tuned,
        quick: (15, 420),
        culprit: &[
            &[call(
                "ec2",
                "RevokeSecurityGroupIngress",
                r#"{"groupId":"$sgdb","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":5432,"toPort":5432,"groups":{"items":[{"groupId":"$sgapp","userId":"$account"}]},"ipRanges":{},"ipv6Ranges":{},"prefixListIds":{}}]}}"#,
                r#"{"requestId":"$requestid","_return":true,"revokedSecurityGroupRuleSet":{"items":[{"securityGroupRuleId":"$sgr","groupId":"$sgdb","isEgress":false,"ipProtocol":"tcp","fromPort":5432,"toPort":5432,"referencedGroupId":"$sgapp"}]}}"#,
            )],
            &[call(
                "ec2",
                "RevokeSecurityGroupIngress",
                r#"{"groupId":"$sgdb","ipPermissions":{},"ipProtocol":"tcp","fromPort":$dbport,"toPort":$dbport,"cidrIp":"$cidr"}"#,
                OK,
            )],
            &[call(
                "ec2",
                "RevokeSecurityGroupIngress",
                r#"{"groupId":"$sgdb","ipPermissions":{},"securityGroupRuleIds":{"items":[{"securityGroupRuleId":"$sgr"}]}}"#,
                OK,
            )],
        ],
        undo: &[call(
            "ec2",
            "AuthorizeSecurityGroupIngress",
            r#"{"groupId":"$sgdb","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":5432,"toPort":5432,"groups":{"items":[{"groupId":"$sgapp"}]},"ipRanges":{},"ipv6Ranges":{},"prefixListIds":{}}]}}"#,
            OK,
        )],
        learn: &[DB_BACKUP_WINDOW],
        harmless: &[
            TAG_DB_GROUP,
            call(
                "ec2",
                "UpdateSecurityGroupRuleDescriptionsIngress",
                r#"{"groupId":"$sgdb","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":5432,"toPort":5432,"groups":{"items":[{"groupId":"$sgapp","description":"app tier"}]}}]}}"#,
                OK,
            ),
            TAG_DB,
            DB_SNAPSHOT,
        ],
        after: &[(Person, REBOOT_DB), (Person, RESTART_SERVICE)],
        words: &[
            say("DatabaseUnreachable", "$svc cannot connect to its database", "connection attempts run into timeouts"),
            say("$svc-db-connections-dropped", "DatabaseConnections fell to 0", ""),
            say(
                "PgConnectTimeouts",
                "could not connect to server: Connection timed out ($svc)",
                "Is the server running and accepting TCP/IP connections on port 5432?",
            ),
        ],
        direct: &["sgdb"],
        parent: &["db"],
        indirect: &["ecs", "dbhost"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "app-egress-revoked",
        half: Half::Reported,
        quick: (20, 500),
        culprit: &[
            &[call(
                "ec2",
                "RevokeSecurityGroupEgress",
                r#"{"groupId":"$sgapp","ipPermissions":{"items":[{"ipProtocol":"-1","groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#,
                OK,
            )],
            &[call(
                "ec2",
                "ModifySecurityGroupRules",
                r#"{"ModifySecurityGroupRulesRequest":{"GroupId":"$sgapp","SecurityGroupRule":{"tag":1,"SecurityGroupRuleId":"$sgr","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIpv4":"10.0.0.0/32"}}}}"#,
                r#"{"ModifySecurityGroupRulesResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$requestid","return":true}}"#,
            )],
        ],
        undo: &[call(
            "ec2",
            "AuthorizeSecurityGroupEgress",
            r#"{"groupId":"$sgapp","ipPermissions":{"items":[{"ipProtocol":"-1","groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#,
            OK,
        )],
        learn: &[RUN_INSTANCES, CREATE_ECS_SERVICE],
        harmless: &[TAG_APP_GROUP, TAG_INSTANCE],
        after: &[(Person, REBOOT_INSTANCES), (Service("autoscaling.amazonaws.com"), RUN_INSTANCES)],
        words: &[
            say("OutboundCallsFailing", "Calls of $svc to third parties fail", "dial tcp: i/o timeout"),
            say("UpstreamTimeouts", "$svc: outgoing requests time out", ""),
        ],
        direct: &["sgapp"],
        parent: &["i1", "ecs"],
        indirect: &["asg", "cluster"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "ingress-opened-to-world",
        half: Half::Reported,
        quick: (30, 900),
        who: &[Person],
        culprit: &[
            &[call(
                "ec2",
                "AuthorizeSecurityGroupIngress",
                r#"{"groupId":"$sgapp","ipPermissions":{},"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}"#,
                OK,
            )],
            &[call(
                "ec2",
                "AuthorizeSecurityGroupIngress",
                r#"{"groupId":"$sgapp","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":3389,"toPort":3389,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0","description":"temporary"}]},"ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]},"prefixListIds":{}}]}}"#,
                OK,
            )],
        ],
        undo: &[call(
            "ec2",
            "RevokeSecurityGroupIngress",
            r#"{"groupId":"$sgapp","ipPermissions":{},"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}"#,
            OK,
        )],
        learn: &[RUN_INSTANCES],
        harmless: &[
            TAG_APP_GROUP,
            call(
                "ec2",
                "AuthorizeSecurityGroupIngress",
                r#"{"groupId":"$sgapp","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":8080,"toPort":8080,"groups":{"items":[{"groupId":"$sglb"}]},"ipRanges":{},"ipv6Ranges":{},"prefixListIds":{}}]}}"#,
                OK,
            ),
        ],
        after: &[(
            Person,
            call(
                "ec2",
                "RevokeSecurityGroupIngress",
                r#"{"groupId":"$sgapp","ipPermissions":{},"ipProtocol":"tcp","fromPort":3389,"toPort":3389,"cidrIp":"0.0.0.0/0"}"#,
                OK,
            ),
        )],
        words: &[
            say("AdminPortExposed", "A host of $svc answers on an administration port from the internet", "found by the outside scanner"),
            say("PublicIngressDetected", "Security finding: unrestricted inbound access ($svc)", "severity HIGH"),
        ],
        direct: &["sgapp"],
        parent: &["i1"],
        indirect: &["asg"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "network-acl-deny",
        half: Half::Reported,
        quick: (10, 400),
        culprit: &[
            &[call(
                "ec2",
                "CreateNetworkAclEntry",
                r#"{"networkAclId":"$acl","ruleNumber":50,"egress":false,"ruleAction":"deny","icmpTypeCode":{},"portRange":{"from":0,"to":65535},"aclProtocol":"6","cidrBlock":"0.0.0.0/0"}"#,
                OK,
            )],
            &[call(
                "ec2",
                "ReplaceNetworkAclEntry",
                r#"{"networkAclId":"$acl","ruleNumber":100,"egress":true,"ruleAction":"deny","icmpTypeCode":{},"portRange":{"from":1024,"to":65535},"aclProtocol":"6","cidrBlock":"0.0.0.0/0"}"#,
                OK,
            )],
        ],
        undo: &[call("ec2", "DeleteNetworkAclEntry", r#"{"networkAclId":"$acl","ruleNumber":50,"egress":false}"#, OK)],
        learn: &[
            call(
                "ec2",
                "ReplaceNetworkAclAssociation",
                r#"{"associationId":"aclassoc-0$hex","networkAclId":"$acl"}"#,
                r#"{"requestId":"$requestid","newAssociationId":"aclassoc-0$hex"}"#,
            ),
            call(
                "ec2",
                "CreateTags",
                r#"{"resourcesSet":{"items":[{"resourceId":"$acl"},{"resourceId":"$subnet"}]},"tagSet":{"items":[{"key":"Name","value":"$svc-private"},{"key":"service","value":"$svc"}]}}"#,
                OK,
            ),
            RUN_INSTANCES,
        ],
        harmless: &[
            call(
                "ec2",
                "CreateNetworkAclEntry",
                r#"{"networkAclId":"$acl","ruleNumber":210,"egress":false,"ruleAction":"allow","icmpTypeCode":{},"portRange":{"from":443,"to":443},"aclProtocol":"6","cidrBlock":"$cidr"}"#,
                OK,
            ),
            TAG_SUBNET,
        ],
        after: &[(Person, REBOOT_INSTANCES), (Person, SCALE_OUT)],
        words: &[
            say("SubnetUnreachable", "Nothing in the private subnet of $svc answers", "probes from two zones time out"),
            say("PacketLossHigh", "100 % packet loss to $svc hosts", ""),
        ],
        direct: &["acl"],
        parent: &["subnet"],
        indirect: &["i1"],
        speaks: false,
        ..BASE
    },
];
