//! What the transcripts of the checkout are about, and which of their steps ask for its host.

use serde_json::Value;
use std::path::Path;

/// What a transcript is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    Language,
    SafeScope,
    Auditors,
    Concurrency,
    Rest,
}

impl Class {
    pub fn title(self) -> &'static str {
        match self {
            Class::Language => "1 language and kernel",
            Class::SafeScope => "2 safe-scope library",
            Class::Auditors => "3 auditors",
            Class::Concurrency => "4 concurrency",
            Class::Rest => "5 the rest",
        }
    }
}

const LANGUAGE: [&str; 15] = [
    "exceptions",
    "extend",
    "lang/ENodeCopyVisitor",
    "lang/enode",
    "lang/kernel",
    "lang/syntax",
    "lang/syntax-in",
    "lang/syntax-sugar",
    "lang/vm",
    "literals",
    "miranda",
    "mod",
    "overflow",
    "properties",
    "protocol-desc",
];

const SAFE_SCOPE: [&str; 36] = [
    "brand",
    "character",
    "eio",
    "exception-data",
    "guard-matching",
    "guards",
    "help",
    "imports",
    "lazy-slot",
    "memoize",
    "number-bits",
    "numbers",
    "parser",
    "print",
    "priority-queue",
    "random",
    "ref",
    "region",
    "rx",
    "same",
    "scope-safe",
    "scope-univ",
    "scopes",
    "slots",
    "table-const-list",
    "table-const-map",
    "table-const-set",
    "table-flex-list",
    "table-flex-map",
    "table-flex-set",
    "table-lists",
    "table-streams",
    "term",
    "twine",
    "unicode",
    "valueThunk",
];

const AUDITORS: [&str; 6] =
    ["data", "deep-frozen", "guard-subrange", "lang/audit", "lang/audit-cache", "pass-by-construction"];

const CONCURRENCY: [&str; 7] =
    ["proxy", "proxy-delaying", "proxy-pseudofar", "send", "timer", "vat/comm", "vat/comm-implementation"];

/// The class of a transcript, from its path inside the checkout.
pub fn of(path: &Path) -> Class {
    let stem = path.with_extension("").to_string_lossy().replace('\\', "/");
    let is = |class: &[&str]| stem.strip_prefix("tests/").is_some_and(|it| class.contains(&it));
    match () {
        () if is(&LANGUAGE) => Class::Language,
        () if is(&SAFE_SCOPE) => Class::SafeScope,
        () if is(&AUDITORS) => Class::Auditors,
        () if is(&CONCURRENCY) => Class::Concurrency,
        () => Class::Rest,
    }
}

/// What a step says when it is about the host under an implementation: Lisp packages, symbols and objects, Java
/// classes and the exceptions of its parser generators, unsafe imports, modules of the implementation's own.
const OF_A_HOST: [&str; 14] = [
    "cl:",
    "ccl:",
    "sbcl",
    "lisp",
    "<unsafe",
    "unsafe__urigetter",
    "java.",
    "org.cubik",
    "antlr",
    "::|",
    "#<",
    "yacc-",
    "tokenstreamexception",
    "tokenstreamrecognitionexception",
];

/// Whether a step, or what it is expected to answer, mentions something of a host.
pub fn needs_host(said: &Value) -> bool {
    let mentions = |it: &Value| {
        let text = it.as_str().unwrap_or_default().to_lowercase();
        OF_A_HOST.iter().any(|it| text.contains(it))
    };
    mentions(&said["input"]) || mentions(&said["expected"])
}
