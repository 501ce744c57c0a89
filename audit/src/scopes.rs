//! The names a program is born with: one list, which the vat gives values to and the analysis completes from.
//!
//! The *universal* scope is what expansion itself names and what no program can do without, the *safe* scope
//! adds the rest that carries no authority, the *privileged* scope adds powers. A module (`.emaker`) gets the
//! safe scope; a program, a transcript, a prompt and a cell get the privileged one.

use crate::auditors::Auditor;
use crate::guards::{Guard, Standard};
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::LazyLock;

/// A name of the outermost scope.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ScopeName {
    pub name: &'static str,
    pub level: Level,
    /// What holding it lets a program do in the world.
    pub authority: Authority,
    /// One line for a person.
    pub doc: &'static str,
}

/// The smallest scope that has a name; and, of a program, the scope that it is born in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Constants and what expansion needs.
    Universal,
    /// Also without authority.
    Safe,
    /// Each module has its own of these, and nobody else has any.
    Module,
    /// Powers. Holds all but the names of [`Level::Module`].
    Privileged,
}

/// What a name lets a program do. Only the names of [`Level::Privileged`] do anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Authority {
    None,
    Stdin,
    Stdout,
    Stderr,
    Timer,
    Entropy,
    Files,
    Process,
    /// The running interpreter: its arguments, its properties, its end.
    Interp,
    /// New vats, and code put into them.
    Vat,
    Network,
    /// Whatever the host can do.
    Unsafe,
    /// A stamp: claims that an auditor would have to check.
    Stamp,
    /// All the powers of the privileged scope at once.
    Everything,
}

impl ScopeName {
    /// Whether a program that is born in `scope` has the name.
    pub fn is_in(&self, scope: Level) -> bool {
        self.level <= scope && (self.level != Level::Module || scope == Level::Module)
    }
    /// The guard on the name's binding: `Same[…]`, and whether what it holds is DeepFrozen.
    pub fn guard(&self) -> Guard {
        static GUARDS: LazyLock<FxHashMap<&'static str, Guard>> =
            LazyLock::new(|| NAMES.iter().map(|it| (it.name, it.made_guard())).collect());
        GUARDS.get(self.name).cloned().unwrap_or_else(|| self.made_guard())
    }
    fn made_guard(&self) -> Guard {
        let frozen = matches!(self.authority, Authority::None | Authority::Stamp);
        Guard::Same(format!("<& {}>", self.name).into(), frozen)
    }
    /// The guard it stands for in `x :name`.
    pub fn standard_guard(&self) -> Option<Standard> {
        Standard::by_name(self.name)
    }
    /// The auditor it stands for in `implements name`.
    pub fn auditor(&self) -> Option<Auditor> {
        Auditor::by_name(self.name)
    }
    /// Whether bits from outside the program can be learned through it: powers, and what loads or shares.
    pub fn listens(&self) -> bool {
        self.authority != Authority::None
            || matches!(
                self.name,
                "import__uriGetter"
                    | "elang__uriGetter"
                    | "elib__uriGetter"
                    | "type__uriGetter"
                    | "resource__uriGetter"
                    | "shared__uriGetter"
                    | "safeScope"
                    | "__eval"
            )
    }
    /// A name that only expansion writes; completion leaves it out.
    pub fn is_internal(&self) -> bool {
        self.name.starts_with("__") || self.name.ends_with("__quasiParser")
    }
}

