//! The words that a student said.
//!
//! # What is no word
//! - What everybody says about everything: the stop words of `stop_words/english.txt` and `stop_words/chinese.txt`.
//! - What may name a person or lead to one: whatever holds an `@`, a URL or a domain, and every word with a digit in it
//!   (telephone numbers, ages, student numbers). Names themselves cannot be told from other words.
//! - What stands alone as one letter or one character, and what is longer than [`MAX_CHARS`].
//!
//! # Whose stop words
//! Our own, a file a language. The published lists are made for search: the widest of them (stopwords-iso, 58 languages,
//! of which we would carry two) takes "right", "problem", "free", "world" and "good" for empty, which is what students
//! argue about; it leaves in the talk of a dialogue ("disagree", "argument"), and has no traditional character and no
//! Cantonese.
//!
//! # Chinese
//! It has no blanks between words, and what segments it well (jieba, the dictionaries of ICU) brings megabytes of
//! dictionary, which is more than the rest of the Worker. So the stop phrases cut the text, longest first, and what is
//! left between two cuts is taken as pairs of characters, overlapping. Most words of two characters come out whole, and
//! those of three or four as their halves (圖書館: 圖書, 書館); a pair across two words is rarely said twice. A short list
//! keeps content together that a function character would cut (目的, 和平). Traditional and simplified forms of a word
//! are two words: telling which stand for each other takes a dictionary too.
//!
//! Other scripts without blanks (Thai, Khmer, the kana of Japanese) have no words here; those with blanks have theirs, with
//! no stop words.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::dialogue::text::{Text, is_han, is_unspaced};

/// Characters of the longest word; what is longer is no word of any cloud.
pub const MAX_CHARS: usize = 24;

const ENGLISH: &str = include_str!("stop_words/english.txt");
const CHINESE: &str = include_str!("stop_words/chinese.txt");

/// Hands the words of `text` to `take`, in the order in which they were said, in lower case.
pub fn read(text: &str, mut take: impl FnMut(&str)) {
    let text = Text::new(&without_addresses(text)).normal;
    for word in text.split(' ') {
        if word.starts_with(is_han) {
            read_han(word, &mut take);
        } else if is_word(word) && !english().contains(word) {
            take(word);
        }
    }
}

fn is_word(word: &str) -> bool {
    (2..=MAX_CHARS).contains(&word.chars().count())
        && word.chars().all(|c| c.is_alphabetic() && !is_unspaced(c))
}

/// Cuts a run of Chinese characters where a phrase is found.
fn read_han(run: &str, take: &mut impl FnMut(&str)) {
    let (mut piece, mut at) = (0, 0);
    while let Some(first) = run.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = run.get(at..).unwrap_or_default();
        let Some(phrase) =
            chinese().get(&first).and_then(|known| known.iter().find(|one| rest.starts_with(one.text)))
        else {
            at += first.len_utf8();
            continue;
        };
        pairs(run.get(piece..at).unwrap_or_default(), take);
        if phrase.kept {
            take(phrase.text);
        }
        at += phrase.text.len();
        piece = at;
    }
    pairs(run.get(piece..).unwrap_or_default(), take);
}

fn pairs(piece: &str, take: &mut impl FnMut(&str)) {
    let ends = piece.char_indices().skip(1).map(|(at, c)| at + c.len_utf8());
    for ((start, _), end) in piece.char_indices().zip(ends) {
        take(piece.get(start..end).unwrap_or_default());
    }
}

/// Leaves out what leads to a person or to a page: addresses, handles, domains. It is done before the text is normalised,
/// which takes their signs away. A word that follows a full stop without a blank goes with it: better a word too few.
fn without_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Whether the piece before ended in `@`, so that a name in Chinese may follow.
    let mut handle = false;
    while let Some(first) = rest.chars().next() {
        let kind = Kind::of(first);
        let end = rest.find(|c| Kind::of(c) != kind).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        match kind {
            Kind::Latin => {
                let piece: String = piece.chars().map(half_width).collect();
                handle = piece.ends_with('@');
                out.push_str(if is_address(&piece) { " " } else { &piece });
            }
            Kind::Han if handle => {
                handle = false;
                out.push(' ');
            }
            Kind::Han | Kind::Break => {
                handle = false;
                out.push_str(piece);
            }
        }
    }
    out
}

/// What stands together in an address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Latin,
    Han,
    Break,
}

impl Kind {
    fn of(c: char) -> Self {
        if is_unspaced(c) {
            Self::Han
        } else if c.is_whitespace() || !(half_width(c).is_ascii_graphic() || c.is_alphanumeric()) {
            Self::Break
        } else {
            Self::Latin
        }
    }
}

/// Letters and signs as wide as a Chinese character, as they are elsewhere.
fn half_width(c: char) -> char {
    let code = u32::from(c);
    if (0xff01..=0xff5e).contains(&code) { char::from_u32(code - 0xfee0).unwrap_or(c) } else { c }
}

