//! Who the tutor is: a built-in persona or a teacher's own one.

use super::guidance::plain;
use super::parse::{Fault, PERSONA_SLOTS, parse, refuse_guidance};
use super::{Persona, Slot, Template, compiled, persona};
use crate::documents;

/// A persona, as a dialogue takes it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tutor<'a> {
    /// One of ours.
    BuiltIn(&'static Persona),
    /// A teacher's own one.
    Own(&'a documents::Persona),
}

impl<'a> Tutor<'a> {
    /// The teacher's own persona, if there is one, and else the built-in one of that id, or the default.
    #[must_use]
    pub fn of(id: &str, own: Option<&'a documents::Persona>) -> Self {
        own.map_or_else(|| Self::BuiltIn(persona(id)), Self::Own)
    }

    /// The voice it speaks with.
    #[must_use]
    pub fn voice(self) -> &'static str {
        match self {
            Self::BuiltIn(persona) => persona.voice,
            Self::Own(persona) => persona.voice.name(),
        }
    }

    /// What it is told to be, with the slots of its template filled. A teacher's words are followed by what their style
    /// asks for; ours say it themselves.
    pub(super) fn words(self, value: impl Fn(Slot) -> String) -> String {
        let own = match self {
            Self::BuiltIn(persona) => return persona.template.fill(value),
            Self::Own(own) => own,
        };
        let template = plain(&own.system_prompt_template);
        // What was in order when it was stored stays in use when the rule for it changes.
        let words = parse(&template, PERSONA_SLOTS)
            .map_or_else(|_| template.clone().into_owned(), |pieces| Template(&pieces).fill(value));
        let style = compiled::STYLES.iter().find(|(id, _)| *id == own.style.name());
        let style = style.map(|(_, manner)| manner.source()).unwrap_or_default();
        format!("{}\n{style}", words.trim())
    }
}

/// Checks a template that a teacher wrote for a persona.
///
/// # Errors
/// The first [`Fault`] in it.
pub fn check_template(text: &str) -> Result<(), Fault> {
    refuse_guidance(text)?;
    parse(text, PERSONA_SLOTS).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::{Style, Voice};
    use crate::ids::UserId;
    use crate::time::Millis;

    fn own(template: &str) -> documents::Persona {
        documents::Persona {
            name: "Kant".into(),
            description: String::new(),
            voice: Voice::Fenrir,
            style: Style::Critical,
            system_prompt_template: template.into(),
            course_id: None,
            created_by: UserId::new("teacher").unwrap(),
            created_at: Millis(0),
            updated_at: Millis(0),
        }
    }

    #[test]
    fn a_teachers_own_persona_has_its_words_its_style_and_its_voice() {
        let own = own("Ask of {{ question }} what if all did so. {{question}}!\n");
        let tutor = Tutor::of("k7", Some(&own));
        let words = tutor.words(|slot| format!("<{}>", slot.name()));
        assert!(words.starts_with(
            "Ask of <question> what if all did so. <question>!\nIn your manner you are critical"
        ));
        assert_eq!(tutor.voice(), "Fenrir");
        assert_eq!(Tutor::of("gentle", None).voice(), "Aoede");
        assert_eq!(Tutor::of("k7", None), Tutor::BuiltIn(persona(crate::prompts::DEFAULT_PERSONA)));
    }

    #[test]
    fn a_template_that_cannot_be_read_is_taken_as_it_stands() {
        let own = own("Ask of {{mood}}. ⟦move⟧");
        assert!(Tutor::of("k7", Some(&own)).words(|_| String::new()).starts_with("Ask of {{mood}}. move\n"));
    }

    #[test]
    fn a_teacher_is_told_what_a_template_may_name() {
        assert_eq!(check_template("Be {{question}}, {{title}}, {{language}}."), Ok(()));
        assert_eq!(check_template("Plain words."), Ok(()));
        let unknown = check_template("a\nb {{mood}}").unwrap_err();
        assert_eq!(unknown.line, 1);
        assert_eq!(
            unknown.what,
            "{{mood}} is not known here; known placeholders: {{question}}, {{title}}, {{language}}"
        );
        for wrong in ["{{transcript}}", "{{question", "question}}", "⟦move⟧"] {
            assert!(check_template(wrong).is_err(), "{wrong}");
        }
    }
}
