//! `<import:a.b.c>`: the value of a module, evaluated in a fresh safe scope.
//!
//! Only DeepFrozen values are kept; others are evaluated again for each import. A module that imports itself
//! through others sees the promise of its own value.

pub mod other;

use crate::cx::Cx;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, Step, Then, done, method};
use crate::powers::Source;
use crate::problem::{Exit, Problem};
use crate::scopes::Entry;
use crate::value::{Value, View};
use std::sync::Arc;

macro_rules! loader {
    ($(#[$doc:meta])* $name:ident, $printed:literal, $prefix:literal) => {
        $(#[$doc])*
        pub static $name: Class = Class::new(
            $printed,
            $printed,
            &[
                method("get", 1, |cx, _, args| get(cx, $prefix, args[0], None)),
                method("fetch", 2, |cx, _, args| get(cx, $prefix, args[0], Some(args[1]))),
                method("optUnget", 1, |cx, _, args| opt_unget(cx, $prefix, args[0])),
                method("optUncall", 1, |cx, this, args| opt_uncall(cx, this, $prefix, args[0])),
                method("without", 1, |_, this, _| done(this)),
            ],
        )
        .stamps(Stamps::DEEP_FROZEN);
    };
}

loader!(
    /// `import__uriGetter`
    IMPORT, "<import:*>", ""
);
loader!(
    /// `elib__uriGetter`
    ELIB, "<import:org.erights.e.elib.*>", "org.erights.e.elib."
);
loader!(
    /// `elang__uriGetter`
    ELANG, "<import:org.erights.e.elang.*>", "org.erights.e.elang."
);

/// `<this:gate>`: the module that lies beside the program which is run, in a file of that name.
pub static THIS: Class = Class::new(
    "this__uriGetter",
    "<this:*>",
    &[
        method("get", 1, |cx, _, args| get(cx, BESIDE, args[0], None)),
        method("fetch", 2, |cx, _, args| get(cx, BESIDE, args[0], Some(args[1]))),
    ],
);

/// What stands before the name of a module beside the program, where modules are named.
const BESIDE: &str = "this:";

/// `<import:a.b.*>`. Field: `a.b.`, with its dot.
pub(crate) static PACKAGE: Class = Class::new(
    "packageLoader",
    "<import:*>",
    &[
        method("get", 1, |cx, this, args| get(cx, &prefix(cx, this), args[0], None)),
        method("fetch", 2, |cx, this, args| get(cx, &prefix(cx, this), args[0], Some(args[1]))),
        method("optUnget", 1, |cx, this, args| opt_unget(cx, &prefix(cx, this), args[0])),
        method("optUncall", 1, |cx, this, args| opt_uncall(cx, this, &prefix(cx, this), args[0])),
        method("without", 1, |_, this, _| done(this)),
        method("__printOn", 1, |cx, this, args| {
            let text = format!("<import:{}*>", prefix(cx, this));
            let text = cx.heap.text(text);
            cx.call(args[0], "write", [text])
        }),
    ],
)
.stamps(Stamps::DEEP_FROZEN.and(Stamps::PASS_BY_COPY));

fn prefix(cx: &Cx, package: Value) -> Arc<str> {
    let prefix = cx.heap.fields(package, &PACKAGE).and_then(|it| cx.heap.as_text(it[0]));
    prefix.unwrap_or_default().into()
}

/// A loader's `get(name)`, or `fetch(name, absent)`.
fn get(cx: &mut Cx, prefix: &str, name: Value, absent: Option<Value>) -> Outcome {
    let Some(name) = cx.heap.text_in(name) else {
        return Err(cx.throw(crate::object::does_not_coerce(name, "a String")));
    };
    let full = format!("{prefix}{name}");
    if let Some(package) = full.strip_suffix('*') {
        let package = cx.heap.text(package);
        return done(cx.heap.native(&PACKAGE, [package]));
    }
    import(cx, &Arc::from(full), absent)
}

/// `<type:a.b.C>`: the module `a.b.type.C`, or what `a.b.makeC` says its type is.
pub static TYPE: Class = Class::new(
    "type",
    "<type:*>",
    &[
        method("get", 1, get_type),
        method("optUnget", 1, |_, _, _| done(Value::NULL)),
        method("optUncall", 1, |_, _, _| done(Value::NULL)),
    ],
)
.stamps(Stamps::DEEP_FROZEN);

fn get_type(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let Some(name) = cx.heap.text_in(args[0]) else {
        return Err(cx.throw(crate::object::does_not_coerce(args[0], "a String")));
    };
    let (package, simple) = match name.rfind('.') {
        Some(dot) => name.split_at(dot + 1),
        None => ("", &*name),
    };
    let fetch_maker = cx.heap.text(format!("{package}make{simple}"));
    let absent = cx.heap.native(&MAKER, [fetch_maker, args[0]]);
    let full = Arc::from(format!("{package}type.{simple}"));
    import(cx, &full, Some(absent))
}

/// What is asked when there is no `a.b.type.C`. Fields: `a.b.makeC`, and what was asked for.
pub(crate) static MAKER: Class = Class::new("typeLoader", "<typeLoader>", &[method("run", 0, maker_type)]);

fn maker_type(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let Some(&[maker, name]) = cx.heap.fields(this, &MAKER) else { return done(Value::NULL) };
    let absent = cx.heap.native(&NO_TYPE, [name]);
    fn as_type(cx: &mut Cx, _: Box<Then>, maker: Value) -> Outcome {
        cx.call(maker, "asType", [])
    }
    cx.call_then(Value::of(&IMPORT), "fetch", [maker, absent], Then::new(as_type, []))
}

pub(crate) static NO_TYPE: Class = Class::new(
    "typeLoader",
    "<typeLoader>",
    &[method("run", 0, |cx, this, _| {
        let name = cx.heap.fields(this, &NO_TYPE).map_or(Value::NULL, |it| it[0]);
        Err(cx.throw(Problem::new("no type object found for ").print(name)))
    })],
);

/// Is it one that a map pattern may look names up in, ``def ["makeBrand" => makeBrand] | _ := <elib:sealing.*>``?
pub fn is_loader(cx: &Cx, value: Value) -> bool {
    let class = cx.class_of(cx.near(value));
    [&IMPORT, &ELIB, &ELANG, &PACKAGE]
        .into_iter()
        .any(|it| class.is_some_and(|class| std::ptr::eq(it, class)))
}

// Which import gives an object.

/// `<import>.optUnget(x)`: the name under which `x` was imported, or null.
fn opt_unget(cx: &mut Cx, prefix: &str, value: Value) -> Outcome {
    match name_of(cx, value).and_then(|it| it.strip_prefix(prefix).map(Arc::<str>::from)) {
        Some(name) => {
            let name = cx.heap.text(name);
            done(name)
        }
        None => done(Value::NULL),
    }
}

/// `<import>.optUncall(x)`: `[<import>, "get", [name]]`, or null.
fn opt_uncall(cx: &mut Cx, this: Value, prefix: &str, value: Value) -> Outcome {
    match name_of(cx, value).and_then(|it| it.strip_prefix(prefix).map(Arc::<str>::from)) {
        Some(name) => {
            let name = cx.heap.text(name);
            crate::data::list::portrayal(cx, this, "get", &[name])
        }
        None => done(Value::NULL),
    }
}

/// The name an object was imported under. One that was asked about too early never has a name: the answer
/// does not change.
fn name_of(cx: &mut Cx, value: Value) -> Option<Arc<str>> {
    let value = cx.near(value);
    if let Some(it) = cx.import_names.get(&value) {
        return it.clone();
    }
    if let View::Static(class) = value.view() {
        // A built-in module under its own name is the same whether it has been imported or not.
        let is_it = |it| matches!(it, Entry::Class(it) if std::ptr::eq(it, class));
        return native(class.fqn).is_some_and(is_it).then(|| class.fqn.into());
    }
    if may_be_named(cx, value) {
        cx.import_names.insert(value, None);
    }
    None
}

/// What to say besides of a name that means something to the host under another E.
fn host_class(name: &str) -> &'static str {
    let of_a_host = ["java.", "javax.", "sun.", "lisp."];
    match of_a_host.iter().any(|it| name.starts_with(it)) {
        true => ": that names a class of a host that is not here",
        false => "",
    }
}

/// Only what is the same for everyone who imports it and is itself, not its parts.
fn may_be_named(cx: &Cx, value: Value) -> bool {
    let marked = Value::of(&crate::audition::EXIT_VIA_HERE);
    let approved = cx.heap.as_list(cx.heap.approved_by(value)).is_some_and(|it| it.contains(&marked));
    approved && matches!(crate::same::kind(&cx.heap, value), crate::same::Kind::Itself)
}

fn remember_name(cx: &mut Cx, value: Value, name: &Arc<str>) {
    let value = cx.near(value);
    if matches!(value.view(), View::Static(_)) || may_be_named(cx, value) {
        cx.import_names.entry(value).or_insert_with(|| Some(name.clone()));
    }
}

/// The native module of a name.
fn native(name: &str) -> Option<Entry> {
    crate::core_scope::module(name)
        .or_else(|| crate::scopes::module(name))
        .or_else(|| crate::library::module(name))
}

/// Is the module part of this program, and its value DeepFrozen in every vat?
pub(crate) fn is_frozen_library(name: &str) -> bool {
    match native(name) {
        Some(Entry::Class(class)) => class.stamps.has(Stamps::DEEP_FROZEN),
        Some(Entry::Value(_) | Entry::Make(_)) => false,
        // Each asks to be; `library_is_frozen` in vat/tests/one_judge.rs.
        None => crate::library::source(name).is_some(),
    }
}

/// The module's value, now or once it has been evaluated.
fn import(cx: &mut Cx, name: &Arc<str>, absent: Option<Value>) -> Outcome {
    if let Some(it) = cx.imported.get(name).copied() {
        if cx.loading.contains(name) {
            *cx.import_cycle = Some((name.clone(), cycle(cx, name)));
        }
        return done(it);
    }
    if let Some(it) = native(name) {
        let it = crate::scope::entry_value(cx, name, it);
        remember_name(cx, it, name);
        return done(it);
    }
    let own = crate::library::source(name).map(|text| Source { name: name.clone(), text: text.into() });
    let Some(source) = own.or_else(|| cx.powers.import(name)) else {
        if let Some(absent) = absent {
            return cx.call(absent, "run", []);
        }
        let problem = match name.strip_prefix(BESIDE) {
            Some(beside) => format!("<this:*> can't find \"{beside}\" beside the program"),
            None => format!("<import:*> can't find \"{name}\"{}", host_class(name)),
        };
        return Err(cx.throw(problem));
    };
    cx.charge(source.text.len() as u64 / 16)?;
    let parse = syntax::parse(&source.text);
    let expansion = syntax::expand(&parse.program);
    let prefix = format!("{}$", name.strip_prefix(BESIDE).unwrap_or(name));
    let run = crate::load::program(cx, &expansion, &parse.errors, &prefix, &source.name)?;
    crate::causality::log::text(cx, &run.module, &source.text);
    let (promise, _) = cx.promise();
    cx.imported.insert(name.clone(), promise);
    cx.loading.push(name.clone());
    let key = cx.heap.text(name.clone());
    let then = Then::new(imported, [promise, key]).on_exit(failed);
    Ok(Step::Run(Box::new(run), Some(then)))
}

/// `a -> b -> a`, from the module that is imported again while it loads.
fn cycle(cx: &Cx, name: &Arc<str>) -> String {
    let from = cx.loading.iter().position(|it| it == name).unwrap_or(0);
    let mut path: Vec<&str> = cx.loading[from..].iter().map(|it| &**it).collect();
    path.push(name);
    path.join(" -> ")
}

fn loaded(cx: &mut Cx, name: &Arc<str>) {
    if let Some(at) = cx.loading.iter().rposition(|it| it == name) {
        cx.loading.truncate(at);
    }
}

/// Forgets the imports of a turn that was stopped on the way.
pub(crate) fn abandon(cx: &mut Cx) {
    let loading = cx.loading.used_mut().map(std::mem::take);
    for name in loading.into_iter().flatten() {
        if let Some(promise) = cx.imported.remove(&name) {
            let problem = cx.heap.problem(Problem::new(format!("loading \"{name}\" was stopped")));
            let broken = cx.broken(problem);
            cx.resolve(promise, broken);
        }
    }
    cx.import_cycle.used_mut().into_iter().for_each(|it| *it = None);
}

fn imported(cx: &mut Cx, then: Box<Then>, value: Value) -> Outcome {
    let name: Arc<str> = text_of(cx, then.values[1]).into();
    loaded(cx, &name);
    cx.resolve(then.values[0], value);
    if crate::audition::is_deep_frozen(cx, value) {
        // What lies beside a program has no name elsewhere.
        if !name.starts_with(BESIDE) {
            remember_name(cx, value, &name);
        }
        cx.imported.insert(name, value);
    } else {
        cx.imported.remove(&name);
    }
    done(value)
}

fn failed(cx: &mut Cx, then: Box<Then>, exit: Exit) -> Outcome {
    let name: Arc<str> = text_of(cx, then.values[1]).into();
    loaded(cx, &name);
    cx.imported.remove(&name);
    let Exit::Thrown(problem) = exit else { return Err(exit) };
    // What the others in a ring of imports have of it is a promise; whoever used that too early says why.
    let why = match cx.import_cycle.take_if(|it| it.0 == name) {
        Some((_, path)) => cx.heap.problem(Problem::new(format!("{name} needs itself to load: {path}"))),
        None => problem,
    };
    let broken = cx.broken(why);
    cx.resolve(then.values[0], broken);
    Err(Exit::Thrown(problem))
}
