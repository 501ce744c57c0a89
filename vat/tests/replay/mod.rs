//! What a vat does follows from its log, and from nothing else.

use std::sync::{Arc, Mutex};
use vat::powers::Source;
use vat::powers::still::Still;
use vat::transcript::{Divergence, Power, Recorder, Replay, Stepped};
use vat::world::{Evaluation, Outcome, World};
use vat::{Interrupt, Limits, Powers};

/// Three vats, a raffle, a table that is gone through in its order, a timer, a float, a problem.
const RAFFLE: &str = r#"
def [bank, _] := seedVat(`
    def coins := [].asMap().diverge()
    def bank {
        to deposit(who, n) { coins[who] := coins.fetch(who, fn { 0 }) + n; return coins.snapshot() }
        to refuse(who) { throw("nothing for " + who) }
    }`)
def [crowd, _] := seedVat(`def crowd { to draw() { return entropy.nextInt(3) } }`)
def names := ["alice", "bob", "carol"]
for i in 0..5 {
    when (def n := crowd <- draw()) -> {
        when (def all := bank <- deposit(names[n], i)) -> { println(`$i: ${names[n]} has $all, ${(i + 1) / 7}`) }
    }
}
when (bank <- refuse("dave")) -> { null } catch p { println(`$p`) }
timer.whenPast(timer.now() - 1, fn { println(entropy.nextBits(64)) })
null
"#;

/// Runs the program with these powers until nothing is left to do: what was recorded, and how many turns it took.
fn record(text: &str, powers: impl FnOnce(&Recorder, &World) -> Box<dyn Powers>) -> (Vec<u8>, u64) {
    recorded(1000, text, powers)
}

/// The same, and so many turns at most for one report of the world's.
fn recorded(
    at_once: u64,
    text: &str,
    powers: impl FnOnce(&Recorder, &World) -> Box<dyn Powers>,
) -> (Vec<u8>, u64) {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let sink = bytes.clone();
    let sink = Box::new(move |it: &[u8]| sink.lock().unwrap().extend_from_slice(it));
    let recorder = Recorder::new(sink, "raffle.e", text, &Limits::default());
    let mut world = World::new(Limits::default());
    world.record(recorder.clone());
    let powers = powers(&recorder, &world);
    let vat = world.make_vat("main", powers);
    let parse = syntax::parse(text);
    assert_eq!(parse.errors, []);
    world.eval(vat, Evaluation::new(syntax::expand(&parse.program), "raffle.e"));
    while !matches!(world.run_turns(at_once).outcome, Outcome::Quiet { .. }) {}
    recorder.end();
    let bytes = bytes.lock().unwrap().clone();
    (bytes, world.turns())
}

/// Goes through a transcript to its end: how many deliveries there were, and how many were interrupted.
fn replayed(bytes: &[u8]) -> Result<(u64, usize), Divergence> {
    let mut replay = Replay::open(bytes).expect("what was recorded can be read");
    loop {
        match replay.step()? {
            Stepped::Turned(_) => {}
            Stepped::Ended => return Ok((replay.deliveries(), replay.interruptions())),
            Stepped::BrokenOff => panic!("the record has an end"),
        }
    }
}

#[test]
fn a27_a_log_is_repeated_a_thousand_times_byte_for_byte() {
    let still = Still::new();
    let (bytes, turns) = record(RAFFLE, |it, _| it.powers(Box::new(still.clone())));
    let written = still.take_stdout();
    assert_eq!(written.lines().count(), 8, "{written}");
    assert!(written.contains(" has [") && written.contains("<sealed problem>"), "{written}");
    // On one thread, and on several at once.
    for _ in 0..400 {
        assert_eq!(replayed(&bytes), Ok((turns, 0)));
    }
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..200).for_each(|_| assert_eq!(replayed(&bytes), Ok((turns, 0)))));
        }
    });
    // The same powers lead to the same log, from a fresh start too.
    for _ in 0..10 {
        let still = Still::new();
        assert_eq!(record(RAFFLE, |it, _| it.powers(Box::new(still.clone()))).0, bytes);
        assert_eq!(still.take_stdout(), written);
    }
}

/// A clock that says when it was looked at. While a timer is set the world looks before each turn, so the record of
/// turns that are taken many at a time must have as many looks, in the same places.
const SUNDIAL: &str = r#"
def [walker, _] := seedVat(`def walker { to step(n) { return if (n > 0) { walker <- step(n - 1) } else { "home" } } }`)
when (walker <- step(40)) -> { println("home") }
def wait(rounds) {
    timer.whenPast(timer.now() + 1, fn { println(`$rounds to go`); if (rounds > 0) { wait(rounds - 1) } })
}
for _ in 0..20 { walker <- step(3) }
walker <- step(10) <- size() <- add(1)
wait(3)
walker <- step(100)
"#;

#[test]
fn the_record_is_the_same_however_many_turns_are_taken_at_once() {
    for program in [RAFFLE, SUNDIAL] {
        let powers = |it: &Recorder, _: &World| it.powers(Box::new(Still::new()));
        let (one_by_one, turns) = recorded(1, program, powers);
        assert!(turns > 20, "{turns} turns");
        for at_once in [2, 7, 64, 1000] {
            assert_eq!(recorded(at_once, program, powers), (one_by_one.clone(), turns));
        }
        assert_eq!(replayed(&one_by_one), Ok((turns, 0)));
    }
}

