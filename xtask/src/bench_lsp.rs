//! `cargo xtask bench --lsp`: the language server from outside, over its pipes, beside `ty` on Python of the same size.
//!
//! Every answer that is timed is checked. A key turns a name that is defined into one that is not, or back, in the
//! middle of a page of 2,000 lines; what is waited for are the diagnostics, and for E the hints, that say so. Both
//! servers are asked the same things.

use crate::bench::{Row, millis, publish, store};
use crate::demo::release_walnut;
use crate::language_client::{Client, address};
use crate::python::{self, repository, run, say};
use anyhow::ensure;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// At most so many rounds, and after [`ENOUGH`] none that begins when [`BUDGET`] is over.
const ROUNDS: usize = 200;
const ENOUGH: usize = 50;
const BUDGET: Duration = Duration::from_secs(40);
const STARTS: usize = 11;
const LINES: usize = 2_000;
const FEW: usize = 50;
const SOME: usize = 500;
const MANY: usize = 5_000;
const EDITS: usize = 10_000;
/// A server that takes longer for these has typed fewer when its memory is looked at, and its row says how many.
const GROWTH: Duration = Duration::from_secs(180);
/// How long a server may take to have read the largest workspace.
const PATIENCE: Duration = Duration::from_secs(120);
/// The version of the peer that is installed.
const TY: &str = "ty==0.0.104";

pub fn run_lsp(walnut: Option<&str>) -> anyhow::Result<()> {
    let walnut = match walnut {
        Some(it) => PathBuf::from(it),
        None => release_walnut()?,
    };
    let walnut = std::path::absolute(walnut)?;
    let mut who = vec![Who::new("walnut", &walnut, "lsp", true)];
    match ty() {
        Ok(it) => who.push(Who::new("ty", &it, "server", false)),
        Err(why) => println!("ty is left out: {why:#}"),
    }
    let mut rows = Rows::default();
    starts(&who, SOME, &mut rows)?;
    let few = keystrokes(&who, FEW, &mut rows)?;
    keystrokes(&who, SOME, &mut rows)?;
    let many = keystrokes(&who, MANY, &mut rows)?;
    for (it, (few, many)) in who.iter().zip(few.into_iter().zip(many)) {
        rows.push(it.row(
            format!("key to diagnostics and hints, {MANY} files to {FEW}"),
            "×",
            vec![many / few],
        ))?;
    }
    let mut rows = rows.0;
    rows.sort_by_key(|it| (place(&it.bench), it.bench.clone()));
    publish("lsp", &rows)
}

/// The rows so far. Each is printed when it is there, and is in the file: a run that is interrupted is not lost.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    fn push(&mut self, row: Row) -> anyhow::Result<()> {
        say(&format!("{} {}: {:.2} {}", row.bench, row.who, row.median(), row.unit));
        self.0.push(row);
        store("lsp", &self.0).map(drop)
    }
}

/// What was asked of the server, in the words of its rows: these are the first of the table, in this order.
const WANTED: [&str; 9] = [
    "initialize",
    "start to first diagnostics",
    "key to diagnostics and hints",
    "key to hints",
    "key to hover",
    "key to completion",
    "hints, hover, completion between keys",
    "memory",
    "growth",
];

/// By what a row is about, and by how many files.
fn place(bench: &str) -> (usize, usize) {
    let wanted = WANTED.iter().position(|it| bench.starts_with(it)).unwrap_or(WANTED.len());
    let files = bench.split([' ', ',']).find_map(|it| it.parse().ok()).unwrap_or(0);
    (wanted, files)
}

/// The peer, in the environment that the tests use.
fn ty() -> anyhow::Result<PathBuf> {
    let home = python::environment()?;
    run(python::module(&home, "pip").args(["install", "--quiet", "--disable-pip-version-check", TY]))?;
    let program = home.join("bin/ty");
    ensure!(program.exists(), "there is no {}", program.display());
    Ok(program)
}

struct Who {
    name: &'static str,
    command: Vec<String>,
    e: bool,
}

impl Who {
    fn new(name: &'static str, program: &std::path::Path, command: &str, e: bool) -> Who {
        Who { name, command: vec![program.display().to_string(), command.to_owned()], e }
    }

    fn row(&self, bench: String, unit: &'static str, runs: Vec<f64>) -> Row {
        Row { bench, who: self.name.to_owned(), unit, runs }
    }
}

/// A folder of programs of some twenty lines, and a page of [`LINES`] that is open.
struct Workspace {
    files: usize,
    folder: PathBuf,
    uri: String,
    text: String,
    language: &'static str,
}

