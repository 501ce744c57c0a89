//! `walnut/report`: what stands in the way of an auditor and what each name reaches, for all files, as Markdown.

use super::Answer;
use crate::state::Snapshot;
use analysis::{ReachedThing, Verdict};
use std::fmt::Write;

pub fn handle(snapshot: &Snapshot, (): &()) -> Answer<String> {
    let mut out = String::from("# What the workspace can do\n");
    for document in snapshot.documents.all() {
        let Some(page) = snapshot.page_of(document.file) else { continue };
        let judged = snapshot.analysis.judgements(page.file)?;
        let names = snapshot.analysis.authority(page.file)?;
        let asked: Vec<_> = judged.iter().filter(|it| it.asked).collect();
        if asked.is_empty() && names.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {}\n", page.uri.as_str().rsplit('/').next().unwrap_or_default());
        for it in asked {
            let line = page.range(it.range).start.line + 1;
            let verdict = match &it.verdict {
                Verdict::Approved => "✓".to_owned(),
                Verdict::Rejected(_) => {
                    let why: Vec<&str> = it.objections.iter().map(|(_, it)| it.as_str()).collect();
                    format!("✗ {}", why.join("; "))
                }
                Verdict::Unknown(why) => format!("? {why}"),
            };
            let _ = writeln!(out, "- line {line}: `{}`, {} {verdict}", it.object, it.auditor);
        }
        for it in names {
            let things = it.reaches.iter().filter(|it| !matches!(it.thing, ReachedThing::Object(_)));
            let mut list: Vec<String> = things.map(|it| it.thing.label()).collect();
            list.sort();
            list.dedup();
            if !list.is_empty() {
                let _ = writeln!(out, "- `{}` reaches {}", it.name, list.join(", "));
            }
        }
    }
    Ok(out)
}
