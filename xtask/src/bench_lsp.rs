//! `cargo xtask bench --lsp`: the language server from outside, over its pipes, beside `ty` on Python of the same size.
//!
//! Each figure checks the answer it timed: a keystroke puts a fault in or takes it out, and what is waited for is the
//! diagnostics that say so. Both servers are asked the same things in turn.

use crate::bench::{Row, publish};
use crate::demo::release_walnut;
use crate::python::{self, repository, run, say};
use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

const KEYS: usize = 200;
const STARTS: usize = 11;
const LINES: usize = 2_000;
const FILES: usize = 500;
const MANY: usize = 5_000;
const EDITS: usize = 10_000;
/// The version of the peer that is installed.
const TY: &str = "ty==0.0.104";

pub fn run_lsp(walnut: Option<&str>) -> anyhow::Result<()> {
    let walnut = match walnut {
        Some(it) => PathBuf::from(it),
        None => release_walnut()?,
    };
    let mut who =
        vec![Who { name: "walnut", command: vec![walnut.display().to_string(), "lsp".to_owned()], e: true }];
    match ty() {
        Ok(it) => who.push(Who {
            name: "ty",
            command: vec![it.display().to_string(), "server".to_owned()],
            e: false,
        }),
        Err(why) => println!("ty is left out: {why:#}"),
    }
    let mut rows = Vec::new();
    for it in &who {
        say(&format!("asking {}", it.name));
        let few = Workspace::new(it, 50)?;
        let some = Workspace::new(it, FILES)?;
        let many = Workspace::new(it, MANY)?;
        starts(it, &some, &mut rows)?;
        keystrokes(it, &few, "50 files", &mut rows)?;
        keystrokes(it, &some, "500 files", &mut rows)?;
        keystrokes(it, &many, "5000 files", &mut rows)?;
    }
    publish("lsp", &rows)
}

/// The peer, in the environment that the tests use.
fn ty() -> anyhow::Result<PathBuf> {
    let home = python::environment()?;
    run(python::module(&home, "pip").args(["install", "--quiet", TY]))?;
    let program = home.join("bin/ty");
    ensure!(program.exists(), "there is no {}", program.display());
    Ok(program)
}

struct Who {
    name: &'static str,
    command: Vec<String>,
    e: bool,
}

/// A folder of programs of twenty lines, and one of [`LINES`].
struct Workspace {
    folder: PathBuf,
    page: PathBuf,
    text: String,
    language: &'static str,
}

impl Workspace {
    fn new(who: &Who, files: usize) -> anyhow::Result<Workspace> {
        let folder = repository().join(format!("target/bench/lsp-{}-{files}", who.name));
        let (suffix, language) = if who.e { ("e", "e") } else { ("py", "python") };
        let page = folder.join(format!("page.{suffix}"));
        let text = program(who.e, LINES);
        if !page.exists() {
            std::fs::create_dir_all(&folder)?;
            for n in 0..files {
                std::fs::write(folder.join(format!("module{n}.{suffix}")), program(who.e, 20))?;
            }
            std::fs::write(&page, &text)?;
        }
        Ok(Workspace { folder, page, text, language })
    }
}

