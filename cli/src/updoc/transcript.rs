//! updoc, read by line: `?` starts a step, `>` continues it, `# key: text` answers it, the rest is prose.
//!
//! Every character of a step's program knows its place in the file, so that an error in it can be shown there.
//! What a step means, and whether its answers are right, is decided elsewhere.

use std::ops::Range;

/// One `# key: text`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub key: String,
    /// Lines joined by `\n`.
    pub text: String,
}

impl Answer {
    pub fn new(key: impl Into<String>, text: impl Into<String>) -> Answer {
        Answer { key: key.into(), text: text.into() }
    }

    /// As it stands in a transcript, after `margin`.
    pub fn render(&self, margin: &str) -> String {
        let mut shown = format!("{margin}# {}:", self.key);
        for (n, line) in self.text.split('\n').enumerate() {
            if n > 0 {
                shown.push('\n');
                shown.push_str(margin);
                shown.push('#');
                if !line.is_empty() {
                    shown.push_str(&" ".repeat(self.key.chars().count() + 2));
                }
            }
            if !line.is_empty() {
                shown.push(' ');
            }
            shown.push_str(line);
        }
        shown.push('\n');
        shown
    }
}

/// Answers as a transcript has them: a blank line between two, so that the second is not read as more of the first.
pub fn render(answers: &[Answer], margin: &str) -> String {
    answers.iter().map(|it| it.render(margin)).collect::<Vec<_>>().join("\n")
}

/// How a transcript is read and compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Dialect {
    /// What is said must be what stands there, to the character.
    #[default]
    Exact,
    /// As the older implementation had it: blanks at the ends of lines do not count, nor does output that
    /// nobody expected; `# example value: …` stands for any value; an answer's line that ends in a backslash
    /// goes on in the next; the first problem that is not expected ends the file.
    Loose,
}

/// A program and what it should say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Step {
    /// Of the `?`, counted from 1.
    pub line: usize,
    /// The program. Blank in an empty step, which gives the vat one more turn.
    pub input: String,
    pub expected: Vec<Answer>,
    /// Where in the file the answers stand, or would stand: whole lines.
    pub answers_at: Range<usize>,
    /// The blanks before the `?`.
    pub margin: String,
    /// The vat it runs in, by the last `?? in vat NAME` before it; empty for the file's own.
    pub vat: String,
    /// It is the first after `?? in new vat NAME`.
    pub new_vat: bool,
    /// Starts of the program's lines: in `input`, in the file.
    lines: Vec<(usize, usize)>,
}

impl Step {
    /// A step that a program has asked for.
    pub fn pushed(line: usize, input: String, expected: Vec<Answer>, vat: String) -> Step {
        Step { line, input, expected, vat, ..Step::default() }
    }

    /// The place in the file of an offset into `input`.
    pub fn in_file(&self, offset: usize) -> usize {
        let line = self.lines.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        self.lines.get(line).map_or(0, |(start, in_file)| in_file + (offset - start))
    }
}

/// What the file says of how it is to be read: a line of prose `pragma.updoc("loose")`, or `"exact"`; the line
/// may be a comment.
pub fn dialect(text: &str) -> Option<Dialect> {
    text.lines().find_map(|line| match line.trim_start_matches([' ', '\t', '#']).trim_end() {
        "pragma.updoc(\"loose\")" => Some(Dialect::Loose),
        "pragma.updoc(\"exact\")" => Some(Dialect::Exact),
        _ => None,
    })
}

/// All steps of a transcript, in order.
pub fn steps(text: &str, dialect: Dialect) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut vat, mut new_vat) = (String::new(), false);
    // How much of a `#` line is margin while an answer is open.
    let mut open: Option<usize> = None;
    let mut at = 0;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += whole.len();
        let line = whole.trim_end_matches('\n');
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line = if dialect == Dialect::Loose { line.trim_end() } else { line };
        let margin = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some((name, new)) = in_vat(&line[margin..]) {
            (vat, new_vat, open) = (name, new, None);
            continue;
        }
        let mut said = line[margin..].chars();
        let kind = said.next();
        let (said, skipped) = match said.as_str().strip_prefix(' ') {
            Some(rest) => (rest, 2),
            None => (said.as_str(), 1),
        };
        match (kind, steps.last_mut()) {
            (Some('?'), _) => {
                open = None;
                steps.push(Step {
                    line: number + 1,
                    input: said.to_string(),
                    expected: Vec::new(),
                    answers_at: at..at,
                    margin: line[..margin].to_string(),
                    vat: vat.clone(),
                    new_vat: std::mem::take(&mut new_vat),
                    lines: vec![(0, start + margin + skipped)],
                });
            }
            (Some('>'), Some(step)) => {
                step.input.push('\n');
                step.lines.push((step.input.len(), start + margin + skipped));
                step.input.push_str(said);
                step.answers_at = at..at;
            }
            (Some('#'), Some(step)) => match (open, step.expected.last_mut()) {
                (Some(indent), Some(last)) => {
                    let goes_on = dialect == Dialect::Loose && last.text.ends_with('\\');
                    if goes_on {
                        last.text.pop();
                    } else {
                        last.text.push('\n');
                    }
                    last.text.push_str(said.char_indices().nth(indent).map_or("", |(it, _)| &said[it..]));
                    step.answers_at.end = at;
                }
                _ => {
                    if let Some((key, value)) = said.split_once(':') {
                        open = Some(key.chars().count() + 2);
                        step.expected.push(Answer::new(key, value.strip_prefix(' ').unwrap_or(value)));
                        step.answers_at.end = at;
                    }
                }
            },
            _ => open = None,
        }
    }
    steps
}

