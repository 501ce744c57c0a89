//! What a cell's directives ask of the notebook itself: `%vats`, `%grants`, `%authority` …

use super::Session;
use super::holding::COMING_TO_REST;
use crate::cell::Cell;
use crate::directive::Ask;
use crate::grants::Power;
use crate::permission::listed;
use crate::trouble::Trouble;
use serde_json::json;
use std::time::Instant;

impl Session {
    /// What cells have sent for arrives, and what that sends for: for a moment at most.
    fn come_to_rest(&mut self) {
        let until = Instant::now() + COMING_TO_REST;
        while self.notebook.has_turns() && Instant::now() < until {
            self.turn();
        }
    }

    /// Shows what a directive asks for.
    pub(super) fn tell(&mut self, cell: &Cell, ask: &Ask) -> Result<(), Trouble> {
        let data = match ask {
            Ask::Vats => {
                self.notebook.sweep();
                let shown = self.notebook.vats();
                // A terminal renders no updates, and what a batch front end keeps is what was there when it asked.
                if cell.id().is_some() && cell.request.can_be_asked() {
                    self.panel.open(cell, shown, &mut self.displays.widgets, &self.voice);
                    return Ok(());
                }
                shown
            }
            Ask::Messages => {
                self.come_to_rest();
                self.notebook.messages()
            }
            Ask::Grants => listed(&self.outside.grants),
            Ask::Revoke(number) => match number.parse().ok().and_then(|it| self.outside.grants.revoke(it)) {
                Some(grant) => {
                    if matches!(grant.power, Power::Python(_)) {
                        self.notebook.end_python();
                    }
                    json!({ "text/plain": format!("{} is revoked", grant.power) })
                }
                None => {
                    return Err(Trouble::new(
                        "NoSuchGrant",
                        format!("there is no grant {number}; see %grants"),
                    ));
                }
            },
            Ask::Authority(name) => match self.notebook.authority(name) {
                Some(it) => crate::diagram::bundle(&it),
                None => {
                    let message = format!("no cell has defined `{name}`");
                    return Err(Trouble::new("NoSuchName", message));
                }
            },
        };
        let content = json!({ "data": data, "metadata": {}, "transient": {} });
        self.voice.publish(cell.request.header(), "display_data", &content);
        Ok(())
    }
}
