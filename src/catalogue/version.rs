//! Which event names are recorded with the date or version of their API after them.

/// Names and what stands after them, beside the name alone.
///
/// Source: names in real records and the API models of Lambda and CloudFront.
#[rustfmt::skip] // A table reads best in rows.
const RECORDED: &[(&[&str], &[&str])] = &[
    (&["CreateFunction"], &["20150331", "2020_05_31"]),
    (&["DeleteFunction"], &["20150331", "2020_05_31"]),
    (&["UpdateFunction", "PublishFunction"], &["2020_05_31"]),
    (&["UpdateFunctionCode", "UpdateFunctionConfiguration", "AddPermission", "RemovePermission", "Invoke"], &["20150331v2", "20150331"]),
    (&["PublishVersion", "CreateAlias", "UpdateAlias", "DeleteAlias", "CreateEventSourceMapping", "UpdateEventSourceMapping", "DeleteEventSourceMapping"],
        &["20150331"]),
    (&["PutFunctionConcurrency", "DeleteFunctionConcurrency"], &["20171031"]),
    (&["PublishLayerVersion", "DeleteLayerVersion", "AddLayerVersionPermission"], &["20181031"]),
    (&["CreateDistribution", "UpdateDistribution", "DeleteDistribution", "CreateInvalidation", "CreateOriginRequestPolicy", "UpdateOriginRequestPolicy",
        "CreateCachePolicy", "UpdateCachePolicy", "CreateOriginAccessControl", "UpdateOriginAccessControl"], &["2020_05_31"]),
];

/// Returns what may stand after an event name where it is recorded.
pub fn recorded_as(name: &str) -> impl Iterator<Item = &'static str> {
    RECORDED.iter().filter(move |(names, _)| names.contains(&name)).flat_map(|(_, versions)| versions.iter().copied())
}
