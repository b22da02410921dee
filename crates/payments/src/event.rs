//! Events: what Stripe tells of payments, as far as it matters to a wallet.
//!
//! Each comes at least once, in any order: a refund may come before the payment. Nothing here remembers anything; the
//! wallet keeps what it has been told, by the ids of purchase, charge and dispute.
//!
//! Source: <https://docs.stripe.com/api/events/types>

use serde_json::Value;

use crate::amount::Money;
use crate::fields::{Fields, Missing};
use crate::metadata::Metadata;

/// Something that happened at Stripe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// As `evt_…`; the same whenever it is told again.
    pub id: String,
    /// Stripe's name for it, as `checkout.session.completed`.
    pub name: String,
    /// When it happened, seconds since the Unix epoch.
    pub created: i64,
    /// Whether it is about real money. A wallet of real credits takes no other.
    pub livemode: bool,
    /// What it means.
    pub meaning: Meaning,
}

/// What an event means to a wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The money has come. Two events may say so of one purchase.
    Paid(Paid),
    /// The customer is done, the money is on its way: a bank takes days.
    PaymentPending(Ordered),
    /// The money will not come.
    PaymentFailed(Ordered),
    /// The session was never paid, and is over.
    Expired(Ordered),
    /// Some or all of a charge was given back.
    Refunded(Refunded),
    /// The customer's bank wants the money back, or asks why it was taken.
    DisputeOpened(Dispute),
    /// It is decided whose the money is.
    DisputeClosed(Dispute),
    /// Nothing to a wallet: answered with 200 all the same, else Stripe would tell it again for days.
    Nothing,
}

/// A purchase, as its session tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// Our id of the purchase.
    pub purchase_id: String,
    /// The wallet to be credited.
    pub wallet_id: String,
    /// Who bought.
    pub user_id: String,
    /// As `cs_…`.
    pub session_id: String,
    /// What it costs, all included.
    pub amount: Money,
}

/// A purchase that was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// What was bought. To be held against what we ordered, before anything is credited.
    pub order: Ordered,
    /// As `pi_…`; refunds and disputes name it.
    pub payment_intent_id: String,
}

/// A charge of which something was given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refunded {
    /// As `ch_…`.
    pub charge_id: String,
    /// As `pi_…`.
    pub payment_intent_id: Option<String>,
    /// Whose it was.
    pub metadata: Metadata,
    /// What was paid once.
    pub amount: Money,
    /// All that was given back until then, this time included: the largest that was ever told counts.
    pub refunded: Money,
}

/// A payment that the customer's bank disputes. It does not say whose it was: [`crate::payment_intent`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// As `du_…` or `dp_…`.
    pub id: String,
    /// As `ch_…`.
    pub charge_id: String,
    /// As `pi_…`.
    pub payment_intent_id: Option<String>,
    /// What is disputed; it may be less than was paid.
    pub amount: Money,
    /// How it stands.
    pub status: DisputeStatus,
}

/// How a dispute stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisputeStatus {
    /// A question of the bank's, which takes no money: `warning_…`.
    Inquiry,
    /// The money has been taken, until it is decided.
    Open,
    /// The money is ours.
    Won,
    /// The money is the customer's.
    Lost,
    /// By Stripe's own name, as `prevented`.
    Other(String),
}

/// Why an event is not understood. Being told again does not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Not JSON.
    #[error("the event is not JSON: {0}")]
    NotJson(String),
    /// JSON of something else, as Stripe's thin events.
    #[error("this is no event of Stripe's")]
    NotAnEvent,
    /// An event that matters, without what makes it matter. A session without our metadata was not made by us.
    #[error("{event} {id}: {missing}")]
    Missing {
        /// As `evt_…`.
        id: String,
        /// As `checkout.session.completed`.
        event: String,
        /// What.
        missing: Missing,
    },
}

