//! Descriptions of what an object answers to: parameters, messages, types. `help` and `__getAllegedType` show
//! them, and `interface` makes them.

mod words;

use crate::cx::Cx;
use crate::data::list::{items, portrayal};
use crate::data::map;
use crate::data::quote::{is_identifier, quote_string};
use crate::data::table::Table;
use crate::data::text::text_of;
use crate::native::{Class, Outcome, Stamps, done};
use crate::natives;
use crate::print::Piece;
use crate::problem::{Exit, Problem};
use crate::value::Value;

const COPIED: Stamps =
    Stamps::SELFLESS.and(Stamps::TRANSPARENT).and(Stamps::PASS_BY_COPY).and(Stamps::FROZEN_IF_PARTS_ARE);

/// Fields: name or null, guard or null.
pub(crate) static PARAM: Class = Class::new(
    "ParamDesc",
    "ParamDesc",
    natives![
        "getName"() => get_name,
        "getOptName"() => get_opt_name,
        "getOptGuard"() => get_opt_guard,
        "__optUncall"() => uncall_param,
    ],
)
.fqn("org.erights.e.elib.base.ParamDesc")
.stamps(COPIED);

/// Fields: doc comment or null, verb, list of parameters, result guard or null.
pub(crate) static MESSAGE: Class = Class::new(
    "MessageDesc",
    "MessageDesc",
    natives![
        "getDocComment"() => get_doc_comment,
        "getVerb"() => get_verb,
        "getParams"() => get_params,
        "getOptResultGuard"() => get_opt_result_guard,
        "__optUncall"() => uncall_message,
    ],
)
.fqn("org.erights.e.elib.base.MessageDesc")
.stamps(COPIED);

/// Fields: doc comment or null, name or null, supers, auditors, list of messages.
pub static TYPE: Class = Class::new(
    "TypeDesc",
    "TypeDesc",
    natives![
        "getDocComment"() => get_doc_comment,
        "getFQName"() => get_fq_name,
        "getOptFQName"() => get_opt_fq_name,
        "getSupers"() => get_supers,
        "getAuditors"() => get_auditors,
        "getMessageTypes"() => get_message_types,
        "__optUncall"() => uncall_type,
    ],
)
.fqn("org.erights.e.elib.base.typeDesc")
.otherwise(data_coerce)
.stamps(COPIED);

/// `__makeParamDesc`
pub static MAKE_PARAM: Class =
    Class::new("makeParamDesc", "<makeParamDesc>", natives!["run"(OptText, Any) => make_param])
        .fqn("org.erights.e.elib.base.makeParamDesc")
        .stamps(Stamps::DEEP_FROZEN);

/// `__makeMessageDesc`
pub static MAKE_MESSAGE: Class =
    Class::new("makeMessageDesc", "<makeMessageDesc>", natives!["run"(Any, Text, List, Any) => make_message])
        .fqn("org.erights.e.elib.base.makeMessageDesc")
        .stamps(Stamps::DEEP_FROZEN);

/// Makes descriptions of types.
pub static MAKE_TYPE: Class = Class::new(
    "makeTypeDesc",
    "<makeTypeDesc>",
    natives!["run"(Any, OptText, List, List, List) => make_type],
)
.fqn("org.erights.e.elib.base.makeTypeDesc")
.stamps(Stamps::DEEP_FROZEN);

fn field(cx: &Cx, this: Value, at: usize) -> Value {
    cx.heap.as_native(this).and_then(|it| it.fields.get(at).copied()).unwrap_or(Value::NULL)
}

fn fields(cx: &Cx, this: Value) -> Vec<Value> {
    cx.heap.as_native(this).map(|it| it.fields.clone()).unwrap_or_default()
}

/// How descriptions print: as they would stand in an `interface`.
pub fn pieces(cx: &Cx, class: &'static Class, fields: &[Value]) -> Option<Vec<Piece>> {
    if std::ptr::eq(class, &PARAM) {
        let [name, guard] = fields else { return None };
        let mut pieces = vec![Piece::from(param_name(cx, *name))];
        if !guard.is_null() {
            pieces.extend([" :".into(), Piece::Quoted(*guard)]);
        }
        Some(pieces)
    } else if std::ptr::eq(class, &MESSAGE) {
        let mut pieces = Vec::new();
        let doc = *fields.first()?;
        if !doc.is_null() {
            pieces.extend(["/** ".into(), Piece::Bare(doc), " */\n".into()]);
        }
        pieces.extend(head(cx, fields)?);
        Some(pieces)
    } else if std::ptr::eq(class, &WRITTEN_GUARD) {
        Some(vec![Piece::Bare(*fields.first()?)])
    } else if std::ptr::eq(class, &TYPE) {
        let name = fields.get(1)?;
        Some(vec![if name.is_null() { "_".into() } else { simple_type_name(&text_of(cx, *name)).into() }])
    } else {
        None
    }
}

