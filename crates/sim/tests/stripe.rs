//! Stripe's stand-in, asked by our own client: what `mentora-payments` sends is taken, what comes back is understood, and
//! webhooks are signed as it checks them.

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post as on_post;
use common::{fast, get, post, start};
use mentora_payments::amount::Cents;
use mentora_payments::api::{Api, StripeError};
use mentora_payments::checkout::{Customer, Purchase, Session, parse_session};
use mentora_payments::event::{DisputeStatus, Event, Meaning};
use mentora_payments::webhook::receive;
use mentora_payments::{charges, payment_intent};
use mentora_sim::RunningSim;
use serde_json::{Value, json};

const SECRET: &str = "whsec_sim";
const KEY: &str = "sk_test_1";
const PATIENCE: Duration = Duration::from_secs(10);

fn now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

fn purchase(id: &str) -> Purchase<'_> {
    Purchase {
        id,
        wallet_id: "w1",
        user_id: "u1",
        amount: Cents::of_micros(5_000_000).unwrap(),
        product_name: "Credits & <more>",
        success_url: "https://app.example/wallet?paid=1",
        cancel_url: "https://app.example/wallet",
        customer: Customer::Email("kim@example.org"),
        expires_at: None,
        locale: Some("zh-TW"),
    }
}

fn api<'a>(sim: &'a RunningSim, secret_key: &'a str) -> Api<'a> {
    Api { base_url: &sim.base_url, secret_key }
}

async fn send(request: http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
    let request = reqwest::Request::try_from(request).unwrap();
    let answer = reqwest::Client::new().execute(request).await.unwrap();
    let status = answer.status();
    http::Response::builder().status(status).body(answer.bytes().await.unwrap().to_vec()).unwrap()
}

async fn buy(sim: &RunningSim, purchase: &Purchase<'_>) -> Result<Session, StripeError> {
    parse_session(&send(purchase.request(&api(sim, KEY)).unwrap()).await)
}

async fn happen(sim: &RunningSim, session: &str, action: &str, body: Value) -> Value {
    let (status, answer) =
        post(sim, &format!("/sim/stripe/sessions/{session}/{action}"), body.to_string()).await;
    assert_eq!(status, 200, "{action}: {answer}");
    answer
}

/// A server to which events are told; it keeps those that `mentora-payments` takes.
#[derive(Clone, Default)]
struct Listener {
    events: Arc<Mutex<Vec<Event>>>,
    /// Statuses to answer before it answers 200.
    refusals: Arc<Mutex<Vec<u16>>>,
}

