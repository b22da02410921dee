//! Who is told of an answer that comes later, and how often.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    SOON, abandon, class, clock_rings, course, device, mails, promise_becomes, pushes, rewrite, say,
    say_until_due, speakers, status_becomes, student, time_passes,
};
use crate::charging::with_welcome;
use crate::documents::database::{Database, id, integer, integer_value, string_value};
use crate::house::House;
use crate::people::Person;
use crate::sim::fault;
use crate::stack::{Stack, Store, Wanted};
use crate::wallets::grant;

/// How long SendGrid and FCM take over what workerd does not live to see.
const LONG_MS: u64 = 20_000;
const READY: &str = "Your tutor has answered: Free public transport";
const WAITS: &str = "Your tutor's answer waits for credits: Free public transport";
const EMPTY: &str = "Students of Arguing well wait for answers: its wallet is empty";

pub async fn who_dies_before_people_are_told_has_them_told_once(_: Arc<House>) {
    let mut stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let class = class(&stack, SOON).await;
    let student = student(&stack, &class).await;
    let token = device(&stack, &student).await;
    // Both letters lead to the conversation.
    let slow = |moment| fault(&student.conversation, moment, json!({ "delayMs": LONG_MS }));
    stack.sim.plan(json!([slow("mail"), slow("push")])).await;
    say_until_due(&stack, &student, "Tickets should cost nothing.").await;
    let told = async {
        while stack.sim.left_of_plan().await != json!([]) {
            sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        _ = clock_rings(&stack) => panic!("SendGrid was to take longer\n{}", stack.log()),
        () = told => {}
    }
    assert_eq!(speakers(&stack, &student).await, ["student", "tutor"], "the answer is stored");
    stack.kill();
    stack.revive().await;
    let _watch = stack.watch();
    assert_eq!((mails(&stack, &student.person).await.len(), pushes(&stack, &token).await.len()), (0, 0));

    // The lease runs out first, the claims of what was to be sent some time after.
    let leased = status_becomes(&stack, &student, "leased").await;
    abandon(&stack, &student, leased).await;
    clock_rings(&stack).await;
    let waits = status_becomes(&stack, &student, "pending").await;
    assert_eq!((mails(&stack, &student.person).await.len(), pushes(&stack, &token).await.len()), (0, 0));
    let database = Database::of(&stack);
    for mut found in database.list("notifications").await {
        let path = format!("notifications/{}", id(&found));
        for channel in ["mail", "push"] {
            let claim = &mut found["fields"][channel]["mapValue"]["fields"];
            assert_eq!(claim["state"], string_value("sending"), "{claim}");
            claim["notBefore"] = integer_value(1_i64);
        }
        rewrite(&stack, &path, found, &[]).await;
    }
    time_passes(&stack, &student, waits).await;
    clock_rings(&stack).await;
    status_becomes(&stack, &student, "done").await;
    clock_rings(&stack).await;
    assert_eq!(speakers(&stack, &student).await, ["student", "tutor"]);
    assert_eq!(mails(&stack, &student.person).await, [READY]);
    assert_eq!(pushes(&stack, &token).await, [READY]);
}

pub async fn an_empty_wallet_is_told_once_to_both_and_the_answer_comes_when_it_is_filled(_: Arc<House>) {
    let stack = Stack::start(with_welcome(Store::Embedded, 10)).await;
    let _watch = stack.watch();
    let class = class(&stack, SOON).await;
    let student = student(&stack, &class).await;
    let (course, token) = (course(&stack, &student).await, device(&stack, &student).await);
    say_until_due(&stack, &student, "Tickets should cost nothing.").await;
    let asked_at = student.turns(&stack).await[0]["createdAt"].as_i64().unwrap();

    // The answer waits for an hour, and everybody knows why.
    let unpaid = |fields: &Value| {
        fields["status"] == string_value("pending") && fields["lastError"] == string_value("unpaid")
    };
    let told_once = async || {
        assert_eq!(mails(&stack, &student.person).await, [WAITS]);
        assert_eq!(pushes(&stack, &token).await, [WAITS]);
        assert_eq!(mails(&stack, &class.teacher).await, [EMPTY]);
    };
    clock_rings(&stack).await;
    let waits = promise_becomes(&stack, &student, unpaid).await;
    let at = integer(&waits["fields"]["scheduledAt"]);
    assert!(at - asked_at > 59 * 60_000, "{waits:#}");
    assert_eq!(waits["fields"]["attempts"], integer_value(0_i64), "it is no failure");
    told_once().await;

    // Nor does anybody hear of it again: when the hour is over, or when the student adds something.
    time_passes(&stack, &student, waits).await;
    clock_rings(&stack).await;
    promise_becomes(&stack, &student, |fields| {
        unpaid(fields) && fields["scheduledAt"] != integer_value(1_i64)
    })
    .await;
    say(&stack, &student, "And buses cost money.").await;
    promise_becomes(&stack, &student, |fields| fields.get("lastError").is_none()).await;
    clock_rings(&stack).await;
    let waits = promise_becomes(&stack, &student, unpaid).await;
    told_once().await;
    assert_eq!(speakers(&stack, &student).await, ["student", "student"]);
    assert!(student.read(&stack).await["pending"]["dueAt"].is_i64());

    // The wallet is filled, and the next minute brings the answer.
    assert_eq!(waits["fields"]["waitsFor"], string_value(&course));
    grant(&stack, &Person::admin(&stack).await, &course, 5_000_000, "A term").await.ok();
    clock_rings(&stack).await;
    status_becomes(&stack, &student, "done").await;
    assert_eq!(speakers(&stack, &student).await, ["student", "student", "tutor"]);
    assert_eq!(mails(&stack, &student.person).await, [WAITS, READY]);
    assert_eq!(pushes(&stack, &token).await, [WAITS, READY]);
    assert_eq!(mails(&stack, &class.teacher).await, [EMPTY]);
}
