//! What each name in a text is. Keywords, literals and comments are the editor's own grammar's to colour.

use super::ReferenceKind;
use super::occurrences::{Occurrence, occurrences};
use crate::cells::is_apart;
use crate::db::Db;
use crate::input::File;
use crate::module_value::module_frozen;
use crate::names::{Meaning, Site, names};
use crate::program::{maps, programs};
use crate::verdicts::verdicts;
use audit::scopes::{Level, ScopeName};
use audit::{Guard, Implication, Worth};
use rustc_hash::FxHashSet;
use std::ops::BitOr;
use syntax::kernel_e::{Expr, ExprId, Script};
use syntax::scope::{DefinitionId, DefinitionKind};
use text_size::TextRange;

/// A word and what it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SemanticToken {
    pub range: TextRange,
    pub kind: TokenKind,
    pub modifiers: TokenModifiers,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TokenKind {
    /// An object of several methods.
    Object,
    /// An object of one method `run`.
    Function,
    Variable,
    Parameter,
    /// What can stand after `:` or `implements`.
    Guard,
    /// A message name.
    Method,
    /// A name of the privileged scope.
    Power,
    /// Another name every program is born with.
    Builtin,
    /// A noun that nothing defines.
    Unbound,
}

impl TokenKind {
    pub const ALL: &'static [TokenKind] = &[
        TokenKind::Object,
        TokenKind::Function,
        TokenKind::Variable,
        TokenKind::Parameter,
        TokenKind::Guard,
        TokenKind::Method,
        TokenKind::Power,
        TokenKind::Builtin,
        TokenKind::Unbound,
    ];
    pub fn as_str(self) -> &'static str {
        match self {
            TokenKind::Object => "object",
            TokenKind::Function => "function",
            TokenKind::Variable => "variable",
            TokenKind::Parameter => "parameter",
            TokenKind::Guard => "guard",
            TokenKind::Method => "method",
            TokenKind::Power => "power",
            TokenKind::Builtin => "builtin",
            TokenKind::Unbound => "unbound",
        }
    }
}

/// A set of properties; combine with `|`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct TokenModifiers(pub u32);

impl TokenModifiers {
    pub const NONE: TokenModifiers = TokenModifiers(0);
    /// It is introduced here.
    pub const DEFINITION: TokenModifiers = TokenModifiers(1);
    /// It is assigned here.
    pub const WRITE: TokenModifiers = TokenModifiers(2);
    /// It is a `var`.
    pub const MUTABLE: TokenModifiers = TokenModifiers(4);
    /// It is a power.
    pub const AUTHORITY: TokenModifiers = TokenModifiers(8);
    /// It is DeepFrozen.
    pub const FROZEN: TokenModifiers = TokenModifiers(16);
    /// It lives in another vat.
    pub const FAR: TokenModifiers = TokenModifiers(32);
    /// It stands for what is still to come.
    pub const PROMISE: TokenModifiers = TokenModifiers(64);
    /// With bit numbers as their order.
    pub const ALL: &'static [(TokenModifiers, &'static str)] = &[
        (TokenModifiers::DEFINITION, "definition"),
        (TokenModifiers::WRITE, "write"),
        (TokenModifiers::MUTABLE, "mutable"),
        (TokenModifiers::AUTHORITY, "authority"),
        (TokenModifiers::FROZEN, "frozen"),
        (TokenModifiers::FAR, "far"),
        (TokenModifiers::PROMISE, "promise"),
    ];
    pub fn contains(self, other: TokenModifiers) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for TokenModifiers {
    type Output = TokenModifiers;
    fn bitor(self, other: TokenModifiers) -> TokenModifiers {
        TokenModifiers(self.0 | other.0)
    }
}

