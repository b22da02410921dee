//! Answers that the tutor gives later, where the assignment wants time to pass (`responseDelayHours`).
//!
//! A turn of the student is stored and acknowledged as ever, and the dialogue waits (`awaiting_delayed_response`) until the
//! answer is due. Nothing is awake meanwhile: a document (`pendingResponses/…`, see [`crate::promise`]) says when, and whoever
//! looks at the clock comes with [`Input::Due`](crate::Input::Due). Only then is the wallet asked and the text model.
//!
//! - The student may **add** to the turn until the tutor is at it. What is added is a further turn, and the time stays what was
//!   promised: else an afterthought would cost a day, and who has many would never be answered. The answer takes up all.
//! - The student may **take the turn back** until then. What was acknowledged is never lost, so the turn stays where it is,
//!   as said and not to be answered, and the student has the floor.
//! - The answer is stored with what it cost and owed to the wallet in one step, so that it is given once and charged once
//!   however often it is asked for, and wherever the object dies. What dies before that step was never said: it is
//!   asked for anew, and its hold is released.

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{
    Analysis, ConversationState, EndReason, Latency, Modality, Speaker, Turn, TurnType,
};
use mentora_core::pricing;
use mentora_core::prompts;
use mentora_core::time::{Millis, seconds};
use mentora_gemini::generate::{Answer, Question};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::Event;
use mentora_wire::stream::server::{ErrorFrame, Shortage};
use serde::{Deserialize, Serialize};

use crate::Step;
use crate::effect::{Effect, Write};
use crate::question::tutor_question;
use crate::state::State;
use crate::upstream::counted;

/// How often an answer is tried before it is given up.
pub const MAX_ATTEMPTS: u32 = 5;
/// How long the text model may take, once it was asked.
const PATIENCE_MS: i64 = seconds(45);
/// When to come back while the student is adding something.
const BUSY_MS: i64 = seconds(60);

/// An answer that is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delayed {
    /// Index of the student's newest turn, which it answers.
    pub student_index: u32,
    /// When it is due.
    pub due_at: Millis,
    /// Whether the student was told that it cannot be paid.
    #[serde(default)]
    pub told_unpaid: bool,
}

/// An answer that is being made. It is not in the record: what dies with it is asked for anew.
#[derive(Debug, Clone)]
pub(crate) struct Composing {
    /// Names the question.
    number: u32,
    /// The text model.
    model: String,
    /// Which try it is, from 1.
    attempt: u32,
    /// When the model was asked; until then it waits for its hold.
    asked_at: Option<Millis>,
}

/// What became of an answer that was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub enum DueOutcome {
    /// The turn has its answer, now or already.
    Answered {
        /// Index of the answer.
        index: u32,
    },
    /// There is nothing to answer (any more).
    Nothing,
    /// Not yet: it may be asked for again then.
    #[serde(rename_all = "camelCase")]
    Waits {
        /// Not before.
        until: Millis,
    },
    /// The wallet cannot pay it now. This is no failure: it waits.
    Unpaid,
    /// It could not be had.
    Failed {
        /// Why, without anybody's words.
        why: String,
    },
    /// It could not be had, and is not tried again: the student has the floor.
    GivenUp {
        /// Why, without anybody's words.
        why: String,
    },
}

impl State {
    /// Whether the tutor of this conversation answers later.
    pub(crate) fn answers_later(&self) -> bool {
        self.record.facts.ai_config.response_delay_hours > 0.0
    }

    fn delay_ms(&self) -> i64 {
        let delay = self.record.facts.ai_config.response_delay_hours * 3_600_000.0;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "720 hours at most, and a cast stops at the end of its range"
        )]
        {
            delay.round() as i64
        }
    }

    /// A conversation that only its document knows: an answer that it waits for is due when it would have been.
    pub(crate) fn delayed_of_document(&self) -> Option<Delayed> {
        let waits = self.record.state == ConversationState::AwaitingDelayedResponse;
        let last = self.turns.last().filter(|turn| waits && turn.speaker == Speaker::Student)?;
        let due_at = last.created_at + self.delay_ms();
        Some(Delayed { student_index: last.index, due_at, told_unpaid: false })
    }

    /// When the answer is due that is to come.
    #[must_use]
    pub fn due_at(&self) -> Option<Millis> {
        self.record.delayed.map(|delayed| delayed.due_at)
    }

    /// Whether an answer is being made that waits for somebody to pay for it.
    pub(crate) fn awaits_payment(&self) -> bool {
        self.composing.as_ref().is_some_and(|composing| composing.asked_at.is_none())
    }

    /// When the text model has taken too long.
    pub(crate) fn composing_until(&self) -> Option<Millis> {
        Some(self.composing.as_ref()?.asked_at? + PATIENCE_MS)
    }

    /// The move of the answer to come.
    fn move_of_delayed(&self, delayed: Delayed) -> Strategy {
        let analysis = self.turn(delayed.student_index).and_then(|turn| turn.analysis.as_ref());
        analysis.and_then(|analysis| analysis.strategy).unwrap_or(Strategy::Continue)
    }

    /// The first answer to the student's turn at `index`, or to what was added to it.
    fn answer_to(&self, index: u32) -> Option<u32> {
        let mut after = self.turns.iter().filter(|turn| turn.index > index);
        after.find(|turn| turn.speaker == Speaker::Tutor).map(|turn| turn.index)
    }
}

