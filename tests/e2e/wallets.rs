//! Wallets over REST: what is in one, what an admin gives and takes, and the ledger of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::clock;
use crate::documents::database::{Database, integer_value, string_value};
use crate::people::{Answer, Call, Person, unique};
use crate::stack::Stack;

/// What every new wallet is given on this machine.
pub const WELCOME: i64 = 20_000_000;

const TOLD: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(200);

/// A course of a teacher's, which is its wallet's id as well.
pub async fn course_of(stack: &Stack, teacher: &Person) -> String {
    let course = json!({ "title": "Ethics", "code": unique("WALLET").to_uppercase() });
    teacher.post(stack, "/api/courses", &course).await.ok()["id"].as_str().unwrap().to_owned()
}

/// Somebody whose profile is there.
pub async fn known(stack: &Stack, name: &str) -> Person {
    let person = Person::sign_in(stack, name).await;
    person.get(stack, "/api/users/me").await.ok();
    person
}

pub async fn grant(stack: &Stack, by: &Person, wallet: &str, amount: i64, reason: &str) -> Answer {
    let body = json!({ "walletId": wallet, "amountMicros": amount, "reason": reason });
    by.post(stack, "/api/admin/grants", &body).await
}

pub async fn balance(stack: &Stack, person: &Person) -> i64 {
    person.get(stack, "/api/wallets/me").await.ok()["balanceMicros"].as_i64().unwrap()
}

/// The ledger once it has so many entries, the latest first. What moves stands there after a second.
pub async fn ledger(stack: &Stack, reader: &Person, wallet: &str, entries: usize) -> Vec<Value> {
    let path = format!("/api/wallets/{wallet}/ledger?limit=100");
    let started = Instant::now();
    loop {
        let page = reader.get(stack, &path).await.ok();
        let items = page["items"].as_array().unwrap().clone();
        assert!(items.len() <= entries, "{entries} entries were expected: {items:#?}");
        if items.len() == entries {
            return items;
        }
        assert!(started.elapsed() < TOLD, "{entries} entries were expected: {items:#?}\n{}", stack.log());
        tokio::time::sleep(POLL).await;
    }
}

pub async fn an_admin_gives_and_takes_and_nobody_else(stack: &Stack) {
    let (admin, kim) = (Person::admin(stack).await, known(stack, "kim").await);
    let fresh = kim.get(stack, "/api/wallets/me").await.ok();
    let expected = json!({
        "walletId": kim.uid, "ownerType": "user", "balanceMicros": WELCOME, "heldMicros": 0, "availableMicros": WELCOME,
        "lowBalanceMicros": 1_000_000, "low": false,
    });
    assert_eq!(fresh, expected);

    let given = grant(stack, &admin, &kim.uid, 5_000_000, " A workshop ").await.ok();
    assert_eq!(given["wallet"]["balanceMicros"], 25_000_000, "{given}");
    let taken = grant(stack, &admin, &kim.uid, -24_500_000, "A mistake").await.ok();
    assert_eq!((&taken["wallet"]["balanceMicros"], &taken["wallet"]["low"]), (&json!(500_000), &json!(true)));

    let short = grant(stack, &admin, &kim.uid, -500_001, "More than there is").await;
    short.refused(402, "INSUFFICIENT_CREDITS");
    let details = json!({ "walletId": kim.uid, "requiredMicros": 500_001, "availableMicros": 500_000 });
    assert_eq!(short.body["error"]["details"], details);

    let entries = ledger(stack, &kim, &kim.uid, 3).await;
    let told: Vec<_> =
        entries.iter().map(|entry| (&entry["type"], &entry["amountMicros"], &entry["reason"])).collect();
    let expected = [
        (json!("adjust"), json!(-24_500_000), json!("A mistake")),
        (json!("grant"), json!(5_000_000), json!("A workshop")),
        (json!("grant"), json!(WELCOME), json!("Welcome to Mentora")),
    ];
    assert_eq!(
        told,
        expected.iter().map(|(kind, amount, reason)| (kind, amount, reason)).collect::<Vec<_>>()
    );
    assert_eq!(entries[0]["id"], taken["entryId"]);
    assert_eq!(entries[0]["createdBy"], admin.uid);

    // What is wrong with it, and of whom there is nothing.
    for (amount, reason, path) in
        [(0, "x", "amountMicros"), (10_000_000_001, "x", "amountMicros"), (1, " ", "reason")]
    {
        assert_eq!(
            grant(stack, &admin, &kim.uid, amount, reason).await.offences(),
            [path],
            "{amount} {reason:?}"
        );
    }
    grant(stack, &admin, "NO-SUCH-WALLET", 1, "x").await.refused(404, "NOT_FOUND");
    grant(stack, &kim, &kim.uid, 1, "x").await.refused(403, "FORBIDDEN");

    // Sent again with its key it is given once, however many send it at the same moment.
    let key = unique("key");
    let body = json!({ "walletId": kim.uid, "amountMicros": 7, "reason": "Once" });
    let send = || {
        stack.call(Call::post("/api/admin/grants", &body).by(&admin.token).header("idempotency-key", &key))
    };
    let answers = futures::future::join_all((0..10).map(|_| send())).await;
    assert!(answers.iter().any(|answer| answer.status == 200), "{answers:?}");
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 409)), "{answers:?}");
    assert_eq!(send().await.ok()["wallet"]["balanceMicros"], 500_007);
    assert_eq!(balance(stack, &kim).await, 500_007);
}

