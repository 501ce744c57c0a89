//! One execute request on its way: what it asks, and how far it has come.

use crate::directive::{Settling, settling};
use crate::trouble::Trouble;
use crate::voice::Request;
use crate::wire::{text, truth};
use serde_json::Value;
use std::sync::Arc;

#[derive(Clone)]
pub struct Cell {
    pub request: Arc<Request>,
    /// What the front end shows in the brackets beside it.
    pub number: u64,
    /// When it goes idle, where it or the session says so.
    pub settling: Option<Settling>,
}

/// How a cell's own turn ended.
pub enum Ended {
    Value,
    Failed(Trouble),
}

impl Cell {
    pub fn new(request: Arc<Request>, number: u64) -> Cell {
        let metadata = request.message.metadata.get("walnut");
        let settle = metadata.and_then(|it| it.get("settle")).and_then(Value::as_str);
        let settling = settle.and_then(settling);
        Cell { request, number, settling }
    }

    pub fn code(&self) -> &str {
        text(&self.request.message.content, "code")
    }

    /// What its front end calls it. A terminal has no cells.
    pub fn id(&self) -> Option<&str> {
        Some(text(&self.request.message.metadata, "cellId")).filter(|it| !it.is_empty())
    }

    pub fn is_silent(&self) -> bool {
        truth(&self.request.message.content, "silent", false)
    }

    /// Whether it counts and is remembered.
    pub fn is_stored(&self) -> bool {
        truth(&self.request.message.content, "store_history", !self.is_silent()) && !self.is_silent()
    }

    pub fn stops_on_error(&self) -> bool {
        truth(&self.request.message.content, "stop_on_error", true)
    }

    /// Whether it goes idle only when what it shows has settled. Front ends that execute a notebook in a batch hear
    /// nothing more of a cell after `idle`, and they are the ones that cannot be asked for input.
    pub fn waits(&self) -> bool {
        self.settling.map_or(!self.request.can_be_asked(), |it| it == Settling::Wait)
    }

    /// The expressions to be evaluated after it, by name.
    pub fn expressions(&self) -> Vec<(String, String)> {
        let asked = self.request.message.content.get("user_expressions").and_then(Value::as_object);
        let expression =
            |(name, it): (&String, &Value)| (name.clone(), it.as_str().unwrap_or_default().to_owned());
        asked.into_iter().flatten().map(expression).collect()
    }
}
