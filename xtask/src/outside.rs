//! `cargo xtask outside DIR`: runs the transcripts of another checkout through `walnut updoc`.
//!
//! A table by folder says how many steps agree. Nothing of the checkout is copied; its own native modules are
//! stood in for by the modules in `tests/outside`.

use crate::demo::release_walnut;
use crate::python::repository;
use anyhow::{Context, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Clone, Copy, Default)]
struct Counts {
    files: usize,
    steps: usize,
    passed: usize,
    /// Steps that did not come to their end.
    stuck: usize,
    /// Files during which walnut itself ended.
    ended: usize,
}

pub fn run_outside(args: &[String]) -> anyhow::Result<()> {
    let (folder, rest) = match args {
        [folder, rest @ ..] => (PathBuf::from(folder), rest),
        [] => bail!("usage: cargo xtask outside DIR [--files]"),
    };
    let each = rest.iter().any(|it| it == "--files");
    let walnut = release_walnut()?;
    let mut transcripts = Vec::new();
    collect(&folder, &mut transcripts)?;
    let mut classes: BTreeMap<String, Counts> = BTreeMap::new();
    let mut total = Counts::default();
    for path in &transcripts {
        let counts = one(&walnut, &folder, path)?;
        if counts.steps == 0 {
            continue;
        }
        let name = path.strip_prefix(&folder).unwrap_or(path);
        let class = match each {
            true => name.display().to_string(),
            false => name.parent().map(|it| it.display().to_string()).unwrap_or_default(),
        };
        for into in [classes.entry(class).or_default(), &mut total] {
            into.files += counts.files;
            into.steps += counts.steps;
            into.passed += counts.passed;
            into.stuck += counts.stuck;
            into.ended += counts.ended;
        }
    }
    println!("| transcripts | files | steps | agree | % | stuck | ended |\n|---|--:|--:|--:|--:|--:|--:|");
    for (class, it) in classes.iter().map(|(class, it)| (class.as_str(), it)).chain([("all", &total)]) {
        let share = 100.0 * it.passed as f64 / it.steps.max(1) as f64;
        println!(
            "| {class} | {} | {} | {} | {share:.1} | {} | {} |",
            it.files, it.steps, it.passed, it.stuck, it.ended
        );
    }
    Ok(())
}

/// Transcripts, and modules and programs that may have steps in their comments.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .flatten()
        .map(|it| it.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|it| it == "updoc" || it == "emaker" || it == "e") {
            found.push(path);
        }
    }
    Ok(())
}

fn one(walnut: &Path, checkout: &Path, path: &Path) -> anyhow::Result<Counts> {
    let mut command = Command::new(walnut);
    command.arg("updoc").arg("--json").arg("--import").arg(repository().join("tests/outside"));
    command.arg("--import").arg(checkout.join("lib")).arg(path);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut counts = Counts { files: 1, ..Counts::default() };
    let mut closed = false;
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(|it| it.lines()) {
        let Ok(said) = serde_json::from_str::<Value>(&line?) else { continue };
        closed |= said["summary"] == true;
        match said["status"].as_str() {
            Some("pass") => (counts.steps, counts.passed) = (counts.steps + 1, counts.passed + 1),
            Some("timeout") => (counts.steps, counts.stuck) = (counts.steps + 1, counts.stuck + 1),
            Some(_) => counts.steps += 1,
            None => {}
        }
    }
    child.wait()?;
    counts.ended = usize::from(!closed);
    Ok(counts)
}
