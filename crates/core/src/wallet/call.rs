//! What may be asked of a wallet, and what it answers.

use serde::{Deserialize, Serialize};

use crate::documents::{LedgerEntryType, LedgerProvider, LedgerScope, Usage};
use crate::ids::{ConversationId, CourseId, TurnId, UserId, WalletId};
use crate::money::Micros;

/// Something asked of a wallet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Call {
    /// Money is to be held for an answer.
    Hold(HoldCall),
    /// An answer cost this much.
    Settle(SettleCall),
    /// Nothing came of an answer.
    Release(HoldKey),
    /// Money comes or goes.
    Move(Movement),
    /// A payer got money back from the payment provider.
    PaidBack(PaidBack),
    /// How much is there?
    Stand,
}

/// What makes a hold one hold, however often it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldKey(pub String);

impl HoldKey {
    /// The hold of that number of a conversation.
    #[must_use]
    pub fn of(conversation: &ConversationId, number: u32) -> Self {
        Self(format!("{conversation}:{number}"))
    }
}

/// Money is to be held for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldCall {
    /// Which hold.
    pub key: HoldKey,
    /// How much the answer may cost at most; more than nothing.
    pub amount: Micros,
    /// Credits that cost the owner nothing and are used first.
    pub free: Option<FreeCredits>,
}

/// What a demo course gives each student.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FreeCredits {
    /// The course.
    pub course: CourseId,
    /// The student.
    pub user: UserId,
    /// How much in all.
    pub most: Micros,
}

/// An answer cost this much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettleCall {
    /// The hold; there may never have been one.
    pub key: HoldKey,
    /// How much the answer cost; none or more.
    pub cost: Micros,
    /// What makes it one charge, 1 to 200 characters.
    pub idempotency_key: String,
    /// What it was for.
    pub scope: LedgerScope,
    /// What was metered.
    pub usage: Option<Usage>,
    /// Version of the price table.
    pub price_version: String,
    /// Whose doing it was.
    pub by: UserId,
}

impl SettleCall {
    /// The key of a turn's charge: a turn is paid for once.
    #[must_use]
    pub fn key_of(turn: &TurnId) -> String {
        format!("turn:{turn}")
    }
}

/// Money comes or goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Movement {
    /// What it is.
    pub kind: LedgerEntryType,
    /// How much; negative when it goes.
    pub amount: Micros,
    /// What makes it one movement, 1 to 200 characters.
    pub idempotency_key: String,
    /// What it was for.
    pub scope: LedgerScope,
    /// The payment behind it.
    pub provider: Option<LedgerProvider>,
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
    /// Whose doing it was.
    pub by: UserId,
    /// Whether it is refused when less is free than goes.
    pub within_available: bool,
}

impl Movement {
    /// What every new wallet is given.
    pub(super) fn welcome(wallet: &WalletId, amount: Micros) -> Self {
        Self {
            kind: LedgerEntryType::Grant,
            amount,
            idempotency_key: format!("welcome:{wallet}"),
            scope: LedgerScope::default(),
            provider: None,
            reason: Some("Welcome to Mentora".to_owned()),
            by: UserId::system(),
            within_available: false,
        }
    }
}

/// A payer got money back from the payment provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaidBack {
    /// The provider's name of the payment.
    pub payment: LedgerProvider,
    /// How much in all, up to now: reports of it may come twice and in any order.
    pub total: Micros,
    /// Whose payment it was.
    pub by: UserId,
}

impl PaidBack {
    /// The key of its entry.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}:{}", self.sum(), self.total.0)
    }

    /// Name of the sum of what is known to have been paid back.
    pub(super) fn sum(&self) -> String {
        format!("paid-back:{}:{}", self.payment.name, self.payment.reference)
    }
}

/// What a wallet answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reply {
    /// To [`Call::Hold`].
    Held(HoldReply),
    /// To [`Call::Settle`], [`Call::Release`] and [`Call::Stand`]: what is there now.
    Paid(Standing),
    /// To [`Call::Move`] and [`Call::PaidBack`].
    Moved(MovementReply),
}

/// How asking for a hold went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HoldReply {
    /// It is held, now or already.
    Granted,
    /// There is not enough; nothing is held.
    Short {
        /// What is in the wallet and not held for other answers.
        available: Micros,
    },
    /// It was settled or released before: nothing is held any more.
    Over,
}

/// How a movement went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MovementReply {
    /// It is done, now or before.
    Done {
        /// Whether it had been done before.
        before: bool,
        /// What is there now.
        standing: Standing,
    },
    /// Less is free than was to go; nothing went.
    Short {
        /// What is in the wallet and not held.
        available: Micros,
    },
}

/// What is in a wallet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// What is in it, the held part included.
    pub balance: Micros,
    /// What is held.
    pub held: Micros,
    /// At less than this the owner is warned.
    pub low_balance: Micros,
}

impl Standing {
    /// What is not held; less than nothing after a payment was taken back.
    #[must_use]
    pub fn available(&self) -> Micros {
        Micros(self.balance.0.saturating_sub(self.held.0))
    }

    /// Whether the owner is to be warned.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.balance < self.low_balance
    }
}
