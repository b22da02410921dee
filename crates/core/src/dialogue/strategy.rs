//! The moves.

use serde::{Deserialize, Serialize};

/// A move of the tutor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Ask what is meant.
    Clarify,
    /// Ask for the ground it stands on.
    Challenge,
    /// Argue the other side.
    DevilsAdvocate,
    /// Go on with the thought.
    Continue,
    /// Bring it to a close.
    Conclude,
}

impl Strategy {
    /// Every move, in the order in which they are thought of: what is unclear cannot be challenged, what has no ground
    /// needs no other side.
    pub const ALL: [Self; 5] =
        [Self::Clarify, Self::Challenge, Self::DevilsAdvocate, Self::Continue, Self::Conclude];

    /// Its name in JSON, in file names and in guidance.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clarify => "clarify",
            Self::Challenge => "challenge",
            Self::DevilsAdvocate => "devils_advocate",
            Self::Continue => "continue",
            Self::Conclude => "conclude",
        }
    }

    /// Whether an assignment may leave the move out; going on and closing are always possible.
    #[must_use]
    pub const fn is_optional(self) -> bool {
        !matches!(self, Self::Continue | Self::Conclude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_has_one_name_everywhere() {
        for strategy in Strategy::ALL {
            assert_eq!(serde_json::to_value(strategy).unwrap(), strategy.name());
        }
    }
}
