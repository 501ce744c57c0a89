//! The messages every object answers, unless it answers them itself.

use crate::cx::Cx;
use crate::native::{NativeFn, Outcome, Then, done};
use crate::problem::Problem;
use crate::selector::Selector;
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

static METHODS: LazyLock<FxHashMap<Selector, NativeFn>> = LazyLock::new(|| {
    let all: [(&str, usize, NativeFn); 11] = [
        ("__printOn", 1, print_on),
        ("__getAllegedType", 0, get_alleged_type),
        ("__respondsTo", 2, responds_to),
        ("__conformTo", 1, |_, this, _| done(this)),
        ("__optSealedDispatch", 1, |_, _, _| done(Value::NULL)),
        ("__optUncall", 0, |_, _, _| done(Value::NULL)),
        ("__whenMoreResolved", 1, when_more_resolved),
        ("__whenBroken", 1, |_, _, _| done(Value::NULL)),
        ("__order", 2, order),
        ("__reactToLostClient", 1, |_, _, _| done(Value::NULL)),
        ("__getPropertySlot", 1, get_property_slot),
    ];
    all.into_iter().map(|(verb, arity, f)| (Selector::new(verb, arity), f)).collect()
});

/// The Miranda method for `selector`.
pub(crate) fn find(selector: Selector) -> Option<NativeFn> {
    METHODS.get(&selector).copied()
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(fqn) = crate::object::fqn(cx, this) else { return crate::print::print_on(cx, this, args[0]) };
    let text = format!("<{}>", crate::object::simple_name(&fqn));
    let text = cx.heap.text(text);
    cx.call(args[0], "write", [text])
}

/// What the script says; the messages of the type that a matcher answers come after those.
fn get_alleged_type(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let crate::native::Step::Done(description) = crate::desc::alleged_type(cx, this)? else {
        return done(Value::NULL);
    };
    let matcher = crate::object::script(cx, this).is_some_and(|(_, _, it)| !it.matchers.is_empty());
    if !matcher {
        return done(description);
    }
    fn not_told(_: &mut Cx, then: Box<Then>, exit: crate::problem::Exit) -> Outcome {
        match exit {
            crate::problem::Exit::Thrown(_) => done(then.values[0]),
            it => Err(it),
        }
    }
    fn told(cx: &mut Cx, then: Box<Then>, answer: Value) -> Outcome {
        let answer = cx.near(answer);
        let is_object = matches!(cx.heap.get(answer), Some(crate::heap::Cell::Object { .. }));
        if !is_object && cx.heap.fields(answer, &crate::desc::TYPE).is_none() {
            return done(then.values[0]);
        }
        fn add(cx: &mut Cx, then: Box<Then>, more: Value) -> Outcome {
            crate::desc::merged(cx, then.values[0], more)
        }
        cx.call_then(answer, "getMessageTypes", [], Then::new(add, then.values))
    }
    ask_matcher(cx, this, "__getAllegedType", &[], Then::new(told, [description]).on_exit(not_told))
}

fn responds_to(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(verb) = cx.heap.text_in(args[0]) else {
        return Err(cx.throw(crate::object::does_not_coerce(args[0], "a String")));
    };
    let Some(arity) = args[1].as_int().and_then(|it| usize::try_from(it).ok()) else {
        return Err(cx.throw(crate::object::does_not_coerce(args[1], "an int")));
    };
    let selector = Selector::new(&verb, arity);
    let known = find(selector).is_some() || crate::object::has_method(cx, this, selector);
    let matcher = crate::object::script(cx, this).is_some_and(|(_, _, it)| !it.matchers.is_empty());
    if known || !matcher {
        return done(known);
    }
    fn no(_: &mut Cx, _: Box<Then>, exit: crate::problem::Exit) -> Outcome {
        match exit {
            crate::problem::Exit::Thrown(_) => done(false),
            it => Err(it),
        }
    }
    fn yes(_: &mut Cx, _: Box<Then>, value: Value) -> Outcome {
        done(value)
    }
    ask_matcher(cx, this, "__respondsTo", args, Then::new(yes, []).on_exit(no))
}

/// Sends a message past the methods of `this`, to its matchers.
fn ask_matcher(cx: &mut Cx, this: Value, verb: &str, args: &[Value], then: Box<Then>) -> Outcome {
    let verb = cx.heap.text(verb);
    let args = cx.heap.list(args);
    let message = cx.heap.list([verb, args]);
    Ok(crate::native::Step::Match(this, message, then))
}

fn when_more_resolved(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    cx.send_only(args[0], "run", [this]);
    done(Value::NULL)
}

/// `[self.verb(args…), self]`
fn order(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    fn pair(cx: &mut Cx, then: Box<Then>, value: Value) -> Outcome {
        let pair = cx.heap.list([value, then.values[0]]);
        done(pair)
    }
    let (verb, list) = (cx.heap.text_in(args[0]), cx.heap.as_list(args[1]).cloned());
    match (verb, list) {
        (Some(verb), Some(list)) => cx.call_then(this, &verb, &list[..], Then::new(pair, [this])),
        (None, _) => Err(cx.throw(crate::object::does_not_coerce(args[0], "a String"))),
        (_, None) => Err(cx.throw(crate::object::does_not_coerce(args[1], "a List"))),
    }
}

fn get_property_slot(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let _ = this;
    Err(cx.throw(Problem::new("no property ").value(args[0])))
}
