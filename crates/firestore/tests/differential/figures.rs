//! What was asked, and how it was answered.

use std::{collections::BTreeMap, fmt};

use serde_json::Value as Json;

use crate::{
    comparison::code,
    shared::exchange::Outcome,
    step::{Kind, Step},
};

/// Counts over programs.
#[derive(Default)]
pub struct Figures {
    pub programs: usize,
    /// How often each kind of step was answered with each code.
    answers: BTreeMap<Kind, BTreeMap<String, usize>>,
    /// Documents that queries and lists found.
    found: usize,
    /// Queries and lists that found some.
    findings: usize,
}

impl Figures {
    pub fn add(&mut self, step: &Step, outcomes: &[Outcome]) {
        let Some(last) = outcomes.last() else { return };
        *self.answers.entry(step.kind).or_default().entry(code(last)).or_default() += 1;
        if matches!(step.kind, Kind::Query | Kind::List) {
            let found: usize = outcomes.iter().map(|outcome| documents(&outcome.body)).sum();
            self.found += found;
            self.findings += usize::from(found > 0);
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.programs += other.programs;
        self.found += other.found;
        self.findings += other.findings;
        for (kind, answers) in other.answers {
            let own = self.answers.entry(kind).or_default();
            for (code, count) in answers {
                *own.entry(code).or_default() += count;
            }
        }
    }

    pub fn steps(&self) -> usize {
        self.answers.values().flat_map(BTreeMap::values).sum()
    }

    /// Says what is wrong with a run that shows little: nothing but refusals, or nothing found.
    pub fn check(&self) -> Result<(), String> {
        let successes = |answers: &BTreeMap<String, usize>| answers.get("OK").copied().unwrap_or_default();
        for (kind, answers) in &self.answers {
            let total: usize = answers.values().sum();
            if successes(answers) * 5 < total {
                return Err(format!("four in five steps of kind {kind:?} were refused"));
            }
        }
        let looks: usize =
            [Kind::Query, Kind::List].iter().filter_map(|kind| self.answers.get(kind)).map(successes).sum();
        if self.findings * 5 < looks {
            return Err("four in five queries and lists found nothing".to_owned());
        }
        Ok(())
    }
}

fn documents(body: &Json) -> usize {
    match body {
        Json::Array(elements) => elements.iter().filter(|element| element.get("document").is_some()).count(),
        page => page.get("documents").and_then(Json::as_array).map_or(0, Vec::len),
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} programs, {} steps", self.programs, self.steps())?;
        for (kind, answers) in &self.answers {
            let total: usize = answers.values().sum();
            let answers: Vec<String> =
                answers.iter().map(|(code, count)| format!("{code} {count}")).collect();
            writeln!(f, "  {:<14}{total:>8}: {}", format!("{kind:?}"), answers.join(", "))?;
        }
        write!(f, "  {} queries and lists found {} documents", self.findings, self.found)
    }
}
