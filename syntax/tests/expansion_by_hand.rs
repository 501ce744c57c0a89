//! Expansion of trees built by hand: what does not depend on how the text was read.

use syntax::ast::{Expr, Ident, Pattern, Program};
use syntax::kernel_e::Name;
use syntax::{expand, print_kernel};

fn noun(program: &mut Program, name: &str) -> syntax::ast::ExprId {
    program.add_expr(Expr::Noun(Name::new(name)), Default::default())
}

fn named(program: &mut Program, name: &str) -> syntax::ast::PatternId {
    let noun = Ident { name: Name::new(name), range: Default::default() };
    program.add_pattern(Pattern::Final { noun, guard: None }, Default::default())
}

#[test]
fn a_definition_that_uses_its_own_names_goes_through_promises() {
    let mut it = Program::default();
    let subs = vec![named(&mut it, "gate"), named(&mut it, "key")];
    let pattern = it.add_pattern(Pattern::List { subs, rest: None }, Default::default());
    let items = vec![noun(&mut it, "key"), noun(&mut it, "steel")];
    let value = it.add_expr(Expr::List(items), Default::default());
    let define = Expr::Define { pattern, ejector: None, value };
    let define = it.add_expr(define, Default::default());
    it.body.push(define);
    let expected = "\
def [key__1, keyR__2] := Ref.promise()
def value__3 := def [gate, key] := __makeList.run(key__1, steel)
keyR__2.resolve(key)
value__3";
    assert_eq!(print_kernel(&expand(&it).program), expected);
}

#[test]
fn what_both_sides_define_is_there_after_and() {
    let mut it = Program::default();
    let mut side = |name: &str, value: &str| {
        let pattern = named(&mut it, name);
        let value = noun(&mut it, value);
        it.add_expr(Expr::Define { pattern, ejector: None, value }, Default::default())
    };
    let (left, right) = (side("purse", "mint"), side("coin", "die"));
    let both = it.add_expr(Expr::And { left, right }, Default::default());
    it.body.push(both);
    let expected = "\
def [ok__1, &&coin, &&purse] := if (def purse := mint) {
    if (def coin := die) {
        __makeList.run(true, &&coin, &&purse)
    } else {
        __booleanFlow.failureList(2)
    }
} else {
    __booleanFlow.failureList(2)
}
ok__1";
    assert_eq!(print_kernel(&expand(&it).program), expected);
}
