//! `/sim/stripe/…`: what customers, banks and Stripe itself would do, and what became of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::delivery::{self, Endpoint};
use super::fault::Fault;
use super::page;
use super::refusal::Refusal;
use super::sale::Verdict;
use crate::google::keys::now;
use crate::world::World;

/// An answer, or Stripe's way to refuse.
pub struct Answer(Result<Value, Refusal>);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self.0 {
            Ok(Value::Null) => StatusCode::NO_CONTENT.into_response(),
            Ok(body) => Json(body).into_response(),
            Err(refusal) => (refusal.status, Json(refusal.body())).into_response(),
        }
    }
}

/// `GET /sim/stripe`: sessions, payments, events and deliveries, the oldest first.
pub async fn state(State(world): State<Arc<World>>) -> Json<Value> {
    let books = world.stripe.books();
    let sales = books.sales.iter().map(|sale| {
        json!({ "session": sale.session, "paymentIntent": sale.intent, "charge": sale.charge, "dispute": sale.dispute })
    });
    Json(
        json!({ "sales": sales.collect::<Vec<_>>(), "events": books.events, "deliveries": books.deliveries }),
    )
}

/// `POST /sim/stripe/webhook`: where events go from now on.
pub async fn listen(State(world): State<Arc<World>>, body: String) -> Answer {
    Answer(read::<Endpoint>(&body).map(|endpoint| {
        world.stripe.books().endpoint = Some(endpoint);
        Value::Null
    }))
}

/// `DELETE /sim/stripe/webhook`: events go nowhere.
pub async fn listen_no_more(State(world): State<Arc<World>>) -> StatusCode {
    world.stripe.books().endpoint = None;
    StatusCode::NO_CONTENT
}

/// `POST /sim/stripe/faults`: calls of the API that are to fail, in place of those told before.
pub async fn fail(State(world): State<Arc<World>>, body: String) -> Answer {
    let sound = |faults: Vec<Fault>| {
        let wrong = faults.iter().any(|fault| fault.status().is_none() || fault.times == 0);
        if wrong {
            return Err(Refusal::invalid("status is 400 to 599, times at least 1", None));
        }
        world.stripe.books().faults.replace(faults);
        Ok(Value::Null)
    };
    Answer(read(&body).and_then(sound))
}

/// Body of `POST /sim/stripe/redeliver`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Redelivery {
    event_id: String,
    #[serde(default = "once")]
    times: u32,
}

const fn once() -> u32 {
    1
}

/// `POST /sim/stripe/redeliver`: an event is sent so many times at once; what was answered.
pub async fn redeliver(State(world): State<Arc<World>>, body: String) -> Answer {
    Answer(redelivered(&world, &body).await)
}

async fn redelivered(world: &Arc<World>, body: &str) -> Result<Value, Refusal> {
    let wish: Redelivery = read(body)?;
    if !(1..=1_000).contains(&wish.times) {
        return Err(Refusal::invalid("times is 1 to 1000", Some("times")));
    }
    let event = world.stripe.books().event(&wish.event_id);
    let event = Arc::new(event.ok_or_else(|| Refusal::no_such("event", &wish.event_id, "eventId"))?);
    let mut attempts = tokio::task::JoinSet::new();
    for attempt in 1..=wish.times {
        let (world, event) = (Arc::clone(world), Arc::clone(&event));
        attempts.spawn(async move { delivery::attempt_once(&world, &event, attempt).await });
    }
    let outcomes = attempts.join_all().await;
    let told = outcomes.into_iter().map(|outcome| outcome.map_or_else(Value::from, Value::from));
    Ok(json!({ "answers": told.collect::<Vec<_>>() }))
}

/// Body of `POST /sim/stripe/sessions/{id}/{action}`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Happening {
    /// Of a refund or a dispute, in cents; all of it when absent.
    amount: Option<i64>,
    /// A dispute that only asks.
    inquiry: bool,
    /// A dispute is won.
    won: bool,
    /// Seconds, of `backdate`.
    seconds: i64,
    /// Of who pays.
    email: Option<String>,
}

/// `POST /sim/stripe/sessions/{id}/{action}`; the session, where its customer would go, and the ids of what is told.
pub async fn happen(
    State(world): State<Arc<World>>,
    Path((id, action)): Path<(String, String)>,
    body: String,
) -> Answer {
    Answer(happened(&world, &id, &action, &body))
}

fn happened(world: &Arc<World>, id: &str, action: &str, body: &str) -> Result<Value, Refusal> {
    let what: Happening = if body.is_empty() { Happening::default() } else { read(body)? };
    let email = what.email.as_deref().unwrap_or(page::NOBODY);
    let (session, events) = world.stripe.books().change(id, |sale| match action {
        "pay" => sale.pay(email, now()),
        "pay_async" => sale.pay_async(email, now()),
        "settle_async" => sale.settle_async(now()),
        "fail_async" => sale.fail_async(),
        "expire" => sale.expire(),
        "refund" => sale.refund(what.amount, now()),
        "dispute" => sale.open_dispute(what.amount, what.inquiry, now()),
        "close_dispute" => sale.close_dispute(if what.won { Verdict::Won } else { Verdict::Lost }),
        "backdate" => sale.backdate(what.seconds),
        _ => Err(Refusal::no_such("action", action, "action")),
    })?;
    let told: Vec<_> =
        events.iter().map(|event| json!({ "id": event["id"], "type": event["type"] })).collect();
    delivery::deliver_all(world, events);
    Ok(json!({ "successUrl": page::success(&session), "session": session, "events": told }))
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, Refusal> {
    serde_json::from_str(body).map_err(|error| Refusal::invalid(error.to_string(), None))
}