impl Workspace {
    fn new(who: &Who, files: usize) -> anyhow::Result<Workspace> {
        let folder = repository().join(format!("target/bench/lsp-{}-{files}", who.name));
        let (suffix, language) = if who.e { ("e", "e") } else { ("py", "python") };
        let page = folder.join(format!("page.{suffix}"));
        let text = page_text(who.e);
        // Written anew each time: a folder of an earlier version of this bench would be another measure.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        for n in 0..files {
            let mut module = tills(who.e, 0..4);
            let _ = write!(module, "{}", defined(who.e, &format!("module{n}end"), "1"));
            std::fs::write(folder.join(format!("module{n}.{suffix}")), module)?;
        }
        std::fs::write(&page, &text)?;
        Ok(Workspace { files, uri: address(&page), folder, text, language })
    }

    /// The page as an editor opens it, with this text.
    fn opened(&self, text: &str) -> Value {
        json!({ "textDocument": { "uri": self.uri, "languageId": self.language, "version": 1, "text": text } })
    }
}

/// Five lines for each number, in either language.
fn tills(e: bool, numbers: std::ops::Range<usize>) -> String {
    let mut text = String::new();
    for n in numbers {
        let _ = if e {
            write!(
                text,
                "def till{n}(start :int) {{\n    var total := start\n    def till {{ to pay(amount) {{ total += amount; return total }} }}\n    return till\n}}\n"
            )
        } else {
            write!(
                text,
                "class Till{n}:\n    def __init__(self, start: int):\n        self.total = start\n    def pay(self, amount: int) -> int:\n        self.total += amount; return self.total\n"
            )
        };
    }
    text
}

/// One line that is an object with a value in it.
fn defined(e: bool, name: &str, value: &str) -> String {
    if e {
        format!("def {name} {{ to get() {{ return {value} }} }}\n")
    } else {
        format!("def {name}(): return {value}\n")
    }
}

/// The line of the page that is typed into.
const TYPED: usize = LINES / 2;

fn page_text(e: bool) -> String {
    let (half, all) = (TYPED / 5, LINES / 5);
    tills(e, 0..half) + &defined(e, "purse", WORDS[0]) + &tills(e, half..all)
}

/// What stands there in turn: of different lengths, so that everything behind it moves. The last is no program.
const WORDS: [&str; 3] = ["1", "coin", "co("];
const MISTAKE: usize = 2;

/// A server, a page that is open in it, and what has been typed there.
struct Typist<'a> {
    who: &'a Who,
    client: Client,
    workspace: Workspace,
    /// Where the word begins, and which one stands there.
    column: usize,
    word: usize,
    version: usize,
    figures: Figures,
}

/// What was measured, in milliseconds.
#[derive(Default)]
struct Figures {
    told: Vec<f64>,
    keys: Vec<f64>,
    hints: Vec<f64>,
    hovers: Vec<f64>,
    completions: Vec<f64>,
    mistakes: Vec<f64>,
    at_rest: Vec<f64>,
}

