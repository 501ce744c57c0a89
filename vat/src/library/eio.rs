//! `EIO`, which works on streams, and the interfaces streams say they implement.
//!
//! `EIO` itself is written in E. Its name stands for an object that imports it when it is first asked something.

use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::selector::Selector;
use crate::value::Value;

/// The module behind `EIO`.
pub const STREAMS: &str = "org.erights.e.elib.eio.streams";

/// `EIO`
pub static EIO: Class = Class::new(
    "EIO",
    "<EIO>",
    natives!["__respondsTo"(Any, Any) => responds_to, "__getAllegedType"() => get_alleged_type],
)
.fqn("org.erights.e.elib.eio.EIO")
.stamps(Stamps::DEEP_FROZEN)
.otherwise(|cx, _, selector, args| Some(forward(cx, selector, args)));

fn responds_to(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    forward(cx, Selector::new("__respondsTo", 2), args)
}

fn get_alleged_type(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    forward(cx, Selector::new("__getAllegedType", 0), &[])
}

fn forward(cx: &mut Cx, selector: Selector, args: &[Value]) -> Outcome {
    fn call(cx: &mut Cx, then: Box<Then>, streams: Value) -> Outcome {
        let (verb, args) = (crate::data::text::text_of(cx, then.values[0]), then.values[1..].to_vec());
        cx.call(streams, &verb, args)
    }
    let name = cx.heap.text(STREAMS);
    let mut kept = vec![cx.heap.text(&*selector.verb())];
    kept.extend_from_slice(args);
    cx.call_then(Value::of(&crate::import::IMPORT), "get", [name], Then::new(call, kept))
}

/// An interface that documents and does not judge: as a guard it lets everything through, and it approves of
/// no object that claims it.
macro_rules! advisory {
    ($(#[$doc:meta])* $name:ident, $printed:literal, $fqn:literal) => {
        $(#[$doc])*
        pub static $name: Class = Class::new(
            $printed,
            $printed,
            natives!["coerce"(Any, Any) => specimen, "audit"(Any) => no_approval],
        )
        .fqn($fqn)
        .stamps(Stamps::DEEP_FROZEN);
    };
}

advisory!(
    /// `<elib:eio.Stream>`: has `getChunkType()`.
    STREAM, "stream", "org.erights.e.elib.eio.stream"
);
advisory!(
    /// `<elib:eio.InStream>`: what is read from has `takeAtMost(maximum)`, `close()`, `fail(problem)`.
    IN_STREAM, "inStream", "org.erights.e.elib.eio.inStream"
);
advisory!(
    /// `<elib:eio.OutStream>`: what is written to has `reserve()`, `flush()`, `terminates()`.
    OUT_STREAM, "outStream", "org.erights.e.elib.eio.outStream"
);

fn specimen(_: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(args[0])
}

fn no_approval(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(false)
}
