//! `<import:a.b.c>`: modules in a fresh safe scope, kept where they are DeepFrozen.

use std::collections::BTreeMap;
use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Limits, ReferenceState};

/// What a program that may import these modules shows.
fn shown(modules: &[(&str, &str)], program: &str) -> String {
    let modules: BTreeMap<String, String> =
        modules.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
    let mut world = World::new(Limits::default());
    let vat = world.make_vat("main", Box::new(Still::with_modules(modules)));
    let expansion = syntax::expand(&syntax::parse(program).program);
    let handle = world.eval(vat, Evaluation::new(expansion, "main"));
    while world.run_turn().outcome == Outcome::Turned {}
    match world.problem(handle) {
        Some(it) => it.printed,
        None => match world.state(handle) {
            ReferenceState::Near(it) | ReferenceState::Far(it) => it,
            ReferenceState::Broken(it) | ReferenceState::Promise(it) => it,
        },
    }
}

#[test]
fn a_module_is_what_its_last_expression_gives() {
    let mint = ("bank.makeMint", "def makeMint(name) as DeepFrozen { return `mint of $name` }");
    assert_eq!(shown(&[mint], "<import:bank.makeMint>(\"nuts\")"), "\"mint of nuts\"");
    assert_eq!(
        shown(&[mint], "def <bank> := <import:bank.*>; <bank:makeMint>(\"nuts\")"),
        "\"mint of nuts\""
    );
}

#[test]
fn a_deep_frozen_module_is_the_same_for_all_and_another_is_made_anew() {
    let frozen = ("frozen", "def gate as DeepFrozen { to pass() { return 1 } }");
    assert_eq!(shown(&[frozen], "<import:frozen> == <import:frozen>"), "true");
    let counter = ("counter", "var n := 0; def counter { to next() { return n += 1 } }");
    assert_eq!(shown(&[counter], "<import:counter>.next(); <import:counter>.next()"), "1");
}

#[test]
fn a_module_has_no_powers_and_no_names_of_who_imports_it() {
    let loud = ("loud", "println(\"here\")");
    assert_eq!(shown(&[loud], "<import:loud>"), "problem: undefined variable: println");
    let nosy = ("nosy", "secret");
    assert_eq!(shown(&[nosy], "def secret := 1; <import:nosy>"), "problem: undefined variable: secret");
}

#[test]
fn modules_that_import_each_other_see_promises() {
    let one = ("one", "def two := <import:two>; [1, Ref.isResolved(two)]");
    let two = ("two", "def one := <import:one>; [2, Ref.isResolved(one)]");
    assert_eq!(shown(&[one, two], "<import:one>"), "[1, true]");
    assert_eq!(shown(&[one, two], "<import:two>"), "[2, true]");
    let own = ("own", "Ref.isResolved(<import:own>)");
    assert_eq!(shown(&[own], "<import:own>"), "false");
}

#[test]
fn a_module_that_is_not_there_is_named() {
    assert_eq!(shown(&[], "<import:no.such.thing>"), "problem: <import:*> can't find \"no.such.thing\"");
    assert_eq!(shown(&[], "<import>.fetch(\"no.such.thing\", fn { \"absent\" })"), "\"absent\"");
    let broken = ("broken", "throw(\"not today\")");
    assert_eq!(shown(&[broken], "<import:broken>"), "problem: not today");
}
