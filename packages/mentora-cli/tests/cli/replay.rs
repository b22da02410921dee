//! A conversation decided again. `export.json` is made by the session machine, in `crates/session/tests/moves`.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::command::{Outcome, mentora};

fn export() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/export.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn kept(name: &str, value: &Value) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, value.to_string()).unwrap();
    path
}

async fn replayed(name: &str, value: &Value, more: &[&str]) -> Outcome {
    let path = kept(name, value);
    let mut arguments = vec!["replay", path.to_str().unwrap()];
    arguments.extend(more);
    mentora(&arguments).await
}

#[tokio::test]
async fn every_decision_is_made_again_without_a_server() {
    assert_snapshot!(replayed("same.json", &export(), &[]).await.whole());
}

#[tokio::test]
async fn a_decision_that_is_not_what_was_said_is_marked() {
    let mut export = export();
    export["turns"][0]["analysis"]["strategy"] = json!("continue");
    export["turns"][2]["text"] = json!("I agree.");
    assert_snapshot!(replayed("other.json", &export, &[]).await.whole());
}

#[tokio::test]
async fn programs_get_both_decisions() {
    let outcome = replayed("json.json", &export(), &["--json"]).await;
    let said: Value = serde_json::from_str(&outcome.out).unwrap();
    let first = &said["conversations"][0]["decisions"][0];
    assert_eq!((outcome.code, &first["differs"]), (0, &json!([])));
    assert_eq!(first["now"]["strategy"], first["stored"]["strategy"]);
}

#[tokio::test]
async fn everything_that_is_kept_about_somebody_is_an_export_too() {
    let all = json!({ "exportedAt": 0, "conversations": [export(), export()], "complete": true });
    let outcome = replayed("all.json", &all, &[]).await;
    assert_eq!((outcome.code, outcome.out.matches("TURN").count()), (0, 2));
}

#[tokio::test]
async fn other_rules_may_be_tried() {
    let config = kept("assignment.json", &json!({ "title": "Uniforms", "aiConfig": { "maxTurns": 2 } }));
    let outcome = replayed("tried.json", &export(), &["--config", config.to_str().unwrap()]).await;
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains("conclude"), "{}", outcome.out);
}

#[tokio::test]
async fn an_export_that_does_not_say_its_rules_needs_them() {
    let mut export = export();
    export.as_object_mut().unwrap().remove("rules");
    assert_snapshot!(replayed("bare.json", &export, &[]).await.whole());
    let config = kept(
        "config.json",
        &json!({ "maxTurns": 6, "autoTerminate": false, "dialecticalConfig": {
        "enabledStrategies": ["clarify", "challenge", "devils_advocate"], "strategyWeights": { "challenge": 1.2 },
    } }),
    );
    let outcome = replayed("bare.json", &export, &["--config", config.to_str().unwrap()]).await;
    assert_eq!(outcome.code, 0, "{}", outcome.whole());
}

#[tokio::test]
async fn a_turn_that_a_text_model_decided_and_left_no_measures_cannot_be_decided_again() {
    let mut export = export();
    export["turns"][2]["analysis"].as_object_mut().unwrap().remove("features");
    let outcome = replayed("unknown.json", &export, &[]).await;
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains("UNKNOWN"), "{}", outcome.out);
}

#[tokio::test]
async fn a_version_that_is_not_ours_is_told() {
    let mut export = export();
    export["turns"][0]["analysis"]["analyserVersion"] = json!(999);
    let outcome = replayed("older.json", &export, &[]).await;
    assert_eq!(outcome.code, 0);
    assert!(outcome.err.starts_with("1 of them were decided by another version"), "{}", outcome.err);
}

#[tokio::test]
async fn what_is_no_export_is_said_so() {
    let outcome = replayed("no.json", &json!({ "lines": [] }), &[]).await;
    assert_eq!(outcome.code, 2);
    assert!(outcome.err.contains("no export of a conversation"), "{}", outcome.err);
}
