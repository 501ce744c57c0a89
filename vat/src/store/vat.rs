//! One vat as bytes, and back.

use super::bytes::{Damage, Read, Reader, Writer};
use super::module;
use crate::causality;
use crate::cx::{Cx, Delivery, Work};
use crate::fuel::Interrupt;
use crate::heap::{Heap, read_message, save_message};
use crate::powers::Powers;
use crate::powers::inherited::Granted;
use crate::problem::Stop;
use crate::scope::Named;
use crate::turn::{Eval, Evaluated, Limits, Program, Vat};
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

/// What a restored vat gets from the world it comes into.
pub(crate) struct Home {
    pub number: u32,
    pub powers: Box<dyn Powers>,
    pub limits: Arc<Limits>,
    pub interrupt: Interrupt,
    pub next_vat: Arc<AtomicU32>,
    /// What is added to the numbers of evaluations.
    pub first_id: u64,
}

/// Numbers of evaluations are below this, so that adding to them never overflows.
const IDS: u64 = 1 << 48;

/// To be called between two turns, when nothing is on its way out of the vat.
pub(crate) fn write(out: &mut Writer, vat: &Vat) {
    let cx = &vat.cx;
    if !cx.outbox.is_empty() {
        out.lose("what the vat is about to send");
    }
    out.text(&vat.name);
    cx.heap.save(out);
    out.all(cx.modules.iter(), |out, it| {
        module::write(out, &it.module);
        out.values(&it.consts);
    });
    let (registers, weight) = vat.machine.kept();
    out.size(registers);
    out.u64(weight);
    write_state(out, vat);
    let mut evals: Vec<_> = vat.evals.used().into_iter().flatten().collect();
    evals.sort_by_key(|it| *it.0);
    out.all(evals.into_iter(), |out, (id, it)| {
        out.u64(*id);
        eval(out, it);
    });
    let mut awaited: Vec<_> = cx.awaited.iter().collect();
    awaited.sort_by_key(|it| *it.0);
    out.all(awaited.into_iter(), |out, (_, it)| {
        out.value(it.resolver);
        out.u64(it.cause);
    });
}

/// All but heap, code and what the host has asked for.
pub(super) fn write_state(out: &mut Writer, vat: &Vat) {
    let cx = &vat.cx;
    out.u64(cx.turn);
    out.u64(cx.counter);
    out.bool(cx.settled);
    let queue: Vec<_> = cx.queue.iter().collect();
    out.all(queue.into_iter(), |out, it| {
        out.u64(it.cause);
        match &it.work {
            Work::Message { target, message } => {
                out.byte(0);
                out.value(*target);
                save_message(out, message);
            }
            Work::Eval(id) => {
                out.byte(1);
                out.u64(*id);
            }
            Work::Seed { program, result, sent } => {
                out.byte(2);
                write_program(out, program);
                out.obj(*result);
                causality::save(out, *sent);
            }
        }
    });
    cx.scope.save(out);
    cx.audits.save(out);
    cx.tables.save(out);
    let mut handles: Vec<_> = cx.handles.iter().collect();
    handles.sort_by_key(|it| *it.0);
    out.all(handles.into_iter(), |out, (id, it)| {
        out.u64(*id);
        out.value(*it);
    });
    out.value(cx.waiting);
    out.all(cx.breaks.iter(), |out, it| it.iter().for_each(|it| out.value(*it)));
    out.option(cx.exit, Writer::value);
    let mut imported: Vec<_> = cx.imported.iter().collect();
    imported.sort_by_key(|it| it.0.clone());
    out.all(imported.into_iter(), |out, (name, it)| {
        out.text(name);
        out.value(*it);
    });
    let mut names: Vec<_> = cx.import_names.iter().map(|(it, name)| (name.clone(), *it)).collect();
    names.sort_by_key(|(name, it)| (name.clone(), it.as_obj()));
    out.all(names.into_iter(), |out, (name, it)| {
        out.value(it);
        out.option(name.as_deref(), Writer::text);
    });
    out.all(cx.loading.iter(), |out, it| out.text(it));
    out.all(cx.timers.iter(), |out, ((due, number), thunk)| {
        out.i64(*due);
        out.u64(*number);
        out.value(thunk.0);
        causality::save(out, thunk.1);
    });
}

fn eval(out: &mut Writer, it: &Eval) {
    out.option(it.program.as_ref(), write_program);
    out.obj(it.result);
    out.byte(match it.evaluated {
        None => 0,
        Some(Evaluated::Value) => 1,
        Some(Evaluated::Threw) => 2,
        Some(Evaluated::Stopped(Stop::OutOfFuel)) => 3,
        Some(Evaluated::Stopped(Stop::Interrupted)) => 4,
        Some(Evaluated::Stopped(Stop::OutOfMemory)) => 5,
    });
    out.all(it.names.iter(), |out, it| out.text(it));
}

fn write_program(out: &mut Writer, it: &Program) {
    module::write_expansion(out, &it.expansion);
    out.text(&it.source);
    out.text(&it.prefix);
}

fn read_program(from: &mut Reader<'_>) -> Read<Program> {
    let expansion = module::read_expansion(from)?;
    Ok(Program {
        expansion: Arc::new(expansion),
        source: from.arc()?,
        prefix: from.arc()?,
        text: None,
        code: None,
    })
}

