//! A moment of grace at the end of an answer. The model promises no order between what it understood and the ends of turns,
//! so the first word of the student's turn may come when the answer to it is over. Both are stored, the turn before the
//! answer, when it has come or the moment has passed; until then neither is acknowledged.

use crate::Step;
use crate::record::{Answer, Over, Spoken};
use crate::student::TRANSCRIPT_GRACE_MS;

impl Answer {
    /// Whether nothing more of it is to come, as far as we know.
    pub(crate) fn is_over(&self) -> bool {
        self.over != Over::Not
    }
}

impl Spoken {
    /// Whether the student had finished, and nothing of it was understood.
    fn is_blank(&self) -> bool {
        self.ended_at.is_some() && self.transcript.trim().is_empty()
    }
}

impl Step<'_> {
    /// Whether the answer is given to what nobody has understood yet.
    pub(crate) fn awaits_first_word(&self) -> bool {
        self.state.record.spoken.as_ref().is_some_and(Spoken::is_blank)
    }

    /// The answer is over. Whether what it answers is given a moment to be understood; then the answer ends with that.
    pub(crate) fn gives_grace(&mut self, over: Over) -> bool {
        let now = self.now;
        let Some(spoken) = self.state.record.spoken.as_mut().filter(|spoken| spoken.is_blank()) else {
            return false;
        };
        let Some(answer) = self.state.record.answer.as_mut() else {
            return false;
        };
        if !answer.is_over() {
            answer.complete_at.get_or_insert(now);
            let until = now + TRANSCRIPT_GRACE_MS;
            spoken.due = Some(spoken.due.map_or(until, |due| due.min(until)));
        }
        if answer.over != Over::Told {
            answer.over = over;
        }
        true
    }

    /// Something else begins, or everything ends: an answer that only waits for its question waits no longer. Whether there
    /// was one.
    pub(crate) fn end_grace(&mut self) -> bool {
        let waits = self.state.record.answer.as_ref().is_some_and(Answer::is_over);
        if waits {
            self.finish_whole_answer();
        }
        waits
    }

    /// The time of the transcript is up: what was understood is stored, and the answer when that was all it waited for.
    pub(crate) fn transcript_due(&mut self) {
        if self.state.answers_later() && self.awaits_first_word() {
            // Who answers later can only read.
            return self.lose_speech();
        }
        self.store_speech();
        let heard = self.state.is_heard();
        let complete = |answer: &Answer| answer.complete_at.is_some() && (!heard || answer.audio_ms == 0);
        if self.state.record.answer.as_ref().is_some_and(|answer| answer.is_over() || complete(answer)) {
            self.finish_whole_answer();
        }
    }
}
