//! What E's own quasi-parsers read: templates with holes, as `e` and `epatt` hand them over.

use syntax::print::{print_surface_expr, print_surface_pattern};
use syntax::{parse, parse_quasi, parse_quasi_pattern};

fn expr(template: &str) -> String {
    let parse = parse_quasi(template);
    assert_eq!(parse.errors, [], "{template}");
    parse.program.body.iter().map(|it| print_surface_expr(&parse.program, *it)).collect::<Vec<_>>().join("; ")
}

fn pattern(template: &str) -> String {
    let parse = parse_quasi_pattern(template);
    assert_eq!(parse.errors, [], "{template}");
    print_surface_pattern(&parse.program, parse.pattern)
}

#[test]
fn holes_stand_for_expressions() {
    assert_eq!(expr("${0} + purse.deposit(@{0}, ${1})"), "${0} + purse.deposit(@{0}, ${1})");
    assert_eq!(expr("def ${0} := @{1}; ${2}"), "def ${0} := @{1}; ${2}");
    assert_eq!(expr("x :${0}"), "x :${0}");
}

#[test]
fn holes_stand_for_patterns() {
    assert_eq!(pattern("${0}"), "${0}");
    assert_eq!(pattern("[purse, @{0}] + ${1}"), "[purse, @{0}] + ${1}");
    assert_eq!(pattern("coin :${0} ? (coin.isReal())"), "coin :${0} ? coin.isReal()");
    assert_eq!(pattern("via (open) _"), "via (open) _");
}

#[test]
fn a_pattern_stands_alone_and_knows_where_it_is() {
    let two = parse_quasi_pattern("purse; mint");
    assert_eq!(two.errors.len(), 1);
    assert_eq!(usize::from(two.errors[0].range.start()), 7);
    assert_eq!(parse_quasi_pattern("1 + 1").errors.len(), 1);
    let parse = parse_quasi_pattern("[purse]");
    assert_eq!(parse.program.pattern_range(parse.pattern), text_size::TextRange::up_to(7.into()));
}

#[test]
fn a_program_has_no_holes() {
    let parse = parse("${0}");
    assert!(parse.errors[0].message.contains("hole"), "{:?}", parse.errors);
}
