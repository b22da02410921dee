//! Paying for answers: `hold -> settle | release`, at the wallet of whoever pays.
//!
//! A hold covers one turn of the tutor. It is granted before the model is opened or asked, so a refusal costs nothing.
//! Tries that come to nothing go on under the same hold. Once a turn is stored, also one that was cut short, its hold is
//! settled at what the model reported last, or released when it reported nothing: what nobody metered is not charged.
//! An answer that is asked for again after a cut is a turn of its own, with a hold of its own.
//!
//! Holds are numbered, and a number is used once: whatever is asked for again after an unknown outcome is the same hold.
//! What the wallet has yet to be told is kept in the record, survives crashes, and never holds up the dialogue.

use mentora_core::documents::{Modality, Speaker, Usage};
use mentora_core::ids::{TurnId, WalletId};
use mentora_core::limits::MAX_UTTERANCE_MS;
use mentora_core::money::Micros;
use mentora_core::pricing::{self, AUDIO_TOKENS_PER_SECOND, MAX_ANSWER_TOKENS};
use mentora_core::time::{Millis, seconds};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::Event;
use mentora_wire::stream::server::{ErrorFrame, Shortage};
use serde::{Deserialize, Serialize};

use crate::Step;
use crate::effect::Effect;
use crate::input::{HoldOutcome, PaymentOutcome};
use crate::outbox::backoff_ms;
use crate::question::most_of;
use crate::state::State;

/// How long the wallet may take to answer before nobody knows what it did.
const PATIENCE_MS: i64 = seconds(10);
/// How often a hold is asked for before the student is told that it cannot be had now.
const MAX_TRIES: u32 = 4;
/// First pause between two tries for a hold; somebody is waiting.
const RETRY_MS: i64 = 250;
/// Longest time between two tries to settle or release.
const MAX_BACKOFF_MS: i64 = seconds(10 * 60);

/// What passes between a conversation and a wallet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Credit {
    /// Holds that there have been: the newest one's number.
    pub holds: u32,
    /// The hold for the answer that is owed, or that the student is speaking for.
    pub hold: Option<Hold>,
    /// The hold of the turn that is stored and whose tokens are not known yet.
    pub unmetered: Option<u32>,
    /// What the wallet has yet to be told, oldest first.
    pub payments: Vec<Payment>,
    /// When to tell it the oldest, after it could not be told.
    pub next_at: Option<Millis>,
    /// How often that failed in a row.
    pub failures: u32,
}

/// A hold for an answer to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its number.
    pub number: u32,
    /// Index of the turn that it pays for.
    pub index: u32,
    /// How much.
    pub amount: Micros,
    /// Whether the wallet has granted it.
    pub granted: bool,
    /// Until then it is not asked for again.
    pub next_at: Millis,
    /// How often it was asked for.
    pub tries: u32,
}

/// What a hold came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Number of the hold.
    pub hold: u32,
    /// The turn that it was for.
    pub turn_id: TurnId,
    /// What the turn cost; `None` when it came to nothing.
    pub amount: Option<Micros>,
}

impl State {
    /// When something is to be done about money.
    pub(crate) fn credit_due(&self) -> Option<Millis> {
        let credit = &self.record.credit;
        let hold = credit.hold.filter(|hold| !hold.granted).map(|hold| hold.next_at);
        let payment = match self.paying {
            Some(since) => Some(since + PATIENCE_MS),
            None if credit.payments.is_empty() => None,
            None => credit.next_at,
        };
        hold.into_iter().chain(payment).min()
    }

    /// The last report of tokens, and the most that what was not reported since can have added to the context.
    fn context(&self) -> Option<Usage> {
        let last = self.turns.iter().rev().find_map(|turn| Some((turn.index, turn.usage?)));
        let (index, mut context) = last?;
        for turn in self.turns.iter().filter(|turn| turn.index > index) {
            let spoken = match (turn.modality, turn.speaker) {
                (Modality::Text, _) => 0,
                (Modality::Voice, Speaker::Tutor) => MAX_ANSWER_TOKENS,
                (Modality::Voice, Speaker::Student) => {
                    u64::try_from(MAX_UTTERANCE_MS / seconds(1)).unwrap_or(0) * AUDIO_TOKENS_PER_SECOND
                }
            };
            context.input.audio = context.input.audio.saturating_add(spoken);
            let written = pricing::tokens_at_most(&turn.text);
            context.input.text = context.input.text.saturating_add(written);
        }
        Some(context)
    }
}

