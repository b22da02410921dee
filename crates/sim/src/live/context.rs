//! What the model remembers: the turns of a session, and what they weigh in tokens.

use std::sync::Arc;

use serde_json::{Value, json};

use super::setup::Compression;

/// The window of the 3.x Live models, in tokens.
pub const WINDOW: u64 = 131_072;

/// Live counts audio at this rate (the general rate for audio files is another one).
pub const AUDIO_TOKENS_PER_SECOND: f64 = 25.0;

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The student, or the application on behalf of the student.
    User,
    /// The tutor.
    Model,
}

/// Tokens by modality.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Written text.
    pub text: u64,
    /// Audio, in or out.
    pub audio: u64,
}

impl Tokens {
    /// About four characters a token; a CJK character is a token of its own.
    pub fn of_text(text: &str) -> Self {
        let wide = text.chars().filter(|letter| crate::tutor::is_cjk(*letter)).count() as u64;
        let narrow = text.chars().count() as u64 - wide;
        Self { text: wide + narrow.div_ceil(4), audio: 0 }
    }

    /// Audio of this many samples.
    pub fn of_audio(samples: usize, rate: u32) -> Self {
        let seconds = samples as f64 / f64::from(rate);
        Self { text: 0, audio: (seconds * AUDIO_TOKENS_PER_SECOND).ceil() as u64 }
    }

    /// Both modalities.
    pub fn total(self) -> u64 {
        self.text + self.audio
    }

    /// `promptTokensDetails` and its kin.
    pub fn details(self) -> Value {
        let mut details = Vec::new();
        if self.text > 0 {
            details.push(json!({ "modality": "TEXT", "tokenCount": self.text }));
        }
        if self.audio > 0 {
            details.push(json!({ "modality": "AUDIO", "tokenCount": self.audio }));
        }
        Value::Array(details)
    }
}

impl std::ops::Add for Tokens {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { text: self.text + other.text, audio: self.audio + other.audio }
    }
}

/// One contribution to the dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who.
    pub role: Role,
    /// What was written, or the transcript of what was spoken.
    pub parts: Vec<String>,
    /// What it weighs.
    pub tokens: Tokens,
}

/// Everything the model sees when it answers. Cheap to copy: a resumption handle keeps one.
#[derive(Debug, Clone, Default)]
pub struct Context {
    turns: Vec<Arc<Turn>>,
}

impl Context {
    /// Adds a turn at the end.
    pub fn push(&mut self, turn: Turn) {
        self.turns.push(Arc::new(turn));
    }

    /// All turns, oldest first.
    pub fn turns(&self) -> impl DoubleEndedIterator<Item = &Turn> {
        self.turns.iter().map(Arc::as_ref)
    }

    /// What the turns weigh together, without the system instruction.
    pub fn tokens(&self) -> Tokens {
        self.turns().fold(Tokens::default(), |sum, turn| sum + turn.tokens)
    }

    /// Slides the window: the oldest turns go, the latest always stays.
    pub fn compress(&mut self, rule: Compression) {
        if self.tokens().total() <= rule.trigger {
            return;
        }
        while self.turns.len() > 1 && self.tokens().total() > rule.target {
            self.turns.remove(0);
        }
    }
}

/// The text parts of a `Content`, joined; empty when there is none.
pub fn text_of(content: Option<&Value>) -> String {
    content.map(text_parts).unwrap_or_default().join("\n")
}

/// The text parts of a `Content`.
pub fn text_parts(content: &Value) -> Vec<String> {
    let parts = content.get("parts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(tokens: u64) -> Turn {
        Turn { role: Role::User, parts: vec![], tokens: Tokens { text: 0, audio: tokens } }
    }

    #[test]
    fn a_second_of_audio_weighs_25_tokens() {
        assert_eq!(Tokens::of_audio(16_000, 16_000).audio, 25);
        assert_eq!(Tokens::of_audio(24_000 * 4, 24_000).audio, 100);
    }

    #[test]
    fn compression_drops_the_oldest_turns_once_the_trigger_is_passed() {
        let mut context = Context::default();
        (0..5).for_each(|_| context.push(turn(10)));
        context.compress(Compression { trigger: 50, target: 20 });
        assert_eq!(context.tokens().total(), 50);
        context.push(turn(10));
        context.compress(Compression { trigger: 50, target: 20 });
        assert_eq!(context.tokens().total(), 20);
    }
}
