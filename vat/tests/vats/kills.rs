//! Vats killed at random under load: what one survivor has acknowledged to another is there, once and in order.
//!
//! `cargo xtask kills --minutes 5` goes on for so long; by itself it kills a hundred or so (`KILLS`).

use harness::texts::Dice;
use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Handle, Limits, ReferenceState, VatId};

/// Keeps what it is sent, by who sent it, and acknowledges it. Sends numbers to its friends, in order, and keeps
/// those that were acknowledged. It can also be asked to do what ends it.
const CLERK: &str = r#"
fn me {
    def kept := [].asMap().diverge()
    def acknowledged := [].asMap().diverge()
    var friends := []
    var next := 0
    def clerk {
        to meet(all) { friends := all; for at => _ in all { kept.put(at, [].diverge()); acknowledged.put(at, [].diverge()) } }
        to take(from, number) { if (number >= 0) { kept[from].push(number) }; return number }
        to work(rounds) {
            for at => friend in friends {
                def number := next
                next += 1
                Ref.whenResolvedOnly(friend <- take(me, number), fn it { if (Ref.isNear(it)) { acknowledged[at].push(it) } })
            }
            if (rounds > 0) { clerk <- work(rounds - 1) }
        }
        to loop() { while (true) {} }
        to hoard() { var all := []; while (true) { all := [all] } }
        to dig() { return 1 + clerk.dig() }
        to flood() { for _ in 1..1_000_000 { clerk <- loop() } }
        to promise() { var all := []; for _ in 1..1_000_000 { all with= Ref.promise() }; return all }
        to fumble(dead) {
            def [word, resolver] := Ref.promise()
            resolver.resolve(1)
            when (dead <- take(me, -2)) -> { throw("in the block") } catch _ { throw("in the catch") } finally { throw("in the finally") }
            when (word) -> { resolver.resolve(2) } finally { throw("again") }
        }
        to quit() { currentVat.orderlyShutdown("quit"); for it in friends { it <- take(me, -1) } }
        to kept(from) { return kept[from].snapshot() }
        to acknowledged(at) { return acknowledged[at].snapshot() }
    }
}"#;

const CLERKS: usize = 12;

struct Office {
    world: World,
    head: VatId,
    /// The vats of the clerks that nobody has ended yet.
    alive: Vec<usize>,
}

impl Office {
    fn open() -> Office {
        let mut world = World::new(Limits { turn: 3_000_000, ..Limits::default() });
        let head = world.make_vat("head", Box::new(Still::new()));
        let mut office = Office { world, head, alive: (0..CLERKS).collect() };
        office.eval(&format!(
            "def bank := makeSpaceBank(\"office\", [\"turn\" => 300_000]); def source := {CLERK:?}"
        ));
        office.eval(
            "def hire(me) { def allowance := bank.makeSubBank(`clerk $me`, [\"bytes\" => 1_000_000])
                            return seedVat(makeVat(`clerk $me`, allowance), source) <- run(me) }",
        );
        office.eval(&format!("var all := []; for me in 0..!{CLERKS} {{ all with= hire(me) }}; def clerks := promiseAllFulfilled(all)"));
        office.settle();
        office.eval("for it in clerks { it <- meet(clerks) }");
        office.settle();
        office
    }

    fn eval(&mut self, text: &str) -> Handle {
        let parse = syntax::parse(text);
        let mut expansion = syntax::expand(&parse.program);
        expansion.errors.splice(0..0, parse.errors);
        self.world.eval(self.head, Evaluation::new(expansion, "office"))
    }

    fn settle(&mut self) {
        while !matches!(self.world.run_turn().outcome, Outcome::Quiet { .. }) {}
    }

    fn numbers(&mut self, text: &str) -> Vec<i64> {
        let handle = self.eval(text);
        self.settle();
        let ReferenceState::Near(printed) = self.world.state(handle) else {
            panic!("{text}: {:?}", self.world.state(handle))
        };
        let inner = printed.trim_matches(['[', ']']);
        inner.split(", ").filter(|it| !it.is_empty()).map(|it| it.parse().expect("a number")).collect()
    }

    /// Ends a clerk's vat, one way or another, in the middle of what is going on.
    fn kill(&mut self, dice: &mut Dice) {
        let at = self.alive.swap_remove(dice.below(self.alive.len()));
        match dice.below(7) {
            // The head has the first number, and the clerks those after it, in the order they were made.
            0 => self.world.kill(VatId(self.head.0 + 1 + at as u32), "struck down"),
            1 => drop(self.eval(&format!("clerks[{at}] <- loop()"))),
            2 => drop(self.eval(&format!("clerks[{at}] <- hoard()"))),
            3 => drop(self.eval(&format!("clerks[{at}] <- flood()"))),
            4 => drop(self.eval(&format!("clerks[{at}] <- promise()"))),
            5 => drop(self.eval(&format!("clerks[{at}] <- dig(); clerks[{at}] <- quit()"))),
            _ => drop(self.eval(&format!("clerks[{at}] <- quit()"))),
        }
    }

    /// Some turns, of vats drawn by lot.
    fn shuffle(&mut self, dice: &mut Dice, turns: usize) {
        for _ in 0..turns {
            let vat = VatId(self.head.0 + dice.below(CLERKS + 1) as u32);
            if matches!(self.world.run_turn_of(vat).outcome, Outcome::Quiet { .. }) {
                self.world.run_turn();
            }
        }
    }
}

#[test]
fn no_acknowledged_message_between_survivors_is_lost_whoever_is_killed() {
    let wanted = std::env::var("KILLS").ok().and_then(|it| it.parse().ok()).unwrap_or(120);
    let first = std::env::var("SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(1);
    let (mut kills, mut seed, mut checked) = (0, first, 0);
    while kills < wanted {
        let mut dice = Dice(seed);
        seed += 1;
        let mut office = Office::open();
        office.eval("for it in clerks { it <- work(30) }");
        while office.alive.len() > CLERKS / 2 {
            let turns = dice.below(400);
            office.shuffle(&mut dice, turns);
            office.kill(&mut dice);
            kills += 1;
            // Whoever is left makes mistakes: sends to the dead, throws in every handler, resolves twice.
            office.eval("for dead in clerks { for it in clerks { it <- fumble(dead) } }");
        }
        office.settle();
        assert_eq!(office.world.vats(), 1 + office.alive.len(), "who was killed is gone, and nobody else");
        let alive = office.alive.clone();
        for from in &alive {
            for to in &alive {
                let kept = office.numbers(&format!("clerks[{to}] <- kept({from})"));
                let acknowledged = office.numbers(&format!("clerks[{from}] <- acknowledged({to})"));
                // Everybody could finish, so all that was kept was also acknowledged.
                assert_eq!(kept, acknowledged, "from {from} to {to}, seed {}", seed - 1);
                assert!(
                    kept.is_sorted_by(|a, b| a < b),
                    "from {from} to {to}: out of order, or twice: {kept:?}"
                );
                assert_eq!(kept.len(), 31, "from {from} to {to}: {kept:?}");
                checked += kept.len();
            }
        }
    }
    println!("{kills} vats killed, {checked} acknowledged messages of survivors looked at");
    assert!(checked > 10_000, "only {checked} messages were looked at");
}
