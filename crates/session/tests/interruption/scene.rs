//! A student who hears the tutor, and how each breaks into the other.

use mentora_core::documents::{AiConfig, Speaker};
use mentora_gemini::setup::Detection;
use mentora_session::Effect;
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::{Event, PrivateFrame};

use crate::shared::open_ended;
use crate::shared::told::openings;
pub use crate::shared::told::{events, sent};
pub use crate::shared::{STUDENT, Scene};

impl Scene {
    pub fn new() -> Self {
        Self::with(open_ended())
    }

    pub fn with(ai_config: AiConfig) -> Self {
        Self::listener(ai_config)
    }

    /// A tenth of a second of sound.
    pub fn sound(&mut self) -> Vec<Effect> {
        self.now += 100;
        self.utter(3_200)
    }

    /// A microphone that is open over several turns, with a model that listens.
    pub fn hands_free() -> Self {
        let mut scene = Self::new();
        scene.start(TurnTaking::Automatic);
        scene.sound();
        scene.ready();
        scene.sound();
        scene
    }

    /// Who said what, as it is stored.
    pub fn said(&self) -> Vec<(Speaker, &str)> {
        self.state.turns().iter().map(|turn| (turn.speaker, turn.text.as_str())).collect()
    }
}

/// How much was heard of the answers that were broken into.
pub fn broken_into(effects: &[Effect]) -> Vec<i64> {
    let heard = |event: Event| match event {
        Event::Interrupted { heard_ms, .. } => Some(heard_ms),
        _ => None,
    };
    events(effects).into_iter().filter_map(heard).collect()
}

/// How the sockets listen that were opened.
pub fn opened(effects: &[Effect]) -> Vec<Detection> {
    openings(effects).into_iter().map(|setup| setup.detection).collect()
}

/// What was refused, and about which message.
pub fn refusals(effects: &[Effect]) -> Vec<(ErrorCode, Option<String>)> {
    let refusal = |effect: &Effect| match effect {
        Effect::TellOne { frame, .. } => match &**frame {
            PrivateFrame::Error(error) => Some((error.code, error.client_message_id.clone())),
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(refusal).collect()
}
