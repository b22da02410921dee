//! What is measured in a turn of the student.
//!
//! The measure is a count of cues, nothing more: it is the same on every machine, can be explained to a teacher, costs
//! nothing, and says that it is unsure ([`Features::confidence`] 0) of a language it cannot read.

use serde::{Deserialize, Serialize};

use super::Utterance;
use super::lexicon::{Cue, Tally, tally};
use super::similarity::Fingerprint;
use super::text::{Language, Text};
use crate::documents::{Speaker, Stance};

/// Earlier turns of the student that a turn is compared with.
const COMPARED_TURNS: usize = 20;
/// Characters of each of them that are looked at: enough to know what it said.
const COMPARED_CHARS: usize = 6_000;
/// Earlier turns of the student that say whether the view has been on one side all along.
const RECENT_TURNS: usize = 2;

/// What is measured in a student's turn; each from 0 (absent) to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Features {
    /// How far the words could be read: 0 in a language without a lexicon, and then all else but the similarities is 0.
    pub confidence: f64,
    /// How unclear it is what is meant.
    pub vagueness: f64,
    /// How much it takes a position.
    pub claim: f64,
    /// How much reason and evidence it gives.
    pub evidence: f64,
    /// How much of the ground is hearsay, or the claim again.
    pub hearsay: f64,
    /// How much it leaves no exception ("always", "everyone").
    pub overreach: f64,
    /// How much it looks at one side only, over the last turns.
    pub one_sidedness: f64,
    /// How much it weighs one side against the other.
    pub balance: f64,
    /// How much it gives a point to the other side.
    pub concession: f64,
    /// How much it sums up or wants to stop.
    pub closure: f64,
    /// How much it asks, or wants something of the tutor.
    pub question: f64,
    /// How much the student may be upset or in danger.
    pub distress: f64,
    /// How much it says what one earlier turn of the student said.
    pub similarity: f64,
    /// How much it says what two earlier turns of the student said.
    pub circularity: f64,
    /// How many of the last two turns of the student were vague as well.
    pub stuck: f64,
}

