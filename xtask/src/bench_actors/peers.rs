//! Who takes part in `bench --actors`, and how each runs a program.

use crate::python::{repository, run, say};
use std::path::{Path, PathBuf};
use std::process::Command;

/// No program takes so many seconds, whoever runs it.
const AT_MOST: &str = "120";

/// Those that are on this machine.
pub struct Peers {
    pub walnut: PathBuf,
    folder: PathBuf,
    /// Erlang's programs, compiled.
    erlang: Option<PathBuf>,
    node: bool,
}

impl Peers {
    pub fn new(walnut: PathBuf) -> anyhow::Result<Peers> {
        let folder = repository().join("bench/actors");
        let erlang = match is_there("erl") && is_there("erlc") {
            true => Some(compiled_erlang(&folder)?),
            false => None,
        };
        let node = is_there("node");
        for (is, name) in [(erlang.is_some(), "erl"), (node, "node")] {
            if !is {
                say(&format!("{name} is not on this machine: its column stays empty"));
            }
        }
        Ok(Peers { walnut, folder, erlang, node })
    }

    fn file(&self, it: &str) -> String {
        self.folder.join(it).display().to_string()
    }

    /// How somebody runs a program; `None`: it is not installed. The last line of its errors is the peak of its
    /// memory in kilobytes.
    pub fn command(&self, who: &str, name: &str, args: &[&str]) -> Option<Command> {
        let mut words: Vec<String> = Vec::new();
        match who {
            "walnut" => {
                words.extend([self.walnut.display().to_string(), "run".into()]);
                words.extend([self.file(&format!("{name}.e")), "--".into()]);
            }
            "erlang" | "erlang +S 1" => {
                words.extend(["erl", "-noshell", "+P", "2000000"].map(String::from));
                if who == "erlang +S 1" {
                    words.extend(["+S".into(), "1".into()]);
                }
                words.extend(["-pa".into(), self.erlang.as_ref()?.display().to_string()]);
                words.extend(["-run", "actors", "start", name].map(String::from));
            }
            "tokio" | "tokio 2 threads" => {
                words.push(repository().join("target/release/actors-tokio").display().to_string());
                if who == "tokio 2 threads" {
                    words.extend(["--threads".into(), "2".into()]);
                }
                words.push(name.into());
            }
            "node" if self.node => words.extend(["node".into(), self.file("actors.js"), name.into()]),
            _ => return None,
        }
        words.extend(args.iter().map(|it| (*it).to_owned()));
        let mut command = Command::new("/usr/bin/time");
        command.args(["-f", "%M", "timeout", AT_MOST]).args(words);
        Some(command)
    }
}

fn is_there(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|it| it.join(program).exists())
}

fn compiled_erlang(folder: &Path) -> anyhow::Result<PathBuf> {
    let out = repository().join("target/bench/erlang");
    std::fs::create_dir_all(&out)?;
    run(Command::new("erlc").arg("-o").arg(&out).arg(folder.join("actors.erl")))?;
    Ok(out)
}
