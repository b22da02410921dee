//! What a run of dialogues amounted to.

use std::fmt;

use crate::world::Faults;

#[derive(Debug, Default, Clone, Copy)]
pub struct Totals {
    pub steps: u64,
    pub student_turns: u64,
    pub tutor_turns: u64,
    pub truncated: u64,
    pub crashes: u64,
    pub errors: u64,
    pub sockets: u64,
    pub commits: u64,
    pub relayed: u64,
    pub reopened: u64,
    pub utterances: u64,
    /// Questions to the text model.
    pub weighed: u64,
    /// Turns that its verdict decided.
    pub verdicts: u64,
    pub out_of_time: u64,
}

impl Totals {
    pub fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.student_turns += other.student_turns;
        self.tutor_turns += other.tutor_turns;
        self.truncated += other.truncated;
        self.crashes += other.crashes;
        self.errors += other.errors;
        self.sockets += other.sockets;
        self.commits += other.commits;
        self.relayed += other.relayed;
        self.reopened += other.reopened;
        self.utterances += other.utterances;
        self.weighed += other.weighed;
        self.verdicts += other.verdicts;
        self.out_of_time += other.out_of_time;
    }

    /// A run in which a kind of fault never happened has shown nothing.
    pub fn check(&self, faults: Faults) {
        assert!(self.student_turns > 0 && self.tutor_turns > 0);
        assert!(self.relayed > 0, "no sound was relayed");
        assert!(self.reopened > 0, "nothing was opened again");
        assert!(self.utterances > 0, "nobody spoke hands-free");
        assert!(self.weighed > self.verdicts && self.verdicts > 0, "verdicts come, and fail to come");
        assert!(self.out_of_time > 0, "no clock ended anything");
        assert_eq!(faults.of(Faults::Crashes), self.crashes > 0, "crashes");
        if faults.of(Faults::Model) {
            assert!(self.truncated > 0 && self.errors > 0, "a failing model cuts answers short");
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} steps, {} student turns, {} tutor turns ({} cut short), {} crashes, {} errors told, {} model sockets, {} commits, {} chunks relayed, {} opened again, {} said hands-free, {} out of time, {} weighed ({} by verdict)",
            self.steps,
            self.student_turns,
            self.tutor_turns,
            self.truncated,
            self.crashes,
            self.errors,
            self.sockets,
            self.commits,
            self.relayed,
            self.reopened,
            self.utterances,
            self.out_of_time,
            self.weighed,
            self.verdicts
        )
    }
}
