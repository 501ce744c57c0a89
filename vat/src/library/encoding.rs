//! `<import:text.bytes>` (UTF-8), `<import:text.hex>`, `<import:text.base64>`: text as bytes, bytes as text.

use super::bytes::{bytes_of, bytes_value, text_value};
use crate::cx::Cx;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::value::Value;
use base64::Engine;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// `<import:text.bytes>`
pub static BYTES: Class = Class::new(
    "bytes",
    "<bytes>",
    natives!["encode"(Text) => encode_utf8, "decode"(Any) => decode_utf8, "decodeLossy"(Any) => decode_lossy],
)
.fqn("text.bytes")
.stamps(Stamps::DEEP_FROZEN);

fn encode_utf8(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, args[0]);
    done(bytes_value(cx, text.as_bytes())?)
}

fn decode_utf8(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let bytes = bytes_of(cx, args[0])?;
    match String::from_utf8(bytes) {
        Ok(text) => done(text_value(cx, text)?),
        Err(why) => {
            let at = why.utf8_error().valid_up_to();
            let byte = why.as_bytes().get(at).copied().unwrap_or_default();
            Err(cx.throw(format!("not UTF-8: byte {at} is 0x{byte:02x}")))
        }
    }
}

/// What is not UTF-8 becomes `\u{FFFD}`.
fn decode_lossy(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let bytes = bytes_of(cx, args[0])?;
    done(text_value(cx, String::from_utf8_lossy(&bytes).into_owned())?)
}

/// `<import:text.hex>`
pub static HEX: Class =
    Class::new("hex", "<hex>", natives!["encode"(Any) => encode_hex, "decode"(Text) => decode_hex])
        .fqn("text.hex")
        .stamps(Stamps::DEEP_FROZEN);

fn encode_hex(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let bytes = bytes_of(cx, args[0])?;
    let digits = bytes.iter().flat_map(|it| [it >> 4, it & 15]);
    let text = digits.filter_map(|it| char::from_digit(it.into(), 16)).collect();
    done(text_value(cx, text)?)
}

fn decode_hex(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, args[0]);
    let mut digits = Vec::with_capacity(text.len());
    for (at, it) in text.chars().enumerate() {
        match it.to_digit(16) {
            Some(digit) => digits.push(digit as u8),
            None => return Err(cx.throw(format!("not hexadecimal: {it:?} at {at}"))),
        }
    }
    if digits.len() % 2 == 1 {
        return Err(cx.throw(format!("two hexadecimal digits make a byte; here are {}", digits.len())));
    }
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|it| it[0] << 4 | it[1]).collect();
    done(bytes_value(cx, &bytes)?)
}

/// `<import:text.base64>`
pub static BASE64: Class = Class::new(
    "base64",
    "<base64>",
    natives![
        "encode"(Any) => encode_standard,
        "decode"(Text) => decode_standard,
        "encodeUrl"(Any) => encode_url,
        "decodeUrl"(Text) => decode_url,
    ],
)
.fqn("text.base64")
.stamps(Stamps::DEEP_FROZEN);

fn encode_standard(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    encode(cx, &STANDARD, args[0])
}

fn encode_url(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    encode(cx, &URL_SAFE_NO_PAD, args[0])
}

fn decode_standard(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    decode(cx, &STANDARD, args[0])
}

fn decode_url(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    decode(cx, &URL_SAFE_NO_PAD, args[0])
}

fn encode(cx: &mut Cx, engine: &GeneralPurpose, bytes: Value) -> Outcome {
    let bytes = bytes_of(cx, bytes)?;
    done(text_value(cx, engine.encode(bytes))?)
}

fn decode(cx: &mut Cx, engine: &GeneralPurpose, text: Value) -> Outcome {
    let text = text_of(cx, text);
    match engine.decode(text.as_bytes()) {
        Ok(bytes) => done(bytes_value(cx, &bytes)?),
        Err(why) => Err(cx.throw(format!("not base64: {why}"))),
    }
}
