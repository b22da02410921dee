//! How much one turn says what another said.

use super::text::{Text, is_unspaced};

/// A turn is known by this many of its words; nobody repeats more than that by heart.
const MAX_SHINGLES: usize = 1_000;
/// Turns with fewer telling words than this ("I don't know") repeat themselves without going in circles.
const MIN_SHINGLES: usize = 5;

/// What a turn is known by: the set of its telling words, and of its pairs of characters where a script has no blanks.
#[derive(Debug)]
pub struct Fingerprint<'a>(Vec<&'a str>);

impl<'a> Fingerprint<'a> {
    /// The fingerprint of a text in any language.
    #[must_use]
    pub fn new(text: &'a Text) -> Self {
        let mut shingles: Vec<&str> = Vec::new();
        for word in text.normal.split(' ') {
            if shingles.len() >= MAX_SHINGLES {
                break;
            }
            if word.starts_with(is_unspaced) {
                let room = MAX_SHINGLES - shingles.len();
                shingles.extend(pairs(word).take(room));
            } else if word.len() > 2 && SMALL_WORDS.binary_search(&word).is_err() {
                shingles.push(stem(word));
            }
        }
        shingles.sort_unstable();
        shingles.dedup();
        Self(shingles)
    }

    /// Shared over all (Jaccard), 0 to 1; 0 when either has too little to be compared.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f64 {
        if self.0.len() < MIN_SHINGLES || other.0.len() < MIN_SHINGLES {
            return 0.0;
        }
        let shared = self.0.iter().filter(|shingle| other.0.binary_search(shingle).is_ok()).count();
        let all = self.0.len() + other.0.len() - shared;
        let float = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        float(shared) / float(all)
    }
}

fn pairs(word: &str) -> impl Iterator<Item = &str> {
    let starts = word.char_indices();
    let ends = word.char_indices().skip(1).map(|(at, c)| at + c.len_utf8());
    starts.zip(ends).filter_map(|((start, _), end)| word.get(start..end))
}

/// So that "uniform" and "uniforms" are one word.
fn stem(word: &str) -> &str {
    ["ing", "ed", "es", "s"]
        .into_iter()
        .find_map(|end| word.strip_suffix(end))
        .filter(|stem| stem.len() > 2)
        .unwrap_or(word)
}

/// Sorted. Words that everybody says about everything.
#[rustfmt::skip]
const SMALL_WORDS: &[&str] = &[
    "about", "all", "also", "and", "any", "are", "because", "been", "being", "believe", "but", "can",
    "could", "did", "does", "dont", "for", "from", "get", "had", "has", "have", "her", "his", "how", "its",
    "just", "like", "maybe", "more", "much", "not", "one", "our", "out", "really", "she", "should", "some",
    "still", "such", "than", "that", "thats", "the", "their", "them", "then", "there", "these", "they",
    "think", "this", "those", "too", "very", "was", "well", "were", "what", "when", "which", "who", "why",
    "will", "with", "would", "yes", "you", "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn similarity(a: &str, b: &str) -> f64 {
        let (a, b) = (Text::new(a), Text::new(b));
        Fingerprint::new(&a).similarity(&Fingerprint::new(&b))
    }

    #[test]
    fn the_list_of_small_words_is_sorted() {
        assert!(SMALL_WORDS.is_sorted());
    }

    #[test]
    fn the_same_point_in_other_small_words_is_alike() {
        let said = "School uniforms reduce bullying because poor students look like everyone else.";
        let again =
            "But uniforms reduce bullying, since the poor students would look like everyone else in school.";
        let other = "Teachers could spend their mornings on lessons instead of checking skirts and shirts.";
        assert!(similarity(said, again) > 0.6, "{}", similarity(said, again));
        assert!(similarity(said, other) < 0.1);
        assert!((similarity(said, said) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn it_reads_any_script() {
        assert!(
            similarity("制服可以減少同學之間的比較和欺凌", "制服真的可以減少同學之間的比較和欺凌啊") > 0.6
        );
        assert!(similarity("制服可以減少同學之間的比較和欺凌", "老師不用每天檢查大家的穿著打扮") < 0.1);
        assert!(
            similarity(
                "форма помогает бедным ученикам чувствовать себя",
                "форма помогает бедным ученикам чувствовать себя"
            ) > 0.9
        );
    }

    #[test]
    fn too_little_is_never_alike() {
        assert!(similarity("I don't know", "I don't know") < 1e-9);
        assert!(similarity("", "") < 1e-9);
    }
}
