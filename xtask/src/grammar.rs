//! `cargo xtask grammar`: both parsers, generated anew from their `grammar.js`.
//!
//! The generator is a crate, so there is no tool to install beside Node, which reads `grammar.js`. What comes
//! out is committed; the test below fails when committed and generated differ in a byte.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use tree_sitter_generate::{OptLevel, generate_parser_in_directory};

/// The newest table format, and the one `tree_sitter::LANGUAGE_VERSION` names.
const ABI: usize = 15;

/// What the generator writes, below each grammar's `src`.
#[cfg(test)]
const GENERATED: [&str; 6] = [
    "parser.c",
    "grammar.json",
    "node-types.json",
    "tree_sitter/alloc.h",
    "tree_sitter/array.h",
    "tree_sitter/parser.h",
];

/// Generates into the tree.
pub fn run_grammar() -> Result<()> {
    for folder in folders() {
        generate(&folder, &folder.join("src"))?;
        println!("generated {}", folder.join("src").display());
    }
    Ok(())
}

/// How much of a folder of E parses: files, and steps of transcripts.
pub fn run_corpus(folders: &[String]) -> Result<()> {
    if folders.is_empty() {
        bail!("which folder? `cargo xtask corpus DIR…`");
    }
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "tree-sitter-e", "--example", "corpus", "--"])
        .args(folders)
        .status()?;
    if !status.success() {
        bail!("the corpus could not be read: {status}");
    }
    Ok(())
}

fn folders() -> [PathBuf; 2] {
    let grammar = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("grammar");
    let updoc = grammar.join("updoc");
    [grammar, updoc]
}

fn generate(folder: &Path, out: &Path) -> Result<()> {
    let mut remarks = Vec::new();
    generate_parser_in_directory(
        folder,
        Some(out),
        Some(folder.join("grammar.js")),
        ABI,
        None,
        Some("node"),
        true,
        OptLevel::default(),
        &mut remarks,
    )
    .with_context(|| format!("generating from {}", folder.join("grammar.js").display()))?;
    for remark in remarks {
        eprintln!("{remark}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_what_is_generated() -> Result<()> {
        for folder in folders() {
            let name = folder.file_name().unwrap_or_default().to_owned();
            let out =
                Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("regenerated").join(name);
            generate(&folder, &out)?;
            for file in GENERATED {
                let committed = std::fs::read(folder.join("src").join(file))?;
                let generated = std::fs::read(out.join(file))?;
                assert!(
                    committed == generated,
                    "{file} of {} is stale: run `cargo xtask grammar`",
                    folder.display()
                );
            }
        }
        Ok(())
    }
}
