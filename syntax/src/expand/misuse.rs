//! What Kernel-E itself refuses, whoever made it: parts of a node that use each other's names although they are
//! evaluated in another order than they are read.

use super::names::Names;
use super::walk::{Node, Part, Visitor, walk};
use crate::kernel_e::{Expr, ExprId, Name, Pattern, PatternId, Program};
use crate::print::kernel::{print_auditors, print_expr, print_pattern, print_script};
use rustc_hash::FxHashMap;

/// One such use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misuse {
    /// The definition or object expression.
    pub expr: ExprId,
    pub message: String,
}

/// All misuses of a program, one for each node at most. Expansion makes none of its own: `def x := x` goes through
/// a promise; but a text can say `def x implements x {}`, and a program can be put together by hand.
pub fn misuses(program: &Program) -> Vec<Misuse> {
    let mut watch = Watch {
        program,
        watches: Vec::new(),
        nouns: FxHashMap::default(),
        hidden: Vec::new(),
        seen: Vec::new(),
    };
    for it in &program.body {
        walk(program, Node::Expr(*it), &mut watch);
    }
    // The apparent ones come first, as they are looked for first.
    watch.seen.sort_by_key(|it| (it.of, it.actual(), it.user == Part::Ejector));
    watch.seen.dedup_by_key(|it| it.of);
    watch.seen.iter().map(|it| Misuse { expr: it.of, message: message(program, *it) }).collect()
}

/// `user` of the node `of` may not use what its `definer` defines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Rule {
    of: ExprId,
    user: Part,
    definer: Part,
}

impl Rule {
    /// Whether the user would see the definition, because it is evaluated later. Else it only looks so.
    fn actual(self) -> bool {
        matches!((self.user, self.definer), (Part::Pattern, _) | (Part::Auditors, Part::Pattern))
    }
}

/// Goes through a program once. Inside a part it watches the nouns that the part may not use.
struct Watch<'a> {
    program: &'a Program,
    /// For each part we are in, the rules and nouns that hold there.
    watches: Vec<Vec<(Rule, Name)>>,
    /// What a noun means where we are, innermost last: `None` is a definition, which nobody watches.
    nouns: FxHashMap<Name, Vec<Option<Rule>>>,
    /// What has been defined in the open boxes.
    hidden: Vec<Name>,
    seen: Vec<Rule>,
}

impl Visitor for Watch<'_> {
    fn uses(&mut self, noun: &Name) {
        if let Some(Some(rule)) = self.nouns.get(noun).and_then(|it| it.last()) {
            self.seen.push(*rule);
        }
    }

    fn defines(&mut self, noun: &Name, _at: PatternId) {
        self.nouns.entry(noun.clone()).or_default().push(None);
        self.hidden.push(noun.clone());
    }

    fn open(&mut self) -> Option<usize> {
        Some(self.hidden.len())
    }

    fn close(&mut self, mark: usize) {
        for noun in self.hidden.split_off(mark).iter().rev() {
            self.forget(noun, None);
        }
    }

    fn enter(&mut self, of: ExprId, part: Part) {
        let watched: Vec<(Rule, Name)> = self
            .definers(of, part)
            .into_iter()
            .flat_map(|(definer, names)| {
                let rule = Rule { of, user: part, definer };
                names.in_order(self.program).into_iter().map(move |it| (rule, it))
            })
            .collect();
        for (rule, noun) in &watched {
            self.nouns.entry(noun.clone()).or_default().push(Some(*rule));
        }
        self.watches.push(watched);
    }

    fn leave(&mut self) {
        for (rule, noun) in self.watches.pop().unwrap_or_default() {
            self.forget(&noun, Some(rule));
        }
    }
}

impl Watch<'_> {
    fn forget(&mut self, noun: &Name, meaning: Option<Rule>) {
        let Some(meanings) = self.nouns.get_mut(noun) else { return };
        if let Some(at) = meanings.iter().rposition(|it| *it == meaning) {
            meanings.remove(at);
        }
    }

    /// The parts whose names `part` may not use, and these names.
    fn definers(&self, of: ExprId, part: Part) -> Vec<(Part, Names)> {
        let program = self.program;
        match (program.expr(of), part) {
            (Expr::Define { pattern, ejector, value }, Part::Pattern) => {
                if !asks_anything(program, *pattern) {
                    return Vec::new();
                }
                let ejector = ejector.map(|it| (Part::Ejector, Names::of_expr(program, it)));
                let value = (Part::Value, Names::of_expr(program, *value));
                ejector.into_iter().chain([value]).collect()
            }
            (Expr::Define { pattern, .. }, _) => vec![(Part::Pattern, Names::of_pattern(program, *pattern))],
            (Expr::Object(object), Part::Auditors) => {
                vec![(Part::Pattern, Names::of_pattern(program, program.object(*object).pattern))]
            }
            (Expr::Object(object), _) => {
                let object = program.object(*object);
                let auditors = object.as_auditor.iter().chain(&object.implements);
                let auditors: Vec<Node> = auditors.map(|it| Node::Expr(*it)).collect();
                vec![(Part::Auditors, Names::of(program, &auditors))]
            }
            _ => Vec::new(),
        }
    }
}

/// Whether there is an expression in the pattern that could use a name.
fn asks_anything(program: &Program, id: PatternId) -> bool {
    let mut pending = vec![id];
    while let Some(it) = pending.pop() {
        match program.pattern(it) {
            Pattern::List(subs) => pending.extend(subs),
            Pattern::Via { .. }
            | Pattern::Final { guard: Some(_), .. }
            | Pattern::Var { guard: Some(_), .. } => return true,
            _ => {}
        }
    }
    false
}

fn message(program: &Program, rule: Rule) -> String {
    let node = if matches!(program.expr(rule.of), Expr::Object(_)) { "ObjectExpr" } else { "DefineExpr" };
    let sides = [rule.user, rule.definer].map(|it| (label(it), show(program, rule.of, it)));
    misleading(node, rule.actual(), sides)
}

fn label(part: Part) -> &'static str {
    match part {
        Part::Pattern => "pattern",
        Part::Ejector => "optEjectorExpr",
        Part::Value => "rValue",
        Part::Auditors => "auditors",
        Part::Script => "script",
    }
}

fn show(program: &Program, of: ExprId, part: Part) -> String {
    let expr = |it: ExprId| format!("e`{}`", print_expr(program, it));
    let pattern = |it: PatternId| format!("epatt`{}`", print_pattern(program, it));
    match (program.expr(of), part) {
        (Expr::Define { pattern: it, .. }, Part::Pattern) => pattern(*it),
        (Expr::Define { ejector: Some(it), .. }, Part::Ejector) => expr(*it),
        (Expr::Define { value, .. }, _) => expr(*value),
        (Expr::Object(object), Part::Pattern) => pattern(program.object(*object).pattern),
        (Expr::Object(object), Part::Auditors) => {
            format!("e??`{}`", print_auditors(program, program.object(*object)))
        }
        (Expr::Object(object), _) => {
            format!("e??`{}`", print_script(program, &program.object(*object).script))
        }
        _ => expr(of),
    }
}

/// The text of a misleading use of `definer`'s names by `user`; each is a label and the part as printed.
pub(super) fn misleading(node: &str, actual: bool, [user, definer]: [(&str, String); 2]) -> String {
    let (kind, appear) = if actual { ("actual", "") } else { ("apparent", "appear to ") };
    format!(
        "<misleading-{kind}-usage-error: a {node}'s {} ({}) may not {appear}use definitions from its {} ({})>",
        user.0, user.1, definer.0, definer.1,
    )
}
