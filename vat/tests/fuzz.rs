//! Any text at all, from its parse to its end: nothing panics, no turn outlives its budget, and the same vat runs
//! the next program.
//!
//! Texts are made by a clumsy hand from the E of the repository. `cargo test` runs a few hundred, the same every
//! time; `cargo xtask fuzz --minutes N` goes on for longer, with a seed of its own, and keeps the text it is at
//! in `target/fuzz/last.e`, should the process itself go down.

use harness::texts::{Dice, Texts};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use syntax::FormatError;
use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Limits, ReferenceState, VatId};

/// How many texts a plain `cargo test` tries.
const FEW: usize = 600;
/// A text that takes longer is said to be slow; nothing is asserted of time.
const SLOW: Duration = Duration::from_secs(2);
/// No more failures than this are shown.
const SHOWN: usize = 10;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = args.iter().position(|it| it == name)?;
        args.get(at + 1)?.parse::<u64>().ok()
    };
    let minutes = value("--minutes");
    let seed = value("--seed").unwrap_or(if minutes.is_some() { clock() } else { 7 });
    let until = minutes.map(|it| Instant::now() + Duration::from_secs(60 * it));
    let mut fuzz = Fuzz::new(seed, until.is_some());
    // What panics is shown with its text, below.
    std::panic::set_hook(Box::new(|_| {}));
    while until.map_or(fuzz.tried < FEW, |it| Instant::now() < it) && fuzz.failures.len() < SHOWN {
        fuzz.one();
    }
    fuzz.report(seed)
}

fn clock() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(7, |it| it.as_nanos() as u64)
}

struct Fuzz {
    texts: Vec<String>,
    /// The steps of each transcript, which need each other.
    pages: Vec<Vec<String>>,
    /// What is left of the page that is being played, last first.
    page: Vec<String>,
    dice: Dice,
    world: Option<(World, VatId)>,
    tried: usize,
    ran: usize,
    slow: Vec<(Duration, String)>,
    failures: Vec<(String, String)>,
    /// Where the text that is being tried is kept.
    last: Option<PathBuf>,
}

impl Fuzz {
    fn new(seed: u64, keeps_last: bool) -> Fuzz {
        let last = keeps_last.then(|| root().join("target/fuzz/last.e"));
        if let Some(folder) = last.as_ref().and_then(|it| it.parent()) {
            std::fs::create_dir_all(folder).expect("target can be written");
        }
        let (texts, pages) = texts();
        Fuzz {
            texts,
            pages,
            page: Vec::new(),
            dice: Dice(seed),
            world: None,
            tried: 0,
            ran: 0,
            slow: Vec::new(),
            failures: Vec::new(),
            last,
        }
    }

    fn one(&mut self) {
        let text = self.text();
        self.tried += 1;
        if let Some(last) = &self.last {
            std::fs::write(last, &text).expect("target can be written");
        }
        let begun = Instant::now();
        let (world, vat) = self.world.get_or_insert_with(|| {
            let limits = Limits { turn: 50_000, heap: 16 << 20, depth: 2_000, ..Limits::default() };
            let mut world = World::new(limits);
            let vat = world.make_vat("fuzz", Box::new(Still::new()));
            (world, vat)
        });
        let tried = catch_unwind(AssertUnwindSafe(|| attempt(world, *vat, &text)));
        match tried {
            Ok(Ok(ran)) => self.ran += usize::from(ran),
            Ok(Err(why)) => self.failures.push((why, text.clone())),
            Err(panic) => {
                let said = panic.downcast_ref::<String>().cloned();
                let said = said.or_else(|| panic.downcast_ref::<&str>().map(|it| it.to_string()));
                self.failures.push((said.unwrap_or_else(|| "a panic".to_owned()), text.clone()));
                // Whatever it was in the middle of stays half done.
                self.world = None;
            }
        }
        if begun.elapsed() > SLOW {
            self.slow.push((begun.elapsed(), text));
        }
    }

    /// The next step of a page, most often as it is, with a new world for each page; or a text of its own, with
    /// a few pieces of others in it.
    fn text(&mut self) -> String {
        if self.page.is_empty() {
            let page = self.dice.below(self.pages.len());
            self.page = self.pages[page].iter().rev().cloned().collect();
            self.world = None;
        }
        let (mut text, changes) = match self.dice.below(3) {
            0 => (self.any().to_owned(), 1 + self.dice.below(5)),
            1 => (self.page.pop().unwrap_or_default(), 1 + self.dice.below(2)),
            _ => (self.page.pop().unwrap_or_default(), 0),
        };
        for _ in 0..changes {
            text = self.changed(text);
        }
        text
    }

    fn any(&mut self) -> &str {
        let at = self.dice.below(self.texts.len());
        &self.texts[at]
    }

