//! The words that were said most.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::documents::{Contribution, WordCloud, WordCount};

/// Words of each side of a cloud.
pub const WORDS: usize = 100;

/// Counts the words of contributions, in any order.
#[derive(Debug, Default)]
pub struct Cloud {
    pro: HashMap<String, u32>,
    con: HashMap<String, u32>,
    neutral: HashMap<String, u32>,
}

impl Cloud {
    /// Takes the words of one contribution.
    pub fn add(&mut self, contribution: &Contribution) {
        let words = &contribution.words;
        count(&mut self.pro, &words.pro);
        count(&mut self.con, &words.con);
        count(&mut self.neutral, &words.neutral);
    }

    /// The commonest of each side first; words that are as common, by their characters.
    #[must_use]
    pub fn draw(self) -> WordCloud {
        WordCloud { pro: commonest(self.pro), con: commonest(self.con), neutral: commonest(self.neutral) }
    }
}

fn count(counts: &mut HashMap<String, u32>, words: &BTreeMap<String, u32>) {
    for (word, more) in words {
        if let Some(count) = counts.get_mut(word) {
            *count = count.saturating_add(*more);
        } else {
            counts.insert(word.clone(), *more);
        }
    }
}

fn commonest(counts: HashMap<String, u32>) -> Vec<WordCount> {
    let mut words: Vec<WordCount> =
        counts.into_iter().map(|(word, count)| WordCount { word, count }).collect();
    let order = |a: &WordCount, b: &WordCount| (Reverse(a.count), &a.word).cmp(&(Reverse(b.count), &b.word));
    if words.len() > WORDS {
        words.select_nth_unstable_by(WORDS, order);
        words.truncate(WORDS);
    }
    words.sort_unstable_by(order);
    words
}
