//! The binary, driven over stdio by a real MCP client, and every answer held against the tool's own output schema.

use rmcp::ServiceExt as _;
use rmcp::model::{CallToolRequestParams, CallToolResult, Tool};
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::TokioChildProcess;
use serde_json::{Value, json};

use crate::binary;

pub(crate) struct Client {
    service: RunningService<RoleClient, ()>,
    tools: Vec<Tool>,
}

impl Client {
    pub(crate) async fn connect(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = tokio::process::Command::from(binary::command());
        command.args(arguments).envs(environment.iter().copied());
        let service = ().serve(TokioChildProcess::new(command).unwrap()).await.unwrap();
        let tools = service.list_all_tools().await.unwrap();
        Self { service, tools }
    }

    /// Calls a tool and checks the result against its output schema.
    pub(crate) async fn call(&self, name: &str, arguments: Value) -> CallToolResult {
        let call = CallToolRequestParams::new(name.to_owned()).with_arguments(arguments.as_object().unwrap().clone());
        let result = self.service.call_tool(call).await.unwrap();
        let tool = self.tools.iter().find(|tool| tool.name.replace('_', ".") == name.replace('_', ".")).unwrap();
        let schema = Value::Object(tool.output_schema.as_deref().unwrap().clone());
        let validator = jsonschema::validator_for(&schema).unwrap();
        let structured = result.structured_content.as_ref().unwrap();
        let problems: Vec<String> = validator.iter_errors(structured).map(|problem| problem.to_string()).collect();
        assert_eq!(problems, Vec::<String>::new(), "{structured:#}");
        result
    }

    pub(crate) async fn events(&self, arguments: Value) -> Value {
        self.call("aws.cloudtrail_events", arguments).await.structured_content.unwrap()
    }

    pub(crate) async fn leave(self) {
        self.service.cancel().await.unwrap();
    }
}

fn alert() -> Value {
    serde_json::from_str(include_str!("../../src/command/demo/alert.json")).unwrap()
}

fn events(answer: &Value) -> Vec<&Value> {
    let mut events: Vec<&Value> =
        answer["groups"].as_array().into_iter().flatten().flat_map(|group| group["events"].as_array().unwrap()).collect();
    events.sort_by_key(|event| event["rank"].as_u64());
    events
}

