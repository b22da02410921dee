//! What holds for every decision, whatever is said.

// clippy.toml allows these in `#[test]` functions, not in what those share.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mentora_core::dialogue::{Decision, Strategy, Utterance, decide, termination};
use mentora_core::documents::{AiConfig, DialecticalConfig, Speaker, Stance};
use mentora_core::limits::MAX_TURN_CHARS;
use proptest::collection::{btree_map, vec};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::{select, subsequence};
use proptest::strategy::Strategy as Generator;

fn first(text: &str) -> Decision {
    decide(&DialecticalConfig::default(), &[], text)
}

fn student(text: &str) -> Utterance<'_> {
    Utterance { speaker: Speaker::Student, text }
}

#[test]
fn a_reason_is_one_sentence_that_fits_the_turn() {
    for (text, reason) in [
        ("School uniforms should be mandatory.", "No reason or evidence was given for the claim."),
        ("Everyone should wear uniforms.", "The claim leaves no exception and has too little ground."),
        ("It is obvious that uniforms are right.", "The ground is hearsay, or only says the claim again."),
        ("It's good.", "It is not clear what is meant."),
        ("  ", "Nothing was said."),
        (
            "Uniforms should be mandatory because they reduce bullying.",
            "Reasons were given for one side only.",
        ),
        ("What do you mean by fair?", "The student asked something."),
        ("Je pense que les uniformes sont une bonne idée.", "The words could not be read in this language."),
        ("學校應該強制學生穿制服。", "No reason or evidence was given for the claim."),
    ] {
        assert_eq!(first(text).reason, reason, "{text}");
    }
}

#[test]
fn in_an_unknown_language_nothing_is_claimed_to_be_known() {
    let decision = first("Ich bin strikt dagegen, weil das allen Kindern schadet und niemandem hilft.");
    assert_eq!((decision.strategy, decision.stance), (Strategy::Continue, Stance::Undetermined));
    assert_eq!(decision.features, mentora_core::dialogue::Features::default());
}

#[test]
fn a_stance_has_a_side_and_a_strength() {
    for (text, stance) in [
        ("I strongly agree with uniforms.", Stance::ProStrong),
        ("I guess I agree with uniforms, but only in primary school.", Stance::ProWeak),
        ("We should never ban phones.", Stance::ConStrong),
        ("I am probably against it.", Stance::ConWeak),
        ("I see both sides.", Stance::Neutral),
        ("Phones have screens.", Stance::Undetermined),
        ("我非常同意。", Stance::ProStrong),
        ("我可能不同意，不過還在考慮。", Stance::ConWeak),
        ("兩邊都有道理。", Stance::Neutral),
    ] {
        assert_eq!(first(text).stance, stance, "{text}");
    }
}

#[test]
fn a_student_who_may_be_upset_is_neither_challenged_nor_shown_the_door() {
    for text in [
        "I feel so stupid, everyone should just stop.",
        "I don't know. I want to die.",
        "我很笨，我撐不下去了。",
        "我被霸凌，學校應該禁止手機。",
    ] {
        let history = [student("Uniforms are fair."), student("Yes."), student("No.")];
        let decision = decide(&DialecticalConfig::default(), &history, text);
        assert!(matches!(decision.strategy, Strategy::Continue | Strategy::Conclude), "{text}: {decision:?}");
        assert_eq!(decision.reason, "The student may be upset, which comes before the argument.", "{text}");
        assert_eq!(termination(&AiConfig::default(), &decision, 4), None, "{text}");
    }
}

#[test]
fn a_move_that_is_not_enabled_is_neither_made_nor_offered() {
    let config = DialecticalConfig {
        enabled_strategies: vec![Strategy::DevilsAdvocate],
        ..DialecticalConfig::default()
    };
    for text in ["It's good.", "School uniforms should be mandatory."] {
        let decision = decide(&config, &[], text);
        assert_eq!(decision.strategy, Strategy::Continue);
        let offered: Vec<_> = decision.alternatives.iter().map(|alternative| alternative.strategy).collect();
        assert_eq!(offered, [Strategy::DevilsAdvocate, Strategy::Conclude]);
    }
}

#[test]
fn weights_turn_the_order_round() {
    let text = "Uniforms should be mandatory because they reduce bullying.";
    let weighted = |weights: &[(Strategy, f64)]| {
        let strategy_weights = weights.iter().copied().collect::<BTreeMap<_, _>>();
        decide(&DialecticalConfig { strategy_weights, ..DialecticalConfig::default() }, &[], text).strategy
    };
    println!("{:?}", first(text));
    assert_eq!(weighted(&[]), Strategy::DevilsAdvocate);
    assert_eq!(weighted(&[(Strategy::Challenge, 2.0)]), Strategy::Challenge);
    assert_eq!(weighted(&[(Strategy::DevilsAdvocate, 0.0)]), Strategy::Continue);
    let nothing: Vec<_> = Strategy::ALL.map(|strategy| (strategy, 0.0)).into();
    assert_eq!(weighted(&nothing), Strategy::Continue, "there is always a move");
    assert_eq!(
        weighted(&[(Strategy::Challenge, f64::NAN), (Strategy::Clarify, -1.0)]),
        Strategy::DevilsAdvocate
    );
}

