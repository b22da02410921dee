//! A page of Stripe's on which credits are bought.

use mentora_core::money::Micros;
use mentora_durable::platform::stripe::Stripe;
use mentora_durable::wallet::calls::WalletRef;
use mentora_payments::amount::Cents;
use mentora_payments::checkout::{Customer, Purchase};
use mentora_wire::rest::CheckoutBody;

use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;

/// What the page and the bill call it.
const PRODUCT: &str = "Mentora credits";

/// Opens the page. The customer comes back to `page` of the web app.
///
/// # Errors
/// `503` when payments are not set up here, or Stripe does not answer.
pub async fn open(
    context: &Context,
    caller: &Caller,
    wallet: &WalletRef,
    amount: Micros,
    page: &str,
) -> Result<CheckoutBody, ApiError> {
    let config = &context.config().stripe;
    // Who pays is to be credited: without the other secret, nobody would hear of it.
    if config.webhook_secrets.is_empty() {
        return Err(ApiError::not_configured("STRIPE_WEBHOOK_SECRET"));
    }
    let stripe = Stripe::of(config).ok_or_else(|| ApiError::not_configured("STRIPE_SECRET_KEY"))?;
    // The same whenever the request is sent again with its key, so that there is one session.
    let id: String = context.fresh_id()?;
    let cents = Cents::of_micros(amount.0);
    let purchase = Purchase {
        id: &id,
        wallet_id: wallet.id.as_str(),
        user_id: caller.actor.user.as_str(),
        amount: cents.map_err(|error| ApiError::invalid_field("amountMicros", &error.to_string()))?,
        product_name: PRODUCT,
        success_url: &format!("{page}?paid=true"),
        cancel_url: page,
        customer: if caller.email.is_empty() { Customer::Unknown } else { Customer::Email(&caller.email) },
        expires_at: None,
        locale: None,
    };
    let session = stripe.open_session(&purchase).await?;
    Ok(CheckoutBody { url: session.url, session_id: session.id })
}
