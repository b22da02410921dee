//! What a run of dialogues amounted to.

use std::fmt;

use crate::closes::CLOSES;
use crate::world::Faults;

#[derive(Debug, Default, Clone)]
pub struct Totals {
    pub steps: u64,
    pub student_turns: u64,
    pub tutor_turns: u64,
    pub truncated: u64,
    /// Before, between and after the effects of a step, and while waking.
    pub crashes: [u64; 4],
    pub errors: u64,
    pub sockets: u64,
    pub commits: u64,
    pub relayed: u64,
    pub reopened: u64,
    pub doubled: u64,
    pub jumps: u64,
    /// Turns that a wallet paid for, and holds that it refused.
    pub charges: u64,
    pub refusals: u64,
    /// By the row of [`CLOSES`].
    pub closes: [u64; CLOSES.len()],
    pub utterances: u64,
    /// Questions to the text model.
    pub weighed: u64,
    /// Turns that its verdict decided.
    pub verdicts: u64,
    pub out_of_time: u64,
    /// Answers that came later, tries of them that failed, and those that were given up.
    pub later: [u64; 3],
}

impl Totals {
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.student_turns += other.student_turns;
        self.tutor_turns += other.tutor_turns;
        self.truncated += other.truncated;
        self.errors += other.errors;
        self.sockets += other.sockets;
        self.commits += other.commits;
        self.relayed += other.relayed;
        self.reopened += other.reopened;
        self.doubled += other.doubled;
        self.jumps += other.jumps;
        self.charges += other.charges;
        self.refusals += other.refusals;
        for (sum, more) in self.crashes.iter_mut().zip(other.crashes) {
            *sum += more;
        }
        for (sum, more) in self.closes.iter_mut().zip(other.closes) {
            *sum += more;
        }
        self.utterances += other.utterances;
        self.weighed += other.weighed;
        self.verdicts += other.verdicts;
        self.out_of_time += other.out_of_time;
        for (sum, more) in self.later.iter_mut().zip(other.later) {
            *sum += more;
        }
    }

    /// A run in which a kind of fault never happened has shown nothing.
    pub fn check(&self, faults: Faults) {
        assert!(self.student_turns > 0 && self.tutor_turns > 0);
        if faults == Faults::Delayed {
            assert!(self.later.iter().all(|count| *count > 0), "later {:?}", self.later);
            assert!(self.charges > 0 && self.refusals > 0, "wallets that pay, and that cannot");
            assert!(self.crashes.iter().all(|count| *count > 0), "crashes {:?}", self.crashes);
            return;
        }
        assert!(self.relayed > 0, "no sound was relayed");
        assert!(self.reopened > 0, "nothing was opened again");
        for crashes in self.crashes {
            assert_eq!(faults.of(Faults::Crashes), crashes > 0, "crashes {:?}", self.crashes);
        }
        assert!(self.charges > 0, "nothing was paid for");
        assert_eq!(faults.of(Faults::Wallet), self.refusals > 0, "wallets that cannot pay");
        assert_eq!(faults.of(Faults::Clock), self.jumps > 0, "jumps of the clock");
        assert_eq!(faults.of(Faults::Model), self.doubled > 0, "messages that came twice");
        assert!(self.utterances > 0, "nobody spoke hands-free");
        assert!(self.weighed > self.verdicts && self.verdicts > 0, "verdicts come, and fail to come");
        assert!(self.out_of_time > 0, "no clock ended anything");
        if faults.of(Faults::Model) {
            assert!(self.truncated > 0 && self.errors > 0, "a failing model cuts answers short");
            for (count, close) in self.closes.iter().zip(CLOSES) {
                assert!(*count > 0, "no socket went by {close:?}");
            }
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} steps, {} student turns, {} tutor turns ({} cut short), {:?} crashes, {} errors told, {} model sockets, {} lost, {} commits, {} chunks relayed, {} opened again, {} jumps of the clock, {} charges, {} refused, {} said hands-free, {} out of time, {} weighed ({} by verdict), {:?} later",
            self.steps,
            self.student_turns,
            self.tutor_turns,
            self.truncated,
            self.crashes,
            self.errors,
            self.sockets,
            self.closes.iter().sum::<u64>(),
            self.commits,
            self.relayed,
            self.reopened,
            self.jumps,
            self.charges,
            self.refusals,
            self.utterances,
            self.out_of_time,
            self.weighed,
            self.verdicts,
            self.later
        )
    }
}
