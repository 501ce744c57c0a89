//! What is known of the name or object at the cursor: its binding, what it closes over, what that reaches.

use super::FileRange;
use super::authority::place_of;
use super::inlay_hints::explain;
use super::occurrences::{Occurrence, occurrence_at};
use super::places::{is_written, name_of};
use super::semantic_tokens::parameters;
use super::signature::signature;
use crate::authority::{Key, authority, reach_of_name, reach_of_object};
use crate::db::Db;
use crate::heard::heard;
use crate::input::File;
use crate::knowledge::knowledge;
use crate::messages::{
    MethodSite, ObjectSite, message_at, method_range, method_written_at, methods, object_at,
};
use crate::names::{Meaning, Site, names};
use crate::program::{maps, programs};
use crate::verdicts::verdicts;
use audit::authority::{Held, Summary, Thing};
use audit::scopes::{Authority, Level, ScopeName};
use audit::{Guard, Worth, as_written};
use std::ops::Range;
use syntax::kernel_e::{ObjectId, Script};
use syntax::scope::{Binder, Capture, DefinitionKind};
use text_size::{TextRange, TextSize};

/// What to show beside the cursor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// What it is about.
    pub range: TextRange,
    pub markdown: String,
    /// Parts of the Markdown that lead somewhere, in their order.
    pub links: Vec<(Range<usize>, FileRange)>,
}

impl Hover {
    /// The Markdown with its links, each to the address that a place has, if it has one.
    pub fn linked(&self, address: impl Fn(FileRange) -> Option<String>) -> String {
        let mut linked = String::new();
        let mut done = 0;
        for (part, at) in &self.links {
            let (Some(before), Some(text)) =
                (self.markdown.get(done..part.start), self.markdown.get(part.clone()))
            else {
                continue;
            };
            linked.push_str(before);
            match address(*at) {
                Some(address) => linked.push_str(&format!("[{text}]({address})")),
                None => linked.push_str(text),
            }
            done = part.end;
        }
        linked + self.markdown.get(done..).unwrap_or_default()
    }

    /// Takes out the marks that [`leading`] has put in.
    fn new(range: TextRange, marked: &str) -> Hover {
        let mut it = Hover { range, markdown: String::new(), links: Vec::new() };
        let mut rest = marked;
        while let Some((before, after)) = rest.split_once(BEGINS) {
            it.markdown.push_str(before);
            let part = after.split_once(ENDS).and_then(|(inside, after)| {
                let (place, text) = inside.split_once(LEADS)?;
                Some((place_written(place)?, text, after))
            });
            let Some((at, text, after)) = part else {
                rest = after;
                continue;
            };
            let start = it.markdown.len();
            it.markdown.push_str(text);
            it.links.push((start..it.markdown.len(), at));
            rest = after;
        }
        it.markdown.push_str(rest);
        it
    }
}

/// What stands around a part that leads somewhere while a page is put together; no text that is shown has these.
const BEGINS: char = '\u{2}';
const LEADS: char = '\u{3}';
const ENDS: char = '\u{4}';

/// Words that lead to a place, if there is one.
fn leading(text: &str, to: Option<FileRange>) -> String {
    match to {
        Some(FileRange { file, range }) => {
            let (start, end) = (u32::from(range.start()), u32::from(range.end()));
            format!("{BEGINS}{} {start} {end}{LEADS}{text}{ENDS}", file.0)
        }
        None => text.to_string(),
    }
}

fn place_written(text: &str) -> Option<FileRange> {
    let mut numbers = text.split(' ').map(str::parse::<u32>);
    let mut next = || numbers.next()?.ok();
    let (file, start, end) = (next()?, next()?, next()?);
    let range = (start <= end).then(|| TextRange::new(start.into(), end.into()))?;
    Some(FileRange { file: crate::FileId(file), range })
}

pub(crate) fn hover(db: &dyn Db, file: File, at: TextSize) -> Option<Hover> {
    if let Some(it) = occurrence_at(db, file, at) {
        return Some(Hover::new(it.range, &noun(db, it)));
    }
    if let Some(it) = verb_at(db, file, at) {
        return Some(it);
    }
    let (index, object) = header_at(db, file, at)?;
    let map = &maps(db, file)[index];
    let range = map.in_file(map.source.object(object).header);
    Some(Hover::new(range, &page(object_page(db, file, index, object))))
}

/// The method that a message arrives at, or that is written here.
fn verb_at(db: &dyn Db, file: File, at: TextSize) -> Option<Hover> {
    let (range, method) = match message_at(db, file, at) {
        Some(it) => (it.range, it.to),
        None => {
            let method = method_written_at(db, file, at)?;
            (method_range(db, method)?, method)
        }
    };
    let signature = signature(db, method)?;
    let object = name_of(&programs(db, method.object.file)[method.object.program], method.object.object);
    let mut parts = vec![format!("```e\nto {}\n```", signature.label)];
    parts.extend(signature.doc);
    parts.push(format!("A method of `{object}`."));
    Some(Hover::new(range, &page(parts)))
}

