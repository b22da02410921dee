//! All orders of hold, settle, release, expiry, death, retry and duplicate, at random, with the rules checked after each.

use mentora_core::documents::{LedgerEntryType, LedgerProvider};
use mentora_core::ids::UserId;
use mentora_core::money::Micros;
use mentora_core::wallet::{self, Call, HOLD_MS, HoldKey, Movement, PaidBack};
use proptest::prelude::*;

use crate::books::{Wallet, free_hold, hold, movement, settle};

/// Keys are few, so that calls meet.
const KEYS: u8 = 6;
const FREE: i64 = 60;

#[derive(Debug, Clone)]
enum Event {
    Hold { key: u8, amount: i64 },
    FreeHold { key: u8, amount: i64 },
    Settle { key: u8 },
    Release { key: u8 },
    Topup { purchase: u8, amount: i64 },
    Adjust { key: u8, amount: i64 },
    PaidBack { total: i64 },
    Dispute { key: u8, amount: i64 },
    Pass { ms: i64 },
    Tidy,
}

/// `lossy`: payments may be taken back.
fn event(lossy: bool) -> impl Strategy<Value = Event> {
    let key = 0..KEYS;
    let lossy = u32::from(lossy);
    prop_oneof![
        4 => (key.clone(), 1..100_i64).prop_map(|(key, amount)| Event::Hold { key, amount }),
        2 => (key.clone(), 1..50_i64).prop_map(|(key, amount)| Event::FreeHold { key, amount }),
        4 => key.clone().prop_map(|key| Event::Settle { key }),
        2 => key.clone().prop_map(|key| Event::Release { key }),
        1 => (0..2_u8, 1..200_i64).prop_map(|(purchase, amount)| Event::Topup { purchase, amount }),
        1 => (key.clone(), -80..0_i64).prop_map(|(key, amount)| Event::Adjust { key, amount }),
        lossy => (1..200_i64).prop_map(|total| Event::PaidBack { total }),
        lossy => (key, 1..100_i64).prop_map(|(key, amount)| Event::Dispute { key, amount }),
        2 => (0..HOLD_MS * 2).prop_map(|ms| Event::Pass { ms }),
        1 => Just(Event::Tidy),
    ]
}

/// An event, the number of writes after which the object dies over it, and whether it is asked again after its answer.
type Happening = (Event, Option<u32>, bool);

fn happenings(lossy: bool) -> impl Strategy<Value = Vec<Happening>> {
    let happening = (event(lossy), prop::option::weighted(0.3, 0..6_u32), any::<bool>());
    prop::collection::vec(happening, 1..60)
}

fn call_of(event: &Event) -> Option<Call> {
    let name = |key: u8| format!("talk:{key}");
    Some(match event {
        Event::Hold { key, amount } => hold(&name(*key), *amount),
        Event::FreeHold { key, amount } => free_hold(&name(*key), *amount, FREE),
        // One cost a turn, whoever asks: it is what was metered.
        Event::Settle { key } => settle(&name(*key), &key.to_string(), cost_of(*key)),
        Event::Release { key } => Call::Release(HoldKey(name(*key))),
        Event::Topup { purchase, amount } => {
            Call::Move(movement(LedgerEntryType::Topup, &format!("stripe:{purchase}"), *amount))
        }
        Event::Adjust { key, amount } => {
            let movement = movement(LedgerEntryType::Adjust, &format!("adjust:{key}"), *amount);
            Call::Move(Movement { within_available: true, ..movement })
        }
        Event::PaidBack { total } => Call::PaidBack(PaidBack {
            payment: LedgerProvider { name: "stripe".into(), reference: "ch_1".into() },
            total: Micros(*total),
            by: UserId::system(),
        }),
        Event::Dispute { key, amount } => {
            Call::Move(movement(LedgerEntryType::Dispute, &format!("dispute:{key}"), -amount))
        }
        Event::Pass { .. } | Event::Tidy => return None,
    })
}

fn cost_of(key: u8) -> i64 {
    i64::from(key) * 15
}

fn play(happenings: &[Happening], check: impl Fn(&Wallet)) -> Wallet {
    let mut wallet = Wallet::with(120);
    for (event, dies_after, again) in happenings {
        match (event, call_of(event)) {
            (Event::Pass { ms }, _) => wallet.now = wallet.now + *ms,
            (_, Some(call)) => {
                wallet.books.dies_after = *dies_after;
                let answered = wallet.call(&call);
                wallet.books.dies_after = None;
                wallet.check();
                // Nobody knows how it went, or the network brings it twice.
                if answered.is_none() || *again {
                    wallet.call(&call).expect("nothing fails now");
                }
            }
            (_, None) => wallet::tidy(&mut wallet.books, wallet.now).unwrap(),
        }
        wallet.check();
        check(&wallet);
    }
    wallet
}

/// Some seconds; `PROPTEST_CASES` widens it.
fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_order_of_events_takes_more_than_there_is(happenings in happenings(false)) {
        play(&happenings, |wallet| {
            let standing = wallet.books.head.as_ref().unwrap().standing();
            assert!(standing.balance >= Micros::ZERO, "{standing:?}");
            assert!(standing.available() >= Micros::ZERO, "{standing:?}");
        });
    }

    #[test]
    fn every_turn_is_paid_for_once_and_in_full(happenings in happenings(true)) {
        let wallet = play(&happenings, |wallet| {
            let held = &wallet.books.head.as_ref().unwrap().held;
            assert!(*held >= Micros::ZERO);
            for (name, taken) in &wallet.books.sums {
                let most = if name.starts_with("free:") { FREE } else { i64::MAX };
                assert!((0..=most).contains(&taken.0), "{name}: {taken:?}");
            }
        });
        for (event, _, _) in &happenings {
            if let Event::Settle { key } = event {
                let (paid, shortfall) = wallet.charged(&key.to_string()).unwrap_or_default();
                prop_assert_eq!(paid + shortfall, cost_of(*key));
            }
        }
    }

    #[test]
    fn whatever_is_asked_again_changes_nothing(happenings in happenings(true)) {
        let mut wallet = play(&happenings, |_| {});
        for (event, _, _) in &happenings {
            // A hold that ran out may be had again, and adjustments that were refused may fit now.
            let final_one = matches!(event, Event::Settle { .. } | Event::Topup { .. } | Event::Dispute { .. });
            if let (true, Some(call)) = (final_one, call_of(event)) {
                wallet.call(&Call::Stand);
                let before = wallet.books.clone();
                wallet.call(&call);
                prop_assert_eq!(&wallet.books.head, &before.head);
                prop_assert_eq!(&wallet.books.entries, &before.entries);
            }
        }
    }

    #[test]
    fn once_all_holds_are_over_or_have_run_out_nothing_is_held(happenings in happenings(true)) {
        let mut wallet = play(&happenings, |_| {});
        wallet.now = wallet.now + HOLD_MS;
        wallet::tidy(&mut wallet.books, wallet.now).unwrap();
        prop_assert_eq!(wallet.books.head.as_ref().unwrap().held, Micros::ZERO);
        let granted: i64 = wallet.books.entries.values()
            .filter(|entry| entry.idempotency_key.starts_with("free:"))
            .map(|entry| entry.amount_micros.0).sum();
        let taken = wallet.books.sums.iter().filter(|(name, _)| name.starts_with("free:"));
        prop_assert_eq!(taken.map(|(_, taken)| taken.0).sum::<i64>(), granted);
    }
}
