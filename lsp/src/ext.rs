//! Our own requests, as documented in `docs/lsp-extensions.md`.

use crate::framework::proto::{Location, Position, Range, TextDocumentIdentifier};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts up when one of the requests below changes in a way that a client must know of.
pub const VERSION: u32 = 1;

/// [`KernelEParams`] → the Kernel-E as text.
pub const SHOW_KERNEL_E: &str = "walnut/showKernelE";
/// [`GraphParams`] → [`GraphAnswer`].
pub const AUTHORITY_GRAPH: &str = "walnut/authorityGraph";
/// [`LeakParams`] → [`LeakAnswer`], or null where there is no way.
pub const FIND_LEAK: &str = "walnut/findLeak";
/// [`FileParams`] → a list of [`VerdictOfObject`].
pub const VERDICTS: &str = "walnut/verdicts";
/// Nothing → [`Status`].
pub const STATUS: &str = "walnut/status";
/// Nothing → the report of the workspace as Markdown.
pub const REPORT: &str = "walnut/report";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileParams {
    pub text_document: TextDocumentIdentifier,
}

/// Of the whole file, or of what lies in `range`. `position` is what the first version sent, and is not used.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KernelEParams {
    pub text_document: TextDocumentIdentifier,
    pub range: Option<Range>,
    #[serde(rename = "position")]
    pub _position: Option<Position>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphParams {
    pub text_document: TextDocumentIdentifier,
    /// Only what the name here reaches.
    pub position: Option<Position>,
    #[serde(default)]
    pub format: GraphFormat,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum GraphFormat {
    #[default]
    Json,
    Dot,
    Svg,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum GraphAnswer {
    Graph(Graph),
    Text(String),
}

/// Who holds whom.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    pub id: usize,
    pub label: String,
    /// `name`, `power`, `state`, `parameter`, `object` or `unknown`.
    pub kind: &'static str,
    pub location: Option<Location>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeakParams {
    pub text_document: TextDocumentIdentifier,
    /// A top-level name of the file.
    pub from: String,
    /// A power, a variable, an object, or a kind of thing: `power`, `state`.
    pub to: String,
}

#[derive(Debug, Serialize)]
pub struct LeakAnswer {
    /// The names along the way.
    pub path: Vec<String>,
    /// Captures, each of which alone would close every way if it were dropped.
    pub cuts: Vec<CutAnswer>,
}

#[derive(Debug, Serialize)]
pub struct CutAnswer {
    pub object: String,
    pub capture: String,
}

#[derive(Debug, Serialize)]
pub struct VerdictOfObject {
    pub range: Range,
    pub object: String,
    pub auditor: String,
    pub asked: bool,
    /// `approved`, `rejected` or `unknown`.
    pub verdict: &'static str,
    /// Of an unknown verdict, what is not known.
    pub missing: Option<String>,
    pub objections: Vec<ObjectionAnswer>,
}

#[derive(Debug, Serialize)]
pub struct ObjectionAnswer {
    pub range: Range,
    pub message: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub version: &'static str,
    pub extensions: u32,
    pub files: usize,
    pub open: usize,
    pub encoding: String,
    /// By address of an open document: `HEAD` if lenses compare it with that, else why they do not.
    pub since: BTreeMap<String, String>,
}
