//! `walnut fmt`: the one layout, written to files, to standard output, or only compared.
//!
//! How a text is laid out, and that its meaning stays, is decided below. A file is replaced whole: what is
//! written goes beside it first, so that nothing stops half-way.

use crate::Outcome;
use crate::args;
use crate::check;
use crate::paint::Paint;
use crate::report::{self, Finding, Severity, many};
use crate::sources::{self, Source};
use analysis::TextEdit;
use anyhow::Context;
use std::io::{Read, Write};
use std::path::Path;

/// What is looked for in a folder.
const EXTENSIONS: &[&str] = &["e", "emaker", "caplet", "updoc"];
/// How many lines of a file `--check` shows.
const SHOWN: usize = 40;

#[derive(Default)]
struct Counts {
    changed: usize,
    same: usize,
    refused: usize,
}

pub fn run(it: &args::Fmt) -> anyhow::Result<Outcome> {
    if it.paths.iter().any(|it| it == Path::new("-")) {
        if it.paths.len() > 1 {
            eprintln!("walnut: standard input is formatted alone; leave out the other paths");
            return Ok(Outcome::WrongUsage);
        }
        return stdin(it.check);
    }
    let found = sources::find(&it.paths, EXTENSIONS);
    let mut counts = Counts { refused: found.problems.len(), ..Counts::default() };
    for problem in &found.problems {
        eprintln!("walnut: {problem:#}");
    }
    let mut out = std::io::stdout().lock();
    for path in &found.files {
        match Source::read(path) {
            Ok(source) => file(&source, it.check, &mut counts, &mut out)?,
            Err(problem) => {
                counts.refused += 1;
                eprintln!("walnut: {problem:#}");
            }
        }
    }
    let verb = if it.check { "would change" } else { "changed" };
    let Counts { changed, same, refused } = counts;
    writeln!(out, "{} {verb}, {same} as they should be, {refused} left alone", many(changed, "file"))?;
    Ok(if refused > 0 || it.check && changed > 0 { Outcome::Findings } else { Outcome::Clean })
}

fn file(source: &Source, check: bool, counts: &mut Counts, out: &mut impl Write) -> anyhow::Result<()> {
    let Some((edits, text)) = formatted(source)? else {
        counts.refused += 1;
        return Ok(());
    };
    if edits.is_empty() {
        counts.same += 1;
        return Ok(());
    }
    counts.changed += 1;
    match check {
        true => show(source, &text, out)?,
        false => {
            replace(&source.path, &text)?;
            writeln!(out, "{}", source.name)?;
        }
    }
    Ok(())
}

fn stdin(check: bool) -> anyhow::Result<Outcome> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    let source = Source::from_bytes(Path::new("<stdin>"), &bytes);
    let Some((edits, text)) = formatted(&source)? else { return Ok(Outcome::Findings) };
    let mut out = std::io::stdout().lock();
    if check {
        show(&source, &text, &mut out)?;
        return Ok(if edits.is_empty() { Outcome::Clean } else { Outcome::Findings });
    }
    out.write_all(text.as_bytes())?;
    Ok(Outcome::Clean)
}

/// The edits and what they make of the text; nothing where it is left alone, as was said.
fn formatted(source: &Source) -> anyhow::Result<Option<(Vec<TextEdit>, String)>> {
    let mut faults = check::bytes(source);
    if faults.is_empty() {
        let (host, file) = check::opened(source);
        // Nothing changes the host while its snapshot answers, so nothing is ever cancelled.
        match host.analysis().format(file).unwrap_or(Ok(Vec::new())) {
            Ok(edits) => {
                let text = applied(&source.text, &edits);
                return Ok(Some((edits, text)));
            }
            Err(why) => faults.push(Finding {
                range: why.range,
                severity: Severity::Error,
                code: "not-formatted".to_owned(),
                message: why.message,
                related: Vec::new(),
            }),
        }
    }
    report::human(source, &faults, Paint::for_stderr(), &mut std::io::stderr().lock())?;
    Ok(None)
}

fn applied(text: &str, edits: &[TextEdit]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for it in edits {
        result.push_str(&text[at..it.range.start().into()]);
        result.push_str(&it.text);
        at = it.range.end().into();
    }
    result + &text[at..]
}

/// Puts a text where the file is, in one step; a link stays one.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let path = std::fs::canonicalize(path).with_context(|| path.display().to_string())?;
    let mut beside = path.clone().into_os_string();
    beside.push(format!(".{}~", std::process::id()));
    let written = std::fs::write(&beside, text)
        .and_then(|()| std::fs::set_permissions(&beside, std::fs::metadata(&path)?.permissions()))
        .and_then(|()| std::fs::rename(&beside, &path));
    if written.is_err() {
        let _gone = std::fs::remove_file(&beside);
    }
    written.with_context(|| path.display().to_string())
}

/// The lines that would change.
fn show(source: &Source, text: &str, out: &mut impl Write) -> std::io::Result<()> {
    let lines = difference(&source.text, text);
    let paint = Paint::for_stdout();
    if !lines.is_empty() {
        writeln!(out, "{}", paint.bold(&format!("{}:", source.name)))?;
    }
    for it in lines.iter().take(SHOWN) {
        match it {
            Line::At(number) => writeln!(out, "  {}", paint.faint(&format!("line {number}")))?,
            Line::Old(line) => writeln!(out, "  {}", paint.red(&format!("- {line}")))?,
            Line::New(line) => writeln!(out, "  {}", paint.green(&format!("+ {line}")))?,
        }
    }
    if lines.len() > SHOWN {
        writeln!(out, "  … and {} more", many(lines.len() - SHOWN, "line"))?;
    }
    Ok(())
}

enum Line<'a> {
    At(usize),
    Old(&'a str),
    New(&'a str),
}

/// What is in one text and not in the other. A layout never moves a word past another, so the words that both
/// have read so far say which lines belong together; no search is needed.
fn difference<'a>(old: &'a str, new: &'a str) -> Vec<Line<'a>> {
    let (old, new) = (counted(old), counted(new));
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let (from_old, from_new) = (i, j);
        // Up to where both have read the same.
        loop {
            let (a, b) = (old.get(i).map(|it| it.1), new.get(j).map(|it| it.1));
            match (a, b) {
                (None, None) => break,
                (Some(a), Some(b)) if a == b => {
                    (i, j) = (i + 1, j + 1);
                    break;
                }
                (Some(a), b) if b.is_none_or(|b| a < b) => i += 1,
                _ => j += 1,
            }
        }
        found.push(Line::At(from_old + 1));
        found.extend(old[from_old..i].iter().map(|it| Line::Old(it.0)));
        found.extend(new[from_new..j].iter().map(|it| Line::New(it.0)));
    }
    found
}

/// Each line, and how many characters a layout keeps there are up to its end.
fn counted(text: &str) -> Vec<(&str, usize)> {
    let mut count = 0;
    let kept = |it: &char| !it.is_whitespace() && !";,\\>?".contains(*it);
    let line = |it| {
        count += str::chars(it).filter(kept).count();
        (it, count)
    };
    text.lines().map(line).collect()
}
