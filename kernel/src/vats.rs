//! The vats alive: what `%vats` shows of them, and the end of those that nobody holds.

use crate::display::escaped;
use crate::notebook::Notebook;
use serde_json::{Value, json};
use std::collections::HashSet;
use vat::VatId;
use vat::world::Budget;

impl Notebook {
    /// Ends every vat that was made for one cell and that nothing refers to any more: no name, no reference of another
    /// vat, nothing that runs or waits in it, and nothing of `shown`. To be called while all vats are quiet.
    pub fn bury(&mut self, shown: &HashSet<VatId>) {
        let mut held: HashSet<VatId> = self.names.values().map(|it| it.home.vat).collect();
        held.extend(self.homes.values().map(|it| it.vat));
        held.extend(shown);
        let mut again = true;
        // The end of one vat gives back what it held of others.
        while again {
            again = false;
            // What programs make they may still mean to use, whoever refers to it.
            for vat in self.of_cells.iter().copied().collect::<Vec<_>>() {
                if held.contains(&vat) || !self.world.is_forlorn(vat) {
                    continue;
                }
                self.of_cells.remove(&vat);
                self.world.kill(vat, "nobody holds anything of this vat");
                self.requests.retain(|it, _| it.vat != vat);
                again = true;
            }
        }
    }

    /// Lets go of what vats hold only as garbage, so that [`Notebook::bury`] sees who is held.
    pub fn sweep(&mut self) {
        for vat in self.world.all_vats() {
            self.world.collect(vat);
        }
    }

    /// The vats alive as a table: queue, heap, what they may still use, the names that live there, and who holds whom.
    pub fn vats(&mut self) -> Value {
        let all = self.world.all_vats();
        let holds: Vec<(VatId, Vec<(VatId, usize)>)> =
            all.iter().map(|it| (*it, self.world.refers_to(*it))).collect();
        let rows: Vec<Row> = all.into_iter().map(|it| self.row(it, &holds)).collect();
        let mut plain = String::new();
        let mut html = "<div style=\"overflow-x: auto; white-space: normal\"><table style=\"line-height: 1.4\"><thead><tr>".to_owned();
        for title in ["vat", "queue", "heap", "budget", "names", "holds", "held by"] {
            html += &format!("<th style=\"text-align: left; padding-right: 1em\">{title}</th>");
        }
        html += "</tr></thead><tbody>";
        for it in &rows {
            plain += &format!(
                "{}: {} waiting, {}, budget: {}, names: {}, holds: {}, held by: {}\n",
                it.name, it.queue, it.heap, it.budget, it.names, it.holds, it.held
            );
            let queue = it.queue.to_string();
            html += "<tr>";
            for cell in [&it.name, &queue, &it.heap, &it.budget, &it.names, &it.holds, &it.held] {
                html += &format!("<td style=\"text-align: left; padding-right: 1em\">{}</td>", escaped(cell));
            }
            html += "</tr>";
        }
        if rows.is_empty() {
            plain = "no vats: what the cells have made, nobody holds".to_owned();
            html = format!("<p>{plain}</p>");
        } else {
            html += "</tbody></table></div>";
        }
        json!({ "text/plain": plain.trim_end(), "text/html": html })
    }

    fn row(&self, vat: VatId, holds: &[(VatId, Vec<(VatId, usize)>)]) -> Row {
        let name = |vat| self.world.vat_name(vat).map_or_else(|| "?".to_owned(), |it| it.to_string());
        let names: Vec<String> =
            self.names.iter().filter(|it| it.1.home.vat == vat).map(|it| it.0.clone()).collect();
        let (mut held_of, mut held_by) = (Vec::new(), Vec::new());
        for (holder, whom) in holds {
            for (of, count) in whom {
                if *holder == vat {
                    held_of.push(format!("{count} of {}", name(*of)));
                }
                if *of == vat {
                    held_by.push(format!("{} ({count})", name(*holder)));
                }
            }
        }
        let or_none = |it: Vec<String>| if it.is_empty() { "–".to_owned() } else { it.join(", ") };
        Row {
            name: name(vat),
            queue: self.world.queue(vat).len(),
            heap: bytes(self.world.heap_bytes(vat)),
            budget: self.world.budget(vat).map_or_else(|| "–".to_owned(), |it| budget(&it)),
            names: or_none(names),
            holds: or_none(held_of),
            held: or_none(held_by),
        }
    }
}

struct Row {
    name: String,
    queue: usize,
    heap: String,
    budget: String,
    names: String,
    holds: String,
    held: String,
}

/// What is left to a vat, and of whose.
fn budget(it: &Budget) -> String {
    let mut text = format!("{} left", bytes(it.bytes_left));
    if let Some(instructions) = it.instructions_left {
        text += &format!(", {instructions} instructions");
    }
    match &it.bank {
        Some(bank) => format!("{text} of {bank}"),
        None => text,
    }
}

fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} B"),
        10_000..10_000_000 => format!("{} kB", count / 1000),
        _ => format!("{} MB", count / 1_000_000),
    }
}
