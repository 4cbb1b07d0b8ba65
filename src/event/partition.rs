//! The partitions of AWS: where one ends, credentials, endpoints and links end, too.

use super::is_region;

/// One AWS partition.
#[derive(Debug)]
pub struct Partition {
    /// Its name in ARNs.
    pub name: &'static str,
    /// How its region names begin; empty for the commercial one, which stands last.
    prefix: &'static str,
    /// The region where IAM, CloudFront, Route 53 and console sign-in events are.
    pub global: &'static str,
    /// What the names of its endpoints end in.
    pub suffix: &'static str,
    /// The console's host, after the region; nothing where it is not public.
    pub console: Option<&'static str>,
    /// Regions that are enabled without opting in.
    pub enabled: &'static [&'static str],
    /// Regions that an account has to opt into.
    pub opt_in: &'static [&'static str],
}

impl Partition {
    /// Finds the partition of a region by how the region's name begins; the commercial one where none fits.
    pub fn of(region: &str) -> &'static Self {
        PARTITIONS.iter().find(|partition| region.starts_with(partition.prefix)).unwrap_or(&COMMERCIAL)
    }

    /// Returns the host of a service in a region, as `cloudtrail.eu-west-1.amazonaws.com`.
    pub fn endpoint(service: &str, region: &str) -> String {
        format!("{service}.{region}.{}", Self::of(region).suffix)
    }

    /// Returns the console's host for a region, as `eu-west-1.console.aws.amazon.com` without the region; nothing when the region is
    /// not well-formed or its console is not public.
    pub fn console_host(region: &str) -> Option<&'static str> {
        if is_region(region) { Self::of(region).console } else { None }
    }

    /// Returns the hosts of all public consoles, each without the region before it.
    pub fn consoles() -> impl Iterator<Item = &'static str> {
        PARTITIONS.iter().filter_map(|partition| partition.console)
    }

    /// Takes the name of a service out of its host, as `ec2` of `ec2.amazonaws.com`, in any partition.
    pub fn service(host: &str) -> Option<&str> {
        let named = |suffix: &str| host.strip_suffix(suffix)?.strip_suffix('.').filter(|name| !name.is_empty());
        PARTITIONS.iter().find_map(|partition| named(partition.suffix))
    }
}

/// Source: the AWS SDKs' partitions.json (names, suffixes); AWS Account Management guide, "Enable or disable AWS Regions" (regions);
/// docs.aws.eu, "Endpoints" (the console of the European Sovereign Cloud). The consoles of the isolated partitions are not public.
#[rustfmt::skip] // A table reads best in rows.
static PARTITIONS: [Partition; 8] = [
    Partition { name: "aws-cn", prefix: "cn-", global: "cn-north-1", suffix: "amazonaws.com.cn", console: Some("console.amazonaws.cn"),
        enabled: &["cn-north-1", "cn-northwest-1"], opt_in: &[] },
    Partition { name: "aws-us-gov", prefix: "us-gov-", global: "us-gov-west-1", suffix: "amazonaws.com", console: Some("console.amazonaws-us-gov.com"),
        enabled: &["us-gov-west-1", "us-gov-east-1"], opt_in: &[] },
    Partition { name: "aws-eusc", prefix: "eusc-", global: "eusc-de-east-1", suffix: "amazonaws.eu", console: Some("console.amazonaws-eusc.eu"),
        enabled: &["eusc-de-east-1"], opt_in: &[] },
    Partition { name: "aws-iso", prefix: "us-iso-", global: "us-iso-east-1", suffix: "c2s.ic.gov", console: None,
        enabled: &["us-iso-east-1", "us-iso-west-1"], opt_in: &[] },
    Partition { name: "aws-iso-b", prefix: "us-isob-", global: "us-isob-east-1", suffix: "sc2s.sgov.gov", console: None,
        enabled: &["us-isob-east-1", "us-isob-west-1"], opt_in: &[] },
    Partition { name: "aws-iso-e", prefix: "eu-isoe-", global: "eu-isoe-west-1", suffix: "cloud.adc-e.uk", console: None,
        enabled: &["eu-isoe-west-1"], opt_in: &[] },
    Partition { name: "aws-iso-f", prefix: "us-isof-", global: "us-isof-south-1", suffix: "csp.hci.ic.gov", console: None,
        enabled: &["us-isof-south-1", "us-isof-east-1"], opt_in: &[] },
    COMMERCIAL,
];

#[rustfmt::skip] // As above.
const COMMERCIAL: Partition = Partition {
    name: "aws", prefix: "", global: "us-east-1", suffix: "amazonaws.com", console: Some("console.aws.amazon.com"),
    enabled: &[
        "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
        "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
    ],
    opt_in: &[
        "af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6",
        "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1", "mx-central-1",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_own_global_region_endpoints_and_console() {
        for (region, name, global, endpoint, console) in [
            ("eu-west-1", "aws", "us-east-1", "amazonaws.com", Some("console.aws.amazon.com")),
            ("cn-northwest-1", "aws-cn", "cn-north-1", "amazonaws.com.cn", Some("console.amazonaws.cn")),
            ("us-gov-east-1", "aws-us-gov", "us-gov-west-1", "amazonaws.com", Some("console.amazonaws-us-gov.com")),
            ("eusc-de-east-1", "aws-eusc", "eusc-de-east-1", "amazonaws.eu", Some("console.amazonaws-eusc.eu")),
            ("us-iso-west-1", "aws-iso", "us-iso-east-1", "c2s.ic.gov", None),
            ("us-isob-east-1", "aws-iso-b", "us-isob-east-1", "sc2s.sgov.gov", None),
            ("eu-isoe-west-1", "aws-iso-e", "eu-isoe-west-1", "cloud.adc-e.uk", None),
            ("us-isof-east-1", "aws-iso-f", "us-isof-south-1", "csp.hci.ic.gov", None),
        ] {
            let partition = Partition::of(region);
            assert_eq!((partition.name, partition.global), (name, global), "{region}");
            assert_eq!(Partition::endpoint("cloudtrail", region), format!("cloudtrail.{region}.{endpoint}"));
            assert_eq!(Partition::console_host(region), console, "{region}");
            assert_eq!(Partition::service(&format!("ec2.{endpoint}")), Some("ec2"), "{region}");
            assert!(partition.enabled.contains(&global), "{region}");
        }
    }

    #[test]
    fn a_host_that_is_not_of_aws_is_no_service() {
        for host in ["ec2.example.com", "amazonaws.com", ".amazonaws.com", "198.51.100.7", ""] {
            assert_eq!(Partition::service(host), None, "{host}");
        }
    }
}
