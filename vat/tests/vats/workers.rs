//! Vats on several threads: what holds on one holds on many, and no answer is lost. `ROUNDS=5000` plays more worlds.

use crate::ends::some_end_and_the_others_answer;
use crate::gate;
use crate::stage::Stage;
use harness::texts::Dice;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use vat::Limits;
use vat::problem::Stop;
use vat::world::{Known, Outcome, Workers, World};

fn on(workers: Workers) -> Stage {
    let mut stage = Stage::new();
    stage.workers = Some(workers);
    stage
}

fn on_threads(threads: usize) -> Stage {
    on(Workers::at_once(threads))
}

fn rounds(few: u64) -> u64 {
    std::env::var("ROUNDS").ok().and_then(|it| it.parse().ok()).unwrap_or(few)
}

/// A firm: whoever is hired hires others below, in vats of their own, and passes on what it is asked to all of them
/// and to a colleague that it was introduced to. Each order is counted once by whoever gets it.
const FIRM: &str = r#"
    def source := `
        var staff := []
        var friend := null
        var orders := 0
        def clerk {
            to hire(source, width, depth) {
                def all := [].diverge()
                for i in 1..width {
                    def new := seedVat(makeVat("clerk"), source)
                    all.push(new)
                    if (depth > 1) { new <- hire(source, width, depth - 1) }
                }
                staff := all.snapshot()
                for i => it in (staff) { it <- meet(staff[(i + 1) %% width]) }
                return staff.size()
            }
            to meet(other) { friend := other; return null }
            to greet() { orders += 1; return 1 }
            to order(n) {
                orders += 1
                def asked := [].diverge()
                for it in (staff) { asked.push(it <- order(n)) }
                if (friend != null) { asked.push(friend <- greet()) }
                return when (promiseAllFulfilled(asked.snapshot())) -> {
                    var sum := 1
                    for it in (asked) { sum += it }
                    sum
                }
            }
            to count() {
                def asked := [].diverge()
                for it in (staff) { asked.push(it <- count()) }
                return when (promiseAllFulfilled(asked.snapshot())) -> {
                    var sum := orders
                    for it in (asked) { sum += it }
                    sum
                }
            }
        }`
    def head := seedVat(makeVat("head"), source)
    null"#;

#[test]
fn no_answer_is_lost_in_worlds_of_vats_that_make_others_and_ask_them() {
    for seed in 0..rounds(150) {
        let mut dice = Dice(seed);
        let mut stage = on_threads(1 + dice.below(4));
        // Who waits for an answer may be held by nothing else, and is not garbage for that.
        let limits = Limits { eager_collection: seed % 10 == 9, ..Limits::default() };
        stage.world = World::new(limits);
        let main = stage.vat("main");
        let [width, depth, orders] = [4, 3, 6].map(|it| 1 + dice.below(it) as u64);
        stage.eval(main, &FIRM.replace("%%", "%"));
        stage.eval(
            main,
            &format!("var answers := 0; var sum := 0; head <- hire(source, {width}, {depth}); null"),
        );
        stage.eval(
            main,
            &format!("for i in 1..{orders} {{ when (def n := head <- order(i)) -> {{ answers += 1; sum += n }} }}; null"),
        );
        assert_eq!(stage.eval(main, "answers"), orders.to_string(), "seed {seed}");
        let sum = stage.eval(main, "sum");
        assert_eq!(stage.eval(main, "head <- count()"), sum, "seed {seed}");
        let clerks: u64 = (1..=depth).map(|it| width.pow(it as u32)).sum();
        // Who has a colleague greets it once an order.
        assert_eq!(sum, ((1 + 2 * clerks) * orders).to_string(), "seed {seed}: {width} wide, {depth} deep");
        assert_eq!(stage.world.vats() as u64, 2 + clerks);
        if seed % 8 == 0 {
            for it in stage.world.all_vats() {
                stage.world.collect(it);
            }
            stage.settle();
            for it in stage.world.all_vats() {
                let Known { questions, answers, .. } = stage.world.known(it);
                assert_eq!((questions, answers), (0, 0), "seed {seed}");
            }
        }
    }
}

/// Sends on a promise, and passes it on, while it is being resolved to an object of a third vat.
#[test]
fn order_holds_while_promises_are_resolved_on_other_threads() {
    for seed in 0..rounds(100) {
        let mut stage = on_threads(1 + seed as usize % 4);
        let (mint, alice, bob, carol) =
            (stage.vat("mint"), stage.vat("alice"), stage.vat("bob"), stage.vat("carol"));
        stage.eval(mint, gate::MINT);
        stage.eval(carol, gate::CAROL);
        stage.eval(bob, gate::BOB);
        stage.world.share(mint, "gate", alice);
        stage.world.share(mint, "opener", alice);
        stage.world.share(bob, "friend", alice);
        stage.world.share(carol, "log", alice);
        let before = seed % 5;
        stage.eval(alice, &gate::alice(before, 40));
        gate::check(&stage.lines(), before, 40, &format!("seed {seed}"));
        stage.forgets(&format!("{:?}", stage.workers));
    }
}

#[test]
fn a_chain_of_sends_to_answers_comes_to_its_end() {
    let mut stage = on_threads(3);
    let (mint, alice) = (stage.vat("mint"), stage.vat("alice"));
    stage.eval(mint, "var calls := 0; def link { to next() { calls += 1; return link } }");
    stage.world.share(mint, "link", alice);
    assert_eq!(stage.eval(alice, "var p := link; for i in 1..10_000 { p := p <- next() }; p"), "<Far ref>");
    assert_eq!(stage.eval(mint, "calls"), "10000");
    stage.forgets(&format!("{:?}", stage.workers));
}

