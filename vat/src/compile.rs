//! Kernel-E to code: nouns become locals, captures and constants; escapes that stay in their frame become
//! jumps; `while` becomes a loop.
//!
//! Final nouns are captured by value, variables that closures share live in slots, and a noun has a binding
//! only if the program takes it (`&&x`) or an auditor may ask about it.

mod expr;
mod object;
mod pattern;
mod uses;

use crate::code::{
    Captured, Const, Export, Handler, Handling, Held, MethodCode, Module, Op, ScriptCode, Site,
};
use crate::selector::Selector;
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use syntax::Scopes;
use syntax::kernel_e::{ExprId, Name, Program};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};
use uses::Uses;

/// The scope a program is compiled for.
pub trait Outer {
    /// How the scope holds a noun; `None`: it has no such noun.
    fn lookup(&self, noun: &str) -> Option<OuterNoun>;
    /// Is the noun the one every program is born with, not shadowed? Then what it does may be built in.
    fn is_universal(&self, noun: &str) -> bool;
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum OuterNoun {
    /// A value that is the same in every vat.
    Constant(Value),
    /// Taken from the scope when the program starts.
    Held(Held),
}

/// Where the running code finds a noun.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Place {
    Local(u32),
    Capture(u32),
    This,
    Constant(Value),
}

/// What a captured noun is known by.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Definition(DefinitionId),
    Outer(Name),
}

/// An `escape` whose ejector is a jump.
struct Exit {
    ejector: DefinitionId,
    depth: u32,
    jumps: Vec<usize>,
    /// How many real ejectors were open around it.
    open: usize,
}

/// The method being compiled.
#[derive(Default)]
struct Function {
    locals: u32,
    depth: u32,
    places: FxHashMap<DefinitionId, u32>,
    /// The local that holds the guard of an unboxed guarded `var`.
    guards: FxHashMap<DefinitionId, u32>,
    captures: FxHashMap<Key, (u32, Held)>,
    /// The definition that names the running object, if it may be read as `This`.
    own_name: Option<DefinitionId>,
    exits: Vec<Exit>,
    /// Definitions that can be seen here, in order.
    visible: Vec<DefinitionId>,
    /// Locals of the real ejectors that are open here.
    open: Vec<u32>,
    /// `__main$mint$`
    prefix: String,
    object: Option<syntax::kernel_e::ObjectId>,
}

struct Compiler<'a> {
    program: &'a Program,
    scopes: &'a Scopes,
    outer: &'a dyn Outer,
    judgements: &'a [audit::Judgement],
    uses: Uses,
    f: Function,
    ops: Vec<Op>,
    exprs: Vec<ExprId>,
    at: ExprId,
    consts: Vec<Const>,
    texts: FxHashMap<Arc<str>, u32>,
    sites: Vec<Site>,
    handlers: Vec<Handler>,
    methods: Vec<Option<MethodCode>>,
    scripts: Vec<Option<ScriptCode>>,
    /// Method bodies still to be compiled: they follow the code that makes their object.
    pending: Vec<object::Pending>,
}

/// What is compiled, and what it is called.
pub struct Unit<'a> {
    pub program: Arc<Program>,
    pub source_map: Arc<syntax::SourceMap>,
    pub scopes: Arc<Scopes>,
    pub outer: &'a dyn Outer,
    pub prefix: &'a str,
    pub source: &'a str,
    /// What is known of its object expressions before it runs.
    pub judgements: &'a [audit::Judgement],
}

