//! Money that comes and goes otherwise than by answers: paid in, given, set right, taken back.

use super::books::Books;
use super::call::{Movement, MovementReply, PaidBack};
use super::{NewEntry, enter, standing};
use crate::documents::{LedgerEntryType, LedgerScope};
use crate::ids::LedgerEntryId;
use crate::money::Micros;
use crate::time::Millis;

pub(super) fn perform<B: Books>(
    books: &mut B,
    now: Millis,
    movement: &Movement,
) -> Result<MovementReply, B::Error> {
    let known = books.has_entry(&LedgerEntryId::of(&movement.idempotency_key))?;
    let available = standing(books)?.available();
    if !known && movement.within_available && available.saturating_add(movement.amount) < Micros::ZERO {
        return Ok(MovementReply::Short { available });
    }
    let entered = enter(books, now, NewEntry::plain(movement))?;
    Ok(MovementReply::Done { before: !entered, standing: standing(books)? })
}

/// Providers report what was paid back in all, so what is new is what goes beyond the most that was known.
pub(super) fn paid_back<B: Books>(
    books: &mut B,
    now: Millis,
    refund: &PaidBack,
) -> Result<MovementReply, B::Error> {
    let name = refund.sum();
    let known = books.sum_of(&name)?;
    if refund.total <= known {
        return Ok(MovementReply::Done { before: true, standing: standing(books)? });
    }
    books.put_sum(&name, refund.total)?;
    let goes = Micros(known.0.saturating_sub(refund.total.0));
    perform(
        books,
        now,
        &Movement {
            kind: LedgerEntryType::Refund,
            amount: goes,
            idempotency_key: refund.key(),
            scope: LedgerScope::default(),
            provider: Some(refund.payment.clone()),
            reason: None,
            by: refund.by.clone(),
            within_available: false,
        },
    )
}
