//! The course itself: changed and deleted by its staff, joined by whoever knows its code and password.

use serde_json::{Value, json};

use crate::documents::database::Database;
use crate::people::{Answer, Call, Class, Person, unique};
use crate::stack::{Stack, Store};

fn code() -> String {
    unique("COURSE").to_uppercase()
}

/// A course of `teacher`: its path and its body.
async fn open(stack: &Stack, teacher: &Person, mut course: Value) -> (String, Value) {
    course["title"] = json!("Ethics");
    let made = teacher.post(stack, "/api/courses", &course).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let body = made.ok();
    (format!("/api/courses/{}", body["id"].as_str().unwrap()), body)
}

async fn join(stack: &Stack, person: &Person, code: &Value, password: Option<&str>) -> Answer {
    let mut body = json!({ "code": code });
    if let Some(password) = password {
        body["password"] = json!(password);
    }
    person.post(stack, "/api/courses/join", &body).await
}

fn refused_for(answer: &Answer, reason: &str) {
    answer.refused(403, "FORBIDDEN");
    assert_eq!(answer.body["error"]["details"]["reason"], reason);
}

async fn write(stack: &Stack, document: &str, fields: Value) {
    let database = Database::of(stack);
    let paths: Vec<_> = fields.as_object().unwrap().keys().cloned().collect();
    let write = json!({
        "update": { "name": database.name_of(document), "fields": fields },
        "updateMask": { "fieldPaths": paths },
        "currentDocument": { "exists": true },
    });
    database.change(&[write]).await;
}

async fn read(stack: &Stack, document: &str) -> Answer {
    let base = match &stack.store {
        Store::Firestore(host) => format!("http://{host}"),
        Store::Embedded => stack.url(""),
    };
    let name = Database::of(stack).name_of(document);
    stack.call_at(&base, Call::get(format!("/v1/{name}")).by("owner")).await
}

async fn is_not_stored(stack: &Stack, document: &str) {
    let found = read(stack, document).await;
    assert_eq!(found.status, 404, "{}", found.body);
}

pub async fn staff_change_a_course_in_what_is_named_alone(stack: &Stack) {
    let teacher = Person::sign_in(stack, "teacher").await;
    let policy = json!({ "maxFreeCreditsMicrosPerUser": 0, "maxTurnsPerConversation": 6 });
    let wish = json!({
        "code": code(), "description": "What we owe.", "theme": "sand", "isDemo": true, "demoPolicy": policy,
        "retentionDays": 30, "password": "correct horse",
    });
    let (path, made) = open(stack, &teacher, wish).await;
    assert_eq!((&made["theme"], &made["retentionDays"]), (&json!("sand"), &json!(30)));
    assert_eq!((&made["demoPolicy"], &made["hasPassword"]), (&policy, &json!(true)));
    assert!(!made.to_string().contains("correct horse") && !made.to_string().contains("pbkdf2"), "{made}");

    let student = Person::sign_in(stack, "student").await;
    let stranger = Person::sign_in(stack, "stranger").await;
    join(stack, &student, &made["code"], Some("correct horse")).await.ok();
    let rename = json!({ "title": " Ethics II " });
    student.patch(stack, &path, &rename).await.refused(403, "FORBIDDEN");
    stranger.patch(stack, &path, &rename).await.refused(404, "NOT_FOUND");
    let renamed = teacher.patch(stack, &path, &rename).await.ok();
    assert_eq!(renamed["title"], "Ethics II");
    for field in
        ["code", "description", "theme", "isDemo", "demoPolicy", "retentionDays", "hasPassword", "role"]
    {
        assert_eq!(renamed[field], made[field], "{field}");
    }
    assert_ne!(renamed["etag"], made["etag"]);

    // Who saw it as it was before changes nothing.
    let etag = format!("\"{}\"", made["etag"].as_str().unwrap());
    let stale =
        Call::patch(path.clone(), &json!({ "theme": "sea" })).by(&teacher.token).header("if-match", &etag);
    stack.call(stale).await.refused(412, "PRECONDITION_FAILED");
    let bare = json!({ "description": null, "theme": null, "demoPolicy": null, "retentionDays": null,
            "isDemo": false, "password": null, "visibility": "public" });
    let bared = teacher.patch(stack, &path, &bare).await.ok();
    for field in ["description", "theme", "demoPolicy", "retentionDays"] {
        assert_eq!(bared[field], Value::Null, "{field}");
    }
    assert_eq!((&bared["hasPassword"], &bared["visibility"]), (&json!(false), &json!("public")));
    join(stack, &stranger, &made["code"], None).await.ok();
    let wrong = json!({ "title": "", "password": "short", "retentionDays": 0, "ownerId": "me", "theme": "" });
    let answer = teacher.patch(stack, &path, &wrong).await;
    let mut offences = answer.offences();
    offences.sort_unstable();
    assert_eq!(offences, ["ownerId", "password", "retentionDays", "theme", "title"]);
}

