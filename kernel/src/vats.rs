//! The vats alive: what `%vats` shows of them, and the end of those that nobody holds.

use crate::display::escaped;
use crate::notebook::Notebook;
use serde_json::{Value, json};
use std::collections::HashSet;
use vat::VatId;

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

    /// The vats alive as a table: queue, heap, the names that live there, and who holds whom.
    pub fn vats(&mut self) -> Value {
        let rows: Vec<Row> = self.world.all_vats().into_iter().map(|it| self.row(it)).collect();
        let mut plain = String::new();
        let mut html = "<table style=\"line-height: 1.4\"><thead><tr>".to_owned();
        for title in ["vat", "queue", "heap", "names", "holds", "held by others"] {
            html += &format!("<th style=\"text-align: left\">{title}</th>");
        }
        html += "</tr></thead><tbody>";
        for it in &rows {
            plain += &format!(
                "{}: {} waiting, {}, names: {}, holds: {}, held by others: {}\n",
                it.name, it.queue, it.heap, it.names, it.holds, it.held
            );
            let queue = it.queue.to_string();
            let held = it.held.to_string();
            html += "<tr>";
            for cell in [&it.name, &queue, &it.heap, &it.names, &it.holds, &held] {
                html += &format!("<td style=\"text-align: left\">{}</td>", escaped(cell));
            }
            html += "</tr>";
        }
        if rows.is_empty() {
            plain = "no vats: what the cells have made, nobody holds".to_owned();
        }
        html += "</tbody></table>";
        json!({ "text/plain": plain.trim_end(), "text/html": html })
    }

    fn row(&self, vat: VatId) -> Row {
        let name = |vat| self.world.vat_name(vat).map_or_else(|| "?".to_owned(), |it| it.to_string());
        let names: Vec<&str> =
            self.names.iter().filter(|it| it.1.home.vat == vat).map(|it| it.0.as_str()).collect();
        let holds = self.world.refers_to(vat);
        let holds: Vec<String> =
            holds.iter().map(|(it, count)| format!("{count} of {}", name(*it))).collect();
        let or_none = |it: Vec<_>| if it.is_empty() { "–".to_owned() } else { it.join(", ") };
        Row {
            name: name(vat),
            queue: self.world.queue(vat).len(),
            heap: bytes(self.world.heap_bytes(vat)),
            names: or_none(names.into_iter().map(str::to_owned).collect()),
            holds: or_none(holds),
            held: self.world.known(vat).exports,
        }
    }
}

struct Row {
    name: String,
    queue: usize,
    heap: String,
    names: String,
    holds: String,
    held: usize,
}

fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} B"),
        10_000..10_000_000 => format!("{} kB", count / 1000),
        _ => format!("{} MB", count / 1_000_000),
    }
}
