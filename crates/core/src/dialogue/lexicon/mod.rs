//! The cues of English and Chinese, and how they are found: each phrase is looked for where a word begins (in Chinese, at
//! every character), and the longest that fits is taken, so that "should not" is never read as "should".
//!
//! # Layout
//! - `english.txt`, `chinese.txt`: the phrases of each [`Cue`]

use std::collections::HashMap;
use std::sync::OnceLock;

use super::text::is_han;

const LISTS: [&str; 2] = [include_str!("english.txt"), include_str!("chinese.txt")];

/// What a phrase hints at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cue {
    /// A word that could mean anything.
    Vague,
    /// Holds back.
    Hedge,
    /// Does not know.
    Unknown,
    /// Gives a reason.
    Reason,
    /// Gives a case, a number, a source or an experience.
    Evidence,
    /// Gives a ground that is none: hearsay, or the claim again.
    Hearsay,
    /// Takes a position.
    Claim,
    /// For it.
    Pro,
    /// Against it.
    Con,
    /// Weighs both.
    Neutral,
    /// Leaves no exception.
    Overreach,
    /// Without reserve.
    Intensifier,
    /// Brings in another side.
    Counter,
    /// Gives a point to the other side.
    Concession,
    /// Says that what follows is the conclusion.
    Conclusion,
    /// May sum up, or only come last.
    Closing,
    /// Wants to stop.
    Ending,
    /// Asks the tutor for something.
    Request,
    /// May be unwell or in danger. It is meant to be found too often rather than too rarely.
    Distress,
    /// Hints at nothing; it keeps a shorter phrase in it from being found ("no longer", 不但).
    Nothing,
}

/// How often each cue was found.
#[derive(Debug, Default)]
pub struct Tally(HashMap<Cue, u32>);

impl Tally {
    /// How often.
    #[must_use]
    pub fn of(&self, cue: Cue) -> f64 {
        f64::from(self.0.get(&cue).copied().unwrap_or(0))
    }

    /// From 0 (never) towards 1: one finding is a half, two are three quarters.
    #[must_use]
    pub fn share(&self, cue: Cue) -> f64 {
        1.0 - 0.5_f64.powf(self.of(cue))
    }
}

impl Cue {
    /// Every cue with its name in the lists.
    const NAMES: &[(&str, Self)] = &[
        ("vague", Self::Vague),
        ("hedge", Self::Hedge),
        ("unknown", Self::Unknown),
        ("reason", Self::Reason),
        ("evidence", Self::Evidence),
        ("hearsay", Self::Hearsay),
        ("claim", Self::Claim),
        ("pro", Self::Pro),
        ("con", Self::Con),
        ("neutral", Self::Neutral),
        ("overreach", Self::Overreach),
        ("intensifier", Self::Intensifier),
        ("counter", Self::Counter),
        ("concession", Self::Concession),
        ("conclusion", Self::Conclusion),
        ("closing", Self::Closing),
        ("ending", Self::Ending),
        ("request", Self::Request),
        ("distress", Self::Distress),
        ("nothing", Self::Nothing),
    ];
}

/// The phrases of each cue, in the order of the lists.
fn phrases(list: &'static str) -> impl Iterator<Item = (Cue, &'static str)> {
    let mut cue = Cue::Nothing;
    list.lines()
        .filter_map(move |line| match line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            Some((name, _)) => {
                let known = Cue::NAMES.iter().find(|(known, _)| *known == name);
                cue = known.map_or(Cue::Nothing, |(_, cue)| *cue);
                None
            }
            None => (!line.starts_with('#')).then_some((cue, line)),
        })
        .flat_map(|(cue, line)| line.split(',').map(move |phrase| (cue, phrase.trim())))
        .filter(|(_, phrase)| !phrase.is_empty())
}

struct Phrase {
    words: &'static str,
    cues: Vec<Cue>,
}

/// Phrases by their first character, longest first.
type Lexicon = HashMap<char, Vec<Phrase>>;

fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let mut lexicon = Lexicon::new();
        for (cue, words) in LISTS.into_iter().flat_map(phrases) {
            let Some(first) = words.chars().next() else {
                continue;
            };
            let known = lexicon.entry(first).or_default();
            match known.iter_mut().find(|phrase| phrase.words == words) {
                Some(phrase) => phrase.cues.push(cue),
                None => known.push(Phrase { words, cues: vec![cue] }),
            }
        }
        for phrases in lexicon.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.words.len()));
        }
        lexicon
    })
}

/// Finds the cues in a normalised text, in one pass.
#[must_use]
pub fn tally(normal: &str) -> Tally {
    let lexicon = lexicon();
    let mut tally = Tally::default();
    let mut rest = normal;
    let mut at_word = true;
    while let Some(first) = rest.chars().next() {
        let found = (at_word || is_han(first)).then(|| find(lexicon, first, rest)).flatten();
        let step = found.map_or(first.len_utf8(), |phrase| phrase.words.len());
        for cue in found.iter().flat_map(|phrase| &phrase.cues) {
            let n = tally.0.entry(*cue).or_default();
            *n = n.saturating_add(1);
        }
        at_word = found.is_none() && first == ' ';
        rest = rest.get(step..).unwrap_or_default();
    }
    // A figure is a kind of evidence that no list can hold.
    if normal
        .split(' ')
        .any(|word| word.chars().filter(char::is_ascii_digit).count() >= 2 || word.ends_with('%'))
    {
        let n = tally.0.entry(Cue::Evidence).or_default();
        *n = n.saturating_add(1);
    }
    tally
}

fn find(lexicon: &'static Lexicon, first: char, rest: &str) -> Option<&'static Phrase> {
    let fits = |phrase: &&Phrase| {
        let Some(after) = rest.strip_prefix(phrase.words) else {
            return false;
        };
        is_han(first) || after.is_empty() || after.starts_with(' ')
    };
    lexicon.get(&first)?.iter().find(fits)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::dialogue::text::Text;

    fn count(text: &str, cue: Cue) -> u32 {
        tally(&Text::new(text).normal).0.get(&cue).copied().unwrap_or(0)
    }

    #[test]
    fn the_longest_phrase_wins() {
        assert_eq!(
            (count("We should not ban it", Cue::Con), count("We should not ban it", Cue::Pro)),
            (1, 0)
        );
        assert_eq!((count("我不同意", Cue::Con), count("我不同意", Cue::Pro)), (1, 0));
        assert_eq!((count("學校不應該這樣做", Cue::Con), count("學校不應該這樣做", Cue::Pro)), (1, 0));
    }

    #[test]
    fn an_english_cue_is_a_whole_word() {
        assert_eq!(count("The something-else butter sincerely", Cue::Counter), 0);
        assert_eq!(count("but", Cue::Counter), 1);
        assert_eq!(count("because because", Cue::Reason), 2);
    }

    #[test]
    fn both_languages_are_read_in_one_sentence() {
        assert_eq!(count("我覺得 because 佢地要返學", Cue::Reason), 1);
    }

    #[test]
    fn a_figure_is_evidence() {
        assert_eq!(count("40 of them", Cue::Evidence), 1);
        assert_eq!(count("有30%的學生", Cue::Evidence), 1);
        assert_eq!(count("one of 2", Cue::Evidence), 0);
    }

    #[test]
    fn phrases_stand_as_texts_are_normalised_and_once_a_cue() {
        let mut seen = HashSet::new();
        for (cue, phrase) in LISTS.into_iter().flat_map(phrases) {
            assert_eq!(Text::new(phrase).normal, phrase, "{cue:?}");
            assert!(seen.insert((cue, phrase)), "{cue:?}: {phrase} stands twice");
        }
    }

    #[test]
    fn every_list_has_every_cue_and_no_other() {
        for list in LISTS {
            let headings = list.lines().filter_map(|line| line.strip_prefix('[')?.split_once(']'));
            let names: Vec<_> = headings.map(|(name, _)| name).collect();
            let known: Vec<_> = Cue::NAMES.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, known);
            let found: HashSet<_> = phrases(list).map(|(cue, _)| cue).collect();
            assert_eq!(found.len(), known.len(), "none is empty");
        }
    }
}
