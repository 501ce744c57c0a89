//! `interp`, the running interpreter, and the makers of vats.

use crate::bank::{Question, WhenOut};
use crate::causality::log::Destination;
use crate::cx::Cx;
use crate::far::Outgoing;
use crate::native::{Class, Outcome, done, method};
use crate::natives;
use crate::problem::{Exit, Problem};
use crate::value::Value;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// `interp`
pub static INTERP: Class = Class::new(
    "interp",
    "<interp>",
    &[
        method("waitAtTop", 1, wait_at_top),
        method("exitAtTop", 0, |cx, _, _| exit_at_top(cx, Value::NULL)),
        method("exitAtTop", 1, |cx, _, args| exit_at_top(cx, args[0])),
        method("blockAtTop", 0, |_, _, _| done(Value::NULL)),
        method("continueAtTop", 0, |_, _, _| done(Value::NULL)),
        method("pushTestStep", 2, push_test_step),
        method("gc", 0, |cx, _, _| {
            cx.heap.collect_soon();
            done(Value::NULL)
        }),
        method("whyPending", 1, why_pending),
        method("getProps", 0, get_props),
        method("getArgs", 0, get_args),
    ],
);

/// `interp.whyPending(p)`: a promise for a text that says what `p` waits for; null if it is settled.
fn why_pending(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let (promise, _) = cx.promise();
    cx.outbox.push(Outgoing::Ask { question: Box::new(Question::Why(args[0])), promise });
    done(promise)
}

/// What was set for the program when it was started.
fn get_props(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let properties = cx.powers.properties().into_iter();
    let pairs: Vec<(Value, Value)> = properties.map(|(k, v)| (cx.heap.text(k), cx.heap.text(v))).collect();
    done(crate::data::map::from_pairs(cx, &pairs))
}

/// What the program was told when it was started.
fn get_args(cx: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    let args: Vec<Value> = cx.powers.arguments().into_iter().map(|it| cx.heap.text(it)).collect();
    done(cx.heap.list(args))
}

/// Gives back what was waited for before, once the reference is resolved: a link of the chain.
pub(crate) static LINK: Class = Class::new(
    "waitAtTop",
    "<wait link>",
    &[method("run", 1, |cx, this, _| done(cx.heap.fields(this, &LINK).map_or(Value::NULL, |it| it[0])))],
);

/// `interp.waitAtTop(p)`: whoever runs this step waits for `p`, and for all that was waited for before.
fn wait_at_top(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let link = cx.heap.native(&LINK, [cx.waiting]);
    cx.waiting = crate::when::wait(cx, args[0], link);
    done(Value::NULL)
}

/// `interp.exitAtTop()`, `interp.exitAtTop(problem)`: whoever runs this program is to end it.
fn exit_at_top(cx: &mut Cx, problem: Value) -> Outcome {
    cx.exit = Some(problem);
    done(Value::NULL)
}

/// `interp.pushTestStep(source, [["value", "3"]])`: one more step for whoever runs this transcript.
fn push_test_step(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let Some(program) = source_text(cx, args[0]) else {
        return Err(cx.throw(crate::object::does_not_coerce(args[0], "an EExpr")));
    };
    let Some(answers) = cx.heap.as_list(args[1]).cloned() else {
        return Err(cx.throw(crate::object::does_not_coerce(args[1], "a List")));
    };
    let mut expected = Vec::with_capacity(answers.len());
    for it in &*answers {
        let pair = cx.heap.as_list(*it).cloned();
        let part = |at: usize| cx.heap.as_text(cx.near(*pair.as_ref()?.get(at)?)).map(|it| it.to_string());
        let (Some(key), Some(text)) = (part(0), part(1)) else {
            return Err(cx.throw(crate::object::does_not_coerce(*it, "a pair of a key and a text")));
        };
        expected.push((key, text));
    }
    cx.powers.push_step(&program, expected);
    done(Value::NULL)
}

/// A vat, as E sees it. Field: its number.
pub static VAT: Class = Class::new(
    "Vat",
    "<Vat>",
    &[
        method("seed", 1, seed),
        method("seed", 2, |cx, this, args| cx.call(Value::of(&SEED_VAT), "run", [this, args[0], args[1]])),
        method("seedEval", 1, seed),
        method("orderlyShutdown", 1, shut_down),
        method("getName", 0, |cx, this, _| {
            done(cx.heap.fields(this, &VAT).and_then(|it| it.get(1).copied()).unwrap_or(Value::NULL))
        }),
        method("isAlive", 0, |cx, this, _| ask(cx, this, Question::IsAlive)),
        method("isQuiescent", 0, |cx, this, _| ask(cx, this, Question::IsQuiescent)),
        method("__printOn", 1, print_on),
    ],
);

fn number(cx: &Cx, vat: Value) -> Option<u32> {
    cx.heap.fields(vat, &VAT)?.first()?.as_int().and_then(|it| u32::try_from(it).ok())
}

