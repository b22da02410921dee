//! Compares the books: what a wallet holds with the sum of its ledger, what a conversation cost with what was charged for
//! it, what was paid and given back at Stripe with what the ledgers have of it. What they should agree on is in
//! `core::reconciliation`.
//!
//! A night does as much as one run may: what is left over of the wallets is the next night's beginning, and the rest is
//! told as unfinished. Nothing is set right by itself: somebody has to see why it went wrong.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use mentora_core::documents::{Comparison, Drift, LedgerEntry, Wallet, WalletOwner};
use mentora_core::ids::{ConversationId, LedgerEntryId, WalletId};
use mentora_core::jobs::Done;
use mentora_core::money::Micros;
use mentora_core::reconciliation::Findings;
use mentora_core::time::{Millis, seconds};
use mentora_core::wallet::Movement;
use mentora_durable::platform::config::Config;
use mentora_durable::platform::documents::{Documents, documents};
use mentora_durable::platform::store_tally::StoreTally;
use mentora_durable::platform::stripe::Stripe;
use mentora_durable::platform::{clock, log};
use mentora_durable::repositories::conversations::Cost;
use mentora_durable::repositories::ledger::{MAX_CONVERSATIONS, Topup};
use mentora_durable::repositories::{
    Conversations, Ledger, Page, Reconciliations, RepositoryError, Stored, Wallets,
};
use mentora_payments::api::StripeError;
use mentora_payments::charges::{Charge, Query};
use serde_json::json;
use worker::Env;

use crate::payments::entries;
use crate::pseudonym;

/// What is compared of conversations and payments: what happened in the last two days, so that a night may be missed.
const LOOK_BACK_MS: i64 = seconds(48 * 3_600);
/// What may still be under way: an answer that is charged, a webhook that is tried again.
const UNDER_WAY_MS: i64 = seconds(3_600);

/// Wallets of one night; each takes a call, and each page two.
const MAX_WALLETS: usize = 3_000;
const WALLETS_AT_ONCE: u32 = 100;
/// Pages of a hundred conversations of one night.
const MAX_CONVERSATION_PAGES: u32 = 50;
/// Calls to ledgers for the conversations of one night.
const MAX_LEDGERS: u32 = 1_500;
/// Pages of a hundred charges of one night; each charge takes a call.
const MAX_CHARGE_PAGES: u32 = 20;
/// Topups of one night; most are found among the charges.
const MAX_TOPUPS: usize = 3_000;
/// Payments that are asked for because their charge is older.
const MAX_PAYMENTS: u32 = 200;
const AT_ONCE: usize = 6;
/// Tries to read a wallet and its ledger with nothing happening between.
const MAX_TRIES: u32 = 3;

/// Why a night came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum NightError {
    /// The document store.
    #[error(transparent)]
    Store(#[from] RepositoryError),
    /// Stripe.
    #[error(transparent)]
    Stripe(#[from] StripeError),
}

/// Compares, and keeps what was found; how much was compared.
///
/// # Errors
/// When what was found cannot be kept.
pub async fn run(env: &Env, config: &Config) -> Result<Done, NightError> {
    let tally = StoreTally::default();
    let documents = documents(env, config, &tally);
    let began = clock::now();
    let mut night = Night { documents: &documents, config, began, findings: Findings::default() };
    // Each by itself: what one cannot read is no reason to leave the others.
    let wallets = night.wallets().await;
    night.note(Comparison::Balance, wallets);
    let conversations = night.conversations().await;
    night.note(Comparison::Usage, conversations);
    if let Some(stripe) = Stripe::of(&config.stripe) {
        let payments = night.payments(&stripe).await;
        night.note(Comparison::Payment, payments);
    }
    let night = night.findings.document(began, clock::now());
    log::event(
        "reconcile.done",
        json!({
            "wallets": night.wallets, "conversations": night.conversations, "payments": night.payments,
            "drifts": night.drift_count, "unfinished": night.unfinished, "ms": night.updated_at.since(began),
        }),
    );
    Reconciliations(&documents).put(&night).await?;
    let compared = night.wallets.saturating_add(night.conversations).saturating_add(night.payments);
    Ok(Done { count: compared, unfinished: !night.unfinished.is_empty(), cursor: None })
}

struct Night<'a> {
    documents: &'a Documents,
    config: &'a Config,
    began: Millis,
    findings: Findings,
}

