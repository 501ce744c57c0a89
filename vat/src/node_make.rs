//! Makers of nodes: `<elang:evm.makeCallExpr>(null, recipient, "add", [argument], null)` and the others. Each puts
//! the texts of its parts together and reads the result again, so that a node made and a node read are the same.

use crate::cx::Cx;
use crate::data::list::items;
use crate::data::text::text_of;
use crate::native::{Class, Method, Outcome, Stamps, done, variadic};
use crate::node::{self, as_source};
use crate::node_parts::{PART, noun_text};
use crate::problem::{Exit, Problem};
use crate::value::Value;

const RUN: &[Method] = &[variadic("run", make)];

macro_rules! makers {
    ($($name:ident: $maker:literal, $printed:literal;)*) => {
        $(static $name: Class = Class::new($maker, $printed, RUN).stamps(Stamps::DEEP_FROZEN);)*

        /// The maker of a name in `org.erights.e.elang.evm`.
        pub fn maker(name: &str) -> Option<&'static Class> {
            Some(match name {
                $($maker => &$name,)*
                _ => return None,
            })
        }
    };
}

makers! {
    NOUN: "makeNounExpr", "<makeNounExpr>";
    LITERAL: "makeLiteralExpr", "<makeLiteralExpr>";
    CALL: "makeCallExpr", "<makeCallExpr>";
    ASSIGN: "makeAssignExpr", "<makeAssignExpr>";
    DEFINE: "makeDefineExpr", "<makeDefineExpr>";
    SEQ: "makeSeqExpr", "<makeSeqExpr>";
    HIDE: "makeHideExpr", "<makeHideExpr>";
    IF: "makeIfExpr", "<makeIfExpr>";
    ESCAPE: "makeEscapeExpr", "<makeEscapeExpr>";
    CATCH: "makeCatchExpr", "<makeCatchExpr>";
    FINALLY: "makeFinallyExpr", "<makeFinallyExpr>";
    BINDING: "makeBindingExpr", "<makeBindingExpr>";
    FINAL_PATTERN: "makeFinalPattern", "<makeFinalPattern>";
    VAR_PATTERN: "makeVarPattern", "<makeVarPattern>";
    BINDING_PATTERN: "makeBindingPattern", "<makeBindingPattern>";
    IGNORE_PATTERN: "makeIgnorePattern", "<makeIgnorePattern>";
    LIST_PATTERN: "makeListPattern", "<makeListPattern>";
    VIA_PATTERN: "makeViaPattern", "<makeViaPattern>";
    OBJECT: "makeObjectExpr", "<makeObjectExpr>";
    SCRIPT: "makeEScript", "<makeEScript>";
    METHOD: "makeEMethod", "<makeEMethod>";
    MATCHER: "makeEMatcher", "<makeEMatcher>";
    AUDITORS: "makeAuditors", "<makeAuditors>";
}

/// The arguments between the span and the layout.
struct Args<'a> {
    cx: &'a mut Cx,
    values: Vec<Value>,
}

