//! Sound that the relay hands on without asking: how much it may, decided here, and how much it has, told here.
//!
//! Ten chunks a second go each way while somebody speaks. All that a step does about most of them is to count, so the
//! shell has a relay that looks for nothing but the plainest chunks, hands them on, and counts. It is granted bytes, a
//! few seconds of them at a time and for each direction by itself, and whatever it does not recognise, or has no grant
//! for, comes here as [`crate::Input::AudioChunk`] or [`crate::Input::ModelAudio`] and is decided about as ever.
//!
//! The shell tells what was relayed before it tells anything else, so every step knows the exact totals, and a chunk
//! that comes here stands in its place among those that did not. What is granted is found after each step by looking at
//! where things stand: nobody who changes that has to think of the relay.

use mentora_core::ids::TurnId;
use mentora_core::limits::MAX_UTTERANCE_MS;
use mentora_core::pricing::MAX_ANSWER_TOKENS;
use mentora_core::time::{Millis, seconds};
use mentora_wire::stream::AudioMode;
use mentora_wire::stream::audio::{OUTPUT_SAMPLE_RATE, bytes_of, duration_ms};

use crate::Step;
use crate::effect::Effect;
use crate::input::ConnectionId;
use crate::state::Client;
use crate::upstream::Socket;

/// How much speech of the student is granted at a time. A relay whose grants are not renewed falls silent after it.
const SPEECH_SLICE_MS: i64 = seconds(2);
/// How much of an answer is granted at a time; the model sends faster than it is played.
const ANSWER_SLICE_MS: i64 = seconds(8);
/// The longest answer. The model is held to [`MAX_ANSWER_TOKENS`], 25 of which are a second; twice that is no answer.
const MAX_ANSWER_MS: i64 = seconds(2 * MAX_ANSWER_TOKENS.cast_signed() / 25);

/// An amount of sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sound {
    /// Chunks of it.
    pub chunks: u32,
    /// Bytes of PCM.
    pub bytes: usize,
}

impl Sound {
    fn add(&mut self, more: Self) {
        self.chunks = self.chunks.saturating_add(more.chunks);
        self.bytes = self.bytes.saturating_add(more.bytes);
    }

    fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Which way sound goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the student to the model.
    Speech,
    /// From the model to those who listen.
    Answer,
}

/// How the sound of one utterance, or of one answer, went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// By the relay.
    pub relayed: Sound,
    /// Through the machine, at several times the cost.
    pub handled: Sound,
}

/// Leave to give the model what the student says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechGrant {
    /// Who speaks.
    pub connection: ConnectionId,
    /// Hz.
    pub sample_rate: u32,
    /// Bytes of PCM; in place of what is left of an earlier grant.
    pub bytes: usize,
}

/// Leave to give those who listen what the model says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerGrant {
    /// The turn.
    pub turn_id: TurnId,
    /// Its index.
    pub turn_index: u32,
    /// Bytes of PCM that went before, by which the next chunk finds its place.
    pub sent: usize,
    /// Bytes of PCM; in place of what is left of an earlier grant.
    pub bytes: usize,
}

/// What the relay may do, as far as this life knows: its grants, less what it has reported.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relay {
    speech: Option<SpeechGrant>,
    answer: Option<AnswerGrant>,
    /// Of the utterance under way.
    pub(crate) speech_went: Carried,
    /// Of the answer under way.
    pub(crate) answer_went: Carried,
}

