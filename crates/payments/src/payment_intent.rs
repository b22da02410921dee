//! A payment as Stripe keeps it. A dispute names the payment and not whose it was, so that it has to be asked for.
//!
//! Source: <https://docs.stripe.com/api/payment_intents/object>

use http::{Request, Response};

use crate::amount::Money;
use crate::api::{self, Api, StripeError, id_in_path};
use crate::fields::Fields;
use crate::metadata::Metadata;

/// A payment, or an attempt at one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentIntent {
    /// As `pi_…`.
    pub id: String,
    /// What was to be paid.
    pub amount: Money,
    /// What has been.
    pub received: Money,
    /// Whose it was.
    pub metadata: Metadata,
    /// As `ch_…`.
    pub charge_id: Option<String>,
    /// Whether it is about real money.
    pub livemode: bool,
}

/// The request for a payment, by its id as `pi_…`.
///
/// # Errors
/// [`StripeError::Request`]
pub fn request(api: &Api<'_>, id: &str) -> Result<Request<Vec<u8>>, StripeError> {
    api.get(&format!("/v1/payment_intents/{}", id_in_path(id)?))
}

/// Reads the answer.
///
/// # Errors
/// [`StripeError`]; a payment that is not there is [`StripeError::Refused`] with 404.
pub fn parse(response: &Response<Vec<u8>>) -> Result<PaymentIntent, StripeError> {
    let answer = api::answer(response)?;
    let fields = Fields(&answer);
    Ok(PaymentIntent {
        id: fields.text("id")?,
        amount: fields.money("amount")?,
        received: fields.money("amount_received")?,
        metadata: Metadata::of(&answer),
        charge_id: fields.optional_reference("latest_charge"),
        livemode: fields.boolean("livemode")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const API: Api<'_> = Api { base_url: "https://api.stripe.com", secret_key: "sk_test_1" };

    #[test]
    fn a_payment_is_asked_for_by_its_id_and_by_nothing_else() {
        let asked = request(&API, "pi_1PgafyB7").unwrap();
        assert_eq!(asked.uri(), "https://api.stripe.com/v1/payment_intents/pi_1PgafyB7");
        for id in ["", "../charges", "pi_1?expand[]=x", "pi_1\n"] {
            assert!(matches!(request(&API, id), Err(StripeError::Request(_))), "{id}");
        }
    }

    #[test]
    fn a_payment_says_whose_it_was() {
        let body = json!({
            "id": "pi_1", "object": "payment_intent", "amount": 500, "amount_received": 500, "currency": "usd",
            "latest_charge": "ch_1", "livemode": false, "metadata": { "walletId": "w1", "purchaseId": "p1", "userId": "" },
        });
        let reply = Response::builder().status(200).body(body.to_string().into_bytes()).unwrap();
        let payment = parse(&reply).unwrap();
        assert_eq!(payment.metadata.wallet_id.as_deref(), Some("w1"));
        assert_eq!(payment.metadata.purchase_id.as_deref(), Some("p1"));
        assert_eq!(payment.metadata.user_id, None);
        assert_eq!(payment.received.micros(), Some(5_000_000));
        assert_eq!(payment.charge_id.as_deref(), Some("ch_1"));
    }
}
