//! The lines of a cell that speak to the notebook and not to E: `%%vat NAME`, `%vats`, `%grants` …

/// Which vat a cell runs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// One of its own.
    New,
    /// The one of this name, made if there is none.
    Named(String),
}

/// When a cell whose value is a promise goes idle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Settling {
    /// At once; the value is shown late.
    Late,
    /// Once it has settled, or once all vats are quiet.
    Wait,
}

/// What is asked of the notebook itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ask {
    Vats,
    Grants,
    Revoke(String),
    Authority(String),
    Messages,
}

/// A cell, taken apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Directives {
    /// `%%vat NAME`: for this cell.
    pub here: Option<Place>,
    /// `%vat NAME`: for this cell and those after it.
    pub lasting: Option<Place>,
    /// `%%settle wait`: for this cell.
    pub settle_here: Option<Settling>,
    /// `%settle wait`: for this cell and those after it; `Some(None)`: as the front end is best served.
    pub settle: Option<Option<Settling>>,
    pub asks: Vec<Ask>,
    /// The cell's E. Directives are blanks in it, so that every position is that of the cell.
    pub program: String,
    /// Lines that look like directives and are none.
    pub unknown: Vec<String>,
}

/// What there is, as a person may write it.
pub const ALL: [&str; 10] = [
    "%%vat NAME",
    "%vat NAME",
    "%vat new",
    "%vats",
    "%%settle wait|late",
    "%settle wait|late|auto",
    "%grants",
    "%revoke NUMBER",
    "%authority NAME",
    "%messages",
];

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
            ["%vats"] => it.asks.push(Ask::Vats),
            ["%messages"] => it.asks.push(Ask::Messages),
            ["%grants"] => it.asks.push(Ask::Grants),
            ["%revoke", number] => it.asks.push(Ask::Revoke(number.to_owned())),
            ["%authority", name] => it.asks.push(Ask::Authority(name.to_owned())),
            ["%settle", "auto"] => it.settle = Some(None),
            ["%settle", when] if settling(when).is_some() => it.settle = Some(settling(when)),
            ["%%settle", when] if settling(when).is_some() => it.settle_here = settling(when),
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

/// `wait` or `late`.
pub fn settling(word: &str) -> Option<Settling> {
    match word {
        "wait" => Some(Settling::Wait),
        "late" => Some(Settling::Late),
        _ => None,
    }
}

/// If a directive is being written at the end of `before`: where it begins, and what it may become.
pub fn completions(before: &str) -> Option<(usize, Vec<String>)> {
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = &before[start..];
    let heads = before[..start].lines().all(|it| it.trim().is_empty() || it.trim().starts_with('%'));
    if !heads || !line.starts_with('%') || line.contains(char::is_whitespace) {
        return None;
    }
    let mut words: Vec<String> =
        ALL.iter().filter_map(|it| it.split(' ').next()).map(str::to_owned).collect();
    words.retain(|it| it.starts_with(line));
    words.sort();
    words.dedup();
    Some((start, words))
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
    fn a_cell_may_say_when_it_is_done() {
        assert_eq!(read("%%settle wait\n1").settle_here, Some(Settling::Wait));
        assert_eq!(read("%settle auto\n1").settle, Some(None));
        assert_eq!(read("%settle soon\n1").unknown, ["%settle soon"]);
    }

    #[test]
    fn what_is_no_directive_is_told() {
        assert_eq!(read("%time mint\n1").unknown, ["%time mint"]);
        assert_eq!(read("%%vat\n1").unknown, ["%%vat"]);
    }

    #[test]
    fn directives_complete_at_the_head_of_a_cell() {
        assert_eq!(completions("%va"), Some((0, vec!["%vat".to_owned(), "%vats".to_owned()])));
        assert_eq!(completions("1 + 1\n%va"), None);
        assert_eq!(completions("%vat ba"), None);
    }
}
