//! Words and characters, and the language they are in.

/// A language whose cues are known, or another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Chinese in traditional characters; Mandarin or Cantonese.
    Chinese,
    /// One that the lexicon does not read.
    Other,
}

/// A text made ready to be read.
#[derive(Debug)]
pub struct Text {
    /// In lower case, single-spaced, without punctuation; an apostrophe joins what it stands between ("dont").
    pub normal: String,
    /// Length in English words; three Chinese characters count as two words.
    pub words: f64,
    /// How many of its sentences are questions, 0 to 1.
    pub questions: f64,
    /// The language of most of it.
    pub language: Language,
}

impl Text {
    /// Reads a text once, from left to right.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut normal = String::with_capacity(text.len() + 1);
        let mut sentences = Sentences::default();
        for c in text.chars() {
            sentences.take(c);
            if c.is_alphanumeric() || c == '%' {
                // Chinese stands apart from Latin letters beside it, as if a blank were between them.
                if normal.chars().next_back().is_some_and(|last| last != ' ' && is_han(last) != is_han(c)) {
                    normal.push(' ');
                }
                normal.extend(c.to_lowercase());
            } else if !matches!(c, '\'' | '’' | '‘' | '\u{300}'..='\u{36f}') && !normal.ends_with(' ') {
                normal.push(' ');
            }
        }
        let normal = normal.trim().to_owned();
        let han = count(normal.chars().filter(|c| is_han(*c)));
        let words = count(normal.split(' ').filter(|word| word.starts_with(|c: char| !is_han(c))));
        let language = language(&normal, han, words);
        Self { normal, words: words + han * 2.0 / 3.0, questions: sentences.questions(), language }
    }
}

/// Counts as a float. A text holds far fewer than 2^32 of anything.
pub fn count(items: impl Iterator) -> f64 {
    f64::from(u32::try_from(items.count()).unwrap_or(u32::MAX))
}

/// Chinese characters (also used by Japanese).
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Scripts written without blanks between words.
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    is_han(c) || matches!(c, '\u{0e00}'..='\u{0fff}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}')
}

#[derive(Default)]
struct Sentences {
    ended: u32,
    asked: u32,
    open: bool,
    last: char,
}

impl Sentences {
    fn take(&mut self, c: char) {
        let asks = matches!(c, '?' | '？')
            || (matches!(c, '。' | '！' | '!') && matches!(self.last, '嗎' | '呢' | '咩'));
        if matches!(c, '.' | '!' | '?' | '。' | '！' | '？' | '\n') {
            self.close(asks);
        } else if c.is_alphanumeric() {
            (self.open, self.last) = (true, c);
        }
    }

    fn close(&mut self, asks: bool) {
        if self.open {
            self.ended = self.ended.saturating_add(1);
            self.asked = self.asked.saturating_add(u32::from(asks));
        }
        self.open = false;
    }

    fn questions(mut self) -> f64 {
        self.close(matches!(self.last, '嗎' | '呢' | '咩'));
        if self.ended == 0 { 0.0 } else { f64::from(self.asked) / f64::from(self.ended) }
    }
}

/// English by its small words, which no other language has so many of; Chinese by its characters, unless kana stand
/// between them.
fn language(normal: &str, han: f64, words: f64) -> Language {
    let kana = count(normal.chars().filter(|c| matches!(c, '\u{3041}'..='\u{30fe}')));
    // A single の is fashion in Taiwan, not Japanese.
    if kana > 1.0 {
        return Language::Other;
    }
    if han * 2.0 / 3.0 >= words && han > 0.0 {
        return Language::Chinese;
    }
    let is = |list: &'static [&str]| count(normal.split(' ').filter(|word| list.binary_search(word).is_ok()));
    let (english, foreign) = (is(ENGLISH_WORDS), is(FOREIGN_WORDS));
    let foreign_letters = count(normal.chars().filter(|c| c.is_alphabetic() && !c.is_ascii() && !is_han(*c)));
    let enough = if foreign + foreign_letters > 0.0 { 0.2 } else { 0.1 };
    if english > foreign && english / words >= enough && foreign_letters / words < 0.2 {
        Language::English
    } else {
        Language::Other
    }
}

