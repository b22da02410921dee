//! An address and the name in front of it, as they stand in `From` and `To`. Neither can hold what ends a header or begins
//! another address.

use crate::template::one_line;

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 100;
/// The longest address, in bytes, as RFC 5321 has it.
const MAX_ADDRESS_BYTES: usize = 320;

/// Where mail comes from or goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    address: String,
    name: String,
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not an address of e-mail, as kim@example.org or Kim <kim@example.org>")]
pub struct InvalidMailbox;

impl Mailbox {
    /// An address that was checked as one of e-mail before, and what its owner is called. Of the name is left what can stand
    /// in a header.
    ///
    /// # Errors
    /// [`InvalidMailbox`] when the address could be read as anything but one address.
    pub fn new(address: &str, name: &str) -> Result<Self, InvalidMailbox> {
        let unfit = |character: char| {
            character.is_whitespace() || character.is_control() || "<>()[],;:\\\"".contains(character)
        };
        let halves = address.split_once('@').filter(|(mailbox, host)| {
            !mailbox.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.')
        });
        if halves.is_none() || address.len() > MAX_ADDRESS_BYTES || address.contains(unfit) {
            return Err(InvalidMailbox);
        }
        Ok(Self { address: address.to_owned(), name: named(name) })
    }

    /// Reads `kim@example.org` or `Kim <kim@example.org>`.
    ///
    /// # Errors
    /// [`InvalidMailbox`]
    pub fn parse(text: &str) -> Result<Self, InvalidMailbox> {
        match text.trim().strip_suffix('>').and_then(|rest| rest.split_once('<')) {
            Some((name, address)) => Self::new(address.trim(), name),
            None => Self::new(text.trim(), ""),
        }
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The name; empty when there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Of a name what cannot be taken for the end of it: commas and semicolons part addresses, angle brackets hold them, and
/// quotation marks hold names.
fn named(name: &str) -> String {
    let name = one_line(&name.replace(['<', '>', '"', ',', ';'], " "));
    name.chars().take(MAX_NAME_CHARS).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_stands_alone_or_behind_a_name() {
        let alone = Mailbox::parse(" kim@example.org ").unwrap();
        assert_eq!((alone.address(), alone.name()), ("kim@example.org", ""));
        let named = Mailbox::parse("Kim 金 <kim@example.org>").unwrap();
        assert_eq!((named.address(), named.name()), ("kim@example.org", "Kim 金"));
        let quoted = Mailbox::parse("\"Lee, Kim\" <kim@example.org>").unwrap();
        assert_eq!(quoted.name(), "Lee Kim");
    }

    #[test]
    fn what_could_be_more_than_one_address_is_none() {
        for text in [
            "",
            "kim",
            "@example.org",
            "kim@",
            "kim@@example.org",
            "kim@example.org, lee@example.org",
            "kim@example.org\r\nBcc: lee@example.org",
            "kim@example.org\nlee@example.org",
            "Kim <kim@example.org> <lee@example.org>",
            "kim @example.org",
            "kim@example.org\0",
        ] {
            assert_eq!(Mailbox::parse(text), Err(InvalidMailbox), "{text:?}");
        }
    }

    #[test]
    fn a_name_cannot_begin_a_header() {
        for name in
            ["Kim\r\nBcc: lee@example.org", "Kim\nX: y", "Kim\u{2028}X: y", "Kim\u{85}X: y", "Kim\u{202e}x"]
        {
            let mailbox = Mailbox::new("kim@example.org", name).unwrap();
            assert!(!mailbox.name().contains(char::is_control), "{mailbox:?}");
            assert!(!mailbox.name().contains(['\u{2028}', '\u{202e}']), "{mailbox:?}");
        }
        assert_eq!(Mailbox::new("k@example.org", &"金".repeat(200)).unwrap().name().chars().count(), 100);
    }

    proptest! {
        #[test]
        fn whatever_somebody_calls_himself_is_one_line_and_no_address(name in ".{0,150}") {
            let mailbox = Mailbox::new("kim@example.org", &name).unwrap();
            let sound = |character: char| !character.is_control() && !"<>\",;".contains(character);
            prop_assert!(mailbox.name().chars().all(sound));
            prop_assert!(mailbox.name().chars().count() <= MAX_NAME_CHARS);
        }
    }
}
