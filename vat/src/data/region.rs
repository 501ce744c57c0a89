//! Regions of an ordered space: which of its positions are in, as a rising list of edges.
//!
//! A region is the algebra behind `1..!3`, `int > 12` and `~(char < 'a')`. With `bounded_left`, the first
//! edge starts a run that is in; without, everything below the first edge is in. So the empty region is
//! `(true, [])` and the full one `(false, [])`.

/// A position of an ordered space.
pub trait Position: Clone + PartialOrd {
    /// The position after this one, or this one again when it is the greatest.
    fn after(&self) -> Self;
}

/// A set of positions, compared by what it contains.
#[derive(Clone, PartialEq, Debug)]
pub struct Region<P> {
    pub bounded_left: bool,
    pub edges: Vec<P>,
}

/// What a relational operator of a space says about a position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    Below,
    AtMost,
    Equal,
    AtLeast,
    Above,
}

impl<P: Position> Region<P> {
    pub fn empty() -> Region<P> {
        Region { bounded_left: true, edges: Vec::new() }
    }

    pub fn full() -> Region<P> {
        Region { bounded_left: false, edges: Vec::new() }
    }

    /// Everything that stands in `relation` to `position`, like `space > position`.
    pub fn comparing(relation: Relation, position: P) -> Region<P> {
        let after = position.after();
        let last = after == position;
        match relation {
            Relation::Below => Region { bounded_left: false, edges: vec![position] },
            Relation::AtLeast => Region { bounded_left: true, edges: vec![position] },
            Relation::AtMost if last => Region::full(),
            Relation::AtMost => Region { bounded_left: false, edges: vec![after] },
            Relation::Above if last => Region::empty(),
            Relation::Above => Region { bounded_left: true, edges: vec![after] },
            Relation::Equal if last => Region { bounded_left: true, edges: vec![position] },
            Relation::Equal => Region { bounded_left: true, edges: vec![position, after] },
        }
    }

    pub fn contains(&self, position: &P) -> bool {
        let passed = self.edges.partition_point(|edge| edge <= position);
        (passed % 2 == 1) == self.bounded_left
    }

    pub fn not(&self) -> Region<P> {
        Region { bounded_left: !self.bounded_left, edges: self.edges.clone() }
    }

    pub fn and(&self, other: &Region<P>) -> Region<P> {
        self.combine(other, |a, b| a && b)
    }

    pub fn or(&self, other: &Region<P>) -> Region<P> {
        self.combine(other, |a, b| a || b)
    }

    /// Positions in this one that the other lacks.
    pub fn but_not(&self, other: &Region<P>) -> Region<P> {
        self.combine(other, |a, b| a && !b)
    }

    /// One pass over both lists of edges, keeping those where the answer changes.
    fn combine(&self, other: &Region<P>, keep: impl Fn(bool, bool) -> bool) -> Region<P> {
        let (mut in_self, mut in_other) = (!self.bounded_left, !other.bounded_left);
        let mut inside = keep(in_self, in_other);
        let bounded_left = !inside;
        let mut edges = Vec::new();
        let (mut i, mut j) = (0, 0);
        loop {
            let (a, b) = (self.edges.get(i), other.edges.get(j));
            let edge = match (a, b) {
                (None, None) => break,
                (Some(a), Some(b)) if b < a => b,
                (Some(a), _) => a,
                (None, Some(b)) => b,
            };
            if a.is_some_and(|it| it == edge) {
                in_self = !in_self;
                i += 1;
            }
            if b.is_some_and(|it| it == edge) {
                in_other = !in_other;
                j += 1;
            }
            if keep(in_self, in_other) != inside {
                inside = !inside;
                edges.push(edge.clone());
            }
            // An edge that equals neither list's head (NaN) would stand still; such edges are never made.
            debug_assert!(a.is_some_and(|it| it == edge) || b.is_some_and(|it| it == edge));
            if !(a.is_some_and(|it| it == edge) || b.is_some_and(|it| it == edge)) {
                break;
            }
        }
        Region { bounded_left, edges }
    }

    pub fn is_empty(&self) -> bool {
        self.edges.is_empty() && self.bounded_left
    }

    pub fn is_full(&self) -> bool {
        self.edges.is_empty() && !self.bounded_left
    }

    /// Whether a run of positions goes up without end.
    pub fn is_bounded_right(&self) -> bool {
        self.edges.len().is_multiple_of(2) == self.bounded_left
    }

    /// The least position in the region, if it has one.
    pub fn start(&self) -> Option<&P> {
        if self.bounded_left { self.edges.first() } else { None }
    }

    /// The least position above all of the region, if there is one.
    pub fn bound(&self) -> Option<&P> {
        if self.is_bounded_right() { self.edges.last() } else { None }
    }

