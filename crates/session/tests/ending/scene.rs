//! Ends, and what comes after them.

use mentora_core::documents::{AiConfig, EndReason};
use mentora_core::time::Millis;
use mentora_gemini::ClientMessage;
use mentora_session::{Effect, Input, TallyOutcome, Way};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{CloseCode, Event};

pub use crate::shared::Scene;
use crate::shared::told;
pub use crate::shared::told::{events, refusals, sent, told_figures};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;

impl Scene {
    pub fn new(ai_config: AiConfig) -> Self {
        Self::reader(ai_config)
    }

    /// One exchange; what the model was asked.
    pub fn exchange(&mut self, text: &str) -> Vec<ClientMessage> {
        let mut asked = sent(&self.write(text));
        asked.extend(sent(&self.answer("Why so?")));
        asked
    }

    pub fn end(&mut self, reason: EndReason) -> Vec<Effect> {
        self.feed(Input::End { reason })
    }

    pub fn tallied(&mut self, way: Way) -> Vec<Effect> {
        self.feed(Input::Tallied { way, outcome: TallyOutcome::Done })
    }

    /// Staff open it again, and everybody who must know does. What they were answered at last.
    pub fn reopen(&mut self) -> Result<(), ErrorCode> {
        let mut effects = self.feed(Input::Reopen);
        if told_figures(&effects) == [Way::Out] {
            effects.extend(self.tallied(Way::Out));
        }
        let mut answers = effects.into_iter().filter_map(|effect| match effect {
            Effect::Reopened(answer) => Some(answer.map_err(|refusal| refusal.code)),
            _ => None,
        });
        let answer = answers.next_back().expect("nobody was answered");
        if answer.is_ok() {
            self.connect();
        }
        answer
    }

    pub fn crash(&mut self) -> Vec<Effect> {
        self.crashes(Vec::new())
    }

    pub fn reason(&self) -> Option<EndReason> {
        self.state.record().ended.as_ref().map(|ended| ended.reason)
    }

    pub fn summary(&self) -> &str {
        self.state.record().ended.as_ref().map_or("", |ended| &ended.summary)
    }
}

/// Why it ended, each time that clients were told.
pub fn endings(effects: &[Effect]) -> Vec<EndReason> {
    let ended = |event| match event {
        Event::ConversationEnded { reason, .. } => Some(reason),
        _ => None,
    };
    events(effects).into_iter().filter_map(ended).collect()
}

/// When clients were told that the time runs out, and when it will have.
pub fn warnings(effects: &[Effect]) -> Vec<i64> {
    let warned = |event| match event {
        Event::StateChange { ends_at, .. } => ends_at.map(|at| at.0),
        _ => None,
    };
    events(effects).into_iter().filter_map(warned).collect()
}

pub fn closes(effects: &[Effect]) -> Vec<CloseCode> {
    told::closes(effects).into_iter().map(|(_, code)| code).collect()
}

/// The ends for which the text model was asked.
pub fn asked_for_summary(effects: &[Effect]) -> Vec<Millis> {
    let asked = |effect: &Effect| match effect {
        Effect::Summarise { ended_at, .. } => Some(*ended_at),
        _ => None,
    };
    effects.iter().filter_map(asked).collect()
}
