//! What patterns and `switch` expand to: `__splitList`, `__suchThat`, `__matchSame`, `__mapExtract` and their
//! like. Each makes a function of specimen and ejector, for a `via` pattern.

use crate::cx::Cx;
use crate::data::list::paid_items;
use crate::data::map;
use crate::data::text::text_of;
use crate::guard;
use crate::heap::Cell;
use crate::native::{Class, Outcome, Stamps, Then, done, variadic};
use crate::natives;
use crate::problem::Problem;
use crate::selector::Selector;
use crate::throw::THROW;
use crate::value::Value;

const FROZEN: Stamps = Stamps::DEEP_FROZEN;

/// A field of a native.
fn field(cx: &Cx, this: Value, at: usize) -> Value {
    cx.heap.as_native(this).and_then(|it| it.fields.get(at).copied()).unwrap_or(Value::NULL)
}

/// `[a, b] + rest`
pub static SPLIT_LIST: Class =
    Class::new("__splitList", "<__splitList>", natives!["run"(Int) => split_list]).stamps(FROZEN);
/// Field: how many items come before the rest.
pub(crate) static SPLITTER: Class =
    Class::new("listSplitter", "<listSplitter>", natives!["run"(Any, Any) => split]).stamps(FROZEN);

fn split_list(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&SPLITTER, [args[0]]);
    done(it)
}

fn split(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(split_coerced, [this, args[1]]);
    cx.call_then(Value::of(&guard::scalar::CONST_LIST), "coerce", [args[0], args[1]], then)
}

fn split_coerced(cx: &mut Cx, then: Box<Then>, list: Value) -> Outcome {
    let wanted = field(cx, then.values[0], 0).as_int().unwrap_or(0) as usize;
    let items = paid_items(cx, list)?;
    if items.len() < wanted {
        let text = format!("a {} size list doesn't match a >= {wanted} size list pattern", items.len());
        return cx.eject(then.values[1], text);
    }
    cx.reserve(16 * items.len() as u64)?;
    // The rest of a string is a string.
    let rest = match cx.heap.text_in(list) {
        Some(text) => {
            let rest: String = text.chars().skip(wanted).collect();
            cx.heap.text(rest)
        }
        None => cx.heap.list(&items[wanted..]),
    };
    let mut parts = items[..wanted].to_vec();
    parts.push(rest);
    let parts = cx.heap.list(parts);
    done(parts)
}

/// `p ? test`
pub static SUCH_THAT: Class = Class::new(
    "__suchThat",
    "<__suchThat>",
    natives!["run"(Any, Any) => twice, "handle"(Text, Bool) => such_that],
)
.stamps(FROZEN);
/// Fields: the text of the test and its value.
pub(crate) static SUCH_THAT_TEST: Class =
    Class::new("suchThatTest", "<suchThatTest>", natives!["run"(Any, Any) => test_such_that]).stamps(FROZEN);

/// The specimen for the pattern, and once more for the error.
fn twice(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let pair = cx.heap.list([args[0], args[0]]);
    done(pair)
}

fn such_that(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&SUCH_THAT_TEST, [args[0], args[1]]);
    done(it)
}

fn test_such_that(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if field(cx, this, 1) == Value::TRUE {
        return done(args[0]);
    }
    let text = text_of(cx, field(cx, this, 0));
    let problem = Problem::typed("such-that-error", &*text).text(" was false for ").value(args[0]);
    cx.eject(args[1], problem)
}

/// `==x` and `!=x`
pub static MATCH_SAME: Class = Class::new(
    "__matchSame",
    "<__matchSame>",
    natives!["run"(Any) => match_same, "different"(Any) => match_different],
)
.stamps(FROZEN);
/// Fields: the value, and whether the specimen must be the same.
pub(crate) static SAME_MATCHER: Class =
    Class::new("sameMatcher", "<sameMatcher>", natives!["run"(Any, Any) => test_same])
        .stamps(Stamps::FROZEN_IF_PARTS_ARE);

fn match_same(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&SAME_MATCHER, [args[0], Value::TRUE]);
    done(it)
}

fn match_different(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&SAME_MATCHER, [args[0], Value::FALSE]);
    done(it)
}

/// `def ==value exit ejector := specimen`
pub(crate) fn match_same_as(cx: &mut Cx, value: Value, specimen: Value, ejector: Value) -> Outcome {
    let then = Then::new(tested_same, [value, Value::TRUE, specimen, ejector]);
    cx.call_then(Value::of(&crate::same::EQUALIZER), "optSame", [specimen, value], then)
}