/// Has dice that nobody knows of: what they show is not recorded.
struct Loaded {
    recorded: Box<dyn Powers>,
    dice: Still,
    thrown: u32,
    /// From which throw on.
    from: u32,
}

impl Powers for Loaded {
    fn stdout(&mut self, text: &str) {
        self.recorded.stdout(text);
    }
    fn stderr(&mut self, text: &str) {
        self.recorded.stderr(text);
    }
    fn clock_millis(&mut self) -> i64 {
        self.recorded.clock_millis()
    }
    fn entropy(&mut self, bytes: &mut [u8]) {
        self.thrown += 1;
        if self.thrown > self.from { self.dice.entropy(bytes) } else { self.recorded.entropy(bytes) }
    }
    fn import(&mut self, name: &str) -> Option<Source> {
        self.recorded.import(name)
    }
    fn granted(&self, power: &str) -> bool {
        self.recorded.granted(power)
    }
    fn for_vat(&self, name: &str) -> Box<dyn Powers> {
        self.recorded.for_vat(name)
    }
}

#[test]
fn a28_an_input_that_is_not_in_the_list_makes_the_replay_diverge_and_is_named() {
    let program = r#"
        def throw3() { return entropy.nextBits(8) + entropy.nextBits(8) + entropy.nextBits(8) }
        def table { to play(n) { if (n > 0) { println(throw3()); table <- play(n - 1) } } }
        table <- play(3)
    "#;
    let loaded = |from: u32| {
        move |it: &Recorder, _: &World| -> Box<dyn Powers> {
            let recorded = it.powers(Box::new(Still::new()));
            Box::new(Loaded { recorded, dice: Still::new(), thrown: 0, from })
        }
    };
    let listed = |bytes: &[u8]| {
        let all = Replay::open(bytes).unwrap().inputs();
        all.iter().find(|it| it.1 == "entropy").map_or(0, |it| it.2)
    };
    // Listed: three throws a turn, in three turns.
    let (bytes, turns) = record(program, |it, _| it.powers(Box::new(Still::new())));
    assert_eq!((listed(&bytes), replayed(&bytes)), (9, Ok((turns, 0))));
    // Four throws are listed; the fifth, in the second turn after the program's own, is the first that is not.
    let (bytes, _) = record(program, loaded(4));
    assert_eq!(listed(&bytes), 4);
    let diverged = replayed(&bytes).unwrap_err();
    assert_eq!((diverged.delivery, &*diverged.vat, diverged.power), (3, "main", Some(Power::Entropy)));
    let said = diverged.to_string();
    let recorded = "recorded granted entropy of vat main, now entropy 1";
    assert_eq!(said, format!("diverges in delivery 3, of vat main, at entropy: {recorded}"));
}

/// Somebody who presses Ctrl-C after some lines of a count.
#[derive(Clone)]
struct Impatient {
    out: Still,
    interrupt: Interrupt,
    seen: Arc<Mutex<u32>>,
    patience: u32,
}

impl Powers for Impatient {
    fn stdout(&mut self, text: &str) {
        self.out.stdout(text);
        if text.trim().parse::<u64>().is_ok() {
            let mut seen = self.seen.lock().unwrap();
            *seen += 1;
            if seen.is_multiple_of(self.patience) {
                self.interrupt.raise();
            }
        }
    }
    fn stderr(&mut self, text: &str) {
        self.out.stderr(text);
    }
    fn clock_millis(&mut self) -> i64 {
        0
    }
    fn entropy(&mut self, bytes: &mut [u8]) {
        self.out.entropy(bytes);
    }
    fn import(&mut self, _: &str) -> Option<Source> {
        None
    }
    fn granted(&self, _: &str) -> bool {
        true
    }
    fn for_vat(&self, _: &str) -> Box<dyn Powers> {
        Box::new(self.clone())
    }
}

/// Counters that count until somebody stops them, one of which is paid for by a bank; how far each came is printed.
const COUNTERS: &str = r#"
def source := `
    var n := 0
    def kept := [].diverge()
    def counter {
        to spin() { while (true) { n += 1; kept.push([n, "coin"]); if (n % 701 == 0) { println(n) } } }
        to count() { return [n, kept.size()] }
    }`
def till := makeSpaceBank("till", ["bytes" => 10 ** 8])
def counters := [seedVat(makeVat("free"), source), seedVat(makeVat("second"), source), seedVat(makeVat("paid", till, "stop"), source)]
def work(rounds) {
    def counter := counters[rounds % 3]
    counter <- spin()
    when (def at := counter <- count()) -> { println(`stopped at $at`); if (rounds > 0) { work(rounds - 1) } }
}
work(8)
"#;

#[test]
fn a_turn_that_was_interrupted_stops_in_the_same_place_when_it_is_repeated() {
    for patience in [1, 2, 5, 16, 33] {
        let out = Still::new();
        let impatient = |it: &Recorder, world: &World| {
            let interrupt = world.interrupt();
            it.powers(Box::new(Impatient { out: out.clone(), interrupt, seen: Arc::default(), patience }))
        };
        let (bytes, turns) = record(COUNTERS, impatient);
        let written = out.take_stdout();
        assert_eq!(written.matches("stopped at [").count(), 9, "{written}");
        assert_eq!(replayed(&bytes), Ok((turns, 9)), "{written}");
    }
}