impl Step<'_> {
    /// The student's turn at `index` is stored and will be answered later. What is added to a turn is due with it.
    pub(crate) fn owe_later(&mut self, index: u32, ending: Option<EndReason>) {
        let promised = self.now + self.state.delay_ms();
        let before = self.state.record.delayed;
        let due_at = before.map_or(promised, |before| before.due_at.min(promised));
        let told_unpaid = before.is_some_and(|before| before.told_unpaid);
        self.state.record.delayed = Some(Delayed { student_index: index, due_at, told_unpaid });
        self.state.record.ending = ending;
        self.promise(index, due_at);
        self.move_to(ConversationState::AwaitingDelayedResponse);
        self.tell(Event::PendingResponse { due_at });
    }

    /// Whether the Live model is only to hear the student out. That it answers says no more than that it has: what it says is not
    /// listened to, and the answer comes when it is due.
    pub(crate) fn hears_out(&mut self) -> bool {
        let later = self.state.answers_later();
        if later && self.state.record.owed.as_ref().is_some_and(|owed| owed.asked_at.is_some()) {
            self.expect_transcript();
        }
        later
    }

    /// The student takes back the turn that has no answer yet; where there is none, nothing changes.
    pub(crate) fn take_back(&mut self, post: u32) {
        self.post = Some(post);
        if self.state.composing.is_some() {
            let message = "The tutor is answering at this moment. The answer will be here soon.";
            self.refuse_post(ErrorCode::TurnInProgress, message);
        } else if self.drop_delayed() {
            self.state.record.ending = None;
            self.acted();
            self.move_to(ConversationState::AwaitingFollowup);
        }
        self.post = None;
    }

    /// No answer will come of what was to be answered later; whether there was anything.
    pub(crate) fn drop_delayed(&mut self) -> bool {
        let was = self.state.record.delayed.take().is_some();
        if was {
            self.unpromise();
        }
        if self.state.composing.take().is_some() {
            self.effects.push(Effect::DueAnswered(DueOutcome::Nothing));
        }
        was
    }

    /// The time has come, says whoever looks at the clock: of the student's turn at `index`, for the `attempt`th time. Said twice,
    /// both are told what comes of the one answer.
    pub(crate) fn due(&mut self, index: u32, attempt: u32, model: String) {
        if self.state.composing.is_some() {
            return;
        }
        let Some(delayed) = self.state.record.delayed else {
            let outcome = match self.state.answer_to(index) {
                Some(index) => DueOutcome::Answered { index },
                None => DueOutcome::Nothing,
            };
            return self.effects.push(Effect::DueAnswered(outcome));
        };
        let until = if self.now < delayed.due_at {
            Some(delayed.due_at)
        } else if self.state.is_under_way_beside_delayed() {
            Some(self.now + BUSY_MS)
        } else {
            None
        };
        if let Some(until) = until {
            return self.effects.push(Effect::DueAnswered(DueOutcome::Waits { until }));
        }
        self.state.inquiries = self.state.inquiries.wrapping_add(1);
        let number = self.state.inquiries;
        self.state.composing = Some(Composing { number, model, attempt, asked_at: None });
        if attempt > MAX_ATTEMPTS {
            // Whoever tried before has died of it each time.
            self.composing_failed("too many attempts");
        }
    }

    /// After every input: the text model is asked once somebody pays.
    pub(crate) fn compose_if_paid(&mut self) {
        if !self.state.awaits_payment() || !self.is_paid_for() {
            return;
        }
        let Some(question) = self.delayed_question() else { return };
        let now = self.now;
        let Some(composing) = self.state.composing.as_mut() else { return };
        composing.asked_at = Some(now);
        let number = composing.number;
        self.effects.push(Effect::Compose { number, question: Box::new(question) });
    }

    /// What the text model is asked: the briefing of any tutor, what was said, and the guidance to the move before what it answers.
    pub(crate) fn delayed_question(&self) -> Option<Question> {
        let (delayed, composing) = (self.state.record.delayed?, self.state.composing.as_ref()?);
        let config = &self.state.record.facts.ai_config;
        let guidance = if self.state.asks_last_question(delayed.student_index) {
            prompts::closing()
        } else {
            prompts::guidance(&config.dialectical_config, self.state.move_of_delayed(delayed))
        };
        let said = self.state.turns.iter().filter(|turn| !turn.text.is_empty());
        let said = said.map(|turn| (turn.speaker, prompts::plain(&turn.text)));
        Some(tutor_question(composing.model.clone(), self.briefing(&[]), guidance, said))
    }

    /// The text model has answered, or will not. What comes late or twice changes nothing.
    pub(crate) fn composed(&mut self, number: u32, answer: Result<Answer, String>) {
        let asked = |composing: &&Composing| composing.number == number && composing.asked_at.is_some();
        if self.state.composing.as_ref().filter(asked).is_none() {
            return;
        }
        match answer {
            Ok(answer) => self.store_delayed_answer(answer),
            Err(why) => self.composing_failed(&why),
        }
    }

    /// The text model has taken too long.
    pub(crate) fn composing_overdue(&mut self) {
        if self.state.composing_until().is_some_and(|until| until <= self.now) {
            self.composing_failed("took too long");
        }
    }

    fn store_delayed_answer(&mut self, answer: Answer) {
        let Some(Composing { model, asked_at, .. }) = self.state.composing.take() else { return };
        let Some(delayed) = self.state.record.delayed.take() else { return };
        let usage = counted(answer.usage);
        let cost = pricing::cost(&model, self.now, &usage);
        let strategy = self.state.move_of_delayed(delayed);
        let ending = self.state.record.ending;
        let (index, now) = (self.state.next_index(), self.now);
        let turn = self.store_turn(Turn {
            id: self.state.turn_id(index),
            index,
            speaker: Speaker::Tutor,
            kind: if ending.is_some() { TurnType::Summary } else { TurnType::Counterpoint },
            modality: Modality::Text,
            text: prompts::plain(answer.text.trim()).into_owned(),
            generated_text: None,
            truncated: false,
            heard_ms: None,
            analysis: Some(Analysis { strategy: Some(strategy), ..Analysis::default() }),
            usage: Some(usage),
            cost_micros: Some(cost),
            latency: asked_at.map(|asked_at| Latency {
                asked_ms: None,
                opening_ms: None,
                first_text_ms: None,
                first_audio_ms: None,
                total_ms: now.since(asked_at),
            }),
            client_message_id: None,
            prompt_version: Some(prompts::version().to_owned()),
            model: Some(model.clone()),
            created_at: now,
            prev_hash: String::new(),
            hash: String::new(),
        });
        self.hold_becomes();
        self.settle_hold(index, Some(cost));
        self.acted();
        self.tell(Event::AiResponseStart { turn_id: turn.id.clone(), turn_index: index, strategy });
        self.effects.push(Effect::Write(Write::Compact { turn_id: turn.id.clone() }));
        self.tell(Event::AiResponseEnd { turn });
        self.meter(index, &model, &usage, cost);
        self.effects.push(Effect::DueAnswered(DueOutcome::Answered { index }));
        self.pass_the_floor();
    }

    /// No answer came of this try.
    fn composing_failed(&mut self, why: &str) {
        let Some(composing) = self.state.composing.take() else { return };
        self.note("delayed.failed", format!("{}: {why}", composing.attempt));
        let why = why.to_owned();
        if composing.attempt < MAX_ATTEMPTS {
            return self.effects.push(Effect::DueAnswered(DueOutcome::Failed { why }));
        }
        self.state.record.delayed = None;
        let message = "The tutor could not answer. Your turn is kept; say something more to try again.";
        self.tell_all(ErrorCode::UpstreamUnavailable, message, None);
        self.effects.push(Effect::DueAnswered(DueOutcome::GivenUp { why }));
        self.pass_the_floor();
    }

    /// The answer cannot be paid for; `shortage` says what is missing, when it is credits. Whether it was an answer to come later.
    pub(crate) fn composing_unpaid(&mut self, shortage: Option<&Shortage>) -> bool {
        if !self.state.awaits_payment() {
            return false;
        }
        let Some(shortage) = shortage else {
            self.composing_failed("credits cannot be checked");
            return true;
        };
        self.state.composing = None;
        self.effects.push(Effect::DueAnswered(DueOutcome::Unpaid));
        let told = self
            .state
            .record
            .delayed
            .as_mut()
            .is_none_or(|delayed| std::mem::replace(&mut delayed.told_unpaid, true));
        if !told {
            let message = "There are not enough credits for the tutor's answer. Your turn is kept, and is answered once credits were added.";
            self.tell_all(ErrorCode::InsufficientCredits, message, Some(shortage.clone()));
        }
        true
    }

    fn tell_all(&mut self, code: ErrorCode, message: &str, details: Option<Shortage>) {
        self.tell(Event::Error(ErrorFrame {
            code,
            message: message.to_owned(),
            recoverable: true,
            retry_in_ms: None,
            client_message_id: None,
            details,
        }));
    }
}
