//! One program out of its fragments: ids, ranges and the numbers of temporaries as if it had been expanded at once.

use super::fragment::Fragment;
use crate::expand::number::{Numbering, Unnumbered, set_names};
use crate::kernel_e::{
    Expr, ExprId, Matcher, Method, Name, Object, ObjectId, Pattern, PatternId, Program, Script,
};
use crate::source_map::{ObjectRanges, SourceMap};
use crate::{Expansion, SyntaxError};
use text_size::{TextRange, TextSize};

/// Puts the fragments together, each with the place where it begins. Beside it the names of all temporaries; those
/// of an earlier program are used again where they are the same.
pub(super) fn join<'a>(
    fragments: impl Iterator<Item = (TextSize, &'a Fragment)> + Clone,
    earlier: &[Name],
) -> (Expansion, Vec<Name>) {
    let parts = || fragments.clone().map(|(_, it)| &it.expanded);
    let mut whole = with_room_for(parts());
    let mut numbering = Numbering::new(parts().flat_map(|it| &it.taken), earlier);
    let mut temporaries = Vec::with_capacity(earlier.len());
    for (at, it) in fragments.clone() {
        let from = Start::behind(&whole.program, at);
        from.append(&it.expanded.expansion, &mut whole);
        whole.errors.extend(it.expansion_errors_at(at));
        let names = numbering.names(&it.expanded.temporaries);
        set_names(&mut whole.program, &it.expanded.places, &names, (from.expr, from.pattern));
        temporaries.extend(names);
    }
    (whole, temporaries)
}

fn with_room_for<'a>(parts: impl Iterator<Item = &'a Unnumbered> + Clone) -> Expansion {
    let sum = |len: fn(&Program) -> usize| parts.clone().map(|it| len(&it.expansion.program)).sum();
    let (exprs, patterns, objects) =
        (sum(|it| it.exprs.len()), sum(|it| it.patterns.len()), sum(|it| it.objects.len()));
    let program = Program {
        exprs: Vec::with_capacity(exprs),
        patterns: Vec::with_capacity(patterns),
        objects: Vec::with_capacity(objects),
        body: Vec::with_capacity(sum(|it| it.body.len())),
    };
    let source_map = SourceMap {
        exprs: Vec::with_capacity(exprs),
        patterns: Vec::with_capacity(patterns),
        nouns: Vec::with_capacity(patterns),
        stands_for: Vec::with_capacity(patterns),
        names: Vec::with_capacity(exprs),
        objects: Vec::with_capacity(objects),
    };
    Expansion { program, source_map, errors: Vec::<SyntaxError>::new() }
}

/// What has to be added to the ids and ranges of a fragment.
#[derive(Clone, Copy)]
struct Start {
    expr: u32,
    pattern: u32,
    object: u32,
    text: TextSize,
}

impl Start {
    fn behind(it: &Program, text: TextSize) -> Start {
        let [expr, pattern, object] =
            [it.exprs.len(), it.patterns.len(), it.objects.len()].map(|it| it as u32);
        Start { expr, pattern, object, text }
    }

    fn append(self, it: &Expansion, to: &mut Expansion) {
        to.program.exprs.extend(it.program.exprs.iter().map(|it| self.moved_expr(it)));
        to.program.patterns.extend(it.program.patterns.iter().map(|it| self.moved_pattern(it)));
        to.program.objects.extend(it.program.objects.iter().map(|it| self.moved_object(it)));
        to.program.body.extend(it.program.body.iter().map(|it| self.expr(*it)));
        let (from, to) = (&it.source_map, &mut to.source_map);
        to.exprs.extend(from.exprs.iter().map(|it| self.range(*it)));
        to.patterns.extend(from.patterns.iter().map(|it| self.range(*it)));
        to.nouns.extend(from.nouns.iter().map(|it| it.map(|it| self.range(it))));
        to.stands_for.extend(from.stands_for.iter().map(|it| it.map(|it| self.pattern(it))));
        to.names.extend(from.names.iter().map(|it| it.map(|it| self.range(it))));
        to.objects.extend(from.objects.iter().map(|it| self.ranges(it)));
    }

