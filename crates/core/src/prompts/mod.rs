//! What the model is told: personas, the frame around them and the guidance of each move, compiled from `prompts/*.md`.
//!
//! # Layout
//! - `slot`: what a template leaves open
//! - `section`: the named sections of the frame
//! - [`parse`](mod@parse): text is read, and refused where it names what is not known
//! - [`template`]: text with slots, and its filling
//! - [`frame`]: an opening and sections, and their filling
//! - [`edits`]: sections in a student's own words
//! - `source`: the check of the Markdown files, which `build.rs` runs
//! - [`tutor`]: a built-in persona or a teacher's own one
//! - [`briefing`]: the system instruction of a dialogue
//! - [`guidance`](mod@guidance): the line before a student's text that names the move
//! - [`summary`]: what the text model is asked once a conversation has ended

pub mod briefing;
pub mod edits;
pub mod frame;
pub mod guidance;
pub mod parse;
mod section;
mod slot;
#[cfg(test)]
mod source;
pub mod summary;
pub mod template;
pub mod tutor;

pub use briefing::{Briefing, system_instruction};
pub use edits::PromptEdits;
pub use frame::Frame;
pub use guidance::{closing, guidance, plain};
pub use parse::Piece;
pub use section::Section;
pub use slot::Slot;
pub use template::Template;
pub use tutor::Tutor;

mod compiled {
    use super::frame::Part;
    use super::{Frame, Persona, Piece, Section, Slot, Template};

    include!(concat!(env!("OUT_DIR"), "/prompts.rs"));
}

/// The persona of an assignment that names none, or one that is gone.
pub const DEFAULT_PERSONA: &str = "socratic-default";

/// A way to be a tutor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persona {
    /// What an assignment names it by.
    pub id: &'static str,
    /// What teachers and students call it.
    pub name: &'static str,
    /// One sentence about it.
    pub description: &'static str,
    /// The voice it speaks with: Puck, Charon, Kore, Fenrir or Aoede.
    pub voice: &'static str,
    /// gentle, critical, analytical or playful.
    pub style: &'static str,
    /// How it is told to behave.
    pub template: Template<'static>,
}

/// Version of all prompts: a digest of their text, so it changes exactly when a word of them does.
#[must_use]
pub fn version() -> &'static str {
    compiled::VERSION
}

/// The built-in personas, by id.
#[must_use]
pub fn personas() -> &'static [Persona] {
    compiled::PERSONAS
}

/// The built-in persona of that id.
#[must_use]
pub fn built_in(id: &str) -> Option<&'static Persona> {
    personas().iter().find(|persona| persona.id == id)
}

/// Whether that is the id of a built-in persona.
#[must_use]
pub fn is_built_in(id: &str) -> bool {
    built_in(id).is_some()
}

/// The persona of that id; [`DEFAULT_PERSONA`] when there is none.
#[must_use]
pub fn persona(id: &str) -> &'static Persona {
    const NOBODY: Persona =
        Persona { id: "", name: "", description: "", voice: "", style: "", template: Template(&[]) };
    // `build.rs` stops the build without the default persona, so nobody is never met.
    built_in(id).or_else(|| built_in(DEFAULT_PERSONA)).unwrap_or(&NOBODY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_persona_for_every_style_and_a_default() {
        let ids: Vec<_> = personas().iter().map(|persona| persona.id).collect();
        assert_eq!(ids, ["analytical", "critical", "gentle", "playful", "socratic-default"]);
        for id in ["analytical", "critical", "gentle", "playful"] {
            assert_eq!(persona(id).style, id);
        }
        let mut voices: Vec<_> = personas().iter().map(|persona| persona.voice).collect();
        voices.sort_unstable();
        voices.dedup();
        assert_eq!(voices.len(), 5, "each sounds different: {voices:?}");
    }

    #[test]
    fn an_unknown_persona_is_the_default() {
        for id in ["", "nobody", "../gentle", "Gentle"] {
            assert_eq!(persona(id).id, DEFAULT_PERSONA, "{id:?}");
        }
    }

    #[test]
    fn the_version_is_short_and_fit_for_an_identifier() {
        assert_eq!(version().len(), 12);
        assert!(version().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
