//! The box rules, on programs built by hand.

use super::*;
use crate::kernel_e::{Expr, Literal, Matcher, Method, Object, Pattern, Program, Script};

/// Grows a program bottom up.
#[derive(Default)]
struct Builder(Program);

impl Builder {
    fn expr(&mut self, it: Expr) -> ExprId {
        self.0.exprs.push(it);
        ExprId(self.0.exprs.len() as u32 - 1)
    }
    fn pattern(&mut self, it: Pattern) -> PatternId {
        self.0.patterns.push(it);
        PatternId(self.0.patterns.len() as u32 - 1)
    }
    fn noun(&mut self, name: &str) -> ExprId {
        self.expr(Expr::Noun(name.into()))
    }
    fn null(&mut self) -> ExprId {
        self.expr(Expr::Literal(Literal::Null))
    }
    fn assign(&mut self, name: &str) -> ExprId {
        let value = self.null();
        self.expr(Expr::Assign { noun: name.into(), value })
    }
    fn final_pattern(&mut self, name: &str, guard: Option<ExprId>) -> PatternId {
        self.pattern(Pattern::Final { noun: name.into(), guard })
    }
    fn define(&mut self, pattern: PatternId, value: ExprId) -> ExprId {
        self.expr(Expr::Define { pattern, ejector: None, value })
    }
    /// `def name := null`
    fn def(&mut self, name: &str) -> ExprId {
        let (pattern, value) = (self.final_pattern(name, None), self.null());
        self.define(pattern, value)
    }
    /// `var name := null`
    fn var(&mut self, name: &str) -> ExprId {
        let pattern = self.pattern(Pattern::Var { noun: name.into(), guard: None });
        let value = self.null();
        self.define(pattern, value)
    }
    /// `def name { method run(param) { body } }`
    fn object(&mut self, name: &str, param: &str, body: ExprId) -> ExprId {
        let param = self.final_pattern(param, None);
        let method = Method { doc: None, verb: "run".into(), params: vec![param], result_guard: None, body };
        self.scripted(name, Script::Methods { methods: vec![method], matchers: vec![] })
    }
    fn scripted(&mut self, name: &str, script: Script) -> ExprId {
        let pattern = self.final_pattern(name, None);
        let object = Object { doc: None, pattern, as_auditor: None, implements: vec![], script };
        self.0.objects.push(object);
        let id = ObjectId(self.0.objects.len() as u32 - 1);
        self.expr(Expr::Object(id))
    }
    fn resolve(mut self, body: &[ExprId]) -> Scopes {
        self.0.body = body.to_vec();
        resolve(&self.0)
    }
}

fn nouns(captures: &[Capture]) -> Vec<&str> {
    captures.iter().map(|it| it.noun.as_str()).collect()
}

fn free(scopes: &Scopes) -> Vec<&str> {
    scopes.free.iter().map(|(noun, _, _)| noun.as_str()).collect()
}

/// `def purse := null; { def purse := null; purse }; purse`
#[test]
fn an_inner_box_may_shadow_and_its_names_end_with_it() {
    let mut b = Builder::default();
    let (outer, inner) = (b.def("purse"), b.def("purse"));
    let (inside, outside) = (b.noun("purse"), b.noun("purse"));
    let seq = b.expr(Expr::Seq(vec![inner, inside]));
    let hide = b.expr(Expr::Hide(seq));
    let scopes = b.resolve(&[outer, hide, outside]);
    assert_eq!(scopes.binder(inside), &Binder::Definition(DefinitionId(1)));
    assert_eq!(scopes.binder(outside), &Binder::Definition(DefinitionId(0)));
    assert!(scopes.redefinitions.is_empty() && scopes.free.is_empty());
    assert!(scopes.definitions[0].top_level && !scopes.definitions[1].top_level);
}

/// `def purse := null; def purse := null`
#[test]
fn one_box_defines_a_name_once() {
    let mut b = Builder::default();
    let (first, second) = (b.def("purse"), b.def("purse"));
    assert_eq!(b.resolve(&[first, second]).redefinitions, [(PatternId(1), DefinitionId(0))]);
}