impl Typist<'_> {
    /// Starts a server, opens the page and waits until the folder has been read.
    fn start(who: &Who, files: usize) -> anyhow::Result<Typist<'_>> {
        let workspace = Workspace::new(who, files)?;
        let (client, _) = Client::start(&who.command, &workspace.folder)?;
        let line = defined(who.e, "purse", WORDS[0]);
        let column = line.find(" 1").map_or(0, |it| it + 1);
        let figures = Figures::default();
        let mut it = Typist { who, client, workspace, column, word: 0, version: 1, figures };
        it.client.tell("textDocument/didOpen", &it.workspace.opened(&it.workspace.text))?;
        let wrong = it.client.diagnostics(&it.workspace.uri, 1)?;
        ensure!(wrong.is_empty(), "{} finds fault with the page as it is: {}", who.name, said(&wrong));
        it.until_read()?;
        Ok(it)
    }

    /// Waits until what the files of the folder define can be found.
    fn until_read(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        for n in [0, self.workspace.files / 2, self.workspace.files - 1] {
            let name = format!("module{n}end");
            loop {
                let answer = self.client.request("workspace/symbol", &json!({ "query": name }))?;
                if answer.as_array().is_some_and(|it| it.iter().any(|it| it["name"] == *name)) {
                    break;
                }
                ensure!(started.elapsed() < PATIENCE, "{name} is not found: {answer}");
            }
        }
        Ok(())
    }

    /// Another word is typed over the one that is there.
    fn key(&mut self, word: usize) -> anyhow::Result<()> {
        let was = WORDS[self.word].len();
        (self.word, self.version) = (word, self.version + 1);
        let place = |column: usize| json!({ "line": TYPED, "character": column });
        let range = json!({ "start": place(self.column), "end": place(self.column + was) });
        let document = json!({ "uri": self.workspace.uri, "version": self.version });
        let changes = json!([{ "range": range, "text": WORDS[word] }]);
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.client.tell("textDocument/didChange", &params)
    }

    /// From a name that is there to one that is not, or back.
    fn other(&self) -> usize {
        usize::from(self.word == 0)
    }

    /// The diagnostics of what was typed last, which must say whether there is a `coin`.
    fn is_told(&mut self) -> anyhow::Result<()> {
        let wrong = self.client.diagnostics(&self.workspace.uri, self.version)?;
        let named = wrong.iter().filter(|it| it["message"].as_str().is_some_and(|it| it.contains("coin")));
        let fits = match self.word {
            MISTAKE => !wrong.is_empty(),
            word => named.count() == word && wrong.len() == word,
        };
        ensure!(fits, "with `{}` there, {} says {}", WORDS[self.word], self.who.name, said(&wrong));
        Ok(())
    }

    /// The hints of what is in sight: sixty lines around the one that is typed into.
    fn hints(&mut self) -> anyhow::Result<()> {
        let place = |line: usize| json!({ "line": line, "character": 0 });
        let range = json!({ "start": place(TYPED - 30), "end": place(TYPED + 30) });
        let params = json!({ "textDocument": { "uri": self.workspace.uri }, "range": range });
        let answer = self.client.request("textDocument/inlayHint", &params)?;
        if self.who.e {
            let found = answer.as_array().map_or(&[][..], |it| it);
            ensure!(found.len() > 20, "{} hints for sixty lines: {answer}", found.len());
            let here = found.iter().find(|it| it["position"]["line"] == TYPED);
            let label = here.map(|it| it["data"]["label"].to_string()).unwrap_or_default();
            let is_frozen = label == "\"DeepFrozen\"";
            ensure!(is_frozen == (self.word == 0), "with `{}` there, the hint is {label}", WORDS[self.word]);
        }
        Ok(())
    }

    /// What the name is that is defined where it is typed.
    fn hover(&mut self) -> anyhow::Result<()> {
        let answer = self.client.request("textDocument/hover", &self.at(4))?;
        ensure!(answer.to_string().contains("purse"), "hover over `purse` says {answer}");
        Ok(())
    }

    /// What could be written instead of the word.
    fn completion(&mut self) -> anyhow::Result<()> {
        let answer = self.client.request("textDocument/completion", &self.at(self.column + 1))?;
        let items = answer["items"].as_array().or(answer.as_array()).map_or(&[][..], |it| it);
        // Of `coin`, what stands before the cursor.
        let fits = |it: &Value| it["label"].as_str().is_some_and(|it| it.to_lowercase().contains('c'));
        ensure!(items.iter().any(fits), "completion offers {answer}");
        Ok(())
    }

    fn at(&self, column: usize) -> Value {
        json!({
            "textDocument": { "uri": self.workspace.uri },
            "position": { "line": TYPED, "character": column },
        })
    }

    /// One key of each kind: what waits for diagnostics and hints, what asks something right after it, what is no
    /// program, and at last questions while nobody types.
    fn round(&mut self) -> anyhow::Result<()> {
        // Then completion is asked for where a name is being written, and not in a number.
        if self.word == 0 {
            self.key(1)?;
            self.is_told()?;
        }
        let started = Instant::now();
        self.key(self.other())?;
        self.is_told()?;
        self.figures.told.push(millis(self.client.heard - started));
        self.hints()?;
        self.figures.keys.push(millis(self.client.heard - started));
        for question in [Question::Hints, Question::Hover, Question::Completion] {
            self.key(self.other())?;
            let started = Instant::now();
            let runs = match question {
                Question::Hints => self.hints().map(|()| &mut self.figures.hints),
                Question::Hover => self.hover().map(|()| &mut self.figures.hovers),
                Question::Completion => self.completion().map(|()| &mut self.figures.completions),
            };
            runs?.push(millis(self.client.heard - started));
        }
        self.is_told()?;
        let before = self.word;
        for word in [MISTAKE, before] {
            let started = Instant::now();
            self.key(word)?;
            self.is_told()?;
            self.figures.mistakes.push(millis(self.client.heard - started));
        }
        self.hints()?;
        for question in [Question::Hints, Question::Hover, Question::Completion] {
            let started = Instant::now();
            match question {
                Question::Hints => self.hints()?,
                Question::Hover => self.hover()?,
                Question::Completion => self.completion()?,
            }
            self.figures.at_rest.push(millis(self.client.heard - started));
        }
        Ok(())
    }

    /// Types fast, asks now and then, and waits at the end; how many edits there was time for, and how much more it
    /// holds than before, in percent.
    fn growth(&mut self) -> anyhow::Result<(usize, f64)> {
        let before = self.client.memory()?;
        let (begun, mut edits) = (Instant::now(), 0);
        while edits < EDITS && begun.elapsed() < GROWTH {
            self.key(self.other())?;
            edits += 1;
            if edits.is_multiple_of(100) {
                self.hover()?;
            }
        }
        self.key(self.other())?;
        self.is_told()?;
        Ok((edits, (self.client.memory()? / before - 1.0) * 100.0))
    }
}

