//! Replays `tests/suite/vat/*.updoc`: each step a program in one vat, as a prompt would run it.

use harness::{Answer, Suite, Transcript};
use syntax::{Expansion, Pragmas, expand, parse_with};
use vat::powers::still::Still;
use vat::world::{Evaluation, Outcome, World};
use vat::{Evaluated, Handle, Limits, VatId};

/// Answers every step: what it printed, its value or problem, and what was printed before it was closed.
/// Collecting garbage at every chance changes none of it.
fn replay(transcript: &Transcript) -> Vec<Vec<Answer>> {
    let limits = Limits { turn: 5_000_000, heap: 1 << 26, ..Limits::default() };
    let answers = replay_with(transcript, limits.clone());
    // The hostile ones take their time as it is.
    let name = transcript.path.file_name().unwrap_or_default().to_string_lossy();
    if !name.starts_with("hostile") {
        let eager = replay_with(transcript, Limits { eager_collection: true, ..limits.clone() });
        assert_eq!(eager, answers, "with a collection at every safepoint");
        // Why a promise is pending depends on when that is asked.
        #[cfg(feature = "host")]
        if name != "pending.updoc" {
            threads::check(transcript, limits.clone());
        }
    }
    // A space bank pays in its own world only.
    if !name.starts_with("hostile") && name != "banks.updoc" {
        let moved = replay_moving(transcript, limits);
        assert_eq!(moved, answers, "with a snapshot now and then, restored in a new world");
    }
    answers
}

fn replay_with(transcript: &Transcript, limits: Limits) -> Vec<Vec<Answer>> {
    let powers = Still::new();
    let mut world = World::new(limits);
    let vat = world.make_vat("main", Box::new(powers.clone()));
    let mut prompt = Prompt { world, vat, powers, pragmas: Pragmas::default() };
    transcript.steps().map(|it| prompt.step(&it.input)).collect()
}

/// The same, but after every fifth step all vats are saved to bytes and go on in a new world.
fn replay_moving(transcript: &Transcript, limits: Limits) -> Vec<Vec<Answer>> {
    let powers = Still::new();
    let mut world = World::new(limits.clone());
    let vat = world.make_vat("main", Box::new(powers.clone()));
    let mut prompt = Prompt { world, vat, powers, pragmas: Pragmas::default() };
    let mut step = |at: usize, input: &str| {
        let answers = prompt.step(input);
        if at % 5 == 4 {
            prompt.move_to(World::new(limits.clone()));
        }
        answers
    };
    transcript.steps().enumerate().map(|(at, it)| step(at, &it.input)).collect()
}

/// The same steps, each until nothing is left to do: on several threads they give what they give on one. What several
/// vats print in one step is in no order.
#[cfg(feature = "host")]
mod threads {
    use super::*;
    use vat::world::Workers;

    /// More turns than any page needs that comes to an end.
    const TURNS: u64 = 200_000;

    /// The answers of a step: each key, and the lines sorted.
    type Step = Vec<(String, Vec<String>)>;

    pub fn check(transcript: &Transcript, limits: Limits) {
        let Some(one) = play(transcript, limits.clone(), None) else { return };
        for threads in [1, 2, 3] {
            let several = play(transcript, limits.clone(), Some(Workers::at_once(threads)));
            assert_eq!(several.as_ref(), Some(&one), "on {threads} threads of workers");
        }
    }

    /// `None`: it comes to no end.
    fn play(transcript: &Transcript, limits: Limits, workers: Option<Workers>) -> Option<Vec<Step>> {
        let powers = Still::new();
        let mut world = World::new(limits);
        let vat = world.make_vat("main", Box::new(powers.clone()));
        let mut prompt = Prompt { world, vat, powers, pragmas: Pragmas::default() };
        transcript.steps().map(|it| step(&mut prompt, &it.input, workers)).collect()
    }

