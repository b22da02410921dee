//! One table of requests and replies, run against our own store and against Google's emulator.
//!
//! - `case`: what a case is, and the words it is written in
//! - `cases`: the table, one file for each subject
//! - `differences`: where the emulator is knowingly answered otherwise, and why
//! - `shared`: where requests go, and how replies are compared; the differential test does it in the same way

// A test fails by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod case;
mod cases;
mod differences;
#[path = "../shared/mod.rs"]
mod shared;

use std::{env, process};

use case::Case;
use mentora_firestore::emulator::Emulator;
use shared::{
    exchange::Outcome,
    service::{EmbeddedService, EmulatorService, Service},
};

/// How replies are looked at.
#[derive(Clone, Copy, PartialEq)]
enum Judged {
    /// They have to be as expected, their words included.
    ToTheLetter,
    /// They have to be as expected, however worded.
    ByTheirCode,
    /// They are only kept for a comparison.
    Later,
}

/// Runs one case; gives what each step answered, normalised, or the transcript up to the step that surprised.
fn run(
    case: &Case,
    project: &str,
    service: &mut dyn Service,
    judged: Judged,
) -> Result<Vec<Outcome>, String> {
    let mut outcomes = Vec::new();
    let mut memory = case::Memory::new(project);
    for step in &case.steps {
        let request = memory.request(step);
        let reply = service.send(&request)?;
        let outcome = memory.run.outcome(&reply);
        memory.keep(step, &reply)?;
        let verdict = match judged {
            Judged::ToTheLetter => step
                .expectation
                .check(&outcome)
                .and_then(|()| step.expectation.check_wording(&memory, &reply)),
            Judged::ByTheirCode => step.expectation.check(&outcome),
            Judged::Later => Ok(()),
        };
        if let Err(surprise) = verdict {
            return Err(format!(
                "  {} {}\n  {}\n  answered {outcome}\n  but {surprise}",
                request.method, request.path, request.body
            ));
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// The cases that were not answered as expected, with their transcripts.
fn failures(service: &mut dyn Service, projects: &str) -> Vec<String> {
    let cases = cases::all();
    println!("{} cases", cases.len());
    let failure = |(index, case): (usize, &Case)| {
        let project = format!("{projects}-{index}");
        run(case, &project, service, Judged::ToTheLetter)
            .err()
            .map(|failure| format!("{}\n{failure}", case.name))
    };
    cases.iter().enumerate().filter_map(failure).collect()
}

/// The steps that were answered differently.
fn compared(theirs: &[Outcome], ours: &[Outcome]) -> String {
    let pairs = theirs.iter().zip(ours).enumerate().filter(|(_, (theirs, ours))| theirs != ours);
    let lines =
        pairs.map(|(step, (theirs, ours))| format!("  step {step}\n  theirs {theirs}\n  ours   {ours}"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_embedded_store_answers_as_production_is_expected_to() {
    let failures = failures(&mut EmbeddedService::new(), "demo");
    assert!(failures.is_empty(), "{} cases failed:\n\n{}", failures.len(), failures.join("\n\n"));
}

/// `tests/documents/run.mjs` starts a Worker and gives its address.
#[test]
fn the_embedded_store_in_workerd_answers_as_production_is_expected_to() {
    let Ok(address) = env::var("FIRESTORE_STORE_URL") else {
        eprintln!("SKIPPED: the table in workerd. FIRESTORE_STORE_URL names no store.");
        return;
    };
    let mut service = EmulatorService::at(address);
    let failures = failures(&mut service, &format!("demo-{}", process::id()));
    assert!(failures.is_empty(), "{} cases failed:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn the_emulator_answers_the_same_but_for_the_known_differences() {
    let Some(emulator) = Emulator::start_or_skip().expect("the emulator is installed but does not run")
    else {
        return;
    };
    let mut theirs = EmulatorService::new(&emulator);
    let mut ours = EmbeddedService::new();
    let mut failures = Vec::new();
    for (index, case) in cases::all().iter().enumerate() {
        let project = format!("demo-{index}");
        let difference = differences::of(case.name);
        if difference.is_some_and(|known| known.emulator == differences::Emulator::NeverAnswers) {
            continue;
        }
        let judged = if difference.is_none() { Judged::ByTheirCode } else { Judged::Later };
        let theirs = run(case, &project, &mut theirs, judged);
        let ours = run(case, &project, &mut ours, Judged::Later);
        let failure = match (theirs, ours, difference) {
            (Err(failure), _, _) | (_, Err(failure), _) => Some(failure),
            (Ok(theirs), Ok(ours), None) if theirs != ours => Some(compared(&theirs, &ours)),
            (Ok(theirs), Ok(ours), Some(known)) if theirs == ours => {
                Some(format!("  is listed as a difference and is none: {}", known.why))
            }
            _ => None,
        };
        failures.extend(failure.map(|failure| format!("{}\n{failure}", case.name)));
    }
    println!("{} cases, {} known differences", cases::all().len(), differences::KNOWN.len());
    assert!(failures.is_empty(), "{} cases differ:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn every_known_difference_names_a_case_and_every_case_has_a_name_of_its_own() {
    let cases = cases::all();
    for known in differences::KNOWN {
        assert!(cases.iter().any(|case| case.name == known.case), "no case is called {:?}", known.case);
    }
    let mut names: Vec<&str> = cases.iter().map(|case| case.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two cases have one name");
}
