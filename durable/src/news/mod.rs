//! Working off what people are to be told ([`crate::repositories::News`]), a page of people at a time.
//!
//! Each thing gets a lease for one page, and then stands behind all that is due: so a course of thousands keeps nobody
//! waiting, and a run that has made as many calls as it may leaves a note of where it stopped. Who tells it twice changes
//! nothing, since each notification has an id of its own. Before each page it is looked at whether it still holds: what was
//! taken back meanwhile is told no more.
//!
//! # Layout
//! - [`announcement`](self): `announcement`, `graded`, `reminder`: who is to be told of each kind, and whether it still holds
//! - [`round`](Round): the lease, the page, the note

mod announcement;
mod graded;
mod reminder;
mod round;
#[cfg(test)]
mod tests;

pub use round::{PAGE, Round};
