//! Auditors written in E, run for those who only read programs.
//!
//! Each audition has a world of its own, with one vat that holds no power and may do so much and no more. The object
//! that is put before the auditor is made of its script alone: none of its methods runs, and what it closes over is
//! there only as far as an auditor can see it, as bindings with their guards.

use super::{Evaluation, Handle, VatId, World};
use crate::audition::trial::{self, Trial};
use crate::code::Held;
use crate::fuel::Interrupt;
use crate::heap::{Binding, Cell};
use crate::native::Stamps;
use crate::powers::closed::Closed;
use crate::problem::{Exit, Stop};
use crate::scope::{Named, Names};
use crate::turn::{Evaluated, Limits};
use crate::value::Value;
use audit::{Answer, Answered, AuditorHost, Carried, LookedAt, Question};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use syntax::Expansion;
use syntax::kernel_e::{ExprId, Name, ObjectId, Pattern, Program};

/// What one audition may use.
const LIMITS: Limits = Limits { heap: 1 << 25, turn: 1_000_000, depth: 2_000, eager_collection: false };

/// Runs auditors written in E for an analysis.
pub struct Auditors {
    limits: Limits,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    last: u64,
    interrupts: BTreeMap<u64, Interrupt>,
}

impl Default for Auditors {
    fn default() -> Auditors {
        Auditors::within(LIMITS)
    }
}

impl Auditors {
    /// Each audition may use so much.
    pub fn within(limits: Limits) -> Auditors {
        Auditors { limits, running: Mutex::default() }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(|it| it.into_inner())
    }
}

impl AuditorHost for Auditors {
    fn ask(&self, question: &Question) -> Option<Answered> {
        let world = World::new(self.limits.clone());
        let number = {
            let mut running = self.running();
            running.last += 1;
            let number = running.last;
            running.interrupts.insert(number, world.interrupt());
            number
        };
        let (answer, looked_at) = Hearing::of(world, question).answer(question);
        self.running().interrupts.remove(&number);
        Some(Answered { answer: answer?, looked_at })
    }

    fn stop(&self) {
        self.running().interrupts.values().for_each(Interrupt::raise);
    }
}

/// Why there is no value.
#[derive(Clone)]
enum Fault {
    Stopped,
    OverBudget(&'static str),
    Failed(Arc<str>),
    NotFrozen(Arc<str>),
}

impl Fault {
    fn answer(self) -> Option<Answer> {
        match self {
            Fault::Stopped => None,
            Fault::OverBudget(of) => Some(Answer::OverBudget(of.into())),
            Fault::Failed(why) => Some(Answer::Failed(why)),
            Fault::NotFrozen(why) => Some(Answer::NotFrozen(why)),
        }
    }
}

impl From<Stop> for Fault {
    fn from(it: Stop) -> Fault {
        match it {
            Stop::Interrupted => Fault::Stopped,
            Stop::OutOfFuel => Fault::OverBudget("it runs for too long"),
            Stop::OutOfMemory => Fault::OverBudget("it takes too much memory"),
        }
    }
}

struct Hearing {
    world: World,
    vat: VatId,
    /// Units of work that are left.
    left: u64,
    /// Names that cannot be relied on, and why not.
    faults: FxHashMap<Arc<str>, Fault>,
}

impl Hearing {
    fn of(mut world: World, question: &Question) -> Hearing {
        let left = world.limits.turn;
        let vat = world.make_vat("auditor", Box::new(Closed::new(question.modules.clone())));
        world.confine(vat);
        Hearing { world, vat, left, faults: FxHashMap::default() }
    }

    fn answer(mut self, question: &Question) -> (Option<Answer>, LookedAt) {
        // Until the audition has begun, only the auditor and what it is made of has been looked at.
        let before = |it: Fault| (it.answer(), LookedAt::default());
        for it in &question.definitions {
            if let Err(fault @ (Fault::Stopped | Fault::OverBudget(_))) = self.define(it) {
                return before(fault);
            }
        }
        let auditor = match self.frozen(&question.auditor, "the auditor") {
            Ok(it) => it,
            Err(it) => return before(it),
        };
        let mut names = Names::default();
        let mut unknown = FxHashMap::default();
        for (noun, carried) in &question.captures {
            if let Err(it) = self.bind(noun, carried, &mut names, &mut unknown) {
                return before(it);
            }
        }
        let answer = self.audition(question, auditor, &names, unknown);
        let vat = self.world.vats.get_mut(self.vat.0);
        let trial = vat.and_then(|it| it.cx.audits.trial.take());
        let looked_at = trial.as_ref().map(|it| it.looked_at.clone()).unwrap_or_default();
        match trial.and_then(|it| it.missing) {
            Some(it) => (Some(Answer::Missing(it)), looked_at),
            None => (answer.or_else(|it| it.answer().ok_or(())).ok(), looked_at),
        }
    }