    /// Its runs from below: start (none: from the bottom) and bound (none: to the top) of each.
    pub fn runs(&self) -> Vec<(Option<&P>, Option<&P>)> {
        let mut runs = Vec::new();
        let mut at = 0;
        if !self.bounded_left {
            runs.push((None, self.edges.first()));
            at = 1;
        }
        while at < self.edges.len() {
            runs.push((self.edges.get(at), self.edges.get(at + 1)));
            at += 2;
        }
        runs
    }

    /// As E would write it: `1..!3 | (int >= 13)`.
    pub fn print(&self, space: &str, position: impl Fn(&P) -> String) -> String {
        if self.edges.is_empty() {
            return format!("<{} {space} region>", if self.bounded_left { "empty" } else { "full" });
        }
        let run = |(start, bound): &(Option<&P>, Option<&P>)| match (start, bound) {
            (Some(start), Some(bound)) => format!("{}..!{}", position(start), position(bound)),
            (Some(start), None) => format!("({space} >= {})", position(start)),
            (None, Some(bound)) => format!("({space} < {})", position(bound)),
            (None, None) => String::new(),
        };
        self.runs().iter().map(run).collect::<Vec<_>>().join(" | ")
    }
}

impl Position for i64 {
    fn after(&self) -> i64 {
        self.saturating_add(1)
    }
}

impl Position for char {
    fn after(&self) -> char {
        next_char(*self).unwrap_or(*self)
    }
}

impl Position for f64 {
    fn after(&self) -> f64 {
        self.next_up()
    }
}

impl PartialOrd for super::integer::Int {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.compare(other))
    }
}

impl Position for super::integer::Int {
    fn after(&self) -> Self {
        self.add(&super::integer::Int::Small(1)).unwrap_or_else(|_| self.clone())
    }
}

/// The character after `it`, stepping over the surrogates; none after the last.
pub fn next_char(it: char) -> Option<char> {
    match it as u32 {
        0xD7FF => Some('\u{E000}'),
        code => char::from_u32(code + 1),
    }
}

/// The character before `it`, stepping over the surrogates; none before the first.
pub fn previous_char(it: char) -> Option<char> {
    match it as u32 {
        0xE000 => Some('\u{D7FF}'),
        code => code.checked_sub(1).and_then(char::from_u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn till(start: i64, bound: i64) -> Region<i64> {
        Region::comparing(Relation::AtLeast, start).and(&Region::comparing(Relation::Below, bound))
    }

    fn members(it: &Region<i64>) -> Vec<i64> {
        (-20..20).filter(|at| it.contains(at)).collect()
    }

    #[test]
    fn intervals_print_as_they_are_written() {
        let print = |it: &Region<i64>| it.print("int", |at| at.to_string());
        let one_or_two = till(1, 3);
        let dozen = Region::comparing(Relation::Above, 12);
        assert_eq!(print(&one_or_two), "1..!3");
        assert_eq!(print(&dozen), "(int >= 13)");
        assert_eq!(print(&one_or_two.or(&dozen)), "1..!3 | (int >= 13)");
        assert_eq!(print(&one_or_two.not()), "(int < 1) | (int >= 3)");
        assert_eq!(print(&till(3, 3)), "<empty int region>");
        assert_eq!(print(&Region::full()), "<full int region>");
    }

    #[test]
    fn the_algebra_agrees_with_membership() {
        let some = [
            Region::empty(),
            Region::full(),
            till(-3, 4),
            till(4, 9),
            Region::comparing(Relation::Below, 2),
            Region::comparing(Relation::Equal, 5),
            till(-9, -2).or(&till(1, 3)).or(&Region::comparing(Relation::AtLeast, 12)),
        ];
        for a in &some {
            for b in &some {
                for at in -20..20 {
                    assert_eq!(a.and(b).contains(&at), a.contains(&at) && b.contains(&at));
                    assert_eq!(a.or(b).contains(&at), a.contains(&at) || b.contains(&at));
                    assert_eq!(a.but_not(b).contains(&at), a.contains(&at) && !b.contains(&at));
                }
                assert_eq!(a.and(b).not(), a.not().or(&b.not()));
            }
        }
    }

    #[test]
    fn ends_are_known() {
        assert_eq!(members(&till(1, 3)), [1, 2]);
        assert_eq!(till(1, 3).start(), Some(&1));
        assert_eq!(till(1, 3).bound(), Some(&3));
        assert_eq!(Region::comparing(Relation::Above, 3).bound(), None);
        assert!(!Region::comparing(Relation::Above, 3i64).is_bounded_right());
        assert_eq!(Region::comparing(Relation::AtMost, f64::INFINITY), Region::full());
    }

    #[test]
    fn characters_step_over_surrogates() {
        assert_eq!(next_char('\u{D7FF}'), Some('\u{E000}'));
        assert_eq!(previous_char('\u{E000}'), Some('\u{D7FF}'));
        assert_eq!(previous_char('\0'), None);
        assert_eq!(next_char(char::MAX), None);
    }
}
