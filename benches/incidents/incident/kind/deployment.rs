//! New code and new settings: containers, functions, clusters, stacks, workflows.

use super::super::actor::Who::{Person, Pipeline, Service, Stack, Terraform};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "ecs-bad-release",
        half: Half::Tuned,
        quick: (60, 900),
        who: &[Pipeline, Pipeline, Person],
        culprit: &[&[call(
            "ecs",
            "UpdateService",
            r#"{"cluster":"$cluster","service":"$ecs","taskDefinition":"$td:$nextrev"}"#,
            r#"{"service":{"serviceArn":"$ecsarn","serviceName":"$ecs","clusterArn":"$clusterarn","status":"ACTIVE","desiredCount":4,"runningCount":4,"taskDefinition":"$tdarn:$nextrev","loadBalancers":[{"targetGroupArn":"$tgarn","containerName":"$svc","containerPort":8080}],"deployments":[{"id":"ecs-svc/$hex","status":"PRIMARY","taskDefinition":"$tdarn:$nextrev"},{"id":"ecs-svc/$hex","status":"ACTIVE","taskDefinition":"$tdarn:$rev"}]}}"#,
        )]],
        related: &[call(
            "ecs",
            "RegisterTaskDefinition",
            r#"{"family":"$td","networkMode":"awsvpc","cpu":"512","memory":"1024","containerDefinitions":[{"name":"$svc","image":"$image:build-$n","essential":true,"environment":[{"name":"LOG_LEVEL","value":"info"}]}]}"#,
            r#"{"taskDefinition":{"taskDefinitionArn":"$tdarn:$nextrev","family":"$td","revision":$nextrev,"status":"ACTIVE"}}"#,
        )],
        undo: &[call(
            "ecs",
            "UpdateService",
            r#"{"cluster":"$cluster","service":"$ecs","taskDefinition":"$td:$rev"}"#,
            r#"{"service":{"serviceArn":"$ecsarn","serviceName":"$ecs","clusterArn":"$clusterarn","status":"ACTIVE","taskDefinition":"$tdarn:$rev"}}"#,
        )],
        learn: &[TG_DELAY],
        harmless: &[TAG_LB, call("ecs", "TagResource", r#"{"resourceArn":"$ecsarn","tags":[{"key":"owner","value":"$team"}]}"#, "")],
        after: &[
            (Person, RESTART_SERVICE),
            (
                Service("ecs.amazonaws.com"),
                call(
                    "elasticloadbalancing",
                    "DeregisterTargets",
                    r#"{"targetGroupArn":"$tgarn","targets":[{"id":"10.0.1.$host","port":8080}]}"#,
                    "",
                ),
            ),
        ],
        words: &[
            say("HighErrorRate", "$svc returns 5xx to one request in three", "errors began within minutes"),
            say("ServiceLatencyP99", "$svc is slow, p99 above 4 s", ""),
            say("TargetResponse5xx", "HTTPCode_Target_5XX_Count of $svc", "Internal Server Error"),
        ],
        direct: &["ecs", "ecsarn"],
        parent: &["cluster", "tgdim"],
        indirect: &["lb", "lbdim"],
        ..BASE
    },
    Kind {
        name: "ecs-scaled-to-zero",
        half: Half::Reported,
        quick: (20, 300),
        who: &[Person, Terraform, Service("ecs.application-autoscaling.amazonaws.com")],
        culprit: &[
            &[call(
                "ecs",
                "UpdateService",
                r#"{"cluster":"$cluster","service":"$ecs","desiredCount":0}"#,
                r#"{"service":{"serviceArn":"$ecsarn","serviceName":"$ecs","clusterArn":"$clusterarn","status":"ACTIVE","desiredCount":0,"runningCount":4,"taskDefinition":"$tdarn:$rev","loadBalancers":[{"targetGroupArn":"$tgarn","containerPort":8080}]}}"#,
            )],
            &[call(
                "application-autoscaling",
                "RegisterScalableTarget",
                r#"{"serviceNamespace":"ecs","resourceId":"service/$cluster/$ecs","scalableDimension":"ecs:service:DesiredCount","minCapacity":0,"maxCapacity":0}"#,
                "",
            )],
        ],
        undo: &[call(
            "ecs",
            "UpdateService",
            r#"{"cluster":"$cluster","service":"$ecs","desiredCount":4}"#,
            r#"{"service":{"serviceArn":"$ecsarn","serviceName":"$ecs","desiredCount":4}}"#,
        )],
        learn: &[CREATE_ECS_SERVICE, TG_DELAY],
        harmless: &[TAG_LB, call("ecs", "TagResource", r#"{"resourceArn":"$ecsarn","tags":[{"key":"owner","value":"$team"}]}"#, "")],
        after: &[(Person, RESTART_SERVICE)],
        words: &[
            say("NoHealthyTargets", "$svc has no healthy targets", "HealthyHostCount is 0"),
            say("ServiceDown", "$svc answers 503 Service Unavailable", ""),
        ],
        direct: &["ecs"],
        parent: &["cluster"],
        indirect: &["tgdim", "lb"],
        ..BASE
    },
    Kind {
        name: "lambda-code-replaced",
        half: Half::Reported,
        quick: (20, 900),
        who: &[Pipeline, Person],
        culprit: &[
            &[call(
                "lambda",
                "UpdateFunctionCode20150331v2",
                r#"{"functionName":"$fn","s3Bucket":"artifacts-$account","s3Key":"$fn/$hex.zip","publish":true,"dryRun":false}"#,
                r#"{"functionName":"$fn","functionArn":"$fnarn","runtime":"python3.12","role":"$rolearn","handler":"main.handler","codeSize":2338373,"timeout":30,"memorySize":512,"version":"$n","lastUpdateStatus":"InProgress"}"#,
            )],
            &[call(
                "lambda",
                "UpdateFunctionCode20150331v2",
                r#"{"functionName":"$fnarn","imageUri":"$image:build-$n","publish":false,"dryRun":false}"#,
                r#"{"functionName":"$fn","functionArn":"$fnarn","packageType":"Image","role":"$rolearn","timeout":30,"lastUpdateStatus":"InProgress"}"#,
            )],
            &[call(
                "lambda",
                "UpdateAlias20150331",
                r#"{"functionName":"$fn","name":"live","functionVersion":"$n"}"#,
                r#"{"aliasArn":"$fnarn:live","name":"live","functionVersion":"$n"}"#,
            )],
        ],
        learn: &[call(
            "lambda",
            "CreateEventSourceMapping20150331",
            r#"{"eventSourceArn":"$queuearn","functionName":"$fn","batchSize":10,"enabled":true}"#,
            r#"{"uUID":"$esm","eventSourceArn":"$queuearn","functionArn":"$fnarn","state":"Creating"}"#,
        )],
        harmless: &[TAG_FUNCTION, TAG_QUEUE, call("logs", "PutRetentionPolicy", r#"{"logGroupName":"$fnlogs","retentionInDays":90}"#, "")],
        words: &[
            say("FunctionErrors", "Invocations of the worker of $svc fail", "Runtime.ImportModuleError"),
            say("LambdaErrorRatio", "$svc: more than half of the invocations end in an error", ""),
        ],
        direct: &["fn", "fnarn"],
        indirect: &["queue"],
        ..BASE
    },
    Kind {
        name: "lambda-configuration",
        half: Half::Tuned,
        quick: (20, 900),
        who: &[Person, Terraform, Pipeline],
        culprit: &[
            &[call(
                "lambda",
                "PutFunctionConcurrency20171031",
                r#"{"functionName":"$fn","reservedConcurrentExecutions":0}"#,
                r#"{"reservedConcurrentExecutions":0}"#,
            )],
            &[call(
                "lambda",
                "UpdateFunctionConfiguration20150331v2",
                r#"{"functionName":"$fn","timeout":2}"#,
                r#"{"functionName":"$fn","functionArn":"$fnarn","runtime":"python3.12","role":"$rolearn","timeout":2,"memorySize":512,"lastUpdateStatus":"InProgress"}"#,
            )],
            &[call(
                "lambda",
                "UpdateFunctionConfiguration20150331v2",
                r#"{"functionName":"$fn","memorySize":128}"#,
                r#"{"functionName":"$fn","functionArn":"$fnarn","runtime":"python3.12","role":"$rolearn","timeout":30,"memorySize":128,"lastUpdateStatus":"InProgress"}"#,
            )],
        ],
        undo: &[call("lambda", "DeleteFunctionConcurrency20171031", r#"{"functionName":"$fn"}"#, "")],
        learn: &[call(
            "lambda",
            "CreateEventSourceMapping20150331",
            r#"{"eventSourceArn":"$queuearn","functionName":"$fn","batchSize":10,"enabled":true}"#,
            r#"{"uUID":"$esm","eventSourceArn":"$queuearn","functionArn":"$fnarn","state":"Creating"}"#,
        )],
        harmless: &[TAG_FUNCTION, FN_DESCRIPTION, TAG_QUEUE],
        words: &[
            say("InvocationsThrottledOrTimedOut", "The worker of $svc gets nothing done", "Task timed out or Rate Exceeded"),
            say("WorkerBacklog", "$svc falls behind, messages wait", "ApproximateAgeOfOldestMessage grows"),
        ],
        direct: &["fn"],
        indirect: &["queue"],
        ..BASE
    },
    Kind {
        name: "eks-nodes-or-addon",
        half: Half::Reported,
        quick: (90, 1_200),
        who: &[Terraform, Person],
        culprit: &[
            &[call(
                "eks",
                "UpdateNodegroupConfig",
                r#"{"name":"$eks","nodegroupName":"$ng","scalingConfig":{"minSize":0,"maxSize":1,"desiredSize":0},"clientRequestToken":"$uuid"}"#,
                r#"{"update":{"id":"$uuid","status":"InProgress","type":"ConfigUpdate","params":[{"type":"DesiredSize","value":"0"}]}}"#,
            )],
            &[call(
                "eks",
                "UpdateAddon",
                r#"{"name":"$eks","addonName":"vpc-cni","addonVersion":"v1.18.3-eksbuild.1","resolveConflicts":"OVERWRITE","clientRequestToken":"$uuid"}"#,
                r#"{"update":{"id":"$uuid","status":"InProgress","type":"AddonUpdate"}}"#,
            )],
            &[call(
                "eks",
                "DeleteNodegroup",
                r#"{"name":"$eks","nodegroupName":"$ng"}"#,
                r#"{"nodegroup":{"nodegroupName":"$ng","clusterName":"$eks","status":"DELETING","resources":{"autoScalingGroups":[{"name":"eks-$ng-$hex"}]}}}"#,
            )],
        ],
        learn: &[call(
            "eks",
            "TagResource",
            r#"{"resourceArn":"arn:aws:eks:$region:$account:cluster/$eks","tags":{"service":"$svc"}}"#,
            "",
        )],
        harmless: &[
            call("eks", "TagResource", r#"{"resourceArn":"arn:aws:eks:$region:$account:cluster/$eks","tags":{"owner":"$team"}}"#, ""),
            call(
                "eks",
                "UpdateClusterConfig",
                r#"{"name":"$eks","logging":{"clusterLogging":[{"types":["audit"],"enabled":true}]}}"#,
                r#"{"update":{"id":"$uuid","status":"InProgress","type":"LoggingUpdate"}}"#,
            ),
        ],
        after: &[(
            Service("eks-nodegroup.amazonaws.com"),
            call(
                "autoscaling",
                "TerminateInstanceInAutoScalingGroup",
                r#"{"instanceId":"i-0$hex","shouldDecrementDesiredCapacity":true}"#,
                r#"{"activity":{"activityId":"$uuid","autoScalingGroupName":"eks-$ng-$hex"}}"#,
            ),
        )],
        words: &[
            say("KubePodNotReady", "Pods of $svc are pending", "0/0 nodes are available"),
            say("KubeNodeNotReady", "nodes drop out of the cluster of $svc", "network plugin is not ready: cni config uninitialized"),
        ],
        direct: &["eks"],
        ..BASE
    },
    Kind {
        name: "state-machine-definition",
        half: Half::Tuned,
        quick: (60, 1_500),
        slow: Some((2_000, 21_000)),
        who: &[Pipeline, Person, Stack],
        culprit: &[&[call(
            "states",
            "UpdateStateMachine",
            r#"{"stateMachineArn":"$smarn","definition":"HIDDEN_DUE_TO_SECURITY_REASONS","roleArn":"$rolearn"}"#,
            r#"{"updateDate":"$now","revisionId":"$uuid"}"#,
        )]],
        learn: &[call(
            "events",
            "PutTargets",
            r#"{"rule":"$evrule","targets":[{"id":"1","arn":"$smarn","roleArn":"$rolearn"}]}"#,
            r#"{"failedEntryCount":0,"failedEntries":[]}"#,
        )],
        harmless: &[call("states", "TagResource", r#"{"resourceArn":"$smarn","tags":[{"key":"owner","value":"$team"}]}"#, ""), TAG_ROLE],
        after: &[(
            Person,
            call(
                "states",
                "StartExecution",
                r#"{"stateMachineArn":"$smarn","input":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#,
                r#"{"executionArn":"$smarn:$uuid"}"#,
            ),
        )],
        words: &[
            say("ExecutionsFailed", "Executions of the flow of $svc fail", "States.Runtime"),
            say("NightlyJobFailed", "the job of $svc did not finish", ""),
        ],
        direct: &["smarn", "sm"],
        indirect: &["evrule"],
        ..BASE
    },
    Kind {
        name: "stack-update",
        half: Half::Reported,
        quick: (90, 1_300),
        who: &[Pipeline, Person],
        culprit: &[
            &[call(
                "cloudformation",
                "UpdateStack",
                r#"{"stackName":"$stack","usePreviousTemplate":true,"parameters":[{"parameterKey":"ImageTag"},{"parameterKey":"InstanceCount"}],"capabilities":["CAPABILITY_IAM"]}"#,
                r#"{"stackId":"arn:aws:cloudformation:$region:$account:stack/$stack/$uuid"}"#,
            )],
            &[call("cloudformation", "ExecuteChangeSet", r#"{"stackName":"$stack","changeSetName":"release-$n"}"#, "")],
        ],
        undo: &[call(
            "cloudformation",
            "RollbackStack",
            r#"{"stackName":"$stack"}"#,
            r#"{"stackId":"arn:aws:cloudformation:$region:$account:stack/$stack/$uuid"}"#,
        )],
        learn: &[call(
            "cloudformation",
            "CreateChangeSet",
            r#"{"stackName":"$stack","changeSetName":"release-$n","changeSetType":"UPDATE","tags":[{"key":"load-balancer","value":"$lb"}]}"#,
            r#"{"id":"arn:aws:cloudformation:$region:$account:changeSet/release-$n/$uuid"}"#,
        )],
        harmless: &[call("cloudformation", "SetStackPolicy", r#"{"stackName":"$stack"}"#, ""), TAG_LB],
        words: &[
            say("ErrorBudgetBurn", "$svc burns its error budget 14 times too fast", "5xx after a release"),
            say("SmokeTestFailed", "the smoke test of $svc fails in production", ""),
        ],
        direct: &["stack"],
        indirect: &["lb"],
        ..BASE
    },
];
