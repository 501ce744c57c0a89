//! A program as authority sees it: what is data whatever happens is one and the same number in it.
//!
//! Another number in a sum, another text, another comparison leave an outline as it was, so that who imports a module
//! need not be followed again when it gets one. Patterns, objects and definitions keep their ids; expressions are
//! numbered anew, and their old numbers stand beside it.

use super::facts::scalar;
use crate::guards::Guard;
use crate::known::Known;
use syntax::Scopes;
use syntax::kernel_e::{
    Expr, ExprId, Integer, Literal, Matcher, Method, Object, ObjectId, Pattern, Program, Script,
};
use syntax::scope::Binder;

/// What [`outline`] answers.
#[derive(Clone, PartialEq, Debug)]
pub struct Outline {
    pub program: Program,
    pub scopes: Scopes,
}

/// Names of the safe scope that answer data, and do nothing with the data they are given.
const SAY_DATA: &[&str] = &[
    "__auditedBy",
    "__comparer",
    "__equalizer",
    "__makeInt",
    "__makeTwine",
    "require",
    "rx__quasiParser",
    "simple__quasiParser",
    "throw",
    "trace",
    "traceln",
];

const ARE_DATA: &[&str] = &["Infinity", "NaN", "false", "null", "true"];

/// The outline of a program, and for each of its expressions which one of the program it is. `is_born` says of a noun
/// that the program does not define whether it is a name of the safe scope.
pub fn outline(
    program: &Program,
    scopes: &Scopes,
    known: &Known,
    is_born: &dyn Fn(&str) -> bool,
) -> (Outline, Vec<ExprId>) {
    let mut cx = Outliner { program, scopes, known, is_born, shapes: Vec::new(), raw: Vec::new() };
    cx.shapes = cx.shapes();
    let (program, origin) = cx.rebuilt();
    let scopes = syntax::resolve(&program);
    (Outline { program, scopes }, origin)
}

/// What is known of an expression by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Data,
    /// A list of data that is made right there.
    List,
    Other,
}

struct Outliner<'a> {
    program: &'a Program,
    scopes: &'a Scopes,
    known: &'a Known,
    is_born: &'a dyn Fn(&str) -> bool,
    /// By `ExprId`.
    shapes: Vec<Shape>,
    /// What is to stay word for word: arguments of loaders, and of `E.call` and its like.
    raw: Vec<bool>,
}

