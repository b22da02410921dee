//! Turns of the student. What is written is stored at once; what is spoken is stored when its transcript is there.

pub(crate) use mentora_core::dialogue::termination::MAX_TEXT_BYTES;
use mentora_core::dialogue::{Analyse as _, Lexical, Reading, Strategy, next_move_on};
use mentora_core::documents::{Analysis, ConversationState, Modality, Speaker, Turn, TurnType};
use mentora_core::limits::{MAX_TURN_CHARS, MAX_UTTERANCE_MS};
use mentora_core::time::seconds;
use mentora_gemini::ClientMessage;
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::server::ErrorFrame;
use mentora_wire::stream::{Event, StreamRole, audio};

use crate::Step;
use crate::effect::Effect;
use crate::input::{ConnectionId, Source};
use crate::record::{Answer, Owed, Spoken};
use crate::state::Speech;

/// How long a REST call waits for the answer.
const CALL_PATIENCE_MS: i64 = seconds(60);
/// How long a transcript may go on after the tutor has begun to answer: the model promises no order.
pub(crate) const TRANSCRIPT_GRACE_MS: i64 = 700;
/// How long the first word of a transcript may take after that.
const FIRST_WORD_MS: i64 = seconds(4);
/// How long a client may go on sending speech of which it was told that it is lost.
const LOST_SPEECH_MS: i64 = seconds(3);
/// The text of a turn that was heard and answered, and never transcribed.
pub(crate) const UNTRANSCRIBED: &str = "(not transcribed)";