/// Sorted. The commonest small words, those of short answers, and those of school talk.
#[rustfmt::skip]
const ENGLISH_WORDS: &[&str] = &[
    "a", "about", "after", "agree", "all", "also", "always", "am", "and", "answer", "any", "are", "arent",
    "as", "ask", "at", "bad", "be", "because", "been", "before", "being", "believe", "better", "but", "by",
    "bye", "can", "cannot", "cant", "could", "day", "definitely", "depends", "did", "didnt", "disagree",
    "do", "does", "doesnt", "done", "dont", "dunno", "even", "every", "everyone", "exactly", "fair", "feel",
    "for", "from", "get", "give", "good", "great", "guess", "had", "has", "have", "he", "hello", "help",
    "her", "here", "hi", "his", "how", "i", "id", "idk", "if", "ill", "im", "in", "into", "is", "isnt",
    "it", "its", "ive", "just", "know", "let", "like", "made", "make", "many", "may", "maybe", "me", "mean",
    "might", "more", "most", "much", "must", "my", "need", "never", "no", "nope", "not", "nothing", "of",
    "off", "often", "ok", "okay", "on", "one", "only", "or", "other", "our", "out", "over", "people",
    "perhaps", "point", "probably", "really", "reason", "right", "said", "say", "school", "schools", "see",
    "she", "should", "shouldnt", "so", "some", "something", "sometimes", "still", "students", "stuff",
    "such", "sure", "tell", "than", "thank", "thanks", "that", "thats", "the", "their", "them", "then",
    "there", "these", "they", "theyre", "thing", "things", "think", "this", "those", "to", "too", "true",
    "uh", "um", "understand", "us", "very", "want", "was", "wasnt", "way", "we", "well", "were", "what",
    "whatever", "when", "where", "which", "while", "who", "why", "will", "with", "without", "wont", "would",
    "wouldnt", "wrong", "yeah", "yes", "you", "your", "youre",
];

/// Sorted. The commonest small words of languages in Latin letters that English does not share.
#[rustfmt::skip]
const FOREIGN_WORDS: &[&str] = &[
    "aber", "apa", "auch", "avec", "che", "como", "con", "dan", "das", "de", "dem", "den", "der", "des",
    "di", "die", "du", "een", "ein", "eine", "el", "em", "en", "es", "est", "et", "het", "ich", "il", "ist",
    "ja", "je", "la", "las", "le", "les", "los", "mas", "mit", "nicht", "non", "nous", "oder", "oui",
    "para", "pas", "per", "pero", "por", "pour", "que", "qui", "saya", "se", "si", "sie", "sind", "sont",
    "sur", "tidak", "um", "una", "und", "une", "uno", "van", "vous", "weil", "wir", "yang", "zu",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lowered_and_unpunctuated_and_an_apostrophe_joins() {
        assert_eq!(Text::new("  I DON’T -- know, \"really\"!  ").normal, "i dont know really");
        assert_eq!(Text::new("我覺得AI很好，因為 50% 同學用。").normal, "我覺得 ai 很好 因為 50% 同學用");
        assert_eq!(Text::new("…!?🙂").normal, "");
    }

    #[test]
    fn the_lists_of_small_words_are_sorted() {
        assert!(ENGLISH_WORDS.is_sorted() && FOREIGN_WORDS.is_sorted());
    }

    #[test]
    fn languages_are_told_apart() {
        use Language::{Chinese, English, Other};
        for (text, language) in [
            ("School uniforms should be mandatory.", English),
            ("yes", English),
            ("Not sure, it depends", English),
            ("我覺得學校應該規定穿制服。", Chinese),
            ("我覺得 school uniform 好重要", Chinese),
            ("唔係好知", Chinese),
            ("制服は必要だと思います。", Other),
            ("Je pense que les uniformes sont une bonne idée.", Other),
            ("Ich finde, dass die Schule das nicht darf, weil es unfair ist.", Other),
            ("Creo que los uniformes no son necesarios para aprender.", Other),
            ("Я считаю, что форма нужна.", Other),
            ("ฉันคิดว่าเครื่องแบบดี", Other),
            ("", Other),
            ("🙂", Other),
        ] {
            assert_eq!(Text::new(text).language, language, "{text}");
        }
    }

    #[test]
    fn questions_are_counted_by_sentence() {
        for (text, share) in [
            ("Why?", 1.0),
            ("I see. Why?", 0.5),
            ("是這樣嗎", 1.0),
            ("為什麼？因為我說的。", 0.5),
            ("No", 0.0),
            ("??", 0.0),
        ] {
            assert!((Text::new(text).questions - share).abs() < 1e-9, "{text}");
        }
    }

    #[test]
    fn length_is_in_words_whatever_the_script() {
        assert!((Text::new("one two three").words - 3.0).abs() < 1e-9);
        assert!((Text::new("一二三 four").words - 3.0).abs() < 1e-9);
    }
}
