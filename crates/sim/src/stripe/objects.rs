//! Stripe's objects in JSON, with all the fields that its clients know. What is the same in each of a kind is in
//! `objects/*.json`.
//!
//! Source: <https://github.com/stripe/openapi>, version 2026-10-28.endive

use rand::Rng as _;
use rand::distributions::Alphanumeric;
use serde_json::{Value, json};

/// The version in which events are told.
pub const API_VERSION: &str = "2026-10-28.endive";

const SESSION: &str = include_str!("objects/session.json");
const PAYMENT_INTENT: &str = include_str!("objects/payment_intent.json");
const CHARGE: &str = include_str!("objects/charge.json");
const REFUND: &str = include_str!("objects/refund.json");
const DISPUTE: &str = include_str!("objects/dispute.json");

/// Seconds that a seller has to answer a dispute.
const TIME_TO_ANSWER: i64 = 7 * 24 * 60 * 60;

/// An id as Stripe makes them.
pub fn new_id(prefix: &str) -> String {
    let random = rand::thread_rng().sample_iter(&Alphanumeric).take(24).map(char::from);
    prefix.chars().chain(random).collect()
}

/// What a session is made of.
#[derive(Debug)]
pub struct Order {
    /// By a live key.
    pub livemode: bool,
    /// What all items cost, in the smallest unit of the currency.
    pub amount: i64,
    /// As `usd`.
    pub currency: String,
    /// The seller's name for it.
    pub client_reference_id: Option<String>,
    /// As `cus_…`.
    pub customer: Option<String>,
    /// The address that the page begins with.
    pub customer_email: Option<String>,
    /// Seconds since 1970.
    pub expires_at: i64,
    /// The language of the page.
    pub locale: Option<String>,
    /// Names and texts.
    pub metadata: Value,
    /// Where the page leads.
    pub success_url: String,
    /// Where the page leads, unpaid.
    pub cancel_url: Option<String>,
}

/// A Checkout Session that is open.
pub fn session(order: &Order, base_url: &str, now: i64) -> Value {
    let id = new_id(if order.livemode { "cs_live_a1" } else { "cs_test_a1" });
    let fields = json!({
        "id": id,
        "amount_subtotal": order.amount,
        "amount_total": order.amount,
        "cancel_url": order.cancel_url,
        "client_reference_id": order.client_reference_id,
        "created": now,
        "currency": order.currency,
        "customer": order.customer,
        "customer_email": order.customer_email,
        "expires_at": order.expires_at,
        "livemode": order.livemode,
        "locale": order.locale,
        "metadata": order.metadata,
        "success_url": order.success_url,
        "url": format!("{base_url}/c/pay/{id}"),
    });
    completed(SESSION, fields)
}

/// The payment of a session, not yet made.
pub fn payment_intent(session: &Value, metadata: &Value, now: i64) -> Value {
    let id = new_id("pi_3");
    let fields = json!({
        "id": id,
        "amount": session["amount_total"],
        "client_secret": format!("{id}_secret_{}", new_id("")),
        "created": now,
        "currency": session["currency"],
        "customer": session["customer"],
        "livemode": session["livemode"],
        "metadata": metadata,
        "payment_method": new_id("pm_1"),
    });
    completed(PAYMENT_INTENT, fields)
}

/// The charge of a payment, its money on the way.
pub fn charge(intent: &Value, email: &Value, now: i64) -> Value {
    let fields = json!({
        "id": new_id("ch_3"),
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "livemode": intent["livemode"],
        "metadata": intent["metadata"],
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
    });
    let mut charge = completed(CHARGE, fields);
    charge["billing_details"]["email"] = email.clone();
    charge
}

/// Money given back.
pub fn refund(charge: &Value, amount: i64, now: i64) -> Value {
    let fields = json!({
        "id": new_id("re_3"),
        "amount": amount,
        "balance_transaction": new_id("txn_3"),
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
    });
    completed(REFUND, fields)
}

/// Money that the customer's bank wants back. Stripe copies no metadata to it.
pub fn dispute(charge: &Value, amount: i64, status: &str, now: i64) -> Value {
    let fields = json!({
        "id": new_id("du_1"),
        "amount": amount,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "livemode": charge["livemode"],
        "payment_intent": charge["payment_intent"],
        "status": status,
    });
    let mut dispute = completed(DISPUTE, fields);
    dispute["evidence_details"]["due_by"] = json!(now + TIME_TO_ANSWER);
    dispute
}

/// Something that happened to an object.
pub fn event(id: &str, name: &str, object: Value, livemode: bool, now: i64) -> Value {
    json!({
        "id": id, "object": "event", "api_version": API_VERSION, "created": now, "data": { "object": object },
        "livemode": livemode, "pending_webhooks": 1, "request": { "id": null, "idempotency_key": null }, "type": name,
    })
}

/// The fields that all of a kind share, and these.
fn completed(kind: &str, fields: Value) -> Value {
    let mut object: Value = serde_json::from_str(kind).unwrap_or_default();
    if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
        object.extend(fields);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_objects_have_in_common_is_json() {
        for kind in [SESSION, PAYMENT_INTENT, CHARGE, REFUND, DISPUTE] {
            assert!(serde_json::from_str::<Value>(kind).is_ok_and(|object| object["object"].is_string()));
        }
    }
}
