//! Quasi-literals, as expressions and as patterns.

use super::Expander;
use super::usage::{Part, reject_usage};
use crate::ast::{self, Quasi, QuasiParser, QuasiPart};
use crate::kernel_e::{ExprId, PatternId};

/// ``p`a $x` ``  ⇒  `p__quasiParser.valueMaker("a ${0}").substitute(__makeList.run(x))`
pub(super) fn expr(cx: &mut Expander<'_>, it: &Quasi) -> ExprId {
    let parser = parser(cx, &it.parser);
    let holes = Holes::of(it);
    if let Some(pattern) = holes.patterns.first() {
        let message =
            "a quasi-literal expression makes a value, so it can not have an `@` hole; write `@@` for an `@`";
        cx.error(cx.ast.pattern_range(*pattern), message);
    }
    let template = cx.string(&holes.template);
    let maker = cx.call(parser, "valueMaker", vec![template]);
    let values = cx.exprs(&holes.values);
    let values = cx.list(values);
    cx.call(maker, "substitute", vec![values])
}

/// ``p`a $x @y` ``  ⇒  `via (__quasiMatcher.run(p__quasiParser.matchMaker("a ${0} @{0}"), __makeList.run(x))) [y]`
pub(super) fn pattern(cx: &mut Expander<'_>, it: &Quasi) -> PatternId {
    let parser = parser(cx, &it.parser);
    let holes = Holes::of(it);
    let values = cx.exprs(&holes.values);
    let patterns = cx.patterns(&holes.patterns);
    let value_holes = Part::expr_list("value holes", holes.values, &values);
    let pattern_holes = Part::pattern_list("pattern holes", holes.patterns, &patterns);
    reject_usage(cx, "QuasiPattern", &pattern_holes, &value_holes);

    let template = cx.string(&holes.template);
    let matcher = cx.call(parser, "matchMaker", vec![template]);
    let values = cx.list(values);
    let patterns = cx.list_pattern(patterns);
    cx.via_helper("__quasiMatcher", "run", vec![matcher, values], patterns)
}

fn parser(cx: &mut Expander<'_>, parser: &QuasiParser) -> ExprId {
    match parser {
        QuasiParser::Default => cx.noun("simple__quasiParser"),
        QuasiParser::Named(it) => cx.at(it.range, |cx| cx.noun(format!("{}__quasiParser", it.name))),
        QuasiParser::Computed(it) => cx.expr(*it),
    }
}

/// The text that the quasi-parser is handed, and what stands in its holes.
struct Holes {
    template: String,
    values: Vec<ast::ExprId>,
    patterns: Vec<ast::PatternId>,
}

impl Holes {
    fn of(it: &Quasi) -> Holes {
        let mut holes = Holes { template: String::new(), values: Vec::new(), patterns: Vec::new() };
        for part in &it.parts {
            match part {
                QuasiPart::Text(text) => holes.template.push_str(text),
                QuasiPart::Value(value) => {
                    holes.template.push_str(&format!("${{{}}}", holes.values.len()));
                    holes.values.push(*value);
                }
                QuasiPart::Pattern(pattern) => {
                    holes.template.push_str(&format!("@{{{}}}", holes.patterns.len()));
                    holes.patterns.push(*pattern);
                }
            }
        }
        holes
    }
}
