//! A tree as an s-expression, for people and for tests.

use super::{Cst, Kind, Node};

impl Cst {
    /// `(program body: (call recipient: (identifier) verb: (identifier) arguments: (arguments)))`
    pub fn sexp(&self) -> String {
        let mut out = String::new();
        // Where each open node ends; a loop, since trees nest as deep as texts do.
        let mut open: Vec<u32> = Vec::new();
        for it in self.nodes().filter(|it| it.is_shown()) {
            close(&mut out, &mut open, it.index);
            if !out.is_empty() {
                out.push(' ');
            }
            if let Some(field) = it.field() {
                out.push_str(field.name());
                out.push_str(": ");
            }
            out.push('(');
            if it.is_missing() {
                out.push_str("MISSING ");
            }
            match it.kind() {
                Kind::Token => out.push_str(&format!("{:?}", it.kind_name())),
                _ => out.push_str(it.kind_name()),
            }
            open.push(it.data().after);
        }
        close(&mut out, &mut open, u32::MAX);
        out
    }
}

impl Node<'_> {
    /// Punctuation is shown where it is missing, or part of a mistake.
    fn is_shown(self) -> bool {
        self.kind() != Kind::Token || self.is_missing()
    }
}

fn close(out: &mut String, open: &mut Vec<u32>, before: u32) {
    while open.last().is_some_and(|after| *after <= before) {
        open.pop();
        out.push(')');
    }
}
