//! A student's way through an assignment whose answers come later, by REST only.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{class, clock_rings, mails, say, speakers, student};
use crate::house::House;
use crate::stack::{Stack, Store, Wanted};

/// Three seconds, in hours; and those.
const SOME_SECONDS: (f64, Duration) = (0.000_85, Duration::from_millis(3_100));

pub async fn a_student_hands_in_takes_back_hands_in_again_is_answered_and_goes_on(_: Arc<House>) {
    let stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let _watch = stack.watch();
    let class = class(&stack, SOME_SECONDS.0).await;
    let student = student(&stack, &class).await;
    let state = async || student.read(&stack).await["state"].as_str().unwrap().to_owned();

    // Hands in, and is told when the answer is due. Before that nobody answers.
    let handed_in = say(&stack, &student, "Tickets should cost nothing.").await;
    let due_at = handed_in["pending"]["dueAt"].as_i64().unwrap();
    let said_at = handed_in["userTurn"]["createdAt"].as_i64().unwrap();
    assert_eq!(due_at - said_at, 3_060);
    assert_eq!(state().await, "awaiting_delayed_response");
    clock_rings(&stack).await;
    assert_eq!(speakers(&stack, &student).await, ["student"]);

    // Takes it back; what was said stays, and nobody answers it.
    let taken = student.person.delete(&stack, &student.path("/pending")).await.ok();
    assert_eq!((&taken["state"], &taken["pending"]), (&json!("awaiting_followup"), &Value::Null));
    sleep(SOME_SECONDS.1).await;
    clock_rings(&stack).await;
    assert_eq!(speakers(&stack, &student).await, ["student"]);

    // Hands in again and adds to it: both are due with the first of them.
    let again = say(&stack, &student, "Tickets should be cheap, because buses cost money.").await;
    sleep(Duration::from_millis(50)).await;
    let added = say(&stack, &student, "And people value what they pay for.").await;
    assert_eq!(added["pending"], again["pending"]);

    // Receives one answer, and a mail that says so.
    sleep(SOME_SECONDS.1).await;
    clock_rings(&stack).await;
    let read = student.read(&stack).await;
    assert_eq!((&read["state"], &read["pending"]), (&json!("awaiting_followup"), &Value::Null));
    let turns = read["turns"].as_array().unwrap();
    assert_eq!(turns.len(), 4, "{read}");
    assert_eq!(turns[3]["speaker"], "tutor");
    assert!(turns[3]["text"].as_str().unwrap().len() > 10, "{read}");
    assert!(turns[3]["createdAt"].as_i64() >= again["pending"]["dueAt"].as_i64(), "not before it was due");
    let told = "Your tutor has answered: Free public transport";
    assert_eq!(mails(&stack, &student.person).await, [told]);

    // Goes on, in the same way.
    let next = say(&stack, &student, "Then who decides what is cheap?").await;
    assert!(next["pending"]["dueAt"].as_i64() > added["pending"]["dueAt"].as_i64());
    sleep(SOME_SECONDS.1).await;
    clock_rings(&stack).await;
    let all = ["student", "student", "student", "tutor", "student", "tutor"];
    assert_eq!(speakers(&stack, &student).await, all);
    assert_eq!(mails(&stack, &student.person).await, [told, told]);
}
