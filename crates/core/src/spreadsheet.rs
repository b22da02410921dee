//! Files for spreadsheets: RFC 4180, in UTF-8 with the mark by which Excel knows it.
//!
//! A spreadsheet runs a cell as a formula by how it begins, and what students, admins and identity providers wrote stands
//! in cells. So a text that would is begun with an apostrophe, as OWASP has it (CSV injection): one that begins, after blanks
//! and what cannot be seen, with `= + - @`, also as wide as a Chinese character, or with a tab or a line break. A text
//! that begins with an apostrophe gets another, so that one can be taken away from each that has one. Numbers are written as
//! numbers.

use std::borrow::Cow;

use csv::{Terminator, WriterBuilder};

use crate::time::{DAY_MS, Millis, seconds};

/// By which Excel knows UTF-8.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// The file: what the columns are called, then the rows.
///
/// # Errors
/// None that is known: rows are of one length, and memory takes what is written. Should a writer ever fail, half a file is
/// none.
pub fn write<const N: usize>(
    columns: [&str; N],
    rows: impl Iterator<Item = [Cell; N]>,
) -> Result<String, csv::Error> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| cell.written().into_owned()))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    let text = String::from_utf8(bytes).map_err(|error| csv::Error::from(std::io::Error::other(error)))?;
    Ok(format!("{BYTE_ORDER_MARK}{text}"))
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Which is not to be run.
    Text(String),
    /// As it is.
    Number(i128),
    /// Nothing.
    Empty,
}

impl Cell {
    /// A text, or what is written as one.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// A number.
    pub fn number(number: impl Into<i128>) -> Self {
        Self::Number(number.into())
    }

    /// A name as JSON has it.
    pub fn name(of: impl serde::Serialize) -> Self {
        serde_json::to_value(of).ok().as_ref().and_then(|name| name.as_str()).map_or(Self::Empty, Self::text)
    }

    fn written(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) if is_formula(text) || text.starts_with('\'') => format!("'{text}").into(),
            Self::Text(text) => text.into(),
            Self::Number(number) => number.to_string().into(),
            Self::Empty => "".into(),
        }
    }
}

/// Whether a spreadsheet may take it for a formula.
fn is_formula(text: &str) -> bool {
    let unseen = |c: char| {
        c == ' '
            || c == '\u{a0}'
            || c == '\u{ad}'
            || matches!(c, '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{3000}' | BYTE_ORDER_MARK)
            || (c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
    };
    text.trim_start_matches(unseen).starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '−', '﹢', '﹣', '﹦', '﹫',
    ])
}

/// A time in UTC that a spreadsheet reads, as `2026-11-23 10:20:00`.
#[must_use]
pub fn date(at: Millis) -> String {
    let second = at.0.rem_euclid(DAY_MS) / seconds(1);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{} {hour:02}:{minute:02}:{second:02}", at.day())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy as _, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

    use super::*;

    fn cell() -> impl proptest::strategy::Strategy<Value = Cell> {
        prop_oneof![
            "[ \t\r\n\u{feff}\u{200b}\u{3000}]{0,2}[-=+@＝＋－＠'\t\r\n]{0,2}[a\"',;\r\n=金😀]{0,6}"
                .prop_map(Cell::Text),
            any::<String>().prop_map(Cell::Text),
            any::<i64>().prop_map(Cell::number),
            proptest::strategy::Just(Cell::Empty),
        ]
    }

    proptest! {
        #[test]
        fn what_is_read_back_is_what_was_written_and_runs_nothing(rows in proptest::collection::vec([cell(), cell(), cell()], 0..8)) {
            let file = write(["a", "b", "c"], rows.clone().into_iter()).unwrap();
            let file = file.strip_prefix(BYTE_ORDER_MARK).unwrap();
            let mut reader = csv::ReaderBuilder::new().from_reader(file.as_bytes());
            let read: Vec<_> = reader.records().map(|record| record.unwrap()).collect();
            prop_assert_eq!(read.len(), rows.len());
            for (record, row) in read.iter().zip(&rows) {
                prop_assert_eq!(record.len(), 3);
                for (read, cell) in record.iter().zip(row) {
                    match cell {
                        Cell::Text(text) => {
                            prop_assert!(!is_formula(read), "{read:?}");
                            prop_assert_eq!(read.strip_prefix('\'').unwrap_or(read), text);
                        }
                        Cell::Number(number) => prop_assert_eq!(read.parse::<i128>().unwrap(), *number),
                        Cell::Empty => prop_assert_eq!(read, ""),
                    }
                }
            }
        }

        #[test]
        fn a_date_goes_on_by_days(day in -800_000_i64..800_000) {
            let of = |day: i64| date(Millis(day * 86_400_000));
            let (this, next) = (of(day), of(day + 1));
            let number = |date: &str| -> Vec<i64> {
                date.split(' ').next().unwrap().rsplitn(3, '-').map(|part| part.parse().unwrap()).collect()
            };
            let (this, next) = (number(&this), number(&next));
            prop_assert!(next[0] == this[0] + 1 || next[0] == 1 && this[0] >= 28, "{this:?} {next:?}");
        }
    }

    #[test]
    fn a_text_that_begins_like_a_formula_is_begun_with_an_apostrophe() {
        for text in [
            "=1+1",
            "+852",
            "-1",
            "@sum",
            "\tx",
            "\rx",
            "\nx",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "  =1",
            "\u{feff}=1",
            "\u{200b}@x",
        ] {
            assert_eq!(Cell::text(text).written(), format!("'{text}"), "{text:?}");
        }
        assert_eq!(Cell::text("'quoted").written(), "''quoted");
        for text in ["kim@example.org", "a=b", "金", "", "1+1"] {
            assert_eq!(Cell::text(text).written(), text);
        }
        assert_eq!(Cell::number(-5).written(), "-5");
    }

    #[test]
    fn a_date_is_read_by_a_spreadsheet() {
        for (ms, text) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_400_000, "2000-02-29 00:00:00"),
            (1_795_422_000_999, "2026-11-23 08:20:00"),
            (-1, "1969-12-31 23:59:59"),
        ] {
            assert_eq!(date(Millis(ms)), text);
        }
    }
}
