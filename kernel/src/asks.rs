//! Which powers a cell's text asks for: the names of powers in it, and which part of them where it says so.

use crate::grants::Power;
use audit::scopes::{self, Authority};
use syntax::kernel_e::{Expr, ExprId, Literal, Program};
use syntax::{Expansion, Scopes};

/// Messages by which a file is changed.
const WRITING: [&str; 7] =
    ["setText", "setBytes", "appendText", "appendBytes", "createNewFile", "delete", "mkdir"];

/// Each power that is not everybody's, once. `is_ours`: a noun that an earlier cell has defined.
pub fn asks(expansion: &Expansion, scopes: &Scopes, is_ours: &dyn Fn(&str) -> bool) -> Vec<Power> {
    let program = &expansion.program;
    let writes = program
        .exprs
        .iter()
        .any(|it| matches!(it, Expr::Call { verb, .. } if WRITING.contains(&&**verb)) || sends(program, it));
    let mut all = Vec::new();
    for (noun, ..) in &scopes.free {
        if is_ours(noun) {
            continue;
        }
        let parts = || parts(program, noun);
        if &**noun == crate::python::GETTER {
            all.extend(parts().map_or_else(
                || vec![Power::Python(None)],
                |it| it.into_iter().map(|it| Power::Python(Some(it))).collect(),
            ));
            continue;
        }
        match scopes::lookup(noun).map(|it| it.authority) {
            Some(Authority::Timer) => all.push(Power::Timer),
            Some(Authority::Entropy) => all.push(Power::Entropy),
            Some(Authority::Files) => match parts() {
                Some(paths) => {
                    all.extend(paths.into_iter().map(|it| Power::File { path: plain(&it), writes }));
                }
                None => all.push(Power::File { path: String::new(), writes }),
            },
            Some(Authority::Process) => match parts() {
                Some(names) => all.extend(names.into_iter().map(|it| Power::Process(Some(it)))),
                None => all.push(Power::Process(None)),
            },
            Some(Authority::Network) => match parts() {
                Some(hosts) => all.extend(hosts.into_iter().map(|it| Power::Network(Some(it)))),
                None => all.push(Power::Network(None)),
            },
            _ => {}
        }
    }
    all.sort();
    all.dedup();
    all
}

/// `E.send(file, "setText", […])`, as `<-` expands.
fn sends(program: &Program, it: &Expr) -> bool {
    let Expr::Call { args, .. } = it else { return false };
    args.iter().any(|it| text(program, *it).is_some_and(|it| WRITING.contains(&it)))
}

/// The first arguments of all calls on `noun`; none if it is used in any other way, or with what is not written
/// out: then it is all of the power that is asked for.
fn parts(program: &Program, noun: &str) -> Option<Vec<String>> {
    let is_noun = |it: &Expr| matches!(it, Expr::Noun(it) if &**it == noun);
    let uses = program.exprs.iter().filter(|it| is_noun(it)).count();
    let bindings = program.exprs.iter().any(|it| matches!(it, Expr::Binding(it) if &**it == noun));
    let mut found = Vec::new();
    for it in &program.exprs {
        let Expr::Call { recipient, args, .. } = it else { continue };
        if is_noun(program.expr(*recipient)) {
            found.push(text(program, *args.first()?)?.to_owned());
        }
    }
    (found.len() == uses && !bindings).then_some(found)
}

fn text(program: &Program, it: ExprId) -> Option<&str> {
    match program.expr(it) {
        Expr::Literal(Literal::Str(text)) => Some(text),
        _ => None,
    }
}

/// A path as files know theirs.
fn plain(path: &str) -> String {
    path.split('/').filter(|it| !it.is_empty()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(cell: &str) -> Vec<String> {
        let expansion = syntax::expand(&syntax::parse(cell).program);
        let scopes = syntax::resolve(&expansion.program);
        asks(&expansion, &scopes, &|_| false).iter().map(Power::to_string).collect()
    }

    #[test]
    fn a_cell_asks_for_what_it_names() {
        assert_eq!(asked("<file:prices.csv>.getText()"), ["file=prices.csv"]);
        assert_eq!(asked("<file:prices.csv>.setText(\"\")"), ["file=prices.csv:rw"]);
        assert_eq!(asked("timer.now()"), ["timer"]);
        assert_eq!(asked("makeCommand(\"ls\")([])"), ["process=ls"]);
        assert!(asked("println(\"nothing\")\n[1, 2].size()").is_empty());
    }

    #[test]
    fn what_is_handed_on_is_asked_for_whole() {
        assert_eq!(asked("[file__uriGetter]"), ["file"]);
        assert_eq!(asked("def path := \"prices.csv\"\nfile__uriGetter[path]"), ["file"]);
    }
}
