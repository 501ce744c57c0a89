//! Kernel-E as E text: what a program says once all sugar is gone.
//!
//! Every block is on lines of its own, four spaces further in; a method stands after an empty line;
//! parentheses only where the text would otherwise be read differently.

use super::names::{float, is_identifier, quoted};
use crate::deep;
use crate::kernel_e::{
    Expr, ExprId, Integer, Literal, Matcher, Method, Object, ObjectId, Pattern, PatternId, Program, Script,
};

/// A whole program: its expressions one per line. An empty one is `null`.
pub fn print_kernel(program: &Program) -> String {
    print_with(program, |it| match program.body.as_slice() {
        [] => it.text("null"),
        body => it.lines(body),
    })
}

/// One expression of `program`.
pub fn print_expr(program: &Program, id: ExprId) -> String {
    print_with(program, |it| it.expr(id, Place::Free))
}

/// One pattern of `program`.
pub fn print_pattern(program: &Program, id: PatternId) -> String {
    print_with(program, |it| it.pattern(id))
}

/// The script or matcher of an object: what stands after its name and auditors.
pub fn print_script(program: &Program, script: &Script) -> String {
    print_with(program, |it| it.script(script))
}

/// The auditors of an object as they stand in its header: ` as a implements b, c`.
pub fn print_auditors(program: &Program, object: &Object) -> String {
    print_with(program, |it| it.auditors(object))
}

/// One method, from the line break before it on.
pub fn print_method(program: &Program, method: &Method) -> String {
    print_with(program, |it| it.method(method))
}

/// One `match` clause.
pub fn print_matcher(program: &Program, matcher: &Matcher) -> String {
    print_with(program, |it| it.matcher(matcher))
}

fn print_with(program: &Program, print: impl FnOnce(&mut Printer<'_>)) -> String {
    let mut printer = Printer { program, out: String::new(), indent: 0 };
    print(&mut printer);
    printer.out
}

/// Where an expression is put: the further down, the less may stand there without parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// The recipient of a call, an ejector, an auditor.
    Tight,
    /// What `&&` is put before.
    Slotted,
    /// To the right of `:=`.
    Assigned,
    /// A whole line, or between parentheses.
    Free,
}

/// Further in than this nobody reads by indentation, and it would outweigh the text.
const DEEPEST_INDENT: usize = 48;

struct Printer<'a> {
    program: &'a Program,
    out: String,
    indent: usize,
}

