//! The nightly comparison of the books, of which some are made wrong behind the back of the API.

use serde_json::{Value, json};

use crate::clock::now;
use crate::documents::database::{Database, integer_value, string_value};
use crate::payments::{buy, happen, listen};
use crate::people::{Person, unique};
use crate::stack::Stack;
use crate::wallets::{course_of, known};

const HOUR: i64 = 3_600_000;

/// The books of a course, as its wallet would have written them.
struct Books<'a> {
    database: &'a Database,
    course: String,
    writes: Vec<Value>,
}

impl<'a> Books<'a> {
    /// Opened yesterday, with so much in it.
    fn open(database: &'a Database, course: &str, balance: i64, now: i64) -> Self {
        let mut books = Self { database, course: course.to_owned(), writes: Vec::new() };
        let wallet = json!({
            "ownerType": string_value("course"), "ownerId": string_value(course), "balanceMicros": integer_value(balance),
            "heldMicros": integer_value(0), "lowBalanceMicros": integer_value(0),
            "createdAt": integer_value(now - 24 * HOUR), "updatedAt": integer_value(now - HOUR),
        });
        books.put(&format!("wallets/{course}"), wallet);
        books
    }

    fn put(&mut self, path: &str, fields: Value) {
        self.writes.push(json!({ "update": { "name": self.database.name_of(path), "fields": fields } }));
    }

    fn entry(&mut self, kind: &str, amount: i64, conversation: Option<&str>, payment: Option<&str>, at: i64) {
        let map = |name: &str, fields: Value| (name.to_owned(), json!({ "mapValue": { "fields": fields } }));
        let mut fields = json!({
            "type": string_value(kind), "amountMicros": integer_value(amount), "balanceAfterMicros": integer_value(0),
            "idempotencyKey": string_value("k"), "createdBy": string_value("kim"),
            "createdAt": integer_value(at), "updatedAt": integer_value(at),
        });
        let scope = conversation.map(|id| map("scope", json!({ "conversationId": string_value(id) })));
        let provider = payment
            .map(|id| map("provider", json!({ "name": string_value("stripe"), "ref": string_value(id) })));
        fields.as_object_mut().unwrap().extend(scope.into_iter().chain(provider));
        let path = format!("wallets/{}/ledger/{}", self.course, unique("entry"));
        self.put(&path, fields);
    }

    /// A conversation that has been at rest for two hours.
    fn conversation(&mut self, cost: i64, now: i64) -> String {
        let id = unique("conversation");
        let fields = json!({
            "courseId": string_value(&self.course), "userId": string_value("kim"), "costMicros": integer_value(cost),
            "startedAt": integer_value(now - 3 * HOUR), "lastActionAt": integer_value(now - 2 * HOUR),
        });
        self.put(&format!("conversations/{id}"), fields);
        id
    }

    async fn close(self) {
        self.database.change(&self.writes).await;
    }
}

/// A night passes; what it has found.
async fn night(stack: &Stack, admin: &Person) -> Value {
    let done = stack.ring("17 3 * * *").await;
    assert_eq!(done.status, 200, "{}", done.body);
    let nights = admin.get(stack, "/api/admin/reconciliations").await.ok();
    nights["items"][0].clone()
}

/// The drifts of a night that are about any of these, by what was compared: what was expected, and what was found.
fn drifts(night: &Value, about: &[&str]) -> Vec<(String, i64, i64)> {
    let ours = |drift: &&Value| about.iter().any(|id| drift.to_string().contains(id));
    let mut found: Vec<_> = night["drifts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(ours)
        .map(|drift| {
            let figure = |name: &str| drift[name].as_i64().unwrap();
            let comparison = drift["comparison"].as_str().unwrap().to_owned();
            (comparison, figure("expectedMicros"), figure("foundMicros"))
        })
        .collect();
    found.sort();
    found
}

pub async fn a_night_finds_each_kind_of_drift_and_nothing_else(stack: &Stack) {
    listen(stack).await;
    let (admin, teacher) = (Person::admin(stack).await, Person::sign_in(stack, "teacher").await);
    let now = now();
    let database = Database::of(stack);

    // Books that agree, and a purchase that was credited.
    let sound = course_of(stack, &teacher).await;
    let mut books = Books::open(&database, &sound, 70, now);
    let conversation = books.conversation(30, now);
    books.entry("grant", 100, None, None, now - 20 * HOUR);
    books.entry("charge", -20, Some(&conversation), None, now - 3 * HOUR);
    books.entry("charge", -10, Some(&conversation), None, now - 2 * HOUR);
    books.close().await;
    let found = night(stack, &admin).await;
    assert_eq!(drifts(&found, &[&sound, &conversation]), []);
    assert_eq!(found["unfinished"], json!([]), "{found:#}");
    assert!(found["wallets"].as_i64() > Some(0) && found["conversations"].as_i64() > Some(0), "{found:#}");

    // One thing of each kind is wrong.
    let wrong = course_of(stack, &teacher).await;
    let mut books = Books::open(&database, &wrong, 5, now);
    let conversation = books.conversation(9, now);
    books.entry("charge", -8, Some(&conversation), None, now - 2 * HOUR);
    books.entry("topup", 12, None, Some("pi_nobodys"), now - 2 * HOUR);
    books.close().await;
    let kim = known(stack, "kim").await;
    let session = buy(stack, &kim, 5_000_000).await;
    happen(stack, &session, "pay", &json!({})).await;
    happen(stack, &session, "refund", &json!({ "amount": 100 })).await;
    happen(stack, &session, "backdate", &json!({ "seconds": 7_200 })).await;

    let found = night(stack, &admin).await;
    let expected = [("balance", 5, 4), ("payment", 0, 12), ("usage", 9, 8)];
    assert_eq!(drifts(&found, &[&wrong]), expected.map(|(kind, a, b)| (kind.to_owned(), a, b)), "{found:#}");
    let expected = [("payment", 5_000_000, 0), ("refund", 1_000_000, 0)];
    assert_eq!(
        drifts(&found, &[&kim.uid]),
        expected.map(|(kind, a, b)| (kind.to_owned(), a, b)),
        "{found:#}"
    );
    assert_eq!(drifts(&found, &[&sound]), []);

    // Staff see what is theirs, the log names no person.
    let own = teacher.get(stack, &format!("/api/courses/{wrong}/wallet")).await.ok();
    assert_eq!(own["reconciliation"]["day"], found["day"]);
    assert_eq!(own["reconciliation"]["drifts"].as_array().unwrap().len(), 3, "{own:#}");
    let other = teacher.get(stack, &format!("/api/courses/{sound}/wallet")).await.ok();
    assert_eq!(other["reconciliation"]["drifts"], json!([]));
    stack
        .logged(|event| event["event"] == "reconcile.drift" && event["conversation"] == conversation.as_str())
        .await;
    let told: Vec<Value> =
        stack.events().into_iter().filter(|event| event["event"] == "reconcile.drift").collect();
    assert!(told.iter().all(|event| !event.to_string().contains(&kim.uid)), "{told:#?}");

    // What was wrong is out of the way of other tests.
    let fix = json!({ "update": { "name": database.name_of(&format!("wallets/{wrong}")), "fields": { "balanceMicros": integer_value(4) } },
        "updateMask": { "fieldPaths": ["balanceMicros"] } });
    database.change(&[fix]).await;
    assert_eq!(drifts(&night(stack, &admin).await, &[&wrong]).len(), 2);
}
