//! `<import:crypto.hash>`: digests, and codes that say who made a message.

use super::bytes::{bytes_of, bytes_value};
use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::value::Value;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

/// `<import:crypto.hash>`. SHA-1 is for what is named by it already; it proves nothing any more.
pub static HASH: Class = Class::new(
    "hash",
    "<hash>",
    natives![
        "sha256"(Any) => sha256,
        "sha512"(Any) => sha512,
        "sha1"(Any) => sha1,
        "blake3"(Any) => blake3,
        "hmacSha256"(Any, Any) => hmac_sha256,
    ],
)
.fqn("crypto.hash")
.stamps(Stamps::DEEP_FROZEN);

/// The bytes of the message, paid for as work.
fn message(cx: &mut Cx, value: Value) -> Result<Vec<u8>, crate::problem::Exit> {
    let bytes = bytes_of(cx, value)?;
    cx.charge(bytes.len() as u64 / 16)?;
    Ok(bytes)
}

fn sha256(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let message = message(cx, args[0])?;
    done(bytes_value(cx, &Sha256::digest(message))?)
}

fn sha512(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let message = message(cx, args[0])?;
    done(bytes_value(cx, &Sha512::digest(message))?)
}

fn sha1(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let message = message(cx, args[0])?;
    done(bytes_value(cx, &Sha1::digest(message))?)
}

fn blake3(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let message = message(cx, args[0])?;
    done(bytes_value(cx, blake3::hash(&message).as_bytes())?)
}

fn hmac_sha256(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (key, message) = (bytes_of(cx, args[0])?, message(cx, args[1])?);
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return Err(cx.throw("not a key"));
    };
    mac.update(&message);
    done(bytes_value(cx, &mac.finalize().into_bytes())?)
}
