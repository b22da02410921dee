//! What a turn costs, by model, modality and date.
//!
//! Google bills each turn for the whole context it was answered from, so the costs of turns add up while the usage
//! reports within one turn do not: the last one counts. Of the usage, `input.text`, `input.audio`, `input.image`,
//! `output.text`, `output.audio` and `output.thoughts` are apart from each other (a report's total leaves the thoughts
//! out), and `input.cached` is a part of the input, billed in full, because the price list of the Live models has no
//! discount.

use crate::documents::Usage;
use crate::money::Micros;
use crate::time::{Millis, seconds};

/// The day on which the table was read. It changes with every change of the table: each charge names it.
pub const PRICES_AS_OF: &str = "2026-11-23";

/// The most tokens a tutor's answer may have, which a session has to be set up with: 80 seconds of speech. The tutor is
/// asked for one to three sentences; this bounds what goes wrong.
pub const MAX_ANSWER_TOKENS: u64 = 2_000;
/// The most tokens a model is taken to think with for one answer.
pub const MAX_THOUGHT_TOKENS: u64 = 2_000;
/// Audio of a Live session, per second.
pub const AUDIO_TOKENS_PER_SECOND: u64 = 25;

/// Tokens that a price is for.
const MILLION: u128 = 1_000_000;

/// What a model costs from a date on, in micro-credits per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// The model, without `models/`.
    pub model: &'static str,
    /// From when on.
    pub from: Millis,
    /// Whether students talk with it; the others only read or write text for us.
    pub live: bool,
    /// Text that goes in.
    pub text_in: u64,
    /// Audio that goes in.
    pub audio_in: u64,
    /// Images and video that go in.
    pub image_in: u64,
    /// Text that comes out, and thoughts.
    pub text_out: u64,
    /// Audio that comes out.
    pub audio_out: u64,
}

/// As far back as anything was charged.
const ALWAYS: Millis = Millis(0);
/// 2026-09-15, the day `gemini-3.8-live` came out.
const SEPTEMBER_2026: Millis = Millis(1_789_430_400_000);

const fn live(
    model: &'static str,
    from: Millis,
    text_in: u64,
    audio_in: u64,
    image_in: u64,
    text_out: u64,
    audio_out: u64,
) -> Price {
    Price { model, from, live: true, text_in, audio_in, image_in, text_out, audio_out }
}

/// A model that hears, sees and speaks nothing for us; should it ever, that costs what the dearest Live model costs.
const fn text(model: &'static str, text_in: u64, text_out: u64) -> Price {
    let (audio_in, image_in, audio_out) = (3_000_000, 3_000_000, 12_000_000);
    Price { model, from: ALWAYS, live: false, text_in, audio_in, image_in, text_out, audio_out }
}

/// US dollars per million tokens of the paid tier (Google's price list, as of [`PRICES_AS_OF`]), times a million. A model
/// has one row for each change of its price.
pub const PRICES: &[Price] = &[
    live("gemini-3.8-live", SEPTEMBER_2026, 750_000, 3_000_000, 1_000_000, 4_500_000, 12_000_000),
    live(
        "gemini-3.8-live-extended-thinking",
        SEPTEMBER_2026,
        750_000,
        3_000_000,
        1_000_000,
        4_500_000,
        12_000_000,
    ),
    live("gemini-3.1-flash-live-preview", ALWAYS, 750_000, 3_000_000, 1_000_000, 4_500_000, 12_000_000),
    live(
        "gemini-2.5-flash-native-audio-preview-12-2025",
        ALWAYS,
        500_000,
        3_000_000,
        3_000_000,
        2_000_000,
        12_000_000,
    ),
    live("gemini-live-2.5-flash-native-audio", ALWAYS, 500_000, 3_000_000, 3_000_000, 2_000_000, 12_000_000),
    text("gemini-3.5-flash-lite", 300_000, 2_500_000),
    text("gemini-3.1-flash-lite", 250_000, 1_500_000),
];

/// The version of the price table, which is stored with each charge.
#[must_use]
pub const fn price_version() -> &'static str {
    PRICES_AS_OF
}