impl Features {
    /// Each with its name in JSON.
    #[must_use]
    pub const fn values(&self) -> [(&'static str, f64); 15] {
        [
            ("confidence", self.confidence),
            ("vagueness", self.vagueness),
            ("claim", self.claim),
            ("evidence", self.evidence),
            ("hearsay", self.hearsay),
            ("overreach", self.overreach),
            ("oneSidedness", self.one_sidedness),
            ("balance", self.balance),
            ("concession", self.concession),
            ("closure", self.closure),
            ("question", self.question),
            ("distress", self.distress),
            ("similarity", self.similarity),
            ("circularity", self.circularity),
            ("stuck", self.stuck),
        ]
    }
}

/// What is measured in `text`, the turn after `history`, and where the student stands in it.
#[must_use]
pub fn measure(history: &[Utterance<'_>], text: &str) -> (Features, Stance) {
    let text = Text::new(text);
    let earlier: Vec<Text> = history
        .iter()
        .rev()
        .filter(|turn| turn.speaker == Speaker::Student)
        .take(COMPARED_TURNS)
        .map(|turn| Text::new(beginning(turn.text)))
        .collect();
    let (similarity, circularity) = similarities(&text, &earlier);
    let features = Features { similarity, circularity, ..Features::default() };
    if text.normal.is_empty() {
        return (Features { confidence: 1.0, vagueness: 1.0, ..features }, Stance::Undetermined);
    }
    if text.language == Language::Other {
        return (features, Stance::Undetermined);
    }

    let cues = read(&text);
    let question = text.questions.max(cues.share(Cue::Request));
    let ground = ground(&cues);
    let claim = claim(&text, &cues) * (1.0 - text.questions) * (1.0 - 0.5 * cues.share(Cue::Request));
    let vagueness = vagueness(&text, &cues, ground) * (1.0 - 0.8 * question);
    let recent: Vec<(&Text, Tally)> =
        earlier.iter().take(RECENT_TURNS).map(|text| (text, read(text))).collect();
    let vague_before =
        recent.iter().filter(|(text, cues)| self::vagueness(text, cues, self::ground(cues)) >= 0.5);
    let features = Features {
        confidence: 1.0,
        vagueness,
        claim,
        evidence: ground,
        hearsay: cues.share(Cue::Hearsay),
        overreach: cues.share(Cue::Overreach),
        one_sidedness: one_sidedness(claim, &cues, recent.iter().map(|(_, cues)| cues)),
        balance: 1.0 - 0.5_f64.powf(weighs(&cues)),
        concession: cues.share(Cue::Concession),
        closure: closure(&cues),
        question,
        distress: cues.of(Cue::Distress).min(1.0),
        stuck: super::text::count(vague_before) / 2.0,
        ..features
    };
    (features, stance(&cues))
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(COMPARED_CHARS).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// The cues of a turn. A "but" that begins it answers the tutor; only one that follows on the student's own words weighs
/// them, so the first is passed over.
fn read(text: &Text) -> Tally {
    const REBUTTALS: &[&str] = &[
        "yes but ",
        "yeah but ",
        "no but ",
        "but ",
        "however ",
        "但是",
        "但係",
        "不過",
        "可是",
        "然而",
        "但",
    ];
    let own = REBUTTALS.iter().find_map(|rebuttal| text.normal.strip_prefix(rebuttal));
    tally(own.unwrap_or(&text.normal))
}

/// How much the turn says what one, and what two of the earlier turns said.
fn similarities(text: &Text, earlier: &[Text]) -> (f64, f64) {
    let own = Fingerprint::new(text);
    earlier.iter().fold((0.0, 0.0), |(first, second), text| {
        let similarity = own.similarity(&Fingerprint::new(text));
        if similarity > first { (similarity, first) } else { (first, similarity.max(second)) }
    })
}

/// Reasons and evidence, each less telling than the one before. Hearsay takes from what there is.
fn ground(cues: &Tally) -> f64 {
    // "Because everyone says so" holds a reason word and no reason.
    let reasons = (cues.of(Cue::Reason) - cues.of(Cue::Hearsay)).clamp(0.0, 3.0);
    let evidence = cues.of(Cue::Evidence).min(3.0);
    let given = 1.0 - 0.5_f64.powf(reasons) * 0.5_f64.powf(evidence);
    given * (1.0 - 0.5 * cues.share(Cue::Hearsay))
}

fn claim(text: &Text, cues: &Tally) -> f64 {
    let position = cues.of(Cue::Claim) + cues.of(Cue::Pro) + cues.of(Cue::Con) + cues.of(Cue::Overreach);
    let claim = match (position > 0.0, cues.of(Cue::Reason) > 0.0, text.words >= 3.0) {
        (true, _, _) => 0.9,
        (false, true, _) => 0.8,
        (false, false, true) => 0.65,
        (false, false, false) => 0.4,
    };
    claim * (1.0 - 0.8 * cues.share(Cue::Unknown))
}

/// Too short to say something, words that could mean anything, or a plain "I don't know"; a ground makes it clearer.
fn vagueness(text: &Text, cues: &Tally, ground: f64) -> f64 {
    let position = cues.of(Cue::Claim) > 0.0;
    let short = match text.words {
        words if words < 3.0 => 0.7,
        words if words < 5.0 => 0.25,
        words if words < 7.0 => 0.1,
        _ => 0.0,
    } * if position { 0.4 } else { 1.0 };
    let terms = cues.of(Cue::Vague) + 0.5 * cues.of(Cue::Hedge);
    let dense = 1.0 - 0.5_f64.powf(terms / (text.words / 10.0).max(0.8));
    let unknown = 0.75 * cues.of(Cue::Unknown).min(1.0);
    (1.0 - (1.0 - short) * (1.0 - dense) * (1.0 - unknown)) * (1.0 - 0.6 * ground)
}

/// The wish to stop is plain; a word of conclusion is clear; a word like "finally" may only come last.
fn closure(cues: &Tally) -> f64 {
    let found = [(Cue::Ending, 1.0), (Cue::Conclusion, 0.65), (Cue::Closing, 0.45)];
    found.iter().filter(|(cue, _)| cues.of(*cue) > 0.0).map(|(_, closure)| *closure).fold(0.0, f64::max)
}

/// Words for the other side.
fn weighs(cues: &Tally) -> f64 {
    cues.of(Cue::Counter) + cues.of(Cue::Concession) + cues.of(Cue::Neutral)
}

/// A position without a word for the other side, now and in the turns before.
fn one_sidedness<'a>(claim: f64, cues: &Tally, recent: impl Iterator<Item = &'a Tally>) -> f64 {
    let balanced_before = recent.map(weighs).fold(0.0, f64::max).min(1.0);
    claim * (1.0 - 0.25 * balanced_before) * 0.4_f64.powf(weighs(cues))
}

/// The side with more cues; with reserve when the turn hedges or weighs. Words alone cannot tell a side from the way
/// a question is put, so "harmful" counts against and "should" counts for, whatever was asked.
fn stance(cues: &Tally) -> Stance {
    let (pro, con) = (cues.of(Cue::Pro), cues.of(Cue::Con));
    let weighs = cues.of(Cue::Counter) + cues.of(Cue::Hedge) + cues.of(Cue::Concession);
    if cues.of(Cue::Neutral) > 0.0 && (pro - con).abs() < 2.0 {
        return Stance::Neutral;
    }
    let strong = cues.of(Cue::Intensifier) >= weighs;
    match (pro > con, con > pro, strong) {
        (true, _, true) => Stance::ProStrong,
        (true, _, false) => Stance::ProWeak,
        (_, true, true) => Stance::ConStrong,
        (_, true, false) => Stance::ConWeak,
        _ if pro > 0.0 => Stance::Neutral,
        _ => Stance::Undetermined,
    }
}
