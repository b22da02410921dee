//! What an event of Stripe's does to a wallet. Events come at least once and in any order, so each does all that it stands
//! for: a dispute that was won was opened before, whether we have heard of that or not.

use mentora_core::ids::WalletId;
use mentora_core::money::Micros;
use mentora_core::wallet::{Movement, MovementReply};
use mentora_durable::platform::stripe::Stripe;
use mentora_durable::wallet::calls::{Calls, WalletRef};
use mentora_payments::amount::Money;
use mentora_payments::api::StripeError;
use mentora_payments::event::{Dispute, DisputeStatus, Event, Meaning, Paid, Refunded};
use mentora_payments::metadata::Metadata;

use super::entries;
use crate::context::Context;
use crate::error::ApiError;
use crate::wallets;

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Money was moved, now or when it was told before.
    Moved {
        /// Whether all of it was known.
        before: bool,
    },
    /// It moves nothing.
    Nothing,
    /// It should move something and cannot; being told again does not help. Somebody has to look into it.
    Stray(&'static str),
}

/// Carries an event out.
///
/// # Errors
/// When the wallet or Stripe does not answer: Stripe is to tell it again.
pub async fn carry_out(context: &Context, event: &Event) -> Result<Outcome, ApiError> {
    match &event.meaning {
        Meaning::Paid(paid) => self::paid(context, paid).await,
        Meaning::Refunded(refunded) => self::refunded(context, refunded).await,
        Meaning::DisputeOpened(dispute) => opened(context, dispute).await,
        Meaning::DisputeClosed(dispute) => closed(context, dispute).await,
        Meaning::PaymentPending(_) | Meaning::PaymentFailed(_) | Meaning::Expired(_) | Meaning::Nothing => {
            Ok(Outcome::Nothing)
        }
    }
}

async fn paid(context: &Context, Paid { order, payment_intent_id }: &Paid) -> Result<Outcome, ApiError> {
    let Some(amount) = credits(&order.amount) else { return Ok(Outcome::Stray(OTHER_CURRENCY)) };
    let Some(wallet) = wallet(context, Some(&order.wallet_id)).await? else {
        return Ok(Outcome::Stray(NO_WALLET));
    };
    let by = entries::payer(Some(&order.user_id));
    carry(context, &wallet, [entries::topup(&order.purchase_id, payment_intent_id, amount, by)]).await
}

async fn refunded(context: &Context, refund: &Refunded) -> Result<Outcome, ApiError> {
    let Some(total) = credits(&refund.refunded) else { return Ok(Outcome::Stray(OTHER_CURRENCY)) };
    let Some(wallet) = wallet(context, refund.metadata.wallet_id.as_deref()).await? else {
        return Ok(Outcome::Stray(NO_WALLET));
    };
    let by = entries::payer(refund.metadata.user_id.as_deref());
    let reply =
        Calls::new(context.env()).paid_back(&wallet, entries::refunded(&refund.charge_id, total, by)).await?;
    Ok(Outcome::Moved { before: was_before(reply) })
}

async fn opened(context: &Context, dispute: &Dispute) -> Result<Outcome, ApiError> {
    match dispute.status {
        DisputeStatus::Inquiry | DisputeStatus::Other(_) => Ok(Outcome::Nothing),
        DisputeStatus::Open | DisputeStatus::Won | DisputeStatus::Lost => {
            decide(context, dispute, false).await
        }
    }
}

async fn closed(context: &Context, dispute: &Dispute) -> Result<Outcome, ApiError> {
    match dispute.status {
        DisputeStatus::Won => decide(context, dispute, true).await,
        DisputeStatus::Lost => decide(context, dispute, false).await,
        // An inquiry took no money, so that none comes back.
        DisputeStatus::Inquiry | DisputeStatus::Open | DisputeStatus::Other(_) => Ok(Outcome::Nothing),
    }
}

/// The money went when the dispute was opened; if it was won, it came back.
async fn decide(context: &Context, dispute: &Dispute, won: bool) -> Result<Outcome, ApiError> {
    let Some(amount) = credits(&dispute.amount) else { return Ok(Outcome::Stray(OTHER_CURRENCY)) };
    let Some(metadata) = whose(context, dispute).await? else { return Ok(Outcome::Stray(NO_PAYMENT)) };
    let Some(wallet) = wallet(context, metadata.wallet_id.as_deref()).await? else {
        return Ok(Outcome::Stray(NO_WALLET));
    };
    let by = entries::payer(metadata.user_id.as_deref());
    let opened = entries::disputed(&dispute.id, amount, by.clone());
    let won = won.then(|| entries::won(&dispute.id, amount, by));
    carry(context, &wallet, [Some(opened), won].into_iter().flatten()).await
}

/// A dispute does not say whose payment it is about; the payment does.
async fn whose(context: &Context, dispute: &Dispute) -> Result<Option<Metadata>, ApiError> {
    let Some(payment) = &dispute.payment_intent_id else { return Ok(None) };
    let stripe = Stripe::of(&context.config().stripe);
    let stripe = stripe.ok_or_else(|| ApiError::not_configured("STRIPE_SECRET_KEY"))?;
    match stripe.payment(payment).await {
        Ok(payment) => Ok(Some(payment.metadata)),
        Err(StripeError::Refused { status: 404, .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn carry(
    context: &Context,
    wallet: &WalletRef,
    movements: impl IntoIterator<Item = Movement>,
) -> Result<Outcome, ApiError> {
    let mut before = true;
    for movement in movements {
        before &= was_before(wallets::perform(context, wallet, movement).await?);
    }
    Ok(Outcome::Moved { before })
}

async fn wallet(context: &Context, id: Option<&str>) -> Result<Option<WalletRef>, ApiError> {
    match id.and_then(|id| WalletId::new(id).ok()) {
        Some(id) => wallets::find(&context.documents(), &id).await,
        None => Ok(None),
    }
}

/// None for another currency than ours.
fn credits(money: &Money) -> Option<Micros> {
    money.micros().map(Micros)
}

/// What is not tied to what is free is never short.
fn was_before(reply: MovementReply) -> bool {
    matches!(reply, MovementReply::Done { before: true, .. })
}

const OTHER_CURRENCY: &str = "it is of another currency";
const NO_WALLET: &str = "it names no wallet of a user or course that is there";
const NO_PAYMENT: &str = "it names no payment";
