//! `<import:a.b.c>`: the value of a module, evaluated in a fresh safe scope.
//!
//! Only DeepFrozen values are kept; others are evaluated again for each import. A module that imports itself
//! through others sees the promise of its own value.

use crate::cx::Cx;
use crate::native::{Class, Outcome, Stamps, Step, Then, done, method};
use crate::problem::{Exit, Problem};
use crate::value::Value;
use std::sync::Arc;

/// `import__uriGetter`
pub static IMPORT: Class = Class::new(
    "import__uriGetter",
    "<import>",
    &[
        method("get", 1, get),
        method("optUnget", 1, |_, _, _| done(Value::NULL)),
        method("optUncall", 1, |_, _, _| done(Value::NULL)),
    ],
)
.stamps(Stamps::DEEP_FROZEN);

fn get(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let Some(name) = cx.heap.as_text(args[0]).cloned() else {
        return Err(cx.throw(crate::object::does_not_coerce(args[0], "a String")));
    };
    import(cx, &name)
}

/// The module's value, now or once it has been evaluated.
pub(crate) fn import(cx: &mut Cx, name: &Arc<str>) -> Outcome {
    if let Some(it) = cx.imported.get(name) {
        return done(*it);
    }
    if let Some(it) = crate::scopes::module(name) {
        let it = crate::scope::entry_value(cx, name, it);
        return done(it);
    }
    let Some(source) = cx.powers.import(name) else {
        return Err(cx.throw(Problem::new(format!("<import:*> can't find \"{name}\""))));
    };
    cx.charge(source.text.len() as u64 / 16)?;
    let parse = syntax::parse(&source.text);
    let expansion = syntax::expand(&parse.program);
    let prefix = format!("{name}$");
    let run = crate::load::program(cx, &expansion, &parse.errors, &prefix, &source.name)?;
    let (promise, _) = cx.promise();
    cx.imported.insert(name.clone(), promise);
    let key = cx.heap.text(name.clone());
    let then = Then::new(imported, [promise, key]).on_exit(failed);
    Ok(Step::Run(Box::new(run), Some(then)))
}

fn imported(cx: &mut Cx, then: Box<Then>, value: Value) -> Outcome {
    let name = cx.heap.as_text(then.values[1]).cloned().unwrap_or_else(|| "".into());
    cx.resolve(then.values[0], value);
    if crate::audition::is_deep_frozen(cx, value) {
        cx.imported.insert(name, value);
    } else {
        cx.imported.remove(&name);
    }
    done(value)
}

fn failed(cx: &mut Cx, then: Box<Then>, exit: Exit) -> Outcome {
    let name = cx.heap.as_text(then.values[1]).cloned().unwrap_or_else(|| "".into());
    cx.imported.remove(&name);
    if let Exit::Thrown(problem) = exit {
        let broken = cx.broken(problem);
        cx.resolve(then.values[0], broken);
    }
    Err(exit)
}