impl Args<'_> {
    fn get(&self, at: usize) -> Value {
        self.values.get(at).copied().unwrap_or(Value::NULL)
    }
    fn source(&mut self, at: usize) -> Result<String, Exit> {
        let value = self.get(at);
        as_source(self.cx, value)
    }
    /// ` prefix source suffix`, or nothing for null.
    fn optional(&mut self, prefix: &str, at: usize, suffix: &str) -> Result<String, Exit> {
        if self.cx.near(self.get(at)).is_null() {
            return Ok(String::new());
        }
        Ok(format!("{prefix}{}{suffix}", self.source(at)?))
    }
    fn text(&mut self, at: usize) -> Result<String, Exit> {
        let value = self.get(at);
        if self.cx.heap.as_text(value).is_none() {
            let problem = crate::coerce::failure(self.cx, value, "String");
            return Err(self.cx.throw(problem));
        }
        Ok(text_of(self.cx, value).to_string())
    }
    fn sources(&mut self, at: usize, between: &str) -> Result<String, Exit> {
        let mut all = Vec::new();
        for it in &*items(self.cx, self.get(at)) {
            all.push(as_source(self.cx, *it)?);
        }
        Ok(all.join(between))
    }
    /// What a part adds to an object: its text without the object around it.
    fn part(&mut self, value: Value, before: &str, after: &str) -> Result<String, Exit> {
        match self.cx.heap.fields(value, &PART) {
            Some([_, source]) => {
                let source = text_of(self.cx, *source);
                let inside = source.strip_prefix(before).and_then(|it| it.strip_suffix(after));
                Ok(inside.unwrap_or(&source).to_string())
            }
            _ => Err(self.cx.throw(Problem::new("not a part of an object expression: ").value(value))),
        }
    }
    fn parts(&mut self, at: usize) -> Result<String, Exit> {
        let mut all = String::new();
        for it in &*items(self.cx, self.get(at)) {
            all.push_str(&self.part(*it, "def _ {", "}")?);
        }
        Ok(all)
    }
    /// A script, or a matcher alone for an object that is all plumbing.
    fn script(&mut self, at: usize) -> Result<String, Exit> {
        let value = self.get(at);
        let is_matcher = match self.cx.heap.fields(value, &PART) {
            Some([kind, _]) => &*text_of(self.cx, *kind) == "matcher",
            _ => false,
        };
        if is_matcher {
            let matcher = self.part(value, "def _ {", "}")?;
            return Ok(format!(" {}", matcher.trim()));
        }
        self.part(value, "def _", "")
    }
    fn doc(&mut self, at: usize) -> Result<String, Exit> {
        if self.cx.near(self.get(at)).is_null() {
            return Ok(String::new());
        }
        let doc = self.text(at)?;
        if doc.contains("*/") {
            return Err(self.cx.throw(Problem::new("a doc comment cannot contain */: ").value(self.get(at))));
        }
        Ok(format!("/** {doc} */\n"))
    }
}

