//! How a payment knows its wallet: metadata that we give a session and its payment, and that Stripe copies to the charge.

use serde_json::Value;

/// Whose a payment is, as far as what Stripe sent tells. All of it is ours, none of it the customer's to write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The wallet to be credited.
    pub wallet_id: Option<String>,
    /// The purchase, which is the idempotency key of its session as well.
    pub purchase_id: Option<String>,
    /// Who bought.
    pub user_id: Option<String>,
}

const WALLET: &str = "walletId";
const PURCHASE: &str = "purchaseId";
const USER: &str = "userId";

impl Metadata {
    /// Names and values, as they are sent.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let entries = [(WALLET, &self.wallet_id), (PURCHASE, &self.purchase_id), (USER, &self.user_id)];
        entries.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Of an object of Stripe's. What is not there is not told.
    pub(crate) fn of(object: &Value) -> Self {
        let entry = |name| {
            let value = object.get("metadata")?.get(name)?.as_str()?;
            Some(value).filter(|value| !value.is_empty()).map(str::to_owned)
        };
        Self { wallet_id: entry(WALLET), purchase_id: entry(PURCHASE), user_id: entry(USER) }
    }
}
