//! Waiting for several references at once: all of them, the first, any that is not broken, all come what may.
//!
//! Whoever waits is told once. Then nothing of it is left with the references that are still undecided: what
//! races a promise that never settles, again and again, costs no more than the last of its races.

use super::{REACTOR, look_again};
use crate::cx::Cx;
use crate::heap::{Cell, Promise};
use crate::native::{Class, Outcome, Stamps, done, method};
use crate::problem::{Exit, Problem};
use crate::reference::{State, state};
use crate::value::Value;

/// `promiseAllFulfilled(list)`: the list once nothing in it is a promise, or the first of it that breaks.
pub static PROMISE_ALL_FULFILLED: Class = Class::new(
    "promiseAllFulfilled",
    "<promiseAllFulfilled>",
    &[method("run", 1, |cx, _, args| wait(cx, Form::All, args[0]))],
)
.stamps(Stamps::DEEP_FROZEN);

/// `<import:promise.several>`
pub static SEVERAL: Class = Class::new(
    "several",
    "<several>",
    &[
        method("all", 1, |cx, _, args| wait(cx, Form::All, args[0])),
        method("settled", 1, |cx, _, args| wait(cx, Form::Settled, args[0])),
        method("any", 1, |cx, _, args| wait(cx, Form::Any, args[0])),
        method("race", 1, |cx, _, args| wait(cx, Form::Race, args[0])),
    ],
)
.fqn("promise.several")
.stamps(Stamps::DEEP_FROZEN);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    All,
    Settled,
    Any,
    Race,
}

impl Form {
    const EVERY: [Form; 4] = [Form::All, Form::Settled, Form::Any, Form::Race];

    fn of(number: Value) -> Form {
        let at = number.as_int().and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
        Form::EVERY.get(at).copied().unwrap_or(Form::All)
    }

    /// Does this one item, which is resolved, decide the whole?
    fn is_decided_by(self, item: State) -> bool {
        match self {
            Form::All => item == State::Broken,
            Form::Settled => false,
            Form::Any => item != State::Broken,
            Form::Race => true,
        }
    }
}

/// Hears of each item once. Fields: the form, the list, the promise for the answer or null when it has been
/// given, how many are waited for, the list of the reactors that wait.
pub(crate) static WAITING: Class = Class::new("several", "<several reactor>", &[method("run", 1, heard)]);

fn wait(cx: &mut Cx, form: Form, list: Value) -> Outcome {
    let Some(items) = cx.heap.as_list(list).cloned() else {
        return Err(cx.throw(crate::object::does_not_coerce(list, "a List")));
    };
    cx.charge(items.len() as u64)?;
    let mut open = Vec::new();
    for it in &*items {
        match state(&cx.heap, *it) {
            State::Promise => open.push(*it),
            now if form.is_decided_by(now) => return done(cx.near(*it)),
            _ => {}
        }
    }
    if open.is_empty() {
        let answer = undecided(cx, form, list)?;
        return done(answer);
    }
    cx.reserve(160 * open.len() as u64)?;
    let (promise, _) = cx.promise();
    let fields = [(form as i64).into(), list, promise, (open.len() as i64).into(), Value::NULL];
    let waiting = cx.heap.native(&WAITING, fields);
    let reactors: Vec<Value> = open
        .into_iter()
        .map(|it| cx.heap.native(&REACTOR, [it, waiting, Value::NULL, Value::FALSE]))
        .collect();
    let all = cx.heap.list(&reactors[..]);
    if let Some(fields) = cx.heap.fields_mut(waiting, &WAITING) {
        fields[4] = all;
    }
    for it in reactors {
        look_again(cx, it, &[Value::NULL])?;
    }
    done(promise)
}

fn heard(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(&[form, list, promise, left, reactors]) = cx.heap.fields(this, &WAITING) else {
        return done(Value::NULL);
    };
    if promise.is_null() {
        return done(Value::NULL);
    }
    let form = Form::of(form);
    let left = left.as_int().unwrap_or(0) - 1;
    if let Some(fields) = cx.heap.fields_mut(this, &WAITING) {
        fields[3] = left.into();
    }
    let answer = if form.is_decided_by(state(&cx.heap, args[0])) {
        cx.near(args[0])
    } else if left > 0 {
        return done(Value::NULL);
    } else {
        match undecided(cx, form, list) {
            Ok(it) => it,
            Err(Exit::Thrown(problem)) => cx.broken(problem),
            Err(other) => return Err(other),
        }
    };
    if let Some(fields) = cx.heap.fields_mut(this, &WAITING) {
        fields[1..].fill(Value::NULL);
    }
    retire(cx, reactors);
    cx.resolve(promise, answer);
    done(Value::NULL)
}

/// What becomes of it when no item has decided it and none is open any more.
fn undecided(cx: &mut Cx, form: Form, list: Value) -> Result<Value, Exit> {
    let items = cx.heap.as_list(list).cloned().unwrap_or_else(|| [].into());
    match form {
        // One that was far may have broken since.
        Form::All => {
            let broken = items.iter().find(|it| state(&cx.heap, **it) == State::Broken);
            Ok(broken.map_or(list, |it| cx.near(*it)))
        }
        Form::Settled => Ok(list),
        Form::Race => Err(cx.throw("there is nothing to wait for in an empty list")),
        Form::Any if items.is_empty() => Err(cx.throw("there is nothing to wait for in an empty list")),
        Form::Any => {
            let mut problem = Problem::new("all of them broke:");
            for (at, it) in items.iter().take(MOST_NAMED).enumerate() {
                if let Some(why) = crate::reference::opt_problem(&cx.heap, *it) {
                    problem = problem.text(if at == 0 { " " } else { ", " }).value(why);
                }
            }
            if items.len() > MOST_NAMED {
                problem = problem.text(format!(" and {} more", items.len() - MOST_NAMED));
            }
            Err(cx.throw(problem))
        }
    }
}

/// How many problems one problem is made of.
const MOST_NAMED: usize = 8;

/// These have nothing to wait for any more: promises that are still undecided forget them.
fn retire(cx: &mut Cx, reactors: Value) {
    let all = cx.heap.as_list(reactors).cloned().unwrap_or_else(|| [].into());
    for it in &*all {
        let Some(fields) = cx.heap.fields_mut(*it, &REACTOR) else { continue };
        let asked = std::mem::replace(&mut fields[0], Value::NULL);
        fields[1] = Value::NULL;
        fields[3] = Value::TRUE;
        let Some(at) = cx.near(asked).as_obj() else { continue };
        if let Cell::Promise(Promise::Unresolved(Some(backlog))) = cx.heap.cell_mut(at) {
            let looked_at = backlog.messages.len() as u64;
            backlog.messages.retain(|message| message.args[..] != [*it]);
            cx.fuel.owe(looked_at);
        }
    }
}
