//! `walnut audit`: what every auditor says of every object expression, without running any.

use crate::Outcome;
use crate::args;
use crate::authority::workspace::Workspace;
use crate::places::{Place, places};
use crate::sources::Source;
use ::audit::Verdict;
use analysis::Judged;
use serde_json::json;
use std::io::{BufWriter, Write};

pub fn run(it: &args::Audit) -> anyhow::Result<Outcome> {
    let workspace = Workspace::load(&it.paths, &it.imports)?;
    let mut clean = workspace.complain();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (file, source) in workspace.named() {
        // An object that was not asked to be anything is not rejected: that it could not is only told.
        for judged in workspace.analysis().judgements(file).unwrap_or_default() {
            clean &= !(judged.asked && matches!(judged.verdict, Verdict::Rejected(_)));
            let spots = spots(source, &judged);
            if it.json {
                writeln!(out, "{}", json_line(source, &judged, &spots))?;
            } else if judged.asked || judged.auditor != "Confined" {
                human(source, &judged, &spots, &mut out)?;
            }
        }
    }
    out.flush()?;
    Ok(if clean { Outcome::Clean } else { Outcome::Findings })
}

/// Of the object, then of each objection.
fn spots(source: &Source, judged: &Judged) -> Vec<Place> {
    let starts = std::iter::once(judged.range).chain(judged.objections.iter().map(|(it, _)| *it));
    let offsets: Vec<usize> = starts.map(|it| it.start().into()).collect();
    places(&source.text, &offsets)
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "approved",
        Verdict::Rejected(_) => "rejected",
        Verdict::Unknown(_) => "unknown",
    }
}

fn json_line(source: &Source, judged: &Judged, spots: &[Place]) -> serde_json::Value {
    let objections: Vec<_> = judged
        .objections
        .iter()
        .zip(&spots[1..])
        .map(|((_, message), at)| json!({"message": message, "line": at.line, "column": at.column}))
        .collect();
    let mut line = json!({
        "file": source.name, "line": spots[0].line, "column": spots[0].column,
        "object": judged.object, "auditor": judged.auditor, "asked": judged.asked,
        "verdict": word(&judged.verdict), "objections": objections,
        "properties": properties(judged),
    });
    if let Verdict::Unknown(missing) = &judged.verdict {
        line["missing"] = json!(&**missing);
    }
    line
}

/// The four properties of the object, whoever the auditor.
fn properties(judged: &Judged) -> serde_json::Value {
    judged.properties.named().into_iter().map(|(name, has)| (name.to_string(), json!(has))).collect()
}

fn human(source: &Source, judged: &Judged, spots: &[Place], out: &mut impl Write) -> std::io::Result<()> {
    let Place { line, column } = spots[0];
    let asked = if judged.asked { "" } else { " (not asked)" };
    let Judged { object, auditor, verdict, .. } = judged;
    writeln!(out, "{}:{line}:{column}: {object}: {auditor}{asked}: {}", source.name, word(verdict))?;
    for ((_, message), at) in judged.objections.iter().zip(&spots[1..]) {
        writeln!(out, "    {}:{}: {message}", at.line, at.column)?;
    }
    if let Verdict::Unknown(missing) = verdict {
        writeln!(out, "    {missing}")?;
    }
    Ok(())
}
