//! Checkout Sessions: Stripe's own page, on which a purchase of credits is paid. That it was paid is told by an
//! [`crate::event`], never by the page.
//!
//! Source: <https://docs.stripe.com/api/checkout/sessions/create>

use form_urlencoded::Serializer;
use http::{Request, Response};

use crate::amount::{CURRENCY, Cents};
use crate::api::{self, Api, StripeError};
use crate::fields::Fields;
use crate::metadata::Metadata;

/// Stripe puts the session's id in its place.
const SESSION_ID: &str = "{CHECKOUT_SESSION_ID}";

/// A purchase of credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase<'a> {
    /// Its own id, made once per attempt; at most 255 characters. It is the idempotency key: asked for again with the same
    /// one, there is still one session.
    pub id: &'a str,
    /// The wallet to be credited.
    pub wallet_id: &'a str,
    /// Who buys.
    pub user_id: &'a str,
    /// How much.
    pub amount: Cents,
    /// What the page calls it.
    pub product_name: &'a str,
    /// Where the customer goes from there, having paid. `session_id=` is added to its query.
    pub success_url: &'a str,
    /// Where the customer goes from there otherwise.
    pub cancel_url: &'a str,
    /// What is known of the customer.
    pub customer: Customer<'a>,
    /// When the session ends unless paid, seconds since the Unix epoch: 30 minutes to 24 hours from now; 24 hours when
    /// absent.
    pub expires_at: Option<i64>,
    /// The language of the page, as `zh-TW`; the browser's when absent.
    pub locale: Option<&'a str>,
}

/// What is known of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Customer<'a> {
    /// Nothing: the page asks for an address.
    Unknown,
    /// The address, which the page fills in.
    Email(&'a str),
    /// Stripe's own id of somebody who bought before, as `cus_…`.
    Known(&'a str),
}

/// A session that can be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// As `cs_test_…`.
    pub id: String,
    /// Its page.
    pub url: String,
}

impl Purchase<'_> {
    /// The request for a session.
    ///
    /// # Errors
    /// [`StripeError::Request`]
    pub fn request(&self, api: &Api<'_>) -> Result<Request<Vec<u8>>, StripeError> {
        api.post("/v1/checkout/sessions", self.id, self.form())
    }

    fn form(&self) -> String {
        let text = |value: &str| Some(value.to_owned());
        let metadata = Metadata {
            wallet_id: text(self.wallet_id),
            purchase_id: text(self.id),
            user_id: text(self.user_id),
        };
        let mut form = Serializer::new(String::new());
        form.append_pair("mode", "payment")
            .append_pair("line_items[0][quantity]", "1")
            .append_pair("line_items[0][price_data][currency]", CURRENCY)
            .append_pair("line_items[0][price_data][unit_amount]", &self.amount.get().to_string())
            .append_pair("line_items[0][price_data][product_data][name]", self.product_name)
            .append_pair("client_reference_id", self.user_id)
            .append_pair("success_url", &with_session_id(self.success_url))
            .append_pair("cancel_url", self.cancel_url);
        for (name, value) in metadata.entries() {
            form.append_pair(&format!("metadata[{name}]"), value);
            // A session's metadata stays with it; the payment's goes on to its charge, and so to refunds.
            form.append_pair(&format!("payment_intent_data[metadata][{name}]"), value);
        }
        match self.customer {
            Customer::Unknown => {}
            Customer::Email(address) => _ = form.append_pair("customer_email", address),
            Customer::Known(id) => _ = form.append_pair("customer", id),
        }
        if let Some(at) = self.expires_at {
            form.append_pair("expires_at", &at.to_string());
        }
        if let Some(locale) = self.locale {
            form.append_pair("locale", locale);
        }
        form.finish()
    }
}

/// In the query, which ends where the fragment begins.
fn with_session_id(url: &str) -> String {
    let (url, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}session_id={SESSION_ID}{fragment}")
}