/// The head of a message: `to deposit(amount :int) :void`.
pub fn head(cx: &Cx, fields: &[Value]) -> Option<Vec<Piece>> {
    let [_, verb, params, guard] = fields else { return None };
    let verb = text_of(cx, *verb);
    let mut head = String::from("to ");
    if is_identifier(&verb) {
        head.push_str(&verb)
    } else {
        quote_string(&verb, &mut head)
    }
    head.push('(');
    let mut pieces = vec![Piece::from(head)];
    for (at, it) in items(cx, *params).iter().enumerate() {
        if at > 0 {
            pieces.push(", ".into());
        }
        pieces.push(Piece::Quoted(*it));
    }
    pieces.push(")".into());
    if !guard.is_null() {
        pieces.extend([" :".into(), Piece::Quoted(*guard)]);
    }
    Some(pieces)
}

fn param_name(cx: &Cx, name: Value) -> String {
    if name.is_null() {
        return "_".into();
    }
    let name = text_of(cx, name);
    if is_identifier(&name) && &*name != "_" {
        return name.to_string();
    }
    let mut quoted = String::from("::");
    quote_string(&name, &mut quoted);
    quoted
}

/// `Purse` of `__main$mint$purse`; the types of plain data keep their small letter.
fn simple_type_name(fqn: &str) -> String {
    if ["int", "float64", "boolean", "char", "void"].contains(&fqn) {
        return fqn.to_string();
    }
    let last = fqn.rsplit(['.', '$']).next().unwrap_or(fqn);
    let last = if last == "_" { last } else { last.trim_start_matches("__") };
    let last = last.strip_suffix("__T").unwrap_or(last);
    let mut letters = last.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "_".into(),
    }
}

/// A doc comment: a string or null.
fn doc_comment(cx: &mut Cx, doc: Value) -> Result<Value, Exit> {
    if doc.is_null() || cx.heap.as_text(doc).is_some() {
        return Ok(doc);
    }
    let problem = crate::coerce::failure(cx, doc, "DocComment");
    Err(cx.throw(problem))
}

fn make_param(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let it = cx.heap.native(&PARAM, [args[0], args[1]]);
    done(it)
}

/// Every item must be an instance of `class`.
fn all_of(cx: &mut Cx, list: Value, class: &'static Class) -> Result<Value, Exit> {
    let items = items(cx, list);
    for it in &*items {
        if !cx.class_of(*it).is_some_and(|found| std::ptr::eq(found, class)) {
            let problem = crate::coerce::failure(cx, *it, class.name);
            return Err(cx.throw(problem));
        }
    }
    Ok(cx.heap.list(items))
}

fn make_message(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let doc = doc_comment(cx, args[0])?;
    let params = all_of(cx, args[2], &PARAM)?;
    let it = cx.heap.native(&MESSAGE, [doc, args[1], params, args[3]]);
    done(it)
}

fn make_type(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let doc = doc_comment(cx, args[0])?;
    let messages = all_of(cx, args[4], &MESSAGE)?;
    let it = cx.heap.native(&TYPE, [doc, args[1], args[2], args[3], messages]);
    message_types(cx, it)?;
    done(it)
}

/// The messages every object answers, as a type lists them.
const MIRANDA: [(&str, &[&str]); 10] = [
    ("__printOn", &["out"]),
    ("__getAllegedType", &[]),
    ("__respondsTo", &["verb", "arity"]),
    ("__conformTo", &["guard"]),
    ("__optSealedDispatch", &["brand"]),
    ("__optUncall", &[]),
    ("__whenMoreResolved", &["reactor"]),
    ("__whenBroken", &["reactor"]),
    ("__order", &["nested-verb :String", "nested-args :ConstList"]),
    ("__reactToLostClient", &["problem"]),
];

/// A message as it was written: its doc comment, verb and parameters' names.
struct Written {
    doc: Option<String>,
    verb: String,
    params: Vec<Param>,
    guard: Option<String>,
}

/// A parameter: its name, and its guard as it was written.
#[derive(Clone, Default)]
struct Param {
    name: Option<String>,
    guard: Option<String>,
}

/// Stands for a guard in a description that was read off an object's source: which guard it was when the object
/// was made, the description does not say, so it shows the text and guards nothing. Field: the text.
pub(crate) static WRITTEN_GUARD: Class = Class::new("WrittenGuard", "WrittenGuard", &[])
    .fqn("org.erights.e.elib.base.WrittenGuard")
    .stamps(COPIED);

