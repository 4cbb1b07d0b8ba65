//! The rules of LookupEvents.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Fault, State};

/// `X-Amz-Target` of LookupEvents, as the SDK sends it.
pub(crate) const TARGET: &str = "CloudTrail_20131101.LookupEvents";

/// Services whose events are in us-east-1 only.
const GLOBAL: [&str; 4] = ["iam.amazonaws.com", "cloudfront.amazonaws.com", "route53.amazonaws.com", "signin.amazonaws.com"];

/// An error as AWS JSON 1.1 tells it: status 400, this code, these words.
pub(super) type Refusal = (&'static str, &'static str);

impl State {
    /// Takes 1 of 2 tokens that come back at 2 a second, of an account and region.
    pub(super) fn admit(&mut self, place: &str, at: Instant) -> bool {
        let (tokens, last) = self.allowance.entry(place.to_owned()).or_insert((2.0, at));
        *tokens = (*tokens + (at - *last).as_secs_f64() * 2.0).min(2.0);
        *last = at;
        let admitted = !self.throttles || *tokens >= 1.0;
        if admitted {
            *tokens -= 1.0;
        }
        admitted
    }

    /// Lists the keys of a region that were in use within the time asked for, one a page.
    pub(super) fn public_keys(&self, region: &str, ask: &Value) -> Value {
        let (from, to) = (ask["StartTime"].as_f64().unwrap(), ask["EndTime"].as_f64().unwrap());
        let used = |key: &Value| key["ValidityStartTime"].as_f64().unwrap() < to && from < key["ValidityEndTime"].as_f64().unwrap();
        let keys: Vec<&Value> = self.public_keys.iter().filter(|(of, key)| of == region && used(key)).map(|(_, key)| key).collect();
        let page: usize = ask["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let next = (page + 1 < keys.len()).then(|| (page + 1).to_string());
        json!({"PublicKeyList": keys.get(page).into_iter().collect::<Vec<_>>(), "NextToken": next})
    }

    /// Answers one request.
    pub(super) fn lookup(&self, account: &str, region: &str, ask: &Value, fault: Fault) -> Result<Value, Refusal> {
        let size = ask["MaxResults"].as_u64().unwrap_or(50);
        if !(1..=50).contains(&size) {
            return Err(("InvalidMaxResultsException", "MaxResults is 1 to 50"));
        }
        let seconds = |key: &str| ask[key].as_f64().and_then(|seconds| DateTime::from_timestamp(seconds as i64, 0));
        let kept = self.now - TimeDelta::days(90);
        let (from, to) = (seconds("StartTime").unwrap_or(kept), seconds("EndTime").unwrap_or(self.now));
        if from > to {
            return Err(("InvalidTimeRangeException", "The start time is after the end time"));
        }
        let mut frozen = ask.clone();
        frozen.as_object_mut().unwrap().remove("NextToken");
        let frozen = format!("{region} {frozen}");
        let offset = match ask["NextToken"].as_str() {
            None => 0,
            Some(token) => {
                let (offset, bound) = token.split_once(' ').ok_or(("InvalidNextTokenException", "No such token"))?;
                if bound != frozen {
                    return Err(("InvalidNextTokenException", "The parameters are not those of the token"));
                }
                offset.split('.').next().unwrap().parse::<usize>().unwrap()
            }
        };
        let mut found: Vec<&Value> = self
            .events
            .iter()
            .filter(|event| {
                event["recipientAccountId"] == account && place(event) == region && attribute(event, &ask["LookupAttributes"][0])
            })
            .filter(|event| (from.max(kept)..=to).contains(&time(event)) && time(event) + self.lag <= self.now)
            .collect();
        found.sort_by_key(|event| std::cmp::Reverse(time(event)));
        let size = match fault {
            Fault::EmptyPageWithToken => 0,
            Fault::ShortPageWithToken => 1,
            _ => size as usize,
        };
        let page = found.iter().skip(offset).take(size).map(|event| envelope(event));
        let mut answer = json!({"Events": page.collect::<Vec<_>>()});
        let next = offset + size;
        // The number of the request keeps the token of an empty page from being that of its predecessor.
        let token = |offset: usize| Value::from(format!("{offset}.{} {frozen}", self.requests.len()));
        match fault {
            Fault::LoopingToken => answer["NextToken"] = Value::from(format!("{offset} {frozen}")),
            Fault::EmptyPageWithToken | Fault::ShortPageWithToken => answer["NextToken"] = token(next),
            _ if next < found.len() => answer["NextToken"] = token(next),
            _ => {}
        }
        if fault == Fault::BadCloudTrailEvent && answer["Events"][0].is_object() {
            answer["Events"][0]["CloudTrailEvent"] = json!("{\"eventTime\": \"20");
        }
        Ok(answer)
    }
}

fn time(event: &Value) -> DateTime<Utc> {
    event["eventTime"].as_str().unwrap().parse().unwrap()
}

fn place(event: &Value) -> &str {
    if GLOBAL.contains(&event["eventSource"].as_str().unwrap()) { "us-east-1" } else { event["awsRegion"].as_str().unwrap() }
}

/// Only the first attribute counts; it matches exactly.
fn attribute(event: &Value, attribute: &Value) -> bool {
    let field = match attribute["AttributeKey"].as_str() {
        None => return true,
        Some("ReadOnly") => return event["readOnly"].as_bool() == attribute["AttributeValue"].as_str().unwrap().parse().ok(),
        Some("EventId") => &event["eventID"],
        Some("EventName") => &event["eventName"],
        Some("EventSource") => &event["eventSource"],
        Some("AccessKeyId") => &event["userIdentity"]["accessKeyId"],
        Some("Username") => match event["userIdentity"]["principalId"].as_str().and_then(|id| id.split_once(':')) {
            Some((_, session)) => return attribute["AttributeValue"] == session,
            None if event["userIdentity"]["type"] == "Root" => return attribute["AttributeValue"] == "root",
            None => &event["userIdentity"]["userName"],
        },
        // The names that a request and its answer hold are what CloudTrail files an event under.
        Some("ResourceName") => {
            return ["requestParameters", "responseElements"].iter().any(|part| holds(&event[part], &attribute["AttributeValue"]));
        }
        Some(key) => panic!("the fake knows no attribute {key}"),
    };
    *field == attribute["AttributeValue"]
}

fn holds(value: &Value, wanted: &Value) -> bool {
    match value {
        Value::Object(map) => map.values().any(|value| holds(value, wanted)),
        Value::Array(items) => items.iter().any(|value| holds(value, wanted)),
        value => value == wanted,
    }
}

fn envelope(event: &Value) -> Value {
    json!({
        "EventId": event["eventID"], "EventName": event["eventName"], "EventSource": event["eventSource"],
        "ReadOnly": event["readOnly"].to_string(), "EventTime": time(event).timestamp() as f64, "Username": "alice",
        "Resources": [{"ResourceType": "AWS::EC2::Instance", "ResourceName": "i-0123456789abcdef0"}, {"ResourceName": "web"}],
        "CloudTrailEvent": event.to_string(),
    })
}