/// Compiles a program. Nouns that `outer` does not have throw when they are met; refuse them before.
pub fn compile(unit: Unit<'_>) -> Module {
    let program: &Program = &unit.program;
    let scopes: &Scopes = &unit.scopes;
    let mut cx = Compiler {
        program,
        scopes,
        outer: unit.outer,
        judgements: unit.judgements,
        uses: uses::uses(program, scopes, unit.outer),
        f: Function { prefix: unit.prefix.to_string(), ..Function::default() },
        ops: Vec::new(),
        exprs: Vec::new(),
        at: ExprId(0),
        consts: Vec::new(),
        texts: FxHashMap::default(),
        sites: Vec::new(),
        handlers: Vec::new(),
        methods: vec![None],
        scripts: vec![None],
        pending: Vec::new(),
    };
    let exports = cx.top_level(unit.prefix);
    while let Some(it) = cx.pending.pop() {
        cx.pending_method(it);
    }
    Module {
        prefix: Arc::from(unit.prefix),
        source: Arc::from(unit.source),
        ops: cx.ops,
        exprs: cx.exprs,
        consts: cx.consts,
        sites: cx.sites,
        handlers: cx.handlers,
        methods: cx.methods.into_iter().flatten().collect(),
        scripts: cx.scripts.into_iter().flatten().collect(),
        exports,
        objections: crate::load::objections(unit.judgements, unit.program.objects.len()),
        program: unit.program.clone(),
        source_map: unit.source_map,
        scopes: unit.scopes.clone(),
    }
}

impl<'a> Compiler<'a> {
    fn top_level(&mut self, prefix: &str) -> Vec<Export> {
        let mut captures = Vec::new();
        for (noun, _, _) in &self.scopes.free {
            if let Some(OuterNoun::Held(held)) = self.outer.lookup(noun) {
                let at = captures.len() as u32;
                self.f.captures.insert(Key::Outer(noun.clone()), (at, held));
                captures.push(Captured { noun: noun.clone(), held });
            }
        }
        self.body();
        self.emit(Op::Return);
        let mut exports = Vec::new();
        for (index, it) in self.scopes.definitions.iter().enumerate() {
            let id = DefinitionId(index as u32);
            if it.top_level
                && let Some(local) = self.f.places.get(&id)
            {
                exports.push(Export { noun: it.noun.clone(), local: *local, held: self.held(id) });
            }
        }
        let end = self.ops.len() as u32;
        let locals = self.f.locals;
        self.methods[0] = Some(MethodCode {
            entry: 0,
            end,
            params: 0,
            locals,
            handlers: 0..self.handlers.len() as u32,
            script: 0,
            name: Arc::from(""),
        });
        self.scripts[0] = Some(ScriptCode {
            uid: crate::code::fresh_script_uid(),
            object: None,
            name: Arc::from("_"),
            fqn: Arc::from(prefix.trim_end_matches('$')),
            methods: FxHashMap::default(),
            matchers: Vec::new(),
            plumbing: false,
            presumed_frozen: false,
            captures,
        });
        exports
    }

    /// The top-level expressions. One with an object that an auditor is known to refuse fails before any of it
    /// has run.
    fn body(&mut self) {
        let mut refused: Vec<(usize, &str)> = Vec::new();
        for (object, top) in &self.uses.top {
            refused.extend(crate::load::refused(self.judgements, *object).map(|why| (*top, why)));
        }
        refused.sort();
        for (at, it) in self.program.body.iter().enumerate() {
            if at > 0 {
                self.take(Op::Pop, 1);
            }
            if let Some((_, why)) = refused.iter().find(|it| it.0 == at) {
                self.at = *it;
                let why = self.text(why);
                self.emit(Op::Fail(why));
            }
            self.expr(*it);
        }
        if self.program.body.is_empty() {
            self.push(Op::Null);
        }
    }

    /// How a definition is kept in its own frame.
    fn held(&self, id: DefinitionId) -> Held {
        let at = id.0 as usize;
        let it = self.scopes.definition(id);
        match it.kind {
            DefinitionKind::Binding => Held::Binding,
            DefinitionKind::Var { .. } if self.uses.captured[at] || self.uses.binds[at] || it.top_level => {
                Held::Slot
            }
            DefinitionKind::Var { .. } => Held::Value,
            DefinitionKind::Final { guard } | DefinitionKind::Object { guard, .. } => {
                let asked = guard.is_some() && (self.uses.asked[at] || it.top_level);
                if self.uses.binds[at] || asked { Held::Binding } else { Held::Value }
            }
        }
    }

    /// Where the noun of a use is, and in what shape. `None`: nowhere.
    fn find(&self, id: ExprId, noun: &Name) -> Option<(Place, Held)> {
        match self.scopes.binder(id) {
            Binder::Definition(it) => self.find_definition(*it),
            Binder::Outer => self.find_outer(noun),
        }
    }