impl Night<'_> {
    /// `Ok(false)` is what was not compared to its end.
    fn note(&mut self, comparison: Comparison, outcome: Result<bool, NightError>) {
        match outcome {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => {
                log::failure(
                    "reconcile.failed",
                    json!({ "comparison": comparison, "why": error.to_string() }),
                );
            }
        }
        self.findings.leave(comparison);
    }

    /// Tells of a drift. Wallets of courses are named; of people's, their pseudonyms are.
    fn tell(&self, drift: Option<Drift>, owner: Option<WalletOwner>) {
        let Some(drift) = drift else { return };
        let secret = self.config.ticket_secret.as_ref();
        let wallet = drift.wallet_id.as_ref().and_then(|wallet| match owner {
            Some(WalletOwner::Course) => Some(wallet.to_string()),
            _ => pseudonym::of(&wallet_user(wallet)?, secret?.expose()),
        });
        log::failure(
            "reconcile.drift",
            json!({
                "comparison": drift.comparison, "wallet": wallet, "conversation": drift.conversation_id,
                "ref": drift.reference, "expectedMicros": drift.expected_micros, "foundMicros": drift.found_micros,
            }),
        );
    }

    fn from(&self) -> Millis {
        self.began - LOOK_BACK_MS - UNDER_WAY_MS
    }

    fn until(&self) -> Millis {
        self.began - UNDER_WAY_MS
    }

    /// What each wallet holds, and what its ledger comes to.
    async fn wallets(&mut self) -> Result<bool, NightError> {
        let wallets = Wallets(self.documents);
        let latest = Reconciliations(self.documents).latest().await?;
        let mut behind = latest.and_then(|(_, night)| night.last_wallet);
        let mut compared = 0;
        while compared < MAX_WALLETS {
            let page = wallets.behind(behind.as_ref(), WALLETS_AT_ONCE).await?;
            let Some((last, _)) = page.last() else {
                self.findings.last_wallet = None;
                return Ok(true);
            };
            behind = Some(last.clone());
            compared = compared.saturating_add(page.len());
            self.balances(page).await?;
            self.findings.last_wallet.clone_from(&behind);
        }
        Ok(false)
    }

    /// A wallet and the new entries of its ledger are written in one commit, so where the wallet is the same before and
    /// after, the sum between is that of the same moment.
    async fn balances(&mut self, mut page: Vec<(WalletId, Stored<Wallet>)>) -> Result<(), NightError> {
        for _ in 0..MAX_TRIES {
            let ledger = Ledger(self.documents);
            let sums = stream::iter(page.iter().map(|(id, _)| ledger.sum(id))).buffered(AT_ONCE);
            let sums: Vec<Micros> = sums.try_collect().await?;
            let ids: Vec<&WalletId> = page.iter().map(|(id, _)| id).collect();
            let again = Wallets(self.documents).of(&ids).await?;
            let mut moved = Vec::new();
            for (((id, before), sum), after) in page.into_iter().zip(sums).zip(again) {
                match after {
                    Some(after) if after.version == before.version => {
                        let drift = self.findings.balance(&id, before.balance_micros, sum);
                        self.tell(drift, Some(before.owner_type));
                    }
                    Some(after) => moved.push((id, after)),
                    // Its owner was erased meanwhile.
                    None => {}
                }
            }
            page = moved;
            if page.is_empty() {
                return Ok(());
            }
        }
        // What is so busy is compared another night.
        self.findings.leave(Comparison::Balance);
        Ok(())
    }

    /// What each conversation of the last days cost, and what was charged for it.
    async fn conversations(&mut self) -> Result<bool, NightError> {
        let mut page = Page { limit: 100, cursor: None };
        let mut ledgers = 0;
        for _ in 0..MAX_CONVERSATION_PAGES {
            let (found, next) = Conversations(self.documents).costs(self.from(), self.until(), &page).await?;
            ledgers += self.usage(found).await?;
            match next {
                None => return Ok(true),
                Some(_) if ledgers >= MAX_LEDGERS => return Ok(false),
                next => page.cursor = next,
            }
        }
        Ok(false)
    }

    /// Tells how many ledgers were read.
    async fn usage(&mut self, costs: Vec<(ConversationId, Cost)>) -> Result<u32, NightError> {
        let payers = self.payers(&costs).await?;
        let mut asked: BTreeMap<&WalletId, Vec<ConversationId>> = BTreeMap::new();
        for (id, cost) in &costs {
            for wallet in [WalletId::of_course(&cost.course_id), WalletId::of_user(&cost.user_id)] {
                if let Some((wallet, _)) = payers.get_key_value(&wallet) {
                    asked.entry(wallet).or_default().push(id.clone());
                }
            }
        }
        let ledger = Ledger(self.documents);
        let batches = asked
            .iter()
            .flat_map(|(wallet, ids)| ids.chunks(MAX_CONVERSATIONS).map(move |ids| (*wallet, ids)));
        let asks: Vec<_> =
            batches.map(|(wallet, ids)| ledger.of_conversations(wallet, ids.to_vec())).collect();
        let count = u32::try_from(asks.len()).unwrap_or(u32::MAX);
        let found: Vec<Vec<LedgerEntry>> = stream::iter(asks).buffered(AT_ONCE).try_collect().await?;
        let mut entries: BTreeMap<ConversationId, Vec<LedgerEntry>> = BTreeMap::new();
        for entry in found.into_iter().flatten() {
            if let Some(id) = entry.scope.conversation_id.clone() {
                entries.entry(id).or_default().push(entry);
            }
        }
        for (id, cost) in costs {
            let wallet = WalletId::of_course(&cost.course_id);
            let own = WalletId::of_user(&cost.user_id);
            // What was said before there was a wallet was charged to nobody.
            let opened = [&wallet, &own].into_iter().filter_map(|wallet| payers.get(wallet)).min();
            if opened.is_none_or(|opened| *opened > cost.started_at) {
                continue;
            }
            let entries = entries.remove(&id).unwrap_or_default();
            let drift = self.findings.usage(&id, &wallet, cost.cost_micros, &entries);
            self.tell(drift, Some(WalletOwner::Course));
        }
        Ok(count)
    }

    /// Which wallets there are of those who may have paid, and since when.
    async fn payers(
        &self,
        costs: &[(ConversationId, Cost)],
    ) -> Result<BTreeMap<WalletId, Millis>, NightError> {
        let ids: BTreeSet<WalletId> = costs
            .iter()
            .flat_map(|(_, cost)| [WalletId::of_course(&cost.course_id), WalletId::of_user(&cost.user_id)])
            .collect();
        let asked: Vec<&WalletId> = ids.iter().collect();
        let found = Wallets(self.documents).of(&asked).await?;
        let there = ids.iter().zip(found).filter_map(|(id, wallet)| Some((id.clone(), wallet?.created_at)));
        Ok(there.collect())
    }

    /// What was paid at Stripe in the last days, and what the ledgers have of it; then the other way round.
    async fn payments(&mut self, stripe: &Stripe<'_>) -> Result<bool, NightError> {
        let seconds = |at: Millis| at.0.div_euclid(1_000);
        let (from, until) = (seconds(self.from()), seconds(self.until()));
        let mut after: Option<String> = None;
        let mut paid: BTreeMap<String, Micros> = BTreeMap::new();
        let mut all = false;
        for _ in 0..MAX_CHARGE_PAGES {
            let page = stripe.charges(&Query { from, until, after: after.as_deref() }).await?;
            let ours = page.charges.iter().filter(|charge| charge.metadata.purchase_id.is_some());
            for charge in ours.filter(|charge| charge.livemode == self.config.stripe.is_live() && charge.paid)
            {
                self.charge(charge).await?;
                if let (Some(payment), Some(amount)) = (&charge.payment_intent_id, charge.amount.micros()) {
                    paid.insert(payment.clone(), Micros(amount));
                }
            }
            after = page.next;
            if after.is_none() {
                all = true;
                break;
            }
        }
        Ok(self.topups(stripe, &paid).await? && all)
    }

    /// A charge, and the entries that are to be there of it.
    async fn charge(&mut self, charge: &Charge) -> Result<(), NightError> {
        let (Some(purchase), Some(amount)) = (&charge.metadata.purchase_id, charge.amount.micros()) else {
            return Ok(());
        };
        let wallet = charge.metadata.wallet_id.as_deref().and_then(|wallet| WalletId::new(wallet).ok());
        let by = entries::payer(None);
        let topup = entries::topup(purchase, "", Micros(amount), by.clone());
        let back = Micros(charge.refunded.micros().unwrap_or_default());
        let refund = entries::refunded(&charge.id, back, by);
        let found = match &wallet {
            None => vec![None, None],
            Some(wallet) => {
                let ids = [entry_of(&topup), LedgerEntryId::of(&refund.key())];
                Wallets(self.documents).entries(wallet, &ids.each_ref()).await?
            }
        };
        let mut found = found.into_iter();
        let mut there = || found.next().flatten();
        let credited = there().map(|entry| entry.amount_micros).unwrap_or_default();
        let drift = self.findings.payment(wallet.as_ref(), &charge.id, Micros(amount), credited);
        self.tell(drift, None);
        // Each report of a refund makes an entry that names all that was given back until then.
        let debited = if there().is_some() { back } else { Micros::ZERO };
        let drift = self.findings.refund(wallet.as_ref(), &charge.id, back, debited);
        self.tell(drift, None);
        Ok(())
    }

    /// What was credited in the last days, and what Stripe has of it. A bank may take days, so that a charge can be older.
    async fn topups(
        &mut self,
        stripe: &Stripe<'_>,
        paid: &BTreeMap<String, Micros>,
    ) -> Result<bool, NightError> {
        let (topups, all) = Ledger(self.documents).topups(self.from(), MAX_TOPUPS).await?;
        let mut asked = 0;
        for Topup { wallet, entry } in topups {
            let Some(payment) = entry.provider.filter(|provider| provider.name == entries::STRIPE) else {
                continue;
            };
            let amount = match paid.get(&payment.reference) {
                Some(amount) => *amount,
                None if asked >= MAX_PAYMENTS => return Ok(false),
                None => {
                    asked += 1;
                    received(stripe, &payment.reference).await?
                }
            };
            let drift = self.findings.payment(Some(&wallet), &payment.reference, amount, entry.amount_micros);
            self.tell(drift, None);
        }
        Ok(all)
    }
}

/// What has come of a payment.
async fn received(stripe: &Stripe<'_>, payment: &str) -> Result<Micros, StripeError> {
    match stripe.payment(payment).await {
        Ok(payment) => Ok(Micros(payment.received.micros().unwrap_or_default())),
        // Stripe has no such payment, or that can be no name of one.
        Err(StripeError::Refused { status: 404, .. } | StripeError::Request(_)) => Ok(Micros::ZERO),
        Err(error) => Err(error),
    }
}

fn entry_of(movement: &Movement) -> LedgerEntryId {
    LedgerEntryId::of(&movement.idempotency_key)
}

/// The user of that id, if it is one's.
fn wallet_user(wallet: &WalletId) -> Option<mentora_core::ids::UserId> {
    mentora_core::ids::UserId::new(wallet.as_str()).ok()
}