/// Paragraphs, one after the other.
fn page(parts: Vec<String>) -> String {
    parts.join("\n\n")
}

/// The innermost object whose header the cursor is in.
pub(super) fn header_at(db: &dyn Db, file: File, at: TextSize) -> Option<(usize, ObjectId)> {
    let mut found: Option<(TextRange, usize, ObjectId)> = None;
    for (index, map) in maps(db, file).iter().enumerate() {
        for (id, ranges) in map.source.objects.iter().enumerate() {
            let (header, object) = (map.in_file(ranges.header), ObjectId(id as u32));
            let inner = found.is_none_or(|(range, ..)| header.len() < range.len());
            if header.contains_inclusive(at) && inner && is_written(db, file, index, object) {
                found = Some((header, index, object));
            }
        }
    }
    found.map(|(_, index, object)| (index, object))
}

fn noun(db: &dyn Db, it: &Occurrence) -> String {
    match it.meaning {
        Meaning::Unbound => format!("`{}` is not defined.", it.noun),
        Meaning::Scope(name) => page(scope_name(name)),
        Meaning::Definition(site) => page(definition(db, site)),
    }
}

fn scope_name(name: &ScopeName) -> Vec<String> {
    let scope = match name.level {
        Level::Module => "Each module has one of its own.",
        Level::Universal | Level::Safe => {
            "A name of the safe scope: every program has it, it carries no authority."
        }
        Level::Privileged => "A name of the privileged scope: whoever holds it holds a power.",
    };
    let mut parts = vec![format!("```e\n{}\n```", name.name), name.doc.to_string(), scope.to_string()];
    if name.authority != Authority::None {
        parts.push(format!("**Power**: {}.", name.authority.describe()));
    }
    parts
}

fn definition(db: &dyn Db, site: Site) -> Vec<String> {
    let program = &names(db, site.file).programs[site.program];
    let definition = program.scopes.definition(site.definition);
    if let DefinitionKind::Object { object, .. } = definition.kind {
        return object_page(db, site.file, site.program, object);
    }
    let known = &knowledge(db, site.file).programs[site.program];
    let index = site.definition.0 as usize;
    let is_parameter = parameters(db, site.file, site.program).contains(&site.definition);
    let noun = &definition.noun;
    let kind = match definition.kind {
        DefinitionKind::Var { .. } if is_parameter => "A parameter that can be assigned.",
        DefinitionKind::Var { .. } => {
            "A variable: its value can change, and whoever closes over it shares it."
        }
        DefinitionKind::Binding => "A binding taken over from somewhere else.",
        _ if is_parameter => "A parameter: what it reaches is up to the caller.",
        _ => "A final name: it keeps the value it gets here.",
    };
    let keyword = match (definition.kind, is_parameter) {
        (DefinitionKind::Var { .. }, _) => "var ",
        (_, true) => "",
        _ => "def ",
    };
    let mut parts = vec![format!("```e\n{keyword}{noun}\n```"), kind.to_string()];
    parts.extend(guard(&known.bindings[index]));
    if let Worth::Scope(it) = &known.values[index] {
        parts.push(format!("Holds what `{}` does: {}", it.name, it.doc));
    }
    let reach = reach_of_name(db, site);
    let further: Vec<&Held> = reach.holds.iter().filter(|it| !is_itself(it, noun)).collect();
    parts.extend(reaches(db, authority(db, site.file), "Reaches", &further));
    parts
}

/// The variable or parameter that the hover is about is no news.
fn is_itself(it: &Held, noun: &str) -> bool {
    is_direct(it)
        && matches!(&it.thing, Thing::Variable(name, _) | Thing::Parameter(name, _) if &**name == noun)
}

fn guard(it: &Guard) -> Option<String> {
    match it {
        Guard::Unknown(why) => Some(format!("Guard on its binding: not known, {why}.")),
        it if it.is_plain_def() => None,
        it => Some(format!("Guard on its binding: `{it}`.")),
    }
}

