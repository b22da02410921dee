//! Kim is handed over and erased, and Leo, of whom there is as much, is not.

use std::cell::RefCell;
use std::collections::BTreeSet;

use futures::executor::block_on;
use mentora_core::documents::{Contribution, Conversation, EndReason, Statistics, User};
use mentora_core::documents::{ConversationState, Wallet};
use mentora_core::ids::{ConversationId, CourseId, UserId};
use mentora_core::statistics::Students;
use mentora_core::time::Millis;
use mentora_firestore::{Client, CollectionPath, Document, DocumentPath, Write, to_fields};
use mentora_wire::rest::OwnData;
use serde_json::{Value, json};

use super::erasure::{Counts, Erasure, Objects};
use super::export::Export;
use crate::repositories::native_store::{self, NativeStore, conversation, conversation_id, profile, user};
use crate::repositories::{RepositoryError, Users};

type Documents = Client<&'static NativeStore>;

const CONVERSATIONS: usize = 5;
const SUBMISSIONS: usize = 130;

fn path(text: &str) -> DocumentPath {
    DocumentPath::parse(text).unwrap()
}

async fn put(documents: &Documents, at: &str, document: impl serde::Serialize) {
    documents.create(path(at), to_fields(&document).unwrap()).await.unwrap();
}

/// A conversation of `name` that has ended.
fn ended(name: &str, index: usize) -> Conversation {
    Conversation {
        state: ConversationState::Closed,
        end_reason: Some(EndReason::StudentEnded),
        closed_at: Some(Millis(10)),
        summary: Some(format!("what {name} said")),
        ..conversation(&format!("a{index}"), name, 1)
    }
}

