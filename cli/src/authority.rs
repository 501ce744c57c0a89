//! `walnut authority`: what each top-level name can reach, by which way, and what grew since another version.

mod diff;
mod graph;
mod show;
pub mod workspace;

use crate::Outcome;
use crate::args;
use std::io::{BufWriter, Write};
use workspace::{Named, Workspace};

pub fn run(it: &args::Authority) -> anyhow::Result<Outcome> {
    let workspace = Workspace::load(&it.paths, &it.imports)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    if !(it.dot || it.svg || it.diff.is_some()) {
        asked(it, &workspace, &mut out)?;
    }
    let outcome = match (&it.diff, &it.from, &it.to) {
        (Some(other), ..) => {
            let before = Workspace::load(std::slice::from_ref(other), &it.imports)?;
            diff::run(it, &before, &workspace, &mut out)?
        }
        (None, Some(from), Some(to)) => leak(it, &workspace, from, to, &mut out)?,
        (None, from, to) => {
            let mut names = workspace.names();
            if let Some(from) = from {
                names.retain(|name| name.is_called(from));
            }
            if let Some(to) = to {
                names.iter_mut().for_each(|name| name.it.reaches.retain(|it| it.thing.is_meant_by(to)));
                names.retain(|name| !name.it.reaches.is_empty());
            }
            told(it, &workspace, &names, &mut out)?;
            Outcome::Clean
        }
    };
    out.flush()?;
    Ok(if workspace.complain() { outcome } else { Outcome::Findings })
}

/// What the cells of notebooks will ask for when they are run.
fn asked(it: &args::Authority, workspace: &Workspace, out: &mut impl Write) -> anyhow::Result<()> {
    for (cell, power, words) in &workspace.asked {
        if it.json {
            writeln!(out, "{}", serde_json::json!({ "file": cell, "asks": power, "for": words }))?;
        } else {
            writeln!(out, "{cell} asks to {words} ({power})")?;
        }
    }
    if !it.json && !workspace.asked.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn told(
    it: &args::Authority,
    workspace: &Workspace,
    names: &[Named],
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if it.dot {
        write!(out, "{}", graph::dot(names))?;
    } else if it.svg {
        write!(out, "{}", graph::svg(names)?)?;
    } else if it.json {
        for name in names {
            writeln!(out, "{}", show::json_line(workspace, name))?;
        }
    } else {
        for name in names {
            // A question about one thing is answered about it alone.
            show::human(workspace, name, it.to.is_none(), out)?;
        }
        if names.is_empty() {
            writeln!(out, "no top-level name reaches that, within what can be followed")?;
        }
    }
    Ok(())
}

/// `--from A --to B`: the shortest way, and which single capture would close it.
fn leak(
    it: &args::Authority,
    workspace: &Workspace,
    from: &str,
    to: &str,
    out: &mut impl Write,
) -> anyhow::Result<Outcome> {
    let mut found = Outcome::Clean;
    let starts: Vec<Named> = workspace.names().into_iter().filter(|name| name.is_called(from)).collect();
    if starts.is_empty() {
        anyhow::bail!("no top-level name is called {from}");
    }
    for name in starts {
        let leak = workspace.analysis().leak(name.file, &name.it.name, to).unwrap_or_default();
        if it.json {
            writeln!(out, "{}", show::leak_line(&name, to, leak.as_ref()))?;
        } else {
            show::leak(&name, to, leak.as_ref(), out)?;
        }
        if leak.is_some() {
            found = Outcome::Findings;
        }
    }
    Ok(found)
}