fn object_page(db: &dyn Db, file: File, index: usize, object: ObjectId) -> Vec<String> {
    let program = &programs(db, file)[index];
    let it = program.object(object);
    let mut parts = vec![format!("```e\ndef {}\n```", name_of(program, object))];
    let doc = it.doc.as_deref().or(match &it.script {
        Script::Methods { methods, .. } => match methods.as_slice() {
            [only] => only.doc.as_deref(),
            _ => None,
        },
        Script::Plumbing(_) => None,
    });
    parts.extend(doc.filter(|it| !it.is_empty()).map(str::to_string));
    parts.push(messages(&it.script));
    let judgements = &heard(db, file).programs[index];
    parts.extend(judgements.iter().filter(|it| it.object == object).map(explain));
    parts.extend(properties(db, file, index, object));
    parts.extend(checked(db, ObjectSite { file, program: index, object }));
    parts.push(closes_over(db, file, index, object));
    let reach = reach_of_object(db, file, index, object);
    let further: Vec<&Held> = reach.holds.iter().filter(|it| is_news(it)).collect();
    for (title, group) in GROUPS {
        let of_group: Vec<&Held> =
            further.iter().copied().filter(|it| group_of(&it.thing) == *group).collect();
        parts.extend(reaches(db, authority(db, file), title, &of_group));
    }
    parts.extend(returns(&authority(db, file).summary((file, index), object)));
    parts
}

/// What guards look at only when a message comes: the rest of the page is known already.
fn checked(db: &dyn Db, object: ObjectSite) -> Option<String> {
    let count = methods(object_at(db, object)).len();
    let signatures = (0..count).filter_map(|method| signature(db, MethodSite { object, method }));
    let guarded: Vec<String> =
        signatures.filter(|it| it.label.contains(" :")).map(|it| format!("`{}`", it.label)).collect();
    (!guarded.is_empty()).then(|| format!("Checked when it runs: {}.", guarded.join(", ")))
}

/// Where something comes from that an object reaches.
#[derive(Clone, Copy, PartialEq)]
enum Group {
    Ambient,
    Captured,
    PassedIn,
    Unknown,
}

/// In the order in which they are shown.
const GROUPS: &[(&str, Group)] = &[
    ("Through them it reaches ambient powers", Group::Ambient),
    ("Through them it reaches captured state", Group::Captured),
    ("Passed in, and within its reach", Group::PassedIn),
    ("Not known", Group::Unknown),
];

fn group_of(it: &Thing) -> Group {
    match it {
        Thing::Power(..) => Group::Ambient,
        Thing::Variable(..) | Thing::Collection(_) | Thing::Object(..) => Group::Captured,
        Thing::Parameter(..) => Group::PassedIn,
        Thing::Unknown(_) => Group::Unknown,
    }
}

/// What a caller gets at by the answer of a method, beside data and what it has handed over itself.
fn returns(summary: &Summary) -> Option<String> {
    let lines: String = summary
        .methods
        .iter()
        .filter_map(|it| {
            let given =
                it.returns.iter().filter(|it| !matches!(it, Thing::Parameter(..) | Thing::Object(..)));
            let given: Vec<String> = given.map(thing).collect();
            (!given.is_empty()).then(|| format!("\n- `{}`: {}", it.message, given.join("; ")))
        })
        .collect();
    (!lines.is_empty()).then(|| format!("Returned by a call:{lines}"))
}

/// Which of the four properties it has; nothing if none.
fn properties(db: &dyn Db, file: File, index: usize, object: ObjectId) -> Option<String> {
    let all = crate::verdicts::properties(db, file, index, object).named();
    let has: Vec<&str> = all.iter().filter(|(_, has)| *has).map(|(name, _)| *name).collect();
    (!has.is_empty()).then(|| format!("Has {}.", has.join(", ")))
}

/// What is held directly is listed as a capture already; objects on the way show in the paths.
fn is_news(it: &Held) -> bool {
    match it.thing {
        Thing::Object(..) => false,
        Thing::Collection(_) | Thing::Unknown(_) => true,
        Thing::Power(..) | Thing::Variable(..) | Thing::Parameter(..) => !is_direct(it),
    }
}

/// Whether it is held by its own name.
fn is_direct(it: &Held) -> bool {
    match (&it.thing, it.path.as_slice()) {
        (Thing::Power(name, None), [only]) => &**only == name.name,
        (Thing::Variable(name, _) | Thing::Parameter(name, _) | Thing::Object(name, _), [only]) => {
            only == name
        }
        _ => false,
    }
}

fn messages(script: &Script) -> String {
    match script {
        Script::Plumbing(_) => "Takes every message, those all objects answer included.".to_string(),
        Script::Methods { methods, matchers } => {
            let mut verbs: Vec<String> =
                methods.iter().map(|it| format!("`{}/{}`", it.verb, it.params.len())).collect();
            if !matchers.is_empty() {
                verbs.push("whatever its matchers take".to_string());
            }
            match verbs.is_empty() {
                true => "Answers to nothing but what all objects answer to.".to_string(),
                false => format!("Answers to {}.", verbs.join(", ")),
            }
        }
    }
}

