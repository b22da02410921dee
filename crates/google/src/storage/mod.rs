//! Files in a Cloud Storage bucket: what a browser may upload by itself ([`SignedUrl`]), and the few calls we make.
//!
//! A browser uploads to the XML API with a signed URL; we ask and delete through the JSON API with an access token.

mod object;
mod signed_url;

#[cfg(test)]
mod tests;

pub use object::{Metadata, StorageError, parse_deleted, parse_metadata};
pub use signed_url::{MAX_EXPIRES_SECONDS, SignError, SignedUrl};

/// Where both APIs are.
pub const STORAGE_URL: &str = "https://storage.googleapis.com";

/// A bucket, where it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket<'a> {
    /// [`STORAGE_URL`], or that of an emulator; without a final slash.
    pub base_url: &'a str,
    /// Its name.
    pub name: &'a str,
}

impl Bucket<'_> {
    /// Where everybody reads an object, if the bucket lets everybody read.
    #[must_use]
    pub fn public_url(&self, object: &str) -> String {
        format!("{}{}", self.base_url, self.path_of(object))
    }

    /// The path of an object in the XML API, encoded as it is signed: everything but the slashes.
    fn path_of(&self, object: &str) -> String {
        format!("/{}/{}", self.name, percent_encoded(object, b"/"))
    }
}

/// Percent-encodes all but letters, digits, `-._~` and what is `kept`, as Google's canonical form wants it.
fn percent_encoded(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
