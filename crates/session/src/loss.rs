//! When the model's socket is lost, or must be left. What was under way is asked again as long as that can help; who lost
//! what it was, and how often nothing came of it, decide.

use mentora_core::time::seconds;
use mentora_gemini::Loss;
use mentora_wire::error::ErrorCode;

use crate::Step;
use crate::effect::Effect;
use crate::outbox::spread;
use crate::upstream::Socket;

/// Openings in a row of which nothing came, before we give up.
const MAX_FRUITLESS: u32 = 3;
/// Half the pause after the first of them; it doubles from there, with up to a quarter more by conversation.
const RETRY_MS: i64 = 250;
/// How long the model is left alone once its quota is used up, with up to a quarter more by conversation.
const COOLING_MS: i64 = seconds(30);

/// What the document of a session says when it was lost and another may follow.
const LOST: &str = "The connection to the tutor was lost.";

impl Step<'_> {
    pub(crate) fn model_lost(&mut self, generation: u32, loss: Loss, detail: &str) {
        if self.is_current(generation) {
            self.note("model.lost", format!("{loss:?}: {detail}"));
            self.lose_model(loss);
        }
    }

    /// Closes the socket because the model does not do what it should, and goes on as if it were lost. The handle is
    /// dropped: a session that is stuck stays stuck when resumed.
    pub(crate) fn drop_model(&mut self, why: &'static str) {
        self.note("model.dropped", why);
        self.effects.push(Effect::CloseModel);
        self.lose_model(Loss::RetryFresh);
    }

    /// The time that a GoAway left is over, and something is still under way: it goes on in a session that knows what was
    /// said.
    pub(crate) fn leave_model(&mut self) {
        self.note("model.dropped", "its time is over");
        self.effects.push(Effect::CloseModel);
        self.end_session(None);
        self.lose_model(Loss::RetryWithHandle);
    }

    fn lose_model(&mut self, loss: Loss) {
        self.end_grace();
        self.settle_trailing();
        let was_ready = matches!(self.state.upstream.socket, Socket::Ready { .. });
        let loss = if was_ready { loss.after_setup() } else { loss };
        self.end_session(Some(if loss.is_passing() { LOST } else { told(loss).1 }));
        let now = self.now;
        let conversation = self.state.record.facts.conversation.to_string();
        let upstream = &mut self.state.upstream;
        upstream.socket = Socket::Closed;
        upstream.fruitless = upstream.fruitless.saturating_add(1);
        let fruitless = upstream.fruitless;
        if was_ready {
            upstream.reaching_since = None;
        }
        if loss == Loss::Quota {
            upstream.quota_until = Some(now + quarter_more(COOLING_MS, fruitless, &conversation));
        }
        // A handle that was tried twice in vain is not tried again.
        if loss == Loss::RetryFresh || (!was_ready && fruitless > 1) {
            self.state.record.handle = None;
        }
        if !loss.is_passing() {
            return self.refuse_work(loss);
        }
        if was_ready && self.was_asked() {
            self.fail_answer();
        }
        self.hold_microphone();
        if fruitless >= MAX_FRUITLESS {
            return self.refuse_work(loss);
        }
        let pause = quarter_more(RETRY_MS << fruitless.min(6), fruitless, &conversation);
        self.state.upstream.socket = Socket::Waiting { until: now + pause };
    }

    /// Trying again would not help: whatever waits is told so.
    fn refuse_work(&mut self, loss: Loss) {
        self.state.upstream.fruitless = 0;
        self.state.upstream.reaching_since = None;
        if self.is_wanted() || self.was_asked() {
            self.state.upstream.refused = true;
            self.give_up_for(loss);
        }
    }

    /// Whether the lost session had been given something to answer.
    fn was_asked(&self) -> bool {
        let asked = self.state.record.owed.as_ref().is_some_and(|owed| owed.asked_at.is_some());
        let heard = self.state.speech.is_some_and(|speech| speech.streaming);
        asked || heard || self.state.is_speaking_hands_free()
    }

    fn give_up_for(&mut self, loss: Loss) {
        self.shut_microphone_without_model(told(loss).0);
        if let Some(spoken) = &self.state.record.spoken {
            if spoken.transcript.trim().is_empty() {
                return self.lose_speech();
            }
            self.store_speech();
        }
        if self.state.record.answer.is_some() {
            return self.finish_answer_as_shown();
        }
        let (code, message) = told(loss);
        let retry_in_ms = self.state.upstream.quota_until.map(|until| until.since(self.now));
        self.give_up(code, message, retry_in_ms);
    }
}

/// What the student is told when a turn is given up.
fn told(loss: Loss) -> (ErrorCode, &'static str) {
    match loss {
        Loss::Quota => (
            ErrorCode::UpstreamQuota,
            "The tutor has used up its quota for now. Your turn is kept; try again in a few minutes.",
        ),
        Loss::FatalAuth | Loss::FatalConfig => (
            ErrorCode::UpstreamUnavailable,
            "The tutor is not set up correctly and cannot answer. Your turn is kept; tell your teacher.",
        ),
        Loss::FatalRegion => (
            ErrorCode::UpstreamUnavailable,
            "The tutor cannot be reached from this region. Your turn is kept; tell your teacher.",
        ),
        Loss::RetryWithHandle | Loss::RetryFresh => (
            ErrorCode::UpstreamUnavailable,
            "The tutor cannot be reached. Your turn is kept; say something more to try again.",
        ),
    }
}

fn quarter_more(ms: i64, tries: u32, conversation: &str) -> i64 {
    ms.saturating_add(ms.saturating_mul(spread(tries, conversation)) / 1_024)
}
