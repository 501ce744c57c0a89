//! The optional syntaxes of E, and which of them a text has switched on.
//!
//! `pragma.enable("accumulator")` and its kin are read while a text is lowered and hold for the rest of it; an
//! updoc step, a prompt line or a notebook cell hands its [`Pragmas`] on to the next. Syntaxes that no pragma
//! switches (casts, `escape … catch`, `=> x` …) are on in every version but have names a pragma may mention.

use std::fmt;

/// A syntax that pragmas speak of, by the name they use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Syntax {
    Accumulator,
    AnonLambda,
    CallPattern,
    Cast,
    DotProps,
    EasyReturn,
    EasyWhen,
    EscapeHandler,
    ExplicitResultGuard,
    Exporter,
    HardWhen,
    Importer,
    MetaScope,
    NounString,
    OneMethodObject,
    PatternDefault,
    Plumbing,
    SmalltalkReturn,
    Thunk,
    TrinaryDefine,
    VerbCurry,
    VerbString,
}

use Syntax::*;

const NAMES: [(&str, Syntax); 22] = [
    ("accumulator", Accumulator),
    ("anon-lambda", AnonLambda),
    ("call-pattern", CallPattern),
    ("cast", Cast),
    ("dot-props", DotProps),
    ("easy-return", EasyReturn),
    ("easy-when", EasyWhen),
    ("escape-handler", EscapeHandler),
    ("explicit-result-guard", ExplicitResultGuard),
    ("exporter", Exporter),
    ("hard-when", HardWhen),
    ("importer", Importer),
    ("meta-scope", MetaScope),
    ("noun-string", NounString),
    ("one-method-object", OneMethodObject),
    ("pattern-default", PatternDefault),
    ("plumbing", Plumbing),
    ("smalltalk-return", SmalltalkReturn),
    ("thunk", Thunk),
    ("trinary-define", TrinaryDefine),
    ("verb-curry", VerbCurry),
    ("verb-string", VerbString),
];

/// On in every version.
const ALWAYS: [Syntax; 9] =
    [AnonLambda, Cast, EscapeHandler, Exporter, Importer, MetaScope, PatternDefault, Plumbing, VerbString];

const VERSION_0_9: [Syntax; 5] = [EasyReturn, EasyWhen, NounString, TrinaryDefine, VerbCurry];
const VERSION_0_8: [Syntax; 3] = [ExplicitResultGuard, HardWhen, Thunk];

/// On in both versions, and switched on again by naming one.
const VERSIONED: [Syntax; 2] = [AnonLambda, Plumbing];

impl Syntax {
    /// The syntax that `name` means in a pragma.
    pub fn named(name: &str) -> Option<Syntax> {
        NAMES.iter().find(|(it, _)| *it == name).map(|(_, syntax)| *syntax)
    }
    /// The name that pragmas use, as in `pragma.enable("verb-curry")`.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, it)| *it == self).map_or("", |(name, _)| name)
    }
    fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl fmt::Display for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a text may use one syntax.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Setting {
    Off,
    /// Works, and each use is reported as a warning.
    Warn,
    On,
}

/// Which optional syntaxes are on. Copied from one updoc step or cell to the next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pragmas {
    on: u32,
    warn: u32,
}

impl Default for Pragmas {
    /// Syntax version 0.9.
    fn default() -> Pragmas {
        Pragmas::with(&VERSION_0_9)
    }
}

impl Pragmas {
    /// The settings of `pragma.syntax(version)`.
    pub fn version(version: &str) -> Option<Pragmas> {
        match version {
            "0.9" => Some(Pragmas::with(&VERSION_0_9)),
            "0.8" => Some(Pragmas::with(&VERSION_0_8)),
            _ => None,
        }
    }

    fn with(version: &[Syntax]) -> Pragmas {
        let on = ALWAYS.iter().chain(version).fold(0, |bits, it| bits | it.bit());
        Pragmas { on, warn: SmalltalkReturn.bit() }
    }

    /// These settings, but for what a version decides as `version` has it.
    pub fn changed_to(self, version: Pragmas) -> Pragmas {
        let decided =
            VERSION_0_9.iter().chain(&VERSION_0_8).chain(&VERSIONED).fold(0, |bits, it| bits | it.bit());
        let mix = |old: u32, new: u32| (old & !decided) | (new & decided);
        Pragmas { on: mix(self.on, version.on), warn: mix(self.warn, version.warn) }
    }

    /// How one syntax may be used.
    /// The settings as numbers, and back.
    pub fn to_bits(self) -> (u32, u32) {
        (self.on, self.warn)
    }
    pub fn from_bits(on: u32, warn: u32) -> Pragmas {
        Pragmas { on, warn }
    }

    pub fn setting(&self, of: Syntax) -> Setting {
        match (self.on & of.bit() != 0, self.warn & of.bit() != 0) {
            (true, _) => Setting::On,
            (false, true) => Setting::Warn,
            (false, false) => Setting::Off,
        }
    }

    /// Whether `of` may be used, with or without a warning.
    pub fn allows(&self, of: Syntax) -> bool {
        self.setting(of) != Setting::Off
    }

    /// What a pragma does.
    pub fn set(&mut self, of: Syntax, to: Setting) {
        self.on &= !of.bit();
        self.warn &= !of.bit();
        match to {
            Setting::Off => {}
            Setting::Warn => self.warn |= of.bit(),
            Setting::On => self.on |= of.bit(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_syntaxes_are_one_to_one() {
        for (name, syntax) in NAMES {
            assert_eq!(Syntax::named(name), Some(syntax));
            assert_eq!(syntax.name(), name);
        }
    }

    #[test]
    fn the_newer_version_is_the_one_a_text_starts_with() {
        assert_eq!(Some(Pragmas::default()), Pragmas::version("0.9"));
        assert_eq!(Pragmas::version("1.0"), None);
    }

    #[test]
    fn a_setting_replaces_the_one_before_it() {
        let mut pragmas = Pragmas::default();
        assert!(!pragmas.allows(Accumulator));
        pragmas.set(Accumulator, Setting::Warn);
        assert_eq!(pragmas.setting(Accumulator), Setting::Warn);
        pragmas.set(Accumulator, Setting::On);
        assert_eq!(pragmas.setting(Accumulator), Setting::On);
        pragmas.set(Accumulator, Setting::Off);
        assert!(!pragmas.allows(Accumulator));
    }
}
