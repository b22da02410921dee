//! Answers that come later: what a student does, who is told, and thousands at once. What the tests share of it is here.
//!
//! - [`calendar`]: over changes of clocks, ends of months and of years
//! - [`path`]: a student's way, by REST only
//! - [`told`]: who hears of it, and how often
//! - [`scale`]: many at once

mod calendar;
mod path;
mod scale;
mod told;

pub use calendar::whatever_clocks_and_calendars_do_a_day_has_24_hours;
pub use path::a_student_hands_in_takes_back_hands_in_again_is_answered_and_goes_on;
pub use scale::all_that_is_due_at_once_is_answered_in_bounded_runs_the_oldest_first;
pub use told::{
    an_empty_wallet_is_told_once_to_both_and_the_answer_comes_when_it_is_filled,
    who_dies_before_people_are_told_has_them_told_once,
};

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::documents::database::{Database, integer_value, string_value};
use crate::people::{Answer, Class, Person, Student, unique};
use crate::stack::Stack;
use crate::wallets::known;

/// When it is looked for what is due.
pub const EVERY_MINUTE: &str = "* * * * *";
/// A third of a second, in hours.
pub const SOON: f64 = 0.0001;
const SETTLED: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);

/// A class whose tutor answers after so many hours.
pub async fn class(stack: &Stack, hours: f64) -> Class {
    let teacher = known(stack, "teacher").await;
    let rules = json!({ "maxTurns": 100, "autoTerminate": false, "responseDelayHours": hours });
    Class::by_rules(stack, teacher, rules).await
}

/// A student of it who can be written to.
pub async fn student(stack: &Stack, class: &Class) -> Student {
    let person = known(stack, "student").await;
    class.admit(stack, person).await
}

/// The course of the student's conversation.
pub async fn course(stack: &Stack, student: &Student) -> String {
    student.read(stack).await["courseId"].as_str().unwrap().to_owned()
}

/// The student says something that is answered later.
pub async fn say(stack: &Stack, student: &Student, text: &str) -> Value {
    let message = json!({ "text": text, "clientMessageId": unique("later") });
    let answer = student.person.post(stack, &student.path("/turns"), &message).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert!(answer.body["pending"]["dueAt"].as_i64() > Some(0), "{}", answer.body);
    assert_eq!(student.read(stack).await["pending"], answer.body["pending"]);
    answer.body
}

/// The same, until it is due.
pub async fn say_until_due(stack: &Stack, student: &Student, text: &str) {
    say(stack, student, text).await;
    status_becomes(stack, student, "pending").await;
    sleep(Duration::from_millis(500)).await;
}

/// A minute is full.
pub async fn clock_rings(stack: &Stack) -> Answer {
    stack.ring(EVERY_MINUTE).await
}

/// Who has said what stands in the conversation.
pub async fn speakers(stack: &Stack, student: &Student) -> Vec<String> {
    let turns = student.turns(stack).await;
    turns.iter().map(|turn| turn["speaker"].as_str().unwrap().to_owned()).collect()
}

/// The document of the answer to come, once it says so.
pub async fn status_becomes(stack: &Stack, student: &Student, status: &str) -> Value {
    promise_becomes(stack, student, |fields| fields["status"] == string_value(status)).await
}

/// The same, once its fields are as they are to be.
pub async fn promise_becomes(stack: &Stack, student: &Student, is: impl Fn(&Value) -> bool) -> Value {
    let path = format!("pendingResponses/{}", student.conversation);
    let started = Instant::now();
    loop {
        let found = Database::of(stack).get(&path).await.unwrap_or_default();
        if is(&found["fields"]) {
            return found;
        }
        assert!(started.elapsed() < SETTLED, "it never became so: {found:#}\n{}", stack.log());
        sleep(POLL).await;
    }
}

/// Somebody had leased it, and has been gone for long.
pub async fn abandon(stack: &Stack, student: &Student, document: Value) {
    let fields = [("status", string_value("leased")), ("leaseUntil", integer_value(1_i64))];
    rewrite(stack, &format!("pendingResponses/{}", student.conversation), document, &fields).await;
}

/// The time for which it was put off has passed.
pub async fn time_passes(stack: &Stack, student: &Student, document: Value) {
    let fields = [("scheduledAt", integer_value(1_i64))];
    rewrite(stack, &format!("pendingResponses/{}", student.conversation), document, &fields).await;
}

/// Changes fields of a document behind the back of the API.
pub async fn rewrite(stack: &Stack, path: &str, document: Value, change: &[(&str, Value)]) {
    let mut fields = document["fields"].clone();
    for (name, value) in change {
        fields[*name] = value.clone();
    }
    let database = Database::of(stack);
    let name = database.name_of(path);
    database.change(&[json!({ "update": { "name": name, "fields": fields } })]).await;
}

/// A device of the student's; tells its token.
pub async fn device(stack: &Stack, student: &Student) -> String {
    let token = format!("{}:APA91b{}", unique("token"), "x".repeat(140));
    let body = json!({ "token": token, "platform": "web" });
    student.person.post(stack, "/api/users/me/devices", &body).await.ok();
    token
}

/// The subjects of the mails that somebody got.
pub async fn mails(stack: &Stack, person: &Person) -> Vec<String> {
    let outbox = stack.sim.outbox(&format!("{}@example.org", person.uid)).await;
    titles(&outbox["mails"], "subject")
}

/// The titles of the push messages that a device got.
pub async fn pushes(stack: &Stack, token: &str) -> Vec<String> {
    titles(&stack.sim.outbox(token).await["pushes"], "title")
}

fn titles(all: &Value, field: &str) -> Vec<String> {
    let all = all.as_array().into_iter().flatten();
    all.map(|one| one[field].as_str().unwrap_or_default().to_owned()).collect()
}