/// `?? in vat alice`, `?? in new vat alice`: the name, and whether the vat is new.
pub fn in_vat(line: &str) -> Option<(String, bool)> {
    let words: Vec<&str> = line.strip_prefix("??")?.split_whitespace().collect();
    match words[..] {
        ["in", "vat", name] => Some((name.to_owned(), false)),
        ["in", "new", "vat", name] => Some((name.to_owned(), true)),
        _ => None,
    }
}

/// The transcript with other answers: `got` has one list for each step, `None` where the old ones stay.
pub fn with_answers(text: &str, steps: &[Step], got: &[Option<Vec<Answer>>]) -> String {
    let mut rewritten = String::with_capacity(text.len());
    let mut at = 0;
    for (step, got) in steps.iter().zip(got) {
        let Some(got) = got else { continue };
        rewritten.push_str(&text[at..step.answers_at.start]);
        if !rewritten.is_empty() && !rewritten.ends_with('\n') {
            rewritten.push('\n');
        }
        rewritten.push_str(&render(got, &step.margin));
        at = step.answers_at.end;
    }
    rewritten.push_str(&text[at..]);
    rewritten
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
A mint makes purses.

  ? def purse := 1
  > purse + 1
  # stdout: one
  #         two

  # value: 2

x ? a disabled step
  ?
  ? 3
";

    #[test]
    fn steps_and_answers() {
        let steps = steps(PAGE, Dialect::Exact);
        assert_eq!(
            steps.iter().map(|it| it.input.as_str()).collect::<Vec<_>>(),
            ["def purse := 1\npurse + 1", "", "3"]
        );
        assert_eq!(steps[0].expected, [Answer::new("stdout", "one\ntwo"), Answer::new("value", "2")]);
        assert_eq!(render(&steps[0].expected, "  "), "  # stdout: one\n  #         two\n\n  # value: 2\n");
        let plus = steps[0].input.find('+').unwrap();
        assert_eq!(&PAGE[steps[0].in_file(plus)..][..3], "+ 1");
    }

    #[test]
    fn what_is_on_the_page_comes_back_byte_for_byte() {
        let steps = steps(PAGE, Dialect::Exact);
        let same: Vec<_> = steps.iter().map(|it| Some(it.expected.clone())).collect();
        assert_eq!(with_answers(PAGE, &steps, &same), PAGE);
    }

    #[test]
    fn an_answer_is_written_where_there_was_none() {
        let steps = steps(PAGE, Dialect::Exact);
        let got = [None, None, Some(vec![Answer::new("value", "3")])];
        assert_eq!(with_answers(PAGE, &steps, &got), format!("{PAGE}  # value: 3\n"));
    }

    #[test]
    fn steps_run_in_the_vat_that_was_named_last() {
        let steps = steps("? 1\n?? in new vat alice\n? 2\n? 3\n?? in vat bob\n? 4\n", Dialect::Exact);
        let vats: Vec<_> = steps.iter().map(|it| (it.vat.as_str(), it.new_vat)).collect();
        assert_eq!(vats, [("", false), ("alice", true), ("alice", false), ("bob", false)]);
    }

    #[test]
    fn a_loose_answer_goes_on_after_a_backslash() {
        let page = "prose\n# pragma.updoc(\"loose\")\n?1  \n# value: [1, \\\n#        2]   \n";
        assert_eq!(dialect(page), Some(Dialect::Loose));
        let steps = steps(page, Dialect::Loose);
        assert_eq!(steps[0].input, "1");
        assert_eq!(steps[0].expected, [Answer::new("value", "[1, 2]")]);
    }

    #[test]
    fn the_last_line_may_lack_its_newline() {
        let steps = steps("? 1", Dialect::Exact);
        assert_eq!(
            with_answers("? 1", &steps, &[Some(vec![Answer::new("value", "1")])]),
            "? 1\n# value: 1\n"
        );
    }
}
