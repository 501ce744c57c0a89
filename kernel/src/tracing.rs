//! Problems as a person reads them: the sentence, why a reference is far, and the cells it came through.

use crate::notebook::{Notebook, Source};
use crate::snippet;
use crate::trouble::Trouble;
use vat::causality::SentLine;
use vat::problem::TraceLine;
use vat::{ProblemReport, Sharing};

/// Frames of a trace that are drawn.
const DRAWN: usize = 12;

impl Notebook {
    pub(crate) fn trouble(&self, problem: &ProblemReport) -> Trouble {
        let name = problem.kind.as_deref().unwrap_or("problem");
        let message = message_of(&problem.printed, name);
        let mut trouble = Trouble::new(name, message);
        if let Some(reason) = self.why_far(problem) {
            trouble.message += &format!("\n{reason}");
        }
        trouble.places = self.draw(&problem.trace);
        trouble.places.extend(self.draw_sends(&problem.sent));
        trouble
    }

    /// Of an immediate call on another vat's object: where it lives, why it is far, and what to do.
    fn why_far(&self, problem: &ProblemReport) -> Option<String> {
        let place =
            problem.trace.first().filter(|_| problem.printed.contains("not synchronously callable"))?;
        let source = self.sources.get(&place.source)?;
        let noun = source.program.called_noun(place.range)?;
        let named = self.names.get(noun).filter(|it| it.home.vat != source.vat)?;
        let Some(Sharing::Far { why }) = &named.elsewhere else { return None };
        let reason = why.first().map_or("it may change", String::as_str);
        let label = &named.home.label;
        let ways = match label.strip_prefix("the vat `").and_then(|it| it.strip_suffix('`')) {
            Some(name) => format!("or let this cell run there, with `%%vat {name}` as its first line"),
            None => format!(
                "or let {} and this cell run in one vat, with `%%vat NAME` as the first line of both",
                named.title
            ),
        };
        Some(format!("`{noun}` stays in {label} because {reason}. Send to it with `{noun} <- …`, {ways}."))
    }

    /// Snippets of the cells that a problem went through, innermost first.
    pub(crate) fn draw(&self, trace: &[TraceLine]) -> Vec<String> {
        let mut lines = Vec::new();
        for it in trace.iter().take(DRAWN) {
            match self.sources.get(&it.source) {
                Some(source) => {
                    let mut drawn = snippet::draw(&it.source, &source.text, it.range.into());
                    if *it.place != *"__main" {
                        drawn[0] += &format!(", in {}", it.place.trim_start_matches("__main$"));
                    }
                    lines.extend(drawn);
                }
                None => lines.push(format!("  {} in {}", it.source, it.place)),
            }
        }
        if trace.len() > DRAWN {
            lines.push(format!("  and {} calls around them", trace.len() - DRAWN));
        }
        lines
    }

    /// The sends that led to a problem, the latest first, with the cells that sent.
    pub(crate) fn draw_sends(&self, sends: &[SentLine]) -> Vec<String> {
        let mut lines = Vec::new();
        for it in sends.iter().take(DRAWN) {
            lines.push(format!("sent in turn {} of {}", it.turn, it.vat));
            lines.extend(self.draw(it.at.as_slice()));
        }
        lines
    }

    /// The cells that a trace goes through, each once: their titles and their front end's names for them.
    pub(crate) fn cells_of(&self, problem: &ProblemReport) -> Vec<(String, String)> {
        let sources = problem.trace.iter().chain(problem.sent.iter().filter_map(|it| it.at.as_ref()));
        let mut all = Vec::new();
        for it in sources {
            let cell = self.sources.get(&it.source).and_then(|source: &Source| source.cell.clone());
            if let Some(cell) = cell.map(|cell| (it.source.to_string(), cell))
                && !all.contains(&cell)
            {
                all.push(cell);
            }
        }
        all
    }
}

/// `problem: too late` and `problem: <tooLate: too late>` are both `too late`; the name is said beside it.
fn message_of(printed: &str, name: &str) -> String {
    let plain = printed.strip_prefix("problem: ").unwrap_or(printed);
    let typed = plain.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
    typed.and_then(|it| it.strip_prefix(name)?.strip_prefix(": ")).unwrap_or(plain).to_owned()
}

#[cfg(test)]
mod tests {
    use super::message_of;

    #[test]
    fn a_problem_is_named_once() {
        assert_eq!(message_of("problem: too late", "problem"), "too late");
        assert_eq!(message_of("problem: <lateException: too late>", "lateException"), "too late");
        assert_eq!(message_of("<lateException: too late>", "lateException"), "too late");
        assert_eq!(message_of("problem: <x>", "problem"), "<x>");
    }
}
