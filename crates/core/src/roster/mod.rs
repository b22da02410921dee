//! Who is let into a course: what becomes of an invitation, and of a file that holds many.
//!
//! # Layout
//! - [`invitation`]: what becomes of one, by who is on the roster already
//! - [`file`](mod@file): a file of a spreadsheet, read into rows
//! - [`import`]: the verdict on each row, and their counts

pub mod file;
pub mod import;
pub mod invitation;

pub use file::{File, Row, Unreadable};
pub use import::{Counts, Imported, Verdict, verdicts};
pub use invitation::{Beyond, Outcome, Reach, answer};
