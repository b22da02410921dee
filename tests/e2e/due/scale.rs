//! Many answers that are due at the same moment. `E2E_DUE` says how many; without it a few, and ten thousand with `E2E_LONG=1`. The
//! figure is printed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{EVERY_MINUTE, SOON, class, say_until_due, status_becomes, student};
use crate::charging::with_welcome;
use crate::clock::now;
use crate::documents::database::{Database, id, integer, integer_value, string_value};
use crate::house::House;
use crate::people::Student;
use crate::stack::{Stack, Store};

/// What a wallet begins with that pays for all of them.
const ENOUGH: i64 = 1_000_000_000;
const FEW: usize = 60;
const MANY: usize = 10_000;
/// The conversations that a run asks at once.
const AT_ONCE: usize = 100;
/// How long a run may take: what it begins in its minute, and what it has begun then.
const RUN: Duration = Duration::from_secs(6 * 60);
/// The calls that a run makes at most.
const OF_A_RUN: u64 = 9_000;

pub async fn all_that_is_due_at_once_is_answered_in_bounded_runs_the_oldest_first(_: Arc<House>) {
    let count = crate::wanted("E2E_DUE", FEW, MANY);
    let stack = Stack::start(with_welcome(Store::Embedded, ENOUGH)).await;
    let _watch = stack.watch();
    let class = class(&stack, SOON).await;
    let model = student(&stack, &class).await;
    say_until_due(&stack, &model, "Tickets should cost nothing, because collecting costs money.").await;
    let began = Instant::now();
    lay_out(&stack, &model, count).await;
    println!("{count} conversations laid out in {:.1?}", began.elapsed());

    let (began, began_at) = (Instant::now(), now());
    let mut rounds = Vec::new();
    while done(&stack).await <= count {
        stack.ring_within(EVERY_MINUTE, RUN).await.ok();
        let round = stack.logged_next("delayed.round.done", rounds.len()).await;
        println!("round {}: {round}", rounds.len() + 1);
        assert!(round["asked"].as_u64() <= Some(OF_A_RUN), "{round}");
        assert_eq!((&round["failed"], &round["noRoom"], &round["unpaid"]), (&json!(0), &json!(0), &json!(0)));
        rounds.push(round);
    }
    let took = began.elapsed();

    // Each has one answer, and each student one mail.
    let waited = waited(&stack, count, began_at).await;
    let mails =
        Database::of(&stack).count("notifications", &[("kind", string_value("response_ready"))]).await;
    assert_eq!(mails, count + 1);
    // Who was due first did not wait for the last; of those that are asked at once, any may be the first.
    let tenth = count / 10;
    let (first, last) = (&waited[..tenth], &waited[count - tenth..]);
    if tenth > AT_ONCE {
        assert!(first.iter().sum::<i64>() < last.iter().sum::<i64>(), "{first:?} {last:?}");
    }
    println!(
        "{count} due at once: {} rounds, {:.1} s, {:.1} answers/s; the oldest waited {:.1} s, the last {:.1} s",
        rounds.len(),
        took.as_secs_f64(),
        count as f64 / took.as_secs_f64(),
        waited[0] as f64 / 1_000.0,
        *waited.iter().max().unwrap() as f64 / 1_000.0,
    );
}

/// As many conversations as the one that waits, each of a student of its own, each due a millisecond after the one before.
async fn lay_out(stack: &Stack, model: &Student, count: usize) {
    let database = Database::of(stack);
    let promised = status_becomes(stack, model, "pending").await;
    let due_at = integer(&promised["fields"]["scheduledAt"]);
    let waits = |conversation: &Value| {
        conversation["fields"]["state"] == string_value("awaiting_delayed_response")
            && conversation["fields"]["turns"]["arrayValue"]["values"].as_array().map(Vec::len) == Some(1)
    };
    while !waits(&database.get(&format!("conversations/{}", model.conversation)).await.unwrap()) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let paths = [
        format!("conversations/{}", model.conversation),
        format!("pendingResponses/{}", model.conversation),
        format!("users/{}", model.person.uid),
    ];
    let own = |n: usize, text: &str| {
        text.replace(&model.conversation, &name(n)).replace(&model.person.uid, &format!("student-{n}"))
    };
    let due_before = |n: usize, path: &str, fields: &mut Value| {
        if path.starts_with("pendingResponses/") {
            // Before the one that was said in earnest.
            fields["scheduledAt"] = integer_value(due_at - i64::try_from(count - n).unwrap());
        }
    };
    database.copy(&paths, count, own, due_before).await;
}

fn name(n: usize) -> String {
    format!("due-{n:06}")
}

async fn done(stack: &Stack) -> usize {
    Database::of(stack).count("pendingResponses", &[("status", string_value("done"))]).await
}

/// How long each waited from when the clock rang for the first time, in the order in which they were due.
async fn waited(stack: &Stack, count: usize, began_at: i64) -> Vec<i64> {
    let all = Database::of(stack).list("pendingResponses").await;
    let mut waited = vec![0; count];
    for document in &all {
        let number = id(document).strip_prefix("due-").map(|n| n.parse::<usize>());
        if let Some(Ok(number)) = number {
            waited[number] = integer(&document["fields"]["updatedAt"]) - began_at;
        }
    }
    assert!(waited.iter().all(|waited| *waited > 0));
    waited
}
