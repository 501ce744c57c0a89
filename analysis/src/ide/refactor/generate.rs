//! Patterns of cooperation around an object: a facet, a caretaker, a membrane. They stand after it, ready to be cut
//! down to what is wanted.

use super::{assist, free_name, margin, statement_around};
use crate::db::Database;
use crate::ide::assists::{Assist, AssistKind};
use crate::ide::formatting::TextEdit;
use crate::ide::occurrences::occurrence_at;
use crate::ide::places::target;
use crate::input::File;
use crate::messages::{ObjectSite, methods, object_at};
use crate::names::{Meaning, names};
use syntax::scope::DefinitionKind;
use text_size::{TextRange, TextSize};

/// For the object whose name the cursor is on, where it is defined.
pub(super) fn patterns(db: &Database, file: File, at: TextSize) -> Vec<Assist> {
    let Some(it) = occurrence_at(db, file, at) else { return Vec::new() };
    let Meaning::Definition(site) = it.meaning else { return Vec::new() };
    let definition = names(db, site.file).programs[site.program].scopes.definition(site.definition);
    let DefinitionKind::Object { object, .. } = definition.kind else { return Vec::new() };
    let Some(place) = target(db, site).filter(|place| site.file == file && place.focus == it.range) else {
        return Vec::new();
    };
    let Some(statement) = statement_around(db, file, place.full) else { return Vec::new() };
    let site = ObjectSite { file, program: site.program, object };
    let messages: Vec<(String, usize)> =
        methods(object_at(db, site)).iter().map(|it| (it.verb.to_string(), it.params.len())).collect();
    if messages.is_empty() {
        return Vec::new();
    }
    let text = file.text(db);
    let margin = margin(text, statement.start());
    let noun = &*definition.noun;
    let after = |code: String| {
        let code = code.trim_end().replace('\n', &format!("\n{margin}"));
        vec![TextEdit { range: TextRange::empty(statement.end()), text: format!("\n\n{margin}{code}") }]
    };
    let facet_name = free_name(db, file, &format!("{noun}Facet"));
    let caretaker_name = free_name(db, file, &format!("make{}Caretaker", capital(noun)));
    let membrane_name = free_name(db, file, "makeMembrane");
    vec![
        assist(
            format!("Generate a facet of `{noun}`"),
            AssistKind::Rewrite,
            after(facet(&facet_name, noun, &messages)),
        ),
        assist(
            format!("Generate a caretaker for `{noun}`"),
            AssistKind::Rewrite,
            after(caretaker(&caretaker_name, noun)),
        ),
        assist(
            format!("Generate a membrane around `{noun}`"),
            AssistKind::Rewrite,
            after(membrane(&membrane_name, noun)),
        ),
    ]
}

fn capital(noun: &str) -> String {
    let mut chars = noun.chars();
    chars.next().map(|it| it.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Passes on what it names and nothing else.
fn facet(name: &str, noun: &str, messages: &[(String, usize)]) -> String {
    let mut code =
        format!("/** Passes on to `{noun}` what is named here, and nothing else. */\ndef {name} {{\n");
    for (verb, arity) in messages {
        let list: Vec<String> = (1..=*arity).map(|n| format!("arg{n}")).collect();
        let list = list.join(", ");
        code.push_str(&format!("    to {verb}({list}) {{ return {noun}.{verb}({list}) }}\n"));
    }
    code + "}\n"
}

/// Passes everything on until somebody revokes it.
fn caretaker(name: &str, noun: &str) -> String {
    format!(
        "/** Passes everything on until it is revoked: `def [{noun}Caretaker, revoker] := {name}({noun})`. */\n\
         def {name}(var target) {{\n\
         \x20   def caretaker {{\n\
         \x20       match [verb, args] {{ E.call(target, verb, args) }}\n\
         \x20   }}\n\
         \x20   def revoker {{\n\
         \x20       to revoke() {{ target := Ref.broken(\"revoked\") }}\n\
         \x20   }}\n\
         \x20   return [caretaker, revoker]\n\
         }}\n"
    )
}

/// Wraps all that passes through in either direction, until it is closed.
fn membrane(name: &str, noun: &str) -> String {
    format!(
        "/** Wraps all that passes through, until it is closed: `def [wrapped, gate] := {name}({noun})`. */\n\
         def {name}(target) {{\n\
         \x20   var open := true\n\
         \x20   def wrap(it) {{\n\
         \x20       if (it =~ same :DeepFrozen) {{ return same }}\n\
         \x20       def wrapper {{\n\
         \x20           match [verb, args] {{\n\
         \x20               if (!open) {{ throw(\"the membrane is closed\") }}\n\
         \x20               var wrapped := []\n\
         \x20               for arg in args {{ wrapped with= (wrap(arg)) }}\n\
         \x20               wrap(E.call(it, verb, wrapped))\n\
         \x20           }}\n\
         \x20       }}\n\
         \x20       return wrapper\n\
         \x20   }}\n\
         \x20   def gate {{ to close() {{ open := false }} }}\n\
         \x20   return [wrap(target), gate]\n\
         }}\n"
    )
}
