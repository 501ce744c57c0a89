//! Selectors: a verb and a number of arguments, interned to one number for the whole process.

use rustc_hash::FxHashMap;
use std::sync::{Arc, LazyLock, RwLock};

/// `deposit/2`
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector(pub(crate) u32);

/// Selectors that are known while Walnut is compiled: natives call them, or the machine answers them itself.
macro_rules! known {
    ($($name:ident $verb:literal $arity:literal),* $(,)?) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "numbers the constants below")]
        enum Known { $($name),* }

        impl Selector {
            $(pub const $name: Selector = Selector(Known::$name as u32);)*

            fn known(verb: &str, arity: usize) -> Option<Selector> {
                match (verb, arity) {
                    $(($verb, $arity) => Some(Selector::$name),)*
                    _ => None,
                }
            }
        }

        const KNOWN: &[(&str, u32)] = &[$(($verb, $arity)),*];
    };
}

known![
    RUN_0 "run" 0, RUN_1 "run" 1, RUN_2 "run" 2, GET_0 "get" 0, GET_1 "get" 1, PUT_1 "put" 1, PUT_2 "put" 2,
    COERCE "coerce" 2, CMP "op__cmp" 1, ITERATE "iterate" 1, WRITE "write" 1, PRINT "print" 1, QUOTE "quote" 1,
    PRINT_ON "__printOn" 1, CONFORM_TO "__conformTo" 1, UNCALL "__optUncall" 0, SIZE "size" 0, PUSH "push" 1,
    POP "pop" 0, LAST "last" 0, MAPS "maps" 1, FETCH "fetch" 2, ADD "add" 1, SUBTRACT "subtract" 1,
    MULTIPLY "multiply" 1, DIVIDE "approxDivide" 1, FLOOR_DIVIDE "floorDivide" 1, REMAINDER "remainder" 1,
    MOD "mod" 1, AND "and" 1, OR "or" 1, XOR "xor" 1, SHIFT_LEFT "shiftLeft" 1, SHIFT_RIGHT "shiftRight" 1,
    COMPLEMENT "complement" 0, MAX "max" 1, MIN "min" 1, NEGATE "negate" 0, NEXT "next" 0, PREVIOUS "previous" 0,
    ABS "abs" 0, IS_ZERO "isZero" 0, NOT "not" 0,
    WHEN_MORE_RESOLVED "__whenMoreResolved" 1, WHEN_BROKEN "__whenBroken" 1,
];

struct Interner {
    verbs: FxHashMap<Arc<str>, FxHashMap<u32, u32>>,
    names: Vec<(Arc<str>, u32)>,
}

static INTERNER: LazyLock<RwLock<Interner>> = LazyLock::new(|| {
    let mut it = Interner { verbs: FxHashMap::default(), names: Vec::new() };
    for (verb, arity) in KNOWN {
        it.intern(verb, *arity);
    }
    RwLock::new(it)
});

impl Interner {
    fn intern(&mut self, verb: &str, arity: u32) -> u32 {
        if let Some(it) = self.verbs.get(verb).and_then(|it| it.get(&arity)) {
            return *it;
        }
        let id = self.names.len() as u32;
        let verb: Arc<str> = match self.verbs.get_key_value(verb) {
            Some((it, _)) => it.clone(),
            None => Arc::from(verb),
        };
        self.names.push((verb.clone(), arity));
        self.verbs.entry(verb).or_default().insert(arity, id);
        id
    }
}

impl Selector {
    pub fn new(verb: &str, arity: usize) -> Selector {
        if let Some(it) = Selector::known(verb, arity) {
            return it;
        }
        let arity = arity as u32;
        {
            let interner = INTERNER.read().unwrap_or_else(|it| it.into_inner());
            if let Some(it) = interner.verbs.get(verb).and_then(|it| it.get(&arity)) {
                return Selector(*it);
            }
        }
        Selector(INTERNER.write().unwrap_or_else(|it| it.into_inner()).intern(verb, arity))
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
