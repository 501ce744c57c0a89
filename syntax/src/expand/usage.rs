//! Uses that would mislead: where expansion changes the order of evaluation, one part of a construct may not
//! use, or seem to use, a name that another part defines.

use super::Expander;
use super::misuse::misleading;
use super::names::{Names, uses_any};
use super::walk::Node;
use crate::ast;
use crate::kernel_e::{ExprId, PatternId};
use crate::print::surface::{print_surface_expr, print_surface_pattern};
use text_size::TextRange;

/// One part of a construct: what it is called, how it was written, and what it became.
pub(super) struct Part {
    label: &'static str,
    written: Written,
    nodes: Vec<Node>,
}

enum Written {
    Expr(ast::ExprId),
    Pattern(ast::PatternId),
    /// Shown as a list expression.
    ExprList(Vec<ast::ExprId>),
    /// Shown as a list pattern.
    PatternList(Vec<ast::PatternId>),
    /// Shown one by one.
    Patterns(Vec<ast::PatternId>),
    Auditors(Option<ast::ExprId>, Vec<ast::ExprId>),
}

impl Part {
    pub fn expr(label: &'static str, written: ast::ExprId, it: ExprId) -> Part {
        Part { label, written: Written::Expr(written), nodes: vec![Node::Expr(it)] }
    }

    pub fn pattern(label: &'static str, written: ast::PatternId, it: PatternId) -> Part {
        Part { label, written: Written::Pattern(written), nodes: vec![Node::Pattern(it)] }
    }

    pub fn expr_list(label: &'static str, written: Vec<ast::ExprId>, these: &[ExprId]) -> Part {
        Part {
            label,
            written: Written::ExprList(written),
            nodes: these.iter().map(|it| Node::Expr(*it)).collect(),
        }
    }

    pub fn pattern_list(label: &'static str, written: Vec<ast::PatternId>, these: &[PatternId]) -> Part {
        let nodes = these.iter().map(|it| Node::Pattern(*it)).collect();
        Part { label, written: Written::PatternList(written), nodes }
    }

    pub fn patterns(label: &'static str, written: &[ast::PatternId], these: &[PatternId]) -> Part {
        let nodes = these.iter().map(|it| Node::Pattern(*it)).collect();
        Part { label, written: Written::Patterns(written.to_vec()), nodes }
    }

    pub fn auditors(
        as_auditor: Option<ast::ExprId>,
        implements: &[ast::ExprId],
        these: impl Iterator<Item = ExprId>,
    ) -> Part {
        let written = Written::Auditors(as_auditor, implements.to_vec());
        Part { label: "auditors", written, nodes: these.map(Node::Expr).collect() }
    }
}

/// Rejects an `evaluated_first` that seems to use what `defining` defines, or a `defining` that does use what
/// `evaluated_first` defines.
pub(super) fn reject_usage(cx: &mut Expander<'_>, node: &str, defining: &Part, evaluated_first: &Part) {
    reject(cx, node, false, defining, evaluated_first);
    reject(cx, node, true, evaluated_first, defining);
}

/// Rejects a `user` that would, once expanded, see what `definer` defines.
pub(super) fn reject_usage_actual(cx: &mut Expander<'_>, node: &str, definer: &Part, user: &Part) {
    reject(cx, node, true, definer, user);
}

fn reject(cx: &mut Expander<'_>, node: &str, actual: bool, definer: &Part, user: &Part) {
    let defined = Names::of(&cx.program, &definer.nodes).in_order(&cx.program);
    if uses_any(&cx.program, &user.nodes, &defined).is_empty() {
        return;
    }
    let sides = [(user.label, show(cx, &user.written)), (definer.label, show(cx, &definer.written))];
    let message = misleading(node, actual, sides);
    let range = range(cx, &user.written);
    cx.error(range, message);
}

fn show(cx: &Expander<'_>, written: &Written) -> String {
    let expr = |it: &ast::ExprId| print_surface_expr(cx.ast, *it);
    let pattern = |it: &ast::PatternId| print_surface_pattern(cx.ast, *it);
    match written {
        Written::Expr(it) => format!("e`{}`", expr(it)),
        Written::Pattern(it) => format!("epatt`{}`", pattern(it)),
        Written::ExprList(these) => format!("e`[{}]`", joined(these, expr)),
        Written::PatternList(these) => format!("epatt`[{}]`", joined(these, pattern)),
        Written::Patterns(these) => format!("[{}]", joined(these, |it| format!("epatt`{}`", pattern(it)))),
        Written::Auditors(as_auditor, implements) => {
            let mut shown = as_auditor.iter().map(|it| format!(" as {}", expr(it))).collect::<String>();
            if !implements.is_empty() {
                shown += &format!(" implements {}", joined(implements, expr));
            }
            format!("e??`{shown}`")
        }
    }
}

fn joined<T>(these: &[T], show: impl Fn(&T) -> String) -> String {
    these.iter().map(show).collect::<Vec<_>>().join(", ")
}

fn range(cx: &Expander<'_>, written: &Written) -> TextRange {
    let first = match written {
        Written::Expr(it) => Some(cx.ast.expr_range(*it)),
        Written::ExprList(these) => these.first().map(|it| cx.ast.expr_range(*it)),
        Written::Pattern(it) => Some(cx.ast.pattern_range(*it)),
        Written::PatternList(these) | Written::Patterns(these) => {
            these.first().map(|it| cx.ast.pattern_range(*it))
        }
        Written::Auditors(as_auditor, implements) => {
            as_auditor.iter().chain(implements).next().map(|it| cx.ast.expr_range(*it))
        }
    };
    first.unwrap_or(cx.range)
}
