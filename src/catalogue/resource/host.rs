//! Host names that AWS gives: which thing one belongs to.

/// What a host name ends with before the partition's suffix, and what its first part names.
#[derive(Clone, Copy)]
enum Names {
    /// Its first part is the thing's name or id.
    Whole,
    /// The same, before the number or code after the last dash: `web-1234567890`.
    BeforeCode,
    /// The same, as the first two parts joined by a dash: `vpce-0123…-abcd`.
    Endpoint,
}

/// Endings by service label, the CloudFormation type, and what the first part names.
///
/// Source: endpoint formats of RDS, Elastic Load Balancing, VPC endpoints, ElastiCache, Redshift, API Gateway and S3.
const HOSTS: &[(&str, Option<&str>, Names)] = &[
    ("rds", None, Names::Whole),
    ("elb", Some("AWS::ElasticLoadBalancingV2::LoadBalancer"), Names::BeforeCode),
    ("vpce", Some("AWS::EC2::VPCEndpoint"), Names::Endpoint),
    ("cache", None, Names::Whole),
    ("redshift", Some("AWS::Redshift::Cluster"), Names::Whole),
    ("execute-api", None, Names::Whole),
    ("s3", Some("AWS::S3::Bucket"), Names::Whole),
];

/// What a host name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Host<'a> {
    /// The name or id of the thing.
    pub(super) name: &'a str,
    /// CloudFormation type, where the host tells it.
    pub(super) kind: Option<&'static str>,
}

/// Returns the thing that a host name which AWS gave belongs to; nothing for other texts and for hosts of whole services.
pub(super) fn host(text: &str) -> Option<Host<'_>> {
    let text = text.trim_end_matches('.');
    if let Some(name) = text.strip_suffix(".cloudfront.net") {
        return (!name.is_empty() && !name.contains('.')).then_some(Host { name: text, kind: Some("AWS::CloudFront::Distribution") });
    }
    let inner = text.strip_suffix(".amazonaws.com").or_else(|| text.strip_suffix(".amazonaws.com.cn"))?;
    let inner =
        ["dualstack.", "internal-", "master.", "clustercfg."].iter().fold(inner, |inner, lead| inner.strip_prefix(lead).unwrap_or(inner));
    let (first, rest) = inner.split_once('.')?;
    // The last label counts: an endpoint for S3 is an endpoint.
    let (_, kind, names) = rest.rsplit('.').find_map(|part| HOSTS.iter().find(|(service, ..)| *service == part))?;
    let name = match names {
        Names::Whole => first,
        Names::BeforeCode => first.rsplit_once('-').filter(|(_, code)| code.len() >= 8)?.0,
        Names::Endpoint => {
            let end = first.match_indices('-').nth(1).map_or(first.len(), |(at, _)| at);
            first.get(..end)?
        }
    };
    (name.len() > 1).then_some(Host { name, kind: *kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_aws_gave_belongs_to_a_thing() {
        let cases = [
            ("orders-db.abc123def456.eu-west-1.rds.amazonaws.com", "orders-db"),
            ("orders.cluster-ro-abc123def456.eu-west-1.rds.amazonaws.com", "orders"),
            ("dualstack.web-1234567890.eu-west-1.elb.amazonaws.com.", "web"),
            ("internal-web-api-1234567890.eu-west-1.elb.amazonaws.com", "web-api"),
            ("edge-0123456789abcdef.elb.eu-west-1.amazonaws.com", "edge"),
            ("vpce-0123456789abcdef0-abcd1234.s3.eu-west-1.vpce.amazonaws.com", "vpce-0123456789abcdef0"),
            ("master.sessions.abc123.euw1.cache.amazonaws.com", "sessions"),
            ("a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", "a1b2c3d4e5"),
            ("d111111abcdef8.cloudfront.net", "d111111abcdef8.cloudfront.net"),
            ("media.s3.eu-west-1.amazonaws.com", "media"),
        ];
        for (text, name) in cases {
            assert_eq!(host(text).map(|host| host.name), Some(name), "{text}");
        }
        for text in ["ec2.amazonaws.com", "lambda.eu-west-1.amazonaws.com", "www.example.com", "amazonaws.com", ""] {
            assert_eq!(host(text), None, "{text}");
        }
    }
}
