//! Turns that are taken back: two shops are asked for the same things; one of them is asked for others in between, in
//! turns that use more than they may. Both are the same in the end.

use crate::stage::Stage;
use harness::texts::Dice;
use vat::world::{Outcome, World};
use vat::{Limits, VatId};

/// What it can do to variables, collections, promises, others, and itself.
const SHOP: &str = r#"
    var taken := 0
    var sign := "open"
    def shelf := ["apple"].diverge()
    def prices := ["apple" => 3].diverge()
    def waiting := [].diverge()
    def told := [].diverge()
    def shop {
        to act(what, n) {
            switch (what) {
                match ==0 { taken += n }
                match ==1 { sign := `$sign $n` }
                match ==2 { shelf.push(n) }
                match ==3 { if (shelf.size() > 0) { shelf.pop() } }
                match ==4 { prices[n] := taken }
                match ==5 { prices.removeKey(n) }
                match ==6 {
                    def [letter, writer] := Ref.promise()
                    when (letter) -> { told.push([n, letter]) } catch problem { told.push([n, "lost"]) }
                    waiting.push(writer)
                }
                match ==7 { if (waiting.size() > 0) { waiting.pop().resolve(n) } }
                match ==8 { if (waiting.size() > 0) { waiting.pop().smash("torn") } }
                match ==9 { bell <- ring(n) }
                match ==10 { when (def answer := bell <- ring(n)) -> { told.push(answer) } }
                match ==11 { shop <- act(0, n) }
                match ==12 { for i in 0..300 { shelf.push([i]) }; shelf.removeRun(1); interp.gc() }
                match ==13 { timer.whenPast(timer.now() + n, fn { told.push("rang") }) }
                match _ { def late { to get() { return n } }; shelf.push(late); bell <- ring(late) }
            }
        }
        to spoil(all) { for [what, n] in all { shop.act(what, n) }; while (true) {} }
        to hoard(all) { for [what, n] in all { shop.act(what, n) }; var all := []; while (true) { all := [all] } }
        to report() {
            return [taken, sign, shelf.size(), prices.snapshot(), waiting.size(), told.snapshot()]
        }
    }"#;

struct Street {
    stage: Stage,
    vat: VatId,
}

impl Street {
    fn open(limits: Limits) -> Street {
        let mut stage = Stage::of(World::new(limits));
        let vat = stage.vat("street");
        let mut street = Street { stage, vat };
        street.run("var rung := 0; def bell { to ring(_) { return rung += 1 } }");
        street.run("def bank := makeSpaceBank(\"bank\", [\"bytes\" => 400_000, \"turn\" => 40_000])");
        street.run(&format!("def shop := seedVat(makeVat(\"shop\", bank, \"undo\"), {SHOP:?}, [=> bell])"));
        street
    }
    /// Until nothing is left to do but to wait for timers.
    fn run(&mut self, text: &str) {
        self.stage.start(self.vat, text);
        while !matches!(self.stage.turn().outcome, Outcome::Quiet { .. }) {}
    }
    fn report(&mut self) -> String {
        self.run(
            "when (def it := shop <- report()) -> { println([rung, it]) } catch problem { println(problem) }",
        );
        self.stage.lines().join("\n")
    }
}

fn act(dice: &mut Dice) -> String {
    format!("{}, {}", dice.below(15), dice.below(9))
}

#[test]
fn what_a_turn_did_that_is_taken_back_was_never_done() {
    let mut spoiled = 0;
    for seed in 0..60 {
        let limits = Limits { eager_collection: seed % 4 == 3, ..Limits::default() };
        let (mut one, mut other) = (Street::open(limits.clone()), Street::open(limits));
        let mut dice = Dice(seed);
        for _ in 0..25 {
            let wanted = format!("shop <- act({})", act(&mut dice));
            if dice.below(2) == 0 {
                let all: Vec<String> = (0..dice.below(8)).map(|_| format!("[{}]", act(&mut dice))).collect();
                let verb = ["spoil", "hoard"][dice.below(2)];
                other.run(&format!("shop <- {verb}([{}])", all.join(", ")));
                spoiled += 1;
            }
            one.run(&wanted);
            other.run(&wanted);
        }
        let expected = one.report();
        assert!(expected.starts_with('['), "{expected}");
        assert_eq!(other.report(), expected, "seed {seed}");
    }
    assert!(spoiled > 500, "{spoiled}");
}