impl Step<'_> {
    /// The student writes.
    pub(crate) fn say(&mut self, source: Source, text: String, client_message_id: String) {
        if let Some(index) = self.known_message(&client_message_id) {
            // Sent twice: it is one turn. A stream has been told of it, or will be by replay; a call waits for the answer.
            if let Source::Call(call) = source {
                self.wait_for_answer(call, index);
            }
            return;
        }
        if self.joins_weighing(source, &client_message_id) || !self.may_say(source, &client_message_id) {
            return;
        }
        self.store_voice_before_text();
        // A student who writes has read what is on the screen.
        self.finish_answer_as_shown();
        if self.has_ended_meanwhile(source, &client_message_id) {
            return;
        }
        let text = mentora_core::prompts::plain(&text).into_owned();
        if self.weigh_written(source, &text, &client_message_id) {
            return;
        }
        let index = self.store_student_turn(text, Modality::Text, client_message_id, None, None);
        if let Source::Call(call) = source {
            self.wait_for_answer(call, index);
        }
    }

    /// Whether something may be said now; says why not.
    fn may_say(&mut self, source: Source, about: &str) -> bool {
        if !self.may_take_part(source, about) {
            return false;
        }
        if self.state.is_speaking_by_hand() {
            self.refuse_second_speech(source, about);
            return false;
        }
        if self.state.weighs_writing() {
            let message = "Your last message is still being read. Wait for `turn_stored`, then go on.";
            self.refuse(source, Some(about), ErrorCode::TurnInProgress, message);
            return false;
        }
        if self.state.composing.is_some() {
            let message = "The tutor is answering at this moment. Wait for `ai_response_end`, then go on.";
            self.refuse(source, Some(about), ErrorCode::TurnInProgress, message);
            return false;
        }
        let record = &self.state.record;
        if record.owed.is_some() && record.answer.is_none() {
            let message = "The tutor has not answered yet. Wait for `ai_response_start`, then go on.";
            self.refuse(source, Some(about), ErrorCode::TurnInProgress, message);
            return false;
        }
        true
    }

    pub(crate) fn refuse_second_speech(&mut self, source: Source, about: &str) {
        let message = "You are speaking. Finish speaking (`audio_end`) before you say more.";
        self.refuse(source, Some(about), ErrorCode::TurnInProgress, message);
    }

    /// Whether anything may be added; says why not.
    pub(crate) fn may_take_part(&mut self, source: Source, about: &str) -> bool {
        let record = &self.state.record;
        if record.ended.is_some() || record.ending.is_some() || self.state.is_out_of_time(self.now) {
            self.refuse(
                source,
                Some(about),
                ErrorCode::ConversationClosed,
                "The conversation has ended. Nothing can be added.",
            );
            return false;
        }
        true
    }

    /// Whether the answer that was just broken into was the last: what was said before it had only now been read.
    fn has_ended_meanwhile(&mut self, source: Source, about: &str) -> bool {
        self.state.is_closed() && !self.may_say(source, about)
    }

    pub(crate) fn known_message(&self, client_message_id: &str) -> Option<u32> {
        let same = |turn: &&Turn| turn.client_message_id.as_deref() == Some(client_message_id);
        self.state.turns.iter().find(same).map(|turn| turn.index)
    }

    /// Stores the student's turn with the move that answers it, and owes the answer. `owed` is the answer that the
    /// model was already asked for, when the turn was spoken; `reading` is what was read in it, when it was weighed.
    pub(crate) fn store_student_turn(
        &mut self,
        text: String,
        modality: Modality,
        client_message_id: String,
        owed: Option<Owed>,
        reading: Option<&Reading>,
    ) -> u32 {
        let index = self.state.next_index();
        let config = &self.state.record.facts.ai_config;
        let turns = self.state.student_turns().saturating_add(1);
        let history = self.state.said_before(index);
        let reading = reading.copied().unwrap_or_else(|| Lexical.read(&history, &text));
        let (decision, ending) = next_move_on(config, &history, &text, turns, &reading);
        let first = self.state.student_turns() == 0;
        let turn = Turn {
            id: self.state.turn_id(index),
            index,
            speaker: Speaker::Student,
            kind: if first { TurnType::Idea } else { TurnType::Followup },
            modality,
            text,
            generated_text: None,
            truncated: false,
            heard_ms: None,
            analysis: Some(Analysis::from(&decision)),
            usage: None,
            cost_micros: None,
            latency: None,
            client_message_id: Some(client_message_id),
            prompt_version: Some(mentora_core::prompts::version().to_owned()),
            model: None,
            created_at: self.now,
            prev_hash: String::new(),
            hash: String::new(),
        };
        let turn = self.store_turn(turn);
        self.start_timer();
        self.acted();
        self.tell(Event::TurnStored { turn: turn.clone() });
        let fresh = Owed::new(index, decision.strategy, self.now);
        // Of what was spoken the verdict may still come; then it is told once that is there.
        if modality == Modality::Text || !self.weigh_spoken(index) {
            self.tell_decision(turn.id, decision);
        }
        if self.state.answers_later() {
            self.owe_later(index, ending);
            return index;
        }
        self.state.record.owed = Some(owed.unwrap_or(fresh));
        self.state.record.ending = ending;
        self.move_to(if ending.is_some() {
            ConversationState::AddingFinalSummary
        } else {
            ConversationState::AddingCounterpoint
        });
        index
    }

    pub(crate) fn wait_for_answer(&mut self, call: u32, index: u32) {
        self.state.calls.insert(call, (index, self.now + CALL_PATIENCE_MS));
        self.answer_calls();
    }

    /// The student begins to speak. Speaking breaks into an answer.
    pub(crate) fn begin_speech(
        &mut self,
        connection: ConnectionId,
        sample_rate: u32,
        client_message_id: String,
    ) {
        let source = Source::Connection(connection);
        if self.refuse_known(source, &client_message_id) {
            return;
        }
        if self.state.speech.is_some() {
            return self.refuse_second_speech(source, &client_message_id);
        }
        if !self.may_say(source, &client_message_id) {
            return;
        }
        self.interrupt(None);
        if self.has_ended_meanwhile(source, &client_message_id) {
            return;
        }
        self.acted();
        self.effects.push(Effect::DropAudio);
        self.state.steered = None;
        self.state.speech = Some(Speech { connection, streaming: false, since: self.now });
        self.state.record.microphone = None;
        self.state.record.spoken = Some(Spoken {
            client_message_id,
            sample_rate,
            transcript: String::new(),
            bytes: 0,
            duration_ms: 0,
            ended_at: None,
            due: None,
        });
    }

    /// Refuses to speak under an id that was used before.
    pub(crate) fn refuse_known(&mut self, source: Source, client_message_id: &str) -> bool {
        let known = self.known_message(client_message_id).is_some();
        if known {
            let message = "This `clientMessageId` was used before. Take another one.";
            self.refuse(source, Some(client_message_id), ErrorCode::Conflict, message);
        }
        known
    }

    /// Sound of the student; the shell has it at hand.
    pub(crate) fn audio_chunk(&mut self, connection: ConnectionId, bytes: usize) {
        let Some(client) = self.state.connections.get(&connection) else {
            return;
        };
        if client.connection.role != StreamRole::Speaker {
            let message = "This connection only listens. Open the stream as speaker to take part.";
            self.refuse(Source::Connection(connection), None, ErrorCode::Forbidden, message);
            return;
        }
        let Some(speech) = self.state.speech.filter(|speech| speech.connection == connection) else {
            // Chunks that were under way when the speech was ended for the student are no offence.
            let record = &self.state.record;
            let lost = self.state.speech_lost_at.is_some_and(|at| self.now.since(at) < LOST_SPEECH_MS);
            let expected = record.spoken.is_some() || record.owed.is_some() || record.microphone.is_some();
            if !expected && !lost {
                self.bad_frame(connection, "Send `audio_start` before sound.");
            }
            return;
        };
        let sample_rate = match (&self.state.record.microphone, &self.state.record.spoken) {
            (Some(microphone), _) if self.state.is_hands_free() => microphone.sample_rate,
            (_, Some(spoken)) => spoken.sample_rate,
            _ => return,
        };
        let ms = audio::duration_ms(bytes, sample_rate);
        if self.is_sound_too_fast(connection, ms) {
            return;
        }
        if self.state.is_hands_free() {
            return self.microphone_chunk(bytes);
        }
        self.handled_speech(bytes);
        let Some(spoken) = &self.state.record.spoken else {
            return;
        };
        let too_long = spoken.duration_ms >= MAX_UTTERANCE_MS;
        self.effects.push(if speech.streaming {
            Effect::ForwardAudio { sample_rate }
        } else {
            Effect::HoldAudio
        });
        if too_long {
            self.end_speech(connection);
        }
    }

    /// The student has finished speaking: the tutor may. Of a client that is gone, or is heard no more, what it was saying
    /// counts as said.
    pub(crate) fn end_speech(&mut self, connection: ConnectionId) {
        let Some(speech) = self.state.speech.filter(|speech| speech.connection == connection) else {
            return;
        };
        if self.state.is_hands_free() {
            return self.close_microphone();
        }
        self.state.speech = None;
        let Some(spoken) = self.state.record.spoken.as_mut() else {
            return;
        };
        if spoken.duration_ms == 0 {
            let silent = self.state.record.spoken.take().map(|spoken| spoken.client_message_id);
            self.effects.push(Effect::DropAudio);
            let message = "Nothing was heard. Check the microphone and speak again.";
            let source = Source::Connection(connection);
            self.refuse(source, silent.as_deref(), ErrorCode::ValidationError, message);
            return;
        }
        spoken.ended_at = Some(self.now);
        // The model answers before we have read what was said; the move labels the turn and steers the next.
        let strategy = self.state.steered.take().unwrap_or(Strategy::Continue);
        let mut owed = Owed::new(self.state.next_index(), strategy, self.now);
        if speech.streaming {
            self.effects.push(Effect::SendModel(ClientMessage::ActivityEnd));
            owed.asked(self.now, None);
        }
        self.state.record.owed = Some(owed);
        self.acted();
    }

    /// The model understood more of what the student said.
    pub(crate) fn heard_student(&mut self, text: &str) {
        if self.overhear(text) {
            return;
        }
        let index = self.state.next_index();
        let turn_id = self.state.turn_id(index);
        let now = self.now;
        let Some(spoken) = self.state.record.spoken.as_mut() else {
            // Late: the turn is stored, and what is stored does not change.
            self.note("session.transcript.late", format!("{} bytes", text.len()));
            return;
        };
        if spoken.transcript.len().saturating_add(text.len()) <= MAX_TURN_CHARS {
            spoken.transcript.push_str(&mentora_core::prompts::plain(text));
        }
        // What an open microphone hears once the answer is over may be the next thing that the student says.
        let listens = self.state.record.microphone.is_some();
        let over = self.state.record.answer.as_ref().is_some_and(Answer::is_over);
        if spoken.due.is_some() && !(listens && over) {
            spoken.due = Some(now + TRANSCRIPT_GRACE_MS);
        }
        let text = spoken.transcript.trim_start().to_owned();
        self.tell(Event::Transcription { turn_id, speaker: Speaker::Student, text, is_final: false });
    }

    /// The tutor has begun to answer: the transcript has little time left.
    pub(crate) fn expect_transcript(&mut self) {
        let now = self.now;
        if let Some(spoken) = self.state.record.spoken.as_mut() {
            let understood = !spoken.transcript.trim().is_empty();
            let patience = if understood { TRANSCRIPT_GRACE_MS } else { FIRST_WORD_MS };
            spoken.ended_at.get_or_insert(now);
            spoken.due.get_or_insert(now + patience);
        }
    }

    /// Stores what the student said, as far as it was understood.
    pub(crate) fn store_speech(&mut self) {
        let Some(spoken) = self.state.record.spoken.take() else {
            return;
        };
        self.leave_floor();
        let text = match spoken.transcript.trim() {
            "" => UNTRANSCRIBED.to_owned(),
            text => text.to_owned(),
        };
        let turn_id = self.state.turn_id(self.state.next_index());
        let (speaker, is_final) = (Speaker::Student, true);
        self.tell(Event::Transcription { turn_id, speaker, text: text.clone(), is_final });
        let owed = self.state.record.owed.take();
        self.store_student_turn(text, Modality::Voice, spoken.client_message_id, owed, None);
    }

    /// Who speaks turn by turn has spoken. A microphone stays open.
    fn leave_floor(&mut self) {
        if !self.state.is_hands_free() {
            self.state.speech = None;
        }
    }

    /// Gives up what the student was saying: the model did not hear it, and nobody can say it but the student.
    pub(crate) fn lose_speech(&mut self) {
        let Some(spoken) = self.state.record.spoken.take() else {
            return;
        };
        self.leave_floor();
        self.state.speech_lost_at = Some(self.now);
        let by_hand = !self.state.is_hands_free();
        self.state.record.owed = None;
        // An answer to what nobody can read would stand in the conversation without its question.
        self.state.record.answer = None;
        self.effects.push(Effect::DropAudio);
        self.note("session.speech.lost", format!("{} ms", spoken.duration_ms));
        let message = "The connection to the tutor broke while you were speaking. Please say that again.";
        self.tell(Event::Error(ErrorFrame {
            code: ErrorCode::UpstreamUnavailable,
            message: message.to_owned(),
            recoverable: true,
            retry_in_ms: None,
            // To a microphone that stays open this is no end.
            client_message_id: by_hand.then_some(spoken.client_message_id),
            details: None,
        }));
    }

    /// After a crash: what was said and understood is stored; what was not is asked for again.
    pub(crate) fn resume_speech(&mut self) {
        if self.end_grace() {
            return;
        }
        let Some(spoken) = &self.state.record.spoken else {
            return;
        };
        if spoken.transcript.trim().is_empty() { self.lose_speech() } else { self.ask_in_writing() }
    }

    /// The model's session that heard the speech is gone: store the transcript and ask with it.
    pub(crate) fn ask_in_writing(&mut self) {
        if self.state.record.owed.is_none() {
            self.state.record.owed = Some(Owed::new(self.state.next_index(), Strategy::Continue, self.now));
        }
        let index = self.state.next_index();
        self.store_speech();
        if let Some(owed) = self.state.record.owed.as_mut() {
            owed.student_index = index;
        }
        let decided = self.state.turn(index).and_then(|turn| turn.analysis.as_ref()?.strategy);
        if let Some(owed) = self.state.record.owed.as_mut() {
            owed.asked_at = None;
            owed.strategy = decided.unwrap_or(owed.strategy);
        }
    }
}
