//! Templates of quasi-literals: text with numbered holes, `${0}` for values and `@{0}` for patterns.
//!
//! The simple quasi-parser fills and matches them as they are; other quasi-parsers cut their own text with
//! the same scissors. A doubled `$$` or `@@` stands for the sign itself.

/// A piece of a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    Text(String),
    /// `${n}`
    Value(usize),
    /// `@{n}`
    Pattern(usize),
}

/// Cuts a template into its pieces. A hole whose number does not read is an error that names it.
pub fn cut(template: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['$', '@']) {
        text.push_str(&rest[..at]);
        let sign = rest.as_bytes()[at];
        let after = &rest[at + 1..];
        if after.as_bytes().first() == Some(&sign) {
            text.push(sign as char);
            rest = &after[1..];
        } else if let Some(inside) = after.strip_prefix('{') {
            let Some(end) = inside.find('}') else {
                return Err(format!("hole without end: {}", &rest[at..]));
            };
            let Ok(index) = inside[..end].parse::<u16>().map(usize::from) else {
                return Err(format!("not a hole of a quasi-literal: {}", &rest[at..at + end + 3]));
            };
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(if sign == b'$' { Part::Value(index) } else { Part::Pattern(index) });
            rest = &inside[end + 1..];
        } else {
            // A lone sign is text.
            text.push(sign as char);
            rest = after;
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

/// Matches `specimen` against parts whose values have been written as text. Each pattern hole takes the
/// shortest run up to the next text, the last one takes the rest. Answers what each hole took, in the order
/// of the holes' numbers, or says why not.
pub fn match_simple(parts: &[Part], values: &[String], specimen: &str) -> Result<Vec<String>, String> {
    let holes = parts.iter().filter_map(|it| if let Part::Pattern(n) = it { Some(n + 1) } else { None });
    let mut taken = vec![String::new(); holes.max().unwrap_or(0)];
    let mut rest = specimen;
    let mut open: Option<usize> = None;
    for part in parts {
        let wanted = match part {
            Part::Pattern(n) => {
                if let Some(before) = open.replace(*n) {
                    // Two holes side by side: the first takes nothing.
                    taken[before].clear();
                }
                continue;
            }
            Part::Text(text) => text.as_str(),
            Part::Value(n) => values.get(*n).map_or("", String::as_str),
        };
        let from = if let Part::Value(n) = part { format!(" ($-hole {n})") } else { String::new() };
        let Some(hole) = open.take() else {
            let Some(after) = rest.strip_prefix(wanted) else {
                return Err(format!("expected {}...{from}, found {}", quoted(wanted), quoted(rest)));
            };
            rest = after;
            continue;
        };
        let Some(position) = rest.find(wanted) else {
            return Err(format!("expected {}...{from}, found {rest}", quoted(wanted)));
        };
        taken[hole] = rest[..position].to_string();
        rest = &rest[position + wanted.len()..];
    }
    match open {
        Some(hole) => taken[hole] = rest.to_string(),
        None if !rest.is_empty() => return Err(format!("extra text at end of specimen: {rest}")),
        None => {}
    }
    Ok(taken)
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    super::quote::quote_string(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(template: &str, specimen: &str) -> Result<Vec<String>, String> {
        match_simple(&cut(template).unwrap(), &[], specimen)
    }

    #[test]
    fn a_template_is_text_and_holes() {
        let parts = cut("pay ${0} to @{0}, $$5 @@ noon").unwrap();
        assert_eq!(
            parts,
            [
                Part::Text("pay ".into()),
                Part::Value(0),
                Part::Text(" to ".into()),
                Part::Pattern(0),
                Part::Text(", $5 @ noon".into())
            ]
        );
        assert!(cut("${one}").is_err());
    }

    #[test]
    fn each_hole_takes_the_shortest_run() {
        assert_eq!(matched("abc@{0}", "abcdef").unwrap(), ["def"]);
        assert_eq!(matched("@{0}:@{1}", "a:b:c").unwrap(), ["a", "b:c"]);
        assert_eq!(matched("@{1} owes @{0}", "Alice owes Bob").unwrap(), ["Bob", "Alice"]);
        assert_eq!(matched("abc@{0}ghi", "abcdghefghi").unwrap(), ["dghef"]);
    }

    #[test]
    fn what_does_not_match_says_where() {
        assert_eq!(matched("abc", "abcdef").unwrap_err(), "extra text at end of specimen: def");
        assert!(matched("abc", "abd").is_err());
        assert!(matched("@{0}:", "a").is_err());
    }
}
