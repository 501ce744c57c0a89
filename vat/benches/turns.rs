//! Turns and messages: how long one takes, in one vat and between two, and what an idle vat weighs. Every figure
//! checks the answer it timed; times are of the processor, as Linux counts them.
#![allow(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Limits, VatId};

/// As in `walnut` itself.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Time that this thread has run, so that others who use the machine do not count.
struct Clock(f64);

impl Clock {
    fn now() -> Clock {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        Clock(text.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0.0) / 1e9)
    }
    fn seconds(&self) -> f64 {
        Clock::now().0 - self.0
    }
}

struct Stage {
    world: World,
    out: Still,
}

impl Stage {
    fn new() -> Stage {
        Stage { world: World::new(Limits::default()), out: Still::new() }
    }
    fn vat(&mut self, name: &str) -> VatId {
        self.world.make_vat(name, Box::new(self.out.clone()))
    }
    fn eval(&mut self, vat: VatId, text: &str) {
        let parse = syntax::parse(text);
        let expansion = syntax::expand(&parse.program);
        self.world.eval(vat, Evaluation::new(expansion, "bench"));
    }
    /// Turns until there are none: how many, and how long they took.
    fn run(&mut self) -> (u64, f64) {
        let (start, before) = (Clock::now(), self.world.turns());
        while matches!(self.world.run_turns(256).outcome, Outcome::Turned) {}
        (self.world.turns() - before, start.seconds())
    }
    fn said(&self) -> String {
        self.out.take_stdout().trim().to_string()
    }
}

fn row(what: &str, n: u64, seconds: f64) {
    println!("{what:<44} {:>9.1} ns each ({n} in {:.0} ms)", seconds * 1e9 / n as f64, seconds * 1e3);
}

const COUNTER: &str = "var n := 0; def counter { to add(k) { return n += k } to get() { return n } }";

/// `at_once` sends in each turn that sends; `statement` is how.
fn sends(what: &str, n: u64, at_once: u64, statement: &str) {
    let mut stage = Stage::new();
    let vat = stage.vat("one");
    stage.eval(vat, COUNTER);
    stage.run();
    let turns = n / at_once;
    stage.eval(
        vat,
        &format!(
            "var p := null; def go(left) {{ for i in 1..{at_once} {{ {statement} }}; if (left > 1) {{ go <- run(left - 1) }} }}; go({turns})"
        ),
    );
    let (_, seconds) = stage.run();
    stage.eval(vat, "println(n)");
    stage.run();
    assert_eq!(stage.said(), (turns * (at_once * (at_once + 1) / 2)).to_string());
    row(what, n, seconds);
}

fn within(n: u64) {
    sends("send, promise and answer, 1,000 a turn", n, 1000, "p := counter <- add(i)");
    sends("a million at once", n, n, "p := counter <- add(i)");
    sends("sends whose answers nobody wants", n, 1000, "counter <- add(i)");
}

fn loops(n: u64) {
    let mut stage = Stage::new();
    let vat = stage.vat("one");
    stage.eval(
        vat,
        &format!("var n := 0; def step() {{ n += 1; if (n < {n}) {{ step <- run() }} else {{ println(n) }} }}; step <- run()"),
    );
    let (_, seconds) = stage.run();
    assert_eq!(stage.said(), n.to_string());
    row("a turn that sends the next", n, seconds);
}

fn two_vats() -> (Stage, VatId, VatId) {
    let mut stage = Stage::new();
    let (one, two) = (stage.vat("one"), stage.vat("two"));
    stage.eval(two, COUNTER);
    stage.run();
    stage.world.share(two, "counter", one);
    (stage, one, two)
}

fn to_another(what: &str, n: u64, statement: &str) {
    let (mut stage, one, two) = two_vats();
    let batch = 1000;
    stage.eval(
        one,
        &format!("var p := null; var b := 0; def go() {{ b += 1; for i in 1..{batch} {{ {statement} }}; if (b < {}) {{ go <- run() }} }}; go <- run()", n / batch),
    );
    let (_, seconds) = stage.run();
    stage.eval(two, "println(n)");
    stage.run();
    assert_eq!(stage.said(), (n / batch * (batch * (batch + 1) / 2)).to_string());
    row(what, n, seconds);
}

fn between(n: u64) {
    to_another("messages between two vats", n, "counter <- add(i)");
    to_another("messages between two vats, with answers", n, "p := counter <- add(i)");
}

fn ping_pong(n: u64) {
    let mut stage = Stage::new();
    let (one, two) = (stage.vat("one"), stage.vat("two"));
    // What remembers nothing would be copied, and no message would leave the vat.
    stage.eval(two, "var hits := 0; def wall { to ping(n, player) { hits += 1; player <- pong(n) } }");
    stage.run();
    stage.world.share(two, "wall", one);
    stage.eval(one, &format!("def player {{ to pong(n) {{ if (n < {n}) {{ wall <- ping(n + 1, player) }} else {{ println(n) }} }} }}; player <- pong(0)"));
    let (_, seconds) = stage.run();
    assert_eq!(stage.said(), n.to_string());
    assert!(stage.world.traffic().messages >= 2 * n, "the vats do not speak to each other");
    row("ping-pong, each message", 2 * n, seconds);
}

fn chain(n: u64) {
    let mut stage = Stage::new();
    let vat = stage.vat("one");
    stage.eval(
        vat,
        &format!("def link {{ to next() {{ return link }} }}; var p := link; for i in 1..{n} {{ p := p <- next() }}"),
    );
    stage.eval(vat, "when (p) -> { println(p == link) }");
    let (_, seconds) = stage.run();
    assert_eq!(stage.said(), "true");
    row("a chain of pipelined sends", n, seconds);
}

