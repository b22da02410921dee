//! Where it is all written down: SQLite in the Durable Object, maps in tests.

use serde::{Deserialize, Serialize};

use super::LOW_BALANCE;
use super::call::{HoldKey, Standing};
use crate::documents::{LedgerEntry, Wallet, WalletOwner};
use crate::ids::{CourseId, LedgerEntryId, UserId, WalletId, digest};
use crate::money::Micros;
use crate::time::Millis;

/// What a wallet is written down in. Writes are seen by the reads after them; a call's writes are kept all or none.
pub trait Books {
    /// What can go wrong.
    type Error;

    /// What is in the wallet; `None` before it was opened.
    ///
    /// # Errors
    /// When it cannot be read.
    fn head(&self) -> Result<Option<Head>, Self::Error>;
    /// Keeps what is in it.
    ///
    /// # Errors
    /// When it cannot be written.
    fn put_head(&mut self, head: &Head) -> Result<(), Self::Error>;
    /// A hold, also one that is over.
    ///
    /// # Errors
    /// When it cannot be read.
    fn hold(&self, key: &HoldKey) -> Result<Option<Hold>, Self::Error>;
    /// Keeps a hold.
    ///
    /// # Errors
    /// When it cannot be written.
    fn put_hold(&mut self, key: &HoldKey, hold: &Hold) -> Result<(), Self::Error>;
    /// The live holds whose time has come at `now`.
    ///
    /// # Errors
    /// When they cannot be read.
    fn lapsed(&self, now: Millis) -> Result<Vec<(HoldKey, Hold)>, Self::Error>;
    /// Forgets the holds that are over and whose time came before `before`.
    ///
    /// # Errors
    /// When it cannot be written.
    fn forget_holds(&mut self, before: Millis) -> Result<(), Self::Error>;
    /// A sum kept by name; nothing at first.
    ///
    /// # Errors
    /// When it cannot be read.
    fn sum_of(&self, name: &str) -> Result<Micros, Self::Error>;
    /// Keeps a sum.
    ///
    /// # Errors
    /// When it cannot be written.
    fn put_sum(&mut self, name: &str, sum: Micros) -> Result<(), Self::Error>;
    /// Whether an entry of that id was ever made.
    ///
    /// # Errors
    /// When it cannot be read.
    fn has_entry(&self, id: &LedgerEntryId) -> Result<bool, Self::Error>;
    /// Keeps a new entry, which Firestore has yet to be told.
    ///
    /// # Errors
    /// When it cannot be written.
    fn put_entry(&mut self, id: &LedgerEntryId, entry: &LedgerEntry) -> Result<(), Self::Error>;
}

/// What is in a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Whose it is.
    pub owner_type: WalletOwner,
    /// The wallet, named as its owner.
    pub wallet: WalletId,
    /// The sum of the ledger.
    pub balance: Micros,
    /// The sum of the live holds that are not on free credits.
    pub held: Micros,
    /// At less than this the owner is warned.
    pub low_balance: Micros,
    /// When it was opened.
    pub created_at: Millis,
    /// When it last changed.
    pub updated_at: Millis,
    /// The time of the newest entry: no two bear the same, so that the ledger has an order.
    #[serde(default)]
    pub last_entry_at: Millis,
}

impl Head {
    /// An empty wallet.
    #[must_use]
    pub fn new(owner_type: WalletOwner, wallet: WalletId, now: Millis) -> Self {
        Self {
            owner_type,
            wallet,
            balance: Micros::ZERO,
            held: Micros::ZERO,
            low_balance: LOW_BALANCE,
            created_at: now,
            updated_at: now,
            last_entry_at: Millis::default(),
        }
    }

    /// The wallet as Firestore has it, whose object knows nothing any more: what was held is free again.
    #[must_use]
    pub fn of_document(wallet: WalletId, document: &Wallet) -> Self {
        Self {
            owner_type: document.owner_type,
            wallet,
            balance: document.balance_micros,
            held: Micros::ZERO,
            low_balance: document.low_balance_micros,
            created_at: document.created_at,
            updated_at: document.updated_at,
            last_entry_at: document.updated_at,
        }
    }

    /// As a document.
    #[must_use]
    pub fn document(&self) -> Wallet {
        Wallet {
            owner_type: self.owner_type,
            owner_id: self.wallet.clone(),
            balance_micros: self.balance,
            held_micros: self.held,
            low_balance_micros: self.low_balance,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }

    /// What a caller is told of it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing { balance: self.balance, held: self.held, low_balance: self.low_balance }
    }
}

/// Money held for one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// How much.
    pub amount: Micros,
    /// Where it stands.
    pub state: HoldState,
    /// When it runs out.
    pub expires_at: Millis,
    /// The free credits that it is on, if it is.
    pub free: Option<FreeHold>,
}

/// Free credits that a hold is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeHold {
    /// Of which course.
    pub course: CourseId,
    /// Whose.
    pub user: UserId,
    /// How many they were in all.
    pub most: Micros,
}

impl FreeHold {
    /// Name of the sum of what was taken of them, held or spent. It stays when the user is forgotten, and does not tell who
    /// it was.
    pub(super) fn sum(&self) -> String {
        format!("free:{}", digest(format!("{}:{}", self.course, self.user)))
    }
}

/// Where a hold stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldState {
    /// Money is held.
    Live,
    /// Its time was up: it is free again, and may be asked for once more.
    Lapsed,
    /// Nothing came of the answer.
    Released,
    /// The answer was paid for.
    Settled,
}
