//! `walnut authority --diff`: what grew and what shrank since another version.

use super::workspace::{Named, Workspace};
use crate::Outcome;
use crate::args;
use crate::report::{self, Finding, Severity};
use crate::sources::Source;
use analysis::Reached;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// What a name reaches that is an end: powers, state, the unknown.
type Ends = BTreeMap<(&'static str, String), Vec<String>>;

pub fn run(
    it: &args::Authority,
    before: &Workspace,
    now: &Workspace,
    out: &mut impl Write,
) -> anyhow::Result<Outcome> {
    let (old, new) = (before.names(), now.names());
    let (old, new) = (by_name(&old), by_name(&new));
    let mut findings: BTreeMap<u32, Vec<Finding>> = BTreeMap::new();
    let mut grew = false;
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
    for key in keys {
        let none = Ends::new();
        let (was, is) = (old.get(&key).map(|it| ends(it)), new.get(&key).map(|it| ends(it)));
        let (was, is) = (was.unwrap_or_default(), is.unwrap_or(none));
        for (change, more, less) in [("grew", &is, &was), ("shrank", &was, &is)] {
            for ((kind, what), path) in more.iter().filter(|(thing, _)| !less.contains_key(*thing)) {
                grew |= change == "grew";
                let named = new.get(&key).or_else(|| old.get(&key));
                let Some(named) = named.and_then(|it| it.last()) else { continue };
                let path = path.join(" → ");
                let cuts = if change == "grew" { cuts(now, named, what) } else { Vec::new() };
                if it.sarif && change == "grew" {
                    let without = cuts.iter().map(|(object, noun)| format!("`{noun}` in `{object}`"));
                    let without: Vec<String> = without.collect();
                    let mut message = format!("`{}` now reaches {what}: {path}", named.it.name);
                    if !without.is_empty() {
                        message.push_str(&format!("; without {} it would not", without.join(" or without ")));
                    }
                    let range = named.it.at.range;
                    findings.entry(named.file.0).or_default().push(Finding {
                        range,
                        severity: Severity::Warning,
                        code: "authority-grew".to_string(),
                        message,
                        related: Vec::new(),
                    });
                } else if it.json {
                    let mut line = json!({
                        "change": change, "file": named.source, "name": named.it.name,
                        "kind": kind, "what": what, "path": path,
                    });
                    if change == "grew" {
                        line["cuts"] = super::show::cuts(&cuts);
                    }
                    writeln!(out, "{line}")?;
                } else if !it.sarif {
                    let (sign, reaches) = match change {
                        "grew" => ("+", "now reaches"),
                        _ => ("-", "no longer reaches"),
                    };
                    writeln!(out, "{sign} {}: {} {reaches} {what}: {path}", named.source, named.it.name)?;
                    for (object, noun) in &cuts {
                        writeln!(out, "    without `{noun}` in `{object}` it would not")?;
                    }
                }
            }
        }
    }
    if it.sarif {
        let all: Vec<(Source, Vec<Finding>)> = findings
            .into_iter()
            .filter_map(|(file, findings)| Some((now.sources.get(file as usize)?.clone(), findings)))
            .collect();
        writeln!(out, "{:#}", report::sarif(&all))?;
    } else if !it.json && !grew {
        writeln!(out, "nothing grew")?;
    }
    Ok(if grew { Outcome::Findings } else { Outcome::Clean })
}

/// Captures, each of which alone would take away what is reached.
fn cuts(now: &Workspace, named: &Named, what: &str) -> Vec<(String, String)> {
    let leak = now.analysis().leak(named.file, &named.it.name, what).unwrap_or_default();
    leak.map(|it| it.cuts).unwrap_or_default()
}

/// A name that is defined several times, as the steps of a transcript may, counts as all of them together.
fn by_name(all: &[Named]) -> BTreeMap<(String, String), Vec<&Named>> {
    let mut found: BTreeMap<_, Vec<&Named>> = BTreeMap::new();
    for it in all {
        found.entry((it.within.clone(), it.it.name.clone())).or_default().push(it);
    }
    found
}

fn ends(named: &[&Named]) -> Ends {
    let all = named.iter().flat_map(|it| &it.it.reaches);
    let is_end = |it: &&Reached| matches!(it.thing.kind(), "power" | "state" | "unknown");
    let mut ends = Ends::new();
    for it in all.filter(is_end) {
        ends.entry((it.thing.kind(), it.thing.label())).or_insert_with(|| it.path.clone());
    }
    ends
}
