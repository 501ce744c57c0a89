//! `cargo xtask demo`: Walnut built, JupyterLab beside it, and the tour executed in it.

use crate::python::{self, repository, run, say};
use anyhow::{Context, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds, installs, executes `examples/tour.ipynb`, and opens JupyterLab on the result; with `--headless`
/// prints the result instead.
pub fn run_demo(args: &[String]) -> anyhow::Result<()> {
    let headless = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--headless"] => true,
        _ => bail!("usage: cargo xtask demo [--headless]"),
    };
    say("building walnut (a few minutes on a fresh clone)");
    let walnut = release_walnut()?;
    let home = python::environment()?;
    python::install_kernel(&home, &walnut)?;
    say("executing examples/tour.ipynb");
    let tour = execute(&home, &repository().join("examples").join("tour.ipynb"))?;
    if headless {
        print!("{}", as_text(&serde_json::from_str(&fs::read_to_string(&tour)?)?));
        return Ok(());
    }
    say("opening JupyterLab; Control-C ends it");
    open(&home, &tour)
}

/// The release build of the binary.
pub fn release_walnut() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo).args(["build", "--release", "--package", "walnut"]).current_dir(repository()))?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from);
    let walnut = target.join("release").join(format!("walnut{}", std::env::consts::EXE_SUFFIX));
    walnut.canonicalize().with_context(|| format!("{} was not built", walnut.display()))
}

fn execute(home: &Path, notebook: &Path) -> anyhow::Result<PathBuf> {
    let folder = repository().join("target").join("demo");
    fs::create_dir_all(&folder)?;
    let mut nbconvert = python::module(home, "nbconvert");
    nbconvert.args([
        "--to",
        "notebook",
        "--execute",
        "--allow-errors",
        "--log-level",
        "WARN",
        "--output-dir",
    ]);
    run(nbconvert.arg(&folder).arg(notebook))?;
    Ok(folder.join("tour.ipynb"))
}

fn open(home: &Path, notebook: &Path) -> anyhow::Result<()> {
    let mut lab = python::module(home, "jupyterlab");
    if python::is_root() {
        lab.arg("--allow-root");
    }
    // Nothing is asked of Jupyter's own servers: no news, no look for updates.
    lab.args(["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]);
    run(lab.arg(notebook))
}

/// An executed notebook as a person reads it in a terminal.
fn as_text(notebook: &Value) -> String {
    let cells = notebook["cells"].as_array().into_iter().flatten();
    cells.map(cell_as_text).collect::<Vec<_>>().join("\n")
}

fn cell_as_text(cell: &Value) -> String {
    let source = joined(&cell["source"]);
    if cell["cell_type"] != "code" {
        return format!("{source}\n");
    }
    let label = format!("[{}] ", cell["execution_count"]);
    let mut text = indented(&source, &label);
    for output in cell["outputs"].as_array().into_iter().flatten() {
        text += &indented(&output_as_text(output), &format!("{:>1$} ", "→", label.len() - 1));
    }
    text
}

fn output_as_text(output: &Value) -> String {
    match output["output_type"].as_str() {
        Some("stream") => joined(&output["text"]),
        Some("error") => {
            let lines = output["traceback"].as_array().into_iter().flatten().filter_map(Value::as_str);
            lines.collect::<Vec<_>>().join("\n")
        }
        _ => joined(&output["data"]["text/plain"]),
    }
}

/// Notebooks keep a text whole or as a list of its lines.
fn joined(text: &Value) -> String {
    match text {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        it => it.as_str().unwrap_or_default().to_owned(),
    }
}

fn indented(text: &str, label: &str) -> String {
    let blank = " ".repeat(label.chars().count());
    let lines = text.lines().enumerate();
    lines.map(|(at, line)| format!("{}{line}\n", if at == 0 { label } else { &blank })).collect()
}

#[cfg(test)]
mod tests {
    use super::as_text;
    use serde_json::json;

    #[test]
    fn an_executed_notebook_reads_like_a_transcript() {
        let notebook = json!({"cells": [
            {"cell_type": "markdown", "source": ["# A purse"]},
            {"cell_type": "code", "execution_count": 1, "source": ["def purse := mint <- makePurse(10)\n", "purse"],
             "outputs": [{"output_type": "display_data", "data": {"text/plain": ["<Purse 10>"]}}]},
        ]});
        let expected = "# A purse\n\n[1] def purse := mint <- makePurse(10)\n    purse\n  → <Purse 10>\n";
        assert_eq!(as_text(&notebook), expected);
    }
}
