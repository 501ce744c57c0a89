//! What a person is asked when a cell names powers, what the answers mean, and the list of what was granted.

use crate::grants::{Grants, Power, Term};
use crate::trouble::Trouble;
use serde_json::{Value, json};

/// What the person is asked.
pub fn question(number: u64, powers: &[Power], keeps: bool) -> String {
    let wanted: Vec<String> = powers.iter().map(Power::describe).collect();
    let always = if keeps { ", always for this notebook (a)" } else { "" };
    format!(
        "Cell {number} asks to {}. Once (o), this session (s){always}, no (n)? ",
        wanted.join(", and to ")
    )
}

/// What the answer grants; nothing for a no, and for what is no answer.
pub fn term(answer: &str, request: &str) -> Option<Term> {
    match answer.trim().to_lowercase().as_str() {
        "o" | "once" | "y" | "yes" => Some(Term::Once(request.to_owned())),
        "s" | "session" | "this session" => Some(Term::Session),
        "a" | "always" => Some(Term::Always),
        _ => None,
    }
}

pub fn not_granted(powers: &[Power], nobody_there: bool) -> Trouble {
    let names: Vec<String> = powers.iter().map(Power::to_string).collect();
    let names = names.join(",");
    let why = if nobody_there {
        format!(
            "this cell asks for {names}, and nobody is there to be asked; WALNUT_GRANTS={names} grants it beforehand"
        )
    } else {
        format!("this cell was not granted {names}; nothing of it has run")
    };
    Trouble::new("NotGranted", why)
}

/// `%grants`
pub fn listed(grants: &Grants) -> Value {
    let all = grants.all();
    if all.is_empty() {
        return json!({ "text/plain": "nothing was granted" });
    }
    let lines = all.iter().enumerate().map(|(at, it)| {
        let term = match &it.term {
            Term::Once(_) => "once",
            Term::Session => "this session",
            Term::Always => "always",
        };
        let revoked = if it.is_revoked { ", revoked" } else { "" };
        format!("{}. {}: {term}, to {}{revoked}", at + 1, it.power, it.cell)
    });
    json!({ "text/plain": lines.collect::<Vec<_>>().join("\n") })
}
