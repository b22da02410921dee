//! Money for credits: Stripe's stand-in sells them, and tells the Worker of it as Stripe does.

use futures::future::join_all;
use hmac::{Hmac, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::clock;
use crate::people::{Answer, Call, Person, unique};
use crate::stack::{Stack, WEBHOOK_SECRETS};
use crate::wallets::{WELCOME, balance, course_of, known, ledger};

const PATH: &str = "/api/webhooks/stripe";
const FIVE: i64 = 5_000_000;

/// Tells the stand-in where its events go; held, they go nowhere by themselves.
pub async fn listen(stack: &Stack) {
    let endpoint = json!({ "url": stack.url(PATH), "secret": WEBHOOK_SECRETS[0], "hold": true });
    sim(stack, "/sim/stripe/webhook", &endpoint).await.ok();
}

async fn sim(stack: &Stack, path: &str, body: &Value) -> Answer {
    stack.call_at(&stack.sim.base, Call::post(path, body)).await
}

/// Something happens to a purchase; the events that tell of it.
pub async fn happen(stack: &Stack, session: &str, action: &str, what: &Value) -> Vec<String> {
    let answer = sim(stack, &format!("/sim/stripe/sessions/{session}/{action}"), what).await.ok();
    let ids = answer["events"].as_array().unwrap().iter();
    ids.map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

/// Events are told, each so many times at once; what was answered.
async fn tell(stack: &Stack, events: &[String], times: u32) -> Vec<Value> {
    let mut answers = Vec::new();
    for event in events {
        let told =
            sim(stack, "/sim/stripe/redeliver", &json!({ "eventId": event, "times": times })).await.ok();
        answers.extend(told["answers"].as_array().unwrap().clone());
    }
    assert!(answers.iter().all(|answer| *answer == 200), "{answers:?}\n{}", stack.log());
    answers
}

/// Somebody goes to pay; the session.
pub async fn buy(stack: &Stack, person: &Person, amount: i64) -> String {
    let page = person.post(stack, "/api/wallets/me/checkout", &json!({ "amountMicros": amount })).await.ok();
    assert!(page["url"].as_str().unwrap().starts_with("http"), "{page}");
    page["sessionId"].as_str().unwrap().to_owned()
}

/// Somebody has paid, and we have heard of it.
async fn bought(stack: &Stack, person: &Person, amount: i64) -> String {
    let session = buy(stack, person, amount).await;
    let events = happen(stack, &session, "pay", &json!({})).await;
    tell(stack, &events, 1).await;
    session
}

/// Seconds since 1970, as Stripe counts.
fn now() -> i64 {
    clock::now() / 1_000
}

/// The hexadecimal of a signature.
fn v1(secret: &str, time: i64, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let mac = mac.chain_update(format!("{time}.")).chain_update(body).finalize();
    mac.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signed_at(time: i64, body: &[u8]) -> String {
    format!("t={time},v1={}", v1(WEBHOOK_SECRETS[0], time, body))
}

async fn post(stack: &Stack, header: Option<String>, body: Vec<u8>) -> Answer {
    let call = Call::raw(Method::POST, PATH, body, "application/json; charset=utf-8");
    stack.call(header.into_iter().fold(call, |call, header| call.header("stripe-signature", header))).await
}

/// A session of 5.00 that was paid, as its event tells.
struct Sale {
    wallet: String,
    purchase: String,
}

impl Sale {
    fn of(wallet: &str) -> Self {
        Self { wallet: wallet.to_owned(), purchase: unique("purchase") }
    }

    fn session(&self) -> Value {
        json!({
            "id": "cs_test_1", "object": "checkout.session", "mode": "payment", "payment_status": "paid",
            "payment_intent": "pi_1", "amount_total": 500, "currency": "usd",
            "metadata": { "walletId": self.wallet, "purchaseId": self.purchase, "userId": self.wallet },
        })
    }
}

fn event(kind: &str, object: &Value) -> Value {
    json!({
        "id": unique("evt"), "object": "event", "type": kind, "created": 1_795_420_800, "livemode": false,
        "data": { "object": object },
    })
}

const COMPLETED: &str = "checkout.session.completed";

/// How a body that is in order comes to be sent.
type Sending = fn(Vec<u8>) -> (Option<String>, Vec<u8>);

/// What is signed, by whom and when: whether it is taken.
const SIGNATURES: [(&str, bool, Sending); 24] = [
    ("as Stripe signs", true, |body| (Some(signed_at(now(), &body)), body)),
    ("by the secret before", true, |body| {
        (Some(format!("t={},v1={}", now(), v1(WEBHOOK_SECRETS[1], now(), &body))), body)
    }),
    ("by two, the first of which is foreign", true, |body| {
        let good = signed_at(now(), &body);
        (Some(good.replace(",v1=", &format!(",v1={},v1=", "0".repeat(64)))), body)
    }),
    ("beside a signature for Stripe's own tests", true, |body| {
        (Some(format!("{},v0={}", signed_at(now(), &body), "0".repeat(64))), body)
    }),
    ("with the time behind", true, |body| {
        (Some(format!("v1={},t={}", v1(WEBHOOK_SECRETS[0], now(), &body), now())), body)
    }),
    ("nearly five minutes ago", true, |body| (Some(signed_at(now() - 290, &body)), body)),
    ("with two times, the last of which was signed", true, |body| {
        (Some(format!("t=1,{}", signed_at(now(), &body))), body)
    }),
    ("with a line break behind it", true, |mut body| {
        body.push(b'\n');
        (Some(signed_at(now(), &body)), body)
    }),
    ("not at all", false, |body| (None, body)),
    ("with an empty header", false, |body| (Some(String::new()), body)),
    ("in capitals", false, |body| {
        (Some(signed_at(now(), &body).to_uppercase().replace("T=", "t=").replace("V1", "v1")), body)
    }),
    ("for Stripe's own tests alone", false, |body| {
        (Some(signed_at(now(), &body).replace("v1=", "v0=")), body)
    }),
    ("without a time", false, |body| (Some(format!("v1={}", v1(WEBHOOK_SECRETS[0], now(), &body))), body)),
    ("at a time that is none", false, |body| {
        (Some(format!("t=now,v1={}", v1(WEBHOOK_SECRETS[0], now(), &body))), body)
    }),
    ("more than five minutes ago", false, |body| (Some(signed_at(now() - 310, &body)), body)),
    ("five minutes ahead", false, |body| (Some(signed_at(now() + 320, &body)), body)),
    ("at another time than it says", false, |body| {
        (Some(format!("t={},v1={}", now(), v1(WEBHOOK_SECRETS[0], now() - 1, &body))), body)
    }),
    ("by somebody else", false, |body| {
        (Some(format!("t={},v1={}", now(), v1("whsec_foreign", now(), &body))), body)
    }),
    ("by nobody's key", false, |body| (Some(format!("t={},v1={}", now(), v1("", now(), &body))), body)),
    ("but for a digit", false, |body| {
        let mut header = signed_at(now(), &body);
        header.pop();
        (Some(header), body)
    }),
    ("and changed in a digit", false, |body| {
        let header = signed_at(now(), &body);
        (Some(header), String::from_utf8(body).unwrap().replace("500", "900").into_bytes())
    }),
    ("and written anew", false, |body| {
        let value: Value = serde_json::from_slice(&body).unwrap();
        (Some(signed_at(now(), &body)), format!("{value:#}").into_bytes())
    }),
    ("and cut off", false, |body| (Some(signed_at(now(), &body)), body[..body.len() / 2].to_vec())),
    ("with a blank before the signature", false, |body| {
        (Some(signed_at(now(), &body).replace(",v1=", ", v1=")), body)
    }),
];

pub async fn a_webhook_credits_what_stripe_signed_and_nothing_else(stack: &Stack) {
    let kim = known(stack, "kim").await;
    let mut expected = balance(stack, &kim).await;
    let mut cases = 0;
    for (what, taken, send) in SIGNATURES {
        let body = event(COMPLETED, &Sale::of(&kim.uid).session()).to_string().into_bytes();
        let (header, body) = send(body);
        let answer = post(stack, header, body).await;
        match taken {
            true => assert_eq!(answer.ok(), json!({ "received": true }), "signed {what}"),
            false => answer.refused(400, "VALIDATION_ERROR"),
        }
        expected += if taken { FIVE } else { 0 };
        assert_eq!(balance(stack, &kim).await, expected, "signed {what}");
        cases += 1;
    }

    // Signed, and nothing that we can read.
    for body in
        [&b""[..], b"{", b"null", b"[]", b"{\"object\":\"list\"}", b"\xff\xfe{}", b"{\"object\":\"event\"}"]
    {
        let answer = post(stack, Some(signed_at(now(), body)), body.to_vec()).await;
        answer.refused(400, "VALIDATION_ERROR");
        cases += 1;
    }
    let huge = vec![b' '; 64 * 1024 + 1];
    post(stack, Some(signed_at(now(), &huge)), huge).await.refused(413, "PAYLOAD_TOO_LARGE");
    stack.call(Call::get(PATH)).await.refused(405, "METHOD_NOT_ALLOWED");

    // Signed and read: what it does.
    let with = |name: &str, value: Value| {
        let mut session = Sale::of(&kim.uid).session();
        session[name] = value;
        session
    };
    let of = |wallet: &str| Sale::of(wallet).session();
    let mut real = event(COMPLETED, &of(&kim.uid));
    real["livemode"] = json!(true);
    let events = [
        (400, 0, real),
        (200, 7_000_000, event(COMPLETED, &with("amount_total", json!(700)))),
        (200, FIVE, event("checkout.session.async_payment_succeeded", &of(&kim.uid))),
        (200, 0, event(COMPLETED, &with("currency", json!("eur")))),
        (200, 0, event(COMPLETED, &with("payment_status", json!("unpaid")))),
        (200, 0, event(COMPLETED, &with("payment_status", json!("no_payment_required")))),
        (200, 0, event(COMPLETED, &with("mode", json!("subscription")))),
        (200, 0, event(COMPLETED, &with("metadata", json!({})))),
        (200, 0, event(COMPLETED, &with("amount_total", Value::Null))),
        (200, 0, event(COMPLETED, &of("NO-SUCH-WALLET"))),
        (200, 0, event(COMPLETED, &of("no id/at all"))),
        (200, 0, event("checkout.session.async_payment_failed", &of(&kim.uid))),
        (200, 0, event("checkout.session.expired", &of(&kim.uid))),
        (200, 0, event("invoice.paid", &json!({ "object": "invoice" }))),
    ];
    for (status, credited, event) in events {
        let body = event.to_string().into_bytes();
        let answer = post(stack, Some(signed_at(now(), &body)), body).await;
        assert_eq!(answer.status, status, "{event:#}: {}", answer.body);
        expected += credited;
        assert_eq!(balance(stack, &kim).await, expected, "{event:#}");
        cases += 1;
    }
    assert!(cases >= 45, "{cases}");
    stack.logged(|event| event["event"] == "stripe.stray").await;
}

pub async fn a_purchase_is_credited_once_however_often_it_is_told(stack: &Stack) {
    listen(stack).await;
    let kim = Person::sign_in(stack, "kim").await;
    let session = buy(stack, &kim, FIVE).await;
    assert_eq!(balance(stack, &kim).await, WELCOME, "nothing was paid yet");
    let events = happen(stack, &session, "pay", &json!({})).await;
    assert!(!events.is_empty());
    assert_eq!(tell(stack, &events, 100).await.len(), 100 * events.len());
    let entries = ledger(stack, &kim, &kim.uid, 2).await;
    assert_eq!((&entries[0]["type"], &entries[0]["amountMicros"]), (&json!("topup"), &json!(FIVE)));
    assert_eq!(entries[0]["provider"]["name"], "stripe");
    assert_eq!(entries[0]["createdBy"], kim.uid);
    assert_eq!(balance(stack, &kim).await, WELCOME + FIVE);

    // A bank takes days: two events tell of one purchase, in whatever order.
    let session = buy(stack, &kim, FIVE).await;
    let waiting = happen(stack, &session, "pay_async", &json!({})).await;
    tell(stack, &waiting, 1).await;
    assert_eq!(balance(stack, &kim).await, WELCOME + FIVE, "the money is on its way");
    let settled = happen(stack, &session, "settle_async", &json!({})).await;
    tell(stack, &settled, 2).await;
    tell(stack, &waiting, 2).await;
    assert_eq!(balance(stack, &kim).await, WELCOME + 2 * FIVE);

    // Into the wallet of a course, by one of its staff; back to the page that the buyer came from.
    let teacher = Person::sign_in(stack, "teacher").await;
    let course = course_of(stack, &teacher).await;
    let path = format!("/api/courses/{course}/wallet/checkout");
    let page = teacher.post(stack, &path, &json!({ "amountMicros": 12_340_000 })).await.ok();
    let session = page["sessionId"].as_str().unwrap();
    let paid = sim(stack, &format!("/sim/stripe/sessions/{session}/pay"), &json!({})).await.ok();
    let back = paid["successUrl"].as_str().unwrap();
    assert!(
        back.starts_with(&stack.url(&format!("/courses/{course}/wallet?paid=true&session_id=cs_"))),
        "{back}"
    );
    let events: Vec<String> = paid["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect();
    tell(stack, &events, 1).await;
    let wallet = teacher.get(stack, &format!("/api/courses/{course}/wallet")).await.ok();
    assert_eq!(
        (&wallet["ownerType"], &wallet["balanceMicros"]),
        (&json!("course"), &json!(WELCOME + 12_340_000))
    );
    assert_eq!(balance(stack, &teacher).await, WELCOME, "it is not the teacher's own");
}

pub async fn what_is_given_back_is_taken_once_in_whatever_order_it_is_told(stack: &Stack) {
    listen(stack).await;
    let kim = Person::sign_in(stack, "kim").await;
    let session = bought(stack, &kim, 10_000_000).await;
    let first = happen(stack, &session, "refund", &json!({ "amount": 200 })).await;
    let second = happen(stack, &session, "refund", &json!({ "amount": 300 })).await;
    // Each tells what was given back in all.
    for (events, left) in [(&second, FIVE), (&first, FIVE), (&second, FIVE)] {
        tell(stack, events, 10).await;
        assert_eq!(balance(stack, &kim).await, WELCOME + left);
    }
    let rest = happen(stack, &session, "refund", &json!({})).await;
    tell(stack, &rest, 1).await;
    assert_eq!(balance(stack, &kim).await, WELCOME);
    let entries = ledger(stack, &kim, &kim.uid, 4).await;
    let amounts: Vec<i64> = entries.iter().map(|entry| entry["amountMicros"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [-FIVE, -FIVE, 10_000_000, WELCOME]);

    // The refund is heard of before the payment.
    let session = buy(stack, &kim, FIVE).await;
    let paid = happen(stack, &session, "pay", &json!({})).await;
    let refunded = happen(stack, &session, "refund", &json!({})).await;
    tell(stack, &refunded, 1).await;
    assert_eq!(balance(stack, &kim).await, WELCOME - FIVE);
    tell(stack, &paid, 1).await;
    assert_eq!(balance(stack, &kim).await, WELCOME);
}

pub async fn a_disputed_payment_is_gone_until_it_is_won(stack: &Stack) {
    listen(stack).await;
    let kim = Person::sign_in(stack, "kim").await;
    let left = async |expected: i64, when: &str| assert_eq!(balance(stack, &kim).await, expected, "{when}");

    let session = bought(stack, &kim, FIVE).await;
    let opened = happen(stack, &session, "dispute", &json!({})).await;
    tell(stack, &opened, 5).await;
    left(WELCOME, "opened").await;
    let won = happen(stack, &session, "close_dispute", &json!({ "won": true })).await;
    tell(stack, &won, 5).await;
    left(WELCOME + FIVE, "won").await;
    tell(stack, &opened, 5).await;
    left(WELCOME + FIVE, "won, and told once more that it was opened").await;

    let session = bought(stack, &kim, FIVE).await;
    let opened = happen(stack, &session, "dispute", &json!({ "amount": 300 })).await;
    let lost = happen(stack, &session, "close_dispute", &json!({})).await;
    tell(stack, &lost, 3).await;
    left(WELCOME + FIVE + 2_000_000, "lost, before we heard that it was opened").await;
    tell(stack, &opened, 3).await;
    left(WELCOME + FIVE + 2_000_000, "and then we heard").await;

    let session = bought(stack, &kim, FIVE).await;
    let opened = happen(stack, &session, "dispute", &json!({})).await;
    let won = happen(stack, &session, "close_dispute", &json!({ "won": true })).await;
    tell(stack, &won, 1).await;
    tell(stack, &opened, 1).await;
    left(WELCOME + 2 * FIVE + 2_000_000, "won, before we heard that it was opened").await;

    let session = bought(stack, &kim, FIVE).await;
    let asked = happen(stack, &session, "dispute", &json!({ "inquiry": true })).await;
    tell(stack, &asked, 1).await;
    left(WELCOME + 3 * FIVE + 2_000_000, "the bank only asks").await;

    // Stripe cannot say whose it was now: it is to tell it again.
    let session = bought(stack, &kim, FIVE).await;
    let opened = happen(stack, &session, "dispute", &json!({})).await;
    sim(stack, "/sim/stripe/faults", &json!([{ "status": 500, "times": 3 }])).await.ok();
    let told = sim(stack, "/sim/stripe/redeliver", &json!({ "eventId": opened[0], "times": 1 })).await.ok();
    assert_eq!(told["answers"], json!([503]));
    left(WELCOME + 4 * FIVE + 2_000_000, "nobody knows whose it was").await;
    tell(stack, &opened, 1).await;
    left(WELCOME + 3 * FIVE + 2_000_000, "told again").await;
}

pub async fn what_cannot_be_bought_is_refused_and_what_fails_is_tried_again(stack: &Stack) {
    listen(stack).await;
    let kim = Person::sign_in(stack, "kim").await;
    let path = "/api/wallets/me/checkout";
    for amount in [0, -FIVE, 999_999, 1_000_001, 500_010_000] {
        let answer = kim.post(stack, path, &json!({ "amountMicros": amount })).await;
        assert!(answer.offences().iter().all(|path| *path == "amountMicros"), "{amount}: {}", answer.body);
    }

    // Stripe fails once: the page comes all the same. It fails for longer: that is said.
    sim(stack, "/sim/stripe/faults", &json!([{ "status": 503, "times": 1 }])).await.ok();
    buy(stack, &kim, FIVE).await;
    sim(stack, "/sim/stripe/faults", &json!([{ "status": 503, "times": 3 }])).await.ok();
    kim.post(stack, path, &json!({ "amountMicros": FIVE })).await.refused(503, "UPSTREAM_UNAVAILABLE");
    sim(stack, "/sim/stripe/faults", &json!([{ "status": 401, "times": 1 }])).await.ok();
    kim.post(stack, path, &json!({ "amountMicros": FIVE })).await.refused(503, "UPSTREAM_UNAVAILABLE");

    // Done, though the answer was lost: with its key the purchase is one.
    sim(stack, "/sim/stripe/faults", &json!([{ "status": 500, "times": 3, "done": true }])).await.ok();
    let key = unique("key");
    let send = || {
        let call = Call::post(path, &json!({ "amountMicros": FIVE })).by(&kim.token);
        stack.call(call.header("idempotency-key", &key))
    };
    send().await.refused(503, "UPSTREAM_UNAVAILABLE");
    let sessions: Vec<Value> = join_all([send(), send()])
        .await
        .into_iter()
        .filter(|answer| answer.status == 200)
        .map(Answer::ok)
        .collect();
    let again = send().await.ok();
    assert!(sessions.iter().all(|session| *session == again), "{sessions:?} {again}");
    let sales = stack.call_at(&stack.sim.base, Call::get("/sim/stripe")).await.ok();
    let bought = sales["sales"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|sale| sale["session"]["metadata"]["userId"] == kim.uid);
    assert_eq!(bought.count(), 2, "one for the first fault, one with the key");
}