/// `purse; def purse := null`
#[test]
fn a_use_before_the_definition_means_something_else() {
    let mut b = Builder::default();
    let (early, late) = (b.noun("purse"), b.def("purse"));
    let scopes = b.resolve(&[early, late]);
    assert_eq!(scopes.binder(early), &Binder::Outer);
    assert_eq!(free(&scopes), ["purse"]);
}

/// `if (def gate := null) { gate } else { gate }`
#[test]
fn a_test_defines_for_its_own_branch_only() {
    let mut b = Builder::default();
    let (test, then, otherwise) = (b.def("gate"), b.noun("gate"), b.noun("gate"));
    let it = b.expr(Expr::If { test, then, otherwise });
    let scopes = b.resolve(&[it]);
    assert_eq!(scopes.binder(then), &Binder::Definition(DefinitionId(0)));
    assert_eq!(scopes.binder(otherwise), &Binder::Outer);
}

/// `var sum := null; def mint { method run(_m) { def purse { method run(n) { sum := null; n; mint; rate } } } }`
#[test]
fn an_outer_object_captures_what_its_inner_ones_take_from_outside_it() {
    let mut b = Builder::default();
    let sum = b.var("sum");
    let assign = b.assign("sum");
    let uses = [assign, b.noun("n"), b.noun("mint"), b.noun("rate")];
    let body = b.expr(Expr::Seq(uses.to_vec()));
    let purse = b.object("purse", "n", body);
    let mint = b.object("mint", "_m", purse);
    let scopes = b.resolve(&[sum, mint]);
    let (purse, mint) = (ObjectId(0), ObjectId(1));
    assert_eq!(nouns(scopes.captures(purse)), ["sum", "mint", "rate"]);
    assert_eq!(nouns(scopes.captures(mint)), ["sum", "mint", "rate"]);
    let sum = &scopes.captures(mint)[0];
    assert!(sum.assigns && !sum.reads && !sum.binds);
    assert_eq!(sum.binder, Binder::Definition(DefinitionId(0)));
    assert_eq!(scopes.captures(mint)[2].binder, Binder::Outer);
    assert_eq!(scopes.parents, [Some(mint), None]);
    let DefinitionKind::Object { object, .. } = scopes.definitions[1].kind else { panic!("not an object") };
    assert_eq!(object, mint);
}

/// `def caretaker { match message { &&message; message } }`
#[test]
fn a_matcher_sees_its_own_pattern() {
    let mut b = Builder::default();
    let pattern = b.final_pattern("message", None);
    let binding = b.expr(Expr::Binding("message".into()));
    let noun = b.noun("message");
    let body = b.expr(Expr::Seq(vec![binding, noun]));
    let it = b.scripted("caretaker", Script::Plumbing(Matcher { pattern, body }));
    let scopes = b.resolve(&[it]);
    assert!(scopes.captures(ObjectId(0)).is_empty() && scopes.free.is_empty());
    assert_eq!(scopes.definition(*scopes.by_pattern.get(&pattern).unwrap()).owner, Some(ObjectId(0)));
}

/// `def coin :coin := null; { def ring :{ def ring := null; ring } := null }`
#[test]
fn a_guard_may_not_use_the_noun_it_guards() {
    let mut b = Builder::default();
    let guard = b.noun("coin");
    let (coin, value) = (b.final_pattern("coin", Some(guard)), b.null());
    let first = b.define(coin, value);
    let (inner, ring) = (b.def("ring"), b.noun("ring"));
    let seq = b.expr(Expr::Seq(vec![inner, ring]));
    let guard = b.expr(Expr::Hide(seq));
    let (pattern, value) = (b.final_pattern("ring", Some(guard)), b.null());
    let second = b.define(pattern, value);
    let scopes = b.resolve(&[first, second]);
    assert_eq!(scopes.own_guards, [coin]);
}

/// `{ { { … null … } } }`
#[test]
fn depth_does_not_matter() {
    let mut b = Builder::default();
    let mut it = b.noun("bottom");
    for _ in 0..200_000 {
        it = b.expr(Expr::Hide(it));
    }
    assert_eq!(free(&b.resolve(&[it])), ["bottom"]);
}