fn is_address(piece: &str) -> bool {
    let domain = |(before, after): (&str, &str)| {
        before.ends_with(char::is_alphanumeric)
            && after.chars().take(2).filter(|c| c.is_alphabetic()).count() == 2
    };
    piece.contains('@')
        || piece.contains("://")
        || piece.match_indices('.').any(|(at, _)| {
            piece
                .split_at_checked(at)
                .and_then(|(before, after)| after.strip_prefix('.').map(|after| domain((before, after))))
                .unwrap_or(false)
        })
}

fn english() -> &'static HashSet<&'static str> {
    static WORDS: OnceLock<HashSet<&str>> = OnceLock::new();
    WORDS.get_or_init(|| phrases(ENGLISH).map(|(_, word)| word).collect())
}

struct Phrase {
    text: &'static str,
    /// Whether it is a word itself, or none.
    kept: bool,
}

/// Phrases by their first character, longest first.
fn chinese() -> &'static HashMap<char, Vec<Phrase>> {
    static PHRASES: OnceLock<HashMap<char, Vec<Phrase>>> = OnceLock::new();
    PHRASES.get_or_init(|| {
        let mut known: HashMap<char, Vec<Phrase>> = HashMap::new();
        for (section, text) in phrases(CHINESE) {
            if let Some(first) = text.chars().next() {
                known.entry(first).or_default().push(Phrase { text, kept: section == "kept" });
            }
        }
        for phrases in known.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.text.len()));
        }
        known
    })
}

/// The phrases of a list, each with the name of its section.
fn phrases(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut section = "";
    list.lines()
        .filter_map(move |line| match line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            Some((name, _)) => {
                section = name;
                None
            }
            None => (!line.starts_with('#')).then_some((section, line)),
        })
        .flat_map(|(section, line)| line.split(',').map(move |phrase| (section, phrase.trim())))
        .filter(|(_, phrase)| !phrase.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        read(text, |word| words.push(word.to_owned()));
        words
    }

    #[test]
    fn what_everybody_says_is_left_out_and_the_rest_is_in_lower_case() {
        assert_eq!(
            said("I DON’T think that Lying is wrong, because a Friend's life matters!"),
            ["lying", "wrong", "friends", "life", "matters"]
        );
    }

    #[test]
    fn chinese_is_cut_by_its_small_words() {
        assert_eq!(said("我覺得學校應該規定穿制服。"), ["學校", "規定", "定穿", "穿制", "制服"]);
        assert_eq!(said("因为说谎会伤害朋友"), ["说谎", "伤害", "害朋", "朋友"]);
        assert_eq!(said("佢哋嘅朋友唔應該講大話"), ["朋友"]);
    }

    #[test]
    fn a_small_character_does_not_cut_a_word_that_is_kept() {
        assert_eq!(said("我們的目的是和平"), ["目的", "和平"]);
        assert_eq!(said("社會有不公平"), ["社會", "不公平"]);
    }

    #[test]
    fn both_languages_are_read_in_one_sentence() {
        assert_eq!(said("我覺得 school uniform 好重要"), ["school", "uniform", "重要"]);
    }

    #[test]
    fn what_leads_to_a_person_is_left_out() {
        for text in [
            "kim.lee+x@example.org",
            "(mailto:kim@example.org)",
            "ｋｉｍ＠ｅｘａｍｐｌｅ．ｏｒｇ",
            "@kim_lee @小明",
            "https://example.org/kim?name=lee#top",
            "我https://example.org/kim的",
            "www.example.org/kim",
            "example.org",
            "91234567 +852-9123-4567 s1234567 3pm 50%",
            "１２３４",
        ] {
            assert_eq!(said(text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(said("朋友kim@example.org朋友 e.g. murder"), ["朋友", "朋友", "murder"]);
    }

    #[test]
    fn what_is_too_long_or_of_one_letter_is_no_word() {
        assert_eq!(said(&format!("x {} 錢", "a".repeat(MAX_CHARS + 1))), Vec::<String>::new());
        assert_eq!(said(&"a".repeat(MAX_CHARS)), ["a".repeat(MAX_CHARS)]);
    }

    #[test]
    fn of_a_script_that_is_not_read_there_are_the_words_between_blanks_or_none() {
        assert_eq!(said("форма помогает"), ["форма", "помогает"]);
        assert_eq!(said("ฉันคิดว่าเครื่องแบบดี"), Vec::<String>::new());
        assert_eq!(said("制服は必要だ"), ["制服", "必要"]);
        assert_eq!(said("…!?🙂"), Vec::<String>::new());
    }

    #[test]
    fn phrases_stand_as_texts_are_normalised_and_once() {
        for list in [ENGLISH, CHINESE] {
            let mut seen = HashSet::new();
            for (_, phrase) in phrases(list) {
                assert_eq!(Text::new(phrase).normal, phrase);
                assert!(seen.insert(phrase), "{phrase} stands twice");
            }
        }
    }
}
