//! The move that a spoken turn is answered with.
//!
//! The model answers speech before we have read it, so a decision about speech comes too late for its own answer. It is
//! told to the model before the student speaks the next time, where the model takes that, and only while nothing is being
//! generated: it would break into it.

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{Modality, Speaker};
use mentora_core::prompts;
use mentora_gemini::{ClientMessage, steering};

use crate::Step;
use crate::effect::Effect;
use crate::state::State;
use crate::upstream::{Socket, Trailing};

impl State {
    /// The move of the answer to what the student is about to say, and the guidance to it.
    fn move_for_speech(&self) -> Option<(Strategy, String)> {
        let config = &self.record.facts.ai_config;
        let turns = self.student_turns().saturating_add(1);
        let guided = |strategy| (strategy, prompts::guidance(&config.dialectical_config, strategy));
        if turns >= config.max_turns {
            return Some(guided(Strategy::Conclude));
        }
        if turns.saturating_add(1) == config.max_turns {
            return Some((Strategy::Continue, prompts::closing()));
        }
        // What was written had its move with it.
        let last = self.turns.iter().rev().find(|turn| turn.speaker == Speaker::Student)?;
        let decided = last.analysis.as_ref().filter(|_| last.modality == Modality::Voice)?.strategy;
        // Who speaks again has not closed.
        decided.filter(|strategy| *strategy != Strategy::Conclude).map(guided)
    }

    fn is_generating(&self) -> bool {
        let Socket::Ready { trailing, .. } = &self.upstream.socket else {
            return false;
        };
        let goes_on = |trailing: &Trailing| !trailing.complete && !trailing.interrupted;
        self.record.answer.is_some() || trailing.as_ref().is_some_and(goes_on)
    }
}

impl Step<'_> {
    /// Tells the model how to answer what it is about to hear; to be called right before the speech begins for it. Says
    /// which move that is.
    pub(crate) fn steer(&mut self) -> Option<Strategy> {
        if !steering::is_possible(&self.state.record.facts.model) || self.state.is_generating() {
            return None;
        }
        let (strategy, text) = self.state.move_for_speech()?;
        self.effects.push(Effect::SendModel(ClientMessage::Steer { text }));
        Some(strategy)
    }
}