    /// Makes the names of a definition known, or known to be no good.
    fn define(&mut self, program: &Program) -> Result<(), Fault> {
        let scopes = syntax::resolve(program);
        let names = scopes.definitions.iter().filter(|it| it.top_level).map(|it| Arc::from(&*it.noun));
        let names: Vec<Arc<str>> = names.collect();
        let outcome = self.evaluate(program);
        for noun in names {
            self.faults.remove(&noun);
            let fault = match &outcome {
                Err(it) => Some(it.clone()),
                Ok(_) => self.fault_of(&noun),
            };
            if let Some(it) = fault {
                self.faults.insert(noun, it);
            }
        }
        outcome.map(drop)
    }

    /// What a name stands for may have been changed, by the time it is used in the program.
    fn fault_of(&mut self, noun: &Arc<str>) -> Option<Fault> {
        let vat = self.world.vats.get_mut(self.vat.0)?;
        let value = vat.named(noun);
        let frozen = value.is_some_and(|it| crate::audition::is_presumed_frozen(&vat.cx, it));
        (!frozen).then(|| Fault::NotFrozen(format!("`{}` can change", audit::as_written(noun)).into()))
    }

    fn frozen(&mut self, program: &Program, what: &str) -> Result<Value, Fault> {
        let value = self.evaluate(program)?;
        let vat = self.world.vats.get(self.vat.0).ok_or(Fault::Stopped)?;
        let value = vat.cx.near(value);
        match crate::audition::is_presumed_frozen(&vat.cx, value) {
            true => Ok(value),
            false => Err(Fault::NotFrozen(format!("{what} is not DeepFrozen").into())),
        }
    }

    /// The value stays with the vat for as long as that lives.
    fn evaluate(&mut self, program: &Program) -> Result<Value, Fault> {
        let scopes = syntax::resolve(program);
        if let Some(it) = scopes.free.iter().find_map(|(noun, ..)| self.faults.get(&**noun)) {
            return Err(it.clone());
        }
        let expansion = Expansion::unplaced(program.clone());
        let handle = self.world.eval(self.vat, Evaluation::new(expansion, "auditor"));
        self.limit(self.left);
        self.world.run_turn_of(self.vat);
        self.spent();
        match self.world.evaluated(handle) {
            Some(Evaluated::Value) => self.value_of(handle).ok_or(Fault::Stopped),
            Some(Evaluated::Stopped(it)) => Err(it.into()),
            Some(Evaluated::Threw) => Err(Fault::Failed(self.problem(handle))),
            None => Err(Fault::Stopped),
        }
    }

    fn value_of(&self, handle: Handle) -> Option<Value> {
        let (vat, value) = self.world.value(handle)?;
        Some(vat.cx.near(value))
    }

    fn problem(&mut self, handle: Handle) -> Arc<str> {
        let said = self.world.problem(handle).map(|it| it.printed).unwrap_or_default();
        plain(&said).into()
    }

    fn limit(&mut self, units: u64) {
        if let Some(it) = self.world.vats.get_mut(self.vat.0) {
            Arc::make_mut(&mut it.limits).turn = units;
        }
    }

    fn spent(&mut self) {
        self.left = self.world.vats.get(self.vat.0).map_or(0, |it| it.cx.fuel.left());
    }

    /// Binds a captured noun to nothing, with the guard it would have.
    fn bind(
        &mut self,
        noun: &Name,
        carried: &Carried,
        names: &mut Names,
        unknown: &mut FxHashMap<Name, Arc<str>>,
    ) -> Result<(), Fault> {
        let guard = match carried {
            Carried::Guarded(guard) => match self.frozen(guard, "its guard") {
                Ok(it) => it,
                Err(Fault::Stopped) => return Err(Fault::Stopped),
                Err(it) => {
                    let why = match it {
                        Fault::Failed(it) | Fault::NotFrozen(it) => it,
                        Fault::OverBudget(of) => of.into(),
                        Fault::Stopped => "".into(),
                    };
                    let why = format!("the guard of `{}` is known only when it runs: {why}", &**noun);
                    unknown.insert(noun.clone(), why.into());
                    Value::NULL
                }
            },
            Carried::Unknown(why) => {
                unknown.insert(noun.clone(), why.clone());
                Value::NULL
            }
            _ => Value::NULL,
        };
        let Some(vat) = self.world.vats.get_mut(self.vat.0) else { return Err(Fault::Stopped) };
        let cx = &mut vat.cx;
        let named = match carried {
            Carried::Born => return Ok(()),
            Carried::Var => {
                Named { held: Held::Slot, value: cx.heap.alloc(Cell::VarSlot(Value::NULL)).into() }
            }
            Carried::GuardedVar => {
                Named { held: Held::Slot, value: cx.heap.guarded_slot(Value::NULL, Value::NULL) }
            }
            Carried::Final | Carried::Guarded(_) | Carried::Slot | Carried::Unknown(_) => {
                let slot = cx.heap.alloc(Cell::FinalSlot(Value::NULL)).into();
                let explicit = *carried == Carried::Slot;
                let guard = if explicit { crate::core_scope::value(cx, "any") } else { guard };
                let binding = Cell::Binding(Box::new(Binding { slot, guard, explicit }));
                Named { held: Held::Binding, value: cx.heap.alloc(binding).into() }
            }
        };
        // Held on to by the vat, which may have to make room meanwhile.
        let id = self.world.fresh();
        if let Some(it) = self.world.vats.get_mut(self.vat.0) {
            it.cx.handles.insert(id, named.value);
        }
        names.insert(Arc::from(&**noun), named);
        Ok(())
    }

