//! Who is asking.

use std::fmt;

use mentora_core::ids::UserId;

/// Who is asking.
#[derive(Clone)]
pub enum Identity {
    /// Whoever this Firebase ID token names.
    Token(String),
    /// A user of a development server, who needs no password.
    Development(UserId),
    /// Nobody has said.
    Nobody,
}

// A token is as good as its owner's password for an hour: it is not for logs.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(…)"),
            Self::Development(uid) => write!(f, "Development({uid})"),
            Self::Nobody => f.write_str("Nobody"),
        }
    }
}
