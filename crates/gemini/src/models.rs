//! What each Live model accepts in its setup. A field that a model does not know, or knows no more, closes the socket
//! with 1007 before the first word, so what a session is made of is looked up here and the rest is left out.

use crate::setup::ThinkingLevel;

/// A Live model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveModel {
    /// Without the prefix `models/`.
    pub name: &'static str,
    /// Whether it is still there.
    pub status: Status,
    /// `generationConfig.thinkingConfig`
    pub thinking: Thinking,
    /// `generationConfig.enableAffectiveDialog`
    pub affective_dialog: Choice,
    /// `proactivity.proactiveAudio`
    pub proactive_audio: Choice,
    /// `historyConfig.initialHistoryInClientContent`
    pub history_first: Choice,
    /// Whether `clientContent` may come in the middle of a session, which is how a student's text is sent.
    pub takes_content: bool,
    /// `serverContent.interactionStatus` says when it is done, and `turnComplete` no longer does.
    pub tells_when_idle: bool,
}

/// Whether a model is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is.
    Served,
    /// Announced to be gone; should it answer all the same, this is how it wants to be spoken to.
    Retired,
}

/// What a model wants to hear about thinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thinking {
    /// Nothing.
    Refused,
    /// `thinkingLevel`, this one when nobody says.
    Level {
        /// The level when none is asked for.
        default: ThinkingLevel,
    },
    /// `thinkingBudget` in tokens; the model finds its own when nobody says.
    Budget,
}

/// What may be said of something that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Nothing, not even that it is off.
    Refused,
    /// That it is on, as it always is.
    AlwaysOn,
    /// Either.
    Free,
}

impl Choice {
    /// What is sent of a wish.
    #[must_use]
    pub fn allowed(self, wish: Option<bool>) -> Option<bool> {
        match self {
            Self::Refused => None,
            Self::AlwaysOn => wish.filter(|on| *on),
            Self::Free => wish,
        }
    }
}

/// The models that hold a conversation. Those that translate or transcribe do not.
pub const MODELS: [LiveModel; 4] = [
    LiveModel {
        name: "gemini-3.8-live",
        status: Status::Served,
        thinking: Thinking::Refused,
        affective_dialog: Choice::Refused,
        proactive_audio: Choice::AlwaysOn,
        history_first: Choice::Free,
        takes_content: true,
        tells_when_idle: false,
    },
    LiveModel {
        name: "gemini-3.8-live-extended-thinking",
        status: Status::Served,
        thinking: Thinking::Level { default: ThinkingLevel::Low },
        affective_dialog: Choice::Refused,
        proactive_audio: Choice::AlwaysOn,
        history_first: Choice::Free,
        takes_content: true,
        tells_when_idle: true,
    },
    LiveModel {
        name: "gemini-3.1-flash-live-preview",
        status: Status::Retired,
        thinking: Thinking::Level { default: ThinkingLevel::Low },
        affective_dialog: Choice::Refused,
        proactive_audio: Choice::Refused,
        history_first: Choice::Free,
        // Closed some sessions with 1007.
        takes_content: false,
        tells_when_idle: false,
    },
    LiveModel {
        name: "gemini-2.5-flash-native-audio-preview-12-2025",
        status: Status::Retired,
        thinking: Thinking::Budget,
        affective_dialog: Choice::Free,
        proactive_audio: Choice::Free,
        history_first: Choice::Refused,
        takes_content: true,
        tells_when_idle: false,
    },
];

impl LiveModel {
    /// What is known of a model. One that is not in the table is taken for a newer one of its kind, and told nothing that
    /// any of the served ones refuses.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let [live, thinking, ..] = MODELS;
        let newer = if name.ends_with("-extended-thinking") { thinking } else { live };
        MODELS.into_iter().find(|model| model.name == name).unwrap_or(newer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_model_is_taken_for_one_of_its_kind() {
        assert_eq!(LiveModel::named("gemini-4-live").thinking, Thinking::Refused);
        assert!(LiveModel::named("gemini-4-live-extended-thinking").tells_when_idle);
    }

    #[test]
    fn what_is_served_takes_the_students_text() {
        for model in MODELS.iter().filter(|model| model.status == Status::Served) {
            assert!(model.takes_content, "{}", model.name);
        }
    }

    #[test]
    fn what_is_always_on_cannot_be_said_to_be_off() {
        for (choice, off, on) in [
            (Choice::Refused, None, None),
            (Choice::AlwaysOn, None, Some(true)),
            (Choice::Free, Some(false), Some(true)),
        ] {
            assert_eq!((choice.allowed(Some(false)), choice.allowed(Some(true))), (off, on), "{choice:?}");
            assert_eq!(choice.allowed(None), None, "{choice:?}");
        }
    }
}