    fn find_definition(&self, id: DefinitionId) -> Option<(Place, Held)> {
        if let Some(it) = self.f.places.get(&id) {
            return Some((Place::Local(*it), self.held(id)));
        }
        if let Some((at, held)) = self.f.captures.get(&Key::Definition(id)) {
            return Some((Place::Capture(*at), *held));
        }
        (self.f.own_name == Some(id)).then_some((Place::This, Held::Value))
    }

    fn find_outer(&self, noun: &Name) -> Option<(Place, Held)> {
        if let Some((at, held)) = self.f.captures.get(&Key::Outer(noun.clone())) {
            return Some((Place::Capture(*at), *held));
        }
        match self.outer.lookup(noun)? {
            OuterNoun::Constant(it) => Some((Place::Constant(it), Held::Value)),
            OuterNoun::Held(_) => None,
        }
    }

    // Emitting.

    fn emit(&mut self, op: Op) -> usize {
        self.ops.push(op);
        self.exprs.push(self.at);
        self.ops.len() - 1
    }

    fn here(&self) -> u32 {
        self.ops.len() as u32
    }

    /// Pushes with one instruction.
    fn push(&mut self, op: Op) {
        self.emit(op);
        self.f.depth += 1;
    }

    /// An instruction that takes `n` more operands than it leaves.
    fn take(&mut self, op: Op, n: u32) -> usize {
        debug_assert!(self.f.depth >= n, "operands are missing");
        self.f.depth = self.f.depth.saturating_sub(n);
        self.emit(op)
    }

    fn patch(&mut self, jump: usize) {
        let here = self.here();
        match &mut self.ops[jump] {
            Op::Jump(target) | Op::JumpIfFalse(target) | Op::Leave { target, .. } => *target = here,
            it => debug_assert!(false, "not a jump: {it:?}"),
        }
    }

    fn local(&mut self) -> u32 {
        self.f.locals += 1;
        self.f.locals - 1
    }

    fn site(&mut self, verb: &str, argc: usize) -> u32 {
        self.sites.push(Site {
            selector: Selector::new(verb, argc),
            argc: argc as u32,
            expr: self.at,
            cache: Default::default(),
        });
        self.sites.len() as u32 - 1
    }

    fn text(&mut self, text: &str) -> u32 {
        if let Some(it) = self.texts.get(text) {
            return *it;
        }
        let text: Arc<str> = Arc::from(text);
        self.consts.push(Const::Text(text.clone()));
        let at = self.consts.len() as u32 - 1;
        self.texts.insert(text, at);
        at
    }

    fn push_text(&mut self, text: &str) {
        let at = self.text(text);
        self.push(Op::Const(at));
    }

    fn push_value(&mut self, value: Value) {
        use crate::value::View;
        match value.view() {
            View::Null => self.push(Op::Null),
            View::Bool(true) => self.push(Op::True),
            View::Bool(false) => self.push(Op::False),
            View::Int(it) if i32::try_from(it).is_ok() => self.push(Op::Int(it as i32)),
            _ => {
                self.consts.push(Const::Value(value));
                self.push(Op::Const(self.consts.len() as u32 - 1));
            }
        }
    }

    fn load(&mut self, place: Place) {
        match place {
            Place::Local(it) => self.push(Op::Local(it)),
            Place::Capture(it) => self.push(Op::Capture(it)),
            Place::This => self.push(Op::This),
            Place::Constant(it) => self.push_value(it),
        }
    }

    /// From what a noun is held in to its value.
    fn unwrap(&mut self, held: Held) {
        match held {
            Held::Value => {}
            Held::Slot => {
                self.emit(Op::SlotGet);
            }
            Held::Binding => {
                self.emit(Op::BindingGet);
                self.emit(Op::SlotGet);
            }
        }
    }

    fn handler(&mut self, start: u32, end: u32, target: u32, handling: Handling, depth: u32) {
        if start < end {
            self.handlers.push(Handler { start, end, target, depth, handling });
        }
    }
}
