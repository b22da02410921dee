//! The check of what the types alone cannot say: lengths, ranges, and what fields are to each other.
//!
//! Reading a stored document does not check it: what was sound when it was written must stay readable when a limit
//! changes. Who takes a value from outside, or is about to store one, asks for its offences.

use std::fmt;
use std::ops::RangeInclusive;

/// What knows the rules that it is under.
pub trait Ruled {
    /// Every offence against them, all at once; none when sound.
    fn offences(&self) -> Offences;
}

/// One offence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offence {
    /// Where, as `aiConfig.maxTurns` or `references[0].url`.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

/// Collects offences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offences(Vec<Offence>);

impl Offences {
    /// Checks the length of a text in characters, if there is one.
    #[must_use]
    pub fn chars<'a>(
        self,
        path: &str,
        text: impl Into<Option<&'a str>>,
        range: RangeInclusive<usize>,
    ) -> Self {
        let Some(count) = text.into().map(|text| text.chars().count()) else {
            return self;
        };
        let (least, most) = (range.start(), range.end());
        let message = || format!("has {count} characters; {least} to {most} are allowed");
        self.unless(range.contains(&count), path, message)
    }

    /// Checks the length of a text that is stored without the blanks around it: as it comes it may not be too long, and
    /// without them not too short.
    #[must_use]
    pub fn trimmed<'a>(
        self,
        path: &str,
        text: impl Into<Option<&'a str>>,
        range: RangeInclusive<usize>,
    ) -> Self {
        let Some(text) = text.into() else { return self };
        let too_long = text.chars().count() > *range.end();
        self.chars(path, if too_long { text } else { text.trim() }, range)
    }

    /// Checks a number, if there is one.
    #[must_use]
    pub fn number<N: PartialOrd + fmt::Display>(
        self,
        path: &str,
        number: impl Into<Option<N>>,
        range: RangeInclusive<N>,
    ) -> Self {
        let Some(number) = number.into() else {
            return self;
        };
        let (least, most) = (range.start(), range.end());
        self.unless(range.contains(&number), path, || format!("is {number}; {least} to {most} are allowed"))
    }

    /// Checks how many there are of something.
    #[must_use]
    pub fn count(self, path: &str, count: usize, most: usize) -> Self {
        self.unless(count <= most, path, || format!("has {count} items; {most} are the most"))
    }

    /// Adds an offence unless `sound`.
    #[must_use]
    pub fn unless<M: Into<String>>(mut self, sound: bool, path: &str, message: impl FnOnce() -> M) -> Self {
        if !sound {
            self.0.push(Offence { path: path.to_owned(), message: message().into() });
        }
        self
    }

    /// Adds what a part offends against.
    #[must_use]
    pub fn within<'a, T: Ruled + 'a>(self, path: &str, part: impl Into<Option<&'a T>>) -> Self {
        self.with(path, part.into().map(Ruled::offences).unwrap_or_default())
    }

    /// Adds the offences of a part.
    #[must_use]
    pub fn with(mut self, path: &str, inner: Self) -> Self {
        let within = |offence: Offence| Offence { path: format!("{path}.{}", offence.path), ..offence };
        self.0.extend(inner.0.into_iter().map(within));
        self
    }

    /// Adds what the parts of a list offend against.
    #[must_use]
    pub fn each<T: Ruled>(self, path: &str, parts: &[T]) -> Self {
        parts
            .iter()
            .enumerate()
            .fold(self, |all, (index, part)| all.within(&format!("{path}[{index}]"), part))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Offences {
    type Item = Offence;
    type IntoIter = std::vec::IntoIter<Offence>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Part(&'static str);

    impl Ruled for Part {
        fn offences(&self) -> Offences {
            Offences::default().chars("word", self.0, 1..=3)
        }
    }

    fn paths(offences: Offences) -> Vec<String> {
        offences.into_iter().map(|offence| offence.path).collect()
    }

    #[test]
    fn a_length_is_counted_in_characters_not_in_bytes() {
        assert!(Part("äöü").offences().is_empty());
        assert_eq!(paths(Part("").offences()), ["word"]);
    }

    #[test]
    fn blanks_around_a_text_make_it_neither_long_enough_nor_short_enough() {
        for (text, sound) in [(" a ", true), ("   ", false), (" abc", false), ("abc", true)] {
            assert_eq!(Offences::default().trimmed("word", text, 1..=3).is_empty(), sound, "{text:?}");
        }
    }

    #[test]
    fn what_is_absent_is_under_no_rule() {
        let absent = Offences::default().chars("a", None, 1..=2).number("b", None::<u32>, 1..=2);
        assert!(absent.within("c", None::<&Part>).is_empty());
    }

    #[test]
    fn a_list_may_be_full_but_not_overfull() {
        assert!(Offences::default().count("many", 3, 3).is_empty());
        assert_eq!(paths(Offences::default().count("many", 4, 3)), ["many"]);
    }

    #[test]
    fn what_is_no_number_is_in_no_range() {
        assert_eq!(paths(Offences::default().number("hours", f64::NAN, 0.0..=1.0)), ["hours"]);
    }

    #[test]
    fn an_offence_of_a_part_is_found_where_the_part_stands() {
        let parts = [Part("a"), Part("long")];
        let found = Offences::default().within("one", &Part("")).each("many", &parts);
        assert_eq!(paths(found), ["one.word", "many[1].word"]);
    }
}