pub(crate) fn semantic_tokens(db: &dyn Db, file: File, range: Option<TextRange>) -> Vec<SemanticToken> {
    let visible =
        |it: TextRange| range.is_none_or(|range| it.intersect(range).is_some_and(|it| !it.is_empty()));
    let parameters: Vec<FxHashSet<DefinitionId>> =
        (0..programs(db, file).len()).map(|index| parameters(db, file, index)).collect();
    let promises: Vec<FxHashSet<DefinitionId>> =
        (0..programs(db, file).len()).map(|index| promises(db, file, index)).collect();
    let own = Own { parameters, promises };
    let nouns = occurrences(db, file).iter().filter(|it| visible(it.range));
    let mut tokens: Vec<SemanticToken> = nouns.map(|it| token(db, file, &own, it)).collect();
    tokens.extend(verbs(db, file).into_iter().filter(|it| visible(it.range)));
    tokens.retain(|it| !it.range.is_empty());
    tokens.sort_by_key(|it| (it.range.start(), it.range.end(), it.kind));
    tokens.dedup_by(|later, earlier| later.range.start() < earlier.range.end());
    tokens
}

/// What is known of the names of the very file, program by program.
struct Own {
    parameters: Vec<FxHashSet<DefinitionId>>,
    promises: Vec<FxHashSet<DefinitionId>>,
}

fn token(db: &dyn Db, file: File, own: &Own, it: &Occurrence) -> SemanticToken {
    let mut modifiers = match it.kind {
        ReferenceKind::Definition => TokenModifiers::DEFINITION,
        ReferenceKind::Write => TokenModifiers::WRITE,
        ReferenceKind::Read | ReferenceKind::Slot => TokenModifiers::NONE,
    };
    let kind = match it.meaning {
        Meaning::Unbound => TokenKind::Unbound,
        Meaning::Scope(name) => {
            if name.authority != audit::scopes::Authority::None {
                modifiers = modifiers | TokenModifiers::AUTHORITY;
            }
            scope_name(name)
        }
        Meaning::Definition(site) => {
            let kind = names(db, site.file).programs[site.program].scopes.definition(site.definition).kind;
            if matches!(kind, DefinitionKind::Var { .. }) {
                modifiers = modifiers | TokenModifiers::MUTABLE;
            }
            let is_here = site.file == file;
            modifiers = modifiers | nature(db, site, is_apart(db, file, it.program, site));
            if is_here && own.promises[site.program].contains(&site.definition) {
                modifiers = modifiers | TokenModifiers::PROMISE;
            }
            let is_parameter = is_here && own.parameters[site.program].contains(&site.definition);
            if is_parameter { TokenKind::Parameter } else { defined(db, site, kind) }
        }
    };
    SemanticToken { range: it.range, kind, modifiers }
}

/// Whether what a name holds can change, is a power, or is in another vat.
fn nature(db: &dyn Db, site: Site, is_far: bool) -> TokenModifiers {
    if is_frozen(db, site) {
        return TokenModifiers::FROZEN;
    }
    let power = matches!(worth(db, site), Worth::Scope(it) if it.authority != audit::scopes::Authority::None);
    (if power { TokenModifiers::AUTHORITY } else { TokenModifiers::NONE })
        | (if is_far { TokenModifiers::FAR } else { TokenModifiers::NONE })
}

fn is_frozen(db: &dyn Db, site: Site) -> bool {
    let known = &crate::knowledge::knowledge(db, site.file).programs[site.program];
    let index = site.definition.0 as usize;
    if known.bindings[index].implies_deep_frozen() == Implication::Yes {
        return true;
    }
    known.bindings[index].is_plain_def()
        && match &known.values[index] {
            Worth::Data | Worth::Guard(_) => true,
            Worth::Module(name) => {
                name.as_deref().and_then(|it| module_frozen(db, site.file, it)) == Some(true)
            }
            Worth::Scope(it) => it.guard().implies_deep_frozen() == Implication::Yes,
            Worth::Object(_) => {
                verdicts(db, site.file).frozen[site.program].get(&site.definition) == Some(&true)
            }
            Worth::Auditor(_) | Worth::Unknown => false,
        }
}