impl Authority {
    /// As a reader of a hover is told: `writes to standard output`.
    pub fn describe(self) -> &'static str {
        match self {
            Authority::None => "no authority",
            Authority::Stdin => "reads standard input",
            Authority::Stdout => "writes to standard output",
            Authority::Stderr => "writes to standard error",
            Authority::Timer => "knows the time and can wait for it",
            Authority::Entropy => "draws random bits",
            Authority::Files => "reads and writes files",
            Authority::Process => "starts processes",
            Authority::Interp => "drives the interpreter",
            Authority::Vat => "makes vats and runs code in them",
            Authority::Network => "talks to the network",
            Authority::Unsafe => "can do what the host can do",
            Authority::Stamp => "can claim what an auditor would check",
            Authority::Everything => "has every power",
        }
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Authority::None => "none",
            Authority::Stdin => "stdin",
            Authority::Stdout => "stdout",
            Authority::Stderr => "stderr",
            Authority::Timer => "timer",
            Authority::Entropy => "entropy",
            Authority::Files => "file",
            Authority::Process => "process",
            Authority::Interp => "interp",
            Authority::Vat => "vat",
            Authority::Network => "network",
            Authority::Unsafe => "unsafe",
            Authority::Stamp => "stamp",
            Authority::Everything => "everything",
        })
    }
}

/// Every name that a program born in `scope` has, the universal ones first.
pub fn names(scope: Level) -> impl Iterator<Item = &'static ScopeName> {
    NAMES.iter().filter(move |it| it.is_in(scope))
}

/// Every name of the safe scope, the universal ones first.
pub fn safe() -> impl Iterator<Item = &'static ScopeName> {
    names(Level::Safe)
}

/// Every name of the privileged scope, the safe ones first.
pub fn privileged() -> impl Iterator<Item = &'static ScopeName> {
    names(Level::Privileged)
}

/// A name of any scope, by itself.
pub fn lookup(name: &str) -> Option<&'static ScopeName> {
    static BY_NAME: LazyLock<FxHashMap<&'static str, &'static ScopeName>> =
        LazyLock::new(|| NAMES.iter().map(|it| (it.name, it)).collect());
    BY_NAME.get(name).copied()
}

/// A name of the scope that a program is born in.
pub fn lookup_in(scope: Level, name: &str) -> Option<&'static ScopeName> {
    lookup(name).filter(|it| it.is_in(scope))
}

macro_rules! names {
    ($($level:ident { $($name:literal $($authority:ident)?: $doc:literal,)* })*) => {
        &[$($(ScopeName {
            name: $name,
            level: Level::$level,
            authority: names!(@authority $($authority)?),
            doc: $doc,
        },)*)*]
    };
    (@authority) => { Authority::None };
    (@authority $it:ident) => { Authority::$it };
}

