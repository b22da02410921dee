//! The relay before the object: hands on what it was granted, forgets its counts in a crash, and keeps its own books.

use mentora_core::time::Millis;
use mentora_session::{AnswerGrant, Carried, ConnectionId, Direction, Effect, Input, Sound, SpeechGrant};

use super::World;

/// Chunks after which it reports.
const REPORT_EVERY: u32 = 10;

#[derive(Debug, Default)]
pub(super) struct Relay {
    speech: Option<SpeechGrant>,
    answer: Option<AnswerGrant>,
    counted: (Sound, Sound),
    answered_at: i64,
    /// How the sound of the utterance and of the answer under way went, by the books of the world.
    went: (Carried, Carried),
    /// All chunks that were ever relayed.
    pub(super) chunks: u64,
}

fn add(sound: &mut Sound, bytes: usize) {
    sound.chunks += 1;
    sound.bytes += bytes;
}

impl Relay {
    /// What it has to report before anything else is told.
    pub(super) fn take(&mut self) -> Option<Input> {
        let (speech, answer) = std::mem::take(&mut self.counted);
        let any = speech.chunks + answer.chunks > 0;
        any.then_some(Input::Relayed { speech, answer, answered_at: Millis(self.answered_at) })
    }

    /// The model's socket is closed, by us or by the model.
    pub(super) fn close(&mut self) {
        self.speech = None;
        self.answer = None;
    }

    /// The object has died; the next one begins anew with it.
    pub(super) fn begin(&mut self) {
        *self = Self { chunks: self.chunks, ..Self::default() };
    }

    fn is_full(&self) -> bool {
        self.counted.0.chunks + self.counted.1.chunks >= REPORT_EVERY
    }
}

impl World {
    /// The student says a chunk.
    pub(super) fn says(&mut self, connection: ConnectionId, bytes: usize) {
        let granted = |grant: &&mut SpeechGrant| grant.connection == connection && grant.bytes >= bytes;
        // Now and then a chunk is written in a way that the relay does not know.
        let plain = self.random.percent(90);
        let Some(grant) = self.relay.speech.as_mut().filter(granted).filter(|_| plain) else {
            return self.input(Input::AudioChunk { connection, bytes });
        };
        grant.bytes -= bytes;
        add(&mut self.relay.counted.0, bytes);
        add(&mut self.relay.went.0.relayed, bytes);
        self.sound_given = true;
        let open = self.socket.is_some();
        self.promise(open, || "speech was relayed to a model that is not there".into());
        self.was_relayed();
    }

    /// The model says a chunk.
    pub(super) fn speaks(&mut self, generation: u32, bytes: usize) {
        let granted = |grant: &&mut AnswerGrant| grant.bytes >= bytes;
        let plain = self.random.percent(90) && self.is_current(generation);
        let Some(grant) = self.relay.answer.as_mut().filter(granted).filter(|_| plain) else {
            return self.input(Input::ModelAudio { generation, bytes, sample_rate: 24_000 });
        };
        grant.bytes -= bytes;
        add(&mut self.relay.counted.1, bytes);
        add(&mut self.relay.went.1.relayed, bytes);
        self.relay.answered_at = self.now;
        let open = self.state.record().answer.is_some();
        self.promise(open, || "sound was relayed of an answer that is over".into());
        self.was_relayed();
    }

    fn was_relayed(&mut self) {
        self.relay.chunks += 1;
        if self.relay.is_full()
            && let Some(relayed) = self.relay.take()
        {
            self.input(relayed);
        }
    }

    /// What an effect is to the relay, and to the books.
    pub(super) fn relay_hears(&mut self, effect: &Effect) {
        let open = self.socket.is_some();
        match effect {
            Effect::GrantSpeech(grant) => {
                self.promise(open || grant.is_none(), || format!("granted without a model: {grant:?}"));
                self.relay.speech.clone_from(grant);
            }
            Effect::GrantAnswer(grant) => {
                self.promise(open || grant.is_none(), || format!("granted without a model: {grant:?}"));
                self.relay.answer.clone_from(grant);
            }
            Effect::CloseModel => self.relay.close(),
            Effect::HoldAudio | Effect::ForwardAudio { .. } => self.relay.went.0.handled.chunks += 1,
            Effect::RelayAudio { .. } => self.relay.went.1.handled.chunks += 1,
            Effect::Carried { direction, carried } => {
                let went = match direction {
                    Direction::Speech => std::mem::take(&mut self.relay.went.0),
                    Direction::Answer => std::mem::take(&mut self.relay.went.1),
                };
                let told = (carried.relayed, carried.handled.chunks);
                let same = told == (went.relayed, went.handled.chunks);
                self.promise(same, || format!("{direction:?} went as {went:?} and was told as {carried:?}"));
            }
            _ => {}
        }
    }
}
