//! When keys are asked for: the schedule as tables, and that it holds whatever comes.

use proptest::prelude::*;

use super::*;
use crate::test_keys::OTHER;

/// A moment in milliseconds after the start, what happens then, and what the cache is to do.
#[derive(Debug)]
enum Event {
    /// A token that names this key comes.
    Token(&'static str, Lookup),
    /// The fetch under way brings the keys `k1` and `k2`, good for this many seconds.
    Keys(i64),
    /// The fetch under way brings `k2` alone: `k1` is withdrawn.
    Rotated,
    /// The fetch under way fails.
    Failure,
    /// A sound token that names this key is judged.
    Judged(&'static str, Result<(), IdTokenError>),
}
use Event::{Failure, Judged, Keys, Rotated, Token};
use IdTokenError::{KeysUnavailable, UnknownKey};
use Lookup::{Fetch, Use, Wait};

const HOUR: i64 = 3_600_000;

fn published_for(seconds: i64, now_ms: i64, ids: &[&str]) -> KeySet {
    let all = ids.iter().map(|id| jwk(id, if *id == "k1" { &KEY } else { &OTHER })).collect::<Vec<_>>();
    KeySet::parse(&published(&all), Some(&format!("public, max-age={seconds}")), now_ms).unwrap()
}

/// A token that is sound for two days.
fn sound(key_id: &str) -> String {
    let lasting = with(claims(), "exp", json!(NOW + 48 * 3600));
    signed_by(if key_id == "k1" { &KEY } else { &OTHER }, &with(header(), "kid", json!(key_id)), &lasting)
}

fn play(name: &str, events: &[(i64, Event)]) {
    let mut cache = KeyCache::new();
    for (at, event) in events {
        let now = NOW_MS + at;
        match event {
            Token(key_id, expected) => assert_eq!(cache.look(key_id, now), *expected, "{name}: {at} ms"),
            Keys(seconds) => cache.fetched(published_for(*seconds, now, &["k1", "k2"])),
            Rotated => cache.fetched(published_for(3600, now, &["k2"])),
            Failure => cache.failed(),
            Judged(key_id, expected) => {
                let verdict = cache.verify(&sound(key_id), PROJECT, now).map(drop);
                assert_eq!(&verdict, expected, "{name}: {at} ms");
            }
        }
    }
}

#[test]
fn keys_are_asked_for_when_it_is_time() {
    play(
        "one request fetches the first keys while others wait",
        &[(0, Token("k1", Fetch)), (10, Token("k2", Wait)), (20, Keys(3600)), (30, Token("k2", Use))],
    );
    play(
        "known keys are used for as long as the reply allows, then fetched once while others go on",
        &[
            (0, Token("k1", Fetch)),
            (0, Keys(3600)),
            (HOUR - 1, Token("k1", Use)),
            (HOUR, Token("k1", Fetch)),
            (HOUR + 1, Token("k2", Use)),
            (HOUR + 2, Keys(3600)),
            (2 * HOUR + 1, Token("k1", Use)),
            (2 * HOUR + 2, Token("k1", Fetch)),
        ],
    );
    play(
        "a reply that may not be kept is kept for a minute",
        &[
            (0, Token("k1", Fetch)),
            (0, Keys(0)),
            (1, Token("k1", Use)),
            (1, Judged("k1", Ok(()))),
            (59_999, Token("k1", Use)),
            (60_000, Token("k1", Fetch)),
        ],
    );
}

#[test]
fn a_new_key_is_found_at_once_and_made_up_ones_cost_a_fetch_a_minute() {
    play(
        "rotation",
        &[
            (0, Token("k1", Fetch)),
            (0, Keys(3600)),
            (1000, Token("k3", Fetch)),
            (1001, Token("k4", Wait)),
            (1001, Token("k1", Use)),
            (1002, Rotated),
            (1003, Token("k2", Use)),
            (1003, Judged("k2", Ok(()))),
            (1003, Judged("k1", Err(UnknownKey))),
            (1003, Token("k4", Use)),
            (60_999, Token("k5", Use)),
            (61_000, Token("k6", Fetch)),
            (61_001, Keys(3600)),
            (61_002, Token("k7", Use)),
            (121_000, Token("k8", Fetch)),
        ],
    );
    play(
        "stale keys are renewed though somebody makes up others",
        &[
            (0, Token("k1", Fetch)),
            (0, Keys(90)),
            (80_000, Token("k3", Fetch)),
            (80_000, Keys(90)),
            (139_999, Token("k3", Use)),
            (140_000, Token("k3", Fetch)),
            (140_000, Keys(0)),
            (199_999, Token("k1", Use)),
            (200_000, Token("k1", Fetch)),
        ],
    );
}

#[test]
fn while_keys_cannot_be_fetched_the_old_ones_serve_for_a_day() {
    const DAY: i64 = 24 * HOUR;
    play(
        "no keys yet",
        &[
            (0, Token("k1", Fetch)),
            (10, Failure),
            (10, Judged("k1", Err(KeysUnavailable))),
            (999, Token("k1", Use)),
            (1000, Token("k1", Fetch)),
            (1010, Keys(3600)),
            (1011, Judged("k1", Ok(()))),
        ],
    );
    play(
        "stale keys",
        &[
            (0, Token("k1", Fetch)),
            (0, Keys(3600)),
            (HOUR, Token("k1", Fetch)),
            (HOUR + 10, Failure),
            (HOUR + 10, Judged("k1", Ok(()))),
            (HOUR + 4999, Token("k1", Use)),
            (HOUR + 5000, Token("k1", Fetch)),
            (HOUR + 5010, Failure),
            (HOUR + DAY - 1, Judged("k1", Ok(()))),
            (HOUR + DAY, Judged("k1", Err(KeysUnavailable))),
            (HOUR + DAY, Token("k1", Fetch)),
            (HOUR + DAY + 10, Failure),
            (HOUR + DAY + 1000, Token("k1", Fetch)),
            (HOUR + DAY + 1010, Keys(3600)),
            (HOUR + DAY + 1010, Judged("k1", Ok(()))),
        ],
    );
    play(
        "a new key is not refused for our trouble",
        &[
            (0, Token("k1", Fetch)),
            (0, Keys(3600)),
            (0, Judged("k3", Err(UnknownKey))),
            (1000, Token("k3", Fetch)),
            (1010, Failure),
            (1010, Judged("k3", Err(KeysUnavailable))),
            (1010, Judged("k1", Ok(()))),
            (5999, Token("k3", Use)),
            (6000, Token("k3", Fetch)),
            (6010, Keys(3600)),
            (6010, Judged("k3", Err(UnknownKey))),
        ],
    );
    play(
        "a fetch whose request was cancelled holds nobody up for ever",
        &[
            (0, Token("k1", Fetch)),
            (4999, Token("k1", Wait)),
            (5000, Token("k1", Fetch)),
            (5000, Keys(3600)),
            (9000, Token("k3", Fetch)),
            (13_999, Token("k3", Wait)),
            (14_000, Token("k3", Fetch)),
        ],
    );
}

proptest! {
    /// A day of requests, most of them malicious; fetches take their time, fail, or never come back.
    #[test]
    fn whatever_comes_keys_are_asked_for_seldom_and_sound_tokens_wait_for_nobody(
        requests in prop::collection::vec((0_i64..20_000, 0_u32..6), 1..400),
        fetches in prop::collection::vec((0_i64..4_000, 0_u32..10), 1..40),
        max_age in prop_oneof![Just(0_i64), 1_i64..200, Just(3600)],
    ) {
        let mut fetches = fetches.into_iter().cycle();
        let keys = |now| published_for(max_age, now, &["k1"]);
        let mut cache = KeyCache::new();
        let (mut now, mut started, mut landing) = (NOW_MS, Vec::new(), None);
        let mut had_keys = false;
        for (pause, who) in requests {
            now += pause;
            if let Some((at, outcome)) = landing.filter(|(at, _)| *at <= now) {
                // One in ten never comes back.
                match outcome {
                    0 => {}
                    1..4 => cache.failed(),
                    _ => { cache.fetched(keys(at)); had_keys = true; }
                }
                landing = None;
            }
            let made_up = format!("made-up-{now}");
            match cache.look(if who == 0 { "k1" } else { &made_up }, now) {
                Fetch => {
                    prop_assert!(landing.is_none_or(|(at, outcome)| outcome == 0 || at <= now), "two at a time");
                    let (takes, outcome) = fetches.next().unwrap();
                    landing = Some((now + takes, outcome));
                    started.push((now, outcome, had_keys));
                }
                Wait => prop_assert!(!had_keys || who != 0, "a known key waited"),
                Use => {}
            }
        }
        for ((before, outcome, had_keys), (after, ..)) in started.iter().zip(started.iter().skip(1)) {
            let least = if *outcome >= 4 { 0 } else if *had_keys { 5_000 } else { 1_000 };
            prop_assert!(after - before >= least, "{before} {after}");
        }
        // While the key server answers: one fetch a minute for what is stale, one for what is unknown.
        for (index, (first, ..)) in started.iter().enumerate() {
            let minute = started[index..].iter().take_while(|(at, ..)| at - first < 60_000);
            let answered = minute.filter(|(_, outcome, _)| *outcome >= 4).count();
            prop_assert!(answered <= 3, "{answered} in a minute");
        }
    }
}