fn chain_between(n: u64) {
    let mut stage = Stage::new();
    let (one, two) = (stage.vat("one"), stage.vat("two"));
    stage.eval(two, "var calls := 0; def link { to next() { calls += 1; return link } }");
    stage.run();
    stage.world.share(two, "link", one);
    stage.eval(one, &format!("var p := link; for i in 1..{n} {{ p := p <- next() }}"));
    stage.eval(one, "when (p) -> { println(p == link) }");
    let (_, seconds) = stage.run();
    assert_eq!(stage.said(), "true");
    assert!(stage.world.traffic().messages >= n, "the vats do not speak to each other");
    row("a chain of pipelined sends to another vat", n, seconds);
}

/// Resident bytes of this process.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|it| it.parse::<u64>().ok()).unwrap_or(0) * 4096
}

fn idle(n: u64) {
    let mut stage = Stage::new();
    let before = resident();
    let start = Clock::now();
    let vats: Vec<VatId> = (0..n).map(|_| stage.vat("idle")).collect();
    let seconds = start.seconds();
    stage.run();
    row("an empty vat is made", n, seconds);
    println!("{:<44} {:>9} bytes", "an empty vat", (resident() - before) / n);
    assert_eq!(vats.len() as u64, n);
    drop(stage);
}

fn seeded(n: u64) {
    let mut stage = Stage::new();
    let vat = stage.vat("maker");
    let before = resident();
    stage.eval(
        vat,
        &format!("var all := [].diverge(); def make() {{ for i in 1..1000 {{ def v := makeVat(\"worker\"); all.push(seedVat(v, \"var n := 0; def worker {{ to add(k) {{ return n += k }} }}\")) }}; if (all.size() < {n}) {{ make <- run() }} }}; make()"),
    );
    let (_, seconds) = stage.run();
    row("a vat is made and seeded by E", n, seconds);
    println!("{:<44} {:>9} bytes", "a vat with an object, referred to", (resident() - before) / n);
    stage.eval(vat, "var sum := 0; for w in (all) { when (def a := w <- add(1)) -> { sum += a } }");
    let (_, seconds) = stage.run();
    stage.eval(vat, "println(sum)");
    stage.run();
    assert_eq!(stage.said(), n.to_string());
    row("each is sent a message and answers", n, seconds);
}

/// A hundred vats at work, which tell each other now and then, on so many threads. In seconds on the wall's clock:
/// processors that others use as well are seen in it.
#[cfg(feature = "host")]
fn on_threads(n: u64) {
    use vat::world::Workers;
    const MILLS: u64 = 100;
    let rounds = n / MILLS;
    let mut before = None;
    for threads in [1, 2] {
        let mut stage = Stage::new();
        let vat = stage.vat("miller");
        stage.eval(
            vat,
            &format!(
                "def source := `
                     var next := null
                     var heard := 0
                     var sum := 0
                     def mill {{
                         to join(other) {{ next := other }}
                         to tell(n) {{ heard += n }}
                         to grind(left) {{
                             for i in 1..1_000 {{ sum := (sum * 31 + i) %% 65_521 }}
                             if (left %% 10 == 0) {{ next <- tell(1) }}
                             if (left > 1) {{ mill <- grind(left - 1) }}
                         }}
                         to heard() {{ return heard }}
                         to sum() {{ return sum }}
                     }}`
                 def mills := [].diverge()
                 for i in 1..{MILLS} {{ mills.push(seedVat(makeVat(`mill $i`), source)) }}
                 for i => it in (mills) {{ it <- join(mills[(i + 1) %% {MILLS}]) }}"
            )
            .replace("%%", "%"),
        );
        stage.run();
        stage.eval(vat, &format!("for it in (mills) {{ it <- grind({rounds}) }}"));
        let start = std::time::Instant::now();
        let report = stage.world.run_on(Workers { threads, after: 100_000 });
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(report.outcome, Outcome::Quiet { wake_in: None });
        stage.eval(vat, "var heard := 0; var sums := 0; for it in (mills) { when (def n := it <- heard()) -> { heard += n }; when (def n := it <- sum()) -> { sums += n } }");
        stage.run();
        stage.eval(vat, "println([heard, sums])");
        stage.run();
        let said = stage.said();
        assert!(said.starts_with(&format!("[{}, ", MILLS * (rounds / 10))), "{said}");
        assert_eq!(*before.get_or_insert(said.clone()), said);
        row(&format!("turns of 100 busy vats, {threads} threads, on the wall"), n, seconds);
    }
}

#[cfg(not(feature = "host"))]
fn on_threads(_: u64) {
    println!("vats on several threads: with --features host");
}

fn main() {
    let only: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    type Bench = fn(u64);
    let benches: [(&str, Bench, u64); 9] = [
        ("within", within, 1_000_000),
        ("loops", loops, 1_000_000),
        ("between", between, 500_000),
        ("ping", ping_pong, 500_000),
        ("chain", chain, 1_000_000),
        ("far-chain", chain_between, 100_000),
        ("idle", idle, 100_000),
        ("seeded", seeded, 100_000),
        ("threads", on_threads, 20_000),
    ];
    let scale: f64 = std::env::var("SCALE").ok().and_then(|it| it.parse().ok()).unwrap_or(1.0);
    for (name, bench, n) in benches {
        if only.is_empty() || only.iter().any(|it| it == name) {
            bench((n as f64 * scale) as u64);
        }
    }
}
