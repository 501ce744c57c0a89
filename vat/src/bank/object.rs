//! Space banks as E sees them: `makeSpaceBank`, the banks it makes, and the guard that knows a genuine one.
//!
//! A bank is no vat's: whoever was given it has the same object, near, in every vat. What never changes about it is
//! answered at once; what does is asked of the world, which answers after the turn.

use super::{Account, Allowance, Drawn, Question, Tenant, VAT, WhenOut};
use crate::cx::Cx;
use crate::far::Outgoing;
use crate::guard::{coerce_by, scalar};
use crate::native::{Class, Outcome, Payload, Stamps, done};
use crate::problem::{Exit, Problem};
use crate::value::Value;
use crate::{guard_methods, natives};
use std::sync::Arc;

/// `makeSpaceBank(name, limits)`; `makeSpaceBank.opaque(name, limits)`
pub static MAKE_SPACE_BANK: Class = Class::new(
    "makeSpaceBank",
    "<makeSpaceBank>",
    natives![
        "run"(Text, Map) => make_bank,
        "opaque"(Text, Map) => make_opaque_bank,
    ],
);

pub(crate) static BANK: Class = Class::new(
    "SpaceBank",
    "<space bank>",
    natives![
        "isTransparent"() => is_transparent,
        "getName"() => get_name,
        "makeSubBank"(Text, Map) => make_sub_bank,
        "makeOpaqueSubBank"(Text, Map) => make_opaque_sub_bank,
        "paysFor"(Any) => pays_for,
        "setLimits"(Any, Map) => set_limits,
        "usage"() => usage,
        "vats"() => vats,
        "inspect"() => inspect,
        "destroy"() => destroy,
        "destroy"(Any) => destroy,
        "__printOn"(Any) => print_on,
    ],
)
.fqn("vat.SpaceBank")
.stamps(Stamps::EVERYWHERE);

/// `<import:vat.SpaceBank>`: lets genuine banks through, and nothing that only answers like one.
pub static SPACE_BANK: Class = Class::new("SpaceBank", "SpaceBank", guard_methods![coerce_bank;])
    .fqn("vat.SpaceBankGuard")
    .stamps(Stamps::DEEP_FROZEN);

/// What a bank is made of.
pub(crate) struct Held(Arc<Account>);

impl Payload for Held {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn bytes(&self) -> u64 {
        64
    }
    fn copy(&self, _: &mut dyn FnMut(Value) -> Value) -> Option<Box<dyn Payload>> {
        Some(Box::new(Held(self.0.clone())))
    }
}

/// A bank pays in the world it was made in. Restored from a snapshot it is one that was destroyed.
impl crate::store::Saved for Held {
    fn save(&self, out: &mut crate::store::Writer) {
        out.text(&self.0.name);
        out.bool(self.0.transparent);
    }
    fn load(from: &mut crate::store::Reader<'_>) -> crate::store::Read<Self> {
        let (name, transparent) = (from.arc()?, from.bool()?);
        let account = Account::new(name, Allowance::default(), transparent, None);
        let account = account.ok_or(crate::store::Damage("not a space bank"))?;
        account.close();
        Ok(Held(account))
    }
}

/// The account behind a genuine bank.
fn account(cx: &Cx, bank: Value) -> Option<Arc<Account>> {
    cx.heap.payload::<Held>(bank).map(|it| it.0.clone())
}

fn coerce_bank(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    coerce_by(cx, this, args[0], args[1], |cx, _, it| account(cx, it).map(|_| it), scalar::refuse)
}

/// An argument that has to be a genuine bank.
fn wanted(cx: &mut Cx, bank: Value) -> Result<Arc<Account>, Exit> {
    match account(cx, bank) {
        Some(it) => Ok(it),
        None => {
            let problem = crate::coerce::failure(cx, bank, "SpaceBank");
            Err(cx.throw(problem))
        }
    }
}

fn get_name(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    let name = wanted(cx, this)?.name.clone();
    let name = cx.heap.text(name);
    done(name)
}

fn print_on(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let it = wanted(cx, this)?;
    let opaque = if it.transparent { "" } else { "opaque " };
    let text = cx.heap.text(format!("<{opaque}space bank {}>", it.name));
    cx.call(args[0], "write", [text])
}

fn is_transparent(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    done(wanted(cx, this)?.transparent)
}

fn make_bank(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let parent = own_account(cx);
    opened(cx, args, true, parent)
}

fn make_opaque_bank(cx: &mut Cx, _: Value, args: &[Value]) -> Outcome {
    let parent = own_account(cx);
    opened(cx, args, false, parent)
}