#[test]
fn the_end_of_vats_among_working_threads_disturbs_no_other() {
    for seed in 0..rounds(20) {
        let mut stage = on_threads(1 + seed as usize % 4);
        some_end_and_the_others_answer(&mut stage, 60, &format!("seed {seed}"));
        stage.forgets(&format!("{:?}", stage.workers));
    }
}

/// Who asks what a bank pays for is told of vats that lie still, whatever the others do.
#[test]
fn banks_are_looked_into_and_destroyed_while_other_vats_work() {
    for seed in 0..rounds(20) {
        let mut stage = on_threads(1 + seed as usize % 4);
        let main = stage.vat("main");
        stage.eval(
            main,
            r#"def source := "var left := 0; def mill { to grind(n) { left := n; mill <- go(); return n } to go() { if ((left -= 1) > 0) { mill <- go() }; return left } to left() { return left } }"
               def plot := makeSpaceBank("plot", ["bytes" => 5_000_000])
               def tenants := [].diverge()
               def others := [].diverge()
               for i in 1..5 { tenants.push(seedVat(makeVat("tenant", plot), source)) }
               for i in 1..5 { others.push(seedVat(makeVat("other"), source)) }
               var ground := 0
               var evicted := 0
               null"#,
        );
        stage.eval(
            main,
            r#"for it in (tenants.snapshot() + others.snapshot()) { when (it <- grind(300)) -> { ground += 1 } }
               def before := plot.usage()
               when (before) -> {
                   plot.destroy("the lease is over")
                   for it in (tenants) { when (it <- left()) -> { null } catch _ { evicted += 1 } }
               }
               null"#,
        );
        assert_eq!(stage.eval(main, "[ground, evicted, before[\"vats\"]]"), "[10, 5, 5]", "seed {seed}");
        assert_eq!(stage.eval(main, "others[4] <- left()"), "0");
        assert_eq!(stage.world.vats(), 6);
    }
}

/// Turns are counted, not time: on one thread it is the workers' own line that is looked at.
#[test]
fn a_vat_that_sends_to_itself_for_ever_starves_no_other() {
    for threads in 1..=4 {
        let mut stage = on_threads(threads);
        let (main, glutton) = (stage.vat("main"), stage.vat("glutton"));
        stage.eval(
            glutton,
            "var full := false
             var turns := 0
             def glutton { to eat() { turns += 1; if (!full) { glutton <- eat() } } to stop() { full := true; return turns } }",
        );
        stage.world.share(glutton, "glutton", main);
        stage.eval(
            main,
            "def source := `def modest { to work(left) { return if (left == 0) { 1 } else { modest <- work(left - 1) } } }; var n := 0; def it { to work(left) { n += 1; return modest.work(left) } }`
             def all := [].diverge()
             for i in 1..20 { all.push(seedVat(source)[0]) }
             null",
        );
        let before = stage.world.turns();
        stage.eval(
            main,
            "glutton <- eat()
             def worked := [].diverge()
             for it in (all) { worked.push(it <- work(200)) }
             def eaten := when (promiseAllFulfilled(worked.snapshot())) -> { glutton <- stop() }
             null",
        );
        let eaten: u64 = stage.eval(main, "eaten").parse().expect("a number of turns");
        let others = stage.world.turns() - before - eaten;
        assert!(others > 20 * 200, "{others}");
        if threads == 1 {
            // Twenty others had as many turns as it, each.
            assert!(eaten < others / 10, "{eaten} of its turns, {others} of others");
        }
    }
}

#[test]
fn an_interrupt_stops_all_threads_and_loses_nothing() {
    let mut stage = on_threads(2);
    let (main, other, third) = (stage.vat("main"), stage.vat("other"), stage.vat("third"));
    stage.eval(other, "var n := 0; def counter { to next() { return n += 1 } }");
    stage.world.share(other, "counter", main);
    let endless = [main, third].map(|it| stage.start(it, "while (true) {}"));
    let interrupt = stage.world.interrupt();
    let over = Arc::new(AtomicBool::new(false));
    let done = over.clone();
    let stopper = std::thread::spawn(move || {
        while !done.load(Ordering::Relaxed) {
            interrupt.raise();
            std::thread::yield_now();
        }
    });
    while endless.iter().any(|it| stage.world.evaluated(*it).is_none()) {
        assert_eq!(stage.turn().outcome, Outcome::Stopped(Stop::Interrupted));
    }
    over.store(true, Ordering::Relaxed);
    stopper.join().expect("it ends");
    stage.world.interrupt().take();
    assert_eq!(stage.eval(main, "for i in 1..1000 { counter <- next() }; counter <- next()"), "1001");
}

#[test]
fn small_programs_and_those_that_are_written_down_have_one_order() {
    let text = "def source := `var n := 0; def shop { to sell() { n += 1; println(n); return n } }`
         def shops := [].diverge()
         for i in 1..30 { shops.push(seedVat(source)[0]) }
         for i in 1..3 { for it in (shops) { it <- sell() } }
         null";
    let mut printed = Vec::new();
    for workers in [Workers::new(4), Workers::new(1), Workers::at_once(4)] {
        let mut stage = on(workers);
        let main = stage.vat("main");
        stage.world.log_messages();
        stage.eval(main, text);
        printed.push(stage.lines());
    }
    assert_eq!(printed[0].len(), 90);
    assert!(printed.iter().all(|it| *it == printed[0]));
}
