//! Event selectors, basic and advanced: which events a trail records.

use serde_json::Value;

use crate::source::api::items;

/// Events of a kind, as selectors tell them apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// `Management`, `Data` or `NetworkActivity`.
    pub category: &'a str,
    /// Whether they only read; nothing where that does not matter.
    pub reads: Option<bool>,
    /// The service, as `kms.amazonaws.com`.
    pub source: Option<&'a str>,
    /// The type of resource, as `AWS::S3::Object`.
    pub resource_type: Option<&'a str>,
    /// The resource.
    pub arn: Option<&'a str>,
}

/// How many of the wanted events are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// None.
    None,
    /// Those that further conditions let through.
    Some,
    /// All.
    All,
}

/// What a trail's selectors let through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selectors {
    basic: Vec<Basic>,
    advanced: Vec<Vec<Field>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Basic {
    reads: bool,
    writes: bool,
    /// Whether it is of a kind that is not known, so that it may let less through.
    strange: bool,
    management: bool,
    excluded: Vec<String>,
    data: Vec<(String, Vec<String>)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Field {
    name: String,
    conditions: Vec<(String, Vec<String>)>,
    /// Whether it has a condition of a kind that is not known.
    strange: bool,
}

/// The services whose management events may be left out, which is judged by itself.
///
/// Source: AWS CloudTrail API, `EventSelector`, ExcludeManagementEventSources.
const EXCLUDABLE: &[&str] = &["kms.amazonaws.com", "rdsdata.amazonaws.com"];

impl Selectors {
    /// Reads what `GetEventSelectors` told, unless it told of no selectors at all; where the list is empty, all management events are recorded.
    pub fn read(told: &Value) -> Option<Self> {
        let lists = ["EventSelectors", "AdvancedEventSelectors"];
        lists.iter().find(|key| told.get(key).is_some_and(Value::is_array))?;
        if lists.iter().all(|key| items(told, key).next().is_none()) {
            return Some(Self { basic: vec![basic(&Value::Null)], advanced: Vec::new() });
        }
        Some(Self {
            basic: items(told, "EventSelectors").map(basic).collect(),
            advanced: items(told, "AdvancedEventSelectors")
                .map(|selector| items(selector, "FieldSelectors").map(field).collect())
                .collect(),
        })
    }

    /// Tells how many of the wanted events are recorded.
    ///
    /// Shape: selectors add up, so the widest of them counts.
    pub fn extent(&self, wanted: &Wanted<'_>) -> Extent {
        let basic = self.basic.iter().map(|selector| selector.extent(wanted));
        let of_a_category = |fields: &&Vec<Field>| fields.iter().any(|field| field.name == "eventCategory");
        let all_of = |fields: &Vec<Field>| fields.iter().map(|field| field.extent(wanted)).min().unwrap_or(Extent::None);
        let advanced = self.advanced.iter().filter(of_a_category).map(all_of);
        basic.chain(advanced).max().unwrap_or(Extent::None)
    }

    /// Returns the services of which network activity is recorded.
    pub fn network_sources(&self) -> Vec<&str> {
        let network = |fields: &&Vec<Field>| fields.iter().any(|field| field.name == "eventCategory" && field.names("NetworkActivity"));
        let sources = self.advanced.iter().filter(network).flatten().filter(|field| field.name == "eventSource");
        sources.flat_map(|field| field.conditions.iter().flat_map(|(_, values)| values.iter().map(String::as_str))).collect()
    }
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    items(value, key).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn basic(selector: &Value) -> Basic {
    let which = selector.get("ReadWriteType").map_or("All", |which| which.as_str().unwrap_or_default());
    let resource = |one: &Value| (one.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned(), texts(one, "Values"));
    Basic {
        reads: which != "WriteOnly",
        writes: which != "ReadOnly",
        strange: !["All", "ReadOnly", "WriteOnly"].contains(&which),
        management: selector.get("IncludeManagementEvents").and_then(Value::as_bool).unwrap_or(true),
        excluded: texts(selector, "ExcludeManagementEventSources"),
        data: items(selector, "DataResources").map(resource).collect(),
    }
}

/// Reads a field's conditions; several operators of one field are or-ed among the positive ones and and-ed among the negative ones.
fn field(field: &Value) -> Field {
    let operators = ["Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith"];
    let conditions = operators.iter().map(|operator| ((*operator).to_owned(), texts(field, operator)));
    Field {
        name: field.get("Field").and_then(Value::as_str).unwrap_or_default().to_owned(),
        conditions: conditions.filter(|(_, values)| !values.is_empty()).collect(),
        strange: field.as_object().is_none_or(|field| field.keys().any(|key| key != "Field" && !operators.contains(&key.as_str()))),
    }
}

impl Basic {
    fn extent(&self, wanted: &Wanted<'_>) -> Extent {
        let direction = match wanted.reads {
            Some(true) if !self.reads => return Extent::None,
            Some(false) if !self.writes => return Extent::None,
            None if !self.reads || !self.writes => Extent::Some,
            _ if self.strange => Extent::Some,
            _ => Extent::All,
        };
        let held = match wanted.category {
            "Management" if !self.management => Extent::None,
            "Management" => match wanted.source {
                Some(source) if self.excluded.iter().any(|excluded| excluded == source) => Extent::None,
                _ => Extent::All,
            },
            "Data" => {
                let of_type = self.data.iter().filter(|(kind, _)| wanted.resource_type.is_none_or(|wanted| wanted == kind));
                of_type.flat_map(|(_, values)| values).map(|value| covered(value, wanted.arn)).max().unwrap_or(Extent::None)
            }
            _ => Extent::None,
        };
        held.min(direction)
    }
}

/// Tells how many of the resources a value of `DataResources` stands for: `arn:aws:s3` and `arn:aws:lambda` are all, a bucket or prefix is some.
fn covered(value: &str, arn: Option<&str>) -> Extent {
    let parts: Vec<&str> = value.trim_end_matches(':').split(':').collect();
    let all = matches!(parts.as_slice(), ["arn", partition, service] if !partition.is_empty() && !service.is_empty());
    match arn {
        _ if all => Extent::All,
        Some(arn) if arn.starts_with(value) || value.trim_end_matches('/') == arn => Extent::All,
        Some(_) => Extent::None,
        None => Extent::Some,
    }
}

impl Field {
    /// Tells whether it leaves out nothing but services whose exclusion is judged by itself, as a basic selector may, too.
    fn only_excludes(&self) -> bool {
        let excluded = |(operator, values): &(String, Vec<String>)| {
            operator == "NotEquals" && values.iter().all(|value| EXCLUDABLE.contains(&value.as_str()))
        };
        self.name == "eventSource" && !self.strange && !self.conditions.is_empty() && self.conditions.iter().all(excluded)
    }

    fn names(&self, wanted: &str) -> bool {
        self.conditions.iter().any(|(operator, values)| operator == "Equals" && values.iter().any(|value| value == wanted))
    }

    fn extent(&self, wanted: &Wanted<'_>) -> Extent {
        let reads = wanted.reads.map(|reads| if reads { "true" } else { "false" });
        let known = match self.name.as_str() {
            "eventCategory" => Some(wanted.category),
            "readOnly" => reads,
            "eventSource" => wanted.source,
            "resources.type" => wanted.resource_type,
            "resources.ARN" => wanted.arn,
            _ => None,
        };
        let Some(known) = known else {
            return if self.only_excludes() { Extent::All } else { Extent::Some };
        };
        let holds = |operator: &str, value: &str| match operator.trim_start_matches("Not") {
            "Equals" => known == value,
            "StartsWith" => known.starts_with(value),
            _ => known.ends_with(value),
        };
        let (negative, positive): (Vec<_>, Vec<_>) = self.conditions.iter().partition(|(operator, _)| operator.starts_with("Not"));
        let met = |(operator, values): &(String, Vec<String>)| values.iter().any(|value| holds(operator, value));
        let let_through = (positive.is_empty() || positive.into_iter().any(met)) && !negative.into_iter().any(met);
        match let_through {
            true if self.strange || self.conditions.is_empty() => Extent::Some,
            true => Extent::All,
            false => Extent::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WRITES: Wanted<'_> = Wanted { category: "Management", reads: Some(false), source: None, resource_type: None, arn: None };

    fn read(told: Value) -> Selectors {
        Selectors::read(&told).unwrap()
    }

    fn data(arn: Option<&str>) -> Wanted<'_> {
        Wanted { category: "Data", reads: Some(false), resource_type: Some("AWS::S3::Object"), arn, ..Wanted::default() }
    }

    #[test]
    fn basic_selectors_exclude_sources_and_directions() {
        let selectors = read(json!({"EventSelectors": [
            {"ReadWriteType": "WriteOnly", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}));
        assert_eq!(selectors.extent(&WRITES), Extent::All);
        assert_eq!(selectors.extent(&Wanted { reads: Some(true), ..WRITES }), Extent::None);
        assert_eq!(selectors.extent(&Wanted { source: Some("kms.amazonaws.com"), ..WRITES }), Extent::None);
        assert_eq!(selectors.extent(&Wanted { source: Some("ec2.amazonaws.com"), ..WRITES }), Extent::All);
        assert_eq!(selectors.extent(&Wanted { reads: None, ..WRITES }), Extent::Some);
    }

    #[test]
    fn a_trail_without_selectors_records_all_management_events() {
        let selectors = read(json!({"EventSelectors": []}));
        assert_eq!(selectors.extent(&Wanted { reads: None, ..WRITES }), Extent::All);
        assert_eq!(selectors.extent(&data(None)), Extent::None);
    }

    #[test]
    fn data_events_of_one_bucket_are_some_of_all_and_all_of_that_bucket() {
        let of = |value: &str| {
            read(json!({"EventSelectors": [{"IncludeManagementEvents": false,
                "DataResources": [{"Type": "AWS::S3::Object", "Values": [value]}]}]}))
        };
        assert_eq!(of("arn:aws:s3").extent(&data(None)), Extent::All);
        assert_eq!(of("arn:aws:s3:::").extent(&data(None)), Extent::All);
        assert_eq!(of("arn:aws:s3:::books/").extent(&data(None)), Extent::Some);
        assert_eq!(of("arn:aws:s3:::books/").extent(&data(Some("arn:aws:s3:::books/a"))), Extent::All);
        assert_eq!(of("arn:aws:s3:::books/").extent(&data(Some("arn:aws:s3:::other/a"))), Extent::None);
        assert_eq!(of("arn:aws:s3").extent(&WRITES), Extent::None);
    }

    #[test]
    fn every_field_of_an_advanced_selector_has_to_let_an_event_through() {
        let selectors = read(json!({"AdvancedEventSelectors": [
            {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}]},
            {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::books/"]}]},
            {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["NetworkActivity"]}, {"Field": "eventSource", "Equals": ["s3.amazonaws.com"]}]}]}));
        assert_eq!(selectors.extent(&Wanted { source: Some("kms.amazonaws.com"), ..WRITES }), Extent::None);
        assert_eq!(selectors.extent(&Wanted { source: Some("iam.amazonaws.com"), ..WRITES }), Extent::All);
        assert_eq!(selectors.extent(&data(None)), Extent::Some);
        assert_eq!(selectors.extent(&data(Some("arn:aws:s3:::books/a"))), Extent::All);
        assert_eq!(selectors.extent(&data(Some("arn:aws:s3:::other/a"))), Extent::None);
        assert_eq!(selectors.network_sources(), ["s3.amazonaws.com"]);
    }

    #[test]
    fn what_is_not_recognised_never_counts_as_all() {
        for told in [json!({}), json!(null), json!({"TrailARN": "arn"}), json!({"EventSelectors": "All"})] {
            assert_eq!(Selectors::read(&told), None, "{told}");
        }
        let advanced = |field: Value| {
            let category = json!({"Field": "eventCategory", "Equals": ["Management"]});
            json!({"AdvancedEventSelectors": [{"FieldSelectors": [category, field]}]})
        };
        for told in [
            json!({"EventSelectors": [{"ReadWriteType": "Sampled"}]}),
            json!({"EventSelectors": [{"ReadWriteType": 7}]}),
            json!({"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"], "Sampled": ["1"]}]}]}),
            advanced(json!({"Field": "readOnly", "Matches": ["false"]})),
            advanced(json!({"Field": "readOnly"})),
            advanced(json!({"Field": "eventSource", "NotEquals": ["iam.amazonaws.com"]})),
            advanced(json!({"Field": "eventSource", "Equals": ["kms.amazonaws.com"]})),
            advanced(json!({"Field": "eventName", "NotEquals": ["StopLogging"]})),
            advanced(json!("readOnly")),
        ] {
            assert_eq!(read(told.clone()).extent(&WRITES), Extent::Some, "{told}");
        }
        assert_eq!(read(json!({"AdvancedEventSelectors": [{"FieldSelectors": []}]})).extent(&WRITES), Extent::None);
        assert_eq!(
            read(json!({"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "readOnly", "Equals": ["false"]}]}]})).extent(&WRITES),
            Extent::None
        );
        let of = |value: &str| read(json!({"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": [value]}]}]}));
        for value in ["", "arn", "arn:", "arn:aws", "s3"] {
            assert_ne!(of(value).extent(&data(None)), Extent::All, "{value}");
        }
    }

    #[test]
    fn a_service_that_is_excluded_is_judged_alike_in_both_kinds_of_selectors() {
        let basic = read(json!({"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}));
        let advanced = read(json!({"AdvancedEventSelectors": [{"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}]}]}));
        for wanted in
            [WRITES, Wanted { source: Some("kms.amazonaws.com"), ..WRITES }, Wanted { source: Some("ec2.amazonaws.com"), ..WRITES }]
        {
            assert_eq!(basic.extent(&wanted), advanced.extent(&wanted), "{wanted:?}");
        }
        assert_eq!(basic.extent(&WRITES), Extent::All);
    }
}
