//! Chapters: Markdown whose headings name cases and whose fences are files and expected answers.

use crate::bless::{Blessing, Mismatch};
use crate::diff::diff;
use crate::markup::{Label, Marked};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One fenced block of a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fence {
    /// All after the backquotes, such as `e`, `e mint.emaker`, `kernel-e`.
    pub info: String,
    /// What stands on the page, with its last newline.
    pub page: String,
    /// The lines of `page` in the chapter, counted from 0.
    lines: Range<usize>,
    fence: String,
}

impl Fence {
    /// The name after the first word of the info string: `e mint.emaker` is named `mint.emaker`.
    pub fn name(&self) -> Option<&str> {
        self.info.split_once(' ').map(|(_, name)| name.trim())
    }
    fn is_file(&self) -> bool {
        let language = self.info.split(' ').next();
        matches!(language, Some("e" | "toml"))
            || matches!(self.name(), Some(it) if it.ends_with(".updoc") || it.ends_with(".ipynb"))
    }
}

/// A heading with fences under it.
#[derive(Debug)]
pub struct Case {
    /// The headings above it, from the second level down.
    pub name: String,
    /// The chapter.
    pub path: PathBuf,
    /// Every file of the case with its markup taken out, in order.
    pub files: Vec<(String, Marked)>,
    file_fences: Vec<Fence>,
    answers: Vec<Fence>,
    asked: Vec<bool>,
    labels_given: Vec<bool>,
    /// The line after the last fence.
    end: usize,
    mismatch: Mismatch,
}

impl Case {
    /// The text of the first file.
    pub fn text(&self) -> &str {
        self.files.first().map_or("", |(_, it)| &it.text)
    }

    /// The byte offset of `<|>` in the first file.
    pub fn cursor(&self) -> usize {
        let Some(cursor) = self.files.first().and_then(|(_, it)| it.cursor) else {
            panic!("this page has no cursor: put <|> into its first file");
        };
        cursor
    }

    /// Whether the page expects an answer of this name; for checks that give an answer only where one is wanted.
    pub fn asks(&self, info: &str) -> bool {
        self.answers.iter().any(|it| it.info == info)
    }

    /// The names of all expected answers, in order.
    pub fn wanted(&self) -> Vec<String> {
        self.answers.iter().map(|it| it.info.clone()).collect()
    }

    /// Whether the page has labels in its first file.
    pub fn is_labelled(&self) -> bool {
        self.files.first().is_some_and(|(_, it)| it.labelled)
    }

    /// What the page says in the fence of this name, for checks that take it as input.
    pub fn given(&mut self, info: &str) -> Option<String> {
        let index = self.answers.iter().position(|it| it.info == info)?;
        self.asked[index] = true;
        Some(self.answers[index].page.clone())
    }

    /// What the page says in each fence of this name, for checks that take them as input.
    pub fn all(&self, info: &str) -> Vec<String> {
        self.answers.iter().filter(|it| it.info == info).map(|it| it.page.clone()).collect()
    }

    /// Says what was got; the page must have it in a fence of this name.
    pub fn answer(&mut self, info: &str, got: impl Into<String>) {
        self.answer_nth(info, 0, got);
    }

    /// The same where a page has several fences of one name.
    pub fn answer_nth(&mut self, info: &str, nth: usize, got: impl Into<String>) {
        let mut got: String = got.into();
        if !got.is_empty() && !got.ends_with('\n') {
            got.push('\n');
        }
        let named = self.answers.iter().enumerate().filter(|(_, it)| it.info == info);
        match named.map(|(at, _)| at).nth(nth) {
            Some(index) => {
                self.asked[index] = true;
                let fence = &self.answers[index];
                if fence.page != got {
                    self.mismatch.differences.push(format!(
                        "{}:{}: `{info}` differs\n{}",
                        self.path.display(),
                        fence.lines.start,
                        diff(&fence.page, &got)
                    ));
                    self.mismatch.edits.push(Blessing {
                        path: self.path.clone(),
                        lines: fence.lines.clone(),
                        text: got,
                    });
                }
            }
            None => {
                self.mismatch
                    .differences
                    .push(format!("{}: no `{info}` fence; got\n{got}", self.path.display()));
                self.mismatch.edits.push(Blessing {
                    path: self.path.clone(),
                    lines: self.end..self.end,
                    text: format!("\n```{info}\n{got}```\n"),
                });
            }
        }
    }

    /// Says all labels of the first file.
    pub fn labels(&mut self, labels: Vec<Label>) {
        self.labels_of(0, labels);
    }

