//! Everything about oneself: to take along, and to have erased.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::house::House;
use crate::people::{Answer, Call, Class, Person, Student, unique};
use crate::stack::{Stack, Store, Wanted};
use crate::stream::{Memory, Options, Pass, Stream};

const ME: &str = "/api/users/me";
const EXPORT: &str = "/api/users/me/export";

fn documents(stack: &Stack) -> String {
    format!("projects/{}/databases/(default)/documents", stack.project)
}

/// Writes documents past the API, as they would stand there.
async fn put(stack: &Stack, all: Vec<(String, Value)>) {
    let write = |(path, fields): (String, Value)| json!({ "update": { "name": format!("{}/{path}", documents(stack)), "fields": fields } });
    let writes: Vec<_> = all.into_iter().map(write).collect();
    let commit = format!("/v1/{}:commit", documents(stack));
    stack.call(Call::post(commit, &json!({ "writes": writes })).by("owner")).await.ok();
}

async fn status_of(stack: &Stack, path: &str) -> u16 {
    stack.call(Call::get(format!("/v1/{}/{path}", documents(stack))).by("owner")).await.status
}

/// How many documents a collection has, of 300 at most.
async fn count(stack: &Stack, collection: &str) -> usize {
    let path = format!("/v1/{}/{collection}?pageSize=300", documents(stack));
    stack.call(Call::get(path).by("owner")).await.ok()["documents"].as_array().map_or(0, Vec::len)
}

/// A conversation that has ended, as the store has it.
fn ended(user: &str) -> Value {
    let (text, number) =
        (|text: &str| json!({ "stringValue": text }), json!({ "integerValue": "1795348800000" }));
    json!({
        "assignmentId": text("gone"), "courseId": text("gone"), "userId": text(user), "state": text("closed"),
        "startedAt": number, "lastActionAt": number, "createdAt": number, "updatedAt": number,
    })
}

async fn says(stack: &Stack, student: &Student, text: &str) {
    let body = json!({ "text": text, "clientMessageId": unique("said") });
    student.person.post(stack, &student.path("/turns"), &body).await.ok();
}