/// The vats that a restored heap knows are called otherwise here; one that is not here is none.
pub(crate) fn renumber(cx: &mut Cx, place: &dyn Fn(u32) -> Option<u32>) {
    for it in cx.heap.instances(&VAT) {
        let before = number(cx, it);
        let now = before.and_then(place).unwrap_or(0);
        if let Some([it, ..]) = cx.heap.fields_mut(it, &VAT) {
            *it = i64::from(now).into();
        }
    }
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let name = cx.heap.fields(this, &VAT).and_then(|it| cx.heap.text_in(it[1]));
    let text = cx.heap.text(format!("<Vat {}>", name.as_deref().unwrap_or("")));
    cx.call(args[0], "write", [text])
}

fn new_vat(
    cx: &mut Cx,
    name: Arc<str>,
    bank: Option<(Value, WhenOut)>,
    of_its_own: bool,
) -> Result<Value, Exit> {
    let tenant = crate::bank::object::tenant(cx, bank)?;
    let vat = cx.next_vat.fetch_add(1, Ordering::Relaxed);
    cx.outbox.push(Outgoing::MakeVat { vat, name: name.clone(), tenant, of_its_own });
    let name = cx.heap.text(name);
    Ok(cx.heap.native(&VAT, [i64::from(vat).into(), name]))
}

/// Asks the world about a vat; it answers after this turn.
fn ask(cx: &mut Cx, this: Value, question: fn(u32) -> Question) -> Outcome {
    let Some(vat) = number(cx, this) else { return done(Value::NULL) };
    let (promise, _) = cx.promise();
    cx.outbox.push(Outgoing::Ask { question: Box::new(question(vat)), promise });
    done(promise)
}

/// `currentVat`
pub(crate) fn current_vat(cx: &mut Cx) -> Value {
    let name = cx.heap.text(cx.name.clone());
    cx.heap.native(&VAT, [i64::from(cx.vat).into(), name])
}

/// `<unsafe:org.erights.e.elib.vat.Vat>(null, name)`: a new vat as a far reference, which takes `seedEval(expr)`.
pub(crate) static FAR_VAT: Class =
    Class::new("makeVat", "<makeVat>", natives!["run"(Any, Text) => make_far_vat]);

/// Passes on what the far reference to a vat is sent. Field: the vat.
pub(crate) static FAR_VAT_HANDLER: Class = Class::new(
    "vatHandler",
    "<vat handler>",
    natives![
        "handleSend"(Text, List) => pass_on,
        "handleSendOnly"(Text, List) => pass_on,
        "handleOptSealedDispatch"(Any) => unheard,
    ],
);

/// `makeVat("mint")`; `makeVat("mint", bank)`: the space bank pays for it. A third argument says what happens when
/// a turn of it uses more than it may: `"end"` ends the vat, `"stop"` the turn. `makeVat.inProcess("mint")`: in an
/// operating-system process of its own.
pub static MAKE_VAT: Class = Class::new(
    "makeVat",
    "<makeVat>",
    natives![
        "run"(Text) => make_vat,
        "run"(Text, Any) => make_vat,
        "run"(Text, Any, Text) => make_vat,
        "inProcess"(Text) => make_process,
        "inProcess"(Text, Any) => make_process,
        "inProcess"(Text, Any, Text) => make_process,
    ],
);

fn make_vat(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    make_anywhere(cx, args, false)
}

fn make_process(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    if !cx.powers.granted("vat-host") {
        return Err(cx.throw(crate::powers::missing("vat-host")));
    }
    make_anywhere(cx, args, true)
}

fn make_anywhere(cx: &mut Cx, args: &[Value], of_its_own: bool) -> Outcome {
    let name = crate::data::text::text_of(cx, args[0]);
    let when_out = match args.get(2).map(|it| crate::data::text::text_of(cx, *it)).as_deref() {
        None | Some("end") => WhenOut::End,
        Some("stop") => WhenOut::Stop,
        Some("undo") => WhenOut::Undo,
        Some(_) => {
            let problem =
                Problem::new("not what a vat could do when its space bank is used up: ").value(args[2]);
            return Err(cx.throw(problem.text("; it can \"end\", or \"stop\" or \"undo\" the turn")));
        }
    };
    let bank = args.get(1).map(|it| (*it, when_out));
    done(new_vat(cx, name.into(), bank, of_its_own)?)
}

fn make_far_vat(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let name = crate::data::text::text_of(cx, args[1]);
    let vat = new_vat(cx, name.into(), None, false)?;
    let handler = cx.heap.native(&FAR_VAT_HANDLER, [vat]);
    // Nobody can break it but the end of this vat.
    let (never, _) = cx.promise();
    cx.call(Value::of(&crate::proxy::MAKE_PROXY), "run", [handler, never, true.into()])
}