/// The names of one program that are given a promise where they are defined: by a send, by `when`, by
/// `Ref.promise()`.
fn promises(db: &dyn Db, file: File, index: usize) -> FxHashSet<DefinitionId> {
    let program = &programs(db, file)[index];
    let scopes = &names(db, file).programs[index].scopes;
    let called = |it: ExprId| match program.expr(it) {
        Expr::Call { recipient, verb, .. } => match program.expr(*recipient) {
            Expr::Noun(noun) => (&**noun, &**verb),
            _ => ("", &**verb),
        },
        _ => ("", ""),
    };
    let mut found = FxHashSet::default();
    for it in &program.exprs {
        let Expr::Define { pattern, value, .. } = it else { continue };
        let promised = match (called(*value), program.pattern(*pattern)) {
            (("E", "send") | ("Ref", "whenResolved" | "whenBroken"), _) => *pattern,
            (("Ref", "promise"), syntax::kernel_e::Pattern::List(parts)) if !parts.is_empty() => parts[0],
            _ => continue,
        };
        found.extend(scopes.by_pattern.get(&promised));
    }
    found
}

fn scope_name(name: &ScopeName) -> TokenKind {
    if name.standard_guard().is_some() {
        TokenKind::Guard
    } else if name.level == Level::Privileged {
        TokenKind::Power
    } else {
        TokenKind::Builtin
    }
}

fn defined(db: &dyn Db, site: Site, kind: DefinitionKind) -> TokenKind {
    let program = &programs(db, site.file)[site.program];
    match kind {
        DefinitionKind::Object { object, .. } => match &program.object(object).script {
            Script::Methods { methods, matchers } if matchers.is_empty() => match methods.as_slice() {
                [only] if &*only.verb == "run" => TokenKind::Function,
                _ => TokenKind::Object,
            },
            _ => TokenKind::Object,
        },
        DefinitionKind::Final { .. } => match worth(db, site) {
            Worth::Scope(it) => scope_name(it),
            Worth::Guard(Guard::Unknown(_)) => TokenKind::Variable,
            Worth::Guard(_) => TokenKind::Guard,
            _ => TokenKind::Variable,
        },
        DefinitionKind::Var { .. } | DefinitionKind::Binding => TokenKind::Variable,
    }
}

fn worth(db: &dyn Db, site: Site) -> Worth {
    let known = &crate::knowledge::knowledge(db, site.file).programs[site.program];
    known.values[site.definition.0 as usize].clone()
}

/// What the callers of the program's objects hand over.
pub(crate) fn parameters(db: &dyn Db, file: File, index: usize) -> FxHashSet<DefinitionId> {
    let program = &programs(db, file)[index];
    let scopes = &names(db, file).programs[index].scopes;
    let scripts = program.objects.iter().map(|it| &it.script);
    let mut todo = Vec::new();
    for it in scripts {
        match it {
            Script::Methods { methods, matchers } => {
                todo.extend(methods.iter().flat_map(|it| it.params.iter().copied()));
                todo.extend(matchers.iter().map(|it| it.pattern));
            }
            Script::Plumbing(it) => todo.push(it.pattern),
        }
    }
    let mut found = FxHashSet::default();
    while let Some(it) = todo.pop() {
        use syntax::kernel_e::Pattern;
        match program.pattern(it) {
            Pattern::List(parts) => todo.extend(parts),
            Pattern::Via { pattern, .. } => todo.push(*pattern),
            _ => found.extend(scopes.by_pattern.get(&it)),
        }
    }
    found
}

/// Message names, where they are called and where they are defined.
fn verbs(db: &dyn Db, file: File) -> Vec<SemanticToken> {
    let mut found = Vec::new();
    for (program, map) in programs(db, file).iter().zip(maps(db, file).iter()) {
        let names = program.exprs.iter().zip(&map.source.names);
        let called = names.filter(|(it, _)| matches!(it, Expr::Call { .. })).filter_map(|(_, range)| *range);
        let called = called.map(|it| (it, TokenModifiers::NONE));
        let verbs = map.source.objects.iter().flat_map(|it| it.verbs.iter().copied().flatten());
        let defined = verbs.map(|it| (it, TokenModifiers::DEFINITION));
        found.extend(called.chain(defined).map(|(range, modifiers)| SemanticToken {
            range: map.in_file(range),
            kind: TokenKind::Method,
            modifiers,
        }));
    }
    found
}
