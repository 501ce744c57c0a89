//! A20: every class of native objects says what it promises, or stands here with what it may do instead.
//!
//! A class that carries stamps (`.stamps(…)`) has them checked by every auditor and guard that a program asks. One that
//! carries none is never taken for immutable; it still has to be looked at by somebody, who then adds it to a list
//! below. A new class in neither place fails here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Powers, and what they hand out.
const POWERS: &str = "
    bank/object::MAKE_SPACE_BANK interp::INTERP interp::VAT interp::MAKE_VAT interp::SEED_VAT interp::UNSAFE
    powers/byte_stream::BYTE_IN powers/byte_stream::BYTE_OUT powers/file::FILE powers/file::SHALLOW powers/file::DEEP
    powers/network::NETWORK powers/network::WIRE powers/network::CONNECTION powers/network::LISTENER
    powers/process::MAKE_COMMAND powers/process::COMMAND powers/process::PROCESS print/writer::STDOUT
    print/writer::STDERR print/writer::PRINT print/writer::PRINTLN rune::RUNE rune::RUN_INTERP
    sturdy::MAKE_STURDY_REF sturdy::STURDY_REF sturdy::IDENTITY_MGR timer::TIMER timer::ALARM timer::ENTROPY
    weak::MAKE_WEAK_REF weak::WEAK_REF";

/// Made by a program for itself; can change, or hold what can.
const STATE: &str = "
    data/flex_list::FLEX_LIST data/flex_list::READ_ONLY_LIST data/flex_map::FLEX_MAP data/flex_map::READ_ONLY_MAP
    data/flex_set::FLEX_SET data/flex_set::READ_ONLY_SET data/list::COLLECTOR data/map::COLLECTOR ejector::EJECTOR
    facet::PROPERTY_SLOT facet::ONLY_ONCE lazy::LAZY_SLOT library/list_stream::LIST_STREAM node/parser::LEXER
    node/parser::PARSER print/around::LINK print/custom::SYNTAX_WRITER print/display::DISPLAY
    print/presence::PRESENCE print/presence::FORWARDER print/presence::TO_TEXT print/writer::TEXT_WRITER
    print/writer::STRING_BUFFER print/writer::DOOR print/writer::TRACER scope_setup::SCOPE_SETUP sealing::BOX
    slot::VAR_SLOT slot::GUARDED_SLOT slot::WITH_GUARD exception::QUOTE guard/region/space::COMPARISON
    guard/same::SAME_TYPE help::PAGE node/check::ABSENT node/e_printer::VISITOR audition::AUDITION";

/// References, what settles them and who waits for them.
const REFERENCES: &str = "
    core_scope::BINDER interp::LINK interp::FAR_VAT interp::FAR_VAT_HANDLER reference::PROMISE reference::FAR
    reference::BROKEN resolver::RESOLVER when::REACTOR when::IF_BROKEN when/several::WAITING";

/// Never the value of anything a program can name.
const INSIDE: &str = "import::THIS import::MAKER import::NO_TYPE machine/body::BODY machine/body::WALK";

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for it in fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path()) {
        if it.is_dir() {
            sources(&it, found);
        } else if it.extension().is_some_and(|it| it == "rs") {
            found.push(it);
        }
    }
}

/// The classes that a source declares, and whether each carries stamps.
fn declared(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(": Class =") {
        let before =
            text[..at].rsplit(|it: char| !it.is_alphanumeric() && it != '_').next().unwrap_or_default();
        if text[..at - before.len()].ends_with("static ") {
            found.push((before.to_string(), declaration(&text[at..]).contains(".stamps(")));
        }
    }
    found
}

/// Up to the semicolon that ends it.
fn declaration(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for (at, it) in text.char_indices() {
        match it {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ';' if depth == 0 => return &text[..at],
            _ => {}
        }
    }
    text
}

#[test]
fn a20_every_class_of_native_objects_carries_a_record() {
    let root = harness::repository().join("vat/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let (mut stamped, mut others) = (0, BTreeSet::new());
    for file in files {
        let module = file.strip_prefix(&root).expect("below it").with_extension("").display().to_string();
        for (name, stamps) in declared(&fs::read_to_string(&file).expect("text")) {
            if stamps {
                stamped += 1;
            } else {
                others.insert(format!("{module}::{name}"));
            }
        }
    }
    let lists = [POWERS, STATE, REFERENCES, INSIDE];
    let listed: Vec<&str> = lists.iter().flat_map(|it| it.split_whitespace()).collect();
    let known: BTreeSet<String> = listed.iter().map(|it| it.to_string()).collect();
    println!("{stamped} classes carry stamps, {} are listed without", known.len());
    assert_eq!(listed.len(), known.len(), "a class stands on two lists");
    assert!(stamped > 150, "only {stamped} classes were found");
    let new: Vec<_> = others.difference(&known).collect();
    assert!(new.is_empty(), "without a record: {new:?}. Give them stamps, or say here what they may do");
    let gone: Vec<_> = known.difference(&others).collect();
    assert!(gone.is_empty(), "listed, and not there any more: {gone:?}");
}
