//! Names for people who are gone.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// Keeps a pseudonym from being mistaken for anything else that is made with the same secret.
const PURPOSE: &[u8] = b"mentora erased\n";
/// 128 bits: no two share one by chance.
const BYTES: usize = 16;

/// The pseudonym of a text: an id, the same each time, of which nobody without the secret can tell whose it is. With a
/// plain hash, whoever has a list of users could find out.
///
/// `None` without a secret.
pub(super) fn keyed(secret: &str) -> Option<impl Fn(&str) -> String> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok().filter(|_| !secret.is_empty())?;
    Some(move |text: &str| {
        let mut mac = mac.clone();
        mac.update(PURPOSE);
        mac.update(text.as_bytes());
        let digest = mac.finalize().into_bytes();
        let hexadecimal = digest.iter().take(BYTES).map(|byte| format!("{byte:02x}"));
        format!("erased-{}", hexadecimal.collect::<String>())
    })
}

#[cfg(test)]
mod tests {
    use mentora_core::ids::UserId;

    use super::*;

    #[test]
    fn a_pseudonym_is_an_id_that_stays_the_same_and_tells_nothing() {
        let (ours, theirs) = (keyed("a secret of the tests").unwrap(), keyed("another secret").unwrap());
        assert!(UserId::new(ours("ada")).is_ok());
        assert!(!ours("ada").contains("ada"));
        assert_eq!(ours("ada"), ours("ada"));
        assert_ne!(ours("ada"), ours("bob"));
        assert_ne!(ours("ada"), theirs("ada"));
        assert!(keyed("").is_none());
    }
}