impl Step<'_> {
    /// What was relayed since this was last said.
    pub(crate) fn relayed(&mut self, speech: Sound, answer: Sound, answered_at: Millis) {
        let relay = &mut self.state.relay;
        if let Some(grant) = relay.speech.as_mut().filter(|_| !speech.is_none()) {
            grant.bytes = grant.bytes.saturating_sub(speech.bytes);
            let (connection, sample_rate) = (grant.connection, grant.sample_rate);
            relay.speech_went.relayed.add(speech);
            self.count_speech(speech.bytes);
            // The model has them already. A client that sends too many sends no more.
            if !self.is_flood(connection, speech.chunks) {
                self.is_sound_too_fast(connection, duration_ms(speech.bytes, sample_rate));
            }
        }
        let relay = &mut self.state.relay;
        if let Some(grant) = relay.answer.as_mut().filter(|_| !answer.is_none()) {
            grant.bytes = grant.bytes.saturating_sub(answer.bytes);
            grant.sent = grant.sent.saturating_add(answer.bytes);
            relay.answer_went.relayed.add(answer);
            self.count_answer(answer.bytes, answered_at.min(self.now));
        }
    }

    /// A chunk of speech came here.
    pub(crate) fn handled_speech(&mut self, bytes: usize) {
        self.state.relay.speech_went.handled.add(Sound { chunks: 1, bytes });
        self.count_speech(bytes);
    }

    /// A chunk of an answer came here.
    pub(crate) fn handled_answer(&mut self, bytes: usize) {
        self.state.relay.answer_went.handled.add(Sound { chunks: 1, bytes });
        self.count_answer(bytes, self.now);
    }

    fn count_speech(&mut self, bytes: usize) {
        if let Some(spoken) = self.state.record.spoken.as_mut().filter(|spoken| spoken.ended_at.is_none()) {
            spoken.bytes = spoken.bytes.saturating_add(bytes);
            spoken.duration_ms = duration_ms(spoken.bytes, spoken.sample_rate);
        }
    }

    fn count_answer(&mut self, bytes: usize, at: Millis) {
        if let Some(answer) = self.state.record.answer.as_mut() {
            answer.audio_bytes = answer.audio_bytes.saturating_add(bytes);
            answer.audio_ms = duration_ms(answer.audio_bytes, OUTPUT_SAMPLE_RATE);
            answer.last_at = answer.last_at.max(at);
            answer.first_audio_at.get_or_insert(at);
        }
    }

    /// Ends an answer that does not end by itself, and the session that gives it. What came of it was an answer.
    pub(crate) fn end_endless_answer(&mut self) {
        let length = self.state.record.answer.as_ref().map_or(0, |answer| answer.audio_ms);
        if length < MAX_ANSWER_MS {
            return;
        }
        self.note("answer.endless", format!("{length} ms"));
        self.answer_interrupted();
        self.close_model();
    }

    /// After every input: grants what may be relayed now, and takes back what may not. Tells how the sound went of what
    /// is over.
    pub(crate) fn grant(&mut self) {
        let speech = self.speech_to_grant();
        let what = |grant: &SpeechGrant| ((grant.connection, grant.sample_rate), grant.bytes);
        if is_to_be_told(self.state.relay.speech.as_ref().map(what), speech.as_ref().map(what)) {
            self.state.relay.speech.clone_from(&speech);
            self.effects.push(Effect::GrantSpeech(speech));
        }
        let answer = self.answer_to_grant();
        let what = |grant: &AnswerGrant| ((grant.turn_index, grant.sent), grant.bytes);
        if is_to_be_told(self.state.relay.answer.as_ref().map(what), answer.as_ref().map(what)) {
            self.state.relay.answer.clone_from(&answer);
            self.effects.push(Effect::GrantAnswer(answer));
        }
        if self.state.speech.is_none() {
            let went = std::mem::take(&mut self.state.relay.speech_went);
            self.tell_carried(Direction::Speech, went);
        }
        if self.state.record.answer.is_none() {
            let went = std::mem::take(&mut self.state.relay.answer_went);
            self.tell_carried(Direction::Answer, went);
        }
    }

    fn tell_carried(&mut self, direction: Direction, carried: Carried) {
        if carried != Carried::default() {
            self.effects.push(Effect::Carried { direction, carried });
        }
    }

    /// The model hears the student. The chunk that fills the utterance is not relayed: it ends it.
    fn speech_to_grant(&self) -> Option<SpeechGrant> {
        self.state.upstream.is_ready().then_some(())?;
        let speech = self.state.speech.filter(|speech| speech.streaming)?;
        let record = &self.state.record;
        let spoken = record.spoken.as_ref().filter(|spoken| spoken.ended_at.is_none());
        // An open microphone is heard between utterances, too.
        let microphone = record.microphone.as_ref().filter(|microphone| microphone.closed_at.is_none());
        let sample_rate = microphone.map(|m| m.sample_rate).or(spoken.map(|spoken| spoken.sample_rate))?;
        let used = spoken.map_or(0, |spoken| spoken.bytes);
        let bytes = grantable(MAX_UTTERANCE_MS, SPEECH_SLICE_MS, sample_rate, used)?;
        Some(SpeechGrant { connection: speech.connection, sample_rate, bytes })
    }

    /// The model is in the middle of an answer. Its first sound is not relayed: when it came is told; nor is what would
    /// make it endless. The relay knows sockets only: whoever listens by server-sent events is told by the shell.
    fn answer_to_grant(&self) -> Option<AnswerGrant> {
        let Socket::Ready { trailing: None, .. } = &self.state.upstream.socket else { return None };
        let answer = self.state.record.answer.as_ref()?;
        let is_speaking = answer.complete_at.is_none() && answer.first_audio_at.is_some();
        let subscribes =
            |client: &Client| client.subscribed_at.is_some() && client.connection.audio != AudioMode::None;
        (is_speaking && !self.state.connections.values().any(subscribes)).then_some(())?;
        let bytes = grantable(MAX_ANSWER_MS, ANSWER_SLICE_MS, OUTPUT_SAMPLE_RATE, answer.audio_bytes)?;
        let turn_id = self.state.turn_id(answer.index);
        Some(AnswerGrant { turn_id, turn_index: answer.index, sent: answer.audio_bytes, bytes })
    }
}

/// How many bytes may be relayed after the `used` ones so that less than `limit_ms` were; at most a slice.
fn grantable(limit_ms: i64, slice_ms: i64, sample_rate: u32, used: usize) -> Option<usize> {
    let left = bytes_of(limit_ms, sample_rate).saturating_sub(used).saturating_sub(1);
    Some(left.min(bytes_of(slice_ms, sample_rate))).filter(|bytes| *bytes > 1)
}

/// Whether the relay has to be told of a grant: it is for something else than the one it holds, or that one is half
/// used up, or is too much.
fn is_to_be_told<T: PartialEq>(held: Option<(T, usize)>, wanted: Option<(T, usize)>) -> bool {
    match (held, wanted) {
        (None, None) => false,
        (Some((held, left)), Some((wanted, bytes))) => {
            held != wanted || left > bytes || left < bytes.div_ceil(2)
        }
        _ => true,
    }
}
