//! A wallet: what may be spent, what is held for answers under way, and the ledger of what happened.
//!
//! A turn is `hold -> settle | release`. Money that moves otherwise is a [`Movement`]. Whatever is asked for bears a key, and
//! asked for again under its key it changes nothing; so a caller who does not know how it went asks again.
//!
//! Nothing is kept in memory: each [`Call`] reads what it needs from the [`Books`], decides, and writes, all or nothing.
//!
//! # Layout
//! - [`books`]: where it is all written down
//! - [`call`]: what may be asked of a wallet, and what it answers
//! - `hold`: hold, settle, release, and holds that run out
//! - `movement`: money that comes and goes otherwise
//! - [`flush`]: the way of the ledger to Firestore
//! - [`csv`]: the ledger as a file; [`spend`]: what answers took, by day and by person

pub mod books;
pub mod call;
pub mod csv;
pub mod flush;
mod hold;
mod movement;
pub mod spend;

pub use self::books::{Books, Head, Hold, HoldState};
pub use self::call::{
    Call, FreeCredits, HoldCall, HoldKey, HoldReply, Movement, MovementReply, PaidBack, Reply, SettleCall,
    Standing,
};
use crate::documents::{LedgerEntry, WalletOwner};
use crate::ids::{LedgerEntryId, WalletId};
use crate::money::Micros;
use crate::time::{Millis, seconds};

/// How long a hold stands that is neither settled nor released: longer than any answer takes with all its retries.
pub const HOLD_MS: i64 = seconds(15 * 60);
/// How long is remembered what became of a hold, for requests that come late.
pub const REMEMBERED_MS: i64 = seconds(7 * 24 * 3_600);
/// At less than this the owner of a new wallet is warned.
pub const LOW_BALANCE: Micros = Micros::CREDIT;

/// What a wallet begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Whose it is.
    pub owner_type: WalletOwner,
    /// The wallet.
    pub wallet: WalletId,
    /// Credits that every new wallet is given; none or more.
    pub welcome: Micros,
}

/// Opens a new wallet.
///
/// # Errors
/// Those of the books.
pub fn open<B: Books>(books: &mut B, now: Millis, beginning: &Beginning) -> Result<(), B::Error> {
    books.put_head(&Head::new(beginning.owner_type, beginning.wallet.clone(), now))?;
    if beginning.welcome > Micros::ZERO {
        movement::perform(books, now, &Movement::welcome(&beginning.wallet, beginning.welcome))?;
    }
    Ok(())
}

/// Carries out a call; of a wallet that was not opened, `None`. The caller sees to it that all of it is written or nothing.
///
/// # Errors
/// Those of the books.
pub fn perform<B: Books>(books: &mut B, now: Millis, call: &Call) -> Result<Option<Reply>, B::Error> {
    hold::lapse(books, now)?;
    if books.head()?.is_none() {
        return Ok(None);
    }
    let reply = match call {
        Call::Hold(call) => Reply::Held(hold::hold(books, now, call)?),
        Call::Settle(call) => Reply::Paid(hold::settle(books, now, call)?),
        Call::Release(key) => Reply::Paid(hold::release(books, now, key)?),
        Call::Move(movement) => Reply::Moved(movement::perform(books, now, movement)?),
        Call::PaidBack(refund) => Reply::Moved(movement::paid_back(books, now, refund)?),
        Call::Stand => Reply::Paid(standing(books)?),
    };
    Ok(Some(reply))
}

/// Frees the holds that have run out, and forgets what became of those long over.
///
/// # Errors
/// Those of the books.
pub fn tidy<B: Books>(books: &mut B, now: Millis) -> Result<(), B::Error> {
    hold::lapse(books, now)?;
    books.forget_holds(Millis(now.0.saturating_sub(REMEMBERED_MS)))
}

fn standing<B: Books>(books: &B) -> Result<Standing, B::Error> {
    Ok(books.head()?.map(|head| head.standing()).unwrap_or_default())
}

/// Writes an entry and what it changes; `false` when its key was used before, and nothing is changed.
fn enter<B: Books>(books: &mut B, now: Millis, entry: NewEntry<'_>) -> Result<bool, B::Error> {
    let id = LedgerEntryId::of(&entry.movement.idempotency_key);
    let Some(mut head) = books.head()? else { return Ok(false) };
    if books.has_entry(&id)? {
        return Ok(false);
    }
    head.balance = head.balance.saturating_add(entry.movement.amount);
    head.updated_at = now;
    let at = now.max(head.last_entry_at + 1);
    head.last_entry_at = at;
    let Movement { kind, amount, idempotency_key, scope, provider, reason, by, .. } = entry.movement.clone();
    let entry = LedgerEntry {
        kind,
        amount_micros: amount,
        balance_after_micros: head.balance,
        idempotency_key,
        scope,
        provider,
        reason,
        usage: entry.usage,
        price_version: entry.price_version.map(str::to_owned),
        shortfall_micros: entry.shortfall,
        created_by: by,
        created_at: at,
        updated_at: at,
    };
    books.put_head(&head)?;
    books.put_entry(&id, &entry)?;
    Ok(true)
}

/// An entry to be written, with what only charges have.
struct NewEntry<'a> {
    movement: &'a Movement,
    usage: Option<crate::documents::Usage>,
    price_version: Option<&'a str>,
    shortfall: Option<Micros>,
}

impl<'a> NewEntry<'a> {
    fn plain(movement: &'a Movement) -> Self {
        Self { movement, usage: None, price_version: None, shortfall: None }
    }
}
