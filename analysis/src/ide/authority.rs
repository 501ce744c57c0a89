//! What each top-level name reaches, for a report: plain structs, with the place of every thing that has one.

use super::FileRange;
use crate::authority::{Key, authority as solved, authority_of_chain, origin, told_of, top_level};
use crate::db::Db;
use crate::ide::places::definition_range;
use crate::input::File;
use crate::names::{Site, names};
use crate::program::maps;
use audit::as_written;
use audit::authority::{Authority, From, Held, Thing};
use std::sync::Arc;
use syntax::kernel_e::ObjectId;
use syntax::scope::{DefinitionId, DefinitionKind};

/// A top-level name, or the value of a module, and what it reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NameAuthority {
    pub name: String,
    /// Where the name is defined; for a module's value, its beginning.
    pub at: FileRange,
    pub reaches: Vec<Reached>,
    /// What each method does, if it is the name of an object expression.
    pub methods: Vec<MethodAuthority>,
}

/// Something that is reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reached {
    pub thing: ReachedThing,
    /// The names that lead there.
    pub path: Vec<String>,
    /// Where it is made or defined, if that is in a file.
    pub at: Option<FileRange>,
}

/// What a reader is told of a thing.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ReachedThing {
    /// The word for the power, the name that holds it, and which part of it.
    Power {
        power: String,
        name: String,
        part: Option<String>,
    },
    Variable(String),
    Collection,
    Parameter(String),
    Object(String),
    Unknown(String),
}

/// What a method does with what it is given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MethodAuthority {
    pub message: String,
    pub returns: Vec<ReachedThing>,
    /// A parameter, and the state in which it stays behind.
    pub keeps: Vec<(String, ReachedThing)>,
    /// A parameter, and to what it is handed on.
    pub passes: Vec<(String, ReachedThing)>,
}

/// A way from a name to a thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeakFound {
    pub path: Vec<String>,
    /// Captures, object and noun, each of which alone would close every way if it were dropped.
    pub cuts: Vec<(String, String)>,
}

impl ReachedThing {
    fn of(it: &Thing) -> ReachedThing {
        match it {
            Thing::Power(name, part) => ReachedThing::Power {
                power: name.authority.to_string(),
                name: name.name.to_string(),
                part: part.as_ref().map(|it| it.to_string()),
            },
            Thing::Variable(noun, _) => ReachedThing::Variable(as_written(noun).to_string()),
            Thing::Collection(_) => ReachedThing::Collection,
            Thing::Parameter(noun, _) => ReachedThing::Parameter(as_written(noun).to_string()),
            Thing::Object(noun, _) => ReachedThing::Object(noun.to_string()),
            Thing::Unknown(why) => ReachedThing::Unknown(why.to_string()),
        }
    }

    /// `power`, `state`, `parameter`, `object` or `unknown`.
    pub fn kind(&self) -> &'static str {
        match self {
            ReachedThing::Power { .. } => "power",
            ReachedThing::Variable(_) | ReachedThing::Collection => "state",
            ReachedThing::Parameter(_) => "parameter",
            ReachedThing::Object(_) => "object",
            ReachedThing::Unknown(_) => "unknown",
        }
    }

    /// As a policy writes it: `stdout`, `file(data.csv)`, `var n`, `collection`, a name.
    pub fn label(&self) -> String {
        match self {
            ReachedThing::Power { power, part: Some(part), .. } => format!("{power}({part})"),
            ReachedThing::Power { power, .. } => power.clone(),
            ReachedThing::Variable(noun) => format!("var {noun}"),
            ReachedThing::Collection => "collection".to_string(),
            ReachedThing::Parameter(it) | ReachedThing::Object(it) | ReachedThing::Unknown(it) => it.clone(),
        }
    }

    /// Whether a person who writes `what` means this.
    pub fn is_meant_by(&self, what: &str) -> bool {
        let named = match self {
            ReachedThing::Power { power, name, .. } => power == what || name == what,
            ReachedThing::Variable(it) | ReachedThing::Object(it) | ReachedThing::Parameter(it) => it == what,
            ReachedThing::Collection | ReachedThing::Unknown(_) => false,
        };
        named || self.kind() == what || self.label() == what
    }
}

