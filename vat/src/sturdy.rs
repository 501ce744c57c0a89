//! SturdyRefs, as far as one vat can keep them: `makeSturdyRef`, `identityMgr`, and an `introducer` of a vat that
//! is on no network.
//!
//! A SturdyRef outlives what it was taken from, and can be handed around without handing over the object:
//! `getRcvr()` gives it. One that has expired gives a broken reference. Nothing here knows a socket.

use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, done, method};
use crate::natives;
use crate::print::Piece;
use crate::problem::Problem;
use crate::value::Value;

/// `makeSturdyRef`
pub static MAKE_STURDY_REF: Class = Class::new(
    "makeSturdyRef",
    "<makeSturdyRef>",
    natives!["make"(Any) => make, "temp"(Any) => make, "temp"(Any, Int) => make_until],
);

/// Fields: what it gives, and until when (in milliseconds, null: for good).
pub(crate) static STURDY_REF: Class =
    Class::new("SturdyRef", "<sturdyRef>", natives!["getRcvr"() => get_rcvr]);

/// How one prints.
pub fn pieces(cx: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    let target = *fields.first()?;
    if !std::ptr::eq(class, &STURDY_REF) {
        return None;
    }
    Some(match crate::guard::is_near(&cx.heap, target) {
        true => vec!["<sturdyRef to ".into(), Piece::Quoted(target), ">".into()],
        false => vec!["<sturdyRef>".into()],
    })
}

fn make(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(cx.heap.native(&STURDY_REF, [args[0], Value::NULL]))
}

fn make_until(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(cx.heap.native(&STURDY_REF, [args[0], args[1]]))
}

fn get_rcvr(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(&[target, until]) = cx.heap.fields(this, &STURDY_REF) else { return done(Value::NULL) };
    let Some(until) = until.as_int() else { return done(target) };
    crate::timer::granted(cx, "timer")?;
    if until <= cx.powers.clock_millis() {
        let problem = cx.heap.problem("the SturdyRef has expired");
        return done(cx.broken(problem));
    }
    done(target)
}

/// `identityMgr`
pub static IDENTITY_MGR: Class = Class::new(
    "identityMgr",
    "<identityMgr Off the Air>",
    natives!["makeKnown"(Any) => make_known, "makeKnown"(Any, Int) => make_known],
);

/// `[sturdyRef, timeout, swissBase]`: the base is a secret, drawn afresh.
fn make_known(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    crate::timer::granted(cx, "entropy")?;
    let until = args.get(1).copied().unwrap_or(Value::NULL);
    let sturdy = cx.heap.native(&STURDY_REF, [args[0], until]);
    let mut base = [0; 20];
    cx.powers.entropy(&mut base);
    let base = cx.heap.int(dashu_int::UBig::from_be_bytes(&base).into());
    done(cx.heap.list([sturdy, until, base]))
}

/// `introducer`: nobody has given this vat an identity, nor a network to be found on.
pub static INTRODUCER: Class = Class::new(
    "introducer",
    "<Off the Air>",
    &[
        method("hasIdentity", 0, |_, _, _| done(false)),
        method("isOnTheAir", 0, |_, _, _| done(false)),
        method("getVatID", 0, not_identified),
        method("onTheAir", 0, not_identified),
        method("sturdyToURI", 1, not_on_the_air),
        method("sturdyFromURI", 1, not_on_the_air),
        method("get", 1, not_on_the_air),
        method("optUncall", 1, |_, _, _| done(Value::NULL)),
    ],
)
.stamps(Stamps::NONE);

fn not_identified(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    Err(cx.throw(Problem::new("introducer not yet identified")))
}

fn not_on_the_air(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    Err(cx.throw(Problem::new("Must first be onTheAir")))
}
