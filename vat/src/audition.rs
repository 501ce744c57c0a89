//! Audits an object as it is made: built-in auditors through the room `audit`, those written in E by a call.

pub(crate) mod auditors;
pub(crate) mod cache;
mod earned;
mod frozen;
pub(crate) mod guards;
mod heard;
pub(crate) mod trial;
mod walk;

pub(crate) use auditors::implies_deep_frozen;
pub use auditors::{
    CONFINED, DATA, DEEP_FROZEN, DEEP_FROZEN_STAMP, EVENTUALLY, EXIT_VIA_HERE, OPTIONALLY, PASS_BY_COPY, PBC,
    SELFLESS, THROWABLE, TRANSPARENT, TRANSPARENT_STAMP,
};
pub(crate) use earned::are_earned;
pub use frozen::is_deep_frozen;
pub(crate) use frozen::{all_parts, is_presumed_frozen, may_be_copied};
pub use heard::Heard;
pub use walk::{Home, Reachable};

use crate::cx::Cx;
use crate::heap::{Cell, Heap};
use crate::native::{Class, Outcome, Payload, Stamps, Then, done, method};
use crate::problem::{Exit, Problem};
use crate::selector::Selector;
use crate::value::Value;
use audit::{Auditor, Verdict};
use auditors::{built_in, stamp_of};
use cache::Record;

/// What a value's class or its auditors promise.
pub fn stamps(heap: &Heap, value: Value) -> Stamps {
    match heap.get(value) {
        Some(Cell::Object { stamps, .. }) => *stamps,
        // Far references are compared by what they refer to.
        Some(Cell::Far { .. } | Cell::FarProxy(_)) => Stamps::SELFLESS,
        Some(Cell::Broken(_) | Cell::Promise(_)) => Stamps::NONE,
        Some(Cell::Problem(it)) => crate::exception::stamps(it),
        _ => crate::data::class_of(heap, value).map_or(Stamps::NONE, |it| it.stamps),
    }
}

/// Did the built-in auditor `stamp` approve, or the auditor object `auditor`?
pub(crate) fn approved(heap: &Heap, auditor: Value, value: Value) -> bool {
    if let Some(it) = built_in(auditor) {
        // Asking `DeepFrozen` gives the stamp away; it keeps none for itself.
        let asks_only = matches!(it, Auditor::DeepFrozen | Auditor::OptionallyDeepFrozen);
        return !asks_only && stamps(heap, value).has(stamp_of(it));
    }
    heap.as_list(heap.approved_by(value))
        .is_some_and(|all| all.iter().any(|it| crate::same::same_yet(heap, *it, auditor) == Some(true)))
}

/// Asks every auditor in turn; the value is the object.
pub(crate) fn audit(cx: &mut Cx, object: Value, auditors: Vec<Value>) -> Outcome {
    let now = Value::from(cx.turn as i64);
    let audition = cx.heap.native_with(&AUDITION, [object, now], Box::new(Asking::default()));
    let mut values = vec![object, audition];
    values.extend(auditors.into_iter().rev());
    fn refused(cx: &mut Cx, then: Box<Then>, exit: Exit) -> Outcome {
        close(cx, then.values[1]);
        Err(exit)
    }
    next_auditor(cx, Then::new(next_auditor_after, values).on_exit(refused))
}

fn next_auditor_after(cx: &mut Cx, then: Box<Then>, _: Value) -> Outcome {
    next_auditor(cx, then)
}

/// Asks the last of `then.values`, which are the object, its audition, and the auditors still to ask.
fn next_auditor(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let (object, audition) = (then.values[0], then.values[1]);
    // Built-in ones are asked here and now: most objects have no others.
    while let Some(auditor) = then.values.get(2..).and_then(<[Value]>::last).copied() {
        then.values.pop();
        match built_in(cx.near(auditor)) {
            Some(it) => judge(cx, it, object)?,
            None => return cx.call_then(audition, "ask", [auditor], then),
        }
    }
    close(cx, audition);
    done(object)
}

fn close(cx: &mut Cx, audition: Value) {
    if let Some(fields) = cx.heap.fields_mut(audition, &AUDITION) {
        fields[1] = Value::NULL;
    }
}

/// Remembers that an auditor written in E approved the object.
fn approve(cx: &mut Cx, object: Value, auditor: Value) {
    let auditor = cx.near(auditor);
    let mut all = cx.heap.as_list(cx.heap.approved_by(object)).map(|it| it.to_vec()).unwrap_or_default();
    all.push(auditor);
    let all = cx.heap.list(all);
    if let Some(at) = object.as_obj() {
        cx.heap.approve(at, all);
    }
}

