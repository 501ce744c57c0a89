//! Selectors: a verb and a number of arguments, interned to one number for the whole process.

use rustc_hash::FxHashMap;
use std::sync::{Arc, LazyLock, RwLock};

/// `deposit/2`
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector(pub(crate) u32);

#[derive(Default)]
struct Interner {
    verbs: FxHashMap<Arc<str>, FxHashMap<u32, u32>>,
    names: Vec<(Arc<str>, u32)>,
}

static INTERNER: LazyLock<RwLock<Interner>> = LazyLock::new(RwLock::default);

impl Selector {
    pub fn new(verb: &str, arity: usize) -> Selector {
        let arity = arity as u32;
        {
            let interner = INTERNER.read().unwrap_or_else(|it| it.into_inner());
            if let Some(it) = interner.verbs.get(verb).and_then(|it| it.get(&arity)) {
                return Selector(*it);
            }
        }
        let mut interner = INTERNER.write().unwrap_or_else(|it| it.into_inner());
        if let Some(it) = interner.verbs.get(verb).and_then(|it| it.get(&arity)) {
            return Selector(*it);
        }
        let id = interner.names.len() as u32;
        let verb: Arc<str> = match interner.verbs.get_key_value(verb) {
            Some((it, _)) => it.clone(),
            None => Arc::from(verb),
        };
        interner.names.push((verb.clone(), arity));
        interner.verbs.entry(verb).or_default().insert(arity, id);
        Selector(id)
    }
    pub fn verb(self) -> Arc<str> {
        let interner = INTERNER.read().unwrap_or_else(|it| it.into_inner());
        interner.names[self.0 as usize].0.clone()
    }
    pub fn arity(self) -> usize {
        let interner = INTERNER.read().unwrap_or_else(|it| it.into_inner());
        interner.names[self.0 as usize].1 as usize
    }
}

impl std::fmt::Debug for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.verb(), self.arity())
    }
}
impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.verb(), self.arity())
    }
}
