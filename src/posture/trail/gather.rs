//! Asks AWS for everything that is judged, side by side, each thing once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::bucket;
use super::check::copies;
use super::fact::{Alarm, Bucket, Delivery, Fact, Key, LogGroup, MetricFilter, Organization, Posture, Status, Store, Topic, Trail};
use super::selector::Selectors;
use crate::coverage::Failure;
use crate::event::Arn;
use crate::source::api::{self, Ask, Read, Reader, Told, Unread, items};
use crate::time;

/// Most metric filters of a log group whose alarms are asked for.
const FILTERS: usize = 60;

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// What is recorded: trails, whether they run, and their selectors.
    Recording,
    /// All that is judged.
    Whole,
}

/// What stands for what is not asked at a depth.
pub(super) const NOT_ASKED: Unread = Unread { action: "", failure: Failure::NotAsked };

/// Reads the posture of one account in `regions`; `account` is empty where it could not be told.
pub(super) async fn gather(reader: &Reader, account: String, regions: &[String], now: DateTime<Utc>, depth: Depth) -> Posture {
    let first = regions.first().map(String::as_str).unwrap_or_default();
    let whole = depth == Depth::Whole;
    let lists = join_all(regions.iter().map(|region| trails(reader, region)));
    let around = async {
        if whole {
            let stores = join_all(regions.iter().map(|region| stores(reader, region)));
            join(stores, join(enabled_regions(reader, first), organization(reader, first))).await
        } else {
            (vec![Err(NOT_ASKED)], (Err(NOT_ASKED), Err(NOT_ASKED)))
        }
    };
    let (lists, (stores, (enabled_regions, organization))) = join(lists, around).await;
    let mut told: BTreeMap<String, (String, Value)> = BTreeMap::new();
    let mut listed = Vec::new();
    for (region, list) in regions.iter().zip(lists) {
        listed.push((region.clone(), list.as_ref().map(|_| ()).map_err(Clone::clone)));
        // A trail of several regions is told in each of them, and may be asked about in each; its home comes first.
        for trail in list.unwrap_or_default() {
            let at_home = home(&trail) == *region || !reader.allows(&home(&trail));
            let asked = if reader.allows(&home(&trail)) { home(&trail) } else { region.clone() };
            match told.entry(text(&trail, "TrailARN")) {
                Entry::Vacant(place) => {
                    place.insert((asked, trail));
                }
                Entry::Occupied(mut place) if at_home => {
                    place.insert((asked, trail));
                }
                Entry::Occupied(_) => {}
            }
        }
    }
    let known = if whole { Known::read(reader, now, told.values().map(|(_, trail)| trail)).await } else { Known::default() };
    let mut trails = join_all(told.values().map(|(asked, settings)| trail(reader, asked, settings, whole.then_some(&known)))).await;
    trails.sort_by(|a, b| (&a.name, &a.arn).cmp(&(&b.name, &b.arn)));
    let stores: Fact<Vec<Vec<Store>>> = stores.into_iter().collect();
    let mut posture = Posture {
        account,
        read_at: now,
        regions: listed,
        trails,
        enabled_regions,
        organization,
        stores: stores.map(|stores| stores.into_iter().flatten().collect()),
        events_a_month: None,
    };
    let copied = Some(()).filter(|()| whole).and_then(|()| copies(&posture).ok()?.into_iter().find(|(_, names)| names.len() > 1));
    if let Some(region) = copied.map(|(region, _)| region.to_owned()) {
        posture.events_a_month = events_a_month(reader, &region).await;
    }
    posture
}

/// Estimates how many management events a month a region has, by how long ago the newest 50 began.
async fn events_a_month(reader: &Reader, region: &str) -> Option<u64> {
    const MONTH: f64 = 30.0 * 86_400.0;
    let told = given(reader, &api::LOOKUP_EVENTS, region, json!({"MaxResults": 50})).await.ok()??;
    let times: Vec<DateTime<Utc>> = items(&told, "Events").filter_map(|event| instant(event.get("EventTime"))).collect();
    let (newest, oldest) = (times.iter().max()?, times.iter().min()?);
    let seconds = (*newest - *oldest).num_seconds().max(1) as f64;
    (times.len() > 1).then(|| (times.len() as f64 / seconds * MONTH) as u64)
}

/// What several trails may share.
#[derive(Default)]
struct Known {
    buckets: BTreeMap<(String, String), Arc<Bucket>>,
    keys: BTreeMap<String, Arc<Key>>,
    topics: BTreeMap<String, Arc<Topic>>,
    log_groups: BTreeMap<String, Arc<LogGroup>>,
}

