//! Machines: instances, groups, templates, quotas.

use super::super::actor::Who::{Person, Pipeline, Service, Terraform};
use super::super::record::{call, refused};
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "instance-stopped",
        half: Half::Tuned,
        quick: (20, 360),
        who: &[Person, Person, Pipeline],
        culprit: &[
            &[call(
                "ec2",
                "StopInstances",
                r#"{"instancesSet":{"items":[{"instanceId":"$i1"}]},"force":false}"#,
                r#"{"requestId":"$requestid","instancesSet":{"items":[{"instanceId":"$i1","currentState":{"code":64,"name":"stopping"},"previousState":{"code":16,"name":"running"}}]}}"#,
            )],
            &[call(
                "ec2",
                "TerminateInstances",
                r#"{"instancesSet":{"items":[{"instanceId":"$i1"}]}}"#,
                r#"{"requestId":"$requestid","instancesSet":{"items":[{"instanceId":"$i1","currentState":{"code":32,"name":"shutting-down"},"previousState":{"code":16,"name":"running"}}]}}"#,
            )],
        ],
        related: &[call("ec2", "ModifyInstanceAttribute", r#"{"instanceId":"$i1","disableApiTermination":{"value":false}}"#, OK)],
        learn: &[
            REGISTER_TARGETS,
            call(
                "ec2",
                "CreateTags",
                r#"{"resourcesSet":{"items":[{"resourceId":"$i1"}]},"tagSet":{"items":[{"key":"Name","value":"$svc-1"},{"key":"service","value":"$svc"}]}}"#,
                OK,
            ),
        ],
        harmless: &[TAG_INSTANCE, call("ec2", "MonitorInstances", r#"{"instancesSet":{"items":[{"instanceId":"$i1"}]}}"#, OK)],
        after: &[
            (Person, call("ec2", "StartInstances", r#"{"instancesSet":{"items":[{"instanceId":"$i2"}]}}"#, OK)),
            (Service("autoscaling.amazonaws.com"), RUN_INSTANCES),
        ],
        words: &[
            say("HostUnreachable", "A host of $svc no longer answers", "node exporter is down"),
            say("StatusCheckMissing", "$svc: no data from the machine", ""),
        ],
        direct: &["i1"],
        indirect: &["tgdim", "tgarn"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "asg-emptied",
        half: Half::Reported,
        quick: (40, 700),
        who: &[Person, Terraform],
        culprit: &[
            &[call(
                "autoscaling",
                "UpdateAutoScalingGroup",
                r#"{"autoScalingGroupName":"$asg","minSize":0,"maxSize":0,"desiredCapacity":0}"#,
                "",
            )],
            &[call(
                "autoscaling",
                "SetDesiredCapacity",
                r#"{"autoScalingGroupName":"$asg","desiredCapacity":0,"honorCooldown":false}"#,
                "",
            )],
            &[call(
                "autoscaling",
                "SuspendProcesses",
                r#"{"autoScalingGroupName":"$asg","scalingProcesses":["Launch","HealthCheck"]}"#,
                "",
            )],
        ],
        undo: &[call(
            "autoscaling",
            "UpdateAutoScalingGroup",
            r#"{"autoScalingGroupName":"$asg","minSize":2,"maxSize":8,"desiredCapacity":4}"#,
            "",
        )],
        learn: &[
            RUN_INSTANCES,
            call("autoscaling", "AttachLoadBalancerTargetGroups", r#"{"autoScalingGroupName":"$asg","targetGroupARNs":["$tgarn"]}"#, ""),
            TG_DELAY,
        ],
        harmless: &[
            call(
                "autoscaling",
                "CreateOrUpdateTags",
                r#"{"tags":[{"resourceId":"$asg","resourceType":"auto-scaling-group","key":"owner","value":"$team","propagateAtLaunch":false}]}"#,
                "",
            ),
            call("autoscaling", "EnableMetricsCollection", r#"{"autoScalingGroupName":"$asg","granularity":"1Minute"}"#, ""),
        ],
        after: &[
            (
                Service("autoscaling.amazonaws.com"),
                call("elasticloadbalancing", "DeregisterTargets", r#"{"targetGroupArn":"$tgarn","targets":[{"id":"$i2"}]}"#, ""),
            ),
            (Person, SCALE_OUT),
        ],
        words: &[
            say("CapacityLost", "$svc has no instances in service", "GroupInServiceInstances is 0"),
            say("UnhealthyHosts", "too few healthy hosts behind $svc", "requests are queued"),
        ],
        direct: &["asg"],
        indirect: &["tgdim", "i1"],
        ..BASE
    },
    Kind {
        name: "launch-template-bad",
        half: Half::Tuned,
        quick: (200, 1_600),
        slow: Some((2_000, 40_000)),
        who: &[Terraform, Person, Pipeline],
        culprit: &[
            &[call(
                "ec2",
                "ModifyLaunchTemplate",
                r#"{"ModifyLaunchTemplateRequest":{"LaunchTemplateId":"$lt","SetDefaultVersion":$nextrev,"ClientToken":"$uuid"}}"#,
                r#"{"ModifyLaunchTemplateResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$requestid","launchTemplate":{"launchTemplateId":"$lt","launchTemplateName":"$ltname","defaultVersionNumber":$nextrev,"latestVersionNumber":$nextrev}}}"#,
            )],
            &[call(
                "ec2",
                "CreateLaunchTemplateVersion",
                r#"{"CreateLaunchTemplateVersionRequest":{"LaunchTemplateId":"$lt","SourceVersion":"$rev","LaunchTemplateData":{"ImageId":"$amib","InstanceType":"t3.nano"}}}"#,
                r#"{"CreateLaunchTemplateVersionResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$requestid","launchTemplateVersion":{"launchTemplateId":"$lt","launchTemplateName":"$ltname","versionNumber":$nextrev,"launchTemplateData":{"imageId":"$amib","instanceType":"t3.nano"}}}}"#,
            )],
        ],
        learn: &[call(
            "autoscaling",
            "UpdateAutoScalingGroup",
            r#"{"autoScalingGroupName":"$asg","launchTemplate":{"launchTemplateId":"$lt","version":"$Default"},"healthCheckGracePeriod":120}"#,
            "",
        )],
        harmless: &[
            call(
                "ec2",
                "CreateTags",
                r#"{"resourcesSet":{"items":[{"resourceId":"$lt"}]},"tagSet":{"items":[{"key":"owner","value":"$team"}]}}"#,
                OK,
            ),
            call(
                "autoscaling",
                "CreateOrUpdateTags",
                r#"{"tags":[{"resourceId":"$asg","resourceType":"auto-scaling-group","key":"owner","value":"$team","propagateAtLaunch":false}]}"#,
                "",
            ),
        ],
        after: &[(Service("autoscaling.amazonaws.com"), RUN_INSTANCES), (Person, SCALE_OUT)],
        words: &[
            say("InstancesFailHealthChecks", "New machines of $svc never become healthy", "they are replaced again and again"),
            say("LaunchLoop", "$svc: the group starts and ends machines in a circle", ""),
        ],
        direct: &["lt"],
        indirect: &["asg"],
        ..BASE
    },
    Kind {
        name: "launch-refused",
        half: Half::Reported,
        quick: (15, 420),
        burst: (2, 6),
        who: &[Service("autoscaling.amazonaws.com"), Service("autoscaling.amazonaws.com"), Person],
        culprit: &[
            &[refused(
                "ec2",
                "RunInstances",
                r#"{"instancesSet":{"items":[{"imageId":"$ami","minCount":2,"maxCount":2}]},"instanceType":"g5.2xlarge","subnetId":"$subnet","launchTemplate":{"launchTemplateId":"$lt","launchTemplateName":"$ltname","version":"$rev"},"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"aws:autoscaling:groupName","value":"$asg"}]}]}}"#,
                "Client.VcpuLimitExceeded",
                "You have requested more vCPU capacity than your current vCPU limit of 64 allows for the instance bucket that the specified instance type belongs to.",
            )],
            &[refused(
                "ec2",
                "RunInstances",
                r#"{"instancesSet":{"items":[{"imageId":"$ami","minCount":1,"maxCount":1}]},"instanceType":"g5.2xlarge","subnetId":"$subnet","launchTemplate":{"launchTemplateId":"$lt","launchTemplateName":"$ltname","version":"$rev"},"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"aws:autoscaling:groupName","value":"$asg"}]}]}}"#,
                "Server.InsufficientInstanceCapacity",
                "We currently do not have sufficient g5.2xlarge capacity in the Availability Zone you requested ($az).",
            )],
        ],
        learn: &[call(
            "autoscaling",
            "UpdateAutoScalingGroup",
            r#"{"autoScalingGroupName":"$asg","maxSize":12,"launchTemplate":{"launchTemplateId":"$lt","version":"$rev"}}"#,
            "",
        )],
        harmless: &[
            call(
                "autoscaling",
                "CreateOrUpdateTags",
                r#"{"tags":[{"resourceId":"$asg","resourceType":"auto-scaling-group","key":"owner","value":"$team","propagateAtLaunch":false}]}"#,
                "",
            ),
            call(
                "ec2",
                "CreateTags",
                r#"{"resourcesSet":{"items":[{"resourceId":"$lt"}]},"tagSet":{"items":[{"key":"cost-center","value":"$team"}]}}"#,
                OK,
            ),
        ],
        elsewhere: false,
        after: &[(Person, SCALE_OUT)],
        words: &[
            say("ComputeCapacityUnavailable", "$svc cannot get the machines it asks for", "jobs wait for capacity"),
            say("ScaleOutFailing", "the group of $svc is stuck below its desired size", "desired capacity is not reached"),
        ],
        direct: &["asg"],
        parent: &["lt", "subnet"],
        ..BASE
    },
    Kind {
        name: "instance-profile-replaced",
        half: Half::Reported,
        quick: (30, 800),
        culprit: &[
            &[call("iam", "RemoveRoleFromInstanceProfile", r#"{"instanceProfileName":"$profile","roleName":"$role"}"#, "")],
            &[call(
                "ec2",
                "DisassociateIamInstanceProfile",
                r#"{"DisassociateIamInstanceProfileRequest":{"AssociationId":"iip-assoc-0$hex"}}"#,
                r#"{"DisassociateIamInstanceProfileResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","iamInstanceProfileAssociation":{"associationId":"iip-assoc-0$hex","instanceId":"$i1","state":"disassociating","iamInstanceProfile":{"arn":"arn:aws:iam::$account:instance-profile/$profile"}}}}"#,
            )],
        ],
        undo: &[call("iam", "AddRoleToInstanceProfile", r#"{"instanceProfileName":"$profile","roleName":"$role"}"#, "")],
        learn: &[RUN_INSTANCES],
        harmless: &[TAG_INSTANCE, TAG_ROLE],
        after: &[(Person, REBOOT_INSTANCES)],
        words: &[
            say("NoCredentialsOnHost", "$svc: Unable to locate credentials", "instance metadata returns 404 for the role"),
            say("UploadsFail", "hosts of $svc are refused by every AWS API", "ExpiredToken, then none"),
        ],
        indirect: &["i1"],
        ..BASE
    },
];
