//! The binary as a person meets it: consoles on pages, transcripts through `updoc` and through the prompt.
//!
//! A `console` fence has command lines after `$ ` and what they print after them, standard error included; a
//! last line `(exit N)` stands where a command does not succeed. The files of the case are beside it.

use harness::{Answer, Case, Suite, Transcript};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};

fn main() -> ExitCode {
    let mut suite = Suite::new()
        .chapters("cli", console)
        .chapter(&harness::repository().join("README.md"), readme)
        .test("all transcripts agree through walnut updoc", transcripts_agree)
        .test("the examples of docs/library.md say what they say", library);
    for folder in ["examples", "tests/suite/vat"] {
        for path in transcripts(&harness::repository().join(folder)) {
            suite = suite.transcript(path, std::sync::Arc::new(prompt));
        }
    }
    suite.run()
}

fn walnut() -> Command {
    Command::new(env!("CARGO_BIN_EXE_walnut"))
}

fn transcripts(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path());
    let mut found: Vec<PathBuf> =
        entries.filter(|it| it.extension().is_some_and(|it| it == "updoc")).collect();
    found.sort();
    found
}

/// Runs each command of the page's console in a folder that holds the page's files.
fn console(case: &mut Case) {
    let folder = Folder::new();
    for (name, file) in &case.files {
        let path = folder.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&folder.0)).unwrap();
        std::fs::write(path, &file.text).unwrap();
    }
    for (at, page) in case.all("console").into_iter().enumerate() {
        let commands = page.lines().filter_map(|it| it.strip_prefix("$ "));
        let got: String = commands.map(|it| format!("$ {it}\n{}", said(it, &folder.0))).collect();
        case.answer_nth("console", at, got);
    }
}

/// The README's programs are the ones it shows; its other fences are not ours to run.
fn readme(case: &mut Case) {
    for info in case.wanted() {
        if info != "console" {
            case.given(&info);
        }
    }
    console(case);
}

fn said(line: &str, folder: &Path) -> String {
    let words = words(line);
    assert_eq!(
        words.first().map(String::as_str),
        Some("walnut"),
        "a page's commands start with walnut: {line}"
    );
    let output = walnut().args(&words[1..]).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let mut said = text(&output);
    if !said.is_empty() && !said.ends_with('\n') {
        said.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        Some(code) => said.push_str(&format!("(exit {code})\n")),
        None => said.push_str("(killed)\n"),
    }
    said
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Words between blanks; single quotes hold one together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (n, part) in line.split('\'').enumerate() {
        if n % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// What a turn may use: the pages about programs that do not end name it.
const BUDGET: &[&str] = &["--fuel", "5000000", "--memory", "67108864"];

fn transcripts_agree() -> Result<(), String> {
    let folders = ["examples", "tests/suite/vat"].map(|it| harness::repository().join(it));
    // A notebook of the gallery asks for a file; the one beside it is granted.
    let granted = ("WALNUT_GRANTS", "file=prices.csv");
    let output = walnut().arg("updoc").args(BUDGET).args(folders).env(granted.0, granted.1).output();
    let output = output.map_err(|it| it.to_string())?;
    if output.status.success() { Ok(()) } else { Err(text(&output)) }
}

/// The library's page is a transcript, run with what it says it is granted.
fn library() -> Result<(), String> {
    let folder = Folder::new();
    let mut run = walnut();
    run.arg("updoc").arg(harness::repository().join("docs/library.md"));
    let files = format!("file={}:rw", folder.0.display());
    for grant in [&*files, "process=echo", "process=cat", "network=127.0.0.1:*", "stdin"] {
        run.args(["--grant", grant]);
    }
    let run = run.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut run = run.map_err(|it| it.to_string())?;
    let typed = run.stdin.take().ok_or("no standard input")?.write_all(b"Alice\n");
    typed.map_err(|it| it.to_string())?;
    let output = run.wait_with_output().map_err(|it| it.to_string())?;
    if output.status.success() { Ok(()) } else { Err(text(&output)) }
}

/// Types the steps of a transcript at the prompt; what it prints is a transcript again.
fn prompt(transcript: &Transcript) -> Vec<Vec<Answer>> {
    let mut typed = String::new();
    for step in transcript.steps() {
        typed.push_str("? ");
        typed.push_str(&step.input.replace('\n', "\n> "));
        typed.push('\n');
    }
    let mut child = walnut()
        .arg("repl")
        .args(BUDGET)
        .current_dir(harness::repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(typed.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let printed = Transcript::of(&transcript.path, String::from_utf8_lossy(&output.stdout).into_owned());
    printed.steps().map(|it| it.expected.clone()).collect()
}

/// A folder that is gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("walnut-suite-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}