/// Something of `name` in every collection.
fn furnish(writes: &mut Vec<Write>, name: &str, submissions: usize) {
    let mut put =
        |at: &str, document: Value| writes.push(Write::create(path(at), to_fields(&document).unwrap()));
    let at = json!({ "createdAt": 1, "updatedAt": 1 });
    let with = |more: Value| {
        let mut all = at.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    put(&format!("users/{name}"), json!(profile(name, 1)));
    for device in ["d1", "d2"] {
        let token = format!("token of {name}");
        let device_at = format!("users/{name}/devices/{device}");
        put(&device_at, with(json!({ "token": token, "platform": "web", "lastSeenAt": 1 })));
    }
    put(&format!("users/{name}/idempotencyKeys/k"), with(json!({ "answer": { "body": name } })));
    for index in 0..CONVERSATIONS {
        let (id, of) = (format!("{name}{index}"), format!("a{index}"));
        let conversation = ended(name, index);
        let contribution = Contribution::of(&conversation_id(&id), &conversation).unwrap();
        put(&format!("conversations/{id}"), json!(conversation));
        put(&format!("openConversations/{of}.{name}"), with(json!({ "conversationId": id })));
        put(&format!("statistics/{of}/contributions/{id}"), json!(contribution));
        put(&format!("pendingResponses/{id}"), with(json!({ "turnId": id })));
    }
    for index in 0..submissions {
        let submission = json!({
            "assignmentId": format!("a{index}"), "userId": name, "conversationId": format!("{name}0"),
            "state": "in_progress", "startedAt": 1,
        });
        put(&format!("submissions/a{index}_{name}"), with(submission));
    }
    let session = json!({
        "conversationId": format!("{name}0"), "userId": name, "state": "closed", "startedAt": 1, "lastActivityAt": 1,
    });
    put(&format!("streamingSessions/s-{name}"), with(session));
    let notification = json!({
        "kind": "low_balance", "key": format!("low_balance:{name}:2026-11-23"), "userId": name,
        "mail": { "state": "sent", "tries": 1, "attempt": "a", "notBefore": 1 },
    });
    put(&format!("notifications/n{}", name.len()), with(notification));
    let member =
        json!({ "courseId": "ethics", "userId": name, "email": "", "role": "ta", "status": "active" });
    put(&format!("courses/ethics/roster/{name}"), with(member));
    let email = format!("{name}@example.org");
    let invited = json!({ "courseId": "logic", "email": email, "role": "student", "status": "invited" });
    put(&format!("courses/logic/roster/invited-{}", name.len()), with(invited));
    for (id, course) in [("own", json!({})), ("shared", json!({ "courseId": "ethics" }))] {
        let mut persona = json!({
            "name": "Diogenes", "description": "", "voice": "Puck", "style": "playful",
            "systemPromptTemplate": "Ask.", "createdBy": name,
        });
        persona.as_object_mut().unwrap().extend(course.as_object().unwrap().clone());
        put(&format!("personas/{id}-{}", name.len()), with(persona));
    }
    let announcement = json!({ "authorId": name, "content": "Read Kant." });
    put(&format!("courses/ethics/announcements/n{}", name.len()), with(announcement));
    let topic = json!({ "courseId": "ethics", "title": "Lies", "order": 0, "createdBy": name });
    put(&format!("topics/t{}", name.len()), with(topic));
    let mut assignment = json!(native_store::assignment("ethics", "Lies", 1));
    assignment["createdBy"] = json!(name);
    put(&format!("assignments/by{}", name.len()), assignment);
    let wallet = json!({
        "ownerType": "user", "ownerId": name, "balanceMicros": 700, "heldMicros": 0, "lowBalanceMicros": 0,
    });
    put(&format!("wallets/{name}"), with(wallet));
    for (wallet, id, amount, by) in [
        (name, "topup", 1_000, name),
        (name, "grant", 200, "admin"),
        (name, "charge", -500, name),
        ("ethics", name, -300, name),
    ] {
        let entry = json!({
            "type": "charge", "amountMicros": amount, "balanceAfterMicros": 0, "createdBy": by,
            "idempotencyKey": format!("turn of {name} {amount}"),
            "scope": { "courseId": "ethics", "conversationId": format!("{name}0"), "turnId": format!("{name}0-1") },
            "provider": { "name": "stripe", "ref": "pi_1" },
        });
        let id = if id == name { format!("c{}", name.len()) } else { id.to_owned() };
        put(&format!("wallets/{wallet}/ledger/{id}"), with(entry));
    }
}

/// The courses, and the sums of what both have argued.
async fn furnished(submissions: usize) -> (Documents, &'static NativeStore) {
    let (documents, store) = native_store::documents();
    for course in ["ethics", "logic"] {
        put(
            &documents,
            &format!("courses/{course}"),
            native_store::course(&format!("{course}-26"), "teacher", 1),
        )
        .await;
    }
    let mut writes = Vec::new();
    furnish(&mut writes, "kim", submissions);
    furnish(&mut writes, "leon", submissions);
    documents.commit(&writes).await.unwrap();
    for index in 0..CONVERSATIONS {
        let of = |name: &str| {
            Contribution::of(&conversation_id(&format!("{name}{index}")), &ended(name, index)).unwrap()
        };
        let all = [of("kim"), of("leon")];
        let statistics = Statistics::rebuild(&all, Students { total: 2, begun: 2 }, Millis(1));
        put(&documents, &format!("statistics/a{index}"), statistics).await;
    }
    (documents, store)
}

async fn every_document(documents: &Documents) -> Vec<Document> {
    let mut collections: Vec<String> = [
        "users",
        "courses",
        "conversations",
        "openConversations",
        "pendingResponses",
        "submissions",
        "streamingSessions",
        "notifications",
        "wallets",
        "personas",
        "topics",
        "assignments",
        "statistics",
        "courses/ethics/roster",
        "courses/logic/roster",
        "courses/ethics/announcements",
    ]
    .map(str::to_owned)
    .into();
    for name in ["kim", "leon"] {
        collections.extend(["devices", "idempotencyKeys"].map(|below| format!("users/{name}/{below}")));
    }
    collections.extend((0..CONVERSATIONS).map(|index| format!("statistics/a{index}/contributions")));
    let mut all = list(documents, "wallets").await;
    collections.extend(all.drain(..).map(|wallet| format!("{}/ledger", wallet.path)));
    collections.push("wallets/kim/ledger".into());
    collections.push("wallets/ethics/ledger".into());
    let collections: BTreeSet<String> = collections.into_iter().collect();
    for collection in collections {
        all.extend(list(documents, &collection).await);
    }
    all
}

async fn list(documents: &Documents, collection: &str) -> Vec<Document> {
    documents.list(&CollectionPath::parse(collection).unwrap(), 300, None).await.unwrap().documents
}

/// What of the documents names somebody.
fn naming(all: &[Document], name: &str) -> BTreeSet<String> {
    let names = |document: &&Document| format!("{document:?}").contains(name);
    all.iter().filter(names).map(|document| document.path.to_string()).collect()
}

/// Money, by where it is: the wallets' balances, and the sum of all entries.
fn money(all: &[Document]) -> (i64, i64) {
    let number = |document: &Document, field: &str| match document.fields.get(field) {
        Some(mentora_firestore::Value::Integer(number)) => *number,
        _ => 0,
    };
    let sum = |field: &str| all.iter().map(|document| number(document, field)).sum();
    (sum("balanceMicros"), sum("amountMicros"))
}

/// Objects that remember who was erased, and look whether the documents are there still.
struct Ended<'a>(&'a Documents, RefCell<BTreeSet<String>>);

