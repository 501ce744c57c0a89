//! Cells on their way: those of one shell, one after the other, and those that wait for their value.

use crate::cell::Cell;
use crate::grants::Power;
use crate::notebook::Started;
use crate::trouble::Trouble;
use crate::voice::Request;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// Cells that run one after the other.
#[derive(Default)]
pub struct Lane {
    pub queue: VecDeque<Arc<Request>>,
    pub stage: Stage,
}

/// How far the cell at the head of a lane has come.
#[derive(Default)]
pub enum Stage {
    #[default]
    Free,
    /// The person was asked for powers that it names.
    Asks(Cell, Vec<Power>),
    Runs(Running),
}

/// A cell whose own turn, or the turns of its user expressions, are not over.
pub struct Running {
    pub cell: Cell,
    pub started: Started,
    /// Once its own turn is over.
    pub expressions: Option<Vec<(String, Result<Started, Trouble>)>>,
}

/// A cell that goes idle when its value has settled. Its own turn is over; it is answered when its value has settled
/// and what it has sent for has come to rest.
pub struct Held {
    pub cell: Cell,
    pub started: Started,
    pub expressions: Value,
    /// Set once its value is shown: it is answered then at the latest, whatever else goes on.
    pub until: Option<Instant>,
}
