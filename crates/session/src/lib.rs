//! What a conversation does: `step(state, now, input) -> effects`. No I/O, no clock, no randomness, so the same code
//! runs in a Durable Object and, by the ten thousand dialogues with injected crashes, in a native test.
//!
//! The shell turns what happens (a frame, a message of the model, an alarm, an answer from Firestore) into an
//! [`Input`], calls [`step`], and carries out the [`Effect`]s in their order. Two promises hold it together:
//!
//! - [`Effect::Write`]s come before whatever tells somebody about them, so nothing is acknowledged that a crash
//!   could lose. A shell that writes and sends without awaiting in between keeps the promise.
//! - After a crash, [`State::restore`] and [`Input::Woke`] take up where the writes left off.
//!
//! # Layout
//! - [`input`] and [`effect`]: what goes in, what comes out
//! - [`record`]: what must survive a crash; [`state`]: that, and what need not
//! - `clients`: connections, frames, resume by cursor; `crowd`: how many there may be
//! - `flow`: how much a client may send, by a [`bucket`]; [`reading`]: how far it is behind with reading
//! - `quiet`: clients that listen by server-sent events; [`posted`]: what they say
//! - `student`: turns of the student, written and spoken
//! - `microphone`: hands-free speech
//! - `weighing`: waiting for a verdict on what was said; `steering`: the move that speech is answered with
//! - [`delayed`]: answers that come later; [`promise`]: the document by which they are found when they are due; `question`: what
//!   the text model is asked then
//! - `tutor`: answers, from owed to stored: what was generated, shown and heard; `usage`: what they took
//! - `grace`: an answer that is over and waits for what it answers to be understood
//! - `upstream`: the model's socket: opened on demand, closed when idle, resumed by handle
//! - `setup`: what its session is set up with
//! - [`relay`]: sound that is handed on without asking
//! - `loss`: what becomes of what was under way when the socket is lost
//! - `sessions`: the document that follows each opening of it
//! - [`credit`]: paying for answers: hold, then settle or release
//! - `outbox`: turns on their way to Firestore
//! - `ending`: how a conversation ends; `time_up`: when its time is over; `summary`: what came of it
//! - `tally`: telling the figures of the assignment of the end, and opening the conversation again
//! - `log`: numbering of events
//! - `deadlines`: the one alarm

pub mod bucket;
mod clients;
pub mod credit;
mod crowd;
mod deadlines;
pub mod delayed;
pub mod effect;
mod ending;
mod flow;
mod grace;
mod heard;
pub mod input;
mod log;
mod loss;
mod microphone;
mod outbox;
pub mod posted;
pub mod promise;
mod question;
mod quiet;
pub mod reading;
pub mod record;
pub mod relay;
mod sessions;
mod setup;
pub mod state;
mod steering;
mod student;
mod summary;
mod tally;
mod time_up;
mod tutor;
mod upstream;
mod usage;
mod weighing;

use mentora_core::time::Millis;
use mentora_wire::stream::{ClientFrame, CloseCode};

pub use crowd::{MAX_LISTENERS, MAX_OWN};
pub use delayed::{DueOutcome, MAX_ATTEMPTS};
pub use effect::{Effect, FlushBatch, PromiseWrite, Refusal, SessionWrite, Write};
pub use input::{
    Connection, ConnectionId, FlushOutcome, HoldOutcome, Input, PaymentOutcome, Source, TallyOutcome,
};
pub use posted::Posted;
pub use question::{most_of, tutor_question};
pub use reading::Reading;
pub use record::{Facts, Record, SessionVersion, Way};
pub use relay::{AnswerGrant, Carried, Direction, Sound, SpeechGrant};
pub use setup::SAFETY;
pub use state::State;
pub use upstream::counted;

