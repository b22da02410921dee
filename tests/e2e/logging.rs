//! What the Worker's log says of a lesson, and what it must not say.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::house::House;
use crate::people::{Call, Class, Person, ticket};
use crate::stream::Stream;

const SAID: &str = "Fares keep the poorest people of Springfield from reaching work.";

async fn line_of(stack: &crate::stack::Stack, request: &crate::people::Answer) -> Value {
    let id = request.headers["x-request-id"].to_str().unwrap().to_owned();
    let line = stack.logged(|event| event["requestId"] == id.as_str()).await;
    let lines = stack.events().into_iter().filter(|event| event["requestId"] == id.as_str()).count();
    assert_eq!(lines, 1, "{line}");
    assert_eq!(line["event"], "request.finished");
    assert_eq!(line["status"], request.status, "{line}");
    line
}

pub async fn every_request_has_one_line_that_says_what_it_took(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let (ada, bob) = (Person::sign_in(stack, "ada").await, Person::sign_in(stack, "bob").await);

    let course = json!({ "title": "Arguing well", "code": crate::people::unique("LOGGED") });
    let made = ada.post(stack, "/api/courses", &course).await;
    let line = line_of(stack, &made).await;
    assert_eq!(
        (&line["method"], &line["route"], &line["level"]),
        (&json!("POST"), &json!("/api/courses"), &json!("info"))
    );
    assert!(line["writes"].as_u64().unwrap() >= 2, "a course, its code and its teacher were written: {line}");
    assert!(line["storeCalls"].as_u64().unwrap() >= 1 && line["ms"].is_i64(), "{line}");
    assert_eq!(line["bytesIn"], course.to_string().len(), "{line}");
    assert_eq!(line["bytesOut"], made.body.to_string().len(), "{line}");
    let actor = line["actor"].as_str().unwrap().to_owned();
    assert_eq!(actor.len(), 16);

    let path = format!("/api/courses/{}", made.body["id"].as_str().unwrap());
    let line = line_of(stack, &ada.get(stack, &path).await).await;
    assert_eq!((&line["route"], &line["actor"]), (&json!("/api/courses/{id}"), &json!(actor)));
    assert!(
        line["reads"].as_u64().unwrap() >= 2 && line["writes"] == 0,
        "a course and a member were read: {line}"
    );

    let line = line_of(stack, &bob.get(stack, &path).await).await;
    assert_eq!(
        (&line["status"], &line["code"], &line["level"]),
        (&json!(404), &json!("NOT_FOUND"), &json!("warning"))
    );
    assert!(line["actor"].is_string() && line["actor"] != actor.as_str(), "{line}");

    let line = line_of(stack, &stack.call(Call::get("/api/courses")).await).await;
    assert_eq!((&line["actor"], &line["storeCalls"]), (&Value::Null, &json!(0)));
    let line = line_of(stack, &stack.call(Call::get("/api/nothing/of/this/kind")).await).await;
    assert_eq!((&line["route"], &line["code"]), (&Value::Null, &json!("NOT_FOUND")));
}

pub async fn nobody_can_be_told_from_the_log(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "Penelope Featherstone".replace(' ', "-").as_str()).await;
    let stranger = Person::sign_in(stack, "stranger").await;

    let ticket = ticket(stack, &student.person, &student.conversation).await;
    let mut stream = Stream::of(stack, &student).await;
    stream.say(SAID).await;
    stream.answer().await;
    stream.close().await;
    // Some that go wrong: what is refused is logged with more words.
    let announcement = json!({ "text": SAID, "unknown": student.person.uid });
    class.teacher.post(stack, "/api/courses/c1/announcements", &announcement).await;
    stranger.get(stack, &student.path("")).await.refused(404, "NOT_FOUND");
    stack.call(Call::get(student.path("?ticket=") + &ticket).by("bad.token")).await;
    stack.call(Call::get(format!("/api/courses/{}", student.person.uid)).by(&stranger.token)).await;
    let last = stack.call(Call::get("/api/courses").by(&format!("{}x", student.person.token))).await;
    line_of(stack, &last).await;

    let log: Vec<String> = stack.events().iter().map(Value::to_string).collect();
    assert!(log.len() >= 10, "{}", log.len());
    let people = [&class.teacher, &student.person, &stranger];
    let mut secrets = vec![SAID.to_owned(), "Springfield".into(), "Penelope".into(), ticket];
    for person in people {
        // The token's claims by themselves would do.
        let claims = person.token.split('.').nth(1).unwrap().to_owned();
        secrets.extend([person.uid.clone(), person.token.clone(), claims]);
    }
    secrets.push("@example.org".into());
    for secret in secrets {
        let told = log.iter().find(|line| line.contains(&secret));
        assert_eq!(told, None, "the log tells {secret}");
    }
}
