//! The model's socket: opened when a turn needs it, closed when nothing does, resumed by the newest handle, and
//! never two at a time. An open one keeps the object awake and is billed, so an idle conversation has none.

use mentora_core::documents::{TokenCounts, Usage};
use mentora_core::pricing;
use mentora_core::prompts::{self, Briefing, Tutor};
use mentora_core::time::{Millis, seconds};
use mentora_gemini::setup::{Compression, SafetySetting};
use mentora_gemini::{ClientMessage, Loss, ServerEvent, SessionConfig};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{Event, SessionState};

use crate::Step;
use crate::effect::Effect;
use crate::record::Handle;

/// A handle is good for two hours after the session; we stop a little earlier.
const HANDLE_LIFE_MS: i64 = seconds(110 * 60);
/// How often opening is tried before we give up.
const MAX_ATTEMPTS: u32 = 3;
/// First pause between two tries.
const RETRY_MS: i64 = 250;
/// The context is billed again each turn: beyond this it is cut.
const COMPRESSION: Compression = Compression { trigger_tokens: 25_600, target_tokens: 12_800 };
/// Students argue about hard questions; only what is likely to harm is withheld.
pub const SAFETY: [SafetySetting; 4] = [
    SafetySetting { category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
    SafetySetting { category: "HARM_CATEGORY_HATE_SPEECH", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
    SafetySetting { category: "HARM_CATEGORY_SEXUALLY_EXPLICIT", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
    SafetySetting { category: "HARM_CATEGORY_DANGEROUS_CONTENT", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
];

/// The model's socket, as far as this life knows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Upstream {
    pub(crate) socket: Socket,
    /// Openings that failed in a row.
    attempts: u32,
    /// The last failure was one that trying again does not mend.
    refused: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) enum Socket {
    /// There is none.
    #[default]
    Closed,
    /// There is none, and the next is not tried before.
    Waiting { until: Millis },
    /// Asked for; the setup is not accepted yet.
    Opening { since: Millis },
    /// The setup was accepted.
    Ready {
        /// Since when nothing needs it.
        idle_since: Millis,
        /// The model has said that it will close it.
        leaving: bool,
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

impl Step<'_> {
    /// After every input: does whatever is wanted and possible.
    pub(crate) fn pump(&mut self) {
        self.pump_credit();
        if self.state.is_closed() {
            self.close_model();
        } else {
            self.pump_model();
        }
        self.flush_if_due();
        self.tally_if_due();
    }

    fn pump_model(&mut self) {
        let wants = self.wants_model();
        let wanted = wants && self.is_paid_for();
        let busy = self.is_busy();
        let now = self.now;
        match &mut self.state.upstream.socket {
            Socket::Closed if wanted => self.open_model(),
            Socket::Waiting { until } if wanted && *until <= now => self.open_model(),
            Socket::Waiting { .. } if !wants => self.state.upstream.socket = Socket::Closed,
            Socket::Ready { leaving: true, .. } if !busy => self.close_model(),
            Socket::Ready { idle_since, .. } => {
                if busy {
                    *idle_since = now;
                }
                if wanted {
                    self.ask();
                }
            }
            _ => {}
        }
    }

    /// Whether there is something to tell the model.
    pub(crate) fn wants_model(&self) -> bool {
        let unasked = self.state.record.owed.as_ref().is_some_and(|owed| owed.asked_at.is_none());
        unasked || self.state.speech.is_some()
    }

    /// Whether the socket is needed now.
    pub(crate) fn is_busy(&self) -> bool {
        let record = &self.state.record;
        let trailing = matches!(self.state.upstream.socket, Socket::Ready { trailing: Some(_), .. });
        record.owed.is_some() || record.answer.is_some() || self.state.speech.is_some() || trailing
    }

    fn open_model(&mut self) {
        let now = self.now;
        let upstream = &mut self.state.upstream;
        upstream.socket = Socket::Opening { since: now };
        upstream.refused = false;
        let generation = self.state.record.openings.saturating_add(1);
        self.state.record.openings = generation;
        if self.state.record.handle.as_ref().is_some_and(|handle| now.since(handle.at) > HANDLE_LIFE_MS) {
            self.state.record.handle = None;
        }
        let setup = Box::new(self.session_config());
        self.effects.push(Effect::OpenModel { generation, setup });
    }

    /// What the model is told first: of a fresh session all that was said, of a resumed one what was said after its
    /// handle was given. The turn to be answered is sent after.
    pub(crate) fn system_instruction(&self) -> String {
        let record = &self.state.record;
        let facts = &record.facts;
        let ai = &facts.ai_config;
        let known = record.handle.as_ref().map_or(0, |handle| handle.turns);
        let upto = record.owed.as_ref().map_or(self.state.next_index(), |owed| owed.student_index);
        let transcript = self.state.said_within(known..upto);
        prompts::system_instruction(&Briefing {
            question: facts.question.as_deref(),
            background: &facts.background,
            title: &facts.title,
            language: ai.language.as_deref(),
            custom_system_prompt: ai.custom_system_prompt.as_deref(),
            tutor: Tutor::of(&ai.persona, facts.persona.as_ref()),
            transcript: &transcript,
            max_turns: ai.max_turns,
        })
    }

    fn session_config(&self) -> SessionConfig {
        let record = &self.state.record;
        let facts = &record.facts;
        let ai = &facts.ai_config;
        let tutor = Tutor::of(&ai.persona, facts.persona.as_ref());
        SessionConfig {
            model: facts.model.clone(),
            voice: Some(ai.voice.clone().unwrap_or_else(|| tutor.voice().to_owned())),
            language: ai.language.clone(),
            system_instruction: self.system_instruction(),
            handle: record.handle.as_ref().map(|handle| handle.token.clone()),
            max_output_tokens: Some(pricing::MAX_ANSWER_TOKENS.try_into().unwrap_or(u32::MAX)),
            temperature: None,
            thinking_level: None,
            safety: SAFETY.to_vec(),
            compression: Some(COMPRESSION),
        }
    }

    /// The model is ready: gives it what the student said, or is saying.
    fn ask(&mut self) {
        let sample_rate = self.state.record.spoken.as_ref().map_or(0, |spoken| spoken.sample_rate);
        if let Some(speech) = self.state.speech.as_mut() {
            let has_sound = self.state.record.spoken.as_ref().is_some_and(|spoken| spoken.duration_ms > 0);
            if !speech.streaming && has_sound {
                speech.streaming = true;
                self.effects.push(Effect::SendModel(ClientMessage::ActivityStart));
                self.effects.push(Effect::ReleaseAudio { sample_rate });
            }
            return;
        }
        let Some(owed) = self.state.record.owed.as_ref().filter(|owed| owed.asked_at.is_none()) else {
            return;
        };
        if self.state.record.spoken.is_some() {
            // The student had finished before the model was ready.
            self.effects.push(Effect::SendModel(ClientMessage::ActivityStart));
            self.effects.push(Effect::ReleaseAudio { sample_rate });
            self.effects.push(Effect::SendModel(ClientMessage::ActivityEnd));
        } else {
            let config = &self.state.record.facts.ai_config.dialectical_config;
            let guidance = prompts::guidance(config, owed.strategy);
            let text = self.state.turn(owed.student_index).map_or(String::new(), |turn| turn.text.clone());
            self.effects.push(Effect::SendModel(ClientMessage::Said { parts: vec![guidance, text] }));
        }
        let now = self.now;
        if let Some(owed) = self.state.record.owed.as_mut() {
            owed.asked_at = Some(now);
        }
    }

    /// Whether what comes from this opening is still heard.
    fn is_current(&self, generation: u32) -> bool {
        let open = matches!(self.state.upstream.socket, Socket::Opening { .. } | Socket::Ready { .. });
        open && self.state.record.openings == generation
    }

    pub(crate) fn model_event(&mut self, generation: u32, event: ServerEvent) {
        if !self.is_current(generation) {
            return;
        }
        match event {
            ServerEvent::SetupComplete => {
                self.state.upstream.attempts = 0;
                self.state.upstream.socket =
                    Socket::Ready { idle_since: self.now, leaving: false, trailing: None };
            }
            ServerEvent::HeardStudent(text) => self.heard_student(&text),
            ServerEvent::Spoke(text) => {
                if self.is_of_current_answer() {
                    self.spoke(&text);
                }
            }
            ServerEvent::Interrupted => match self.trailing_mut() {
                Some(trailing) => trailing.interrupted = true,
                None => self.answer_interrupted(),
            },
            ServerEvent::GenerationComplete => match self.trailing_mut() {
                Some(trailing) => trailing.complete = true,
                None => self.answer_generated(),
            },
            ServerEvent::TurnComplete => {
                if !self.end_trailing() {
                    self.answer_over();
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
                if let Socket::Ready { leaving, .. } = &mut self.state.upstream.socket {
                    *leaving = true;
                }
            }
            // We declare no tools; a model that calls one is on its own.
            ServerEvent::ToolCall => self.note("model.tool_call", "none is declared"),
            // The shell measures audio and says `Input::ModelAudio`.
            ServerEvent::Audio { .. } => {}
        }
    }

    pub(crate) fn model_audio(&mut self, generation: u32, bytes: usize, sample_rate: u32) {
        if self.is_current(generation) && self.is_of_current_answer() {
            self.answer_audio(bytes, sample_rate);
        }
    }

    /// Whether content that comes now belongs to the answer we wait for. Content of an answer that the student has
    /// broken into goes on for a moment and is dropped; once the model has ended or interrupted that one, content is
    /// of the next.
    fn is_of_current_answer(&mut self) -> bool {
        let asked = self.state.record.owed.as_ref().is_some_and(|owed| owed.asked_at.is_some());
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

    /// The model has ended the answer whose end was still to come; whether there was one. Its report of tokens mostly
    /// comes with that, and may come after.
    fn end_trailing(&mut self) -> bool {
        match self.trailing_mut() {
            Some(trailing) if trailing.usage.is_none() => {
                if let Socket::Ready { trailing, .. } = &mut self.state.upstream.socket {
                    *trailing = None;
                }
                true
            }
            _ => self.settle_trailing(),
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
        self.state.record.handle = None;
        self.lose_model(Loss::RetryFresh);
    }

    fn lose_model(&mut self, loss: Loss) {
        self.settle_trailing();
        let was_ready = matches!(self.state.upstream.socket, Socket::Ready { .. });
        self.state.upstream.socket = Socket::Closed;
        if loss == Loss::RetryFresh {
            self.state.record.handle = None;
        }
        if !loss.is_passing() {
            self.state.upstream.refused = true;
            return self.give_up_for(loss);
        }
        if was_ready {
            // The next try is the first again: this session had worked.
            self.state.upstream.attempts = 0;
            if self.was_asked() {
                self.fail_answer();
            }
        } else {
            self.state.upstream.attempts = self.state.upstream.attempts.saturating_add(1);
            // A handle that was tried in vain is not tried twice.
            self.state.record.handle = None;
            if self.state.upstream.attempts >= MAX_ATTEMPTS {
                self.state.upstream.attempts = 0;
                self.state.upstream.refused = true;
                return self.give_up_for(loss);
            }
        }
        let pause = RETRY_MS << self.state.upstream.attempts.min(6);
        self.state.upstream.socket = Socket::Waiting { until: self.now + pause };
    }

    /// Whether the lost session had been given something to answer.
    fn was_asked(&self) -> bool {
        let asked = self.state.record.owed.as_ref().is_some_and(|owed| owed.asked_at.is_some());
        asked || self.state.speech.is_some_and(|speech| speech.streaming)
    }

    fn give_up_for(&mut self, loss: Loss) {
        let (code, message) = match loss {
            Loss::Quota => (
                ErrorCode::UpstreamQuota,
                "The tutor has used up its quota for now. Your turn is kept; try again in a few minutes.",
            ),
            Loss::FatalAuth | Loss::FatalConfig => (
                ErrorCode::UpstreamUnavailable,
                "The tutor is not set up correctly and cannot answer. Your turn is kept; tell your teacher.",
            ),
            Loss::RetryWithHandle | Loss::RetryFresh => (
                ErrorCode::UpstreamUnavailable,
                "The tutor cannot be reached. Your turn is kept; say something more to try again.",
            ),
        };
        if self.state.record.spoken.is_some() {
            if self.state.record.spoken.as_ref().is_some_and(|spoken| spoken.transcript.trim().is_empty()) {
                return self.lose_speech();
            }
            self.store_speech();
        }
        if self.state.record.answer.is_some() {
            return self.finish_answer_as_shown();
        }
        self.give_up(code, message);
    }

    /// Closes the socket; nothing of it is heard any more.
    pub(crate) fn close_model(&mut self) {
        self.settle_trailing();
        if matches!(self.state.upstream.socket, Socket::Opening { .. } | Socket::Ready { .. }) {
            self.effects.push(Effect::CloseModel);
        }
        self.state.upstream.socket = Socket::Closed;
    }

    /// Tells the clients what the session is doing, when that has changed.
    pub(crate) fn tell_session_state(&mut self) {
        let session = self.session_now();
        if self.state.record.session != session {
            self.state.record.session = session;
            self.tell(Event::SessionState { session });
        }
    }

    fn session_now(&self) -> SessionState {
        let record = &self.state.record;
        let working = record.owed.is_some() || record.answer.is_some();
        if self.state.is_closed() {
            return SessionState::Closed;
        }
        if self.state.speech.is_some() {
            return SessionState::UserSpeaking;
        }
        match self.state.upstream.socket {
            Socket::Opening { .. } | Socket::Waiting { .. } if working => SessionState::Connecting,
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
            cached: usage.input_cached,
            thoughts: 0,
        },
        output: TokenCounts {
            text: usage.output_text,
            audio: usage.output_audio,
            cached: 0,
            thoughts: usage.thoughts,
        },
    }
}
