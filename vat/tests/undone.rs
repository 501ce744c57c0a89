//! Turns that are taken back: two shops are asked for the same things; one of them is asked for others in between, in
//! turns that use more than they may. Both are the same in the end.

use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Limits, VatId};

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n.max(1)
    }
}

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

struct Stage {
    world: World,
    street: VatId,
    out: Still,
}

impl Stage {
    fn open(limits: Limits) -> Stage {
        let (mut world, out) = (World::new(limits), Still::new());
        let street = world.make_vat("street", Box::new(out.clone()));
        let mut stage = Stage { world, street, out };
        stage.eval("var rung := 0; def bell { to ring(_) { return rung += 1 } }");
        stage.eval("def bank := makeSpaceBank(\"bank\", [\"bytes\" => 400_000, \"turn\" => 40_000])");
        stage.eval(&format!("def shop := seedVat(makeVat(\"shop\", bank, \"undo\"), {SHOP:?}, [=> bell])"));
        stage
    }
    /// Until nothing is left to do.
    fn eval(&mut self, text: &str) {
        let parse = syntax::parse(text);
        self.world.eval(self.street, Evaluation::new(syntax::expand(&parse.program), "street"));
        while !matches!(self.world.run_turns(256).outcome, Outcome::Quiet { .. }) {}
    }
    fn report(&mut self) -> String {
        self.eval(
            "when (def it := shop <- report()) -> { println([rung, it]) } catch problem { println(problem) }",
        );
        self.out.take_stdout()
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
        let (mut one, mut other) = (Stage::open(limits.clone()), Stage::open(limits));
        let mut dice = Dice(seed);
        for _ in 0..25 {
            let wanted = format!("shop <- act({})", act(&mut dice));
            if dice.below(2) == 0 {
                let all: Vec<String> = (0..dice.below(8)).map(|_| format!("[{}]", act(&mut dice))).collect();
                let verb = ["spoil", "hoard"][dice.below(2) as usize];
                other.eval(&format!("shop <- {verb}([{}])", all.join(", ")));
                spoiled += 1;
            }
            one.eval(&wanted);
            other.eval(&wanted);
        }
        let expected = one.report();
        assert!(expected.starts_with('['), "{expected}");
        assert_eq!(other.report(), expected, "seed {seed}");
    }
    assert!(spoiled > 500, "{spoiled}");
}
