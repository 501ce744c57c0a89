//! Object expressions: captures, auditors, and the code of methods and matchers.

use super::{Compiler, Function, Key, Place};
use crate::code::{Captured, Handling, Held, MethodCode, Op, ScriptCode};
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
    pub(super) fn object(&mut self, id: ObjectId) {
        let it = self.program.object(id);
        let auditors: Vec<ExprId> = it.as_auditor.iter().chain(&it.implements).copied().collect();
        for it in &auditors {
            self.expr(*it);
        }
        let own = self.own_noun(it.pattern);
        let early = self.define_early(id, own);
        let (captured, own_name) = self.captures(id, own);
        let script = self.script(id, &captured, own_name);
        let captures = captured.len() as u32;
        let auditors = auditors.len() as u32;
        self.f.depth -= captures + auditors;
        match auditors {
            0 => self.push(Op::Object(script)),
            _ => self.push(Op::Audited(script, auditors)),
        }
        match early {
            Some((local, Held::Slot)) => {
                self.push(Op::Dup);
                self.push(Op::Local(local));
                self.take(Op::SlotPut, 1);
                self.take(Op::Pop, 1);
            }
            Some((local, _)) => {
                self.emit(Op::PatchBinding(local));
            }
            None => {
                self.push(Op::Dup);
                self.object_pattern(id, it.pattern, it.as_auditor);
            }
        }
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
    fn define_early(&mut self, id: ObjectId, own: Option<DefinitionId>) -> Option<(u32, Held)> {
        let own = own?;
        let held = self.held(own);
        let capture = self.scopes.captures(id).iter().find(|it| it.binder == Binder::Definition(own))?;
        let wanted = match held {
            Held::Value => false,
            Held::Slot => true,
            Held::Binding => capture.binds || capture.assigns,
        };
        if !wanted {
            return None;
        }
        let local = self.local();
        self.push(Op::Null);
        match held {
            Held::Slot => {
                self.emit(Op::NewVarSlot);
            }
            _ => {
                match self.program.object(id).as_auditor {
                    Some(it) => self.expr(it),
                    None => self.push(Op::Null),
                }
                self.take(Op::NewBinding, 1);
            }
        }
        self.take(Op::Store(local), 1);
        self.f.places.insert(own, local);
        Some((local, held))
    }

    /// Pushes what the object closes over. Its own name is `This` inside, if only read.
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
                    self.load(place);
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

    fn object_pattern(&mut self, id: ObjectId, pattern: PatternId, as_auditor: Option<ExprId>) {
        let own = self.scopes.by_pattern.get(&pattern).copied();
        match (self.program.pattern(pattern), as_auditor, own) {
            // `as A` is the guard of the object's own binding, and it has just been approved.
            (Pattern::Final { guard: None, .. }, Some(auditor), Some(own))
                if self.held(own) == Held::Binding =>
            {
                self.expr(auditor);
                self.take(Op::NewBinding, 1);
                let local = self.local();
                self.f.places.insert(own, local);
                self.take(Op::Store(local), 1);
            }
            _ => self.matching(pattern, None),
        }
        let _ = id;
    }

    fn script(&mut self, id: ObjectId, captured: &[(Key, Captured)], own_name: Option<DefinitionId>) -> u32 {
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
            uid: crate::code::fresh_script_uid(),
            object: Some(id),
            name: Arc::from(name),
            fqn: Arc::from(fqn),
            methods,
            matchers,
            plumbing,
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
                self.expr(method.body);
                if let Some(guard) = method.result_guard {
                    self.expr(guard);
                    self.push(Op::Null);
                    let site = self.site("coerce", 2);
                    self.take(Op::Coerce(site), 2);
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
        self.take(Op::Return, 1);
        self.methods[it.method as usize] = Some(MethodCode {
            entry,
            end: self.here(),
            params,
            locals: self.f.locals,
            handlers: handlers..self.handlers.len() as u32,
            script: it.script,
            name: Arc::from(name),
        });
    }

    /// The arguments are the first locals; a plain final noun is its argument.
    fn params(&mut self, params: &[PatternId]) {
        self.f.locals = params.len() as u32;
        for (at, it) in params.iter().enumerate() {
            if let Pattern::Final { guard: None, .. } = self.program.pattern(*it)
                && let Some(id) = self.scopes.by_pattern.get(it)
                && self.held(*id) == Held::Value
            {
                self.f.places.insert(*id, at as u32);
                self.f.visible.push(*id);
                continue;
            }
            if let Pattern::Ignore = self.program.pattern(*it) {
                continue;
            }
            self.push(Op::Local(at as u32));
            self.matching(*it, None);
        }
    }

    /// A matcher whose pattern ejects leaves the message to the next one.
    fn matcher(&mut self, it: &syntax::kernel_e::Matcher, number: Option<u32>) {
        self.at = it.body;
        self.f.locals = 1;
        match number {
            None => {
                self.push(Op::Local(0));
                self.matching(it.pattern, None);
            }
            Some(number) => {
                let slot = self.local();
                let name = self.text("fail");
                self.emit(Op::NewEjector { slot, name });
                let start = self.here();
                self.push(Op::Local(0));
                self.matching(it.pattern, Some(slot));
                let end = self.here();
                self.emit(Op::KillEjector(slot));
                let over = self.emit(Op::Jump(0));
                let target = self.here();
                self.handler(start, end, target, Handling::Escape(slot), 0);
                self.emit(Op::NextMatcher(number));
                self.patch(over);
            }
        }
        self.expr(it.body);
    }

    /// `meta.getState()`: the slots of all nouns that can be seen in the object here, the latest first.
    pub(super) fn meta_state(&mut self) {
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
        let count = nouns.len() as u32;
        for (noun, place, held) in nouns {
            self.push_text(&format!("&{noun}"));
            self.load(place);
            match held {
                Held::Value => {
                    self.push(Op::Null);
                    self.take(Op::NewBinding, 1);
                    self.emit(Op::BindingGet);
                }
                Held::Slot => {}
                Held::Binding => {
                    self.emit(Op::BindingGet);
                }
            }
        }
        self.f.depth -= 2 * count;
        self.push(Op::MetaState(count));
    }
}
