//! The wallet runs dry in mid dialogue: the student is warned, then refused, and keeps what was said.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::charging::{Books, with_welcome};
use crate::house::House;
use crate::people::{Class, unique};
use crate::stack::{Stack, Store};
use crate::stream::Stream;

/// Enough for some turns, each of which holds some 50,000 micro-credits and costs a few thousand.
const WELCOME: i64 = 60_000;
const MOST_TURNS: usize = 30;

pub async fn balance_runs_out_mid_dialogue(_: Arc<House>) {
    let stack = Stack::start(with_welcome(Store::Embedded, WELCOME)).await;
    let _watch = stack.watch();
    let class = Class::open(&stack).await;
    let owner = class.teacher.get(&stack, "/api/users/me").await.ok()["email"].as_str().unwrap().to_owned();
    let student = class.student(&stack, "student").await;
    let mut stream = Stream::of(&stack, &student).await;
    let mut answered = 0;
    let refused = loop {
        stream.say("Tickets should cost nothing, because collecting the money costs money.").await;
        stream.until("turn_stored").await;
        let next = stream.until_any(&["ai_response_end", "error"]).await;
        if next["type"] == "error" {
            break next;
        }
        answered += 1;
        let credits = stream.until("credits").await;
        assert_eq!(credits["low"], true, "{credits}");
        assert!(answered < MOST_TURNS, "{credits}");
    };
    assert!(answered > 0, "{refused}");
    assert_eq!((&refused["code"], &refused["recoverable"]), (&json!("INSUFFICIENT_CREDITS"), &json!(true)));
    let micros = |name: &str| refused["details"][name].as_i64().unwrap();
    assert!(micros("requiredMicros") > micros("availableMicros"), "{refused}");

    // By REST it is a 402, with the same figures, and the turn is kept.
    let message = json!({ "text": "And who pays for the buses?", "clientMessageId": unique("dry") });
    let answer = student.person.post(&stack, &student.path("/turns"), &message).await;
    answer.refused(402, "INSUFFICIENT_CREDITS");
    assert_eq!(answer.body["error"]["details"]["walletId"], refused["details"]["walletId"]);
    let turns = student.turns(&stack).await;
    assert_eq!(turns.len(), 2 * answered + 2, "two turns of the student have no answer: {turns:#?}");
    assert_eq!(turns.last().unwrap()["text"], message["text"]);

    // What was paid is what was metered; nothing stays held, and no model was asked for what could not be paid.
    let read = student.read(&stack).await;
    let wallet = refused["details"]["walletId"].as_str().unwrap();
    let books = Books::with_charges(&stack, wallet, answered).await;
    assert_eq!(books.balance, WELCOME - read["costMicros"].as_i64().unwrap());
    assert_eq!(micros("availableMicros"), books.balance);
    stream.quiet(Duration::from_millis(300)).await;
    stream.close().await;

    // Whoever owns the course was told by mail, once.
    let mails = stack.sim.mails(&owner).await;
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(mails[0]["subject"].as_str().unwrap().contains("credits left"), "{}", mails[0]);
}
