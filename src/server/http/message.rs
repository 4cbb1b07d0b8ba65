//! Bodies in and errors out: what cannot be read is answered as JSON-RPC, never with a bare status.

use std::convert::Infallible;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest};
use serde_json::{Value, json};
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

use crate::server::parse_guard;

/// What goes back.
pub(super) type Answer = Response<BoxBody<Bytes, Infallible>>;

/// Largest request body, in bytes: an alert pasted whole is far smaller.
pub const MAX_BODY: usize = 256 << 10;
/// Largest body that is read whatever else is being read, in bytes; calls are mostly smaller.
const SMALL: usize = 16 << 10;
/// Memory for larger bodies that are being read, in KiB.
const ROOM: usize = 64 << 10;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// Largest plain error of the library that is put into our form.
const MAX_PLAIN: usize = 4 << 10;

const PARSE_ERROR: i64 = -32_700;
const INVALID_REQUEST: i64 = -32_600;

/// A message that the library will understand.
pub(super) struct Message {
    /// The body as it came.
    pub(super) bytes: Bytes,
    /// The tool that it calls, as it spells it.
    pub(super) tool: Option<String>,
}

/// Memory for bodies that are being read, so that many who send large ones slowly cannot take it all.
#[derive(Debug)]
pub(super) struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(ROOM))
    }
}

impl Room {
    /// Takes room for a body of at most so many bytes; small ones need none.
    ///
    /// Shape: of the room of its peer first, so that one peer that sends many slowly waits for itself.
    async fn take<'a>(&'a self, most: u64, of_peer: Option<&'a Semaphore>) -> Result<Vec<SemaphorePermit<'a>>, Answer> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if most <= SMALL {
            return Ok(Vec::new());
        }
        let needed = u32::try_from(most >> 10).unwrap_or(u32::MAX);
        let taking = async {
            let own = match of_peer {
                Some(room) => Some(room.acquire_many(needed).await?),
                None => None,
            };
            Ok::<_, AcquireError>(own.into_iter().chain([self.0.acquire_many(needed).await?]).collect())
        };
        match tokio::time::timeout(PATIENCE, taking).await {
            Ok(Ok(room)) => Ok(room),
            _ => {
                let mut answer = refused(StatusCode::SERVICE_UNAVAILABLE, "too many large requests are being read; ask again");
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
                Err(answer)
            }
        }
    }
}

/// Reads a request's body as one JSON-RPC message.
///
/// Errors: the answer to give: those of [`read_body`], and 400 for what is no message.
pub(super) async fn read<B>(headers: &HeaderMap, body: B, room: &Room, of_peer: Option<&Semaphore>) -> Result<Message, Answer>
where
    B: Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let bytes = read_body(headers, body, room, of_peer, MAX_BODY).await?;
    match serde_json::from_slice::<ClientJsonRpcMessage>(&bytes) {
        Ok(message) => Ok(Message { tool: tool(message), bytes }),
        Err(_) => Err(unreadable(&bytes)),
    }
}

/// Reads a request's body of at most so many bytes.
///
/// Errors: the answer to give: 413 for more, 408 for one that does not come, 400 for one that breaks off, 503 when there is no room to
/// read it.
pub(super) async fn read_body<B>(
    headers: &HeaderMap,
    body: B,
    room: &Room,
    of_peer: Option<&Semaphore>,
    most: usize,
) -> Result<Bytes, Answer>
where
    B: Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let too_large = || {
        let message = format!("the request is larger than {} KiB; send the alert alone, or the id of a stored investigation", most >> 10);
        error(StatusCode::PAYLOAD_TOO_LARGE, INVALID_REQUEST, Value::Null, &message)
    };
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let _room = room.take(announced.unwrap_or(most as u64), of_peer).await?;
    match tokio::time::timeout(PATIENCE, Limited::new(body, most).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(failure)) if failure.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(error(StatusCode::BAD_REQUEST, INVALID_REQUEST, Value::Null, "the request's body broke off")),
        Err(_) => Err(error(StatusCode::REQUEST_TIMEOUT, INVALID_REQUEST, Value::Null, "the request's body did not come in time")),
    }
}

fn tool(message: ClientJsonRpcMessage) -> Option<String> {
    let ClientJsonRpcMessage::Request(request) = message else { return None };
    match request.request {
        ClientRequest::CallToolRequest(call) => Some(call.params.name.into_owned()),
        _ => None,
    }
}

/// Says what is wrong with a body that is no message.
fn unreadable(bytes: &[u8]) -> Answer {
    let (code, id, message) = match serde_json::from_slice::<Value>(bytes) {
        Err(_) => (
            PARSE_ERROR,
            parse_guard::id(bytes).unwrap_or_default(),
            "Parse error: the body is not JSON, nests more than 127 levels deep, or holds half a surrogate pair",
        ),
        Ok(Value::Array(_)) => {
            (INVALID_REQUEST, Value::Null, "Invalid Request: batches are not part of this protocol; send one message a request")
        }
        Ok(value) => {
            let id = value.get("id").filter(|id| id.is_string() || id.is_i64() || id.is_u64()).cloned().unwrap_or_default();
            (INVALID_REQUEST, id, "Invalid Request: expected {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/list\", \"params\": {}}")
        }
    };
    error(StatusCode::BAD_REQUEST, code, id, message)
}

/// Makes an answer from an error.
pub(super) fn error(status: StatusCode, code: i64, id: Value, message: &str) -> Answer {
    json(status, &json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}))
}

/// Makes an answer from a refusal that no message is to blame for.
pub(super) fn refused(status: StatusCode, message: &str) -> Answer {
    error(status, INVALID_REQUEST, Value::Null, message)
}