/// One judge: the same function that the editor asks.
fn judge(cx: &mut Cx, auditor: Auditor, object: Value) -> Result<(), Exit> {
    let verdict = verdict(cx, auditor, object);
    if cx.audits.heard.is_some() {
        hear(cx, auditor, object, verdict.as_ref());
    }
    if let Some(it) = trial::of(cx) {
        it.looked_at.everything = true;
    }
    match verdict {
        // Only an audition that is asked for from outside does not know all guards.
        Some(Verdict::Unknown(why)) => Err(trial::missing(cx, why)),
        Some(Verdict::Approved) => {
            if let Some(at) = object.as_obj() {
                cx.heap.stamp(at, stamp_of(auditor));
                if matches!(auditor, Auditor::DeepFrozenStamp | Auditor::TransparentStamp) {
                    cx.heap.stamp(at, Stamps::VOUCHED);
                }
            }
            Ok(())
        }
        Some(Verdict::Rejected(objections)) if auditor.insists() => {
            let text = objections.first().map_or_else(|| "refused".into(), |it| it.message());
            let exit = cx.throw(Problem::new(&text));
            if let Exit::Thrown(problem) = exit {
                trial::refused(cx, problem);
            }
            Err(exit)
        }
        _ => Ok(()),
    }
}

fn hear(cx: &mut Cx, auditor: Auditor, object: Value, verdict: Option<&Verdict>) {
    let said = crate::object::script(cx, object).and_then(|(_, loaded, script)| {
        let source = loaded.module.source.clone();
        Some(Heard { source, object: script.object?, auditor, verdict: verdict?.clone() })
    });
    if let (Some(all), Some(it)) = (&mut cx.audits.heard, said) {
        all.push(it);
    }
}

fn verdict(cx: &Cx, auditor: Auditor, object: Value) -> Option<Verdict> {
    let (_, loaded, script) = crate::object::script(cx, object)?;
    let mut guards = guards::of_captures(cx, object)?;
    trial::unknown(cx, loaded, script.object?, &mut guards);
    let audition = audit::Audition {
        program: &loaded.module.program,
        scopes: &loaded.module.scopes,
        object: script.object?,
        name: &|| script.fqn.clone(),
        guards: &guards,
    };
    Some(audit::audit(auditor, &audition))
}

/// `__auditedBy(auditor, object)`
pub static AUDITED_BY: Class = Class::new(
    "__auditedBy",
    "__auditedBy",
    &[method("run", 2, |cx, _, args| done(approved(&cx.heap, args[0], args[1])))],
)
.stamps(Stamps::DEEP_FROZEN);

/// `EAudition`: the guard that lets only real auditions through.
pub static E_AUDITION: Class = Class::new(
    "EAudition",
    "EAudition",
    &[method("coerce", 2, |cx, _, args| match cx.heap.fields(args[0], &AUDITION) {
        Some(_) => done(args[0]),
        None => cx.eject(args[1], Problem::default().value(args[0]).text(" is not an E Audition")),
    })],
)
.stamps(Stamps::DEEP_FROZEN);

/// What an auditor is shown. Fields: the object, and the turn in which it is being audited; null afterwards. What
/// the auditors look at meanwhile is written down in it.
pub static AUDITION: Class = Class::new(
    "Audition",
    "<Audition>",
    &[
        method("ask", 1, ask),
        method("getObjectExpr", 0, get_object_expr),
        method("getFQName", 0, get_fqn),
        method("getGuard", 1, get_guard),
        method("__printOn", 1, print_on),
    ],
);

/// The object of an audition that is not over.
pub(crate) fn open(cx: &mut Cx, this: Value) -> Result<Value, Exit> {
    match cx.heap.fields(this, &AUDITION) {
        Some(&[object, turn]) if turn.as_int() == Some(cx.turn as i64) => Ok(object),
        Some(_) => Err(cx.throw(Problem::default().value(this).text(" is out of scope"))),
        None => Err(cx.throw(crate::object::does_not_coerce(this, "an Audition"))),
    }
}

/// The auditors that are being asked, each by the one before it.
#[derive(Default)]
pub(crate) struct Asking(Vec<Record>);

impl Payload for Asking {
    fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.0.iter().for_each(|it| it.trace(visit));
    }
    fn bytes(&self) -> u64 {
        64 * self.0.len() as u64
    }
}

impl crate::store::Saved for Asking {
    fn save(&self, _: &mut crate::store::Writer) {
        // An audition is over with its turn: nobody is being asked any more.
    }
    fn load(_: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        Ok(Asking::default())
    }
}

fn asking(cx: &mut Cx, audition: Value) -> Option<&mut Record> {
    cx.heap.payload_mut::<Asking>(audition)?.0.last_mut()
}

fn begin(cx: &mut Cx, audition: Value, record: Record) {
    if let Some(it) = cx.heap.payload_mut::<Asking>(audition) {
        it.0.push(record);
    }
    cx.heap.recount(audition);
}

fn end(cx: &mut Cx, audition: Value) -> Option<Record> {
    cx.heap.payload_mut::<Asking>(audition)?.0.pop()
}

