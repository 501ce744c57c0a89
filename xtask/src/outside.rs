//! `cargo xtask outside DIR`: runs the transcripts of another checkout through `walnut updoc`.
//!
//! Two tables, by folder and by what the transcripts are about, say how many steps agree. Nothing of the
//! checkout is copied; its own native modules are stood in for by the modules in `tests/outside`.

mod classes;
mod emakers;
mod failing;

use crate::demo::release_walnut;
use crate::python::repository;
use anyhow::{Context, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What came of some transcripts.
#[derive(Clone, Copy, Default)]
struct Counts {
    files: usize,
    steps: usize,
    passed: usize,
    /// Steps that mention what only their own host has.
    host: usize,
    /// Of those, the ones that agree all the same.
    host_passed: usize,
    /// Steps that did not come to their end.
    stuck: usize,
    /// Files during which walnut itself ended.
    ended: usize,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.files += other.files;
        self.steps += other.steps;
        self.passed += other.passed;
        self.host += other.host;
        self.host_passed += other.host_passed;
        self.stuck += other.stuck;
        self.ended += other.ended;
    }
    fn step(&mut self, said: &Value, host: bool) {
        self.steps += 1;
        let passed = said["status"] == "pass";
        self.passed += usize::from(passed);
        self.host += usize::from(host);
        self.host_passed += usize::from(host && passed);
        self.stuck += usize::from(said["status"] == "timeout");
    }
}

/// The checkout, and the walnut that is asked about it.
struct Asked {
    folder: PathBuf,
    walnut: PathBuf,
}

pub fn run_outside(args: &[String]) -> anyhow::Result<()> {
    const USAGE: &str = "usage: cargo xtask outside DIR [--files] [--failing] [--emakers] [--with WALNUT]";
    let (mut folder, mut with, mut each, mut modules, mut fail) = (None, None, false, false, false);
    let mut args = args.iter();
    while let Some(it) = args.next() {
        match it.as_str() {
            "--files" => each = true,
            "--emakers" => modules = true,
            "--failing" => fail = true,
            "--with" => with = Some(PathBuf::from(args.next().context(USAGE)?)),
            it if it.starts_with('-') || folder.is_some() => bail!(USAGE),
            it => folder = Some(PathBuf::from(it)),
        }
    }
    let walnut = match with {
        Some(it) => it.canonicalize().with_context(|| it.display().to_string())?,
        None => release_walnut()?,
    };
    let folder = folder.context(USAGE)?;
    let folder = folder.canonicalize().with_context(|| folder.display().to_string())?;
    let asked = Asked { folder, walnut };
    match () {
        () if modules => emakers::report(&asked),
        () if fail => failing::report(&asked),
        () => transcripts(&asked, each),
    }
}

fn transcripts(asked: &Asked, each: bool) -> anyhow::Result<()> {
    let paths = asked.transcripts()?;
    let outcomes = in_parallel(&paths, |path| asked.transcript(path))?;
    let (mut folders, mut subjects) = (BTreeMap::new(), BTreeMap::new());
    for (path, counts) in paths.iter().zip(outcomes) {
        if counts.steps == 0 && counts.ended == 0 {
            continue;
        }
        let name = path.strip_prefix(&asked.folder).unwrap_or(path);
        let folder = match each {
            true => name.display().to_string(),
            false => name.parent().map(|it| it.display().to_string()).unwrap_or_default(),
        };
        folders.entry(folder).or_insert_with(Counts::default).add(counts);
        subjects.entry(classes::of(name)).or_insert_with(Counts::default).add(counts);
    }
    table("transcripts", &folders);
    println!();
    table("about", &subjects.into_iter().map(|(class, it)| (class.title().to_owned(), it)).collect());
    Ok(())
}

fn table(heading: &str, rows: &BTreeMap<String, Counts>) {
    println!("| {heading} | files | steps | agree | % | need a host | % of the others | stuck | ended |");
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    let mut total = Counts::default();
    rows.values().for_each(|it| total.add(*it));
    for (name, it) in rows.iter().map(|(name, it)| (name.as_str(), it)).chain([("all", &total)]) {
        println!(
            "| {name} | {} | {} | {} | {:.1} | {} | {:.1} | {} | {} |",
            it.files,
            it.steps,
            it.passed,
            share(it.passed, it.steps),
            it.host,
            share(it.passed - it.host_passed, it.steps - it.host),
            it.stuck,
            it.ended
        );
    }
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// Files below a folder that end in one of these.
fn collect(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .flatten()
        .map(|it| it.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, endings, found)?;
        } else if path.extension().and_then(|it| it.to_str()).is_some_and(|it| endings.contains(&it)) {
            found.push(path);
        }
    }
    Ok(())
}

/// What `f` says of each, two at a time, in the order of the items.
fn in_parallel<T: Sync, A: Send>(
    items: &[T],
    f: impl Fn(&T) -> anyhow::Result<A> + Sync,
) -> anyhow::Result<Vec<A>> {
    let (next, answers) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|it| (at, it))
                } {
                    let answer = f(item);
                    if let Ok(mut it) = answers.lock() {
                        it.push((at, answer));
                    }
                }
            });
        }
    });
    let mut answers = answers.into_inner().unwrap_or_default();
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, it)| it).collect()
}

impl Asked {
    /// Every file of the checkout that may have steps.
    fn transcripts(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        collect(&self.folder, &["updoc", "emaker", "e"], &mut paths)?;
        Ok(paths)
    }

    fn transcript(&self, path: &Path) -> anyhow::Result<Counts> {
        let lines = self.updoc(path)?;
        let mut counts = Counts { files: 1, ..Counts::default() };
        for said in lines.iter().filter(|it| it["status"].is_string()) {
            counts.step(said, classes::needs_host(said));
        }
        counts.ended = usize::from(!lines.iter().any(|it| it["summary"] == true));
        Ok(counts)
    }

    /// The lines `walnut updoc --json` prints for a file.
    fn updoc(&self, path: &Path) -> anyhow::Result<Vec<Value>> {
        let mut command = Command::new(&self.walnut);
        command.args(["updoc", "--json", "--import"]).arg(repository().join("tests/outside"));
        command.arg("--import").arg(self.folder.join("lib")).arg(path);
        // They may read what they came with, and ask where it is.
        if let Some((parent, name)) = self.folder.parent().zip(self.folder.file_name()) {
            command.arg("--grant").arg(format!("file={}", parent.display()));
            command.arg("--prop").arg(format!("e.home=/{}", name.display()));
        }
        let said = command.stderr(Stdio::null()).output()?;
        let text = String::from_utf8_lossy(&said.stdout);
        Ok(text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect())
    }
}