/// The price of a model at a time; of a time before its first row, that row. A model that is not in the table costs, of
/// each modality, what the dearest Live model costs: a new model must not be given away before somebody adds its row.
#[must_use]
pub fn price(model: &str, at: Millis) -> Price {
    in_force(PRICES, model, at).unwrap_or_else(|| dearest(PRICES, at))
}

fn in_force(prices: &[Price], model: &str, at: Millis) -> Option<Price> {
    let model = model.strip_prefix("models/").unwrap_or(model);
    let rows = || prices.iter().filter(|price| price.model == model);
    let begun = rows().filter(|price| price.from <= at).max_by_key(|price| price.from);
    begun.or_else(|| rows().min_by_key(|price| price.from)).copied()
}

fn dearest(prices: &[Price], at: Millis) -> Price {
    let nothing = live("", ALWAYS, 0, 0, 0, 0, 0);
    let known =
        prices.iter().filter(|price| price.live).filter_map(|price| in_force(prices, price.model, at));
    known.fold(nothing, |most, price| Price {
        text_in: most.text_in.max(price.text_in),
        audio_in: most.audio_in.max(price.audio_in),
        image_in: most.image_in.max(price.image_in),
        text_out: most.text_out.max(price.text_out),
        audio_out: most.audio_out.max(price.audio_out),
        ..most
    })
}

/// What a turn costs. Rounded up once, at the end, to a whole micro-credit: never to our loss, and by less than a
/// millionth of a dollar a turn to the user's.
#[must_use]
pub fn cost(model: &str, at: Millis, usage: &Usage) -> Micros {
    let price = price(model, at);
    let parts = [
        (usage.input.text, price.text_in),
        (usage.input.audio, price.audio_in),
        (usage.input.image, price.image_in),
        (usage.output.text, price.text_out),
        (usage.output.audio, price.audio_out),
        (usage.output.thoughts, price.text_out),
    ];
    // A product of two u64 fits u128, and six of them do unless both are at their very end.
    let exact =
        parts.iter().fold(0_u128, |sum, (n, price)| sum.saturating_add(u128::from(*n) * u128::from(*price)));
    Micros(i64::try_from(exact.div_ceil(MILLION)).unwrap_or(i64::MAX))
}

/// The most that the next turn can cost: the context as it stands after the last turn (its input, images too, and its answer), the
/// longest thing a student can say, and the longest answer. `context` is the usage of the last turn; before the first
/// one, its `input.text` is [`tokens_at_most`] of the system instruction.
#[must_use]
pub fn estimate_next(model: &str, at: Millis, context: &Usage) -> Micros {
    let mut next = Usage::default();
    next.input.text = context.input.text.saturating_add(context.output.text);
    next.input.audio = context.input.audio.saturating_add(context.output.audio);
    // Nobody sends images yet; those of the context are billed again like all of it.
    next.input.image = context.input.image;
    next.output.audio = MAX_ANSWER_TOKENS;
    next.output.thoughts = MAX_THOUGHT_TOKENS;
    let with = |text: u64, audio: u64| {
        let mut next = next;
        next.input.text = next.input.text.saturating_add(text);
        next.input.audio = next.input.audio.saturating_add(audio);
        cost(model, at, &next)
    };
    // A token for each character is the worst that a script does in a text of this length.
    let written = with(u64::try_from(crate::limits::MAX_TURN_CHARS).unwrap_or(u64::MAX), 0);
    let utterance = u64::try_from(crate::limits::MAX_UTTERANCE_MS / seconds(1)).unwrap_or(u64::MAX);
    let spoken = with(GUIDANCE_TOKENS, utterance.saturating_mul(AUDIO_TOKENS_PER_SECOND));
    written.max(spoken)
}

/// The most that an answer in text can cost whose question is of so many tokens.
#[must_use]
pub fn estimate_text(model: &str, at: Millis, question_tokens: u64) -> Micros {
    let mut most = Usage::default();
    most.input.text = question_tokens;
    most.output.text = MAX_ANSWER_TOKENS;
    most.output.thoughts = MAX_THOUGHT_TOKENS;
    cost(model, at, &most)
}

/// The most tokens of the guidance line before a turn, with room for a teacher's own words.
const GUIDANCE_TOKENS: u64 = 1_000;

