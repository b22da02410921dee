//! A file of a spreadsheet, read into rows: RFC 4180 as spreadsheets write it. Fields are separated by commas, by
//! semicolons where the comma is the decimal mark, or by tabs; the text is UTF-8, with or without a mark.
//!
//! The first row names the columns, in any case and order. `email` must be there; `role` may be; what else there is
//! is passed over, and told.

use std::str;

use csv::{ReaderBuilder, StringRecord};

use crate::documents::Role;
use crate::email::EmailAddress;
use crate::limits::{self, MAX_IMPORT_ROWS};

/// What may stand between fields.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// Most names of columns that are told back, and most characters of one.
const MAX_NAMES: usize = 20;
const MAX_NAME_CHARS: usize = 50;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its rows, without the one that names the columns and without empty ones.
    pub rows: Vec<Row>,
    /// The names of the columns that were passed over; of very many, the first.
    pub ignored_columns: Vec<String>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number as a spreadsheet shows it: the names of the columns stand in row 1.
    pub number: usize,
    /// What stands in `email`, cut where no address would go on.
    pub email: String,
    /// The address that this is; none if it is none.
    pub address: Option<EmailAddress>,
    /// The role that it names, `student` where it names none; else what stands there.
    pub role: Result<Role, String>,
}

/// Why a file cannot be read at all. Each says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is nothing in it.
    #[error("the file is empty; its first row must name the columns, as `email,role`")]
    Empty,
    /// It is UTF-16, which old spreadsheets call Unicode.
    #[error("the file is UTF-16 or no text at all; save it as \"CSV UTF-8\"")]
    Utf16,
    /// It is in some other encoding.
    #[error("the file is not UTF-8 (see line {line}); save it as \"CSV UTF-8\"")]
    NotUtf8 {
        /// Where this shows, as an editor counts.
        line: usize,
    },
    /// It does not say where the addresses are.
    #[error("no column is called `email`; the first row must name the columns, as `email,role`")]
    NoEmailColumn,
    /// It says so twice.
    #[error("more than one column is called `{0}`")]
    TwoColumns(&'static str),
    /// It is too long.
    #[error("the file has more than {MAX_IMPORT_ROWS} rows; import it in parts")]
    TooManyRows,
}

impl File {
    /// Reads a file, whatever bytes it is made of.
    ///
    /// # Errors
    /// [`Unreadable`]
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let text = text_of(bytes)?;
        let (delimiter, columns) = columns(text)?;
        let mut rows = Vec::new();
        let mut records = Records::new(text, delimiter);
        records.next();
        for (number, record) in records {
            if record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            if rows.len() == MAX_IMPORT_ROWS {
                return Err(Unreadable::TooManyRows);
            }
            let field = |column| record.get(column).unwrap_or_default().trim();
            let email = field(columns.email);
            rows.push(Row {
                number,
                email: cut(email, *limits::Email::RANGE.end()),
                address: EmailAddress::new(email).ok(),
                role: role_of(columns.role.map(field).unwrap_or_default()),
            });
        }
        Ok(Self { rows, ignored_columns: columns.ignored })
    }
}

/// Which column is what.
struct Columns {
    email: usize,
    role: Option<usize>,
    ignored: Vec<String>,
}

fn text_of(bytes: &[u8]) -> Result<&str, Unreadable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    // Of plain letters in UTF-16, every other byte is zero; no spreadsheet writes one in UTF-8.
    if marked || bytes.contains(&0) {
        return Err(Unreadable::Utf16);
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let sound = bytes.get(..error.valid_up_to()).unwrap_or_default();
        Unreadable::NotUtf8 { line: 1 + sound.iter().filter(|byte| **byte == b'\n').count() }
    })?;
    if text.trim().is_empty() { Err(Unreadable::Empty) } else { Ok(text) }
}

