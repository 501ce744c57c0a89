//! Runs `tests/suite/syntax/source_map`: where the parts of an expansion stand in the text.

use harness::{Case, Label};
use std::process::ExitCode;
use syntax::kernel_e::{Expr, ExprId, PatternId};
use text_size::TextRange;

fn main() -> ExitCode {
    harness::suite("syntax/source_map", check)
}

fn check(case: &mut Case) {
    let parse = syntax::parse(case.text());
    assert!(parse.errors.is_empty(), "{:?}", parse.errors);
    let expansion = syntax::expand(&parse.program);
    if case.path.ends_with("stands_for.md") {
        return case.answer("stands-for", stands_for(case.text(), &expansion));
    }
    let labels = if case.path.ends_with("objects.md") { objects(&expansion) } else { names(&expansion) };
    case.labels(labels);
}

fn label(range: TextRange, text: impl Into<String>) -> Label {
    Label::new(range.into(), text.into())
}

/// What stands at each place where a name was written.
fn names(expansion: &syntax::Expansion) -> Vec<Label> {
    let syntax::Expansion { program, source_map, .. } = expansion;
    let mut labels = Vec::new();
    for (n, range) in source_map.names.iter().enumerate() {
        let what = match program.expr(ExprId(n as u32)) {
            Expr::Noun(noun) => format!("reads {noun}"),
            Expr::Binding(noun) => format!("takes the binding of {noun}"),
            Expr::Assign { noun, .. } => format!("assigns {noun}"),
            Expr::Call { verb, .. } => format!("calls {verb}"),
            other => format!("{other:?}"),
        };
        labels.extend(range.map(|it| label(it, what)));
    }
    for (n, range) in source_map.nouns.iter().enumerate() {
        let noun = program.pattern(PatternId(n as u32)).noun();
        labels.extend(range.map(|it| label(it, format!("defines {}", noun.map_or("nothing", |it| it)))));
    }
    labels
}

fn objects(expansion: &syntax::Expansion) -> Vec<Label> {
    let mut labels = Vec::new();
    for it in &expansion.source_map.objects {
        labels.push(label(it.whole, "object"));
        labels.push(label(it.header, "header"));
        labels.extend(it.name.map(|it| label(it, "name")));
        labels.extend(it.auditors.iter().map(|it| label(*it, "auditor")));
        labels.extend(it.methods.iter().map(|it| label(*it, "method or matcher")));
        labels.extend(it.verbs.iter().flatten().map(|it| label(*it, "verb")));
    }
    labels
}

/// Each made-up pattern, and the place of the noun it stands for, as `line:column text`.
fn stands_for(text: &str, expansion: &syntax::Expansion) -> String {
    let syntax::Expansion { program, source_map, .. } = expansion;
    let mut lines = Vec::new();
    for (n, root) in source_map.stands_for.iter().enumerate() {
        let Some(root) = root else { continue };
        let Some(range) = source_map.nouns[root.index()] else { continue };
        let before = &text[..usize::from(range.start())];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |it| it + 1);
        let made_up = syntax::print_pattern(program, PatternId(n as u32));
        lines.push(format!("{made_up} stands for {line}:{column} {}\n", &text[std::ops::Range::from(range)]));
    }
    lines.concat()
}
