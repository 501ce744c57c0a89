//! Problems as objects: what kinds there are, what each tells about itself, and their makers.
//!
//! A string that was thrown is a `StringException`; a guard's refusal is a `CoercionFailure` and knows the
//! specimen and the guard; any other kind is made in E, of properties and of a function that prints them. All
//! three portray themselves, so they are compared by what they say and pass between vats as copies. What the
//! vat itself throws beside these has a message only.

use crate::cx::Cx;
use crate::data::list::{items, portrayal};
use crate::data::map;
use crate::data::text::text_of;
use crate::guard::{coerce_by, scalar};
use crate::guard_methods;
use crate::heap::Cell;
use crate::native::{Class, Outcome, Stamps, Then, done};
use crate::natives;
use crate::print::to_quote;
use crate::problem::{About, Problem, Structure};
use crate::selector::Selector;
use crate::value::Value;

/// What a problem promises.
pub(crate) fn stamps(problem: &Problem) -> Stamps {
    let frozen = Stamps::FROZEN_IF_PARTS_ARE;
    if problem.plain_text().is_none() && problem.about == About::Message {
        return frozen;
    }
    frozen.and(Stamps::SELFLESS).and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY)
}

/// What messages call a problem's type.
pub(crate) fn type_name(problem: &Problem) -> &'static str {
    match problem.about {
        About::Message if problem.plain_text().is_some() => "StringException",
        About::Message => "Exception",
        About::Coercion { .. } => "CoercionFailure",
        About::Structure(_) => "E-structure-exception",
    }
}

fn problem_of(cx: &Cx, value: Value) -> Option<&Problem> {
    match cx.heap.get(value)? {
        Cell::Problem(it) => Some(it),
        _ => None,
    }
}

fn about(cx: &Cx, value: Value) -> About {
    problem_of(cx, value).map_or(About::Message, |it| it.about.clone())
}

// The makers.

/// `<elib:base.makeStringException>`
pub static MAKE_STRING_EXCEPTION: Class = Class::new(
    "makeStringException",
    "<makeStringException>",
    natives!["run"(Text) => make_string_exception, "asType"() => string_exception],
)
.fqn("org.erights.e.elib.base.makeStringException")
.stamps(Stamps::DEEP_FROZEN);

/// `<elib:base.makeCoercionFailure>`
pub static MAKE_COERCION_FAILURE: Class = Class::new(
    "makeCoercionFailure",
    "<makeCoercionFailure>",
    natives!["run"(Any, Any) => make_coercion_failure, "asType"() => coercion_failure],
)
.fqn("org.erights.e.elib.base.makeCoercionFailure")
.stamps(Stamps::DEEP_FROZEN);

/// `<elib:base.makeException>(typeNames, properties, printer)`: the printer is called with a TextWriter and the
/// problem.
pub static MAKE_EXCEPTION: Class = Class::new(
    "makeException",
    "<makeException>",
    natives!["run"(List, Map, Any) => make_exception, "asType"() => structure_exception],
)
.fqn("org.erights.e.elib.base.makeException")
.stamps(Stamps::DEEP_FROZEN);

fn make_string_exception(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let text = text_of(cx, args[0]);
    let problem = cx.heap.problem(Problem::new(&*text));
    done(problem)
}

/// The message wants the guard's print, for the article in front of it.
fn make_coercion_failure(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    fn named(cx: &mut Cx, then: Box<Then>, name: Value) -> Outcome {
        let (specimen, guard) = (then.values[0], then.values[1]);
        let name = text_of(cx, name);
        let problem = crate::coerce::failure(cx, specimen, &name).refused(specimen, guard);
        let problem = cx.heap.problem(problem);
        done(problem)
    }
    cx.call_then(Value::of(&QUOTE), "run", [args[1]], Then::new(named, args))
}

/// A value as `E.toQuote` shows it, for natives that need it as a step of theirs.
pub(crate) static QUOTE: Class = Class::new("toQuote", "<toQuote>", natives!["run"(Any) => quote]);

fn quote(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    to_quote(cx, args[0])
}

fn make_exception(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let types = items(cx, args[0]);
    if let Some(it) = types.iter().find(|it| cx.heap.as_text(**it).is_none()) {
        let problem = crate::coerce::failure(cx, *it, "String");
        return Err(cx.throw(problem));
    }
    let about = Structure { types: args[0], properties: args[1], printer: args[2] };
    let about = About::Structure(Box::new(about));
    let problem = cx.heap.problem(Problem { about, ..Problem::default() });
    done(problem)
}

