//! Random ids, in the shape of Firestore's own.

use wasm_bindgen::prelude::*;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Length of an id. 62^20 is more than 2^119: two ids never meet.
const LENGTH: usize = 20;

/// Bytes drawn at a time. One in 32 is thrown away, so one draw is nearly always enough.
const DRAW: usize = 32;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(buffer: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// A new id: 20 characters of `A-Za-z0-9`.
#[must_use]
pub fn new_id() -> String {
    let mut id = String::with_capacity(LENGTH);
    while id.len() < LENGTH {
        id.extend(letters(&bytes::<DRAW>()).take(LENGTH - id.len()));
    }
    id
}

/// So many bytes that nobody foresees.
pub(super) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if get_random_values(&mut bytes).is_err() {
        // The runtime refuses outside of events only. An id or a salt must be unique, not secret: what is weaker
        // will do, a panic would not.
        bytes.fill_with(|| {
            worker::js_sys::Math::random().to_bits().to_le_bytes().into_iter().fold(0, u8::wrapping_add)
        });
    }
    bytes
}

/// Evenly spread characters: bytes beyond the last whole alphabet are thrown away.
fn letters(bytes: &[u8]) -> impl Iterator<Item = char> + '_ {
    let whole = u8::MAX - u8::MAX % 62;
    bytes
        .iter()
        .filter(move |byte| **byte < whole)
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 62)).map(|letter| char::from(*letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_equally_likely() {
        let every_byte: Vec<u8> = (0..=u8::MAX).collect();
        let letters: Vec<char> = letters(&every_byte).collect();
        assert_eq!(letters.len(), 4 * 62);
        for letter in ALPHABET {
            assert_eq!(letters.iter().filter(|drawn| **drawn == char::from(*letter)).count(), 4);
        }
    }

    #[test]
    fn an_id_fits_a_document_a_url_and_an_object() {
        assert!(ALPHABET.iter().all(u8::is_ascii_alphanumeric));
    }
}
