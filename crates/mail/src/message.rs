//! A letter under way.

use crate::letter::Written;
use crate::mailbox::Mailbox;

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// From whom.
    pub from: Mailbox,
    /// To whom; a letter has one reader.
    pub to: Mailbox,
    /// What it says.
    pub written: Written,
    /// Our own id of it, which SendGrid keeps beside the mail and tells in its events: by it a mail that went out twice is
    /// found.
    pub notification: String,
}
