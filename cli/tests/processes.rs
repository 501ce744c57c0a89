//! Vats in processes of their own that are killed, by SIGKILL, at random moments, under load; programs that are
//! interrupted.
#![cfg(unix)]

use harness::texts::Dice;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use vat::powers::host::{Bell, vat_process};
use vat::powers::{Line, Powers, Source};
use vat::world::{Evaluation, Hosted, Outcome, World};
use vat::{Handle, Limits, ReferenceState, VatId};

/// Powers that start processes and remember which.
#[derive(Clone, Default)]
struct Starts {
    started: Arc<Mutex<Vec<u32>>>,
    bell: Bell,
}

impl Powers for Starts {
    fn stdout(&mut self, _: &str) {}
    fn stderr(&mut self, _: &str) {}
    fn clock_millis(&mut self) -> i64 {
        0
    }
    fn entropy(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
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
    fn vat_process(&mut self, order: &Hosted) -> Result<Box<dyn Line>, String> {
        let it = vat_process(Path::new(env!("CARGO_BIN_EXE_walnut")), order, self.bell.clone())?;
        self.started.lock().unwrap().push(it.id());
        Ok(Box::new(it))
    }
}

struct Office {
    world: World,
    head: VatId,
    powers: Starts,
}

impl Office {
    fn open() -> Office {
        let powers = Starts::default();
        let mut world = World::new(Limits::default());
        let head = world.make_vat("head", Box::new(powers.clone()));
        Office { world, head, powers }
    }

    fn eval(&mut self, text: &str) -> Handle {
        let parse = syntax::parse(text);
        assert_eq!(parse.errors, [], "{text}");
        self.world.eval(self.head, Evaluation::new(syntax::expand(&parse.program), "office"))
    }

    /// Until nothing is left to do, here or in any process.
    fn settle(&mut self) {
        while self.go_on() {}
    }

    /// A turn, or a wait for some process.
    fn go_on(&mut self) -> bool {
        if matches!(self.world.run_turn().outcome, Outcome::Quiet { .. }) {
            if !self.world.awaits_powers() {
                return false;
            }
            self.powers.bell.wait(Duration::from_secs(20));
        }
        true
    }

    fn ask(&mut self, text: &str) -> String {
        let it = self.eval(text);
        self.settle();
        match self.world.state(it) {
            ReferenceState::Near(it) | ReferenceState::Far(it) | ReferenceState::Broken(it) => it,
            ReferenceState::Promise(it) => panic!("{text}: still {it}"),
        }
    }

