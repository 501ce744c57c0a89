//! `walnut parse`: the syntax tree of each file, or what is wrong with it.

use crate::Outcome;
use crate::args;
use crate::check;
use crate::paint::Paint;
use crate::report::{self, Severity};
use crate::sources::{self, Kind, Source};
use crate::updoc::transcript;
use serde_json::json;
use std::io::{BufWriter, Write};

pub fn run(it: &args::Parse) -> anyhow::Result<Outcome> {
    let found = sources::find(&it.paths, check::EXTENSIONS);
    let mut clean = found.problems.is_empty();
    for problem in &found.problems {
        eprintln!("walnut: {problem:#}");
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for path in &found.files {
        let source = match Source::read(path) {
            Ok(source) => source,
            Err(problem) => {
                clean = false;
                out.flush()?;
                eprintln!("walnut: {problem:#}");
                continue;
            }
        };
        let mut errors = check::syntax(&source);
        errors.retain(|it| it.severity == Severity::Error);
        clean &= errors.is_empty();
        if it.json {
            let places = report::starts(&source, &errors);
            let errors: Vec<_> = errors
                .iter()
                .zip(places)
                .map(|(it, at)| json!({"line": at.line, "column": at.column, "message": it.message}))
                .collect();
            writeln!(out, "{}", json!({"file": source.name, "bytes": source.text.len(), "errors": errors}))?;
        } else {
            tree(&source, &mut out)?;
            report::human(&source, &errors, Paint::for_stdout(), &mut out)?;
        }
    }
    out.flush()?;
    Ok(if clean { Outcome::Clean } else { Outcome::Findings })
}

/// The tree of a program, or of each step of a transcript.
fn tree(source: &Source, out: &mut impl Write) -> std::io::Result<()> {
    match source.kind() {
        Kind::Transcript => {
            for step in transcript::steps(&source.text, transcript::dialect(&source.text).unwrap_or_default())
            {
                writeln!(out, "{}:{}: {}", source.name, step.line, syntax::tree(&step.input).sexp)?;
            }
            Ok(())
        }
        _ => writeln!(out, "{}: {}", source.name, syntax::tree(&source.text).sexp),
    }
}
