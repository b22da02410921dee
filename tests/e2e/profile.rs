//! Who one is to others, how one wants to be told things, and on which devices.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::documents::database::Database;
use crate::people::{Call, Person, unique};
use crate::stack::Stack;

const ME: &str = "/api/users/me";
const DEVICES: &str = "/api/users/me/devices";

/// Somebody with a signed token that says more than who it is.
async fn signed(stack: &Stack, name: &str, claims: Value) -> Person {
    let uid = unique(name);
    let email = format!("{name}@school.example");
    let token = stack.sim.id_token(json!({ "uid": uid, "email": email, "claims": claims })).await;
    Person { uid, token }
}

async fn first_call(stack: &Stack, person: &Person, wishes: &str) -> Value {
    stack.call(Call::get(ME).by(&person.token).speaking(wishes)).await.ok()
}

/// The stored profile.
async fn stored(stack: &Stack, person: &Person) -> Value {
    Database::of(stack).get(&format!("users/{}", person.uid)).await.expect("a profile")
}

/// Writes a field that nobody here knows, as a later release might.
async fn decorate(stack: &Stack, person: &Person) {
    let database = Database::of(stack);
    let name = database.name_of(&format!("users/{}", person.uid));
    let write = json!({
        "update": { "name": name, "fields": { "badge": { "stringValue": "gold" } } },
        "updateMask": { "fieldPaths": ["badge"] },
        "currentDocument": { "exists": true },
    });
    database.change(&[write]).await;
}

pub async fn the_first_call_makes_a_profile_of_what_the_token_tells(stack: &Stack) {
    let picture = "https://pictures.example/ada.png";
    let ada = signed(stack, "ada", json!({ "name": "Ada Lovelace", "picture": picture })).await;
    let made = first_call(stack, &ada, "fr;q=0.3, zh-TW, en;q=0.8").await;
    let at = made["createdAt"].as_i64().unwrap();
    let expected = json!({
        "etag": made["etag"], "uid": ada.uid, "displayName": "Ada Lovelace", "email": "ada@school.example", "photoURL": picture,
        "activeMode": "student", "locale": "zh-TW", "notifications": { "email": true, "push": true },
        "createdAt": at, "updatedAt": at,
    });
    assert_eq!(made, expected);
    assert_eq!(first_call(stack, &ada, "de").await, expected, "made once");

    let bob = signed(stack, "bob", json!({})).await;
    let made = bob.get(stack, ME).await.ok();
    assert_eq!((&made["displayName"], &made["locale"]), (&json!("bob"), &json!("en")));
    assert!(made.get("photoURL").is_none(), "{made}");

    for call in [
        Call::get(ME),
        Call::patch(ME, &json!({})),
        Call::post(DEVICES, &json!({ "token": "t", "platform": "web" })),
        Call::delete(format!("{DEVICES}/d")),
    ] {
        stack.call(call).await.refused(401, "UNAUTHORIZED");
    }
}

pub async fn of_ten_first_calls_at_once_one_makes_the_profile(stack: &Stack) {
    let person = Person::sign_in(stack, "eager").await;
    // Each would make another one.
    let wishes = ["de", "fr", "nl", "it", "es", "pt", "sv", "fi", "pl", "cs"];
    let answers = join_all(wishes.map(|wishes| first_call(stack, &person, wishes))).await;
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    assert_eq!(person.get(stack, ME).await.ok(), answers[0]);
}

pub async fn a_profile_changes_in_what_is_named_alone(stack: &Stack) {
    let person = Person::sign_in(stack, "ada").await;
    let change = async |body: Value| person.patch(stack, ME, &body).await.ok();
    // It need not have been read before.
    let mut expected = change(json!({ "activeMode": "mentor" })).await;
    assert_eq!((&expected["activeMode"], &expected["displayName"]), (&json!("mentor"), &json!("ada")));
    decorate(stack, &person).await;

    for (body, field, value) in [
        (json!({ "displayName": " Ada L. " }), "displayName", json!("Ada L.")),
        (json!({ "photoURL": "https://p.example/a.png" }), "photoURL", json!("https://p.example/a.png")),
        (json!({ "locale": "zh-Hant" }), "locale", json!("zh-Hant")),
        (
            json!({ "notifications": { "push": false } }),
            "notifications",
            json!({ "email": true, "push": false }),
        ),
        (
            json!({ "notifications": { "email": false } }),
            "notifications",
            json!({ "email": false, "push": false }),
        ),
    ] {
        let changed = change(body).await;
        expected[field] = value;
        assert!(changed["updatedAt"].as_i64() >= expected["updatedAt"].as_i64(), "{changed}");
        expected["updatedAt"] = changed["updatedAt"].clone();
        assert_ne!(changed["etag"], expected["etag"]);
        expected["etag"] = changed["etag"].clone();
        assert_eq!(changed, expected);
    }
    let removed = change(json!({ "photoURL": null })).await;
    assert!(removed.get("photoURL").is_none(), "{removed}");
    assert_eq!(change(json!({})).await, removed, "nothing was named");
    assert_eq!(person.get(stack, ME).await.ok(), removed);
    assert_eq!(stored(stack, &person).await["fields"]["badge"]["stringValue"], "gold");
}

