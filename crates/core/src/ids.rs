//! Identifiers. All are opaque strings of `[A-Za-z0-9_-]{1,128}`, so that they fit a Firestore document id, a
//! URL segment and a Durable Object name without escaping; each kind has its own type.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::documents::NewsKind;
use crate::email::EmailAddress;

/// The longest identifier, in bytes.
pub const MAX_ID_LEN: usize = 128;

/// A string that cannot be an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to 128 characters of A-Z a-z 0-9 _ -")]
pub struct InvalidId;

fn check(value: &str) -> Result<(), InvalidId> {
    let sane = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if (1..=MAX_ID_LEN).contains(&value.len()) && value.bytes().all(sane) { Ok(()) } else { Err(InvalidId) }
}

#[cfg(feature = "openapi")]
fn schema(about: &str) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .description(Some(about.trim()))
        .pattern(Some(format!("^[A-Za-z0-9_-]{{1,{MAX_ID_LEN}}}$")))
        .into()
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses an identifier.
            ///
            /// # Errors
            /// [`InvalidId`] when the text is empty, too long or holds another character.
            pub fn new(value: impl Into<String>) -> Result<Self, InvalidId> {
                let value = value.into();
                check(&value).map(|()| Self(value))
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(value: String) -> Result<Self, InvalidId> {
                Self::new(value)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                schema(concat!($($doc),*))
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )*};
}

ids! {
    /// A person: the `sub` of the Firebase ID token.
    UserId
    /// A course.
    CourseId
    /// A topic of a course.
    TopicId
    /// An assignment: the question that is argued.
    AssignmentId
    /// A conversation between one student and the tutor about one assignment.
    ConversationId
    /// One contribution to a conversation.
    TurnId
    /// A member of a roster: the user's id once joined.
    MemberId
    /// A browser or a phone that a user is told things on.
    DeviceId
    /// An announcement of a course.
    AnnouncementId
    /// A persona that staff made; the built-in ones have ids of the same kind.
    PersonaId
    /// What a student hands in for an assignment.
    SubmissionId
    /// A wallet: the id of the user or of the course that it belongs to.
    WalletId
    /// An entry of a ledger.
    LedgerEntryId
    /// One opening of the model's Live API.
    StreamingSessionId
    /// Something that one person is told once.
    NotificationId
    /// What people are to be told: made of what it is about.
    NewsId
}

impl SubmissionId {
    /// The one submission of a student to an assignment. Assignments have ids of letters and digits, so the first `_`
    /// ends theirs.
    ///
    /// # Errors
    /// [`InvalidId`] when the two are too long to stand in one id.
    pub fn of(assignment: &AssignmentId, user: &UserId) -> Result<Self, InvalidId> {
        Self::new(format!("{assignment}_{user}"))
    }
}

impl WalletId {
    /// The wallet of a user.
    #[must_use]
    pub fn of_user(user: &UserId) -> Self {
        Self(user.0.clone())
    }

    /// The wallet of a course.
    #[must_use]
    pub fn of_course(course: &CourseId) -> Self {
        Self(course.0.clone())
    }
}

impl UserId {
    /// Nobody: what Mentora does by itself.
    #[must_use]
    pub fn system() -> Self {
        Self("system".to_owned())
    }
}

impl LedgerEntryId {
    /// The entry of an idempotency key: whatever is charged again under one key is one entry, because a document is made
    /// once.
    #[must_use]
    pub fn of(idempotency_key: &str) -> Self {
        Self(digest(idempotency_key))
    }
}

impl NotificationId {
    /// The notification of a key, which names what it is about: told again under one key, it is the same one. Nothing can
    /// be read from it, since it leaves the house with the mail.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self(digest(key))
    }
}

impl NewsId {
    /// What is to be told of a thing: told anew before all have heard it, it is the same.
    #[must_use]
    pub fn of(kind: NewsKind, about: &str) -> Self {
        Self(digest(format!("{}:{about}", kind.as_str())))
    }
}

impl MemberId {
    /// The entry of whoever was invited by an address and has yet to join: invited again, it is the same one.
    #[must_use]
    pub fn invited(address: &EmailAddress) -> Self {
        Self(digest(address.as_str()))
    }

