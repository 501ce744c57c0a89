//! Guards for the types of native values: `boolean`, `int`, `float64`, `char`, `String` and their like.

use super::{coerce_to, protocol, region};
use crate::coerce::Ty;
use crate::cx::Cx;
use crate::guard_methods;
use crate::heap::{Cell, Heap};
use crate::native::{Class, Outcome, Stamps, done};
use crate::problem::Problem;
use crate::value::Value;

const FROZEN: Stamps = Stamps::DEEP_FROZEN;

/// `boolean`
pub static BOOLEAN: Class =
    Class::new("Guard", "boolean", guard_methods![coerce_to; "getTheTrivialValue"() => no])
        .fqn("guard.boolean")
        .stamps(FROZEN);

/// `int`, and the space of its regions.
pub static INT: Class = Class::new(
    "Guard",
    "int",
    guard_methods![
        coerce_to;
        "getTheTrivialValue"() => zero,
        "op__cmp"(Int) => region::compare_space,
        "add"(Any) => region::twist,
        "subtract"(Any) => region::untwist,
        "get"() => protocol::lists,
        "asType"() => itself,
    ],
)
.fqn("guard.int")
.stamps(FROZEN);

/// `float64`, and the space of its regions.
pub static FLOAT64: Class = Class::new(
    "Guard",
    "float64",
    guard_methods![
        coerce_to;
        "getTheTrivialValue"() => zero_float,
        "op__cmp"(Float) => region::compare_space,
        "add"(Any) => region::twist,
        "subtract"(Any) => region::untwist,
        "get"() => protocol::lists,
    ],
)
.fqn("guard.float64")
.stamps(FROZEN);

/// `char`, and the space of its regions.
pub static CHAR: Class = Class::new(
    "Guard",
    "char",
    guard_methods![
        coerce_to;
        "getTheTrivialValue"() => zero_char,
        "op__cmp"(Char) => region::compare_space,
        "add"(Any) => region::twist,
        "subtract"(Any) => region::untwist,
        "get"() => protocol::lists,
    ],
)
.fqn("guard.char")
.stamps(FROZEN);

/// `String`: text, without where it came from.
pub static STRING: Class =
    Class::new("Guard", "String", guard_methods![coerce_to; "getTheTrivialValue"() => empty_text])
        .fqn("guard.String")
        .stamps(FROZEN);

/// `Twine`: text, together with where it came from.
pub static TWINE: Class =
    Class::new("Guard", "Twine", guard_methods![coerce_to; "getTheTrivialValue"() => empty_text])
        .fqn("guard.Twine")
        .stamps(FROZEN);

/// What `__makeList.asType()` gives.
pub static CONST_LIST: Class =
    Class::new("Guard", "ConstList", guard_methods![coerce_to; "getTheTrivialValue"() => super::list::empty])
        .fqn("guard.ConstList")
        .stamps(FROZEN);

/// `TextWriter`
pub static TEXT_WRITER: Class = Class::new("TextWriterGuard", "TextWriter", guard_methods![coerce_to;])
    .fqn("org.erights.e.elib.print.TextWriterGuard")
    .stamps(FROZEN);

/// `<type:…FlexList>`
pub static FLEX_LIST: Class =
    Class::new("Guard", "FlexList", guard_methods![coerce_class;]).fqn("guard.FlexList").stamps(FROZEN);
/// `<type:…FlexMap>`
pub static FLEX_MAP: Class =
    Class::new("Guard", "FlexMap", guard_methods![coerce_class;]).fqn("guard.FlexMap").stamps(FROZEN);
/// `makeFlexSet.asType()`
pub static FLEX_SET: Class =
    Class::new("Guard", "FlexSet", guard_methods![coerce_class;]).fqn("guard.FlexSet").stamps(FROZEN);

/// `<elib:base.makeSourceSpan>.asType()`
pub static SOURCE_SPAN: Class =
    Class::new("Guard", "SourceSpan", guard_methods![coerce_class;]).fqn("guard.SourceSpan").stamps(FROZEN);

