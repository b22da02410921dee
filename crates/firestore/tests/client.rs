//! The client against our own store, against Google's emulator, and against transports that fail.

// A test fails by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use futures::executor::block_on;
use mentora_firestore::{
    Aggregation, Client, CollectionPath, Cursor, Database, Direction, DistanceMeasure, DocumentPath,
    Endpoint, Fields, Filter, Kind, Nearest, Operator, Precondition, Query, Retry, Transform, Transport,
    TransportError, Value, Write, client::EMULATOR_TOKEN, embedded::Store, emulator::Emulator, to_fields,
    value::to_value,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

type HttpRequest = http::Request<Vec<u8>>;
type HttpReply = Result<http::Response<Vec<u8>>, TransportError>;

/// Our store, in this process, on a clock that ticks a millisecond a call.
struct InProcess {
    store: RefCell<Store<Connection>>,
    now: Cell<i64>,
}

impl InProcess {
    fn new() -> Self {
        let store = Store::open(Connection::open_in_memory().unwrap()).unwrap();
        Self { store: RefCell::new(store), now: Cell::new(1_795_348_800_000_000) }
    }
}

impl Transport for InProcess {
    async fn send(&self, request: HttpRequest, _: u32) -> HttpReply {
        self.now.set(self.now.get() + 1000);
        Ok(self.store.borrow_mut().handle(self.now.get(), &request))
    }
}

/// HTTP to the emulator.
struct Http(ureq::Agent);

impl Transport for Http {
    async fn send(&self, request: HttpRequest, deadline_ms: u32) -> HttpReply {
        let deadline = Duration::from_millis(deadline_ms.into());
        let request = self.0.configure_request(request).timeout_global(Some(deadline)).build();
        let response = self.0.run(request).map_err(|error| TransportError::Broken(error.to_string()))?;
        let (parts, mut body) = response.into_parts();
        let body = body.read_to_vec().map_err(|error| TransportError::Broken(error.to_string()))?;
        Ok(http::Response::from_parts(parts, body))
    }
}

/// Answers every request in the same way.
struct Always<F>(F);

impl<F: Fn(HttpRequest) -> HttpReply> Transport for Always<F> {
    async fn send(&self, request: HttpRequest, _: u32) -> HttpReply {
        (self.0)(request)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Conversation {
    user_id: String,
    turns: Vec<Turn>,
    cost_micros: i64,
    updated_at: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Turn {
    id: String,
    text: String,
}

fn turn(id: &str) -> Turn {
    Turn { id: id.into(), text: format!("turn {id}") }
}

fn conversation() -> Conversation {
    Conversation {
        user_id: "u1".into(),
        turns: vec![turn("t1")],
        cost_micros: 0,
        updated_at: 1_795_348_800_123,
    }
}

fn path(text: &str) -> DocumentPath {
    DocumentPath::parse(text).unwrap()
}

fn collection(text: &str) -> CollectionPath {
    CollectionPath::parse(text).unwrap()
}

fn client<T: Transport>(transport: T, base_url: &str) -> Client<T> {
    let endpoint = Endpoint::new(base_url, Database::new("demo-client").unwrap());
    Client::new(transport, endpoint).with_token(EMULATOR_TOKEN).with_deadline_ms(30_000)
}

/// What the application does with its documents, in one go.
async fn a_conversation_is_kept<T: Transport>(client: &Client<T>) {
    let at = path("conversations/c1");
    assert_eq!(client.get(&at).await.unwrap(), None);

    let created = client.create(at.clone(), to_fields(&conversation()).unwrap()).await.unwrap();
    let stored = client.get(&at).await.unwrap().unwrap();
    assert_eq!(stored.decode::<Conversation>().unwrap(), conversation());
    assert_eq!(Some(stored.update_time), created.update_time);
    let again = client.create(at.clone(), Fields::new()).await.unwrap_err();
    assert_eq!((again.kind, again.retry()), (Kind::AlreadyExists, Retry::Never));

    // A field from another version of the program survives an update, and a flush that comes twice adds once.
    client
        .commit(&[Write::merge(at.clone(), Fields::from([("fromTheFuture".into(), true.into())]))])
        .await
        .unwrap();
    let flush = Write::update(at.clone(), Fields::from([("updatedAt".into(), Value::Integer(2))]))
        .append_missing("turns", vec![to_value(&turn("t1")).unwrap(), to_value(&turn("t2")).unwrap()])
        .with("costMicros", Transform::Maximum(i64::MAX.into()));
    for _ in 0..2 {
        let result = client.commit(std::slice::from_ref(&flush)).await.unwrap();
        assert_eq!(result.writes[0].transform_results, [Value::Null, Value::Integer(i64::MAX)]);
    }
    let stored = client.get(&at).await.unwrap().unwrap();
    assert_eq!(stored.fields["fromTheFuture"], Value::Boolean(true));
    let expected = Conversation {
        turns: vec![turn("t1"), turn("t2")],
        cost_micros: i64::MAX,
        updated_at: 2,
        ..conversation()
    };
    assert_eq!(stored.decode::<Conversation>().unwrap(), expected);

    let stale = Write::delete(at.clone()).only_if(Precondition::UpdateTime(created.update_time.unwrap()));
    assert_eq!(client.commit(&[stale]).await.unwrap_err().kind, Kind::FailedPrecondition);
    let missing = Write::update(path("conversations/none"), Fields::new());
    assert_eq!(client.commit(&[missing]).await.unwrap_err().kind, Kind::NotFound);
    client.commit(&[Write::delete(at.clone())]).await.unwrap();
    assert_eq!(client.get(&at).await.unwrap(), None);
}

async fn a_roster_is_asked<T: Transport>(client: &Client<T>) {
    let writes: Vec<Write> = (0..7_i64)
        .map(|n| {
            let fields = Fields::from([
                ("n".into(), n.into()),
                ("role".into(), if n % 2 == 0 { "student" } else { "staff" }.into()),
            ]);
            Write::set(path(&format!("courses/c1/roster/m {n}")), fields)
        })
        .collect();
    client.commit(&writes).await.unwrap();
    let roster = collection("courses/c1/roster");
    let ids = |documents: Vec<mentora_firestore::Document>| -> Vec<String> {
        documents.iter().map(|document| document.id().to_owned()).collect()
    };

    let students = Query::collection(&roster).whose("role", Operator::Equal, "student");
    let latest = students.clone().order_by("n", Direction::Descending).limit(2);
    assert_eq!(ids(client.run_query(&latest).await.unwrap()), ["m 6", "m 4"]);
    let next = latest.start(Cursor { values: vec![4.into()], before: false });
    assert_eq!(ids(client.run_query(&next).await.unwrap()), ["m 2", "m 0"]);
    assert_eq!(client.count(&students).await.unwrap(), 4);
    let figures = [Aggregation::Sum("n".into()), Aggregation::Average("n".into())];
    assert_eq!(
        client.aggregate(&students, &figures).await.unwrap(),
        [Value::Integer(12), Value::Double(3.0)]
    );

    let named =
        Filter::Field("__name__".into(), Operator::Equal, client.reference(&path("courses/c1/roster/m 1")));
    let group = Query::group("roster").below(path("courses/c1")).filter(named).select(["role"]);
    let found = client.run_query(&group).await.unwrap();
    assert_eq!(found[0].fields, Fields::from([("role".into(), "staff".into())]));

    let first = client.list(&roster, 5, None).await.unwrap();
    let rest = client.list(&roster, 5, first.next_page_token.as_deref()).await.unwrap();
    assert_eq!((first.documents.len(), rest.documents.len(), rest.next_page_token), (5, 2, None));

    let wanted =
        [path("courses/c1/roster/m 3"), path("courses/c1/roster/none"), path("courses/c1/roster/m 3")];
    let found = client.batch_get(&wanted).await.unwrap();
    assert!(found[0].is_some() && found[1].is_none() && found[2] == found[0]);
}

/// Memories are found by their embeddings.
async fn a_memory_is_searched<T: Transport>(client: &Client<T>) {
    let memory = |id: &str, student: &str, embedding: [f64; 2]| {
        let fields = Fields::from([
            ("student".into(), student.into()),
            ("embedding".into(), Value::Vector(embedding.to_vec())),
        ]);
        Write::set(path(&format!("memories/{id}")), fields)
    };
    client
        .commit(&[
            memory("close", "s1", [0.9, 0.1]),
            memory("opposite", "s1", [-1.0, 0.0]),
            memory("same", "s1", [2.0, 0.0]),
            memory("of another", "s2", [1.0, 0.0]),
        ])
        .await
        .unwrap();

    #[derive(Debug, PartialEq, Deserialize)]
    struct Memory {
        embedding: Vec<f64>,
        distance: f64,
    }
    let nearest =
        Nearest::to(vec![1.0, 0.0], "embedding", DistanceMeasure::Cosine, 5).within(0.5).telling("distance");
    let asked = Query::collection(&collection("memories"))
        .whose("student", Operator::Equal, "s1")
        .nearest(nearest)
        .select(["embedding", "distance"]);
    let found = client.run_query(&asked).await.unwrap();
    assert_eq!(found.iter().map(|document| document.id()).collect::<Vec<_>>(), ["same", "close"]);
    assert_eq!(found[0].decode::<Memory>().unwrap(), Memory { embedding: vec![2.0, 0.0], distance: 0.0 });
    assert_eq!(found[1].fields["embedding"], Value::Vector(vec![0.9, 0.1]));
    assert!(
        matches!(found[1].fields["distance"], Value::Double(distance) if 0.0 < distance && distance < 0.5)
    );

    let flat = Nearest::to(vec![0.0; 3000], "embedding", DistanceMeasure::Euclidean, 5);
    let refused =
        client.run_query(&Query::collection(&collection("memories")).nearest(flat)).await.unwrap_err();
    assert_eq!(refused.kind, Kind::InvalidArgument);
}

async fn a_transaction_is_held<T: Transport>(client: &Client<T>) {
    let at = path("wallets/w1");
    client.commit(&[Write::set(at.clone(), Fields::from([("balance".into(), 5.into())]))]).await.unwrap();
    let transaction = client.begin_transaction().await.unwrap();
    let read = client.batch_get_in(&transaction, std::slice::from_ref(&at)).await.unwrap();
    assert_eq!(read[0].as_ref().unwrap().fields["balance"], Value::Integer(5));
    let wallets = Query::collection(&collection("wallets"));
    assert_eq!(client.run_query_in(&transaction, &wallets).await.unwrap().len(), 1);
    client.commit_in(&transaction, &[Write::transform(at.clone()).increment("balance", -2)]).await.unwrap();
    assert_eq!(client.get(&at).await.unwrap().unwrap().fields["balance"], Value::Integer(3));

    let transaction = client.begin_transaction().await.unwrap();
    client.rollback(&transaction).await.unwrap();
    assert_eq!(client.commit_in(&transaction, &[]).await.unwrap_err().kind, Kind::InvalidArgument);
}

#[test]
fn the_embedded_store_serves_the_application() {
    let client = client(InProcess::new(), "http://embedded");
    block_on(a_conversation_is_kept(&client));
    block_on(a_roster_is_asked(&client));
    block_on(a_memory_is_searched(&client));
    block_on(a_transaction_is_held(&client));
}

#[test]
fn the_emulator_serves_the_application() {
    let Some(emulator) = Emulator::start_or_skip().unwrap() else {
        return;
    };
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build();
    let client = client(Http(agent.into()), &emulator.base_url());
    block_on(a_conversation_is_kept(&client));
    block_on(a_roster_is_asked(&client));
    block_on(a_memory_is_searched(&client));
    block_on(a_transaction_is_held(&client));
}

fn failing(error: TransportError) -> Client<impl Transport> {
    client(Always(move |_| Err(error.clone())), "http://nowhere")
}

#[test]
fn a_commit_that_may_have_been_applied_says_so() {
    let write = [Write::delete(path("a/1"))];
    let kind = |error| block_on(failing(error).commit(&write)).unwrap_err().kind;
    assert_eq!(kind(TransportError::TimedOut), Kind::UnknownOutcome);
    assert_eq!(kind(TransportError::Broken("reset".into())), Kind::UnknownOutcome);
    assert_eq!(kind(TransportError::NotSent("refused".into())), Kind::Unavailable);

    let replying = |status: u16, body: &'static str| {
        let reply = move |_| Ok(http::Response::builder().status(status).body(body.into()).unwrap());
        block_on(client(Always(reply), "http://proxy").commit(&write)).unwrap_err().kind
    };
    assert_eq!(replying(502, "<html>"), Kind::UnknownOutcome);
    assert_eq!(replying(200, "<html>"), Kind::UnknownOutcome);
    assert_eq!(replying(401, r#"{"error":{"status":"UNAUTHENTICATED"}}"#), Kind::Unauthenticated);
}

#[test]
fn a_read_that_failed_may_always_be_tried_again() {
    for error in [
        TransportError::TimedOut,
        TransportError::Broken("reset".into()),
        TransportError::NotSent("dns".into()),
    ] {
        let error = block_on(failing(error).get(&path("a/1"))).unwrap_err();
        assert_eq!(error.retry(), Retry::AfterBackoff, "{error}");
    }
}

#[test]
fn a_missing_database_is_not_taken_for_a_missing_document() {
    let body =
        r#"[{"error":{"code":404,"message":"The database (default) does not exist","status":"NOT_FOUND"}}]"#;
    let reply = move |_| Ok(http::Response::builder().status(404).body(body.into()).unwrap());
    let error = block_on(client(Always(reply), "http://google").get(&path("a/1"))).unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
}

#[test]
fn the_token_goes_in_a_header_and_is_hidden_from_logs() {
    let seen = RefCell::new(None);
    let transport = Always(|request: HttpRequest| {
        *seen.borrow_mut() = Some(request.headers().clone());
        Err(TransportError::TimedOut)
    });
    let _ = block_on(client(transport, "http://x/").get(&path("a/1")));
    let headers = seen.borrow().clone().unwrap();
    assert_eq!(headers["authorization"], "Bearer owner");
    assert!(!format!("{headers:?}").contains("owner"));
}

#[test]
fn reading_nothing_asks_nobody() {
    assert_eq!(block_on(failing(TransportError::TimedOut).batch_get(&[])), Ok(vec![]));
}
