//! Why a cell failed, as front ends show it.

use serde_json::{Value, json};

/// The name, the sentence, and the lines below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub name: String,
    pub message: String,
    /// Where: snippets of cells with carets, innermost first.
    pub places: Vec<String>,
}

impl Trouble {
    pub fn new(name: &str, message: impl Into<String>) -> Trouble {
        Trouble { name: name.to_owned(), message: message.into(), places: Vec::new() }
    }

    /// A cell failed and its vat cannot say how: the vat is gone.
    pub fn unknown() -> Trouble {
        Trouble::new("problem", "the vat of this cell is gone")
    }

    pub fn interrupted() -> Trouble {
        Trouble::new("Interrupted", "the turn was stopped from outside")
    }

    /// The vats are quiet and the cell has not come to its end.
    pub fn never_ends() -> Trouble {
        Trouble::new(
            "Unresolved",
            "the cell waits for a promise, and nothing is left to run that could settle it",
        )
    }

    /// The content of an `error` message.
    pub fn content(&self) -> Value {
        let mut traceback = vec![format!("{}: {}", self.name, self.message)];
        traceback.extend(self.places.iter().cloned());
        json!({ "ename": self.name, "evalue": self.message, "traceback": traceback })
    }
}
