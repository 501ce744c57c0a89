//! Where a problem came from, line by line: the calls it went through, then the sends that led to them.

use crate::places::places;
use vat::ProblemReport;
use vat::causality::SentLine;
use vat::causality::why::Why;
use vat::problem::TraceLine;

/// The lines of a problem's trace; places in the text called `name` are told by line and column.
pub fn lines(report: &ProblemReport, name: &str, text: &str) -> String {
    let calls = report.trace.iter();
    let sends = report.sent.iter().filter_map(|it| it.at.as_ref());
    let mut place = placing(calls.clone().chain(sends), name, text);
    let mut lines: Vec<(String, usize)> = Vec::new();
    for it in calls {
        let line = format!("{} ({})", it.place, place(it));
        // A recursion says the same at each of its levels.
        match lines.last_mut().filter(|last| last.0 == line) {
            Some(last) => last.1 += 1,
            None => lines.push((line, 0)),
        }
    }
    for it in &report.sent {
        let place = it.at.as_ref().map(&mut place);
        lines.push((sent(it, place.as_deref()), it.more));
    }
    let mut shown = String::new();
    for (line, more) in lines {
        shown.push_str(&format!("    {line}\n"));
        if more > 0 {
            shown.push_str(&format!("        … and {more} more of this\n"));
        }
    }
    shown
}

/// Says where places are, one after the other: by line and column those in the text called `name`.
fn placing<'a>(
    all: impl Iterator<Item = &'a TraceLine>,
    name: &str,
    text: &str,
) -> impl FnMut(&TraceLine) -> String {
    let starts: Vec<usize> = all.filter(|it| *it.source == *name).map(|it| it.range.start().into()).collect();
    let mut places = places(text, &starts).into_iter();
    let name = name.to_owned();
    move |it| match (*it.source == *name).then(|| places.next()).flatten() {
        Some(at) => format!("{name}:{}:{}", at.line, at.column),
        None => it.source.to_string(),
    }
}

/// Why a promise is not settled, a line each; places in the text called `name` are told by line and column.
pub fn why(why: &Why, name: &str, text: &str) -> String {
    let mut place = placing(why.lines.iter().filter_map(|it| it.at.as_ref()), name, text);
    let mut shown = String::new();
    for it in &why.lines {
        let at = it.at.as_ref().map(|it| format!(" at {}", place(it))).unwrap_or_default();
        shown.push_str(&format!("    {:indent$}{}{at}{}\n", "", it.text, it.then, indent = 4 * it.depth));
    }
    shown
}

/// The sends that led to a problem, for where there is no text to look lines up in.
pub fn notes(report: &ProblemReport) -> Vec<String> {
    report.sent.iter().map(|it| sent(it, it.at.as_ref().map(|at| &*at.source))).collect()
}

fn sent(it: &SentLine, place: Option<&str>) -> String {
    let at = place.map(|it| format!(" at {it}")).unwrap_or_default();
    format!("sent{at} in turn {} of vat {}", it.turn, it.vat)
}
