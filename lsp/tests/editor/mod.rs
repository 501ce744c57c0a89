//! An editor with one folder open, at the other end of two pipes.

mod shown;

use analysis::{Answered, AuditorHost, Question};
use serde_json::{Value, json};
use shown::{fields, show};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::runtime::Runtime;

pub struct Editor {
    runtime: Runtime,
    server: Option<std::thread::JoinHandle<()>>,
    output: DuplexStream,
    input: BufReader<DuplexStream>,
    folder: PathBuf,
    texts: HashMap<String, String>,
    settings: Value,
    heard: Vec<Value>,
    last: Value,
    last_id: u64,
}

/// Runs no auditor that is written in E: the pages here have none.
struct Nobody;

impl AuditorHost for Nobody {
    fn ask(&self, _: &Question) -> Option<Answered> {
        None
    }
    fn stop(&self) {}
}

/// Whether a line of a talk is what the editor does, not what it hears.
pub fn is_ours(line: &str) -> bool {
    let word = line.split(' ').next().unwrap_or_default();
    matches!(word, "->" | "=>" | ".." | "open" | "write" | "delete" | "commit" | "loaded" | "settings" | "#")
}

/// What a notebook's cells know from the start.
const PRELUDE: &str = "/** Text, shown as Markdown. */\ndef markdown(text :String) { return text }\n";

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Editor {
    pub fn start(name: &str, client: &str, files: Vec<(String, String)>) -> Editor {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("walnut-lsp-{}-{count}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for (name, text) in &files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        let folder = fs::canonicalize(&folder).unwrap();
        let (output, server_input) = tokio::io::duplex(1 << 20);
        let (server_output, input) = tokio::io::duplex(1 << 20);
        let server = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                lsp::serve_on(Arc::new(Nobody), PRELUDE, || server_input, || server_output).unwrap()
            })
            .unwrap();
        let mut it = Editor {
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            server: Some(server),
            output,
            input: BufReader::new(input),
            folder,
            texts: files.into_iter().collect(),
            settings: Value::Null,
            heard: Vec::new(),
            last: Value::Null,
            last_id: 0,
        };
        let mut capabilities = json!({
            "window": { "workDoneProgress": true },
            "workspace": { "configuration": true },
        });
        if !client.trim().is_empty() {
            merge(&mut capabilities, serde_json::from_str(client).expect("the fence `client` is JSON"));
        }
        let root = it.uri("");
        let root = root.trim_end_matches('/');
        let folders = json!([{ "uri": root, "name": "page" }]);
        it.request("initialize", json!({ "capabilities": capabilities, "workspaceFolders": folders }));
        it.notify("initialized", json!({}));
        it
    }

    pub fn stop(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.server.take().unwrap().join().unwrap();
        let _ = fs::remove_dir_all(&self.folder);
    }

    /// Does what a line says; what is heard, as lines.
    pub fn act(&mut self, line: &str) -> String {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "open" => self.open(rest),
            "write" | "delete" => self.on_disk(word, rest),
            "commit" => self.commit(),
            "loaded" => {
                self.wait(|it| it["method"] == "$/progress" && it["params"]["value"]["kind"] == "end");
            }
            "settings" => {
                self.settings = serde_json::from_str(rest).expect("settings are JSON");
                self.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
            }
            "=>" => {
                let (method, params, _) = self.said(rest);
                self.keep_text(&method, &params);
                self.notify(&method, params);
            }
            "->" => {
                let (method, params, wanted) = self.said(rest);
                let answer = self.request(&method, params);
                let shown = self.shown(&answer, &wanted);
                if answer.get("error").is_none() {
                    self.last = answer["result"].clone();
                }
                return shown;
            }
            ".." => {
                let (method, with, wanted) = self.said(rest);
                let (method, file) = method.split_once('@').unwrap_or((&method, ""));
                let uri = (!file.is_empty()).then(|| self.uri(file));
                let fits = |it: &Value| {
                    with.as_object().is_none_or(|all| all.iter().all(|(name, value)| it[name] == *value))
                };
                let heard = self.wait(|it| {
                    it["method"] == method
                        && uri.as_ref().is_none_or(|uri| it["params"]["uri"] == *uri)
                        && fits(&it["params"])
                });
                return self.shown(&json!({ "result": heard["params"] }), &wanted);
            }
            _ => {}
        }
        String::new()
    }

    pub fn uri(&self, name: &str) -> String {
        match name.contains(':') {
            true => name.to_owned(),
            false => format!("file://{}", self.folder.join(name).display()),
        }
    }

    fn open(&mut self, name: &str) {
        let language = if name.ends_with(".updoc") { "updoc" } else { "e" };
        let item =
            json!({ "uri": self.uri(name), "languageId": language, "version": 1, "text": self.texts[name] });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    fn on_disk(&mut self, word: &str, rest: &str) {
        let (name, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let path = self.folder.join(name);
        let kind = if word == "delete" {
            fs::remove_file(&path).unwrap();
            3
        } else {
            let text = fs::read_to_string(&path).unwrap_or_default() + more + "\n";
            fs::write(&path, &text).unwrap();
            self.texts.insert(name.to_owned(), text);
            2
        };
        let changes = json!([{ "uri": self.uri(name), "type": kind }]);
        self.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    /// All of the folder into git; the server hears of it as a watching editor would tell it.
    fn commit(&mut self) {
        for args in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &[
                "-c",
                "user.name=Alice",
                "-c",
                "user.email=alice@example.org",
                "commit",
                "--quiet",
                "--message=on",
            ],
        ] {
            let git = std::process::Command::new("git").args(args).current_dir(&self.folder).status();
            assert!(git.unwrap().success(), "git {args:?}");
        }
        let changes = json!([{ "uri": self.uri(".git/logs/HEAD"), "type": 2 }]);
        self.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    /// A whole new text is where words are looked for from now on.
    fn keep_text(&mut self, method: &str, params: &Value) {
        let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
        let text = match method {
            "textDocument/didChange" => params["contentChanges"][0]["text"].as_str(),
            _ => None,
        };
        let whole = params["contentChanges"][0].get("range").is_none();
        if let Some(text) = text.filter(|_| whole)
            && let Some(name) = self.texts.keys().find(|it| self.uri(it) == uri).cloned()
        {
            self.texts.insert(name, text.to_owned());
        }
    }

    /// Method, parameters and the fields that are to be shown.
    fn said(&self, rest: &str) -> (String, Value, String) {
        let (rest, wanted) = rest.split_once(" | ").unwrap_or((rest, ""));
        let (method, params) = rest.split_once(' ').unwrap_or((rest, "null"));
        let written = self.written(params);
        let params = serde_json::from_str(&written).unwrap_or_else(|why| panic!("{why} in {written}"));
        (method.to_owned(), params, wanted.to_owned())
    }

    /// The parameters with every `$word(…)` put out.
    fn written(&self, params: &str) -> String {
        let mut out = String::new();
        let mut rest = params;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let end = after.find(|it: char| !it.is_alphanumeric()).unwrap_or(after.len());
            let (word, after) = after.split_at(end);
            let (inside, after) = match after.strip_prefix('(') {
                Some(it) => it.split_once(')').expect("a parenthesis is closed"),
                None => {
                    let end =
                        after.find(|it: char| !it.is_alphanumeric() && it != '.').unwrap_or(after.len());
                    after.split_at(if word == "last" { end } else { 0 })
                }
            };
            let (name, what) = inside.split_once(", ").unwrap_or((inside, ""));
            let put = match word {
                "doc" => json!({ "uri": self.uri(name) }),
                "uri" => json!(self.uri(name)),
                "at" => self.range(name, what)["start"].clone(),
                "after" => self.range(name, what)["end"].clone(),
                "range" => self.range(name, what),
                "whole" => {
                    json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9999, "character": 0 } })
                }
                "last" => self.part(inside),
                "id" => self.last["resultId"].clone(),
                other => panic!("nothing is called ${other}"),
            };
            out.push_str(&put.to_string());
            rest = after;
        }
        out + rest
    }

    fn part(&self, path: &str) -> Value {
        let mut it = &self.last;
        for step in path.split('.').filter(|it| !it.is_empty()) {
            it = shown::step(it, step);
        }
        it.clone()
    }

    fn range(&self, name: &str, what: &str) -> Value {
        let (word, nth) = match what.rsplit_once('~') {
            Some((word, nth)) => (word, nth.parse::<usize>().unwrap()),
            None => (what, 1),
        };
        let text = &self.texts[name];
        let found = text.match_indices(word).nth(nth - 1);
        let (at, _) = found.unwrap_or_else(|| panic!("{name} has no {what}"));
        let place = |at: usize| {
            let line = text[..at].matches('\n').count();
            let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
            json!({ "line": line, "character": text[start..at].encode_utf16().count() })
        };
        json!({ "start": place(at), "end": place(at + word.len()) })
    }

    fn shown(&self, answer: &Value, wanted: &str) -> String {
        let folder = self.uri("");
        if let Some(error) = answer.get("error") {
            let message = error["message"].as_str().unwrap_or_default().replace(&folder, "");
            return format!("<- error {}: {message}\n", error["code"]);
        }
        let result =
            if wanted.is_empty() { answer["result"].clone() } else { fields(&answer["result"], wanted) };
        let shown = match &result {
            Value::Array(items) if items.is_empty() => "nothing".to_owned(),
            Value::Array(items) => {
                let lines: Vec<String> = items.iter().map(|it| show(it, &folder)).collect();
                lines.join("\n   ")
            }
            Value::String(text) => text.trim_end().replace('\n', "\n   ").replace(&folder, ""),
            other => show(other, &folder),
        };
        format!("<- {shown}\n").replace(" \n", "\n")
    }

    // The wire.

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let wire = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.runtime.block_on(self.output.write_all(wire.as_bytes())).unwrap();
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks, and does not wait; the number by which the answer comes.
    pub fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        loop {
            let message = self.receive();
            if message.get("method").is_none() && message["id"] == id {
                return message;
            }
        }
    }

    /// The next thing heard that is meant, or one that was heard before and not waited for.
    fn wait(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.heard.iter().position(&is) {
            return self.heard.remove(at);
        }
        loop {
            self.receive();
            if self.heard.last().is_some_and(&is) {
                return self.heard.pop().unwrap();
            }
        }
    }

    /// The next message; what the server asks is answered, and with what it tells kept.
    pub fn receive(&mut self) -> Value {
        let message = self.runtime.block_on(async {
            let mut length = 0;
            loop {
                let mut line = String::new();
                assert!(self.input.read_line(&mut line).await.unwrap() > 0, "the server has hung up");
                match line.trim().split_once(": ") {
                    Some((_, value)) => length = value.parse().unwrap_or(length),
                    None => break,
                }
            }
            let mut body = vec![0; length];
            self.input.read_exact(&mut body).await.unwrap();
            serde_json::from_slice::<Value>(&body).unwrap()
        });
        if let Some(method) = message.get("method").and_then(Value::as_str) {
            if let Some(id) = message.get("id") {
                let result = match method {
                    "workspace/configuration" => json!([self.settings]),
                    _ => Value::Null,
                };
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
            }
            // What nobody waits for is not kept for ever.
            self.heard.push(message.clone());
            let old = self.heard.len().saturating_sub(1_000);
            self.heard.drain(..old);
        }
        message
    }
}

/// Puts all of `more` into `into`.
fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}