/// What separates the fields, and the columns: whatever makes `email` one of them.
fn columns(text: &str) -> Result<(u8, Columns), Unreadable> {
    for delimiter in DELIMITERS {
        let Some((_, names)) = Records::new(text, delimiter).next() else { continue };
        let places = |wanted: &str| {
            let named = names.iter().enumerate().filter(|(_, name)| name.trim().eq_ignore_ascii_case(wanted));
            let mut places = named.map(|(place, _)| place);
            (places.next(), places.next().is_some())
        };
        let ((email, two_emails), (role, two_roles)) = (places("email"), places("role"));
        let Some(email) = email else { continue };
        if two_emails {
            return Err(Unreadable::TwoColumns("email"));
        }
        if two_roles {
            return Err(Unreadable::TwoColumns("role"));
        }
        let others = names.iter().enumerate().filter(|(place, _)| *place != email && Some(*place) != role);
        let others = others.map(|(_, name)| name.trim()).filter(|name| !name.is_empty());
        let ignored = others.take(MAX_NAMES).map(|name| cut(name, MAX_NAME_CHARS)).collect();
        return Ok((delimiter, Columns { email, role, ignored }));
    }
    Err(Unreadable::NoEmailColumn)
}

fn role_of(text: &str) -> Result<Role, String> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "" | "student" => Role::Student,
        "auditor" => Role::Auditor,
        "ta" => Role::Ta,
        "instructor" => Role::Instructor,
        _ => return Err(cut(text, MAX_NAME_CHARS)),
    })
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

/// The records of a text with their numbers as a spreadsheet shows them: an empty line is a row of its own there, and a
/// field of several lines is none.
struct Records<'a> {
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    number: usize,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, delimiter: u8) -> Self {
        let mut reader = ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).delimiter(delimiter);
        Self { text, reader: reader.from_reader(text.as_bytes()), number: 0 }
    }

    /// How many empty lines, which the reader passes over, begin at `at`.
    fn empty_lines(&self, at: usize) -> usize {
        let (before, rest) = self.text.as_bytes().split_at_checked(at).unwrap_or_default();
        // The second half of the end of the line before.
        let half = before.ends_with(b"\r") && rest.starts_with(b"\n");
        let mut rest = rest.get(usize::from(half)..).unwrap_or_default();
        let mut count = 0;
        while let Some(next) =
            [b"\r\n".as_slice(), b"\r", b"\n"].iter().find_map(|end| rest.strip_prefix(*end))
        {
            (rest, count) = (next, count + 1);
        }
        count
    }
}