    /// Says all labels of one file; the page must show exactly these.
    pub fn labels_of(&mut self, file: usize, labels: Vec<Label>) {
        let (Some((_, marked)), Some(fence)) = (self.files.get(file), self.file_fences.get(file)) else {
            return self
                .mismatch
                .hopeless
                .push(format!("{}: the case has no file {file}", self.path.display()));
        };
        self.labels_given[file] = true;
        let got = marked.render(&labels);
        if fence.page != got {
            self.mismatch.differences.push(format!(
                "{}:{}: labels differ\n{}",
                self.path.display(),
                fence.lines.start,
                diff(&fence.page, &got)
            ));
            self.mismatch.edits.push(Blessing {
                path: self.path.clone(),
                lines: fence.lines.clone(),
                text: got,
            });
        }
    }

    pub(crate) fn finish(mut self) -> Result<(), Mismatch> {
        for (fence, asked) in self.answers.iter().zip(&self.asked) {
            if !asked {
                self.mismatch.hopeless.push(format!(
                    "{}:{}: no check asked for the fence `{}`",
                    self.path.display(),
                    fence.lines.start,
                    fence.info
                ));
            }
        }
        for ((_, marked), given) in self.files.iter().zip(&self.labels_given) {
            if marked.labelled && !given {
                self.mismatch
                    .hopeless
                    .push(format!("{}: the page has labels, its check gave none", self.path.display()));
            }
        }
        self.mismatch.into_result()
    }
}

/// All cases of a chapter, in order. A page that cannot be read has none.
pub(crate) fn read(path: &Path) -> Vec<Case> {
    cases_of(path, &std::fs::read_to_string(path).unwrap_or_default())
}

fn cases_of(path: &Path, text: &str) -> Vec<Case> {
    let mut headings: Vec<String> = Vec::new();
    let mut cases = Vec::new();
    let mut fences = Vec::new();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        at += 1;
        if let Some((level, title)) = heading(line) {
            close(path, &headings, &mut fences, &mut cases);
            headings.truncate(level - 1);
            headings.resize(level - 1, String::new());
            headings.push(title.to_string());
        } else if let Some((fence, info)) = opening(line) {
            let start = at;
            while at < lines.len() && lines[at].trim_end() != fence {
                at += 1;
            }
            fences.push(Fence {
                info: info.to_string(),
                page: lines[start..at].concat(),
                lines: start..at,
                fence: fence.to_string(),
            });
            at += 1;
        }
    }
    close(path, &headings, &mut fences, &mut cases);
    cases
}

fn close(path: &Path, headings: &[String], fences: &mut Vec<Fence>, cases: &mut Vec<Case>) {
    if fences.is_empty() {
        return;
    }
    // The title of the chapter says what all its cases have in common: it is the name only if there is no other.
    let inner: Vec<&str> = headings.iter().skip(1).map(String::as_str).filter(|it| !it.is_empty()).collect();
    let name =
        if inner.is_empty() { headings.first().cloned().unwrap_or_default() } else { inner.join(" › ") };
    let end = fences.last().map_or(0, |it| it.lines.end + 1);
    let (file_fences, answers): (Vec<Fence>, Vec<Fence>) = fences.drain(..).partition(Fence::is_file);
    let files = file_fences
        .iter()
        .map(|it| (it.name().unwrap_or("page.e").to_string(), Marked::read(&it.page)))
        .collect();
    cases.push(Case {
        name,
        path: path.to_path_buf(),
        files,
        asked: vec![false; answers.len()],
        labels_given: vec![false; file_fences.len()],
        file_fences,
        answers,
        end,
        mismatch: Mismatch::default(),
    });
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.len() - line.trim_start_matches('#').len();
    let title = line.get(level..)?.strip_prefix(' ')?;
    (1..=6).contains(&level).then(|| (level, title.trim()))
}

/// The backquotes of a fence and its info string.
fn opening(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_end();
    let count = line.len() - line.trim_start_matches('`').len();
    (count >= 3).then(|| (&line[..count], line[count..].trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Mints\n\n## A mint\n\nText.\n\n```e\n1\n#<one\n```\n\n```value\n1\n```\n\n### Another\n\n```e m.e\n2\n```\n";

    fn cases() -> Vec<Case> {
        cases_of(Path::new("mints.md"), PAGE)
    }

    #[test]
    fn headings_name_cases_and_fences_are_files_or_answers() {
        let mut cases = cases();
        let names: Vec<_> = cases.iter().map(|it| it.name.clone()).collect();
        assert_eq!(names, ["A mint", "A mint › Another"]);
        assert_eq!(cases[0].text(), "1\n");
        assert_eq!(cases[1].files[0].0, "m.e");
        assert!(cases[0].asks("value"));
        let mut first = cases.remove(0);
        first.answer("value", "2");
        first.labels(vec![]);
        let mismatch = first.finish().unwrap_err();
        assert_eq!(mismatch.edits.len(), 2);
        assert_eq!(mismatch.edits[0].lines, 12..13);
    }

    #[test]
    fn a_fence_nobody_asked_for_is_a_failure() {
        let first = cases().remove(0);
        assert_eq!(first.finish().unwrap_err().hopeless.len(), 2);
    }
}
