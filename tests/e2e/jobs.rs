//! What is done by the clock, rung by hand and always twice at once: people are told once, what is kept no longer goes, what
//! nobody touches ends, and the table of jobs says so.

mod crowd;

pub use crowd::a_crowd_hears_of_an_announcement_each_once;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::join;
use tokio::time::sleep;

use crate::clock::now;
use crate::documents::database::{Database, integer_value, string_value};
use crate::house::House;
use crate::people::{Class, Person, Student, unique};
use crate::stack::{Stack, Store, Wanted};
use crate::submissions::{argue_and_end, say, until};

const HOUR: i64 = 3_600_000;
pub const NEWS: &str = "*/2 * * * *";
const UPKEEP: &str = "43 3 * * *";

/// The clock rings by this line, twice at once.
pub async fn rings(stack: &Stack, line: &str) {
    let (one, other) = join!(stack.ring(line), stack.ring(line));
    assert_eq!((one.status, other.status), (200, 200));
}

/// Subjects of what somebody was told by mail, and titles of what was shown on the one device.
async fn told(stack: &Stack, person: &Person) -> (Vec<String>, usize) {
    let mails = stack.sim.outbox(&format!("{}@example.org", person.uid)).await["mails"].clone();
    let pushes = stack.sim.outbox(&device(person)).await["pushes"].clone();
    let subjects = mails.as_array().unwrap().iter().map(|mail| mail["subject"].as_str().unwrap().to_owned());
    (subjects.collect(), pushes.as_array().unwrap().len())
}

fn device(person: &Person) -> String {
    format!("token-of-{}", person.uid)
}

/// How each job went last, by its name.
async fn table(stack: &Stack, admin: &Person) -> Value {
    let jobs = admin.get(stack, "/api/admin/jobs").await.ok();
    let by_name = jobs["items"].as_array().unwrap().iter();
    Value::Object(by_name.map(|job| (job["name"].as_str().unwrap().to_owned(), job.clone())).collect())
}

pub async fn what_the_clock_does_is_done_once_and_stands_in_a_table(_: Arc<House>) {
    let stack = &Stack::start(Wanted::new(Store::Embedded)).await;
    let admin = Person::admin(stack).await;
    let class = Class::open(stack).await;
    class.teacher.get(stack, "/api/admin/jobs").await.refused(403, "FORBIDDEN");
    let jobs = table(stack, &admin).await;
    assert_eq!(jobs.as_object().unwrap().len(), 6, "{jobs:#}");
    assert!(jobs.as_object().unwrap().values().all(|job| job["lastRun"].is_null()), "{jobs:#}");
    assert_eq!(jobs["reconcile"]["schedule"], "17 3 * * *");

    let student = class.student(stack, "student").await;
    let course = student.read(stack).await["courseId"].as_str().unwrap().to_owned();
    let token = json!({ "token": device(&student.person), "platform": "web" });
    student.person.post(stack, "/api/users/me/devices", &token).await.ok();
    // Who is told has a profile, which the first look at it makes.
    student.person.get(stack, "/api/users/me").await.ok();

    people_are_told_once(stack, &class, &student, &course).await;
    let news = table(stack, &admin).await["news"].clone();
    assert_eq!(news["lastRun"]["outcome"], "ok", "{news:#}");
    students_are_reminded_once(stack, &class, &student, &course).await;
    what_is_kept_no_longer_goes(stack, &class, &student, &course).await;

    let jobs = table(stack, &admin).await;
    for name in ["news", "reminders", "retention", "inactivity"] {
        let run = &jobs[name]["lastRun"];
        assert_eq!((&run["outcome"], &jobs[name]["failingSince"]), (&json!("ok"), &Value::Null), "{jobs:#}");
        assert_eq!(jobs[name]["overdue"], false, "{jobs:#}");
        assert!(run["durationMs"].as_i64() >= Some(0) && run["endedAt"].as_i64() >= run["beganAt"].as_i64());
    }
    assert!(jobs["reconcile"]["lastRun"].is_null(), "it was not its time");
}

