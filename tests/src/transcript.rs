//! updoc, as the tests read it: `?` and `>` ask, `# value:` `# problem:` `# stdout:` answer, the rest is prose.

use crate::bless::{Blessing, Mismatch};
use crate::diff::diff;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One `# key: text` of a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub key: String,
    /// Lines joined by `\n`, without a last newline.
    pub text: String,
}

impl Answer {
    pub fn new(key: impl Into<String>, text: impl Into<String>) -> Answer {
        Answer { key: key.into(), text: text.into() }
    }

    fn render(&self) -> String {
        let mut shown = format!("# {}:", self.key);
        let margin = " ".repeat(self.key.chars().count() + 2);
        for (n, line) in self.text.split('\n').enumerate() {
            if n > 0 {
                shown.push_str("\n#");
                shown.push_str(if line.is_empty() { "" } else { &margin });
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

/// A question and the answers the page expects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The program, its `?` and `>` taken off. Empty for a bare `?`, which gives the vat one more turn.
    pub input: String,
    pub expected: Vec<Answer>,
    /// Of the `?`, counted from 1.
    pub line: usize,
    answer_lines: Range<usize>,
}

/// A file of steps with prose between them.
#[derive(Clone, Debug)]
pub struct Transcript {
    pub path: PathBuf,
    pub text: String,
    steps: Vec<Step>,
}

impl Transcript {
    pub fn read(path: &Path) -> Result<Transcript, String> {
        let text = std::fs::read_to_string(path).map_err(|it| format!("{}: {it}", path.display()))?;
        Ok(Transcript::of(path, text))
    }

    /// A transcript that is not (yet) a file.
    pub fn of(path: &Path, text: String) -> Transcript {
        Transcript { path: path.to_path_buf(), steps: steps(&text), text }
    }

    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    pub(crate) fn compare(&self, got: &[Vec<Answer>]) -> Result<(), Mismatch> {
        let mut mismatch = Mismatch::default();
        if got.len() != self.steps.len() {
            mismatch.hopeless.push(format!(
                "{}: {} steps, but answers to {}",
                self.path.display(),
                self.steps.len(),
                got.len()
            ));
        }
        for (step, got) in self.steps.iter().zip(got) {
            if step.expected == *got {
                continue;
            }
            let expected = rendered(&step.expected);
            let got = rendered(got);
            mismatch.differences.push(format!(
                "{}:{}: ? {}\n{}",
                self.path.display(),
                step.line,
                step.input.replace('\n', "\n> "),
                diff(&expected, &got)
            ));
            mismatch.edits.push(Blessing {
                path: self.path.clone(),
                lines: step.answer_lines.clone(),
                text: got,
            });
        }
        mismatch.into_result()
    }
}

/// Answers as they are written, one blank line between two.
fn rendered(answers: &[Answer]) -> String {
    answers.iter().map(Answer::render).collect::<Vec<_>>().join("\n")
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    // Whether a `#` line continues an answer, and of what indentation.
    let mut open: Option<usize> = None;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let mut chars = trimmed.chars();
        match (chars.next(), steps.last_mut()) {
            (Some('?'), _) => {
                let input = chars.as_str();
                let input = input.strip_prefix(' ').unwrap_or(input).trim_end();
                open = None;
                steps.push(Step {
                    input: input.to_string(),
                    expected: Vec::new(),
                    line: number + 1,
                    answer_lines: number + 1..number + 1,
                });
            }
            (Some('>'), Some(step)) => {
                let input = chars.as_str();
                step.input.push('\n');
                step.input.push_str(input.strip_prefix(' ').unwrap_or(input));
                step.answer_lines = number + 1..number + 1;
                open = None;
            }
            (Some('#'), Some(step)) => {
                let answer = chars.as_str();
                match (open, step.expected.last_mut()) {
                    (Some(margin), Some(last)) => {
                        last.text.push('\n');
                        last.text.push_str(&answer.chars().skip(margin).collect::<String>());
                    }
                    _ => {
                        let Some((key, text)) = answer.split_once(':') else { continue };
                        let key = key.trim();
                        step.expected.push(Answer::new(key, text.strip_prefix(' ').unwrap_or(text)));
                        // After `#`: a blank, the key, the colon, a blank: continuation lines keep the column.
                        open = Some(key.chars().count() + 3);
                    }
                }
                step.answer_lines.end = number + 1;
            }
            _ => open = None,
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "A purse.\n\n? def purse := 1\n# value: 1\n\n? println(\"a\")\n> purse\n# stdout: a\n#         b\n\n# value: 1\n\n  ?\nx ? 2\n";

    #[test]
    fn steps_answers_and_prose() {
        let steps = steps(PAGE);
        assert_eq!(steps.len(), 3);
        assert_eq!(steps[1].input, "println(\"a\")\npurse");
        assert_eq!(steps[1].expected, [Answer::new("stdout", "a\nb"), Answer::new("value", "1")]);
        assert_eq!(steps[2].input, "");
        assert_eq!(rendered(&steps[1].expected), "# stdout: a\n#         b\n\n# value: 1\n");
    }
}
