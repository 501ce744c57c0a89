//! Programs about purses and gates that hold, hand on, keep and give back: whatever can be done with a reference.

use std::fmt::Write;

/// Writes one program for each seed.
pub struct Generator {
    state: u64,
    /// Names that are defined by now.
    names: Vec<String>,
    next: usize,
    out: String,
}

impl Generator {
    pub fn new(seed: u64) -> Generator {
        let state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995_1234_5678;
        Generator { state, names: Vec::new(), next: 0, out: String::new() }
    }

    pub fn program(mut self) -> String {
        let statements = 4 + self.below(9);
        for _ in 0..statements {
            self.statement();
        }
        self.out
    }

    fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as usize % bound
    }

    fn fresh(&mut self, kind: &str) -> String {
        self.next += 1;
        format!("{kind}{}", self.next)
    }

    /// Something that can be written anywhere.
    fn atom(&mut self) -> String {
        if self.names.is_empty() || self.below(5) == 0 {
            return ["println", "timer", "stdout", "entropy", "3", "\"coin\"", "null"][self.below(7)]
                .to_string();
        }
        let at = self.below(self.names.len());
        self.names[at].clone()
    }

    fn expression(&mut self) -> String {
        let (a, b) = (self.atom(), self.atom());
        match self.below(22) {
            0 => format!("[{a}, {b}]"),
            1 => format!("[\"k\" => {a}, \"l\" => {b}]"),
            2 => format!("[{a}].diverge()"),
            3 => format!("E.call({a}, \"take\", [{b}])"),
            4 => format!("E.call({a}, [\"give\", \"look\"][0], [])"),
            5 => format!("if ({a} == {b}) {{ {a} }} else {{ {b} }}"),
            6 => format!("{a}.give()"),
            7 => format!("{a}.take({b})"),
            8 => format!("{a}.pass({b})"),
            9 => format!("{a} <- give()"),
            10 => format!("{a} <- pass({b})"),
            11 => format!("{a}[0]"),
            12 => format!("{a}[\"k\"]"),
            13 => format!("escape out {{ out({a}) }}"),
            14 => format!("{a}.give"),
            15 => format!("{a}.with({b})"),
            16 => format!("{a}.diverge()"),
            17 => format!("{a}.snapshot()"),
            18 => format!("when ({a}) -> {{ {b}.take({a}) }}"),
            19 => format!("({a} + {b})"),
            20 => format!("{a}.get()"),
            _ => a,
        }
    }

    /// An expression whose problem, if it throws one, is caught.
    fn tried(&mut self) -> String {
        format!("try {{ {} }} catch _ {{ null }}", self.expression())
    }

    fn statement(&mut self) {
        let kind = self.below(16);
        match kind {
            0 | 1 => self.object(),
            2 => self.maker(),
            3 => {
                let (name, value) = (self.fresh("safe"), self.tried());
                let _ = writeln!(self.out, "var {name} := {value}");
                self.names.push(name);
            }
            4 => {
                let (name, value) = (self.fresh("shelf"), self.atom());
                let _ = writeln!(self.out, "def {name} := [{value}].diverge()");
                self.names.push(name);
            }
            5 => {
                let (list, value) = (self.atom(), self.atom());
                let _ = writeln!(self.out, "try {{ {list}.push({value}) }} catch _ {{ null }}");
            }
            6 => self.forwarder(),
            7 => {
                let (promise, resolver) = (self.fresh("later"), self.fresh("settle"));
                let value = self.atom();
                let _ = writeln!(self.out, "def [{promise}, {resolver}] := Ref.promise()");
                if self.below(3) > 0 {
                    let _ = writeln!(self.out, "{resolver}.resolve({value})");
                }
                self.names.extend([promise, resolver]);
            }
            8 => {
                let (list, taker) = (self.atom(), self.atom());
                let _ = writeln!(
                    self.out,
                    "try {{ for it in {list} {{ {taker}.take(it) }} }} catch _ {{ null }}"
                );
            }
            9 => {
                let (map, name) = (self.atom(), self.fresh("part"));
                let _ = writeln!(
                    self.out,
                    "def {name} := try {{ def [\"k\" => it] | _ := {map}; it }} catch _ {{ null }}"
                );
                self.names.push(name);
            }
            10 => {
                let (list, name) = (self.atom(), self.fresh("part"));
                let _ = writeln!(
                    self.out,
                    "def {name} := try {{ def [it] + _ := {list}; it }} catch _ {{ null }}"
                );
                self.names.push(name);
            }
            11 => {
                let vars: Vec<String> =
                    self.names.iter().filter(|it| it.starts_with("safe")).cloned().collect();
                if !vars.is_empty() {
                    let var = vars[self.below(vars.len())].clone();
                    match self.below(2) {
                        0 => {
                            let name = self.fresh("slot");
                            let _ = writeln!(self.out, "def {name} := &{var}");
                            self.names.push(name);
                        }
                        _ => {
                            let value = self.tried();
                            let _ = writeln!(self.out, "{var} := {value}");
                        }
                    }
                }
            }
            12 => self.bound(),
            _ => {
                let (name, value) = (self.fresh("it"), self.tried());
                let _ = writeln!(self.out, "def {name} := {value}");
                self.names.push(name);
            }
        }
    }

    /// A body that does something with its parameter and answers something.
    fn body(&mut self, parameter: Option<&str>) -> String {
        let names = self.names.clone();
        self.names.extend(parameter.map(str::to_string));
        self.names.extend(parameter.map(str::to_string));
        let mut body = String::new();
        if self.below(3) == 0 {
            let doing = self.tried();
            let _ = write!(body, "{doing}; ");
        }
        let answer = if self.below(3) == 0 { self.tried() } else { self.atom() };
        let _ = write!(body, "return {answer}");
        self.names = names;
        body
    }

    fn methods(&mut self) -> String {
        let take = self.body(Some("x"));
        let give = self.body(None);
        let pass = self.body(Some("f"));
        let guard = ["", "", " :any", " :DeepFrozen", " :List"][self.below(5)];
        format!(
            "to take(x{guard}) {{ {take} }}\n    to give() {{ {give} }}\n    to pass(f) {{ {pass} }}\n    \
             to run(x) {{ return x }}"
        )
    }

    fn object(&mut self) {
        let name = self.fresh("gate");
        let extends = match self.names.iter().rfind(|it| it.starts_with("gate")).cloned() {
            Some(base) if self.below(4) == 0 => format!(" extends {base}"),
            _ => String::new(),
        };
        let methods = if extends.is_empty() {
            self.methods()
        } else {
            let answer = self.body(None);
            format!("to more() {{ {answer} }}")
        };
        let _ = writeln!(self.out, "def {name}{extends} {{\n    {methods}\n}}");
        self.names.push(name);
    }

    /// A maker whose objects keep what they are given in a variable, a collection or a final name.
    fn maker(&mut self) {
        let (maker, made) = (self.fresh("makePurse"), self.fresh("purse"));
        let kept = self.fresh("kept");
        let (state, take) = match self.below(3) {
            0 => (format!("var {kept} := p"), format!("{kept} := x; return null")),
            1 => (format!("def {kept} := [p].diverge()"), format!("{kept}.push(x); return null")),
            _ => (format!("def {kept} := p"), "return x".to_string()),
        };
        let pass = self.body(Some("f"));
        let _ = writeln!(
            self.out,
            "def {maker}(p) {{\n    {state}\n    return def {made} {{\n        to take(x) {{ {take} }}\n        \
             to give() {{ return {kept} }}\n        to pass(f) {{ {pass} }}\n        to run(x) {{ return x }}\n    }}\n}}"
        );
        for _ in 0..1 + self.below(2) {
            let (name, with) = (self.fresh("it"), self.atom());
            let _ = writeln!(self.out, "def {name} := {maker}({with})");
            self.names.push(name);
        }
        self.names.push(maker);
    }

    fn forwarder(&mut self) {
        let (name, target) = (self.fresh("facet"), self.atom());
        let _ = writeln!(self.out, "def {name} match [verb, args] {{ E.call({target}, verb, args) }}");
        self.names.push(name);
    }

    /// A name that is used before it is bound.
    fn bound(&mut self) {
        let (name, user) = (self.fresh("bell"), self.fresh("porter"));
        let other = self.atom();
        let _ = writeln!(
            self.out,
            "def {name}\ndef {user} {{\n    to give() {{ return {name} }}\n    to take(x) {{ return {name}.take(x) }}\n    \
             to pass(f) {{ return f.take({name}) }}\n}}\nbind {name} {{\n    to give() {{ return {other} }}\n    \
             to take(x) {{ return [x, {other}] }}\n    to pass(f) {{ return f }}\n}}"
        );
        self.names.extend([name, user]);
    }
}
