//! What `syntax` finds: texts that are not E, what does not expand, and nouns that nobody defines.

use super::{Code, Diagnostic, Fix, Related, Severity};
use crate::db::Db;
use crate::ide::FileRange;
use crate::ide::formatting::TextEdit;
use crate::input::{File, FileId};
use crate::names::{Meaning, Names, names};
use crate::program::{Tree, trees};
use syntax::scope::DefinitionKind;
use syntax::{Outer, SyntaxError, SyntaxErrorKind};
use text_size::TextRange;

pub(super) fn syntax_errors(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let names = names(db, file);
    for (index, (tree, program)) in trees(db, file).iter().zip(&names.programs).enumerate() {
        db.unwind_if_revision_cancelled();
        let outer = |noun: &str| outer(db, names, index, noun);
        // What could not be read says nothing reliable about names.
        let readable = tree.reading.errors.iter().all(|it| it.kind == SyntaxErrorKind::Warning);
        let reading = &tree.reading;
        let scope_errors = if readable { reading.static_errors(&program.scopes, &outer) } else { Vec::new() };
        let errors = reading.errors.iter().chain(&reading.expansion.errors).chain(&scope_errors);
        found.extend(errors.map(|it| {
            let mut found = diagnostic(file.id(db), tree, it);
            if found.code == Code::UnboundNoun {
                let noun = it.message.strip_prefix("undefined variable: ").unwrap_or_default();
                if let Some(meant) = meant(names, index, noun) {
                    found.message.push_str(&format!("; did you mean `{meant}`?"));
                    found.fixes.extend(spelled(file.text(db), found.range, noun, meant));
                }
            }
            found
        }));
    }
    found
}

/// What a noun that nobody defines was probably meant to be.
fn meant<'a>(names: &'a Names, index: usize, noun: &str) -> Option<&'a str> {
    let earlier = names.earlier(index).map(|(noun, _)| noun.as_str());
    let here = names.programs.get(index).into_iter().flat_map(|it| &it.scopes.definitions);
    let born = audit::scopes::names(names.level).filter(|it| !it.is_internal()).map(|it| it.name);
    let all = earlier.chain(here.map(|it| it.noun.as_str())).chain(born);
    syntax::suggest::nearest(noun, all)
}

/// The right name in place of the wrong one, where that is what stands there.
fn spelled(text: &str, range: TextRange, noun: &str, meant: &str) -> Option<Fix> {
    let is_written = text.get(std::ops::Range::<usize>::from(range)) == Some(noun);
    is_written.then(|| Fix {
        title: format!("Change `{noun}` to `{meant}`"),
        edits: vec![TextEdit { range, text: meant.to_string() }],
    })
}

/// What the programs before this one, and the scope it is born with, know of a noun.
fn outer(db: &dyn Db, own: &Names, index: usize, noun: &str) -> Option<Outer> {
    match own.outer(index, noun) {
        Meaning::Unbound => None,
        Meaning::Scope(_) => Some(Outer { assignable: false }),
        Meaning::Definition(site) => {
            let scopes = &names(db, site.file).programs.get(site.program)?.scopes;
            let kind = scopes.definition(site.definition).kind;
            let assignable = matches!(kind, DefinitionKind::Var { .. } | DefinitionKind::Binding);
            Some(Outer { assignable })
        }
    }
}

fn diagnostic(file: FileId, tree: &Tree, it: &SyntaxError) -> Diagnostic {
    let (code, severity) = match it.kind {
        SyntaxErrorKind::Syntax => (Code::Syntax, Severity::Error),
        SyntaxErrorKind::Incomplete => (Code::Incomplete, Severity::Error),
        SyntaxErrorKind::Pragma => (Code::Pragma, Severity::Error),
        SyntaxErrorKind::Expansion => (Code::Expansion, Severity::Error),
        SyntaxErrorKind::Unbound => (Code::UnboundNoun, Severity::Error),
        SyntaxErrorKind::Scope => (Code::Scope, Severity::Error),
        SyntaxErrorKind::Warning => (Code::Deprecated, Severity::Warning),
    };
    let related = it.related.iter().map(|it| Related {
        at: FileRange { file, range: it.range + tree.piece.offset },
        message: it.message.clone(),
    });
    Diagnostic {
        range: it.range + tree.piece.offset,
        severity,
        code,
        message: it.message.clone(),
        related: related.collect(),
        fixes: Vec::new(),
    }
}