/// From the start of the process to the answer to `initialize`, and to the diagnostics of an open page.
fn starts(who: &[Who], files: usize, rows: &mut Rows) -> anyhow::Result<()> {
    for who in who {
        say(&format!("starting {} {STARTS} times", who.name));
        let workspace = Workspace::new(who, files)?;
        let (mut ready, mut first) = (Vec::new(), Vec::new());
        for n in 0..=STARTS {
            let started = Instant::now();
            let (mut client, initialized) = Client::start(&who.command, &workspace.folder)?;
            let fault = format!("{}coin\n", workspace.text);
            client.tell("textDocument/didOpen", &workspace.opened(&fault))?;
            let wrong = client.diagnostics(&workspace.uri, 1)?;
            ensure!(wrong.len() == 1, "{} says {} of one fault", who.name, said(&wrong));
            // The first warms the disk's cache.
            if n > 0 {
                ready.push(initialized);
                first.push(millis(client.heard - started));
            }
            client.stop()?;
        }
        rows.push(who.row("initialize".to_owned(), "ms", ready))?;
        rows.push(who.row(format!("start to first diagnostics, {files} files"), "ms", first))?;
    }
    Ok(())
}

/// Everybody in turns, round by round. Gives back each one's median from a key to diagnostics and hints.
fn keystrokes(who: &[Who], files: usize, rows: &mut Rows) -> anyhow::Result<Vec<f64>> {
    let size = format!("{files} files");
    say(&format!("typing in a workspace of {size}"));
    let mut typists = Vec::new();
    for it in who {
        let mut typist = Typist::start(it, files)?;
        // The first of each kind warms the server.
        typist.round()?;
        typist.figures = Figures::default();
        typists.push(typist);
    }
    let begun = Instant::now();
    for n in 0..ROUNDS {
        if n > ENOUGH && begun.elapsed() > BUDGET {
            break;
        }
        for it in &mut typists {
            it.round()?;
        }
    }
    let mut medians = Vec::new();
    for it in &mut typists {
        rows.push(it.who.row(format!("memory, {size}"), "MB", vec![it.client.memory()?]))?;
        let figures = std::mem::take(&mut it.figures);
        let Figures { told, keys, hints, hovers, completions, mistakes, at_rest } = figures;
        for (what, runs) in [
            ("key to diagnostics and hints", keys),
            ("key to diagnostics", told),
            ("key to hints", hints),
            ("key to hover", hovers),
            ("key to completion", completions),
            ("key into or out of a mistake, to diagnostics", mistakes),
            ("hints, hover, completion between keys", at_rest),
        ] {
            let row = it.who.row(format!("{what}, {size}"), "ms", runs);
            if what == "key to diagnostics and hints" {
                medians.push(row.median());
            }
            let late =
                it.who.row(format!("{}: 99th percentile", row.bench), "ms", vec![percentile(&row.runs)]);
            rows.push(row)?;
            rows.push(late)?;
        }
    }
    for mut it in typists {
        if files == SOME {
            let (edits, growth) = it.growth()?;
            rows.push(it.who.row(format!("growth over {edits} edits"), "%", vec![growth]))?;
        }
        it.client.stop()?;
    }
    Ok(medians)
}

enum Question {
    Hints,
    Hover,
    Completion,
}

/// The first few messages.
fn said(diagnostics: &[Value]) -> String {
    let messages = diagnostics.iter().take(3).map(|it| it["message"].to_string());
    format!("{} things: {}", diagnostics.len(), messages.collect::<Vec<_>>().join("; "))
}

fn percentile(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
