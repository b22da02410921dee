//! Every way in which the model's socket is known to go: codes and reasons seen in the wild, refused upgrades, and none.

use mentora_gemini::Loss;

/// How a socket went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// With a code and a reason.
    Closed(u16, &'static str),
    /// The upgrade was refused with a status.
    Refused(u16),
}

impl Gone {
    /// As the shell reads it.
    pub fn loss(self) -> Loss {
        match self {
            Self::Closed(code, reason) => Loss::of_close(code, reason),
            Self::Refused(status) => Loss::of_refusal(status, ""),
        }
    }
}

/// All of them; a run counts each.
pub const CLOSES: [Gone; 29] = [
    Gone::Closed(1000, ""),
    Gone::Closed(1001, ""),
    Gone::Closed(1005, ""),
    Gone::Closed(1006, ""),
    Gone::Closed(1007, "API key expired. Please renew the API key."),
    Gone::Closed(1007, "API key not valid. Please pass a valid API key."),
    Gone::Closed(1007, "Request contains an invalid argument."),
    Gone::Closed(
        1007,
        "Invalid JSON payload received. Unknown name \"proactivity\" at 'setup': Cannot find field.",
    ),
    Gone::Closed(
        1007,
        "The audio content type (CONTENT_TYPE_AUDIO) is not supported for this model configuration",
    ),
    Gone::Closed(1007, "User location is not supported for the API use."),
    Gone::Closed(1007, "setup must be the first message and only the first."),
    Gone::Closed(
        1008,
        "models/gemini-9-live is not found for API version v1beta, or is not supported for bidiGenerateContent. Call List",
    ),
    Gone::Closed(1008, "Operation is not implemented, or supported, or enabled."),
    Gone::Closed(1008, "Requested entity was not found."),
    Gone::Closed(1008, "BidiGenerateContent session not found"),
    Gone::Closed(1008, "The operation was aborted."),
    Gone::Closed(1011, "Internal error occurred."),
    Gone::Closed(1011, "Internal error encountered."),
    Gone::Closed(1011, "Deadline expired before operation could complete."),
    Gone::Closed(1011, "You exceeded your current quota, please check your plan and billing details."),
    Gone::Closed(1011, "Resource has been exhausted (e.g. check quota)."),
    Gone::Closed(1011, "Your prepayment credits are depleted."),
    Gone::Closed(1011, ""),
    Gone::Refused(400),
    Gone::Refused(401),
    Gone::Refused(403),
    Gone::Refused(404),
    Gone::Refused(429),
    Gone::Refused(503),
];

/// Those that a connection which works may end with at any moment: what is final shows itself at the setup, but for keys
/// and quotas, which run out.
pub fn passing() -> impl Iterator<Item = usize> {
    (0..CLOSES.len()).filter(|at| CLOSES[*at].loss().is_passing())
}
