//! `memoize(f)`: a DeepFrozen object that answers as `f` does, and need not ask it again for what was DeepFrozen.
//!
//! Nobody can tell it from `f` but by the time it takes, since what it keeps is data. `memoize.interning(f)` keeps
//! everything DeepFrozen, so that what `f` makes anew each time is made once.

use crate::audition::{DATA, DEEP_FROZEN, is_deep_frozen};
use crate::cx::Cx;
use crate::data::table::Table;
use crate::data::{flex_map, map};
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::print::Piece;
use crate::problem::Exit;
use crate::selector::Selector;
use crate::value::Value;

/// `<elib:base.memoize>`
pub static MEMOIZE: Class = Class::new(
    "memoize",
    "<memoize>",
    natives!["run"(Any) => memoize, "run"(Map, Any) => with_options, "interning"(Any) => interning],
)
.fqn("org.erights.e.elib.base.memoize")
.stamps(Stamps::DEEP_FROZEN);

/// Fields: the object it answers for, and whether it interns. Payload: the answers so far.
pub(crate) static MEMOIZED: Class = Class::new("memoized", "memoized", &[])
    .fqn("org.erights.e.elib.base.memoize$memoized")
    .otherwise(answer)
    .stamps(Stamps::DEEP_FROZEN);

/// How one prints.
pub fn pieces(_: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    let &[base, interns] = fields else { return None };
    if !std::ptr::eq(class, &MEMOIZED) {
        return None;
    }
    let kind = if interns == Value::TRUE { "<interning:" } else { "<memoized:" };
    Some(vec![kind.into(), Piece::Quoted(base), ">".into()])
}

fn memoize(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    make(cx, args[0], false)
}

fn interning(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    make(cx, args[0], true)
}

/// No option is defined yet.
fn with_options(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if map::table(&cx.heap, args[0]).is_some_and(|it| !it.is_empty()) {
        return Err(cx.throw(crate::problem::Problem::new("memoize has no options: ").value(args[0])));
    }
    make(cx, args[1], false)
}

fn make(cx: &mut Cx, base: Value, interns: bool) -> Outcome {
    fn frozen(cx: &mut Cx, then: Box<Then>, base: Value) -> Outcome {
        let fields = [base, then.values[0]];
        done(cx.heap.native_with(&MEMOIZED, fields, Box::new(Table::default())))
    }
    let then = Then::new(frozen, [interns.into()]);
    cx.call_then(Value::of(&DEEP_FROZEN), "coerce", [base, Value::NULL], then)
}

fn answer(cx: &mut Cx, this: Value, selector: Selector, args: &[Value]) -> Option<Outcome> {
    let base = *cx.heap.fields(this, &MEMOIZED)?.first()?;
    let verb = cx.heap.text(selector.verb());
    let list = cx.heap.list(args);
    let message = cx.heap.list([verb, list]);
    if !is_deep_frozen(cx, message) {
        return Some(cx.call(base, &selector.verb(), args));
    }
    if let Ok(Some(known)) = map::look_up(cx, this, message) {
        return Some(done(known));
    }
    Some(cx.call_then(base, &selector.verb(), args, Then::new(answered, [this, message])))
}

/// Keeps an answer that may be given again.
fn answered(cx: &mut Cx, then: Box<Then>, answer: Value) -> Outcome {
    let [this, message] = then.values[..] else { return done(answer) };
    let interns = cx.heap.fields(this, &MEMOIZED).is_some_and(|it| it[1] == Value::TRUE);
    let kind = if interns { &DEEP_FROZEN } else { &DATA };
    let then = Then::new(keep, [this, message, answer]).on_exit(|_, then, exit| match exit {
        Exit::Thrown(_) => done(then.values[2]),
        exit => Err(exit),
    });
    cx.call_then(Value::of(kind), "coerce", [answer, Value::NULL], then)
}

fn keep(cx: &mut Cx, then: Box<Then>, answer: Value) -> Outcome {
    let [this, message, _] = then.values[..] else { return done(answer) };
    flex_map::change(cx, this, |cx, table| map::put(cx, table, message, answer))?;
    done(answer)
}