/// What can be thrown: `<type:java.lang.Throwable>` of old. A string becomes a problem.
pub static EXCEPTION: Class =
    Class::new("Guard", "Throwable", guard_methods![coerce_exception;]).fqn("guard.Throwable").stamps(FROZEN);

/// `Guard`: near objects that understand `coerce`.
pub static GUARD: Class =
    Class::new("Guard", "Guard", guard_methods![coerce_guard; "audit"(Any) => stamps_nothing])
        .fqn("guard.Guard")
        .stamps(FROZEN);

/// `implements Guard` is for readers.
fn stamps_nothing(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(false)
}

/// The native type a guard stands for.
pub fn type_of(class: &'static Class) -> Option<Ty> {
    let is = |it: &'static Class| std::ptr::eq(class, it);
    Some(if is(&INT) {
        Ty::Int
    } else if is(&STRING) {
        Ty::Bare
    } else if is(&TWINE) {
        Ty::Text
    } else if is(&BOOLEAN) {
        Ty::Bool
    } else if is(&FLOAT64) {
        Ty::Float
    } else if is(&CHAR) {
        Ty::Char
    } else if is(&CONST_LIST) || is(&super::list::LIST) {
        Ty::List
    } else if is(&super::map::MAP) {
        Ty::Map
    } else if is(&super::set::SET) {
        Ty::Set
    } else if is(&TEXT_WRITER) {
        Ty::Writer
    } else {
        return None;
    })
}

/// The native type of the positions of an ordered space.
pub fn type_of_space(space: Value) -> Option<Ty> {
    match space.view() {
        crate::value::View::Static(class) => type_of(class),
        _ => None,
    }
}

fn itself(_: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(this)
}

fn no(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(false)
}

fn zero(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(0i64)
}

fn zero_float(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(0.0)
}

fn zero_char(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done('\0')
}

fn empty_text(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let text = cx.heap.text("");
    done(text)
}

/// The class whose instances a class guard accepts.
fn instances_of(heap: &Heap, guard: Value) -> Option<&'static Class> {
    let class = crate::data::class_of(heap, guard)?;
    let is = |it: &'static Class| std::ptr::eq(class, it);
    Some(if is(&FLEX_LIST) {
        &crate::data::flex_list::FLEX_LIST
    } else if is(&FLEX_MAP) {
        &crate::data::flex_map::FLEX_MAP
    } else if is(&FLEX_SET) {
        &crate::data::flex_set::FLEX_SET
    } else if is(&SOURCE_SPAN) {
        &crate::data::source_span::SOURCE_SPAN
    } else {
        return None;
    })
}

fn coerce_class(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    super::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, guard, specimen| {
            let (wanted, found) = (instances_of(&cx.heap, guard)?, cx.class_of(specimen)?);
            std::ptr::eq(wanted, found).then_some(specimen)
        },
        refuse,
    )
}

/// A guard's refusal under its own name.
pub(crate) fn refuse(cx: &Cx, guard: Value, specimen: Value) -> Problem {
    crate::coerce::failure(cx, specimen, super::name_of(cx, guard)).refused(specimen, guard)
}

fn coerce_exception(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(text) = cx.heap.as_text(args[0]) {
        let problem = Problem::new(text);
        let problem = cx.heap.problem(problem);
        return done(problem);
    }
    super::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, _, specimen| match cx.heap.get(specimen) {
            Some(Cell::Problem(_) | Cell::Sealed(_)) => Some(specimen),
            _ => None,
        },
        refuse,
    )
}

/// Whether something can guard is known only when it is asked to; a near object gets the benefit of the doubt.
fn coerce_guard(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    super::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, _, specimen| {
            let fits = match cx.class_of(specimen) {
                Some(class) => class.find(crate::selector::Selector::new("coerce", 2)).is_some(),
                None => true,
            };
            fits.then_some(specimen)
        },
        refuse,
    )
}
