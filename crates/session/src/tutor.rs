//! Answers of the tutor, from owed to stored. Three lengths are kept apart: what was generated, what was shown, and
//! what was heard. What is stored as said is what reached the student.

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{Analysis, ConversationState, Latency, Modality, Speaker, Turn, TurnType};
use mentora_wire::error::ErrorCode;
use mentora_wire::rest::{DecisionBody, PendingBody, TurnAnswer};
use mentora_wire::stream::Event;
use mentora_wire::stream::server::{ErrorFrame, Shortage};

use crate::Step;
use crate::effect::{Effect, Refusal, Write};
use crate::heard::heard_part;
use crate::record::{Answer, Over, Owed};
use crate::upstream::Trailing;

/// How often an answer that failed before anything came of it is asked for again.
const MAX_FAILURES: u32 = 2;
/// How often a turn that the model ended without a word is asked about again.
const MAX_EMPTY: u32 = 1;
/// How often an answer that was cut short by a failure is asked for again.
const MAX_CUTS: u32 = 1;

/// Why an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// It is complete.
    Not,
    /// The student broke in after hearing so many milliseconds.
    Heard(i64),
    /// It stopped where it was: the student wrote, or the model was lost.
    Shown,
}

impl Step<'_> {
    /// The tutor says something: opens the answer when it is the first of it. `None` when nobody asked.
    fn answer_in_progress(&mut self) -> Option<()> {
        if self.state.record.answer.is_some() {
            return Some(());
        }
        if self.hears_out() {
            return None;
        }
        let owed = self.state.record.owed.as_ref().filter(|owed| owed.asked_at.is_some())?;
        let strategy = owed.strategy;
        // A spoken turn whose transcript is not complete will be stored before the answer is.
        let index = self.state.next_index().saturating_add(u32::from(self.state.record.spoken.is_some()));
        self.state.record.answer = Some(Answer {
            index,
            strategy,
            text: String::new(),
            audio_bytes: 0,
            audio_ms: 0,
            started_at: self.now,
            last_at: self.now,
            first_text_at: None,
            first_audio_at: None,
            complete_at: None,
            played_ms: None,
            usage: None,
            over: Over::Not,
        });
        self.expect_transcript();
        self.microphone_answered();
        let turn_id = self.state.turn_id(index);
        self.tell(Event::AiResponseStart { turn_id, turn_index: index, strategy });
        Some(())
    }

    pub(crate) fn spoke(&mut self, text: &str) {
        if self.awaits_voice(text) {
            return;
        }
        if self.answer_in_progress().is_none() {
            return;
        }
        let now = self.now;
        let Some(answer) = self.state.record.answer.as_mut() else {
            return;
        };
        // The first piece often begins with a blank; pieces are joined as they come.
        let text = if answer.text.is_empty() { text.trim_start() } else { text };
        answer.text.push_str(text);
        answer.last_at = now;
        answer.first_text_at.get_or_insert(now);
        let turn_id = self.state.turn_id(self.state.record.answer.as_ref().map_or(0, |answer| answer.index));
        self.tell(Event::AiTextChunk { turn_id, text: text.to_owned() });
    }

    /// A chunk of the tutor's speech; the shell has it at hand.
    pub(crate) fn answer_audio(&mut self, bytes: usize) {
        self.end_voice_turn();
        if self.answer_in_progress().is_none() {
            return;
        }
        let Some(answer) = &self.state.record.answer else {
            return;
        };
        let (turn_index, offset_ms) = (answer.index, answer.audio_ms);
        let turn_id = self.state.turn_id(turn_index);
        self.handled_answer(bytes);
        self.effects.push(Effect::RelayAudio { turn_id, turn_index, offset_ms });
        self.end_endless_answer();
    }

    /// All of the answer has come. Without an ear it is over; with one it is over when it was played.
    pub(crate) fn answer_generated(&mut self) {
        self.store_speech_if_understood();
        let now = self.now;
        let heard = self.state.is_heard();
        if let Some(answer) = self.state.record.answer.as_mut() {
            answer.complete_at.get_or_insert(now);
            let silent = !heard || answer.audio_ms == 0;
            if silent && !self.awaits_first_word() {
                self.finish_answer(Cut::Not);
            }
        }
    }

    /// The model has ended its turn, or what it said was played.
    pub(crate) fn answer_over(&mut self, over: Over) {
        if self.hears_out()
            || self.gives_grace(over)
            || self.state.record.answer.is_none() && self.is_still_speaking()
        {
            return;
        }
        match &self.state.record.answer {
            Some(_) => self.finish_answer(Cut::Not),
            // It ended without a word. Speech that was understood is asked about again in writing.
            None if self.state.record.owed.as_ref().is_some_and(|owed| owed.asked_at.is_some()) => {
                self.empty_turn();
            }
            None => {}
        }
    }

    /// The model ended its turn without having said anything: asked once more in silence, then given up.
    fn empty_turn(&mut self) {
        self.note("model.turn.empty", "");
        if let Some(owed) = self.state.record.owed.as_mut() {
            owed.empty = owed.empty.saturating_add(1);
            if owed.empty > MAX_EMPTY {
                owed.failures = MAX_FAILURES;
            }
        }
        self.fail_answer();
    }

    /// The model was interrupted: by what we sent, or for reasons of its own.
    pub(crate) fn answer_interrupted(&mut self) {
        if self.broke_in() {
            return;
        }
        // Without a student who broke in, the answer stops where it is; the model will send no more of it.
        if self.state.record.answer.as_ref().is_some_and(|answer| answer.complete_at.is_none()) {
            self.finish_answer(Cut::Shown);
        }
    }

    /// All of the answer has come, so most likely all of the transcript has; none at all may still come.
    fn store_speech_if_understood(&mut self) {
        if self.state.record.spoken.as_ref().is_some_and(|spoken| !spoken.transcript.trim().is_empty()) {
            self.store_speech_if_ended();
        }
    }

    fn store_speech_if_ended(&mut self) {
        if self.state.record.spoken.as_ref().is_some_and(|spoken| spoken.ended_at.is_some()) {
            self.store_speech();
        }
    }

    /// The student breaks in by voice or button.
    pub(crate) fn interrupt(&mut self, heard_ms: Option<i64>) {
        if self.end_grace() {
            return;
        }
        let Some(answer) = &self.state.record.answer else {
            return;
        };
        let playing_ms = answer.first_audio_at.map_or(0, |at| self.now.since(at));
        let heard = heard_ms.or(answer.played_ms).unwrap_or(playing_ms).clamp(0, answer.audio_ms);
        let turn_id = self.state.turn_id(answer.index);
        // Clients that play nothing have read what they were shown.
        let cut = if self.state.is_heard() && answer.audio_ms > 0 { Cut::Heard(heard) } else { Cut::Shown };
        self.store_speech_if_ended();
        self.tell(Event::Interrupted { turn_id, heard_ms: heard });
        self.acted();
        self.finish_answer(cut);
    }

    /// The student writes while the tutor speaks.
    pub(crate) fn finish_answer_as_shown(&mut self) {
        if self.end_grace() {
            return;
        }
        let Some(answer) = &self.state.record.answer else {
            return;
        };
        let complete = answer.complete_at.is_some();
        let (turn_id, audio_ms) = (self.state.turn_id(answer.index), answer.audio_ms);
        if audio_ms > 0 {
            let heard_ms = answer.played_ms.unwrap_or(audio_ms);
            self.tell(Event::Interrupted { turn_id, heard_ms });
        }
        self.finish_answer(if complete { Cut::Not } else { Cut::Shown });
    }

    pub(crate) fn played(&mut self, turn_id: &str, heard_ms: i64) {
        let Some(index) = self.state.record.answer.as_ref().map(|answer| answer.index) else {
            return;
        };
        if self.state.turn_id(index).as_str() != turn_id {
            return;
        }
        if let Some(answer) = self.state.record.answer.as_mut() {
            let most = answer.audio_ms;
            answer.played_ms = Some(answer.played_ms.unwrap_or(0).max(heard_ms).min(most));
        }
    }

    /// All of the answer reached the student.
    pub(crate) fn finish_whole_answer(&mut self) {
        self.finish_answer(Cut::Not);
    }

    /// Stores the answer as far as it reached the student.
    fn finish_answer(&mut self, cut: Cut) {
        if self.state.record.answer.is_none() {
            return;
        }
        // What is answered comes before the answer.
        self.store_speech_if_ended();
        let Some(answer) = self.state.record.answer.take() else {
            return;
        };
        self.microphone_waits();
        let owed = self.state.record.owed.take();
        let (text, heard_ms) = match cut {
            Cut::Not | Cut::Shown => (answer.text.trim_end().to_owned(), None),
            Cut::Heard(ms) => (heard_part(&answer.text, ms, answer.audio_ms), Some(ms)),
        };
        // Who has heard all that had come may still have broken into what was to come.
        let unfinished = cut != Cut::Not && answer.complete_at.is_none();
        let truncated = cut == Cut::Shown || unfinished || text.len() < answer.text.trim_end().len();
        let since = owed.as_ref().map_or(answer.started_at, |owed| owed.since);
        let ending = self.state.record.ending.is_some();
        let facts = &self.state.record.facts;
        let turn = Turn {
            id: self.state.turn_id(answer.index),
            index: answer.index,
            speaker: Speaker::Tutor,
            kind: if ending { TurnType::Summary } else { TurnType::Counterpoint },
            modality: if answer.audio_ms > 0 { Modality::Voice } else { Modality::Text },
            generated_text: (text.len() < answer.text.trim_end().len())
                .then(|| answer.text.trim_end().to_owned()),
            text,
            truncated,
            heard_ms,
            analysis: Some(Analysis { strategy: Some(answer.strategy), ..Analysis::default() }),
            usage: None,
            cost_micros: None,
            latency: Some(Latency {
                asked_ms: owed.as_ref().and_then(Owed::asked_ms),
                opening_ms: owed.as_ref().and_then(|owed| owed.opening_ms),
                first_text_ms: answer.first_text_at.map(|at| at.since(since)),
                first_audio_ms: answer.first_audio_at.map(|at| at.since(since)),
                total_ms: answer.complete_at.unwrap_or(answer.last_at).since(since),
            }),
            client_message_id: None,
            prompt_version: Some(mentora_core::prompts::version().to_owned()),
            model: Some(facts.model.clone()),
            created_at: self.now,
            prev_hash: String::new(),
            hash: String::new(),
        };
        // One answer at a time waits for its tokens: the model has forgotten about an older one.
        if let Some(older) = self.state.record.unsettled {
            self.settle(older.index, None);
        }
        let turn = self.store_turn(turn);
        self.hold_becomes();
        self.await_usage(turn.index);
        self.effects.push(Effect::Write(Write::Compact { turn_id: turn.id.clone() }));
        self.tell(Event::AiResponseEnd { turn: turn.clone() });
        self.trail(Trailing {
            index: turn.index,
            complete: answer.complete_at.is_some(),
            interrupted: false,
            usage: answer.usage,
        });
        if answer.over == Over::Told {
            self.end_trailing();
        }
        match self.state.record.ending.take() {
            Some(reason) => {
                self.answer_calls();
                self.end(reason);
            }
            None => {
                self.move_to(ConversationState::AwaitingFollowup);
                self.answer_calls();
            }
        }
    }

    /// The model was lost, or ended without a word. Asks again while that can help, then gives up.
    pub(crate) fn fail_answer(&mut self) {
        if let Some(spoken) = &self.state.record.spoken {
            let cut_off = spoken.ended_at.is_none() && self.state.record.microphone.is_none();
            if cut_off || spoken.transcript.trim().is_empty() {
                return self.lose_speech();
            }
            self.ask_in_writing();
        }
        let Some(mut owed) = self.state.record.owed.clone() else {
            return;
        };
        let begun = self.state.record.answer.as_ref().is_some_and(|a| !a.text.is_empty() || a.audio_ms > 0);
        if begun {
            if self.state.record.answer.as_ref().is_some_and(|answer| answer.complete_at.is_some()) {
                return self.finish_answer(Cut::Not);
            }
            owed.cuts = owed.cuts.saturating_add(1);
            let ending = self.state.record.ending.take();
            self.finish_answer(Cut::Shown);
            self.state.record.ending = ending;
            if owed.cuts > MAX_CUTS {
                return self.after_last_cut();
            }
            self.move_to(ConversationState::AddingCounterpoint);
        } else {
            self.state.record.answer = None;
            owed.failures = owed.failures.saturating_add(1);
            if owed.failures > MAX_FAILURES {
                let message = "The tutor did not answer. Your turn is kept; say something more to try again.";
                return self.give_up(ErrorCode::UpstreamUnavailable, message, None);
            }
        }
        owed.asked_at = None;
        self.state.record.owed = Some(owed);
    }

    fn after_last_cut(&mut self) {
        if let Some(reason) = self.state.record.ending.take() {
            self.end(reason);
        }
    }

    /// No answer will come.
    pub(crate) fn give_up(&mut self, code: ErrorCode, message: &str, retry_in_ms: Option<i64>) {
        self.give_up_over(code, message, retry_in_ms, None);
    }

    /// No answer will come, for what may be a lack of credits.
    pub(crate) fn give_up_over(
        &mut self,
        code: ErrorCode,
        message: &str,
        retry_in_ms: Option<i64>,
        details: Option<Shortage>,
    ) {
        let Some(owed) = self.state.record.owed.take() else {
            return;
        };
        let text = message.to_owned();
        let (recoverable, client_message_id) = (true, None);
        let shortage = details.clone();
        let error = ErrorFrame { code, message: text, recoverable, retry_in_ms, client_message_id, details };
        self.tell(Event::Error(error));
        let waiting: Vec<u32> = self
            .state
            .calls
            .iter()
            .filter(|(_, (i, _))| *i == owed.student_index)
            .map(|(call, _)| *call)
            .collect();
        for call in waiting {
            self.state.calls.remove(&call);
            let refusal = Refusal { code, message: message.to_owned(), shortage: shortage.clone() };
            let answer = Box::new(Err(refusal));
            self.effects.push(Effect::Reply { call, answer });
        }
        self.pass_the_floor();
    }

    /// The tutor has answered, or will not: the student has the floor, unless that was the end.
    pub(crate) fn pass_the_floor(&mut self) {
        match self.state.record.ending.take() {
            Some(reason) => self.end(reason),
            None => self.move_to(ConversationState::AwaitingFollowup),
        }
    }

    /// After a crash: what was shown of an answer is stored as cut short, and the answer is asked for once more.
    pub(crate) fn resume_answer(&mut self) {
        if self.state.record.owed.is_some() && self.state.record.spoken.is_none() {
            self.fail_answer();
        }
        if let Some(unsettled) = self.state.record.unsettled {
            // The model's report went down with the socket.
            self.settle(unsettled.index, None);
        }
    }

    /// Answers the calls whose turn was answered, or that have waited long enough.
    pub(crate) fn answer_calls(&mut self) {
        let open = self.state.record.owed.as_ref().map(|owed| owed.student_index);
        let ready: Vec<(u32, u32)> = self
            .state
            .calls
            .iter()
            .filter(|(_, (index, until))| Some(*index) != open || *until <= self.now)
            .map(|(call, (index, _))| (*call, *index))
            .collect();
        for (call, index) in ready {
            self.state.calls.remove(&call);
            let Some(user_turn) = self.state.turn(index).cloned() else {
                continue;
            };
            // Of several tries the last one is the answer.
            let ai_turn = self
                .state
                .turns
                .iter()
                .filter(|turn| turn.index > index)
                .take_while(|turn| turn.speaker == Speaker::Tutor)
                .last()
                .cloned();
            let decision = user_turn.analysis.as_ref().map(|analysis| DecisionBody {
                strategy: analysis.strategy.unwrap_or(Strategy::Continue),
                reason: analysis.reason.clone().unwrap_or_default(),
            });
            let state = self.state.record.state;
            // Of what was taken back, or answered, nothing is pending.
            let waits = self.state.record.delayed.filter(|_| ai_turn.is_none());
            let pending = waits.map(|delayed| PendingBody { due_at: delayed.due_at });
            let answer = Box::new(Ok(TurnAnswer { user_turn, ai_turn, decision, state, pending }));
            self.effects.push(Effect::Reply { call, answer });
        }
    }
}