pub async fn a_code_belongs_to_one_course_whoever_asks_at_the_same_moment(stack: &Stack) {
    let teacher = Person::sign_in(stack, "teacher").await;
    let (one, first) = open(stack, &teacher, json!({ "code": code() })).await;
    let (two, second) = open(stack, &teacher, json!({ "code": code() })).await;
    teacher.patch(stack, &one, &json!({ "code": second["code"] })).await.refused(409, "ALREADY_EXISTS");
    let lower = first["code"].as_str().unwrap().to_lowercase();
    assert_eq!(teacher.patch(stack, &one, &json!({ "code": lower })).await.ok()["code"], first["code"]);

    let wanted = json!({ "code": code() });
    let (a, b) = tokio::join!(teacher.patch(stack, &one, &wanted), teacher.patch(stack, &two, &wanted));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", a.body, b.body);
    // The winner's code before is free, the loser keeps its own.
    let (free, kept) = if a.status == 200 { (&first, &second) } else { (&second, &first) };
    let student = Person::sign_in(stack, "student").await;
    join(stack, &student, &free["code"], None).await.refused(404, "NOT_FOUND");
    assert_eq!(join(stack, &student, &kept["code"], None).await.ok()["id"], kept["id"]);
    open(stack, &teacher, json!({ "code": free["code"] })).await;
}

pub async fn a_course_with_a_password_lets_in_who_knows_it(stack: &Stack) {
    let teacher = Person::sign_in(stack, "teacher").await;
    // Full-width letters, as some keyboards put them in.
    let (path, made) =
        open(stack, &teacher, json!({ "code": code(), "password": "Ｅthics 倫理課 101" })).await;
    let id = made["id"].as_str().unwrap();
    let student = Person::sign_in(stack, "student").await;
    refused_for(&join(stack, &student, &made["code"], None).await, "password_required");
    for wrong in ["", "ethics 倫理課 101", "Ethics 倫理課 101 "] {
        refused_for(&join(stack, &student, &made["code"], Some(wrong)).await, "password_wrong");
    }
    student.get(stack, &path).await.refused(404, "NOT_FOUND");
    let joined = join(stack, &student, &made["code"], Some("Ethics 倫理課 101")).await.ok();
    assert_eq!((&joined["role"], &joined["hasPassword"]), (&json!("student"), &json!(true)));
    // Who is in, and who was invited, needs none.
    for person in [&student, &teacher] {
        join(stack, person, &made["code"], None).await.ok();
    }
    let member = format!("courses/{id}/roster/{}", student.uid);
    write(stack, &member, json!({ "status": { "stringValue": "invited" } })).await;
    join(stack, &student, &made["code"], None).await.ok();
    write(stack, &member, json!({ "status": { "stringValue": "removed" } })).await;
    let removed = join(stack, &student, &made["code"], Some("Ethics 倫理課 101")).await;
    removed.refused(403, "FORBIDDEN");
    assert_eq!(removed.body["error"]["details"]["reason"], Value::Null);
}

/// The first test vector of BIP-39: PBKDF2 with HMAC-SHA-512, in 2,048 rounds.
const PUBLISHED_PASSWORD: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const PUBLISHED_HASH: &str = "$pbkdf2-sha512$i=2048$bW5lbW9uaWNUUkVaT1I$xVJXw2DAfHICmuvBtTwF7QNiraOOrT4+nvo3COU0lVMfCaaYdZnRgmTB4ckvLPFBYwx6PEq3yBsvABaY50Y7BA";

pub async fn a_hash_made_elsewhere_is_understood_and_renewed(stack: &Stack) {
    let teacher = Person::sign_in(stack, "teacher").await;
    let (_, made) = open(stack, &teacher, json!({ "code": code(), "password": "correct horse" })).await;
    let secret = format!("courses/{}/secrets/join", made["id"].as_str().unwrap());
    let kept = async || {
        let found = read(stack, &secret).await.ok();
        found["fields"]["passwordHash"]["stringValue"].as_str().unwrap().to_owned()
    };
    assert!(kept().await.starts_with("$pbkdf2-sha512$i=100000$"), "{}", kept().await);
    write(stack, &secret, json!({ "passwordHash": { "stringValue": PUBLISHED_HASH } })).await;
    let (one, two) = (Person::sign_in(stack, "one").await, Person::sign_in(stack, "two").await);
    refused_for(&join(stack, &one, &made["code"], Some("correct horse")).await, "password_wrong");
    assert_eq!(kept().await, PUBLISHED_HASH);
    join(stack, &one, &made["code"], Some(PUBLISHED_PASSWORD)).await.ok();
    assert!(kept().await.starts_with("$pbkdf2-sha512$i=100000$"), "{}", kept().await);
    join(stack, &two, &made["code"], Some(PUBLISHED_PASSWORD)).await.ok();
}

