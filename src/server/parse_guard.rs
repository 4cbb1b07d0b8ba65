//! Between the pipe and the library: a request that the library cannot parse is answered, instead of leaving its caller waiting.
//!
//! Why here? The library ignores a line that it cannot parse, as it cannot tell whose it is. A request whose arguments hold
//! half a surrogate pair or nest too deep does tell its id, and whoever sent it waits for an answer.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

/// Longest line that is looked at, in bytes; longer ones go through as they are, and the library drops them.
///
/// Source: rmcp's own limit for a message.
const MAX_LINE: u64 = 16 << 20;

/// Lets lines through from `reader` to `forward`; answers to what cannot be parsed go to `answers`.
///
/// Shape: ends when either side closes, and closes `forward` with it.
pub(super) async fn lines_in(reader: impl AsyncRead + Unpin, mut forward: impl AsyncWrite + Unpin, answers: UnboundedSender<String>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        match refusal(&line) {
            Some(answer) => _ = answers.send(answer),
            None => {
                if forward.write_all(&line).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Writes the library's lines and our own answers to `writer`, each as a whole.
///
/// Shape: ends when the library closes its end or the client no longer reads.
pub(super) async fn lines_out(from: impl AsyncRead + Unpin, mut writer: impl AsyncWrite + Unpin, mut answers: UnboundedReceiver<String>) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        // What a cancelled read has taken stays in `line`, and the next one goes on from there.
        let written = tokio::select! {
            read = from.read_until(b'\n', &mut line) => match read {
                Ok(n) if n > 0 || !line.is_empty() => {
                    let written = writer.write_all(&line).await;
                    line.clear();
                    written
                }
                _ => return,
            },
            Some(answer) = answers.recv() => writer.write_all(answer.as_bytes()).await,
        };
        if written.is_err() || writer.flush().await.is_err() {
            return;
        }
    }
}

/// What tells a request apart, read so leniently that nothing else in it matters.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(rename = "method")]
    _method: IgnoredAny,
}

/// Returns the answer to a request that the library could not parse; nothing for what it can, and for what is no request.
fn refusal(line: &[u8]) -> Option<String> {
    if serde_json::from_slice::<Value>(line).is_ok() {
        return None;
    }
    let id = id(line)?;
    let message = "Parse error: the request nests more than 127 levels deep, or a string in it holds half a surrogate pair";
    Some(format!("{}\n", serde_json::json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32700, "message": message}})))
}

/// Returns the id of a request of which nothing else can be read.
pub(super) fn id(request: &[u8]) -> Option<Value> {
    let head: Head<'_> = serde_json::from_slice(request).ok()?;
    serde_json::from_str(head.id.get()).ok().filter(|id: &Value| id.is_string() || id.is_i64() || id.is_u64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_that_cannot_be_parsed_are_answered() {
        let deep = format!("{{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\",\"params\":{}{}}}", "[".repeat(500), "]".repeat(500));
        assert!(refusal(deep.as_bytes()).is_some_and(|answer| answer.contains("\"id\":7") && answer.contains("-32700")));
        assert!(refusal(br#"{"id":"a","method":"x","params":{"text":"\ud800"}}"#).is_some_and(|answer| answer.contains("\"id\":\"a\"")));
        let let_through: [&[u8]; 5] = [br#"{"id":1,"method":"x"}"#, b"garbage", b"[]", br#"{"id":1,"result":"\ud800"}"#, b"\xff\xfe"];
        for line in let_through {
            assert_eq!(refusal(line), None, "{line:?}");
        }
    }
}
