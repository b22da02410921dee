//! The clock rings twice, and whoever came for an answer that was due dies.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::join;
use tokio::time::sleep;

use crate::charging::Books;
use crate::due::{
    self, SOON, abandon, clock_rings, mails, pushes, say, say_until_due, speakers, status_becomes,
};
use crate::house::House;
use crate::sim::fault;
use crate::stack::{Stack, Store, Wanted};

/// How long the text model thinks about the turn over which the object is killed.
const THINKS_MS: u64 = 6_000;

pub async fn cron_fires_twice(_: Arc<House>) {
    let mut stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let class = due::class(&stack, SOON).await;
    let student = due::student(&stack, &class).await;
    let course = due::course(&stack, &student).await;
    let token = due::device(&stack, &student).await;

    // Twice at once, and once more.
    say_until_due(&stack, &student, "Tickets should cost nothing, because collecting the money costs money.")
        .await;
    let (one, other) = join!(clock_rings(&stack), clock_rings(&stack));
    assert_eq!((one.status, other.status), (200, 200));
    let done = status_becomes(&stack, &student, "done").await;
    clock_rings(&stack).await;
    assert_eq!(speakers(&stack, &student).await, ["student", "tutor"]);
    let read = student.read(&stack).await;
    assert_eq!((&read["state"], &read["pending"]), (&json!("awaiting_followup"), &Value::Null));
    let told = ["Your tutor has answered: Free public transport"];
    assert_eq!(mails(&stack, &student.person).await, told);
    assert_eq!(pushes(&stack, &token).await, told);

    // Whoever came for it has died when the answer was stored and told of, before that was noted.
    abandon(&stack, &student, done).await;
    clock_rings(&stack).await;
    status_becomes(&stack, &student, "done").await;
    assert_eq!(speakers(&stack, &student).await, ["student", "tutor"]);
    assert_eq!((mails(&stack, &student.person).await.len(), pushes(&stack, &token).await.len()), (1, 1));

    // All die while the model is asked.
    let text = "And who pays for the buses?";
    stack.sim.plan(json!([fault(text, "generate", json!({ "delayMs": THINKS_MS }))])).await;
    say_until_due(&stack, &student, text).await;
    tokio::select! {
        _ = clock_rings(&stack) => panic!("the model was to think for longer"),
        () = sleep(Duration::from_millis(THINKS_MS / 2)) => {}
    }
    stack.kill();
    stack.revive().await;
    let leased = status_becomes(&stack, &student, "leased").await;
    clock_rings(&stack).await;
    assert_eq!(speakers(&stack, &student).await.len(), 3, "the lease is still whoever's died");
    abandon(&stack, &student, leased).await;
    clock_rings(&stack).await;
    status_becomes(&stack, &student, "done").await;
    assert_eq!(speakers(&stack, &student).await, ["student", "tutor", "student", "tutor"]);
    assert_eq!((mails(&stack, &student.person).await.len(), pushes(&stack, &token).await.len()), (2, 2));

    // What is taken back is not answered.
    say(&stack, &student, "No, forget that.").await;
    let taken = student.person.delete(&stack, &student.path("/pending")).await.ok();
    assert_eq!((&taken["state"], &taken["pending"]), (&json!("awaiting_followup"), &Value::Null));
    status_becomes(&stack, &student, "cancelled").await;
    clock_rings(&stack).await;
    assert_eq!(speakers(&stack, &student).await.len(), 5);

    let books = Books::with_charges(&stack, &course, 2).await;
    let cost = student.read(&stack).await["costMicros"].as_i64().unwrap();
    assert_eq!(-books.charges().iter().sum::<i64>(), cost);
}
