//! Who holds whom, from the ways that lead to things: as nodes and edges, for Graphviz, and drawn.

use crate::ext::{Edge, Graph, Node};
use crate::state::Snapshot;
use analysis::NameAuthority;
use std::collections::HashMap;
use std::fmt::Write;

/// The names on all ways as nodes; two steps that follow each other on some way are an edge.
pub fn graph(snapshot: &Snapshot, names: &[NameAuthority]) -> Graph {
    let mut it = Building { snapshot, graph: Graph::default(), numbers: HashMap::new() };
    for name in names {
        let start = it.node(&name.name, "name", Some(name.at));
        for reached in &name.reaches {
            let mut from = start;
            // The way begins with the name itself, and ends with what is reached.
            let steps = reached.path.iter().filter(|step| **step != name.name);
            let label = reached.thing.label();
            for step in steps.filter(|step| **step != label) {
                let to = it.node(step, "object", None);
                it.edge(from, to);
                from = to;
            }
            let to = it.node(&label, reached.thing.kind(), reached.at);
            it.edge(from, to);
        }
    }
    it.graph
}

struct Building<'a> {
    snapshot: &'a Snapshot,
    graph: Graph,
    numbers: HashMap<String, usize>,
}

impl Building<'_> {
    /// The node of this name. What is said of it first is the least: a way only names it.
    fn node(&mut self, label: &str, kind: &'static str, at: Option<analysis::FileRange>) -> usize {
        let location = at.and_then(|it| self.snapshot.location(it));
        let id = *self.numbers.entry(label.to_owned()).or_insert(self.graph.nodes.len());
        match self.graph.nodes.get_mut(id) {
            Some(known) => {
                if known.kind == "object" {
                    known.kind = kind;
                }
                known.location = known.location.take().or(location);
            }
            None => self.graph.nodes.push(Node { id, label: label.to_owned(), kind, location }),
        }
        id
    }

    fn edge(&mut self, from: usize, to: usize) {
        let edge = Edge { from, to };
        if from != to && !self.graph.edges.contains(&edge) {
            self.graph.edges.push(edge);
        }
    }
}

/// In the language of Graphviz.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph authority {\n    rankdir=LR;\n");
    for it in &graph.nodes {
        let label = it.label.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(out, "    n{} [label=\"{label}\", shape={}];", it.id, shape(it.kind));
    }
    for it in &graph.edges {
        let _ = writeln!(out, "    n{} -> n{};", it.from, it.to);
    }
    out.push_str("}\n");
    out
}

fn shape(kind: &str) -> &'static str {
    match kind {
        "power" => "octagon",
        "state" => "cylinder",
        "unknown" => "note",
        "parameter" => "plaintext",
        _ => "ellipse",
    }
}

const WIDTH: usize = 190;
const HEIGHT: usize = 56;
const BOX: (usize, usize) = (150, 30);

/// Drawn in columns: each node one to the right of the nodes that hold it, as far as there are no circles.
pub fn svg(graph: &Graph) -> String {
    let columns = columns(graph);
    let mut rows: HashMap<usize, usize> = HashMap::new();
    let places: Vec<(usize, usize)> = columns
        .iter()
        .map(|column| {
            let row = rows.entry(*column).or_default();
            *row += 1;
            (20 + column * WIDTH, 20 + (*row - 1) * HEIGHT)
        })
        .collect();
    let (wide, high) = places.iter().fold((0, 0), |(x, y), it| (x.max(it.0), y.max(it.1)));
    let (wide, high) = (wide + BOX.0 + 20, high + BOX.1 + 20);
    // Without a view box, what shows it in less room would cut it off.
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\" font-family=\"sans-serif\" font-size=\"12\">\n"
    );
    out.push_str("<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\"/></marker></defs>\n");
    for it in &graph.edges {
        let (from, to) = (places[it.from], places[it.to]);
        let (x, y) = (from.0 + BOX.0, from.1 + BOX.1 / 2);
        let (to_x, to_y) = (to.0, to.1 + BOX.1 / 2);
        let half = x.midpoint(to_x);
        let _ = writeln!(
            out,
            "<path d=\"M{x} {y} C{half} {y} {half} {to_y} {to_x} {to_y}\" fill=\"none\" stroke=\"#888\" marker-end=\"url(#tip)\"/>"
        );
    }
    for (it, (x, y)) in graph.nodes.iter().zip(&places) {
        let _ = writeln!(
            out,
            "<g data-node=\"{}\"><rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{}\" stroke=\"#555\"/><text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text></g>",
            it.id,
            BOX.0,
            BOX.1,
            if it.kind == "power" { 0 } else { 12 },
            colour(it.kind),
            x + BOX.0 / 2,
            y + 20,
            escaped(&it.label)
        );
    }
    out.push_str("</svg>\n");
    out
}

fn colour(kind: &str) -> &'static str {
    match kind {
        "power" => "#f6c7b6",
        "state" => "#f5e3a8",
        "unknown" => "#e2d3f0",
        "name" => "#cfe3f7",
        _ => "#eeeeee",
    }
}

fn escaped(text: &str) -> String {
    let short: String = text.chars().take(22).collect();
    short.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The longest way from a node that nobody holds, circles not counted.
fn columns(graph: &Graph) -> Vec<usize> {
    let mut columns = vec![0; graph.nodes.len()];
    // As many rounds as a way can be long; in a circle they would go on for ever.
    for _ in 0..graph.nodes.len().min(64) {
        let mut changed = false;
        for it in &graph.edges {
            if columns[it.to] <= columns[it.from] && columns[it.from] < graph.nodes.len() {
                columns[it.to] = columns[it.from] + 1;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    // A circle has pushed its columns apart; what is used is numbered again.
    let mut used = columns.clone();
    used.sort_unstable();
    used.dedup();
    columns.iter().map(|it| used.binary_search(it).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle() -> Graph {
        let node = |id, label: &str, kind| Node { id, label: label.to_owned(), kind, location: None };
        Graph {
            nodes: vec![
                node(0, "mint", "name"),
                node(1, "purse \"a\"", "object"),
                node(2, "<stdout>", "power"),
            ],
            edges: vec![Edge { from: 0, to: 1 }, Edge { from: 1, to: 0 }, Edge { from: 1, to: 2 }],
        }
    }

    #[test]
    fn a_circle_of_holders_is_drawn_and_what_is_special_is_escaped() {
        let drawn = svg(&circle());
        assert!(drawn.contains("&lt;stdout&gt;") && drawn.matches("<path d=\"M").count() == 4, "{drawn}");
        assert!(dot(&circle()).contains(r#"label="purse \"a\"""#));
    }
}
