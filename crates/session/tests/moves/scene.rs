//! A student who argues about uniforms, and hears the tutor. A text model may weigh what the student says.

use mentora_core::dialogue::{Inquiry, Strategy};
use mentora_core::documents::{AiConfig, Analyser, Speaker, Turn};
use mentora_gemini::{ClientMessage, ServerEvent};
use mentora_session::record::Facts;
use mentora_session::{Effect, Input};
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::{AudioMode, ClientFrame, Event};
use serde_json::{Value, json};

use crate::shared::client::audio_start;
use crate::shared::told::sent;
pub use crate::shared::{Scene, facts, open_ended};

pub const CLAIM: &str = "School uniforms should be mandatory.";
pub const BY_VERDICT: (Strategy, Option<Analyser>) = (Strategy::DevilsAdvocate, Some(Analyser::Gemini));
pub const BY_WORD_LISTS: (Strategy, Option<Analyser>) = (Strategy::Challenge, Some(Analyser::Lexical));

pub fn weighed() -> AiConfig {
    AiConfig { analyser: Analyser::Gemini, ..open_ended() }
}

pub fn verdict(changes: &Value) -> String {
    let mut verdict = json!({
        "vagueness": 0, "claim": 90, "evidence": 75, "hearsay": 0, "overreach": 0, "oneSidedness": 90,
        "balance": 0, "concession": 0, "closure": 0, "question": 0, "distress": 0, "stance": "pro-weak",
    });
    for (name, value) in changes.as_object().unwrap() {
        verdict[name] = value.clone();
    }
    verdict.to_string()
}

/// One by which the other side is argued, where the word lists would ask for a ground.
pub fn one_sided() -> String {
    verdict(&json!({}))
}

impl Scene {
    pub fn with(ai_config: AiConfig) -> Self {
        Self::with_model(ai_config, "gemini-3.8-live")
    }

    pub fn with_model(ai_config: AiConfig, model: &str) -> Self {
        let question = Some("Should uniforms be mandatory?".into());
        let facts = Facts { title: "Uniforms".into(), question, ai_config, model: model.into(), ..facts() };
        Self::of(facts, AudioMode::Binary)
    }

    /// Questions to the text model, the newest last.
    pub fn asked(&self) -> Vec<(u32, Inquiry)> {
        let asked = |effect: &Effect| match effect {
            Effect::Analyse { number, inquiry } => Some((*number, (**inquiry).clone())),
            _ => None,
        };
        self.effects.iter().filter_map(asked).collect()
    }

    /// What the text model makes of it.
    pub fn weighs(&mut self, reply: Option<String>) -> Vec<Effect> {
        let number = self.asked().last().unwrap().0;
        self.feed(Input::Analysed { number, reply })
    }

    /// A whole answer, of which the model does not tell what it took.
    pub fn replies(&mut self, text: &str) -> Vec<Effect> {
        let mut effects = self.ready();
        effects.extend(self.says(text));
        for event in [ServerEvent::GenerationComplete, ServerEvent::TurnComplete] {
            effects.extend(self.model(event));
        }
        effects
    }

    /// The student speaks; what is sent to the model before the answer.
    pub fn speak(&mut self, id: &str) -> Vec<Effect> {
        let mut effects = self.frame(audio_start(id, TurnTaking::Manual));
        effects.extend(self.utter(32_000));
        effects.extend(self.ready());
        effects.extend(self.frame(ClientFrame::AudioEnd {}));
        effects
    }

    /// A whole spoken turn, understood as `text` and answered.
    pub fn spoken(&mut self, text: &str, id: &str) -> Vec<Effect> {
        let mut effects = self.speak(id);
        effects.extend(self.heard(text));
        effects.extend(self.replies("Why?"));
        effects
    }

    pub fn student_turn(&self) -> &Turn {
        self.state.turns().iter().rev().find(|turn| turn.speaker == Speaker::Student).unwrap()
    }

    pub fn decided(&self) -> (Strategy, Option<Analyser>) {
        let analysis = self.student_turn().analysis.as_ref().unwrap();
        (analysis.strategy.unwrap(), analysis.analyser)
    }
}

pub fn events(effects: &[Effect]) -> Vec<&'static str> {
    let name = |effect: &Effect| match effect {
        Effect::Tell(event) => match &event.event {
            Event::TurnStored { .. } => Some("turn_stored"),
            Event::Decision { .. } => Some("decision"),
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(name).collect()
}

pub fn steered(effects: &[Effect]) -> Option<String> {
    sent(effects).into_iter().find_map(|message| match message {
        ClientMessage::Steer { text } => Some(text),
        _ => None,
    })
}