impl Outliner<'_> {
    /// Parts come before what they are parts of, so one pass will do. (Where one does not, it counts as unknown.)
    fn shapes(&mut self) -> Vec<Shape> {
        let count = self.program.exprs.len();
        self.raw = vec![false; count];
        for it in &self.program.exprs {
            let Expr::Call { recipient, args, .. } = it else { continue };
            let loads = |noun: &str| noun == "E" || noun.ends_with("__uriGetter");
            if matches!(self.program.expr(*recipient), Expr::Noun(noun) if loads(noun)) {
                args.iter().for_each(|it| self.raw[it.index()] = true);
            }
        }
        let mut shapes = Vec::with_capacity(count);
        for index in 0..count {
            let shape = self.shape(ExprId(index as u32), &shapes);
            shapes.push(shape);
        }
        shapes
    }

    fn shape(&self, id: ExprId, before: &[Shape]) -> Shape {
        let of = |it: &ExprId| before.get(it.index()).copied().unwrap_or(Shape::Other);
        let data = |it: &ExprId| of(it) == Shape::Data;
        let is = |yes: bool| if yes { Shape::Data } else { Shape::Other };
        match self.program.expr(id) {
            Expr::Literal(_) | Expr::MetaContext | Expr::QuasiLiteral(_) | Expr::QuasiPattern(_) => {
                Shape::Data
            }
            Expr::Noun(noun) => match self.scopes.binder(id) {
                Binder::Definition(it) => match self.known.bindings.get(it.0 as usize) {
                    Some(Guard::FinalSlot(guard)) => is(scalar(guard)),
                    _ => Shape::Other,
                },
                Binder::Outer => is(ARE_DATA.contains(&&**noun) && (self.is_born)(noun)),
            },
            Expr::Call { recipient, verb, args } => {
                let all_data = args.iter().all(data);
                match self.program.expr(*recipient) {
                    _ if data(recipient) => is(all_data && &**verb != "diverge"),
                    Expr::Noun(noun) if *self.scopes.binder(*recipient) == Binder::Outer => {
                        if &**noun == "__makeList" && &**verb == "run" && all_data && (self.is_born)(noun) {
                            return Shape::List;
                        }
                        let fits = args.iter().all(|it| matches!(of(it), Shape::Data | Shape::List));
                        is(fits && SAY_DATA.contains(&&**noun) && (self.is_born)(noun))
                    }
                    // `valueMaker` of a quasi-parser, and what is put into the holes of its text.
                    _ => is(false),
                }
            }
            Expr::If { test, then, otherwise } => is(data(test) && data(then) && data(otherwise)),
            Expr::Hide(body) => is(data(body)),
            Expr::Seq(parts) => is(parts.iter().all(data)),
            _ => Shape::Other,
        }
    }

    fn is_data(&self, it: ExprId) -> bool {
        self.shapes[it.index()] == Shape::Data && !self.raw[it.index()]
    }

    /// The statements that do anything, and the last.
    fn statements(&self, all: &[ExprId]) -> Vec<ExprId> {
        let last = all.len().saturating_sub(1);
        let all = all.iter().enumerate().filter(|(at, it)| *at == last || !self.is_data(**it));
        all.map(|(_, it)| *it).collect()
    }

    /// Which arguments a call has: of data in a list it does not matter how much there is.
    fn arguments(&self, id: ExprId, recipient: ExprId, args: &[ExprId]) -> Vec<ExprId> {
        let is_list = matches!(self.program.expr(recipient), Expr::Noun(noun) if &**noun == "__makeList");
        if !is_list || self.raw[id.index()] {
            return args.to_vec();
        }
        let first = args.iter().position(|it| self.is_data(*it));
        let kept = args.iter().enumerate().filter(|(at, it)| Some(*at) == first || !self.is_data(**it));
        kept.map(|(_, it)| *it).collect()
    }

    fn parts(&self, id: ExprId, mut each: impl FnMut(ExprId)) {
        match self.program.expr(id) {
            _ if self.is_data(id) => {}
            Expr::Assign { value, .. } | Expr::Hide(value) => each(*value),
            Expr::Call { recipient, args, .. } => {
                each(*recipient);
                self.arguments(id, *recipient, args).into_iter().for_each(each);
            }
            Expr::Catch { attempt: first, catcher: second, .. }
            | Expr::Finally { attempt: first, unwinder: second } => {
                [*first, *second].into_iter().for_each(each)
            }
            Expr::Define { ejector, value, .. } => ejector.iter().chain([value]).for_each(|it| each(*it)),
            Expr::Escape { body, catch, .. } => {
                each(*body);
                catch.iter().for_each(|it| each(it.1));
            }
            Expr::If { test, then, otherwise } => [*test, *then, *otherwise].into_iter().for_each(each),
            Expr::Seq(all) => self.statements(all).into_iter().for_each(each),
            _ => {}
        }
    }

    /// Which expressions are left: from the last to the first, so that a whole comes before its parts.
    fn kept(&self) -> Vec<bool> {
        let mut kept = vec![false; self.program.exprs.len()];
        let mut keep = |it: ExprId| kept[it.index()] = true;
        self.statements(&self.program.body).into_iter().for_each(&mut keep);
        for it in &self.program.patterns {
            match it {
                Pattern::Via { function, .. } => keep(*function),
                Pattern::Final { guard, .. } | Pattern::Var { guard, .. } => {
                    guard.iter().for_each(|it| keep(*it));
                }
                _ => {}
            }
        }
        for it in &self.program.objects {
            it.as_auditor.iter().chain(&it.implements).for_each(|it| keep(*it));
            match &it.script {
                Script::Methods { methods, matchers } => {
                    for it in methods {
                        it.result_guard.iter().for_each(|it| keep(*it));
                        keep(it.body);
                    }
                    matchers.iter().for_each(|it| keep(it.body));
                }
                Script::Plumbing(it) => keep(it.body),
            }
        }
        for index in (0..kept.len()).rev() {
            if kept[index] {
                let id = ExprId(index as u32);
                self.parts(id, |it| kept[it.index()] = true);
            }
        }
        kept
    }

    fn rebuilt(&self) -> (Program, Vec<ExprId>) {
        let kept = self.kept();
        let mut new = vec![ExprId(0); kept.len()];
        let mut origin = Vec::new();
        for (index, _) in kept.iter().enumerate().filter(|it| *it.1) {
            new[index] = ExprId(origin.len() as u32);
            origin.push(ExprId(index as u32));
        }
        let at = |it: ExprId| new[it.index()];
        let of = Renumbered { at: &at };
        let program = Program {
            exprs: origin.iter().map(|it| self.expr(*it, &of)).collect(),
            patterns: self.program.patterns.iter().map(|it| of.pattern(it)).collect(),
            objects: (0..self.program.objects.len())
                .map(|it| of.object(self.program.object(ObjectId(it as u32))))
                .collect(),
            body: self.statements(&self.program.body).into_iter().map(at).collect(),
        };
        (program, origin)
    }

    fn expr(&self, id: ExprId, of: &Renumbered<'_>) -> Expr {
        let at = of.at;
        match self.program.expr(id) {
            _ if self.is_data(id) => Expr::Literal(Literal::Int(Integer::Small(0))),
            Expr::Assign { noun, value } => Expr::Assign { noun: noun.clone(), value: at(*value) },
            Expr::Call { recipient, verb, args } => {
                let args = self.arguments(id, *recipient, args).into_iter().map(at).collect();
                Expr::Call { recipient: at(*recipient), verb: verb.clone(), args }
            }
            Expr::Catch { attempt, pattern, catcher } => {
                Expr::Catch { attempt: at(*attempt), pattern: *pattern, catcher: at(*catcher) }
            }
            Expr::Define { pattern, ejector, value } => {
                Expr::Define { pattern: *pattern, ejector: ejector.map(at), value: at(*value) }
            }
            Expr::Escape { pattern, body, catch } => Expr::Escape {
                pattern: *pattern,
                body: at(*body),
                catch: catch.map(|(pattern, body)| (pattern, at(body))),
            },
            Expr::Finally { attempt, unwinder } => {
                Expr::Finally { attempt: at(*attempt), unwinder: at(*unwinder) }
            }
            Expr::Hide(body) => Expr::Hide(at(*body)),
            Expr::If { test, then, otherwise } => {
                Expr::If { test: at(*test), then: at(*then), otherwise: at(*otherwise) }
            }
            Expr::Seq(all) => Expr::Seq(self.statements(all).into_iter().map(at).collect()),
            it @ (Expr::Binding(_)
            | Expr::Literal(_)
            | Expr::MetaContext
            | Expr::MetaState
            | Expr::Noun(_)
            | Expr::Object(_)
            | Expr::QuasiLiteral(_)
            | Expr::QuasiPattern(_)) => it.clone(),
        }
    }
}