/// What a maker makes.
enum Made {
    Expr(String),
    Pattern(String),
    Part(&'static str, String),
}

fn make(cx: &mut Cx, this: Value, args: &[Value]) -> Outcome {
    let Some(class) = cx.class_of(this) else { return done(Value::NULL) };
    // A span comes first and a scope layout last; neither is kept.
    let values = args.get(1..args.len().saturating_sub(1).max(1)).unwrap_or_default().to_vec();
    let mut it = Args { cx, values };
    let made = put_together(class.name, &mut it)?;
    let cx = it.cx;
    match made {
        Made::Expr(text) => {
            cx.charge(text.len() as u64 / 4)?;
            let parsed = syntax::parse_quasi(&text);
            if let Some(error) = parsed.errors.first() {
                return Err(cx.throw(&*error.message));
            }
            let node = node::expr(cx, syntax::print_kernel(&syntax::expand(&parsed.program).program));
            done(node)
        }
        Made::Pattern(text) => {
            cx.charge(text.len() as u64 / 4)?;
            let parsed = syntax::parse_quasi_pattern(&text);
            if let Some(error) = parsed.errors.first() {
                return Err(cx.throw(&*error.message));
            }
            let expanded = syntax::expand_pattern(&parsed.program, parsed.pattern);
            let node =
                node::pattern(cx, syntax::print_pattern(&expanded.expansion.program, expanded.pattern));
            done(node)
        }
        Made::Part(kind, source) => {
            let source = crate::node_parts::tidied(kind, &source).unwrap_or(source);
            let (kind, source) = (cx.heap.text(kind), cx.heap.text(source));
            let part = cx.heap.native(&PART, [kind, source]);
            done(part)
        }
    }
}

fn put_together(maker: &str, it: &mut Args<'_>) -> Result<Made, Exit> {
    Ok(match maker {
        "makeNounExpr" => Made::Expr(noun_text(&it.text(0)?)),
        "makeLiteralExpr" => Made::Expr(it.source(0)?),
        "makeCallExpr" => {
            let (recipient, verb, args) = (it.source(0)?, it.text(1)?, it.sources(2, ", ")?);
            let verb = noun_text(&verb);
            Made::Expr(format!("{recipient}.{}({args})", verb.trim_start_matches("::")))
        }
        "makeAssignExpr" => Made::Expr(format!("{} := {}", it.source(0)?, it.source(1)?)),
        "makeDefineExpr" => {
            let (pattern, exit) = (it.source(0)?, it.optional(" exit ", 1, "")?);
            Made::Expr(format!("def {pattern}{exit} := {}", it.source(2)?))
        }
        "makeSeqExpr" if items(it.cx, it.get(0)).is_empty() => {
            return Err(it.cx.throw("SeqExpr must have at least one subexpression"));
        }
        "makeSeqExpr" => Made::Expr(it.sources(0, "\n")?),
        "makeHideExpr" => Made::Expr(format!("{{ {} }}", it.source(0)?)),
        "makeIfExpr" => {
            Made::Expr(format!("if ({}) {{ {} }} else {{ {} }}", it.source(0)?, it.source(1)?, it.source(2)?))
        }
        "makeEscapeExpr" => {
            let (pattern, body) = (it.source(0)?, it.source(1)?);
            let catch = match it.optional(" catch ", 2, "")? {
                none if none.is_empty() => none,
                pattern => format!("{pattern} {{ {} }}", it.source(3)?),
            };
            Made::Expr(format!("escape {pattern} {{ {body} }}{catch}"))
        }
        "makeCatchExpr" => {
            Made::Expr(format!("try {{ {} }} catch {} {{ {} }}", it.source(0)?, it.source(1)?, it.source(2)?))
        }
        "makeFinallyExpr" => {
            Made::Expr(format!("try {{ {} }} finally {{ {} }}", it.source(0)?, it.source(1)?))
        }
        "makeBindingExpr" => Made::Expr(format!("&&{}", it.source(0)?)),
        "makeFinalPattern" => Made::Pattern(format!("{}{}", it.source(0)?, it.optional(" :", 1, "")?)),
        "makeVarPattern" => Made::Pattern(format!("var {}{}", it.source(0)?, it.optional(" :", 1, "")?)),
        "makeBindingPattern" => Made::Pattern(format!("&&{}", it.source(0)?)),
        "makeIgnorePattern" => Made::Pattern("_".into()),
        "makeListPattern" => Made::Pattern(format!("[{}]", it.sources(0, ", ")?)),
        "makeViaPattern" => Made::Pattern(format!("via ({}) {}", it.source(0)?, it.source(1)?)),
        "makeObjectExpr" => {
            let (doc, pattern) = (it.doc(0)?, it.source(1)?);
            let auditors = it.part(it.get(2), "def _", " {}")?;
            let script = it.script(3)?;
            Made::Expr(format!("{doc}def {pattern}{auditors}{script}"))
        }
        "makeEScript" => Made::Part("script", format!("def _ {{{}{}\n}}", it.parts(0)?, it.parts(1)?)),
        "makeEMethod" => {
            let (doc, verb, params) = (it.doc(0)?, it.text(1)?, it.sources(2, ", ")?);
            let (guard, body) = (it.optional(" :", 3, "")?, it.source(4)?);
            let verb = noun_text(&verb);
            let verb = verb.trim_start_matches("::");
            Made::Part("method", format!("def _ {{\n{doc}method {verb}({params}){guard} {{ {body} }}\n}}"))
        }
        "makeEMatcher" => {
            Made::Part("matcher", format!("def _ {{\nmatch {} {{ {} }}\n}}", it.source(0)?, it.source(1)?))
        }
        "makeAuditors" => {
            let mut text = it.optional(" as ", 0, "")?;
            let implements = it.sources(1, ", ")?;
            if !implements.is_empty() {
                text.push_str(&format!(" implements {implements}"));
            }
            Made::Part("auditors", format!("def _{text} {{}}"))
        }
        _ => return Err(it.cx.throw("not a maker of nodes")),
    })
}
