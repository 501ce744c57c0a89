//! Runs `tests/suite/syntax/expansion`: what each construct says in Kernel-E.

use harness::{Case, Label};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::suite("syntax/expansion", check)
}

/// The labels are all errors, whoever found them; the answer is the expansion, where a page shows it.
fn check(case: &mut Case) {
    let text = case.text().to_string();
    let parse = syntax::parse(&text);
    let expansion = syntax::expand(&parse.program);
    let scopes = syntax::resolve(&expansion.program);
    let everything = |_: &str| Some(syntax::Outer { assignable: true });
    let later = syntax::static_errors(&expansion, &scopes, &everything);
    let errors = parse.errors.iter().chain(&expansion.errors).chain(&later);
    case.labels(errors.map(|it| Label::new(it.range.into(), it.message.clone())).collect());
    if later.is_empty() && expansion.errors.is_empty() {
        case.answer("kernel-e", syntax::print_kernel(&expansion.program) + "\n");
    }
}