    fn changed(&mut self, mut text: String) -> String {
        let from = self.dice.place(&text);
        let to = self.dice.near(&text, from, 40);
        match self.dice.below(8) {
            0 => text.replace_range(from..to, ""),
            1 => {
                let piece = text[from..to].to_owned();
                text.insert_str(to, &piece);
            }
            2 | 3 => {
                let other = self.any().to_owned();
                let start = self.dice.place(&other);
                let end = self.dice.near(&other, start, 40);
                text.replace_range(from..to, &other[start..end]);
            }
            4 => {
                let (open, close) = BRACKETS[self.dice.below(BRACKETS.len())];
                let deep = [1, 2, 300][self.dice.below(3)];
                text.insert_str(to, &close.repeat(deep));
                text.insert_str(from, &open.repeat(deep));
            }
            5 => {
                let other = self.any().to_owned();
                text = format!("{text}\n{other}");
            }
            _ => text.insert_str(from, HOSTILE[self.dice.below(HOSTILE.len())]),
        }
        // What doubles again and again is cut.
        if text.len() > 40_000 {
            let at = self.dice.place(&text[..20_000]);
            text.truncate(at);
        }
        text
    }

    fn report(&self, seed: u64) -> ExitCode {
        println!(
            "fuzz: {} texts (seed {seed}), {} of them ran, {} slow, {} failures",
            self.tried,
            self.ran,
            self.slow.len(),
            self.failures.len()
        );
        for (took, text) in self.slow.iter().take(SHOWN) {
            println!("\nslow, {took:?}:\n{text}");
        }
        for (why, text) in &self.failures {
            println!("\nfailure: {why}\n{text}");
        }
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

const BRACKETS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("fn {", "}"),
    ("-(", ")"),
    ("`${", "}`"),
    ("f(", ")"),
    ("try {", "} catch _ {}"),
];

const HOSTILE: &[&str] = &[
    "while (true) {}",
    "def again() { return again() + 1 }; again()",
    "\"ab\" * 1000000000",
    "2 ** 100000000",
    "1 << 1000000000",
    "0..1000000000",
    "var all := []; while (true) { all := all.with(all) }",
    "def x := [x]; x",
    "def x := x",
    "def p { to __printOn(out) { out.print(p) } }; p",
    "def p { to __printOn(_) { throw(\"no\") } }; `$p`",
    "def g { to coerce(_, ej) { ej(null) } }; def y :g := 3",
    "[3, 1, 2].sort(fn a, b { throw(a) })",
    "rx`(a*)*b`",
    "throw.free(null)",
    "escape ej { ej } (3)",
    "Ref.promise()[0] <- foo()",
    "def [p, r] := Ref.promise(); r.resolve(p); p",
    "interp.waitAtTop(Ref.promise()[0])",
    "E.call(E, \"call\", [E, \"call\", []])",
    "e`${1} + 1`.eval(safeScope)",
    "meta.getState()",
    "null.__getAllegedType().getMessageTypes()",
    "[=> null].sortKeys()",
    "\u{feff}",
    "\u{1f600}",
    "'\\u0000'",
    "\\\n",
    "?",
    ">",
    "/** x */",
    "::\"\"",
    "@{",
    "${",
];

/// Everything that is done with a text; whether there was anything to run.
fn attempt(world: &mut World, vat: VatId, text: &str) -> Result<bool, String> {
    syntax::completeness(text);
    syntax::words::words(text);
    if let Err(FormatError::Meaning) = syntax::format(text) {
        return Err("formatting would have changed its meaning".to_owned());
    }
    let parse = syntax::parse(text);
    syntax::print_surface(&parse.program);
    let expansion = syntax::expand(&parse.program);
    syntax::print_kernel(&expansion.program);
    let scopes = syntax::resolve(&expansion.program);
    let outer = |noun: &str| world.outer(vat, noun);
    let faults = syntax::static_errors(&expansion, &scopes, &outer);
    let whole = parse.errors.iter().chain(&expansion.errors).chain(&faults);
    if whole.clone().any(|it| it.kind != syntax::SyntaxErrorKind::Warning) {
        return Ok(false);
    }
    let handle = world.eval(vat, Evaluation::new(expansion, "fuzz"));
    turns(world, 200);
    world.problem(handle);
    world.state(handle);
    world.release(handle);
    world.stop_waiting(vat);
    // The same vat runs the next program.
    let next = world.eval(vat, Evaluation::new(syntax::expand(&syntax::parse("1").program), "next"));
    turns(world, 2_000);
    let state = world.state(next);
    world.release(next);
    match state {
        ReferenceState::Near(it) if it == "1" => Ok(true),
        // Whoever sends to himself for ever keeps the vat busy; the next program waits for its turn.
        ReferenceState::Promise(_) => Ok(true),
        other => Err(format!("afterwards `1` is {other:?}")),
    }
}

fn turns(world: &mut World, most: usize) {
    for _ in 0..most {
        if matches!(world.run_turn().outcome, Outcome::Quiet { .. }) {
            return;
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The E of the repository: files, steps of transcripts, fences of pages; and the transcripts, step by step.
fn texts() -> (Vec<String>, Vec<Vec<String>>) {
    let (mut texts, mut pages) = (Vec::new(), Vec::new());
    for it in harness::texts::below(&["tests/suite", "tests/outside", "examples", "bench"]) {
        match it {
            Texts::File(_, text) => texts.push(text),
            Texts::Fences(fences) => texts.extend(fences),
            Texts::Steps(steps) => {
                texts.extend(steps.iter().cloned());
                pages.push(steps);
            }
        }
    }
    texts.retain(|it| it.len() < 10_000);
    texts.sort();
    texts.dedup();
    pages.sort();
    assert!(!texts.is_empty() && !pages.is_empty());
    (texts, pages)
}
