//! Edits that make a refused object approved. Each is tried on the text before it is offered: what does not make the
//! auditor approve is no fix.

use super::Fix;
use crate::db::Db;
use crate::ide::formatting::TextEdit;
use crate::ide::places::noun_range;
use crate::input::File;
use crate::knowledge::{Own, Surroundings, knowledge};
use crate::module_value::{Frozen, imported_value};
use crate::names::{names, prefix};
use crate::program::{Map, maps, programs, trees};
use crate::verdicts::verdicts;
use audit::{Judgement, Objection, ObjectionKind, Worth, as_written};
use syntax::excerpt::part as part_of;
use syntax::kernel_e::{Expr, ExprId, Literal, Program, Script};
use syntax::scope::{Binder, DefinitionId, DefinitionKind};
use text_size::{TextRange, TextSize};

/// Fixes that answer every objection, the least first.
pub(super) fn fixes(db: &dyn Db, file: File, index: usize, it: &Judgement) -> Vec<Fix> {
    let ways = [part, as_parameter];
    let objections = it.verdict.objections();
    let fixes = ways.into_iter().filter_map(|way| {
        let parts: Option<Vec<Part>> =
            objections.iter().map(|objection| way(db, file, index, it, objection)).collect();
        fix(db, file, index, it, parts.filter(|it| !it.is_empty())?)
    });
    fixes.collect()
}

/// The edits that have an object that nobody asked ask for DeepFrozen, with whatever that needs.
pub(crate) fn ask(db: &dyn Db, file: File, index: usize, it: &Judgement) -> Option<Fix> {
    let objections = it.if_asked.as_ref()?.objections();
    let parts: Option<Vec<Part>> =
        objections.iter().map(|objection| part(db, file, index, it, objection)).collect();
    let map = &maps(db, file)[index];
    let header = map.source.object(it.object).header;
    let text = program_text(db, file, map, header)?;
    let end = header.start() + TextSize::of(text.trim_end());
    let title = format!("Ask for {}", it.auditor);
    let asks = Part { title, edits: vec![insert(end, format!(" implements {}", it.auditor))] };
    let parts = parts?;
    // Nothing else has to change, and nobody else is concerned: what is to be seen is whether it can stand there.
    if parts.is_empty() && !is_redefined(db, file, index, &it.auditor) {
        let stands = asks.edits.first().is_some_and(|edit| stands(db, file, index, it, edit));
        let edits = asks.edits.into_iter().map(|it| TextEdit { range: map.in_file(it.range), ..it });
        return stands.then(|| Fix { title: asks.title, edits: edits.collect() });
    }
    fix(db, file, index, it, std::iter::once(asks).chain(parts).collect())
}

/// Whether a name of the outermost scope has been given another meaning anywhere in sight.
fn is_redefined(db: &dyn Db, file: File, index: usize, noun: &str) -> bool {
    let here = &names(db, file).programs[index].scopes.definitions;
    here.iter().any(|it| &*it.noun == noun) || names(db, file).earlier(index).any(|(it, _)| &**it == noun)
}

/// Whether the object, read by itself with the edit, asks one auditor more.
fn stands(db: &dyn Db, file: File, index: usize, it: &Judgement, edit: &TextEdit) -> bool {
    let map = &maps(db, file)[index];
    let whole = map.source.object(it.object).whole;
    let Some(mut text) = program_text(db, file, map, whole).map(str::to_string) else { return false };
    let Some(at) = edit.range.start().checked_sub(whole.start()) else { return false };
    if !text.is_char_boundary(usize::from(at)) {
        return false;
    }
    text.insert_str(usize::from(at), &edit.text);
    let Some(tree) = trees(db, file).get(index) else { return false };
    let parse = syntax::parse_with(&text, &tree.reading.pragmas);
    let expansion = syntax::expand(&parse.program);
    let asked = programs(db, file)[index].object(it.object).implements.len();
    let asks = expansion.program.objects.first().map(|it| it.implements.len());
    parse.errors.is_empty() && expansion.errors.is_empty() && asks == Some(asked + 1)
}

