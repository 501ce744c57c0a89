//! The objects of a text, their methods, and the top-level names.

use super::places::{is_written, name_of, noun_range, object_name};
use super::semantic_tokens::parameters;
use crate::db::Db;
use crate::input::File;
use crate::names::names;
use crate::program::{Map, maps, programs};
use syntax::kernel_e::{Method, Object, ObjectId, Program, Script};
use syntax::scope::{DefinitionId, DefinitionKind};
use text_size::TextRange;

/// A name in the outline of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentSymbol {
    pub name: String,
    /// A few words beside it: a method's arity.
    pub detail: Option<String>,
    pub kind: SymbolKind,
    pub full: TextRange,
    /// Within `full`.
    pub focus: TextRange,
    pub children: Vec<DocumentSymbol>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SymbolKind {
    Object,
    Function,
    Method,
    Matcher,
    Constant,
    Variable,
}

pub(crate) fn document_symbols(db: &dyn Db, file: File) -> Vec<DocumentSymbol> {
    let mut symbols = Vec::new();
    for index in 0..programs(db, file).len() {
        db.unwind_if_revision_cancelled();
        symbols.extend(objects(db, file, index));
        symbols.extend(top_level(db, file, index));
    }
    symbols.sort_by_key(|it| (it.full.start(), it.full.end()));
    symbols
}

/// The written objects, each within the one whose script it stands in.
fn objects(db: &dyn Db, file: File, index: usize) -> Vec<DocumentSymbol> {
    let program = &programs(db, file)[index];
    let map = &maps(db, file)[index];
    let mut made: Vec<Option<DocumentSymbol>> = (0..program.objects.len() as u32)
        .map(ObjectId)
        .map(|id| is_written(db, file, index, id).then(|| object(program, map, id)))
        .collect();
    let mut top = Vec::new();
    // Inner objects have the higher numbers, so that going backwards each is whole before it is moved.
    for id in (0..made.len()).rev() {
        let Some(symbol) = made[id].take() else { continue };
        match enclosing(db, file, index, id, &made) {
            Some(parent) => adopt(&mut made, parent, symbol),
            None => top.push(symbol),
        }
    }
    top
}

fn enclosing(
    db: &dyn Db,
    file: File,
    index: usize,
    id: usize,
    made: &[Option<DocumentSymbol>],
) -> Option<usize> {
    let parents = &names(db, file).programs[index].scopes.parents;
    let mut at = id;
    while let Some(parent) = parents.get(at).copied().flatten().map(ObjectId::index).filter(|it| *it < at) {
        if made[parent].is_some() {
            return Some(parent);
        }
        at = parent;
    }
    None
}

/// Puts an object under the method it stands in, or under its object where there is none.
fn adopt(made: &mut [Option<DocumentSymbol>], parent: usize, child: DocumentSymbol) {
    let Some(parent) = made[parent].as_mut() else { return };
    let home = parent.children.iter().position(|it| it.full.contains_range(child.full));
    let list = match home {
        Some(method) => &mut parent.children[method].children,
        None => &mut parent.children,
    };
    list.push(child);
    list.sort_by_key(|it| it.full.start());
}

fn object(program: &Program, map: &Map, id: ObjectId) -> DocumentSymbol {
    let ranges = map.source.object(id);
    let it = program.object(id);
    let focus = object_name(map, id);
    let name = name_of(program, id);
    let function = sole_method(it);
    let children = match function {
        Some(_) => Vec::new(),
        None => methods(map, it, id),
    };
    DocumentSymbol {
        name,
        detail: function.map(|it| arity(it.params.len())),
        kind: if function.is_some() { SymbolKind::Function } else { SymbolKind::Object },
        full: map.in_file(ranges.whole.cover(focus)),
        focus: map.in_file(focus),
        children,
    }
}

/// The method of a function.
fn sole_method(it: &Object) -> Option<&Method> {
    match &it.script {
        Script::Methods { methods, matchers } if matchers.is_empty() => match methods.as_slice() {
            [only] if &*only.verb == "run" => Some(only),
            _ => None,
        },
        _ => None,
    }
}

fn methods(map: &Map, it: &Object, id: ObjectId) -> Vec<DocumentSymbol> {
    let ranges = map.source.object(id);
    let (methods, matchers) = match &it.script {
        Script::Methods { methods, matchers } => (methods.as_slice(), matchers.len()),
        Script::Plumbing(_) => (&[][..], 1),
    };
    let named =
        methods.iter().map(|it| (it.verb.to_string(), Some(arity(it.params.len())), SymbolKind::Method));
    let matching = (0..matchers).map(|_| ("match".to_string(), None, SymbolKind::Matcher));
    let all = named.chain(matching).enumerate();
    all.filter_map(|(n, (name, detail, kind))| {
        let full = *ranges.methods.get(n)?;
        let focus =
            ranges.verbs.get(n).copied().flatten().filter(|it| full.contains_range(*it)).unwrap_or(full);
        let (full, focus) = (map.in_file(full), map.in_file(focus));
        Some(DocumentSymbol { name, detail, kind, full, focus, children: Vec::new() })
    })
    .collect()
}

fn arity(n: usize) -> String {
    format!("/{n}")
}

/// Names defined at the top level that are not objects.
fn top_level(db: &dyn Db, file: File, index: usize) -> Vec<DocumentSymbol> {
    let map = &maps(db, file)[index];
    let scopes = &names(db, file).programs[index].scopes;
    let parameters = parameters(db, file, index);
    let plain = scopes.definitions.iter().enumerate().filter(|(id, it)| {
        it.top_level && it.owner.is_none() && !parameters.contains(&DefinitionId(*id as u32))
    });
    plain
        .filter_map(|(_, it)| {
            let kind = match it.kind {
                DefinitionKind::Object { .. } => return None,
                DefinitionKind::Var { .. } => SymbolKind::Variable,
                DefinitionKind::Final { .. } | DefinitionKind::Binding => SymbolKind::Constant,
            };
            let focus = map.in_file(noun_range(map, it.pattern)?);
            let full = map.in_file(map.source.pattern(it.pattern)).cover(focus);
            Some(DocumentSymbol {
                name: it.noun.to_string(),
                detail: None,
                kind,
                full,
                focus,
                children: vec![],
            })
        })
        .collect()
}
