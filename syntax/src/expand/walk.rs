//! Going through Kernel-E in the order in which E's scope rules see it.

use crate::deep;
use crate::kernel_e::{Expr, ExprId, Matcher, Method, Name, Pattern, PatternId, Program, Script};

/// An expression or a pattern.
#[derive(Clone, Copy)]
pub(super) enum Node {
    Expr(ExprId),
    Pattern(PatternId),
}

/// A part of a definition or object expression, which is named by its own id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Pattern,
    Ejector,
    Value,
    Auditors,
    Script,
}

/// Told of nouns in the order in which E's scope rules see them.
pub(super) trait Visitor {
    fn uses(&mut self, noun: &Name);
    fn defines(&mut self, noun: &Name, at: PatternId);
    /// A box begins; `None` passes over it.
    fn open(&mut self) -> Option<usize>;
    fn close(&mut self, mark: usize);
    /// What follows is a part of `of`, until it is left.
    fn enter(&mut self, of: ExprId, part: Part) {
        let _ = (of, part);
    }
    fn leave(&mut self) {}
}

pub(super) fn walk(program: &Program, node: Node, visitor: &mut impl Visitor) {
    deep(|| match node {
        Node::Expr(id) => walk_expr(program, id, visitor),
        Node::Pattern(id) => walk_pattern(program, id, visitor),
    });
}

fn in_box<V: Visitor>(visitor: &mut V, walk: impl FnOnce(&mut V)) {
    if let Some(mark) = visitor.open() {
        walk(visitor);
        visitor.close(mark);
    }
}

fn walk_expr(program: &Program, id: ExprId, visitor: &mut impl Visitor) {
    match program.expr(id) {
        Expr::Assign { noun, value } => {
            visitor.uses(noun);
            walk(program, Node::Expr(*value), visitor);
        }
        Expr::Binding(noun) | Expr::Noun(noun) => visitor.uses(noun),
        Expr::Call { recipient, args, .. } => {
            walk(program, Node::Expr(*recipient), visitor);
            walk_all(program, args, visitor);
        }
        Expr::Catch { attempt, pattern, catcher } => {
            in_box(visitor, |it| walk(program, Node::Expr(*attempt), it));
            in_box(visitor, |it| walk_matcher(program, *pattern, *catcher, it));
        }
        Expr::Define { pattern, ejector, value } => {
            visitor.enter(id, Part::Pattern);
            walk(program, Node::Pattern(*pattern), visitor);
            visitor.leave();
            if let Some(ejector) = ejector {
                visitor.enter(id, Part::Ejector);
                walk(program, Node::Expr(*ejector), visitor);
                visitor.leave();
            }
            visitor.enter(id, Part::Value);
            walk(program, Node::Expr(*value), visitor);
            visitor.leave();
        }
        Expr::Escape { pattern, body, catch } => {
            in_box(visitor, |it| walk_matcher(program, *pattern, *body, it));
            if let Some((pattern, catcher)) = catch {
                in_box(visitor, |it| walk_matcher(program, *pattern, *catcher, it));
            }
        }
        Expr::Finally { attempt, unwinder } => {
            in_box(visitor, |it| walk(program, Node::Expr(*attempt), it));
            in_box(visitor, |it| walk(program, Node::Expr(*unwinder), it));
        }
        Expr::Hide(body) => in_box(visitor, |it| walk(program, Node::Expr(*body), it)),
        Expr::If { test, then, otherwise } => {
            in_box(visitor, |it| walk_all(program, &[*test, *then], it));
            in_box(visitor, |it| walk(program, Node::Expr(*otherwise), it));
        }
        Expr::Object(object) => {
            let object = program.object(*object);
            walk(program, Node::Pattern(object.pattern), visitor);
            visitor.enter(id, Part::Auditors);
            in_box(visitor, |it| {
                for auditor in object.as_auditor.iter().chain(&object.implements) {
                    walk(program, Node::Expr(*auditor), it);
                }
            });
            visitor.leave();
            visitor.enter(id, Part::Script);
            in_box(visitor, |it| walk_script(program, &object.script, it));
            visitor.leave();
        }
        Expr::Seq(body) => walk_all(program, body, visitor),
        Expr::Literal(_) | Expr::MetaContext | Expr::MetaState => {}
        Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {}
    }
}

fn walk_all(program: &Program, ids: &[ExprId], visitor: &mut impl Visitor) {
    for it in ids {
        walk(program, Node::Expr(*it), visitor);
    }
}

fn walk_matcher(program: &Program, pattern: PatternId, body: ExprId, visitor: &mut impl Visitor) {
    walk(program, Node::Pattern(pattern), visitor);
    walk(program, Node::Expr(body), visitor);
}