impl Iterator for Records<'_> {
    type Item = (usize, StringRecord);

    fn next(&mut self) -> Option<Self::Item> {
        let at = usize::try_from(self.reader.position().byte()).ok()?;
        self.number += 1 + self.empty_lines(at);
        let mut record = StringRecord::new();
        // The text is UTF-8 and lies in memory, and records may differ in length: there is nothing to fail.
        let more = self.reader.read_record(&mut record).unwrap_or(false);
        more.then_some((self.number, record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(usize, String, Result<Role, String>)> {
        let file = File::read(text.as_bytes()).unwrap();
        file.rows.into_iter().map(|row| (row.number, row.email, row.role)).collect()
    }

    fn rows(expected: &[(usize, &str, Role)]) -> Vec<(usize, String, Result<Role, String>)> {
        expected.iter().map(|(number, email, role)| (*number, (*email).to_owned(), Ok(*role))).collect()
    }

    #[test]
    fn a_file_is_read_however_a_spreadsheet_writes_it() {
        let expected = rows(&[(2, "kim@example.org", Role::Ta), (3, "lee@example.org", Role::Student)]);
        for text in [
            "email,role\nkim@example.org,ta\nlee@example.org,\n",
            "email,role\r\nkim@example.org,ta\r\nlee@example.org\r\n",
            "email,role\rkim@example.org,ta\rlee@example.org,student",
            "\u{feff}email;role\r\nkim@example.org;TA\r\nlee@example.org;Student\r\n",
            "\u{feff}\"email\";\"role\"\r\n\"kim@example.org\";\"ta\"\r\n\"lee@example.org\";\"\"\r\n",
            "Role\tE-mail address\tEMAIL\nta\tx\tkim@example.org\n\ty\tlee@example.org\n",
            "name,Email ,role\n\"Kim, the \"\"first\"\"\nand only\", kim@example.org , ta \n,lee@example.org\n",
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["", "email,role,note", "a@example.org", "", "", ",,", "b@example.org,,\"1"];
            let text = text.join(end) + end + "2\"" + end + end + "c@example.org" + end + end;
            let expected = [(3, "a@example.org"), (7, "b@example.org"), (9, "c@example.org")];
            assert_eq!(read(&text), rows(&expected.map(|(n, email)| (n, email, Role::Student))), "{text:?}");
        }
    }

    #[test]
    fn what_is_passed_over_is_told() {
        let ignored = |text: &str| File::read(text.as_bytes()).unwrap().ignored_columns;
        assert_eq!(ignored("name,email,,Matrikel\n"), ["name", "Matrikel"]);
        assert_eq!(ignored("email,role\n"), Vec::<String>::new());
        let many = format!("email,{}", vec!["x".repeat(100); 1000].join(","));
        assert_eq!(ignored(&many), vec!["x".repeat(MAX_NAME_CHARS); MAX_NAMES]);
    }

    #[test]
    fn what_is_wrong_in_a_row_is_kept_for_its_verdict() {
        let file = File::read(b"email,role\nkim,student\nlee@example.org,teacher\n,ta\n").unwrap();
        let found: Vec<_> = file.rows.iter().map(|row| (row.address.is_some(), row.role.clone())).collect();
        assert_eq!(found, [(false, Ok(Role::Student)), (true, Err("teacher".into())), (false, Ok(Role::Ta))]);
        // A quote that is never closed swallows the rest: one row, and not a long one.
        let text = format!("email\n\"{}", "x@example.org\n".repeat(1000));
        let file = File::read(text.as_bytes()).unwrap();
        assert_eq!(file.rows.len(), 1);
        assert!(file.rows[0].address.is_none() && file.rows[0].email.len() <= 320);
    }

    #[test]
    fn a_file_that_cannot_be_read_says_what_to_do() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let lines = |count: usize| format!("email\n{}", "a@example.org\n".repeat(count)).into_bytes();
        for (bytes, expected) in [
            (vec![], Unreadable::Empty),
            ("\u{feff} \r\n\r\n".into(), Unreadable::Empty),
            (utf16("\u{feff}email\n"), Unreadable::Utf16),
            (utf16("email\nkim@example.org"), Unreadable::Utf16),
            (b"email,name\nkim@example.org,J\xf6rg\n".to_vec(), Unreadable::NotUtf8 { line: 2 }),
            (b"kim@example.org\n".to_vec(), Unreadable::NoEmailColumn),
            (b"name:email\n".to_vec(), Unreadable::NoEmailColumn),
            (b"email,Email\n".to_vec(), Unreadable::TwoColumns("email")),
            (b"role,email,role\n".to_vec(), Unreadable::TwoColumns("role")),
            (lines(MAX_IMPORT_ROWS + 1), Unreadable::TooManyRows),
        ] {
            assert_eq!(File::read(&bytes), Err(expected));
        }
        assert_eq!(File::read(&lines(MAX_IMPORT_ROWS)).unwrap().rows.len(), MAX_IMPORT_ROWS);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = File::read(&bytes);
            let _ = File::read(&[b"email;role\n".as_slice(), &bytes].concat());
        }

        #[test]
        fn whatever_stands_in_quoted_fields_a_row_is_where_the_spreadsheet_has_it(
            rows in prop::collection::vec(prop::option::of("[a-c\",;\n\r\u{e9} ]{0,6}"), 0..20),
            end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        ) {
            let mut text = format!("note,email{end}");
            let mut expected = Vec::new();
            for (index, note) in rows.iter().enumerate() {
                if let Some(note) = note {
                    text.push_str(&format!("\"{}\",k{index}@example.org", note.replace('"', "\"\"")));
                    expected.push((index + 2, format!("k{index}@example.org"), Ok(Role::Student)));
                }
                text.push_str(end);
            }
            prop_assert_eq!(read(&text), expected);
        }
    }
}