impl Event {
    /// Reads an event. Where it came from is a matter of [`crate::webhook`].
    ///
    /// # Errors
    /// [`EventError`]
    pub fn parse(body: &[u8]) -> Result<Self, EventError> {
        let event: Value =
            serde_json::from_slice(body).map_err(|error| EventError::NotJson(error.to_string()))?;
        let fields = Fields(&event);
        if fields.optional_text("object") != Some("event") {
            return Err(EventError::NotAnEvent);
        }
        let (Ok(id), Ok(name)) = (fields.text("id"), fields.text("type")) else {
            return Err(EventError::NotAnEvent);
        };
        let read = || {
            let object = event.get("data").and_then(|data| data.get("object")).unwrap_or(&Value::Null);
            Ok((fields.seconds("created")?, fields.boolean("livemode")?, Meaning::of(&name, object)?))
        };
        match read() {
            Ok((created, livemode, meaning)) => Ok(Self { id, name, created, livemode, meaning }),
            Err(missing) => Err(EventError::Missing { id, event: name, missing }),
        }
    }
}

impl Meaning {
    fn of(name: &str, object: &Value) -> Result<Self, Missing> {
        let fields = Fields(object);
        match name {
            "charge.refunded" => refunded(object).map(Self::Refunded),
            // An inquiry that becomes a dispute is not created again: that the money is gone is all that is told.
            "charge.dispute.created" | "charge.dispute.funds_withdrawn" => {
                dispute(fields).map(Self::DisputeOpened)
            }
            "charge.dispute.closed" => dispute(fields).map(Self::DisputeClosed),
            _ => match name.strip_prefix("checkout.session.") {
                Some(what) => Self::of_session(what, object),
                None => Ok(Self::Nothing),
            },
        }
    }

    fn of_session(what: &str, object: &Value) -> Result<Self, Missing> {
        let ours =
            matches!(what, "completed" | "async_payment_succeeded" | "async_payment_failed" | "expired");
        let fields = Fields(object);
        // Subscriptions and cards kept for later are no purchases of credits.
        if !ours || fields.text("mode")? != "payment" {
            return Ok(Self::Nothing);
        }
        let order = ordered(object)?;
        match (what, fields.text("payment_status")?.as_str()) {
            ("async_payment_failed", _) => Ok(Self::PaymentFailed(order)),
            ("expired", _) => Ok(Self::Expired(order)),
            (_, "paid") => {
                Ok(Self::Paid(Paid { order, payment_intent_id: fields.reference("payment_intent")? }))
            }
            ("completed", "unpaid") => Ok(Self::PaymentPending(order)),
            // `no_payment_required`: no money, no credits.
            _ => Ok(Self::Nothing),
        }
    }
}

fn ordered(object: &Value) -> Result<Ordered, Missing> {
    let (fields, metadata) = (Fields(object), Metadata::of(object));
    Ok(Ordered {
        purchase_id: metadata.purchase_id.ok_or(Missing("metadata.purchaseId"))?,
        wallet_id: metadata.wallet_id.ok_or(Missing("metadata.walletId"))?,
        user_id: metadata.user_id.ok_or(Missing("metadata.userId"))?,
        session_id: fields.text("id")?,
        amount: fields.money("amount_total")?,
    })
}

fn refunded(object: &Value) -> Result<Refunded, Missing> {
    let fields = Fields(object);
    Ok(Refunded {
        charge_id: fields.text("id")?,
        payment_intent_id: fields.optional_reference("payment_intent"),
        metadata: Metadata::of(object),
        amount: fields.money("amount")?,
        refunded: fields.money("amount_refunded")?,
    })
}

fn dispute(fields: Fields<'_>) -> Result<Dispute, Missing> {
    Ok(Dispute {
        id: fields.text("id")?,
        charge_id: fields.reference("charge")?,
        payment_intent_id: fields.optional_reference("payment_intent"),
        amount: fields.money("amount")?,
        status: match fields.text("status")?.as_str() {
            "needs_response" | "under_review" => DisputeStatus::Open,
            "won" => DisputeStatus::Won,
            "lost" => DisputeStatus::Lost,
            warning if warning.starts_with("warning_") => DisputeStatus::Inquiry,
            other => DisputeStatus::Other(other.to_owned()),
        },
    })
}

#[cfg(test)]
mod tests;
