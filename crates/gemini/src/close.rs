//! What a lost socket means for us. Codes 1007, 1008 and 1011 each stand for passing and for final failures, so
//! the reason text decides and the code only helps out.
//!
//! | | tried again | the student is told |
//! |---|---|---|
//! | [`Loss::RetryWithHandle`] | yes, resumed by the newest handle | nothing, unless it never helps |
//! | [`Loss::RetryFresh`] | yes, without a handle, told what was said | nothing, unless it never helps |
//! | [`Loss::Quota`] | no; the next turn waits for a while | that it will take some minutes |
//! | [`Loss::FatalAuth`], [`Loss::FatalConfig`] | no | that the teacher must be told |
//! | [`Loss::FatalRegion`] | no | that the tutor does not serve this region |

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
    /// The model is not served to where we call from: nothing will help but calling from elsewhere.
    FatalRegion,
    /// The quota is used up: trying at once makes it worse.
    Quota,
}

/// Parts of reasons (lower case), most specific first.
const REASONS: [(&str, Loss); 28] = [
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
    ("user location is not supported", Loss::FatalRegion),
    ("is not found for api version", Loss::FatalConfig),
    ("not supported for bidigeneratecontent", Loss::FatalConfig),
    ("invalid json payload", Loss::FatalConfig),
    ("invalid value at 'setup", Loss::FatalConfig),
    ("unexpected model name format", Loss::FatalConfig),
    ("response modalit", Loss::FatalConfig),
    ("request contains an invalid argument", Loss::FatalConfig),
    // Sound while a tool call was pending: what was wrong is in the past once the session is resumed.
    ("is not supported for this model configuration", Loss::RetryWithHandle),
    ("deadline expired", Loss::RetryWithHandle),
    ("internal error", Loss::RetryWithHandle),
    ("operation was aborted", Loss::RetryWithHandle),
    ("operation is not implemented", Loss::RetryWithHandle),
    ("service is currently unavailable", Loss::RetryWithHandle),
    ("overloaded", Loss::RetryWithHandle),
    ("shutting down", Loss::RetryWithHandle),
];

/// A close frame has room for so many bytes of reason; Google cuts longer texts there.
const REASON_LIMIT: usize = 123;

/// A reason that may have been cut ends with the beginning of a known part, of at least so many bytes.
const CUT_PART: usize = 10;

impl Loss {
    /// Reads a close code and its reason.
    #[must_use]
    pub fn of_close(code: u16, reason: &str) -> Self {
        let reason = reason.to_lowercase();
        match (Self::of_reason(&reason), code) {
            (Some(loss), _) => loss,
            // The one text that begins with a name of any length: what follows it may have been cut off.
            (None, 1007 | 1008) if reason.starts_with("models/") => Self::FatalConfig,
            // A refused argument without a text we know: sending the same again is refused again.
            (None, 1007) => Self::FatalConfig,
            (None, _) => Self::RetryWithHandle,
        }
    }

    /// Reads the HTTP status with which an upgrade was refused, and what was said beside it.
    #[must_use]
    pub fn of_refusal(status: u16, body: &str) -> Self {
        let said = Self::of_reason(&body.to_lowercase());
        match (status, said) {
            // A 400 or a 403 is said for many reasons; the others speak for themselves.
            (400 | 403, Some(loss)) => loss,
            (401 | 403, _) => Self::FatalAuth,
            (400 | 404, _) => Self::FatalConfig,
            (429, _) => Self::Quota,
            _ => Self::RetryWithHandle,
        }
    }

    /// What it means for a session that the model had accepted. Its configuration cannot be what was wrong: text and
    /// sound have crossed, or the context is full. A fresh session that is told what was said has neither trouble.
    #[must_use]
    pub fn after_setup(self) -> Self {
        if self == Self::FatalConfig { Self::RetryFresh } else { self }
    }

    fn of_reason(reason: &str) -> Option<Self> {
        let known = REASONS.iter().find(|(part, _)| reason.contains(part));
        let cut = || {
            let full = reason.len() + 3 >= REASON_LIMIT && reason.len() <= REASON_LIMIT;
            REASONS.iter().find(|(part, _)| full && ends_with_beginning(reason, part))
        };
        known.or_else(cut).map(|(_, loss)| *loss)
    }

    /// Whether trying again at once can help.
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(self, Self::RetryWithHandle | Self::RetryFresh)
    }
}