impl Step<'_> {
    /// Whether the next answer is paid for: nobody pays, or the wallet has granted it.
    pub(crate) fn is_paid_for(&self) -> bool {
        let record = &self.state.record;
        record.facts.payer.is_none() || record.credit.hold.is_some_and(|hold| hold.granted)
    }

    /// Sees to money: asks for the hold that is wanted, gives back the one that is not, tells the wallet what is due.
    pub(crate) fn pump_credit(&mut self) {
        let record = &self.state.record;
        let Some(wallet) = record.facts.payer.clone() else { return };
        let composing = self.state.composing.is_some();
        let under_way =
            record.owed.is_some() || record.spoken.is_some() || record.answer.is_some() || composing;
        let open = !self.state.is_closed() && (under_way || self.is_wanted());
        if !open && let Some(hold) = self.state.record.credit.hold.take() {
            // Granted or not: nobody knows what a wallet that does not answer has done.
            self.pay(hold.number, hold.index, None);
        }
        let wanted = open && (self.is_wanted() || self.state.awaits_payment()) && !self.is_paid_for();
        if wanted {
            self.ask_for_hold(&wallet);
        }
        self.pay_if_due(&wallet);
    }

    fn ask_for_hold(&mut self, wallet: &WalletId) {
        let now = self.now;
        let hold = match self.state.record.credit.hold {
            Some(hold) if hold.next_at > now => return,
            Some(hold) if hold.tries >= MAX_TRIES => return self.hold_out_of_reach(),
            Some(hold) => hold,
            None => self.next_hold(),
        };
        let tries = hold.tries.saturating_add(1);
        let hold = Hold { tries, next_at: now + PATIENCE_MS, ..hold };
        self.state.record.credit.hold = Some(hold);
        let turn_id = self.state.turn_id(hold.index);
        let (hold, amount) = (hold.number, hold.amount);
        self.effects.push(Effect::Hold { wallet: wallet.clone(), hold, turn_id, amount });
    }

    fn next_hold(&mut self) -> Hold {
        let number = self.state.record.credit.holds.saturating_add(1);
        self.state.record.credit.holds = number;
        if let Some(question) = self.delayed_question() {
            let (index, now) = (self.state.next_index(), self.now);
            let amount = most_of(&question, now);
            return Hold { number, index, amount, granted: false, next_at: now, tries: 0 };
        }
        // Speech, and what is being weighed, is stored before it is answered.
        let unstored = u32::from(self.state.record.owed.is_none() || self.state.record.spoken.is_some());
        let index = self.state.next_index().saturating_add(unstored);
        let context = self.state.context().unwrap_or_else(|| {
            let mut context = Usage::default();
            context.input.text = pricing::tokens_at_most(&self.system_instruction());
            context
        });
        let amount = pricing::estimate_next(&self.state.record.facts.model, self.now, &context);
        Hold { number, index, amount, granted: false, next_at: self.now, tries: 0 }
    }

    /// The wallet answered, or nobody knows whether it did.
    pub(crate) fn held(&mut self, number: u32, outcome: HoldOutcome) {
        let now = self.now;
        let waits = |hold: &&mut Hold| hold.number == number && !hold.granted;
        // Of a hold that was given up the wallet is told so, whatever it says now.
        let Some(hold) = self.state.record.credit.hold.as_mut().filter(waits) else { return };
        match outcome {
            HoldOutcome::Granted => hold.granted = true,
            HoldOutcome::Unsure => hold.next_at = now + (RETRY_MS << hold.tries.min(6)),
            HoldOutcome::Refused(shortage) => {
                // An earlier request of the same hold may still be under way: it must find that it is over.
                let (number, index) = (hold.number, hold.index);
                self.state.record.credit.hold = None;
                self.pay(number, index, None);
                self.note("credit.refused", format!("{:?}", shortage.required_micros));
                self.cannot_pay(
                    ErrorCode::InsufficientCredits,
                    "There are not enough credits for the next answer. Your turn is kept; once credits were added, say something more.",
                    Some(shortage),
                );
            }
        }
    }

    fn hold_out_of_reach(&mut self) {
        self.note("credit.out_of_reach", "");
        let message = "Credits cannot be checked now, so the tutor cannot answer. Your turn is kept; try again in a moment.";
        self.cannot_pay(ErrorCode::UpstreamUnavailable, message, None);
        // What was asked for may have been granted after all.
        if let Some(hold) = self.state.record.credit.hold.take() {
            self.pay(hold.number, hold.index, None);
        }
    }

    /// The answer that is wanted will not be asked for. Nobody has heard what the student was saying by voice.
    fn cannot_pay(&mut self, code: ErrorCode, message: &str, shortage: Option<Shortage>) {
        if self.composing_unpaid(shortage.as_ref()) {
            return;
        }
        self.shut_microphone_without_model(code);
        if self.state.record.answer.is_some() {
            // It was begun while the student spoke hands-free, and is said to its end.
            return;
        }
        if self.state.record.spoken.as_ref().is_some_and(|spoken| !spoken.transcript.trim().is_empty()) {
            self.store_speech();
        }
        if let Some(spoken) = self.state.record.spoken.take() {
            self.state.speech = None;
            self.state.record.owed = None;
            self.effects.push(Effect::DropAudio);
            return self.tell(Event::Error(ErrorFrame {
                code,
                message: message.to_owned(),
                recoverable: true,
                retry_in_ms: None,
                client_message_id: Some(spoken.client_message_id),
                details: shortage,
            }));
        }
        self.give_up_over(code, message, None, shortage);
    }

    /// The answer that was held for is stored as a turn: the hold is its own from now on.
    pub(crate) fn hold_becomes(&mut self) {
        if self.state.record.facts.payer.is_none() {
            return;
        }
        let credit = &mut self.state.record.credit;
        let held = credit.hold.take().map(|hold| hold.number);
        // Who speaks hands-free may be answered before the next hold is there: it is charged all the same.
        credit.unmetered = held.or_else(|| {
            credit.holds = credit.holds.saturating_add(1);
            Some(credit.holds)
        });
    }

    /// What the turn at `index` cost is known, or will never be.
    pub(crate) fn settle_hold(&mut self, index: u32, cost: Option<Micros>) {
        if let Some(number) = self.state.record.credit.unmetered.take() {
            self.pay(number, index, cost);
        }
    }

    /// Owes it to the wallet to be told: what a turn cost, or that nothing came of a hold.
    fn pay(&mut self, hold: u32, index: u32, amount: Option<Micros>) {
        let turn_id = self.state.turn_id(index);
        let credit = &mut self.state.record.credit;
        credit.payments.push(Payment { hold, turn_id, amount });
        credit.next_at.get_or_insert(self.now);
    }

    fn pay_if_due(&mut self, wallet: &WalletId) {
        let now = self.now;
        let credit = &self.state.record.credit;
        let Some(payment) = credit.payments.first().cloned() else { return };
        if let Some(since) = self.state.paying {
            if since + PATIENCE_MS > now {
                return;
            }
        } else if credit.next_at.is_some_and(|at| at > now) {
            return;
        }
        self.state.paying = Some(now);
        let (wallet, Payment { hold, turn_id, amount }) = (wallet.clone(), payment);
        self.effects.push(match amount {
            Some(amount) => Effect::Settle { wallet, hold, turn_id, amount },
            None => Effect::Release { wallet, hold, turn_id },
        });
    }

    /// The wallet knows what a hold came to, or nobody knows whether it does.
    pub(crate) fn paid(&mut self, number: u32, outcome: PaymentOutcome) {
        let first = self.state.record.credit.payments.first();
        if first.is_none_or(|payment| payment.hold != number) {
            return;
        }
        self.state.paying = None;
        let conversation = self.state.record.facts.conversation.to_string();
        let now = self.now;
        let credit = &mut self.state.record.credit;
        match outcome {
            PaymentOutcome::Done { balance_micros, low } => {
                let payment = credit.payments.remove(0);
                credit.failures = 0;
                credit.next_at = (!credit.payments.is_empty()).then_some(now);
                if let (Some(_), Some(wallet_id)) = (payment.amount, self.state.record.facts.payer.clone()) {
                    self.tell(Event::Credits { wallet_id, balance_micros, low });
                }
            }
            PaymentOutcome::Unsure => {
                credit.failures = credit.failures.saturating_add(1);
                credit.next_at = Some(now + backoff_ms(credit.failures, MAX_BACKOFF_MS, &conversation));
                let failures = credit.failures;
                self.note("credit.retry", failures.to_string());
            }
        }
    }

    /// After a crash: whatever was asked for is asked for again.
    pub(crate) fn resume_credit(&mut self) {
        let now = self.now;
        let credit = &mut self.state.record.credit;
        if let Some(hold) = credit.hold.as_mut().filter(|hold| !hold.granted) {
            (hold.next_at, hold.tries) = (now, 0);
        }
    }
}
