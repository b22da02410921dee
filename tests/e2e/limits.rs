//! Who asks too often, and who must not suffer from it.

use std::sync::Arc;

use serde_json::json;

use crate::house::House;
use crate::people::{Answer, Call, Person};
use crate::stack::{Limits, Stack, Store, Wanted};

const READS: u32 = 5;
const GUESSES: u32 = 3;
const REFUSED: u32 = 4;

async fn start(limits: Limits, settings: Vec<(&'static str, String)>) -> Stack {
    Stack::start(Wanted { limits, settings, ..Wanted::new(Store::Embedded) }).await
}

/// Asks until it is refused for asking too often. Should a minute end meanwhile, counting begins anew, so it takes
/// twice the limit at most.
async fn ask_too_often(stack: &Stack, limit: u32, call: &Call) -> (u32, Answer) {
    for asked in 0..=2 * limit {
        let answer = stack.call(call.clone()).await;
        if answer.status == 429 {
            return (asked, answer);
        }
    }
    panic!("{call} may be asked {} times, and {limit} are allowed\n{}", 2 * limit + 1, stack.log());
}

pub async fn who_asks_too_often_is_told_to_wait_and_nobody_else_is(_: Arc<House>) {
    let tight = vec![("LIMIT_USER_READ", READS), ("LIMIT_USER_GUESS", GUESSES)];
    let stack = &start(Limits::Roomy(tight), Vec::new()).await;
    let _watch = stack.watch();
    let ada = Person::sign_in(stack, "ada").await;
    let bob = Person::sign_in(stack, "bob").await;

    let read = Call::get("/api/courses").by(&ada.token);
    let (asked, answer) = ask_too_often(stack, READS, &read).await;
    assert!(asked >= READS, "refused after {asked}");
    answer.refused(429, "RATE_LIMITED");
    assert_eq!(answer.headers["retry-after"], "60");
    let line = stack.logged(|event| event["status"] == 429).await;
    assert_eq!(line["reason"], "LIMIT_USER_READ", "{line}");

    // The neighbour behind the same address goes on, and she may still do other things.
    bob.get(stack, "/api/courses").await.ok();
    ada.patch(stack, "/api/users/me", &json!({ "displayName": "Ada" })).await.ok();

    let guess = Call::post("/api/courses/join", &json!({ "code": "NOBODYS-CODE" })).by(&ada.token);
    let (asked, answer) = ask_too_often(stack, GUESSES, &guess).await;
    assert!(asked >= GUESSES, "refused after {asked}");
    answer.refused(429, "RATE_LIMITED");
}

pub async fn an_address_that_nobody_knows_the_people_of_is_held_back(_: Arc<House>) {
    let tight = vec![("LIMIT_ADDRESS_REFUSED", REFUSED), ("LIMIT_ADDRESS_WRITE", READS)];
    let stack = &start(Limits::Roomy(tight), Vec::new()).await;
    let _watch = stack.watch();
    let ada = Person::sign_in(stack, "ada").await;
    let (school, elsewhere) = ("203.0.113.7", "198.51.100.1");

    for token in [None, Some("not.a.token")] {
        let call = Call::get("/api/courses").from(school);
        let call = token.map_or(call.clone(), |token| call.by(token));
        let (_, answer) = ask_too_often(stack, REFUSED, &call).await;
        answer.refused(429, "RATE_LIMITED");
    }
    // Who is somebody goes on there, and strangers elsewhere are told to sign in.
    stack.call(Call::get("/api/courses").by(&ada.token).from(school)).await.ok();
    stack.call(Call::get("/api/courses").from(elsewhere)).await.refused(401, "UNAUTHORIZED");

    // An address is counted before its token is looked at, whoever sends it.
    let write = Call::patch("/api/users/me", &json!({ "displayName": "Ada" })).by(&ada.token);
    let (_, answer) = ask_too_often(stack, READS, &write.clone().from(school)).await;
    answer.refused(429, "RATE_LIMITED");
    let line = stack.logged(|event| event["reason"] == "LIMIT_ADDRESS_WRITE").await;
    assert!(line["actor"].is_null(), "{line}");
    stack.call(write.from(elsewhere)).await.ok();
}

pub async fn without_limiters_nobody_is_held_back_and_the_log_says_so_once(_: Arc<House>) {
    // A binding that is there, but is no limiter.
    let broken = vec![("LIMIT_USER_WRITE", "a text".to_owned())];
    let stack = &start(Limits::Unbound, broken).await;
    let _watch = stack.watch();
    let ada = Person::sign_in(stack, "ada").await;
    for _ in 0..5 {
        ada.get(stack, "/api/courses").await.ok();
    }
    ada.patch(stack, "/api/users/me", &json!({ "displayName": "Ada" })).await.ok();
    let failed = stack.logged(|event| event["event"] == "limits.failed").await;
    assert_eq!((&failed["limit"], &failed["level"]), (&json!("LIMIT_USER_WRITE"), &json!("error")));
    let absent = stack.events().into_iter().filter(|event| event["event"] == "limits.absent").count();
    assert_eq!(absent, 1, "{}", stack.log());
}
