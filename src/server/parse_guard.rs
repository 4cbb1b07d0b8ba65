//! Between the pipe and the library: every line gets what JSON-RPC promises, so that nobody waits for an answer that never comes.
//!
//! Why here? The library ignores a line that it cannot parse, one that is too long, and the last one when its line end is missing.
//! A client that sent a request in one of these waits until its own patience ends.

use std::sync::LazyLock;

use regex::bytes::Regex;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

/// Longest line that is taken, its line end included, in bytes.
///
/// Source: rmcp's own limit for a message.
const MAX_LINE: usize = 16 << 20;
/// How much of the end of a longer line is kept, as its id may stand there.
const TAIL: usize = 1 << 10;

/// JSON-RPC's code for what is no JSON.
const PARSE_ERROR: i32 = -32700;
/// JSON-RPC's code for JSON that is no request.
const INVALID_REQUEST: i32 = -32600;

/// Lets lines through from `reader` to `forward`; answers to what cannot be taken go to `answers`.
///
/// Shape: ends when either side closes, and closes `forward` with it; a last line needs no line end.
pub(super) async fn lines_in(reader: impl AsyncRead + Unpin, mut forward: impl AsyncWrite + Unpin, answers: UnboundedSender<String>) {
    let mut reader = BufReader::new(reader);
    loop {
        let Ok(Some(line)) = read_line(&mut reader).await else { return };
        match line.refusal() {
            Some(answer) => _ = answers.send(answer),
            None => {
                if forward.write_all(&line.text).await.is_err() || forward.write_all(b"\n").await.is_err() {
                    return;
                }
            }
        }
    }
}

/// One line, without its line end.
#[derive(Default)]
struct Line {
    /// The whole of it, or its beginning when it was too long.
    text: Vec<u8>,
    /// The end of one that was too long.
    tail: Option<Vec<u8>>,
}

/// Reads one line, of which no more is held than [`MAX_LINE`]; nothing at the end.
async fn read_line(reader: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<Line>> {
    let mut line = Line::default();
    loop {
        let read = reader.fill_buf().await?;
        if read.is_empty() {
            return Ok((!line.text.is_empty()).then_some(line));
        }
        let end = read.iter().position(|byte| *byte == b'\n');
        let part = read.get(..end.unwrap_or(read.len())).unwrap_or_default();
        line.take(part);
        let consumed = end.map_or(read.len(), |end| end + 1);
        reader.consume(consumed);
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

impl Line {
    fn take(&mut self, part: &[u8]) {
        let room = (MAX_LINE - 1).saturating_sub(self.text.len()).min(part.len());
        let (fits, rest) = part.split_at_checked(room).unwrap_or((part, &[]));
        self.text.extend_from_slice(fits);
        if !rest.is_empty() {
            let tail = self.tail.get_or_insert_default();
            tail.extend_from_slice(rest);
            tail.drain(..tail.len().saturating_sub(TAIL));
        }
    }

    /// Returns the answer to a line that the library would not answer; nothing for what it can take, and for a blank line.
    fn refusal(&self) -> Option<String> {
        if let Some(tail) = &self.tail {
            let message = "the message is longer than 16 MiB; give the alert alone, or a part of it";
            let id = id(&self.text).or_else(|| last_id(tail));
            return Some(error(id, INVALID_REQUEST, message));
        }
        let parsed: Result<Value, _> = serde_json::from_slice(&self.text);
        match parsed {
            Ok(Value::Object(message)) if ["method", "result", "error"].iter().any(|key| message.contains_key(*key)) => None,
            Ok(message) => {
                let id = message.get("id").filter(|id| is_id(id)).cloned();
                Some(error(
                    id,
                    INVALID_REQUEST,
                    "this is JSON, but no request: one object with jsonrpc, id, method and params stands on a line",
                ))
            }
            Err(_) if self.text.trim_ascii().is_empty() => None,
            Err(_) => {
                let head = head(&self.text);
                // Only a request is answered under its id: that of a response is the server's own.
                let (id, message) = match head.id.filter(|_| head.is_request) {
                    None => (None, "Parse error: the line is not JSON; one JSON-RPC message stands on a line"),
                    id => (
                        id,
                        "Parse error: the request is not whole, nests more than 127 levels deep, or a string in it holds half a surrogate pair",
                    ),
                };
                Some(error(id, PARSE_ERROR, message))
            }
        }
    }
}

fn error(id: Option<Value>, code: i32, message: &str) -> String {
    format!("{}\n", serde_json::json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}))
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

/// What tells a request apart, of a text that may end or break anywhere.
#[derive(Default)]
struct Head {
    id: Option<Value>,
    is_request: bool,
}

/// Reads the members of an object up to where it breaks, so leniently that nothing else in it matters.
fn head(text: &[u8]) -> Head {
    struct Read<'a>(&'a mut Head);
    impl<'de> DeserializeSeed<'de> for Read<'_> {
        type Value = ();
        fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
            from.deserialize_map(self)
        }
    }
    impl<'de> Visitor<'de> for Read<'_> {
        type Value = ();
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a message")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
            while let Some(key) = members.next_key::<String>()? {
                match key.as_str() {
                    "id" => self.0.id = Some(members.next_value::<Value>()?).filter(is_id),
                    key => {
                        self.0.is_request |= key == "method";
                        members.next_value::<IgnoredAny>()?;
                    }
                }
            }
            Ok(())
        }
    }
    let mut head = Head::default();
    // What was read before it broke is what is wanted.
    let _ = Read(&mut head).deserialize(&mut serde_json::Deserializer::from_slice(text));
    head
}