/// The top-level names of a file, and of each, when it is asked, what it reaches.
#[derive(Clone)]
pub struct Authorities {
    authority: Arc<Authority<Key>>,
    /// Of each place of the heap as it is foretold: what a reader is told of it, and where it is made.
    places: Vec<Option<(ReachedThing, Option<FileRange>)>>,
    names: Vec<AuthorityOf>,
    kinds: Vec<(Key, From, Option<ObjectId>)>,
}

/// A name that can be asked what it reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuthorityOf {
    pub name: String,
    /// Where the name is defined; for a module's value, its beginning.
    pub at: FileRange,
}

impl Authorities {
    pub fn names(&self) -> &[AuthorityOf] {
        &self.names
    }

    /// What the name at this place of the list reaches, the nearest first; not by which way.
    pub fn things(&self, name: usize) -> impl Iterator<Item = &ReachedThing> {
        let places = match self.kinds.get(name) {
            Some((key, from, object)) => self.authority.places(*key, start(*from, *object)),
            None => Vec::new(),
        };
        places.into_iter().filter_map(|it| Some(&self.places.get(it as usize)?.as_ref()?.0))
    }

    /// All of it, with the ways.
    pub fn whole(&self, name: usize) -> Option<NameAuthority> {
        let ((key, from, object), it) = (*self.kinds.get(name)?, self.names.get(name)?);
        let holds = self.authority.reach(key, start(from, object)).holds;
        let reached = |it: Held| {
            let told = self.places.get(it.place as usize)?.as_ref()?;
            Some(Reached { thing: told.0.clone(), path: written(&it.path), at: told.1 })
        };
        let reaches = holds.into_iter().filter_map(reached).collect();
        let summary = object.map(|it| self.authority.summary(key, it)).unwrap_or_default();
        let methods = summary.methods.iter().map(method).collect();
        Some(NameAuthority { name: it.name.clone(), at: it.at, reaches, methods })
    }
}

/// A name of an object expression reaches what that closes over.
fn start(from: From, object: Option<ObjectId>) -> From {
    object.map_or(from, From::Object)
}

/// `last` continues `file` or is the very file: what it does counts as well.
pub(crate) fn authorities(db: &dyn Db, file: File, last: File) -> Authorities {
    let authority = match last == file {
        true => solved(db, file).clone(),
        false => authority_of_chain(db, last).clone(),
    };
    let place = |place: u32| {
        let (thing, home) = authority.thing(place)?;
        Some((ReachedThing::of(thing), home.and_then(|home| made_at(db, home, thing))))
    };
    let places = (0..authority.count()).map(place).collect();
    let named = |(program, from): (usize, From)| match from {
        From::Name(definition) => {
            let site = Site { file, program, definition };
            (name_at(db, site), ((file, program), from, object_of(db, site)))
        }
        _ => {
            let it = AuthorityOf { name: "(value)".to_string(), at: nowhere(db, file) };
            (it, ((file, program), from, None))
        }
    };
    let (names, kinds) = told_of(db, file).into_iter().map(named).unzip();
    Authorities { authority, places, names, kinds }
}

fn name_at(db: &dyn Db, site: Site) -> AuthorityOf {
    let name =
        names(db, site.file).programs[site.program].scopes.definition(site.definition).noun.to_string();
    let at = definition_range(db, site).unwrap_or_else(|| nowhere(db, site.file));
    AuthorityOf { name, at }
}

fn object_of(db: &dyn Db, site: Site) -> Option<ObjectId> {
    match names(db, site.file).programs[site.program].scopes.definition(site.definition).kind {
        DefinitionKind::Object { object, .. } => Some(object),
        _ => None,
    }
}

/// All names, with all that they reach and every way.
pub(crate) fn authority(db: &dyn Db, file: File, last: File) -> Vec<NameAuthority> {
    let all = authorities(db, file, last);
    (0..all.names().len()).filter_map(|it| all.whole(it)).collect()
}

/// The top-level name that a place is on, or whose definition it is in.
pub(crate) fn top_level_at(db: &dyn Db, file: File, at: text_size::TextSize) -> Option<String> {
    let all = &names(db, file).programs;
    let called = |site: Site| all[site.program].scopes.definition(site.definition).noun.to_string();
    if let Some(it) = super::occurrences::occurrence_at(db, file, at)
        && let crate::names::Meaning::Definition(site) = it.meaning
        && site.file == file
        && all[site.program].scopes.definition(site.definition).top_level
    {
        return Some(called(site));
    }
    let sites = (0..all.len()).flat_map(|program| {
        top_level(db, file, program).map(move |(definition, _)| Site { file, program, definition })
    });
    let mut around =
        sites.filter(|it| super::places::target(db, *it).is_some_and(|it| it.full.contains_inclusive(at)));
    around.next().map(called)
}

