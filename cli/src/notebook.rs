//! Notebooks as files: nbformat 4, read leniently and written as Jupyter writes it.

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

/// A notebook: its cells, and what is said of it as a whole.
#[derive(Clone, PartialEq, Debug)]
pub struct Notebook {
    pub cells: Vec<Cell>,
    pub metadata: Value,
    pub minor: u64,
}

/// A cell.
#[derive(Clone, PartialEq, Debug)]
pub struct Cell {
    /// `code`, `markdown` or `raw`.
    pub kind: String,
    pub source: String,
    /// Of a code cell, as nbformat has them, their texts whole.
    pub outputs: Vec<Value>,
    /// Everything else that is said of it: id, metadata, execution count, attachments.
    pub rest: Map<String, Value>,
}

impl Cell {
    pub fn code(source: impl Into<String>, outputs: Vec<Value>) -> Cell {
        let rest = [("execution_count".to_owned(), Value::Null), ("metadata".to_owned(), json!({}))];
        Cell { kind: "code".to_owned(), source: source.into(), outputs, rest: rest.into_iter().collect() }
    }

    pub fn markdown(source: impl Into<String>) -> Cell {
        let rest = [("metadata".to_owned(), json!({}))].into_iter().collect();
        Cell { kind: "markdown".to_owned(), source: source.into(), outputs: Vec::new(), rest }
    }

    pub fn is_code(&self) -> bool {
        self.kind == "code"
    }
}

/// What a notebook of ours says of itself.
pub fn usual_metadata() -> Value {
    json!({
        "kernelspec": { "display_name": "E (Walnut)", "language": "e", "name": "walnut" },
        "language_info": { "file_extension": ".e", "mimetype": "text/x-e", "name": "e" },
    })
}

impl Notebook {
    /// The code cells, numbered among all cells from 1.
    pub fn code(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        let code = self.cells.iter().enumerate().filter(|it| it.1.is_code());
        code.map(|(at, it)| (at + 1, it.source.clone()))
    }

    pub fn parse(text: &str) -> anyhow::Result<Notebook> {
        let mut whole: Map<String, Value> = serde_json::from_str(text).context("not a notebook")?;
        if whole.get("nbformat").and_then(Value::as_u64) != Some(4) {
            bail!("a notebook of nbformat 4 was wanted: open it in Jupyter and save it");
        }
        let Some(Value::Array(cells)) = whole.remove("cells") else { bail!("a notebook without cells") };
        let cells = cells.into_iter().map(cell).collect::<anyhow::Result<_>>()?;
        let metadata = whole.remove("metadata").unwrap_or_else(|| json!({}));
        let minor = whole.get("nbformat_minor").and_then(Value::as_u64).unwrap_or(5);
        Ok(Notebook { cells, metadata, minor })
    }

    /// As a file: keys in order, texts as lists of their lines.
    pub fn write(&self) -> String {
        let cells: Vec<Value> = self.cells.iter().map(written).collect();
        let whole = json!({
            "cells": cells, "metadata": sorted(&self.metadata), "nbformat": 4, "nbformat_minor": self.minor,
        });
        let mut bytes = Vec::new();
        let indent = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut writer = serde_json::Serializer::with_formatter(&mut bytes, indent);
        // A value that was made here is always JSON.
        let _ = serde::Serialize::serialize(&whole, &mut writer);
        bytes.push(b'\n');
        String::from_utf8(bytes).unwrap_or_default()
    }
}

fn cell(it: Value) -> anyhow::Result<Cell> {
    let Value::Object(mut it) = it else { bail!("a cell that is no dictionary") };
    let kind = it.remove("cell_type").and_then(|it| it.as_str().map(str::to_owned));
    let Some(kind) = kind else { bail!("a cell without cell_type") };
    let source = whole(&it.remove("source").unwrap_or_default());
    let outputs = match it.remove("outputs") {
        Some(Value::Array(all)) => all.into_iter().map(output).collect(),
        _ => Vec::new(),
    };
    Ok(Cell { kind, source, outputs, rest: it })
}

/// An output whose texts are whole.
fn output(mut it: Value) -> Value {
    if let Some(text) = it.get_mut("text") {
        *text = whole(text).into();
    }
    if let Some(Value::Object(data)) = it.get_mut("data") {
        for (mime, it) in data {
            if !mime.ends_with("json") {
                *it = whole(it).into();
            }
        }
    }
    it
}

/// Notebooks keep a text whole or as a list of its lines.
pub fn whole(text: &Value) -> String {
    match text {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        it => it.as_str().unwrap_or_default().to_owned(),
    }
}

fn lines(text: &str) -> Value {
    text.split_inclusive('\n').map(Value::from).collect()
}

fn written(it: &Cell) -> Value {
    let mut map = it.rest.clone();
    map.insert("cell_type".to_owned(), it.kind.clone().into());
    map.insert("source".to_owned(), lines(&it.source));
    if it.is_code() {
        let outputs = it.outputs.iter().map(|it| {
            let mut it = it.clone();
            if let Some(text) = it.get_mut("text") {
                *text = lines(text.as_str().unwrap_or_default());
            }
            if let Some(Value::Object(data)) = it.get_mut("data") {
                for (mime, it) in data {
                    if !mime.ends_with("json") {
                        *it = lines(it.as_str().unwrap_or_default());
                    }
                }
            }
            it
        });
        map.insert("outputs".to_owned(), outputs.collect());
    }
    sorted(&map.into())
}

/// Keys in their order, as Jupyter writes them; a notebook that is saved again differs in nothing else.
fn sorted(it: &Value) -> Value {
    match it {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|it| it.0);
            entries.into_iter().map(|(key, it)| (key.clone(), sorted(it))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        it => it.clone(),
    }
}
