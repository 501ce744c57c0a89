//! A vat's persistent top scope: what earlier evaluations defined, over the names a program is born with.

use crate::code::Held;
use crate::compile::{Outer, OuterNoun};
use crate::cx::Cx;
use crate::rare::Rare;
use crate::scopes::Entry;
use crate::store::{Read, Reader, Writer};
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The names of one vat.
#[derive(Default)]
pub struct Scope {
    pub(crate) names: Names,
    /// Values of the born names that are made once per vat.
    made: Rare<FxHashMap<Arc<str>, Value>>,
    /// Only the safe scope below.
    pub(crate) safe_only: bool,
}

/// What a name holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub held: Held,
    pub value: Value,
}

/// Names by their letters, in a row: most vats have few, and they are looked up when a program is compiled.
#[derive(Default)]
pub(crate) struct Names(Vec<(Arc<str>, Named)>);

impl Names {
    fn place(&self, noun: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|it| (*it.0).cmp(noun))
    }
    pub(crate) fn get(&self, noun: &str) -> Option<&Named> {
        Some(&self.0[self.place(noun).ok()?].1)
    }
    pub(crate) fn contains_key(&self, noun: &str) -> bool {
        self.place(noun).is_ok()
    }
    pub(crate) fn insert(&mut self, noun: Arc<str>, it: Named) {
        match self.place(&noun) {
            Ok(at) => self.0[at].1 = it,
            Err(at) => self.0.insert(at, (noun, it)),
        }
    }
    pub(crate) fn remove(&mut self, noun: &str) {
        if let Ok(at) = self.place(noun) {
            self.0.remove(at);
        }
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().map(|it| &it.0)
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Named)> {
        self.0.iter().map(|it| (&it.0, &it.1))
    }
    fn values(&self) -> impl Iterator<Item = &Named> {
        self.0.iter().map(|it| &it.1)
    }
    /// Room for so many more, and no others.
    pub(crate) fn expect(&mut self, more: usize) {
        self.0.reserve_exact(more);
    }
}

impl FromIterator<(Arc<str>, Named)> for Names {
    fn from_iter<T: IntoIterator<Item = (Arc<str>, Named)>>(all: T) -> Names {
        let mut names = Names::default();
        all.into_iter().for_each(|(noun, it)| names.insert(noun, it));
        names
    }
}

/// The names of a vat that has nothing to do, without room for more.
pub(crate) struct Resting {
    names: Box<[(Arc<str>, Named)]>,
    made: Rare<FxHashMap<Arc<str>, Value>>,
    safe_only: bool,
}

impl Scope {
    pub(crate) fn rest(self) -> Resting {
        let Scope { names, made, safe_only } = self;
        Resting { names: names.0.into(), made, safe_only }
    }
}

impl Resting {
    /// The same names again.
    pub(crate) fn wake(self) -> Scope {
        Scope { names: Names(self.names.into()), made: self.made, safe_only: self.safe_only }
    }
}

impl Scope {
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Value)) {
        self.names.values().for_each(|it| visit(it.value));
        self.made.used().iter().for_each(|it| it.values().for_each(|it| visit(*it)));
    }
}

impl Scope {
    pub(crate) fn save(&self, out: &mut Writer) {
        out.bool(self.safe_only);
        out.all(self.names.0.iter(), |out, (noun, it)| {
            out.text(noun);
            crate::store::named(out, *it);
        });
        let mut made: Vec<_> = self.made.used().into_iter().flatten().collect();
        made.sort_by_key(|it| it.0.clone());
        out.all(made.into_iter(), |out, (noun, it)| {
            out.text(noun);
            out.value(*it);
        });
    }
    pub(crate) fn load(from: &mut Reader<'_>) -> Read<Scope> {
        let safe_only = from.bool()?;
        let names: Vec<_> = from.all(|from| Ok((from.arc()?, crate::store::read_named(from)?)))?;
        let made: FxHashMap<Arc<str>, Value> =
            from.all(|from| Ok((from.arc()?, from.value()?)))?.into_iter().collect();
        Ok(Scope { names: names.into_iter().collect(), made: made.into(), safe_only })
    }
}

