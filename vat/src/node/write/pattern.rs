//! Patterns.

use super::{Answer, Node, Writer};
use crate::node::kind::K;
use crate::value::Value;
use syntax::ast::{self, Pattern, PatternId};

impl Writer<'_> {
    pub(super) fn pattern(&mut self, value: Value) -> Answer<PatternId> {
        self.nested(|this| {
            let node = this.node(value)?;
            this.stand_at(&node);
            let range = this.range;
            let pattern = this.pattern_here(&node)?;
            Ok(this.program.add_pattern(pattern, range))
        })
    }

    pub(super) fn pattern_here(&mut self, node: &Node) -> Answer<Pattern> {
        let f = |at: usize| node.get(at);
        Ok(match node.kind.k {
            K::IgnorePattern => Pattern::Ignore { guard: None },
            K::GuardTestPattern => Pattern::Ignore { guard: Some(self.expr(f(0))?) },
            K::ListPattern => Pattern::List { subs: self.patterns(f(0))?, rest: None },
            K::CdrPattern => {
                let list = self.node(f(0))?;
                Pattern::List { subs: self.patterns(list.get(0))?, rest: Some(self.pattern(f(1))?) }
            }
            K::ViaPattern => Pattern::Via { function: self.expr(f(0))?, pattern: self.pattern(f(1))? },
            K::BindingPattern => Pattern::Binding { noun: self.noun(f(0))? },
            K::FinalPattern => Pattern::Final { noun: self.noun(f(0))?, guard: self.opt_expr(f(1))? },
            K::VarPattern => Pattern::Var { noun: self.noun(f(0))?, guard: self.opt_expr(f(1))? },
            K::SlotPattern => Pattern::Slot { noun: self.noun(f(0))?, guard: self.opt_expr(f(1))? },
            K::BindPattern => Pattern::Bind { noun: self.noun(f(0))?, guard: self.opt_expr(f(1))? },
            K::QuasiLiteralPatt => Pattern::QuasiLiteral(self.index(f(0))),
            K::QuasiPatternPatt => Pattern::QuasiPattern(self.index(f(0))),
            K::CallPattern => Pattern::Call {
                recipient: self.expr(f(0))?,
                verb: self.ident(f(1)).name,
                args: self.patterns(f(2))?,
            },
            K::FunCallPattern | K::GetPattern => Pattern::Call {
                recipient: self.expr(f(0))?,
                verb: if node.kind.k == K::GetPattern { "get" } else { "run" }.into(),
                args: self.patterns(f(1))?,
            },
            K::MapPattern => self.map_pattern(f(0), None)?,
            K::TailPattern => {
                let map = self.node(f(0))?;
                let tail = self.pattern(f(1))?;
                self.map_pattern(map.get(0), Some(tail))?
            }
            K::QuasiPattern => Pattern::Quasi(self.quasi(f(0), f(1))?),
            K::SamePattern => {
                Pattern::Same { value: self.expr(f(0))?, negated: f(1).as_bool() == Some(true) }
            }
            K::SuchThatPattern => Pattern::SuchThat { pattern: self.pattern(f(0))?, test: self.expr(f(1))? },
            // A noun where a pattern is wanted is the pattern that defines it.
            K::NounExpr => Pattern::Final { noun: self.ident(f(0)), guard: None },
            _ => return Err(format!("{} stands where a pattern is wanted", node.kind.name)),
        })
    }

    pub(super) fn map_pattern(&mut self, pairs: Value, rest: Option<PatternId>) -> Answer<Pattern> {
        let mut entries = Vec::new();
        for pair in &*self.list(pairs) {
            let pair = self.node(*pair)?;
            let keyer = self.node(pair.get(0))?;
            let key = match keyer.kind.k {
                K::MapPatternAssoc => ast::MapPatternKey::Pair {
                    key: self.expr(keyer.get(0))?,
                    value: self.pattern(keyer.get(1))?,
                },
                _ => ast::MapPatternKey::Import(self.pattern(keyer.get(0))?),
            };
            let default = match pair.kind.k {
                K::MapPatternOptional => Some(self.expr(pair.get(1))?),
                _ => None,
            };
            entries.push(ast::MapPatternEntry { key, default });
        }
        Ok(Pattern::Map { entries, rest })
    }
}
