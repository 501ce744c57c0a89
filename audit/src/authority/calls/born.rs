//! What a call does when its receiver is a name that programs are born with.

use super::Call;
use crate::authority::solve::{Args, Kind, Loc, NodeId, Site, Solution, Trigger};
use crate::scopes::{Authority, ScopeName};

impl Call {
    /// A name of the safe scope.
    pub(super) fn born(&self, cx: &mut Solution, name: &'static ScopeName) {
        let verb = self.verb();
        match name.name {
            "E" => self.reflective(cx),
            "Ref" => self.reference(cx),
            "throw" => match (verb, self.arg(0), self.arg(1)) {
                ("eject", Some(ejector), Some(problem)) => {
                    self.calls(cx, ejector, "run", vec![problem], self.answer());
                }
                ("free", Some(it), _) => cx.flow(it, cx.freed),
                _ => {}
            },
            "__equalizer"
            | "__auditedBy"
            | "__validateFor"
            | "require"
            | "trace"
            | "traceln"
            | "help"
            | "__makeInt"
            | "__makeTwine"
            | "simple__quasiParser"
            | "rx__quasiParser" => {
                self.answers_data(cx);
            }
            "__comparer" => {
                if let (Some(left), Some(right)) = (self.arg(0), self.arg(1)) {
                    self.calls(cx, left, "op__cmp", vec![right], cx.nowhere);
                    // Of guards that are spaces it makes regions.
                    self.answers_data(cx);
                }
            }
            "__loop" => {
                if let Some(function) = self.arg(0) {
                    self.calls(cx, function, "run", Vec::new(), cx.nowhere);
                }
            }
            "__identityFunc" => self.answers_args(cx),
            "__slotToBinding" => {
                self.answers_args(cx);
                cx.add(self.answer(), self.loc);
            }
            "__makeVarSlot" | "__makeGuardedSlot" => {
                let args = self.args();
                self.answers_new(cx, Kind::Mutable, &args);
            }
            "import__uriGetter"
            | "elib__uriGetter"
            | "elang__uriGetter"
            | "type__uriGetter"
            | "resource__uriGetter"
            | "shared__uriGetter"
            | "opaque__uriGetter" => {
                let args = self.args();
                self.answers_new(cx, Kind::Library, &args);
            }
            "__eval" => {
                let why = cx.loc(Loc::Unknown("what is evaluated".into()));
                let held = cx.held(why);
                self.args().into_iter().for_each(|it| cx.flow(it, held));
                cx.add(self.answer(), why);
            }
            "EIO" | "__makeVerbFacet" | "__getPropertySlot" | "__bind" | "__makeGuard" => {
                let args = self.args();
                self.answers_new(cx, Kind::Library, &args);
            }
            "promiseAllFulfilled" => self.answers_args(cx),
            "__mapExtract" | "__mapEmpty" | "__splitList" | "__matchSame" | "__suchThat"
            | "__quasiMatcher" | "__booleanFlow" | "__switchFailed" => {
                let args = self.args();
                for it in &args {
                    cx.trigger(*it, Trigger::Load(self.answer()));
                    cx.flow(*it, self.answer());
                }
                self.answers_new(cx, Kind::View, &args);
            }
            _ if name.standard_guard().is_some()
                || matches!(name.name, "ValueGuard" | "DeepPassByCopy" | "__Portrayal" | "ExitViaHere") =>
            {
                match verb {
                    "coerce" => {
                        self.answers_args(cx);
                        if let Some(specimen) = self.arg(0) {
                            self.calls(cx, specimen, "__conformTo", vec![cx.only_data], self.answer());
                        }
                    }
                    "optionally" | "eventually" | "op__cmp" => cx.add(self.answer(), self.loc),
                    _ => {
                        let args = self.args();
                        self.answers_new(cx, Kind::Guard, &args);
                    }
                }
            }
            "null" | "true" | "false" | "NaN" | "Infinity" => self.data(cx),
            _ => {
                let args = self.args();
                self.answers_new(cx, Kind::Plain, &args);
            }
        }
    }

    /// `E.call(receiver, verb, args)` and its like, where what is called could not be read off the program.
    fn reflective(&self, cx: &mut Solution) {
        match (self.verb(), self.arg(0)) {
            ("call" | "send" | "sendOnly" | "callWithPair" | "sendWithPair", Some(receiver)) => {
                let rest: Vec<NodeId> = self.args().into_iter().skip(1).collect();
                let all = cx.spread(&rest);
                let (unit, at) = (self.site.unit, self.site.at);
                let args = Args::Spread(all);
                cx.call(Site { unit, at, verb: None, args, receiver, answer: self.answer() });
            }
            _ => self.answers_data(cx),
        }
    }

    fn reference(&self, cx: &mut Solution) {
        match (self.verb(), self.arg(0), self.arg(1)) {
            ("promise", ..) => self.answers_new(cx, Kind::Kit, &[]),
            (verb, Some(reference), Some(function)) if verb.starts_with("when") => {
                self.calls(cx, function, "run", vec![reference], self.answer());
            }
            ("optProblem" | "state" | "broken", ..) => self.answers_data(cx),
            (verb, ..) if verb.starts_with("is") => self.answers_data(cx),
            _ => {
                let args = self.args();
                self.answers_new(cx, Kind::Plain, &args);
                self.answers_args(cx);
            }
        }
    }

    /// A name of the privileged scope.
    pub(super) fn power(&self, cx: &mut Solution, name: &'static ScopeName) {
        match (name.authority, self.verb()) {
            (Authority::Stdout | Authority::Stderr, verb) => {
                self.answers_data(cx);
                // What is printed is handed a writer, which can be kept and goes where this one goes.
                let me = self.met(cx);
                for it in self.args() {
                    self.prints(cx, it, me);
                }
                let says_only = matches!(
                    verb,
                    "run"
                        | "print"
                        | "println"
                        | "lnPrint"
                        | "quote"
                        | "write"
                        | "printAll"
                        | "printSame"
                        | "flush"
                        | "close"
                );
                if !says_only {
                    cx.add(self.answer(), self.loc);
                }
            }
            (Authority::Stdin | Authority::Entropy, _) => self.answers_data(cx),
            (Authority::Timer, _) => {
                self.answers_data(cx);
                for it in self.args() {
                    self.calls(cx, it, "run", Vec::new(), self.answer());
                    self.calls(cx, it, "run", vec![cx.only_data], self.answer());
                }
            }
            (Authority::Interp, _) => self.answers_data(cx),
            (Authority::Files, _) => {
                self.answers_data(cx);
                cx.add(self.answer(), self.loc);
                let me = cx.one(self.loc);
                let data = cx.item(me);
                for it in self.args() {
                    self.calls(cx, it, "run", vec![data], self.answer());
                    self.calls(cx, it, "run", vec![data, data], self.answer());
                }
            }
            (Authority::Vat | Authority::Unsafe | Authority::Everything, _) => {
                let why = cx.loc(Loc::Unknown(format!("what `{}` makes", name.name).into()));
                let held = cx.held(why);
                self.args().into_iter().for_each(|it| cx.flow(it, held));
                cx.add(held, self.loc);
                cx.add(self.answer(), why);
            }
            _ => self.stranger(cx),
        }
    }
}
