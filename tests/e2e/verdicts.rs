//! A text model measures what the student writes, if it does so in time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::house::House;
use crate::people::{Class, Person, Student};
use crate::sim::fault;
use crate::stack::Stack;
use crate::stream::Stream;

/// How long the Worker waits for a verdict.
const PATIENCE: Duration = Duration::from_millis(800);
/// How long the text model takes when it is slow.
const SLOW: Duration = Duration::from_secs(5);

pub async fn a_turn_is_measured_by_the_model_and_by_word_lists_when_that_is_late_or_wrong(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let teacher = Person::sign_in(stack, "teacher").await;
    let rules = json!({ "maxTurns": 100, "autoTerminate": false, "analyser": "gemini" });
    let class = Class::by_rules(stack, teacher, rules).await;
    let student = class.student(stack, "student").await;
    let mut stream = Stream::of(stack, &student).await;
    let slow = u64::try_from(SLOW.as_millis()).unwrap();
    let faults = json!([
        fault("Marker: slow verdict.", "generate", json!({ "delayMs": slow })),
        fault("Marker: no verdict.", "generate", json!({ "garbage": true })),
    ]);
    stack.sim.plan(faults).await;

    let table = [
        ("Free buses help the poor, because a ticket costs them an hour of work. Marker: verdict.", "gemini"),
        ("They would drive less, too, since a bus costs them nothing. Marker: slow verdict.", "lexical"),
        ("Everybody knows that cars are bad for a city. Marker: no verdict.", "lexical"),
    ];
    for (turn, (text, analyser)) in table.into_iter().enumerate() {
        let asked = Instant::now();
        stream.say(text).await;
        assert_eq!(stream.until("turn_stored").await["turn"]["text"], text);
        let waited = asked.elapsed();
        if text.contains("slow verdict") {
            assert!(waited >= PATIENCE && waited < SLOW, "{waited:?}");
        }
        let decision = stream.until("decision").await;
        stream.answer().await;
        let analysis = analysis(stack, &class, &student, 2 * turn).await;
        assert_eq!(analysis["analyser"], analyser, "{text}: {analysis}");
        assert_eq!(analysis["strategy"], decision["strategy"], "what was told is what is stored");
        let told = format!("⟦move: {}⟧", decision["strategy"].as_str().unwrap());
        let asked = stack.sim.connections_with(text).await;
        assert!(asked.iter().any(|connection| connection.was_told(&told)), "the tutor makes that move");
    }
    assert_eq!(stack.sim.left_of_plan().await, json!([]), "the text model was asked each time");
    stream.close().await;
}

/// What staff see of how a turn was read.
async fn analysis(stack: &Stack, class: &Class, student: &Student, index: usize) -> Value {
    let conversation = class.teacher.get(stack, &student.path("")).await.ok();
    conversation["turns"][index]["analysis"].clone()
}
