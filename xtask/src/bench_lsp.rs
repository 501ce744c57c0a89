//! `cargo xtask bench --lsp`: the language server from outside, over its pipes, beside `ty` on Python of the same size.
//!
//! Every answer that is timed is checked. A key turns a name that is defined into one that is not, or back, in the
//! middle of a page of 2,000 lines; what is waited for are the diagnostics, and for E the hints, that say so. Both
//! servers are asked the same things.

use crate::bench::{Row, millis, publish};
use crate::demo::release_walnut;
use crate::language_client::{Client, address};
use crate::python::{self, repository, run, say};
use anyhow::ensure;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// At most so many keys of a kind, and after [`ENOUGH`] none that begins when [`BUDGET`] is over.
const KEYS: usize = 200;
const ENOUGH: usize = 50;
const BUDGET: Duration = Duration::from_secs(25);
const STARTS: usize = 11;
const LINES: usize = 2_000;
const FEW: usize = 50;
const SOME: usize = 500;
const MANY: usize = 5_000;
const EDITS: usize = 10_000;
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
    let mut rows = Vec::new();
    for it in &who {
        say(&format!("starting {} {STARTS} times", it.name));
        starts(it, &Workspace::new(it, SOME)?, &mut rows)?;
        let few = keystrokes(it, &Workspace::new(it, FEW)?, &mut rows)?;
        keystrokes(it, &Workspace::new(it, SOME)?, &mut rows)?;
        let many = keystrokes(it, &Workspace::new(it, MANY)?, &mut rows)?;
        rows.push(it.row(
            format!("key to diagnostics and hints, {MANY} files to {FEW}"),
            "×",
            vec![many / few],
        ));
    }
    rows.sort_by(|one, other| one.bench.cmp(&other.bench));
    publish("lsp", &rows)
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

/// What stands there in turn: of different lengths, so that everything behind it moves.
const WORDS: [&str; 2] = ["1", "coin"];

/// Types, and knows what the page says.
struct Typist<'a> {
    client: &'a mut Client,
    workspace: &'a Workspace,
    /// Where the word begins.
    column: usize,
    version: usize,
}

