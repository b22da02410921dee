//! The embedded store, where the emulator is no measure: its clock, its transactions, its memory, its words.

// A test fails by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::{cell::Cell, rc::Rc};

use mentora_firestore::{
    Timestamp,
    embedded::{Sql, SqlValue, Store},
};
use rusqlite::Connection;
use serde_json::{Value as Json, json};

const ROOT: &str = "projects/demo/databases/(default)/documents";
const SECOND: i64 = 1_000_000;

/// A store and the time it is told.
struct Bench<S> {
    store: Store<S>,
    now: i64,
}

impl Bench<Connection> {
    fn new() -> Self {
        Self::over(Connection::open_in_memory().unwrap())
    }
}

impl<S: Sql<Error: std::fmt::Debug>> Bench<S> {
    fn over(sql: S) -> Self {
        Self { store: Store::open(sql).unwrap(), now: 1_795_348_800 * SECOND }
    }

    fn call(&mut self, method: &str, path: &str, body: Json) -> (u16, Json) {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request =
            http::Request::builder().method(method).uri(format!("/v1/{ROOT}{path}")).body(body).unwrap();
        let response = self.store.handle(self.now, &request);
        let status = response.status().as_u16();
        (status, serde_json::from_slice(response.body()).unwrap_or(Json::Null))
    }

    /// Writes a document; gives its version.
    fn set(&mut self, path: &str, number: i64) -> Timestamp {
        let (status, reply) = self.call("POST", ":commit", json!({ "writes": [update(path, number)] }));
        assert_eq!(status, 200, "{reply}");
        version_in(&reply["writeResults"][0]["updateTime"])
    }

    fn begin(&mut self) -> String {
        self.call("POST", ":beginTransaction", json!({})).1["transaction"].as_str().unwrap().to_owned()
    }

    fn read_in(&mut self, transaction: &str, path: &str) {
        let body = json!({ "documents": [format!("{ROOT}/{path}")], "transaction": transaction });
        assert_eq!(self.call("POST", ":batchGet", body).0, 200);
    }