/// A description with another's messages, which come first; its own win. `more` is a map such as
/// `getMessageTypes()` answers.
pub fn merged(cx: &mut Cx, description: Value, more: Value) -> Outcome {
    if crate::coerce::Ty::Map.check(&cx.heap, more).is_none() {
        let problem = crate::coerce::failure(cx, more, "Map");
        return Err(cx.throw(problem));
    }
    let own = message_types(cx, description)?;
    let mut all = map::copied(cx, more)?;
    for (key, message) in map::pairs(cx, own) {
        map::put(cx, &mut all, key, message)?;
    }
    let messages: Vec<Value> = all.values().collect();
    let messages = cx.heap.list(messages);
    let mut fields = fields(cx, description);
    if let Some(it) = fields.get_mut(4) {
        *it = messages;
    }
    done(cx.heap.native(&TYPE, fields))
}

/// What an object says its type is: of natives, what they answer to; of objects written in E, their script.
pub fn alleged_type(cx: &mut Cx, value: Value) -> Outcome {
    let value = cx.near(value);
    let (doc, name, own): (Option<String>, String, Vec<Written>) = match crate::object::script(cx, value) {
        Some((_, loaded, script)) => {
            let program = &loaded.module.program;
            let object = script.object.map(|it| program.object(it));
            let doc = object.and_then(|it| it.doc.as_ref()).map(|it| it.to_string());
            let methods = object.map(|it| written(program, it)).unwrap_or_default();
            (doc, script.fqn.to_string(), methods)
        }
        None => {
            let class = cx.class_of(value);
            let own = class.map(native_messages).unwrap_or_default();
            (None, class.map_or("", |it| it.fqn).to_string(), own)
        }
    };
    describe(cx, doc, &name, own)
}

/// What a native answers to, with the guards its parameters have and what [`words`] says of it.
fn native_messages(class: &'static Class) -> Vec<Written> {
    let mut all: Vec<Written> = Vec::new();
    for it in class.methods.iter().filter(|it| !it.verb.starts_with("__")) {
        let words = words::of(class, it);
        let names = words.as_ref().map_or(&[][..], |it| &it.names);
        let param = |at: usize| Param {
            name: names.get(at).map(|it| it.to_string()),
            guard: it.types.get(at).and_then(|it| it.written()).map(str::to_string),
        };
        let message = Written {
            doc: words.as_ref().map(|it| it.doc.to_string()),
            verb: it.verb.to_string(),
            params: (0..usize::from(it.arity.unwrap_or(0))).map(param).collect(),
            guard: None,
        };
        // The later of two lines is the one that is called.
        match all.iter_mut().find(|it| it.verb == message.verb && it.params.len() == message.params.len()) {
            Some(before) => *before = message,
            None => all.push(message),
        }
    }
    all
}

/// `objectExpr.asTypeDesc(prefix)`: what objects of an object expression say their type is.
pub fn of_object(
    cx: &mut Cx,
    program: &syntax::kernel_e::Program,
    object: &syntax::kernel_e::Object,
    name: &str,
) -> Outcome {
    let doc = object.doc.as_ref().map(|it| it.to_string());
    let own = written(program, object);
    describe(cx, doc, name, own)
}

fn describe(cx: &mut Cx, doc: Option<String>, name: &str, own: Vec<Written>) -> Outcome {
    let mut messages: Vec<Value> = Vec::new();
    for (verb, params) in MIRANDA {
        if own.iter().any(|it| it.verb == verb && it.params.len() == params.len()) {
            continue;
        }
        let param = |it: &&str| match it.split_once(" :") {
            Some((name, guard)) => Param { name: Some(name.into()), guard: Some(guard.into()) },
            None => Param { name: Some(it.to_string()), guard: None },
        };
        let params = params.iter().map(param).collect();
        messages.push(message(cx, Written { doc: None, verb: verb.to_string(), params, guard: None }));
    }
    for it in own {
        messages.push(message(cx, it));
    }
    let doc = doc.map_or(Value::NULL, |it| cx.heap.text(it));
    let name = cx.heap.text(name);
    let none = cx.heap.list([]);
    let messages = cx.heap.list(messages);
    let it = cx.heap.native(&TYPE, [doc, name, none, none, messages]);
    done(it)
}

fn message(cx: &mut Cx, it: Written) -> Value {
    let params: Vec<Value> = it
        .params
        .into_iter()
        .map(|it| {
            let name = it.name.map_or(Value::NULL, |it| cx.heap.text(it));
            let guard = written_guard(cx, it.guard);
            cx.heap.native(&PARAM, [name, guard])
        })
        .collect();
    let doc = it.doc.map_or(Value::NULL, |it| cx.heap.text(it));
    let (verb, params) = (cx.heap.text(it.verb), cx.heap.list(params));
    let guard = written_guard(cx, it.guard);
    cx.heap.native(&MESSAGE, [doc, verb, params, guard])
}

