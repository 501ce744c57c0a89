//! What a vat that was given nothing can come by, whatever it tries; and what its problems tell from afar.

use audit::scopes::Level;
use harness::texts::Dice;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use vat::powers::Source;
use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Handle, Limits, Powers, ReferenceState, VatId};

/// Counts whatever of the world is touched.
#[derive(Clone, Default)]
struct Alarm(Arc<AtomicUsize>);

impl Alarm {
    fn ring(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Powers for Alarm {
    fn stdout(&mut self, _: &str) {
        self.ring();
    }
    fn stderr(&mut self, _: &str) {
        self.ring();
    }
    /// What `trace` says is for whoever watches, and no power.
    fn trace(&mut self, _: &str) {}
    fn clock_millis(&mut self) -> i64 {
        self.ring();
        0
    }
    fn entropy(&mut self, _: &mut [u8]) {
        self.ring();
    }
    fn import(&mut self, _: &str) -> Option<Source> {
        None
    }
    fn granted(&self, _: &str) -> bool {
        self.ring();
        true
    }
    fn for_vat(&self, _: &str) -> Box<dyn Powers> {
        self.ring();
        Box::new(self.clone())
    }
}

fn start(world: &mut World, vat: VatId, text: &str) -> Handle {
    let parse = syntax::parse(text);
    let mut expansion = syntax::expand(&parse.program);
    expansion.errors.splice(0..0, parse.errors);
    world.eval(vat, Evaluation::new(expansion, "guest.e"))
}

fn eval(world: &mut World, vat: VatId, text: &str) -> Handle {
    let handle = start(world, vat, text);
    while !matches!(world.run_turn().outcome, Outcome::Quiet { .. }) {}
    handle
}

/// One thing after another is asked of what is there, with what is there, and the answers are kept to be asked in
/// turn. None of them is ever something of another vat, and nothing touches the world.
#[test]
fn r30_no_call_with_any_arguments_gives_a_reference_that_was_not_given() {
    const DATA: [&str; 12] = [
        "0",
        "1",
        "-1",
        "7",
        "2 ** 70",
        "\"stdout\"",
        "\"timer\"",
        "'c'",
        "null",
        "[1, 2]",
        "[\"a\" => 1]",
        "fn x { x }",
    ];
    let safe: Vec<&str> = audit::scopes::names(Level::Safe)
        .map(|it| it.name)
        .filter(|it| !it.contains("__uri") && !it.contains("__quasi"))
        .collect();
    let alarm = Alarm::default();
    let mut asked = 0;
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let limits = Limits { turn: 100_000, heap: 1 << 22, ..Limits::default() };
        let mut world = World::new(limits);
        let crown = world.make_vat("crown", Box::new(Still::new()));
        eval(
            &mut world,
            crown,
            "var worn := false; def crown { to wear() { worn := true } }; def vat := makeVat(\"keep\")",
        );
        let guest = world.make_vat("guest", Box::new(alarm.clone()));
        world.confine(guest);
        let mut held: Vec<String> = safe.iter().map(|it| it.to_string()).collect();
        for step in 0..60 {
            let target = held[dice.below(held.len())].clone();
            let messages = world.messages(guest, &target);
            if messages.is_empty() {
                continue;
            }
            let (verb, arity) = messages[dice.below(messages.len())].clone();
            let args: Vec<String> = (0..arity)
                .map(|_| match dice.below(3) {
                    0 => held[dice.below(held.len())].clone(),
                    _ => DATA[dice.below(DATA.len())].to_string(),
                })
                .collect();
            let noun = format!("held{step}");
            let text = format!("def {noun} := E.call({target}, \"{verb}\", [{}])", args.join(", "));
            let handle = eval(&mut world, guest, &text);
            asked += 1;
            let state = world.state(handle);
            assert!(!matches!(state, ReferenceState::Far(_)), "{text}: {state:?}");
            if world.names(guest).iter().any(|it| **it == *noun) {
                held.push(noun);
            }
        }
        let worn = eval(&mut world, crown, "worn");
        assert_eq!(world.state(worn), ReferenceState::Near("false".into()));
        assert_eq!(world.vats(), 3);
    }
    assert!(asked > 1000, "only {asked} calls were made");
    assert_eq!(alarm.0.load(Ordering::Relaxed), 0, "the world was touched");
}

/// A number is not a reference, even the number by which another vat knows something.
#[test]
fn r30_what_looks_like_a_vat_or_a_bank_is_none() {
    let mut world = World::new(Limits { turn: 100_000, ..Limits::default() });
    let vat = world.make_vat("guest", Box::new(Still::new()));
    for forged in [
        "seedVat(1, \"1\")",
        "seedVat(\"<Vat main>\", \"1\")",
        "seedVat(def Vat {}, \"1\")",
        "makeVat(\"x\", 1)",
    ] {
        let handle = eval(&mut world, vat, forged);
        let problem = world.problem(handle).map(|it| it.printed).unwrap_or_default();
        assert!(problem.contains("doesn't coerce to a"), "{forged}: {problem}");
    }
    assert_eq!(world.vats(), 1);
}

/// The caller sees what went wrong, in which object and method of the other vat, and on which line of its source.
#[test]
fn a34_a_failure_in_another_vat_shows_its_message_and_its_line_at_the_caller() {
    let mut world = World::new(Limits::default());
    let (mint, shop) =
        (world.make_vat("mint", Box::new(Still::new())), world.make_vat("shop", Box::new(Still::new())));
    let source = "def mint {\n  to coin(n) {\n    return [1, 2, 3][n]\n  }\n}\nvar made := 0; def press { to coin(n) { made += 1; return mint.coin(n) } }";
    eval(&mut world, mint, source);
    world.share(mint, "press", shop);
    let handle = eval(&mut world, shop, "press <- coin(7)");
    let report = world.problem(handle).expect("it failed");
    assert_eq!(report.printed, "problem: list index 7 is out of range for size 3 list [1, 2, 3]");
    let places: Vec<(&str, &str)> = report.trace.iter().map(|it| (&*it.place, &source[it.range])).collect();
    let line = |place: &str| places.iter().find(|it| it.0 == place).map(|it| it.1);
    assert_eq!(line("__main$mint.coin/1"), Some("[1, 2, 3][n]"));
    assert_eq!(line("__main$press.coin/1"), Some("mint.coin(n)"));
    world.kill(mint, "closed");
    let later = world.problem(handle).expect("it still did");
    assert_eq!(later, report, "it can be read when the vat is gone");
}