fn pass_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let vat = cx.heap.fields(this, &FAR_VAT_HANDLER).map_or(Value::NULL, |it| it[0]);
    cx.call(Value::of(&crate::e::E), "send", [vat, args[0], args[1]])
}

fn unheard(_: &mut Cx, _: Value, _: &[Value]) -> Outcome {
    done(Value::NULL)
}

/// `seedVat(vat, source)`: what the source gives in the other vat; `seedVat(source)` makes the vat and gives
/// both. `seedVat(vat, source, ["purse" => purse])`: the program knows these names too.
pub static SEED_VAT: Class = Class::new(
    "seedVat",
    "<seedVat>",
    natives!["run"(Any) => seed_new, "run"(Any, Any) => seed_vat, "run"(Any, Any, Map) => seed_with],
);

/// `<elang:interp.seedVatAuthor>(<unsafe>)`: whoever may do anything may also make vats.
pub static SEED_VAT_AUTHOR: Class = Class::new(
    "seedVatAuthor",
    "<seedVatAuthor>",
    &[method("run", 1, |cx, _, args| match args[0].is(&UNSAFE) {
        true => done(Value::of(&SEED_VAT)),
        false => Err(cx.throw(crate::object::does_not_coerce(args[0], "an unsafe loader"))),
    })],
)
.stamps(crate::native::Stamps::DEEP_FROZEN);

/// `<unsafe>`: the loader of what the host can do. Nothing of a host is here.
pub static UNSAFE: Class = Class::new("unsafe", "<unsafe:*>", &[method("get", 1, get_unsafe)]);

fn get_unsafe(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let name = cx.heap.text_in(args[0]).unwrap_or_else(|| "".into());
    match &*name {
        "org.erights.e.elib.vat.makeWeakRef" | "org.erights.e.elib.vat.WeakPtr" => {
            done(Value::of(&crate::weak::MAKE_WEAK_REF))
        }
        "org.erights.e.elib.vat.Vat" => done(Value::of(&FAR_VAT)),
        "org.erights.e.elang.interp.ScopeSetup" => done(Value::of(&crate::scope_setup::SCOPE_SETUP)),
        _ => Err(cx.throw(Problem::new("<unsafe:*> can't find ").value(args[0]))),
    }
}

fn seed_vat(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let Some(vat) = number(cx, args[0]) else {
        return Err(cx.throw(crate::object::does_not_coerce(args[0], "a Vat")));
    };
    let Some(source) = source_text(cx, args[1]) else {
        return Err(cx.throw(crate::object::does_not_coerce(args[1], "an EExpr")));
    };
    let (promise, _) = cx.promise();
    let cause = cx.cause;
    let sent = cx.here();
    let to = Destination::There { vat, export: 0 };
    crate::causality::log::asked(cx, sent, "seed/1", to, promise);
    cx.outbox.push(Outgoing::Seed { vat, source, promise, cause, sent });
    done(promise)
}

/// Evaluates a program, in the vat this is evaluated in, where it knows some more names.
const SEEDER: &str = r#"fn source, names {
  var scope := privilegedScope.withPrefix("__main$")
  for name => value in names { scope := scope.with(name, value) }
  e__quasiParser(source).eval(scope)
}"#;

fn seed_with(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let &[vat, source, names] = args else { return done(Value::NULL) };
    let Some(source) = source_text(cx, source) else {
        return Err(cx.throw(crate::object::does_not_coerce(source, "an EExpr")));
    };
    let (seeder, source) = (cx.heap.text(SEEDER), cx.heap.text(source));
    let crate::native::Step::Done(seeder) = seed_vat(cx, Value::NULL, &[vat, seeder])? else {
        return done(Value::NULL);
    };
    let (verb, args) = (cx.heap.text("run"), cx.heap.list([source, names]));
    cx.call(Value::of(&crate::e::E), "send", [seeder, verb, args])
}

/// The E source that a value stands for: a string as it is, a syntax tree printed.
fn source_text(cx: &Cx, value: Value) -> Option<Arc<str>> {
    cx.heap.text_in(value).map(Arc::from).or_else(|| crate::node::source(cx, value))
}

fn seed(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    seed_vat(cx, Value::NULL, &[this, args[0]])
}

fn seed_new(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let vat = new_vat(cx, "seeded".into(), None, false)?;
    let crate::native::Step::Done(value) = seed_vat(cx, Value::NULL, &[vat, args[0]])? else {
        return done(Value::NULL);
    };
    done(cx.heap.list([value, vat]))
}

fn shut_down(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(vat) = number(cx, this) else { return done(Value::NULL) };
    let problem = match args[0].is_null() {
        true => cx.heap.problem(Problem::new("the vat was shut down")),
        false => crate::throw::as_problem(cx, args[0]),
    };
    cx.outbox.push(Outgoing::Kill { vat, problem });
    done(Value::NULL)
}
