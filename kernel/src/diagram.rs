//! A Granovetter diagram: a name, whom it reaches, and by which way. Each column is a step further away.

use crate::display::escaped;
use analysis::{NameAuthority, ReachedThing};
use std::collections::BTreeMap;
use std::fmt::Write;

const WIDE: usize = 190;
const HIGH: usize = 46;
const BOX: usize = 150;

/// The bundle: SVG, and the same as lines of text.
pub fn bundle(it: &NameAuthority) -> serde_json::Value {
    serde_json::json!({ "text/plain": plain(it), "image/svg+xml": svg(it) })
}

fn plain(it: &NameAuthority) -> String {
    if it.reaches.is_empty() {
        return format!("{} reaches nothing: no power and no state", it.name);
    }
    let mut text = format!("{} reaches", it.name);
    for reached in &it.reaches {
        let _ = write!(text, "\n  {}", label(&reached.thing));
        if !reached.path.is_empty() {
            let _ = write!(text, "   by way of {}", reached.path.join(" → "));
        }
    }
    text
}

fn label(thing: &ReachedThing) -> String {
    match thing {
        ReachedThing::Power { power, part: Some(part), .. } => format!("{power} {part}"),
        ReachedThing::Power { power, .. } => power.clone(),
        ReachedThing::Variable(name) => format!("var {name}"),
        ReachedThing::Collection => "a collection".to_owned(),
        ReachedThing::Parameter(name) => format!("whatever {name} is"),
        ReachedThing::Object(name) => name.clone(),
        ReachedThing::Unknown(what) => format!("unknown: {what}"),
    }
}

fn colour(thing: &ReachedThing) -> &'static str {
    match thing {
        ReachedThing::Power { .. } => "#f4b6a6",
        ReachedThing::Variable(_) | ReachedThing::Collection => "#f5e2a3",
        ReachedThing::Parameter(_) => "#cfe0f5",
        ReachedThing::Object(_) => "#ffffff",
        ReachedThing::Unknown(_) => "#dddddd",
    }
}

/// Places in columns, and the arrows between them.
#[derive(Default)]
struct Drawing {
    /// A label's column and row, and its colour.
    places: BTreeMap<(usize, String), (usize, &'static str)>,
    rows: Vec<usize>,
    arrows: Vec<((usize, String), (usize, String))>,
}

impl Drawing {
    fn place(&mut self, column: usize, label: &str, colour: &'static str) -> (usize, String) {
        let key = (column, label.to_owned());
        if !self.places.contains_key(&key) {
            if self.rows.len() <= column {
                self.rows.resize(column + 1, 0);
            }
            self.places.insert(key.clone(), (self.rows[column], colour));
            self.rows[column] += 1;
        }
        key
    }

    fn arrow(&mut self, from: &(usize, String), to: &(usize, String)) {
        let arrow = (from.clone(), to.clone());
        if !self.arrows.contains(&arrow) {
            self.arrows.push(arrow);
        }
    }
}

fn svg(it: &NameAuthority) -> String {
    let mut drawing = Drawing::default();
    let root = drawing.place(0, &it.name, "#b9e0b3");
    for reached in &it.reaches {
        let mut from = root.clone();
        let target = label(&reached.thing);
        let last = reached.path.last().is_some_and(|it| *it == target);
        let steps = reached.path.len() - usize::from(last);
        for (at, step) in reached.path.iter().take(steps).filter(|step| **step != it.name).enumerate() {
            let place = drawing.place(at + 1, step, "#ffffff");
            drawing.arrow(&from, &place);
            from = place;
        }
        let place = drawing.place(from.0 + 1, &target, colour(&reached.thing));
        drawing.arrow(&from, &place);
    }
    draw(&drawing)
}

fn draw(drawing: &Drawing) -> String {
    let columns = drawing.rows.len();
    let rows = drawing.rows.iter().copied().max().unwrap_or(1);
    let (width, height) = (columns * WIDE, rows * HIGH + 8);
    let at = |key: &(usize, String)| {
        let row = drawing.places.get(key).map_or(0, |it| it.0);
        (key.0 * WIDE + 8, row * HIGH + 8)
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\
         <defs><marker id=\"tip\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"4\" orient=\"auto\">\
         <path d=\"M0,0 L8,4 L0,8 z\" fill=\"#555\"/></marker></defs>"
    );
    for (from, to) in &drawing.arrows {
        let ((x1, y1), (x2, y2)) = (at(from), at(to));
        let _ = write!(
            svg,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"#555\" marker-end=\"url(#tip)\"/>",
            x1 + BOX,
            y1 + 15,
            x2,
            y2 + 15
        );
    }
    for (key, (_, colour)) in &drawing.places {
        let (x, y) = at(key);
        let _ = write!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{BOX}\" height=\"30\" rx=\"6\" fill=\"{colour}\" stroke=\"#555\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#222\">{}</text>",
            x + BOX / 2,
            y + 19,
            escaped(&shortened(&key.1))
        );
    }
    svg + "</svg>"
}

/// As much as fits into a box.
fn shortened(label: &str) -> String {
    if label.chars().count() <= 22 {
        return label.to_owned();
    }
    label.chars().take(21).chain(['…']).collect()
}
