//! Bugs by which other systems billed twice, lost a refund or gave away what was delivered, as tests against ours. The names
//! of the reports are in each test's comment.

use mentora_core::documents::{LedgerEntryType, LedgerProvider, TokenCounts, Usage};
use mentora_core::ids::UserId;
use mentora_core::money::Micros;
use mentora_core::pricing;
use mentora_core::time::Millis;
use mentora_core::wallet::{Call, HOLD_MS, HoldReply, MovementReply, PaidBack};

use crate::books::{Wallet, free_hold, hold, movement, settle};

const LIVE: &str = "gemini-3.8-live";
const NOW: Millis = Millis(1_795_305_600_000);

// elizaOS/eliza#9904: an error in mid stream left the hold standing.
#[test]
fn an_answer_that_failed_holds_nothing() {
    let mut wallet = Wallet::with(100);
    assert_eq!(wallet.hold("talk:1", 80), HoldReply::Granted);
    assert_eq!(wallet.release("talk:1").held, Micros::ZERO);
    assert_eq!(wallet.hold("talk:2", 100), HoldReply::Granted);
}

// The same, when nobody is left to say that it failed.
#[test]
fn a_hold_of_which_nothing_is_heard_frees_itself() {
    let mut wallet = Wallet::with(100);
    wallet.hold("talk:1", 80);
    assert_eq!(wallet.hold("talk:2", 80), HoldReply::Short { available: Micros(20) });
    wallet.now = wallet.now + HOLD_MS;
    assert_eq!(wallet.hold("talk:2", 80), HoldReply::Granted);
}

// elizaOS/eliza#10930: done, the answer lost, asked again: charged again.
#[test]
fn a_charge_whose_answer_was_lost_is_charged_once() {
    let mut wallet = Wallet::with(100);
    wallet.hold("talk:1", 80);
    for _ in 0..3 {
        assert_eq!(wallet.settle("talk:1", "talk-1", 30).balance, Micros(70));
    }
}

// BasedHardware/omi#15287: the retry of a failed turn minted a new key and spent again.
#[test]
fn a_turn_that_is_settled_under_another_hold_is_charged_once() {
    let mut wallet = Wallet::with(100);
    wallet.hold("talk:1", 40);
    wallet.settle("talk:1", "talk-1", 30);
    wallet.hold("talk:2", 40);
    let standing = wallet.settle("talk:2", "talk-1", 30);
    assert_eq!((standing.balance, standing.held), (Micros(70), Micros::ZERO));
}

// elizaOS/eliza#10848: an error of the accounts after delivery refunded the delivered answer.
#[test]
fn a_hold_that_ran_out_before_its_answer_came_is_charged_all_the_same() {
    let mut wallet = Wallet::with(100);
    wallet.hold("talk:1", 40);
    wallet.now = wallet.now + HOLD_MS + 1;
    assert_eq!(wallet.settle("talk:1", "talk-1", 30).balance, Micros(70));
}

// The same, when others have taken what was free again: what is there is taken, the rest is written down.
#[test]
fn what_cannot_be_paid_any_more_is_written_beside_the_charge() {
    let mut wallet = Wallet::with(100);
    wallet.hold("talk:1", 40);
    wallet.now = wallet.now + HOLD_MS + 1;
    wallet.hold("talk:2", 90);
    let standing = wallet.settle("talk:1", "talk-1", 30);
    assert_eq!((standing.balance, standing.available()), (Micros(90), Micros::ZERO));
    assert_eq!(wallet.charged("talk-1"), Some((10, 20)));
}

// elizaOS/eliza#11472 and #11561: finish, abort and error each settled.
#[test]
fn of_settle_and_release_the_first_settle_counts() {
    let mut wallet = Wallet::with(100);
    wallet.hold("talk:1", 40);
    wallet.settle("talk:1", "talk-1", 30);
    assert_eq!(wallet.release("talk:1").balance, Micros(70));
    assert_eq!(wallet.settle("talk:1", "talk-1", 30).balance, Micros(70));
}

// The request for a hold that was given up arrives after its release.
#[test]
fn a_hold_that_was_released_before_it_came_holds_nothing() {
    let mut wallet = Wallet::with(100);
    wallet.release("talk:1");
    assert_eq!(wallet.hold("talk:1", 40), HoldReply::Over);
    assert_eq!(wallet.standing().held, Micros::ZERO);
}

