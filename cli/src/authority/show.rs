//! Authority as text for people and as JSON lines for programs.

use super::workspace::{Named, Workspace};
use analysis::{LeakFound, MethodAuthority, Reached, ReachedThing};
use serde_json::{Value, json};
use std::io::Write;

/// The longest column of labels.
const WIDEST: usize = 28;

pub fn human(
    workspace: &Workspace,
    name: &Named,
    methods: bool,
    out: &mut impl Write,
) -> std::io::Result<()> {
    writeln!(out, "{}:{}:{}: {}", name.source, name.place.line, name.place.column, name.it.name)?;
    // Other objects are the way, not the end of it; parameters are whatever a caller has anyway.
    let is_end = |it: &&Reached| !matches!(it.thing, ReachedThing::Object(_)) || !methods;
    let ends: Vec<&Reached> = name.it.reaches.iter().filter(is_end).collect();
    let width = ends.iter().map(|it| it.thing.label().chars().count()).max().unwrap_or(0).min(WIDEST);
    for it in &ends {
        let label = it.thing.label();
        let at = match it.at {
            Some(at) if it.thing.kind() == "state" => {
                let place = workspace.place(at);
                format!(" ({}:{}:{})", workspace.name(at), place.line, place.column)
            }
            _ => String::new(),
        };
        writeln!(out, "    {:9} {label:width$}  {}{at}", it.thing.kind(), it.path.join(" → "))?;
    }
    if ends.is_empty() {
        writeln!(out, "    reaches nothing but data and what everybody has")?;
    }
    for it in name.it.methods.iter().filter(|_| methods) {
        let does = deeds(it);
        if !does.is_empty() {
            writeln!(out, "    {}: {}", it.message, does.join("; "))?;
        }
    }
    Ok(())
}

/// What a method does that is worth telling.
fn deeds(it: &MethodAuthority) -> Vec<String> {
    let mut deeds = Vec::new();
    let given = |it: &&ReachedThing| !matches!(it, ReachedThing::Parameter(_));
    let returns: Vec<String> = it.returns.iter().filter(given).map(ReachedThing::label).collect();
    if !returns.is_empty() {
        deeds.push(format!("answers with {}", returns.join(", ")));
    }
    deeds.extend(it.keeps.iter().map(|(name, to)| format!("keeps {name} in {}", to.label())));
    deeds.extend(it.passes.iter().map(|(name, to)| format!("hands {name} to {}", to.label())));
    deeds
}

pub fn json_line(workspace: &Workspace, name: &Named) -> Value {
    let reaches: Vec<Value> = name.it.reaches.iter().map(|it| reached(workspace, it)).collect();
    let pairs = |all: &[(String, ReachedThing)], to: &str| -> Vec<Value> {
        all.iter().map(|(name, it)| json!({"parameter": name, to: it.label()})).collect()
    };
    let methods: Vec<Value> = name
        .it
        .methods
        .iter()
        .map(|it| {
            let returns: Vec<String> = it.returns.iter().map(ReachedThing::label).collect();
            json!({
                "message": it.message, "returns": returns,
                "keeps": pairs(&it.keeps, "in"), "passes": pairs(&it.passes, "to"),
            })
        })
        .collect();
    json!({
        "file": name.source, "line": name.place.line, "column": name.place.column, "name": name.it.name,
        "reaches": reaches, "methods": methods,
    })
}

fn reached(workspace: &Workspace, it: &Reached) -> Value {
    let mut line = json!({"kind": it.thing.kind(), "what": it.thing.label(), "path": it.path});
    if let Some(at) = it.at {
        let place = workspace.place(at);
        line["file"] = json!(workspace.name(at));
        line["line"] = json!(place.line);
        line["column"] = json!(place.column);
    }
    line
}

pub fn leak(name: &Named, to: &str, it: Option<&LeakFound>, out: &mut impl Write) -> std::io::Result<()> {
    let from = &name.it.name;
    let Some(it) = it else {
        return writeln!(out, "{}: {from} does not reach {to}, within what can be followed", name.source);
    };
    writeln!(out, "{}: {from} reaches {to}: {}", name.source, it.path.join(" → "))?;
    for (object, noun) in &it.cuts {
        writeln!(out, "    without `{noun}` in `{object}` it would not")?;
    }
    if it.cuts.is_empty() {
        writeln!(out, "    no single capture would prevent it")?;
    }
    Ok(())
}

pub fn leak_line(name: &Named, to: &str, it: Option<&LeakFound>) -> Value {
    let cuts = it.map(|it| cuts(&it.cuts));
    json!({
        "file": name.source, "from": name.it.name, "to": to, "reaches": it.is_some(),
        "path": it.map(|it| &it.path), "cuts": cuts,
    })
}

/// Captures that could be dropped.
pub fn cuts(all: &[(String, String)]) -> Value {
    all.iter().map(|(object, noun)| json!({"object": object, "capture": noun})).collect()
}
