//! A world of vats on a stage: what they are asked to do, what they say, and what is left when all is forgotten.

use vat::powers::still::Still;
#[cfg(feature = "host")]
use vat::world::Workers;
use vat::world::{Evaluation, Known, Outcome, TurnReport, World};
use vat::{Evaluated, Handle, Limits, ReferenceState, VatId};

pub struct Stage {
    pub world: World,
    /// What all vats print to.
    pub out: Still,
    /// Who takes the turns, if that is not the world by itself, one after the other.
    #[cfg(feature = "host")]
    pub workers: Option<Workers>,
}

impl Stage {
    pub fn new() -> Stage {
        Stage::of(World::new(Limits::default()))
    }
    pub fn of(world: World) -> Stage {
        Stage {
            world,
            out: Still::new(),
            #[cfg(feature = "host")]
            workers: None,
        }
    }
    pub fn vat(&mut self, name: &str) -> VatId {
        self.world.make_vat(name, Box::new(self.out.clone()))
    }
    /// Queues a program.
    pub fn start(&mut self, vat: VatId, text: &str) -> Handle {
        let parse = syntax::parse(text);
        let mut expansion = syntax::expand(&parse.program);
        expansion.errors.splice(0..0, parse.errors);
        self.world.eval(vat, Evaluation::new(expansion, "stage"))
    }
    pub fn turn(&mut self) -> TurnReport {
        #[cfg(feature = "host")]
        if let Some(it) = self.workers {
            return self.world.run_on(it);
        }
        self.world.run_turn()
    }
    /// Until nothing is left to do, or on its way; what is settled now.
    pub fn settle(&mut self) -> Vec<Handle> {
        let mut settled = Vec::new();
        loop {
            let report = self.turn();
            settled.extend(report.settled);
            match report.outcome {
                Outcome::Turned => {}
                it => {
                    assert_eq!(it, Outcome::Quiet { wake_in: None });
                    assert!(!self.world.is_travelling());
                    return settled;
                }
            }
        }
    }
    /// A program that comes to its end; its value is as printed.
    pub fn eval(&mut self, vat: VatId, text: &str) -> String {
        let it = self.start(vat, text);
        let settled = self.settle();
        assert_eq!(self.world.evaluated(it), Some(Evaluated::Value), "{:?}", self.world.problem(it));
        let value = match self.world.state(it) {
            ReferenceState::Near(value) | ReferenceState::Far(value) => value,
            other => panic!("{text}: {other:?}"),
        };
        assert!(settled.contains(&it), "{text}");
        self.world.release(it);
        value
    }
    /// The lines that have been printed since this was last asked.
    pub fn lines(&self) -> Vec<String> {
        self.out.take_stdout().lines().map(str::to_string).collect()
    }
    /// Nothing is left in the tables when nobody refers to anything any more.
    pub fn forgets(&mut self, case: &str) {
        let vats = self.world.all_vats();
        for _ in 0..4 {
            for it in &vats {
                for name in self.world.names(*it) {
                    self.world.forget(*it, &name);
                }
                self.world.collect(*it);
                self.settle();
            }
        }
        for it in vats {
            assert_eq!(self.world.known(it), Known::default(), "{case}");
        }
    }
}
