//! Calls: arithmetic and the universal helpers built in, everything else a send.

use super::{Compiler, Want};
use crate::code::{Arith, Compare, Op, Reg};
use syntax::kernel_e::{Expr, ExprId, Literal, Name};

/// How many items of a list literal are evaluated before they are put into it.
const CHUNK: usize = 4096;

impl Compiler<'_> {
    pub(super) fn call(&mut self, id: ExprId, recipient: ExprId, verb: &Name, args: &[ExprId], want: Want) {
        if let Some((_, body)) = super::shape::while_loop(self.program, self.scopes, self.outer, id) {
            return self.while_loop(body.body, want);
        }
        if self.leave(recipient, verb, args) {
            return;
        }
        if let (Want::Nothing, "put", [at, item]) = (want, &**verb, args) {
            return self.put_item(recipient, *at, *item);
        }
        if want == Want::Nothing
            && &**verb == "send"
            && self.universal(recipient, "E")
            && self.temporarily(|cx| cx.eventual_send(None, args))
        {
            return;
        }
        if let Want::To(dst) = want {
            return self.temporarily(|cx| cx.call_to(dst, recipient, verb, args));
        }
        self.scratch(|cx, dst| {
            cx.call_to(dst, recipient, verb, args);
            if want == Want::Return {
                cx.emit(Op::Return { src: dst });
            }
        });
    }

    /// `list[at] := item`, of which nobody wants the value.
    fn put_item(&mut self, list: ExprId, at: ExprId, item: ExprId) {
        self.temporarily(|cx| {
            let a = cx.value(list, &[at, item]);
            let b = cx.value(at, &[item]);
            let value = cx.value(item, &[]);
            cx.emit_send(Op::Put { a, b, value }, "put", 2);
        });
    }

    fn call_to(&mut self, dst: Reg, recipient: ExprId, verb: &Name, args: &[ExprId]) {
        if self.built_in(dst, recipient, verb, args) || self.operator(dst, recipient, verb, args) {
            return;
        }
        let at = self.temps(1 + args.len().min(0x7000) as Reg);
        for (n, it) in std::iter::once(&recipient).chain(args).enumerate() {
            self.expr(*it, Want::To(at.saturating_add(n as Reg)));
        }
        let site = self.site(verb, args.len());
        match u16::try_from(site) {
            Ok(site) => {
                self.emit(Op::Call { dst, at, site });
            }
            Err(_) => {
                self.emit(Op::CallWide { at, site });
                self.emit(Op::Move { dst, src: at });
            }
        }
    }

    /// Verbs that usually go to a number or a list.
    fn operator(&mut self, dst: Reg, recipient: ExprId, verb: &Name, args: &[ExprId]) -> bool {
        let how = match (&**verb, args) {
            ("not", []) => {
                let src = self.value(recipient, &[]);
                self.emit_send(Op::Not { dst, src }, verb, 0);
                return true;
            }
            ("get", [at]) => {
                let a = self.value(recipient, &[*at]);
                let b = self.value(*at, &[]);
                self.emit_send(Op::Get { dst, a, b }, verb, 1);
                return true;
            }
            ("add", [_]) => Arith::Add,
            ("subtract", [_]) => Arith::Subtract,
            ("multiply", [_]) => Arith::Multiply,
            ("approxDivide", [_]) => Arith::Divide,
            ("floorDivide", [_]) => Arith::FloorDivide,
            ("remainder", [_]) => Arith::Remainder,
            ("mod", [_]) => Arith::Mod,
            ("and", [_]) => Arith::And,
            ("or", [_]) => Arith::Or,
            ("xor", [_]) => Arith::Xor,
            ("shiftLeft", [_]) => Arith::ShiftLeft,
            ("shiftRight", [_]) => Arith::ShiftRight,
            _ => return false,
        };
        let a = self.value(recipient, args);
        let op = match self.small(args[0]) {
            Some(b) => match how {
                Arith::Add => Op::AddInt { dst, a, b },
                Arith::Subtract => Op::SubtractInt { dst, a, b },
                _ => Op::ArithInt { dst, a, b, how },
            },
            None => {
                let b = self.value(args[0], &[]);
                match how {
                    Arith::Add => Op::Add { dst, a, b },
                    Arith::Subtract => Op::Subtract { dst, a, b },
                    Arith::Multiply => Op::Multiply { dst, a, b },
                    _ => Op::Arith { dst, a, b, how },
                }
            }
        };
        self.emit_send(op, verb, 1);
        true
    }

    /// What the universal helpers do, without calling them.
    fn built_in(&mut self, dst: Reg, recipient: ExprId, verb: &Name, args: &[ExprId]) -> bool {
        if self.universal(recipient, "__comparer") && args.len() == 2 {
            let how = match &**verb {
                "lessThan" => Compare::Less,
                "leq" => Compare::Leq,
                "geq" => Compare::Geq,
                "greaterThan" => Compare::Greater,
                _ => return false,
            };
            let a = self.value(args[0], &args[1..]);
            let b = self.value(args[1], &[]);
            self.emit_send(Op::Compare { dst, a, b, how }, verb, 2);
            return true;
        }
        if self.universal(recipient, "__equalizer") && &**verb == "sameEver" && args.len() == 2 {
            let a = self.value(args[0], &args[1..]);
            let b = self.value(args[1], &[]);
            self.emit_send(Op::Same { dst, a, b }, verb, 2);
            return true;
        }
        if self.universal(recipient, "E") && &**verb == "send" && self.eventual_send(Some(dst), args) {
            return true;
        }
        if self.universal(recipient, "__makeList") && &**verb == "run" {
            self.list(dst, args);
            return true;
        }
        self.quasi_literal(dst, recipient, verb, args)
    }

    /// Text with values in its holes, as the simple parser fills it.
    fn quasi_literal(&mut self, dst: Reg, recipient: ExprId, verb: &Name, args: &[ExprId]) -> bool {
        let (Some((template, text)), "substitute", [values]) = (self.template(recipient), &**verb, args)
        else {
            return false;
        };
        let Expr::Call { recipient: list, verb: run, args: values } = self.program.expr(*values) else {
            return false;
        };
        if !self.universal(*list, "__makeList") || &**run != "run" {
            return false;
        }
        if values.len() > CHUNK || !crate::quasi::is_plain_template(&text) {
            return false;
        }
        let values = values.to_vec();
        let at = self.temps(1 + values.len() as Reg);
        for (n, it) in std::iter::once(&template).chain(&values).enumerate() {
            self.expr(*it, Want::To(at + n as Reg));
        }
        self.emit_send(Op::Fill { dst, at, n: values.len() as u16 }, verb, 1);
        true
    }

    /// The text of `simple__quasiParser.valueMaker("text")`.
    fn template(&self, id: ExprId) -> Option<(ExprId, std::sync::Arc<str>)> {
        let Expr::Call { recipient, verb, args } = self.program.expr(id) else { return None };
        let &[text] = &args[..] else { return None };
        let Expr::Literal(Literal::Str(it)) = self.program.expr(text) else { return None };
        let is = &**verb == "valueMaker" && self.universal(*recipient, "simple__quasiParser");
        is.then(|| (text, it.clone()))
    }

    /// `E.send(target, "verb", [args…])`, as `target <- verb(args…)` is written in Kernel-E; without a register for
    /// the promise, nobody can ever see it.
    fn eventual_send(&mut self, dst: Option<Reg>, args: &[ExprId]) -> bool {
        let program = self.program;
        let &[target, verb, list] = args else { return false };
        let Expr::Literal(Literal::Str(verb)) = program.expr(verb) else { return false };
        let Expr::Call { recipient, verb: run, args } = program.expr(list) else { return false };
        let is_list = &**run == "run" && self.universal(*recipient, "__makeList");
        if !is_list || args.len() > CHUNK {
            return false;
        }
        let Ok(site) = u16::try_from(self.site(verb, args.len())) else { return false };
        let at = self.temps(1 + args.len() as Reg);
        for (n, it) in std::iter::once(&target).chain(args).enumerate() {
            self.expr(*it, Want::To(at + n as Reg));
        }
        match dst {
            Some(dst) => self.emit(Op::Send { dst, at, site }),
            None => self.emit(Op::SendOnly { at, site }),
        };
        true
    }

    fn list(&mut self, dst: Reg, items: &[ExprId]) {
        let whole = if items.len() > CHUNK { self.temp() } else { dst };
        let mut chunks = items.chunks(CHUNK);
        self.row(chunks.next().unwrap_or_default(), |from, n| Op::MakeList { dst: whole, from, n });
        for it in chunks {
            self.row(it, |from, n| Op::Extend { dst: whole, from, n });
        }
        self.hand_over(Want::To(dst), whole);
    }

    /// Evaluates into a row of registers, for one instruction.
    fn row(&mut self, items: &[ExprId], op: impl FnOnce(Reg, u16) -> Op) {
        self.temporarily(|cx| {
            let from = cx.temps(items.len() as Reg);
            for (n, it) in items.iter().enumerate() {
                cx.expr(*it, Want::To(from + n as Reg));
            }
            cx.emit(op(from, items.len() as u16));
        });
    }
}