/// Patterns and objects with the new numbers of their expressions.
struct Renumbered<'a> {
    at: &'a dyn Fn(ExprId) -> ExprId,
}

impl Renumbered<'_> {
    fn pattern(&self, it: &Pattern) -> Pattern {
        match it {
            Pattern::Via { function, pattern } => {
                Pattern::Via { function: (self.at)(*function), pattern: *pattern }
            }
            Pattern::Final { noun, guard } => {
                Pattern::Final { noun: noun.clone(), guard: guard.map(self.at) }
            }
            Pattern::Var { noun, guard } => Pattern::Var { noun: noun.clone(), guard: guard.map(self.at) },
            it => it.clone(),
        }
    }

    fn object(&self, it: &Object) -> Object {
        let matcher = |it: &Matcher| Matcher { pattern: it.pattern, body: (self.at)(it.body) };
        let method = |it: &Method| Method {
            doc: None,
            verb: it.verb.clone(),
            params: it.params.clone(),
            result_guard: it.result_guard.map(self.at),
            body: (self.at)(it.body),
        };
        Object {
            doc: None,
            pattern: it.pattern,
            as_auditor: it.as_auditor.map(self.at),
            implements: it.implements.iter().map(|it| (self.at)(*it)).collect(),
            script: match &it.script {
                Script::Methods { methods, matchers } => Script::Methods {
                    methods: methods.iter().map(method).collect(),
                    matchers: matchers.iter().map(matcher).collect(),
                },
                Script::Plumbing(it) => Script::Plumbing(matcher(it)),
            },
        }
    }
}