/// Makes an answer from JSON.
pub(super) fn json(status: StatusCode, value: &Value) -> Answer {
    written(status, "application/json", value.to_string())
}

/// Makes an answer from text of a media type.
pub(super) fn written(status: StatusCode, media: &'static str, text: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(text)).boxed());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    answer
}

/// Makes an answer without a body.
pub(super) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(http_body_util::Empty::new().boxed());
    *answer.status_mut() = status;
    answer
}

/// Puts an error that the library words as plain text into JSON-RPC's form; any other answer passes.
pub(super) async fn polished(answer: Answer) -> Answer {
    let status = answer.status();
    let plain = answer.headers().get(CONTENT_TYPE).is_none_or(|media| media.as_bytes().starts_with(b"text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || !plain {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    let text = Limited::new(body, MAX_PLAIN).collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let said = if status.is_server_error() { "the request could not be served".into() } else { String::from_utf8_lossy(&text) };
    let mut answer = refused(status, &said);
    for (name, value) in parts.headers.iter().filter(|(name, _)| **name != CONTENT_TYPE && **name != CONTENT_LENGTH) {
        answer.headers_mut().append(name, value.clone());
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answered(body: &str) -> (u16, Value) {
        let answer = read(&HeaderMap::new(), Full::new(Bytes::from(body.to_owned())), &Room::default(), None).await.err().unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap())
    }

    #[tokio::test]
    async fn what_is_no_message_is_answered_with_the_right_code_and_the_id_it_came_with() {
        let deep = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{}{}}}"#, "[".repeat(300), "]".repeat(300));
        for (body, code, id) in [
            ("", PARSE_ERROR, Value::Null),
            ("garbage", PARSE_ERROR, Value::Null),
            (r#"{"jsonrpc":"2.0","id":1,"#, PARSE_ERROR, Value::Null),
            (r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"\ud800"}}"#, PARSE_ERROR, json!("a")),
            (&deep, PARSE_ERROR, json!(7)),
            ("[]", INVALID_REQUEST, Value::Null),
            (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, INVALID_REQUEST, Value::Null),
            ("{}", INVALID_REQUEST, Value::Null),
            ("7", INVALID_REQUEST, Value::Null),
            (r#"{"jsonrpc":"1.0","id":3,"method":"ping"}"#, INVALID_REQUEST, json!(3)),
            (r#"{"jsonrpc":"2.0","id":3}"#, INVALID_REQUEST, json!(3)),
        ] {
            let (status, answer) = answered(body).await;
            assert_eq!((status, &answer["error"]["code"], &answer["id"]), (400, &json!(code), &id), "{body}: {answer}");
            assert_eq!(answer["jsonrpc"], "2.0");
        }
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_announced_or_not() {
        let large = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"x":"{}"}}}}"#, "x".repeat(MAX_BODY));
        let (status, answer) = answered(&large).await;
        assert_eq!(status, 413);
        assert!(answer["error"]["message"].as_str().unwrap().contains("256 KiB"));
        let headers = HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from(MAX_BODY as u64 + 1))]);
        assert_eq!(read(&headers, Full::new(Bytes::new()), &Room::default(), None).await.err().unwrap().status(), 413);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_waited_for_a_while_only() {
        let never = http_body_util::StreamBody::new(futures_util::stream::pending::<Result<hyper::body::Frame<Bytes>, Infallible>>());
        assert_eq!(read(&HeaderMap::new(), never, &Room::default(), None).await.err().unwrap().status(), 408);
    }

    #[tokio::test(start_paused = true)]
    async fn many_large_bodies_that_do_not_come_leave_room_for_small_ones_and_for_those_after_them() {
        let room = std::sync::Arc::new(Room::default());
        let slow = |_| {
            let room = std::sync::Arc::clone(&room);
            let never = http_body_util::StreamBody::new(futures_util::stream::pending::<Result<hyper::body::Frame<Bytes>, Infallible>>());
            tokio::spawn(async move { read(&HeaderMap::new(), never, &room, None).await.err().map(|answer| answer.status().as_u16()) })
        };
        let large: Vec<_> = (0..ROOM / (MAX_BODY >> 10) + 1).map(slow).collect();
        tokio::task::yield_now().await;
        let ping = || Full::new(Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#));
        let small = HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from_static("40"))]);
        assert!(tokio::time::timeout(Duration::from_millis(1), read(&small, ping(), &room, None)).await.unwrap().is_ok());
        for large in large {
            assert!(matches!(large.await.unwrap(), Some(408 | 503)));
        }
        assert!(read(&HeaderMap::new(), ping(), &room, None).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_sends_many_large_bodies_slowly_waits_for_itself_alone() {
        let (room, of_peer) = (std::sync::Arc::new(Room::default()), std::sync::Arc::new(Semaphore::new(ROOM / 4)));
        for _ in 0..ROOM / (MAX_BODY >> 10) {
            let (room, of_peer) = (std::sync::Arc::clone(&room), std::sync::Arc::clone(&of_peer));
            let never = http_body_util::StreamBody::new(futures_util::stream::pending::<Result<hyper::body::Frame<Bytes>, Infallible>>());
            tokio::spawn(async move { read(&HeaderMap::new(), never, &room, Some(&of_peer)).await.is_ok() });
        }
        tokio::task::yield_now().await;
        let ping = Full::new(Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#));
        let headers = HeaderMap::new();
        let other = tokio::time::timeout(Duration::from_millis(1), read(&headers, ping, &room, None));
        assert!(other.await.unwrap().is_ok());
    }
}
