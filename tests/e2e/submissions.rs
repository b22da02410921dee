//! What students hand in, and what staff say to it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::house::House;
use crate::people::{Class, Person, Student};
use crate::stack::Stack;

const SETTLED: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(200);

/// What `path` answers once it is as wanted. What follows from the end of a conversation follows after a moment.
pub async fn until(stack: &Stack, person: &Person, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        let body = person.get(stack, path).await.ok();
        if wanted(&body) {
            return body;
        }
        assert!(started.elapsed() < SETTLED, "{path} stays at {body:#}\n{}", stack.log());
        tokio::time::sleep(POLL).await;
    }
}

/// The student says something, has an answer, and ends.
pub async fn argue_and_end(stack: &Stack, student: &Student, text: &str) {
    say(stack, student, text).await;
    student.person.post(stack, &student.path("/end"), &json!({})).await.ok();
}

pub async fn say(stack: &Stack, student: &Student, text: &str) -> Value {
    let turn = json!({ "text": text, "clientMessageId": crate::people::unique("m") });
    student.person.post(stack, &student.path("/turns"), &turn).await.ok()
}

fn submission_of(class: &Class, student: &Student) -> String {
    format!("/api/submissions/{}_{}", class.assignment, student.person.uid)
}

pub async fn what_a_student_argues_is_handed_in_and_graded(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    let path = submission_of(&class, &student);

    let begun = student.person.get(stack, &path).await.ok();
    assert_eq!((&begun["state"], &begun["late"]), (&json!("in_progress"), &json!(false)));
    assert_eq!(begun["conversationId"], student.conversation);
    let early = student.person.post(stack, &format!("{path}/submit"), &json!({})).await;
    early.refused(409, "CONFLICT");
    let graded = json!({ "state": "graded_complete" });
    class.teacher.patch(stack, &path, &graded).await.refused(409, "CONFLICT");
    student.person.patch(stack, &path, &graded).await.refused(403, "FORBIDDEN");
    let stranger = Person::sign_in(stack, "stranger").await;
    stranger.get(stack, &path).await.refused(404, "NOT_FOUND");

    argue_and_end(stack, &student, "Free buses are fair, because everybody can use them.").await;
    // Whether the student is faster or the conversation itself, it is handed in once.
    let handed = student.person.post(stack, &format!("{path}/submit"), &json!({})).await.ok();
    assert_eq!(handed["state"], "submitted", "{handed}");
    let again = student.person.post(stack, &format!("{path}/submit"), &json!({})).await.ok();
    assert_eq!(again["submittedAt"], handed["submittedAt"]);

    let notes = json!({ "scoreCompletion": 85.5, "notes": "You ask who pays. Good." });
    let noted = class.teacher.patch(stack, &path, &notes).await.ok();
    assert_eq!((&noted["scoreCompletion"], &noted["state"]), (&json!(85.5), &json!("submitted")));
    let seen = student.person.get(stack, &path).await.ok();
    assert_eq!((&seen["scoreCompletion"], &seen["notes"]), (&Value::Null, &Value::Null), "not yet");
    class.teacher.patch(stack, &path, &graded).await.ok();
    let seen = student.person.get(stack, &path).await.ok();
    assert_eq!((&seen["scoreCompletion"], &seen["notes"]), (&json!(85.5), &notes["notes"]));
    let back = json!({ "state": "in_progress" });
    class.teacher.patch(stack, &path, &back).await.refused(409, "CONFLICT");
}

pub async fn staff_see_how_many_are_how_far(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let (one, two) = (class.student(stack, "one").await, class.student(stack, "two").await);
    let waiting = Person::sign_in(stack, "waiting").await;
    waiting.post(stack, "/api/courses/join", &json!({ "code": class.code })).await.ok();
    // Staff who try the assignment hand nothing in.
    let tried = json!({ "assignmentId": class.assignment });
    class.teacher.post(stack, "/api/conversations", &tried).await.ok();
    argue_and_end(stack, &one, "Free buses are fair, because everybody can use them.").await;

    let path = format!("/api/assignments/{}/submissions", class.assignment);
    let counts = json!({ "notStarted": 1, "inProgress": 1, "submitted": 1, "gradedComplete": 0, "late": 0 });
    let page = until(stack, &class.teacher, &path, |page| page["counts"] == counts).await;
    let users: Vec<_> = page["items"].as_array().unwrap().iter().map(|item| &item["userId"]).collect();
    assert_eq!(users, [&json!(two.person.uid), &json!(one.person.uid)], "who began last comes first");
    let submitted = class.teacher.get(stack, &format!("{path}?state=submitted&limit=1")).await.ok();
    assert_eq!(submitted["items"][0]["userId"], one.person.uid);
    assert_eq!((&submitted["nextCursor"], &submitted["counts"]), (&Value::Null, &counts));
    two.person.get(stack, &path).await.refused(403, "FORBIDDEN");
    Person::sign_in(stack, "stranger").await.get(stack, &path).await.refused(404, "NOT_FOUND");
}
