//! Vats on several threads: what holds on one holds on many.
#![cfg(feature = "host")]

use vat::powers::still::Still;
use vat::problem::Stop;
use vat::world::{Evaluation, Known, Outcome, World};
use vat::{Handle, Limits, ReferenceState, VatId};

struct Stage {
    world: World,
    out: Still,
    workers: usize,
}

impl Stage {
    fn new(workers: usize) -> Stage {
        Stage { world: World::new(Limits::default()), out: Still::new(), workers }
    }
    fn vat(&mut self, name: &str) -> VatId {
        self.world.make_vat(name, Box::new(self.out.clone()))
    }
    fn start(&mut self, vat: VatId, text: &str) -> Handle {
        let parse = syntax::parse(text);
        let mut expansion = syntax::expand(&parse.program);
        expansion.errors.splice(0..0, parse.errors);
        self.world.eval(vat, Evaluation::new(expansion, "stage"))
    }
    fn eval(&mut self, vat: VatId, text: &str) -> String {
        let it = self.start(vat, text);
        assert_eq!(self.world.run_on(self.workers), Outcome::Quiet { wake_in: None });
        match self.world.state(it) {
            ReferenceState::Near(it) | ReferenceState::Far(it) => it,
            other => panic!("{text}: {other:?}"),
        }
    }
    fn lines(&self) -> Vec<String> {
        self.out.take_stdout().lines().map(str::to_string).collect()
    }
}

const SHOPS: &str = "
    def source := `
        var sold := 0
        def shop {
            to sell(n) { return sold += n }
            to partner(other) { return other <- sell(1) }
        }`
    def shops := [].diverge()
    for i in 1..200 { shops.push(seedVat(makeVat(`shop $i`), source)) }";

#[test]
fn what_many_vats_answer_on_several_threads_is_what_they_answer_on_one() {
    for workers in [1, 2, 4] {
        let mut stage = Stage::new(workers);
        let main = stage.vat("main");
        stage.eval(main, SHOPS);
        stage.eval(
            main,
            "var sum := 0
             for round in 1..20 {
                 for i => it in (shops) {
                     when (def n := it <- sell(1)) -> { sum += 1 }
                     when (it <- partner(shops[(i + round) % 200])) -> { sum += 1 }
                 }
             }",
        );
        assert_eq!(stage.eval(main, "sum"), "8000", "{workers} workers");
        stage.eval(
            main,
            "var sold := 0; for it in (shops) { when (def n := it <- sell(0)) -> { sold += n } }",
        );
        assert_eq!(stage.eval(main, "sold"), "8000", "{workers} workers");
        assert_eq!(stage.world.vats(), 201);
    }
}

/// Sends on a promise, and passes it on, while another thread resolves it to an object of a third vat.
#[test]
fn order_holds_while_promises_are_resolved_on_other_threads() {
    for seed in 0..60 {
        let mut stage = Stage::new(2 + seed % 3);
        let (mint, alice, bob, carol) =
            (stage.vat("mint"), stage.vat("alice"), stage.vat("bob"), stage.vat("carol"));
        stage.eval(mint, "def [gate, resolver] := Ref.promise(); var n := 0; def opener { to open(it) { n += 1; resolver.resolve(it) } }");
        stage.eval(carol, "var n := 0; def log { to run(x) { n += 1; println(x) } }");
        stage.eval(bob, "var n := 0; def friend { to meet(it) { n += 1; it <- run(`bob $n`) } }");
        stage.world.share(mint, "gate", alice);
        stage.world.share(mint, "opener", alice);
        stage.world.share(bob, "friend", alice);
        stage.world.share(carol, "log", alice);
        let before = seed % 5;
        stage.eval(
            alice,
            &format!(
                "for i in 0..!{before} {{ gate <- run(`alice $i`) }}
                 opener <- open(log)
                 def go(i) {{
                     gate <- run(`alice $i`)
                     if (i % 3 == 0) {{ friend <- meet(gate); gate <- run(`after $i`) }}
                     if (i < 40) {{ go <- run(i + 1) }}
                 }}
                 go({before})"
            ),
        );
        let lines = stage.lines();
        let of = |who: &str| -> Vec<usize> {
            let it = lines.iter().filter_map(|it| it.strip_prefix(who)?.trim().parse().ok());
            it.collect()
        };
        assert_eq!(of("alice"), (0..=40).collect::<Vec<_>>(), "seed {seed}: {lines:?}");
        // Bob is handed a reference anew each time: all that he sends arrives, and each behind what was sent before he
        // was handed his. Among those references there is no order.
        let mut met = of("bob");
        met.sort_unstable();
        assert_eq!(met, (1..=met.len()).collect::<Vec<_>>(), "seed {seed}: {lines:?}");
        let at = |line: String| lines.iter().position(|it| *it == line).expect("it was logged");
        for (n, i) in (before..=40).filter(|it| it % 3 == 0).enumerate() {
            assert!(at(format!("alice {i}")) < at(format!("bob {}", n + 1)), "seed {seed}: {lines:?}");
        }
    }
}