/// The entry of a name in the scope every program is born with.
pub(crate) fn born(noun: &str, safe_only: bool) -> Option<Entry> {
    crate::core_scope::safe(noun)
        .or_else(|| crate::scopes::safe(noun))
        .or_else(|| if safe_only { None } else { crate::core_scope::privileged(noun) })
        .or_else(|| if safe_only { None } else { crate::scopes::privileged(noun) })
}

/// The value of a born name in this vat.
pub(crate) fn born_value(cx: &mut Cx, noun: &str, safe_only: bool) -> Option<Value> {
    let entry = born(noun, safe_only)?;
    Some(entry_value(cx, noun, entry))
}

/// The value of an entry, made once per vat and name.
pub(crate) fn entry_value(cx: &mut Cx, name: &str, entry: Entry) -> Value {
    match entry {
        Entry::Class(it) => Value::of(it),
        Entry::Value(it) => it,
        Entry::Make(make) => match cx.scope.made.used().and_then(|it| it.get(name)) {
            Some(it) => *it,
            None => {
                let it = make(cx);
                cx.scope.made.insert(Arc::from(name), it);
                it
            }
        },
    }
}

/// What the compiler sees of a scope: the vat's own, or a module's (safe, nothing else).
pub(crate) struct View<'a> {
    pub names: Option<&'a Names>,
    pub safe_only: bool,
}

impl View<'_> {
    fn born(&self, noun: &str) -> Option<Entry> {
        let module = if self.names.is_none() { crate::core_scope::module_only(noun) } else { None };
        module.or_else(|| born(noun, self.safe_only))
    }
    /// What `syntax` asks of a noun that a program does not define.
    pub(crate) fn static_outer(&self, noun: &str) -> Option<syntax::Outer> {
        if let Some(it) = self.names.and_then(|it| it.get(noun)) {
            return Some(syntax::Outer { assignable: it.held != Held::Value });
        }
        self.born(noun).map(|_| syntax::Outer { assignable: false })
    }
}

impl Outer for View<'_> {
    fn lookup(&self, noun: &str) -> Option<OuterNoun> {
        if let Some(it) = self.names.and_then(|it| it.get(noun)) {
            return Some(OuterNoun::Held(it.held));
        }
        Some(match self.born(noun)? {
            Entry::Class(it) => OuterNoun::Constant(Value::of(it)),
            Entry::Value(it) => OuterNoun::Constant(it),
            Entry::Make(_) => OuterNoun::Held(Held::Value),
        })
    }
    fn is_universal(&self, noun: &str) -> bool {
        !self.names.is_some_and(|it| it.contains_key(noun))
    }
}

/// What a compiled program takes from the scope, in the order it wants it.
pub(crate) fn captures(cx: &mut Cx, module: &crate::code::Module, own: bool) -> Vec<Value> {
    let safe_only = cx.scope.safe_only || !own;
    let wanted = module.scripts.first().map(|it| &it.captures[..]).unwrap_or_default();
    wanted
        .iter()
        .map(|it| match cx.scope.names.get(&it.noun).filter(|_| own) {
            Some(it) => it.value,
            None => born_value(cx, &it.noun, safe_only).unwrap_or(Value::NULL),
        })
        .collect()
}

/// The same from names that are not the vat's own.
pub(crate) fn captures_of(
    cx: &mut Cx,
    module: &crate::code::Module,
    names: &Names,
    safe_only: bool,
) -> Vec<Value> {
    let wanted = module.scripts.first().map(|it| &it.captures[..]).unwrap_or_default();
    let value = |it: &crate::code::Captured| match names.get(&it.noun) {
        Some(it) => it.value,
        None => born_value(cx, &it.noun, safe_only).unwrap_or(Value::NULL),
    };
    wanted.iter().map(value).collect()
}
