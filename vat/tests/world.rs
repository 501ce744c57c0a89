//! The door of the room, as a notebook uses it: names between vats, interrupts, limits, handles, transcripts.

mod replay;

use vat::powers::still::Still;
use vat::problem::Stop;
use vat::world::{Evaluation, Outcome, World};
use vat::{Evaluated, Handle, Limits, ReferenceState, Sharing, VatId};

fn world() -> World {
    World::new(Limits { turn: 1_000_000, ..Limits::default() })
}

fn vat(world: &mut World, name: &str) -> VatId {
    world.make_vat(name, Box::new(Still::new()))
}

fn start(world: &mut World, vat: VatId, text: &str) -> Handle {
    let parse = syntax::parse(text);
    let mut expansion = syntax::expand(&parse.program);
    expansion.errors.splice(0..0, parse.errors);
    world.eval(vat, Evaluation::new(expansion, "cell 1"))
}

/// Evaluates and lets all vats run until they are quiet.
fn eval(world: &mut World, vat: VatId, text: &str) -> Handle {
    let handle = start(world, vat, text);
    while world.run_turn().outcome == Outcome::Turned {}
    handle
}

fn shown(world: &mut World, handle: Handle) -> String {
    match world.state(handle) {
        ReferenceState::Near(it) => it,
        ReferenceState::Far(it) => format!("far {it}"),
        ReferenceState::Broken(it) => format!("broken {it}"),
        ReferenceState::Promise(it) => format!("pending {it}"),
    }
}

#[test]
fn a_function_that_holds_nothing_mutable_is_near_in_other_cells() {
    let mut world = world();
    let (one, two) = (vat(&mut world, "cell 1"), vat(&mut world, "cell 2"));
    eval(
        &mut world,
        one,
        "def rate := 3; def convert(coins) { return coins * rate }; def prices := [1, 2, 3]",
    );
    assert_eq!(world.share(one, "convert", two), Sharing::Near);
    assert_eq!(world.share(one, "prices", two), Sharing::Near);
    let sum = eval(&mut world, two, "convert(prices[2])");
    assert_eq!(shown(&mut world, sum), "9");
}

#[test]
fn a_counter_is_far_in_other_cells_and_the_reason_is_known() {
    let mut world = world();
    let (one, two) = (vat(&mut world, "cell 1"), vat(&mut world, "cell 2"));
    eval(&mut world, one, "var n := 0; def counter { to next() { return n += 1 } }");
    let Sharing::Far { why } = world.share(one, "counter", two) else { panic!("it is near") };
    assert_eq!(why, ["`n` is a var"]);
    let call = eval(&mut world, two, "counter.next()");
    assert_eq!(world.evaluated(call), Some(Evaluated::Threw));
    let send = eval(&mut world, two, "counter <- next(); counter <- next()");
    assert_eq!(shown(&mut world, send), "2");
    let home = eval(&mut world, one, "n");
    assert_eq!(shown(&mut world, home), "2");
}

#[test]
fn a_promise_shared_between_cells_settles_in_both() {
    let mut world = world();
    let (one, two) = (vat(&mut world, "cell 1"), vat(&mut world, "cell 2"));
    eval(&mut world, one, "def [price, resolver] := Ref.promise(); null");
    assert_eq!(world.share(one, "price", two), Sharing::Promise);
    let doubled = eval(&mut world, two, "[price <- multiply(2)]");
    assert!(world.is_pending(doubled));
    world.watch(doubled);
    start(&mut world, one, "resolver.resolve(21)");
    let mut settled = Vec::new();
    loop {
        let report = world.run_turn();
        settled.extend(report.settled);
        if report.outcome != Outcome::Turned {
            break;
        }
    }
    assert!(settled.contains(&doubled));
    assert_eq!(shown(&mut world, doubled), "[42]");
}

#[test]
fn an_interrupt_ends_the_turn_and_leaves_other_names_as_they_were() {
    let mut world = world();
    let one = vat(&mut world, "cell 1");
    eval(&mut world, one, "def kept := 1; def sink { to run(it) { return it } }");
    let endless = start(&mut world, one, "sink <- run(1); def lost := 2; while (true) {}");
    world.interrupt().raise();
    assert_eq!(world.run_turn().outcome, Outcome::Stopped(Stop::Interrupted));
    assert_eq!(world.evaluated(endless), Some(Evaluated::Stopped(Stop::Interrupted)));
    // What the turn had sent is not sent.
    assert!(matches!(world.run_turn().outcome, Outcome::Quiet { .. }));
    let kept = eval(&mut world, one, "kept");
    assert_eq!(shown(&mut world, kept), "1");
    let lost = eval(&mut world, one, "lost");
    assert_eq!(world.evaluated(lost), Some(Evaluated::Threw));
}

