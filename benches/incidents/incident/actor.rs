//! Who calls: people, pipelines, AWS services, nodes.

use serde_json::{Value, json};

use super::random::Random;

/// The sort of caller a template asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Somebody in the console or on the command line.
    Person,
    /// Terraform in a pipeline or on a laptop.
    Terraform,
    /// A deployment pipeline.
    Pipeline,
    /// CloudFormation on behalf of a pipeline.
    Stack,
    /// A service by its service-linked role, by the host name in `invokedBy`.
    Service(&'static str),
    /// A program on an instance, in a task or a function.
    Node,
}

/// A caller as it stands in a record.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    /// `userIdentity`.
    pub(crate) identity: Value,
    /// `sourceIPAddress`.
    pub(crate) address: String,
    /// `userAgent`.
    pub(crate) agent: String,
    /// Whether it is an AWS service.
    pub(crate) service: bool,
    /// Whether the call came from the console.
    pub(crate) console: bool,
}

const PEOPLE: &[&str] =
    &["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory", "niaj", "olivia", "peggy"];
const PERMISSIONS: &[&str] = &["AdministratorAccess_1f2e3d4c5b6a7980", "PowerUser_0a1b2c3d4e5f6071", "OnCall_9f8e7d6c5b4a3921"];
const PIPELINES: &[&str] = &["github-actions-deploy", "gitlab-runner", "jenkins-agent", "deploy-bot", "argo-rollout"];
const NODES: &[&str] = &["node-role", "task-role", "agent-role", "backup-runner"];
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const TERRAFORM: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.68.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.5 os/linux lang/go#1.23.1";

impl Actor {
    /// Chooses a caller of this sort.
    pub(crate) fn new(who: Who, account: &str, random: &mut Random) -> Self {
        let office = format!("192.0.2.{}", random.between(10, 60));
        match who {
            Who::Person if random.chance(25) => {
                let name = random.word(PEOPLE);
                let identity = json!({"type": "IAMUser", "principalId": format!("AIDA{}", random.letters(17)), "arn": format!("arn:aws:iam::{account}:user/{name}"),
                    "accountId": account, "accessKeyId": format!("AKIA{}", random.letters(16)), "userName": name});
                Self {
                    identity,
                    address: office,
                    agent: "aws-cli/2.17.40 md/awscrt#0.21.2 ua/2.0 os/linux lang/python#3.11.9".into(),
                    service: false,
                    console: false,
                }
            }
            Who::Person => {
                let (name, set, console) = (random.word(PEOPLE), random.word(PERMISSIONS), random.chance(65));
                let role = format!("AWSReservedSSO_{set}");
                let path = format!("aws-reserved/sso.amazonaws.com/{role}");
                let agent = if console { BROWSER } else { "aws-cli/2.17.40 md/awscrt#0.21.2 ua/2.0 os/macos#23.6.0 lang/python#3.11.9" };
                let session = format!("{name}@example.com");
                Self {
                    identity: assumed(account, &role, &path, &session, None, random),
                    address: office,
                    agent: agent.into(),
                    service: false,
                    console,
                }
            }
            Who::Terraform => {
                let (role, session) = (random.word(&["terraform-apply", "infra-deployer", "atlantis"]), format!("run-{}", random.hex(12)));
                Self {
                    identity: assumed(account, role, role, &session, None, random),
                    address: runner(random),
                    agent: TERRAFORM.into(),
                    service: false,
                    console: false,
                }
            }
            Who::Pipeline => {
                let (role, session) = (random.word(PIPELINES), random.word(&["GitHubActions", "build", "deploy", "release"]));
                let agent = random.word(&[
                    "aws-cli/2.17.40 md/Botocore#2.0.0 os/linux",
                    "Boto3/1.35.14 md/Botocore#1.35.14 ua/2.0 os/linux",
                    "aws-sdk-js/3.645.0 os/linux lang/js",
                ]);
                Self {
                    identity: assumed(account, role, role, session, None, random),
                    address: runner(random),
                    agent: agent.into(),
                    service: false,
                    console: false,
                }
            }
            Who::Stack => {
                let host = "cloudformation.amazonaws.com";
                let identity = assumed(account, "cfn-exec-role", "cfn-exec-role", "AWSCloudFormation", Some(host), random);
                Self { identity, address: host.into(), agent: host.into(), service: true, console: false }
            }
            Who::Service(host) => {
                let short: String = host.split('.').next().unwrap_or_default().into();
                let role = match short.as_str() {
                    "autoscaling" => "AWSServiceRoleForAutoScaling".to_owned(),
                    "ecs" => "AWSServiceRoleForECS".to_owned(),
                    "eks-nodegroup" => "AWSServiceRoleForAmazonEKSNodegroup".to_owned(),
                    other => format!("AWSServiceRoleFor{other}"),
                };
                let identity = if random.chance(20) && short != "autoscaling" {
                    json!({"type": "AWSService", "invokedBy": host})
                } else {
                    let path = format!("aws-service-role/{host}/{role}");
                    assumed(account, &role, &path, "AutoScaling", Some(host), random)
                };
                Self { identity, address: host.into(), agent: host.into(), service: true, console: false }
            }
            Who::Node => {
                let (role, session) = (random.word(NODES), format!("i-0{}", random.hex(16)));
                let agent = random.word(&[
                    "aws-sdk-go/1.55.5 (go1.22.5; linux; amd64) amazon-ssm-agent/",
                    "aws-sdk-java/2.27.17 Linux/6.1.102",
                    "Boto3/1.34.0 Python/3.12.4 Linux/6.1.102",
                ]);
                Self {
                    identity: assumed(account, role, role, &session, None, random),
                    address: runner(random),
                    agent: agent.into(),
                    service: false,
                    console: false,
                }
            }
        }
    }
}

fn runner(random: &mut Random) -> String {
    if random.chance(10) { format!("2001:db8::{}", random.hex(4)) } else { format!("192.0.2.{}", random.between(100, 250)) }
}

fn assumed(account: &str, role: &str, path: &str, session: &str, invoked_by: Option<&str>, random: &mut Random) -> Value {
    let principal = format!("AROA{}", random.letters(17));
    let mut identity = json!({
        "type": "AssumedRole", "principalId": format!("{principal}:{session}"), "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
        "accountId": account, "accessKeyId": format!("ASIA{}", random.letters(16)),
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": principal, "arn": format!("arn:aws:iam::{account}:role/{path}"), "accountId": account, "userName": role},
            "webIdFederationData": {}, "attributes": {"creationDate": "2026-03-02T06:00:00Z", "mfaAuthenticated": "false"}
        }
    });
    if let (Some(host), Some(fields)) = (invoked_by, identity.as_object_mut()) {
        fields.insert("invokedBy".into(), host.into());
        fields.remove("accessKeyId");
    }
    identity
}