/// Takes one input and says what is to be done about it, in order.
pub fn step(state: &mut State, now: Millis, input: Input) -> Vec<Effect> {
    // Audio mostly moves counters that a later step stores; comparing records ten times a second would be waste.
    let is_audio =
        matches!(input, Input::AudioChunk { .. } | Input::ModelAudio { .. } | Input::Relayed { .. });
    let before = (!is_audio).then(|| state.record.clone());
    let mut step = Step { state, now, effects: Vec::new(), post: None };
    // Who comes is sent all that is stored, and must not be told the same again: the alarm is due, and rings next.
    let replays = matches!(
        input,
        Input::Connected(_) | Input::Subscribed(_) | Input::Frame { frame: ClientFrame::Hello { .. }, .. }
    );
    if !is_audio && !replays && !matches!(input, Input::Woke { .. }) {
        step.end_out_of_time();
    }
    step.take(input);
    if !is_audio && !replays {
        step.end_out_of_time();
        step.end_inactive();
    }
    step.pump();
    step.tell_session_state();
    step.follow_session();
    step.grant();
    let Step { state, effects, .. } = step;
    // Sound that opens an answer or a session, or fills an utterance, does more than count.
    let is_changed = match before {
        Some(before) => before != state.record,
        None => !effects.iter().all(Effect::is_about_sound),
    };
    if !is_changed {
        return effects;
    }
    // The record goes first: an event that was numbered must not be told before its number is stored.
    let mut all = vec![Effect::Write(Write::Record(Box::new(state.record.clone())))];
    all.extend(effects);
    all
}

/// One step in the making.
struct Step<'a> {
    state: &'a mut State,
    now: Millis,
    effects: Vec<Effect>,
    /// The frame that is being taken came by POST, under this name.
    post: Option<u32>,
}

impl Step<'_> {
    fn take(&mut self, input: Input) {
        match input {
            Input::Frame { connection, .. }
            | Input::BadFrame { connection, .. }
            | Input::AudioChunk { connection, .. }
                if self.is_flood(connection, 1) => {}
            Input::Woke { connections } => self.wake(connections),
            Input::Connected(connection) => self.connect(connection),
            Input::Subscribed(connection) => self.subscribe(connection),
            Input::Posted { post, user, posted } => self.posted(post, &user, posted),
            Input::TooSlow { connection } => self.close(connection, CloseCode::TooSlow, "too slow to read"),
            Input::Disconnected { connection } => self.disconnect(connection),
            Input::Frame { connection, frame } => self.frame(connection, frame),
            Input::BadFrame { connection, problem } => self.bad_frame(connection, &problem),
            Input::AudioChunk { connection, bytes } => self.audio_chunk(connection, bytes),
            Input::Call { call, text, client_message_id } => {
                self.say(Source::Call(call), text, client_message_id);
            }
            Input::End { reason } => self.end(reason),
            Input::Model { generation, event } => self.model_event(generation, event),
            Input::ModelAudio { generation, bytes, sample_rate } => {
                self.model_audio(generation, bytes, sample_rate);
            }
            Input::Relayed { speech, answer, answered_at } => self.relayed(speech, answer, answered_at),
            Input::ModelLost { generation, loss, detail } => self.model_lost(generation, loss, &detail),
            Input::Flushed { revision, turns, outcome } => self.flushed(revision, turns, outcome),
            Input::Reopen => self.reopen(),
            Input::Tallied { way, outcome } => self.tallied(way, outcome),
            Input::Held { hold, outcome } => self.held(hold, outcome),
            Input::Paid { hold, outcome } => self.paid(hold, outcome),
            Input::Analysed { number, reply } => self.analysed(number, reply.as_deref()),
            Input::SessionKept { number, revision, outcome } => self.session_kept(number, revision, outcome),
            Input::Summarised { ended_at, answer } => self.summarised(ended_at, answer.as_deref()),
            Input::Due { index, attempt, model } => self.due(index, attempt, model),
            Input::Composed { number, answer } => self.composed(number, answer),
            Input::TakeBack { post } => self.take_back(post),
            Input::PromiseKept { revision, outcome } => self.promise_kept(revision, outcome),
            Input::Alarm => self.alarm(),
        }
    }
}
