//! Whatever comes, nothing panics.

use http::Response;
use mentora_payments::event::Event;
use mentora_payments::{charges, checkout, payment_intent};
use proptest::prelude::*;
use serde_json::{Value, json};

fn read_by_all(status: u16, body: &[u8]) {
    let Ok(response) = Response::builder().status(status).body(body.to_vec()) else { return };
    let _ = Event::parse(body);
    let _ = checkout::parse_session(&response);
    let _ = payment_intent::parse(&response);
    let _ = charges::parse_page(&response);
}

/// Values of every kind, where Stripe has values of one.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(paid|unpaid|payment|usd|won|succeeded|[a-z_]{0,8})".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let names = "(id|object|metadata|walletId|purchaseId|userId|amount|amount_total|amount_refunded|currency|mode|\
                     payment_status|payment_intent|charge|status|data|has_more|created|livemode|paid|disputed|error|url)";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(names, inner, 0..12)
                .prop_map(|object| Value::Object(object.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "charge.refunded",
        "charge.dispute.created",
        "charge.dispute.closed",
    ])
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(
        status in 100..1_000_u16,
        body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        read_by_all(status, &body);
    }

    #[test]
    fn no_json_makes_a_parser_panic(status in prop::sample::select(vec![200_u16, 400, 409]), body in value()) {
        read_by_all(status, body.to_string().as_bytes());
    }

    #[test]
    fn no_event_makes_the_parser_panic(name in name(), object in value(), livemode in value()) {
        let event = json!({
            "object": "event", "id": "evt_1", "type": name, "created": 1, "livemode": livemode, "data": { "object": object },
        });
        read_by_all(200, event.to_string().as_bytes());
    }
}
