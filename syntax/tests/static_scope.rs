//! Runs `tests/suite/syntax/static_scope`: the static scope of each expression of a page.

use harness::Case;
use std::process::ExitCode;
use syntax::StaticScope;

fn main() -> ExitCode {
    harness::suite("syntax/static_scope", check)
}

fn check(case: &mut Case) {
    let program = syntax::expand(&syntax::parse(case.text()).program).program;
    let scopes = program.body.iter().map(|it| format!("{}\n", StaticScope::of_expr(&program, *it)));
    let each: Vec<String> = scopes.collect();
    let whole = program.body.iter().map(|it| StaticScope::of_expr(&program, *it));
    let whole = whole.fold(StaticScope::default(), |before, it| before.then(&it));
    case.answer("static-scope", each.concat());
    if each.len() > 1 {
        case.answer("together", whole.to_string());
    }
}
