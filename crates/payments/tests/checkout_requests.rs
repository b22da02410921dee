//! What is sent for a purchase, kept in a file that is held against Stripe's own client (`tests/stripe/request.test.mjs`).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use mentora_payments::amount::Cents;
use mentora_payments::api::Api;
use mentora_payments::checkout::{Customer, Purchase};
use serde_json::{Map, Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/checkout_requests.json");
const API: Api<'_> = Api { base_url: "https://api.stripe.com", secret_key: "sk_test_1" };

fn purchases() -> [(&'static str, Purchase<'static>); 4] {
    let plain = Purchase {
        id: "p1",
        wallet_id: "w1",
        user_id: "u1",
        amount: Cents::of_micros(5_000_000).unwrap(),
        product_name: "Mentora credits",
        success_url: "https://app.example/wallet",
        cancel_url: "https://app.example/wallet",
        customer: Customer::Unknown,
        expires_at: None,
        locale: None,
    };
    let all = Purchase {
        id: "p2",
        amount: Cents::of_micros(500_000_000).unwrap(),
        customer: Customer::Email("kim+credits@example.org"),
        expires_at: Some(1_795_352_400),
        locale: Some("zh-TW"),
        ..plain.clone()
    };
    let known = Purchase { id: "p3", customer: Customer::Known("cus_1"), ..plain.clone() };
    let strange = Purchase {
        id: "p_-4",
        product_name: "點數 & <b>50 %</b> = [a]+\"b\" 🦊",
        success_url: "https://app.example/wallet/é",
        cancel_url: "https://app.example/wallet?a=1&b=%20#x",
        ..plain.clone()
    };
    [
        ("little is known", plain),
        ("all is known", all),
        ("a customer is known", known),
        ("strange characters", strange),
    ]
}

fn described(purchase: &Purchase<'_>) -> Value {
    let (customer, email) = match purchase.customer {
        Customer::Unknown => (None, None),
        Customer::Email(address) => (None, Some(address)),
        Customer::Known(id) => (Some(id), None),
    };
    json!({
        "id": purchase.id, "walletId": purchase.wallet_id, "userId": purchase.user_id, "cents": purchase.amount.get(),
        "productName": purchase.product_name, "successUrl": purchase.success_url, "cancelUrl": purchase.cancel_url,
        "customer": customer, "email": email, "expiresAt": purchase.expires_at, "locale": purchase.locale,
    })
}

fn sent(purchase: &Purchase<'_>) -> Value {
    let request = purchase.request(&API).unwrap();
    let headers = request.headers().iter();
    let headers: Map<_, _> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().into())).collect();
    let body = std::str::from_utf8(request.body()).unwrap();
    json!({ "method": request.method().as_str(), "path": request.uri().path(), "headers": headers, "body": body })
}

#[test]
fn what_is_sent_is_what_was_held_against_stripes_own_client() {
    let requests: Vec<_> = purchases()
        .iter()
        .map(|(name, purchase)| json!({ "name": name, "purchase": described(purchase), "sent": sent(purchase) }))
        .collect();
    let found = format!("{:#}\n", Value::from(requests));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(FILE, &found).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(kept == found, "UPDATE_GOLDEN=1 writes {FILE} anew; then run tests/stripe/run.mjs\n{found}");
}
