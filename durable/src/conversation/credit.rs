//! What answers cost, told to the wallet that pays.

use std::rc::Rc;

use mentora_core::documents::{LedgerScope, WalletOwner};
use mentora_core::ids::{TurnId, WalletId};
use mentora_core::money::Micros;
use mentora_core::pricing::price_version;
use mentora_core::wallet::{FreeCredits, HoldCall, HoldKey, HoldReply, SettleCall, Standing};
use mentora_session::{Facts, HoldOutcome, Input, PaymentOutcome};
use mentora_wire::stream::server::Shortage;

use super::shell::{AtHand, Shell};
use crate::wallet::calls::{Calls, Unreachable, WalletRef};

/// Asks for a hold.
pub(super) async fn hold(shell: Rc<Shell>, wallet: WalletId, number: u32, amount: Micros) {
    let Some((whose, key, free)) = shell.with_session(|session| {
        let facts = &session.record().facts;
        (whose(facts, &wallet), HoldKey::of(&facts.conversation, number), free(facts))
    }) else {
        return;
    };
    let call = HoldCall { key, amount, free };
    let outcome = match Calls::new(shell.env()).hold(&whose, call).await {
        Ok(HoldReply::Granted) => HoldOutcome::Granted,
        Ok(HoldReply::Short { available }) => {
            let (required_micros, available_micros) = (amount, available);
            HoldOutcome::Refused(Shortage { required_micros, available_micros, wallet_id: wallet })
        }
        // Of a hold that is over the machine has given the number away; it does not listen.
        Ok(HoldReply::Over) | Err(Unreachable(_)) => HoldOutcome::Unsure,
    };
    shell.feed_and_arm(Input::Held { hold: number, outcome }, AtHand::Nothing).await;
}

/// Charges a turn.
pub(super) async fn settle(shell: Rc<Shell>, wallet: WalletId, number: u32, turn_id: TurnId, cost: Micros) {
    let charging = shell.outgoing.charges.lock().await;
    let Some((whose, call)) = shell.with_session(|session| {
        let facts = &session.record().facts;
        let turn = session.turns().iter().find(|turn| turn.id == turn_id);
        let call = SettleCall {
            key: HoldKey::of(&facts.conversation, number),
            cost,
            idempotency_key: SettleCall::key_of(&turn_id),
            usage: turn.and_then(|turn| turn.usage),
            scope: LedgerScope {
                course_id: Some(facts.course.clone()),
                assignment_id: Some(facts.assignment.clone()),
                conversation_id: Some(facts.conversation.clone()),
                turn_id: Some(turn_id),
            },
            price_version: price_version().to_owned(),
            by: facts.owner.clone(),
        };
        (whose(facts, &wallet), call)
    }) else {
        return;
    };
    let standing = Calls::new(shell.env()).settle(&whose, call).await;
    drop(charging);
    told(shell, number, standing).await;
}

/// Gives a hold back.
pub(super) async fn release(shell: Rc<Shell>, wallet: WalletId, number: u32) {
    let Some((whose, key)) = shell.with_session(|session| {
        let facts = &session.record().facts;
        (whose(facts, &wallet), HoldKey::of(&facts.conversation, number))
    }) else {
        return;
    };
    let standing = Calls::new(shell.env()).release(&whose, key).await;
    told(shell, number, standing).await;
}

async fn told(shell: Rc<Shell>, hold: u32, standing: Result<Standing, Unreachable>) {
    let outcome = match standing {
        Ok(standing) => PaymentOutcome::Done { balance_micros: standing.balance, low: standing.is_low() },
        Err(Unreachable(_)) => PaymentOutcome::Unsure,
    };
    shell.feed_and_arm(Input::Paid { hold, outcome }, AtHand::Nothing).await;
}

/// The wallet that the facts name is the course's or the student's own.
fn whose(facts: &Facts, wallet: &WalletId) -> WalletRef {
    let course = *wallet == WalletId::of_course(&facts.course);
    let owner_type = if course { WalletOwner::Course } else { WalletOwner::User };
    WalletRef { id: wallet.clone(), owner_type }
}

fn free(facts: &Facts) -> Option<FreeCredits> {
    let most = facts.free_credits.filter(|most| *most > Micros::ZERO)?;
    Some(FreeCredits { course: facts.course.clone(), user: facts.owner.clone(), most })
}
