//! A course of many members hears of an announcement. `E2E_MEMBERS` says how many there are; without it a few, and five thousand with
//! `E2E_LONG=1`. The figure is printed.

use std::env;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::NEWS;
use crate::documents::database::{Database, string_value};
use crate::house::House;
use crate::people::Class;
use crate::stack::{Stack, Store, Wanted};

const FEW: usize = 60;
const MANY: usize = 5_000;
/// Those who join by one commit: two documents each.
const SEEDED_AT_ONCE: usize = 100;
/// How long a run may take: what it begins in its minute, and what it has begun then.
const RUN: Duration = Duration::from_secs(3 * 60);

fn wanted() -> usize {
    let count = env::var("E2E_MEMBERS").ok().map(|count| count.parse().expect("E2E_MEMBERS is a number"));
    count.unwrap_or(if env::var_os("E2E_LONG").is_some() { MANY } else { FEW })
}

pub async fn a_crowd_hears_of_an_announcement_each_once(_: Arc<House>) {
    let count = wanted();
    let stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let _watch = stack.watch();
    let class = Class::open(&stack).await;
    let model = class.student(&stack, "student").await;
    model.person.get(&stack, "/api/users/me").await.ok();
    let course = model.read(&stack).await["courseId"].as_str().unwrap().to_owned();
    join(&stack, &course, &model.person.uid, count).await;
    let said = json!({ "content": "The exam is on Monday." });
    class.teacher.post(&stack, &format!("/api/courses/{course}/announcements"), &said).await.ok();

    let (began, mut told) = (Instant::now(), Vec::new());
    while told.iter().sum::<usize>() <= count {
        told.push(run(&stack, told.len()).await);
        assert!(told.last() > Some(&0), "{told:?}");
    }
    let took = began.elapsed().as_secs_f64();
    assert_eq!(told.iter().sum::<usize>(), count + 1);
    let database = Database::of(&stack);
    let all = [("kind", string_value("announcement")), ("mail.state", string_value("sent"))];
    assert_eq!(database.count("notifications", &all[..1]).await, count + 1);
    assert_eq!(database.count("notifications", &all).await, count + 1);
    // The sim keeps the latest mails; who joined first is told last.
    for n in 0..FEW.min(count) {
        let mails = stack.sim.mails(&format!("{}@example.org", name(n))).await;
        assert_eq!(mails.len(), 1, "{mails:?}");
    }
    println!(
        "{} members: {} runs, {took:.1} s, {:.1} people/s; told by each run: {told:?}",
        count + 1,
        told.len(),
        (count + 1) as f64 / took,
    );
}

/// As many members as one more of the same kind each.
async fn join(stack: &Stack, course: &str, model: &str, count: usize) {
    let database = Database::of(stack);
    let mut patterns = Vec::new();
    for path in [format!("users/{model}"), format!("courses/{course}/roster/{model}")] {
        let found = database.get(&path).await.unwrap_or_else(|| panic!("{path} is not there"));
        patterns.push((path, found["fields"].to_string()));
    }
    for some in (0..count).collect::<Vec<_>>().chunks(SEEDED_AT_ONCE) {
        let mut writes = Vec::new();
        for n in some {
            for (path, fields) in &patterns {
                let own = |text: &str| text.replace(model, &name(*n));
                let fields: Value = serde_json::from_str(&own(fields)).unwrap();
                writes.push(json!({ "update": { "name": database.name_of(&own(path)), "fields": fields } }));
            }
        }
        database.change(&writes).await;
    }
}

fn name(n: usize) -> String {
    format!("member-{n:06}")
}

/// Another minute is full; how many were told in it.
async fn run(stack: &Stack, runs_before: usize) -> usize {
    let http = reqwest::Client::builder().timeout(RUN).no_proxy().build().unwrap();
    let bell = http.get(stack.url(&format!("/cdn-cgi/handler/scheduled?cron={NEWS}"))).send().await;
    assert!(bell.is_ok_and(|answer| answer.status().is_success()), "{}", stack.log());
    let rounds = || stack.events().into_iter().filter(|event| event["event"] == "news.round.done");
    stack.logged(|_| rounds().count() > runs_before).await;
    let round = rounds().nth(runs_before).unwrap();
    round["told"].as_u64().unwrap().try_into().unwrap()
}
