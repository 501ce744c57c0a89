//! Who pays for which vat, and what can be asked about that.

use super::{VatId, World};
use crate::bank::{Account, Drawn, Question, Resource, Tenant, VAT, WhenOut};
use crate::cx::Cx;
use crate::far::{self, Parcel};
use crate::heap::Asker;
use crate::problem::Problem;
use crate::turn::Vat;
use crate::value::Value;
use std::sync::Arc;

impl World {
    /// From now on the account pays for the vat and for whatever vats it makes; `Err`: it has no room for it.
    pub fn charge_to(&mut self, vat: VatId, account: &Arc<Account>, when_out: WhenOut) -> Result<(), String> {
        let Some(it) = self.vats.get_mut(vat.0) else { return Err("the vat is gone".into()) };
        let weight = VAT.saturating_add(it.cx.heap.bytes());
        account.draw(Resource::Bytes, weight).map_err(|by| by.refusal(Resource::Bytes))?;
        account.refund(Resource::Bytes, weight);
        let rent = Drawn::new(account, VAT).map_err(|by| by.refusal(Resource::Bytes))?;
        it.lodge(Box::new(Tenant { rent, when_out }));
        Ok(())
    }

    /// Ends every vat that an account pays for, and lets nothing be drawn from it any more.
    pub fn destroy_account(&mut self, account: &Arc<Account>, why: &str) {
        self.destroy(account, Problem::new(why));
    }

    pub(super) fn destroy(&mut self, account: &Arc<Account>, why: Problem) {
        account.close();
        for it in self.paid_by(account) {
            self.end_vat(it, why.clone());
        }
    }

    pub(super) fn paid_by(&mut self, account: &Arc<Account>) -> Vec<u32> {
        let mut all = self.vats.numbers();
        all.retain(|it| {
            let tenant = self.vats.get(*it).and_then(|it| it.cx.tenant.as_ref());
            tenant.is_some_and(|it| it.rent.account().is_within(account))
        });
        all
    }

    /// The vats that who holds the bank may see.
    fn shown(&mut self, account: &Arc<Account>) -> Vec<u32> {
        let mut all = self.paid_by(account);
        all.retain(|it| {
            let tenant = self.vats.get(*it).and_then(|it| it.cx.tenant.as_ref());
            tenant.is_some_and(|it| it.rent.account().is_shown_to(account))
        });
        all
    }

    /// Answers what a vat has asked.
    pub(super) fn answer(&mut self, from: u32, question: &Question, promise: Value) -> Option<u32> {
        let answer = match question {
            Question::Why(it) => return self.ask_why(from, *it, promise),
            Question::Usage(it) if it.transparent => {
                let usage = usage(it, self.paid_by(it).len());
                named(&mut self.vats.get_mut(from)?.cx, &usage)
            }
            Question::Vats(it) if it.transparent => {
                let seen: Vec<_> =
                    self.shown(it).into_iter().filter_map(|it| self.vats.get(it).map(seen)).collect();
                let cx = &mut self.vats.get_mut(from)?.cx;
                let all: Vec<Value> = seen.iter().map(|(name, it)| entry(cx, name, it)).collect();
                cx.heap.list(all)
            }
            Question::Inspect(it) if it.transparent => {
                let all: Vec<_> = self.shown(it).into_iter().filter_map(|it| self.looked_into(it)).collect();
                let cx = &mut self.vats.get_mut(from)?.cx;
                let all: Vec<Value> = all.iter().map(|(name, names)| pages(cx, name, names)).collect();
                cx.heap.list(all)
            }
            Question::Usage(it) | Question::Vats(it) | Question::Inspect(it) => {
                let cx = &mut self.vats.get_mut(from)?.cx;
                let problem =
                    format!("the space bank \"{}\" is opaque: nobody is shown what it pays for", it.name);
                let problem = cx.heap.problem(problem);
                cx.broken(problem)
            }
            Question::IsAlive(vat) => self.vats.has(*vat).into(),
            Question::IsQuiescent(vat) => self.vats.get(*vat).is_none_or(|it| it.cx.queue.is_empty()).into(),
        };
        self.vats.get_mut(from)?.cx.resolve(promise, answer);
        Some(from)
    }

    /// A message finds no room in the vat that it is for: it is as if it had been delivered there, and its turn had
    /// run out of space at once.
    pub(super) fn refuse(&mut self, from: u32, to: u32, args: &Parcel, question: Option<u32>) -> Option<u32> {
        if self.travel.is_some() {
            self.send_back(to, args);
        } else if let Some(sender) = self.vats.get_mut(from) {
            args.exports_of(from).for_each(|it| far::release(&mut sender.cx, it, 1));
        }
        let vat = self.vats.get_mut(to)?;
        let question = question?;
        vat.has_no_room(from, question);
        Some(to)
    }

