//! `E`: calls, sends and printing whose verb is computed.

use crate::cx::Cx;
use crate::heap::Cell;
use crate::native::{Class, Outcome, Stamps, Then, done, method};
use crate::object::does_not_coerce;
use crate::problem::Exit;
use crate::value::Value;
use std::sync::Arc;

pub static E: Class = Class::new(
    "E",
    "<E>",
    &[
        method("call", 3, call),
        method("callWithPair", 2, call_with_pair),
        method("send", 3, send),
        method("sendOnly", 3, send_only),
        method("toQuote", 1, |cx, _, args| crate::print::to_quote(cx, args[0])),
        method("toString", 1, |cx, _, args| crate::print::to_text(cx, args[0])),
    ],
)
.stamps(Stamps::DEEP_FROZEN);

fn verb(cx: &mut Cx, value: Value) -> Result<Arc<str>, Exit> {
    match cx.heap.as_text(value) {
        Some(it) => Ok(it.into()),
        None => Err(cx.throw(does_not_coerce(value, "a String"))),
    }
}

fn list(cx: &mut Cx, value: Value) -> Result<Arc<[Value]>, Exit> {
    match cx.heap.as_list(value) {
        Some(it) => Ok(it.clone()),
        None => Err(cx.throw(does_not_coerce(value, "a List"))),
    }
}

/// Asks an argument that is no string or list whether it conforms to one, once; then does it again.
fn conforming(cx: &mut Cx, args: &[Value], again: fn(&mut Cx, &[Value]) -> Outcome, last: usize) -> Outcome {
    fn is_user(cx: &Cx, value: Value) -> bool {
        matches!(cx.heap.get(value), Some(Cell::Object { .. }))
    }
    let Some(at) = (1..=last).find(|at| is_user(cx, args[*at])) else { return again(cx, args) };
    fn conformed(cx: &mut Cx, mut then: Box<Then>, value: Value) -> Outcome {
        let at = then.values.pop().and_then(Value::as_int).unwrap_or(0) as usize;
        then.values[at] = cx.near(value);
        match then.values.len() {
            3 => call_plain(cx, &then.values),
            _ => call_with_pair_plain(cx, &then.values),
        }
    }
    let name = if at == 1 && args.len() == 3 { "String" } else { "List" };
    let guard = crate::core_scope::value(cx, name);
    let mut kept = args.to_vec();
    kept.push((at as i64).into());
    cx.call_then(args[at], "__conformTo", [guard], Then::new(conformed, kept))
}

fn call(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    conforming(cx, args, call_plain, 2)
}

fn call_plain(cx: &mut Cx, args: &[Value]) -> Outcome {
    let (verb, list) = (verb(cx, args[1])?, list(cx, args[2])?);
    cx.call(args[0], &verb, &list[..])
}

fn call_with_pair(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    conforming(cx, args, call_with_pair_plain, 1)
}

fn call_with_pair_plain(cx: &mut Cx, args: &[Value]) -> Outcome {
    let pair = list(cx, args[1])?;
    match pair[..] {
        [name, all] => call_plain(cx, &[args[0], name, all]),
        _ => {
            let problem = crate::coerce::failure(cx, args[1], "ConstList[any, 2]");
            Err(cx.throw(problem))
        }
    }
}

fn send(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (verb, list) = (verb(cx, args[1])?, list(cx, args[2])?);
    done(cx.send(args[0], &verb, &list[..]))
}

fn send_only(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (verb, list) = (verb(cx, args[1])?, list(cx, args[2])?);
    cx.send_only(args[0], &verb, &list[..]);
    done(Value::NULL)
}
