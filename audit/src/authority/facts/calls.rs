//! Calls: of what, with what; and what is loaded by its name.

use super::super::solve::{Kind, Loc, NodeId};
use super::super::{Outer, Programs};
use super::Reading;
use crate::scopes::{Authority, ScopeName};
use std::hash::Hash;
use std::sync::Arc;
use syntax::kernel_e::{Expr, ExprId, Literal, Name};
use syntax::scope::Binder;

impl<'a, P: Programs> Reading<'_, 'a, P>
where
    P::Key: Copy + Eq + Hash,
{
    pub(super) fn call_expr(&mut self, id: ExprId, recipient: ExprId, verb: &Name, args: &[ExprId]) {
        let here = self.node(id);
        if self.binds.contains(&id) {
            return;
        }
        if let Some((receiver, verb, args)) = self.reflective(recipient, verb, args) {
            let receiver = self.node(receiver);
            let args = args.iter().map(|it| self.node(*it)).collect();
            return self.call(id, receiver, &verb, args, here);
        }
        if let [only] = args
            && &**verb == "get"
            && let Some(name) = self.getter(recipient)
        {
            return self.get(id, name, *only, here);
        }
        let receiver = self.node(recipient);
        let args = args.iter().map(|it| self.node(*it)).collect();
        self.call(id, receiver, verb, args, here);
    }

    /// `E.send(receiver, "verb", [args])`, written with a literal verb and list: the call that it makes.
    pub(super) fn reflective(
        &self,
        recipient: ExprId,
        verb: &str,
        args: &[ExprId],
    ) -> Option<(ExprId, Arc<str>, &'a [ExprId])> {
        let program = self.parts.program;
        let is_born = |it: ExprId, name: &str| {
            matches!(program.expr(it), Expr::Noun(noun) if &**noun == name)
                && *self.parts.scopes.binder(it) == Binder::Outer
        };
        let [receiver, called, list] = args else { return None };
        if !matches!(verb, "call" | "send" | "sendOnly") || !is_born(recipient, "E") {
            return None;
        }
        let Expr::Literal(Literal::Str(called)) = program.expr(*called) else { return None };
        let Expr::Call { recipient: maker, verb, args } = program.expr(*list) else { return None };
        (&**verb == "run" && is_born(*maker, "__makeList"))
            .then(|| (*receiver, called.clone(), args.as_slice()))
    }

    /// The name of the outermost scope that loads something by its name.
    pub(super) fn getter(&self, recipient: ExprId) -> Option<&'static ScopeName> {
        let Expr::Noun(noun) = self.program().expr(recipient) else { return None };
        if *self.parts.scopes.binder(recipient) != Binder::Outer || !noun.ends_with("__uriGetter") {
            return None;
        }
        match self.outer.programs.outer(self.outer.keys[self.unit as usize], noun) {
            Outer::Scope(name) => Some(name),
            _ => None,
        }
    }

    /// `<import:a.b>`, `<file:data.csv>`
    pub(super) fn get(&mut self, id: ExprId, name: &'static ScopeName, what: ExprId, here: NodeId) {
        let key = self.outer.keys[self.unit as usize];
        let text = match self.program().expr(what) {
            Expr::Literal(Literal::Str(text)) => Some(text.clone()),
            _ => None,
        };
        match (name.name, text) {
            ("file__uriGetter", Some(path)) => self.put(Loc::Part(name, path), here),
            ("import__uriGetter" | "elib__uriGetter" | "elang__uriGetter", Some(module)) => {
                let full = match name.name {
                    "elib__uriGetter" => format!("org.erights.e.elib.{module}"),
                    "elang__uriGetter" => format!("org.erights.e.elang.{module}"),
                    _ => module.to_string(),
                };
                match self.outer.programs.module(key, &full).and_then(|it| self.outer.unit(it)) {
                    Some(unit) => {
                        let value = self.outer.solution.units[unit as usize].value;
                        self.cx().flow(value, here);
                    }
                    None if !crate::library::is_library(&full) => {
                        self.put(Loc::Unknown(format!("module `{module}`").into()), here);
                    }
                    // The library's own: without authority, it only has what it is given.
                    None => {
                        let (made, _) = self.made(id, Kind::Library);
                        self.cx().add(here, made);
                    }
                }
            }
            (_, _) if name.authority == Authority::None => {
                let (made, held) = self.made(id, Kind::Library);
                self.flow(what, held);
                self.cx().add(here, made);
            }
            _ => {
                let receiver = self.cx().node();
                self.put(Loc::Born(name), receiver);
                let what = self.node(what);
                self.call(id, receiver, "get", vec![what], here);
            }
        }
    }
}
