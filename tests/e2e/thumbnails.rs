//! Pictures of courses, as a browser uploads them: leave from the Worker, the picture straight to the store.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::clock::now;
use crate::house::House;
use crate::people::{Call, Person, unique};
use crate::stack::Stack;

/// A signature, and something behind it; the store does not look into pictures.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and the rest of it";

/// A private course of a teacher of its own.
async fn course(stack: &Stack) -> (Person, String, String) {
    let teacher = Person::sign_in(stack, "teacher").await;
    let code = unique("PICTURE").to_uppercase();
    let made = json!({ "title": "Ethics", "code": code });
    let made = teacher.post(stack, "/api/courses", &made).await.ok();
    let path = format!("/api/courses/{}/thumbnail", made["id"].as_str().unwrap());
    (teacher, code, path)
}

/// Sends `content` as the upload says, but for the header that is `changed`: status and code.
async fn send(upload: &Value, content: &[u8], changed: Option<(&str, &str)>) -> (u16, String) {
    let method = Method::from_bytes(upload["method"].as_str().unwrap().as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_secs(20)).build();
    let mut request = client.unwrap().request(method, upload["uploadUrl"].as_str().unwrap());
    for (name, value) in upload["headers"].as_object().unwrap() {
        let other = changed.filter(|(changed, _)| changed.eq_ignore_ascii_case(name));
        request = request.header(name, other.map_or(value.as_str().unwrap(), |(_, other)| other));
    }
    let answer = request.body(content.to_vec()).send().await.unwrap();
    let (status, body) = (answer.status().as_u16(), answer.text().await.unwrap());
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    (status, code.map_or(String::new(), |(code, _)| code.to_owned()))
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

pub async fn staff_upload_a_picture_of_the_announced_type_and_size_once_and_in_time(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let (teacher, _, path) = course(stack).await;
    let wanted = json!({ "contentType": "image/png", "size": PNG.len() });
    let before = now();
    let upload = teacher.post(stack, &path, &wanted).await.ok();

    let storage_path = upload["storagePath"].as_str().unwrap();
    let folder = format!("{}/", path.strip_prefix("/api/").unwrap());
    assert!(storage_path.starts_with(&folder), "{upload}");
    let expires_at = upload["expiresAt"].as_i64().unwrap();
    assert!((before + 590_000..before + 660_000).contains(&expires_at), "{upload}");
    assert_ne!(teacher.post(stack, &path, &wanted).await.ok()["storagePath"], storage_path);

    assert_eq!(
        send(&upload, PNG, Some(("content-type", "text/html"))).await,
        is(403, "SignatureDoesNotMatch")
    );
    assert_eq!(send(&upload, &[PNG, b"!"].concat(), None).await, is(400, "EntityTooLarge"));
    assert_eq!(send(&upload, b"", None).await, is(400, "EntityTooSmall"));
    assert_eq!(send(&upload, PNG, None).await, is(200, ""));
    assert_eq!(send(&upload, b"another", None).await, is(412, "PreconditionFailed"), "it is written once");

    let (address, _) = upload["uploadUrl"].as_str().unwrap().split_once('?').unwrap();
    let seen = reqwest::get(address).await.unwrap();
    assert_eq!(seen.headers()["content-type"], "image/png");
    assert_eq!(seen.bytes().await.unwrap(), PNG);
    assert!(!stack.log().contains("X-Goog-Signature"), "the URL is in the log");

    let late = teacher.post(stack, &path, &wanted).await.ok();
    stack.sim.expire_urls().await;
    assert_eq!(send(&late, PNG, None).await, is(400, "ExpiredToken"));
}

pub async fn only_staff_get_leave_and_only_for_pictures(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let (teacher, code, path) = course(stack).await;
    let student = Person::sign_in(stack, "student").await;
    student.post(stack, "/api/courses/join", &json!({ "code": code })).await.ok();
    let stranger = Person::sign_in(stack, "stranger").await;
    let wanted = json!({ "contentType": "image/jpeg", "size": 1 });
    student.post(stack, &path, &wanted).await.refused(403, "FORBIDDEN");
    stranger.post(stack, &path, &wanted).await.refused(404, "NOT_FOUND");
    stack.call(Call::post(path.clone(), &wanted)).await.refused(401, "UNAUTHORIZED");
    teacher.post(stack, "/api/courses/nowhere/thumbnail", &wanted).await.refused(404, "NOT_FOUND");
    for (body, offence) in [
        (json!({ "contentType": "image/svg+xml", "size": 1 }), "contentType"),
        (json!({ "contentType": "text/html", "size": 1 }), "contentType"),
        (json!({ "contentType": "image/png", "size": 0 }), "size"),
        (json!({ "contentType": "image/png", "size": 5_242_881 }), "size"),
        (json!({ "contentType": "image/png" }), "size"),
        (json!({ "contentType": "image/png", "size": 1, "name": "x.png" }), "name"),
    ] {
        assert_eq!(teacher.post(stack, &path, &body).await.offences(), [offence], "{body}");
    }
}
