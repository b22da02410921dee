//! `/v1/payment_intents` and `/v1/charges`, to be looked at.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::account::Books;
use super::api::{Asked, Call};
use super::refusal::Refusal;
use crate::world::World;

const LIMITS: std::ops::RangeInclusive<i64> = 1..=100;
const USUAL_LIMIT: i64 = 10;

/// `GET /v1/payment_intents/{id}`
pub async fn intent(State(world): State<Arc<World>>, Path(id): Path<String>, call: Call) -> Response {
    call.answer(&world, |asked| {
        asked.params.only("", &[])?;
        let mut intents = asked.books.sales.iter().filter_map(|sale| sale.intent.as_ref());
        let found = intents.find(|intent| intent["id"] == *id);
        found.cloned().ok_or_else(|| Refusal::no_such("payment_intent", &id, "intent"))
    })
    .await
}

/// `GET /v1/charges/{id}`
pub async fn charge(State(world): State<Arc<World>>, Path(id): Path<String>, call: Call) -> Response {
    call.answer(&world, |asked| {
        asked.params.only("", &[])?;
        let found = charges(asked.books).into_iter().find(|charge| charge["id"] == *id);
        found.cloned().ok_or_else(|| Refusal::no_such("charge", &id, "id"))
    })
    .await
}

/// `GET /v1/charges`
pub async fn list(State(world): State<Arc<World>>, call: Call) -> Response {
    call.answer(&world, page).await
}

fn page(asked: &mut Asked<'_>) -> Result<Value, Refusal> {
    let params = asked.params;
    params.only("", &["created", "limit", "payment_intent", "starting_after"])?;
    params.only("created", &["gt", "gte", "lt", "lte"])?;
    let limit = params.integer("limit")?.unwrap_or(USUAL_LIMIT);
    if !LIMITS.contains(&limit) {
        let message = "This value must be between 1 and 100.";
        return Err(Refusal::coded("parameter_invalid_integer", message, Some("limit")));
    }
    let bound = |name: &str| params.integer(&format!("created[{name}]"));
    let (gt, gte, lt, lte) = (bound("gt")?, bound("gte")?, bound("lt")?, bound("lte")?);
    let intent = params.text("payment_intent")?;

    let all = charges(asked.books);
    let begin = match params.text("starting_after")? {
        None => 0,
        Some(id) => {
            let at = all.iter().position(|charge| charge["id"] == id);
            1 + at.ok_or_else(|| Refusal::no_such("charge", id, "starting_after"))?
        }
    };
    let matches = |charge: &&Value| {
        let created = charge["created"].as_i64().unwrap_or_default();
        gt.is_none_or(|bound| created > bound)
            && gte.is_none_or(|bound| created >= bound)
            && lt.is_none_or(|bound| created < bound)
            && lte.is_none_or(|bound| created <= bound)
            && intent.is_none_or(|intent| charge["payment_intent"] == intent)
            && charge["livemode"] == asked.livemode
    };
    let mut rest = all.iter().skip(begin).copied().filter(matches);
    let limit = usize::try_from(limit).unwrap_or_default();
    let data: Vec<_> = rest.by_ref().take(limit).cloned().collect();
    Ok(json!({ "object": "list", "data": data, "has_more": rest.next().is_some(), "url": "/v1/charges" }))
}

/// The latest first.
fn charges(books: &Books) -> Vec<&Value> {
    let mut charged: Vec<_> = books.sales.iter().filter(|sale| sale.charge.is_some()).collect();
    let key = |object: &Option<Value>| object.as_ref().and_then(|charge| charge["created"].as_i64());
    charged.sort_by_key(|sale| std::cmp::Reverse((key(&sale.charge), sale.charge_number)));
    charged.into_iter().filter_map(|sale| sale.charge.as_ref()).collect()
}
