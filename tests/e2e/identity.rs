//! Who may come in with which token.

use std::sync::Arc;

use serde_json::json;

use crate::clock::now;
use crate::house::House;
use crate::people::{Call, Class, Person, unique};
use crate::stack::{Stack, Store, Wanted};
use crate::stream::Stream;

async fn signed(stack: &Stack, name: &str) -> Person {
    let uid = unique(name);
    let token = stack.sim.id_token(json!({ "uid": uid, "email": format!("{uid}@example.org") })).await;
    Person { uid, token }
}

pub async fn a_signed_token_of_google_is_taken_beside_the_local_ones(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::of(stack, signed(stack, "teacher").await).await;
    let student = class.admit(stack, signed(stack, "student").await).await;
    let mut stream = Stream::of(stack, &student).await;
    stream.say("I am who I say I am, since Google has signed it.").await;
    stream.answer().await;
    stream.close().await;
    assert_eq!(student.read(stack).await["userId"], student.person.uid);
}

pub async fn staging_takes_signed_tokens_only(_: Arc<House>) {
    let mut wanted = Wanted::new(Store::Embedded);
    wanted.settings = vec![
        ("ENVIRONMENT", "staging".to_owned()),
        ("FIREBASE_API_KEY", "not a secret".to_owned()),
        ("GEMINI_API_KEY", "not a key".to_owned()),
        ("STORAGE_EMULATOR_HOST", String::new()),
    ];
    let stack = &Stack::start(wanted).await;
    let _watch = stack.watch();
    // Nobody can make tokens here, and none without a signature is taken.
    stack.call(Call::post("/api/dev/sign-in", &json!({ "uid": "anybody" }))).await.refused(404, "NOT_FOUND");
    let unsigned = unsigned_token(&stack.project);
    stack.call(Call::get("/api/courses").by(&unsigned)).await.refused(401, "UNAUTHORIZED");
    // The store is not open to the world.
    let path = format!("/v1/projects/{}/databases/(default)/documents/courses", stack.project);
    stack.call(Call::get(path)).await.refused(404, "NOT_FOUND");

    // Google publishes several keys at a time, and the token tells by which it is signed.
    let teacher = signed(stack, "teacher").await;
    stack.sim.rotate_keys().await;
    let class = Class::of(stack, teacher).await;
    // No bucket is guessed where none is set.
    let assignment = class.teacher.get(stack, &format!("/api/assignments/{}", class.assignment)).await.ok();
    let thumbnail = format!("/api/courses/{}/thumbnail", assignment["courseId"].as_str().unwrap());
    let wanted = json!({ "contentType": "image/png", "size": 1 });
    class.teacher.post(stack, &thumbnail, &wanted).await.refused(503, "UPSTREAM_UNAVAILABLE");

    let student = class.admit(stack, signed(stack, "student").await).await;
    let mut stream = Stream::of(stack, &student).await;
    stream.say("Buses first, because most people have no car.").await;
    stream.answer().await;
    stream.close().await;
}

/// What the Auth emulator would make.
fn unsigned_token(project: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let now = now() / 1_000;
    let header = json!({ "alg": "none", "typ": "JWT" });
    let claims = json!({
        "iss": format!("https://securetoken.google.com/{project}"), "aud": project, "sub": "anybody",
        "user_id": "anybody", "auth_time": now, "iat": now, "exp": now + 3_600,
    });
    let encode = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}.", encode(header), encode(claims))
}
