//! What was entered in this session, as front ends ask for it: the last ones, a range, or those that match.

use crate::wire::{Dict, text, truth};

use serde_json::{Value, json};
use std::collections::HashSet;

/// The inputs of this session; the first is number 1.
#[derive(Default)]
pub struct History {
    inputs: Vec<String>,
}

impl History {
    pub fn push(&mut self, input: &str) {
        self.inputs.push(input.to_owned());
    }

    /// Earlier sessions are not kept, so there is only this one, which is number 0.
    pub fn answer(&self, content: &Dict) -> Value {
        let most = number(content, "n").map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(0));
        let numbered = self.inputs.iter().enumerate().map(|(at, it)| (at + 1, it));
        let found: Vec<_> = match text(content, "hist_access_type") {
            "range" if number(content, "session").unwrap_or(0) != 0 => Vec::new(),
            "range" => {
                let start = number(content, "start").unwrap_or(1).max(0);
                let stop = number(content, "stop").unwrap_or(i64::MAX);
                numbered.filter(|(line, _)| (start..stop).contains(&(*line as i64))).collect()
            }
            "search" => {
                let pattern: Vec<char> = text(content, "pattern").chars().collect();
                let found = numbered.filter(|(_, it)| matches(&pattern, it)).collect();
                last(if truth(content, "unique", false) { without_repeats(found) } else { found }, most)
            }
            _ => last(numbered.collect(), most),
        };
        // Inputs are kept and outputs are not.
        let output = truth(content, "output", false);
        let entry = |(line, it): (usize, &String)| match output {
            true => json!([0, line, [it, null]]),
            false => json!([0, line, it]),
        };
        json!({ "status": "ok", "history": found.into_iter().map(entry).collect::<Vec<_>>() })
    }
}

/// Of inputs that are the same, the last.
fn without_repeats(mut found: Vec<(usize, &String)>) -> Vec<(usize, &String)> {
    let mut seen = HashSet::new();
    found.reverse();
    found.retain(|(_, it)| seen.insert(*it));
    found.reverse();
    found
}

fn number(content: &Dict, key: &str) -> Option<i64> {
    content.get(key).and_then(Value::as_i64)
}

fn last<T>(mut all: Vec<T>, most: usize) -> Vec<T> {
    all.split_off(all.len().saturating_sub(most))
}

/// A shell's pattern, `*` and `?`, against the whole of `text`. Looks back only to the last `*`, so it is quadratic at worst.
fn matches(pattern: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&it) if it == '?' || it == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                t = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|it| *it == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(content: Value) -> Value {
        let mut history = History::default();
        for input in ["def mint := makeMint()", "def purse := mint.makePurse(10)", "purse.balance()"] {
            history.push(input);
        }
        history.answer(content.as_object().unwrap())["history"].clone()
    }

    #[test]
    fn the_last_ones() {
        assert_eq!(asked(json!({"hist_access_type": "tail", "n": 1})), json!([[0, 3, "purse.balance()"]]));
        assert_eq!(asked(json!({})).as_array().unwrap().len(), 3);
    }

    #[test]
    fn a_range_ends_before_its_stop() {
        let range = json!({"hist_access_type": "range", "session": 0, "start": 1, "stop": 2});
        assert_eq!(asked(range), json!([[0, 1, "def mint := makeMint()"]]));
    }

    #[test]
    fn those_that_match() {
        let search = json!({"hist_access_type": "search", "pattern": "def*m?nt*", "n": 9});
        assert_eq!(asked(search).as_array().unwrap().len(), 2);
        assert!(!matches(&['p'], "purse"));
    }
}