/// The same where it is known that they differ.
pub(crate) fn differs(cx: &mut Cx, value: Value, specimen: Value, ejector: Value) -> Outcome {
    cx.eject(ejector, Problem::default().value(specimen).text(" is not ").value(value))
}

fn test_same(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (value, wanted) = (field(cx, this, 0), field(cx, this, 1));
    let then = Then::new(tested_same, [value, wanted, args[0], args[1]]);
    cx.call_then(Value::of(&crate::same::EQUALIZER), "optSame", [args[0], value], then)
}

fn tested_same(cx: &mut Cx, then: Box<Then>, same: Value) -> Outcome {
    let [value, wanted, specimen, ejector] = then.values[..] else { return done(Value::NULL) };
    if same == wanted {
        return done(specimen);
    }
    let wanted = wanted == Value::TRUE;
    let problem = match (same.as_bool(), wanted) {
        (Some(_), true) => Problem::default().value(specimen).text(" is not ").value(value),
        (Some(_), false) => Problem::new("must not be ").value(value),
        (None, true) => Problem::default().value(specimen).text(" is not yet ").value(value),
        (None, false) => Problem::default().value(specimen).text(" is not yet different from ").value(value),
    };
    cx.eject(ejector, problem)
}

/// `["key" => p]`
pub static MAP_EXTRACT: Class = Class::new(
    "__mapExtract",
    "<__mapExtract>",
    natives!["run"(Any) => map_extract, "default"(Any, Any) => map_extract_default],
)
.stamps(FROZEN);
/// Fields: the key, and a list of the default or null.
pub(crate) static EXTRACTOR: Class =
    Class::new("mapExtractor", "<mapExtractor>", natives!["run"(Any, Any) => extract])
        .stamps(Stamps::FROZEN_IF_PARTS_ARE);

fn map_extract(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&EXTRACTOR, [args[0], Value::NULL]);
    done(it)
}

fn map_extract_default(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let default = cx.heap.list([args[1]]);
    let it = cx.heap.native(&EXTRACTOR, [args[0], default]);
    done(it)
}

fn extract(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if is_asked(cx, args[0]) {
        return ask(cx, this, args);
    }
    let then = Then::new(extract_coerced, [this, args[1]]);
    cx.call_then(Value::of(&guard::map::MAP), "coerce", [args[0], args[1]], then)
}

/// Loaders, and objects written in E that say what they hold under a key and what they are without it.
fn is_asked(cx: &Cx, specimen: Value) -> bool {
    let knows = |verb, arity| crate::object::has_method(cx, specimen, Selector::new(verb, arity));
    crate::import::is_loader(cx, specimen) || (knows("fetch", 2) && knows("without", 1))
}

/// `[specimen.fetch(key, absent), specimen.without(key)]`
fn ask(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let absent = guard::fresh_ejector(cx);
    let then = Then::new(
        |cx, then, value| {
            let [this, specimen, _, absent] = then.values[..] else { return done(value) };
            guard::close_ejector(cx, absent);
            let key = field(cx, this, 0);
            let then = Then::new(
                |cx, then, rest| {
                    let pair = cx.heap.list([then.values[0], rest]);
                    done(pair)
                },
                [value],
            );
            cx.call_then(specimen, "without", [key], then)
        },
        [this, args[0], args[1], absent],
    );
    let then = then.on_exit(|cx, then, exit| {
        let [this, specimen, ejector, absent] = then.values[..] else { return Err(exit) };
        guard::close_ejector(cx, absent);
        if !guard::left_through(&exit, absent) {
            return Err(exit);
        }
        let (key, default) = (field(cx, this, 0), field(cx, this, 1));
        if let Some(value) = cx.heap.as_list(default).and_then(|it| it.first().copied()) {
            let pair = cx.heap.list([value, specimen]);
            return done(pair);
        }
        cx.eject(ejector, Problem::default().value(key).text(" not in matched map: ").value(specimen))
    });
    let key = field(cx, this, 0);
    cx.call_then(args[0], "fetch", [key, absent], then)
}

fn extract_coerced(cx: &mut Cx, then: Box<Then>, map: Value) -> Outcome {
    let (key, default) = (field(cx, then.values[0], 0), field(cx, then.values[0], 1));
    if let Some(value) = map::look_up(cx, map, key)? {
        let mut rest = map::copied(cx, map)?;
        map::remove(cx, &mut rest, key)?;
        let rest = map::make(cx, rest);
        let pair = cx.heap.list([value, rest]);
        return done(pair);
    }
    if let Some(value) = cx.heap.as_list(default).and_then(|it| it.first().copied()) {
        let pair = cx.heap.list([value, map]);
        return done(pair);
    }
    cx.eject(then.values[1], Problem::default().value(key).text(" not in matched map: ").value(map))
}

