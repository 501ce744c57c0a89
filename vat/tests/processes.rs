//! Two worlds and the line between them, without a process: what goes over, what does not, and what a liar on the
//! other end achieves.

use harness::texts::Dice;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use vat::powers::Line;
use vat::powers::still::Still;
use vat::world::{Evaluation, Hosted, Outcome, World};
use vat::{Limits, ReferenceState, VatId};

/// One direction of a line.
type Way = Arc<Mutex<VecDeque<Vec<u8>>>>;

struct End {
    out: Way,
    input: Way,
}

impl Line for End {
    fn send(&mut self, frame: Vec<u8>) {
        self.out.lock().unwrap().push_back(frame);
    }
    fn unsent(&self) -> u64 {
        self.out.lock().unwrap().iter().map(|it| it.len() as u64).sum()
    }
    fn receive(&mut self) -> Result<Option<Vec<u8>>, String> {
        Ok(self.input.lock().unwrap().pop_front())
    }
}

/// A world with a vat `here`, and another with one vat that the first knows as `there`.
struct Two {
    near: World,
    here: VatId,
    there: VatId,
    out: Still,
    far: World,
    to_far: Way,
    to_near: Way,
}

impl Two {
    /// `source` is what the program of the far vat gives; the near one calls it `it`.
    fn with(source: &str) -> Two {
        let (to_far, to_near) = (Way::default(), Way::default());
        let mut near = World::new(Limits::default());
        let out = Still::new();
        let here = near.make_vat("here", Box::new(out.clone()));
        let line = End { out: to_far.clone(), input: to_near.clone() };
        let there = near.host_vat("there", Box::new(out.clone()), Box::new(line));
        let order =
            Hosted::from_bytes(&near.order("there").to_bytes()).expect("what was written can be read");
        let line = End { out: to_near.clone(), input: to_far.clone() };
        let far = World::of_hosted(&order, Box::new(line), Box::new(Still::new()));
        let mut two = Two { near, here, there, out, far, to_far, to_near };
        two.near.seed_process(two.there, two.here, "it", source);
        two.settle();
        two
    }

    fn near_turns(&mut self) {
        while !matches!(self.near.run_turn().outcome, Outcome::Quiet { .. }) {}
    }

    fn far_turns(&mut self) {
        while !matches!(self.far.run_turn().outcome, Outcome::Quiet { .. }) {}
        self.far.say_idle();
    }

    fn settle(&mut self) {
        loop {
            self.near_turns();
            if self.to_far.lock().unwrap().is_empty() {
                break;
            }
            self.far_turns();
        }
    }

    /// What a program of the near vat gives, printed, once it is settled.
    fn ask(&mut self, text: &str) -> String {
        let parse = syntax::parse(text);
        assert_eq!(parse.errors, [], "{text}");
        let handle = self.near.eval(self.here, Evaluation::new(syntax::expand(&parse.program), "asked"));
        self.settle();
        match self.near.state(handle) {
            ReferenceState::Near(it)
            | ReferenceState::Far(it)
            | ReferenceState::Broken(it)
            | ReferenceState::Promise(it) => it,
        }
    }
}

