//! Ids for documents that are made without one.

use crate::embedded::{Sql, fault::Fault, shelf::Shelf};

const ALPHABET: [char; 62] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U',
    'V', 'W', 'X', 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
    'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
];
const LENGTH: usize = 20;

/// Twenty letters and digits that this store has not given before. They look random, so that ids spread, and are not:
/// nobody may take them for secrets.
pub(super) fn new_id<S: Sql>(shelf: &mut Shelf<S>, now: i64) -> Result<String, Fault> {
    let serial = shelf.next_serial()?.unsigned_abs();
    // The time keeps the ids of two stores apart, the serial number those of one.
    let mut state = mixed(now.unsigned_abs()) ^ serial;
    let id = (0..LENGTH).filter_map(|_| {
        state = mixed(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
        usize::try_from(state % 62).ok().and_then(|index| ALPHABET.get(index))
    });
    Ok(id.collect())
}

/// A bijection that spreads every bit over all the others.
fn mixed(mut bits: u64) -> u64 {
    bits ^= bits >> 32;
    bits = bits.wrapping_mul(0xd6e8_feb8_6659_fd93);
    bits ^= bits >> 32;
    bits = bits.wrapping_mul(0xd6e8_feb8_6659_fd93);
    bits ^ (bits >> 32)
}