/// Returns the id of a request of which nothing else can be read.
pub(super) fn id(request: &[u8]) -> Option<Value> {
    let head = head(request);
    head.id.filter(|_| head.is_request)
}

/// Returns the id that is among the last members of a message, where only the end is known: one brace ends it, and none lies between.
fn last_id(tail: &[u8]) -> Option<Value> {
    static ID: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let member = r#"\s*,\s*"[a-z]+"\s*:\s*"[^"\\]*""#;
        Regex::new(&format!(r#",\s*"id"\s*:\s*(-?[0-9]+|"[^"\\]*")(?:{member})*\s*\}}\s*$"#)).ok()
    });
    let found = ID.as_ref()?.captures(tail)?;
    serde_json::from_slice(found.get(1)?.as_bytes()).ok()
}

fn is_id(id: &Value) -> bool {
    id.is_string() || id.is_i64() || id.is_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &[u8]) -> Option<Value> {
        Line { text: text.to_vec(), tail: None }.refusal().map(|answer| serde_json::from_str(&answer).unwrap())
    }

    #[test]
    fn what_cannot_be_parsed_is_answered_under_its_id_when_it_has_one() {
        let deep = format!("{{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\",\"params\":{}{}}}", "[".repeat(500), "]".repeat(500));
        let cases: [(&[u8], Value); 8] = [
            (deep.as_bytes(), 7.into()),
            (br#"{"id":"a","method":"x","params":{"text":"\ud800"}}"#, "a".into()),
            (br#"{"id":3,"method":"x","params":{"#, 3.into()),
            (b"garbage", Value::Null),
            (b"{oops", Value::Null),
            (br#"{"id":1,"result":"\ud800"}"#, Value::Null),
            (b"\xff\xfe", Value::Null),
            (b"\0\x01", Value::Null),
        ];
        for (line, id) in cases {
            let answer = refusal(line).unwrap();
            assert_eq!((&answer["id"], &answer["error"]["code"]), (&id, &PARSE_ERROR.into()), "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn json_that_is_no_message_is_told_apart_from_no_json() {
        for (line, id) in
            [("[]", Value::Null), ("\"text\"", Value::Null), ("{\"jsonrpc\":\"2.0\",\"id\":9}", 9.into()), ("[1,2]", Value::Null)]
        {
            let answer = refusal(line.as_bytes()).unwrap();
            assert_eq!((&answer["id"], &answer["error"]["code"]), (&id, &INVALID_REQUEST.into()), "{line}");
        }
        for line in [r#"{"id":1,"method":"x"}"#, r#"{"id":1,"result":{}}"#, "", "  \r"] {
            assert_eq!(refusal(line.as_bytes()), None, "{line}");
        }
    }

    #[tokio::test]
    async fn of_a_line_that_is_too_long_the_id_is_found_at_either_end() {
        let long = "x".repeat(MAX_LINE);
        let lines = [
            (format!(r#"{{"id":2,"method":"x","params":"{long}"}}"#), Value::from(2)),
            (format!(r#"{{"method":"x","params":"{long}","id":"b","jsonrpc":"2.0"}}"#), "b".into()),
            (format!(r#"{{"method":"x","params":{{"text":"{long}","id":4}}}}"#), Value::Null),
        ];
        for (line, id) in lines {
            let sent = format!("{line}\n{{\"id\":5}}");
            let mut reader = BufReader::new(sent.as_bytes());
            let answer = read_line(&mut reader).await.unwrap().unwrap().refusal().unwrap();
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!((&answer["id"], &answer["error"]["code"]), (&id, &INVALID_REQUEST.into()), "{answer}");
            assert_eq!(read_line(&mut reader).await.unwrap().unwrap().text, b"{\"id\":5}", "the next line is whole");
            assert!(read_line(&mut reader).await.unwrap().is_none());
        }
    }
}