fn ends_with_beginning(reason: &str, part: &str) -> bool {
    (CUT_PART..part.len())
        .filter_map(|length| part.get(..length))
        .any(|beginning| reason.ends_with(beginning))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NO_MODEL: &str = "models/gemini-9-live is not found for API version v1, or is not supported for bidiGenerateContent. Call ListModels to see";

    /// Every code and reason that was seen, and what became of it.
    const SEEN: [(u16, &str, Loss); 36] = [
        (1000, "", Loss::RetryWithHandle),
        (1001, "The server is shutting down.", Loss::RetryWithHandle),
        (1005, "", Loss::RetryWithHandle),
        (1006, "", Loss::RetryWithHandle),
        (1012, "", Loss::RetryWithHandle),
        (1013, "", Loss::RetryWithHandle),
        (1007, "API key expired. Please renew the API key.", Loss::FatalAuth),
        (1007, "API key not valid. Please pass a valid API key.", Loss::FatalAuth),
        (1008, "API key not valid. Please pass a valid API key.", Loss::FatalAuth),
        (1008, "Method doesn't allow unregistered callers", Loss::FatalAuth),
        (1007, "Request contains an invalid argument.", Loss::FatalConfig),
        (
            1007,
            "Invalid JSON payload received. Unknown name \"x\" at 'setup': Cannot find field.",
            Loss::FatalConfig,
        ),
        (1007, "Invalid value at 'setup.model' (TYPE_STRING), 7", Loss::FatalConfig),
        (1007, "* BidiGenerateContentRequest.setup.model: unexpected model name format", Loss::FatalConfig),
        (
            1007,
            "The audio content type (CONTENT_TYPE_AUDIO) is not supported for this model configuration",
            Loss::RetryWithHandle,
        ),
        (1007, "User location is not supported for the API use.", Loss::FatalRegion),
        (1008, "User location is not supported for the API use.", Loss::FatalRegion),
        (1007, "", Loss::FatalConfig),
        (1007, "something else", Loss::FatalConfig),
        (1007, "Response modality TEXT is not supported", Loss::FatalConfig),
        (1008, "The requested response modalities are not supported", Loss::FatalConfig),
        (1008, NO_MODEL, Loss::FatalConfig),
        (1008, "Operation is not implemented, or supported, or enabled.", Loss::RetryWithHandle),
        (1008, "Requested entity was not found.", Loss::RetryFresh),
        (1008, "BidiGenerateContent session not found", Loss::RetryFresh),
        (1008, "The operation was aborted.", Loss::RetryWithHandle),
        (1008, "", Loss::RetryWithHandle),
        (1011, "Internal error occurred.", Loss::RetryWithHandle),
        (1011, "Internal error encountered.", Loss::RetryWithHandle),
        (1011, "Deadline expired before operation could complete.", Loss::RetryWithHandle),
        (1011, "The service is currently unavailable.", Loss::RetryWithHandle),
        (1011, "You exceeded your current quota, please check your plan", Loss::Quota),
        (1011, "Resource has been exhausted (e.g. check quota).", Loss::Quota),
        (1011, "Your prepayment credits are depleted.", Loss::Quota),
        (1008, "You exceeded your current quota, please check your plan", Loss::Quota),
        // The old socket of the same session was still open.
        (1011, "", Loss::RetryWithHandle),
    ];

    #[test]
    fn the_reason_decides_and_not_the_code() {
        for (code, reason, loss) in SEEN {
            assert_eq!(Loss::of_close(code, reason), loss, "{code} {reason}");
        }
    }

    #[test]
    fn a_reason_is_known_though_it_was_cut() {
        let cut = |text: &str| text.chars().take(REASON_LIMIT).collect::<String>();
        for (model, loss) in [(1, Loss::FatalConfig), (40, Loss::FatalConfig), (110, Loss::FatalConfig)] {
            let name = "x".repeat(model);
            let text = format!("models/{name} is not found for API version v1, or is not supported for bidi");
            assert_eq!(Loss::of_close(1008, &cut(&text)), loss, "{text}");
        }
        let padded = |before: usize, text: &str| cut(&format!("{}{text}", "x".repeat(before)));
        let quota = padded(100, "You exceeded your current quota, please check your plan");
        assert!(!quota.contains("exceeded your current quota") && quota.len() == REASON_LIMIT);
        assert_eq!(Loss::of_close(1011, &quota), Loss::Quota, "{quota}");
        assert_eq!(
            Loss::of_close(1011, "You exceeded your cur"),
            Loss::RetryWithHandle,
            "nothing was cut here"
        );
    }

    #[test]
    fn a_refused_upgrade_is_read_by_its_status_and_what_was_said() {
        let place = r#"{"error":{"code":400,"message":"User location is not supported for the API use."}}"#;
        let key = r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key."}}"#;
        for (status, body, loss) in [
            (401, "", Loss::FatalAuth),
            (403, "", Loss::FatalAuth),
            (403, place, Loss::FatalRegion),
            (400, place, Loss::FatalRegion),
            (400, key, Loss::FatalAuth),
            (400, "", Loss::FatalConfig),
            (404, "", Loss::FatalConfig),
            (429, "", Loss::Quota),
            (408, "", Loss::RetryWithHandle),
            (500, "", Loss::RetryWithHandle),
            (502, "", Loss::RetryWithHandle),
            (503, "The service is currently unavailable.", Loss::RetryWithHandle),
            (200, "", Loss::RetryWithHandle),
        ] {
            assert_eq!(Loss::of_refusal(status, body), loss, "{status} {body}");
        }
    }

    #[test]
    fn what_was_accepted_once_is_not_wrong_for_good() {
        assert_eq!(Loss::FatalConfig.after_setup(), Loss::RetryFresh);
        for loss in [Loss::RetryWithHandle, Loss::RetryFresh, Loss::FatalAuth, Loss::FatalRegion, Loss::Quota]
        {
            assert_eq!(loss.after_setup(), loss);
        }
    }

    proptest! {
        #[test]
        fn no_reason_can_panic(code in any::<u16>(), reason in ".{0,130}") {
            let _ = Loss::of_close(code, &reason);
        }
    }
}
