//! Things that single instructions make or take apart.

use super::{CodeFrame, Loaded, Machine};
use crate::code::{Export, Handling, Module, NO, Reg};
use crate::cx::Cx;
use crate::heap::{Cell, Script};
use crate::native::Stamps;
use crate::problem::{Exit, Problem};
use crate::value::Value;

impl Machine {
    /// Makes the object of a script; what it closes over lies from `at`.
    pub(super) fn make_object(&mut self, cx: &mut Cx, loaded: &Loaded, script: u32, at: usize) -> Value {
        let code = &loaded.module.scripts[script as usize];
        let stamps = if code.presumed_frozen { Stamps::PRESUMED } else { Stamps::NONE };
        let captures = self.stack[at..at + code.captures.len()].into();
        let script = Script(loaded.first_script + script);
        cx.heap.alloc(Cell::Object { stamps, script, captures }).into()
    }

    /// Keeps what a program leaves.
    pub(super) fn export(&mut self, module: &Module, base: usize) {
        let exports = module.exports.iter();
        let stack = &self.stack;
        let value = |it: &Export| stack[base + usize::from(it.local)];
        self.exported = exports.map(|it| (it.noun.clone(), it.held, value(it))).collect();
    }

    /// The ejector in a register; one that is made only when it is wanted is made now.
    pub(super) fn ejector(&mut self, cx: &mut Cx, frame: &CodeFrame, slot: Reg) -> Value {
        if slot == NO {
            return Value::NULL;
        }
        let place = frame.base as usize + usize::from(slot);
        let found = self.stack[place];
        if !found.is_null() {
            return found;
        }
        let Some(loaded) = cx.modules.get(frame.module as usize) else { return Value::NULL };
        let pc = frame.pc - 1;
        let name = loaded.module.handlers.iter().find_map(|it| match it.handling {
            Handling::Escape { slot: own, name } if own == slot && it.start <= pc && pc < it.end => {
                Some(name)
            }
            _ => None,
        });
        let Some(name) = name else { return Value::NULL };
        let ejector = cx.heap.ejector(loaded.consts[name as usize]);
        self.stack[place] = ejector;
        ejector
    }

    /// Takes a list of `n` items apart into registers from `slot`; a problem if it has another size.
    pub(super) fn take_apart(&mut self, cx: &Cx, list: Value, slot: usize, n: u16) -> Option<Problem> {
        let n = usize::from(n);
        let found = match cx.heap.get(list) {
            Some(Cell::List(it)) => {
                if it.len() == n {
                    self.stack[slot..slot + n].copy_from_slice(it);
                    return None;
                }
                it.len()
            }
            Some(it) if it.is_text() => {
                let chars: Vec<Value> = it.text().iter().flat_map(|it| it.chars()).map(Value::from).collect();
                if chars.len() == n {
                    self.stack[slot..slot + n].copy_from_slice(&chars);
                    return None;
                }
                chars.len()
            }
            _ => 0,
        };
        Some(Problem::new(format!("a {found} size list doesn't match a {n} size list pattern")))
    }
}

/// Is it something that a list pattern takes apart by itself?
pub(super) fn is_list(cx: &Cx, specimen: Value) -> bool {
    cx.heap.get(specimen).is_some_and(|it| matches!(it, Cell::List(_)) || it.is_text())
}

/// No matcher wanted the message.
pub(super) fn not_understood(cx: &mut Cx, fqn: &str, message: Value) -> Exit {
    let parts = cx.heap.as_list(message).cloned();
    let verb = parts.as_ref().and_then(|it| it.first()).and_then(|it| cx.heap.text_in(*it));
    let args = parts.as_ref().and_then(|it| it.get(1)).and_then(|it| cx.heap.as_list(*it));
    let arity = args.map_or(0, |it| it.len());
    let verb = verb.unwrap_or_else(|| "".into());
    cx.throw(format!("no such method: {fqn}#{verb}/{arity}"))
}
