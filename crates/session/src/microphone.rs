//! Hands-free speech: a microphone that stays open over several turns. The model listens for the end of what the
//! student says and for the student breaking in, and tells us neither but by what it does. So a turn of the student
//! begins with the first word of it that was understood, or with the answer to it, whichever comes first; and the
//! student has broken in when the model says that it was interrupted.
//!
//! Sound goes to the model as long as the microphone is open. A socket listens in one way for all its life, so it is
//! closed, and the next opened, when the student changes between this and speaking turn by turn.

use mentora_core::dialogue::Strategy;
use mentora_core::limits::MAX_UTTERANCE_MS;
use mentora_core::time::{Millis, seconds};
use mentora_gemini::ClientMessage;
use mentora_gemini::setup::Detection;
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{StreamRole, audio};

use crate::Step;
use crate::effect::Effect;
use crate::input::{ConnectionId, Source};
use crate::record::{Microphone, Owed, Spoken, Words};
use crate::state::{Speech, State};
use crate::student::{TRANSCRIPT_GRACE_MS, UNTRANSCRIBED};
use crate::upstream::Socket;

/// How the model is to listen. Who argues pauses to think, longer than who orders a pizza; a cough is no argument.
const HANDS_FREE: Detection = Detection::Automatic { silence_ms: 800, onset_ms: 100 };
/// How long an open microphone may hear nothing, ms. Silence is billed as sound.
const SILENCE_MS: i64 = seconds(120);
/// How long the model may take to answer what it has understood, and what was said when the microphone was closed.
const ANSWER_MS: i64 = seconds(12);
/// How long words that came at an odd moment are kept, to see what they belong to.
const WORDS_MS: i64 = seconds(2);
/// How long a socket that listens in the wrong way is left open for the tokens of the answer before.
const REPORT_MS: i64 = seconds(2);

impl State {
    /// Whether a microphone is open over several turns.
    pub(crate) fn is_hands_free(&self) -> bool {
        self.record.microphone.as_ref().is_some_and(|microphone| microphone.closed_at.is_none())
    }

    /// Whether the student speaks turn by turn just now.
    pub(crate) fn is_speaking_by_hand(&self) -> bool {
        self.speech.is_some() && !self.is_hands_free()
    }

    /// Whether the student is saying something into an open microphone that is not answered yet.
    pub(crate) fn is_speaking_hands_free(&self) -> bool {
        let record = &self.record;
        let free = record.owed.is_none() && record.answer.is_none();
        record.microphone.is_some() && record.spoken.is_some() && free
    }

    /// Whether there is sound that the model has yet to be given.
    pub(crate) fn holds_microphone(&self) -> bool {
        self.record.microphone.as_ref().is_some_and(|m| m.closed_at.is_none() || m.unheard_ms > 0)
    }

    /// How the next socket is to listen.
    pub(crate) fn detection(&self) -> Detection {
        if self.holds_microphone() && !self.holds_speech() { HANDS_FREE } else { Detection::Manual }
    }

    /// Whether the student has spoken by hand to a model that was not there yet.
    fn holds_speech(&self) -> bool {
        let unasked = self.record.owed.as_ref().is_some_and(|owed| owed.asked_at.is_none());
        unasked && self.record.spoken.is_some()
    }

    fn is_ready_hands_free(&self) -> bool {
        matches!(self.upstream.socket, Socket::Ready { .. }) && self.upstream.detection == HANDS_FREE
    }

    /// Since when a socket could be closed that listens in another way than is wanted. Never, while it is needed.
    fn leaves_socket_at(&self) -> Option<Millis> {
        let record = &self.record;
        let listens = self.speech.is_some() || self.holds_microphone();
        let free = record.owed.is_none() && record.answer.is_none();
        if !(self.holds_speech() || listens && free) {
            return None;
        }
        let other = self.upstream.detection != self.detection();
        match &self.upstream.socket {
            Socket::Opening { since, .. } if other => Some(*since),
            Socket::Ready { idle_since, trailing: None, .. } if other => Some(*idle_since),
            Socket::Ready { trailing: Some(trailing), idle_since, .. } if other => match trailing.usage {
                Some(_) => Some(*idle_since),
                None => Some(self.turns.last().map_or(*idle_since, |turn| turn.created_at + REPORT_MS)),
            },
            _ => None,
        }
    }

