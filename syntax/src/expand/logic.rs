//! `&&`, `||`, `==` and `=~`: truth values, and the names that come with them.
//!
//! Every noun that either side of `&&` or `||` defines, or that the pattern of `=~` defines, can be used after
//! it. Where nothing was bound, the noun has a broken slot.

use super::Expander;
use super::assign::define_kernel;
use super::build::is_temporary;
use super::names::Names;
use super::usage::{Part, reject_usage_actual};
use crate::ast;
use crate::kernel_e::{Expr, ExprId, Name, Pattern, PatternId};
use crate::static_scope::but_not;
use rustc_hash::FxHashMap;

/// `a == b`  ⇒  `__equalizer.sameEver(a, b)`;  `a != b`  ⇒  `__equalizer.sameEver(a, b).not()`
pub(super) fn same(cx: &mut Expander<'_>, left: ast::ExprId, right: ast::ExprId, negated: bool) -> ExprId {
    let args = vec![cx.expr(left), cx.expr(right)];
    let same = cx.call_helper("__equalizer", "sameEver", args);
    not_if(cx, negated, same)
}

fn not_if(cx: &mut Expander<'_>, negated: bool, truth: ExprId) -> ExprId {
    if negated { cx.call(truth, "not", vec![]) } else { truth }
}

/// `a && b`  ⇒  `def [ok#, &&n…] := if (a) { if (b) { [true, &&n…] } else { failed } } else { failed }; ok#`
pub(super) fn and(cx: &mut Expander<'_>, left: ast::ExprId, right: ast::ExprId) -> ExprId {
    let sides = Sides::expand(cx, left, right);
    let success = listed(cx, "true", &sides.all);
    let failure = failure(cx, &sides.all);
    let inner = cx.if_else(sides.right, success, failure);
    let outer = cx.if_else(sides.left, inner, failure);
    unpack(cx, &sides.all, &sides.places, outer)
}

/// `a || b`  ⇒  `def [ok#, &&n…] := if (a) { [true, &&n…] } else { if (b) { [true, &&n…] } else { failed } }; ok#`
///
/// The names that only the side not taken defines are bound to `__booleanFlow.broken()`.
pub(super) fn or(cx: &mut Expander<'_>, left: ast::ExprId, right: ast::ExprId) -> ExprId {
    let sides = Sides::expand(cx, left, right);
    let left_only = but_not(&sides.left_names, &sides.right_names);
    let right_only = but_not(&sides.right_names, &sides.left_names);
    let failure = failure(cx, &sides.all);
    let right_taken = success_without(cx, &left_only, &sides.all);
    let inner = cx.if_else(sides.right, right_taken, failure);
    let left_taken = success_without(cx, &right_only, &sides.all);
    let outer = cx.if_else(sides.left, left_taken, inner);
    unpack(cx, &sides.all, &sides.places, outer)
}

struct Sides {
    left: ExprId,
    right: ExprId,
    left_names: Vec<Name>,
    right_names: Vec<Name>,
    all: Vec<Name>,
    places: FxHashMap<Name, PatternId>,
}

impl Sides {
    fn expand(cx: &mut Expander<'_>, left: ast::ExprId, right: ast::ExprId) -> Sides {
        let left = cx.expr(left);
        let right = cx.expr(right);
        let left_defines = Names::of_expr(&cx.program, left);
        let right_defines = Names::of_expr(&cx.program, right);
        let left_names = handed_out(cx, &left_defines);
        let right_names = handed_out(cx, &right_defines);
        let mut places = right_defines.places();
        places.extend(left_defines.places());
        let mut all = right_names.clone();
        let known: rustc_hash::FxHashSet<&Name> = right_names.iter().collect();
        all.extend(left_names.iter().filter(|it| !known.contains(it)).cloned());
        Sides { left, right, left_names, right_names, all, places }
    }
}

/// A condition hands on what the conditions inside it handed out, so that a long chain of them grows with the
/// square of its length, if nothing stops it.
const MOST_NOUNS: usize = 256;
const MOST_TEMPORARIES: usize = 32;