fn walk_script(program: &Program, script: &Script, visitor: &mut impl Visitor) {
    let (methods, matchers) = parts(script);
    for Method { params, result_guard, body, .. } in methods {
        in_box(visitor, |it| {
            for param in params {
                walk(program, Node::Pattern(*param), it);
            }
            for expr in result_guard.iter().chain([body]) {
                walk(program, Node::Expr(*expr), it);
            }
        });
    }
    for Matcher { pattern, body } in matchers {
        in_box(visitor, |it| walk_matcher(program, *pattern, *body, it));
    }
}

/// The methods and matchers of a script, plumbing being one matcher.
pub(super) fn parts(script: &Script) -> (&[Method], &[Matcher]) {
    match script {
        Script::Methods { methods, matchers } => (methods, matchers),
        Script::Plumbing(matcher) => (&[], std::slice::from_ref(matcher)),
    }
}

fn walk_pattern(program: &Program, id: PatternId, visitor: &mut impl Visitor) {
    match program.pattern(id) {
        Pattern::List(subs) => {
            for it in subs {
                walk(program, Node::Pattern(*it), visitor);
            }
        }
        Pattern::Via { function, pattern } => {
            walk(program, Node::Expr(*function), visitor);
            walk(program, Node::Pattern(*pattern), visitor);
        }
        Pattern::Binding(noun) => visitor.defines(noun, id),
        Pattern::Final { noun, guard } | Pattern::Var { noun, guard } => {
            if let Some(guard) = guard {
                walk(program, Node::Expr(*guard), visitor);
            }
            visitor.defines(noun, id);
        }
        Pattern::Ignore | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => {}
    }
}

/// What stands directly below a node, in no order that matters.
pub(super) fn children(program: &Program, node: Node, mut each: impl FnMut(Node)) {
    match node {
        Node::Expr(id) => expr_children(program, id, &mut each),
        Node::Pattern(id) => match program.pattern(id) {
            Pattern::List(subs) => subs.iter().for_each(|it| each(Node::Pattern(*it))),
            Pattern::Via { function, pattern } => {
                each(Node::Expr(*function));
                each(Node::Pattern(*pattern));
            }
            Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => {
                guard.iter().for_each(|it| each(Node::Expr(*it)));
            }
            Pattern::Ignore | Pattern::Binding(_) | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => {}
        },
    }
}

fn expr_children(program: &Program, id: ExprId, each: &mut impl FnMut(Node)) {
    match program.expr(id) {
        Expr::Assign { value, .. } => each(Node::Expr(*value)),
        Expr::Call { recipient, args, .. } => {
            each(Node::Expr(*recipient));
            args.iter().for_each(|it| each(Node::Expr(*it)));
        }
        Expr::Catch { attempt, pattern, catcher } => {
            each(Node::Expr(*attempt));
            each(Node::Pattern(*pattern));
            each(Node::Expr(*catcher));
        }
        Expr::Define { pattern, ejector, value } => {
            each(Node::Pattern(*pattern));
            ejector.iter().chain([value]).for_each(|it| each(Node::Expr(*it)));
        }
        Expr::Escape { pattern, body, catch } => {
            each(Node::Pattern(*pattern));
            each(Node::Expr(*body));
            if let Some((pattern, catcher)) = catch {
                each(Node::Pattern(*pattern));
                each(Node::Expr(*catcher));
            }
        }
        Expr::Finally { attempt, unwinder } => {
            [attempt, unwinder].into_iter().for_each(|it| each(Node::Expr(*it)));
        }
        Expr::Hide(body) => each(Node::Expr(*body)),
        Expr::If { test, then, otherwise } => {
            [test, then, otherwise].into_iter().for_each(|it| each(Node::Expr(*it)));
        }
        Expr::Seq(body) => body.iter().for_each(|it| each(Node::Expr(*it))),
        Expr::Object(id) => {
            let object = program.object(*id);
            each(Node::Pattern(object.pattern));
            object.as_auditor.iter().chain(&object.implements).for_each(|it| each(Node::Expr(*it)));
            let (methods, matchers) = parts(&object.script);
            for it in methods {
                it.params.iter().for_each(|it| each(Node::Pattern(*it)));
                it.result_guard.iter().chain([&it.body]).for_each(|it| each(Node::Expr(*it)));
            }
            for it in matchers {
                each(Node::Pattern(it.pattern));
                each(Node::Expr(it.body));
            }
        }
        Expr::Binding(_) | Expr::Literal(_) | Expr::MetaContext | Expr::MetaState | Expr::Noun(_) => {}
        Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {}
    }
}
