//! What a conversation is about.

use mentora_core::documents::AiConfig;
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId};
use mentora_core::time::Millis;
use mentora_session::record::Facts;

use crate::shared::OWNER;

/// A conversation like any other.
pub fn facts() -> Facts {
    Facts {
        conversation: ConversationId::new("c").unwrap(),
        owner: UserId::new(OWNER).unwrap(),
        assignment: AssignmentId::new("a").unwrap(),
        course: CourseId::new("k").unwrap(),
        title: "Screens".into(),
        question: Some("Do screens harm sleep?".into()),
        background: String::new(),
        ai_config: open_ended(),
        persona: None,
        prompt_edits: Default::default(),
        payer: None,
        free_credits: None,
        model: "gemini-3.8-live".into(),
        started_at: Millis(0),
    }
}

/// Rules by which it goes on until its turns are used up, whatever is said.
pub fn open_ended() -> AiConfig {
    AiConfig { auto_terminate: false, ..AiConfig::default() }
}
