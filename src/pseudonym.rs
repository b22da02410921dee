//! A person's name in our log and in our counters: the same person has the same one, and nobody can tell who it is.

use std::fmt::Write as _;

use hmac::{Hmac, Mac as _};
use mentora_core::ids::UserId;
use sha2::Sha256;

/// Keeps a pseudonym from being mistaken for anything else that is made with the same secret.
const PURPOSE: &[u8] = b"mentora pseudonym\n";
/// 64 bits: two of a million people share one with a chance of one in ten million.
const BYTES: usize = 8;

/// The pseudonym of `user`, 16 hexadecimal digits; `None` without a secret.
///
/// It is a keyed hash: with a plain one, whoever has the log and a list of users could find out who is who. The key is
/// the secret of the tickets, so whoever runs the server can look for one person's requests, and a new secret cuts all
/// threads.
#[must_use]
pub fn of(user: &UserId, secret: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok().filter(|_| !secret.is_empty())?;
    mac.update(PURPOSE);
    mac.update(user.as_str().as_bytes());
    let mut pseudonym = String::with_capacity(2 * BYTES);
    for byte in mac.finalize().into_bytes().into_iter().take(BYTES) {
        let _ = write!(pseudonym, "{byte:02x}");
    }
    Some(pseudonym)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::new(id).unwrap()
    }

    #[test]
    fn a_person_keeps_a_pseudonym_that_tells_nothing() {
        let pseudonym = of(&user("ada"), "a secret of the tests").unwrap();
        assert_eq!(pseudonym.len(), 16);
        assert!(pseudonym.bytes().all(|b| b.is_ascii_hexdigit()) && !pseudonym.contains("ada"));
        assert_eq!(of(&user("ada"), "a secret of the tests").unwrap(), pseudonym);
        assert_ne!(of(&user("bob"), "a secret of the tests").unwrap(), pseudonym);
        assert_ne!(of(&user("ada"), "another secret").unwrap(), pseudonym);
    }

    #[test]
    fn there_is_none_without_a_secret() {
        assert_eq!(of(&user("ada"), ""), None);
    }
}