    /// What the names in a vat's scope stand for, as they print.
    fn looked_into(&mut self, vat: u32) -> Option<Looked> {
        let names = self.names(VatId(vat));
        let vat = self.vats.get_mut(vat)?;
        let mut all = Vec::new();
        for it in names {
            if let Some(value) = vat.named(&it) {
                all.push((it, vat.quote(value)));
            }
        }
        Some((vat.name.clone(), all))
    }
}

/// What a vat may still use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Budget {
    /// The space bank that pays for it; none if nobody but the world sets it limits.
    pub bank: Option<Arc<str>>,
    /// Of heap.
    pub bytes_left: u64,
    /// None: as many as it likes.
    pub instructions_left: Option<u64>,
}

impl World {
    /// What a vat may still use, and who pays for it; none if it is gone.
    pub fn budget(&self, vat: VatId) -> Option<Budget> {
        let vat = self.vats.get(vat.0)?;
        let own = vat.limits.heap.saturating_sub(vat.cx.heap.bytes());
        let Some(tenant) = vat.cx.tenant.as_ref() else {
            return Some(Budget { bank: None, bytes_left: own, instructions_left: None });
        };
        let account = tenant.rent.account();
        // Whoever has no limit has used something all the same.
        let instructions = account.left(Resource::Instructions);
        Some(Budget {
            bank: Some(account.name.clone()),
            bytes_left: own.min(account.left(Resource::Bytes)),
            instructions_left: (instructions < u64::MAX / 2).then_some(instructions),
        })
    }
}

/// A vat's name, and what the names in its scope stand for.
type Looked = (Arc<str>, Vec<(Arc<str>, String)>);

/// The handle of what those are told whose messages found no room; no evaluation has it.
const NO_ROOM: u64 = 0;

type Figures<'a> = Vec<(&'a str, Option<u64>)>;

/// What an account has let through, and what it may; `None`: it has no limit of its own.
fn usage(account: &Account, vats: usize) -> Figures<'static> {
    let limit = |it: u64| (it != u64::MAX).then_some(it);
    let allowance = account.allowance();
    vec![
        ("bytes", Some(account.used(Resource::Bytes))),
        ("bytesLimit", limit(allowance.bytes)),
        ("instructions", Some(account.used(Resource::Instructions))),
        ("instructionsLimit", limit(allowance.instructions)),
        ("turnLimit", limit(allowance.turn)),
        ("vats", Some(vats as u64)),
    ]
}

fn seen(vat: &Vat) -> (Arc<str>, Figures<'static>) {
    let pending = vat.cx.queue.len() as u64;
    (vat.name.clone(), vec![("bytes", Some(VAT + vat.cx.heap.bytes())), ("pending", Some(pending))])
}

fn pairs(cx: &mut Cx, figures: &Figures<'_>) -> Vec<(Value, Value)> {
    let one = |(key, it): &(&str, Option<u64>)| {
        let value = it.map_or(Value::NULL, |it| cx.heap.int(it.into()));
        (cx.heap.text(*key), value)
    };
    figures.iter().map(one).collect()
}

fn named(cx: &mut Cx, figures: &Figures<'_>) -> Value {
    let pairs = pairs(cx, figures);
    crate::data::map::from_pairs(cx, &pairs)
}

fn entry(cx: &mut Cx, name: &Arc<str>, figures: &Figures<'_>) -> Value {
    let (key, name) = (cx.heap.text("name"), cx.heap.text(name.clone()));
    let mut all = vec![(key, name)];
    all.extend(pairs(cx, figures));
    crate::data::map::from_pairs(cx, &all)
}

fn pages(cx: &mut Cx, name: &Arc<str>, names: &[(Arc<str>, String)]) -> Value {
    let one = |(noun, printed): &(Arc<str>, String)| (cx.heap.text(noun.clone()), cx.heap.text(&printed[..]));
    let all: Vec<(Value, Value)> = names.iter().map(one).collect();
    let state = crate::data::map::from_pairs(cx, &all);
    let name = cx.heap.text(name.clone());
    cx.heap.list([name, state])
}

impl Vat {
    /// A message of another vat found no room: its question is answered at once.
    pub(super) fn has_no_room(&mut self, from: u32, question: u32) {
        let cx = &mut self.cx;
        cx.tables.is_known_to(from);
        // One for all of them: who fills a vat with messages is not to fill it with problems.
        let broken = match cx.handles.get(&NO_ROOM) {
            Some(it) => *it,
            None => {
                let why = format!("the vat \"{}\" has no room for the message", cx.name);
                let problem = cx.heap.problem(Problem::typed("outOfSpaceException", why));
                let broken = cx.broken(problem);
                cx.handles.insert(NO_ROOM, broken);
                broken
            }
        };
        if let Some(it) = crate::send::asker_told(cx, Asker::There { vat: from, question }, broken) {
            cx.resolve(it.into(), broken);
        }
    }
}
