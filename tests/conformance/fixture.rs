//! A server with the tools, prompts and resources that the official conformance suite calls, on exactly the product's HTTP stack.
//!
//! Only the suite's own names and texts are here; what is measured is everything between the network and the handler.
#![expect(deprecated, reason = "the suite still asks for logging in the revisions that had it")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test program stops where it fails, and says where it listens"
)]

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use cloudtrail_mcp::config::http::Http;
use cloudtrail_mcp::server::http as stack;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, CompleteRequestParams, CompleteResult, ErrorData,
    GetPromptRequestParams, GetPromptResponse, GetPromptResult, Implementation, InputRequiredResult, InputResponses, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, LoggingLevel, LoggingMessageNotificationParam,
    PaginatedRequestParams, ProgressNotificationParam, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult,
    ServerCapabilities, ServerConfig, SetLevelRequestParams, SubscribeRequestParams, Tool, UnsubscribeRequestParams,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A red pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/// The head of a sound without samples.
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";
/// How long the suite wants steps to take.
const STEP: Duration = Duration::from_millis(50);

fn main() {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned()).parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = stack::listen(address).unwrap();
        eprintln!("Listening on http://{}/mcp", listener.local_addr().unwrap());
        let front = Arc::new(stack::Front::open(&Http::default()).unwrap());
        stack::serve(listener, front, Fixture, std::future::pending()).await;
    });
}

#[derive(Clone)]
struct Fixture;