fn closes_over(db: &dyn Db, file: File, index: usize, object: ObjectId) -> String {
    let program = &names(db, file).programs[index];
    let parameters = parameters(db, file, index);
    let shown = program.scopes.captures(object).iter().filter_map(|it| {
        let what = match names(db, file).meaning(index, &it.noun, &it.binder) {
            // What carries no authority is everyone's.
            Meaning::Scope(name) if name.authority == Authority::None => return None,
            Meaning::Scope(name) => format!("power: {}", name.authority.describe()),
            Meaning::Unbound => "not defined".to_string(),
            Meaning::Definition(site) => {
                let is_parameter = site.file == file
                    && site.program == index
                    && matches!(it.binder, Binder::Definition(id) if parameters.contains(&id));
                captured(db, site, object, is_parameter, it)?
            }
        };
        Some(format!("\n- `{}`: {what}", as_written(&it.noun)))
    });
    let list: String = shown.collect();
    if list.is_empty() {
        "Closes over nothing that carries authority.".to_string()
    } else {
        format!("Closes over:{list}")
    }
}

fn captured(db: &dyn Db, site: Site, by: ObjectId, is_parameter: bool, it: &Capture) -> Option<String> {
    let definition = names(db, site.file).programs[site.program].scopes.definition(site.definition);
    let known = &knowledge(db, site.file).programs[site.program];
    let index = site.definition.0 as usize;
    Some(match definition.kind {
        DefinitionKind::Object { object, .. }
            if matches!(it.binder, Binder::Definition(_)) && object == by =>
        {
            return None;
        }
        DefinitionKind::Object { .. } => {
            let frozen = verdicts(db, site.file).frozen[site.program].get(&site.definition) == Some(&true);
            if frozen { "an object, DeepFrozen".to_string() } else { "an object".to_string() }
        }
        DefinitionKind::Var { .. } if it.assigns => "a variable that it assigns".to_string(),
        DefinitionKind::Var { .. } => "a variable".to_string(),
        DefinitionKind::Binding => "a binding".to_string(),
        DefinitionKind::Final { .. } => match (&known.bindings[index], &known.values[index]) {
            (Guard::FinalSlot(guard), _) if **guard != Guard::ANY => with_guard(is_parameter, guard),
            _ if is_parameter => "a parameter".to_string(),
            (_, Worth::Data) => "data".to_string(),
            (_, Worth::Module(_)) => "what a module gives".to_string(),
            (_, Worth::Scope(name)) => format!("what `{}` is", name.name),
            (_, Worth::Guard(guard)) => format!("the guard `{guard}`"),
            _ => "a final name".to_string(),
        },
    })
}

fn with_guard(is_parameter: bool, guard: &Guard) -> String {
    let what = if is_parameter { "a parameter" } else { "a final name" };
    match guard {
        Guard::Unknown(_) => format!("{what} with a guard that is not known"),
        guard => format!("{what} guarded by `{guard}`"),
    }
}

/// The things with the ways to them, the nearest first.
fn reaches(
    db: &dyn Db,
    authority: &audit::authority::Authority<Key>,
    title: &str,
    holds: &[&Held],
) -> Option<String> {
    if holds.is_empty() {
        return None;
    }
    let line = |it: &&Held| {
        let what = leading(&thing(&it.thing), place_of(db, authority, it.place));
        format!("\n- {what}{}", way(db, authority, it))
    };
    let lines: String = holds.iter().map(line).collect();
    Some(format!("{title}:{lines}"))
}

fn thing(it: &Thing) -> String {
    match it {
        Thing::Power(name, None) => format!("power `{}`: {}", name.name, name.authority.describe()),
        Thing::Power(name, Some(part)) => {
            format!("power `{}`: {}, at `{part}`", name.name, name.authority.describe())
        }
        Thing::Variable(noun, _) => format!("variable `{}`", as_written(noun)),
        Thing::Collection(_) => "a mutable collection".to_string(),
        Thing::Parameter(noun, _) => format!("parameter `{noun}`: whatever a caller hands over"),
        Thing::Object(noun, _) => format!("object `{noun}`"),
        Thing::Unknown(why) => format!("unknown: {why}"),
    }
}

/// The names that lead there, one hop a line, each leading to what it names; a single one needs no line of its own.
fn way(db: &dyn Db, authority: &audit::authority::Authority<Key>, it: &Held) -> String {
    let hop = |(name, place): (&syntax::kernel_e::Name, &Option<u32>)| {
        leading(&format!("`{}`", as_written(name)), place.and_then(|it| place_of(db, authority, it)))
    };
    let hops: Vec<String> = it.path.iter().zip(&it.hops).map(hop).collect();
    match hops.as_slice() {
        [only] => format!(" ({only})"),
        all => all.iter().map(|it| format!("\n  - {it}")).collect(),
    }
}
