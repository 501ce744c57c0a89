//! A sequence diagram: the vats as lines, the messages between them as arrows, from the top to the bottom.

use crate::display::escaped;
use crate::notebook::Notebook;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::sync::Arc;
use vat::VatId;
use vat::causality::log::What;

/// Messages that are kept to be drawn.
const KEPT: usize = 200;
const WIDE: usize = 170;
const HIGH: usize = 30;

/// A message between two vats.
pub struct Arrow {
    from: Arc<str>,
    to: Arc<str>,
    text: String,
    is_answer: bool,
}

/// What went between vats since somebody looked.
#[derive(Default)]
pub struct Messages {
    /// Whether anybody has asked: nothing is kept before.
    pub is_kept: bool,
    /// Sent and not delivered: what, by vat, turn and number.
    sent: HashMap<(u32, u32, u32), String>,
    arrows: VecDeque<Arrow>,
    missed: usize,
}

impl Notebook {
    /// Takes in what was sent in the last turn.
    pub(crate) fn hear_messages(&mut self) {
        for event in self.world.take_log() {
            match event.what {
                What::Sent { message, verb, .. } => {
                    self.messages.sent.insert((message.vat, message.turn, message.nth), verb.to_string());
                }
                What::Got { message } => {
                    let key = (message.vat, message.turn, message.nth);
                    let Some(verb) = self.messages.sent.remove(&key) else { continue };
                    if message.vat != event.vat && message.vat != 0 {
                        self.arrow(message.vat, event.vat, verb, false);
                    }
                }
                What::Returned { message } if message.vat != event.vat && message.vat != 0 => {
                    self.arrow(event.vat, message.vat, "answer".to_owned(), true);
                }
                _ => {}
            }
        }
        if self.messages.sent.len() > 10 * KEPT {
            self.messages.sent.clear();
        }
    }

    fn arrow(&mut self, from: u32, to: u32, text: String, is_answer: bool) {
        let name = |vat| self.world.logged_name(VatId(vat)).unwrap_or_else(|| "?".into());
        let arrow = Arrow { from: name(from), to: name(to), text, is_answer };
        self.messages.arrows.push_back(arrow);
        if self.messages.arrows.len() > KEPT {
            self.messages.arrows.pop_front();
            self.messages.missed += 1;
        }
    }

    /// The messages between vats since this was asked last; from the first time on they are kept.
    pub fn messages(&mut self) -> Value {
        if !self.messages.is_kept {
            self.messages.is_kept = true;
            self.world.log_messages();
            let text = "from now on messages between vats are kept: run some cells, then ask again";
            return json!({ "text/plain": text });
        }
        let arrows = std::mem::take(&mut self.messages.arrows);
        let missed = std::mem::take(&mut self.messages.missed);
        if arrows.is_empty() {
            return json!({ "text/plain": "no message went from one vat to another" });
        }
        json!({ "text/plain": plain(&arrows, missed), "image/svg+xml": svg(&arrows) })
    }
}

fn plain(arrows: &VecDeque<Arrow>, missed: usize) -> String {
    let mut text = if missed > 0 { format!("… {missed} before these\n") } else { String::new() };
    for it in arrows {
        let sign = if it.is_answer { "⇠" } else { "→" };
        let _ = writeln!(text, "{} {sign} {}: {}", it.from, it.to, it.text);
    }
    text.trim_end().to_owned()
}

fn svg(arrows: &VecDeque<Arrow>) -> String {
    let mut vats: Vec<&str> = Vec::new();
    for name in arrows.iter().flat_map(|it| [&*it.from, &*it.to]) {
        if !vats.contains(&name) {
            vats.push(name);
        }
    }
    let x = |name: &str| vats.iter().position(|it| *it == name).unwrap_or(0) * WIDE + WIDE / 2;
    let (width, height) = (vats.len() * WIDE, (arrows.len() + 2) * HIGH);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\
         <defs><marker id=\"head\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"4\" orient=\"auto\">\
         <path d=\"M0,0 L8,4 L0,8 z\" fill=\"#555\"/></marker></defs>"
    );
    for name in &vats {
        let at = x(name);
        let _ = write!(
            svg,
            "<rect x=\"{}\" y=\"4\" width=\"140\" height=\"24\" rx=\"6\" fill=\"#cfe0f5\" stroke=\"#555\"/>\
             <text x=\"{at}\" y=\"20\" text-anchor=\"middle\" fill=\"#222\">{}</text>\
             <line x1=\"{at}\" y1=\"28\" x2=\"{at}\" y2=\"{height}\" stroke=\"#bbb\"/>",
            at - 70,
            escaped(name),
        );
    }
    for (row, it) in arrows.iter().enumerate() {
        let (from, to, y) = (x(&it.from), x(&it.to), (row + 2) * HIGH);
        let dashes = if it.is_answer { " stroke-dasharray=\"4 3\"" } else { "" };
        let _ = write!(
            svg,
            "<line x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\" stroke=\"#555\"{dashes} marker-end=\"url(#head)\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#222\">{}</text>",
            from.midpoint(to),
            y - 5,
            escaped(&it.text),
        );
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::{Arrow, plain, svg};

    #[test]
    fn each_vat_is_a_line_and_each_message_an_arrow() {
        let arrow = |from: &str, to: &str, text: &str, is_answer| Arrow {
            from: from.into(),
            to: to.into(),
            text: text.to_owned(),
            is_answer,
        };
        let arrows =
            [arrow("cell 2", "bank", "deposit/1", false), arrow("bank", "cell 2", "answer", true)].into();
        assert_eq!(plain(&arrows, 0), "cell 2 → bank: deposit/1\nbank ⇠ cell 2: answer");
        let svg = svg(&arrows);
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains("deposit/1") && svg.contains("stroke-dasharray"));
    }
}
