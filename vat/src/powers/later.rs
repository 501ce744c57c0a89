//! Jobs that the world was given, and promises for what it will answer.
//!
//! A reply becomes a value and goes to its promise in a turn of its own, which goes back to the evaluation that
//! the job was started for.

use super::{Job, Reply};
use crate::causality::Sent;
use crate::causality::log::{self, Destination};
use crate::cx::Cx;
use crate::heap::{Asker, Message};
use crate::problem::Exit;
use crate::selector::Selector;
use crate::value::Value;

/// What a reply is to the program; an error breaks the promise.
pub type Meaning = fn(&mut Cx, Value, Reply) -> Result<Value, String>;

/// A job under way.
pub(crate) struct Awaited {
    pub resolver: Value,
    /// What the job was started for: a stream, a listener.
    pub whose: Value,
    pub meaning: Meaning,
    /// It is answered when a process ends, whatever that does until then.
    pub is_end: bool,
    pub cause: u64,
    pub sent: Sent,
}

/// Starts a job: a promise for what its reply means.
pub fn start(cx: &mut Cx, job: Job, whose: Value, meaning: Meaning) -> Result<Value, Exit> {
    cx.counter += 1;
    let ticket = cx.counter;
    let is_end = matches!(job, Job::Wait(_));
    if let Err(why) = cx.powers.start(ticket, job) {
        return Err(cx.throw(why));
    }
    let (promise, resolver) = cx.promise();
    let awaited = Awaited { resolver, whose, meaning, is_end, cause: cx.cause, sent: cx.here() };
    log::asked(cx, awaited.sent, "resolve/1", Destination::Here, promise);
    cx.awaited.insert(ticket, awaited);
    Ok(promise)
}

/// Hands the replies that have come in to those who wait for them.
pub(crate) fn arrive(cx: &mut Cx) {
    if cx.awaited.is_empty() {
        return;
    }
    for (ticket, reply) in cx.powers.finished() {
        let Some(it) = cx.awaited.remove(&ticket) else { continue };
        let before = std::mem::replace(&mut cx.cause, it.cause);
        let (verb, value) = match reply.and_then(|reply| (it.meaning)(cx, it.whose, reply)) {
            Ok(value) => ("resolve", value),
            Err(why) => ("smash", cx.heap.problem(why)),
        };
        let selector = Selector::new(verb, 1);
        let message = Message { selector, args: [value].into(), result: Asker::Nobody, sent: it.sent };
        crate::send::deliver(cx, it.resolver, message);
        cx.cause = before;
    }
}

/// How many bytes a reply may have, where a byte weighs so much on the heap.
pub fn room(cx: &Cx, weight: u64) -> u64 {
    cx.heap.limit().saturating_sub(cx.heap.bytes()) / weight
}

/// A list of the bytes, if there is room for it.
pub fn bytes_value(cx: &mut Cx, bytes: &[u8]) -> Result<Value, String> {
    if !cx.heap.has_room(16 * bytes.len() as u64) {
        return Err(format!("there is no room for {} bytes", bytes.len()));
    }
    let items: Vec<Value> = bytes.iter().map(|it| i64::from(*it).into()).collect();
    Ok(cx.heap.list(items))
}

/// The text that the bytes are in UTF-8.
pub fn text_value(cx: &mut Cx, bytes: Vec<u8>) -> Result<Value, String> {
    let text = String::from_utf8(bytes).map_err(|it| {
        let at = it.utf8_error().valid_up_to();
        format!("not UTF-8: byte {at} is 0x{:02x}", it.as_bytes().get(at).copied().unwrap_or_default())
    })?;
    if !cx.heap.has_room(text.len() as u64) {
        return Err(format!("there is no room for {} bytes", text.len()));
    }
    Ok(cx.heap.text(text))
}