/// The vat, and the largest of its numbers of evaluations.
pub(crate) fn read(from: &mut Reader<'_>, home: Home) -> Read<(Vat, u64)> {
    let name = from.arc()?;
    let heap = Heap::load(from, home.limits.heap)?;
    let mut last = home.first_id;
    let mut id = |it: u64| {
        if it >= IDS {
            return Err(Damage("an evaluation has a number that nobody gave it"));
        }
        last = last.max(home.first_id + it);
        Ok(home.first_id + it)
    };
    let Home { number, powers, limits, interrupt, next_vat, .. } = home;
    let modules = from.all(|from| {
        let module = module::read(from)?;
        let consts = module::constants(from, &module)?;
        Ok((Arc::new(module), consts))
    })?;
    let registers = (from.usize()?, from.u64()?);
    let mut handles = None;
    let mut vat = Vat::with(number, name, Granted::new(powers), limits, interrupt, next_vat, |cx| {
        cx.heap = heap;
        handles = Some(read_state(from, cx, &mut id)?.handles);
        cx.past = causality::Past::after(cx.turn as u32);
        Ok(())
    })?;
    vat.cx.handles = handles.unwrap_or_default().into();
    if !vat.machine.keep(registers) {
        return Err(Damage("it has more registers than a vat keeps"));
    }
    for (module, consts) in modules {
        vat.machine.restore(&mut vat.cx, module, consts);
    }
    let cx = &vat.cx;
    cx.heap.check_scripts(&|it| {
        let placed = cx.scripts.get(it.index())?;
        let module = &cx.modules.get(placed.module as usize)?.module;
        module.scripts.get(placed.script as usize).map(|it| it.captures.len())
    })?;
    if !crate::audition::are_earned(&vat.cx, &vat.cx.heap.objects(), !vat.cx.scope.safe_only) {
        return Err(Damage("an object has a stamp that its auditor would not give it"));
    }
    *vat.evals = from.all(|from| Ok((id(from.u64()?)?, read_eval(from)?)))?.into_iter().collect();
    let lost = from.all(|from| Ok((from.value()?, id(from.u64()?)?)))?;
    strand(&mut vat, from, &lost);
    Ok((vat, last))
}

/// What is not put into its place while a vat is filled.
pub(super) struct State {
    pub handles: FxHashMap<u64, Value>,
}

/// Reads what [`write_state`] wrote. `id` says what an evaluation is called here.
pub(super) fn read_state(
    from: &mut Reader<'_>,
    cx: &mut Cx,
    id: &mut dyn FnMut(u64) -> Read<u64>,
) -> Read<State> {
    cx.turn = from.count()?;
    cx.counter = from.count()?;
    cx.settled = from.bool()?;
    let queue = from.all(|from| {
        let cause = id(from.u64()?)?;
        let work = match from.byte()? {
            0 => Work::Message { target: from.value()?, message: read_message(from)? },
            1 => Work::Eval(id(from.u64()?)?),
            2 => {
                let program = Box::new(read_program(from)?);
                Work::Seed { program, result: from.obj()?, sent: causality::load(from)? }
            }
            _ => return Err(Damage("not a delivery")),
        };
        Ok(Delivery { work, cause })
    })?;
    cx.queue = queue.into();
    cx.scope = crate::scope::Scope::load(from)?;
    cx.audits = crate::audition::cache::Cache::load(from)?.into();
    cx.tables = crate::far::Tables::load(from)?;
    let handles = from.all(|from| Ok((id(from.u64()?)?, from.value()?)))?.into_iter().collect();
    cx.waiting = from.value()?;
    cx.breaks = from.all(|from| Ok([from.value()?, from.value()?, from.value()?]))?.into();
    cx.exit = from.option(Reader::value)?;
    *cx.imported = from.all(|from| Ok((from.arc()?, from.value()?)))?.into_iter().collect();
    *cx.import_names = from.all(|from| Ok((from.value()?, from.option(Reader::arc)?)))?.into_iter().collect();
    cx.loading = from.all(Reader::arc)?.into();
    *cx.timers = from
        .all(|from| Ok(((from.i64()?, from.u64()?), (from.value()?, causality::load(from)?))))?
        .into_iter()
        .collect();
    Ok(State { handles })
}

fn read_eval(from: &mut Reader<'_>) -> Read<Eval> {
    let program = from.option(read_program)?;
    let result = from.obj()?;
    let evaluated = match from.byte()? {
        0 => None,
        1 => Some(Evaluated::Value),
        2 => Some(Evaluated::Threw),
        3 => Some(Evaluated::Stopped(Stop::OutOfFuel)),
        4 => Some(Evaluated::Stopped(Stop::Interrupted)),
        5 => Some(Evaluated::Stopped(Stop::OutOfMemory)),
        _ => return Err(Damage("not a way for a turn to end")),
    };
    Ok(Eval { program, result, evaluated, names: from.all(Reader::arc)? })
}

/// The vats it knows are called otherwise here. What the powers of another world were asked for is lost.
fn strand(vat: &mut Vat, from: &Reader<'_>, jobs: &[(Value, u64)]) {
    let cx = &mut vat.cx;
    crate::interp::renumber(cx, &|it| from.places.here(it));
    for (resolver, cause) in jobs {
        cx.cause = *cause;
        let problem = cx.heap.problem("what the vat had asked the world for was under way when it was saved");
        cx.send_only(*resolver, "smash", [problem]);
    }
    cx.cause = 0;
}

/// What a name of a scope holds.
pub(crate) fn named(out: &mut Writer, it: Named) {
    module::held(out, it.held);
    out.value(it.value);
}

pub(crate) fn read_named(from: &mut Reader<'_>) -> Read<Named> {
    Ok(Named { held: module::read_held(from)?, value: from.value()? })
}