/// Waits until the store has as many turns as the conversation.
async fn stored(stack: &Stack, student: &Student, turns: usize) {
    let path = format!("/v1/{}/conversations/{}", documents(stack), student.conversation);
    for _ in 0..100 {
        let document = stack.call(Call::get(path.as_str()).by("owner")).await.ok();
        if document["fields"]["turns"]["arrayValue"]["values"].as_array().map_or(0, Vec::len) == turns {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the turns did not come to the store");
}

pub async fn whoever_asks_gets_one_file_with_all_that_is_the_own(house: Arc<House>) {
    let stack = house.embedded().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "ada").await;
    let other = class.student(stack, "bob").await;
    let (ada, uid) = (&student.person, student.person.uid.clone());
    let profile = ada.get(stack, ME).await.ok();
    ada.post(stack, "/api/users/me/devices", &json!({ "token": "a push token", "platform": "web" }))
        .await
        .ok();
    says(stack, &student, "Buses are for everybody, because everybody pays for the streets.").await;
    stored(stack, &student, 2).await;
    let more = (0..11).map(|index| (format!("conversations/{uid}{index}"), ended(&uid))).collect();
    put(stack, more).await;

    let answer = ada.get(stack, EXPORT).await;
    let name = answer.headers["content-disposition"].to_str().unwrap().to_owned();
    assert!(
        name.starts_with("attachment; filename=\"mentora-export-20") && name.ends_with(".json\""),
        "{name}"
    );
    let whole = answer.ok();
    assert_eq!(whole["complete"], true, "{whole}");
    for (field, value) in whole["profile"].as_object().unwrap() {
        assert_eq!(*value, profile[field], "{field}");
    }
    assert_eq!(whole["devices"].as_array().unwrap().len(), 1);
    assert_eq!(whole["memberships"][0]["courseTitle"], "Arguing well");
    let conversations = whole["conversations"].as_array().unwrap();
    assert_eq!(conversations.len(), 12);
    let told = student.read(stack).await;
    let exported = conversations.iter().find(|found| found["id"] == told["id"]).unwrap();
    assert_eq!(exported["turns"], told["turns"]);
    let text = whole.to_string();
    assert!(!text.contains("a push token") && !text.contains(&other.person.uid), "{text}");

    // One that cannot be read breaks the document off, in order.
    put(stack, vec![(format!("conversations/{uid}5"), json!({ "userId": { "stringValue": uid } }))]).await;
    let broken = ada.get(stack, EXPORT).await.ok();
    assert_eq!(broken["complete"], false, "{broken}");
    assert!(broken["profile"].is_object());
    stack.call(Call::get(EXPORT)).await.refused(401, "UNAUTHORIZED");
}

pub async fn whoever_is_erased_in_mid_answer_is_gone_and_nothing_comes_back(house: Arc<House>) {
    let stack = house.embedded().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "ada").await;
    let (ada, id) = (&student.person, student.conversation.clone());
    let before = ada.get(stack, ME).await.ok();
    ada.post(stack, "/api/users/me/devices", &json!({ "token": "t", "platform": "web" })).await.ok();
    let mut stream = Stream::of(stack, &student).await;
    stream.say("Buses are for everybody, because everybody pays for the streets.").await;
    stream.until("ai_response_start").await;

    let receipt = ada.delete(stack, ME).await.ok();
    assert!(receipt["receiptId"].as_str().is_some_and(|id| id.len() == 20), "{receipt}");
    for (what, many) in [("conversations", 1), ("roster", 1), ("devices", 1), ("users", 1)] {
        assert_eq!(receipt["counts"][what], many, "{receipt}");
    }
    assert_eq!(receipt["kept"][0]["what"], "account");
    let (code, _) = stream.end().await;
    assert_eq!(code, 4010, "the stream is told that it is over");

    // What the object had yet to write must not come any more: it would have, within a second.
    tokio::time::sleep(Duration::from_secs(3)).await;
    for gone in [format!("conversations/{id}"), format!("openConversations/{}.{}", class.assignment, ada.uid)]
    {
        assert_eq!(status_of(stack, &gone).await, 404, "{gone}");
    }
    class.teacher.get(stack, &student.path("")).await.refused(404, "NOT_FOUND");
    assert_eq!(status_of(stack, &format!("users/{}", ada.uid)).await, 404);

    // The token is good still: whoever comes back begins anew.
    let again = ada.delete(stack, ME).await.ok();
    assert_eq!(again["counts"], json!({}));
    let fresh = ada.get(stack, ME).await.ok();
    assert!(fresh["createdAt"].as_i64() > before["createdAt"].as_i64(), "{fresh}");
    assert_eq!(ada.get(stack, "/api/courses").await.ok()["items"], json!([]));
}

pub async fn an_object_that_was_erased_reads_nothing_in_again(house: Arc<House>) {
    let stack = house.embedded().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "ada").await;
    says(stack, &student, "Buses are for everybody, because everybody pays for the streets.").await;
    stored(stack, &student, 2).await;
    let path = format!("/v1/{}/conversations/{}", documents(stack), student.conversation);
    let document = stack.call(Call::get(path).by("owner")).await.ok();
    let ticket = student.ticket(stack).await;
    student.person.delete(stack, ME).await.ok();

    // As if the commit that removes the document had failed after the object was erased.
    put(stack, vec![(format!("conversations/{}", student.conversation), document["fields"].clone())]).await;
    let teacher = &class.teacher;
    teacher.post(stack, &student.path("/end"), &json!({})).await.refused(404, "NOT_FOUND");
    let options = Options::pass(Pass::Ticket(ticket));
    let stream = Stream::knock(stack, &student.person, &student.conversation, Memory::default(), options);
    let (code, _) = stream.await.unwrap().end().await;
    assert_eq!(code, 4004);
    student.person.delete(stack, ME).await.ok();
    assert_eq!(status_of(stack, &format!("conversations/{}", student.conversation)).await, 404);
}

