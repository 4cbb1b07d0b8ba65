//! AWS Health, as EventBridge delivers it: what AWS itself does to resources, or plans to.
//!
//! Source: AWS Health, "Reference: AWS Health events Amazon EventBridge schema". Times in `detail` are RFC 1123; `eventRegion`
//! and `affectedAccount` tell where, the envelope only where it was delivered. It may itself be the cause, which
//! CloudTrail does not have.

use serde_json::Value;

use super::{AlertForm, Payload, Place, Reported, first_text, first_time, push, push_at, push_map, text};

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "AWS Health (EventBridge)", recognise, read };

fn recognise(payload: &Value) -> bool {
    payload.pointer("/detail/eventTypeCode").is_some() && payload.pointer("/detail/eventTypeCategory").is_some()
}

fn read(payload: &Value) -> Payload {
    let mut facts = Vec::new();
    push(&mut facts, Place::Origin, "region", &first_text(payload, &["/detail/eventRegion", "/region"]));
    push(&mut facts, Place::Origin, "account", &first_text(payload, &["/detail/affectedAccount", "/account"]));
    for entity in payload.pointer("/detail/affectedEntities").and_then(Value::as_array).into_iter().flatten() {
        push(&mut facts, Place::Detail, "entity", text(entity, "/entityValue").unwrap_or_default());
        push_map(&mut facts, Place::Tag, entity, "/tags");
    }
    for resource in payload.get("resources").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        push(&mut facts, Place::Detail, "entity", resource);
    }
    for at in ["/detail/eventTypeCode", "/detail/service"] {
        push_at(&mut facts, Place::Annotation, payload, at);
    }
    for description in payload.pointer("/detail/eventDescription").and_then(Value::as_array).into_iter().flatten() {
        push_at(&mut facts, Place::Annotation, description, "/latestDescription");
    }
    // A stop that is announced lies ahead; what it is announced for began before it was told.
    let told = first_time(payload, &["/detail/lastUpdatedTime", "/time"]);
    let start = first_time(payload, &["/detail/startTime"]).filter(|start| told.is_none_or(|told| *start <= told));
    let alert = Reported {
        name: first_text(payload, &["/detail/eventTypeCode"]),
        firing: text(payload, "/detail/statusCode").map(|status| status != "closed"),
        started: start.or(told),
        ended: first_time(payload, &["/detail/endTime"]),
        facts,
        ..Reported::default()
    };
    Payload { alerts: vec![alert], facts: Vec::new() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::outline;

    #[test]
    fn a_stop_that_is_announced_began_when_it_was_told() {
        let payload = json!({
            "detail-type": "AWS Health Event", "source": "aws.health", "account": "111122223333", "time": "2026-01-27T20:06:00Z", "region": "us-east-1",
            "detail": {"service": "EC2", "eventTypeCode": "AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED", "eventTypeCategory": "scheduledChange", "statusCode": "upcoming",
                "startTime": "Tue, 10 Feb 2026 06:00:00 GMT", "lastUpdatedTime": "Tue, 27 Jan 2026 20:04:10 GMT"}
        });
        assert!(
            outline(&payload).contains("AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED at 20:04:10, firing"),
            "{}",
            outline(&payload)
        );
    }

    #[test]
    fn a_health_event_counts_from_its_own_start_and_names_what_it_affects() {
        let payload = json!({
            "version": "0", "id": "00000000-0000-0000-0000-000000000000", "detail-type": "AWS Health Event", "source": "aws.health", "account": "444455556666",
            "time": "2026-01-27T20:10:00Z", "region": "us-east-1", "resources": ["i-0123456789abcdef0"],
            "detail": {"eventArn": "arn:aws:health:eu-west-1::event/EC2/AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED/1", "service": "EC2",
                "eventTypeCode": "AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED", "eventTypeCategory": "issue", "eventScopeCode": "ACCOUNT_SPECIFIC", "statusCode": "open",
                "startTime": "Tue, 27 Jan 2026 20:04:10 GMT", "lastUpdatedTime": "Tue, 27 Jan 2026 20:09:00 GMT", "eventRegion": "eu-west-1", "affectedAccount": "111122223333",
                "eventDescription": [{"language": "en_US", "latestDescription": "The drive of an instance is slow."}],
                "affectedEntities": [{"entityValue": "i-0123456789abcdef0", "tags": {"app": "checkout"}}, {"entityValue": "arn:aws:rds:eu-west-1:111122223333:db:orders"}]}
        });
        insta::assert_snapshot!(outline(&payload), @r"
        AWS Health (EventBridge)
        AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED at 20:04:10, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        eu-west-1: alert field region
        111122223333: alert field account
        arn:aws:rds:eu-west-1:111122223333:db:orders AWS::RDS::DBInstance: ARN in alert detail entity
        i-0123456789abcdef0 AWS::EC2::Instance: alert detail entity
        checkout ?: alert tag app
        ");
    }
}