    /// When the microphone must be looked after.
    pub(crate) fn microphone_deadline(&self) -> Option<Millis> {
        let next = self.record.microphone.as_ref().and_then(|microphone| {
            let record = &self.record;
            if self.is_speaking_hands_free() {
                return self.is_ready_hands_free().then_some(microphone.quiet_since + ANSWER_MS);
            }
            match microphone.closed_at {
                Some(at) => Some(at + ANSWER_MS),
                None if record.owed.is_none() && record.answer.is_none() && record.spoken.is_none() => {
                    Some(microphone.quiet_since + SILENCE_MS)
                }
                None => None,
            }
        });
        [next, self.leaves_socket_at()].into_iter().flatten().min()
    }
}

impl Step<'_> {
    /// The student opens the microphone for as many turns as will be. That alone does not break into an answer.
    pub(crate) fn open_microphone(
        &mut self,
        connection: ConnectionId,
        sample_rate: u32,
        client_message_id: String,
    ) {
        let source = Source::Connection(connection);
        if self.refuse_known(source, &client_message_id) || !self.may_take_part(source, &client_message_id) {
            return;
        }
        if self.state.speech.is_some() {
            return self.refuse_second_speech(source, &client_message_id);
        }
        if self.state.record.facts.ai_config.response_delay_hours > 0.0 {
            let message =
                "The tutor answers later in this assignment. Speak turn by turn: leave out `turnTaking`.";
            return self.refuse(source, Some(&client_message_id), ErrorCode::ValidationError, message);
        }
        // What is written stands before what is said from now on.
        self.stop_weighing();
        self.acted();
        self.effects.push(Effect::DropAudio);
        self.state.speech = Some(Speech { connection, streaming: false, since: self.now });
        self.state.record.microphone = Some(Microphone {
            connection,
            client_message_id,
            sample_rate,
            turns: 0,
            quiet_since: self.now,
            closed_at: None,
            unheard_ms: 0,
            broke_in: false,
            overheard: None,
            unvoiced: None,
        });
    }

    /// Sound from an open microphone; the shell has it at hand.
    pub(crate) fn microphone_chunk(&mut self, bytes: usize) {
        let streaming = self.state.speech.is_some_and(|speech| speech.streaming);
        // Before the tutor has spoken out, the socket that listens cannot be had: what was said over it is not kept.
        let waits = self.state.record.owed.is_some() || self.state.record.answer.is_some();
        let Some(microphone) = self.state.record.microphone.as_mut() else {
            return;
        };
        let sample_rate = microphone.sample_rate;
        if streaming {
            self.effects.push(Effect::ForwardAudio { sample_rate });
        } else if !waits {
            let ms = audio::duration_ms(bytes, sample_rate);
            microphone.unheard_ms = microphone.unheard_ms.saturating_add(ms);
            self.effects.push(Effect::HoldAudio);
        } else {
            return;
        }
        self.handled_speech(bytes);
        let Some(spoken) = self.state.record.spoken.as_mut().filter(|spoken| spoken.ended_at.is_none())
        else {
            return;
        };
        if streaming && spoken.duration_ms >= MAX_UTTERANCE_MS {
            // Noise may keep the model from noticing the end. What comes after is speech again.
            spoken.ended_at = Some(self.now);
            self.effects.push(Effect::SendModel(ClientMessage::AudioStreamEnd));
        }
    }

    /// Closes a socket that listens in another way than is wanted. The next is opened in the same step.
    pub(crate) fn leave_socket(&mut self) {
        if self.state.leaves_socket_at().is_some_and(|at| at <= self.now) {
            self.close_model();
        }
    }

    /// The model listens: gives it the sound that was held.
    pub(crate) fn stream_microphone(&mut self) {
        if !self.state.is_ready_hands_free() || !self.state.holds_microphone() {
            return;
        }
        let Some(microphone) = self.state.record.microphone.as_mut() else {
            return;
        };
        let held = std::mem::take(&mut microphone.unheard_ms) > 0;
        let sample_rate = microphone.sample_rate;
        match self.state.speech.as_mut() {
            Some(speech) if speech.streaming => return,
            Some(speech) => speech.streaming = true,
            None => {}
        }
        if held {
            self.effects.push(Effect::ReleaseAudio { sample_rate });
        }
        if self.state.speech.is_none() {
            self.effects.push(Effect::SendModel(ClientMessage::AudioStreamEnd));
        }
    }

    /// The model's socket is gone: what comes from the microphone is held until there is another.
    pub(crate) fn hold_microphone(&mut self) {
        if self.state.is_hands_free()
            && let Some(speech) = self.state.speech.as_mut()
        {
            speech.streaming = false;
        }
    }

    /// The student, or whoever speaks for a client that is gone, closes the microphone. What was said last is answered.
    pub(crate) fn close_microphone(&mut self) {
        let streaming = self.state.speech.take().is_some_and(|speech| speech.streaming);
        let speaking = self.state.is_speaking_hands_free();
        let now = self.now;
        let Some(microphone) = self.state.record.microphone.as_mut() else {
            return;
        };
        microphone.closed_at = Some(now);
        let quiet_since = microphone.quiet_since;
        if streaming {
            self.effects.push(Effect::SendModel(ClientMessage::AudioStreamEnd));
        }
        if speaking {
            self.owe_voice_answer(quiet_since);
        }
        self.acted();
    }

    /// Closes the microphone for the student, who is told why.
    fn shut_microphone(&mut self, code: ErrorCode, message: &str) {
        let Some(microphone) = &self.state.record.microphone else {
            return;
        };
        let (source, id) = (Source::Connection(microphone.connection), microphone.client_message_id.clone());
        self.close_microphone();
        self.refuse(source, Some(&id), code, message);
    }

    /// There is no model to listen.
    pub(crate) fn shut_microphone_without_model(&mut self, code: ErrorCode) {
        if let Some(microphone) = self.state.record.microphone.as_mut().filter(|m| m.closed_at.is_none()) {
            microphone.unheard_ms = 0;
            self.effects.push(Effect::DropAudio);
            self.hold_microphone();
            let message =
                "The tutor cannot be reached, so the microphone is off. Turn it on again in a while.";
            self.shut_microphone(code, message);
        }
    }

    /// Something about the microphone is due.
    pub(crate) fn microphone_due(&mut self) {
        let now = self.now;
        let Some(microphone) = &self.state.record.microphone else {
            return;
        };
        let quiet_ms = now.since(microphone.quiet_since);
        if self.state.is_speaking_hands_free() {
            if self.state.is_ready_hands_free() && quiet_ms >= ANSWER_MS {
                self.drop_model("no answer to what was heard");
            }
        } else if let Some(closed_at) = microphone.closed_at {
            if now.since(closed_at) >= ANSWER_MS {
                self.state.record.microphone = None;
            }
        } else if quiet_ms >= SILENCE_MS {
            let message =
                "Nothing was heard for two minutes, so the microphone is off. Turn it on to speak again.";
            self.shut_microphone(ErrorCode::ValidationError, message);
        }
    }

    /// The model understood something. Says whether it belongs to no turn of the student that could still take it.
    pub(crate) fn overhear(&mut self, text: &str) -> bool {
        let now = self.now;
        let answering = self.state.record.answer.is_some();
        let last = self.state.turns.iter().rev().find(|turn| turn.client_message_id.is_some());
        let untranscribed = last.is_some_and(|turn| turn.text == UNTRANSCRIBED);
        let begun = self.state.record.spoken.is_some();
        let listens = self.state.is_ready_hands_free();
        let Some(microphone) = self.state.record.microphone.as_mut() else {
            return false;
        };
        if !begun && !listens {
            // Late words of what was said by hand, which is lost: the microphone is not heard yet, or no more.
            self.note("session.transcript.late", format!("{} bytes", text.len()));
            return true;
        }
        if !begun && answering {
            // Late words of the turn that is being answered; or the model is about to say that it was interrupted.
            Words::add(&mut microphone.overheard, text, now);
            return true;
        }
        if !begun && untranscribed && now.since(microphone.quiet_since) <= TRANSCRIPT_GRACE_MS {
            self.note("session.transcript.late", format!("{} bytes", text.len()));
            return true;
        }
        microphone.quiet_since = now;
        if !answering && let Some(owed) = self.state.record.owed.as_mut() {
            // The student goes on speaking, and the tutor is polite.
            owed.asked_at = owed.asked_at.map(|_| now);
        }
        if !begun {
            self.begin_voice_turn();
        }
        false
    }

    /// A turn of the student begins, with what was overheard just before.
    fn begin_voice_turn(&mut self) {
        let now = self.now;
        let Some(mut microphone) = self.state.record.microphone.take() else {
            return;
        };
        let client_message_id = loop {
            microphone.turns = microphone.turns.saturating_add(1);
            let id = match microphone.turns {
                1 => microphone.client_message_id.clone(),
                n => format!("{}.{n}", microphone.client_message_id),
            };
            if self.known_message(&id).is_none() || microphone.turns == u32::MAX {
                break id;
            }
        };
        self.state.record.spoken = Some(Spoken {
            client_message_id,
            sample_rate: microphone.sample_rate,
            transcript: Words::taken(&mut microphone.overheard, now).unwrap_or_default(),
            bytes: 0,
            duration_ms: 0,
            ended_at: None,
            due: None,
        });
        self.state.record.microphone = Some(microphone);
    }

    /// The model takes what was said for finished.
    fn owe_voice_answer(&mut self, since: Millis) {
        let mut owed = Owed::new(self.state.next_index(), Strategy::Continue, since);
        owed.asked(self.now, None);
        self.state.record.owed = Some(owed);
        if let Some(spoken) = self.state.record.spoken.as_mut() {
            spoken.ended_at.get_or_insert(self.now);
        }
    }

    /// Whether what the model says now, it says of its own accord to whom it listens to.
    fn is_answer_to_microphone(&self) -> bool {
        let record = &self.state.record;
        let free = record.owed.is_none() && record.answer.is_none();
        free && record.microphone.is_some() && self.state.is_ready_hands_free()
    }

    /// The model begins to speak: the student has finished, as it understands.
    pub(crate) fn end_voice_turn(&mut self) {
        if !self.is_answer_to_microphone() {
            return;
        }
        let now = self.now;
        let since = match &self.state.record.spoken {
            Some(_) => self.state.record.microphone.as_ref().map_or(now, |microphone| microphone.quiet_since),
            None => {
                self.begin_voice_turn();
                now
            }
        };
        self.owe_voice_answer(since);
        let unvoiced = self.state.record.microphone.as_mut().and_then(|m| Words::taken(&mut m.unvoiced, now));
        if let Some(text) = unvoiced {
            self.spoke(&text);
        }
    }

    /// The model says words that it has not voiced yet. Without anything from the student to answer, they may as well
    /// be the late end of the answer before: the first sound will tell. Says whether they are to wait for it.
    pub(crate) fn awaits_voice(&mut self, text: &str) -> bool {
        if !self.is_answer_to_microphone() {
            return false;
        }
        let (now, spoken) = (self.now, self.state.record.spoken.is_some());
        let Some(microphone) = self.state.record.microphone.as_mut() else {
            return false;
        };
        if spoken || microphone.broke_in {
            self.end_voice_turn();
            return false;
        }
        Words::add(&mut microphone.unvoiced, text, now);
        true
    }

    /// An answer has begun.
    pub(crate) fn microphone_answered(&mut self) {
        let Some(microphone) = self.state.record.microphone.as_mut() else {
            return;
        };
        microphone.broke_in = false;
        microphone.overheard = None;
        microphone.unvoiced = None;
        if microphone.closed_at.is_some() {
            self.state.record.microphone = None;
        }
    }

    /// An answer is over: from now on the student is waited for.
    pub(crate) fn microphone_waits(&mut self) {
        if let Some(microphone) = self.state.record.microphone.as_mut() {
            microphone.quiet_since = self.now;
        }
    }

    /// The model says that it was interrupted, as it does when the student breaks in by voice. It may say so late,
    /// twice, or for no reason: without an answer that could be broken into, nothing is to be told. Whether a
    /// microphone is open at all.
    pub(crate) fn broke_in(&mut self) -> bool {
        let now = self.now;
        let Some(microphone) = self.state.record.microphone.as_mut() else {
            return false;
        };
        microphone.broke_in = true;
        let overheard = Words::taken(&mut microphone.overheard, now);
        if self.state.record.answer.is_some() {
            self.interrupt(None);
            if let Some(trailing) = self.trailing_mut() {
                trailing.interrupted = true;
            }
        } else if let Some(owed) = self.state.record.owed.as_mut() {
            owed.asked_at = owed.asked_at.map(|_| now);
        }
        if let Some(text) = overheard
            && !self.state.is_closed()
        {
            self.heard_student(&text);
        }
        true
    }

    /// Whether the model's content can be of the next answer, though the end of the last one is still to come.
    pub(crate) fn is_heard_by_microphone(&self) -> bool {
        let microphone = self.state.record.microphone.as_ref();
        microphone.is_some_and(|m| m.broke_in || self.state.record.spoken.is_some())
    }

    /// The model ended its turn without a word. Says whether that is because the student went on speaking.
    pub(crate) fn is_still_speaking(&mut self) -> bool {
        if self.state.record.microphone.as_ref().is_some_and(|microphone| microphone.broke_in) {
            return true;
        }
        if self.state.is_speaking_hands_free() {
            // It has nothing to say to what it understood: it is asked in writing.
            self.owe_voice_answer(self.now);
        }
        false
    }

    /// Stores what the student is saying before what the student writes. The tutor answers both at once.
    pub(crate) fn store_voice_before_text(&mut self) {
        if self.state.is_speaking_hands_free() {
            self.store_speech();
        }
    }

    /// After a crash: the microphone is open if its client is still there.
    pub(crate) fn resume_microphone(&mut self) {
        let Some(microphone) = self.state.record.microphone.as_mut() else {
            return;
        };
        let connection = microphone.connection;
        let client = self.state.connections.get(&connection);
        let speaks = client.is_some_and(|client| client.connection.role == StreamRole::Speaker);
        if !speaks || microphone.closed_at.is_some() {
            self.state.record.microphone = None;
            return;
        }
        // What was held went down with the memory.
        microphone.unheard_ms = 0;
        microphone.broke_in = false;
        self.state.speech = Some(Speech { connection, streaming: false, since: self.now });
    }
}

impl Words {
    fn add(words: &mut Option<Self>, text: &str, now: Millis) {
        let mut all = Self::taken(words, now).unwrap_or_default();
        all.push_str(text);
        *words = Some(Self { text: all, at: now });
    }

    /// The words, unless they are too old to belong to what happens now.
    fn taken(words: &mut Option<Self>, now: Millis) -> Option<String> {
        words.take().filter(|words| now.since(words.at) <= WORDS_MS).map(|words| words.text)
    }
}
