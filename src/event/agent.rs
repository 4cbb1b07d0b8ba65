//! Calls of AI agents through the AWS MCP Server, which CloudTrail writes twice: the call itself, and a twin that names the client.
//!
//! Source: records of the AWS MCP Server since 2026; `invokedBy`, `sourceIPAddress` and `userAgent` of the call are the server's host.

use std::collections::HashMap;

use serde_json::Value;

use super::node::Node;
use super::parse::{field, text, words};
use super::{ActorKind, Event};

/// The service name of the AWS MCP Server.
pub(super) const SERVER: &str = "aws-mcp";
/// Longest name of a client that is taken over.
const LONGEST_CLIENT: usize = 48;

/// The type of a twin.
const TWIN: &str = "AwsMcpEvent";

/// Tells whether a record is a twin, which tells of calls that have records of their own.
pub(super) fn is_twin<N: Node>(record: &N) -> bool {
    words(record, "eventType").is_some_and(|kind| kind.eq_ignore_ascii_case(TWIN))
}

/// Returns the last link of the chain of a call that an agent made.
pub(super) fn link(client: Option<&str>) -> String {
    format!("{} through the AWS MCP Server", client.unwrap_or("an agent"))
}

/// Names the clients of agents' calls, as far as their twins are among `events`.
pub fn name_agents<'a>(events: impl Iterator<Item = &'a mut Event>) {
    let twin = |event: &Event| event.record.mentions(TWIN) && is_twin::<Value>(&event.record);
    let (twins, calls): (Vec<&mut Event>, Vec<&mut Event>) =
        events.filter(|event| event.actor.kind == ActorKind::Agent || twin(event)).partition(|event| twin(event));
    let mut clients: HashMap<String, String> = HashMap::new();
    for twin in &twins {
        let Some(client) = client(twin) else { continue };
        clients.extend(requests(&twin.record).into_iter().map(|request| (request, client.clone())));
    }
    for call in calls {
        if let Some(client) = text::<Value>(&call.record, "requestID").and_then(|request| clients.get(&request))
            && let Some(last) = call.actor.chain.last_mut()
        {
            *last = link(Some(client));
        }
    }
}

/// Returns the ids of the requests that a twin tells of.
fn requests(twin: &Value) -> Vec<String> {
    let told = field(twin, "additionalEventData").and_then(|data| field(data, "downstreamRequests")).and_then(Value::as_array);
    told.into_iter().flatten().filter_map(|request| text(request, "requestId")).collect()
}

/// Returns the client that a twin's user agent ends with, such as `claude-code/2.1.284`.
fn client(twin: &Event) -> Option<String> {
    let named = |word: &&str| word.contains('/') && word.len() <= LONGEST_CLIENT && word.bytes().all(|byte| byte.is_ascii_graphic());
    twin.user_agent.as_deref()?.split_whitespace().rev().find(named).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::Via;

    fn event(record: Value) -> Event {
        Event::parse(record).unwrap()
    }

    fn call(request: &str) -> Event {
        let person = json!({"type": "IAMUser", "userName": "alice", "accountId": "111122223333", "invokedBy": "aws-mcp.amazonaws.com"});
        event(json!({
            "eventTime": "2026-01-27T20:00:00Z", "eventName": "StopInstances", "eventSource": "ec2.amazonaws.com", "requestID": request,
            "sourceIPAddress": "aws-mcp.amazonaws.com", "userAgent": "aws-mcp.amazonaws.com", "userIdentity": person,
        }))
    }

    #[test]
    fn a_call_through_the_server_is_an_agents_on_behalf_of_a_person() {
        let actor = call("r-1").actor;
        assert_eq!((actor.name.as_str(), actor.kind, actor.via), ("alice", ActorKind::Agent, Via::AwsMcp));
        assert_eq!(actor.chain, ["alice", "an agent through the AWS MCP Server"]);
    }

    #[test]
    fn a_twin_is_no_change_and_names_the_client_of_its_calls() {
        let twin = event(json!({
            "eventTime": "2026-01-27T20:00:00Z", "eventName": "CallReadWriteTool", "eventSource": "aws-mcp.amazonaws.com", "readOnly": false,
            "eventType": "AwsMcpEvent", "userAgent": "mcp-proxy-for-aws/1.4 md/x claude-code/2.1.284",
            "additionalEventData": {"downstreamRequests": [{"requestId": "r-1"}, {"requestId": "r-2"}]},
        }));
        assert!(twin.read_only);
        let mut events = [call("r-1"), twin, call("r-3")];
        name_agents(events.iter_mut());
        assert_eq!(events[0].actor.chain[1], "claude-code/2.1.284 through the AWS MCP Server");
        assert_eq!(events[2].actor.chain[1], "an agent through the AWS MCP Server");
    }
}
