//! A request that is sent again, and a change of what somebody else has changed.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::people::{Answer, Call, Person, unique};
use crate::stack::Stack;

const COURSES: &str = "/api/courses";

async fn make(stack: &Stack, person: &Person, key: &str, body: &Value) -> Answer {
    stack.call(Call::post(COURSES, body).by(&person.token).header("idempotency-key", key)).await
}

async fn count(stack: &Stack, person: &Person) -> usize {
    person.get(stack, COURSES).await.ok()["items"].as_array().unwrap().len()
}

pub async fn a_request_sent_again_with_its_key_is_carried_out_once(stack: &Stack) {
    let _watch = stack.watch();
    let (ada, bob) = (Person::sign_in(stack, "ada").await, Person::sign_in(stack, "bob").await);
    let (key, code) = (unique("key"), unique("CODE"));
    let body = json!({ "title": "Ethics", "code": code });

    let first = make(stack, &ada, &key, &body).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = make(stack, &ada, &key, &body).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    for name in ["location", "etag", "content-type"] {
        assert_eq!(again.headers[name], first.headers[name], "{name}");
    }
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(count(stack, &ada).await, 1);

    let other = json!({ "title": "Logic", "code": unique("CODE") });
    make(stack, &ada, &key, &other).await.refused(409, "IDEMPOTENCY_CONFLICT");
    // Another user's key is another key.
    assert_eq!(make(stack, &bob, &key, &other).await.status, 201);
    assert_eq!((count(stack, &ada).await, count(stack, &bob).await), (1, 1));
    // What was refused was not done, and may be tried again.
    let refused = unique("key");
    make(stack, &ada, &refused, &body).await.refused(409, "ALREADY_EXISTS");
    assert_eq!(
        make(stack, &ada, &refused, &json!({ "title": "Next", "code": unique("CODE") })).await.status,
        201
    );
    for bad in ["", " ", &"k".repeat(201)] {
        assert_eq!(make(stack, &ada, bad, &body).await.offences(), ["Idempotency-Key"]);
    }
}

pub async fn of_ten_equal_requests_at_once_one_is_carried_out(stack: &Stack) {
    let _watch = stack.watch();
    let ada = Person::sign_in(stack, "ada").await;
    let (key, body) = (unique("key"), json!({ "title": "Ethics", "code": unique("CODE") }));
    let answers = join_all([(); 10].map(|()| make(stack, &ada, &key, &body))).await;
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!made.is_empty(), "{answers:?}");
    for answer in &answers {
        match answer.status {
            201 => assert_eq!(answer.body["id"], made[0].body["id"]),
            409 => assert_eq!(answer.headers["retry-after"], "5"),
            other => panic!("{other}: {}", answer.body),
        }
    }
    assert_eq!(count(stack, &ada).await, 1);
    assert_eq!(make(stack, &ada, &key, &body).await.body["id"], made[0].body["id"]);
}

pub async fn who_has_not_seen_the_latest_version_changes_nothing(stack: &Stack) {
    let _watch = stack.watch();
    let ada = Person::sign_in(stack, "ada").await;
    let course = ada.post(stack, COURSES, &json!({ "title": "Ethics", "code": unique("CODE") })).await.ok();
    let topics = format!("{COURSES}/{}/topics", course["id"].as_str().unwrap());
    let made = ada.post(stack, &topics, &json!({ "title": "Truth" })).await;
    let path = format!("/api/topics/{}", made.body["id"].as_str().unwrap());
    let first = made.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(first, format!("\"{}\"", made.body["etag"].as_str().unwrap()));
    let change = async |seen: &str, title: &str| {
        stack
            .call(Call::patch(&path, &json!({ "title": title })).by(&ada.token).header("if-match", seen))
            .await
    };

    let second = change(&first, "Truth and lies").await;
    let etag = second.headers["etag"].to_str().unwrap().to_owned();
    assert_ne!(etag, first);
    let read = ada.get(stack, &path).await;
    assert_eq!((&read.headers["etag"], &read.body), (&second.headers["etag"], &second.body));
    let listed = ada.get(stack, &topics).await.ok();
    assert_eq!(listed["items"][0]["etag"], read.body["etag"]);

    for seen in [first.as_str(), "\"never\"", &format!("W/{etag}")] {
        change(seen, "Too late").await.refused(412, "PRECONDITION_FAILED");
        let delete = Call::delete(&path).by(&ada.token).header("if-match", seen);
        stack.call(delete).await.refused(412, "PRECONDITION_FAILED");
    }
    assert_eq!(change("truth", "x").await.offences(), ["If-Match"]);
    assert_eq!(ada.get(stack, &path).await.body, second.body);
    assert_eq!(change("*", "Truth").await.status, 200);
    let latest = ada.get(stack, &path).await.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(stack.call(Call::delete(&path).by(&ada.token).header("if-match", &latest)).await.status, 204);
}