impl Known {
    async fn read(reader: &Reader, now: DateTime<Utc>, trails: impl Iterator<Item = &Value> + Clone) -> Self {
        let homes = |key: &'static str| {
            let named = trails.clone().map(move |trail| (text(trail, key), home(trail)));
            named.filter(|(name, _)| !name.is_empty()).collect::<BTreeMap<String, String>>()
        };
        let places = trails.clone().map(|trail| ((text(trail, "S3BucketName"), text(trail, "S3KeyPrefix")), home(trail)));
        let places: BTreeMap<(String, String), String> = places.collect();
        let (keys, topics, groups) = (homes("KmsKeyId"), homes("SnsTopicARN"), homes("CloudWatchLogsLogGroupArn"));
        let buckets = join_all(places.iter().map(|((bucket, prefix), region)| bucket::read(reader, (region, now), bucket, prefix)));
        let keys = join_all(keys.iter().map(|(id, region)| key(reader, id, region)));
        let topics = join_all(topics.keys().map(|arn| topic(reader, arn)));
        let groups = join_all(groups.keys().map(|arn| log_group(reader, arn)));
        let ((buckets, keys), (topics, groups)) = join(join(buckets, keys), join(topics, groups)).await;
        Self {
            buckets: places.keys().cloned().zip(buckets.into_iter().map(Arc::new)).collect(),
            keys: keys.into_iter().map(|key| (key.id.clone(), Arc::new(key))).collect(),
            topics: topics.into_iter().map(|topic| (topic.arn.clone(), Arc::new(topic))).collect(),
            log_groups: groups.into_iter().map(|(arn, group)| (arn, Arc::new(group))).collect(),
        }
    }
}

async fn trails(reader: &Reader, region: &str) -> Fact<Vec<Value>> {
    let told = given(reader, &api::DESCRIBE_TRAILS, region, json!({"includeShadowTrails": true})).await?;
    let list = told.as_ref().and_then(|told| told.get("trailList")?.as_array()).ok_or_else(|| unreadable(&api::DESCRIBE_TRAILS))?;
    Ok(list.clone())
}

async fn trail(reader: &Reader, asked: &str, settings: &Value, known: Option<&Known>) -> Trail {
    let (arn, home) = (text(settings, "TrailARN"), home(settings));
    let on = |key: &str| settings.get(key).and_then(Value::as_bool).unwrap_or_default();
    let ask = |read: &'static Read, key: &str| {
        let parameters = if key == "ResourceIdList" { json!({key: [arn]}) } else { json!({key: arn}) };
        async move { given(reader, read, asked, parameters).await }
    };
    let status = join(ask(&api::GET_TRAIL_STATUS, "Name"), ask(&api::GET_EVENT_SELECTORS, "TrailName"));
    let more = async {
        match known {
            Some(_) => join(ask(&api::GET_INSIGHT_SELECTORS, "TrailName"), ask(&api::LIST_TAGS, "ResourceIdList")).await,
            None => (Err(NOT_ASKED), Err(NOT_ASKED)),
        }
    };
    let ((status, selectors), (insights, tags)) = join(status, more).await;
    let place = (text(settings, "S3BucketName"), text(settings, "S3KeyPrefix"));
    Trail {
        name: text(settings, "Name"),
        multi_region: on("IsMultiRegionTrail"),
        global_services: on("IncludeGlobalServiceEvents"),
        validation: on("LogFileValidationEnabled"),
        organization: on("IsOrganizationTrail"),
        selectors: selectors.and_then(|told| told.as_ref().and_then(Selectors::read).ok_or_else(|| unreadable(&api::GET_EVENT_SELECTORS))),
        insights: insights.map(|told| {
            let kind = |one: &Value| text(one, "InsightType");
            told.map(|told| items(&told, "InsightSelectors").map(kind).collect()).unwrap_or_default()
        }),
        tags: tags.map(|told| {
            let listed = |one: &Value| items(one, "TagsList").count();
            told.map_or(0, |told| items(&told, "ResourceTagList").map(listed).sum())
        }),
        status: status.and_then(|told| told.as_ref().and_then(status_of).ok_or_else(|| unreadable(&api::GET_TRAIL_STATUS))),
        bucket: known.and_then(|known| known.buckets.get(&place).cloned()).unwrap_or_else(|| Arc::new(bucket::bare(&place.0, true))),
        key: known.and_then(|known| known.keys.get(&text(settings, "KmsKeyId")).cloned()),
        topic: known.and_then(|known| known.topics.get(&text(settings, "SnsTopicARN")).cloned()),
        log_group: known.and_then(|known| known.log_groups.get(&text(settings, "CloudWatchLogsLogGroupArn")).cloned()),
        arn,
        home_region: home,
    }
}