fn written_guard(cx: &mut Cx, text: Option<String>) -> Value {
    let Some(text) = text else { return Value::NULL };
    let text = cx.heap.text(text);
    cx.heap.native(&WRITTEN_GUARD, [text])
}

fn written(program: &syntax::kernel_e::Program, object: &syntax::kernel_e::Object) -> Vec<Written> {
    use syntax::kernel_e::{Expr, ExprId, Pattern, Script};
    let Script::Methods { methods, .. } = &object.script else { return Vec::new() };
    let guard = |it: &Option<ExprId>| {
        it.map(|it| match program.expr(it) {
            Expr::Noun(name) => name.to_string(),
            _ => format!("({})", syntax::print_expr(program, it)),
        })
    };
    let param = |it: &syntax::kernel_e::PatternId| {
        let mut at = *it;
        loop {
            return match program.pattern(at) {
                Pattern::Final { noun, guard: it } | Pattern::Var { noun, guard: it } => {
                    Param { name: Some(noun.to_string()), guard: guard(it) }
                }
                Pattern::Binding(noun) => Param { name: Some(noun.to_string()), guard: None },
                Pattern::Via { pattern, .. } => {
                    at = *pattern;
                    continue;
                }
                _ => Param::default(),
            };
        }
    };
    let one = |it: &syntax::kernel_e::Method| Written {
        doc: it.doc.as_ref().map(|it| it.to_string()),
        verb: it.verb.to_string(),
        params: it.params.iter().map(param).collect(),
        guard: guard(&it.result_guard),
    };
    methods.iter().map(one).collect()
}

/// The types of plain data serve as guards: `1.__getAllegedType().coerce(2, throw)`.
const DATA: [&str; 6] = ["int", "float64", "boolean", "char", "void", "org.erights.e.elib.tables.String"];

fn type_name(cx: &Cx, this: Value) -> std::sync::Arc<str> {
    let name = field(cx, this, 1);
    if name.is_null() { "".into() } else { text_of(cx, name).into() }
}

fn data_coerce(
    cx: &mut Cx,
    this: Value,
    selector: crate::selector::Selector,
    args: &[Value],
) -> Option<Outcome> {
    if &*selector.verb() != "coerce" || args.len() != 2 || !DATA.contains(&&*type_name(cx, this)) {
        return None;
    }
    Some(crate::guard::coerce_by(
        cx,
        this,
        args[0],
        args[1],
        |cx, this, specimen| {
            let class = cx.class_of(specimen)?;
            (*class.fqn == *type_name(cx, this)).then_some(specimen)
        },
        |cx, this, specimen| crate::coerce::failure(cx, specimen, &simple_type_name(&type_name(cx, this))),
    ))
}

fn get_name(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let name = field(cx, this, 0);
    if !name.is_null() {
        return done(name);
    }
    let name = cx.heap.text("_");
    done(name)
}

fn get_opt_name(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 0))
}

fn get_opt_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 1))
}

fn uncall_param(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let fields = fields(cx, this);
    portrayal(cx, Value::of(&MAKE_PARAM), "run", &fields)
}

fn get_doc_comment(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 0))
}

fn get_verb(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 1))
}

fn get_params(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 2))
}

fn get_opt_result_guard(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 3))
}

fn uncall_message(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let fields = fields(cx, this);
    portrayal(cx, Value::of(&MAKE_MESSAGE), "run", &fields)
}

fn get_fq_name(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let name = field(cx, this, 1);
    if !name.is_null() {
        return done(name);
    }
    let name = cx.heap.text("_");
    done(name)
}

fn get_opt_fq_name(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 1))
}

fn get_supers(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 2))
}

fn get_auditors(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(field(cx, this, 3))
}

/// `["verb/arity" => message]`
fn message_types(cx: &mut Cx, this: Value) -> Result<Value, Exit> {
    let mut table = Table::default();
    for it in &*items(cx, field(cx, this, 4)) {
        let verb = text_of(cx, field(cx, *it, 1));
        let arity = items(cx, field(cx, *it, 2)).len();
        let key = cx.heap.text(format!("{verb}/{arity}"));
        if let Ok(Some(before)) = table.get(&cx.heap, key) {
            let problem = Problem::new(format!("duplicate message desc for {verb}/{arity}: ")).value(before);
            return Err(cx.throw(problem.text(" then ").value(*it)));
        }
        map::put(cx, &mut table, key, *it)?;
    }
    Ok(map::make(cx, table))
}

fn get_message_types(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let map = message_types(cx, this)?;
    done(map)
}

fn uncall_type(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let fields = fields(cx, this);
    portrayal(cx, Value::of(&MAKE_TYPE), "run", &fields)
}
