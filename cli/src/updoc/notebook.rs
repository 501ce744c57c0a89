//! A notebook as a transcript of itself: its cells are executed as the kernel executes them, each in its vat, and the
//! outputs it was saved with are what they should say.

use super::Done;
use super::compare::agree;
use super::runner::Status;
use super::transcript::{Answer, Dialect, Step};
use crate::convert::{answer, was_transcript};
use crate::notebook::Notebook;
use kernel::Batch;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A notebook that was executed.
pub struct Execution {
    /// The code cells, whose lines are their numbers among all cells, and what became of them.
    pub steps: Vec<(Step, Done)>,
    /// The notebook with the outputs it has now.
    pub notebook: Notebook,
}

/// Whether its cells are E.
pub fn is_ours(notebook: &Notebook) -> bool {
    let kernel = &notebook.metadata["kernelspec"];
    kernel.is_null() || kernel["name"] == "walnut" || kernel["language"] == "e"
}

/// Executes all cells, in the folder of the notebook; each by way of `limit`.
pub fn execute(
    path: &Path,
    mut notebook: Notebook,
    grants: &[String],
    limit: impl Fn(&mut Batch, &str),
) -> anyhow::Result<Execution> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut batch = Batch::new(folder, grants)?;
    let was_transcript = was_transcript(&notebook);
    if was_transcript {
        batch.show_at_once();
    }
    for cell in notebook.cells.iter().filter(|it| it.is_code()) {
        limit(&mut batch, &cell.source);
    }
    let mut steps = Vec::new();
    let cells = notebook.cells.iter_mut().enumerate().filter(|it| it.1.is_code());
    for (count, ((at, cell), got)) in cells.zip(batch.outputs()).enumerate() {
        let (expected, mut actual) = (answers(&cell.outputs), answers(got));
        let mut is_same = agree(Dialect::Exact, &expected, &actual);
        if !is_same && was_transcript {
            actual = answers(&batch.first_outputs(count));
            is_same = said(&expected) == said(&actual);
        }
        let status = if is_same { Status::Pass } else { Status::Fail };
        let step = Step::pushed(at + 1, cell.source.clone(), expected, String::new());
        steps.push((step, Done { status, actual, place: None, notes: Vec::new() }));
        cell.outputs = got.to_vec();
        cell.rest.insert("execution_count".to_owned(), json!(count + 1));
    }
    Ok(Execution { steps, notebook })
}

/// What a step and a cell say alike: what was printed, and what it came to. A cell also names the kind of a problem, and
/// where a reference was broken.
fn said(answers: &[Answer]) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    for Answer { key, text } in answers {
        let (key, text) = match key.as_str() {
            "stdout" | "stderr" => (key.as_str(), text.clone()),
            "value" if text.starts_with("<ref broken by") => {
                (key.as_str(), text.split("\n  ").next().unwrap_or_default().to_owned())
            }
            "value" => (key.as_str(), text.clone()),
            "problem" | "SyntaxError" | "ScopeError" => ("problem", text.clone()),
            kind => ("problem", format!("<{kind}: {text}>")),
        };
        said.entry(key.to_owned()).or_insert_with(String::new).push_str(&text);
    }
    said
}

fn answers(outputs: &[Value]) -> Vec<Answer> {
    outputs.iter().filter_map(answer).collect()
}

/// What a transcript has without being asked, and what was granted beside it, as notebooks write it: a folder in
/// which the notebook lies is the notebook's folder to it.
pub fn grants(path: &Path, more: &[String]) -> Vec<String> {
    let mut all = vec!["timer".to_owned(), "entropy".to_owned()];
    for it in more {
        match it.split_once('=') {
            Some(("file", folder)) => {
                let (folder, writes) = folder.strip_suffix(":rw").map_or((folder, ""), |it| (it, ":rw"));
                let absolute = |it: &Path| it.canonicalize().unwrap_or_default();
                if absolute(path).starts_with(absolute(Path::new(folder))) {
                    all.push(format!("file{writes}"));
                }
            }
            Some(_) => all.push(it.clone()),
            None => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::execute;
    use crate::convert::{to_notebook, to_transcript};
    use crate::updoc::runner::Status;
    use std::path::{Path, PathBuf};

    /// In `sends` a step shows what later turns print, which a notebook shows under the cell that caused it; some steps of
    /// `hostile` never end, and nobody is here to stop them.
    const ELSEWHERE: &[&str] = &["hostile", "sends"];

    fn transcripts(folder: &str) -> Vec<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
        let all = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
        let mut all: Vec<PathBuf> = all.filter(|it| it.extension().is_some_and(|it| it == "updoc")).collect();
        all.sort();
        all
    }

    #[test]
    fn transcripts_say_the_same_as_notebooks() {
        let grants = ["timer", "entropy", "file", "network"].map(str::to_owned);
        let mut wrong = String::new();
        for path in [transcripts("examples"), transcripts("tests/suite/vat")].concat() {
            if ELSEWHERE.iter().any(|it| path.file_stem().unwrap() == *it) {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let notebook = to_notebook(&text);
            assert!(to_transcript(&notebook) == text, "{} does not come back", path.display());
            let done = execute(&path, notebook, &grants, |batch, cell| batch.execute(cell)).unwrap();
            assert!(!done.steps.is_empty(), "{}", path.display());
            for (step, done) in done.steps.iter().filter(|it| it.1.status != Status::Pass) {
                let (wanted, got) = (&step.expected, &done.actual);
                wrong += &format!("{}: {}\n  {wanted:?}\n  {got:?}\n", path.display(), step.input);
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }
}
