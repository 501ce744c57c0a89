//! What each node of a Kernel-E program is directly made of, for walks with a list of their own: no step recurses.

use crate::kernel_e::{Expr, ExprId, Matcher, Object, ObjectId, Pattern, PatternId, Program, Script};

/// A node of a [`Program`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    Expr(ExprId),
    Pattern(PatternId),
    Object(ObjectId),
}

/// Hands `below` the nodes that `it` is directly made of.
pub fn parts(program: &Program, it: Node, below: &mut dyn FnMut(Node)) {
    match it {
        Node::Expr(it) => of_expr(program.expr(it), below),
        Node::Pattern(it) => of_pattern(program.pattern(it), below),
        Node::Object(it) => of_object(program.object(it), below),
    }
}

fn of_expr(it: &Expr, below: &mut dyn FnMut(Node)) {
    use Node::{Expr as E, Object as O, Pattern as P};
    match it {
        Expr::Assign { value, .. } => below(E(*value)),
        Expr::Call { recipient, args, .. } => {
            below(E(*recipient));
            args.iter().for_each(|it| below(E(*it)));
        }
        Expr::Catch { attempt, pattern, catcher } => {
            below(E(*attempt));
            below(P(*pattern));
            below(E(*catcher));
        }
        Expr::Define { pattern, ejector, value } => {
            below(P(*pattern));
            ejector.iter().chain([value]).for_each(|it| below(E(*it)));
        }
        Expr::Escape { pattern, body, catch } => {
            below(P(*pattern));
            below(E(*body));
            if let Some((pattern, catcher)) = catch {
                below(P(*pattern));
                below(E(*catcher));
            }
        }
        Expr::Finally { attempt, unwinder } => {
            below(E(*attempt));
            below(E(*unwinder));
        }
        Expr::Hide(body) => below(E(*body)),
        Expr::If { test, then, otherwise } => {
            [test, then, otherwise].into_iter().for_each(|it| below(E(*it)))
        }
        Expr::Object(it) => below(O(*it)),
        Expr::Seq(subs) => subs.iter().for_each(|it| below(E(*it))),
        Expr::Binding(_)
        | Expr::Literal(_)
        | Expr::MetaContext
        | Expr::MetaState
        | Expr::Noun(_)
        | Expr::QuasiLiteral(_)
        | Expr::QuasiPattern(_) => {}
    }
}

fn of_pattern(it: &Pattern, below: &mut dyn FnMut(Node)) {
    match it {
        Pattern::List(subs) => subs.iter().for_each(|it| below(Node::Pattern(*it))),
        Pattern::Via { function, pattern } => {
            below(Node::Expr(*function));
            below(Node::Pattern(*pattern));
        }
        Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => {
            guard.iter().for_each(|it| below(Node::Expr(*it)));
        }
        Pattern::Ignore | Pattern::Binding(_) | Pattern::QuasiLiteral(_) | Pattern::QuasiPattern(_) => {}
    }
}

fn of_object(it: &Object, below: &mut dyn FnMut(Node)) {
    below(Node::Pattern(it.pattern));
    it.as_auditor.iter().chain(&it.implements).for_each(|it| below(Node::Expr(*it)));
    let mut matcher = |it: &Matcher| {
        below(Node::Pattern(it.pattern));
        below(Node::Expr(it.body));
    };
    match &it.script {
        Script::Plumbing(it) => matcher(it),
        Script::Methods { methods, matchers } => {
            matchers.iter().for_each(matcher);
            for it in methods {
                it.params.iter().for_each(|it| below(Node::Pattern(*it)));
                it.result_guard.iter().chain([&it.body]).for_each(|it| below(Node::Expr(*it)));
            }
        }
    }
}
