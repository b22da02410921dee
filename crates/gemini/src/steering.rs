//! Whether a session may be told, between two turns of speech, how to answer the next.
//!
//! Speech is answered before anybody has read it, so guidance cannot stand before the student's words as it does in
//! writing. It can be added to the context beforehand, as `clientContent` that asks for no answer. Not every model takes
//! that: some close the session with 1007 when it meets `realtimeInput`, and some never look at it.
//!
//! | model | `clientContent` within a session |
//! | --- | --- |
//! | `gemini-3.8-live` | documented for all of the session |
//! | `gemini-3.8-live-extended-thinking` | not documented: left out |
//! | `gemini-3.1-*` | history before the first turn only; later some sessions are closed with 1007 |
//! | `gemini-2.5-*` | closed with 1007 when it meets audio |
//! | any other | unknown: left out |

/// Whether this model may be told. It is of use only while nothing is being generated: any `clientContent` interrupts.
#[must_use]
pub fn is_possible(model: &str) -> bool {
    model == "gemini-3.8-live"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_model_that_is_known_to_take_it_is_steered() {
        assert!(is_possible("gemini-3.8-live"));
        for model in [
            "gemini-3.8-live-extended-thinking",
            "gemini-3.1-flash-live-preview",
            "gemini-2.5-flash-native-audio-preview-12-2025",
            "gemini-4-live",
            "",
        ] {
            assert!(!is_possible(model), "{model}");
        }
    }
}