impl Objects for Ended<'_> {
    async fn erase(&self, id: &ConversationId) -> Result<(), RepositoryError> {
        let found = self.0.get(&path(&format!("conversations/{id}"))).await?;
        assert!(found.is_some(), "{id}: an object whose document is gone is never found again");
        self.1.borrow_mut().insert(id.to_string());
        Ok(())
    }

    async fn tell_wallet(&self, course: &CourseId) -> Result<(), RepositoryError> {
        // It was told of a charge just now.
        if self.1.borrow_mut().insert(format!("wallet of {course}")) {
            let late = mentora_firestore::Fields::from([
                ("createdBy".to_owned(), mentora_firestore::Value::String("kim".into())),
                ("amountMicros".to_owned(), mentora_firestore::Value::Integer(0)),
            ]);
            self.0.commit(&[Write::set(path("wallets/ethics/ledger/late"), late)]).await?;
        }
        Ok(())
    }

    async fn close_wallet(&self, user: &UserId) -> Result<(), RepositoryError> {
        self.1.borrow_mut().insert(format!("wallet of {user}"));
        Ok(())
    }
}

fn alias(text: &str) -> String {
    format!("gone-{}", mentora_core::ids::digest(text).get(..16).unwrap())
}

async fn erase(documents: &Documents, objects: &Ended<'_>) -> Result<Counts, RepositoryError> {
    let kim: UserId = user("kim");
    Erasure { documents, objects, user: &kim, alias, now: Millis(50) }.run().await
}

fn assert_erased(before: &[Document], after: &[Document]) {
    assert_eq!(naming(after, "kim"), BTreeSet::new());
    assert_eq!(money(after), money(before), "the books balance");
    // All of Leo is as it was; the sums, which are everybody's, are not.
    let of_leo = |all: &[Document]| {
        let names = |document: &&Document| format!("{document:?}").contains("leon");
        all.iter().filter(names).cloned().map(|document| (document.path, document.fields)).collect::<Vec<_>>()
    };
    assert_eq!(of_leo(after), of_leo(before));
    for index in 0..CONVERSATIONS {
        let place = format!("statistics/a{index}");
        let statistics = after.iter().find(|document| document.path.to_string() == place).unwrap();
        let statistics: Statistics = statistics.decode().unwrap();
        assert_eq!((statistics.completed, statistics.sums.conversations), (1, 1), "{place}");
        assert!(statistics.word_cloud_stale);
    }
    let wallets: Vec<Wallet> = after
        .iter()
        .filter(|found| found.path.to_string().starts_with("wallets/gone-"))
        .filter_map(|found| found.decode().ok())
        .collect();
    assert_eq!(wallets.len(), 1, "the wallet stays, under another name");
}

#[test]
fn whoever_is_erased_is_found_nowhere_and_others_are_as_they_were() {
    block_on(async {
        let (documents, _) = furnished(SUBMISSIONS).await;
        let before = every_document(&documents).await;
        assert!(naming(&before, "kim").len() > SUBMISSIONS, "{:?}", naming(&before, "kim"));
        let objects = Ended(&documents, RefCell::default());
        let counts = erase(&documents, &objects).await.unwrap();
        assert_erased(&before, &every_document(&documents).await);
        let expected = [
            ("announcements", 1),
            ("assignments", 1),
            ("contributions", CONVERSATIONS),
            ("conversations", CONVERSATIONS),
            ("devices", 2),
            ("idempotencyKeys", 1),
            ("ledger", 5),
            ("notifications", 1),
            ("personas", 2),
            ("roster", 2),
            ("streamingSessions", 1),
            ("submissions", SUBMISSIONS),
            ("topics", 1),
            ("users", 1),
            ("wallets", 1),
        ];
        let expected = expected.map(|(name, count)| (name, u32::try_from(count).unwrap()));
        assert_eq!(counts.0.into_iter().collect::<Vec<_>>(), expected);
        // Those of the conversations, the own wallet, and the course's.
        assert_eq!(objects.1.borrow().len(), CONVERSATIONS + 2);
        assert_eq!(erase(&documents, &objects).await, Ok(Counts::default()), "again, there is nothing to do");
    });
}

