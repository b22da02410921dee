//! Reads of a given time. The store keeps no past versions, but since the last commit the present is the past.

use super::{
    Sql,
    fault::{Code, Fault},
    shelf::Shelf,
};
use crate::timestamp::Timestamp;

/// Production looks back so far, in microseconds.
const MAX_AGE: i64 = 3600 * 1_000_000;

/// The time that a read asks for, in microseconds of the epoch, if what is stored is the state of that time.
pub(super) fn asked<S: Sql>(shelf: &mut Shelf<S>, asked: Timestamp, now: i64) -> Result<i64, Fault> {
    let micros = asked.micros();
    if micros <= 0 {
        return Err(Fault::invalid("Only timestamps past epoch are supported."));
    }
    if asked != asked.truncated_to_micros() {
        return Err(Fault::invalid("timestamp cannot have more than microseconds precision"));
    }
    let present = now.max(shelf.clock()?);
    if micros > present {
        return Err(Fault::invalid("The requested 'read_time' cannot be in the future."));
    }
    if micros < present - MAX_AGE {
        return Err(Fault::new(Code::FailedPrecondition, "The requested 'read_time' is too old."));
    }
    still(shelf, micros)?;
    Ok(micros)
}

/// Is what is stored still the state of that time?
pub(super) fn still<S: Sql>(shelf: &mut Shelf<S>, micros: i64) -> Result<(), Fault> {
    if shelf.clock()? <= micros {
        return Ok(());
    }
    Err(Fault::new(
        Code::Unimplemented,
        "This store keeps no past versions, and there was a commit after the requested `readTime`.",
    ))
}
