//! What each event means.

use serde_json::json;

use super::*;

fn event(name: &str, object: &Value) -> Value {
    json!({
        "id": "evt_1", "object": "event", "api_version": "2026-10-28.endive", "created": 1_795_348_800, "livemode": false,
        "pending_webhooks": 1, "request": { "id": null, "idempotency_key": null }, "type": name,
        "data": { "object": object },
    })
}

fn parse(event: &Value) -> Result<Event, EventError> {
    Event::parse(event.to_string().as_bytes())
}

fn meaning(name: &str, object: &Value) -> Meaning {
    parse(&event(name, object)).unwrap().meaning
}

fn missing(name: &str, object: &Value) -> &'static str {
    match parse(&event(name, object)) {
        Err(EventError::Missing { missing, .. }) => missing.0,
        other => panic!("{other:?}"),
    }
}

fn session(payment_status: &str) -> Value {
    json!({
        "id": "cs_1", "object": "checkout.session", "mode": "payment", "payment_status": payment_status, "status": "complete",
        "amount_subtotal": 500, "amount_total": 500, "currency": "usd", "client_reference_id": "u1",
        "payment_intent": "pi_1", "metadata": { "walletId": "w1", "purchaseId": "p1", "userId": "u1" },
    })
}

fn order() -> Ordered {
    Ordered {
        purchase_id: "p1".into(),
        wallet_id: "w1".into(),
        user_id: "u1".into(),
        session_id: "cs_1".into(),
        amount: Money { minor_units: 500, currency: "usd".into() },
    }
}

fn charge() -> Value {
    json!({
        "id": "ch_1", "object": "charge", "amount": 500, "amount_refunded": 200, "currency": "usd",
        "payment_intent": "pi_1", "metadata": { "walletId": "w1", "purchaseId": "p1" },
    })
}

fn disputed(status: &str) -> Value {
    json!({
        "id": "du_1", "object": "dispute", "amount": 500, "currency": "usd", "charge": "ch_1", "payment_intent": "pi_1",
        "status": status, "metadata": {},
    })
}

#[test]
fn a_session_that_was_paid_credits_what_stripe_says_was_paid() {
    let paid = Meaning::Paid(Paid { order: order(), payment_intent_id: "pi_1".into() });
    assert_eq!(meaning("checkout.session.completed", &session("paid")), paid);
    assert_eq!(meaning("checkout.session.async_payment_succeeded", &session("paid")), paid);
}

#[test]
fn a_session_that_is_completed_and_not_paid_waits() {
    assert_eq!(meaning("checkout.session.completed", &session("unpaid")), Meaning::PaymentPending(order()));
    let failed = meaning("checkout.session.async_payment_failed", &session("unpaid"));
    assert_eq!(failed, Meaning::PaymentFailed(order()));
    let mut expired = session("unpaid");
    expired["payment_intent"] = Value::Null;
    assert_eq!(meaning("checkout.session.expired", &expired), Meaning::Expired(order()));
}

#[test]
fn what_moves_no_money_of_ours_means_nothing() {
    assert_eq!(meaning("checkout.session.completed", &session("no_payment_required")), Meaning::Nothing);
    for mode in ["subscription", "setup"] {
        let mut other = session("paid");
        other["mode"] = mode.into();
        assert_eq!(meaning("checkout.session.completed", &other), Meaning::Nothing, "{mode}");
    }
    for name in
        ["customer.created", "checkout.session.unheard_of", "charge.succeeded", "charge.dispute.updated"]
    {
        assert_eq!(meaning(name, &json!({})), Meaning::Nothing, "{name}");
    }
    assert_eq!(parse(&event("customer.created", &Value::Null)).unwrap().meaning, Meaning::Nothing);
}

#[test]
fn another_currency_is_told_and_worth_nothing() {
    let mut euros = session("paid");
    euros["currency"] = "eur".into();
    let Meaning::Paid(paid) = meaning("checkout.session.completed", &euros) else { panic!() };
    assert_eq!(paid.order.amount.micros(), None);
}