    fn range(self, it: TextRange) -> TextRange {
        it + self.text
    }

    fn ranges(self, it: &ObjectRanges) -> ObjectRanges {
        ObjectRanges {
            whole: self.range(it.whole),
            header: self.range(it.header),
            name: it.name.map(|it| self.range(it)),
            auditors: it.auditors.iter().map(|it| self.range(*it)).collect(),
            methods: it.methods.iter().map(|it| self.range(*it)).collect(),
            verbs: it.verbs.iter().map(|it| it.map(|it| self.range(it))).collect(),
        }
    }

    fn expr(self, it: ExprId) -> ExprId {
        ExprId(it.0 + self.expr)
    }

    fn pattern(self, it: PatternId) -> PatternId {
        PatternId(it.0 + self.pattern)
    }

    fn exprs(self, these: &[ExprId]) -> Vec<ExprId> {
        these.iter().map(|it| self.expr(*it)).collect()
    }

    fn patterns(self, these: &[PatternId]) -> Vec<PatternId> {
        these.iter().map(|it| self.pattern(*it)).collect()
    }

    fn moved_expr(self, it: &Expr) -> Expr {
        match it {
            Expr::Assign { noun, value } => Expr::Assign { noun: noun.clone(), value: self.expr(*value) },
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
                ejector: ejector.map(|it| self.expr(it)),
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
            Expr::Object(object) => Expr::Object(ObjectId(object.0 + self.object)),
            Expr::Seq(body) => Expr::Seq(self.exprs(body)),
            Expr::Noun(_)
            | Expr::Binding(_)
            | Expr::Literal(_)
            | Expr::MetaContext
            | Expr::MetaState
            | Expr::QuasiLiteral(_)
            | Expr::QuasiPattern(_) => it.clone(),
        }
    }

    fn moved_pattern(self, it: &Pattern) -> Pattern {
        let guarded = |guard: &Option<ExprId>| guard.map(|it| self.expr(it));
        match it {
            Pattern::List(subs) => Pattern::List(self.patterns(subs)),
            Pattern::Via { function, pattern } => {
                Pattern::Via { function: self.expr(*function), pattern: self.pattern(*pattern) }
            }
            Pattern::Final { noun, guard } => Pattern::Final { noun: noun.clone(), guard: guarded(guard) },
            Pattern::Var { noun, guard } => Pattern::Var { noun: noun.clone(), guard: guarded(guard) },
            Pattern::Ignore | Pattern::Binding(_) | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => {
                it.clone()
            }
        }
    }

    fn moved_object(self, it: &Object) -> Object {
        let script = match &it.script {
            Script::Methods { methods, matchers } => Script::Methods {
                methods: methods.iter().map(|it| self.moved_method(it)).collect(),
                matchers: matchers.iter().map(|it| self.moved_matcher(it)).collect(),
            },
            Script::Plumbing(matcher) => Script::Plumbing(self.moved_matcher(matcher)),
        };
        Object {
            doc: it.doc.clone(),
            pattern: self.pattern(it.pattern),
            as_auditor: it.as_auditor.map(|it| self.expr(it)),
            implements: self.exprs(&it.implements),
            script,
        }
    }

    fn moved_method(self, it: &Method) -> Method {
        Method {
            doc: it.doc.clone(),
            verb: it.verb.clone(),
            params: self.patterns(&it.params),
            result_guard: it.result_guard.map(|it| self.expr(it)),
            body: self.expr(it.body),
        }
    }

    fn moved_matcher(self, it: &Matcher) -> Matcher {
        Matcher { pattern: self.pattern(it.pattern), body: self.expr(it.body) }
    }
}
