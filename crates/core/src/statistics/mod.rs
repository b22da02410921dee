//! What conversations add to the figures of their assignment.
//!
//! # What is counted
//! - *Students*: `totalStudents` = `completed` + `inProgress` + `notStarted`. Who has ended one conversation has completed,
//!   also while arguing again. How many there are and have begun is counted in the roster and the submissions
//!   ([`Students`]); how many completed, from the contributions.
//! - *Stances and shifts*: one a student, of the conversation that ended last, which is the one that the submission names.
//!   Who argued twice is one student who stands where the second left off.
//! - *All else* (moves, ends, turns, time, tokens, cost, words): every conversation that has ended, because each took
//!   place, and was paid for.
//!
//! # One result by either way
//! When a conversation ends, its [`Contribution`] is stored and [added](Statistics::add); when it is opened again, the
//! contribution is [removed](Statistics::remove). Or the document is [rebuilt](Statistics::rebuild) from all
//! contributions, which can be made of the conversations themselves. Whatever was added and removed in whatever order, the
//! document is the same: it is a sum of whole numbers, of which averages are made, and lists are sorted
//! (`tests/statistics.rs` proves it).
//!
//! A stance depends on what else the *same* student ended, so adding and removing take the student's other contributions
//! (mostly none; a query by `userId`). Nothing else of the document needs more than itself, so it stays at some ten
//! kilobytes.
//!
//! # The word cloud
//! It is not added to: it is drawn ([`Cloud`]) from the contributions when somebody looks and `wordCloudStale` says that
//! it is of yesterday; adding and removing only mark it. The commonest words of all cannot be told from the commonest of
//! each part: a word that is 101st everywhere may be first in the sum. What could be added to exactly is the count of
//! *every* word, and that has no bound: 1,000 conversations may hold 300,000 different words, several times the 1 MiB that
//! a document may have. It would be read and written whole whenever a conversation ends, and students who type nonsense
//! could fill it until no conversation can end. A rule that drops words when it is full depends on the order, or cannot
//! be undone.
//!
//! So each contribution keeps its own words, at most [`contribution::WORDS`] a side, of [`words::MAX_CHARS`] characters,
//! in a document that nothing else writes; and a cloud costs one read a conversation, once after each change that
//! somebody looks at: 1,000 reads are $0.0006 at Firestore's price, and are asked for page by page, since only counts are
//! held ([`Rebuild`]).
//!
//! # Layout
//! - [`contribution`]: what one conversation adds
//! - `words`: the words of a turn, without stop words and addresses
//! - [`sum`]: contributions added, removed and rebuilt
//! - [`cloud`]: the words that were said most
//! - [`csv`]: the export

pub mod cloud;
pub mod contribution;
pub mod csv;
pub mod sum;
mod words;

pub use cloud::Cloud;
pub use sum::{Rebuild, Students};

#[cfg(doc)]
use crate::documents::{Contribution, Statistics};