pub async fn whoever_owns_a_course_or_saw_another_profile_is_not_erased(house: Arc<House>) {
    let stack = house.embedded().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let refused = class.teacher.delete(stack, ME).await;
    refused.refused(409, "CONFLICT");
    let courses = refused.body["error"]["details"]["courses"].as_array().unwrap();
    assert_eq!((courses.len(), &courses[0]["title"]), (1, &json!("Arguing well")));

    let ada = Person::sign_in(stack, "ada").await;
    let seen = ada.get(stack, ME).await.ok();
    ada.patch(stack, ME, &json!({ "displayName": "Ada L." })).await.ok();
    let http = reqwest::Client::new();
    let erase = async |etag: &Value| {
        let request = Call::delete(ME).by(&ada.token).request(&http, &stack.url(""));
        let request = request.header("if-match", format!("\"{}\"", etag.as_str().unwrap()));
        let answer = request.timeout(Duration::from_secs(30)).send().await.unwrap();
        Answer::of("DELETE with If-Match".into(), answer).await
    };
    erase(&seen["etag"]).await.refused(412, "PRECONDITION_FAILED");
    let now = ada.get(stack, ME).await.ok();
    assert_eq!(now["displayName"], "Ada L.");
    assert_eq!(erase(&now["etag"]).await.ok()["counts"]["users"], 1);
}

pub async fn an_erasure_that_was_killed_is_finished_when_it_is_asked_for_again(_: Arc<House>) {
    let mut stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let ada = Person::sign_in(&stack, "ada").await;
    ada.get(&stack, ME).await.ok();
    let all: Vec<_> =
        (0..250).map(|index| (format!("conversations/{}{index}", ada.uid), ended(&ada.uid))).collect();
    put(&stack, all).await;
    let request = Call::delete(ME).by(&ada.token).request(&reqwest::Client::new(), &stack.url(""));
    let asked = tokio::spawn(request.timeout(Duration::from_secs(60)).send());
    // It takes seconds: by now it has begun, and cannot have ended.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(!asked.is_finished(), "it was over too soon: {:?}", asked.await);
    stack.kill();
    let _ = asked.await;
    stack.revive().await;

    let _watch = stack.watch();
    let left = count(&stack, "conversations").await;
    let profile = status_of(&stack, &format!("users/{}", ada.uid)).await;
    assert!(profile == 200 || left == 0, "{left} are left, and the profile is {profile}");
    let receipt = ada.delete(&stack, ME).await.ok();
    assert_eq!(receipt["counts"]["conversations"].as_u64().unwrap_or(0), left as u64, "{receipt}");
    assert_eq!(count(&stack, "conversations").await, 0);
    assert_eq!(status_of(&stack, &format!("users/{}", ada.uid)).await, 404);
}

pub async fn a_profile_follows_the_verified_address_of_its_identity(house: Arc<House>) {
    let stack = house.embedded().await;
    let _watch = stack.watch();
    let uid = unique("ada");
    let read = async |email: &str, verified: bool| {
        let claims = json!({ "email_verified": verified });
        let token = stack.sim.id_token(json!({ "uid": uid, "email": email, "claims": claims })).await;
        stack.call(Call::get(ME).by(&token)).await.ok()
    };
    assert_eq!(read("ada@old.example", false).await["email"], "", "only what was verified is believed");
    let filled = read("ada@old.example", true).await;
    assert_eq!(filled["email"], "ada@old.example");
    assert_eq!(read("ada@old.example", true).await, filled, "written once");
    assert_eq!(read("mallory@evil.example", false).await, filled);
    let moved = read("ada@new.example", true).await;
    assert_eq!(moved["email"], "ada@new.example");
    assert_ne!(moved["etag"], filled["etag"]);
}
