//! The lines of a cell that speak to the notebook and not to E: `%%vat NAME`, `%vat NAME`, `%vat new`.

/// Which vat a cell runs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// One of its own.
    New,
    /// The one of this name, made if there is none.
    Named(String),
}

/// A cell, taken apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Directives {
    /// `%%vat NAME`: for this cell.
    pub here: Option<Place>,
    /// `%vat NAME`: for this cell and those after it.
    pub lasting: Option<Place>,
    /// The cell's E. Directives are blanks in it, so that every position is that of the cell.
    pub program: String,
    /// Lines that look like directives and are none.
    pub unknown: Vec<String>,
}

/// Reads the directives at the head of a cell: its first lines that begin with `%`.
pub fn read(cell: &str) -> Directives {
    let mut it = Directives::default();
    let mut at = 0;
    for line in cell.split_inclusive('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() && !trimmed.starts_with('%') {
            break;
        }
        match trimmed.split_whitespace().collect::<Vec<_>>()[..] {
            [] => {}
            ["%%vat", name] => it.here = Some(place(name)),
            ["%vat", name] => it.lasting = Some(place(name)),
            _ => it.unknown.push(trimmed.to_owned()),
        }
        it.program.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        at += line.len();
    }
    it.program.push_str(&cell[at..]);
    it
}

fn place(name: &str) -> Place {
    if name == "new" { Place::New } else { Place::Named(name.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_without_directives_is_its_program() {
        let it = read("def mint := makeMint()\nmint % 3");
        assert_eq!(
            it,
            Directives { program: "def mint := makeMint()\nmint % 3".to_owned(), ..Directives::default() }
        );
    }

    #[test]
    fn a_directive_leaves_every_position_where_it_was() {
        let cell = "%%vat bänk\nmint <- makePurse(10)";
        let it = read(cell);
        assert_eq!(it.here, Some(Place::Named("bänk".to_owned())));
        assert_eq!(it.program.find("mint"), cell.find("mint"));
    }

    #[test]
    fn new_goes_back_to_a_vat_for_each_cell() {
        assert_eq!(read("%vat bank\n").lasting, Some(Place::Named("bank".to_owned())));
        assert_eq!(read("\n  %vat new\n").lasting, Some(Place::New));
    }

    #[test]
    fn what_is_no_directive_is_told() {
        assert_eq!(read("%time mint\n1").unknown, ["%time mint"]);
        assert_eq!(read("%%vat\n1").unknown, ["%%vat"]);
    }
}
