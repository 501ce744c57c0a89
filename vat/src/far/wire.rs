//! What passes between a vat and another process: which values may go, and frames as bytes.
//!
//! Both ends of a line are gates: vats of their process that only hand on. A gate is known to its neighbours by its
//! own number, and to the other gate as [`WIRE`](super::WIRE). On the wire a number is "mine" or "yours", so what
//! comes in can name nothing but what its sender has, or what has been handed to it. The other end is another
//! process, which may say anything: whatever it says of an object is checked before it is believed.

mod codec;
mod lexicon;

pub(crate) use codec::Post;
pub(crate) use lexicon::Lexicon;

use crate::audition;
use crate::cx::Cx;
use crate::heap::Cell;
use crate::native::{Class, Stamps};
use crate::print::presence;
use crate::problem::{About, Part, Problem};
use crate::store::class_entry;
use crate::value::{Obj, Value, View};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// What has no state and no power is the same in every process; so are numbers and the like.
pub(crate) fn is_the_same_everywhere(it: Value) -> bool {
    match it.view() {
        View::Static(class) => {
            let vouches = [&audition::DEEP_FROZEN_STAMP, &audition::TRANSPARENT_STAMP];
            class.stamps.has(Stamps::DEEP_FROZEN) && !vouches.iter().any(|it| std::ptr::eq(*it, class))
        }
        _ => true,
    }
}

/// Instances that are nothing but their parts. What is compared by identity (a sealer, a brand, a bank) stays where
/// it is: a copy of it could be made up.
pub(super) fn goes_by_copy(class: &'static Class) -> bool {
    let is_its_parts = class.stamps.has(Stamps::DATA) || class.stamps.has(Stamps::SELFLESS);
    let is_presence = std::ptr::eq(class, &presence::PRESENCE);
    (is_its_parts || is_presence) && !class.stamps.has(Stamps::EVERYWHERE) && class_entry(class).is_some()
}

/// Can everything go that the object holds? What does not change goes whole or not at all.
pub(super) fn travels(cx: &Cx, it: Obj) -> bool {
    let mut seen = FxHashSet::default();
    let mut work = vec![Value::from(it)];
    while let Some(it) = work.pop() {
        let it = cx.near(it);
        if !is_the_same_everywhere(it) {
            return false;
        }
        let Some(at) = it.as_obj().filter(|it| seen.insert(*it)) else { continue };
        match cx.heap.cell(at) {
            Cell::Short(_) | Cell::Long(..) | Cell::Big(_) => {}
            Cell::List(all) => work.extend(all.iter()),
            Cell::FinalSlot(it) => work.push(*it),
            Cell::Binding(it) => work.extend([it.slot, it.guard]),
            Cell::Native(it) if goes_by_copy(it.class) => {
                work.extend(it.fields.iter());
                if let Some(payload) = &it.payload {
                    payload.trace(&mut |it| work.push(it));
                }
            }
            // A portrayal's parts go one by one.
            Cell::Object { stamps, .. }
                if stamps.has(Stamps::PASS_BY_COPY.and(Stamps::SELFLESS))
                    && !stamps.has(Stamps::DEEP_FROZEN)
                    && audition::may_be_copied(cx, it) => {}
            Cell::Object { .. } => match audition::all_parts(cx, it) {
                Some(all) => work.extend(all),
                None => return false,
            },
            _ => return false,
        }
    }
    true
}

/// May these objects of another process be run here? Their stamps are looked into, and the powers they name.
pub(super) fn may_come(cx: &Cx, objects: &[Obj]) -> bool {
    objects.is_empty()
        || (audition::are_earned(cx, objects, false)
            && objects.iter().all(|it| audition::may_be_copied(cx, (*it).into())))
}

/// A problem says in words what cannot go with it: it is text and data there.
pub(super) fn in_words(cx: &Cx, it: &mut Problem) {
    for part in &mut it.message {
        let value = match part {
            Part::Text(_) => continue,
            Part::Quote(it) | Part::Print(it) | Part::TypeOf(it) => *it,
        };
        if !goes(cx, value) {
            let is_type = matches!(part, Part::TypeOf(_));
            *part = Part::Text(if is_type { type_in_words(cx, value) } else { value_in_words(cx, value) });
        }
    }
    if let About::Structure(made) = &it.about
        && it.message.is_empty()
        && !it.about.values().iter().all(|it| goes(cx, *it))
    {
        let types = cx.heap.as_list(made.types).and_then(|all| cx.heap.text_in(*all.first()?));
        it.message.push(Part::Text(types.map_or_else(|| "a problem".into(), |it| Arc::from(&*it))));
    }
    if !it.about.values().iter().all(|it| goes(cx, *it)) {
        it.about = About::Message;
    }
    it.subject = None;
}

fn goes(cx: &Cx, it: Value) -> bool {
    is_the_same_everywhere(it) && cx.near(it).as_obj().is_none_or(|it| travels(cx, it))
}

fn value_in_words(cx: &Cx, it: Value) -> Arc<str> {
    match (cx.heap.get(it), crate::object::script(cx, it)) {
        (Some(Cell::Far { .. }), _) => "<Far ref>".into(),
        (Some(Cell::Promise(_)), _) => "<Promise>".into(),
        (Some(Cell::Broken(_)), _) => "<ref broken>".into(),
        (_, Some((_, _, script))) => format!("<{}>", script.name).into(),
        _ => cx.class_of(it).map_or("something", |it| it.printed).into(),
    }
}

fn type_in_words(cx: &Cx, it: Value) -> Arc<str> {
    match crate::object::fqn(cx, it) {
        Some(fqn) => format!("\"{fqn}\"").into(),
        None => cx.class_of(it).map_or("something", |it| it.name).into(),
    }
}
