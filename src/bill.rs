//! Paying for an answer of the text model that a request waits for: held before it is asked, charged when it has answered. A
//! request that dies in between leaves a hold, which frees itself.

use mentora_core::documents::{LedgerScope, Usage};
use mentora_core::ids::{CourseId, UserId};
use mentora_core::money::Micros;
use mentora_core::pricing::price_version;
use mentora_core::wallet::{HoldCall, HoldKey, HoldReply, SettleCall};
use mentora_durable::wallet::calls::{Calls, WalletRef};
use mentora_wire::stream::server::Shortage;

use crate::context::Context;
use crate::error::ApiError;

/// What a course owes for an answer to come.
pub struct Bill<'a> {
    wallets: Calls<'a>,
    wallet: WalletRef,
    /// Names the answer.
    key: String,
}

impl<'a> Bill<'a> {
    /// Holds what the answer may cost at most.
    ///
    /// # Errors
    /// When the course cannot pay it, or its wallet does not answer.
    pub async fn open(context: &'a Context, course: &CourseId, most: Micros) -> Result<Self, ApiError> {
        let (wallets, wallet) = (Calls::new(context.env()), WalletRef::of_course(course));
        let id: String = context.fresh_id()?;
        let key = format!("preview:{id}");
        let call = HoldCall { key: HoldKey(key.clone()), amount: most, free: None };
        let available_micros = match wallets.hold(&wallet, call).await? {
            // Over: the same request was paid for before, and its answer was lost.
            HoldReply::Granted | HoldReply::Over => return Ok(Self { wallets, wallet, key }),
            HoldReply::Short { available } => available,
        };
        let message = "The wallet of the course cannot pay for the answer. Its staff can top it up.";
        let shortage = Shortage { required_micros: most, available_micros, wallet_id: wallet.id };
        Err(ApiError::insufficient_credits(message, &shortage))
    }

    /// Charges what it cost.
    ///
    /// # Errors
    /// When the wallet does not answer.
    pub async fn settle(
        self,
        cost: Micros,
        usage: Usage,
        scope: LedgerScope,
        by: UserId,
    ) -> Result<(), ApiError> {
        let call = SettleCall {
            key: HoldKey(self.key.clone()),
            cost,
            idempotency_key: self.key,
            scope,
            usage: Some(usage),
            price_version: price_version().to_owned(),
            by,
        };
        let settled = self.wallets.settle(&self.wallet, call.clone()).await;
        // It is the same charge, however often it is asked for.
        if settled.is_err() {
            self.wallets.settle(&self.wallet, call).await?;
        }
        Ok(())
    }

    /// There will be no answer. Should the wallet not hear of it, the hold runs out by itself.
    pub async fn drop(self) {
        let _ = self.wallets.release(&self.wallet, HoldKey(self.key)).await;
    }
}
