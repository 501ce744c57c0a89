//! From the provisional arena to the final program: a tree in which each node stands once, objects numbered in
//! order of appearance. The temporaries are noted in order of appearance too; [`super::number`] names them.

use super::build::{Builder, is_temporary, temporary_base};
use super::number::{Numbering, Place, Unnumbered, looks_numbered};
use crate::deep;
use crate::kernel_e::{
    Expr, ExprId, Matcher, Method, Name, Object, ObjectId, Pattern, PatternId, Program, Script,
};
use crate::source_map::SourceMap;
use crate::{Expansion, SyntaxError};
use rustc_hash::FxHashMap;

/// The tree of some top-level expressions; how its temporaries are named depends on what stands before it.
pub(super) fn part(builder: Builder, body: &[ExprId], errors: Vec<SyntaxError>) -> Unnumbered {
    let mut finisher = Finisher::new(&builder, errors);
    let body = body.iter().map(|it| finisher.expr(*it)).collect();
    let mut it = finisher.finish();
    it.expansion.program.body = body;
    it
}

pub(super) fn pattern(builder: Builder, root: PatternId, errors: Vec<SyntaxError>) -> (Expansion, PatternId) {
    let mut finisher = Finisher::new(&builder, errors);
    let root = finisher.pattern(root);
    (Numbering::default().alone(finisher.finish()), root)
}

struct Finisher<'a> {
    from: &'a Program,
    ranges: &'a SourceMap,
    to: Unnumbered,
    /// By provisional name: which of the temporaries it is.
    named: FxHashMap<Name, u32>,
    /// Where each provisional pattern went.
    moved: FxHashMap<PatternId, PatternId>,
}

impl<'a> Finisher<'a> {
    fn new(builder: &'a Builder, errors: Vec<SyntaxError>) -> Finisher<'a> {
        let mut to = Unnumbered::default();
        to.expansion.errors = errors;
        Finisher {
            from: &builder.program,
            ranges: &builder.source_map,
            to,
            named: FxHashMap::default(),
            moved: FxHashMap::default(),
        }
    }

    fn finish(mut self) -> Unnumbered {
        for it in &mut self.to.expansion.source_map.stands_for {
            *it = it.and_then(|it| self.moved.get(&it).copied());
        }
        self.to
    }

    /// Notes a temporary when it appears for the first time; what the text itself says might look like one.
    fn name(&mut self, name: &Name) -> Name {
        if !is_temporary(name) {
            if looks_numbered(name) {
                self.to.taken.push(name.clone());
            }
        } else if !self.named.contains_key(name) {
            self.named.insert(name.clone(), self.to.temporaries.len() as u32);
            self.to.temporaries.push(temporary_base(name).into());
        }
        name.clone()
    }

    /// Notes where a temporary stands.
    fn place(&mut self, noun: Option<&Name>, at: Place) {
        if let Some(noun) = noun.filter(|it| is_temporary(it))
            && let Some(which) = self.named.get(noun)
        {
            self.to.places.push((*which, at));
        }
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
            let new = ExprId(self.to.expansion.program.exprs.len() as u32);
            self.place(it.noun(), Place::Expr(new));
            let Expansion { program, source_map, .. } = &mut self.to.expansion;
            program.exprs.push(it);
            source_map.exprs.push(self.ranges.exprs[id.index()]);
            source_map.names.push(self.ranges.names[id.index()]);
            new
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
            let new = PatternId(self.to.expansion.program.patterns.len() as u32);
            self.place(it.noun(), Place::Pattern(new));
            let Expansion { program, source_map, .. } = &mut self.to.expansion;
            program.patterns.push(it);
            source_map.patterns.push(self.ranges.patterns[id.index()]);
            source_map.nouns.push(self.ranges.nouns[id.index()]);
            source_map.stands_for.push(self.ranges.stands_for[id.index()]);
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
        let place = self.to.expansion.program.objects.len();
        let it = self.from.object(id);
        let script = Script::Methods { methods: Vec::new(), matchers: Vec::new() };
        let vacant =
            Object { doc: None, pattern: it.pattern, as_auditor: None, implements: Vec::new(), script };
        self.to.expansion.program.objects.push(vacant);
        self.to.expansion.source_map.objects.push(self.ranges.objects[id.index()].clone());
        let finished = Object {
            doc: it.doc.clone(),
            pattern: self.pattern(it.pattern),
            as_auditor: self.optional(it.as_auditor),
            implements: self.exprs(&it.implements),
            script: self.script(&it.script),
        };
        self.to.expansion.program.objects[place] = finished;
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
