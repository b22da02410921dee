//! All that was charged in a time, page by page: what the nightly reconciliation holds against the ledgers.
//!
//! Source: <https://docs.stripe.com/api/charges/list>

use form_urlencoded::Serializer;
use http::{Request, Response};
use serde_json::Value;

use crate::amount::Money;
use crate::api::{self, Api, StripeError};
use crate::fields::{Fields, Missing};
use crate::metadata::Metadata;

/// Stripe gives no more at once.
const PER_PAGE: &str = "100";

/// A page of charges that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<'a> {
    /// Made then or later, seconds since the Unix epoch.
    pub from: i64,
    /// Made before, seconds since the Unix epoch.
    pub until: i64,
    /// [`Page::next`] of the page before; none for the first.
    pub after: Option<&'a str>,
}

/// A page of charges, the latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What is on it.
    pub charges: Vec<Charge>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// Money that was taken, or that was to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// As `ch_…`.
    pub id: String,
    /// As `pi_…`.
    pub payment_intent_id: Option<String>,
    /// Whose it was.
    pub metadata: Metadata,
    /// How much.
    pub amount: Money,
    /// What was given back since.
    pub refunded: Money,
    /// Whether the money has come: neither failed, nor on its way.
    pub paid: bool,
    /// Whether there is, or was, a dispute.
    pub disputed: bool,
    /// When it was made, seconds since the Unix epoch.
    pub created: i64,
    /// Whether it is about real money.
    pub livemode: bool,
}

impl Query<'_> {
    /// The request for the page.
    ///
    /// # Errors
    /// [`StripeError::Request`]
    pub fn request(&self, api: &Api<'_>) -> Result<Request<Vec<u8>>, StripeError> {
        let mut query = Serializer::new(String::new());
        query
            .append_pair("limit", PER_PAGE)
            .append_pair("created[gte]", &self.from.to_string())
            .append_pair("created[lt]", &self.until.to_string());
        if let Some(after) = self.after {
            query.append_pair("starting_after", after);
        }
        api.get(&format!("/v1/charges?{}", query.finish()))
    }
}

/// Reads a page.
///
/// # Errors
/// [`StripeError`]
pub fn parse_page(response: &Response<Vec<u8>>) -> Result<Page, StripeError> {
    let answer = api::answer(response)?;
    let list = answer.get("data").and_then(Value::as_array).ok_or(Missing("data"))?;
    let charges = list.iter().map(Charge::of).collect::<Result<Vec<_>, _>>()?;
    let more = Fields(&answer).boolean("has_more")?;
    let next = charges.last().filter(|_| more).map(|charge| charge.id.clone());
    if more && next.is_none() {
        return Err(StripeError::Malformed("an empty page that is not the last".into()));
    }
    Ok(Page { charges, next })
}

impl Charge {
    fn of(object: &Value) -> Result<Self, Missing> {
        let fields = Fields(object);
        Ok(Self {
            id: fields.text("id")?,
            payment_intent_id: fields.optional_reference("payment_intent"),
            metadata: Metadata::of(object),
            amount: fields.money("amount")?,
            refunded: fields.money("amount_refunded")?,
            // What a bank has yet to send counts as `paid`, with another status.
            paid: fields.boolean("paid")? && fields.text("status")? == "succeeded",
            disputed: fields.boolean("disputed")?,
            created: fields.seconds("created")?,
            livemode: fields.boolean("livemode")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn charge(id: &str, status: &str) -> Value {
        json!({
            "id": id, "object": "charge", "amount": 500, "amount_refunded": 200, "currency": "usd", "paid": true,
            "status": status, "disputed": false, "created": 1_795_348_800, "livemode": false, "payment_intent": "pi_1",
            "metadata": { "walletId": "w1", "purchaseId": "p1" },
        })
    }

    fn page(charges: &[Value], has_more: bool) -> Result<Page, StripeError> {
        let body = json!({ "object": "list", "data": charges, "has_more": has_more, "url": "/v1/charges" });
        parse_page(&Response::builder().status(200).body(body.to_string().into_bytes()).unwrap())
    }

    #[test]
    fn a_page_is_asked_for_by_time_and_place() {
        let api = Api { base_url: "https://api.stripe.com", secret_key: "sk_test_1" };
        let query = Query { from: 10, until: 20, after: Some("ch_9") };
        let request = query.request(&api).unwrap();
        let asked = request.uri().query().unwrap();
        let asked: Vec<_> = form_urlencoded::parse(asked.as_bytes()).into_owned().collect();
        let expected =
            [("limit", "100"), ("created[gte]", "10"), ("created[lt]", "20"), ("starting_after", "ch_9")];
        assert_eq!(asked, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn pages_follow_each_other_until_the_last() {
        let charges = [charge("ch_2", "succeeded"), charge("ch_1", "pending")];
        let first = page(&charges, true).unwrap();
        assert_eq!(first.next.as_deref(), Some("ch_1"));
        assert_eq!(page(&charges, false).unwrap().next, None);
        assert!(page(&[], true).is_err(), "it would be asked for for ever");
        assert_eq!(page(&[], false).unwrap().charges, []);
    }

    #[test]
    fn money_on_its_way_is_not_paid() {
        let charges = page(&[charge("ch_2", "succeeded"), charge("ch_1", "pending")], false).unwrap().charges;
        assert_eq!(charges.iter().map(|charge| charge.paid).collect::<Vec<_>>(), [true, false]);
        assert_eq!(charges[0].refunded.micros(), Some(2_000_000));
        assert_eq!(charges[0].metadata.wallet_id.as_deref(), Some("w1"));
    }
}