    /// Kills a process, and goes on until that has been noticed.
    fn kill_9(&mut self, nth: usize) {
        let id = self.powers.started.lock().unwrap()[nth].to_string();
        let vats = self.world.vats();
        assert!(Command::new("kill").args(["-9", &id]).status().unwrap().success());
        loop {
            let is_quiet = matches!(self.world.run_turn().outcome, Outcome::Quiet { .. });
            if self.world.vats() < vats {
                break;
            }
            if is_quiet {
                self.powers.bell.wait(Duration::from_secs(20));
            }
        }
    }
}

const CLERK: &str = "
    def kept := [].diverge()
    def clerk {
        to take(n) { kept.push(n); return n }
        to kept() { return kept.snapshot() }
        to fail() { throw(\"only 5 coins are here\") }
        to loop() { while (true) {} }
        to meet(other) { def friend { to say() { return E.toString(other) } to state() { return Ref.state(other) } }; return friend }
    }";

/// Clerks in processes are sent numbers in order, and each number that a clerk acknowledges is written down.
const HEAD: &str = "
    def acknowledged := [].diverge()
    def clerks := [].diverge()
    def hire(source) {
        def at := clerks.size()
        acknowledged.push([].diverge())
        clerks.push(seedVat(makeVat.inProcess(`clerk $at`), source))
    }
    def work(rounds, number) {
        for at => clerk in clerks {
            Ref.whenResolvedOnly(clerk <- take(number), fn it { if (Ref.isNear(it)) { acknowledged[at].push(it) } })
        }
        if (rounds > 0) { work <- run(rounds - 1, number + 1) }
    }";

#[test]
fn o18_kill_9_of_one_process_breaks_its_references_and_nothing_else() {
    const CLERKS: usize = 4;
    let mut dice = Dice(17);
    for round in 0..4 {
        let mut office = Office::open();
        office.eval(HEAD);
        let start = Instant::now();
        office.ask(&format!(
            "for _ in 1..{CLERKS} {{ hire({CLERK:?}) }}; promiseAllFulfilled(clerks.snapshot())"
        ));
        let each = start.elapsed() / CLERKS as u32;
        println!("round {round}: a vat in a process of its own starts and answers in {each:?}");
        office.eval("work <- run(2_000, 0)");
        for _ in 0..dice.below(4_000) {
            office.go_on();
        }
        let dead = dice.below(CLERKS);
        if round % 2 == 1 {
            office.eval(&format!("clerks[{dead}] <- loop()"));
            for _ in 0..50 {
                office.go_on();
            }
        }
        office.kill_9(dead);
        office.settle();
        let name =
            format!("<ref broken by problem: the process of the vat \"clerk {dead}\" has ended: signal 9>");
        assert_eq!(office.ask(&format!("clerks[{dead}]")), name);
        assert_eq!(office.ask(&format!("clerks[{dead}] <- take(1)")), name);
        for at in (0..CLERKS).filter(|it| *it != dead) {
            assert_eq!(
                office.ask(&format!("acknowledged[{at}].size()")),
                "2001",
                "clerk {at}, round {round}"
            );
            let kept = office.ask(&format!("clerks[{at}] <- kept()"));
            assert!(
                kept == office.ask(&format!("acknowledged[{at}].snapshot()")),
                "clerk {at}, round {round}"
            );
        }
    }
}

#[test]
fn o18_a_reference_from_one_process_into_another_that_is_killed_breaks_there_too() {
    let mut office = Office::open();
    office.eval(HEAD);
    office.ask(&format!("for _ in 1..3 {{ hire({CLERK:?}) }}; promiseAllFulfilled(clerks.snapshot())"));
    office.ask("def friends := [clerks[1] <- meet(clerks[0]), clerks[1] <- meet(clerks[2])]");
    assert_eq!(office.ask("friends[0] <- state()"), "\"EVENTUAL\"");
    office.kill_9(0);
    office.settle();
    assert_eq!(office.ask("friends[0] <- state()"), "\"BROKEN\"");
    let said = office.ask("friends[0] <- say()");
    assert!(said.contains("the process of the vat \\\"clerk 0\\\" has ended: signal 9"), "{said}");
    assert_eq!(office.ask("friends[1] <- state()"), "\"EVENTUAL\"");
    assert_eq!(office.ask("clerks[2] <- take(7)"), "7");
}

/// Ctrl-C stops a program anywhere; a replay stops it there again.
#[test]
fn a_recorded_run_that_was_interrupted_is_repeated_up_to_there() {
    let folder = std::env::temp_dir().join(format!("walnut-interrupted-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let program = "var n := 0; def count() { while (true) { n += 1; if (n % 1000 == 0) { println(n) } } }; count <- run()";
    std::fs::write(folder.join("count.e"), program).unwrap();
    let walnut = |args: &[&str]| {
        let mut it = Command::new(env!("CARGO_BIN_EXE_walnut"));
        it.args(args).current_dir(&folder).stdout(Stdio::piped());
        it
    };
    let mut child = walnut(&["run", "count.e", "--record", "count.walnut"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.nth(20).unwrap().unwrap(), "21000");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert!(lines.count() > 0, "it went on until it noticed");
    assert!(!child.wait().unwrap().success());
    let replayed = walnut(&["replay", "count.walnut"]).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&replayed.stdout),
        "2 deliveries (1 interrupted), all as recorded\n",
        "{replayed:?}"
    );
    let shown = |it: std::process::Output| String::from_utf8_lossy(&it.stdout).into_owned();
    let looked = || shown(walnut(&["replay", "count.walnut", "--stop-at", "2"]).output().unwrap());
    assert!(looked().contains("    n = "), "{}", looked());
    assert_eq!(looked(), looked());
    std::fs::remove_dir_all(folder).unwrap();
}

/// By then the mills are spread over threads; what is asked of the process, and of them, is answered all the same.
#[test]
fn a_vat_in_a_process_of_its_own_can_be_made_while_others_run_on_several_threads() {
    let folder = std::env::temp_dir().join(format!("walnut-threads-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let program = r#"
        def source := "def mill { to grind(n) { var sum := 0; for i in 1..2_000 { sum += i }; return if (n > 0) { mill <- grind(n - 1) } else { sum } } }"
        def mills := [].diverge()
        for i in 1..20 { mills.push(seedVat(makeVat(`mill $i`), source)) }
        def asked := [].diverge()
        for it in mills { asked.push(it <- grind(120)) }
        def [first, rest] := [mills[0] <- grind(80), promiseAllFulfilled(asked.snapshot())]
        when (first) -> {
            def mint := seedVat(makeVat.inProcess("mint"), "var made := 0; def mint { to coin(n) { return made += n } }")
            mint <- coin(3)
            when (def made := mint <- coin(4), rest) -> { println([made, rest.size(), rest[19]]) } catch problem { println(problem) }
        }"#;
    std::fs::write(folder.join("mills.e"), program).unwrap();
    for threads in ["1", "3"] {
        let mut walnut = Command::new(env!("CARGO_BIN_EXE_walnut"));
        walnut.args(["run", "mills.e", "--grant", "vat-host", "--workers", threads]).current_dir(&folder);
        let ran = walnut.output().unwrap();
        assert_eq!(String::from_utf8_lossy(&ran.stdout), "[7, 20, 2001000]\n", "{ran:?}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a32_a_problem_of_another_process_is_text_and_data_when_that_process_has_been_killed() {
    let mut office = Office::open();
    office.eval(HEAD);
    office.ask(&format!("hire({CLERK:?}); clerks[0]"));
    let failed = office.eval("def failed := clerks[0] <- fail()");
    office.settle();
    office.kill_9(0);
    office.settle();
    assert!(office.ask("clerks[0]").contains("signal 9"));
    let problem = office.world.problem(failed).expect("it is broken");
    assert_eq!(problem.printed, "problem: only 5 coins are here");
    assert!(problem.trace.iter().any(|it| it.place.contains("clerk.fail/0")), "{:?}", problem.trace);
    assert!(problem.sent.iter().any(|it| &*it.vat == "head"), "{:?}", problem.sent);
}

#[test]
fn a_process_that_never_answers_holds_up_nobody_but_those_who_wait_for_it() {
    let mut office = Office::open();
    office.eval(HEAD);
    office.ask(&format!("hire({CLERK:?}); hire({CLERK:?}); promiseAllFulfilled(clerks.snapshot())"));
    let stuck = office.eval("clerks[0] <- loop()");
    let other = office.eval("clerks[1] <- take(7)");
    while office.world.is_pending(other) {
        office.go_on();
    }
    assert_eq!(office.world.state(other), ReferenceState::Near("7".into()));
    assert!(office.world.is_pending(stuck));
    // What is not its vat's any more ends.
    let head = office.head;
    for it in office.world.all_vats().into_iter().filter(|it| *it != head) {
        office.world.kill(it, "no longer wanted");
    }
    office.settle();
    assert!(!office.world.is_pending(stuck));
}

/// What a hostile program in the place of `walnut vat-host` may say: the vat ends, and says why.
#[test]
fn a_process_that_speaks_nonsense_ends() {
    let folder = std::env::temp_dir().join(format!("walnut-liars-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let liars = [
        (
            "garbage",
            "head -c 4096 /dev/zero | tr '\\0' 'x'",
            "it announced a frame of 8680820740569200760 bytes, and 33554432 are the most that is taken",
        ),
        ("cut", "printf '\\100\\0\\0\\0\\0\\0\\0\\0abc'", "its last frame is cut short"),
        (
            "huge",
            "printf '\\0\\0\\0\\0\\1\\0\\0\\0abcdefgh'; exec cat",
            "it announced a frame of 4294967296 bytes, and 33554432 are the most that is taken",
        ),
        (
            "forged",
            "printf '\\3\\0\\0\\0\\0\\0\\0\\0abcdefghijk'; exec cat > /dev/null",
            "what it said was no frame",
        ),
        ("silent", "exit 3", "exit code 3"),
    ];
    for (name, script, why) in liars {
        let program = folder.join(name);
        std::fs::write(&program, format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(&program).status().unwrap().success());
        let bell = Bell::default();
        let mut world = World::new(Limits::default());
        let here = world.make_vat("here", Box::new(Starts::default()));
        let line = vat_process(&program, &world.order("liar"), bell.clone()).unwrap();
        let liar = world.host_vat("liar", Box::new(Starts::default()), Box::new(line));
        world.seed_process(liar, here, "it", "5");
        loop {
            let is_quiet = matches!(world.run_turn().outcome, Outcome::Quiet { .. });
            if world.vat_name(liar).is_none() {
                break;
            }
            if is_quiet {
                bell.wait(Duration::from_secs(20));
            }
        }
        let it = world.eval(here, Evaluation::new(syntax::expand(&syntax::parse("it").program), "asked"));
        while !matches!(world.run_turn().outcome, Outcome::Quiet { .. }) {}
        let wanted = format!("<ref broken by problem: the process of the vat \"liar\" has ended: {why}>");
        assert_eq!(world.state(it), ReferenceState::Broken(wanted), "{name}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
