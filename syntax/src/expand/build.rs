//! Making Kernel-E nodes: the words in which the sugars are written.
//!
//! Nodes go into a provisional arena; a node may be named twice, and a temporary has a provisional name.
//! [`super::finish`] makes the final program out of what is reachable.

use crate::kernel_e::{
    Expr, ExprId, Integer, Literal, Matcher, Method, Name, Object, ObjectId, Pattern, PatternId, Program,
    Script,
};
use crate::source_map::{ObjectRanges, SourceMap};
use std::sync::Arc;
use text_size::TextRange;

/// Opens and closes the base in the provisional name of a temporary: a noncharacter, which Unicode keeps for
/// such internal use and which no identifier has.
const TEMPORARY: char = '\u{10FFFF}';

#[derive(Default)]
pub(super) struct Builder {
    pub program: Program,
    pub source_map: SourceMap,
    /// Where made-up nodes stand.
    pub range: TextRange,
    temporaries: u32,
}

/// A fresh name that the program can not use; `finish` gives it its number.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

/// What a temporary is named after.
pub(super) fn temporary_base(name: &str) -> &str {
    name.strip_prefix(TEMPORARY).unwrap_or(name).split(TEMPORARY).next().unwrap_or("")
}

impl Builder {
    pub fn add(&mut self, it: Expr) -> ExprId {
        self.program.exprs.push(it);
        self.source_map.exprs.push(self.range);
        self.source_map.names.push(None);
        ExprId(self.program.exprs.len() as u32 - 1)
    }

    pub fn add_pattern(&mut self, it: Pattern) -> PatternId {
        self.program.patterns.push(it);
        self.source_map.patterns.push(self.range);
        self.source_map.nouns.push(None);
        self.source_map.stands_for.push(None);
        PatternId(self.program.patterns.len() as u32 - 1)
    }

    pub fn temporary(&mut self, base: &str) -> Name {
        self.temporaries += 1;
        Name::from(format!("{TEMPORARY}{base}{TEMPORARY}{}", self.temporaries))
    }

    /// Notes where the user wrote the noun or verb of `id`.
    pub fn named(&mut self, id: ExprId, range: TextRange) -> ExprId {
        self.source_map.names[id.index()] = Some(range);
        id
    }

    /// Notes where the user wrote the noun that `id` binds.
    pub fn pattern_named(&mut self, id: PatternId, range: TextRange) -> PatternId {
        self.source_map.nouns[id.index()] = Some(range);
        id
    }

    /// Notes that `made_up` hands on, or promises, the noun that `written` defines.
    pub fn stand_for(&mut self, made_up: PatternId, written: PatternId) {
        let root = self.source_map.stands_for[written.index()].unwrap_or(written);
        self.source_map.stands_for[made_up.index()] = Some(root);
    }

    pub fn null(&mut self) -> ExprId {
        self.add(Expr::Literal(Literal::Null))
    }

    pub fn noun(&mut self, name: impl Into<Name>) -> ExprId {
        self.add(Expr::Noun(name.into()))
    }

    /// A noun as the user wrote it, at `range`.
    pub fn written_noun(&mut self, name: &Name, range: TextRange) -> ExprId {
        let it = self.add(Expr::Noun(name.clone()));
        self.named(it, range)
    }

    /// `&&x`, where the user wrote `x` at `range`.
    pub fn written_binding(&mut self, name: &Name, range: TextRange) -> ExprId {
        let it = self.add(Expr::Binding(name.clone()));
        self.named(it, range)
    }

    pub fn string(&mut self, text: impl AsRef<str>) -> ExprId {
        self.add(Expr::Literal(Literal::Str(Arc::from(text.as_ref()))))
    }

    pub fn string_or_null(&mut self, text: Option<impl AsRef<str>>) -> ExprId {
        match text {
            Some(text) => self.string(text),
            None => self.null(),
        }
    }

    pub fn int(&mut self, value: usize) -> ExprId {
        self.add(Expr::Literal(Literal::Int(Integer::Small(value as i64))))
    }

    pub fn call(&mut self, recipient: ExprId, verb: impl Into<Name>, args: Vec<ExprId>) -> ExprId {
        self.add(Expr::Call { recipient, verb: verb.into(), args })
    }

