//! Object expressions: captures, auditors, and the code of methods and matchers.

use super::{Compiler, Function, Key, Place, Want};
use crate::code::{Captured, Handling, Held, MethodCode, NO, Op, Reg, ScriptCode};
use crate::selector::Selector;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::kernel_e::{ExprId, Name, ObjectId, Pattern, PatternId, Script};
use syntax::scope::{Binder, DefinitionId};

/// A method or matcher whose object has been compiled and whose own code has not.
pub(super) struct Pending {
    method: u32,
    script: u32,
    object: ObjectId,
    body: Body,
    captures: FxHashMap<Key, (u32, Held)>,
    own_name: Option<DefinitionId>,
    prefix: String,
}

enum Body {
    Method(usize),
    Matcher(usize),
    Plumbing,
}

impl Compiler<'_> {
    pub(super) fn object(&mut self, id: ObjectId, want: Want) {
        self.temporarily(|cx| {
            let made = cx.new_object(id);
            cx.hand_over(want, made);
        });
    }

    /// Makes the object and matches it with its pattern; the register it is in.
    fn new_object(&mut self, id: ObjectId) -> Reg {
        let it = self.program.object(id);
        let auditors: Vec<ExprId> = it.as_auditor.iter().chain(&it.implements).copied().collect();
        let row = self.temps(auditors.len() as Reg);
        for (n, it) in auditors.iter().enumerate() {
            self.expr(*it, Want::To(row + n as Reg));
        }
        let own = self.own_noun(it.pattern);
        let early = self.define_early(id, own);
        let (captured, own_name) = self.captures(id, own);
        let script = self.script(id, &captured, own_name, auditors.len() as u32);
        let made = row;
        match (auditors.is_empty(), captured.is_empty()) {
            (true, nothing) => {
                if nothing {
                    self.temp();
                }
                self.emit(Op::Object { at: made, script })
            }
            (false, _) => self.emit(Op::Audited { at: made, script }),
        };
        match early {
            Some((local, Held::Slot)) => {
                self.emit_send(Op::SlotPut { slot: local, value: made }, "put", 1);
            }
            Some((local, _)) => {
                self.emit(Op::PatchBinding { binding: local, object: made });
            }
            None => self.object_pattern(it.pattern, it.as_auditor, made),
        }
        made
    }

    /// The definition an object makes of its own name, when its pattern is a bare noun.
    fn own_noun(&self, pattern: PatternId) -> Option<DefinitionId> {
        match self.program.pattern(pattern) {
            Pattern::Final { guard: None, .. } | Pattern::Var { guard: None, .. } => {
                self.scopes.by_pattern.get(&pattern).copied()
            }
            _ => None,
        }
    }

    /// An object that closes over the slot or binding of its own name needs it before it exists itself.
    fn define_early(&mut self, id: ObjectId, own: Option<DefinitionId>) -> Option<(Reg, Held)> {
        let own = own?;
        let held = self.held(own);
        let capture = self.scopes.captures(id).iter().find(|it| it.binder == Binder::Definition(own))?;
        let wanted = match held {
            Held::Value | Held::Field => false,
            Held::Slot => true,
            Held::Binding => capture.binds || capture.assigns,
        };
        if !wanted {
            return None;
        }
        let local = self.local();
        self.emit(Op::Null { dst: local });
        match held {
            Held::Slot => {
                self.emit(Op::NewVarSlot { dst: local, src: local });
            }
            _ => self.temporarily(|cx| {
                let guard = cx.program.object(id).as_auditor.map(|it| {
                    let guard = cx.temp();
                    cx.expr(it, Want::To(guard));
                    guard
                });
                cx.emit(Op::NewBinding { dst: local, src: local, guard: guard.unwrap_or(NO) });
            }),
        }
        self.settle(own, local);
        Some((local, held))
    }

    /// Puts what the object closes over in a row. Its own name is `This` inside, if only read.
    fn captures(
        &mut self,
        id: ObjectId,
        own: Option<DefinitionId>,
    ) -> (Vec<(Key, Captured)>, Option<DefinitionId>) {
        let mut captured = Vec::new();
        let mut own_name = None;
        for it in self.scopes.captures(id) {
            let (key, found) = match it.binder {
                Binder::Definition(id) => (Key::Definition(id), self.find_definition(id)),
                Binder::Outer => (Key::Outer(it.noun.clone()), self.find_outer(&it.noun)),
            };
            match found {
                Some((Place::Constant(_), _)) => {}
                Some((place, held)) => {
                    let at = self.temp();
                    self.load(at, place);
                    let field = matches!(&key, Key::Definition(id) if self.uses.fields[self.original(*id).0 as usize]);
                    let held = if field { Held::Field } else { held };
                    captured.push((key, Captured { noun: it.noun.clone(), held }));
                }
                None => {
                    if let Key::Definition(id) = key
                        && own == Some(id)
                    {
                        own_name = own;
                    }
                }
            }
        }
        (captured, own_name)
    }

    fn object_pattern(&mut self, pattern: PatternId, as_auditor: Option<ExprId>, made: Reg) {
        let own = self.scopes.by_pattern.get(&pattern).copied();
        match (self.program.pattern(pattern), as_auditor, own) {
            // `as A` is the guard of the object's own binding, and it has just been approved.
            (Pattern::Final { guard: None, .. }, Some(auditor), Some(own))
                if self.held(own) == Held::Binding =>
            {
                let (local, guard) = (self.local(), self.temp());
                self.expr(auditor, Want::To(guard));
                self.emit(Op::NewBinding { dst: local, src: made, guard });
                self.settle(own, local);
            }
            _ => self.matching(pattern, made, None),
        }
    }

    fn script(
        &mut self,
        id: ObjectId,
        captured: &[(Key, Captured)],
        own_name: Option<DefinitionId>,
        auditors: u32,
    ) -> u32 {
        let it = self.program.object(id);
        let script = self.scripts.len() as u32;
        self.scripts.push(None);
        let name = self.principal_noun(it.pattern);
        let fqn = format!("{}{name}", self.f.prefix);
        let captures: FxHashMap<Key, (u32, Held)> =
            captured.iter().enumerate().map(|(at, (key, it))| (key.clone(), (at as u32, it.held))).collect();
        let mut methods = FxHashMap::default();
        let mut matchers = Vec::new();
        let add = |cx: &mut Self, body: Body| {
            let method = cx.methods.len() as u32;
            cx.methods.push(None);
            let (captures, prefix) = (captures.clone(), format!("{fqn}$"));
            cx.pending.push(Pending { method, script, object: id, body, captures, own_name, prefix });
            method
        };
        let plumbing = match &it.script {
            Script::Methods { methods: all, matchers: others } => {
                for (at, it) in all.iter().enumerate() {
                    let method = add(self, Body::Method(at));
                    methods.insert(Selector::new(&it.verb, it.params.len()), method);
                }
                for at in 0..others.len() {
                    matchers.push(add(self, Body::Matcher(at)));
                }
                false
            }
            Script::Plumbing(_) => {
                matchers.push(add(self, Body::Plumbing));
                true
            }
        };
        self.scripts[script as usize] = Some(ScriptCode {
            object: Some(id),
            name: Arc::from(name),
            fqn: Arc::from(fqn),
            methods,
            matchers,
            plumbing,
            auditors,
            presumed_frozen: crate::load::presumed_frozen(self.judgements, id),
            captures: captured.iter().map(|(_, it)| it.clone()).collect(),
        });
        script
    }

    pub(super) fn pending_method(&mut self, it: Pending) {
        self.f = Function {
            captures: it.captures,
            own_name: it.own_name,
            prefix: it.prefix,
            object: Some(it.object),
            ..Function::default()
        };
        let entry = self.here();
        let handlers = self.handlers.len() as u32;
        let object = self.program.object(it.object);
        let (params, name) = match (&object.script, it.body) {
            (Script::Methods { methods, .. }, Body::Method(at)) => {
                let method = &methods[at];
                self.at = method.body;
                self.params(&method.params);
                match method.result_guard {
                    None => self.expr(method.body, Want::Return),
                    Some(guard) => self.guarded_result(method.body, guard),
                }
                (method.params.len() as u32, format!("{}/{}", method.verb, method.params.len()))
            }
            (Script::Methods { matchers, .. }, Body::Matcher(at)) => {
                self.matcher(&matchers[at], Some(at as u32));
                (1, "match".to_string())
            }
            (Script::Plumbing(matcher), _) => {
                self.matcher(matcher, None);
                (1, "match".to_string())
            }
            _ => return,
        };
        let end = self.here();
        self.methods[it.method as usize] = Some(MethodCode {
            entry,
            end,
            params,
            size: self.settle_registers(entry, handlers as usize),
            handlers: handlers..self.handlers.len() as u32,
            script: it.script,
            name: Arc::from(name),
        });
    }

    fn guarded_result(&mut self, body: ExprId, guard: ExprId) {
        let (result, guarded_by) = (self.temp(), self.temp());
        self.expr(body, Want::To(result));
        self.expr(guard, Want::To(guarded_by));
        self.emit_send(Op::Coerce { dst: result, guard: guarded_by, ejector: NO }, "coerce", 2);
        self.emit(Op::Return { src: result });
    }

    /// The arguments are the first locals; a plain final noun is its argument.
    fn params(&mut self, params: &[PatternId]) {
        self.locals(params.len() as Reg);
        for (at, it) in params.iter().enumerate() {
            let at = at as Reg;
            if let Pattern::Final { guard: None, .. } | Pattern::Var { guard: None, .. } =
                self.program.pattern(*it)
                && let Some(id) = self.scopes.by_pattern.get(it).copied()
                && self.held(id) == Held::Value
            {
                self.settle(id, at);
                continue;
            }
            self.matching(*it, at, None);
        }
    }

    /// A matcher whose pattern ejects leaves the message to the next one.
    fn matcher(&mut self, it: &syntax::kernel_e::Matcher, number: Option<u32>) {
        self.at = it.body;
        self.locals(1);
        match number {
            None => self.matching(it.pattern, 0, None),
            Some(number) => {
                let slot = self.local();
                let name = self.text("fail");
                self.emit(Op::NewEjector { slot, name });
                let start = self.here();
                self.matching(it.pattern, 0, Some(slot));
                let end = self.here();
                self.emit(Op::KillEjector { slot });
                let over = self.jump();
                let target = self.here();
                self.handler_over(start, end, target, NO, Handling::Escape { slot, name });
                self.emit(Op::NextMatcher { number });
                self.patch(over);
            }
        }
        self.expr(it.body, Want::Return);
    }

    /// `meta.getState()`: the slots of all nouns that can be seen in the object here, the latest first.
    pub(super) fn meta_state(&mut self, want: Want) {
        let mut nouns: Vec<(Name, Place, Held)> = Vec::new();
        for id in self.f.visible.iter().rev() {
            if let Some((place, held)) = self.find_definition(*id) {
                nouns.push((self.scopes.definition(*id).noun.clone(), place, held));
            }
        }
        let around = self.f.object.map(|it| self.scopes.captures(it)).unwrap_or_default();
        for it in around.iter().rev() {
            let found = match it.binder {
                Binder::Definition(id) => self.find_definition(id),
                Binder::Outer => self.find_outer(&it.noun),
            };
            nouns.extend(found.map(|(place, held)| (it.noun.clone(), place, held)));
        }
        let mut seen = rustc_hash::FxHashSet::default();
        nouns.retain(|it| seen.insert(it.0.clone()));
        let n = nouns.len() as u16;
        self.temporarily(|cx| {
            let from = cx.temps(2 * n);
            for (at, (noun, place, held)) in nouns.into_iter().enumerate() {
                let name = from + 2 * at as Reg;
                let dst = name + 1;
                cx.text_to(name, &format!("&{noun}"));
                cx.load(dst, place);
                if matches!(held, Held::Value | Held::Field) {
                    cx.emit(Op::NewBinding { dst, src: dst, guard: NO });
                }
                if held != Held::Slot {
                    cx.emit_send(Op::BindingGet { dst, src: dst }, "get", 0);
                }
            }
            cx.give(want, |_, dst| Op::MetaState { dst, from, n });
        });
    }
}
