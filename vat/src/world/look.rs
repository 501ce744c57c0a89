//! What a host can see of values and vats without being part of any: data taken apart, displays, who holds whom.

use super::{Handle, VatId, World};
use crate::cx::Cx;
use crate::data::map;
use crate::heap::Cell;
use crate::print::display;
use crate::reference::State;
use crate::selector::Selector;
use crate::turn::Vat;
use crate::value::{Value, View};

/// Data, taken apart as far as it goes.
#[derive(Clone, PartialEq, Debug)]
pub enum Look {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Look>),
    Map(Vec<(Look, Look)>),
    /// So many more items of a list or entries of a map.
    More(usize),
    /// Anything else, printed.
    Other(String),
}

/// How far down data is taken apart.
const DEEPEST: usize = 24;
/// What printing one `Other` and running a `__displayOn` may cost.
const BUDGET: u64 = 20_000_000;
/// Where the display of a running `__displayOn` is kept alive: no evaluation has this number.
const HELD: u64 = u64::MAX;

impl World {
    /// The value of a handle as data; at most so many items of it altogether.
    pub fn look(&mut self, handle: Handle, most: usize) -> Option<Look> {
        let (_, value) = self.value(handle)?;
        let vat = self.vats.get_mut(handle.vat.0)?;
        let look = look(vat, value, &mut { most }, 0);
        self.changed(handle.vat.0);
        Some(look)
    }

    /// What the value shows of itself, if it is near and has a `__displayOn`: MIME types and data. `Err`: the
    /// problem that it threw. Runs E code, for a bounded time.
    pub fn display(&mut self, handle: Handle) -> Option<Result<Vec<(String, Look)>, String>> {
        let (vat, value) = self.value(handle)?;
        let selector = Selector::new("__displayOn", 1);
        let value = vat.cx.near(value);
        let is_near = crate::reference::state(&vat.cx.heap, value) == State::Near;
        if !is_near || !crate::object::has_method(&vat.cx, value, selector) {
            return None;
        }
        let shown = self.vats.get_mut(handle.vat.0)?.display(value, selector);
        self.changed(handle.vat.0);
        Some(shown)
    }

    /// The vats whose objects this one refers to, and to how many of each.
    pub fn refers_to(&self, vat: VatId) -> Vec<(VatId, usize)> {
        let imports = self.vats.get(vat.0).map(|it| it.cx.tables.all_imports()).unwrap_or_default();
        let mut counts = std::collections::BTreeMap::new();
        for (vat, ..) in imports {
            *counts.entry(VatId(vat)).or_insert(0) += 1;
        }
        counts.into_iter().collect()
    }

    /// Has the vat nothing to do, nothing to wait for, and nothing that another vat refers to?
    pub fn is_forlorn(&self, vat: VatId) -> bool {
        self.vats.get(vat.0).is_some_and(|it| {
            let (cx, known) = (&it.cx, it.cx.tables.known());
            let waits = cx.timers.used().is_some_and(|it| !it.is_empty()) || it.expects();
            cx.queue.is_empty() && !waits && known.exports == 0 && known.answers == 0 && known.questions == 0
        })
    }
}

impl Vat {
    fn display(&mut self, value: Value, selector: Selector) -> Result<Vec<(String, Look)>, String> {
        let account = self.cx.fuel.leave();
        self.cx.fuel.refill(BUDGET);
        let display = display::make(&mut self.cx);
        self.cx.handles.insert(HELD, display);
        let outcome = self.machine.call(&mut self.cx, value, selector, &[display]);
        self.machine.drop_registers(&mut self.cx);
        if let Some(it) = account {
            self.cx.fuel.join(it);
        }
        let shown = match outcome {
            Ok(_) => {
                let pairs = display::shown(&self.cx, display);
                let mime = |cx: &Cx, it| cx.heap.text_in(it).map(|it| it.to_string()).unwrap_or_default();
                Ok(pairs
                    .into_iter()
                    .map(|(name, data)| (mime(&self.cx, name), look(self, data, &mut { usize::MAX }, 0)))
                    .collect())
            }
            Err(crate::problem::Exit::Thrown(it) | crate::problem::Exit::Freed(it)) => Err(self.quote(it)),
            Err(crate::problem::Exit::Stopped(_)) => Err("it took too long".to_string()),
            Err(_) => Err("an ejector was called out of its extent".to_string()),
        };
        self.cx.handles.remove(&HELD);
        shown
    }
}

fn look(vat: &mut Vat, value: Value, left: &mut usize, depth: usize) -> Look {
    let value = vat.cx.near(value);
    *left = left.saturating_sub(1);
    match value.view() {
        View::Null => return Look::Null,
        View::Bool(it) => return Look::Bool(it),
        View::Int(it) => return Look::Int(it),
        View::Float(it) => return Look::Float(it),
        _ => {}
    }
    if let Some(text) = vat.cx.heap.text_in(value) {
        return Look::Text(text.to_string());
    }
    if depth < DEEPEST {
        if let Some(Cell::List(items)) = vat.cx.heap.get(value) {
            let items = items.clone();
            let mut looks = Vec::new();
            for (at, it) in items.iter().enumerate() {
                if *left == 0 {
                    looks.push(Look::More(items.len() - at));
                    break;
                }
                looks.push(look(vat, *it, left, depth + 1));
            }
            return Look::List(looks);
        }
        if vat.cx.class_of(value).is_some_and(|it| std::ptr::eq(it, &map::CONST_MAP)) {
            let pairs = map::pairs(&vat.cx, value);
            let mut looks = Vec::new();
            for (at, (key, value)) in pairs.iter().enumerate() {
                if *left == 0 {
                    looks.push((Look::More(pairs.len() - at), Look::Null));
                    break;
                }
                looks.push((look(vat, *key, left, depth + 1), look(vat, *value, left, depth + 1)));
            }
            return Look::Map(looks);
        }
    }
    Look::Other(vat.quote(value))
}