pub async fn after_five_wrong_passwords_the_right_one_has_to_wait(stack: &Stack) {
    let teacher = Person::sign_in(stack, "teacher").await;
    let (_, made) = open(stack, &teacher, json!({ "code": code(), "password": "correct horse" })).await;
    let id = made["id"].as_str().unwrap();
    let student = Person::sign_in(stack, "student").await;
    // At once, so that none can hide behind another.
    let guesses = (0..8).map(|_| join(stack, &student, &made["code"], Some("battery staple")));
    let answers = futures::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|answer| answer.status == 403).count();
    assert!(looked_at <= 5, "{looked_at}");
    for _ in looked_at..5 {
        join(stack, &student, &made["code"], Some("battery staple")).await;
    }
    let refused = join(stack, &student, &made["code"], Some("correct horse")).await;
    refused.refused(429, "RATE_LIMITED");
    let wait: u32 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((600..=901).contains(&wait), "{wait}");
    // Another one is not held up.
    let other = Person::sign_in(stack, "other").await;
    join(stack, &other, &made["code"], Some("correct horse")).await.ok();

    // A quarter of an hour later.
    let count = format!("courses/{id}/guesses/{}", student.uid);
    let began = read(stack, &count).await.ok()["fields"]["createdAt"]["integerValue"].clone();
    let began: i64 = began.as_str().unwrap().parse().unwrap();
    write(stack, &count, json!({ "createdAt": { "integerValue": (began - 15 * 60_000).to_string() } })).await;
    join(stack, &student, &made["code"], Some("correct horse")).await.ok();
    is_not_stored(stack, &count).await;
}

pub async fn a_deleted_course_is_gone_and_what_its_students_said_is_theirs(stack: &Stack) {
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    let teacher = &class.teacher;
    let assignment = teacher.get(stack, &format!("/api/assignments/{}", class.assignment)).await.ok();
    let path = format!("/api/courses/{}", assignment["courseId"].as_str().unwrap());
    let topic = teacher.post(stack, &format!("{path}/topics"), &json!({ "title": "Truth" })).await.ok();
    teacher.post(stack, &format!("{path}/announcements"), &json!({ "content": "Welcome." })).await.ok();

    student.person.delete(stack, &path).await.refused(403, "FORBIDDEN");
    let stranger = Person::sign_in(stack, "stranger").await;
    stranger.delete(stack, &format!("{path}?force=true")).await.refused(404, "NOT_FOUND");
    let open = teacher.delete(stack, &path).await;
    open.refused(409, "CONFLICT");
    assert_eq!(open.body["error"]["details"]["openConversations"], 1);
    assert_eq!(teacher.delete(stack, &format!("{path}?force=yes")).await.offences(), ["force"]);
    let stale = Call::delete(format!("{path}?force=true")).by(&teacher.token).header("if-match", "\"1\"");
    stack.call(stale).await.refused(412, "PRECONDITION_FAILED");
    teacher.get(stack, &path).await.ok();

    let gone = teacher.delete(stack, &format!("{path}?force=true")).await;
    assert_eq!((gone.status, gone.body.as_str()), (204, Some("")), "{}", gone.body);
    for hidden in [
        path.clone(),
        format!("{path}/topics"),
        format!("{path}/announcements"),
        format!("/api/topics/{}", topic["id"].as_str().unwrap()),
        format!("/api/assignments/{}", class.assignment),
    ] {
        for person in [teacher, &student.person] {
            person.get(stack, &hidden).await.refused(404, "NOT_FOUND");
        }
    }
    teacher.delete(stack, &path).await.refused(404, "NOT_FOUND");
    let code = json!(class.code);
    join(stack, &stranger, &code, None).await.refused(404, "NOT_FOUND");
    let id = path.rsplit('/').next().unwrap();
    for left in [format!("courses/{id}/roster/{}", teacher.uid), format!("deletedCourses/{id}")] {
        is_not_stored(stack, &left).await;
    }
    // The student alone reads the conversation, which has ended.
    teacher.get(stack, &student.path("")).await.refused(404, "NOT_FOUND");
    let kept = student.read(stack).await;
    assert_eq!((&kept["state"], &kept["endReason"]), (&json!("closed"), &json!("instructor_ended")));
}

pub async fn what_a_deletion_has_left_is_removed_by_the_next(stack: &Stack) {
    let teacher = Person::sign_in(stack, "teacher").await;
    let (path, made) = open(stack, &teacher, json!({ "code": code(), "visibility": "public" })).await;
    let id = made["id"].as_str().unwrap();
    let topic = teacher.post(stack, &format!("{path}/topics"), &json!({ "title": "Truth" })).await.ok();
    let topic = format!("topics/{}", topic["id"].as_str().unwrap());
    // As a deletion leaves it that died after its first commit.
    let found = read(stack, &format!("courses/{id}")).await.ok();
    let database = Database::of(stack);
    let word =
        json!({ "name": database.name_of(&format!("deletedCourses/{id}")), "fields": found["fields"] });
    let course = database.name_of(&format!("courses/{id}"));
    database.change(&[json!({ "update": word }), json!({ "delete": course })]).await;

    let stranger = Person::sign_in(stack, "stranger").await;
    stranger.delete(stack, &path).await.refused(404, "NOT_FOUND");
    read(stack, &topic).await.ok();
    assert_eq!(teacher.delete(stack, &path).await.status, 204);
    is_not_stored(stack, &topic).await;
    teacher.delete(stack, &path).await.refused(404, "NOT_FOUND");
}
