//! What is known of regions: the form of their names, partitions, and where global services log.

/// One AWS partition, as far as planning needs it.
struct Partition {
    /// Its name in ARNs.
    name: &'static str,
    /// How its region names begin; empty for the commercial one, which stands last.
    prefix: &'static str,
    /// Where IAM, CloudFront, Route 53 and console sign-in events are.
    global: &'static str,
    /// Regions that are enabled without opting in.
    enabled: &'static [&'static str],
    /// Regions that an account has to opt into.
    opt_in: &'static [&'static str],
}

/// Source: AWS Account Management guide, "Enable or disable AWS Regions" (regions enabled by default, and others).
const PARTITIONS: [Partition; 3] = [
    Partition { name: "aws-cn", prefix: "cn-", global: "cn-north-1", enabled: &["cn-north-1", "cn-northwest-1"], opt_in: &[] },
    Partition { name: "aws-us-gov", prefix: "us-gov-", global: "us-gov-west-1", enabled: &["us-gov-west-1", "us-gov-east-1"], opt_in: &[] },
    COMMERCIAL,
];

const COMMERCIAL: Partition = Partition {
    name: "aws",
    prefix: "",
    global: "us-east-1",
    enabled: &[
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
    ],
    opt_in: &[
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
    ],
};

fn partition(region: &str) -> &'static Partition {
    PARTITIONS.iter().find(|partition| region.starts_with(partition.prefix)).unwrap_or(&COMMERCIAL)
}

/// Returns the region that holds the events of global services, in the partition of `region`.
pub fn global_region(region: &str) -> &'static str {
    partition(region).global
}

/// Returns the partition of a region as ARNs name it, such as `aws-cn`.
pub fn partition_name(region: &str) -> &'static str {
    partition(region).name
}

/// Returns the regions that are known in the partition of `region`, those that need opting in last.
pub fn known_regions(region: &str) -> impl Iterator<Item = &'static str> {
    let partition = partition(region);
    partition.enabled.iter().chain(partition.opt_in).copied()
}

/// Returns a region of the same partition that is surely enabled: the region itself where it is by default, else the one of
/// global services.
pub fn home_region(region: &str) -> &str {
    if enabled_by_default(region).contains(&region) { region } else { global_region(region) }
}

/// Returns the regions enabled without opting in, in the partition of `region`.
pub fn enabled_by_default(region: &str) -> &'static [&'static str] {
    partition(region).enabled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_own_global_region() {
        assert_eq!(global_region("eu-west-1"), "us-east-1");
        assert_eq!(global_region("cn-northwest-1"), "cn-north-1");
        assert_eq!(global_region("us-gov-east-1"), "us-gov-west-1");
    }
}
