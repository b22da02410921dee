//! A student who reads, or who hears the tutor.

use mentora_gemini::SessionConfig;
use mentora_session::Effect;

pub use crate::shared::Scene;
use crate::shared::open_ended;
use crate::shared::told::openings;

impl Scene {
    pub fn new() -> Self {
        Self::reader(open_ended())
    }

    pub fn hearing() -> Self {
        Self::listener(open_ended())
    }
}

/// What the model was first opened with.
pub fn opened(effects: &[Effect]) -> Option<SessionConfig> {
    openings(effects).into_iter().next()
}
