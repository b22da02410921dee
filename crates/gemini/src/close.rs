//! What a lost socket means for us. Codes 1007, 1008 and 1011 each stand for passing and for final failures, so
//! the reason text decides and the code only helps out.

/// What to do about a lost socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Reconnect and resume by the newest handle.
    RetryWithHandle,
    /// Reconnect without a handle: the one we hold is no good.
    RetryFresh,
    /// The key is not accepted: nothing will help but another key.
    FatalAuth,
    /// The request is not accepted: nothing will help but another configuration.
    FatalConfig,
    /// The quota is used up: trying at once makes it worse.
    Quota,
}

/// Reason prefixes or parts (lower case), most specific first.
const REASONS: [(&str, Loss); 22] = [
    ("api key expired", Loss::FatalAuth),
    ("api key not valid", Loss::FatalAuth),
    ("api_key_invalid", Loss::FatalAuth),
    ("permission denied", Loss::FatalAuth),
    ("unregistered callers", Loss::FatalAuth),
    ("exceeded your current quota", Loss::Quota),
    ("resource has been exhausted", Loss::Quota),
    ("resource_exhausted", Loss::Quota),
    ("credits are depleted", Loss::Quota),
    ("prepayment credits", Loss::Quota),
    ("session not found", Loss::RetryFresh),
    ("requested entity was not found", Loss::RetryFresh),
    // Before "is not found for", which it contains the tail of.
    ("is not found for api version", Loss::FatalConfig),
    ("not supported for bidigeneratecontent", Loss::FatalConfig),
    ("user location is not supported", Loss::FatalConfig),
    ("invalid json payload", Loss::FatalConfig),
    ("request contains an invalid argument", Loss::FatalConfig),
    ("is not supported for this model configuration", Loss::RetryWithHandle),
    ("deadline expired", Loss::RetryWithHandle),
    ("internal error", Loss::RetryWithHandle),
    ("operation was aborted", Loss::RetryWithHandle),
    ("operation is not implemented", Loss::RetryWithHandle),
];

impl Loss {
    /// Reads a close code and its reason.
    #[must_use]
    pub fn of_close(code: u16, reason: &str) -> Self {
        let reason = reason.to_lowercase();
        let known = REASONS.iter().find(|(part, _)| reason.contains(part));
        match (known, code) {
            (Some((_, loss)), _) => *loss,
            // A refused argument without a text we know: sending the same again is refused again.
            (None, 1007) => Self::FatalConfig,
            (None, _) => Self::RetryWithHandle,
        }
    }

    /// Reads the HTTP status with which an upgrade was refused.
    #[must_use]
    pub fn of_status(status: u16) -> Self {
        match status {
            401 | 403 => Self::FatalAuth,
            400 | 404 => Self::FatalConfig,
            429 => Self::Quota,
            _ => Self::RetryWithHandle,
        }
    }

    /// Whether trying again at once can help.
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(self, Self::RetryWithHandle | Self::RetryFresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_decides_and_not_the_code() {
        let model = "models/gemini-9-live is not found for API version v1, or is not supported for bidiGenerateContent";
        for (code, reason, loss) in [
            (1000, "", Loss::RetryWithHandle),
            (1006, "", Loss::RetryWithHandle),
            (1007, "API key expired. Please renew the API key.", Loss::FatalAuth),
            (1007, "Request contains an invalid argument.", Loss::FatalConfig),
            (
                1007,
                "Invalid JSON payload received. Unknown name \"x\" at 'setup': Cannot find field.",
                Loss::FatalConfig,
            ),
            (1007, "User location is not supported for the API use.", Loss::FatalConfig),
            (1007, "something else", Loss::FatalConfig),
            (1008, model, Loss::FatalConfig),
            (1008, "Operation is not implemented, or supported, or enabled.", Loss::RetryWithHandle),
            (1008, "Requested entity was not found.", Loss::RetryFresh),
            (1008, "BidiGenerateContent session not found", Loss::RetryFresh),
            (1008, "The operation was aborted.", Loss::RetryWithHandle),
            (1011, "Internal error occurred.", Loss::RetryWithHandle),
            (1011, "Deadline expired before operation could complete.", Loss::RetryWithHandle),
            (1011, "You exceeded your current quota, please check your plan", Loss::Quota),
            (1011, "Resource has been exhausted (e.g. check quota).", Loss::Quota),
        ] {
            assert_eq!(Loss::of_close(code, reason), loss, "{code} {reason}");
        }
    }

    #[test]
    fn a_refused_upgrade_is_read_by_its_status() {
        for (status, loss) in [
            (401, Loss::FatalAuth),
            (403, Loss::FatalAuth),
            (404, Loss::FatalConfig),
            (429, Loss::Quota),
            (500, Loss::RetryWithHandle),
            (503, Loss::RetryWithHandle),
        ] {
            assert_eq!(Loss::of_status(status), loss, "{status}");
        }
    }
}