fn from<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Reads a result, with what every result of the newest revision says of itself; the library leaves that out for older ones.
fn result<T: DeserializeOwned>(mut value: Value) -> T {
    let common = json!({"resultType": "complete", "ttlMs": 60_000, "cacheScope": "private"});
    value.as_object_mut().unwrap().extend(common.as_object().unwrap().clone());
    from(value)
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// Tools that always say the same.
fn fixed(name: &str) -> Option<Value> {
    let image = json!({"type": "image", "data": PNG, "mimeType": "image/png"});
    let resource = |uri, media, text| json!({"type": "resource", "resource": {"uri": uri, "mimeType": media, "text": text}});
    let content = match name {
        "test_simple_text" => vec![text("This is a simple text response for testing.")],
        "test_image_content" => vec![image],
        "test_audio_content" => vec![json!({"type": "audio", "data": WAV, "mimeType": "audio/wav"})],
        "test_embedded_resource" => vec![resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")],
        "test_multiple_content_types" => vec![
            text("Multiple content types test:"),
            image,
            resource("test://mixed-content-resource", "application/json", "{\"test\":\"data\",\"value\":123}"),
        ],
        "test_custom_header" | "json_schema_2020_12_tool" => vec![text("called")],
        "test_error_handling" => {
            return Some(json!({"isError": true, "content": [text("This tool intentionally returns an error for testing")]}));
        }
        _ => return None,
    };
    Some(json!({"content": content}))
}

fn elicit(message: &str, field: &str, kind: &str) -> Value {
    let schema = json!({"type": "object", "properties": {field: {"type": kind}}, "required": [field]});
    json!({"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}})
}

fn sample(question: &str, max_tokens: u32) -> Value {
    json!({"method": "sampling/createMessage", "params": {"messages": [{"role": "user", "content": text(question)}], "maxTokens": max_tokens}})
}

/// What tools and a prompt ask the client, by name and round. Rounds after the first need a sealed state.
fn asked(name: &str, round: usize, capabilities: &ClientCapabilities) -> Option<(Value, bool)> {
    let roots = json!({"method": "roots/list", "params": {}});
    Some(match (name, round) {
        ("test_input_required_result_elicitation", 0) => (json!({"user_name": elicit("What is your name?", "name", "string")}), false),
        ("test_input_required_result_sampling", 0) => (json!({"capital_question": sample("What is the capital of France?", 100)}), false),
        ("test_input_required_result_list_roots", 0) => (json!({"client_roots": roots}), false),
        ("test_input_required_result_request_state" | "test_input_required_result_tampered_state", 0) => {
            (json!({"confirm": elicit("Please confirm", "ok", "boolean")}), true)
        }
        ("test_input_required_result_multiple_inputs", 0) => {
            let name = elicit("What is your name?", "name", "string");
            (json!({"user_name": name, "greeting": sample("Generate a greeting", 50), "client_roots": roots}), true)
        }
        ("test_input_required_result_multi_round", 0) => (json!({"step1": elicit("Step 1: What is your name?", "name", "string")}), true),
        ("test_input_required_result_multi_round", 1) => {
            (json!({"step2": elicit("Step 2: What is your favorite color?", "color", "string")}), true)
        }
        ("test_input_required_result_capabilities", 0) => {
            let mut requests = json!({});
            if capabilities.elicitation.is_some() {
                requests["user_name"] = elicit("What is your name?", "name", "string");
            }
            if capabilities.sampling.is_some() {
                requests["greeting"] = sample("Generate a greeting", 50);
            }
            (requests, false)
        }
        ("test_input_required_result_prompt", 0) => {
            (json!({"user_context": elicit("What context should the prompt use?", "context", "string")}), false)
        }
        _ => return None,
    })
}

/// Seals a round, so that a client cannot invent one.
fn seal(name: &str, round: usize) -> String {
    let digest = Sha256::digest(format!("{}:{name}:{round}", std::process::id()));
    format!("{round}.{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest))
}

/// Goes one step on with a conversation; nothing when it is complete.
fn step(
    name: &str,
    answers: Option<&InputResponses>,
    state: Option<&str>,
    capabilities: &ClientCapabilities,
) -> Result<Option<InputRequiredResult>, ErrorData> {
    let round = match state {
        None => 0,
        Some(state) => {
            let round = state.split('.').next().and_then(|round| round.parse().ok()).unwrap_or(usize::MAX);
            if seal(name, round) != state {
                return Err(ErrorData::invalid_params("the request state was changed", None));
            }
            round
        }
    };
    let Some((requests, sealed)) = asked(name, round, capabilities) else { return Ok(None) };
    let answered =
        requests.as_object().unwrap().keys().all(|key| answers.is_some_and(|answers| answers.get(key).is_some_and(Value::is_object)));
    let (round, requests, sealed) = match (answered, sealed) {
        (true, false) => return Ok(None),
        (true, true) if state.is_none() => return Err(ErrorData::invalid_params("the request state is missing", None)),
        (true, true) => match asked(name, round + 1, capabilities) {
            Some((requests, sealed)) => (round + 1, requests, sealed),
            None => return Ok(None),
        },
        (false, sealed) => (round, requests, sealed),
    };
    Ok(Some(InputRequiredResult::new(Some(from(requests)), sealed.then(|| seal(name, round)))))
}

fn tools() -> Vec<Tool> {
    let plain = [
        "test_simple_text",
        "test_image_content",
        "test_audio_content",
        "test_embedded_resource",
        "test_multiple_content_types",
        "test_error_handling",
        "test_tool_with_logging",
        "test_tool_with_progress",
        "test_logging_tool",
        "test_missing_capability",
        "test_streaming_elicitation",
        "test_input_required_result_elicitation",
        "test_input_required_result_sampling",
        "test_input_required_result_list_roots",
        "test_input_required_result_request_state",
        "test_input_required_result_tampered_state",
        "test_input_required_result_multiple_inputs",
        "test_input_required_result_multi_round",
        "test_input_required_result_capabilities",
    ];
    let mut tools: Vec<Value> = plain
        .iter()
        .map(|name| json!({"name": name, "description": "Answers as the suite expects.", "inputSchema": {"type": "object"}}))
        .collect();
    tools.push(json!({"name": "test_custom_header", "description": "Takes a value that a header repeats.", "inputSchema": {
        "type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}, "required": ["region"]
    }}));
    tools.push(json!({"name": "json_schema_2020_12_tool", "description": "Tool with JSON Schema 2020-12 features", "inputSchema": {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
        "$defs": {"address": {"$anchor": "addressDef", "type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
        "properties": {
            "name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}, "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"}, "email": {"type": "string"}
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]}, "else": {"required": ["email"]}, "additionalProperties": false
    }}));
    from(Value::Array(tools))
}

async fn log(context: &RequestContext<RoleServer>, message: &str) {
    // From 2026-07-28 on, only a request that names a level wants messages.
    let wanted = context.protocol_version().is_none_or(|version| version.as_str() < "2026-07-28") || context.meta.log_level().is_some();
    if wanted {
        let _ = context.peer.notify_logging_message(LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(message))).await;
    }
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let capabilities =
            ServerCapabilities::builder().enable_tools().enable_prompts().enable_resources().enable_completions().enable_logging().build();
        ServerConfig::new(capabilities).with_server_info(Implementation::new("conformance-fixture", env!("CARGO_PKG_VERSION")))
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListToolsResult, ErrorData> {
        Ok(result(json!({"tools": tools()})))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(&self, call: CallToolRequestParams, context: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let capabilities = context.meta.client_capabilities().unwrap_or_default();
        if let Some(said) = fixed(&call.name) {
            return Ok(result::<CallToolResult>(said).into());
        }
        match &*call.name {
            "test_tool_with_logging" | "test_logging_tool" => {
                for message in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
                    log(&context, message).await;
                    tokio::time::sleep(STEP).await;
                }
            }
            "test_tool_with_progress" | "test_streaming_elicitation" => {
                for progress in [0.0, 50.0, 100.0] {
                    if let Some(token) = context.meta.get_progress_token() {
                        let _ = context.peer.notify_progress(ProgressNotificationParam::new(token, progress).with_total(100.0)).await;
                    }
                    tokio::time::sleep(STEP).await;
                }
            }
            "test_missing_capability" if capabilities.sampling.is_none() => {
                return Err(ErrorData::missing_required_client_capability(from(json!({"sampling": {}}))));
            }
            "test_missing_capability" => {}
            name if name.starts_with("test_input_required_result_") => {
                if let Some(more) = step(name, call.input_responses.as_ref(), call.request_state.as_deref(), &capabilities)? {
                    return Ok(more.into());
                }
            }
            _ => return Err(ErrorData::invalid_params("unknown tool", None)),
        }
        let answers = serde_json::to_string(&call.input_responses).unwrap();
        Ok(result::<CallToolResult>(json!({"content": [text(&format!("state-ok {answers}"))]})).into())
    }

    async fn list_prompts(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListPromptsResult, ErrorData> {
        let argument = |name| json!({"name": name, "description": "As the suite says.", "required": true});
        let prompt =
            |name, arguments: Vec<Value>| json!({"name": name, "description": "Answers as the suite expects.", "arguments": arguments});
        Ok(result(json!({"prompts": [
            prompt("test_simple_prompt", vec![]),
            prompt("test_prompt_with_arguments", vec![argument("arg1"), argument("arg2")]),
            prompt("test_prompt_with_embedded_resource", vec![argument("resourceUri")]),
            prompt("test_prompt_with_image", vec![]),
            prompt("test_input_required_result_prompt", vec![]),
        ]})))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let given = json!(request.arguments);
        let argument = |name: &str| given[name].as_str().unwrap_or_default().to_owned();
        let contents = match request.name.as_str() {
            "test_simple_prompt" => vec![text("This is a simple prompt for testing.")],
            "test_prompt_with_arguments" => {
                vec![text(&format!("Prompt with arguments: arg1='{}', arg2='{}'", argument("arg1"), argument("arg2")))]
            }
            "test_prompt_with_embedded_resource" => vec![
                json!({"type": "resource", "resource": {
                    "uri": argument("resourceUri"), "mimeType": "text/plain", "text": "Embedded resource content for testing."
                }}),
                text("Please process the embedded resource above."),
            ],
            "test_prompt_with_image" => {
                vec![json!({"type": "image", "data": PNG, "mimeType": "image/png"}), text("Please analyze the image above.")]
            }
            name => {
                let capabilities = context.meta.client_capabilities().unwrap_or_default();
                match step(name, request.input_responses.as_ref(), request.request_state.as_deref(), &capabilities)? {
                    Some(more) => return Ok(more.into()),
                    None if name == "test_input_required_result_prompt" => vec![text("The context was given.")],
                    None => return Err(ErrorData::invalid_params("unknown prompt", None)),
                }
            }
        };
        let messages: Vec<Value> = contents.into_iter().map(|content| json!({"role": "user", "content": content})).collect();
        Ok(result::<GetPromptResult>(json!({"messages": messages})).into())
    }

    async fn complete(&self, _: CompleteRequestParams, _: RequestContext<RoleServer>) -> Result<CompleteResult, ErrorData> {
        Ok(result(json!({"completion": {"values": [], "total": 0, "hasMore": false}})))
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resource = |uri, name, media| json!({"uri": uri, "name": name, "description": "As the suite says.", "mimeType": media});
        Ok(result(json!({"resources": [
            resource("test://static-text", "static-text", "text/plain"),
            resource("test://static-binary", "static-binary", "image/png"),
            resource("test://watched-resource", "watched-resource", "text/plain"),
        ]})))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let template = json!({"uriTemplate": "test://template/{id}/data", "name": "template", "description": "As the suite says.", "mimeType": "application/json"});
        Ok(result(json!({"resourceTemplates": [template]})))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri.as_str();
        let id = uri.strip_prefix("test://template/").and_then(|rest| rest.strip_suffix("/data"));
        let content = match (uri, id) {
            ("test://static-text", _) => {
                json!({"uri": uri, "mimeType": "text/plain", "text": "This is the content of the static text resource."})
            }
            ("test://static-binary", _) => json!({"uri": uri, "mimeType": "image/png", "blob": PNG}),
            ("test://watched-resource", _) => json!({"uri": uri, "mimeType": "text/plain", "text": "watched"}),
            (_, Some(id)) => {
                let data = json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")});
                json!({"uri": uri, "mimeType": "application/json", "text": data.to_string()})
            }
            _ => return Err(ErrorData::invalid_params("Resource not found", Some(json!({"uri": uri})))),
        };
        Ok(result::<ReadResourceResult>(json!({"contents": [content]})).into())
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn subscribe(&self, _: SubscribeRequestParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(&self, _: UnsubscribeRequestParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        Ok(())
    }
}