/// Makes what stands for an answer in which the one thing is not that was asked for.
fn unreadable(read: &Read) -> Unread {
    Unread { action: read.action, failure: Failure::Unreadable }
}

/// Reads how a trail stands; nothing where it is not told whether it records.
fn status_of(told: &Value) -> Option<Status> {
    let delivery = |latest: &str, error: &str| Delivery {
        latest: instant(told.get(latest)),
        error: told.get(error).and_then(Value::as_str).filter(|error| !error.is_empty()).map(str::to_owned),
    };
    Some(Status {
        logging: told.get("IsLogging")?.as_bool()?,
        started: instant(told.get("StartLoggingTime")),
        stopped: instant(told.get("StopLoggingTime")),
        delivery: delivery("LatestDeliveryTime", "LatestDeliveryError"),
        digest: delivery("LatestDigestDeliveryTime", "LatestDigestDeliveryError"),
        logs: delivery("LatestCloudWatchLogsDeliveryTime", "LatestCloudWatchLogsDeliveryError"),
        notification: delivery("LatestNotificationTime", "LatestNotificationError"),
    })
}

/// Reads a time of AWS JSON: seconds since 1970, or RFC 3339.
fn instant(value: Option<&Value>) -> Option<DateTime<Utc>> {
    match value? {
        Value::Number(seconds) => DateTime::from_timestamp_millis((seconds.as_f64()? * 1000.0) as i64),
        Value::String(text) => time::parse(text),
        _ => None,
    }
}

async fn enabled_regions(reader: &Reader, region: &str) -> Fact<Vec<String>> {
    let told = given(reader, &api::DESCRIBE_REGIONS, region, json!({})).await?.unwrap_or_default();
    let mut regions: Vec<String> = items(&told, "regionInfo").map(|one| text(one, "regionName")).filter(|name| !name.is_empty()).collect();
    regions.sort();
    Ok(regions)
}

async fn organization(reader: &Reader, region: &str) -> Fact<Option<Organization>> {
    let told = given(reader, &api::DESCRIBE_ORGANIZATION, region, json!({})).await?;
    let organization = told.as_ref().and_then(|told| told.get("Organization"));
    Ok(organization.map(|one| Organization { id: text(one, "Id") }))
}

async fn stores(reader: &Reader, region: &str) -> Fact<Vec<Store>> {
    let listed =
        reader.list(Ask::new(&api::LIST_EVENT_DATA_STORES, region, json!({})), "EventDataStores", ("NextToken", "NextToken")).await?;
    let arns = listed.iter().map(|store| text(store, "EventDataStoreArn"));
    let told =
        join_all(arns.map(|arn| async move { given(reader, &api::GET_EVENT_DATA_STORE, region, json!({"EventDataStore": arn})).await }));
    let told: Fact<Vec<Option<Value>>> = told.await.into_iter().collect();
    Ok(told?.into_iter().flatten().map(|told| store(&told)).collect())
}

fn store(told: &Value) -> Store {
    let on = |key: &str| told.get(key).and_then(Value::as_bool).unwrap_or_default();
    Store {
        name: text(told, "Name"),
        arn: text(told, "EventDataStoreArn"),
        status: text(told, "Status"),
        retention_days: told.get("RetentionPeriod").and_then(Value::as_i64),
        protected: on("TerminationProtectionEnabled"),
        key: Some(text(told, "KmsKeyId")).filter(|key| !key.is_empty()),
    }
}

async fn key(reader: &Reader, id: &str, home: &str) -> Key {
    let region = Arn::parse(id).map_or(home, |arn| arn.region);
    let ask = |read| async move { given(reader, read, region, json!({"KeyId": id})).await };
    let (state, rotates) = join(ask(&api::DESCRIBE_KEY), ask(&api::GET_KEY_ROTATION_STATUS)).await;
    Key {
        id: id.to_owned(),
        state: state.map(|told| told.as_ref().and_then(|told| told.get("KeyMetadata")).map(|key| text(key, "KeyState"))),
        rotates: rotates.map(|told| told.and_then(|told| told.get("KeyRotationEnabled")?.as_bool()).unwrap_or_default()),
    }
}

async fn topic(reader: &Reader, arn: &str) -> Topic {
    let region = Arn::parse(arn).map(|arn| arn.region).unwrap_or_default();
    let told = given(reader, &api::GET_TOPIC_ATTRIBUTES, region, json!({"TopicArn": arn})).await;
    Topic { arn: arn.to_owned(), exists: told.map(|told| told.is_some()) }
}

