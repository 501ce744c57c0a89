//! Who holds whom, as a graph: in the language of Graphviz, and drawn.

use super::workspace::Named;
use analysis::{Reached, ReachedThing};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// More than fits on any page.
const MOST_EDGES: usize = 2_000;

/// What stands at the end of an arrow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Name,
    State,
    Power,
    Unknown,
}

struct Graph {
    nodes: BTreeMap<String, Shape>,
    edges: BTreeSet<(String, String)>,
}

fn graph(names: &[Named]) -> Graph {
    let mut graph = Graph { nodes: BTreeMap::new(), edges: BTreeSet::new() };
    let is_end = |it: &&Reached| matches!(it.thing.kind(), "power" | "state" | "unknown");
    for named in names {
        graph.nodes.entry(named.it.name.clone()).or_insert(Shape::Name);
        for it in named.it.reaches.iter().filter(is_end) {
            graph.way(&named.it.name, it);
        }
    }
    graph
}

impl Graph {
    fn way(&mut self, from: &str, it: &Reached) {
        let (end, shape) = match &it.thing {
            ReachedThing::Power { name, part: None, .. } => (name.clone(), Shape::Power),
            ReachedThing::Power { .. } => (it.thing.label(), Shape::Power),
            ReachedThing::Unknown(_) => (format!("unknown: {}", it.thing.label()), Shape::Unknown),
            _ => (it.thing.label(), Shape::State),
        };
        let mut here = from.to_string();
        // The last name is the thing's own, where it has one.
        for next in it.path.iter().take(it.path.len().saturating_sub(1)) {
            if *next != here && self.edges.len() < MOST_EDGES {
                self.nodes.entry(next.clone()).or_insert(Shape::Name);
                self.edges.insert((here.clone(), next.clone()));
                here = next.clone();
            }
        }
        self.nodes.entry(end.clone()).or_insert(shape);
        if here != end && self.edges.len() < MOST_EDGES {
            self.edges.insert((here, end));
        }
    }
}

pub fn dot(names: &[Named]) -> String {
    let graph = graph(names);
    let mut out = String::from("digraph authority {\n    rankdir=LR;\n");
    let number: BTreeMap<&String, usize> = graph.nodes.keys().enumerate().map(|(n, it)| (it, n)).collect();
    for (name, shape) in &graph.nodes {
        let look = match shape {
            Shape::Name => "shape=box",
            Shape::State => "shape=ellipse",
            Shape::Power => "shape=doublecircle, color=red",
            Shape::Unknown => "shape=ellipse, color=gray",
        };
        let _ = writeln!(out, "    n{} [label=\"{}\", {look}];", number[name], escaped(name));
    }
    for (from, to) in &graph.edges {
        let _ = writeln!(out, "    n{} -> n{};", number[from], number[to]);
    }
    out.push_str("}\n");
    out
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The same, laid out and drawn.
pub fn svg(names: &[Named]) -> anyhow::Result<String> {
    let mut parser = layout::gv::DotParser::new(&dot(names).replace("doublecircle", "circle"));
    let tree = parser.process().map_err(|it| anyhow::anyhow!("the graph cannot be laid out: {it}"))?;
    let mut builder = layout::gv::GraphBuilder::new();
    builder.visit_graph(&tree);
    let mut drawing = builder.get();
    let mut svg = layout::backends::svg::SVGWriter::new();
    drawing.do_it(false, false, false, &mut svg);
    Ok(svg.finalize())
}