/// The end of a map pattern.
pub static MAP_EMPTY: Class =
    Class::new("__mapEmpty", "<__mapEmpty>", natives!["run"(Any, Any) => map_empty]).stamps(FROZEN);

fn map_empty(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match map::table(&cx.heap, args[0]) {
        Some(table) if table.is_empty() => done(args[0]),
        _ => cx.eject(args[1], Problem::new("unused elements in matched map: ").value(args[0])),
    }
}

/// A quasi-literal as a pattern.
pub static QUASI_MATCHER: Class =
    Class::new("__quasiMatcher", "<__quasiMatcher>", natives!["run"(Any, Any) => quasi_matcher])
        .stamps(FROZEN);
/// Fields: the match maker and the values of its value holes.
pub(crate) static BOUND_QUASI: Class =
    Class::new("quasiMatch", "<quasiMatch>", natives!["run"(Any, Any) => match_quasi])
        .stamps(Stamps::FROZEN_IF_PARTS_ARE);

fn quasi_matcher(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&BOUND_QUASI, [args[0], args[1]]);
    done(it)
}

fn match_quasi(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (maker, values) = (field(cx, this, 0), field(cx, this, 1));
    cx.call(maker, "matchBind", [values, args[0], args[1]])
}

/// `switch` when nothing fits: the specimen, then what each pattern said.
pub static SWITCH_FAILED: Class =
    Class::new("__switchFailed", "<__switchFailed>", &[variadic("run", switch_failed)]).stamps(FROZEN);

fn switch_failed(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let Some((specimen, failures)) = args.split_first() else { return Err(cx.throw("no match")) };
    let mut problem = Problem::default().value(*specimen).text(" did not match any option:");
    for it in failures {
        problem = problem.text("\n    ").value(*it);
    }
    Err(cx.throw(problem))
}

/// `require(condition)`, `require(condition, problem)`
pub static REQUIRE: Class =
    Class::new("require", "<require>", natives!["run"(Bool) => require, "run"(Bool, Any) => require_or])
        .stamps(FROZEN);

fn require(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if args[0] == Value::TRUE { done(Value::NULL) } else { Err(cx.throw("required condition failed")) }
}

fn require_or(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if args[0] == Value::TRUE {
        return done(Value::NULL);
    }
    match cx.heap.get(args[1]) {
        Some(Cell::Short(_) | Cell::Long(..) | Cell::Problem(_)) => {
            cx.call(Value::of(&THROW), "run", [args[1]])
        }
        _ => {
            let then = Then::new(|cx, _, problem| cx.call(Value::of(&THROW), "run", [problem]), []);
            cx.call_then(args[1], "run", [], then)
        }
    }
}

/// `__identityFunc(x)`
pub static IDENTITY: Class =
    Class::new("identityFunc", "<identityFunc>", natives!["run"(Any) => identity]).stamps(FROZEN);

fn identity(_: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    done(args[0])
}

/// What `<`, `<=`, `<=>`, `>=` and `>` expand to.
pub static COMPARER: Class = Class::new(
    "Comparer",
    "<__comparer>",
    natives![
        "lessThan"(Any, Any) => less_than,
        "leq"(Any, Any) => leq,
        "asBigAs"(Any, Any) => as_big_as,
        "geq"(Any, Any) => geq,
        "greaterThan"(Any, Any) => greater_than,
    ],
)
.stamps(FROZEN);

/// `a.op__cmp(b)`, then what it is asked.
fn relation(
    cx: &mut Cx,
    args: &[Value],
    verb: &'static str,
    holds: fn(std::cmp::Ordering) -> bool,
) -> Outcome {
    if let Some(order) = crate::data::number::compare(&cx.heap, args[0], args[1]) {
        return done(order.is_some_and(holds));
    }
    let verb = cx.heap.text(verb);
    let then = Then::new(
        |cx, then, order| {
            let verb = text_of(cx, then.values[0]);
            cx.call(order, &verb, [])
        },
        [verb],
    );
    cx.call_then(args[0], "op__cmp", [args[1]], then)
}

fn less_than(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    relation(cx, args, "belowZero", std::cmp::Ordering::is_lt)
}

fn leq(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    relation(cx, args, "atMostZero", std::cmp::Ordering::is_le)
}

fn as_big_as(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    relation(cx, args, "isZero", std::cmp::Ordering::is_eq)
}

fn geq(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    relation(cx, args, "atLeastZero", std::cmp::Ordering::is_ge)
}

fn greater_than(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    relation(cx, args, "aboveZero", std::cmp::Ordering::is_gt)
}
