//! What is known of a cell from its text alone, before anyone runs it.

use crate::asks::asks;
use crate::directive;
use crate::grants::Power;
use std::collections::BTreeSet;

/// What cells know from the start, as E, for who only reads them.
pub const PRELUDE: &str = concat!(
    include_str!("prelude.e"),
    "/** A module of a Python process of its own: send to it, as in `<python:math> <- sqrt(2)`. */\n",
    "def python__uriGetter {\n    to get(name :String) :any {\n        return Ref.promise()[0]\n    }\n}\n"
);

/// The cell's E. Directives are blanks in it, so that every position is that of the cell.
pub fn program(cell: &str) -> String {
    directive::read(cell).program
}

/// For each cell of a notebook, which powers it will ask for: as they are granted, and as a question puts it.
pub fn asked(cells: &[String]) -> Vec<Vec<(String, String)>> {
    let mut defined: BTreeSet<String> = BTreeSet::new();
    let mut all = Vec::new();
    for cell in cells {
        let expansion = syntax::expand(&syntax::parse(&program(cell)).program);
        let scopes = syntax::resolve(&expansion.program);
        let powers = asks(&expansion, &scopes, &|it| defined.contains(it));
        all.push(powers.iter().map(|it: &Power| (it.to_string(), it.describe())).collect());
        let own = scopes.definitions.iter().filter(|it| it.owner.is_none());
        defined.extend(own.map(|it| it.noun.to_string()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{PRELUDE, asked};

    #[test]
    fn what_cells_know_from_the_start_is_e() {
        assert!(syntax::parse(PRELUDE).errors.is_empty());
        assert!(PRELUDE.contains(crate::python::GETTER));
    }

    #[test]
    fn a_notebook_tells_what_it_will_ask_for() {
        let cells = ["<file:a.csv>.getText()", "def timer := 3", "timer + 1"].map(str::to_owned);
        let powers = asked(&cells);
        assert_eq!(powers[0], [("file=a.csv".to_owned(), "read `a.csv`".to_owned())]);
        assert!(powers[1].is_empty() && powers[2].is_empty());
    }
}
