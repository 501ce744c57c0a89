//! `cargo xtask test`: installs what the tests need, runs all of them, and says how many passed.
//!
//! Rust's own tests and the pages of `tests/suite` run under `cargo test`; the language server and the kernel
//! then run as real processes under real clients: pytest, Neovim, VS Code's workbench, Jupyter's front ends.
//! What cannot be had on this machine is skipped, with the reason in the closing lines.

use crate::python::{self, repository, say};
use anyhow::{Context, bail};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What all tests came to.
#[derive(Debug, Default)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    /// What failed, one line each, as far as the test runners say.
    pub failures: Vec<String>,
    /// Why each thing was skipped.
    pub skipped: Vec<String>,
}

/// `--rust` runs what needs no client; nothing said runs everything.
pub fn run_test(args: &[String]) -> anyhow::Result<()> {
    let rust_only = match args {
        [] => false,
        [it] if it == "--rust" => true,
        _ => bail!("usage: cargo xtask test [--rust]"),
    };
    let mut tally = Tally::default();
    cargo_tests(&mut tally)?;
    if !rust_only {
        let walnut = built_walnut()?;
        clients(&walnut, &mut tally);
    }
    println!();
    for it in &tally.failures {
        println!("failed: {it}");
    }
    for it in &tally.skipped {
        println!("skipped: {it}");
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped.len());
    if tally.failed > 0 { bail!("{} test(s) failed", tally.failed) } else { Ok(()) }
}

/// Unit tests, page tests, doc tests of the whole workspace.
fn cargo_tests(tally: &mut Tally) -> anyhow::Result<()> {
    say("building and running Rust's tests and the pages of tests/suite");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--workspace", "--no-fail-fast"]).current_dir(repository());
    let mut counted = Tally::default();
    let clean = stream(&mut cargo, |line| {
        if let Some(counts) = line.strip_prefix("test result: ") {
            counted.passed += number_before(counts, " passed");
            counted.failed += number_before(counts, " failed");
            let ignored = number_before(counts, " ignored");
            counted.skipped.extend((0..ignored).map(|_| "a test marked as ignored".to_owned()));
        } else if let Some(name) = line.strip_prefix("test ").and_then(|it| it.strip_suffix(" ... FAILED")) {
            counted.failures.push(name.trim_end().to_owned());
        }
        !(line.starts_with("test ") && (line.ends_with("... ok") || line.trim_end().ends_with(" ok")))
            && !line.trim().is_empty()
            && !line.starts_with("running ")
    })?;
    if !clean && counted.failed == 0 {
        counted.failed = 1;
        counted.failures.push("cargo test did not come to its end (see above)".to_owned());
    }
    tally.add(counted);
    Ok(())
}

/// The binary that clients are pointed at: the one the tests were built with.
fn built_walnut() -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--package", "walnut"]).current_dir(repository());
    python::run(&mut cargo)?;
    let walnut = repository().join("target/debug").join(format!("walnut{}", std::env::consts::EXE_SUFFIX));
    if !walnut.exists() {
        bail!("cargo built walnut, but it is not at {}", walnut.display());
    }
    Ok(walnut)
}

fn clients(walnut: &Path, tally: &mut Tally) {
    if let Err(why) = neovim() {
        tally.skipped.push(format!("Neovim as a client of the language server: {why:#}"));
    }
    for release in ["trixie", "sid"] {
        if let Err(why) = later_neovim(release) {
            tally.skipped.push(format!("the Neovim of Debian's {release}: {why:#}"));
        }
    }
    match python::environment() {
        Ok(home) => {
            attempt(tally, "Jupyter's clients", || jupyter(walnut));
            if repository().join("tests/clients/lsp").exists() {
                attempt(tally, "clients of the language server", || language_server(&home, walnut));
            }
        }
        Err(why) => tally.skipped.push(format!("all Python clients: no environment could be made: {why:#}")),
    }
    for folder in ["vscode-extension", "tests/clients/vscode"] {
        if !repository().join(folder).join("package.json").exists() {
            continue;
        }
        if which("npm").is_none() {
            tally.skipped.push(format!("{folder}: there is no npm here"));
            continue;
        }
        attempt(tally, folder, || node(folder, walnut));
    }
}

fn attempt(tally: &mut Tally, what: &str, run: impl FnOnce() -> anyhow::Result<Tally>) {
    say(what);
    match run() {
        Ok(counted) => tally.add(counted),
        Err(why) => {
            tally.failed += 1;
            tally.failures.push(format!("{what}: {why:#}"));
        }
    }
}

fn jupyter(walnut: &Path) -> anyhow::Result<Tally> {
    let outcome = python::client_tests(walnut)?;
    Ok(Tally { passed: outcome.passed, skipped: outcome.skipped, ..Tally::default() })
}

/// `tests/clients/lsp` and `prompt`, run by pytest: conversations over stdio, Neovim, and a terminal.
fn language_server(home: &Path, walnut: &Path) -> anyhow::Result<Tally> {
    let mut pytest = python::module(home, "pytest");
    pytest.args(["-q", "-rsf", "-p", "no:cacheprovider", "tests/clients/lsp", "tests/clients/prompt"]);
    pytest.env("WALNUT", walnut).current_dir(repository());
    let mut counted = Tally::default();
    let clean = stream(&mut pytest, |line| {
        if let Some((_, reason)) = line.strip_prefix("SKIPPED ").and_then(|it| it.split_once(": ")) {
            counted.skipped.push(reason.to_owned());
        } else if let Some(name) = line.strip_prefix("FAILED ") {
            counted.failures.push(name.to_owned());
        } else if line.contains(" in ") && (line.contains(" passed") || line.contains(" failed")) {
            counted.passed = number_before(line, " passed");
            counted.failed = number_before(line, " failed") + number_before(line, " error");
        }
        true
    })?;
    if !clean && counted.failed == 0 {
        bail!("pytest did not come to its end");
    }
    Ok(counted)
}