    /// The entry of a user who has joined.
    #[must_use]
    pub fn of_user(user: &UserId) -> Self {
        Self(user.0.clone())
    }
}

impl DeviceId {
    /// The device that a push token reaches: registered again, it is the same one. The token cannot be read from it.
    #[must_use]
    pub fn of(push_token: &str) -> Self {
        Self(digest(push_token))
    }
}

/// A text of any form and length as 64 characters that an id may have.
#[must_use]
pub fn digest(text: impl AsRef<[u8]>) -> String {
    Sha256::digest(text.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl TurnId {
    /// The id of the turn at `index` of a conversation: deterministic, so that whatever is retried after a crash
    /// names the same turn.
    #[must_use]
    pub fn of(conversation: &ConversationId, index: u32) -> Self {
        // A conversation's own id is at most 40 characters (we make it), so this fits; should a foreign one be
        // longer, its tail is what tells conversations apart the least.
        let stem: String = conversation.0.chars().take(MAX_ID_LEN - 12).collect();
        Self(format!("{stem}-{index}"))
    }
}

impl StreamingSessionId {
    /// The id of the session of that number of a conversation: deterministic, so that whatever is retried after a crash
    /// names the same session.
    #[must_use]
    pub fn of(conversation: &ConversationId, number: u32) -> Self {
        let stem: String = conversation.0.chars().take(MAX_ID_LEN - 12).collect();
        Self(format!("{stem}-s{number}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_url_segment_without_escaping() {
        assert!(UserId::new("teacher").is_ok());
        assert!(UserId::new("a".repeat(128)).is_ok());
        for bad in ["", "a b", "a/b", "ä", "a.b", &"a".repeat(129)] {
            assert_eq!(UserId::new(bad), Err(InvalidId), "{bad}");
        }
    }

    #[test]
    fn an_id_from_json_is_checked() {
        assert!(serde_json::from_str::<UserId>("\"../x\"").is_err());
    }

    #[test]
    fn an_idempotency_key_of_any_form_names_one_ledger_entry() {
        let entry = LedgerEntryId::of("stripe:evt_1/ä");
        assert!(LedgerEntryId::new(entry.as_str()).is_ok());
        assert_eq!(entry, LedgerEntryId::of("stripe:evt_1/ä"));
        assert_ne!(entry, LedgerEntryId::of("stripe:evt_2/ä"));
    }

    #[test]
    fn a_push_token_of_any_form_names_one_device_and_is_not_in_its_name() {
        let token = "cX9:APA91b-fox/🦊".repeat(200);
        let device = DeviceId::of(&token);
        assert!(DeviceId::new(device.as_str()).is_ok());
        assert_eq!(device, DeviceId::of(&token));
        assert_ne!(device, DeviceId::of(&format!("{token}x")));
        assert!(!device.as_str().contains("APA91b"));
    }

    #[test]
    fn an_address_names_one_invitation_however_it_is_typed_and_is_not_in_its_name() {
        let invited = |address: &str| MemberId::invited(&EmailAddress::new(address).unwrap());
        let kim = invited("kim@example.org");
        assert!(MemberId::new(kim.as_str()).is_ok());
        assert_eq!(kim, invited(" Kim@Example.org "));
        assert_ne!(kim, invited("lee@example.org"));
        assert!(!kim.as_str().contains("kim"));
    }

    #[test]
    fn a_submission_is_named_by_assignment_and_student() {
        let (assignment, user) = (AssignmentId::new("a1").unwrap(), UserId::new("u_1").unwrap());
        assert_eq!(SubmissionId::of(&assignment, &user).unwrap().as_str(), "a1_u_1");
        let long = UserId::new("u".repeat(128)).unwrap();
        assert_eq!(SubmissionId::of(&assignment, &long), Err(InvalidId));
    }

    #[test]
    fn a_turn_id_is_valid_however_long_the_conversation_id() {
        let conversation = ConversationId::new("c".repeat(128)).unwrap();
        assert!(TurnId::new(TurnId::of(&conversation, u32::MAX).as_str()).is_ok());
    }
}
