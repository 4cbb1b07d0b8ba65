//! What clients read besides asking a tool, over stdio.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::binary;

const PAGE_TYPE: &str = "text/html;profile=mcp-app";

/// Sends requests in one go to a server that plays the demo, and gives its answers, by id from 1 on.
fn asked(capabilities: &Value, requests: &[(&str, Value)]) -> Vec<Value> {
    asked_of(&[], capabilities, requests)
}

/// The same of a server with further arguments.
fn asked_of(arguments: &[&str], capabilities: &Value, requests: &[(&str, Value)]) -> Vec<Value> {
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": {"name": "resources", "version": "0"}});
    let mut lines = vec![
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ];
    lines.extend(
        requests.iter().enumerate().map(|(n, (method, params))| json!({"jsonrpc": "2.0", "id": n + 1, "method": method, "params": params})),
    );
    let mut server =
        binary::command().args(["serve", "--demo"]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = server.stdin.take().unwrap();
    lines.iter().for_each(|line| writeln!(input, "{line}").unwrap());
    drop(input);
    let output = server.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut replies: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    replies.retain(|reply| reply["id"] != 0);
    replies.sort_by_key(|reply| reply["id"].as_u64());
    replies
}

/// Names the page of each tool that has one.
fn pages(list: &Value) -> Vec<(&str, &Value)> {
    let tools = list["result"]["tools"].as_array().unwrap().iter();
    tools
        .filter(|tool| tool.get("_meta").is_some())
        .map(|tool| (tool["name"].as_str().unwrap(), &tool["_meta"]["ui"]["resourceUri"]))
        .collect()
}

#[test]
fn a_client_that_shows_pages_is_offered_the_timeline_and_no_other_client_is() {
    let page = json!("ui://cloudtrail-mcp/timeline");
    let shows = json!({"extensions": {"io.modelcontextprotocol/ui": {"mimeTypes": [PAGE_TYPE]}}});
    let list = asked(&shows, &[("tools/list", json!({}))]);
    assert_eq!(pages(&list[0]), [("aws.cloudtrail_events", &page)]);
    let other = json!({"extensions": {"io.modelcontextprotocol/ui": {"mimeTypes": ["text/other"]}}});
    for capabilities in [json!({}), other] {
        assert_eq!(pages(&asked(&capabilities, &[("tools/list", json!({}))])[0]), []);
    }
}

#[test]
fn the_timeline_is_a_page_of_its_own_that_asks_for_no_host() {
    let read = [("resources/list", json!({})), ("resources/read", json!({"uri": "ui://cloudtrail-mcp/timeline"}))];
    let replies = asked(&json!({}), &read);
    let listed = &replies[0]["result"]["resources"][0];
    assert_eq!((listed["uri"].as_str(), listed["mimeType"].as_str()), (Some("ui://cloudtrail-mcp/timeline"), Some(PAGE_TYPE)));
    let contents = &replies[1]["result"]["contents"][0];
    assert_eq!((contents["uri"].as_str(), contents["mimeType"].as_str()), (Some("ui://cloudtrail-mcp/timeline"), Some(PAGE_TYPE)));
    for (of, domains) in contents["_meta"]["ui"]["csp"].as_object().unwrap() {
        assert_eq!(domains, &json!([]), "{of}");
    }
    let page = contents["text"].as_str().unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.len() < 200 << 10, "{} bytes", page.len());
}

#[test]
fn a_picture_goes_with_an_answer_where_that_is_asked_for_and_it_can_be_drawn() {
    let question = json!({"name": "aws.cloudtrail_events", "arguments": {"start_time": "2026-01-27T19:34:00Z"}});
    let content = |arguments: &[&str]| asked_of(arguments, &json!({}), &[("tools/call", question.clone())])[0]["result"]["content"].clone();
    let plain = content(&[]);
    assert_eq!(plain.as_array().unwrap().len(), 1, "nobody pays for a picture who has not asked for one");
    if !cloudtrail_mcp::render::DRAWS_PNG {
        let refused = binary::run(&["serve", "--demo", "--timeline-image"]);
        assert_eq!(refused.status.code(), Some(78));
        assert!(binary::stderr(&refused).contains("--features png"), "{}", binary::stderr(&refused));
        return;
    }
    let with_image = content(&["--timeline-image"]);
    assert_eq!(with_image[0]["type"], "text");
    assert_eq!((&with_image[1]["type"], &with_image[1]["mimeType"]), (&json!("image"), &json!("image/png")));
    assert_eq!(with_image[1]["annotations"]["audience"], json!(["user"]));
    let data = with_image[1]["data"].as_str().unwrap();
    assert!(data.starts_with("iVBORw0KGgo") && data.len() < 1 << 20, "{} characters", data.len());
}

#[test]
fn a_resource_that_does_not_exist_is_refused_with_those_that_do() {
    let replies = asked(&json!({}), &[("resources/read", json!({"uri": "ui://other"})), ("resources/read", json!({}))]);
    let message = replies[0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("ui://cloudtrail-mcp/timeline"), "{message}");
    assert!(replies[1]["error"]["message"].as_str().unwrap().contains("for example"), "{}", replies[1]);
}

#[test]
fn categories_policy_and_single_events_can_be_read() {
    let event = "cloudtrail://event/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
    let uris = ["cloudtrail://categories", "cloudtrail://policy", event, "cloudtrail://event/00000000-0000-4000-8000-000000000000"];
    let mut requests: Vec<_> = uris.iter().map(|uri| ("resources/read", json!({"uri": uri}))).collect();
    requests.push(("resources/templates/list", json!({})));
    let replies = asked(&json!({}), &requests);
    let read = |at: usize| -> Value { serde_json::from_str(replies[at]["result"]["contents"][0]["text"].as_str().unwrap()).unwrap() };
    let categories = read(0);
    let categories = categories["categories"].as_array().unwrap();
    let group = categories.iter().find(|one| one["category"] == "security_group").unwrap();
    assert!(categories.len() == 14 && group["calls"].as_array().unwrap().contains(&json!("ec2:RevokeSecurityGroupIngress")), "{group}");
    let policy = read(1);
    assert_eq!(
        (&policy["allow_aws_read"], &policy["max_events"], &policy["max_window"]),
        (&json!(false), &json!(100), &json!("2d")),
        "{policy}"
    );
    assert_eq!(read(2)["eventName"], "RevokeSecurityGroupIngress");
    assert!(replies[3]["error"]["message"].as_str().unwrap().starts_with("Not found"), "{}", replies[3]);
    assert_eq!(replies[4]["result"]["resourceTemplates"][0]["uriTemplate"], "cloudtrail://event/{event_id}");
}

#[test]
fn each_prompt_leads_to_its_tool_and_names_of_calls_are_completed() {
    let prompts = json!({"name": "who_did", "arguments": {"event": "DeleteBucket"}});
    let completion = json!({"ref": {"type": "ref/prompt", "name": "who_did"}, "argument": {"name": "event", "value": "deletebuck"}});
    let replies = asked(&json!({}), &[("prompts/list", json!({})), ("prompts/get", prompts), ("completion/complete", completion)]);
    let names: Vec<&str> = replies[0]["result"]["prompts"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["what_changed", "who_did"], "the demo may ask AWS nothing, and so has no use for the third");
    assert!(replies[1]["result"]["messages"][0]["content"]["text"].as_str().unwrap().contains("aws.cloudtrail_query"));
    let values = replies[2]["result"]["completion"]["values"].as_array().unwrap();
    assert!(values.contains(&json!("DeleteBucket")) && values.contains(&json!("DeleteBucketPolicy")), "{values:?}");
}
