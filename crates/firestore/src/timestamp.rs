//! Instants with nanoseconds, written in RFC 3339 as Firestore does.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant between the years 1 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp {
    // Seconds of the epoch first, then nanoseconds: the derived order is the order in time.
    seconds: i64,
    nanos: u32,
}

/// A text that is not an RFC 3339 instant, or one outside the years 1 to 9999.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a timestamp")]
pub struct TimestampError(String);

/// The name under which the encoder of [`crate::value`] knows a timestamp among the strings.
pub(crate) const NEWTYPE: &str = "$firestore::Timestamp";

const MIN_SECONDS: i64 = -62_135_596_800;
const MAX_SECONDS: i64 = 253_402_300_799;

impl Timestamp {
    /// The beginning of 1970.
    pub const EPOCH: Self = Self { seconds: 0, nanos: 0 };

    /// From seconds of the epoch and nanoseconds within the second.
    pub fn new(seconds: i64, nanos: u32) -> Option<Self> {
        let valid = (MIN_SECONDS..=MAX_SECONDS).contains(&seconds) && nanos < 1_000_000_000;
        valid.then_some(Self { seconds, nanos })
    }

    /// From microseconds of the epoch, clamped to the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Self {
        let seconds = micros.div_euclid(1_000_000).clamp(MIN_SECONDS, MAX_SECONDS);
        let nanos = u32::try_from(micros.rem_euclid(1_000_000)).unwrap_or(0) * 1000;
        Self { seconds, nanos }
    }

    /// Microseconds of the epoch, rounded down.
    pub fn micros(self) -> i64 {
        self.seconds * 1_000_000 + i64::from(self.nanos / 1000)
    }

    /// Milliseconds of the epoch, rounded down: the unit of time in our own documents.
    pub fn millis(self) -> i64 {
        self.seconds * 1000 + i64::from(self.nanos / 1_000_000)
    }

    /// Seconds of the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    pub fn nanos(self) -> u32 {
        self.nanos
    }

    /// Firestore stores microseconds.
    pub fn truncated_to_micros(self) -> Self {
        Self { nanos: self.nanos / 1000 * 1000, ..self }
    }

    /// Reads RFC 3339 with 0 to 9 digits of fraction and `Z` or an offset.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        read(text).ok_or_else(|| TimestampError(text.to_owned()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_of(self.seconds.div_euclid(86_400));
        let second = self.seconds.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match self.nanos {
            0 => {}
            n if n.is_multiple_of(1_000_000) => write!(f, ".{:03}", n / 1_000_000)?,
            n if n.is_multiple_of(1000) => write!(f, ".{:06}", n / 1000)?,
            n => write!(f, ".{n:09}")?,
        }
        f.write_str("Z")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(NEWTYPE, &self.to_string())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

fn read(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let (year, rest_of_date) = number(date, 4)?;
    let (month, rest_of_date) = number(rest_of_date.strip_prefix('-')?, 2)?;
    let (day, end) = number(rest_of_date.strip_prefix('-')?, 2)?;
    if !end.is_empty() || year < 1 || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day)
    {
        return None;
    }

    let (hour, rest) = number(rest, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = number(rest.strip_prefix(':')?, 2)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, zone) = match rest.strip_prefix('.') {
        Some(fraction) => fraction_of(fraction)?,
        None => (0, rest),
    };
    let seconds = days_of(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset_of(zone)?;
    Timestamp::new(seconds, nanos)
}

/// Exactly `digits` digits from the front of a text.
fn number(text: &str, digits: usize) -> Option<(i64, &str)> {
    let (head, rest) = text.split_at_checked(digits)?;
    head.bytes().all(|digit| digit.is_ascii_digit()).then(|| head.parse().ok())?.map(|number| (number, rest))
}

fn fraction_of(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (head, rest) = text.split_at_checked(digits)?;
    (1..=9).contains(&digits).then(|| format!("{head:0<9}").parse().ok())?.map(|nanos| (nanos, rest))
}

/// Seconds to subtract for a zone: `Z`, `+02:00`, `-05:30`.
fn offset_of(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = match zone.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, rest) = number(zone.get(1..)?, 2)?;
    let (minutes, end) = number(rest.strip_prefix(':')?, 2)?;
    (end.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the epoch to the first of January of a year.
fn days_before_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400) - 719_162
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let before_month: i64 = (1..month).map(|month| days_in(year, month)).sum();
    days_before_year(year) + before_month + day - 1
}

fn civil_of(days: i64) -> (i64, i64, i64) {
    // 146,097 days are 400 years exactly; the guess is at most one year off, in either direction.
    let mut year = (days * 400).div_euclid(146_097) + 1970;
    while days_before_year(year) > days {
        year -= 1;
    }
    while days_before_year(year + 1) <= days {
        year += 1;
    }
    let mut rest = days - days_before_year(year);
    let mut month = 1;
    while rest >= days_in(year, month) {
        rest -= days_in(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_the_same_however_they_are_written() {
        let noon = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        assert_eq!(noon.seconds(), 1_795_348_800);
        for text in [
            "2026-11-22T12:00:00.0Z",
            "2026-11-22T12:00:00.000000000Z",
            "2026-11-22T14:30:00+02:30",
            "2026-11-22T07:00:00-05:00",
        ] {
            assert_eq!(Timestamp::parse(text), Ok(noon), "{text}");
        }
    }

    #[test]
    fn fractions_have_as_many_digits_as_they_need_in_groups_of_three() {
        for (nanos, written) in [(0, ""), (500_000_000, ".500"), (41_660_000, ".041660"), (1, ".000000001")] {
            let instant = Timestamp::new(0, nanos).unwrap();
            assert_eq!(instant.to_string(), format!("1970-01-01T00:00:00{written}Z"));
            assert_eq!(Timestamp::parse(&instant.to_string()), Ok(instant));
        }
    }

    #[test]
    fn the_calendar_holds_at_its_edges() {
        for text in
            ["0001-01-01T00:00:00Z", "1600-02-29T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z"]
        {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Timestamp::from_micros(-1).to_string(), "1969-12-31T23:59:59.999999Z");
        assert_eq!(Timestamp::from_micros(-1).micros(), -1);
    }

    #[test]
    fn what_is_not_an_instant_is_refused() {
        for text in [
            "",
            "2026",
            "2026-11-22",
            "2026-11-22T12:00:00",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T12:00:00.Z",
            "2026-11-22T12:00:00.1234567890Z",
            "2026-11-22T12:00:00+0200",
            "+026-11-22T12:00:00Z",
            "2026-11-22T12:00:00ZZ",
            "0000-01-01T00:00:00Z",
        ] {
            assert!(Timestamp::parse(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn every_day_of_four_centuries_goes_there_and_back() {
        for day in -146_097..146_097 {
            let (year, month, date) = civil_of(day);
            assert_eq!(days_of(year, month, date), day);
        }
    }
}