#[test]
fn a_student_who_is_stuck_is_not_asked_a_third_time_what_is_meant() {
    let config = DialecticalConfig::default();
    assert_eq!(decide(&config, &[student("Not sure.")], "I don't know.").strategy, Strategy::Clarify);
    let stuck = decide(&config, &[student("Not sure."), student("I don't know.")], "I don't know.");
    assert_eq!(stuck.strategy, Strategy::Continue, "{stuck:?}");
    assert_eq!(stuck.reason, "The student is stuck; asking again what is meant would not help.");
}

#[test]
fn a_decision_reads_back_as_it_was_stored() {
    let decision = first("Everyone knows that 30% of uniforms are bad, because they itch.");
    let stored = serde_json::to_value(&decision).unwrap();
    assert_eq!(stored["features"]["oneSidedness"], decision.features.one_sidedness);
    assert_eq!(serde_json::from_value::<Decision>(stored).unwrap(), decision);
}

#[test]
fn the_longest_turns_after_a_long_dialogue_are_decided_in_time_that_grows_with_their_length() {
    let long = |seed: &str, chars: usize| seed.chars().cycle().take(chars).collect::<String>();
    for seed in [
        "because everyone should not always ",
        "因為所有人都不應該",
        "a",
        "b ",
        "我覺得 ok ",
        "？!.",
        "é",
        "{{⟦",
    ] {
        let time = |chars: usize| {
            let text = long(seed, chars);
            let history = vec![student(&text); 40];
            let begin = Instant::now();
            let decision = decide(&DialecticalConfig::default(), &history, &text);
            assert!(decision.features.vagueness.is_finite());
            begin.elapsed()
        };
        let (short, full) = (time(MAX_TURN_CHARS / 10), time(MAX_TURN_CHARS));
        println!("{seed:40} {short:>10.1?} {full:>10.1?}");
        // Ten times the text; a quadratic scan would take a hundred times as long. The constant absorbs a busy machine.
        assert!(full < short * 30 + Duration::from_millis(300), "{seed:?}: {short:?}, then {full:?}");
    }
}

/// Any text, and text made of cues, which is where the branches are.
fn texts() -> impl Generator<Value = String> {
    let cues = vec![
        "because",
        "I think",
        "should",
        "not",
        "maybe",
        "stuff",
        "everyone",
        "but",
        "you're right",
        "in conclusion",
        "goodbye",
        "I don't know",
        "?",
        ".",
        "例如",
        "我覺得",
        "不應該",
        "所有人",
        "但是",
        "有道理",
        "總結來說",
        "再見",
        "不知道",
        "嗎",
        "，",
        "⟦",
        "40%",
        "I want to die",
        "\u{0}",
        "𠀀",
        "の",
    ];
    prop_oneof![
        any::<String>(),
        vec(select(cues), 0..40).prop_map(|words| words.join(" ")),
        vec(any::<char>(), 0..400).prop_map(String::from_iter)
    ]
}

fn configs() -> impl Generator<Value = DialecticalConfig> {
    let moves = || select(Strategy::ALL.to_vec());
    let weights = btree_map(moves(), prop_oneof![any::<f64>(), 0.0..3.0_f64], 0..5);
    (subsequence(Strategy::ALL.to_vec(), 0..=5), weights).prop_map(
        |(enabled_strategies, strategy_weights)| DialecticalConfig {
            enabled_strategies,
            strategy_weights,
            custom_prompts: BTreeMap::new(),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_decision_is_an_allowed_move_with_scores_from_0_to_1(config in configs(), said in vec(texts(), 0..6), text in texts()) {
        let history: Vec<_> = said.iter().enumerate().map(|(turn, text)| Utterance {
            speaker: if turn % 2 == 0 { Speaker::Student } else { Speaker::Tutor },
            text,
        }).collect();
        let decision = decide(&config, &history, &text);
        let allowed = |strategy: Strategy| !strategy.is_optional() || config.enabled_strategies.contains(&strategy);
        prop_assert!(allowed(decision.strategy));
        prop_assert!(decision.alternatives.iter().all(|other| allowed(other.strategy) && other.strategy != decision.strategy));
        prop_assert!(decision.alternatives.is_sorted_by(|a, b| a.score >= b.score));
        prop_assert!(decision.alternatives.iter().all(|other| (0.0..=1.0).contains(&other.score)));
        let features = serde_json::to_value(decision.features).unwrap();
        for (name, value) in features.as_object().unwrap() {
            prop_assert!(value.as_f64().is_some_and(|value| (0.0..=1.0).contains(&value)), "{} is {}", name, value);
        }
        prop_assert!(decision.reason.ends_with('.') && decision.reason.len() < 100);
        prop_assert_eq!(decide(&config, &history, &text), decision);
    }

    #[test]
    fn the_last_turn_is_always_the_last(text in texts(), max_turns in 0..50_u32, more in 0..50_u32) {
        let config = AiConfig { max_turns, ..AiConfig::default() };
        prop_assert!(termination(&config, &decide(&config.dialectical_config, &[], &text), max_turns + more).is_some());
    }
}
