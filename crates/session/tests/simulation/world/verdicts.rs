//! The text model that weighs turns: in time, late, twice, never, or with something that is no verdict.

use mentora_core::dialogue::Inquiry;
use mentora_core::dialogue::verdict::PATIENCE_MS;

use super::{Faults, Happens, World};

const VERDICT: &str = r#"{"vagueness":0,"claim":90,"evidence":75,"hearsay":0,"overreach":0,"oneSidedness":55,"balance":0,"concession":0,"closure":0,"question":0,"distress":0,"stance":"pro-weak"}"#;

impl World {
    pub(super) fn weigh(&mut self, number: u32, inquiry: &Inquiry) {
        self.totals.weighed += 1;
        self.promise(!inquiry.said.is_empty(), || "the text model was asked about nothing".into());
        let verdict = Some(VERDICT.to_owned());
        let faulty = self.faulty(Faults::Model);
        let in_time = self.random.between(100, PATIENCE_MS - 1);
        let (delay, reply) = match self.random.between(0, 99) {
            0..=59 => (in_time, verdict),
            60..=69 if faulty => (in_time, Some(VERDICT[..40].to_owned())),
            // It does not keep to the time, and nobody says so: the alarm must.
            70..=79 if faulty => (self.random.between(PATIENCE_MS, 60_000), verdict),
            80..=84 if faulty => return,
            85..=89 if faulty => {
                self.at(in_time, Happens::Verdict { number, reply: verdict.clone() });
                (self.random.between(0, 30_000), verdict)
            }
            90..=94 => (PATIENCE_MS, None),
            _ => (in_time, verdict),
        };
        self.at(delay, Happens::Verdict { number, reply });
    }
}