/// The parts together, if the auditor approves then.
fn fix(db: &dyn Db, file: File, index: usize, it: &Judgement, parts: Vec<Part>) -> Option<Fix> {
    let titles: Vec<String> = parts.iter().map(|it| it.title.clone()).collect();
    let mut edits: Vec<TextEdit> = parts.into_iter().flat_map(|it| it.edits).collect();
    edits.sort_by_key(|it| (it.range.start(), it.range.end()));
    edits.dedup();
    if !approves(db, file, index, it, &edits) {
        return None;
    }
    let map = &maps(db, file)[index];
    let edits = edits.into_iter().map(|it| TextEdit { range: map.in_file(it.range), ..it });
    Some(Fix { title: titles.join(", and "), edits: edits.collect() })
}

/// What answers one objection; ranges count from the program's beginning.
struct Part {
    title: String,
    edits: Vec<TextEdit>,
}

fn part(db: &dyn Db, file: File, index: usize, _: &Judgement, it: &Objection) -> Option<Part> {
    let ObjectionKind::Capture { noun, binder: Binder::Definition(id), wanted, .. } = &it.kind else {
        return None;
    };
    let map = &maps(db, file)[index];
    let definition = names(db, file).programs[index].scopes.definition(*id);
    let at = noun_range(map, definition.pattern)?;
    let wanted = wanted.name();
    let noun = as_written(noun);
    let guarded = || insert(at.end(), format!(" :{wanted}"));
    match definition.kind {
        DefinitionKind::Object { object, guard: None } => {
            let header = map.source.object(object).header;
            let text = program_text(db, file, map, header)?;
            let before = text.find(" implements ").unwrap_or(text.trim_end().len());
            let at = header.start() + TextSize::new(before as u32);
            let edits = vec![insert(at, format!(" as {wanted}"))];
            Some(Part { title: format!("Define `{noun}` as {wanted}"), edits })
        }
        DefinitionKind::Final { guard: None } => {
            let title = match knowledge(db, file).programs[index].values.get(id.0 as usize)? {
                Worth::Data | Worth::Guard(_) => format!("Guard `{noun}` with {wanted}"),
                // The guard throws on what has not been approved.
                Worth::Module(Some(name)) if imported_value(db, file, name) == Frozen::Passes => {
                    format!("Guard `{noun}` with {wanted}")
                }
                Worth::Unknown if is_parameter(db, file, index, *id) => {
                    format!("Take `{noun}` only if it is {wanted}")
                }
                _ => return None,
            };
            Some(Part { title, edits: vec![guarded()] })
        }
        DefinitionKind::Var { guard: None } if never_changes(db, file, index, *id) => {
            let text = program_text(db, file, map, TextRange::up_to(at.start()))?;
            let start = text.trim_end().strip_suffix("var")?.len() as u32;
            let range = TextRange::at(TextSize::new(start), TextSize::new(3));
            let edits = vec![TextEdit { range, text: "def".to_string() }, guarded()];
            Some(Part { title: format!("Make `{noun}` a `def` guarded with {wanted}"), edits })
        }
        _ => None,
    }
}

/// What can change is taken as a parameter of the methods that use it. Who calls them has to hand it over.
fn as_parameter(db: &dyn Db, file: File, index: usize, of: &Judgement, it: &Objection) -> Option<Part> {
    let ObjectionKind::Capture { noun, binder, .. } = &it.kind else { return None };
    let program = &programs(db, file)[index];
    let scopes = &names(db, file).programs[index].scopes;
    let map = &maps(db, file)[index];
    let Script::Methods { methods, .. } = &program.object(of.object).script else { return None };
    let object = map.source.object(of.object);
    let (mut edits, mut verbs) = (Vec::new(), Vec::new());
    for (at, method) in methods.iter().enumerate() {
        let part = part_of(program, &[method.body]);
        let mut uses = scopes.binders.iter().filter(|(at, it)| part.exprs[at.index()] && *it == binder);
        let mut uses = uses.by_ref().filter(|(at, _)| is_named(program, *at, noun)).peekable();
        if uses.peek().is_none() {
            continue;
        }
        if !uses.all(|(at, _)| matches!(program.expr(at), Expr::Noun(_))) {
            return None;
        }
        let named = object.verbs.get(at).copied().flatten().or(object.name)?;
        let rest = program_text(db, file, map, TextRange::new(named.end(), map.len))?;
        let inner = rest.strip_prefix('(')?;
        let alone = inner.trim_start().starts_with(')');
        let parameter = if alone { noun.to_string() } else { format!("{}, ", &**noun) };
        edits.push(insert(named.end() + TextSize::of('('), parameter));
        verbs.push(format!("`{}`", method.verb));
    }
    let title = format!("Take `{noun}` as a parameter of {}", verbs.join(", "));
    (!edits.is_empty()).then_some(Part { title, edits })
}

