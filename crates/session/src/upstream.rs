//! The model's socket: opened when a turn needs it, closed when nothing does, resumed by the newest handle, and
//! never two at a time. An open one keeps the object awake and is billed, so an idle conversation has none.
//!
//! | state | is left by | for |
//! |---|---|---|
//! | closed | a turn that waits for an answer, speech that begins | opening; waiting, while the quota is used up |
//! | waiting | its time has come | opening |
//! | | nobody wants it any more | closed |
//! | opening | the setup is accepted | ready |
//! | | 12 s without that, a loss, the end of the time that a GoAway left | waiting; closed, when trying again is no use |
//! | ready | 30 s without work; GoAway, once nothing is under way; the end of the conversation | closed |
//! | | 12 s without the first of an answer, 15 s without the next, a loss, the end of the time that a GoAway left | waiting: what was under way is asked again |
//!
//! A socket is opened for work that waits for it, and the model is told nothing but that work: a session that was
//! rotated or resumed has nothing to say until the student has. What becomes of what was under way when a socket is lost
//! is said in `loss`; the document that follows each opening in `sessions`.

use mentora_core::documents::{TokenCounts, Usage};
use mentora_core::prompts;
use mentora_core::time::{Millis, seconds};
use mentora_gemini::setup::Detection;
use mentora_gemini::{ClientMessage, LiveModel, ServerEvent};
use mentora_wire::stream::audio::OUTPUT_SAMPLE_RATE;
use mentora_wire::stream::{Event, SessionState};

use crate::Step;
use crate::effect::Effect;
use crate::record::{Handle, Over};
use crate::state::State;

/// A handle is good for two hours after the session; we stop a little earlier.
const HANDLE_LIFE_MS: i64 = seconds(110 * 60);
/// How long before its end a socket is left whose end was announced.
const LEAVE_EARLY_MS: i64 = seconds(2);
/// The longest time that the announcement may leave: no socket lives longer.
const LONGEST_LEAVE_MS: i64 = seconds(60 * 60);
/// The model's socket, as far as this life knows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Upstream {
    pub(crate) socket: Socket,
    /// Openings in a row of which nothing came.
    pub(crate) fruitless: u32,
    /// The last failure was one that trying again does not mend.
    pub(crate) refused: bool,
    /// The quota is used up; it is not tried before.
    pub(crate) quota_until: Option<Millis>,
    /// Since when it is being opened, tries in vain included.
    pub(crate) reaching_since: Option<Millis>,
    /// How the newest socket listens.
    pub(crate) detection: Detection,
}

#[derive(Debug, Clone, Default)]
pub(crate) enum Socket {
    /// There is none.
    #[default]
    Closed,
    /// There is none, and the next is not tried before.
    Waiting { until: Millis },
    /// Asked for; the setup is not accepted yet.
    Opening {
        /// Since when.
        since: Millis,
        /// The model has said that it will close it; by then it is left.
        leave_by: Option<Millis>,
    },
    /// The setup was accepted.
    Ready {
        /// Since when.
        since: Millis,
        /// Since when nothing needs it.
        idle_since: Millis,
        /// The model has said that it will close it; by then it is left.
        leave_by: Option<Millis>,
        /// When the model last said that it is at work, though nothing could be heard of it.
        at_work: Option<Millis>,
        /// When a model that tells when it is idle had said all that it had so far.
        paused: Option<Millis>,
        /// An answer that is stored, of which the model has not spoken the end.
        trailing: Option<Trailing>,
    },
}

/// An answer that is stored, of which the model has not spoken the end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trailing {
    /// Its index.
    pub(crate) index: u32,
    /// All of it had come.
    pub(crate) complete: bool,
    /// The model knows that it was interrupted.
    pub(crate) interrupted: bool,
    /// The last report of tokens.
    pub(crate) usage: Option<Usage>,
}

impl State {
    /// Whether the model says when it is done, and completes turns before.
    pub(crate) fn tells_when_idle(&self) -> bool {
        LiveModel::named(&self.record.facts.model).tells_when_idle
    }
}

impl Upstream {
    /// Whether the setup was accepted.
    pub(crate) fn is_ready(&self) -> bool {
        matches!(self.socket, Socket::Ready { .. })
    }
}

