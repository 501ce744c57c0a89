//! One execute request on its way: what it asks, and how far it has come.

use crate::trouble::Trouble;
use crate::voice::Request;
use crate::wire::{text, truth};

pub struct Cell {
    pub request: Request,
    /// What the front end shows in the brackets beside it.
    pub number: u64,
}

/// How a cell's own turn ended.
pub enum Ended {
    Value,
    Failed(Trouble),
}

impl Cell {
    pub fn new(request: Request, number: u64) -> Cell {
        Cell { request, number }
    }

    pub fn code(&self) -> &str {
        text(&self.request.message.content, "code")
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

    /// Whether its front end hears nothing more of a cell after `idle`. Those that execute a notebook in a batch
    /// do not, and they are the ones that cannot be asked for input.
    pub fn listens_until_idle(&self) -> bool {
        !truth(&self.request.message.content, "allow_stdin", true)
    }
}