/// Who pays for the vat that makes a bank pays for what the bank pays for.
fn own_account(cx: &Cx) -> Option<Arc<Account>> {
    cx.tenant.as_ref().map(|it| it.rent.account().clone())
}

fn make_sub_bank(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let parent = wanted(cx, this)?;
    opened(cx, args, true, Some(parent))
}

fn make_opaque_sub_bank(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let parent = wanted(cx, this)?;
    opened(cx, args, false, Some(parent))
}

fn opened(cx: &mut Cx, args: &[Value], transparent: bool, parent: Option<Arc<Account>>) -> Outcome {
    let name = crate::data::text::text_of(cx, args[0]);
    let allowance = allowance(cx, args[1], Allowance::default())?;
    if let Some(closed) = parent.as_ref().filter(|it| it.is_closed()) {
        return Err(cx.throw(closed.refusal(super::Resource::Bytes)));
    }
    match Account::new(name.into(), allowance, transparent, parent) {
        Some(it) => done(cx.heap.native_with(&BANK, [], Box::new(Held(it)))),
        None => Err(cx.throw("too many space banks lie above one another")),
    }
}

/// `["bytes" => 100_000, "instructions" => 1_000_000, "turn" => 10_000]`; what is not named stays as it was.
fn allowance(cx: &mut Cx, limits: Value, before: Allowance) -> Result<Allowance, Exit> {
    let mut it = before;
    for (key, limit) in crate::data::map::pairs(cx, limits) {
        let name = cx.heap.text_in(cx.near(key));
        let place = match name.as_deref() {
            Some("bytes") => &mut it.bytes,
            Some("instructions") => &mut it.instructions,
            Some("turn") => &mut it.turn,
            _ => {
                let problem = Problem::new("not a limit of a space bank: ").value(key);
                return Err(cx.throw(problem.text("; there are \"bytes\", \"instructions\" and \"turn\"")));
            }
        };
        *place = match cx.near(limit).as_int().and_then(|it| u64::try_from(it).ok()) {
            Some(it) => it,
            None if limit.is_null() => u64::MAX,
            None => {
                let problem = Problem::new("not so much as a space bank could have: ").value(limit);
                return Err(cx.throw(problem));
            }
        };
    }
    Ok(it)
}

/// Is the other bank below this one?
fn pays_for(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (above, below) = (wanted(cx, this)?, wanted(cx, args[0])?);
    done(!Arc::ptr_eq(&above, &below) && below.is_within(&above))
}

/// Only who holds a bank may change the limits of those below it.
fn set_limits(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let (above, below) = (wanted(cx, this)?, wanted(cx, args[0])?);
    if Arc::ptr_eq(&above, &below) || !below.is_within(&above) {
        let problem = Problem::default().value(this).text(" does not pay for ").value(args[0]);
        return Err(cx.throw(problem));
    }
    let allowance = allowance(cx, args[1], below.allowance())?;
    below.allow(allowance);
    done(Value::NULL)
}

fn usage(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    ask(cx, this, Question::Usage)
}

fn vats(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    ask(cx, this, Question::Vats)
}

fn inspect(cx: &mut Cx, this: Value, _: &[Value]) -> Outcome {
    ask(cx, this, Question::Inspect)
}

fn ask(cx: &mut Cx, this: Value, question: fn(Arc<Account>) -> Question) -> Outcome {
    let question = question(wanted(cx, this)?);
    let (promise, _) = cx.promise();
    cx.outbox.push(Outgoing::Ask { question: Box::new(question), promise });
    done(promise)
}

fn destroy(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let account = wanted(cx, this)?;
    let why = args.first().copied().unwrap_or(Value::NULL);
    let problem = match why.is_null() {
        true => cx.heap.problem(format!("the space bank \"{}\" was destroyed", account.name)),
        false => crate::throw::as_problem(cx, why),
    };
    cx.outbox.push(Outgoing::Destroy { account, problem });
    done(Value::NULL)
}

/// Who pays for a new vat that a vat makes: the bank that is given, or else what pays for its maker.
pub(crate) fn tenant(cx: &mut Cx, bank: Option<(Value, WhenOut)>) -> Result<Option<Box<Tenant>>, Exit> {
    let (account, when_out) = match (bank, &cx.tenant) {
        (Some((it, when_out)), _) => (wanted(cx, it)?, when_out),
        (None, Some(maker)) => (maker.rent.account().clone(), maker.when_out),
        (None, None) => return Ok(None),
    };
    match Drawn::new(&account, VAT) {
        Ok(rent) => Ok(Some(Box::new(Tenant { rent, when_out }))),
        Err(by) => Err(cx.throw(by.refusal(super::Resource::Bytes))),
    }
}