impl Typist<'_> {
    fn word(&self) -> &'static str {
        WORDS[(self.version + 1) % 2]
    }

    fn open(who: &Who, client: &mut Client, workspace: &Workspace) -> anyhow::Result<()> {
        let document = json!({
            "uri": workspace.uri, "languageId": workspace.language, "version": 1, "text": workspace.text,
        });
        client.tell("textDocument/didOpen", &json!({ "textDocument": document }))?;
        let wrong = client.diagnostics(&workspace.uri, 1)?;
        ensure!(wrong.is_empty(), "{} finds fault with the page as it is: {}", who.name, said(&wrong));
        Ok(())
    }

    /// One word becomes the other.
    fn key(&mut self) -> anyhow::Result<()> {
        let was = self.word().len();
        self.version += 1;
        let place = |column: usize| json!({ "line": TYPED, "character": column });
        let range = json!({ "start": place(self.column), "end": place(self.column + was) });
        let document = json!({ "uri": self.workspace.uri, "version": self.version });
        let changes = json!([{ "range": range, "text": self.word() }]);
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.client.tell("textDocument/didChange", &params)
    }

    /// The diagnostics of what was typed last, which must say whether there is a `coin`.
    fn is_told(&mut self) -> anyhow::Result<()> {
        let wrong = self.client.diagnostics(&self.workspace.uri, self.version)?;
        let named = wrong.iter().filter(|it| it["message"].as_str().is_some_and(|it| it.contains("coin")));
        let expected = usize::from(self.word() == "coin");
        ensure!(
            named.count() == expected && wrong.len() == expected,
            "with `{}` there, the server says {}",
            self.word(),
            said(&wrong)
        );
        Ok(())
    }

    /// The hints of what is in sight: sixty lines around the one that is typed into.
    fn hints(&mut self, who: &Who) -> anyhow::Result<()> {
        let place = |line: usize| json!({ "line": line, "character": 0 });
        let range = json!({ "start": place(TYPED - 30), "end": place(TYPED + 30) });
        let params = json!({ "textDocument": { "uri": self.workspace.uri }, "range": range });
        let answer = self.client.request("textDocument/inlayHint", &params)?;
        if who.e {
            let found = answer.as_array().map_or(&[][..], |it| it);
            ensure!(found.len() > 20, "{} hints for sixty lines: {answer}", found.len());
            let here = found.iter().find(|it| it["position"]["line"] == TYPED);
            let label = here.map(|it| it["data"]["label"].to_string()).unwrap_or_default();
            let is_frozen = label == "\"DeepFrozen\"";
            ensure!(
                is_frozen == (self.word() != "coin"),
                "with `{}` there, the hint is {label}",
                self.word()
            );
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
    fn completion(&mut self, who: &Who) -> anyhow::Result<()> {
        let answer = self.client.request("textDocument/completion", &self.at(self.column + 1))?;
        let items = answer["items"].as_array().or(answer.as_array());
        let wanted = if who.e { "till7" } else { "Till7" };
        // What is offered may depend on the letters before the cursor.
        let is_there =
            |it: &Value| it["label"] == wanted || it["label"].as_str().is_some_and(|it| it.contains('c'));
        ensure!(items.is_some_and(|it| it.iter().any(is_there)), "completion offers {answer}");
        Ok(())
    }

    fn at(&self, column: usize) -> Value {
        json!({
            "textDocument": { "uri": self.workspace.uri },
            "position": { "line": TYPED, "character": column },
        })
    }
}

/// From the start of the process to the answer to `initialize`, and to the diagnostics of an open page.
fn starts(who: &Who, workspace: &Workspace, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let (mut ready, mut first) = (Vec::new(), Vec::new());
    for n in 0..=STARTS {
        let started = Instant::now();
        let (mut client, initialized) = Client::start(&who.command, &workspace.folder)?;
        let document = json!({
            "uri": workspace.uri, "languageId": workspace.language, "version": 1,
            "text": format!("{}coin\n", workspace.text),
        });
        client.tell("textDocument/didOpen", &json!({ "textDocument": document }))?;
        let wrong = client.diagnostics(&workspace.uri, 1)?;
        ensure!(wrong.len() == 1, "{} says {} of one fault", who.name, said(&wrong));
        // The first warms the disk's cache.
        if n > 0 {
            ready.push(initialized);
            first.push(millis(client.heard - started));
        }
        client.stop()?;
    }
    rows.push(who.row("initialize".to_owned(), "ms", ready));
    rows.push(who.row(format!("start to first diagnostics, {} files", workspace.files), "ms", first));
    Ok(())
}

/// From a key to the diagnostics and hints of the new text; and other questions, each right after a key of its own.
/// Gives back the median of the first.
fn keystrokes(who: &Who, workspace: &Workspace, rows: &mut Vec<Row>) -> anyhow::Result<f64> {
    say(&format!("{} and {} files", who.name, workspace.files));
    let (mut client, _) = Client::start(&who.command, &workspace.folder)?;
    Typist::open(who, &mut client, workspace)?;
    until_read(&mut client, workspace)?;
    let size = format!("{} files", workspace.files);
    let line = defined(who.e, "purse", WORDS[0]);
    let column = line.find(" 1").map_or(0, |it| it + 1);
    let mut typist = Typist { client: &mut client, workspace, column, version: 1 };
    let (mut keys, mut told) = (Vec::new(), Vec::new());
    let (mut hints, mut hovers, mut completions) = (Vec::new(), Vec::new(), Vec::new());
    // The first of each kind warms the server.
    let begun = Instant::now();
    for n in 0..=KEYS {
        if n > ENOUGH && begun.elapsed() > BUDGET {
            break;
        }
        let timed = |runs: &mut Vec<f64>, typist: &Typist<'_>, started: Instant| {
            if n > 0 {
                runs.push(millis(typist.client.heard - started));
            }
        };
        let started = Instant::now();
        typist.key()?;
        typist.is_told()?;
        timed(&mut told, &typist, started);
        typist.hints(who)?;
        timed(&mut keys, &typist, started);
        for (runs, question) in [
            (&mut hints, Question::Hints),
            (&mut hovers, Question::Hover),
            (&mut completions, Question::Completion),
        ] {
            typist.key()?;
            let started = Instant::now();
            match question {
                Question::Hints => typist.hints(who)?,
                Question::Hover => typist.hover()?,
                Question::Completion => typist.completion(who)?,
            }
            timed(runs, &typist, started);
        }
    }
    let median = |row: &Row| row.median();
    let whole = who.row(format!("key to diagnostics and hints, {size}"), "ms", keys);
    let key = median(&whole);
    for row in [
        whole,
        who.row(format!("key to diagnostics, {size}"), "ms", told),
        who.row(format!("key to hints, {size}"), "ms", hints),
        who.row(format!("key to hover, {size}"), "ms", hovers),
        who.row(format!("key to completion, {size}"), "ms", completions),
    ] {
        let late = percentile(&row.runs);
        let (runs, median) = (row.runs.len(), row.median());
        say(&format!("{}, {runs} times: {median:.1} ms, 99th percentile {late:.1} ms", row.bench));
        rows.push(who.row(format!("{}: 99th percentile", row.bench), "ms", vec![late]));
        rows.push(row);
    }
    let before = typist.client.memory()?;
    rows.push(who.row(format!("memory, {size}"), "MB", vec![before]));
    if workspace.files == SOME {
        for n in 1..=EDITS {
            typist.key()?;
            if n.is_multiple_of(100) {
                typist.hover()?;
            }
        }
        typist.key()?;
        typist.is_told()?;
        let growth = (typist.client.memory()? / before - 1.0) * 100.0;
        rows.push(who.row(format!("growth over {EDITS} edits"), "%", vec![growth]));
    }
    client.stop()?;
    Ok(key)
}

enum Question {
    Hints,
    Hover,
    Completion,
}

/// Waits until what the last file of the folder defines can be found.
fn until_read(client: &mut Client, workspace: &Workspace) -> anyhow::Result<()> {
    let started = Instant::now();
    for n in [0, workspace.files / 2, workspace.files - 1] {
        let name = format!("module{n}end");
        loop {
            let answer = client.request("workspace/symbol", &json!({ "query": name }))?;
            if answer.as_array().is_some_and(|it| it.iter().any(|it| it["name"] == *name)) {
                break;
            }
            ensure!(started.elapsed() < PATIENCE, "{name} is not found: {answer}");
        }
    }
    Ok(())
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