    /// Makes the object and puts it before the auditor.
    fn audition(
        &mut self,
        question: &Question,
        auditor: Value,
        names: &Names,
        unknown: FxHashMap<Name, Arc<str>>,
    ) -> Result<Answer, Fault> {
        let left = self.left;
        let Some(vat) = self.world.vats.get_mut(self.vat.0) else { return Err(Fault::Stopped) };
        // What the definitions are called is nothing to the object.
        vat.cx.scope.names = Names::default();
        let Some(stripped) = stripped(&question.object) else {
            return Err(Fault::Failed("there is no object".into()));
        };
        let unplaced = Expansion::unplaced(stripped);
        let prefix = question.name.rsplit_once('$').map_or("", |(it, _)| it);
        let prefix = format!("{prefix}$");
        vat.cx.fuel.refill(left);
        let run = crate::load::in_names(&mut vat.cx, &unplaced, names, false, &prefix, "object");
        let made = run.and_then(|mut run| {
            if let Some(module) = Arc::get_mut(&mut run.module) {
                module.program = Arc::new(question.object.clone());
                for it in module.scripts.iter_mut().filter(|it| it.object == Some(ObjectId(0))) {
                    it.fqn = question.name.clone();
                }
            }
            vat.machine.run_program(&mut vat.cx, run)
        });
        let outcome = made.and_then(|object| {
            vat.cx.audits.trial = Some(Box::new(Trial::new(unknown)));
            let asked = crate::audition::audit(&mut vat.cx, object, vec![auditor]);
            vat.machine.run_native(&mut vat.cx, asked).map(|_| object)
        });
        vat.machine.drop_registers(&mut vat.cx);
        let thrown = match outcome {
            Ok(object) => {
                let stamps = crate::audition::stamps(&vat.cx.heap, object);
                let none = stamps == Stamps::NONE || stamps == Stamps::PRESUMED;
                let approved = !none || vat.cx.heap.as_list(vat.cx.heap.approved_by(object)).is_some();
                return Ok(if approved { Answer::Approved } else { Answer::Declined });
            }
            Err(Exit::Stopped(it)) => return Err(it.into()),
            Err(Exit::Thrown(it) | Exit::Freed(it)) => it,
            Err(Exit::Ejected { value, .. }) => value,
        };
        let problem = crate::throw::unsealed(&vat.cx.heap, thrown);
        let refusal =
            trial::of(&mut vat.cx).is_some_and(|it| it.is_refusal(thrown) || it.is_refusal(problem));
        let said = vat.quote(problem);
        let said = plain(&said).into();
        if refusal { Ok(Answer::Refused(said)) } else { Err(Fault::Failed(said)) }
    }
}

/// What a problem says, without that it is one.
fn plain(problem: &str) -> &str {
    problem.strip_prefix("problem: ").unwrap_or(problem)
}

/// The object expression without its auditors, defined as a plain name.
fn stripped(program: &Program) -> Option<Program> {
    let mut program = program.clone();
    let object = program.objects.first_mut()?;
    object.as_auditor = None;
    object.implements.clear();
    let pattern = program.patterns.get_mut(object.pattern.index())?;
    *pattern = match std::mem::replace(pattern, Pattern::Ignore) {
        Pattern::Final { noun, .. } => Pattern::Final { noun, guard: None },
        Pattern::Var { noun, .. } => Pattern::Var { noun, guard: None },
        _ => Pattern::Ignore,
    };
    let is_object = |it: &ExprId| matches!(program.expr(*it), syntax::kernel_e::Expr::Object(ObjectId(0)));
    program.body.first().is_some_and(is_object).then_some(program)
}