#[test]
fn an_erasure_that_dies_anywhere_is_finished_by_the_next_one() {
    // The request at which it dies is carried out, or is not: the reply comes in neither case.
    for carried_out in [false, true] {
        let mut died = 0;
        for after in 0.. {
            let finished = block_on(async {
                let (documents, store) = furnished(2).await;
                let before = every_document(&documents).await;
                let objects = Ended(&documents, RefCell::default());
                store.die_after(after, carried_out);
                let first = erase(&documents, &objects).await;
                store.come_back();
                if first.is_err() {
                    let profile = documents.get(&path("users/kim")).await.unwrap();
                    let left = naming(&every_document(&documents).await, "kim");
                    assert!(profile.is_some() || left.is_empty(), "the profile goes last: {left:?}");
                }
                erase(&documents, &objects).await.unwrap();
                assert_erased(&before, &every_document(&documents).await);
                assert_eq!(objects.1.borrow().len(), CONVERSATIONS + 2, "no object was forgotten");
                first.is_ok()
            });
            if finished {
                break;
            }
            died += 1;
        }
        assert!(died > 40, "it died {died} times only");
    }
}

#[test]
fn whoever_comes_back_and_is_erased_again_leaves_two_wallets() {
    block_on(async {
        let (documents, _) = furnished(0).await;
        let objects = Ended(&documents, RefCell::default());
        erase(&documents, &objects).await.unwrap();
        let again = User { display_name: "Again".into(), ..profile("kim", 90) };
        let fresh = Users(&documents).find_or_create(again).await.unwrap();
        assert_eq!(fresh.display_name, "Again");
        let wallet = json!({
            "ownerType": "user", "ownerId": "kim", "balanceMicros": 5, "heldMicros": 0, "lowBalanceMicros": 0,
            "createdAt": 1, "updatedAt": 1,
        });
        put(&documents, "wallets/kim", wallet).await;
        let before = every_document(&documents).await;
        erase(&documents, &objects).await.unwrap();
        let after = every_document(&documents).await;
        assert_eq!(money(&after), money(&before));
        assert_eq!(naming(&after, "kim"), BTreeSet::new());
    });
}

async fn handed_over(documents: &Documents) -> String {
    let mut export = Export::new(documents.clone(), user("kim"), Millis(7));
    let mut text = String::new();
    loop {
        match export.piece().await {
            Ok(Some(piece)) => text.push_str(&piece),
            Ok(None) => return text,
            Err(_) => text.push_str(&export.break_off()),
        }
    }
}

#[test]
fn whoever_asks_gets_all_that_is_the_own_and_nothing_else() {
    block_on(async {
        let (documents, _) = furnished(SUBMISSIONS).await;
        let text = handed_over(&documents).await;
        let data: OwnData = serde_json::from_str(&text).unwrap();
        assert!(data.complete && text.ends_with("\"complete\":true}"), "{text}");
        assert!(!text.contains("leon") && !text.contains("token of"), "{text}");
        assert_eq!(data.profile, Some(profile("kim", 1)));
        assert_eq!(data.conversations.len(), CONVERSATIONS);
        for body in &data.conversations {
            let stored = documents.get(&path(&format!("conversations/{}", body.id))).await.unwrap().unwrap();
            assert_eq!(body.conversation, stored.decode().unwrap());
        }
        assert_eq!(data.memberships[0].course_title.as_deref(), Some("Course ethics-26"));
        let entries: BTreeSet<_> =
            data.ledger.iter().map(|e| (e.wallet_id.to_string(), e.id.clone())).collect();
        assert_eq!((data.ledger.len(), entries.len()), (4, 4));
        let counts = [
            data.devices.len(),
            data.memberships.len(),
            data.submissions.len(),
            data.streaming_sessions.len(),
            data.notifications.len(),
            data.wallets.len(),
            data.personas.len(),
            data.topics.len(),
            data.assignments.len(),
            data.announcements.len(),
        ];
        assert_eq!(counts, [2, 1, SUBMISSIONS, 1, 1, 1, 2, 1, 1, 1]);
        // Every list that the table promises is there.
        let fields: Value = serde_json::from_str(&text).unwrap();
        for (collection, export, _) in super::TABLE {
            let super::Export::As(name) = export else { continue };
            assert!(!fields[name].is_null(), "{collection} is not handed over as {name}");
        }
    });
}

#[test]
fn whoever_is_not_known_gets_an_empty_document() {
    block_on(async {
        let (documents, _) = native_store::documents();
        let data: OwnData = serde_json::from_str(&handed_over(&documents).await).unwrap();
        assert_eq!((data.complete, data.profile, data.conversations.len()), (true, None, 0));
    });
}

#[test]
fn a_document_that_breaks_off_anywhere_is_json_and_does_not_claim_to_be_whole() {
    for after in 1.. {
        let complete = block_on(async {
            let (documents, store) = furnished(60).await;
            store.die_after(after, false);
            let text = handed_over(&documents).await;
            let data: OwnData = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            data.complete
        });
        if complete {
            assert!(after > 15, "{after} requests made all of it");
            return;
        }
    }
}