/// What one name reaches, at top level or within an object.
pub(crate) fn authority_of(db: &dyn Db, site: Site) -> NameAuthority {
    let (authority, key) = (solved(db, site.file), (site.file, site.program));
    let object = object_of(db, site);
    let holds = authority.reach(key, start(From::Name(site.definition), object)).holds;
    let reached = |it: Held| {
        let (thing, home) = authority.thing(it.place)?;
        let at = home.and_then(|home| made_at(db, home, thing));
        Some(Reached { thing: ReachedThing::of(&it.thing), path: written(&it.path), at })
    };
    let summary = object.map(|it| authority.summary(key, it)).unwrap_or_default();
    let AuthorityOf { name, at } = name_at(db, site);
    let reaches = holds.into_iter().filter_map(reached).collect();
    NameAuthority { name, at, reaches, methods: summary.methods.iter().map(method).collect() }
}

fn written(path: &[syntax::kernel_e::Name]) -> Vec<String> {
    path.iter().map(|it| as_written(it).to_string()).collect()
}

/// What the name at a place reaches.
pub(crate) fn authority_of_place(db: &dyn Db, file: File, at: text_size::TextSize) -> Option<NameAuthority> {
    match super::occurrences::occurrence_at(db, file, at)?.meaning {
        crate::names::Meaning::Definition(site) => Some(authority_of(db, site)),
        crate::names::Meaning::Scope(_) | crate::names::Meaning::Unbound => None,
    }
}

fn method(it: &audit::authority::MethodSummary) -> MethodAuthority {
    let pairs = |all: &[(syntax::kernel_e::Name, Thing)]| {
        let pair =
            |(name, thing): &(syntax::kernel_e::Name, Thing)| (name.to_string(), ReachedThing::of(thing));
        all.iter().map(pair).collect()
    };
    let mut returns: Vec<ReachedThing> = it.returns.iter().map(ReachedThing::of).collect();
    returns.sort();
    returns.dedup();
    MethodAuthority {
        message: it.message.clone(),
        returns,
        keeps: pairs(&it.keeps),
        passes: pairs(&it.passes),
    }
}

/// Where the thing at a place of the heap is defined or made.
pub(super) fn place_of(db: &dyn Db, authority: &Authority<Key>, place: u32) -> Option<FileRange> {
    let (thing, home) = authority.thing(place)?;
    made_at(db, home?, thing)
}

/// Where a thing is defined or made.
fn made_at(db: &dyn Db, (file, program): Key, thing: &Thing) -> Option<FileRange> {
    match thing {
        Thing::Variable(_, Some(id)) | Thing::Parameter(_, Some(id)) => {
            definition_range(db, Site { file, program, definition: *id })
        }
        Thing::Collection(Some(at)) => {
            let map = maps(db, file).get(program)?;
            let at = origin(db, (file, program), *at)?;
            Some(FileRange { file: file.id(db), range: map.in_file(map.source.expr(at)) })
        }
        Thing::Object(_, Some(object)) => {
            let map = maps(db, file).get(program)?;
            Some(FileRange { file: file.id(db), range: map.in_file(map.source.object(*object).header) })
        }
        _ => None,
    }
}

fn nowhere(db: &dyn Db, file: File) -> FileRange {
    FileRange { file: file.id(db), range: text_size::TextRange::empty(0.into()) }
}

pub(crate) fn leak(db: &dyn Db, file: File, from: &str, to: &str) -> Option<LeakFound> {
    let all = &names(db, file).programs;
    let called = |(index, id): &(usize, DefinitionId)| &*all[*index].scopes.definition(*id).noun == from;
    let of = |index| top_level(db, file, index).map(move |(id, _)| (index, id));
    let (index, id) = (0..all.len()).flat_map(of).filter(called).last()?;
    let is = |thing: &Thing| ReachedThing::of(thing).is_meant_by(to);
    let it = solved(db, file).leak((file, index), id, &is)?;
    Some(LeakFound {
        path: it.path.iter().map(|it| as_written(it).to_string()).collect(),
        cuts: it.cuts.iter().map(|it| (it.object.to_string(), as_written(&it.noun).to_string())).collect(),
    })
}
