//! What a session of the model is set up with.

use mentora_core::dialogue::Utterance;
use mentora_core::pricing;
use mentora_core::prompts::{self, Briefing, Tutor};
use mentora_gemini::SessionConfig;
use mentora_gemini::setup::{Compression, SafetySetting};

use crate::Step;

/// The context is billed again each turn: beyond this it is cut.
const COMPRESSION: Compression = Compression { trigger_tokens: 25_600, target_tokens: 12_800 };
/// Students argue about hard questions; only what is likely to harm is withheld.
pub const SAFETY: [SafetySetting; 4] = [
    SafetySetting { category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
    SafetySetting { category: "HARM_CATEGORY_HATE_SPEECH", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
    SafetySetting { category: "HARM_CATEGORY_SEXUALLY_EXPLICIT", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
    SafetySetting { category: "HARM_CATEGORY_DANGEROUS_CONTENT", threshold: "BLOCK_MEDIUM_AND_ABOVE" },
];

impl Step<'_> {
    /// What the model is told first: of a fresh session all that was said, of a resumed one what was said after its
    /// handle was given. The turn to be answered is sent after.
    pub(crate) fn system_instruction(&self) -> String {
        let record = &self.state.record;
        let known = record.handle.as_ref().map_or(0, |handle| handle.turns);
        let upto = record.owed.as_ref().map_or(self.state.next_index(), |owed| owed.student_index);
        let transcript = self.state.said_within(known..upto);
        self.briefing(&transcript)
    }

    /// Who the tutor is and what it is about, with what was said so far.
    pub(crate) fn briefing(&self, transcript: &[Utterance<'_>]) -> String {
        let facts = &self.state.record.facts;
        let ai = &facts.ai_config;
        prompts::system_instruction(&Briefing {
            question: facts.question.as_deref(),
            background: &facts.background,
            title: &facts.title,
            language: ai.language.as_deref(),
            custom_system_prompt: ai.custom_system_prompt.as_deref(),
            tutor: Tutor::of(&ai.persona, facts.persona.as_ref()),
            transcript,
            max_turns: ai.max_turns,
            edits: &facts.prompt_edits,
        })
    }

    /// The setup of a session that is opened now.
    pub(crate) fn session_config(&self) -> SessionConfig {
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
            safety: SAFETY.to_vec(),
            compression: Some(COMPRESSION),
            detection: self.state.upstream.detection,
            // What the student feels is not ours to guess at, and all else is best left to the model.
            ..SessionConfig::default()
        }
    }
}