/// Reads the answer.
///
/// # Errors
/// [`StripeError`]
pub fn parse_session(response: &Response<Vec<u8>>) -> Result<Session, StripeError> {
    let answer = api::answer(response)?;
    let fields = Fields(&answer);
    // Only a session that was paid, or is too old, has no page.
    Ok(Session { id: fields.text("id")?, url: fields.text("url")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: Api<'_> = Api { base_url: "https://api.stripe.com", secret_key: "sk_test_1" };

    fn purchase() -> Purchase<'static> {
        Purchase {
            id: "p1",
            wallet_id: "w1",
            user_id: "u1",
            amount: Cents::of_micros(5_000_000).unwrap(),
            product_name: "Mentora credits",
            success_url: "https://app.example/wallet",
            cancel_url: "https://app.example/wallet?cancelled=1",
            customer: Customer::Unknown,
            expires_at: None,
            locale: None,
        }
    }

    fn form(purchase: &Purchase<'_>) -> Vec<(String, String)> {
        let request = purchase.request(&API).unwrap();
        form_urlencoded::parse(request.body()).into_owned().collect()
    }

    fn value(purchase: &Purchase<'_>, name: &str) -> Option<String> {
        form(purchase).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    #[test]
    fn the_purchase_is_the_idempotency_key() {
        let request = purchase().request(&API).unwrap();
        assert_eq!(request.method(), http::Method::POST);
        assert_eq!(request.uri(), "https://api.stripe.com/v1/checkout/sessions");
        assert_eq!(request.headers()["idempotency-key"], "p1");
        assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(
            request.body(),
            purchase().request(&API).unwrap().body(),
            "asked again, the same is asked"
        );
    }

    #[test]
    fn session_and_payment_both_know_the_wallet() {
        for prefix in ["metadata", "payment_intent_data[metadata]"] {
            for (name, expected) in [("walletId", "w1"), ("purchaseId", "p1"), ("userId", "u1")] {
                assert_eq!(value(&purchase(), &format!("{prefix}[{name}]")).as_deref(), Some(expected));
            }
        }
    }

    #[test]
    fn the_session_comes_back_in_the_query_of_the_success_url() {
        for (url, expected) in [
            ("https://a.example/w", "https://a.example/w?session_id={CHECKOUT_SESSION_ID}"),
            ("https://a.example/w?x=1", "https://a.example/w?x=1&session_id={CHECKOUT_SESSION_ID}"),
            ("https://a.example/#/w", "https://a.example/?session_id={CHECKOUT_SESSION_ID}#/w"),
        ] {
            let purchase = Purchase { success_url: url, ..purchase() };
            assert_eq!(value(&purchase, "success_url").as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_not_known_is_not_sent() {
        let plain = form(&purchase());
        for name in ["customer", "customer_email", "expires_at", "locale"] {
            assert!(plain.iter().all(|(key, _)| key != name), "{name}");
        }
        let all = Purchase {
            customer: Customer::Email("kim@example.org"),
            expires_at: Some(7),
            locale: Some("zh-TW"),
            ..purchase()
        };
        assert_eq!(value(&all, "customer_email").as_deref(), Some("kim@example.org"));
        assert_eq!(value(&all, "expires_at").as_deref(), Some("7"));
        assert_eq!(value(&all, "locale").as_deref(), Some("zh-TW"));
        let known = Purchase { customer: Customer::Known("cus_1"), ..purchase() };
        assert_eq!(value(&known, "customer").as_deref(), Some("cus_1"));
    }

    #[test]
    fn an_id_that_breaks_the_header_makes_no_request() {
        let broken = Purchase { id: "p\n1", ..purchase() };
        assert!(matches!(broken.request(&API), Err(StripeError::Request(_))));
    }

    #[test]
    fn an_answer_is_a_page_to_pay_on() {
        let answer = |body: &str| {
            parse_session(&Response::builder().status(200).body(body.as_bytes().to_vec()).unwrap())
        };
        let session =
            answer(r#"{"id":"cs_1","url":"https://checkout.stripe.com/c/pay/cs_1","status":"open"}"#);
        let url = "https://checkout.stripe.com/c/pay/cs_1".to_owned();
        assert_eq!(session, Ok(Session { id: "cs_1".into(), url }));
        assert!(
            matches!(answer(r#"{"id":"cs_1","url":null}"#), Err(StripeError::Malformed(text)) if text.contains("url"))
        );
    }
}
