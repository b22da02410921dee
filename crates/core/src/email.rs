//! Addresses of e-mail: by these people are invited before they have an account.

use std::fmt;

use email_address::Options;
use serde::{Deserialize, Serialize};

use crate::limits;

/// An address as it is kept and compared: without blanks around it, in lower case. (Mail servers may tell `Kim@` from
/// `kim@`; none that matters does, and people type both.)
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not an e-mail address, as kim@example.org")]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// Parses an address in any case, with surrounding blanks ignored. A name around it (`Kim <kim@example.org>`), a
    /// quoted mailbox, a number in place of a domain and a domain of one word are refused: nobody types these by purpose.
    ///
    /// # Errors
    /// [`InvalidEmailAddress`]
    pub fn new(text: &str) -> Result<Self, InvalidEmailAddress> {
        let address = text.trim().to_lowercase();
        let form = Options::default().with_required_tld().without_display_text().without_domain_literal();
        let sound = address.chars().count() <= *limits::Email::RANGE.end()
            && !address.contains('"')
            && email_address::EmailAddress::parse_with_options(&address, form).is_ok();
        if sound { Ok(Self(address)) } else { Err(InvalidEmailAddress) }
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmailAddress;
    fn try_from(text: String) -> Result<Self, InvalidEmailAddress> {
        Self::new(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> String {
        address.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for EmailAddress {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("An e-mail address; upper and lower case are the same."))
            .format(Some(utoipa::openapi::SchemaFormat::Custom("email".into())))
            .max_length(Some(*limits::Email::RANGE.end()))
            .examples(["kim@example.org"])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for EmailAddress {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_one_however_it_is_typed() {
        for text in ["kim@example.org", " Kim@Example.ORG\t", "KIM@EXAMPLE.ORG\n"] {
            assert_eq!(EmailAddress::new(text).unwrap().as_str(), "kim@example.org", "{text:?}");
        }
        for sound in ["a+b@x.example.org", "用户@例子.广告", "o'neil@example.org", "a.b@123.example"] {
            assert!(EmailAddress::new(sound).is_ok(), "{sound}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        for text in [
            "",
            "@",
            "kim",
            "kim@",
            "@example.org",
            "kim@localhost",
            "kim@example..org",
            "kim@-example.org",
            "kim@@example.org",
            "a@b@example.org",
            "\"a@b\"@example.org",
            "kim @example.org",
            "Kim <kim@example.org>",
            "kim@[127.0.0.1]",
            "kim@example.org,lee@example.org",
            "kim@example.org\0",
            "kim\u{200b}@example.org",
            &long,
        ] {
            assert_eq!(EmailAddress::new(text), Err(InvalidEmailAddress), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_an_address_for_good_or_none(text in "[ -~äß語İ@.\u{0}-\u{20}\"]{0,40}|[a-zİ.@ ]{0,20}") {
            if let Ok(address) = EmailAddress::new(&text) {
                prop_assert_eq!(EmailAddress::new(address.as_str()), Ok(address.clone()));
                prop_assert_eq!(address.as_str().matches('@').count(), 1);
            }
        }
    }
}