#[tokio::test]
async fn an_alert_goes_in_and_the_change_before_it_comes_out_first() {
    let client = Client::connect(&["serve", "--demo"], &[]).await;
    let answer = client.events(json!({"investigation": alert()})).await;
    assert_eq!(answer["finding"], "suspects");
    let first = events(&answer)[0];
    assert_eq!((first["name"].as_str(), first["rank"].as_u64()), (Some("RevokeSecurityGroupIngress"), Some(1)));
    assert_eq!(first["relative"], "4m 8s before alert");
    assert!(first["summary"].as_str().unwrap().contains("tcp/5432"), "{first}");
    assert_eq!(answer["coverage"]["verdict"], "complete", "{:#}", answer["coverage"]);
    let totals = &answer["totals"];
    let sum = ["shown", "folded", "remaining"].iter().map(|key| totals[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!(totals["matched"].as_u64(), Some(sum));
    client.leave().await;
}

#[tokio::test]
async fn both_forms_hold_the_same_events_and_neither_a_secret() {
    let client = Client::connect(&["serve", "--demo"], &[]).await;
    for detail in ["concise", "full"] {
        let result = client.call("aws.cloudtrail_events", json!({"investigation": alert(), "detail": detail, "limit": 100})).await;
        let structured = result.structured_content.unwrap();
        let markdown = result.content[0].as_text().unwrap().text.clone();
        for event in events(&structured) {
            assert!(markdown.contains(event["event_id"].as_str().unwrap()));
        }
        for text in [markdown, structured.to_string()] {
            assert!(!text.contains("hunter2"));
        }
    }
    client.leave().await;
}

#[tokio::test]
async fn a_cursor_goes_on_where_the_answer_stopped_and_repeats_nothing() {
    let client = Client::connect(&["serve", "--demo"], &[]).await;
    let mut seen: Vec<String> = Vec::new();
    let mut arguments = json!({"investigation": alert(), "limit": 4});
    let mut matched = None;
    loop {
        let answer = client.events(arguments).await;
        let totals = answer["totals"].clone();
        assert_eq!(*matched.get_or_insert(totals["matched"].clone()), totals["matched"]);
        let ranks: Vec<u64> = events(&answer).iter().map(|event| event["rank"].as_u64().unwrap()).collect();
        assert_eq!(ranks.first().copied(), Some(seen.len() as u64 + 1));
        seen.extend(events(&answer).iter().map(|event| event["event_id"].as_str().unwrap().to_owned()));
        assert_eq!(totals["shown"].as_u64(), Some(seen.len() as u64));
        match answer["next_cursor"].as_str() {
            Some(cursor) => arguments = json!({"cursor": cursor, "limit": 4}),
            None => {
                assert_eq!(totals["remaining"], 0);
                break;
            }
        }
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all, "an event was repeated");
    assert!(all > 8);
    client.leave().await;
}

#[tokio::test]
async fn what_the_caller_can_mend_is_an_answer_that_says_how() {
    let client = Client::connect(&["serve", "--demo"], &[]).await;
    let cases = [
        (json!({"limit": 0}), "limit", "from 1 to 100"),
        (json!({"limit": "lots"}), "limit", "for example 20"),
        (json!({"regoins": "eu-west-1"}), "regoins", "`regions`"),
        (json!({"detail": "ful"}), "detail", "concise, full"),
        (json!({"regions": {"a": 1}}), "regions", "eu-west-1"),
        (json!({"regions": "Nowhere!"}), "regions", "us-east-1"),
        (json!({"categories": ["security_groop"]}), "categories", "security_group"),
        (json!({"start_time": "yesterday-ish"}), "start_time", "2026"),
        (json!({"start_time": "2026-01-27T20:00:00Z", "end_time": "2026-01-27T19:00:00Z"}), "end_time", ""),
        (json!({"start_time": "2020-01-01T00:00:00Z"}), "start_time", "48h"),
        (json!({"investigation": 7}), "investigation", ""),
        (json!({"cursor": "AAAAAAAAAAAAAAAA"}), "cursor", "without `cursor`"),
        (json!({"cursor": "AAAA", "regions": "eu-west-1"}), "regions", "only limit and detail"),
        (json!({"source": "lakes"}), "source", "archive"),
        (json!({"errors_only": "perhaps"}), "errors_only", "true"),
    ];
    for (arguments, argument, hint) in cases {
        let result = client.call("aws.cloudtrail_events", arguments.clone()).await;
        let answer = result.structured_content.unwrap();
        assert_eq!(result.is_error, Some(true), "{arguments}");
        assert_eq!(answer["finding"], "could_not_look");
        assert_eq!(answer["error"]["argument"], argument, "{arguments}: {answer}");
        let said = format!("{} {}", answer["error"]["message"], answer["error"]["next"]);
        assert!(said.contains(hint), "{arguments}: {said}");
        assert!(result.content[0].as_text().unwrap().text.len() < 2_048);
    }
    // What only the operator can allow is told to the operator.
    let result = client.call("aws.cloudtrail_events", json!({"source": "lake"})).await;
    let answer = result.structured_content.unwrap();
    assert_eq!((&answer["finding"], &answer["error"]["code"]), (&json!("could_not_look"), &json!("tool_not_allowed")), "{answer}");
    assert!(answer["error"]["next"].as_str().unwrap().contains("allow_aws_read"), "{answer}");
    client.leave().await;
}

#[tokio::test]
async fn what_is_not_whole_json_is_text_and_that_no_start_stands_in_it_comes_first() {
    let client = Client::connect(&["serve", "--demo"], &[]).await;
    let result = client.call("aws.cloudtrail_events", json!({"investigation": "{\"broken\": "})).await;
    let headline = result.structured_content.unwrap()["headline"].as_str().unwrap().to_owned();
    assert!(headline.starts_with("No start was found in the investigation"), "{headline}");
    client.leave().await;
}

#[tokio::test]
async fn without_permission_nothing_is_read_and_the_operator_is_told_the_key() {
    let client = Client::connect(&["serve"], &[]).await;
    let result = client.call("aws.cloudtrail_events", json!({"regions": "eu-west-1"})).await;
    let answer = result.structured_content.unwrap();
    assert_eq!((result.is_error, answer["error"]["code"].as_str()), (Some(true), Some("tool_not_allowed")));
    let next = answer["error"]["next"].as_str().unwrap();
    assert!(next.contains("For the operator") && next.contains("allow_aws_read"), "{next}");
    client.leave().await;
}

#[tokio::test]
async fn one_event_is_shown_whole_without_its_secrets_or_said_to_be_missing() {
    let client = Client::connect(&["serve", "--demo"], &[]).await;
    let answer = client.events(json!({"investigation": alert(), "event_names": "RegisterTaskDefinition"})).await;
    let id = events(&answer)[0]["event_id"].as_str().unwrap().to_owned();
    let found = client.call("aws.cloudtrail_event", json!({"event_id": id})).await.structured_content.unwrap();
    assert_eq!(found["finding"], "found");
    assert_eq!(found["record"]["eventName"], "RegisterTaskDefinition");
    assert!(!found.to_string().contains("hunter2"));
    let missing = client.call("aws.cloudtrail_event", json!({"event_id": "00000000-0000-4000-8000-000000000000"})).await;
    assert_ne!(missing.structured_content.unwrap()["finding"], "found");
    let refused = client.call("aws.cloudtrail_event", json!({})).await;
    assert_eq!(refused.structured_content.unwrap()["error"]["argument"], "event_id");
    client.leave().await;
}

#[tokio::test]
async fn a_filter_hides_events_but_not_its_own_counts() {
    let client = Client::connect(&["serve", "--demo"], &[]).await;
    for (filter, expected) in [
        (json!({"event_names": "revoke*"}), "RevokeSecurityGroupIngress"),
        (json!({"event_sources": "ecs", "event_names": ["UpdateService"]}), "UpdateService"),
        (json!({"actors": "*erin*"}), "TerminateInstances"),
        (json!({"errors_only": true}), "TerminateInstances"),
        (json!({"resources_only": true, "event_names": "Revoke*"}), "RevokeSecurityGroupIngress"),
        (json!({"categories": "load_balancer,security_group", "event_names": "Revoke*"}), "RevokeSecurityGroupIngress"),
    ] {
        let mut arguments = filter.clone();
        arguments["investigation"] = alert();
        let answer = client.events(arguments).await;
        let names: Vec<&str> = events(&answer).iter().map(|event| event["name"].as_str().unwrap()).collect();
        assert_eq!(names, [expected], "{filter}");
        assert_eq!(answer["totals"]["matched"], 1, "{filter}");
    }
    client.leave().await;
}
