//! `cargo xtask outside DIR --failing`: every step that does not agree, file by file, and whether
//! `docs/language.md` says why.
//!
//! The page has a line for each file with such steps, below "What fails, file by file": it names the file and says
//! how many steps of it differ on purpose, are open, and need a host. Numbers that are not those of this run, and
//! files that are not on the page, are found here.

use super::{Asked, classes, in_parallel};
use crate::python::repository;
use anyhow::{Context, bail};
use serde_json::Value;
use std::collections::BTreeMap;

/// A step that does not agree.
struct Failed {
    line: u64,
    input: String,
    expected: String,
    actual: String,
    host: bool,
}

pub fn report(asked: &Asked) -> anyhow::Result<()> {
    let paths = asked.transcripts()?;
    let found = in_parallel(&paths, |path| Ok(failed(&asked.updoc(path)?)))?;
    let page = repository().join("docs/language.md");
    let page = std::fs::read_to_string(&page).with_context(|| page.display().to_string())?;
    let explained = explained(&page);
    let mut wrong = Vec::new();
    for (path, steps) in paths.iter().zip(found).filter(|(_, steps)| !steps.is_empty()) {
        let name = path.strip_prefix(&asked.folder).unwrap_or(path).display().to_string();
        println!("{name}");
        for it in &steps {
            let host = if it.host { " (needs a host)" } else { "" };
            println!("  {}: {}{host}", it.line, first_line(&it.input));
            println!("    - {}", first_line(&it.expected));
            println!("    + {}", first_line(&it.actual));
        }
        match explained.get(&name) {
            None => wrong
                .push(format!("{name}: {} steps fail, and docs/language.md does not name it", steps.len())),
            Some(count) if *count != steps.len() => {
                wrong.push(format!("{name}: {} steps fail, docs/language.md explains {count}", steps.len()));
            }
            Some(_) => {}
        }
    }
    if wrong.is_empty() {
        println!("\nEvery step that fails stands in docs/language.md.");
        return Ok(());
    }
    bail!("{}", wrong.join("\n"))
}

fn failed(lines: &[Value]) -> Vec<Failed> {
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let steps = lines.iter().filter(|it| it["status"].is_string() && it["status"] != "pass");
    steps
        .map(|it| Failed {
            line: it["line"].as_u64().unwrap_or_default(),
            input: text(&it["input"]),
            expected: text(&it["expected"]),
            actual: text(&it["actual"]),
            host: classes::needs_host(it),
        })
        .collect()
}

/// As much of a text as a list has room for.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("# ").unwrap_or(line).chars().take(110).collect()
}

/// The rows ``| `tests/gate.updoc` | 3 | … |``: how many steps of each file the page explains.
fn explained(page: &str) -> BTreeMap<String, usize> {
    let rows = page.lines().skip_while(|it| !it.contains("What fails, file by file"));
    rows.filter_map(|row| {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        Some((name.to_owned(), cells.next()?.parse().ok()?))
    })
    .collect()
}