impl Step<'_> {
    /// After every input: does whatever is wanted and possible.
    pub(crate) fn pump(&mut self) {
        self.pump_credit();
        self.compose_if_paid();
        if !self.state.is_closed() {
            self.pump_model();
        } else if !self.awaits_last_tokens() {
            self.close_model();
        }
        self.flush_if_due();
        self.tally_if_due();
        self.keep_session_if_due();
        self.keep_promise_if_due();
    }

    /// Whether the model has yet to tell what the answer took that ended the conversation: the end does not wait for
    /// that, but it is to be charged.
    fn awaits_last_tokens(&self) -> bool {
        let trailing = match &self.state.upstream.socket {
            Socket::Ready { trailing, .. } => trailing.as_ref(),
            _ => None,
        };
        trailing.is_some_and(|answer| answer.complete)
    }

    fn pump_model(&mut self) {
        let waits = self.is_wanted();
        let wanted = waits && self.is_paid_for();
        // Who speaks hands-free is heard all the time, once somebody pays: each answer has its hold as soon as it can.
        let heard = wanted || self.state.holds_microphone();
        let busy = self.is_busy();
        let now = self.now;
        self.leave_socket();
        let quota_until = self.state.upstream.quota_until.filter(|until| *until > now);
        match &mut self.state.upstream.socket {
            Socket::Closed if wanted => match quota_until {
                Some(until) => self.state.upstream.socket = Socket::Waiting { until },
                None => self.open_model(),
            },
            Socket::Waiting { until } if wanted && *until <= now => self.open_model(),
            Socket::Waiting { .. } if !waits => self.state.upstream.socket = Socket::Closed,
            Socket::Ready { leave_by: Some(_), .. } if !busy => {
                self.close_model();
                if wanted {
                    self.open_model();
                }
            }
            Socket::Ready { idle_since, .. } => {
                if busy {
                    *idle_since = now;
                }
                if heard {
                    self.ask();
                }
            }
            _ => {}
        }
    }

    /// Whether something waits to be said to the model.
    pub(crate) fn is_wanted(&self) -> bool {
        let unasked = self.state.record.owed.as_ref().is_some_and(|owed| owed.asked_at.is_none());
        // A turn that is being weighed will need the model in a moment, unless that is known to be in vain.
        let soon = self.state.weighs_writing() && !self.state.upstream.refused;
        unasked || soon || self.state.speech.is_some() || self.state.holds_microphone()
    }

    /// Whether the socket is needed now.
    pub(crate) fn is_busy(&self) -> bool {
        let record = &self.state.record;
        let trailing = matches!(self.state.upstream.socket, Socket::Ready { trailing: Some(_), .. });
        let speaking = self.state.is_speaking_by_hand() || self.state.is_speaking_hands_free();
        let said = speaking || self.state.weighs_writing();
        record.owed.is_some() || record.answer.is_some() || said || trailing
    }

    fn open_model(&mut self) {
        let now = self.now;
        if let Some(unsettled) = self.state.record.unsettled {
            // Its report of tokens went down with the last socket.
            self.settle(unsettled.index, None);
        }
        self.state.upstream.detection = self.state.detection();
        let upstream = &mut self.state.upstream;
        upstream.socket = Socket::Opening { since: now, leave_by: None };
        upstream.refused = false;
        upstream.quota_until = None;
        upstream.reaching_since.get_or_insert(now);
        let generation = self.state.record.openings.saturating_add(1);
        self.state.record.openings = generation;
        if self.state.record.handle.as_ref().is_some_and(|handle| now.since(handle.at) > HANDLE_LIFE_MS) {
            self.state.record.handle = None;
        }
        self.begin_session();
        let setup = Box::new(self.session_config());
        self.effects.push(Effect::OpenModel { generation, setup });
    }

    /// The model is ready: gives it what the student said, or is saying.
    fn ask(&mut self) {
        self.stream_microphone();
        let sample_rate = self.state.record.spoken.as_ref().map_or(0, |spoken| spoken.sample_rate);
        let by_hand = self.state.is_speaking_by_hand();
        if let Some(speech) = self.state.speech.as_mut().filter(|_| by_hand) {
            let has_sound = self.state.record.spoken.as_ref().is_some_and(|spoken| spoken.duration_ms > 0);
            if !speech.streaming && has_sound && self.state.upstream.detection == Detection::Manual {
                speech.streaming = true;
                self.state.steered = self.steer();
                self.effects.push(Effect::SendModel(ClientMessage::ActivityStart));
                self.effects.push(Effect::ReleaseAudio { sample_rate });
            }
            return;
        }
        let Some(owed) = self.state.record.owed.as_ref().filter(|owed| owed.asked_at.is_none()) else {
            return;
        };
        if self.state.record.spoken.is_some() {
            if self.state.upstream.detection != Detection::Manual {
                return;
            }
            // The student had finished before the model was ready.
            let steered = self.steer();
            if let (Some(owed), Some(strategy)) = (self.state.record.owed.as_mut(), steered) {
                owed.strategy = strategy;
            }
            self.effects.push(Effect::SendModel(ClientMessage::ActivityStart));
            self.effects.push(Effect::ReleaseAudio { sample_rate });
            self.effects.push(Effect::SendModel(ClientMessage::ActivityEnd));
        } else {
            let config = &self.state.record.facts.ai_config.dialectical_config;
            let guidance = if self.state.asks_last_question(owed.student_index) {
                prompts::closing()
            } else {
                prompts::guidance(config, owed.strategy)
            };
            let text = self.state.turn(owed.student_index).map_or(String::new(), |turn| turn.text.clone());
            self.effects.push(Effect::SendModel(ClientMessage::Said { parts: vec![guidance, text] }));
        }
        let now = self.now;
        if let Some(microphone) = self.state.record.microphone.as_mut() {
            microphone.broke_in = false;
        }
        let opening = self.opening();
        if let Some(owed) = self.state.record.owed.as_mut() {
            owed.asked(now, opening);
        }
    }

    /// From when to when the socket that is ready was being opened.
    pub(crate) fn opening(&self) -> Option<(Millis, Millis)> {
        let Socket::Ready { since, .. } = self.state.upstream.socket else { return None };
        self.state.upstream.reaching_since.map(|from| (from, since))
    }

    /// Whether what comes from this opening is still heard.
    pub(crate) fn is_current(&self, generation: u32) -> bool {
        let open = matches!(self.state.upstream.socket, Socket::Opening { .. } | Socket::Ready { .. });
        open && self.state.record.openings == generation
    }

    pub(crate) fn model_event(&mut self, generation: u32, event: ServerEvent) {
        if !self.is_current(generation) {
            return;
        }
        match event {
            ServerEvent::SetupComplete => self.model_ready(),
            // What has nothing in it begins nothing.
            ServerEvent::HeardStudent(text) | ServerEvent::Spoke(text) if text.is_empty() => {}
            ServerEvent::HeardStudent(text) => {
                self.state.upstream.fruitless = 0;
                self.heard_student(&text);
            }
            ServerEvent::Spoke(text) => {
                self.model_speaks();
                if self.is_of_current_answer() {
                    self.spoke(&text);
                }
            }
            ServerEvent::Working => self.model_works(),
            ServerEvent::GenerationComplete if self.state.tells_when_idle() => self.model_pauses(),
            ServerEvent::Interrupted => match self.trailing_mut() {
                Some(trailing) => {
                    trailing.interrupted = true;
                    self.broke_in();
                }
                None => self.answer_interrupted(),
            },
            ServerEvent::GenerationComplete => match self.trailing_mut() {
                Some(trailing) => trailing.complete = true,
                None => self.answer_generated(),
            },
            ServerEvent::TurnComplete => {
                if !self.end_trailing() {
                    self.answer_over(Over::Told);
                    self.end_trailing();
                }
            }
            ServerEvent::Usage(usage) => self.answer_usage(counted(usage)),
            ServerEvent::Resumable(Some(token)) => {
                // In the middle of an answer nobody can say whether the handle includes it.
                let owed = self.state.record.owed.as_ref().map(|owed| owed.student_index);
                let turns = owed.unwrap_or(self.state.next_index());
                self.state.record.handle = Some(Handle { token, at: self.now, turns });
            }
            // While the model speaks it cannot be resumed; the handle we have stays the newest.
            ServerEvent::Resumable(None) => {}
            ServerEvent::GoAway { time_left_ms } => {
                self.note("model.go_away", time_left_ms.to_string());
                self.told_to_leave(time_left_ms);
            }
            // We declare no tools; a model that calls one is on its own.
            ServerEvent::ToolCall => self.note("model.tool_call", "none is declared"),
            // The shell measures audio and says `Input::ModelAudio`.
            ServerEvent::Audio { .. } => {}
        }
    }

    fn model_ready(&mut self) {
        // Accepted twice, it is the same session.
        let Socket::Opening { leave_by, .. } = self.state.upstream.socket else { return };
        let (since, idle_since) = (self.now, self.now);
        self.state.upstream.socket =
            Socket::Ready { since, idle_since, leave_by, at_work: None, paused: None, trailing: None };
    }

    fn model_speaks(&mut self) {
        self.end_grace();
        self.state.upstream.fruitless = 0;
        if let Socket::Ready { paused, .. } = &mut self.state.upstream.socket {
            *paused = None;
        }
    }

    /// All was said that the model had so far. There may be more: it will say when it is done.
    fn model_pauses(&mut self) {
        if let Socket::Ready { paused, .. } = &mut self.state.upstream.socket {
            *paused = Some(self.now);
        }
    }

    fn model_works(&mut self) {
        if let Socket::Ready { at_work, .. } = &mut self.state.upstream.socket {
            *at_work = Some(self.now);
        }
    }

    /// The model will close the socket. Told twice, the earlier end counts.
    fn told_to_leave(&mut self, time_left_ms: i64) {
        let time_left_ms = time_left_ms.clamp(0, LONGEST_LEAVE_MS);
        let until = self.now + (time_left_ms - LEAVE_EARLY_MS).max(time_left_ms / 2);
        if let Socket::Opening { leave_by, .. } | Socket::Ready { leave_by, .. } =
            &mut self.state.upstream.socket
        {
            *leave_by = Some(leave_by.map_or(until, |known| known.min(until)));
        }
    }

    pub(crate) fn model_audio(&mut self, generation: u32, bytes: usize, sample_rate: u32) {
        if bytes == 0 {
            return;
        }
        if sample_rate != OUTPUT_SAMPLE_RATE {
            // It was promised to the clients; at another rate speech is noise. What it says can be read.
            return self.note("model.sound.unfit", format!("{sample_rate} Hz"));
        }
        if !self.is_current(generation) {
            return;
        }
        self.model_speaks();
        if self.is_of_current_answer() {
            self.answer_audio(bytes);
        }
    }

    /// Whether content that comes now belongs to the answer we wait for. Content of an answer that the student has
    /// broken into goes on for a moment and is dropped; once the model has ended or interrupted that one, content is
    /// of the next.
    fn is_of_current_answer(&mut self) -> bool {
        let asked = self.state.record.owed.as_ref().is_some_and(|owed| owed.asked_at.is_some())
            || self.is_heard_by_microphone();
        match self.trailing_mut() {
            None => true,
            Some(trailing) if asked && (trailing.complete || trailing.interrupted) => {
                self.settle_trailing();
                true
            }
            Some(_) => false,
        }
    }

    pub(crate) fn trailing_mut(&mut self) -> Option<&mut Trailing> {
        match &mut self.state.upstream.socket {
            Socket::Ready { trailing, .. } => trailing.as_mut(),
            _ => None,
        }
    }

    /// An answer was stored: the model's end of it is still to come, unless there is no model any more.
    pub(crate) fn trail(&mut self, answer: Trailing) {
        match &mut self.state.upstream.socket {
            Socket::Ready { trailing, .. } => *trailing = Some(answer),
            _ => self.settle(answer.index, answer.usage),
        }
    }

    /// The model has ended the answer whose end was still to come; whether there was one. Its tokens may be told in a message
    /// of their own, a moment later.
    pub(crate) fn end_trailing(&mut self) -> bool {
        match self.trailing_mut() {
            Some(Trailing { usage: Some(_), .. }) => self.settle_trailing(),
            Some(_) => {
                if let Socket::Ready { trailing, .. } = &mut self.state.upstream.socket {
                    *trailing = None;
                }
                self.expect_usage();
                true
            }
            None => false,
        }
    }

    /// Settles the answer whose end was still to come; whether there was one.
    pub(crate) fn settle_trailing(&mut self) -> bool {
        let Socket::Ready { trailing, .. } = &mut self.state.upstream.socket else {
            return false;
        };
        let Some(answer) = trailing.take() else {
            return false;
        };
        self.settle(answer.index, answer.usage);
        true
    }

    /// Closes the socket; nothing of it is heard any more.
    pub(crate) fn close_model(&mut self) {
        self.settle_trailing();
        self.hold_microphone();
        if matches!(self.state.upstream.socket, Socket::Opening { .. } | Socket::Ready { .. }) {
            self.effects.push(Effect::CloseModel);
            self.end_session(None);
        }
        self.state.upstream.socket = Socket::Closed;
        self.state.upstream.reaching_since = None;
    }

    /// Tells the clients what the session is doing, when that has changed.
    pub(crate) fn tell_session_state(&mut self) {
        let session = self.session_now();
        if self.state.record.session != session {
            self.state.record.session = session;
            self.tell(Event::SessionState { session });
        }
    }

    pub(crate) fn session_now(&self) -> SessionState {
        let record = &self.state.record;
        let working = record.owed.is_some() || record.answer.is_some();
        if self.state.is_closed() {
            return SessionState::Closed;
        }
        if self.state.is_speaking_by_hand() || self.state.is_speaking_hands_free() {
            return SessionState::UserSpeaking;
        }
        let wanted = working || self.state.holds_microphone();
        match self.state.upstream.socket {
            Socket::Opening { .. } | Socket::Waiting { .. } if wanted => SessionState::Connecting,
            Socket::Ready { .. } if working => SessionState::AiResponding,
            Socket::Ready { .. } => SessionState::Active,
            _ if self.state.upstream.refused => SessionState::Error,
            _ => SessionState::Paused,
        }
    }
}

/// The model's report as we store it.
#[must_use]
pub fn counted(usage: mentora_gemini::Usage) -> Usage {
    Usage {
        input: TokenCounts {
            text: usage.input_text,
            audio: usage.input_audio,
            image: usage.input_image,
            cached: usage.input_cached,
            thoughts: 0,
        },
        output: TokenCounts {
            text: usage.output_text,
            audio: usage.output_audio,
            image: 0,
            cached: 0,
            thoughts: usage.thoughts,
        },
    }
}