impl Listener {
    async fn start(sim: &RunningSim, more: Value) -> Self {
        let listener = Self::default();
        let app = Router::new().route("/hook", on_post(Self::heard)).with_state(listener.clone());
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", socket.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(socket, app).await });
        let mut endpoint = json!({ "url": url, "secret": SECRET });
        endpoint.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, answer) = post(sim, "/sim/stripe/webhook", endpoint.to_string()).await;
        assert_eq!(status, 204, "{answer}");
        listener
    }

    async fn heard(State(listener): State<Self>, headers: HeaderMap, body: Bytes) -> StatusCode {
        if let Some(status) = listener.refusals.lock().unwrap().pop() {
            return StatusCode::from_u16(status).unwrap();
        }
        let header = headers.get("stripe-signature").map(|value| value.to_str().unwrap());
        let event = receive(header, &body, &[SECRET], now_ms()).expect("an event that we take");
        listener.events.lock().unwrap().push(event);
        StatusCode::OK
    }

    /// The events of this name, once there are so many.
    async fn told(&self, name: &str, count: usize) -> Vec<Event> {
        let heard = async {
            loop {
                let events = self.events.lock().unwrap().clone();
                let named: Vec<_> = events.into_iter().filter(|event| event.name == name).collect();
                if named.len() >= count {
                    return named;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.unwrap_or_else(|_| panic!("{name} is not told"))
    }
}

#[tokio::test]
async fn a_purchase_is_paid_and_told() {
    let sim = start(fast()).await;
    let listener = Listener::start(&sim, json!({})).await;
    let session = buy(&sim, &purchase("p1")).await.unwrap();
    assert!(session.id.starts_with("cs_test_") && session.url.starts_with(&sim.base_url));
    let there = happen(&sim, &session.id, "pay", json!({})).await;
    assert_eq!(there["successUrl"], format!("https://app.example/wallet?paid=1&session_id={}", session.id));

    let told = listener.told("checkout.session.completed", 1).await;
    let Meaning::Paid(paid) = &told[0].meaning else { panic!("{told:?}") };
    assert_eq!((paid.order.wallet_id.as_str(), paid.order.purchase_id.as_str()), ("w1", "p1"));
    assert_eq!(paid.order.amount.micros(), Some(5_000_000));
    assert!(!told[0].livemode);
    // Events that mean nothing to us come, too.
    listener.told("charge.succeeded", 1).await;

    let answer = send(payment_intent::request(&api(&sim, KEY), &paid.payment_intent_id).unwrap()).await;
    let payment = payment_intent::parse(&answer).unwrap();
    assert_eq!(payment.received.micros(), Some(5_000_000));
    assert_eq!(payment.metadata.wallet_id.as_deref(), Some("w1"));
}

#[tokio::test]
async fn one_key_is_one_session() {
    let sim = start(fast()).await;
    let first = buy(&sim, &purchase("p1")).await.unwrap();
    assert_eq!(buy(&sim, &purchase("p1")).await.unwrap(), first);
    let other = Purchase { amount: Cents::of_micros(6_000_000).unwrap(), ..purchase("p1") };
    assert!(matches!(buy(&sim, &other).await, Err(StripeError::KeyReused(_))));
    assert_ne!(buy(&sim, &purchase("p2")).await.unwrap(), first);
    assert_eq!(get(&sim, "/sim/stripe").await["sales"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_was_done_though_the_answer_said_otherwise_is_done_once() {
    let sim = start(fast()).await;
    let (status, _) =
        post(&sim, "/sim/stripe/faults", r#"[{"status":500,"done":true},{"status":409}]"#).await;
    assert_eq!(status, 204);
    for _ in 0..2 {
        assert!(buy(&sim, &purchase("p1")).await.unwrap_err().may_pass());
    }
    let session = buy(&sim, &purchase("p1")).await.unwrap();
    let sales = get(&sim, "/sim/stripe").await;
    assert_eq!(sales["sales"].as_array().unwrap().len(), 1);
    assert_eq!(sales["sales"][0]["session"]["id"], session.id);
}

#[tokio::test]
async fn keys_have_their_meaning() {
    let sim = start(fast()).await;
    for (key, expected) in
        [("sk_test_bad", "Invalid API Key"), ("rk_test_restricted", "permissions"), ("1", "Invalid")]
    {
        let answer = send(purchase("p1").request(&api(&sim, key)).unwrap()).await;
        let refused = parse_session(&answer).unwrap_err();
        assert!(matches!(&refused, StripeError::Configuration(text) if text.contains(expected)), "{refused}");
    }
    let live = parse_session(&send(purchase("p1").request(&api(&sim, "sk_live_1")).unwrap()).await);
    assert!(live.unwrap().id.starts_with("cs_live_"));
}

#[tokio::test]
async fn what_stripe_would_refuse_is_refused() {
    let sim = start(fast()).await;
    let good = "mode=payment&success_url=https://a.example&line_items[0][quantity]=1\
                &line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=500\
                &line_items[0][price_data][product_data][name]=x";
    let create = async |body: String| {
        let client = reqwest::Client::new();
        let request =
            client.post(format!("{}/v1/checkout/sessions", sim.base_url)).bearer_auth(KEY).body(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["error"].clone())
    };
    assert_eq!(create(good.to_owned()).await.0, 200);
    for (change, code, param) in [
        (("mode=payment", ""), Some("parameter_missing"), Some("mode")),
        (("success_url=https://a.example", ""), Some("parameter_missing"), Some("success_url")),
        (("https://a.example", "a.example"), Some("url_invalid"), Some("success_url")),
        (
            ("unit_amount]=500", "unit_amount]=5.5"),
            Some("parameter_invalid_integer"),
            Some("line_items[0][price_data][unit_amount]"),
        ),
        (("unit_amount]=500", "unit_amount]=49"), Some("amount_too_small"), None),
        (("unit_amount]=500", "unit_amount]=100000000"), Some("amount_too_large"), None),
        (
            ("[name]=x", "[name]="),
            Some("parameter_invalid_empty"),
            Some("line_items[0][price_data][product_data][name]"),
        ),
        (("mode", "colour=red&mode"), Some("parameter_unknown"), Some("colour")),
        (
            ("[quantity]=1", "[quantity]=1&line_items[0][colour]=red"),
            Some("parameter_unknown"),
            Some("line_items[0][colour]"),
        ),
        (("mode", "customer_email=kim&mode"), Some("email_invalid"), Some("customer_email")),
        (("mode", "expires_at=1&mode"), None, Some("expires_at")),
        (("mode", "locale=klingon&mode"), None, Some("locale")),
        (("mode", "customer=cus_1&customer_email=a@b.example&mode"), None, Some("customer")),
    ] {
        let (status, error) = create(good.replacen(change.0, change.1, 1)).await;
        assert_eq!(status, 400, "{change:?}: {error}");
        assert_eq!(error["type"], "invalid_request_error");
        assert_eq!((error["code"].as_str(), error["param"].as_str()), (code, param), "{change:?}");
    }
}

#[tokio::test]
async fn money_by_bank_comes_later_or_never() {
    let sim = start(fast()).await;
    let listener = Listener::start(&sim, json!({})).await;
    for (id, end, name) in [
        ("p1", "settle_async", "checkout.session.async_payment_succeeded"),
        ("p2", "fail_async", "checkout.session.async_payment_failed"),
    ] {
        let session = buy(&sim, &purchase(id)).await.unwrap();
        happen(&sim, &session.id, "pay_async", json!({})).await;
        happen(&sim, &session.id, end, json!({})).await;
        let told = listener.told(name, 1).await;
        match &told[0].meaning {
            Meaning::Paid(paid) => assert_eq!(paid.order.purchase_id, "p1"),
            Meaning::PaymentFailed(order) => assert_eq!(order.purchase_id, "p2"),
            other => panic!("{other:?}"),
        }
    }
    let waiting = listener.told("checkout.session.completed", 2).await;
    assert!(waiting.iter().all(|event| matches!(event.meaning, Meaning::PaymentPending(_))), "{waiting:?}");
    let session = buy(&sim, &purchase("p3")).await.unwrap();
    happen(&sim, &session.id, "expire", json!({})).await;
    let told = listener.told("checkout.session.expired", 1).await;
    assert!(matches!(told[0].meaning, Meaning::Expired(_)));
    assert_eq!(post(&sim, "/sim/stripe/sessions/latest/pay", "").await.0, 400, "it is over");
}

#[tokio::test]
async fn refunds_add_up_and_end() {
    let sim = start(fast()).await;
    let listener = Listener::start(&sim, json!({})).await;
    buy(&sim, &purchase("p1")).await.unwrap();
    happen(&sim, "latest", "pay", json!({})).await;
    for (amount, cumulative) in [(json!({ "amount": 200 }), 2_000_000), (json!({}), 5_000_000)] {
        happen(&sim, "latest", "refund", amount).await;
        let count = if cumulative == 2_000_000 { 1 } else { 2 };
        let told = listener.told("charge.refunded", count).await;
        let Meaning::Refunded(refund) = &told[count - 1].meaning else { panic!() };
        assert_eq!(refund.refunded.micros(), Some(cumulative));
        assert_eq!(refund.metadata.purchase_id.as_deref(), Some("p1"));
    }
    assert_eq!(post(&sim, "/sim/stripe/sessions/latest/refund", "").await.0, 400);
}

#[tokio::test]
async fn a_dispute_is_opened_and_decided() {
    let sim = start(fast()).await;
    let listener = Listener::start(&sim, json!({})).await;
    buy(&sim, &purchase("p1")).await.unwrap();
    happen(&sim, "latest", "pay", json!({})).await;
    happen(&sim, "latest", "dispute", json!({})).await;
    happen(&sim, "latest", "close_dispute", json!({ "won": true })).await;
    for (name, status) in [
        ("charge.dispute.created", DisputeStatus::Open),
        ("charge.dispute.funds_withdrawn", DisputeStatus::Open),
        ("charge.dispute.closed", DisputeStatus::Won),
    ] {
        let told = listener.told(name, 1).await;
        let (Meaning::DisputeOpened(dispute) | Meaning::DisputeClosed(dispute)) = &told[0].meaning else {
            panic!("{told:?}")
        };
        assert_eq!(dispute.status, status, "{name}");
        assert_eq!(dispute.amount.micros(), Some(5_000_000));
    }
    listener.told("charge.dispute.funds_reinstated", 1).await;
}

#[tokio::test]
async fn an_event_is_sent_until_it_is_taken() {
    let sim = start(fast()).await;
    let listener = Listener::start(&sim, json!({ "events": ["checkout.session.completed"] })).await;
    listener.refusals.lock().unwrap().extend([500, 302]);
    buy(&sim, &purchase("p1")).await.unwrap();
    happen(&sim, "latest", "pay", json!({})).await;
    listener.told("checkout.session.completed", 1).await;
    assert_eq!(listener.events.lock().unwrap().len(), 1, "nothing else was wanted");
    let deliveries = get(&sim, "/sim/stripe").await["deliveries"].clone();
    let statuses: Vec<_> =
        deliveries.as_array().unwrap().iter().map(|delivery| delivery["status"].clone()).collect();
    assert_eq!(statuses[..2], [302, 500]);
}

#[tokio::test]
async fn an_event_that_is_held_comes_when_it_is_let_go_and_as_often() {
    let sim = start(fast()).await;
    let listener = Listener::start(&sim, json!({ "hold": true, "oldSecret": "whsec_old" })).await;
    buy(&sim, &purchase("p1")).await.unwrap();
    let paid = happen(&sim, "latest", "pay", json!({})).await;
    happen(&sim, "latest", "refund", json!({})).await;
    assert!(listener.events.lock().unwrap().is_empty());
    // The refund first.
    let (_, answers) = post(&sim, "/sim/stripe/redeliver", r#"{"eventId":"latest"}"#).await;
    assert_eq!(answers, json!({ "answers": [200] }));
    let completed =
        paid["events"].as_array().unwrap().iter().find(|event| event["type"] == "checkout.session.completed");
    let wish = json!({ "eventId": completed.unwrap()["id"], "times": 20 });
    let (_, answers) = post(&sim, "/sim/stripe/redeliver", wish.to_string()).await;
    assert_eq!(answers["answers"], json!(vec![200; 20]));
    let heard = listener.events.lock().unwrap().clone();
    assert_eq!(heard.len(), 21);
    assert_eq!(heard[0].name, "charge.refunded");
    assert!(heard[1..].iter().all(|event| event.id == heard[1].id));
}

#[tokio::test]
async fn charges_are_listed_by_time_page_by_page() {
    let sim = start(fast()).await;
    for number in 0..103 {
        let id = format!("p{number}");
        buy(&sim, &purchase(&id)).await.unwrap();
        happen(&sim, "latest", "pay", json!({})).await;
    }
    // Two of them yesterday.
    let sales = get(&sim, "/sim/stripe").await;
    for number in 0..2 {
        let id = sales["sales"][number]["session"]["id"].as_str().unwrap().to_owned();
        happen(&sim, &id, "backdate", json!({ "seconds": 86_400 })).await;
    }
    let now = now_ms() / 1_000;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let query = charges::Query { from: now - 3_600, until: now + 60, after: after.as_deref() };
        let page = charges::parse_page(&send(query.request(&api(&sim, KEY)).unwrap()).await).unwrap();
        seen.extend(page.charges);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 101);
    assert!(seen.iter().all(|charge| charge.paid && charge.metadata.wallet_id.as_deref() == Some("w1")));
    let first: Vec<_> = seen.iter().map(|charge| charge.metadata.purchase_id.clone().unwrap()).collect();
    assert_eq!((first[0].as_str(), first[100].as_str()), ("p102", "p2"), "the latest first");
}

#[tokio::test]
async fn the_page_pays_and_leads_back() {
    let sim = start(fast()).await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let press = async |url: &str, action: &str| {
        let form = format!("action={action}&email=kim%40example.org");
        let answer = client.post(url).body(form).send().await.unwrap();
        let target = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), target)
    };
    let session = buy(&sim, &purchase("p1")).await.unwrap();
    let page = client.get(&session.url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Credits &amp; &lt;more&gt;") && page.contains("5.00 USD"), "{page}");
    assert!(page.contains("kim@example.org"));
    assert_eq!(press(&session.url, "cancel").await, (303, Some("https://app.example/wallet".to_owned())));
    let success = format!("https://app.example/wallet?paid=1&session_id={}", session.id);
    assert_eq!(press(&session.url, "pay").await, (303, Some(success)));
    assert_eq!(press(&session.url, "pay").await.0, 400, "it is paid");
    let page = client.get(&session.url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("This session is over"));
    let later = buy(&sim, &purchase("p2")).await.unwrap();
    assert_eq!(press(&later.url, "pay_async").await.0, 303);
    let state = get(&sim, "/sim/stripe").await;
    assert_eq!(state["sales"][1]["session"]["payment_status"], "unpaid");
    assert_eq!(client.get(format!("{}/c/pay/cs_none", sim.base_url)).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_journal_knows_what_was_asked_and_not_by_which_key() {
    let sim = start(fast()).await;
    buy(&sim, &purchase("p1")).await.unwrap();
    let log = get(&sim, "/sim/log").await;
    let request = &log["requests"][0];
    assert_eq!((&request["path"], &request["status"]), (&json!("/v1/checkout/sessions"), &json!(200)));
    assert_eq!(request["body"]["idempotencyKey"], "p1");
    assert_eq!(request["body"]["params"]["metadata"]["walletId"], "w1");
    assert!(!log.to_string().contains(KEY));
}
