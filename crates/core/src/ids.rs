//! Identifiers. All are opaque strings of `[A-Za-z0-9_-]{1,128}`, so that they fit a Firestore document id, a
//! URL segment and a Durable Object name without escaping; each kind has its own type.

use std::fmt;

use serde::{Deserialize, Serialize};

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

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
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
    fn a_turn_id_is_valid_however_long_the_conversation_id() {
        let conversation = ConversationId::new("c".repeat(128)).unwrap();
        assert!(TurnId::new(TurnId::of(&conversation, u32::MAX).as_str()).is_ok());
    }
}