const TELLER: &str = "
    var balance := 0
    def purse { to deposit(n) { return balance += n } to balance() { return balance } }
    def teller {
        to purse() { return purse }
        to back(it) { return it }
        to call(it, n) { return it(n) }
        to send(it, n) { return it <- run(n) }
        to fail() { throw(\"only 5 coins are here\") }
        to state(it) { return Ref.state(it) }
        to promise() { return Ref.promise()[0] }
    }";

#[test]
fn o17_three_dependent_sends_to_another_process_cost_one_round_trip() {
    let mut two = Two::with(TELLER);
    let parse = syntax::parse("it <- purse() <- deposit(5) <- add(10)");
    let asked = two.near.eval(two.here, Evaluation::new(syntax::expand(&parse.program), "asked"));
    two.near_turns();
    assert!(two.near.is_pending(asked));
    two.far_turns();
    two.near_turns();
    assert_eq!(two.near.state(asked), ReferenceState::Near("15".into()));
}

#[test]
fn o12_the_same_program_says_the_same_of_a_vat_here_and_one_in_another_process() {
    const PROGRAM: &str = "
        def log := [].diverge()
        def note(what) { return fn it { log.push([what, Ref.state(it), if (Ref.isBroken(it)) { \"broken\" } else { it }]) } }
        def purse := it <- purse()
        for n in 1..5 { Ref.whenResolved(purse <- deposit(n), note(n)) }
        Ref.whenResolved(it <- fail(), note(\"fail\"))
        Ref.whenResolved(it <- fail() <- more(), note(\"more\"))
        Ref.whenResolved(it <- send(fn n { n * 2 }, 15), note(\"doubled\"))
        def [p, r] := Ref.promise()
        Ref.whenResolved(it <- back(p), note(\"back\")); Ref.whenResolved(p <- add(1), note(\"p\")); r.resolve(41)";
    const LOG: &str =
        "def sorted := log.snapshot().sort(fn a, b { E.toQuote(a).op__cmp(E.toQuote(b)) }); sorted";
    let mut two = Two::with(TELLER);
    two.ask(PROGRAM);
    let over_the_line = two.ask(LOG);
    let mut one = World::new(Limits::default());
    let here = one.make_vat("here", Box::new(Still::new()));
    let eval = |world: &mut World, text: &str| {
        let it = world.eval(here, Evaluation::new(syntax::expand(&syntax::parse(text).program), "asked"));
        while !matches!(world.run_turn().outcome, Outcome::Quiet { .. }) {}
        world.state(it)
    };
    eval(&mut one, &format!("def it := seedVat(makeVat(\"there\"), {TELLER:?})"));
    eval(&mut one, PROGRAM);
    assert_eq!(eval(&mut one, LOG), ReferenceState::Near(over_the_line.clone()));
    assert!(over_the_line.contains("[\"doubled\", \"NEAR\", 30]"), "{over_the_line}");
}

#[test]
fn what_is_referred_to_from_afar_is_let_go_of_on_both_sides() {
    let mut two = Two::with(TELLER);
    two.ask("for _ in 1..50 { it <- back(fn n { n }); it <- promise() }");
    two.ask("interp.gc()");
    for _ in 0..4 {
        two.near.collect(two.here);
        two.near.collect(two.there);
        two.settle();
        for vat in two.far.all_vats() {
            two.far.collect(vat);
        }
        two.far_turns();
        two.settle();
    }
    let (here, there) = (two.near.known(two.here), two.near.known(two.there));
    assert!(here.exports < 5 && there.exports < 5, "{here:?}, {there:?}");
    assert_eq!(two.ask("it <- purse() <- deposit(5)"), "5");
}

#[test]
fn what_can_be_made_up_stays_and_what_is_data_goes() {
    let mut two = Two::with(TELLER);
    two.ask("def [sealer, unsealer] := <elib:sealing.makeBrand>.pair(\"Carol\")");
    two.ask("def shares as DeepFrozen { to run() { return unsealer } }");
    two.ask("def till := makeSpaceBank(\"till\", [\"bytes\" => 10 ** 6])");
    for it in ["sealer", "unsealer", "sealer.seal(1)", "till", "println", "makeVat", "[].diverge()"] {
        assert_eq!(two.ask(&format!("it <- state({it})")), "\"EVENTUAL\"", "{it}");
        if !it.contains("diverge") && !it.contains("seal(") {
            assert_eq!(
                two.ask(&format!("def back := it <- back({it}); when (back) -> {{ back == {it} }}")),
                "true",
                "{it}"
            );
        }
    }
    let double = "{ def double as DeepFrozen { to run(n) { return 2 * n } } }";
    for it in [
        "1",
        "\"gold\"",
        "10 ** 40",
        "[1, [2]]",
        "[\"a\" => 'c']",
        "[1, 2].asSet()",
        "int",
        "List[int]",
        double,
    ] {
        assert_eq!(two.ask(&format!("it <- state({it})")), "\"NEAR\"", "{it}");
    }
    // A power that comes home is used here.
    two.ask("it <- send(println, \"from afar\")");
    assert_eq!(two.out.take_stdout(), "from afar\n");
}

#[test]
fn a_process_that_never_reads_is_sent_no_more_than_there_is_room_for() {
    let mut two = Two::with(TELLER);
    let text = "def text := \"x\" * 10 ** 6; var all := []; for _ in 1..100 { all with= it <- back(text) }";
    let parse = syntax::parse(text);
    two.near.eval(two.here, Evaluation::new(syntax::expand(&parse.program), "asked"));
    two.near_turns();
    let unsent: usize = two.to_far.lock().unwrap().iter().map(Vec::len).sum();
    assert!((64 << 20..66 << 20).contains(&unsent), "{unsent} bytes wait");
    let count = "var broken := 0; for it in all { if (Ref.isBroken(it)) { broken += 1 } }; broken";
    let refused =
        two.near.eval(two.here, Evaluation::new(syntax::expand(&syntax::parse(count).program), "asked"));
    two.near_turns();
    assert_eq!(two.near.state(refused), ReferenceState::Near("32".into()));
}

/// A process that says anything at all ends, or is believed in what is its own to say. What the victim has not
/// handed to it, it does not reach.
#[test]
fn r30_a_process_that_lies_reaches_nothing_that_it_was_not_given() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|it| it.parse().ok()).unwrap_or(1_500);
    let mut dice = Dice(2026);
    let (mut ended, mut believed) = (0, 0);
    for _ in 0..rounds {
        let mut two = Two::with(TELLER);
        let said = two.ask(
            "var touched := 0; def safe { to touch() { touched += 1 } }; def lent { to take(n) { return n } }
             def point implements Selfless, PassByCopy { to __optUncall() { return [point, \"run\", []] } to run(n) { return n } }
             def frozen as DeepFrozen { to run(n) { return n } }; def [p, r] := Ref.promise(); null",
        );
        assert_eq!(said, "null");
        let handle = two.near.eval(
            two.here,
            Evaluation::new(
                syntax::expand(
                    &syntax::parse("[it <- back(lent), it <- back([point, frozen, p]), it <- call(frozen, 3), it <- fail(), it <- purse()]").program,
                ),
                "asked",
            ),
        );
        two.near_turns();
        two.far_turns();
        {
            let mut frames = two.to_near.lock().unwrap();
            let at = dice.below(frames.len());
            for _ in 0..=dice.below(2) {
                if let Some(it) = frames.get_mut(at).filter(|it| !it.is_empty()) {
                    let byte = dice.below(it.len());
                    match dice.below(16) {
                        0..=7 => it[byte] = it[byte].wrapping_add(1),
                        8..=13 => it[byte] = dice.below(256) as u8,
                        14 => drop(it.remove(byte)),
                        _ => it.insert(byte, dice.below(256) as u8),
                    }
                }
            }
        }
        two.settle();
        let _ = two.near.state(handle);
        match two.near.vat_name(two.there) {
            None => ended += 1,
            Some(_) => believed += 1,
        }
        assert_eq!(two.ask("touched"), "0");
        assert_eq!(two.ask("[lent.take(1), point.run(2), frozen(3)]"), "[1, 2, 3]");
    }
    assert!(
        ended > rounds / 10 && believed > rounds / 10,
        "{ended} ended, {believed} believed: what is tested?"
    );
}

/// Whatever byte of what it says a process alters, it does not pass off as DeepFrozen what can change.
#[test]
fn a_process_cannot_give_an_object_a_stamp_that_it_has_not_earned() {
    let source = "var n := 0; def frozen as DeepFrozen { to run(n) { return n } }
                  def point implements Selfless, PassByCopy { to __optUncall() { return [point, \"run\", []] } to next() { return 1 } }
                  def it { to all() { return [frozen, point, [frozen, point]] } }";
    let sound = {
        let mut two = Two::with(source);
        two.near.eval(
            two.here,
            Evaluation::new(syntax::expand(&syntax::parse("def all := it <- all()").program), "asked"),
        );
        two.near_turns();
        two.far_turns();
        let frames = two.to_near.lock().unwrap();
        frames.iter().map(Vec::len).collect::<Vec<_>>()
    };
    let longest = (0..sound.len()).max_by_key(|it| sound[*it]).unwrap_or(0);
    let (mut ended, mut passed) = (0, 0);
    for byte in (0..sound[longest]).rev().step_by(3) {
        for bits in [1u8, 2 | 8, 4, 64] {
            let mut two = Two::with(source);
            two.near.eval(
                two.here,
                Evaluation::new(syntax::expand(&syntax::parse("def all := it <- all()").program), "asked"),
            );
            two.near_turns();
            two.far_turns();
            if let Some(it) = two.to_near.lock().unwrap().get_mut(longest) {
                it[byte] |= bits;
            }
            two.settle();
            if two.near.vat_name(two.there).is_none() {
                ended += 1;
                continue;
            }
            passed += 1;
            let stamped = two.ask("if (Ref.isNear(all)) { def frozen := all[0]; [DeepFrozen.isDeepFrozen(all[1])] } else { [false] }");
            assert!(
                stamped.starts_with("[false]") || stamped.starts_with("<ref broken"),
                "byte {byte} with {bits}: {stamped}"
            );
        }
    }
    assert!(ended > 20 && passed > 20, "{ended} ended, {passed} passed");
}