fn is_named(program: &Program, at: ExprId, name: &str) -> bool {
    match program.expr(at) {
        Expr::Noun(noun) | Expr::Binding(noun) | Expr::Assign { noun, .. } => &**noun == name,
        _ => false,
    }
}

fn insert(at: TextSize, text: String) -> TextEdit {
    TextEdit { range: TextRange::empty(at), text }
}

fn program_text<'a>(db: &'a dyn Db, file: File, map: &Map, range: TextRange) -> Option<&'a str> {
    file.text(db).get(std::ops::Range::<usize>::from(map.in_file(range)))
}

/// A final name that no `def` gives its value: a caller does.
fn is_parameter(db: &dyn Db, file: File, index: usize, id: DefinitionId) -> bool {
    let program = &programs(db, file)[index];
    let pattern = names(db, file).programs[index].scopes.definition(id).pattern;
    let scripts = program.objects.iter().map(|it| &it.script);
    scripts.into_iter().any(|it| match it {
        syntax::kernel_e::Script::Methods { methods, .. } => {
            methods.iter().any(|it| it.params.contains(&pattern))
        }
        syntax::kernel_e::Script::Plumbing(_) => false,
    })
}

/// A variable that begins as a literal, and to which nothing is assigned.
fn never_changes(db: &dyn Db, file: File, index: usize, id: DefinitionId) -> bool {
    let program = &programs(db, file)[index];
    let scopes = &names(db, file).programs[index].scopes;
    let pattern = scopes.definition(id).pattern;
    let begins = program.exprs.iter().any(|it| match it {
        Expr::Define { pattern: it, value, .. } if *it == pattern => {
            matches!(program.expr(*value), Expr::Literal(it) if *it != Literal::Null)
        }
        _ => false,
    });
    let mut uses = scopes.binders.iter().filter(|(_, it)| **it == Binder::Definition(id));
    begins && uses.all(|(at, _)| matches!(program.expr(at), Expr::Noun(_)))
}

/// Whether the auditor approves once the edits are made.
fn approves(db: &dyn Db, file: File, index: usize, it: &Judgement, edits: &[TextEdit]) -> bool {
    let Some(tree) = trees(db, file).get(index) else { return false };
    let mut text = tree.piece.text.to_string();
    for edit in edits.iter().rev() {
        let range = std::ops::Range::<usize>::from(edit.range);
        if text.get(range.clone()).is_none() {
            return false;
        }
        text.replace_range(range, &edit.text);
    }
    let parse = syntax::parse_with(&text, &tree.reading.pragmas);
    let expansion = syntax::expand(&parse.program);
    if !parse.errors.is_empty() || !expansion.errors.is_empty() {
        return false;
    }
    let scopes = syntax::resolve(&expansion.program);
    let own = Own { known: &knowledge(db, file).programs, frozen: &verdicts(db, file).frozen };
    let around = Surroundings::new(db, file, index, own);
    let known = audit::known(&expansion.program, &scopes, &around);
    let prefix = prefix(file.name(db), file.kind(db));
    let judged = audit::judge(&expansion.program, &scopes, &around, &known, &prefix);
    let same = |other: &&Judgement| {
        other.object == it.object && other.asked_at.is_some() && other.auditor == it.auditor
    };
    // Nobody else may be refused for it.
    let refused = |all: &[Judgement]| {
        all.iter().filter(|it| it.asked_at.is_some() && !it.verdict.objections().is_empty()).count()
    };
    let before = refused(&verdicts(db, file).programs[index]);
    let mended = usize::from(it.asked_at.is_some());
    refused(&judged) + mended <= before && judged.iter().find(same).is_some_and(|it| it.verdict.is_approved())
}
