//! E-order over many schedules: what was sent first on a reference, and on references forked from it, arrives
//! first, whichever vat's turn comes when.

use harness::texts::Dice;
use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Limits, VatId};

struct Stage {
    world: World,
    vats: Vec<VatId>,
    log: Still,
}

/// Three vats: the mint's keeps the log, alice sends, bob gets what alice forks.
fn stage() -> Stage {
    let mut world = World::new(Limits::default());
    let log = Still::new();
    let vats = vec![
        world.make_vat("mint", Box::new(log.clone())),
        world.make_vat("alice", Box::new(Still::new())),
        world.make_vat("bob", Box::new(Still::new())),
    ];
    Stage { world, vats, log }
}

impl Stage {
    fn eval(&mut self, vat: usize, text: &str) {
        let parse = syntax::parse(text);
        let expansion = syntax::expand(&parse.program);
        self.world.eval(self.vats[vat], Evaluation::new(expansion, "stage"));
    }

    fn settle(&mut self) {
        while self.world.run_turn().outcome == Outcome::Turned {}
    }

    /// Turns of vats drawn by lot, until there are none.
    fn shuffle(&mut self, dice: &mut Dice) {
        loop {
            let vat = self.vats[dice.below(self.vats.len())];
            if self.world.run_turn_of(vat).outcome == Outcome::Turned {
                continue;
            }
            if self.world.run_turn().outcome != Outcome::Turned {
                return;
            }
        }
    }

    fn logged(&self) -> Vec<String> {
        self.log.take_stdout().lines().map(str::to_string).collect()
    }
}

/// The mint's: a gate, who can say what it is, and a log.
const GATE: &str =
    "var n := 0; def [gate, resolver] := Ref.promise(); def log { to run(x) { n += 1; println(x) } }";

/// The lines that begin with `who`, in the order in which they were logged.
fn of<'a>(lines: &'a [String], who: &str) -> Vec<&'a str> {
    lines.iter().map(String::as_str).filter(|it| it.starts_with(who)).collect()
}

#[test]
fn what_is_sent_on_a_promise_keeps_its_order_whenever_it_is_resolved() {
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let mut stage = stage();
        let (mint, alice, bob) = (stage.vats[0], stage.vats[1], stage.vats[2]);
        // The promise is the mint's; so is what it will be resolved to, or it is bob's.
        stage.eval(0, GATE);
        stage.settle();
        stage.world.share(mint, "gate", alice);
        stage.world.share(mint, "log", bob);
        stage.settle();
        stage.eval(2, "def relay { to run(x) { log <- run(x) } }");
        stage.settle();
        stage.world.share(bob, "relay", mint);
        let to_bob = dice.below(2) == 0;
        let resolve_after = dice.below(4);
        for n in 0..4 {
            if n == resolve_after {
                stage.eval(0, if to_bob { "resolver.resolve(relay)" } else { "resolver.resolve(log)" });
            }
            stage.eval(1, &format!("gate <- run(`alice {n}`)"));
            if dice.below(2) == 0 {
                let vat = stage.vats[dice.below(3)];
                stage.world.run_turn_of(vat);
            }
        }
        stage.shuffle(&mut dice);
        let lines = stage.logged();
        assert_eq!(of(&lines, "alice"), ["alice 0", "alice 1", "alice 2", "alice 3"], "seed {seed}");
    }
}

#[test]
fn what_was_sent_before_a_fork_arrives_before_what_the_fork_sends() {
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let mut stage = stage();
        let (mint, alice, bob) = (stage.vats[0], stage.vats[1], stage.vats[2]);
        stage.eval(0, GATE);
        stage.eval(2, "var heard := 0; def friend { to meet(it) { heard += 1; it <- run(`bob ${heard}`) } }");
        stage.settle();
        stage.world.share(mint, "gate", alice);
        stage.world.share(bob, "friend", alice);
        stage.settle();
        let resolve_first = dice.below(2) == 0;
        if resolve_first {
            stage.eval(0, "resolver.resolve(log)");
        }
        stage.eval(
            1,
            "gate <- run(`alice 1`); friend <- meet(gate); gate <- run(`alice 2`); friend <- meet(gate)",
        );
        if !resolve_first {
            stage.eval(0, "resolver.resolve(log)");
        }
        stage.shuffle(&mut dice);
        let lines = stage.logged();
        let at = |line: &str| lines.iter().position(|it| it == line).expect("it was logged");
        assert_eq!(lines.len(), 4, "seed {seed}");
        assert!(at("alice 1") < at("alice 2") && at("bob 1") < at("bob 2"), "seed {seed}: {lines:?}");
        assert!(at("alice 1") < at("bob 1") && at("alice 2") < at("bob 2"), "seed {seed}: {lines:?}");
    }
}
