//! Close codes of the stream.

/// Why we close a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// Nothing is wrong.
    Normal,
    /// More than three bad frames.
    BadFrame,
    /// Not authenticated, or the ticket was used before.
    Unauthorized,
    /// Seen, but not allowed.
    Forbidden,
    /// No such conversation.
    NotFound,
    /// Too many frames, or too many connections.
    RateExceeded,
    /// Taken over elsewhere.
    TakenOver,
    /// The conversation has ended.
    Ended,
    /// Too slow to read.
    TooSlow,
    /// Our fault.
    Internal,
}

impl CloseCode {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::BadFrame => 4000,
            Self::Unauthorized => 4001,
            Self::Forbidden => 4003,
            Self::NotFound => 4004,
            Self::RateExceeded => 4008,
            Self::TakenOver => 4009,
            Self::Ended => 4010,
            Self::TooSlow => 4013,
            Self::Internal => 4500,
        }
    }
}
