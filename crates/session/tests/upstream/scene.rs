//! A student who reads, and a Firestore that takes what it is given.

use mentora_session::record::Facts;
use mentora_session::{Effect, SessionWrite};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::AudioMode;
use mentora_wire::stream::client::TurnTaking;

use crate::shared::facts;
pub use crate::shared::told::{errors, events, openings, sent};
pub use crate::shared::{STUDENT, Scene};
use mentora_gemini::ServerEvent;

impl Scene {
    pub fn new() -> Self {
        Self::with_model("gemini-3.8-live")
    }

    pub fn with_model(model: &str) -> Self {
        let mut scene = Self::of(Facts { model: model.into(), ..facts() }, AudioMode::None);
        scene.keeps = true;
        scene
    }

    pub fn begin_to_speak(&mut self) -> Vec<Effect> {
        self.start(TurnTaking::Manual);
        self.utter(3_200)
    }

    /// A turn of each, as without trouble.
    pub fn talk(&mut self, student: &str, tutor: &str) {
        self.write(student);
        self.answer(tutor);
    }

    pub fn gets_handle(&mut self, token: &str) {
        self.model(ServerEvent::Resumable(Some(token.into())));
    }

    pub fn told_to_leave(&mut self, time_left_ms: i64) -> Vec<Effect> {
        self.model(ServerEvent::GoAway { time_left_ms })
    }

    /// The object dies and comes back with what was stored, and so does the student.
    pub fn dies(&mut self) -> Vec<Effect> {
        let effects = self.crashes(Vec::new());
        self.connect();
        effects
    }
}

pub fn codes(effects: &[Effect]) -> Vec<ErrorCode> {
    errors(effects).iter().map(|error| error.code).collect()
}

/// How often the model's socket was closed.
pub fn closes(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::CloseModel)).count()
}

pub fn writes(effects: &[Effect]) -> Vec<SessionWrite> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::KeepSession(write) => Some((**write).clone()),
            _ => None,
        })
        .collect()
}