// Their types.

/// `<elib:base.makeStringException>.asType()`
pub static STRING_EXCEPTION: Class = Class::new("Guard", "StringException", guard_methods![coerce_problem;])
    .fqn("guard.StringException")
    .stamps(Stamps::DEEP_FROZEN);

/// `<elib:base.makeCoercionFailure>.asType()`
pub static COERCION_FAILURE: Class = Class::new("Guard", "CoercionFailure", guard_methods![coerce_problem;])
    .fqn("guard.CoercionFailure")
    .stamps(Stamps::DEEP_FROZEN);

/// `<elib:base.makeException>.asType()`
pub static STRUCTURE_EXCEPTION: Class =
    Class::new("Guard", "E-structure-exception", guard_methods![coerce_problem;])
        .fqn("guard.StructureException")
        .stamps(Stamps::DEEP_FROZEN);

fn string_exception(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&STRING_EXCEPTION))
}

fn coercion_failure(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&COERCION_FAILURE))
}

fn structure_exception(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::of(&STRUCTURE_EXCEPTION))
}

/// A problem is of the type of the same name.
fn coerce_problem(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, guard, specimen| {
            let found = type_name(problem_of(cx, specimen)?);
            (found == crate::guard::name_of(cx, guard)).then_some(specimen)
        },
        scalar::refuse,
    )
}

// What problems answer to.

/// `problem.getSpecimen()`, `problem.getGuard()`, and for those made in E a getter for each property.
pub(crate) fn property(cx: &mut Cx, this: Value, selector: Selector, _: &[Value]) -> Option<Outcome> {
    if selector.arity() != 0 {
        return None;
    }
    let verb = selector.verb();
    match about(cx, this) {
        About::Message => None,
        About::Coercion { specimen, guard } => match &*verb {
            "getSpecimen" => Some(done(specimen)),
            "getGuard" => Some(done(guard)),
            _ => None,
        },
        About::Structure(it) if &*verb == "_getProperties" => Some(done(it.properties)),
        About::Structure(it) => {
            let name = verb.strip_prefix("get")?;
            let first = name.chars().next()?;
            let name = format!("{}{}", first.to_lowercase(), &name[first.len_utf8()..]);
            map::get_text(&cx.heap, it.properties, &name).map(done)
        }
    }
}

/// Problems made in E are printed by their printer, behind `problem: ` as all are.
pub(crate) fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    fn print(cx: &mut Cx, then: Box<Then>, _: Value) -> Outcome {
        let About::Structure(it) = about(cx, then.values[0]) else { return done(Value::NULL) };
        cx.call(it.printer, "run", [then.values[1], then.values[0]])
    }
    if !matches!(about(cx, this), About::Structure(_)) {
        return crate::print::print_parts_on(cx, this, args[0]);
    }
    let head = cx.heap.text("problem: ");
    cx.call_then(args[0], "print", [head], Then::new(print, [this, args[0]]))
}

pub(crate) fn opt_uncall(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(problem) = problem_of(cx, this) else { return done(Value::NULL) };
    match problem.about.clone() {
        About::Message => match problem.plain_text().map(str::to_string) {
            Some(text) => {
                cx.reserve(text.len() as u64)?;
                let text = cx.heap.text(text);
                portrayal(cx, Value::of(&MAKE_STRING_EXCEPTION), "run", &[text])
            }
            None => done(Value::NULL),
        },
        About::Coercion { specimen, guard } => {
            portrayal(cx, Value::of(&MAKE_COERCION_FAILURE), "run", &[specimen, guard])
        }
        About::Structure(it) => {
            portrayal(cx, Value::of(&MAKE_EXCEPTION), "run", &[it.types, it.properties, it.printer])
        }
    }
}

/// The type of a problem made in E has those it was made with as its supertypes.
pub(crate) fn alleged_type(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let About::Structure(it) = about(cx, this) else {
        return crate::desc::alleged_type(cx, this);
    };
    let names = items(cx, it.types);
    cx.charge(names.len() as u64)?;
    let none = cx.heap.list([]);
    let supers: Vec<Value> = names
        .iter()
        .map(|it| cx.heap.native(&crate::desc::TYPE, [Value::NULL, *it, none, none, none]))
        .collect();
    let supers = cx.heap.list(supers);
    let name = cx.heap.text("E-structure-exception");
    let it = cx.heap.native(&crate::desc::TYPE, [Value::NULL, name, supers, none, none]);
    done(it)
}