/// A folder with a package.json: installs what it locks, then runs its `test` script.
fn node(folder: &str, walnut: &Path) -> anyhow::Result<Tally> {
    let folder_path = repository().join(folder);
    let manifest = std::fs::read_to_string(folder_path.join("package.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest).context("package.json")?;
    let scripts = &manifest["scripts"];
    let install = if folder_path.join("package-lock.json").exists() { "ci" } else { "install" };
    let mut npm = Command::new("npm");
    npm.args([install, "--no-audit", "--no-fund", "--silent", "--ignore-scripts"]);
    python::run(npm.current_dir(&folder_path))?;
    for script in ["check", "build"] {
        if scripts[script].is_string() {
            python::run(Command::new("npm").args(["run", "--silent", script]).current_dir(&folder_path))?;
        }
    }
    let mut counted = Tally::default();
    if !scripts["test"].is_string() {
        return Ok(counted);
    }
    let mut npm = Command::new("npm");
    npm.args(["test", "--silent"]).env("WALNUT", walnut).current_dir(&folder_path);
    match python::chromium() {
        Ok(path) => drop(npm.env("CHROMIUM", path)),
        Err(why) => drop(npm.env("NO_CHROMIUM", format!("{why:#}"))),
    }
    let mut skipped = 0;
    let clean = stream(&mut npm, |line| {
        // `# pass 3` in TAP, `ℹ pass 3` for people.
        let mut words = line.trim_start_matches(['#', 'ℹ', ' ']).split(' ');
        match (words.next(), words.next().and_then(|it| it.parse::<usize>().ok()), words.next()) {
            (Some("pass"), Some(count), None) => counted.passed += count,
            (Some("fail"), Some(count), None) => counted.failed += count,
            (Some("skipped"), Some(count), None) => skipped += count,
            _ => {
                if let Some(name) = line.trim_start().strip_prefix("not ok ") {
                    counted.failures.push(format!("{folder}: {name}"));
                }
            }
        }
        true
    })?;
    counted.skipped.extend((0..skipped).map(|_| format!("{folder}: a test skipped itself (see above)")));
    if !clean && counted.failed == 0 {
        bail!("npm test failed");
    }
    Ok(counted)
}

/// Neovim, installed if this is root and it is not there.
fn neovim() -> anyhow::Result<()> {
    if which("nvim").is_some() {
        return Ok(());
    }
    if which("apt-get").is_none() {
        bail!("there is no nvim and no apt-get to install it with");
    }
    if !python::is_root() {
        bail!("there is no nvim and only root may install it (apt-get install neovim)");
    }
    say("installing Neovim");
    let apt = |args: &[&str]| {
        let mut apt = Command::new("apt-get");
        python::run(apt.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
    };
    let install = || apt(&["install", "--quiet", "--yes", "neovim"]);
    if install().is_err() {
        apt(&["update", "--quiet"])?;
        install()?;
    }
    Ok(())
}

/// That of a later Debian, in `target/neovim`: a few minutes, once, where this is root on a Debian.
fn later_neovim(release: &str) -> anyhow::Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("it is taken from packages for Linux on x86-64");
    }
    let home = repository().join("target/neovim").join(release);
    if !home.join("nvim").exists() {
        say(&format!("unpacking the Neovim of Debian's {release} into target/neovim (a few minutes, once)"));
    }
    let script = repository().join("tests/clients/lsp/neovim.sh");
    let output = Command::new("bash").arg(script).arg(release).arg(&home).output().context("bash")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stdout).trim());
    }
    Ok(())
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
        self.skipped.extend(other.skipped);
    }
}

/// Runs a command, prints the lines of its output that `shown` wants, and says whether it succeeded.
fn stream(command: &mut Command, mut shown: impl FnMut(&str) -> bool) -> anyhow::Result<bool> {
    let name = format!("{:?}", command.get_program());
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            if shown(&line) {
                println!("{line}");
            }
        }
    }
    Ok(child.wait()?.success())
}

/// The number that stands before `word`: `12` in `ok. 12 passed`.
fn number_before(text: &str, word: &str) -> usize {
    let Some(at) = text.find(word) else { return 0 };
    let before = &text[..at];
    let start = before.rfind(|it: char| !it.is_ascii_digit()).map_or(0, |it| it + 1);
    before[start..].parse().unwrap_or(0)
}

fn which(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|it| it.join(name)).find(|it| it.is_file())
}

#[cfg(test)]
mod tests {
    use super::number_before;

    #[test]
    fn counts_are_read_from_what_runners_say() {
        let line = "ok. 12 passed; 3 failed; 0 ignored; 0 measured";
        assert_eq!([" passed", " failed", " ignored"].map(|it| number_before(line, it)), [12, 3, 0]);
        assert_eq!(number_before("31 passed, 1 skipped in 12.34s", " passed"), 31);
        assert_eq!(number_before("31 passed in 12.34s", " error"), 0);
    }
}
