//! The visitor: runs pages of E against any room, and knows none of them.
//!
//! A page is read by a stranger first and by a machine second. Two kinds:
//!
//! * **Chapters**, `tests/suite/<layer>/**/*.md`, for what can be known. Every heading that has a fence under it
//!   is a case. A fence whose first word is `e` is a file of the case (`e`, or `e mint.emaker` to give it a
//!   name); any other fence is an expected answer, named by its info string (`text`, `kernel-e`, `hover`).
//! * **Transcripts**, `tests/suite/<layer>/**/*.updoc`, for what happens.
//!
//! In a room's `Cargo.toml`:
//!
//! ```toml
//! [dev-dependencies]
//! harness.workspace = true
//!
//! [[test]]
//! name = "suite"
//! harness = false
//! ```
//!
//! and in its `tests/suite.rs`, the only code that touches the room's API:
//!
//! ```no_run
//! use harness::{Case, Label};
//!
//! /// Every number of the file is labelled; the answer under `shout` is the file in capitals.
//! fn check(case: &mut Case) {
//!     let text = case.text().to_string();
//!     let labels = text.match_indices("1").map(|(at, _)| Label::new(at..at + 1, "a number"));
//!     case.labels(labels.collect());
//!     case.answer("shout", text.to_uppercase());
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     harness::suite("syntax/errors", check)
//! }
//! ```
//!
//! against a page such as
//!
//! ````markdown
//! ## A mint starts with one coin
//!
//! ```e
//! def mint := 1
//! #           ^ a number
//! ```
//!
//! ```shout
//! DEF MINT := 1
//! ```
//! ````
//!
//! * Label lines (`# ^^^ label` under the text they name) are comments for the reader: they are taken out of
//!   the file before the room sees it. Carets on the first column are written `#<^^ label` (`<` stands for the
//!   first column). A range that goes on in later lines ends in `…`.
//! * `<|>` is the cursor: taken out too, its place is [`Case::cursor`].
//! * An answer that is not on the page is a failure, and so is a fence that no check asked for.
//! * A room with several kinds of page uses [`Suite`]; each has its folder and its check.
//! * `UPDATE=1 cargo test` writes the answers in. Read the diff before you believe it.
//!
//! For transcripts the check gets the steps' inputs and gives the answers of each:
//!
//! ```no_run
//! use harness::{Answer, Suite, Transcript};
//!
//! fn replay(transcript: &Transcript) -> Vec<Vec<Answer>> {
//!     transcript.steps().map(|step| vec![Answer::new("value", step.input.len().to_string())]).collect()
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     Suite::new().transcripts("vat", replay).run()
//! }
//! ```

mod bless;
mod chapter;
mod diff;
mod markup;
pub mod texts;
mod transcript;

pub use chapter::{Case, Fence};
pub use diff::diff;
pub use markup::{Label, Marked};
pub use transcript::{Answer, Step, Transcript};

use bless::Blessing;
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

/// Runs every chapter under `tests/suite/<layer>`; see the crate's page.
pub fn suite(layer: &str, check: fn(&mut Case)) -> ExitCode {
    Suite::new().chapters(layer, check).run()
}

/// The folder that holds all pages, `tests/suite`.
pub fn suite_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("suite")
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// Several folders of pages, each with its check.
#[derive(Default)]
pub struct Suite {
    trials: Vec<Trial>,
    blessings: Arc<Mutex<Vec<Blessing>>>,
}

impl Suite {
    pub fn new() -> Suite {
        Suite::default()
    }

    /// Every case of every `.md` under `tests/suite/<layer>`. A layer without pages is a failing test.
    pub fn chapters(mut self, layer: &str, check: fn(&mut Case)) -> Suite {
        for path in self.pages(layer, "md") {
            self = self.chapter(&path, check);
        }
        self
    }

    /// Every case of one page, wherever it is.
    pub fn chapter(mut self, path: &Path, check: fn(&mut Case)) -> Suite {
        let shown = shown(path);
        for mut case in chapter::read(path) {
            let blessings = self.blessings.clone();
            let name = format!("{shown}: {}", case.name);
            self.trials.push(Trial::test(name, move || {
                check(&mut case);
                settle(case.finish(), &blessings)
            }));
        }
        self
    }

    /// Every `.updoc` under `tests/suite/<layer>`; `replay` gives the answers of each step, in order.
    pub fn transcripts(
        mut self,
        layer: &str,
        replay: impl Fn(&Transcript) -> Vec<Vec<Answer>> + Send + Sync + 'static,
    ) -> Suite {
        let replay = Arc::new(replay);
        for path in self.pages(layer, "updoc") {
            self = self.transcript(path, replay.clone());
        }
        self
    }

    /// One transcript, wherever it is.
    pub fn transcript(
        mut self,
        path: PathBuf,
        replay: Arc<impl Fn(&Transcript) -> Vec<Vec<Answer>> + Send + Sync + 'static>,
    ) -> Suite {
        let blessings = self.blessings.clone();
        self.trials.push(Trial::test(shown(&path), move || {
            let transcript = Transcript::read(&path)?;
            let got = replay(&transcript);
            settle(transcript.compare(&got), &blessings)
        }));
        self
    }

    /// A test that is not a page: `Err` is what went wrong.
    pub fn test(
        mut self,
        name: impl Into<String>,
        run: impl FnOnce() -> Result<(), String> + Send + 'static,
    ) -> Suite {
        self.trials.push(Trial::test(name, move || run().map_err(Failed::from)));
        self
    }

    /// Runs the tests as `cargo test` expects, then blesses if `UPDATE=1` asks for it.
    pub fn run(self) -> ExitCode {
        let conclusion = libtest_mimic::run(&Arguments::from_args(), self.trials);
        let blessings = std::mem::take(&mut *self.blessings.lock().unwrap_or_else(|it| it.into_inner()));
        match bless::write(blessings) {
            Ok(0) => {}
            Ok(files) => eprintln!("wrote answers into {files} file(s); read the diff before you believe it"),
            Err(problem) => {
                eprintln!("could not write the answers: {problem}");
                return ExitCode::FAILURE;
            }
        }
        conclusion.exit_code()
    }

    fn pages(&mut self, layer: &str, extension: &str) -> Vec<PathBuf> {
        let mut pages = Vec::new();
        walk(&suite_folder().join(layer), extension, &mut pages);
        if pages.is_empty() {
            let message = format!("there is no .{extension} page under tests/suite/{layer}");
            self.trials.push(Trial::test(format!("{layer}: has pages"), move || Err(Failed::from(message))));
        }
        pages
    }
}

/// All files with `extension` under `folder`, in order of their names.
fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|it| it.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, extension, found);
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
}

/// A page's name in the list of tests.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(suite_folder()).or_else(|_| path.strip_prefix(repository())).unwrap_or(path);
    path.display().to_string()
}

fn settle(outcome: Result<(), bless::Mismatch>, blessings: &Mutex<Vec<Blessing>>) -> Result<(), Failed> {
    let Err(mismatch) = outcome else { return Ok(()) };
    if bless::wanted() && !mismatch.edits.is_empty() {
        blessings.lock().unwrap_or_else(|it| it.into_inner()).extend(mismatch.edits);
        if mismatch.hopeless.is_empty() {
            return Ok(());
        }
        return Err(Failed::from(mismatch.hopeless.join("\n")));
    }
    Err(Failed::from(mismatch.to_string()))
}
