//! What native methods want of their arguments: a type each, with the one chance to conform that E gives.
//!
//! An argument that does not fit is asked `__conformTo(guard)` once, when it is an object that may answer; what
//! still does not fit is the problem every native guard gives: `the int 1 doesn't coerce to a boolean`.

use crate::cx::Cx;
use crate::data::integer::Int;
use crate::data::quote::with_article;
use crate::heap::{Cell, Heap};
use crate::native::{NativeFn, Outcome, Payload, Then};
use crate::problem::Problem;
use crate::same::unportrayed_counting;
use crate::value::{Value, View};

/// What a native method wants an argument to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ty {
    /// Anything at all, promises included.
    Any,
    /// The same, to be compared by sameness: what is selfless in it has been asked for its portrayal.
    Key,
    Int,
    /// A `float64`; an int is widened.
    Float,
    /// An int or a float64.
    Number,
    Char,
    /// A string, with where it came from.
    Text,
    /// A string, without.
    Bare,
    /// A string or null.
    OptText,
    Bool,
    /// A constant list, or a string: its characters.
    List,
    Map,
    Set,
    /// Something that prints: a TextWriter.
    Writer,
}

impl Ty {
    /// The value as one of this type, if it is one without asking it.
    pub fn check(self, heap: &Heap, value: Value) -> Option<Value> {
        let value = match self {
            Ty::Any => return Some(value),
            Ty::Key => return crate::same::unportrayed(heap, value).is_none().then_some(value),
            _ => heap.shorten(value),
        };
        if self == Ty::Bare
            && let Some(twine) = heap.spans(value)
        {
            return Some(twine.bare);
        }
        let fits = match (self, value.view()) {
            (Ty::Int | Ty::Number, View::Int(_)) => true,
            (Ty::Float | Ty::Number, View::Float(_)) => true,
            (Ty::Char, View::Char(_)) => true,
            (Ty::Bool, View::Bool(_)) => true,
            (Ty::OptText, View::Null) => true,
            (Ty::Float, View::Int(it)) => return Some((it as f64).into()),
            (_, View::Obj(it)) => match (self, heap.cell(it)) {
                (Ty::Int | Ty::Number, Cell::Big(_)) => true,
                (Ty::Float, Cell::Big(big)) => return Some(Int::Big((**big).clone()).to_f64().into()),
                (Ty::Text | Ty::Bare | Ty::OptText | Ty::List, Cell::Short(_) | Cell::Long(..)) => true,
                (Ty::List, Cell::List(_)) => true,
                (Ty::Map, Cell::Native(it)) => std::ptr::eq(it.class, &crate::data::map::CONST_MAP),
                (Ty::Set, Cell::Native(it)) => std::ptr::eq(it.class, &crate::data::set::CONST_SET),
                (Ty::Writer, Cell::Native(it)) => {
                    std::ptr::eq(it.class, &crate::print::TEXT_WRITER)
                        || std::ptr::eq(it.class, &crate::print::custom::SYNTAX_WRITER)
                        || std::ptr::eq(it.class, &crate::print::presence::PRESENCE)
                }
                _ => false,
            },
            _ => false,
        };
        fits.then_some(value)
    }

    /// What messages call it.
    pub fn name(self) -> &'static str {
        match self {
            Ty::Any | Ty::Key => "any",
            Ty::Int => "int",
            Ty::Float => "float64",
            Ty::Number => "Number",
            Ty::Char => "char",
            Ty::Text | Ty::Bare => "String",
            Ty::OptText => "any[Null, String]",
            Ty::Bool => "boolean",
            Ty::List => "ConstList",
            Ty::Map => "Map",
            Ty::Set => "Set",
            Ty::Writer => "TextWriter",
        }
    }

    /// The guard a program would write for it.
    pub fn written(self) -> Option<&'static str> {
        match self {
            Ty::Any | Ty::Key => None,
            Ty::Number => Some("any[int, float64]"),
            Ty::OptText => Some("nullOk[String]"),
            Ty::List => Some("List"),
            it => Some(it.name()),
        }
    }

    /// The guard an object is asked to conform to.
    pub fn guard(self) -> Value {
        use crate::guard;
        match self {
            Ty::Any | Ty::Key => Value::of(&guard::any::ANY),
            Ty::Int => Value::of(&guard::scalar::INT),
            Ty::Float | Ty::Number => Value::of(&guard::scalar::FLOAT64),
            Ty::Char => Value::of(&guard::scalar::CHAR),
            Ty::Text | Ty::Bare | Ty::OptText => Value::of(&guard::scalar::STRING),
            Ty::Bool => Value::of(&guard::scalar::BOOLEAN),
            Ty::List => Value::of(&guard::list::LIST),
            Ty::Map => Value::of(&guard::map::MAP),
            Ty::Set => Value::of(&guard::set::SET),
            Ty::Writer => Value::of(&guard::scalar::TEXT_WRITER),
        }
    }
}

/// Can `value` be asked to conform? Only near objects that are not plain data.
pub fn may_conform(cx: &Cx, value: Value) -> bool {
    let value = cx.near(value);
    match cx.heap.get(value) {
        Some(Cell::Object { .. } | Cell::Flex(_)) => true,
        Some(Cell::Native(it)) => {
            it.class.find(crate::selector::Selector::new("__conformTo", 1)).is_some()
                || it.class.otherwise.is_some()
        }
        _ => false,
    }
}