#[test]
fn a_chain_of_sends_to_answers_comes_to_its_end() {
    let mut stage = Stage::new(3);
    let (mint, alice) = (stage.vat("mint"), stage.vat("alice"));
    stage.eval(mint, "var calls := 0; def link { to next() { calls += 1; return link } }");
    stage.world.share(mint, "link", alice);
    assert_eq!(stage.eval(alice, "var p := link; for i in 1..10_000 { p := p <- next() }; p"), "<Far ref>");
    assert_eq!(stage.eval(mint, "calls"), "10000");
    for it in ["p", "link"] {
        stage.world.forget(alice, it);
    }
    [alice, mint, alice, mint].into_iter().for_each(|it| stage.world.collect(it));
    let known = stage.world.known(mint);
    assert_eq!((known.questions, known.answers), (0, 0));
    assert_eq!(stage.world.known(alice).questions, 0);
}

#[test]
fn the_end_of_vats_among_working_threads_disturbs_no_other() {
    let mut stage = Stage::new(3);
    let main = stage.vat("main");
    stage.eval(main, "var answered := 0; var gone := 0");
    stage.eval(
        main,
        "for i in 1..300 {
             def vat := makeVat(`worker $i`)
             def worker := seedVat(vat, \"var n := 0; def worker { to work() { for i in 1..50 { n += i }; return n } }\")
             for j in 1..5 { when (worker <- work()) -> { answered += 1 } catch _ { gone += 1 } }
             if (i % 10 == 0) { when (worker <- work()) -> { vat.orderlyShutdown(null); when (worker <- work()) -> {} catch _ { gone += 1 } } }
         }",
    );
    assert_eq!(stage.eval(main, "answered"), "1500");
    assert_eq!(stage.eval(main, "gone"), "30");
    assert_eq!(stage.world.vats(), 271);
    assert_eq!(stage.world.known(main), Known { questions: 0, ..stage.world.known(main) });
}

#[test]
fn an_interrupt_stops_all_threads_and_loses_nothing() {
    let mut stage = Stage::new(2);
    let (main, other) = (stage.vat("main"), stage.vat("other"));
    stage.eval(other, "var n := 0; def counter { to next() { return n += 1 } }");
    stage.world.share(other, "counter", main);
    stage.start(main, "for i in 1..1000 { counter <- next() }");
    let endless = stage.start(main, "while (true) {}");
    let interrupt = stage.world.interrupt();
    let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let over = done.clone();
    let stopper = std::thread::spawn(move || {
        while !over.load(std::sync::atomic::Ordering::Relaxed) {
            interrupt.raise();
            std::thread::yield_now();
        }
    });
    // The flag may stop the counting first: then that is lost with its turn.
    while stage.world.evaluated(endless).is_none() {
        assert_eq!(stage.world.run_on(2), Outcome::Stopped(Stop::Interrupted));
    }
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    stopper.join().expect("it ends");
    stage.world.interrupt().take();
    assert_eq!(stage.eval(main, "1 + 1"), "2");
}
