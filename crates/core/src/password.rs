//! Passwords of courses, and how their hashes are written down.
//!
//! A hash is PBKDF2 with HMAC-SHA-512 in the PHC string format: `$pbkdf2-sha512$i=<iterations>$<salt>$<key>`, salt and
//! key in base64 without padding. The iterations are read from it, so they can be raised: what was kept with fewer is
//! still compared, and then kept anew.
//!
//! Why this function: WebCrypto has it, so it runs in the runtime's own code; what is memory-hard would be ours to
//! run in WebAssembly, and would take megabytes of an isolate's 128 that are never given back. Why this many: production
//! refuses more than 100,000. Hence SHA-512, which graphics cards are slower at than at SHA-256, and which costs us hardly
//! more: 62 ms of processor time in workerd on a small machine, where SHA-256 takes 50 ms. Workers of the paid plan have
//! 30 s; those of the free plan have 10 ms, into which no count fits that would be worth it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::documents::PasswordHash;

const ALGORITHM: &str = "pbkdf2-sha512";
/// The most that production allows.
const ITERATIONS: u32 = 100_000;
const KEY_BYTES: usize = 32;
/// What is taken for a key when a hash is read: shorter ones could be met by chance.
const READABLE_KEY_BYTES: std::ops::RangeInclusive<usize> = 16..=64;
/// Length of a salt, in bytes.
pub const SALT_BYTES: usize = 16;

/// A password as somebody types it. No log shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// The text itself, to be checked or hashed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// How a key is made of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    /// Each hash has its own.
    pub salt: Vec<u8>,
    /// Rounds of HMAC.
    pub iterations: u32,
    /// Length of the key, in bytes.
    pub key_bytes: usize,
}

impl Derivation {
    /// As it is done today. `salt` is drawn for this one.
    #[must_use]
    pub fn fresh(salt: [u8; SALT_BYTES]) -> Self {
        Self { salt: salt.to_vec(), iterations: ITERATIONS, key_bytes: KEY_BYTES }
    }

    /// Whether it would be done otherwise today.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.iterations != ITERATIONS || self.key_bytes != KEY_BYTES || self.salt.len() != SALT_BYTES
    }

    /// The hash to keep, once the key was made.
    #[must_use]
    pub fn hash(&self, key: &[u8]) -> PasswordHash {
        let [salt, key] = [self.salt.as_slice(), key].map(|bytes| STANDARD_NO_PAD.encode(bytes));
        PasswordHash(format!("${ALGORITHM}$i={}${salt}${key}", self.iterations))
    }
}

/// A hash that was kept: what to make of a guess, and what must come out.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// How to make a key of the guess.
    pub derivation: Derivation,
    key: Vec<u8>,
}

/// A text that is no hash of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hash of a password cannot be read")]
pub struct UnreadableHash;

impl Kept {
    /// Reads a hash.
    ///
    /// # Errors
    /// [`UnreadableHash`]
    pub fn read(hash: &PasswordHash) -> Result<Self, UnreadableHash> {
        let parts: Vec<&str> = hash.0.split('$').collect();
        let ["", ALGORITHM, parameters, salt, key] = parts[..] else { return Err(UnreadableHash) };
        let iterations = parameters.strip_prefix("i=").and_then(|count| count.parse().ok());
        let iterations = iterations.filter(|count| *count > 0).ok_or(UnreadableHash)?;
        let bytes = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_| UnreadableHash);
        let (salt, key) = (bytes(salt)?, bytes(key)?);
        if salt.is_empty() || !READABLE_KEY_BYTES.contains(&key.len()) {
            return Err(UnreadableHash);
        }
        Ok(Self { derivation: Derivation { salt, iterations, key_bytes: key.len() }, key })
    }

    /// Whether the key of a guess is the one. Takes as long whatever differs.
    #[must_use]
    pub fn has_key(&self, key: &[u8]) -> bool {
        self.key.as_slice().ct_eq(key).into()
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first test vector of BIP-39, which is PBKDF2 with HMAC-SHA-512 and 2,048 rounds: its seed is the key.
    const SALT: &[u8] = b"mnemonicTREZOR";
    const KEY: &str = "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04";
    const HASH: &str = "$pbkdf2-sha512$i=2048$bW5lbW9uaWNUUkVaT1I$xVJXw2DAfHICmuvBtTwF7QNiraOOrT4+nvo3COU0lVMfCaaYdZnRgmTB4ckvLPFBYwx6PEq3yBsvABaY50Y7BA";

    fn key() -> Vec<u8> {
        let digits = KEY.as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }

    fn kept(hash: &str) -> Result<Kept, UnreadableHash> {
        Kept::read(&PasswordHash(hash.to_owned()))
    }

    #[test]
    fn a_hash_says_how_it_was_made_and_is_read_back() {
        let derivation = Derivation { salt: SALT.to_vec(), iterations: 2_048, key_bytes: 64 };
        assert_eq!(derivation.hash(&key()).0, HASH);
        assert_eq!(kept(HASH).unwrap().derivation, derivation);
    }

    #[test]
    fn the_one_key_fits_and_no_other() {
        let kept = kept(HASH).unwrap();
        assert!(kept.has_key(&key()));
        for place in 0..64 {
            let mut other = key();
            other[place] ^= 1;
            assert!(!kept.has_key(&other), "{place}");
        }
        assert!(!kept.has_key(&key()[..63]) && !kept.has_key(&[]));
    }

    #[test]
    fn what_is_made_today_is_not_outdated_and_what_was_made_otherwise_is() {
        let today = Derivation::fresh([7; SALT_BYTES]);
        assert!(!today.is_outdated());
        let kept_today = Kept::read(&today.hash(&[1; KEY_BYTES])).unwrap();
        assert!(!kept_today.derivation.is_outdated());
        assert!(kept(HASH).unwrap().derivation.is_outdated());
        for other in [
            Derivation { iterations: ITERATIONS - 1, ..today.clone() },
            Derivation { key_bytes: 64, ..today.clone() },
            Derivation { salt: vec![7; SALT_BYTES - 1], ..today.clone() },
        ] {
            assert!(other.is_outdated(), "{other:?}");
        }
    }

    #[test]
    fn what_is_no_hash_of_ours_lets_nobody_in() {
        let key = HASH.rsplit('$').next().unwrap();
        for bad in [
            "",
            "$",
            "password",
            &HASH[1..],
            &format!("{HASH}$"),
            &HASH.replace("pbkdf2-sha512", "pbkdf2-sha1"),
            &HASH.replace("i=2048", "i=0"),
            &HASH.replace("i=2048", "i=-1"),
            &HASH.replace("i=2048", "i=99999999999"),
            &HASH.replace("i=2048", "2048"),
            &HASH.replace("bW5lbW9uaWNUUkVaT1I", ""),
            &HASH.replace("bW5l", "b!5l"),
            &HASH.replace(key, ""),
            &HASH.replace(key, "c2hvcnQ"),
            &HASH.replace(key, &format!("{key}{key}")),
        ] {
            assert_eq!(kept(bad), Err(UnreadableHash), "{bad}");
        }
    }

    #[test]
    fn neither_a_password_nor_its_hash_is_shown() {
        let shown = format!("{:?} {:?}", Password::from("correct horse"), kept(HASH).unwrap());
        assert_eq!(shown, "Password(…) Kept(…)");
    }
}
