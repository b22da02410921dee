//! A course of many members hears of an announcement. `E2E_MEMBERS` says how many there are; without it a few, and five thousand with
//! `E2E_LONG=1`. The figure is printed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::NEWS;
use crate::documents::database::{Database, string_value};
use crate::house::House;
use crate::people::Class;
use crate::stack::{Stack, Store, Wanted};

const FEW: usize = 60;
const MANY: usize = 5_000;
/// How long a run may take: what it begins in its minute, and what it has begun then.
const RUN: Duration = Duration::from_secs(3 * 60);

pub async fn a_crowd_hears_of_an_announcement_each_once(_: Arc<House>) {
    let count = crate::wanted("E2E_MEMBERS", FEW, MANY);
    let stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let _watch = stack.watch();
    let class = Class::open(&stack).await;
    let model = class.student(&stack, "student").await;
    model.person.get(&stack, "/api/users/me").await.ok();
    let course = model.read(&stack).await["courseId"].as_str().unwrap().to_owned();
    let uid = &model.person.uid;
    let paths = [format!("users/{uid}"), format!("courses/{course}/roster/{uid}")];
    let database = Database::of(&stack);
    database.copy(&paths, count, |n, text| text.replace(uid, &name(n)), |_, _, _| {}).await;
    let said = json!({ "content": "The exam is on Monday." });
    class.teacher.post(&stack, &format!("/api/courses/{course}/announcements"), &said).await.ok();

    let (began, mut told) = (Instant::now(), Vec::new());
    while told.iter().sum::<usize>() <= count {
        stack.ring_within(NEWS, RUN).await.ok();
        let round = stack.logged_next("news.round.done", told.len()).await;
        told.push(usize::try_from(round["told"].as_u64().unwrap()).unwrap());
        assert!(told.last() > Some(&0), "{told:?}");
    }
    let took = began.elapsed().as_secs_f64();
    assert_eq!(told.iter().sum::<usize>(), count + 1);
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

fn name(n: usize) -> String {
    format!("member-{n:06}")
}
