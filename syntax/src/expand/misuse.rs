//! What Kernel-E itself refuses, whoever made it: parts of a node that use each other's names although they are
//! evaluated in another order than they are read.

use super::names::{Names, Node, script_uses_any, uses_any};
use crate::kernel_e::{Expr, ExprId, ObjectId, PatternId, Program};
use crate::print::kernel::{print_auditors, print_expr, print_pattern, print_script};

/// One such use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misuse {
    /// The definition or object expression.
    pub expr: ExprId,
    pub message: String,
}

/// All misuses of a program. Expansion makes none of its own: `def x := x` goes through a promise; but a text can
/// say `def x implements x {}`, and a program can be put together by hand.
pub fn misuses(program: &Program) -> Vec<Misuse> {
    let exprs = (0..program.exprs.len() as u32).map(ExprId);
    exprs.filter_map(|expr| misuse(program, expr).map(|message| Misuse { expr, message })).collect()
}

fn misuse(program: &Program, id: ExprId) -> Option<String> {
    match program.expr(id) {
        Expr::Define { pattern, ejector, value } => define(program, *pattern, *ejector, *value),
        Expr::Object(it) => object(program, *it),
        _ => None,
    }
}

/// One part of a node: by the name it has there, what it is, and how it prints.
struct Part {
    label: &'static str,
    what: What,
}

enum What {
    Expr(ExprId),
    Pattern(PatternId),
    Auditors(ObjectId),
    Script(ObjectId),
}

/// The specimen and the ejector come before the pattern when it runs, and after it for the reader.
fn define(program: &Program, pattern: PatternId, ejector: Option<ExprId>, value: ExprId) -> Option<String> {
    let cx = Check { program, node: "DefineExpr" };
    let pattern = Part { label: "pattern", what: What::Pattern(pattern) };
    let value = Part { label: "rValue", what: What::Expr(value) };
    let ejector = ejector.map(|it| Part { label: "optEjectorExpr", what: What::Expr(it) });
    let before = || std::iter::once(&value).chain(&ejector);
    let apparent = before().find_map(|it| cx.reject(false, &pattern, it));
    apparent.or_else(|| before().find_map(|it| cx.reject(true, it, &pattern)))
}

/// Auditors are asked before there is an object, in a box of their own.
fn object(program: &Program, id: ObjectId) -> Option<String> {
    let cx = Check { program, node: "ObjectExpr" };
    let pattern = Part { label: "pattern", what: What::Pattern(program.object(id).pattern) };
    let auditors = Part { label: "auditors", what: What::Auditors(id) };
    let script = Part { label: "script", what: What::Script(id) };
    cx.reject(false, &auditors, &script).or_else(|| cx.reject(true, &pattern, &auditors))
}

struct Check<'a> {
    program: &'a Program,
    node: &'static str,
}

impl Check<'_> {
    /// What is wrong if `user` uses names that `definer` defines: whether it would see them (`actual`), or
    /// merely looks as if it did.
    fn reject(&self, actual: bool, definer: &Part, user: &Part) -> Option<String> {
        let defined = Names::of(self.program, &self.nodes(definer)).in_order();
        let used = match user.what {
            What::Script(it) => script_uses_any(self.program, &self.program.object(it).script, &defined),
            _ => uses_any(self.program, &self.nodes(user), &defined),
        };
        if used.is_empty() {
            return None;
        }
        let sides = [(user.label, self.show(user)), (definer.label, self.show(definer))];
        Some(misleading(self.node, actual, sides))
    }

    fn nodes(&self, part: &Part) -> Vec<Node> {
        match part.what {
            What::Expr(it) => vec![Node::Expr(it)],
            What::Pattern(it) => vec![Node::Pattern(it)],
            What::Auditors(it) => {
                let object = self.program.object(it);
                object.as_auditor.iter().chain(&object.implements).map(|it| Node::Expr(*it)).collect()
            }
            // A script defines nothing for what stands beside it.
            What::Script(_) => Vec::new(),
        }
    }

    fn show(&self, part: &Part) -> String {
        match part.what {
            What::Expr(it) => format!("e`{}`", print_expr(self.program, it)),
            What::Pattern(it) => format!("epatt`{}`", print_pattern(self.program, it)),
            What::Auditors(it) => format!("e??`{}`", print_auditors(self.program, self.program.object(it))),
            What::Script(it) => {
                format!("e??`{}`", print_script(self.program, &self.program.object(it).script))
            }
        }
    }
}

/// The text of a misleading use of `definer`'s names by `user`; each is a label and the part as printed.
pub(super) fn misleading(node: &str, actual: bool, [user, definer]: [(&str, String); 2]) -> String {
    let (kind, appear) = if actual { ("actual", "") } else { ("apparent", "appear to ") };
    format!(
        "<misleading-{kind}-usage-error: a {node}'s {} ({}) may not {appear}use definitions from its {} ({})>",
        user.0, user.1, definer.0, definer.1,
    )
}
