//! A wallet, and every way in which asking it can end.

use std::collections::{BTreeMap, BTreeSet};

use mentora_core::ids::{TurnId, UserId, WalletId};
use mentora_core::money::Micros;
use mentora_session::{HoldOutcome, Input, PaymentOutcome};
use mentora_wire::stream::server::Shortage;

use super::invariants::Invariant;
use super::{Faults, Happens, World};

#[derive(Debug, Default)]
pub struct Wallet {
    pub balance: i64,
    /// Holds by their number, and how much.
    pub holds: BTreeMap<u32, i64>,
    /// Holds that were settled or released: they stay that.
    over: BTreeSet<u32>,
    /// Holds of which the conversation was told that they are over.
    pub told_over: BTreeSet<u32>,
    /// What each turn was charged.
    pub charges: BTreeMap<TurnId, Micros>,
    pub refusals: u64,
}

/// What a wallet is asked.
#[derive(Debug, Clone)]
pub enum Ask {
    Hold(Micros),
    Settle(Micros),
    Release,
}

/// Something under way to the wallet.
#[derive(Debug, Clone)]
pub struct Asking {
    pub hold: u32,
    pub turn_id: TurnId,
    pub ask: Ask,
    pub arrives: bool,
    pub answered: bool,
    /// Nobody waits for the outcome any more.
    pub unheard: bool,
}

pub fn wallet_id() -> WalletId {
    WalletId::of_user(&UserId::new("student").unwrap())
}

impl World {
    pub(super) fn ask_wallet(&mut self, hold: u32, turn_id: TurnId, ask: Ask) {
        if !matches!(ask, Ask::Hold(_)) {
            let again = self.wallet.told_over.contains(&hold);
            self.holds(Invariant::Freed, !again, || format!("hold {hold} is over, and is ended again"));
        }
        let faulty = self.faulty(Faults::Wallet);
        let (arrives, answered) = match faulty && self.random.percent(25) {
            true => (self.random.percent(50), self.random.percent(20)),
            false => (true, true),
        };
        // An answer that never comes is no outcome at all.
        let unheard = faulty && self.random.percent(5);
        let asking = Asking { hold, turn_id, ask, arrives, answered, unheard };
        let delay = self.random.between(1, if faulty { 3_000 } else { 40 });
        if faulty && arrives && !answered && self.random.percent(30) {
            // It is given up on, and arrives when nobody expects it any more.
            let late = self.random.between(1_000, 40_000);
            self.at(delay + late, Happens::Wallet(Asking { unheard: true, ..asking.clone() }));
            self.at(delay, Happens::Wallet(Asking { arrives: false, ..asking }));
        } else {
            self.at(delay, Happens::Wallet(asking));
        }
    }

    pub(super) fn wallet_hears(&mut self, asking: Asking) {
        let Asking { hold, turn_id, ask, arrives, answered, unheard } = asking;
        let input = match ask {
            Ask::Hold(amount) => {
                let outcome = match arrives {
                    true => self.hold(hold, amount.0),
                    false => HoldOutcome::Unsure,
                };
                Input::Held { hold, outcome: if answered { outcome } else { HoldOutcome::Unsure } }
            }
            Ask::Settle(_) | Ask::Release => {
                if arrives {
                    self.end_hold(hold, turn_id, ask);
                }
                let outcome = match arrives && answered {
                    true => PaymentOutcome::Done { balance_micros: Micros(self.wallet.balance), low: false },
                    false => PaymentOutcome::Unsure,
                };
                Input::Paid { hold, outcome }
            }
        };
        if !unheard {
            self.input(input);
        }
    }

    fn hold(&mut self, hold: u32, amount: i64) -> HoldOutcome {
        let wallet = &mut self.wallet;
        if wallet.over.contains(&hold) {
            return HoldOutcome::Unsure;
        }
        let available = wallet.balance - wallet.holds.values().sum::<i64>();
        if wallet.holds.contains_key(&hold) {
            return HoldOutcome::Granted;
        }
        if available < amount {
            wallet.refusals += 1;
            if self.random.percent(50) {
                let delay = self.random.between(100, 30_000);
                self.at(delay, Happens::TopUp);
            }
            return HoldOutcome::Refused(Shortage {
                required_micros: Micros(amount),
                available_micros: Micros(available),
                wallet_id: wallet_id(),
            });
        }
        wallet.holds.insert(hold, amount);
        HoldOutcome::Granted
    }

    fn end_hold(&mut self, hold: u32, turn_id: TurnId, ask: Ask) {
        self.wallet.holds.remove(&hold);
        let fresh = self.wallet.over.insert(hold);
        let Ask::Settle(amount) = ask else { return };
        if fresh {
            let first = self.wallet.charges.insert(turn_id.clone(), amount).is_none();
            self.holds(Invariant::Charged, first, || format!("{turn_id} was charged twice"));
            self.wallet.balance -= amount.0;
        }
        let cost =
            self.store.turns.values().find(|turn| turn.id == turn_id).and_then(|turn| turn.cost_micros);
        self.holds(Invariant::Charged, cost == Some(amount), || {
            format!("{turn_id} was charged {amount:?} and cost {cost:?}")
        });
    }

    /// The model is opened or spoken to: somebody must have agreed to pay for it.
    pub(super) fn must_be_paid_for(&mut self) {
        let record = self.store.record.as_ref().unwrap();
        // Who speaks hands-free is heard all the time.
        if record.facts.payer.is_none() || record.microphone.is_some() {
            return;
        }
        let held = record.credit.hold.is_some_and(|hold| self.wallet.holds.contains_key(&hold.number));
        self.holds(Invariant::Freed, held, || "the model is asked for what nobody has agreed to pay".into());
    }

    /// Every hold of the wallet is one that the conversation has not forgotten.
    pub(super) fn check_holds(&mut self) {
        if self.wallet.holds.is_empty() {
            return;
        }
        let credit = &self.store.record.as_ref().unwrap().credit;
        let known = |number: u32| {
            credit.hold.is_some_and(|hold| hold.number == number)
                || credit.unmetered == Some(number)
                || credit.payments.iter().any(|payment| payment.hold == number)
        };
        let forgotten = self.wallet.holds.keys().copied().find(|number| !known(*number));
        self.holds(Invariant::Freed, forgotten.is_none(), || format!("hold {forgotten:?} was forgotten"));
    }

    pub(super) fn check_wallet_end(&mut self) {
        let record = self.store.record.as_ref().unwrap();
        let (holds, credit) = (self.wallet.holds.len(), record.credit.clone());
        let charged: i64 = self.wallet.charges.values().map(|amount| amount.0).sum();
        let (cost, pays) = (record.cost.0, record.facts.payer.is_some());
        let over =
            holds == 0 && credit.hold.is_none() && credit.unmetered.is_none() && credit.payments.is_empty();
        self.holds(Invariant::Freed, over, || format!("{holds} holds are left: {credit:?}"));
        self.holds(Invariant::Charged, !pays || charged == cost, || {
            format!("{charged} was charged for turns that cost {cost}")
        });
    }
}
