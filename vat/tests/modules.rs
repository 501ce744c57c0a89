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

#[test]
fn modules_that_need_each_other_at_once_are_told_so() {
    let mint =
        ("mint", "def purse := <import:purse>; def mint { to open() { return purse } }; purse.fill(); mint");
    let purse = ("purse", "def mint := <import:mint>; mint.open()");
    assert_eq!(
        shown(&[mint, purse], "<import:mint>"),
        "problem: not synchronously callable: <ref broken by problem: mint needs itself to load: \
         mint -> purse -> mint>.open()"
    );
}

#[test]
fn a_loader_names_what_a_module_lets_it_name() {
    let gate = ("gate", "def gate implements DeepFrozen, ExitViaHere {}");
    assert_eq!(shown(&[gate], "def g := <import:gate>; <import>.optUnget(g)"), "\"gate\"");
    let silent = ("silent", "def gate implements DeepFrozen {}");
    assert_eq!(shown(&[silent], "def g := <import:silent>; <import>.optUnget(g)"), "null");
    let passing = ("passing", "def gate implements ExitViaHere {}");
    assert_eq!(shown(&[passing], "def g := <import:passing>; <import>.optUnget(g)"), "null");
    let early = ("early", "def gate implements DeepFrozen, ExitViaHere {}; <import>.optUnget(gate); gate");
    assert_eq!(shown(&[early], "def g := <import:early>; <import>.optUnget(g)"), "null");
}

#[test]
fn a_module_that_never_ends_does_not_stand_in_the_way_of_the_next_import() {
    let modules = [("endless".to_string(), "while (true) {}".to_string())];
    let mut world = World::new(Limits { turn: 100_000, ..Limits::default() });
    let vat = world.make_vat("main", Box::new(Still::with_modules(modules.into())));
    let mut problem = |program: &str| {
        let expansion = syntax::expand(&syntax::parse(program).program);
        let handle = world.eval(vat, Evaluation::new(expansion, "main"));
        while world.run_turn().outcome == Outcome::Turned {}
        world.problem(handle).map(|it| it.printed)
    };
    let first = problem("<import:endless>");
    assert!(first.is_some());
    assert_eq!(problem("<import:endless>"), first);
}
