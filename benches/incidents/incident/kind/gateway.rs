//! Ways through the network: routes, gateways, endpoints.

use super::super::actor::Who::{Person, Pipeline, Stack, Terraform};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "route-removed",
        half: Half::Tuned,
        quick: (10, 480),
        culprit: &[
            &[call("ec2", "DeleteRoute", r#"{"routeTableId":"$rtb","destinationCidrBlock":"0.0.0.0/0"}"#, OK)],
            &[call("ec2", "ReplaceRoute", r#"{"routeTableId":"$rtb","destinationCidrBlock":"0.0.0.0/0","transitGatewayId":"$tgw"}"#, OK)],
        ],
        undo: &[call("ec2", "CreateRoute", r#"{"routeTableId":"$rtb","destinationCidrBlock":"0.0.0.0/0","natGatewayId":"$nat"}"#, OK)],
        learn: &[
            call(
                "ec2",
                "AssociateRouteTable",
                r#"{"routeTableId":"$rtb","subnetId":"$subnet"}"#,
                r#"{"requestId":"$requestid","associationId":"rtbassoc-0$hex","associationState":{"state":"associated"}}"#,
            ),
            TAG_SUBNET,
            FN_DESCRIPTION,
        ],
        harmless: &[
            TAG_SUBNET,
            call("ec2", "CreateRoute", r#"{"routeTableId":"$rtb","destinationCidrBlock":"$cidr","transitGatewayId":"$tgw"}"#, OK),
        ],
        after: &[(Person, RESTART_SERVICE)],
        words: &[
            say("NoInternetFromPrivateSubnet", "Workers of $svc lost their way out", "curl: (28) Connection timed out"),
            say("DependencyTimeout", "$svc: payment provider unreachable", "connect timeout after 10 s"),
        ],
        direct: &["rtb"],
        parent: &["subnet"],
        indirect: &["fn"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "nat-gateway-deleted",
        half: Half::Reported,
        quick: (30, 600),
        culprit: &[&[call(
            "ec2",
            "DeleteNatGateway",
            r#"{"DeleteNatGatewayRequest":{"NatGatewayId":"$nat"}}"#,
            r#"{"DeleteNatGatewayResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$requestid","natGatewayId":"$nat"}}"#,
        )]],
        related: &[call("ec2", "ReleaseAddress", r#"{"allocationId":"$eip"}"#, OK)],
        undo: &[],
        learn: &[
            call("ec2", "CreateRoute", r#"{"routeTableId":"$rtb","destinationCidrBlock":"192.0.2.0/24","natGatewayId":"$nat"}"#, OK),
            call(
                "ec2",
                "AssociateRouteTable",
                r#"{"routeTableId":"$rtb","subnetId":"$subnet"}"#,
                r#"{"requestId":"$requestid","associationId":"rtbassoc-0$hex","associationState":{"state":"associated"}}"#,
            ),
            call(
                "ec2",
                "CreateTags",
                r#"{"resourcesSet":{"items":[{"resourceId":"$nat"}]},"tagSet":{"items":[{"key":"Name","value":"$svc-nat"},{"key":"subnet","value":"$subnet"}]}}"#,
                OK,
            ),
            FN_DESCRIPTION,
        ],
        harmless: &[
            call(
                "ec2",
                "CreateTags",
                r#"{"resourcesSet":{"items":[{"resourceId":"$nat"},{"resourceId":"$rtb"}]},"tagSet":{"items":[{"key":"owner","value":"$team"}]}}"#,
                OK,
            ),
            TAG_SUBNET,
        ],
        after: &[(
            Terraform,
            call(
                "ec2",
                "CreateNatGateway",
                r#"{"CreateNatGatewayRequest":{"ConnectivityType":"public","AllocationId":"$eip","SubnetId":"$subnet2","ClientToken":"$uuid"}}"#,
                r#"{"CreateNatGatewayResponse":{"natGateway":{"natGatewayId":"nat-0$hex","subnetId":"$subnet2","vpcId":"$vpc","state":"pending"},"requestId":"$requestid"}}"#,
            ),
        )],
        words: &[
            say("EgressDown", "Hosts of $svc cannot reach the internet", "package mirrors and webhooks time out"),
            say("NatActiveConnectionsZero", "ActiveConnectionCount is 0 ($svc)", "no datapoints above threshold for 5 minutes"),
        ],
        direct: &["nat"],
        parent: &["rtb"],
        indirect: &["subnet", "fn"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "vpc-endpoint-changed",
        half: Half::Tuned,
        quick: (20, 700),
        who: &[Person, Terraform, Stack],
        culprit: &[
            &[call(
                "ec2",
                "DeleteVpcEndpoints",
                r#"{"DeleteVpcEndpointsRequest":{"VpcEndpointId":{"tag":1,"content":"$vpce"}}}"#,
                r#"{"DeleteVpcEndpointsResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$requestid","unsuccessful":""}}"#,
            )],
            &[call(
                "ec2",
                "ModifyVpcEndpoint",
                r#"{"ModifyVpcEndpointRequest":{"VpcEndpointId":"$vpce","PolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"}}"#,
                r#"{"ModifyVpcEndpointResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$requestid","return":true}}"#,
            )],
        ],
        learn: &[
            call(
                "ec2",
                "ModifyVpcEndpoint",
                r#"{"ModifyVpcEndpointRequest":{"VpcEndpointId":"$vpce","AddSubnetId":{"tag":1,"content":"$subnet"},"AddSecurityGroupId":{"tag":1,"content":"$sgapp"}}}"#,
                r#"{"ModifyVpcEndpointResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$requestid","return":true}}"#,
            ),
            call(
                "ec2",
                "CreateTags",
                r#"{"resourcesSet":{"items":[{"resourceId":"$vpce"}]},"tagSet":{"items":[{"key":"Name","value":"$svc-s3-endpoint"}]}}"#,
                OK,
            ),
            FN_DESCRIPTION,
        ],
        harmless: &[
            call(
                "ec2",
                "CreateTags",
                r#"{"resourcesSet":{"items":[{"resourceId":"$vpce"}]},"tagSet":{"items":[{"key":"cost-center","value":"$team"}]}}"#,
                OK,
            ),
            TAG_BUCKET,
        ],
        after: &[(Pipeline, RESTART_SERVICE)],
        words: &[
            say("S3AccessFromVpcFails", "$svc workers get no answer from S3", "reads from the bucket hang or are refused"),
            say("ObjectStoreErrors", "Object store errors of $svc above 50 %", ""),
        ],
        direct: &["vpce"],
        parent: &["subnet"],
        indirect: &["fn"],
        speaks: false,
        ..BASE
    },
];