#[test]
fn killing_a_vat_breaks_what_refers_to_it_and_nothing_else() {
    let mut world = world();
    let (one, two) = (vat(&mut world, "cell 1"), vat(&mut world, "cell 2"));
    eval(&mut world, one, "var n := 0; def counter { to next() { return n += 1 } }; def coin := [1]");
    world.share(one, "counter", two);
    world.share(one, "coin", two);
    world.kill(one, "the cell was deleted");
    let counter = eval(&mut world, two, "counter");
    assert_eq!(shown(&mut world, counter), "broken <ref broken by problem: the cell was deleted>");
    let coin = eval(&mut world, two, "coin");
    assert_eq!(shown(&mut world, coin), "[1]");
}

#[test]
fn a_problem_says_where_it_happened() {
    let mut world = world();
    let one = vat(&mut world, "cell 1");
    let text = "def mint { to coin(n) { return n + \"gold\" } }\nmint.coin(3)";
    let failed = eval(&mut world, one, text);
    let problem = world.problem(failed).expect("it threw");
    let places: Vec<(&str, &str)> =
        problem.trace.iter().map(|it| (&*it.place, &text[usize::from(it.range.start())..][..4])).collect();
    assert_eq!(places, [("__main$mint.coin/1", "n + "), ("__main", "mint")]);
}

#[test]
fn an_auditor_that_is_known_refuses_before_anything_runs() {
    let mut world = world();
    let one = vat(&mut world, "cell 1");
    eval(&mut world, one, "var log := []; null");
    let text = "log := log.with(\"first\")\n{ log := log.with(\"second\"); var n := 0; \
                def counter implements DeepFrozen { to next() { return n += 1 } } }";
    let refused = eval(&mut world, one, text);
    assert_eq!(world.evaluated(refused), Some(Evaluated::Threw));
    let log = eval(&mut world, one, "log");
    assert_eq!(shown(&mut world, log), "[\"first\"]");
}

#[test]
fn a_world_can_move_to_another_thread() {
    fn movable<T: Send>() {}
    movable::<World>();
}

/// `open` and `close` around `middle`, as deep as a program may nest and deeper.
fn nested(open: &str, middle: &str, close: &str, depth: usize) -> String {
    format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn programs_that_nest_deep_run_or_are_refused() {
    let mut world = world();
    let one = vat(&mut world, "cell 1");
    for depth in [300, 20_000] {
        for (open, middle, close) in [
            ("[", "1", "]"),
            ("(", "1", ")"),
            ("{ ", "1", " }"),
            ("fn { ", "1", " }()"),
            ("if (true) { ", "1", " }"),
            ("try { ", "1", " } finally { 2 }"),
            ("escape out { out(", "1", ") }"),
            ("def x { to m() { return ", "1", " } }.m()"),
            ("", "1", " + 1"),
            ("while (true) { break(", "1", ") }"),
        ] {
            let handle = eval(&mut world, one, &nested(open, middle, close, depth));
            let evaluated = world.evaluated(handle);
            assert!(evaluated.is_some(), "{open} {depth}");
            assert!(
                depth > 300 || evaluated == Some(Evaluated::Value),
                "{open} {depth}: {:?}",
                world.problem(handle)
            );
        }
    }
}

#[test]
fn an_interrupt_of_one_vat_leaves_the_others_alone() {
    let mut world = world();
    let (one, two) = (vat(&mut world, "cell 1"), vat(&mut world, "cell 2"));
    let stop = world.interrupt_of(one).expect("it is there");
    stop.raise();
    let other = eval(&mut world, two, "1 + 1");
    assert_eq!(shown(&mut world, other), "2");
    let stopped = start(&mut world, one, "while (true) {}");
    assert_eq!(world.run_turn().outcome, Outcome::Stopped(Stop::Interrupted));
    assert_eq!(world.evaluated(stopped), Some(Evaluated::Stopped(Stop::Interrupted)));
    let after = eval(&mut world, one, "2 + 2");
    assert_eq!(shown(&mut world, after), "4");
}

#[test]
fn vats_take_turns_and_none_waits_for_more_than_the_others() {
    let mut world = world();
    let vats = [vat(&mut world, "one"), vat(&mut world, "two"), vat(&mut world, "three")];
    for it in vats {
        start(
            &mut world,
            it,
            "def [again, r] := Ref.promise(); def loop() { again <- run() }; r.resolve(loop); again <- run()",
        );
    }
    let order: Vec<VatId> = (0..9).filter_map(|_| world.run_turn().vat).collect();
    assert_eq!(order, [vats, vats, vats].concat());
}

/// Timers and the host are looked at in between: what counts is the work, not how many turns it is done in.
#[test]
fn many_turns_at_a_time_are_few_if_they_are_long() {
    for (rounds, at_least, at_most) in [(1, 256, 256), (6_000, 2, 3)] {
        let mut world = World::new(Limits::default());
        let vat = world.make_vat("mill", Box::new(Still::new()));
        let text =
            format!("def grind() {{ for i in 1..{rounds} {{ i + 1 }}; grind <- run() }}; grind <- run()");
        let parse = syntax::parse(&text);
        world.eval(vat, Evaluation::new(syntax::expand(&parse.program), "mill"));
        world.run_turn();
        let before = world.turns();
        world.run_turns(256);
        let taken = world.turns() - before;
        assert!((at_least..=at_most).contains(&taken), "{taken} turns of {rounds} rounds each");
    }
}