/// The names that `side` defines. Nobody can use a temporary, so nobody misses it where there are many.
fn handed_out(cx: &mut Expander<'_>, defined: &Names) -> Vec<Name> {
    let mut names = defined.in_order(&cx.program);
    if names.iter().filter(|it| is_temporary(it)).count() > MOST_TEMPORARIES {
        names.retain(|it| !is_temporary(it));
    }
    if names.len() > MOST_NOUNS + MOST_TEMPORARIES {
        let message = format!(
            "these conditions define {} nouns; at most {MOST_NOUNS} can be used after them",
            names.len()
        );
        cx.error(cx.range, message);
        names.truncate(MOST_NOUNS);
    }
    names
}

/// `[truth, &&n…]`
fn listed(cx: &mut Expander<'_>, truth: &str, names: &[Name]) -> ExprId {
    let mut items = vec![cx.noun(truth)];
    items.extend(names.iter().map(|it| cx.builder.add(Expr::Binding(it.clone()))));
    cx.list(items)
}

fn failure(cx: &mut Expander<'_>, names: &[Name]) -> ExprId {
    let count = cx.int(names.len());
    cx.call_helper("__booleanFlow", "failureList", vec![count])
}

fn success_without(cx: &mut Expander<'_>, missing: &[Name], all: &[Name]) -> ExprId {
    let mut steps = Vec::new();
    for name in missing {
        let pattern = cx.add_pattern(Pattern::Binding(name.clone()));
        let broken = cx.call_helper("__booleanFlow", "broken", vec![]);
        steps.push(cx.define(pattern, None, broken));
    }
    steps.push(listed(cx, "true", all));
    cx.seq(steps)
}

/// `def [ok#, &&n…] := results; ok#`
fn unpack(
    cx: &mut Expander<'_>,
    names: &[Name],
    places: &FxHashMap<Name, PatternId>,
    results: ExprId,
) -> ExprId {
    let ok = cx.temporary("ok");
    let mut subs = vec![cx.final_pattern(ok.clone())];
    for name in names {
        let pattern = cx.add_pattern(Pattern::Binding(name.clone()));
        if let Some(place) = places.get(name) {
            cx.stand_for(pattern, *place);
        }
        subs.push(pattern);
    }
    let pattern = cx.list_pattern(subs);
    let define = cx.define(pattern, None, results);
    let ok = cx.noun(ok);
    cx.seq(vec![define, ok])
}

/// `s =~ p`  ⇒
/// `def sp# := s; def [ok#, &&n…] := escape fail# { def p exit fail# := sp#; [true, &&n…] } catch problem# { def &b# := Ref.broken(problem#); [false, &&b#…] }; ok#`
pub(super) fn match_bind(
    cx: &mut Expander<'_>,
    specimen: ast::ExprId,
    pattern: ast::PatternId,
    negated: bool,
) -> ExprId {
    let value = cx.expr(specimen);
    let matched = cx.pattern(pattern);
    let defined = Names::of_pattern(&cx.program, matched);
    let names = defined.in_order(&cx.program);
    let used = Part::expr("specimen", specimen, value);
    reject_usage_actual(cx, "MatchBindExpr", &Part::pattern("pattern", pattern, matched), &used);

    let specimen = cx.temporary("sp");
    let fail = cx.temporary("fail");
    let define = cx.define_name(&specimen, value);
    let ejector = cx.noun(fail.clone());
    let value = cx.noun(specimen);
    let matching = cx.define(matched, Some(ejector), value);
    let success = listed(cx, "true", &names);
    let attempt = cx.seq(vec![matching, success]);
    let failure = broken_names(cx, names.len());
    let results = cx.escape(fail, attempt, Some(failure));
    let unpack = unpack(cx, &names, &defined.places(), results);
    let truth = cx.seq(vec![define, unpack]);
    not_if(cx, negated, truth)
}

fn broken_names(cx: &mut Expander<'_>, count: usize) -> (PatternId, ExprId) {
    let problem = cx.temporary("problem");
    let broken = cx.temporary("b");
    let pattern = cx.final_pattern(problem.clone());
    let problem = cx.noun(problem);
    let reference = cx.call_helper("Ref", "broken", vec![problem]);
    let slot = cx.add_pattern(Pattern::Binding(broken.clone()));
    let function = cx.noun("__slotToBinding");
    let slot = cx.via(function, slot);
    let define = define_kernel(cx, slot, None, reference);
    let broken: Vec<Name> = std::iter::repeat_n(broken, count).collect();
    let list = listed(cx, "false", &broken);
    (pattern, cx.seq(vec![define, list]))
}