pub async fn all_that_is_wrong_with_a_profile_is_told_at_once(stack: &Stack) {
    let person = Person::sign_in(stack, "ada").await;
    let before = person.get(stack, ME).await.ok();
    let lengths =
        json!({ "displayName": "x".repeat(101), "photoURL": "", "locale": "e", "activeMode": "mentor" });
    let answer = person.patch(stack, ME, &lengths).await;
    assert_eq!(answer.offences(), ["displayName", "photoURL", "locale"]);
    for (body, path) in [
        (json!({ "displayName": "  " }), "displayName"),
        (json!({ "displayName": null }), "displayName"),
        (json!({ "activeMode": "admin" }), "activeMode"),
        (json!({ "notifications": { "push": "yes" } }), "notifications.push"),
        (json!({ "notifications": { "sms": true } }), "notifications.sms"),
        (json!({ "uid": "teacher" }), "uid"),
        (json!({ "email": "other@school.example" }), "email"),
    ] {
        assert_eq!(person.patch(stack, ME, &body).await.offences(), [path], "{body}");
    }
    assert_eq!(person.get(stack, ME).await.ok(), before, "nothing of it was stored");

    for (body, path) in [
        (json!({ "token": "", "platform": "web" }), "token"),
        (json!({ "token": "t".repeat(4_097), "platform": "web" }), "token"),
        (json!({ "token": "t", "platform": "tv" }), "platform"),
        (json!({ "platform": "web" }), "token"),
    ] {
        assert_eq!(person.post(stack, DEVICES, &body).await.offences(), [path], "{body}");
    }
}

pub async fn a_device_registered_twice_is_one_and_its_owner_alone_removes_it(stack: &Stack) {
    let (ada, bob) = (Person::sign_in(stack, "ada").await, Person::sign_in(stack, "bob").await);
    let token = format!("{}:APA91b/secret", unique("token"));
    let body = json!({ "token": token, "platform": "web" });
    let database = Database::of(stack);
    let count = async |person: &Person| database.list(&format!("users/{}/devices", person.uid)).await.len();

    let answers = join_all([(); 5].map(|()| ada.post(stack, DEVICES, &body))).await;
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(made.len(), 1, "{answers:?}");
    let first = &made[0].body;
    let id = first["id"].as_str().unwrap();
    let path = format!("{DEVICES}/{id}");
    assert_eq!(made[0].headers["location"], path);
    assert_eq!(first["platform"], "web");
    let again = ada.post(stack, DEVICES, &body).await;
    assert_eq!((again.status, &again.body["id"]), (200, &json!(id)));
    assert_eq!(again.body["createdAt"], first["createdAt"]);
    assert!(again.body["lastSeenAt"].as_i64() >= first["lastSeenAt"].as_i64());
    assert_eq!(count(&ada).await, 1);
    for answer in answers.iter().chain([&again]) {
        assert!(!answer.body.to_string().contains(&token), "the token is shown: {}", answer.body);
    }
    assert!(!stack.log().contains(&token), "the token is in the log");

    let phone = json!({ "token": format!("{token}2"), "platform": "ios" });
    assert_eq!(ada.post(stack, DEVICES, &phone).await.status, 201);
    assert_eq!(count(&ada).await, 2);

    // The same browser, another user: another device.
    bob.delete(stack, &path).await.refused(404, "NOT_FOUND");
    assert_eq!(bob.post(stack, DEVICES, &body).await.status, 201);
    assert_eq!(bob.delete(stack, &path).await.status, 204);
    assert_eq!((count(&ada).await, count(&bob).await), (2, 0));

    assert_eq!(ada.delete(stack, &path).await.status, 204);
    ada.delete(stack, &path).await.refused(404, "NOT_FOUND");
    ada.delete(stack, &format!("{DEVICES}/a%2Fb")).await.refused(404, "NOT_FOUND");
    assert_eq!(count(&ada).await, 1);
}
