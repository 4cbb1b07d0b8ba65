//! CloudTrail records in their true shapes, from a template of the request and the response.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::actor::Actor;
use super::random::Random;
use super::topology::{Names, fill_with};

/// What an API call looks like in CloudTrail, `$names` to be filled in.
///
/// Request and response are JSON; an empty text is null, as CloudTrail writes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    /// The event source without `.amazonaws.com`.
    pub(crate) service: &'static str,
    /// The event name as CloudTrail spells it, API suffix included.
    pub(crate) name: &'static str,
    /// `requestParameters`.
    pub(crate) request: &'static str,
    /// `responseElements`.
    pub(crate) response: &'static str,
    /// `errorCode` and `errorMessage` of a call that always fails.
    pub(crate) error: Option<(&'static str, &'static str)>,
}

/// A call that succeeded.
pub(crate) const fn call(service: &'static str, name: &'static str, request: &'static str, response: &'static str) -> Call {
    Call { service, name, request, response, error: None }
}

/// A call that was refused.
pub(crate) const fn refused(
    service: &'static str,
    name: &'static str,
    request: &'static str,
    code: &'static str,
    message: &'static str,
) -> Call {
    Call { service, name, request, response: "", error: Some((code, message)) }
}

impl Call {
    /// Tells whether the call only reads, as CloudTrail's `readOnly` does.
    pub(crate) fn reads(&self) -> bool {
        const VERBS: &[&str] =
            &["Describe", "Get", "List", "AssumeRole", "Decrypt", "GenerateDataKey", "Encrypt", "Lookup", "BatchGet", "Head"];
        VERBS.iter().any(|verb| self.name.starts_with(verb))
    }

    fn data_event(&self) -> bool {
        matches!((self.service, self.name), ("s3", "PutObject" | "GetObject") | ("lambda", "Invoke") | ("dynamodb", "PutItem"))
    }

    /// Returns where the call is logged: global services in us-east-1, the others where they were made.
    pub(crate) fn region<'a>(&self, home: &'a str) -> &'a str {
        if matches!(self.service, "iam" | "route53" | "cloudfront" | "organizations") { "us-east-1" } else { home }
    }

    /// Writes the record of this call.
    pub(crate) fn record(&self, names: &Names, actor: &Actor, time: DateTime<Utc>, home: &str, random: &mut Random) -> Value {
        let region = self.region(home);
        let account = names.get("account").map_or("111122223333", String::as_str);
        let request_id = random.uuid();
        let mut fresh = |template: &str| -> Value {
            let text = fill_with(template, |key| match key {
                "requestid" => Some(request_id.clone()),
                "hex" => Some(random.hex(17)),
                "uuid" => Some(random.uuid()),
                "n" => Some(random.between(2, 90).to_string()),
                "host" => Some(random.between(4, 250).to_string()),
                "now" => Some(time.format("%b %-d, %Y %-I:%M:%S %p").to_string()),
                "soon" => Some((time + Duration::days(7)).format("%b %-d, %Y, %-I:%M:%S %p").to_string()),
                _ => names.get(key).cloned(),
            });
            if text.is_empty() {
                Value::Null
            } else {
                serde_json::from_str(&text).unwrap_or(Value::String(format!("unreadable template: {text}")))
            }
        };
        let (mut request, response) = (fresh(self.request), fresh(self.response));
        let error = self.error.map(|(code, message)| (code, fresh(&json!(message).to_string())));
        let mut record = Map::new();
        record.insert("eventVersion".into(), version(self.service).into());
        record.insert("userIdentity".into(), actor.identity.clone());
        record.insert("eventTime".into(), time.to_rfc3339_opts(SecondsFormat::Secs, true).into());
        record.insert("eventSource".into(), format!("{}.amazonaws.com", self.service).into());
        record.insert("eventName".into(), self.name.into());
        record.insert("awsRegion".into(), region.into());
        record.insert("sourceIPAddress".into(), actor.address.clone().into());
        let agent = if self.service == "s3" { format!("[{}]", actor.agent) } else { actor.agent.clone() };
        record.insert("userAgent".into(), agent.into());
        if let Some((code, message)) = error {
            record.insert("errorCode".into(), code.into());
            record.insert("errorMessage".into(), message);
        }
        if self.service == "s3"
            && let Some(fields) = request.as_object_mut()
            && let Some(bucket) = fields.get("bucketName").and_then(Value::as_str)
        {
            let host = format!("{bucket}.s3.{region}.amazonaws.com");
            fields.insert("Host".into(), host.into());
        }
        let resources = resources(self.service, &request, account, region);
        record.insert("requestParameters".into(), request);
        record.insert("responseElements".into(), response);
        record.insert("requestID".into(), request_id.into());
        record.insert("eventID".into(), random.uuid().into());
        record.insert("readOnly".into(), self.reads().into());
        if let Some(resources) = resources {
            record.insert("resources".into(), resources);
        }
        record.insert("eventType".into(), "AwsApiCall".into());
        record.insert("managementEvent".into(), (!self.data_event()).into());
        record.insert("recipientAccountId".into(), account.into());
        record.insert("eventCategory".into(), if self.data_event() { "Data" } else { "Management" }.into());
        if !actor.service {
            let host = format!("{}.{region}.amazonaws.com", self.service);
            record.insert(
                "tlsDetails".into(),
                json!({"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": host}),
            );
        }
        if actor.console {
            record.insert("sessionCredentialFromConsole".into(), "true".into());
        }
        Value::Object(record)
    }
}