/// A till of four lines after the other, in either language.
fn program(e: bool, lines: usize) -> String {
    let mut text = String::new();
    for n in 0..lines / 5 {
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

/// A server and the conversation with it.
struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last: u64,
    uri: String,
}

impl Server {
    fn start(who: &Who, workspace: &Workspace) -> anyhow::Result<(Server, f64)> {
        let started = Instant::now();
        let mut child = Command::new(&who.command[0])
            .args(&who.command[1..])
            .current_dir(&workspace.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| who.command[0].clone())?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("{} has no streams", who.name);
        };
        let uri = address(&workspace.page);
        let mut server = Server { child, input, output: BufReader::new(output), last: 0, uri };
        let root = json!([{ "uri": address(&workspace.folder), "name": "bench" }]);
        let capabilities = json!({ "textDocument": { "publishDiagnostics": { "versionSupport": true } } });
        let params = json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": root, "rootUri": null });
        let answer = server.request("initialize", &params)?;
        let taken = millis(started);
        ensure!(answer["result"]["capabilities"].is_object(), "{} says {answer} to initialize", who.name);
        server.tell("initialized", &json!({}))?;
        Ok((server, taken))
    }

    fn open(&mut self, workspace: &Workspace) -> anyhow::Result<()> {
        let item = json!({ "uri": self.uri, "languageId": workspace.language, "version": 1, "text": workspace.text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": item }))
    }

    /// Types into the last line: the version, and what is written there instead of what was.
    fn type_in(&mut self, version: usize, was: usize, line: &str) -> anyhow::Result<()> {
        let range =
            json!({ "start": { "line": LINES, "character": 0 }, "end": { "line": LINES, "character": was } });
        let document = json!({ "uri": self.uri, "version": version });
        let changes = json!([{ "range": range, "text": line }]);
        self.tell("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }))
    }

    /// The diagnostics of a version, as they are pushed.
    fn diagnostics(&mut self, version: usize) -> anyhow::Result<Vec<Value>> {
        loop {
            let it = self.receive()?;
            let params = &it["params"];
            if it["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == self.uri
                && params["version"].as_u64().is_none_or(|it| it == version as u64)
            {
                return Ok(params["diagnostics"].as_array().cloned().unwrap_or_default());
            }
        }
    }

    fn request(&mut self, method: &str, params: &Value) -> anyhow::Result<Value> {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        loop {
            let it = self.receive()?;
            if it["id"] == id && it.get("method").is_none() {
                return Ok(it);
            }
        }
    }

    fn tell(&mut self, method: &str, params: &Value) -> anyhow::Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    fn send(&mut self, message: &Value) -> anyhow::Result<()> {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        Ok(self.input.flush()?)
    }

    /// The next message; what the server asks is answered with nothing.
    fn receive(&mut self) -> anyhow::Result<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            ensure!(self.output.read_line(&mut line)? > 0, "the server hung up");
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse()?
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body)?;
        let it: Value = serde_json::from_slice(&body)?;
        if it.get("method").is_some() && it.get("id").is_some() {
            let answer = if it["method"] == "workspace/configuration" { json!([null]) } else { Value::Null };
            self.send(&json!({ "jsonrpc": "2.0", "id": it["id"], "result": answer }))?;
        }
        Ok(it)
    }

    /// What the process holds, in megabytes.
    fn memory(&self, what: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|it| it.strip_prefix(what)).context("no such line")?;
        Ok(line.split_whitespace().next().unwrap_or("0").parse::<f64>()? / 1024.0)
    }

    fn stop(mut self) -> anyhow::Result<()> {
        self.request("shutdown", &Value::Null)?;
        self.tell("exit", &Value::Null)?;
        self.child.wait()?;
        Ok(())
    }
}

fn address(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// From the start of the process to the answer to `initialize`, and to the diagnostics of an open page.
fn starts(who: &Who, workspace: &Workspace, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let (mut ready, mut first) = (Vec::new(), Vec::new());
    for n in 0..=STARTS {
        let started = Instant::now();
        let (mut server, initialized) = Server::start(who, workspace)?;
        let fault = Workspace {
            text: format!("{}coin\n", workspace.text),
            page: workspace.page.clone(),
            folder: workspace.folder.clone(),
            language: workspace.language,
        };
        server.open(&fault)?;
        ensure!(!server.diagnostics(1)?.is_empty(), "{} sees nothing wrong", who.name);
        // The first warms the disk's cache.
        if n > 0 {
            ready.push(initialized);
            first.push(millis(started));
        }
        server.stop()?;
    }
    rows.push(row("initialize", who, "ms", ready));
    rows.push(row("start to first diagnostics, 500 files", who, "ms", first));
    Ok(())
}

/// From a key to the diagnostics and hints of the new text, with other questions between the keys.
fn keystrokes(who: &Who, workspace: &Workspace, size: &str, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let (mut server, _) = Server::start(who, workspace)?;
    server.open(workspace)?;
    server.diagnostics(1)?;
    let words = |n: usize| if n.is_multiple_of(2) { "coin" } else { "1234" };
    let position = json!({ "line": 1, "character": 9 });
    let at = json!({ "textDocument": { "uri": server.uri }, "position": position });
    let seen =
        json!({ "start": { "line": LINES - 60, "character": 0 }, "end": { "line": LINES, "character": 0 } });
    let hints = json!({ "textDocument": { "uri": server.uri }, "range": seen });
    let (mut keys, mut hovers, mut completions, mut shown) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    server.type_in(2, 0, words(2))?;
    server.diagnostics(2)?;
    for version in 3..KEYS + 3 {
        let line = words(version);
        let started = Instant::now();
        server.type_in(version, 4, line)?;
        let wrong = server.diagnostics(version)?;
        let hint = server.request("textDocument/inlayHint", &hints)?;
        keys.push(millis(started));
        let is_there = wrong.iter().any(|it| it["message"].as_str().is_some_and(|it| it.contains("coin")));
        ensure!(is_there == (line == "coin"), "{} says {wrong:?} of {line}", who.name);
        ensure!(!who.e || hint["result"].as_array().is_some_and(|it| it.len() > 10), "no verdicts: {hint}");
        // A key is on its way while these are asked.
        server.type_in(version + KEYS * 10, 4, line)?;
        shown.push(timed(|| server.request("textDocument/inlayHint", &hints))?);
        hovers.push(timed(|| server.request("textDocument/hover", &at))?);
        completions.push(timed(|| server.request("textDocument/completion", &at))?);
    }
    for (what, runs) in [
        ("key to diagnostics and hints", keys),
        ("hints", shown),
        ("hover", hovers),
        ("completion", completions),
    ] {
        rows.push(row(&format!("{what}, {size}: 99th percentile"), who, "ms", vec![percentile(&runs)]));
        rows.push(row(&format!("{what}, {size}"), who, "ms", runs));
    }
    rows.push(row(&format!("memory, {size}"), who, "MB", vec![server.memory("VmRSS:")?]));
    if size == "500 files" {
        let before = server.memory("VmRSS:")?;
        for n in 0..EDITS {
            let version = KEYS * 100 + n;
            server.type_in(version, 4, words(version))?;
            if n % 10 == 9 {
                server.request("textDocument/hover", &at)?;
            }
        }
        server.diagnostics(KEYS * 100 + EDITS - 1)?;
        let growth = (server.memory("VmRSS:")? / before - 1.0) * 100.0;
        rows.push(row("growth over 10000 edits", who, "%", vec![growth]));
    }
    server.stop()
}

fn timed(ask: impl FnOnce() -> anyhow::Result<Value>) -> anyhow::Result<f64> {
    let started = Instant::now();
    let answer = ask()?;
    ensure!(answer.get("error").is_none(), "{answer}");
    Ok(millis(started))
}

fn row(bench: &str, who: &Who, unit: &'static str, runs: Vec<f64>) -> Row {
    Row { bench: bench.to_owned(), who: who.name.to_owned(), unit, runs }
}

fn percentile(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
