//! The clock rings twice, and whoever came for an answer that was due dies.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::join;
use tokio::time::sleep;

use crate::charging::Books;
use crate::documents::database::{Database, integer_value, string_value};
use crate::house::House;
use crate::people::{Answer, Call, Class, Person, Student, unique};
use crate::sim::fault;
use crate::stack::{Stack, Store, Wanted};

/// A third of a second, in hours.
const DELAY_HOURS: f64 = 0.0001;
const SETTLED: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);
/// How long the text model thinks about the turn over which the object is killed.
const THINKS_MS: u64 = 6_000;

pub async fn cron_fires_twice(_: Arc<House>) {
    let mut stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let teacher = Person::sign_in(&stack, "teacher").await;
    let rules = json!({ "maxTurns": 100, "autoTerminate": false, "responseDelayHours": DELAY_HOURS });
    let class = Class::by_rules(&stack, teacher, rules).await;
    let student = class.student(&stack, "student").await;
    let course = student.read(&stack).await["courseId"].as_str().unwrap().to_owned();

    // Twice at once, and once more.
    say(&stack, &student, "Tickets should cost nothing, because collecting the money costs money.").await;
    status_becomes(&stack, &student, "pending").await;
    sleep(Duration::from_millis(500)).await;
    let (one, other) = join!(clock_rings(&stack), clock_rings(&stack));
    assert_eq!((one.status, other.status), (200, 200));
    let done = status_becomes(&stack, &student, "done").await;
    clock_rings(&stack).await;
    assert_eq!(speakers(&stack, &student).await, ["student", "tutor"]);
    let read = student.read(&stack).await;
    assert_eq!((&read["state"], &read["pending"]), (&json!("awaiting_followup"), &Value::Null));

    // Whoever came for it has died when the answer was stored, before that was noted.
    abandon(&stack, &student, done).await;
    clock_rings(&stack).await;
    status_becomes(&stack, &student, "done").await;
    assert_eq!(speakers(&stack, &student).await, ["student", "tutor"]);

    // All die while the model is asked.
    let text = "And who pays for the buses?";
    stack.sim.plan(json!([fault(text, "generate", json!({ "delayMs": THINKS_MS }))])).await;
    say(&stack, &student, text).await;
    status_becomes(&stack, &student, "pending").await;
    sleep(Duration::from_millis(500)).await;
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

async fn say(stack: &Stack, student: &Student, text: &str) {
    let message = json!({ "text": text, "clientMessageId": unique("later") });
    let answer = student.person.post(stack, &student.path("/turns"), &message).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert!(answer.body["pending"]["dueAt"].as_i64() > Some(0), "{}", answer.body);
    assert_eq!(student.read(stack).await["pending"], answer.body["pending"]);
}

async fn clock_rings(stack: &Stack) -> Answer {
    stack.call(Call::get("/cdn-cgi/handler/scheduled?cron=*+*+*+*+*")).await
}

async fn speakers(stack: &Stack, student: &Student) -> Vec<String> {
    let turns = student.turns(stack).await;
    turns.iter().map(|turn| turn["speaker"].as_str().unwrap().to_owned()).collect()
}

/// The document of the answer to come, once it says so.
async fn status_becomes(stack: &Stack, student: &Student, status: &str) -> Value {
    let path = format!("pendingResponses/{}", student.conversation);
    let started = Instant::now();
    loop {
        let found = Database::of(stack).get(&path).await.unwrap_or_default();
        if found["fields"]["status"] == string_value(status) {
            return found;
        }
        assert!(started.elapsed() < SETTLED, "it never became {status}: {found:#}\n{}", stack.log());
        sleep(POLL).await;
    }
}

/// Somebody had leased it, and has been gone for long.
async fn abandon(stack: &Stack, student: &Student, document: Value) {
    let mut fields = document["fields"].clone();
    fields["status"] = string_value("leased");
    fields["leaseUntil"] = integer_value(1_i64);
    let database = Database::of(stack);
    let name = database.name_of(&format!("pendingResponses/{}", student.conversation));
    database.change(&[json!({ "update": { "name": name, "fields": fields } })]).await;
}