/// In the order a reader would want them.
static NAMES: &[ScopeName] = names! {
    Universal {
        "null": "The value that stands for nothing.",
        "true": "The boolean true.",
        "false": "The boolean false.",
        "NaN": "The float64 that is not a number.",
        "Infinity": "The float64 beyond all others.",
        "any": "Guard: lets every value through. `any[g, h]` lets through what one of them does.",
        "void": "Guard: turns every value into null.",
        "boolean": "Guard: true or false.",
        "int": "Guard: whole numbers of any size; `int > 3` and `0..9` are guards as well.",
        "float64": "Guard: IEEE double precision numbers; widens an int.",
        "char": "Guard: one Unicode character; `'a'..'z'` is a guard as well.",
        "String": "Guard: text.",
        "Twine": "Guard: text that may remember where it was written.",
        "List": "Guard: immutable lists; `List[g]` wants every element to pass g.",
        "Map": "Guard: immutable maps; `Map[k, v]` wants keys to pass k and values v.",
        "Set": "Guard: immutable sets; `Set[g]` wants every element to pass g.",
        "Tuple": "Guard: `Tuple[g, h]` is a list of just two, the first passing g and the second h.",
        "nullOk": "Guard: null; `nullOk[g]` also lets through what g does.",
        "notNull": "Guard: everything but null.",
        "near": "Guard: an object in this vat, not a promise and not a far reference.",
        "vow": "Guard: a value or a promise for one.",
        "rcvr": "Guard: whatever can be sent messages. Deprecated.",
        "Guard": "Guard: objects that can serve as guards.",
        "all": "Guard: `all[g, h]` lets through what passes both.",
        "Not": "Guard: `Not[g]` lets through what g refuses.",
        "DeepFrozen": "Guard and auditor: immutable, and reaching nothing that is not.",
        "Data": "Guard and auditor: made of nothing but values that travel as copies.",
        "PassByCopy": "Guard and auditor: travels to another vat as a copy.",
        "pbc": "Auditor: travels by construction, through its portrayal.",
        "Selfless": "Guard and auditor: compared by what it says of itself, not by identity.",
        "Transparent": "Guard and auditor: whose portrayal may be shown to anyone.",
        "Confined": "Guard and auditor: DeepFrozen, and deaf to everything but its callers.",
        "Throwable": "Guard and auditor: may be thrown; immutable, and travels as a copy.",
        "ValueGuard": "Another name of `Guard`.",
        "TextWriter": "Guard: what an object prints itself on.",
        "EAudition": "Guard: the audition that an auditor is called with.",
        "StandardGraphExit": "Guard: objects at which a serializer may stop.",
        "E": "Calls and sends by name: `E.call(obj, verb, args)`, `E.send`, `E.toQuote`.",
        "Ref": "Promises and references: `Ref.promise()`, `Ref.isNear(r)`, `Ref.whenResolved(r, f)`.",
        "throw": "Throws a problem; `throw.eject(ejector, problem)` leaves through an ejector if there is one.",
        "require": "Throws unless its first argument is true; the second is or makes the problem.",
        "promiseAllFulfilled": "A promise for a list of promises, fulfilled when they all are.",
        "__loop": "Calls a function until it answers false: what `while` expands to.",
        "__makeList": "Makes a list of its arguments: what `[a, b]` expands to.",
        "__makeMap": "Makes maps: what `[k => v]` expands to.",
        "__makeTwine": "Makes text with and without source spans.",
        "__makeInt": "Reads integers from text and bytes.",
        "__makeFinalSlot": "Makes the slot of a `def`.",
        "__makeVarSlot": "Makes the slot of a `var`.",
        "__makeGuardedSlot": "Makes the slot of a `var` with a guard.",
        "__makeCoercedSlot": "Makes a slot that says which guard its value passed.",
        "__makeMessageDesc": "Describes a message of an interface.",
        "__makeParamDesc": "Describes a parameter of a message.",
        "__makeProtocolDesc": "Makes an interface: what `interface` expands to.",
        "__Portrayal": "Guard: what `__optUncall()` answers, a maker, a verb and arguments.",
        "__makeOrderedSpace": "Makes regions such as `1..9`.",
        "__makeGuard": "Makes guards.",
        "__makeVerbFacet": "Makes `x.verb`, a function that calls one method.",
        "__comparer": "What `<`, `<=`, `>` and `<=>` expand to.",
        "__equalizer": "What `==` expands to.",
        "__identityFunc": "Returns its argument.",
        "__auditedBy": "Whether an auditor approved an object.",
        "__validateFor": "Throws once a `for` loop has ended.",
        "__bind": "What the pattern `bind x` expands to.",
        "__splitList": "What the pattern `[a] + rest` expands to.",
        "__suchThat": "What the pattern `p ? test` expands to.",
        "__matchSame": "What the patterns `==x` and `!=x` expand to.",
        "__quasiMatcher": "What a quasi-literal pattern expands to.",
        "__mapExtract": "What the pattern `[\"k\" => p]` expands to.",
        "__mapEmpty": "The end of a map pattern.",
        "__slotToBinding": "What the pattern `&x` expands to.",
        "__booleanFlow": "Gives `&&` and `||` the names of the side not taken.",
        "__switchFailed": "Says that no `match` of a `switch` fitted.",
        "__getPropertySlot": "What `x::p` expands to.",
        "e__quasiParser": "Reads e`…`: E expressions as values.",
        "epatt__quasiParser": "Reads epatt`…`: E patterns as values.",
        "simple__quasiParser": "Reads `…`: text with holes.",
        "rx__quasiParser": "Reads rx`…`: regular expressions.",
        "term__quasiParser": "Reads term`…`: term trees.",
    }
    Safe {
        "EIO": "Streams: reading, writing, copying.",
        "__eval": "Evaluates an expression in a scope.",
        "safeScope": "The safe scope itself.",
        "import__uriGetter": "`<import:a.b>` loads a module.",
        "elang__uriGetter": "`<elang:…>` loads modules of the language.",
        "elib__uriGetter": "`<elib:…>` loads modules of the library.",
        "type__uriGetter": "`<type:…>` gives the guard of a type.",
        "resource__uriGetter": "`<resource:…>` gives files that came with the program.",
        "opaque__uriGetter": "`<opaque:…>` is always a broken reference.",
        "shared__uriGetter": "`<shared:…>` gives objects shared between vats.",
        "trace": "Writes to the trace, which the program cannot read.",
        "traceln": "Writes a line to the trace, which the program cannot read.",
        "help": "Says what an object answers to.",
        "DeepPassByCopy": "Another name of `Data`.",
    }
    Module {
        "ExitViaHere": "Auditor: marks what the module's loader can name again, so that a serializer may stop there.",
    }
    Privileged {
        "print" Stdout: "Writes to standard output.",
        "println" Stdout: "Writes a line to standard output.",
        "stdin" Stdin: "Standard input.",
        "stdout" Stdout: "Standard output, a TextWriter.",
        "stderr" Stderr: "Standard error, a TextWriter.",
        "interp" Interp: "The running interpreter: `interp.waitAtTop(p)`, `interp.getArgs()`, `interp.exitAtTop()`.",
        "this__uriGetter" Interp: "`<this:name>` loads a module that lies beside the program.",
        "timer" Timer: "The clock: `timer.now()`, `timer.whenPast(time, f)`.",
        "entropy" Entropy: "Random bits: `entropy.nextInt(bound)`.",
        "file__uriGetter" Files: "`<file:path>` is a file.",
        "unsafe__uriGetter" Unsafe: "`<unsafe:…>` reaches into the host.",
        "makeVat" Vat: "Makes a vat: a heap and a queue of its own.",
        "seedVat" Vat: "Evaluates a program in a new or given vat; answers a far reference to its value.",
        "makeSpaceBank" Vat: "Makes a space bank, which pays for vats: `makeSpaceBank(name, [\"bytes\" => 100_000])`.",
        "currentVat" Vat: "The vat this program runs in.",
        "rune" Process: "Runs a command line.",
        "makeCommand" Process: "Starts processes.",
        "network" Network: "Connections: `network.connect(host, port)`, `network.listen(host, port, f)`.",
        "introducer" Network: "Puts this vat on the network.",
        "identityMgr" Network: "The identity of this vat on the network.",
        "makeSturdyRef" Network: "References that outlive a connection.",
        "DeepFrozenStamp" Stamp: "Claims DeepFrozen without an audit.",
        "TransparentStamp" Stamp: "Claims Transparent without an audit.",
        "privilegedScope" Everything: "The privileged scope itself.",
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once() {
        let mut seen = std::collections::BTreeSet::new();
        for it in NAMES {
            assert!(seen.insert(it.name), "{} is listed twice", it.name);
        }
    }

    #[test]
    fn the_safe_scope_has_no_powers() {
        assert!(safe().all(|it| it.authority == Authority::None));
        assert!(
            privileged().filter(|it| it.level == Level::Privileged).all(|it| it.authority != Authority::None)
        );
    }

    #[test]
    fn every_standard_guard_and_auditor_has_its_name_here() {
        for it in Standard::ALL {
            assert!(lookup(it.name()).is_some(), "{} is missing", it.name());
        }
        assert_eq!(lookup("DeepFrozen").and_then(ScopeName::auditor), Some(Auditor::DeepFrozen));
        assert_eq!(lookup("println").and_then(ScopeName::auditor), None);
    }
}