async fn people_are_told_once(stack: &Stack, class: &Class, student: &Student, course: &str) {
    // What is taken back before anybody was told is told to nobody.
    let announcements = format!("/api/courses/{course}/announcements");
    let said = class.teacher.post(stack, &announcements, &json!({ "content": "Never mind." })).await.ok();
    let path = format!("{announcements}/{}", said["id"].as_str().unwrap());
    assert_eq!(class.teacher.delete(stack, &path).await.status, 204);
    class.teacher.post(stack, &announcements, &json!({ "content": "The exam is on Monday." })).await.ok();
    rings(stack, NEWS).await;
    rings(stack, NEWS).await;
    let (mails, pushes) = told(stack, &student.person).await;
    assert_eq!((mails.len(), pushes), (1, 1), "{mails:?}");
    assert_eq!(told(stack, &class.teacher).await.0, [""; 0], "who wrote it knows");

    argue_and_end(stack, student, "Free buses are fair, because everybody can use them.").await;
    let submission = format!("/api/submissions/{}_{}", class.assignment, student.person.uid);
    until(stack, &student.person, &submission, |found| found["state"] == "submitted").await;
    let grade = json!({ "state": "graded_complete", "scoreCompletion": 90 });
    for _ in 0..2 {
        class.teacher.patch(stack, &submission, &grade).await.ok();
        rings(stack, NEWS).await;
    }
    let (mails, pushes) = told(stack, &student.person).await;
    assert_eq!((mails.len(), pushes), (2, 2), "{mails:?}");
}

async fn students_are_reminded_once(stack: &Stack, class: &Class, student: &Student, course: &str) {
    let assignment = |title: &str, due_at: i64| {
        json!({
            "courseId": course, "title": title, "question": "Why?", "dueAt": due_at,
            "reminders": [{ "daysBeforeDue": 1 }],
        })
    };
    let later = assignment("Due next week", now() + 7 * 24 * HOUR);
    class.teacher.post(stack, "/api/assignments", &later).await.ok();
    rings(stack, NEWS).await;
    assert_eq!(told(stack, &student.person).await.0.len(), 2, "it is not time yet");
    let reminded_at = now() + 3_000;
    let soon = assignment("Due tomorrow", reminded_at + 24 * HOUR);
    class.teacher.post(stack, "/api/assignments", &soon).await.ok();
    while now() <= reminded_at {
        sleep(Duration::from_millis(100)).await;
    }
    rings(stack, NEWS).await;
    rings(stack, NEWS).await;
    let (mails, pushes) = told(stack, &student.person).await;
    assert_eq!((mails.len(), pushes), (3, 3), "{mails:?}");
    assert!(mails[2].contains("Due tomorrow"), "{mails:?}");
}

/// A conversation that nobody but the documents knows of: the student's own, changed so.
async fn written(stack: &Stack, student: &Student, changes: &[(&str, Value)]) -> String {
    let database = Database::of(stack);
    let found = database.get(&format!("conversations/{}", student.conversation)).await.unwrap();
    let mut fields = found["fields"].clone();
    for (name, value) in changes {
        fields[*name] = value.clone();
    }
    let id = unique("conversation");
    let name = database.name_of(&format!("conversations/{id}"));
    database.change(&[json!({ "update": { "name": name, "fields": fields } })]).await;
    id
}

async fn what_is_kept_no_longer_goes(stack: &Stack, class: &Class, student: &Student, course: &str) {
    class.teacher.patch(stack, &format!("/api/courses/{course}"), &json!({ "retentionDays": 1 })).await.ok();
    let other = class.student(stack, "other").await;
    say(stack, &other, "Somebody has to pay for it.").await;
    until(stack, &other.person, &other.path(""), |found| found["turnCount"] == 2).await;
    sleep(Duration::from_secs(2)).await;

    let closed = |at: i64| [("closedAt", integer_value(at))];
    let old = written(stack, student, &closed(now() - 24 * HOUR - 1)).await;
    let young = written(stack, student, &closed(now() - 23 * HOUR)).await;
    let untouched =
        [("lastActionAt", integer_value(now() - 80 * HOUR)), ("state", string_value("awaiting_followup"))];
    let untouched = written(stack, &other, &untouched).await;
    // The document of this one says that it has long been closed; it was, a moment ago.
    let database = Database::of(stack);
    let own = database.get(&format!("conversations/{}", student.conversation)).await.unwrap();
    let mut fields = own["fields"].clone();
    fields["closedAt"] = integer_value(now() - 99 * HOUR);
    let name = database.name_of(&format!("conversations/{}", student.conversation));
    database.change(&[json!({ "update": { "name": name, "fields": fields } })]).await;

    rings(stack, UPKEEP).await;
    let path = |id: &str| format!("/api/conversations/{id}");
    student.person.get(stack, &path(&old)).await.refused(404, "NOT_FOUND");
    for kept in [&young, &student.conversation, &other.conversation] {
        class.teacher.get(stack, &path(kept)).await.ok();
    }
    let ended = until(stack, &other.person, &path(&untouched), |found| found["state"] == "closed").await;
    assert_eq!(ended["endReason"], "inactivity", "{ended:#}");
    assert_eq!(other.read(stack).await["state"], "awaiting_followup", "it was touched just now");
}