/// Turns a record into that of a failed identical call: no response, and mostly no request when access was denied.
pub(crate) fn fail(record: &mut Value, random: &mut Random) {
    let Some(fields) = record.as_object_mut() else { return };
    let ec2 = fields.get("eventSource").and_then(Value::as_str) == Some("ec2.amazonaws.com");
    let who = fields.get("userIdentity").and_then(|i| i.get("arn")).and_then(Value::as_str).unwrap_or("unknown").to_owned();
    let source = fields.get("eventSource").and_then(Value::as_str).unwrap_or_default().trim_end_matches(".amazonaws.com").to_owned();
    let name = fields.get("eventName").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (code, message) = match (random.between(0, 2), ec2) {
        (0, true) => ("Client.RequestLimitExceeded", "Request limit exceeded.".to_owned()),
        (0, false) => ("ThrottlingException", "Rate exceeded".to_owned()),
        (_, true) => ("Client.UnauthorizedOperation", "You are not authorized to perform this operation.".to_owned()),
        (_, false) => (
            "AccessDenied",
            format!("User: {who} is not authorized to perform: {source}:{name} because no identity-based policy allows it"),
        ),
    };
    let denied = code != "ThrottlingException" && !code.ends_with("LimitExceeded");
    fields.insert("errorCode".into(), code.into());
    fields.insert("errorMessage".into(), message.into());
    fields.insert("responseElements".into(), Value::Null);
    if denied && !ec2 && random.chance(70) {
        fields.insert("requestParameters".into(), Value::Null);
        fields.remove("resources");
    }
}

/// Record versions as services write them: the old ones lag.
fn version(service: &str) -> &'static str {
    match service {
        "ec2" | "lambda" => "1.10",
        "iam" | "sts" | "kms" | "s3" => "1.11",
        "elasticloadbalancing" | "rds" | "autoscaling" => "1.09",
        _ => "1.08",
    }
}

/// The `resources` array, for the few services that fill it.
fn resources(service: &str, request: &Value, account: &str, region: &str) -> Option<Value> {
    let text = |key: &str| request.get(key).and_then(Value::as_str);
    match service {
        "s3" => text("bucketName").map(|b| json!([{"accountId": account, "type": "AWS::S3::Bucket", "ARN": format!("arn:aws:s3:::{b}")}])),
        "kms" => text("keyId").map(|k| {
            let arn = if k.starts_with("arn:") { k.to_owned() } else { format!("arn:aws:kms:{region}:{account}:key/{k}") };
            json!([{"accountId": account, "type": "AWS::KMS::Key", "ARN": arn}])
        }),
        "ssm" => text("name").map(|p| json!([{"accountId": account, "ARN": format!("arn:aws:ssm:{region}:{account}:parameter{p}")}])),
        _ => None,
    }
}
