//! Every decision can be made again from the export of its dialogue.

use mentora_core::dialogue::Strategy;
use mentora_core::dialogue::replay::{Outcome, replay};
use mentora_core::documents::{AiConfig, Analyser, Conversation, Modality};
use mentora_gemini::ServerEvent;
use serde_json::json;

use crate::scene::{CLAIM, Scene, verdict, weighed};

/// A dialogue as it is exported, of every kind of decision: by word lists, by a verdict, spoken, broken into, the last.
fn exported() -> Conversation {
    let mut config = weighed();
    config.max_turns = 6;
    config.dialectical_config.strategy_weights.insert(Strategy::Challenge, 1.2);
    let mut scene = Scene::with(config);
    scene.write_as(CLAIM, "m1");
    scene.weighs(None);
    scene.replies("What makes you think so?");
    scene.write_as("Because they reduce bullying: in my school it went down by 40%.", "m2");
    scene.weighs(Some(verdict(&json!({ "overreach": 10 }))));
    scene.model(ServerEvent::SetupComplete);
    scene.model(ServerEvent::Spoke("And who pays for".into()));
    scene.write_as("我覺得每個人都應該穿校服。", "m3");
    scene.wait(800);
    for event in [ServerEvent::Interrupted, ServerEvent::TurnComplete] {
        scene.model(event);
    }
    scene.replies("為什麼？");
    scene.spoken("It's good.", "v1");
    scene.weighs(Some(verdict(&json!({ "vagueness": 90, "evidence": 0 }))));
    scene.spoken("I don't know.", "v2");
    scene.wait(800);
    scene.write_as("That is all I have to say, thank you.", "m4");
    scene.weighs(Some(verdict(&json!({ "closure": 100 }))));
    scene.replies("Thank you, goodbye.");
    assert!(scene.state.is_closed());
    scene.state.snapshot()
}

#[test]
fn every_decision_of_a_dialogue_can_be_made_again_from_its_export() {
    let exported = serde_json::to_string(&exported()).unwrap();
    let conversation: Conversation = serde_json::from_str(&exported).unwrap();
    let config = conversation.rules.as_ref().unwrap().to_config();
    let replayed = replay(&config, &conversation);
    assert_eq!(replayed.len(), 6);
    for turn in &replayed {
        assert!(matches!(turn.outcome, Outcome::Same(_)), "{turn:#?}");
    }
    let by = |analyser| {
        let analysers = replayed.iter().filter_map(|turn| turn.stored()?.analyser);
        analysers.filter(|it| *it == analyser).count()
    };
    assert_eq!((by(Analyser::Lexical), by(Analyser::Gemini)), (3, 3));
    assert!(conversation.turns.iter().any(|turn| turn.modality == Modality::Voice));

    let other = AiConfig { max_turns: 3, ..config };
    let differs = replay(&other, &conversation);
    let fields: Vec<_> = differs
        .iter()
        .map(|turn| match &turn.outcome {
            Outcome::Different { fields, .. } => fields.contains(&"strategy"),
            _ => false,
        })
        .collect();
    assert!(fields[2], "under other rules it comes out otherwise: {differs:#?}");
}

/// The export that the tests of `mentora replay` read.
const EXPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packages/mentora-cli/tests/cli/export.json");

#[test]
fn the_export_that_the_command_is_tested_with_is_what_the_machine_makes() {
    let mut export = serde_json::to_value(exported()).unwrap();
    export["id"] = json!("c");
    // The prompts have a version of their own, which changes with every word of them.
    for turn in export["turns"].as_array_mut().unwrap() {
        turn.as_object_mut().unwrap().remove("promptVersion");
    }
    let made = serde_json::to_string_pretty(&export).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(EXPORT, &made).unwrap();
        return;
    }
    assert!(
        std::fs::read_to_string(EXPORT).unwrap_or_default() == made,
        "the export is not what the machine makes; if the change is wanted: UPDATE_GOLDEN=1 cargo test -p mentora-session --test moves"
    );
}
