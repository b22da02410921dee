//! Hold, settle, release, and holds that run out.
//!
//! A hold is what an answer may cost at most, so what it costs fits. Where it does not (the hold ran out meanwhile, or
//! somebody who speaks was answered before it was there), the wallet pays what is free in it; the rest is written beside
//! the charge as its shortfall, and is borne by whoever runs Mentora: a wallet is not driven below nothing by answers.

use super::books::{Books, FreeHold, Hold, HoldState};
use super::call::{HoldCall, HoldKey, HoldReply, Movement, SettleCall, Standing};
use super::{HOLD_MS, NewEntry, enter, standing};
use crate::documents::LedgerEntryType;
use crate::money::Micros;
use crate::time::Millis;

pub(super) fn hold<B: Books>(books: &mut B, now: Millis, call: &HoldCall) -> Result<HoldReply, B::Error> {
    match books.hold(&call.key)?.map(|hold| hold.state) {
        Some(HoldState::Live) => return Ok(HoldReply::Granted),
        Some(HoldState::Released | HoldState::Settled) => return Ok(HoldReply::Over),
        Some(HoldState::Lapsed) | None => {}
    }
    let amount = call.amount.max(Micros::ZERO);
    let mut hold = Hold { amount, state: HoldState::Live, expires_at: now + HOLD_MS, free: None };
    if let Some(free) = free_for(books, call)? {
        hold.free = Some(free);
    } else {
        let available = standing(books)?.available();
        if available < amount {
            return Ok(HoldReply::Short { available });
        }
    }
    take(books, now, &hold, amount)?;
    books.put_hold(&call.key, &hold)?;
    Ok(HoldReply::Granted)
}

/// The free credits that are enough for a hold.
fn free_for<B: Books>(books: &B, call: &HoldCall) -> Result<Option<FreeHold>, B::Error> {
    let Some(free) = call.free.clone() else { return Ok(None) };
    let free = FreeHold { course: free.course, user: free.user, most: free.most };
    Ok((left(books, &free)? >= call.amount).then_some(free))
}

fn left<B: Books>(books: &B, free: &FreeHold) -> Result<Micros, B::Error> {
    Ok(Micros(free.most.0.saturating_sub(books.sum_of(&free.sum())?.0).max(0)))
}

/// Sets `amount` aside for a hold, or gives back what is less than nothing.
fn take<B: Books>(books: &mut B, now: Millis, hold: &Hold, amount: Micros) -> Result<(), B::Error> {
    match &hold.free {
        Some(free) => {
            let taken = books.sum_of(&free.sum())?;
            books.put_sum(&free.sum(), taken.saturating_add(amount))
        }
        None => match books.head()? {
            Some(mut head) => {
                head.held = head.held.saturating_add(amount);
                head.updated_at = now;
                books.put_head(&head)
            }
            None => Ok(()),
        },
    }
}

/// Gives back what a live hold has set aside.
fn give_back<B: Books>(books: &mut B, now: Millis, hold: &Hold) -> Result<(), B::Error> {
    if hold.state == HoldState::Live { take(books, now, hold, Micros(-hold.amount.0)) } else { Ok(()) }
}

/// Frees the holds whose time is up.
pub(super) fn lapse<B: Books>(books: &mut B, now: Millis) -> Result<(), B::Error> {
    for (key, hold) in books.lapsed(now)? {
        give_back(books, now, &hold)?;
        books.put_hold(&key, &Hold { state: HoldState::Lapsed, ..hold })?;
    }
    Ok(())
}

/// A release may overtake the request for its hold, which is then over before it began.
pub(super) fn release<B: Books>(books: &mut B, now: Millis, key: &HoldKey) -> Result<Standing, B::Error> {
    let hold = books.hold(key)?.unwrap_or_else(|| never(now));
    if hold.state != HoldState::Settled {
        give_back(books, now, &hold)?;
        books.put_hold(key, &Hold { state: HoldState::Released, ..hold })?;
    }
    standing(books)
}

pub(super) fn settle<B: Books>(books: &mut B, now: Millis, call: &SettleCall) -> Result<Standing, B::Error> {
    let hold = books.hold(&call.key)?.unwrap_or_else(|| never(now));
    if hold.state == HoldState::Settled {
        return standing(books);
    }
    give_back(books, now, &hold)?;
    charge(books, now, call, &hold)?;
    books.put_hold(&call.key, &Hold { state: HoldState::Settled, ..hold })?;
    standing(books)
}

/// What was given back a moment ago is there to be charged: nobody can have come between.
fn charge<B: Books>(books: &mut B, now: Millis, call: &SettleCall, hold: &Hold) -> Result<(), B::Error> {
    let of_turn = |kind, amount: Micros, idempotency_key| Movement {
        kind,
        amount,
        idempotency_key,
        scope: call.scope.clone(),
        provider: None,
        reason: None,
        by: call.by.clone(),
        within_available: false,
    };
    let cost = call.cost.max(Micros::ZERO);
    let charge_id = crate::ids::LedgerEntryId::of(&call.idempotency_key);
    if cost == Micros::ZERO {
        return Ok(());
    }
    if let Some(free) = &hold.free {
        let given = left(books, free)?.min(cost);
        if given > Micros::ZERO {
            let grant = of_turn(LedgerEntryType::Grant, given, format!("free:{}", charge_id.as_str()));
            if enter(books, now, NewEntry::plain(&grant))? {
                let taken = books.sum_of(&free.sum())?;
                books.put_sum(&free.sum(), taken.saturating_add(given))?;
            }
        }
    }
    let available = standing(books)?.available().max(Micros::ZERO);
    let paid = cost.min(available);
    let shortfall = Micros(cost.0.saturating_sub(paid.0));
    let charge = of_turn(LedgerEntryType::Charge, Micros(-paid.0), call.idempotency_key.clone());
    enter(
        books,
        now,
        NewEntry {
            movement: &charge,
            usage: call.usage,
            price_version: Some(&call.price_version),
            shortfall: (shortfall > Micros::ZERO).then_some(shortfall),
        },
    )?;
    Ok(())
}

/// A hold that was never asked for.
fn never(now: Millis) -> Hold {
    Hold { amount: Micros::ZERO, state: HoldState::Lapsed, expires_at: now, free: None }
}