    fn step(prompt: &mut Prompt, input: &str, workers: Option<Workers>) -> Option<Step> {
        let mut answers = Vec::new();
        let handle = prompt.start(input);
        until_quiet(&mut prompt.world, workers)?;
        prompt.streams(&mut answers);
        prompt.result(handle, &mut answers);
        prompt.world.reactor(prompt.vat);
        until_quiet(&mut prompt.world, workers)?;
        prompt.streams(&mut answers);
        let sorted = |it: Answer| {
            let mut lines: Vec<String> = it.text.lines().map(str::to_owned).collect();
            lines.sort();
            (it.key, lines)
        };
        Some(answers.into_iter().map(sorted).collect())
    }

    fn until_quiet(world: &mut World, workers: Option<Workers>) -> Option<()> {
        let before = world.turns();
        loop {
            let report = match workers {
                Some(it) => world.run_on(it),
                None => world.run_turns(256),
            };
            if let Outcome::Quiet { .. } = report.outcome {
                return Some(());
            }
            if world.turns() - before > TURNS {
                return None;
            }
        }
    }
}

struct Prompt {
    world: World,
    vat: VatId,
    powers: Still,
    pragmas: Pragmas,
}

impl Prompt {
    fn move_to(&mut self, world: World) {
        let before = std::mem::replace(&mut self.world, world);
        let bytes = before.snapshot_of(&before.vat_ids()).unwrap_or_else(|it| panic!("{it}"));
        drop(before);
        let mut powers = |_: &str| Some(Box::new(self.powers.clone()) as Box<dyn vat::Powers>);
        let vats = self.world.restore_all(&bytes, &mut powers).unwrap_or_else(|it| panic!("{it}"));
        self.vat = vats[0];
    }

    fn start(&mut self, input: &str) -> Handle {
        let parse = parse_with(input, &self.pragmas);
        self.pragmas = parse.pragmas;
        let mut expansion = expand(&parse.program);
        expansion.errors.splice(0..0, parse.errors);
        self.world.eval(self.vat, Evaluation::new(expansion, "step"))
    }

    fn step(&mut self, input: &str) -> Vec<Answer> {
        let mut answers = Vec::new();
        let handle = self.start(input);
        self.run_until(|world| world.evaluated(handle).is_some());
        self.streams(&mut answers);
        self.result(handle, &mut answers);
        let reactor = self.world.reactor(self.vat);
        self.run_until(|world| !world.is_pending(reactor));
        self.streams(&mut answers);
        // The loop of steps takes three turns to come round: what is sent meanwhile goes on, and what it prints
        // is seen in the next step.
        for _ in 0..3 {
            let between = self.world.eval(self.vat, Evaluation::new(Expansion::default(), "between steps"));
            self.run_until(|world| world.evaluated(between).is_some());
        }
        answers
    }

    fn run_until(&mut self, done: impl Fn(&World) -> bool) {
        while !done(&self.world) {
            if let Outcome::Quiet { .. } = self.world.run_turn().outcome {
                return;
            }
        }
    }

    fn streams(&self, answers: &mut Vec<Answer>) {
        for (key, text) in [("stdout", self.powers.take_stdout()), ("stderr", self.powers.take_stderr())] {
            if !text.is_empty() {
                answers.push(Answer::new(key, text));
            }
        }
    }

    fn result(&mut self, handle: Handle, answers: &mut Vec<Answer>) {
        if self.world.evaluated(handle) == Some(Evaluated::Value) {
            if !self.world.is_null(handle) {
                answers.push(Answer::new("value", printed(self.world.state(handle))));
            }
            return;
        }
        let text = self.world.problem(handle).map(|it| it.printed).unwrap_or_default();
        let (key, text) = text.split_once(": ").unwrap_or(("problem", &text));
        answers.push(Answer::new(key, text));
    }
}

fn printed(state: vat::ReferenceState) -> String {
    use vat::ReferenceState::*;
    match state {
        Near(it) | Far(it) | Broken(it) | Promise(it) => it,
    }
}

fn main() -> std::process::ExitCode {
    let vats = harness::repository().join("docs/vats.md");
    Suite::new().transcripts("vat", replay).transcript(vats, std::sync::Arc::new(replay)).run()
}
