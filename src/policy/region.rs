//! What planning needs to know of regions: where global services log, and which are there.

use crate::event::Partition;

/// Returns the region that holds the events of global services, in the partition of `region`.
pub fn global_region(region: &str) -> &'static str {
    Partition::of(region).global
}

/// Returns the partition of a region as ARNs name it, such as `aws-cn`.
pub fn partition_name(region: &str) -> &'static str {
    Partition::of(region).name
}

/// Returns the regions that are known in the partition of `region`, those that need opting in last.
pub fn known_regions(region: &str) -> impl Iterator<Item = &'static str> {
    let partition = Partition::of(region);
    partition.enabled.iter().chain(partition.opt_in).copied()
}

/// Returns a region of the same partition that is surely enabled: the region itself where it is by default, else the one of
/// global services.
pub fn home_region(region: &str) -> &str {
    if enabled_by_default(region).contains(&region) { region } else { global_region(region) }
}

/// Returns the regions enabled without opting in, in the partition of `region`.
pub fn enabled_by_default(region: &str) -> &'static [&'static str] {
    Partition::of(region).enabled
}