impl Printer<'_> {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("    ", self.indent.min(DEEPEST_INDENT)));
    }

    fn lines(&mut self, exprs: &[ExprId]) {
        for (n, it) in exprs.iter().enumerate() {
            if n > 0 {
                self.line();
            }
            self.expr(*it, Place::Free);
        }
    }

    /// Prints `body`, in parentheses when it needs more room than `place` gives.
    fn fitting(&mut self, place: Place, needs: Place, body: impl FnOnce(&mut Self)) {
        let tight = place < needs;
        if tight {
            self.text("(");
        }
        body(self);
        if tight {
            self.text(")");
        }
    }

    fn expr(&mut self, id: ExprId, place: Place) {
        deep(|| self.expr_here(id, place));
    }

    fn expr_here(&mut self, id: ExprId, place: Place) {
        let program = self.program;
        match program.expr(id) {
            Expr::Assign { noun, value } => self.fitting(place, Place::Assigned, |it| {
                it.noun(noun);
                it.text(" := ");
                it.expr(*value, Place::Assigned);
            }),
            Expr::Binding(noun) => self.fitting(place, Place::Slotted, |it| {
                it.text("&&");
                it.noun(noun);
            }),
            Expr::Call { recipient, verb, args } => {
                self.expr(*recipient, Place::Tight);
                self.text(".");
                self.verb(verb);
                self.text("(");
                self.separated(args, |it, arg| it.expr(*arg, Place::Free));
                self.text(")");
            }
            Expr::Catch { attempt, pattern, catcher } => {
                self.text("try ");
                self.block(*attempt);
                self.catch(*pattern, *catcher);
            }
            Expr::Define { pattern, ejector, value } => self.fitting(place, Place::Assigned, |it| {
                it.text("def ");
                it.pattern(*pattern);
                if let Some(ejector) = ejector {
                    it.text(" exit ");
                    it.expr(*ejector, Place::Tight);
                }
                it.text(" := ");
                it.expr(*value, Place::Assigned);
            }),
            Expr::Escape { pattern, body, catch } => {
                self.text("escape ");
                self.pattern(*pattern);
                self.text(" ");
                self.block(*body);
                if let Some((pattern, catcher)) = catch {
                    self.catch(*pattern, *catcher);
                }
            }
            Expr::Finally { attempt, unwinder } => {
                self.text("try ");
                self.block(*attempt);
                self.text(" finally ");
                self.block(*unwinder);
            }
            Expr::Hide(body) => self.block(*body),
            Expr::If { test, then, otherwise } => {
                self.text("if (");
                self.expr(*test, Place::Free);
                self.text(") ");
                self.block(*then);
                self.text(" else ");
                self.block(*otherwise);
            }
            Expr::Literal(literal) => self.literal(literal),
            Expr::MetaContext => self.text("meta.context()"),
            Expr::MetaState => self.text("meta.getState()"),
            Expr::Noun(noun) => self.noun(noun),
            Expr::Object(object) => self.object(*object),
            Expr::Seq(body) => self.fitting(place, Place::Free, |it| it.lines(body)),
            Expr::QuasiLiteral(hole) => self.text(&format!("${{{hole}}}")),
            Expr::QuasiPattern(hole) => self.text(&format!("@{{{hole}}}")),
        }
    }

    fn pattern(&mut self, id: PatternId) {
        deep(|| self.pattern_here(id));
    }

    fn pattern_here(&mut self, id: PatternId) {
        let program = self.program;
        match program.pattern(id) {
            Pattern::Ignore => self.text("_"),
            Pattern::List(subs) => {
                self.text("[");
                self.separated(subs, |it, sub| it.pattern(*sub));
                self.text("]");
            }
            Pattern::Via { function, pattern } => {
                self.text("via (");
                self.expr(*function, Place::Free);
                self.text(") ");
                self.pattern(*pattern);
            }
            Pattern::Binding(noun) => {
                self.text("&&");
                self.noun(noun);
            }
            Pattern::Final { noun, guard } => {
                self.noun(noun);
                self.guard(*guard);
            }
            Pattern::Var { noun, guard } => {
                self.text("var ");
                self.noun(noun);
                self.guard(*guard);
            }
            Pattern::QuasiLiteral(hole) => self.text(&format!("${{{hole}}}")),
            Pattern::QuasiPattern(hole) => self.text(&format!("@{{{hole}}}")),
        }
    }

    fn object(&mut self, id: ObjectId) {
        let object = self.program.object(id);
        self.doc(object.doc.as_deref());
        self.text("def ");
        self.pattern(object.pattern);
        self.auditors(object);
        self.text(" ");
        self.script(&object.script);
    }

    fn auditors(&mut self, object: &Object) {
        if let Some(auditor) = object.as_auditor {
            self.text(" as ");
            self.expr(auditor, Place::Tight);
        }
        if !object.implements.is_empty() {
            self.text(" implements ");
            self.separated(&object.implements, |it, auditor| it.expr(*auditor, Place::Tight));
        }
    }

    fn script(&mut self, script: &Script) {
        match script {
            Script::Plumbing(matcher) => self.matcher(matcher),
            Script::Methods { methods, matchers } => {
                self.text("{");
                self.indent += 1;
                for method in methods {
                    self.line();
                    self.method(method);
                }
                for matcher in matchers {
                    self.line();
                    self.matcher(matcher);
                }
                self.indent -= 1;
                self.line();
                self.text("}");
            }
        }
    }

    fn method(&mut self, method: &Method) {
        self.line();
        self.doc(method.doc.as_deref());
        self.text("method ");
        self.verb(&method.verb);
        self.text("(");
        self.separated(&method.params, |it, param| it.pattern(*param));
        self.text(")");
        self.guard(method.result_guard);
        self.text(" ");
        self.block(method.body);
    }

    fn matcher(&mut self, matcher: &Matcher) {
        self.text("match ");
        self.pattern(matcher.pattern);
        self.text(" ");
        self.block(matcher.body);
    }

    fn catch(&mut self, pattern: PatternId, catcher: ExprId) {
        self.text(" catch ");
        self.pattern(pattern);
        self.text(" ");
        self.block(catcher);
    }

    fn block(&mut self, body: ExprId) {
        self.text("{");
        self.indent += 1;
        self.line();
        self.expr(body, Place::Free);
        self.indent -= 1;
        self.line();
        self.text("}");
    }

    fn guard(&mut self, guard: Option<ExprId>) {
        let Some(guard) = guard else { return };
        self.text(" :");
        if let Expr::Noun(noun) = self.program.expr(guard) {
            return self.noun(noun);
        }
        self.text("(");
        self.expr(guard, Place::Free);
        self.text(")");
    }

    fn separated<T>(&mut self, items: &[T], mut print: impl FnMut(&mut Self, &T)) {
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                self.text(", ");
            }
            print(self, item);
        }
    }

    fn doc(&mut self, doc: Option<&str>) {
        let Some(doc) = doc else { return };
        // There is no way to write the end of a comment inside one.
        let doc = doc.replace("*/", "* /");
        self.text("/** ");
        for (n, line) in doc.split('\n').enumerate() {
            if n > 0 {
                self.line();
            }
            self.text(line);
        }
        self.text(" */");
        self.line();
    }

    fn noun(&mut self, noun: &str) {
        if is_identifier(noun) {
            return self.text(noun);
        }
        self.text("::");
        self.string(noun);
    }

    fn verb(&mut self, verb: &str) {
        if is_identifier(verb) {
            return self.text(verb);
        }
        self.string(verb);
    }

    /// A line end inside a string stays one only at the margin: further in, the indentation of the next line
    /// would become part of the string.
    fn string(&mut self, text: &str) {
        let text = quoted(text, '"', self.indent == 0);
        self.text(&text);
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Null => self.text("null"),
            Literal::Int(Integer::Small(value)) => self.text(&value.to_string()),
            Literal::Int(Integer::Big { digits, radix: 16 }) => self.text(&format!("0x{digits}")),
            Literal::Int(Integer::Big { digits, .. }) => self.text(digits),
            Literal::Float(value) => self.text(&float(*value)),
            Literal::Char(value) => self.text(&quoted(&value.to_string(), '\'', false)),
            Literal::Str(value) => self.string(value),
        }
    }
}