pub async fn a_ledger_is_read_in_pages_and_as_a_file(stack: &Stack) {
    let (admin, teacher) = (Person::admin(stack).await, Person::sign_in(stack, "teacher").await);
    let course = course_of(stack, &teacher).await;
    for amount in 1..=5 {
        let given = grant(stack, &admin, &course, amount, &format!("=HYPERLINK({amount})")).await.ok();
        assert_eq!(given["wallet"]["ownerType"], "course");
    }
    let all = ledger(stack, &teacher, &course, 6).await;
    assert_eq!(all.iter().map(|entry| entry["amountMicros"].as_i64().unwrap()).sum::<i64>(), WELCOME + 15);

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/wallets/{course}/ledger?limit=2{cursor}");
        let page = teacher.get(stack, &path).await.ok();
        assert!(page["items"].as_array().unwrap().len() <= 2);
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all);
    let foreign = format!("/api/wallets/{}/ledger?cursor=x", teacher.uid);
    assert_eq!(teacher.get(stack, &foreign).await.offences(), ["cursor"]);
    assert_eq!(ledger(stack, &teacher, &teacher.uid, 0).await, Vec::<Value>::new(), "nobody opened it");

    let file = teacher.get(stack, &format!("/api/wallets/{course}/ledger/export")).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let file = file.ok();
    let lines: Vec<&str> = file.as_str().unwrap().trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 7, "{lines:#?}");
    assert!(lines[0].starts_with("entryId,createdAt,type,amountMicros,"), "{}", lines[0]);
    assert!(lines[1].contains(",grant,5,") && lines[1].contains(",'=HYPERLINK(5),"), "{}", lines[1]);
}

pub async fn the_wallet_of_a_course_tells_what_was_spent_by_day_and_by_student(stack: &Stack) {
    let teacher = Person::sign_in(stack, "teacher").await;
    let course = course_of(stack, &teacher).await;
    let path = format!("/api/courses/{course}/wallet");
    let day = 24 * 3_600_000;
    let today = clock::now();
    // Behind the back of the API: a ledger that has some days.
    let (wallet, name) = (Database::of(stack), |at: i64| format!("wallets/{course}/ledger/charge{at}"));
    let charge = |by: &str, amount: i64, at: i64| {
        let fields = json!({
            "type": string_value("charge"), "amountMicros": integer_value(-amount), "balanceAfterMicros": integer_value(0),
            "idempotencyKey": string_value(&format!("k{at}")), "createdBy": string_value(by),
            "createdAt": integer_value(at), "updatedAt": integer_value(at),
        });
        json!({ "update": { "name": wallet.name_of(&name(at)), "fields": fields } })
    };
    let charges = [
        charge("kim", 5, today),
        charge("kim", 6, today - day),
        charge("lee", 70, today - day + 1),
        charge("lee", 9, today - 40 * day),
    ];
    wallet.change(&charges).await;

    let told = teacher.get(stack, &path).await.ok();
    assert_eq!((&told["walletId"], &told["balanceMicros"]), (&json!(course), &json!(WELCOME)));
    let spend = &told["spend"];
    assert_eq!((&spend["totalMicros"], &spend["complete"]), (&json!(81), &json!(true)));
    let days = spend["days"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(
        (&days[29]["spentMicros"], &days[28]["spentMicros"], &days[28]["charges"]),
        (&json!(5), &json!(76), &json!(2))
    );
    let students = json!([
        { "userId": "lee", "spentMicros": 70, "charges": 1 }, { "userId": "kim", "spentMicros": 11, "charges": 2 },
    ]);
    assert_eq!(spend["students"], students);
    let long = teacher.get(stack, &format!("{path}?days=90")).await.ok();
    assert_eq!(long["spend"]["totalMicros"], 90);
    for days in ["0", "91", "x"] {
        assert_eq!(teacher.get(stack, &format!("{path}?days={days}")).await.offences(), ["days"], "{days}");
    }
}
