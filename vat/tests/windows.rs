//! Methods that need many registers beside methods that need few: what one calls in the other is as if all were
//! of one kind.

use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Limits, ReferenceState};

fn shown(program: &str) -> String {
    let mut world = World::new(Limits::default());
    let vat = world.make_vat("main", Box::new(Still::new()));
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

/// `def sum(n, f)`: the sum of `f(n)` over many coins, all in registers at once.
fn sum_of(coins: usize) -> String {
    let coins: Vec<String> = (0..coins).map(|it| format!("f(n + {it})")).collect();
    format!(
        "def sum(n, f) {{ var all := 0; for it in [{}] {{ all += it }}; return all }}\n",
        coins.join(", ")
    )
}

#[test]
fn a_wide_method_calls_a_narrow_one_and_goes_on() {
    for coins in [1, 250, 251, 252, 253, 254, 255, 256, 257, 258, 259, 260, 300, 4100] {
        let all: usize = (0..coins).map(|it| 2 * (1 + it)).sum();
        assert_eq!(shown(&format!("{}sum(1, fn it {{ 2 * it }})", sum_of(coins))), all.to_string());
    }
}

#[test]
fn wide_and_narrow_methods_call_each_other_deeply() {
    let program = format!(
        "{}def deep(n) {{ return if (n == 0) {{ 1 }} else {{ sum(0, fn it {{ if (it == 7) {{ deep(n - 1) }} else {{ 0 }} }}) }} }}\ndeep(50)",
        sum_of(300)
    );
    assert_eq!(shown(&program), "1");
}

#[test]
fn what_leaves_a_narrow_method_passes_through_a_wide_one() {
    let escaping = "escape found { sum(1, fn it { if (it == 200) { found(it) } else { 0 } }) }";
    assert_eq!(shown(&format!("{}{escaping}", sum_of(300))), "200");
    let thrown = "sum(1, fn it { if (it == 200) { throw(`coin $it is bent`) } else { 0 } })";
    assert_eq!(shown(&format!("{}{thrown}", sum_of(300))), "problem: coin 200 is bent");
    let cleaned = "var closed := 0
        def counted(n) { try { return sum(n, fn it { if (it == 200) { throw(\"bent\") } else { 0 } }) } finally { closed += 1 } }
        try { counted(1) } catch _ { closed }";
    assert_eq!(shown(&format!("{}{cleaned}", sum_of(300))), "1");
}

#[test]
fn a_wide_method_without_an_end_is_stopped_like_any_other() {
    let endless = "def again(n) { return sum(n, fn it { again(it) }) }\nagain(0)";
    assert!(shown(&format!("{}{endless}", sum_of(300))).contains("nested more than"));
}
