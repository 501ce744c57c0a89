//! The loaders that load no modules: `<opaque:…>`, `<shared:…>` and `<resource:…>`.

use crate::cx::Cx;
use crate::data::list::portrayal;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, Then, done, method};
use crate::natives;
use crate::problem::Problem;
use crate::scopes::Entry;
use crate::value::Value;

/// `<opaque:…>`: always a broken reference, for what can be named and not be had.
pub static OPAQUE: Class = Class::new(
    "opaque__uriGetter",
    "<opaque__uriGetter0>",
    natives!["get"(Text) => opaque, "optUncall"(Any) => name_opaquely],
)
.stamps(Stamps::DEEP_FROZEN);

fn opaque(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let problem = cx.heap.problem(Problem::new("opaque:").print(args[0]));
    done(cx.broken(problem))
}

/// Anything has an opaque name: its print, without the brackets.
fn name_opaquely(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let then = Then::new(
        |cx, then, text| {
            let text = text_of(cx, text);
            let inside = text.strip_prefix('<').and_then(|it| it.strip_suffix('>')).unwrap_or(&text);
            let name = cx.heap.text(inside);
            portrayal(cx, then.values[0], "get", &[name])
        },
        [this],
    );
    cx.call_then(Value::of(&crate::quasi::TO_TEXT), "run", [args[0]], then)
}

/// `<shared:…>`: those built-in modules that are one object for all vats, under the names `<import:…>` knows.
pub static SHARED: Class = Class::new(
    "shared__uriGetter",
    "<shared:*>",
    natives!["get"(Text) => shared, "fetch"(Text, Any) => shared_or],
)
.stamps(Stamps::DEEP_FROZEN.and(Stamps::PASS_BY_COPY).and(Stamps::DATA));

fn find_shared(name: &str) -> Option<Value> {
    match super::native(name)? {
        Entry::Class(class) if class.stamps.has(Stamps::DEEP_FROZEN) => Some(Value::of(class)),
        _ => None,
    }
}

fn shared(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let name = text_of(cx, args[0]);
    match find_shared(&name) {
        Some(it) => done(it),
        None => Err(cx.throw(format!("<shared:*> can't find \"{name}\""))),
    }
}

fn shared_or(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    match find_shared(&text_of(cx, args[0])) {
        Some(it) => done(it),
        None => cx.call(args[1], "run", []),
    }
}

/// `<resource:…>`: text files that came with the modules.
pub static RESOURCE: Class =
    Class::new("resource__uriGetter", "<resource__uriGetter>", natives!["get"(Text) => resource])
        .stamps(Stamps::DEEP_FROZEN);

/// Field: the path.
pub(crate) static RESOURCE_FILE: Class = Class::new(
    "resource",
    "<resource>",
    &[
        method("getText", 0, get_text),
        method("__printOn", 1, |cx, this, args| {
            let text = format!("<resource:{}>", path(cx, this));
            let text = cx.heap.text(text);
            cx.call(args[0], "write", [text])
        }),
    ],
)
.stamps(Stamps::DEEP_FROZEN);

fn resource(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let file = cx.heap.native(&RESOURCE_FILE, [args[0]]);
    let path = path(cx, file);
    if cx.powers.resource(&path).is_none() {
        return Err(cx.throw(format!("<resource:*> can't find \"{path}\"")));
    }
    done(file)
}

fn path(cx: &Cx, file: Value) -> std::sync::Arc<str> {
    let path = cx.heap.fields(file, &RESOURCE_FILE).and_then(|it| it.first().copied());
    text_of(cx, path.unwrap_or(Value::NULL)).into()
}

fn get_text(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let path = path(cx, this);
    let Some(text) = cx.powers.resource(&path) else {
        return Err(cx.throw(format!("<resource:*> can't find \"{path}\"")));
    };
    cx.reserve(text.len() as u64)?;
    let text = cx.heap.text(text);
    done(text)
}