/// `audition.ask(auditor)`: asks it, and gives the object its stamp if it approves.
fn ask(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let object = open(cx, this)?;
    let auditor = cx.near(args[0]);
    if let Some(it) = built_in(auditor) {
        ask_built_in(cx, it, auditor, this)?;
        return done(Value::NULL);
    }
    if let Some(it) = asking(cx, this) {
        it.asked.push(auditor);
    }
    if let Some(mut known) = cache::look_up(cx, object, auditor) {
        let mut values = vec![object, this, auditor, known.answer.into()];
        values.extend(known.asked.drain(..).rev());
        begin(cx, this, Record { keep: false, ..Record::of(auditor) });
        return ask_again(cx, Then::new(|cx, then, _| ask_again(cx, then), values).on_exit(failed));
    }
    begin(cx, this, Record::of(auditor));
    let then = Then::new(answered, [object, this, auditor]).on_exit(failed);
    // The older protocol is `audit(objectExpr, witness)`.
    let knows = |arity| crate::object::has_method(cx, auditor, Selector::new("audit", arity));
    if knows(2) && !knows(1) {
        let expr = crate::object::expr_of(cx, object);
        return cx.call_then(auditor, "audit", [expr, this], then);
    }
    cx.call_then(auditor, "audit", [this], then)
}

/// Asks one of the built-in ones for an auditor written in E.
fn ask_built_in(cx: &mut Cx, it: Auditor, auditor: Value, audition: Value) -> Result<(), Exit> {
    let object = open(cx, audition)?;
    let verdict = judge(cx, it, object);
    if let Some(record) = asking(cx, audition) {
        record.asked.push(auditor);
        // Who asked may go on, knowing something that is nowhere written down.
        record.keep &= verdict.is_ok();
    }
    verdict
}

/// What an auditor asked of others before it answered is asked of them again, then it has answered.
fn ask_again(cx: &mut Cx, mut then: Box<Then>) -> Outcome {
    let audition = then.values[1];
    if then.values.len() > 4
        && let Some(auditor) = then.values.pop()
    {
        return cx.call_then(audition, "ask", [auditor], then);
    }
    end(cx, audition);
    if then.values[3] == Value::TRUE {
        approve(cx, then.values[0], then.values[2]);
    }
    done(Value::NULL)
}

fn failed(cx: &mut Cx, then: Box<Then>, exit: Exit) -> Outcome {
    end(cx, then.values[1]);
    if let Some(it) = asking(cx, then.values[1]) {
        it.keep = false;
    }
    Err(exit)
}

fn answered(cx: &mut Cx, then: Box<Then>, answer: Value) -> Outcome {
    let (object, audition, auditor) = (then.values[0], then.values[1], then.values[2]);
    let answer = match cx.near(answer).as_bool() {
        None if !cx.near(answer).is_null() => {
            let exit = cx.throw(crate::object::does_not_coerce(answer, "a boolean"));
            return failed(cx, then, exit);
        }
        it => it == Some(true),
    };
    if answer {
        approve(cx, object, auditor);
    }
    if let Some(record) = end(cx, audition) {
        cache::keep(cx, object, Record { answer, ..record });
    }
    done(Value::NULL)
}

fn get_object_expr(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let object = open(cx, this)?;
    if let Some(it) = trial::of(cx) {
        it.looked_at.tree = true;
    }
    done(crate::object::expr_of(cx, object))
}

fn get_fqn(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let object = open(cx, this)?;
    if let Some(it) = trial::of(cx) {
        it.looked_at.name = true;
    }
    let name = crate::object::fqn(cx, object).unwrap_or_else(|| "_".into());
    let name = cx.heap.text(name);
    done(name)
}

fn get_guard(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let object = open(cx, this)?;
    let Some(noun) = cx.heap.text_in(args[0]) else {
        return Err(cx.throw(crate::object::does_not_coerce(args[0], "a String")));
    };
    trial::asked_for(cx, &noun)?;
    match guards::of_noun(cx, object, &noun) {
        Some(guard) => {
            if let Some(it) = asking(cx, this) {
                it.guards.push((noun.into(), guard));
            }
            done(guard)
        }
        None => {
            if let Some(it) = trial::of(cx) {
                it.looked_at.name = true;
            }
            let fqn = crate::object::fqn(cx, object).unwrap_or_else(|| "_".into());
            Err(cx.throw(format!("\"{noun}\" is not a free variable in \"{fqn}\"")))
        }
    }
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    if let Some(it) = trial::of(cx) {
        it.looked_at.name = true;
    }
    let Some(&[object, turn]) = cx.heap.fields(this, &AUDITION) else { return done(Value::NULL) };
    let fqn = crate::object::fqn(cx, object).unwrap_or_else(|| "_".into());
    let closed = if turn.as_int() == Some(cx.turn as i64) { "" } else { "closed " };
    let text = cx.heap.text(format!("<{closed}Audition for a {fqn}>"));
    cx.call(args[0], "write", [text])
}