#[test]
fn a_refund_tells_all_that_was_given_back_until_then() {
    let Meaning::Refunded(refund) = meaning("charge.refunded", &charge()) else { panic!() };
    assert_eq!(refund.refunded.micros(), Some(2_000_000));
    assert_eq!(refund.amount.micros(), Some(5_000_000));
    assert_eq!(refund.metadata.wallet_id.as_deref(), Some("w1"));
    assert_eq!((refund.charge_id.as_str(), refund.payment_intent_id.as_deref()), ("ch_1", Some("pi_1")));
}

#[test]
fn a_refund_of_a_charge_that_is_not_ours_says_so_by_its_metadata() {
    let mut foreign = charge();
    foreign["metadata"] = json!({});
    foreign["payment_intent"] = Value::Null;
    let Meaning::Refunded(refund) = meaning("charge.refunded", &foreign) else { panic!() };
    assert_eq!((refund.metadata, refund.payment_intent_id), (Metadata::default(), None));
}

#[test]
fn a_dispute_says_how_it_stands() {
    for (status, expected) in [
        ("warning_needs_response", DisputeStatus::Inquiry),
        ("warning_closed", DisputeStatus::Inquiry),
        ("needs_response", DisputeStatus::Open),
        ("under_review", DisputeStatus::Open),
        ("won", DisputeStatus::Won),
        ("lost", DisputeStatus::Lost),
        ("prevented", DisputeStatus::Other("prevented".into())),
    ] {
        let Meaning::DisputeOpened(opened) = meaning("charge.dispute.created", &disputed(status)) else {
            panic!()
        };
        assert_eq!(opened.status, expected, "{status}");
        let Meaning::DisputeClosed(closed) = meaning("charge.dispute.closed", &disputed(status)) else {
            panic!()
        };
        assert_eq!(closed, opened);
    }
    let withdrawn = meaning("charge.dispute.funds_withdrawn", &disputed("needs_response"));
    assert!(matches!(withdrawn, Meaning::DisputeOpened(Dispute { status: DisputeStatus::Open, .. })));
}

#[test]
fn what_is_missing_is_named() {
    let without = |mut object: Value, path: &str| {
        let (parent, name) = path.rsplit_once('/').unwrap();
        object.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        object
    };
    for (path, named) in [
        ("/metadata/walletId", "metadata.walletId"),
        ("/metadata/purchaseId", "metadata.purchaseId"),
        ("/metadata/userId", "metadata.userId"),
        ("/metadata", "metadata.purchaseId"),
        ("/amount_total", "amount_total"),
        ("/currency", "currency"),
        ("/id", "id"),
        ("/mode", "mode"),
        ("/payment_status", "payment_status"),
        ("/payment_intent", "payment_intent"),
    ] {
        assert_eq!(missing("checkout.session.completed", &without(session("paid"), path)), named, "{path}");
    }
    assert_eq!(missing("charge.refunded", &without(charge(), "/amount_refunded")), "amount_refunded");
    assert_eq!(missing("charge.dispute.closed", &without(disputed("won"), "/charge")), "charge");
}

#[test]
fn an_amount_is_a_whole_number_that_is_not_negative() {
    for wrong in [json!(-500), json!(5.5), json!("500"), Value::Null, json!(1e300)] {
        let mut object = session("paid");
        object["amount_total"] = wrong.clone();
        assert_eq!(missing("checkout.session.completed", &object), "amount_total", "{wrong}");
    }
}

#[test]
fn an_object_that_stands_there_itself_is_named_by_its_id() {
    let mut expanded = session("paid");
    expanded["payment_intent"] = json!({ "id": "pi_1", "object": "payment_intent" });
    let Meaning::Paid(paid) = meaning("checkout.session.completed", &expanded) else { panic!() };
    assert_eq!(paid.payment_intent_id, "pi_1");
}

#[test]
fn something_else_is_no_event() {
    for body in [
        "{}",
        "[]",
        "42",
        "null",
        r#"{"object":"v2.core.event","id":"evt_1","type":"x"}"#,
        r#"{"object":"event"}"#,
    ] {
        assert_eq!(Event::parse(body.as_bytes()), Err(EventError::NotAnEvent), "{body}");
    }
    for body in ["", "hello", "{\"object\":", "\u{feff}{}"] {
        assert!(matches!(Event::parse(body.as_bytes()), Err(EventError::NotJson(_))), "{body}");
    }
    let deep = "[".repeat(100_000);
    assert!(matches!(Event::parse(deep.as_bytes()), Err(EventError::NotJson(_))));
}
