//! `walnut expand`: the Kernel-E that a program means, printed as E.

use crate::Outcome;
use crate::args;
use crate::check;
use crate::paint::Paint;
use crate::report::{self, Severity};
use crate::sources::Source;
use std::io::Write;
use std::path::Path;

pub fn run(it: &args::Expand) -> anyhow::Result<Outcome> {
    let source = match (&it.file, &it.expr) {
        (Some(file), _) => Source::read(file)?,
        (None, expr) => {
            Source::from_bytes(Path::new("<expr>"), expr.as_deref().unwrap_or_default().as_bytes())
        }
    };
    let expansion = syntax::expand(&syntax::parse(&source.text).program);
    let mut out = std::io::stdout().lock();
    let mut wrong = check::before_scope(&source);
    wrong.retain(|it| it.severity == Severity::Error);
    if !wrong.is_empty() {
        report::human(&source, &wrong, Paint::for_stdout(), &mut out)?;
        return Ok(Outcome::Findings);
    }
    let printed = syntax::print_kernel(&expansion.program);
    out.write_all(printed.as_bytes())?;
    if !printed.ends_with('\n') {
        writeln!(out)?;
    }
    Ok(Outcome::Clean)
}
