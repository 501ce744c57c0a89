//! A language server as its clients see it: a process, and messages over its pipes.

use crate::bench::millis;
use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

pub struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last: u64,
    /// When the last message had come in whole, and was not taken apart yet.
    pub heard: Instant,
    /// Diagnostics that came while something else was waited for.
    pushed: Vec<Value>,
}

impl Client {
    /// Starts a server in `folder`, and says how many milliseconds went by until it had answered `initialize`.
    pub fn start(command: &[String], folder: &Path) -> anyhow::Result<(Client, f64)> {
        let started = Instant::now();
        let (program, args) = command.split_first().context("no server is named")?;
        let mut child = Command::new(program)
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| program.clone())?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("{program} has no streams");
        };
        let mut client = Client {
            child,
            input,
            output: BufReader::new(output),
            last: 0,
            heard: started,
            pushed: Vec::new(),
        };
        let root = json!([{ "uri": address(folder), "name": "bench" }]);
        let capabilities = json!({ "textDocument": { "publishDiagnostics": { "versionSupport": true } } });
        let params = json!({
            "processId": null, "rootUri": null, "workspaceFolders": root, "capabilities": capabilities,
        });
        let answer = client.request("initialize", &params)?;
        let taken = millis(client.heard - started);
        ensure!(answer["capabilities"].is_object(), "{program} says {answer} to initialize");
        client.tell("initialized", &json!({}))?;
        Ok((client, taken))
    }

    /// The next list of diagnostics of a document that is about `version`.
    pub fn diagnostics(&mut self, uri: &str, version: usize) -> anyhow::Result<Vec<Value>> {
        loop {
            let it = match self.pushed.is_empty() {
                true => self.receive()?,
                false => self.pushed.remove(0),
            };
            let params = &it["params"];
            let is_meant = it["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && params["version"].as_u64().is_none_or(|it| it == version as u64);
            if is_meant {
                return Ok(params["diagnostics"].as_array().cloned().unwrap_or_default());
            }
        }
    }

    /// Asks, and waits for the result.
    pub fn request(&mut self, method: &str, params: &Value) -> anyhow::Result<Value> {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        loop {
            let mut it = self.receive()?;
            if it["id"] == id && it.get("method").is_none() {
                ensure!(it.get("error").is_none(), "the answer to {method} is {}", it["error"]);
                return Ok(it["result"].take());
            }
            if it["method"] == "textDocument/publishDiagnostics" {
                self.pushed.push(it);
            }
        }
    }

    pub fn tell(&mut self, method: &str, params: &Value) -> anyhow::Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    fn send(&mut self, message: &Value) -> anyhow::Result<()> {
        let body = message.to_string();
        // In one piece: a server that is woken by the head alone would wait for the rest.
        self.input.write_all(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())?;
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
        self.heard = Instant::now();
        let it: Value = serde_json::from_slice(&body)?;
        if it.get("method").is_some() && it.get("id").is_some() {
            let answer = if it["method"] == "workspace/configuration" { json!([null]) } else { Value::Null };
            self.send(&json!({ "jsonrpc": "2.0", "id": it["id"], "result": answer }))?;
        }
        Ok(it)
    }

    /// What the process has resident, in megabytes.
    pub fn memory(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.split_whitespace().next().unwrap_or("0").parse::<f64>()? / 1024.0)
    }

    /// Says goodbye, and waits for the process to end.
    pub fn stop(mut self) -> anyhow::Result<()> {
        self.request("shutdown", &Value::Null)?;
        self.tell("exit", &Value::Null)?;
        drop(self.input);
        self.child.wait()?;
        Ok(())
    }
}

pub fn address(path: &Path) -> String {
    format!("file://{}", path.display())
}
