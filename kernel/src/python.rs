//! `<python:module>`: a module in a Python process of its own, as a far reference. A vat of ours drives the process
//! and is all that a cell ever holds of it; a module is loaded only if the person has granted it.

use crate::grants::Power;
use crate::notebook::{Home, Named, Notebook};
use crate::program;
use crate::trouble::Trouble;
use syntax::Pragmas;
use vat::Evaluation;

const BRIDGE: &str = include_str!("python/bridge.e");
const CODE: &str = include_str!("python/bridge.py");
/// What the vat is called.
pub const VAT: &str = "python";
/// The name that `<python:…>` expands to.
pub const GETTER: &str = "python__uriGetter";

/// `WALNUT_PYTHON`, or whatever goes by the usual name.
pub fn command() -> String {
    std::env::var("WALNUT_PYTHON").ok().filter(|it| !it.is_empty()).unwrap_or_else(|| "python3".to_owned())
}

impl Notebook {
    /// Gives a cell that is about to run in `home` its `<python:…>`: the modules among `granted`, and no other.
    pub(crate) fn bring_python(&mut self, home: &Home, granted: &[Power]) -> Result<(), Trouble> {
        let bridge = self.start_python()?;
        let mut getter = format!("def {GETTER} {{\n    to get(name :String) {{\n");
        for power in granted {
            let Power::Python(module) = power else { continue };
            let noun = match module {
                None => "pythonBridge".to_owned(),
                Some(module) => self.python_module(&bridge, module)?,
            };
            self.world.share(bridge.vat, &noun, home.vat);
            match module {
                None => getter += &format!("        return {noun} <- load(name)\n"),
                Some(module) => getter += &format!("        if (name == {module:?}) {{ return {noun} }}\n"),
            }
        }
        getter += "        throw(`the Python module $name was not granted to this cell`)\n    }\n}\nnull";
        self.run_own(home, &getter)
    }

    /// The noun by which the bridge's vat knows a module; it is loaded if need be.
    fn python_module(&mut self, bridge: &Home, module: &str) -> Result<String, Trouble> {
        let at = match self.modules.iter().position(|it| it == module) {
            Some(at) => at,
            None => {
                let text = format!("def pythonModule{} := pythonBridge.load({module:?})", self.modules.len());
                self.run_own(bridge, &text)?;
                self.modules.push(module.to_owned());
                self.modules.len() - 1
            }
        };
        Ok(format!("pythonModule{at}"))
    }

    fn start_python(&mut self) -> Result<Home, Trouble> {
        if let Some(named) = self.homes.get(VAT).filter(|it| self.world.vat_name(it.vat).is_some()) {
            return Ok(named.clone());
        }
        let python = command();
        let powers = self.outside.powers_of_python(&python);
        let vat = self.world.make_vat(VAT, Box::new(powers));
        let home = Home { vat, label: "Python".to_owned(), pragmas: Pragmas::default() };
        self.modules.clear();
        self.run_own(&home, BRIDGE)?;
        self.run_own(&home, &format!("def pythonBridge := makeBridge({python:?}, {CODE:?})"))?;
        self.homes.insert(VAT.to_owned(), home.clone());
        Ok(home)
    }

    /// What was handed out of Python breaks, and the process ends.
    pub fn end_python(&mut self) {
        if let Some(home) = self.homes.remove(VAT) {
            self.world.kill(home.vat, "the grant of Python was revoked");
        }
    }

    /// Runs a program of the notebook itself in a vat, at once.
    fn run_own(&mut self, home: &Home, text: &str) -> Result<(), Trouble> {
        let outer = |noun: &str| self.world.outer(home.vat, noun);
        let program = program::read(VAT, text, &Pragmas::default(), &outer)?;
        let handle = self.world.eval(home.vat, Evaluation::new(program.expansion, VAT));
        while self.world.evaluated(handle).is_none() {
            self.world.run_turn_of(home.vat);
        }
        let problem = self.world.problem(handle).map(|it| self.trouble(&it));
        self.world.release(handle);
        problem.map_or(Ok(()), Err)
    }

    /// Whether a name stands for Python here.
    pub(crate) fn is_python(names: &std::collections::BTreeMap<String, Named>, noun: &str) -> bool {
        noun == GETTER && !names.contains_key(noun)
    }
}