/// `the int 1 doesn't coerce to a boolean`; what is not near is named without a type.
pub fn failure(cx: &Cx, specimen: Value, wanted: &str) -> Problem {
    let specimen = cx.near(specimen);
    let near = crate::guard::is_near(&cx.heap, specimen);
    let problem = if near {
        Problem::new("the ").type_of(specimen).text(" ").value(specimen)
    } else {
        Problem::default().value(specimen)
    };
    problem.text(format!(" doesn't coerce to {}", with_article(wanted)))
}

/// Runs `f` with `args` coerced to `types`.
pub fn coerced(cx: &mut Cx, this: Value, args: &[Value], types: &'static [Ty], f: NativeFn) -> Outcome {
    let mut fitting = [Value::NULL; 8];
    debug_assert!(types.len() <= fitting.len() && types.len() == args.len());
    for (at, (ty, arg)) in types.iter().zip(args).enumerate() {
        match ty.check(&cx.heap, *arg) {
            Some(it) if at < fitting.len() => fitting[at] = it,
            _ => return ask(cx, this, args, Wanted { types, at, f }),
        }
    }
    f(cx, this, &fitting[..args.len().min(fitting.len())])
}

/// A native call that waits for one of its arguments to conform.
struct Wanted {
    types: &'static [Ty],
    at: usize,
    f: NativeFn,
}

impl Payload for Wanted {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn bytes(&self) -> u64 {
        32
    }
}

fn ask(cx: &mut Cx, this: Value, args: &[Value], wanted: Wanted) -> Outcome {
    let ty = wanted.types[wanted.at];
    let specimen = args[wanted.at];
    let mut looked = 0;
    if ty == Ty::Key
        && let Some(object) = unportrayed_counting(&cx.heap, specimen, &mut looked)
    {
        cx.charge(looked)?;
        return ask_portrait(cx, object, this, args, wanted);
    }
    if !may_conform(cx, specimen) {
        let problem = failure(cx, specimen, ty.name()).refused(specimen, ty.guard());
        return Err(cx.throw(problem));
    }
    let mut values = vec![this];
    values.extend_from_slice(args);
    let then = Then::new(answered, values).with_state(Box::new(wanted));
    cx.call_then(specimen, "__conformTo", [ty.guard()], then)
}

/// Asks a selfless object for its portrayal, then makes the call again.
fn ask_portrait(cx: &mut Cx, object: Value, this: Value, args: &[Value], wanted: Wanted) -> Outcome {
    let mut values = vec![this];
    values.extend_from_slice(args);
    values.push(object);
    let then = Then::new(portrayed, values).with_state(Box::new(wanted));
    cx.call_then(object, "__optUncall", [], then)
}

fn portrayed(cx: &mut Cx, mut then: Box<Then>, portrait: Value) -> Outcome {
    let Some(Wanted { types, f, .. }) = then.state::<Wanted>() else { return Err(cx.throw("lost a call")) };
    let (types, f) = (*types, *f);
    let object = then.values.pop().unwrap_or(Value::NULL);
    cx.reserve(64)?;
    let portrait = cx.near(portrait);
    cx.heap.set_portrait(object, portrait);
    let (this, args) = (then.values[0], then.values.split_off(1));
    match types {
        [] => f(cx, this, &args),
        types => coerced(cx, this, &args, types, f),
    }
}

/// Before a call compares what is in `value` by sameness: asks what is selfless in it for its portrayal, and makes
/// the call again. `None`: everything has been asked.
pub fn portrayed_first(
    cx: &mut Cx,
    value: Value,
    this: Value,
    args: &[Value],
    f: NativeFn,
) -> Option<Outcome> {
    let mut looked = 0;
    let object = unportrayed_counting(&cx.heap, value, &mut looked)?;
    if let Err(stop) = cx.charge(looked) {
        return Some(Err(stop));
    }
    Some(ask_portrait(cx, object, this, args, Wanted { types: &[], at: 0, f }))
}

fn answered(cx: &mut Cx, mut then: Box<Then>, answer: Value) -> Outcome {
    let Some(Wanted { types, at, f }) = then.state::<Wanted>() else { return Err(cx.throw("lost a call")) };
    let (types, at, f) = (*types, *at, *f);
    let Some(fitting) = types[at].check(&cx.heap, answer) else {
        let specimen = then.values[at + 1];
        let problem = failure(cx, specimen, types[at].name()).refused(specimen, types[at].guard());
        return Err(cx.throw(problem));
    };
    then.values[at + 1] = fitting;
    let (this, args) = (then.values[0], then.values.split_off(1));
    coerced(cx, this, &args, types, f)
}

/// A table of native methods with the types of their parameters.
///
/// ```text
/// natives!["add"(Number) => add, "negate"() => negate]
/// ```
#[macro_export]
macro_rules! natives {
    ($($verb:literal ( $($ty:ident),* $(,)? ) => $f:path),* $(,)?) => {
        &[$($crate::native::typed(
            $verb,
            &[$($crate::coerce::Ty::$ty),*],
            {
                fn typed(
                    cx: &mut $crate::cx::Cx,
                    this: $crate::value::Value,
                    args: &[$crate::value::Value],
                ) -> $crate::native::Outcome {
                    const TYPES: &[$crate::coerce::Ty] = &[$($crate::coerce::Ty::$ty),*];
                    $crate::coerce::coerced(cx, this, args, TYPES, $f)
                }
                typed
            },
        )),*]
    };
}
