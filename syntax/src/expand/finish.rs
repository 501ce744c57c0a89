//! From the provisional arena to the final program: a tree in which each node stands once, objects numbered in
//! order of appearance, and temporaries named.
//!
//! A temporary made from `ok` becomes `ok__3` when it is the third to appear. The number of a name that the
//! text uses itself is passed over.

use super::build::{Builder, is_temporary, temporary_base};
use super::names::each_noun;
use super::walk::Node;
use crate::deep;
use crate::kernel_e::{
    Expr, ExprId, Matcher, Method, Name, Object, ObjectId, Pattern, PatternId, Program, Script,
};
use crate::source_map::SourceMap;
use crate::{Expansion, SyntaxError};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) fn program(builder: Builder, body: &[ExprId], errors: Vec<SyntaxError>) -> Expansion {
    let roots: Vec<Node> = body.iter().map(|it| Node::Expr(*it)).collect();
    let mut finisher = Finisher::new(&builder, &roots);
    let body = body.iter().map(|it| finisher.expr(*it)).collect();
    let mut expansion = finisher.expansion(errors);
    expansion.program.body = body;
    expansion
}

pub(super) fn pattern(builder: Builder, root: PatternId, errors: Vec<SyntaxError>) -> (Expansion, PatternId) {
    let mut finisher = Finisher::new(&builder, &[Node::Pattern(root)]);
    let root = finisher.pattern(root);
    (finisher.expansion(errors), root)
}

struct Finisher<'a> {
    from: &'a Program,
    ranges: &'a SourceMap,
    program: Program,
    source_map: SourceMap,
    /// The nouns that the text itself uses.
    taken: FxHashSet<Name>,
    named: FxHashMap<Name, Name>,
    last_number: u32,
    /// Where each provisional pattern went.
    moved: FxHashMap<PatternId, PatternId>,
}

