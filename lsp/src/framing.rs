//! Between the wire and the framework: cuts the input into messages and lets only well-formed ones pass.
//!
//! The framework stops reading for good at the first message it cannot decode. So a body that is not JSON, or
//! is no JSON-RPC message, is replaced here by a request that the framework answers with the error that
//! JSON-RPC prescribes: [`PARSE_ERROR`] or [`INVALID_REQUEST`], with the id `null`.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::io;
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
};

/// Stands for a body that is not JSON.
pub const PARSE_ERROR: &str = "$walnut/parseError";
/// Stands for JSON that is not a request, a notification or a response.
pub const INVALID_REQUEST: &str = "$walnut/invalidRequest";

/// Bytes of the largest body that is read; a larger one is skipped and refused.
const MAX_BODY: u64 = 256 << 20;

/// Copies messages from `input` to `output` until either ends.
///
/// # Errors
/// As reading and writing do.
pub async fn filter(input: impl AsyncRead + Unpin, mut output: impl AsyncWrite + Unpin) -> io::Result<()> {
    let mut input = BufReader::new(input);
    let mut body = Vec::new();
    while let Some(length) = header(&mut input).await? {
        body.clear();
        let fits = length <= MAX_BODY;
        if fits {
            // `take` reads as the bytes come, so a length that lies allocates nothing.
            (&mut input).take(length).read_to_end(&mut body).await?;
        } else {
            tokio::io::copy(&mut (&mut input).take(length), &mut tokio::io::sink()).await?;
        }
        if fits && (body.len() as u64) < length {
            return Ok(());
        }
        match if fits { fault(&body) } else { Some(INVALID_REQUEST) } {
            None => write(&mut output, &body).await?,
            Some(method) => {
                let stand_in = format!(r#"{{"jsonrpc":"2.0","id":null,"method":"{method}"}}"#);
                write(&mut output, stand_in.as_bytes()).await?;
            }
        }
    }
    Ok(())
}

async fn write(output: &mut (impl AsyncWrite + Unpin), body: &[u8]) -> io::Result<()> {
    output.write_all(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes()).await?;
    output.write_all(body).await?;
    output.flush().await
}

/// Parts of answers, as bodies of messages, that are to be with the client before their answers are.
pub type Ahead = tokio::sync::mpsc::UnboundedSender<String>;

/// Writes to `output` what the framework says, and between its messages what is to go ahead of them: all that was
/// sent before the framework said something is written before that.
///
/// # Errors
/// As reading and writing do.
pub async fn merge(
    mut framework: impl AsyncRead + Unpin,
    mut ahead: tokio::sync::mpsc::UnboundedReceiver<String>,
    output: impl AsyncWrite,
) -> io::Result<()> {
    let mut output = std::pin::pin!(output);
    let mut said = Vec::new();
    let mut open = true;
    loop {
        while let Some(length) = whole(&said) {
            while let Ok(part) = ahead.try_recv() {
                write(&mut output, part.as_bytes()).await?;
            }
            output.write_all(&said[..length]).await?;
            output.flush().await?;
            said.drain(..length);
        }
        tokio::select! {
            biased;
            part = ahead.recv(), if open => match part {
                Some(part) => write(&mut output, part.as_bytes()).await?,
                None => open = false,
            },
            read = framework.read_buf(&mut said) => if read? == 0 {
                return Ok(());
            },
        }
    }
}

/// The length of the first message, head and body, if all of it is there.
fn whole(said: &[u8]) -> Option<usize> {
    let head = said.windows(4).position(|it| it == b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(&said[..head]).ok()?.lines();
    let length = lines.find_map(|it| it.strip_prefix("Content-Length: "))?;
    let all = head + 4 + length.trim().parse::<usize>().ok()?;
    (said.len() >= all).then_some(all)
}

/// Bytes of a header line that are looked at; no header is longer.
const MAX_LINE: u64 = 1 << 12;

/// The next `Content-Length`, up to the empty line after it. Lines that are no header are skipped, so the next
/// proper message is found again after noise. `None` at the end of the input.
async fn header(input: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<u64>> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut *input).take(MAX_LINE).read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() {
            if length.is_some() {
                return Ok(length);
            }
        } else if let Some((name, value)) = text.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
}

#[derive(Deserialize)]
struct Envelope {
    jsonrpc: Option<Value>,
    method: Option<Value>,
    id: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    result: bool,
    error: Option<ResponseError>,
}

/// A `null` result is a result too.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

#[derive(Deserialize)]
struct ResponseError {
    #[serde(rename = "code")]
    _code: i64,
    #[serde(rename = "message")]
    _message: String,
}

/// Which error a body deserves, if any.
fn fault(body: &[u8]) -> Option<&'static str> {
    let envelope: Envelope = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        Err(error) if error.is_data() => return Some(INVALID_REQUEST),
        Err(_) => return Some(PARSE_ERROR),
    };
    let version = envelope.jsonrpc.as_ref().and_then(Value::as_str) == Some("2.0");
    let id = envelope.id.as_ref().is_none_or(|it| it.is_i64() || it.is_string() || it.is_null());
    let shape = match &envelope.method {
        Some(method) => method.is_string(),
        None => envelope.id.is_some() && (envelope.result || envelope.error.is_some()),
    };
    (!(version && id && shape)).then_some(INVALID_REQUEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out when `wire` goes in, as a list of bodies.
    fn through(wire: &[u8]) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut output = Vec::new();
        runtime.block_on(filter(wire, &mut output)).unwrap();
        let text = String::from_utf8(output).unwrap();
        text.split("Content-Length: ")
            .skip(1)
            .map(|it| it.split_once("\r\n\r\n").unwrap().1.to_owned())
            .collect()
    }

    const HOVER: &str = r#"{"jsonrpc":"2.0","id":1,"method":"textDocument/hover"}"#;

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn a_message_passes_unchanged() {
        let answer = r#"{"jsonrpc":"2.0","id":"a","result":null}"#;
        assert_eq!(through((framed(HOVER) + &framed(answer)).as_bytes()), [HOVER, answer]);
    }

    #[test]
    fn what_is_not_json_is_replaced_and_the_next_message_passes() {
        let out = through((framed("{ not json") + &framed(HOVER)).as_bytes());
        assert!(out[0].contains(PARSE_ERROR), "{out:?}");
        assert_eq!(out[1], HOVER);
    }

    #[test]
    fn json_that_is_no_message_is_replaced() {
        for body in
            ["[]", "7", r#"{"jsonrpc":"2.0","id":{},"method":7}"#, r#"{"jsonrpc":"1.0","method":"exit"}"#]
        {
            let out = through(framed(body).as_bytes());
            assert!(out[0].contains(INVALID_REQUEST), "{body}: {out:?}");
        }
    }

    #[test]
    fn noise_between_messages_is_skipped() {
        let wire = format!("\r\nhello\r\n\r\nContent-Length: soon\r\n\r\n{}", framed(HOVER));
        assert_eq!(through(wire.as_bytes()), [HOVER]);
    }

    #[test]
    fn parts_are_written_before_what_is_said_after_them_and_never_within_a_message() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (mut framework, to_merge) = tokio::io::duplex(64);
        let (ahead, parts) = tokio::sync::mpsc::unbounded_channel();
        let mut output = Vec::new();
        runtime.block_on(async {
            let (one, two) = (framed("1"), framed("22222222222222222222222222222222222222222222222"));
            let says = async {
                framework.write_all(one.as_bytes()).await.unwrap();
                let (begun, rest) = two.split_at(30);
                framework.write_all(begun.as_bytes()).await.unwrap();
                tokio::task::yield_now().await;
                ahead.send("part".to_owned()).unwrap();
                framework.write_all(rest.as_bytes()).await.unwrap();
                drop(framework);
            };
            let (_, merged) = tokio::join!(says, merge(to_merge, parts, &mut output));
            merged.unwrap();
            assert_eq!(String::from_utf8(output).unwrap(), one + &framed("part") + &two);
        });
    }

    #[test]
    fn an_input_that_ends_in_the_middle_just_ends() {
        assert_eq!(through(b"Content-Length: 100\r\n\r\n{"), [""; 0]);
    }
}