// elizaOS/eliza#11484: an empty body refunded twice; apoorvdarshan/fud-ai#295: a retried refund gave too much.
#[test]
fn a_refund_is_what_goes_beyond_what_was_known() {
    let mut wallet = Wallet::with(1_000);
    let back = |total| {
        Call::PaidBack(PaidBack {
            payment: LedgerProvider { name: "stripe".into(), reference: "ch_1".into() },
            total: Micros(total),
            by: UserId::system(),
        })
    };
    for (total, left) in [(300, 700), (300, 700), (500, 500), (300, 500), (0, 500)] {
        wallet.moved(&back(total));
        assert_eq!(wallet.standing().balance, Micros(left), "after {total}");
    }
}

// Stripe tells of one purchase by several events.
#[test]
fn a_purchase_is_credited_once_however_often_it_is_told() {
    let mut wallet = Wallet::with(0);
    let paid = Call::Move(movement(LedgerEntryType::Topup, "stripe:purchase-1", 500));
    assert!(matches!(wallet.moved(&paid), MovementReply::Done { before: false, .. }));
    for _ in 0..100 {
        assert!(matches!(wallet.moved(&paid), MovementReply::Done { before: true, .. }));
    }
    assert_eq!(wallet.standing().balance, Micros(500));
}

// aplisay/llm-agent#346 and PageSpace#2391: cached tokens are a part of the input, and were counted beside it.
#[test]
fn cached_tokens_are_not_billed_beside_the_input_that_they_are_part_of() {
    let mut usage = Usage::default();
    usage.input.text = 1_000;
    let plain = pricing::cost(LIVE, NOW, &usage);
    usage.input.cached = 1_000;
    assert_eq!(pricing::cost(LIVE, NOW, &usage), plain);
}

// An image stands in the report's total and in its details: one of the two is the price.
#[test]
fn an_image_is_billed_as_an_image_and_not_as_text_too() {
    let input = TokenCounts { image: 1_000, ..TokenCounts::default() };
    assert_eq!(pricing::cost(LIVE, NOW, &Usage { input, ..Usage::default() }), Micros(1_000));
}

// google-gemini (totals leave thoughts out): the bill counts them.
#[test]
fn thoughts_are_billed() {
    let output = TokenCounts { thoughts: 1_000, ..TokenCounts::default() };
    let usage = Usage { output, ..Usage::default() };
    assert_eq!(pricing::cost(LIVE, NOW, &usage), Micros(4_500));
}

#[test]
fn free_credits_come_first_and_the_wallet_pays_when_they_are_used_up() {
    let mut wallet = Wallet::with(100);
    let most = 50;
    wallet.call(&free_hold("talk:1", 40, most));
    assert_eq!(wallet.standing().held, Micros::ZERO);
    wallet.call(&settle("talk:1", "talk-1", 30));
    assert_eq!(wallet.standing().balance, Micros(100), "given and charged");
    assert_eq!(wallet.charged("talk-1"), Some((30, 0)));
    // 20 are left of them, which are not enough for the next hold.
    wallet.call(&free_hold("talk:2", 40, most));
    assert_eq!(wallet.standing().held, Micros(40));
    wallet.call(&settle("talk:2", "talk-2", 30));
    assert_eq!(wallet.standing().balance, Micros(70));
}

#[test]
fn no_two_entries_bear_the_same_time_also_when_the_clock_goes_back() {
    let mut wallet = Wallet::with(100);
    for key in ["a", "b"] {
        wallet.moved(&Call::Move(movement(LedgerEntryType::Grant, key, 5)));
        wallet.now = wallet.now - 10_000;
    }
    let mut entries: Vec<_> = wallet.books.entries.values().collect();
    entries.sort_by_key(|entry| entry.created_at);
    let balances: Vec<i64> = entries.iter().map(|entry| entry.balance_after_micros.0).collect();
    assert_eq!(balances, [100, 105, 110]);
}

#[test]
fn credits_are_not_taken_from_under_a_hold() {
    let mut wallet = Wallet::with(100);
    wallet.call(&hold("talk:1", 80));
    let take = |within_available| {
        let movement = movement(LedgerEntryType::Adjust, "mistake", -50);
        Call::Move(mentora_core::wallet::Movement { within_available, ..movement })
    };
    assert_eq!(wallet.moved(&take(true)), MovementReply::Short { available: Micros(20) });
    assert_eq!(wallet.standing().balance, Micros(100));
}