/// What a text is held for: a token for each character, and for two of ASCII. Real texts take less (a common Chinese
/// character is a token or less, an English word of five letters is one or two); only gibberish takes more.
#[must_use]
pub fn tokens_at_most(text: &str) -> u64 {
    let (ascii, other) = text.chars().fold((0_u64, 0_u64), |(ascii, other), c| {
        if c.is_ascii() { (ascii.saturating_add(1), other) } else { (ascii, other.saturating_add(1)) }
    });
    ascii.div_ceil(2).saturating_add(other)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::documents::TokenCounts;

    const LIVE: &str = "gemini-3.8-live";
    const NOW: Millis = Millis(1_795_305_600_000); // 2026-11-22

    fn usage(input: (u64, u64), output: (u64, u64), thoughts: u64) -> Usage {
        Usage {
            input: TokenCounts { text: input.0, audio: input.1, ..TokenCounts::default() },
            output: TokenCounts { text: output.0, audio: output.1, thoughts, ..TokenCounts::default() },
        }
    }

    #[test]
    fn a_turn_costs_what_it_costs_by_hand() {
        for (model, usage, micros) in [
            // A million of each: 0.75 + 3.00 + 4.50 + 12.00 + 4.50 dollars.
            (LIVE, usage((1_000_000, 1_000_000), (1_000_000, 1_000_000), 1_000_000), 24_750_000),
            // 1,200 x 0.75 = 900; 250 (ten seconds heard) x 3 = 750; 200 (eight seconds spoken) x 12 = 2,400.
            (LIVE, usage((1_200, 250), (0, 200), 0), 4_050),
            // The same with 100 thoughts x 4.50 = 450.
            (LIVE, usage((1_200, 250), (0, 200), 100), 4_500),
            // 522 x 0.50 + 42 x 12 = 261 + 504.
            ("gemini-live-2.5-flash-native-audio", usage((522, 0), (0, 42), 0), 765),
            // 1,000 x 0.30 + 40 x 2.50.
            ("gemini-3.5-flash-lite", usage((1_000, 0), (40, 0), 0), 400),
            (LIVE, Usage::default(), 0),
        ] {
            assert_eq!(cost(model, NOW, &usage), Micros(micros), "{model} {usage:?}");
        }
    }

    /// With images and video of the context.
    fn seen(mut usage: Usage, image: u64) -> Usage {
        usage.input.image = image;
        usage
    }

    #[test]
    fn what_the_model_sees_costs_what_it_costs_by_hand() {
        for (model, usage, micros) in [
            // A video of ten frames: 2,560 x 1.00.
            (LIVE, seen(Usage::default(), 2_560), 2_560),
            // 1,200 x 0.75 + 250 x 3 + 258 x 1.00 + 200 x 12 = 900 + 750 + 258 + 2,400.
            (LIVE, seen(usage((1_200, 250), (0, 200), 0), 258), 4_308),
            ("gemini-3.8-live-extended-thinking", seen(Usage::default(), 1_000), 1_000),
            ("gemini-3.1-flash-live-preview", seen(Usage::default(), 1_000), 1_000),
            // Dearer for the eye than their successors: 1,000 x 3.00.
            ("gemini-2.5-flash-native-audio-preview-12-2025", seen(Usage::default(), 1_000), 3_000),
            ("gemini-live-2.5-flash-native-audio", seen(Usage::default(), 1_000), 3_000),
        ] {
            assert_eq!(cost(model, NOW, &usage), Micros(micros), "{model} {usage:?}");
        }
    }

    #[test]
    fn it_is_rounded_up_once_and_not_once_a_part() {
        assert_eq!(cost(LIVE, NOW, &usage((1, 0), (0, 0), 0)), Micros(1), "0.75");
        assert_eq!(cost(LIVE, NOW, &usage((1, 0), (1, 0), 1)), Micros(10), "0.75 + 4.5 + 4.5 = 9.75");
        assert_eq!(cost(LIVE, NOW, &usage((4, 0), (0, 0), 0)), Micros(3), "exact");
    }

    #[test]
    fn cached_input_is_a_part_of_the_input_and_not_billed_again() {
        let mut cached = usage((1_000, 0), (0, 0), 0);
        cached.input.cached = 800;
        assert_eq!(cost(LIVE, NOW, &cached), Micros(750));
    }

    #[test]
    fn a_model_may_be_named_as_google_names_it() {
        assert_eq!(price("models/gemini-3.5-flash-lite", NOW), price("gemini-3.5-flash-lite", NOW));
    }

    #[test]
    fn an_unknown_model_costs_what_the_dearest_live_model_costs() {
        let unknown = price("gemini-9-live", NOW);
        assert_eq!((unknown.text_in, unknown.audio_in, unknown.image_in), (750_000, 3_000_000, 3_000_000));
        assert_eq!((unknown.text_out, unknown.audio_out), (4_500_000, 12_000_000));
        for known in PRICES.iter().filter(|price| price.live) {
            let usage = seen(usage((1_000, 1_000), (1_000, 1_000), 1_000), 1_000);
            assert!(cost("", NOW, &usage) >= cost(known.model, NOW, &usage));
        }
    }

    #[test]
    fn a_price_holds_from_its_day_until_the_next() {
        let prices = [
            live("m", Millis(100), 1, 0, 0, 0, 0),
            live("m", Millis(200), 2, 0, 0, 0, 0),
            live("n", Millis(150), 9, 0, 0, 0, 0),
        ];
        let at = |ms| in_force(&prices, "m", Millis(ms)).unwrap().text_in;
        assert_eq!([0, 99, 100, 199, 200, i64::MAX].map(at), [1, 1, 1, 1, 2, 2]);
        assert_eq!(dearest(&prices, Millis(300)).text_in, 9);
        assert_eq!(in_force(&prices, "o", Millis(300)), None);
    }

    #[test]
    fn nothing_overflows() {
        let all = seen(usage((u64::MAX, u64::MAX), (u64::MAX, u64::MAX), u64::MAX), u64::MAX);
        assert_eq!(cost(LIVE, NOW, &all), Micros(i64::MAX));
        assert_eq!(estimate_next(LIVE, Millis(i64::MIN), &all), Micros(i64::MAX));
    }

    #[test]
    fn the_next_turn_is_held_at_its_worst_by_hand() {
        // Written: 20,000 x 0.75 = 15,000. Answer: 2,000 x 12 + 2,000 x 4.5 = 33,000.
        assert_eq!(estimate_next(LIVE, NOW, &Usage::default()), Micros(48_000));
        // The context grows by the last answer: (1,200 + 0) x 0.75 + (250 + 200) x 3 = 2,250 more.
        let last = usage((1_200, 250), (0, 200), 900);
        assert_eq!(estimate_next(LIVE, NOW, &last), Micros(50_250));
        // What the context shows stays in it: 258 x 1.00.
        assert_eq!(estimate_next(LIVE, NOW, &seen(last, 258)), Micros(50_508));
    }

    #[test]
    fn an_answer_in_text_is_held_at_its_worst_by_hand() {
        // 1,000 x 0.30 + 4,000 x 2.50.
        assert_eq!(estimate_text("gemini-3.5-flash-lite", NOW, 1_000), Micros(10_300));
    }

    #[test]
    fn a_turn_within_the_limits_never_costs_more_than_was_held() {
        let mut last = Usage::default();
        for turn in 0..40_u64 {
            let held = estimate_next(LIVE, NOW, &last);
            let (text, audio) = if turn % 2 == 0 { (20_000, 0) } else { (900, 1_500) };
            let input =
                (last.input.text + last.output.text + text, last.input.audio + last.output.audio + audio);
            last = usage(input, (0, MAX_ANSWER_TOKENS), MAX_THOUGHT_TOKENS);
            assert!(cost(LIVE, NOW, &last) <= held, "turn {turn}");
        }
    }

    #[test]
    fn a_text_is_held_for_a_token_a_character_and_english_for_half() {
        assert_eq!(tokens_at_most(""), 0);
        assert_eq!(tokens_at_most("Should schools require uniforms?"), 16);
        assert_eq!(tokens_at_most("學校應該規定穿制服嗎？"), 11);
    }

    #[test]
    fn the_table_and_its_version_change_together() {
        let digest: String =
            Sha256::digest(format!("{PRICES:?}")).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let told = "the price table changed: give it the day of the change as PRICES_AS_OF, and put this digest here";
        assert_eq!((price_version(), digest.as_str()), ("2026-11-23", "7a0dcfbf"), "{told}");
    }
}
