//! A program on both sides, step by step.

use std::{fmt, thread, time::Duration};

use crate::{
    figures::Figures,
    shared::{
        exchange::Outcome,
        service::{EmbeddedService, EmulatorService},
    },
    side::Side,
    step::{Kind, Step},
};

/// How long a request waits that asks for the time: the emulator tells it in milliseconds, and no two are to be alike.
const TICK: Duration = Duration::from_millis(2);

/// The emulator and how many programs it has seen, each in a project of its own.
pub struct Bench {
    emulator: EmulatorService,
    /// What the projects of this bench begin with.
    name: String,
    programs: usize,
}

/// A program that was answered differently in its last step.
pub struct Difference {
    pub program: Vec<Step>,
    /// What both sides said to each step before the last.
    agreed: Vec<Vec<Outcome>>,
    theirs: Vec<Outcome>,
    ours: Vec<Outcome>,
    /// The lack of an answer.
    silence: Option<String>,
}

/// What two differences have in common that are one.
#[derive(PartialEq)]
pub struct Signature {
    kind: Kind,
    theirs: Vec<String>,
    ours: Vec<String>,
    silence: bool,
}

impl Bench {
    pub fn new(emulator: EmulatorService, name: String) -> Self {
        Self { emulator, name, programs: 0 }
    }

    /// Runs a program; `watch` sees each step that was answered alike.
    pub fn run(&mut self, program: &[Step], mut watch: impl FnMut(&Step, &[Outcome])) -> Option<Difference> {
        self.programs += 1;
        let project = format!("{}-{}", self.name, self.programs);
        let mut embedded = EmbeddedService::new();
        let mut ours = Side::new(&mut embedded, &project);
        let mut theirs = Side::new(&mut self.emulator, &project);
        let mut agreed = Vec::new();
        for (index, step) in program.iter().enumerate() {
            if step.body.as_ref().is_some_and(|body| body.to_string().contains("REQUEST_TIME")) {
                thread::sleep(TICK);
            }
            let our_answer = ours.answer(step);
            let their_answer = theirs.answer(step);
            let silence = [&their_answer, &our_answer].into_iter().find_map(|answer| answer.clone().err());
            let (their_answer, our_answer) =
                (their_answer.unwrap_or_default(), our_answer.unwrap_or_default());
            let alike = silence.is_none() && their_answer == our_answer;
            if !alike {
                return Some(Difference {
                    program: program[..=index].to_vec(),
                    agreed,
                    theirs: their_answer,
                    ours: our_answer,
                    silence,
                });
            }
            watch(step, &our_answer);
            agreed.push(our_answer);
        }
        None
    }

    /// Runs a program and counts its steps; aloud, it prints them too.
    pub fn count(&mut self, program: &[Step], figures: &mut Figures, aloud: bool) -> Option<Difference> {
        figures.programs += 1;
        self.run(program, |step, outcomes| {
            figures.add(step, outcomes);
            if aloud {
                println!("  {step}");
                outcomes.iter().for_each(|outcome| println!("    both   {outcome}"));
            }
        })
    }
}

impl Difference {
    pub fn signature(&self) -> Signature {
        let codes = |outcomes: &[Outcome]| outcomes.iter().map(code).collect();
        Signature {
            kind: self.program.last().map_or(Kind::Get, |step| step.kind),
            theirs: codes(&self.theirs),
            ours: codes(&self.ours),
            silence: self.silence.is_some(),
        }
    }
}

/// `OK`, or the code of a refusal.
pub fn code(outcome: &Outcome) -> String {
    match outcome.body.get("error").and_then(serde_json::Value::as_str) {
        Some(code) => code.to_owned(),
        None if outcome.status == 200 => "OK".to_owned(),
        None => outcome.status.to_string(),
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (step, outcomes) in self.program.iter().zip(&self.agreed) {
            writeln!(f, "  {step}")?;
            for outcome in outcomes {
                writeln!(f, "    both   {outcome}")?;
            }
        }
        if let Some(step) = self.program.last() {
            writeln!(f, "  {step}")?;
        }
        for (side, outcomes) in [("theirs", &self.theirs), ("ours  ", &self.ours)] {
            for outcome in outcomes {
                writeln!(f, "    {side} {outcome}")?;
            }
        }
        match &self.silence {
            Some(silence) => writeln!(f, "    no answer: {silence}"),
            None => Ok(()),
        }
    }
}