    /// `helper.verb(args…)`, where `helper` is one of the nouns that expansions rely on.
    pub fn call_helper(&mut self, helper: &str, verb: &str, args: Vec<ExprId>) -> ExprId {
        let helper = self.noun(helper);
        self.call(helper, verb, args)
    }

    /// `[a, b]`  ⇒  `__makeList.run(a, b)`
    pub fn list(&mut self, items: Vec<ExprId>) -> ExprId {
        self.call_helper("__makeList", "run", items)
    }

    /// One expression is itself, none is `null`; a sequence in a sequence is part of it.
    pub fn seq(&mut self, exprs: Vec<ExprId>) -> ExprId {
        let mut flat = Vec::with_capacity(exprs.len());
        for it in exprs {
            match &self.program.exprs[it.index()] {
                Expr::Seq(inner) => flat.extend_from_slice(inner),
                _ => flat.push(it),
            }
        }
        match flat.as_slice() {
            [] => self.null(),
            [only] => *only,
            _ => self.add(Expr::Seq(flat)),
        }
    }

    pub fn hide(&mut self, body: ExprId) -> ExprId {
        self.add(Expr::Hide(body))
    }

    pub fn define(&mut self, pattern: PatternId, ejector: Option<ExprId>, value: ExprId) -> ExprId {
        self.add(Expr::Define { pattern, ejector, value })
    }

    /// `def name := value`
    pub fn define_name(&mut self, name: &Name, value: ExprId) -> ExprId {
        let pattern = self.final_pattern(name.clone());
        self.define(pattern, None, value)
    }

    pub fn assign(&mut self, noun: Name, value: ExprId) -> ExprId {
        self.add(Expr::Assign { noun, value })
    }

    pub fn if_else(&mut self, test: ExprId, then: ExprId, otherwise: ExprId) -> ExprId {
        self.add(Expr::If { test, then, otherwise })
    }

    /// `escape name { body } catch …`
    pub fn escape(
        &mut self,
        name: impl Into<Name>,
        body: ExprId,
        catch: Option<(PatternId, ExprId)>,
    ) -> ExprId {
        let pattern = self.final_pattern(name);
        self.add(Expr::Escape { pattern, body, catch })
    }

    pub fn final_pattern(&mut self, noun: impl Into<Name>) -> PatternId {
        self.add_pattern(Pattern::Final { noun: noun.into(), guard: None })
    }

    pub fn ignore(&mut self) -> PatternId {
        self.add_pattern(Pattern::Ignore)
    }

    pub fn list_pattern(&mut self, subs: Vec<PatternId>) -> PatternId {
        self.add_pattern(Pattern::List(subs))
    }

    pub fn via(&mut self, function: ExprId, pattern: PatternId) -> PatternId {
        self.add_pattern(Pattern::Via { function, pattern })
    }

    /// `via (helper.verb(args…)) pattern`
    pub fn via_helper(
        &mut self,
        helper: &str,
        verb: &str,
        args: Vec<ExprId>,
        pattern: PatternId,
    ) -> PatternId {
        let function = self.call_helper(helper, verb, args);
        self.via(function, pattern)
    }

    pub fn object(&mut self, object: Object, ranges: ObjectRanges) -> ExprId {
        self.program.objects.push(object);
        self.source_map.objects.push(ranges);
        let id = ObjectId(self.program.objects.len() as u32 - 1);
        self.add(Expr::Object(id))
    }

    /// `def _ { method run(params…) :guard { body } }`, made for the construct at hand.
    pub fn closure(
        &mut self,
        doc: Option<Arc<str>>,
        params: Vec<PatternId>,
        result_guard: Option<ExprId>,
        body: ExprId,
    ) -> ExprId {
        let pattern = self.ignore();
        let method = Method { doc, verb: Name::new("run"), params, result_guard, body };
        let script = Script::Methods { methods: vec![method], matchers: Vec::<Matcher>::new() };
        let object = Object { doc: None, pattern, as_auditor: None, implements: Vec::new(), script };
        let ranges = ObjectRanges {
            whole: self.range,
            header: self.range,
            methods: vec![self.range],
            verbs: vec![None],
            ..ObjectRanges::default()
        };
        self.object(object, ranges)
    }
}