impl<'a> Finisher<'a> {
    fn new(builder: &'a Builder, roots: &[Node]) -> Finisher<'a> {
        let mut taken = FxHashSet::default();
        each_noun(&builder.program, roots, |it| {
            if !is_temporary(it) && !taken.contains(it) {
                taken.insert(it.clone());
            }
        });
        Finisher {
            from: &builder.program,
            ranges: &builder.source_map,
            program: Program::default(),
            source_map: SourceMap::default(),
            taken,
            named: FxHashMap::default(),
            last_number: 0,
            moved: FxHashMap::default(),
        }
    }

    fn expansion(mut self, errors: Vec<SyntaxError>) -> Expansion {
        for it in &mut self.source_map.stands_for {
            *it = it.and_then(|it| self.moved.get(&it).copied());
        }
        Expansion { program: self.program, source_map: self.source_map, errors }
    }

    fn name(&mut self, name: &Name) -> Name {
        if !is_temporary(name) {
            return name.clone();
        }
        if let Some(known) = self.named.get(name) {
            return known.clone();
        }
        let base = temporary_base(name);
        let fresh = loop {
            self.last_number += 1;
            let candidate = Name::from(format!("{base}__{}", self.last_number));
            if !self.taken.contains(&candidate) {
                break candidate;
            }
        };
        self.named.insert(name.clone(), fresh.clone());
        fresh
    }

    fn exprs(&mut self, ids: &[ExprId]) -> Vec<ExprId> {
        ids.iter().map(|it| self.expr(*it)).collect()
    }

    fn optional(&mut self, id: Option<ExprId>) -> Option<ExprId> {
        id.map(|it| self.expr(it))
    }

    fn expr(&mut self, id: ExprId) -> ExprId {
        deep(|| {
            let it = self.expr_parts(id);
            self.program.exprs.push(it);
            self.source_map.exprs.push(self.ranges.exprs[id.index()]);
            self.source_map.names.push(self.ranges.names[id.index()]);
            ExprId(self.program.exprs.len() as u32 - 1)
        })
    }

    /// Goes through the parts in the order in which temporaries are numbered: a definition's pattern comes
    /// before its value.
    fn expr_parts(&mut self, id: ExprId) -> Expr {
        match self.from.expr(id) {
            Expr::Assign { noun, value } => Expr::Assign { noun: self.name(noun), value: self.expr(*value) },
            Expr::Binding(noun) => Expr::Binding(self.name(noun)),
            Expr::Noun(noun) => Expr::Noun(self.name(noun)),
            Expr::Call { recipient, verb, args } => {
                Expr::Call { recipient: self.expr(*recipient), verb: verb.clone(), args: self.exprs(args) }
            }
            Expr::Catch { attempt, pattern, catcher } => Expr::Catch {
                attempt: self.expr(*attempt),
                pattern: self.pattern(*pattern),
                catcher: self.expr(*catcher),
            },
            Expr::Define { pattern, ejector, value } => Expr::Define {
                pattern: self.pattern(*pattern),
                ejector: self.optional(*ejector),
                value: self.expr(*value),
            },
            Expr::Escape { pattern, body, catch } => Expr::Escape {
                pattern: self.pattern(*pattern),
                body: self.expr(*body),
                catch: catch.map(|(pattern, catcher)| (self.pattern(pattern), self.expr(catcher))),
            },
            Expr::Finally { attempt, unwinder } => {
                Expr::Finally { attempt: self.expr(*attempt), unwinder: self.expr(*unwinder) }
            }
            Expr::Hide(body) => Expr::Hide(self.expr(*body)),
            Expr::If { test, then, otherwise } => {
                Expr::If { test: self.expr(*test), then: self.expr(*then), otherwise: self.expr(*otherwise) }
            }
            Expr::Object(object) => Expr::Object(self.object(*object)),
            Expr::Seq(body) => Expr::Seq(self.exprs(body)),
            it @ (Expr::Literal(_)
            | Expr::MetaContext
            | Expr::MetaState
            | Expr::QuasiLiteral(_)
            | Expr::QuasiPattern(_)) => it.clone(),
        }
    }

    fn patterns(&mut self, ids: &[PatternId]) -> Vec<PatternId> {
        ids.iter().map(|it| self.pattern(*it)).collect()
    }

    fn pattern(&mut self, id: PatternId) -> PatternId {
        deep(|| {
            let it = self.pattern_parts(id);
            self.program.patterns.push(it);
            self.source_map.patterns.push(self.ranges.patterns[id.index()]);
            self.source_map.nouns.push(self.ranges.nouns[id.index()]);
            self.source_map.stands_for.push(self.ranges.stands_for[id.index()]);
            let new = PatternId(self.program.patterns.len() as u32 - 1);
            self.moved.insert(id, new);
            new
        })
    }

    fn pattern_parts(&mut self, id: PatternId) -> Pattern {
        match self.from.pattern(id) {
            Pattern::List(subs) => Pattern::List(self.patterns(subs)),
            Pattern::Via { function, pattern } => {
                Pattern::Via { function: self.expr(*function), pattern: self.pattern(*pattern) }
            }
            Pattern::Binding(noun) => Pattern::Binding(self.name(noun)),
            Pattern::Final { noun, guard } => {
                Pattern::Final { noun: self.name(noun), guard: self.optional(*guard) }
            }
            Pattern::Var { noun, guard } => {
                Pattern::Var { noun: self.name(noun), guard: self.optional(*guard) }
            }
            it @ (Pattern::Ignore | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_)) => it.clone(),
        }
    }

    /// Takes its place among the objects before it looks inside, so that outer objects come before inner ones.
    fn object(&mut self, id: ObjectId) -> ObjectId {
        let place = self.program.objects.len();
        let it = self.from.object(id);
        let vacant = Script::Methods { methods: Vec::new(), matchers: Vec::new() };
        self.program.objects.push(Object { script: vacant, ..it.clone() });
        self.source_map.objects.push(self.ranges.objects[id.index()].clone());
        self.program.objects[place] = Object {
            doc: it.doc.clone(),
            pattern: self.pattern(it.pattern),
            as_auditor: self.optional(it.as_auditor),
            implements: self.exprs(&it.implements),
            script: self.script(&it.script),
        };
        ObjectId(place as u32)
    }

    fn script(&mut self, it: &Script) -> Script {
        match it {
            Script::Methods { methods, matchers } => Script::Methods {
                methods: methods.iter().map(|it| self.method(it)).collect(),
                matchers: matchers.iter().map(|it| self.matcher(it)).collect(),
            },
            Script::Plumbing(matcher) => Script::Plumbing(self.matcher(matcher)),
        }
    }

    fn method(&mut self, it: &Method) -> Method {
        Method {
            doc: it.doc.clone(),
            verb: it.verb.clone(),
            params: self.patterns(&it.params),
            result_guard: self.optional(it.result_guard),
            body: self.expr(it.body),
        }
    }

    fn matcher(&mut self, it: &Matcher) -> Matcher {
        Matcher { pattern: self.pattern(it.pattern), body: self.expr(it.body) }
    }
}