    /// What a commit is refused with.
    fn refusal(&mut self, commit: Json) -> String {
        self.call("POST", ":commit", commit).1["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    fn commit_in(&mut self, transaction: &str, writes: Json) -> (u16, String) {
        let (status, reply) =
            self.call("POST", ":commit", json!({ "transaction": transaction, "writes": writes }));
        (status, reply["error"]["status"].as_str().unwrap_or("OK").to_owned())
    }
}

fn update(path: &str, number: i64) -> Json {
    json!({ "update": { "name": format!("{ROOT}/{path}"), "fields": { "n": { "integerValue": number.to_string() } } } })
}

fn version_in(json: &Json) -> Timestamp {
    Timestamp::parse(json.as_str().unwrap()).unwrap()
}

#[test]
fn versions_grow_though_the_clock_stands_still_or_runs_back() {
    let mut bench = Bench::new();
    let first = bench.set("a/1", 1);
    let second = bench.set("a/1", 2);
    bench.now -= 3600 * SECOND;
    let third = bench.set("a/1", 3);
    assert!(first < second && second < third, "{first} {second} {third}");
    let (_, reply) = bench.call("POST", ":batchGet", json!({ "documents": [format!("{ROOT}/a/1")] }));
    assert_eq!(version_in(&reply[0]["readTime"]), third, "a read does not happen before what it sees");
}

#[test]
fn documents_outlive_the_store_object() {
    let directory = std::env::temp_dir().join(format!("mentora-firestore-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("documents.sqlite");
    let version = Bench::over(Connection::open(&file).unwrap()).set("a/1", 7);
    let mut reopened = Bench::over(Connection::open(&file).unwrap());
    let (status, document) = reopened.call("GET", "/a/1", Json::Null);
    assert_eq!((status, &document["fields"]["n"]["integerValue"]), (200, &json!("7")));
    assert_eq!(version_in(&document["updateTime"]), version);
    assert!(reopened.set("a/1", 8) > version);
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_store_that_is_older_than_the_index_is_indexed_when_it_is_first_used() {
    let directory = std::env::temp_dir().join(format!("mentora-firestore-old-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("documents.sqlite");
    let mut bench = Bench::over(Connection::open(&file).unwrap());
    let writes: Json = (0..1200).map(|number| update(&format!("a/{number}"), number % 3)).collect();
    assert_eq!(bench.call("POST", ":commit", json!({ "writes": writes })).0, 200);
    drop(bench);
    let old = Connection::open(&file).unwrap();
    old.execute_batch(
        "DROP TABLE entries; DROP TABLE indexed_fields; DELETE FROM counters WHERE name = 'indexed'",
    )
    .unwrap();
    drop(old);

    let mut reopened = Bench::over(Connection::open(&file).unwrap());
    let equal = json!({ "fieldFilter": { "field": { "fieldPath": "n" }, "op": "EQUAL", "value": { "integerValue": 2 } } });
    let query = json!({ "structuredQuery": { "from": [{ "collectionId": "a" }], "where": equal } });
    let (_, found) = reopened.call("POST", ":runQuery", query);
    assert_eq!(found.as_array().unwrap().len(), 400);
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_transaction_gives_up_where_a_document_that_it_read_has_changed() {
    let mut bench = Bench::new();
    bench.set("a/1", 1);
    let transaction = bench.begin();
    bench.read_in(&transaction, "a/1");
    bench.set("a/1", 2);
    assert_eq!(bench.commit_in(&transaction, json!([update("a/2", 1)])), (409, "ABORTED".into()));
    assert_eq!(bench.call("GET", "/a/2", Json::Null).0, 404);
}

#[test]
fn a_transaction_gives_up_where_a_document_that_it_missed_has_appeared() {
    let mut bench = Bench::new();
    let transaction = bench.begin();
    bench.read_in(&transaction, "a/1");
    bench.set("a/1", 1);
    assert_eq!(bench.commit_in(&transaction, json!([])), (409, "ABORTED".into()));
}

#[test]
fn a_transaction_gives_up_where_a_query_would_find_more() {
    let mut bench = Bench::new();
    bench.set("a/1", 1);
    let query = json!({ "from": [{ "collectionId": "a" }] });
    let counted = json!({ "structuredQuery": query, "aggregations": [{ "count": {} }] });
    for (call, name, asked, newcomer) in [
        (":runQuery", "structuredQuery", query, "a/2"),
        (":runAggregationQuery", "structuredAggregationQuery", counted, "a/3"),
    ] {
        let transaction = bench.begin();
        assert_eq!(bench.call("POST", call, json!({ name: asked, "transaction": transaction })).0, 200);
        bench.set(newcomer, 2);
        assert_eq!(bench.commit_in(&transaction, json!([])), (409, "ABORTED".into()), "{call}");
    }
}

#[test]
fn a_transaction_that_summed_a_field_does_not_mind_documents_without_it() {
    let mut bench = Bench::new();
    bench.set("a/1", 1);
    let bare = json!({ "update": { "name": format!("{ROOT}/a/2"), "fields": {} } });
    assert_eq!(bench.call("POST", ":commit", json!({ "writes": [bare] })).0, 200);
    let query = json!({ "from": [{ "collectionId": "a" }] });
    let sum =
        json!({ "structuredQuery": query, "aggregations": [{ "sum": { "field": { "fieldPath": "n" } } }] });

    let transaction = bench.begin();
    let asked = json!({ "structuredAggregationQuery": sum, "transaction": transaction });
    assert_eq!(bench.call("POST", ":runAggregationQuery", asked).0, 200);
    assert_eq!(bench.commit_in(&transaction, json!([update("b/1", 1)])), (200, "OK".into()));

    let transaction = bench.begin();
    let asked = json!({ "structuredAggregationQuery": sum, "transaction": transaction });
    assert_eq!(bench.call("POST", ":runAggregationQuery", asked).0, 200);
    bench.set("a/2", 2);
    assert_eq!(bench.commit_in(&transaction, json!([])), (409, "ABORTED".into()), "it has the field now");
}

#[test]
fn a_transaction_does_not_mind_other_documents() {
    let mut bench = Bench::new();
    bench.set("a/1", 1);
    let transaction = bench.begin();
    bench.read_in(&transaction, "a/1");
    bench.set("a/2", 2);
    assert_eq!(bench.commit_in(&transaction, json!([update("a/1", 3)])), (200, "OK".into()));
}

#[test]
fn of_two_transactions_on_one_document_one_wins() {
    let mut bench = Bench::new();
    bench.set("a/1", 1);
    let (first, second) = (bench.begin(), bench.begin());
    bench.read_in(&first, "a/1");
    bench.read_in(&second, "a/1");
    assert_eq!(bench.commit_in(&second, json!([update("a/1", 2)])).0, 200);
    assert_eq!(bench.commit_in(&first, json!([update("a/1", 3)])), (409, "ABORTED".into()));
}

#[test]
fn a_transaction_ends_after_a_minute_of_silence_and_after_four_and_a_half_in_all() {
    let mut bench = Bench::new();
    let idle = bench.begin();
    bench.now += 61 * SECOND;
    assert_eq!(bench.commit_in(&idle, json!([])), (400, "INVALID_ARGUMENT".into()));

    let busy = bench.begin();
    for _ in 0..5 {
        bench.now += 50 * SECOND;
        bench.read_in(&busy, "a/1");
    }
    bench.now += 50 * SECOND;
    assert_eq!(bench.commit_in(&busy, json!([])), (400, "INVALID_ARGUMENT".into()));
}

#[test]
fn a_transaction_gives_up_where_a_page_that_it_listed_has_changed() {
    let mut bench = Bench::new();
    bench.set("a/1", 1);
    let transaction = bench.begin();
    let escaped = transaction.replace('=', "%3D").replace('+', "%2B").replace('/', "%2F");
    let (status, page) = bench.call("GET", &format!("/a?transaction={escaped}"), Json::Null);
    assert_eq!((status, page["documents"].as_array().map(Vec::len)), (200, Some(1)));
    bench.set("a/2", 2);
    assert_eq!(bench.commit_in(&transaction, json!([])), (409, "ABORTED".into()));
}

#[test]
fn a_read_of_the_past_is_answered_while_nothing_was_committed_since() {
    let mut bench = Bench::new();
    let first = bench.set("a/1", 1).to_string();
    bench.now += 10 * SECOND;
    let later = Timestamp::from_micros(bench.now - SECOND).to_string();
    let read = |time: &str| json!({ "documents": [format!("{ROOT}/a/1")], "readTime": time });
    for time in [&first, &later] {
        let (status, reply) = bench.call("POST", ":batchGet", read(time));
        assert_eq!((status, &reply[0]["readTime"]), (200, &json!(time)));
    }
    let begin = json!({ "options": { "readOnly": { "readTime": later } } });
    let transaction = bench.call("POST", ":beginTransaction", begin).1["transaction"].clone();
    let read_in = json!({ "documents": [format!("{ROOT}/a/1")], "transaction": transaction });
    let (status, reply) = bench.call("POST", ":batchGet", read_in.clone());
    assert_eq!((status, &reply[0]["readTime"]), (200, &json!(later)));

    bench.set("a/2", 2);
    for body in [read(&first), read(&later), read_in] {
        let (status, reply) = bench.call("POST", ":batchGet", body);
        assert_eq!((status, &reply["error"]["status"]), (501, &json!("UNIMPLEMENTED")), "{reply}");
    }
    assert_eq!(bench.call("GET", &format!("/a/1?readTime={first}"), Json::Null).0, 501);
    assert_eq!(bench.call("GET", &format!("/a?readTime={first}"), Json::Null).0, 501);
}

#[test]
fn refusals_of_time_are_worded_as_production_words_them() {
    let mut bench = Bench::new();
    let first = bench.set("a/1", 1);
    let second = bench.set("a/1", 2);
    let stale = json!({ "delete": format!("{ROOT}/a/1"), "currentDocument": { "updateTime": first } });
    assert_eq!(
        bench.refusal(json!({ "writes": [stale] })),
        format!(
            "the stored version ({}) does not match the required base version ({})",
            second.micros(),
            first.micros()
        )
    );

    let overtaken = bench.begin();
    bench.read_in(&overtaken, "a/1");
    bench.set("a/1", 3);
    assert_eq!(
        bench.refusal(json!({ "transaction": overtaken })),
        "Too much contention on these documents. Please try again."
    );
    let expired = bench.begin();
    bench.now += 61 * SECOND;
    assert_eq!(
        bench.refusal(json!({ "transaction": expired })),
        "The referenced transaction has expired or is no longer valid."
    );
}

#[test]
fn replies_have_no_done_and_no_newline_behind_them() {
    let mut bench = Bench::new();
    bench.set("a/1", 1);
    for (call, body) in [
        (":runQuery", json!({ "structuredQuery": { "from": [{ "collectionId": "a" }] } })),
        (":batchGet", json!({ "documents": [format!("{ROOT}/a/1")] })),
    ] {
        let request =
            http::Request::post(format!("/v1/{ROOT}{call}")).body(body.to_string().into_bytes()).unwrap();
        let response = bench.store.handle(bench.now, &request);
        let text = String::from_utf8(response.into_body()).unwrap();
        assert!(text.ends_with("}]") && !text.contains("done"), "{text}");
    }
}

#[test]
fn skipped_results_are_told() {
    let mut bench = Bench::new();
    bench.set("a/1", 1);
    bench.set("a/2", 2);
    let query = json!({ "structuredQuery": { "from": [{ "collectionId": "a" }], "offset": 1 } });
    let (_, reply) = bench.call("POST", ":runQuery", query);
    assert_eq!(reply[0]["skippedResults"], 1);
    assert_eq!(reply[1]["document"]["name"], format!("{ROOT}/a/2"));
}

#[test]
fn a_nesting_of_twenty_levels_is_stored_and_one_more_is_not() {
    let mut bench = Bench::new();
    let nested = |levels: usize| {
        (0..levels).fold(
            json!({ "integerValue": "1" }),
            |inner, _| json!({ "mapValue": { "fields": { "m": inner } } }),
        )
    };
    assert_eq!(bench.call("PATCH", "/a/1", json!({ "fields": { "m": nested(20) } })).0, 200);
    assert_eq!(bench.call("PATCH", "/a/1", json!({ "fields": { "m": nested(21) } })).0, 400);
}

#[test]
fn garbage_is_refused_and_never_brings_the_store_down() {
    let mut bench = Bench::new();
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"writes\":1}",
        "{\"writes\":[null]}",
        "\u{0}",
        "{\"writes\":[[]]}",
    ] {
        for call in
            [":commit", ":batchGet", ":runQuery", ":runAggregationQuery", ":batchWrite", ":rollback", "/a"]
        {
            let request =
                http::Request::post(format!("/v1/{ROOT}{call}")).body(body.as_bytes().to_vec()).unwrap();
            let status = bench.store.handle(bench.now, &request).status().as_u16();
            assert!(
                status == 400 || (status == 200 && body.is_empty()),
                "{call} {body:?} was answered {status}"
            );
        }
    }
}

/// A database that fails when its statements are used up.
struct Failing {
    statements_left: Rc<Cell<usize>>,
    connection: Connection,
}

impl Sql for Failing {
    type Error = String;

    fn exec(&mut self, statement: &str, bindings: &[SqlValue]) -> Result<Vec<Vec<SqlValue>>, String> {
        let left = self.statements_left.get().checked_sub(1).ok_or("the disk is full")?;
        self.statements_left.set(left);
        self.connection.exec(statement, bindings).map_err(|error| error.to_string())
    }

    fn begin(&mut self) -> Result<(), String> {
        self.connection.begin().map_err(|error| error.to_string())
    }

    fn commit(&mut self) -> Result<(), String> {
        self.connection.commit().map_err(|error| error.to_string())
    }

    fn rollback(&mut self) -> Result<(), String> {
        self.connection.rollback().map_err(|error| error.to_string())
    }
}

#[test]
fn a_database_that_fails_in_the_middle_of_a_commit_leaves_nothing_of_it() {
    let statements_left = Rc::new(Cell::new(usize::MAX));
    let connection = Connection::open_in_memory().unwrap();
    let mut bench = Bench::over(Failing { statements_left: Rc::clone(&statements_left), connection });
    let commit = json!({ "writes": [update("a/1", 1), update("a/2", 2)] });
    let mut failures = 0;
    for statements in 0.. {
        statements_left.set(statements);
        let (status, reply) = bench.call("POST", ":commit", commit.clone());
        statements_left.set(usize::MAX);
        let found = ["/a/1", "/a/2"].map(|path| bench.call("GET", path, Json::Null).0);
        if status == 200 {
            assert_eq!(found, [200, 200]);
            break;
        }
        assert_eq!((status, &reply["error"]["status"]), (500, &json!("INTERNAL")));
        assert_eq!(found, [404, 404], "half of a commit was kept after {statements} statements");
        failures += 1;
    }
    assert!(failures >= 4, "the commit has reads and writes to fail at, but failed only {failures} times");
}