/// Counts the confirmed subscriptions of a topic.
async fn confirmed(reader: &Reader, arn: &str) -> Fact<usize> {
    let region = Arn::parse(arn).map(|arn| arn.region).unwrap_or_default();
    let told = given(reader, &api::LIST_SUBSCRIPTIONS_BY_TOPIC, region, json!({"TopicArn": arn})).await?.unwrap_or_default();
    let result = told.get("ListSubscriptionsByTopicResult").unwrap_or(&told);
    Ok(items(result, "Subscriptions").filter(|one| text(one, "SubscriptionArn").starts_with("arn:")).count())
}

/// Reads a log group by its ARN, which is returned with it.
async fn log_group(reader: &Reader, arn: &str) -> (String, LogGroup) {
    let region = Arn::parse(arn).map(|arn| arn.region).unwrap_or_default();
    let name = arn.split(":log-group:").nth(1).unwrap_or_default().trim_end_matches(":*").to_owned();
    let groups = Ask::new(&api::DESCRIBE_LOG_GROUPS, region, json!({"logGroupNamePrefix": name}));
    let groups = reader.list(groups, "logGroups", ("nextToken", "nextToken"));
    let (groups, filters) = join(groups, filters(reader, region, &name)).await;
    let own = groups.map(|groups| groups.into_iter().find(|group| text(group, "logGroupName") == name));
    let group = LogGroup {
        exists: own.as_ref().map(Option::is_some).map_err(Clone::clone),
        retention_days: own.map(|group| group.and_then(|group| group.get("retentionInDays")?.as_i64())),
        filters,
        name,
    };
    (arn.to_owned(), group)
}

async fn filters(reader: &Reader, region: &str, group: &str) -> Fact<Vec<MetricFilter>> {
    let ask = Ask::new(&api::DESCRIBE_METRIC_FILTERS, region, json!({"logGroupName": group}));
    let listed = reader.list(ask, "metricFilters", ("nextToken", "nextToken")).await?;
    let filter = |told: Value| async move {
        let metrics = items(&told, "metricTransformations").map(|one| (text(one, "metricNamespace"), text(one, "metricName")));
        let alarms = join_all(metrics.map(|metric| alarms(reader, region, metric))).await;
        let alarms: Fact<Vec<Vec<Alarm>>> = alarms.into_iter().collect();
        MetricFilter { pattern: text(&told, "filterPattern"), alarms: alarms.map(|alarms| alarms.into_iter().flatten().collect()) }
    };
    Ok(join_all(listed.into_iter().take(FILTERS).map(filter)).await)
}

async fn alarms(reader: &Reader, region: &str, (namespace, metric): (String, String)) -> Fact<Vec<Alarm>> {
    let parameters = json!({"Namespace": namespace, "MetricName": metric});
    let told = given(reader, &api::DESCRIBE_ALARMS_FOR_METRIC, region, parameters).await?.unwrap_or_default();
    let result = told.get("DescribeAlarmsForMetricResult").unwrap_or(&told);
    let alarm = |told: Value| async move {
        let actions: Vec<String> = items(&told, "AlarmActions").filter_map(Value::as_str).map(str::to_owned).collect();
        let heard = join_all(actions.iter().map(|action| heard(reader, action))).await;
        let unread = heard.iter().find_map(|heard| heard.as_ref().err().cloned());
        let heard = match (heard.contains(&Ok(true)), unread) {
            (false, Some(unread)) => Err(unread),
            (heard, _) => Ok(heard),
        };
        Alarm { name: text(&told, "AlarmName"), acts: text(&told, "ActionsEnabled") == "true", heard }
    };
    Ok(join_all(items(result, "MetricAlarms").cloned().map(alarm)).await)
}

/// Tells whether anybody hears of an alarm's action.
async fn heard(reader: &Reader, action: &str) -> Fact<bool> {
    match Arn::parse(action) {
        Some(arn) if arn.service == "sns" => Ok(confirmed(reader, action).await? > 0),
        _ => Ok(!action.is_empty()),
    }
}

/// Asks, and returns nothing where there is none.
pub(super) async fn given(reader: &Reader, read: &'static Read, region: &str, parameters: Value) -> Fact<Option<Value>> {
    Ok(match reader.ask(&Ask::new(read, region, parameters)).await? {
        Told::Given(value) => Some(value),
        Told::None(_) => None,
    })
}

fn home(trail: &Value) -> String {
    text(trail, "HomeRegion")
}

/// Returns a text of an answer; empty where it is absent.
pub(super) fn text(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(on)) => on.to_string(),
        _ => String::new(),
    }
}
