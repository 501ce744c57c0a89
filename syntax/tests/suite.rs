//! Replays the pages of `tests/suite/syntax` on what is wrong with a text, how it prints, and who binds its
//! nouns. (Expansion has a test of its own.)

use harness::{Case, Label, Suite};
use std::process::ExitCode;
use syntax::kernel_e::ObjectId;
use syntax::scope::{Binder, Capture};
use syntax::{Expansion, Outer, Scopes, SyntaxError, SyntaxErrorKind};

fn main() -> ExitCode {
    Suite::new()
        .chapters("syntax/errors", errors)
        .chapters("syntax/formatting", formatting)
        .chapters("syntax/printing", printing)
        .chapters("syntax/scopes", scopes)
        .run()
}

/// Each thing that is wrong with a text is a label.
fn errors(case: &mut Case) {
    for (index, text) in texts(case).iter().enumerate() {
        let parse = syntax::parse(text);
        case.labels_of(index, labels(parse.errors.iter()));
    }
}

fn texts(case: &Case) -> Vec<String> {
    case.files.iter().map(|(_, it)| it.text.clone()).collect()
}

/// The text as it comes back from its tree; printing that again must change nothing.
fn printing(case: &mut Case) {
    let parse = syntax::parse(case.text());
    let printed = syntax::print_surface(&parse.program);
    let again = syntax::parse(&printed);
    case.labels(labels(parse.errors.iter()));
    assert_eq!(syntax::print_surface(&again.program), printed, "printed twice");
    assert_eq!(kernel_e(&again), kernel_e(&parse), "printing changed the meaning");
    case.answer("printed", printed);
}

/// The text as it is laid out; doing that again must change nothing.
fn formatting(case: &mut Case) {
    let formatted = |text: &str| syntax::format(text).map(|it| syntax::format::replaced(text, &it));
    match formatted(case.text()) {
        Ok(text) => {
            assert_eq!(formatted(&text).as_ref(), Ok(&text), "formatted twice");
            case.answer("formatted", text);
        }
        Err(why) => case.answer("refused", why.to_string()),
    }
}

/// What E refuses is a label; `outer` names what the surroundings define; `captures` is asked for each object.
fn scopes(case: &mut Case) {
    let outer = case.given("outer").unwrap_or_default();
    let known = |noun: &str| {
        let assignable = outer.lines().any(|it| it == format!("var {noun}"));
        let universal = noun.starts_with("__") || ["null", "true", "false", "Ref"].contains(&noun);
        let defined = assignable || universal || outer.lines().any(|it| it == noun);
        defined.then_some(Outer { assignable })
    };
    for (index, text) in texts(case).iter().enumerate() {
        let parse = syntax::parse(text);
        let expansion = syntax::expand(&parse.program);
        let scopes = syntax::resolve(&expansion.program);
        let errors = syntax::static_errors(&expansion, &scopes, &known);
        let all = parse.errors.iter().chain(&expansion.errors).chain(&errors);
        case.labels_of(index, labels(all));
        if case.asks("captures") {
            case.answer("captures", captures(&expansion, &scopes));
        }
    }
}

fn kernel_e(parse: &syntax::Parse) -> String {
    syntax::print_kernel(&syntax::expand(&parse.program).program)
}

/// A fault where it is, and what explains it where that is.
fn labels<'a>(errors: impl Iterator<Item = &'a SyntaxError>) -> Vec<Label> {
    let related = |it: &SyntaxError| {
        let notes = it.related.iter().map(|it| Label::new(it.range.into(), format!("note: {}", it.message)));
        notes.collect::<Vec<_>>()
    };
    errors.flat_map(|it| std::iter::once(label(it)).chain(related(it))).collect()
}

fn label(error: &SyntaxError) -> Label {
    let kind = match error.kind {
        SyntaxErrorKind::Syntax => "error",
        SyntaxErrorKind::Incomplete => "error[incomplete]",
        SyntaxErrorKind::Pragma => "error[pragma]",
        SyntaxErrorKind::Expansion => "error[expansion]",
        SyntaxErrorKind::Unbound => "error[unbound-noun]",
        SyntaxErrorKind::Scope => "error[scope]",
        SyntaxErrorKind::Warning => "warning",
    };
    Label::new(error.range.into(), format!("{kind}: {}", error.message))
}

fn captures(expansion: &Expansion, scopes: &Scopes) -> String {
    let program = &expansion.program;
    let mut out = String::new();
    for (index, object) in program.objects.iter().enumerate() {
        let id = ObjectId(index as u32);
        let captures: Vec<String> = scopes.captures(id).iter().map(|it| captured(it, scopes)).collect();
        let name = syntax::print_pattern(program, object.pattern);
        let list = if captures.is_empty() { "nothing".to_string() } else { captures.join(", ") };
        out.push_str(&format!("{name}: {list}\n"));
    }
    out
}

fn captured(it: &Capture, scopes: &Scopes) -> String {
    let uses: Vec<&str> = [(it.reads, "reads"), (it.assigns, "assigns"), (it.binds, "binds")]
        .into_iter()
        .filter_map(|(uses, word)| uses.then_some(word))
        .collect();
    let home = match &it.binder {
        Binder::Outer => " from outside".to_string(),
        Binder::Definition(of) => match scopes.definition(*of).owner {
            None => String::new(),
            Some(_) => " of an enclosing object".to_string(),
        },
    };
    format!("{} {}{home}", uses.join(" and "), it.noun)
}
