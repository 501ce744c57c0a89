//! `Term`, the guard: terms all the way down, and `Term[Tag, Data, Arg]`, whose parts have guards of their own.

use super::{TERM, parts};
use crate::cx::Cx;
use crate::data::list::portrayal;
use crate::guard_methods;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::print::Piece;
use crate::problem::{Exit, Problem};
use crate::value::Value;
use rustc_hash::FxHashSet;

/// `Term`: data is a number, a character, a string or null, and every argument is such a term.
pub static TERM_GUARD: Class =
    Class::new("TermGuard", "Term", guard_methods![coerce_standard; "get"(Any, Any, Any) => get])
        .fqn("org.quasiliteral.term.Term")
        .stamps(Stamps::DEEP_FROZEN);

/// `Term[Tag, Data, Arg]`. Fields: the three guards.
pub static TERM_OF: Class =
    Class::new("TermGuard", "TermGuard", guard_methods![coerce; "__optUncall"() => opt_uncall])
        .fqn("Term")
        .stamps(super::MADE);

/// `Term[Tag, Data, Arg]`
pub fn pieces(cx: &Cx, guard: Value) -> Option<Vec<Piece>> {
    let &[tag, data, arg] = cx.heap.fields(guard, &TERM_OF)? else { return None };
    let comma = || Piece::from(", ");
    let quoted = Piece::Quoted;
    Some(vec!["Term[".into(), quoted(tag), comma(), quoted(data), comma(), quoted(arg), "]".into()])
}

fn get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let guard = cx.heap.native(&TERM_OF, args);
    done(guard)
}

fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let guards: Vec<Value> = cx.heap.fields(this, &TERM_OF).unwrap_or_default().to_vec();
    portrayal(cx, Value::of(&TERM_GUARD), "get", &guards)
}

/// The specimen as a term of any kind.
pub(super) fn as_term(
    cx: &mut Cx,
    guard: Value,
    specimen: Value,
    ejector: Value,
    then: Box<Then>,
) -> Outcome {
    let specimen = cx.near(specimen);
    if cx.heap.fields(specimen, &TERM).is_some() {
        return (then.run)(cx, then, specimen);
    }
    let conform = Then::new(
        |cx, held, term| {
            let [guard, specimen, ejector] = held.values[..] else { return done(term) };
            let problem = Problem::new("not a ").print(guard).text(": ").value(specimen);
            match cx.heap.fields(cx.near(term), &TERM) {
                Some(_) => cx.call(guard, "coerce", [term, ejector]),
                None => cx.eject(ejector, problem),
            }
        },
        [guard, specimen, ejector],
    );
    match crate::coerce::may_conform(cx, specimen) {
        true => cx.call_then(specimen, "__conformTo", [guard], conform),
        false => (conform.run)(cx, conform, specimen),
    }
}

fn coerce_standard(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(
        |cx, then, term| match objection(cx, term)? {
            Some(problem) => cx.eject(then.values[0], problem),
            None => done(term),
        },
        [args[1]],
    );
    as_term(cx, this, args[0], args[1], then)
}

/// Why a term is not one all the way down.
fn objection(cx: &mut Cx, term: Value) -> Result<Option<Problem>, Exit> {
    let (mut todo, mut seen) = (vec![term], FxHashSet::default());
    while let Some(it) = todo.pop() {
        let it = cx.near(it);
        cx.charge(1)?;
        if !seen.insert(it) {
            continue;
        }
        let Some(it) = parts(cx, it) else {
            return Ok(Some(Problem::new("not a Term: ").value(it)));
        };
        if !cx.near(it.data).is_null() && super::tag::name_for(cx, it.data).is_none() {
            return Ok(Some(Problem::new("doesn't match any of [nullOk, int, float64, char, Twine]")));
        }
        todo.extend(it.args.iter().rev());
    }
    Ok(None)
}

/// One guard after the other; values are the guard, the ejector, the term, and what has been coerced.
fn coerce(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(
        |cx, mut then, term| {
            let Some(it) = parts(cx, term) else { return done(term) };
            then.values.push(term);
            let [tag, ..] = guards(cx, then.values[0]);
            let ejector = then.values[1];
            cx.call_then(tag, "coerce", [it.tag, ejector], then.at(with_tag))
        },
        [this, args[1]],
    );
    as_term(cx, this, args[0], args[1], then)
}

fn guards(cx: &Cx, guard: Value) -> [Value; 3] {
    match cx.heap.fields(guard, &TERM_OF) {
        Some(&[tag, data, arg]) => [tag, data, arg],
        _ => [Value::of(&crate::guard::any::ANY); 3],
    }
}

fn with_tag(cx: &mut Cx, mut then: Box<Then>, tag: Value) -> Outcome {
    then.values.push(tag);
    let [this, ejector, term, _] = then.values[..] else { return Err(cx.throw("lost a guard")) };
    let data = parts(cx, term).map_or(Value::NULL, |it| it.data);
    let [_, guard, _] = guards(cx, this);
    cx.call_then(guard, "coerce", [data, ejector], then.at(with_data))
}

fn with_data(cx: &mut Cx, mut then: Box<Then>, data: Value) -> Outcome {
    then.values.push(data);
    let [this, ejector, term, ..] = then.values[..] else { return Err(cx.throw("lost a guard")) };
    let args = parts(cx, term).map(|it| it.args).unwrap_or_else(|| [].into());
    let [_, _, guard] = guards(cx, this);
    let list = cx.heap.list(args);
    let list_of = cx.heap.native(&crate::guard::list::LIST_OF, [guard]);
    cx.call_then(list_of, "coerce", [list, ejector], then.at(with_args))
}

fn with_args(cx: &mut Cx, then: Box<Then>, args: Value) -> Outcome {
    let [_, _, term, tag, data] = then.values[..] else { return Err(cx.throw("lost a guard")) };
    let span = parts(cx, term).map_or(Value::NULL, |it| it.span);
    let term = cx.heap.native(&TERM, [tag, data, span, args]);
    done(term)
}
