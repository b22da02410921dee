//! The one error of the routes: what the client is told, and apart from it what only our log may know.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mentora_core::documents::Role;
use mentora_core::limits::MAX_BODY_BYTES;
use mentora_durable::conversation::calls::CallError;
use mentora_durable::conversation::sweep::SweepError;
use mentora_durable::platform::config::ConfigError;
use mentora_durable::platform::text_model::TextModelError;
use mentora_durable::repositories::RepositoryError;
use mentora_durable::repositories::page::MAX_LIMIT;
use mentora_gemini::generate::NoAnswer;
use mentora_wire::error::{ErrorBody, ErrorCode, ErrorDetail, FieldError};
use serde_json::{Map, Value};

/// Seconds after which a client may ask again when a service we need did not answer.
const RETRY_AFTER_SECONDS: u32 = 5;

/// Seconds after which a client may ask again when the model was asked too much; quotas are counted by the minute.
const QUOTA_RETRY_AFTER_SECONDS: u32 = 60;

/// Why a request was refused or failed.
///
/// It becomes a response without a body, which bears the error along; [`ApiError::render`] writes the body where
/// the request id is known.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    code: ErrorCode,
    message: Cow<'static, str>,
    details: Map<String, Value>,
    internal: Option<String>,
    retry_after_seconds: Option<u32>,
}

impl ApiError {
    /// An error that tells the client `message`.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), details: Map::new(), internal: None, retry_after_seconds: None }
    }

    /// Adds a field to `details`.
    #[must_use]
    pub fn with_detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Adds what only the log may know.
    #[must_use]
    pub fn with_internal(mut self, internal: impl ToString) -> Self {
        self.internal = Some(internal.to_string());
        self
    }

    /// For programs.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// For people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// For our log.
    #[must_use]
    pub fn internal(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    /// The body of the contract.
    #[must_use]
    pub fn render(&self, request_id: &str) -> ErrorBody {
        ErrorBody {
            error: ErrorDetail {
                code: self.code,
                message: self.message.clone().into_owned(),
                details: self.details.clone(),
                request_id: request_id.to_owned(),
            },
        }
    }
}

/// Who asks.
impl ApiError {
    /// No token at all.
    #[must_use]
    pub fn not_signed_in() -> Self {
        Self::new(
            ErrorCode::Unauthorized,
            "You are not signed in. Send `Authorization: Bearer <Firebase ID token>`.",
        )
    }

    /// A token that is not ours.
    #[must_use]
    pub fn token_refused(internal: impl ToString) -> Self {
        Self::new(
            ErrorCode::Unauthorized,
            "This token was not accepted. Sign in again and send the ID token you get then.",
        )
        .with_internal(internal)
    }

    /// A token that has run out.
    #[must_use]
    pub fn token_expired() -> Self {
        Self::new(
            ErrorCode::TokenExpired,
            "Your sign-in has run out. Ask Firebase for a fresh ID token and repeat the request.",
        )
    }

    /// A ticket that is not ours, or not for this conversation.
    #[must_use]
    pub fn ticket_refused(internal: impl ToString) -> Self {
        Self::new(
            ErrorCode::Unauthorized,
            "This ticket is not valid here. Ask for a new one with POST …/stream/tickets.",
        )
        .with_internal(internal)
    }

    /// A ticket that has run out.
    #[must_use]
    pub fn ticket_expired() -> Self {
        Self::new(
            ErrorCode::TokenExpired,
            "This ticket has run out: it is good for 60 seconds. Ask for a new one with POST …/stream/tickets.",
        )
    }

    /// A page of a foreign origin wants a stream.
    #[must_use]
    pub fn foreign_origin() -> Self {
        Self::new(ErrorCode::Forbidden, "Pages of this origin may not connect. Its operator can allow it.")
    }

    /// Seen, but not allowed.
    #[must_use]
    pub fn forbidden(message: &'static str) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }
}

/// Who knows the password of a course.
impl ApiError {
    /// No password, where one is needed.
    #[must_use]
    pub fn password_required() -> Self {
        Self::forbidden("This course has a password. Ask its staff for it, and send it as `password`.")
            .with_detail("reason", "password_required")
    }

    /// Another password than the one of the course.
    #[must_use]
    pub fn password_wrong() -> Self {
        Self::forbidden("This is not the password of the course. Check it with whoever gave it to you.")
            .with_detail("reason", "password_wrong")
    }

    /// So many wrong passwords that no other is looked at for a while.
    #[must_use]
    pub fn too_many_guesses(wait_ms: i64) -> Self {
        let seconds = u32::try_from(wait_ms.div_euclid(1_000) + 1).unwrap_or(u32::MAX);
        let message = "Too many wrong passwords were sent. Wait a quarter of an hour, then try again.";
        let mut error = Self::new(ErrorCode::RateLimited, message);
        error.retry_after_seconds = Some(seconds);
        error
    }
}

/// What is asked for.
impl ApiError {
    /// No route has this path.
    #[must_use]
    pub fn no_such_route() -> Self {
        Self::new(ErrorCode::NotFound, "There is nothing here. `GET /api/openapi.json` lists what there is.")
    }

    /// The path is known, the method is not.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            ErrorCode::MethodNotAllowed,
            "This method is not known here. The `Allow` header lists those that are.",
        )
    }

    /// No such course, or not for these eyes.
    #[must_use]
    pub fn course_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such course, or you are not in it.")
    }

    /// Nobody holds this course code.
    #[must_use]
    pub fn course_code_not_found() -> Self {
        Self::new(
            ErrorCode::NotFound,
            "No course has this code. Check it with whoever gave it to you; case does not matter.",
        )
    }

    /// No such announcement in this course.
    #[must_use]
    pub fn announcement_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such announcement in this course.")
    }

    /// Nobody in this course has this entry.
    #[must_use]
    pub fn member_not_found() -> Self {
        Self::new(
            ErrorCode::NotFound,
            "Nobody of that id is on the roster of this course. An invitation changes its id when it is taken up.",
        )
    }

    /// No such topic, or not for these eyes.
    #[must_use]
    pub fn topic_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such topic, or you are not in its course.")
    }

    /// No such assignment, or not for these eyes.
    #[must_use]
    pub fn assignment_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such assignment, or you are not in its course.")
    }

    /// No such persona, or not for these eyes.
    #[must_use]
    pub fn persona_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such persona, or you are not in its course.")
    }

    /// No such conversation, or not for these eyes.
    #[must_use]
    pub fn conversation_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such conversation, or it is not yours to see.")
    }

    /// No such submission, or not for these eyes.
    #[must_use]
    pub fn submission_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such submission, or it is not yours to see.")
    }

    /// What a call to the store failed with, where what is not there has a text of its own.
    pub fn missing(not_found: fn() -> Self) -> impl Fn(RepositoryError) -> Self {
        move |error| if error == RepositoryError::NotFound { not_found() } else { error.into() }
    }

    /// No such device, or another user's.
    #[must_use]
    pub fn device_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "You have no such device. It may have been removed already.")
    }
}

/// What is sent.
impl ApiError {
    /// Offences against the contract.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let message = match fields.as_slice() {
            [only] if only.path.is_empty() => format!("The request is not valid: {}.", only.message),
            [only] => format!("The request is not valid: `{}` {}.", only.path, only.message),
            _ => format!("The request is not valid in {} places; see `details.fields`.", fields.len()),
        };
        let fields = serde_json::to_value(fields).unwrap_or_default();
        Self::new(ErrorCode::ValidationError, message).with_detail("fields", fields)
    }

    /// One offence at `path`.
    #[must_use]
    pub fn invalid_field(path: &str, message: &str) -> Self {
        Self::invalid(vec![FieldError::new(path, message)])
    }

    /// A cursor that no list gave out, or another list did.
    #[must_use]
    pub fn cursor_refused() -> Self {
        Self::invalid_field("cursor", "is not the `nextCursor` of a page of this list")
    }

    /// The body is not JSON.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        Self::new(ErrorCode::UnsupportedMediaType, "Send the body as `Content-Type: application/json`.")
    }

    /// The body is not a file of a spreadsheet.
    #[must_use]
    pub fn not_csv() -> Self {
        Self::new(ErrorCode::UnsupportedMediaType, "Send the file as `Content-Type: text/csv`, in UTF-8.")
    }

    /// The body is too long.
    #[must_use]
    pub fn payload_too_large() -> Self {
        Self::new(ErrorCode::PayloadTooLarge, "The body is too long: 1 MiB is the most.")
            .with_detail("maxBytes", MAX_BODY_BYTES)
    }
}

/// What is in the way.
impl ApiError {
    /// Too many requests; in so many seconds there will be room again.
    #[must_use]
    pub fn rate_limited(seconds: u32) -> Self {
        let message = "Too many requests came in a short time. Wait a minute, then go on.";
        let mut error = Self::new(ErrorCode::RateLimited, message);
        error.retry_after_seconds = Some(seconds);
        error
    }

    /// The state of things does not allow it.
    #[must_use]
    pub fn conflict(message: &'static str) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    /// The same request is being carried out at this moment.
    #[must_use]
    pub fn still_at_work() -> Self {
        let mut error = Self::conflict(
            "A request with this `Idempotency-Key` is being carried out. Send it again in a few seconds to get its answer.",
        );
        error.retry_after_seconds = Some(RETRY_AFTER_SECONDS);
        error
    }

    /// The key was used for something else.
    #[must_use]
    pub fn key_of_another_request() -> Self {
        Self::new(
            ErrorCode::IdempotencyConflict,
            "Another request was sent with this `Idempotency-Key` within the last 24 hours. Take a new key for each request.",
        )
    }

    /// Another course holds the code.
    #[must_use]
    pub fn course_code_taken() -> Self {
        Self::new(ErrorCode::AlreadyExists, "Another course has this code already. Choose another one.")
            .with_detail("fields", serde_json::json!([FieldError::new("code", "is taken")]))
    }

    /// Students are still arguing in a course that is to be deleted.
    #[must_use]
    pub fn conversations_open(count: usize) -> Self {
        let message = "Conversations are still open in this course. End them first, or repeat with `?force=true` to end them all.";
        Self::conflict(message).with_detail("openConversations", count)
    }

    /// A course is deleted, but some of its conversations go on.
    #[must_use]
    pub fn course_not_swept(internal: impl ToString) -> Self {
        let message = "The course is deleted, but some of its conversations have not ended yet. Repeat the request to go on.";
        Self::upstream_unavailable(message, internal)
    }

    /// The address is on the roster, but not as what it is invited to be.
    #[must_use]
    pub fn already_on_roster(role: Role) -> Self {
        let name = serde_json::to_value(role).unwrap_or_default();
        let role = name.as_str().unwrap_or_default();
        let message =
            format!("This address is on the roster already, as `{role}`. Change the role there with PATCH.");
        Self::new(ErrorCode::AlreadyExists, message).with_detail("role", role)
    }

    /// Assignments name a persona that should go.
    #[must_use]
    pub fn persona_in_use(count: usize) -> Self {
        let (assignments, name) = if count == 1 { ("assignment", "names") } else { ("assignments", "name") };
        let most = usize::try_from(MAX_LIMIT).unwrap_or(usize::MAX);
        let at_least = if count < most { "" } else { "At least " };
        Self::new(
            ErrorCode::Conflict,
            format!("{at_least}{count} {assignments} of the course {name} this persona. Give them another one first."),
        )
        .with_detail("assignments", count)
    }

    /// A setting has no value. Its name is no secret: `/api/health` tells it too.
    #[must_use]
    pub fn not_configured(setting: &'static str) -> Self {
        Self::new(
            ErrorCode::UpstreamUnavailable,
            format!(
                "This is switched off here: `{setting}` is not set. The operator of this server can set it."
            ),
        )
    }

    /// A setting cannot be meant: nothing is served on a guess. The error names the setting, never its value.
    #[must_use]
    pub fn misconfigured(error: &ConfigError) -> Self {
        Self::new(
            ErrorCode::UpstreamUnavailable,
            format!("This server is not set up correctly and serves nothing: {error}. Its operator can correct it."),
        )
        .with_detail("setting", error.setting())
    }

    /// A service we need does not answer.
    #[must_use]
    pub fn upstream_unavailable(message: &'static str, internal: impl ToString) -> Self {
        let mut error = Self::new(ErrorCode::UpstreamUnavailable, message).with_internal(internal);
        error.retry_after_seconds = Some(RETRY_AFTER_SECONDS);
        error
    }

    /// Our fault.
    #[must_use]
    pub fn internal_error(internal: impl ToString) -> Self {
        Self::new(
            ErrorCode::InternalError,
            "Something went wrong on our side. Try again; if it stays, report the `requestId`.",
        )
        .with_internal(internal)
    }
}

impl From<RepositoryError> for ApiError {
    fn from(error: RepositoryError) -> Self {
        let internal = error.to_string();
        match error {
            RepositoryError::NotFound => Self::new(ErrorCode::NotFound, "It is not there any more."),
            RepositoryError::AlreadyExists => Self::new(ErrorCode::AlreadyExists, "There is one already."),
            RepositoryError::Conflict => {
                Self::conflict("Somebody else changed this at the same moment. Read it again, then repeat.")
            }
            RepositoryError::Stale => Self::new(
                ErrorCode::PreconditionFailed,
                "It was changed since you read it. Read it again, then repeat with the `etag` that it has now.",
            ),
            RepositoryError::InvalidCursor => Self::cursor_refused(),
            RepositoryError::Unavailable => Self::upstream_unavailable(
                "The document store does not answer at the moment. Try again in a few seconds.",
                internal,
            ),
            RepositoryError::Internal(_) => Self::internal_error(internal),
        }
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        Self::new(error.code, error.message)
    }
}

impl From<SweepError> for ApiError {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Store(error) => error.into(),
            SweepError::Call(error) => error.into(),
            SweepError::TooMany => Self::conflict(
                "Very many conversations are open. Many of them were ended now; repeat to go on.",
            ),
        }
    }
}

impl From<TextModelError> for ApiError {
    fn from(error: TextModelError) -> Self {
        let internal = error.to_string();
        match error {
            TextModelError::NoKey => Self::not_configured("GEMINI_API_KEY"),
            TextModelError::NoRequest(_) | TextModelError::NoAnswer(NoAnswer::Refused(..)) => Self::new(
                ErrorCode::UpstreamUnavailable,
                "The model does not take our questions. The operator of this server has to look into it.",
            )
            .with_internal(internal),
            TextModelError::NoAnswer(NoAnswer::Quota(_)) => {
                let mut error = Self::new(
                    ErrorCode::UpstreamQuota,
                    "The model has been asked too much at the moment. Try again in a minute.",
                );
                error.retry_after_seconds = Some(QUOTA_RETRY_AFTER_SECONDS);
                error.with_internal(internal)
            }
            TextModelError::NoAnswer(NoAnswer::Withheld(reason)) => Self::conflict(
                "The model would not answer this: its safety rules forbid it. Put it in other words.",
            )
            .with_detail("reason", reason),
            TextModelError::NoAnswer(NoAnswer::Empty(_)) => {
                Self::upstream_unavailable("The model gave no answer. Try again.", internal)
            }
            TextModelError::Unreachable(_)
            | TextModelError::NoAnswer(NoAnswer::Failed(..) | NoAnswer::Unreadable(_)) => {
                Self::upstream_unavailable(
                    "The model does not answer at the moment. Try again in a few seconds.",
                    internal,
                )
            }
        }
    }
}

impl From<worker::Error> for ApiError {
    fn from(error: worker::Error) -> Self {
        Self::internal_error(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_log_knows_never_reaches_the_client() {
        let error = ApiError::from(RepositoryError::Internal("secret of projects/p/databases".into()));
        let told = serde_json::to_string(&error.render("r1")).unwrap();
        assert!(!told.contains("secret"), "{told}");
        assert!(error.internal().unwrap().contains("secret"));
    }

    #[test]
    fn every_domain_error_has_its_code_and_status() {
        let table = [
            (ApiError::from(RepositoryError::NotFound), ErrorCode::NotFound, 404),
            (ApiError::from(RepositoryError::AlreadyExists), ErrorCode::AlreadyExists, 409),
            (ApiError::from(RepositoryError::Conflict), ErrorCode::Conflict, 409),
            (ApiError::from(RepositoryError::Stale), ErrorCode::PreconditionFailed, 412),
            (ApiError::from(RepositoryError::InvalidCursor), ErrorCode::ValidationError, 400),
            (ApiError::from(RepositoryError::Unavailable), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::from(RepositoryError::Internal(String::new())), ErrorCode::InternalError, 500),
            (ApiError::not_signed_in(), ErrorCode::Unauthorized, 401),
            (ApiError::token_refused(""), ErrorCode::Unauthorized, 401),
            (ApiError::token_expired(), ErrorCode::TokenExpired, 401),
            (ApiError::ticket_refused(""), ErrorCode::Unauthorized, 401),
            (ApiError::ticket_expired(), ErrorCode::TokenExpired, 401),
            (ApiError::foreign_origin(), ErrorCode::Forbidden, 403),
            (ApiError::course_not_found(), ErrorCode::NotFound, 404),
            (ApiError::announcement_not_found(), ErrorCode::NotFound, 404),
            (ApiError::member_not_found(), ErrorCode::NotFound, 404),
            (ApiError::topic_not_found(), ErrorCode::NotFound, 404),
            (ApiError::assignment_not_found(), ErrorCode::NotFound, 404),
            (ApiError::conversation_not_found(), ErrorCode::NotFound, 404),
            (ApiError::submission_not_found(), ErrorCode::NotFound, 404),
            (ApiError::device_not_found(), ErrorCode::NotFound, 404),
            (ApiError::persona_not_found(), ErrorCode::NotFound, 404),
            (ApiError::persona_in_use(2), ErrorCode::Conflict, 409),
            (ApiError::from(SweepError::TooMany), ErrorCode::Conflict, 409),
            (ApiError::from(TextModelError::NoKey), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::from(TextModelError::Unreachable(String::new())), ErrorCode::UpstreamUnavailable, 503),
            (no_answer(NoAnswer::Quota(String::new())), ErrorCode::UpstreamQuota, 503),
            (no_answer(NoAnswer::Refused(400, String::new())), ErrorCode::UpstreamUnavailable, 503),
            (no_answer(NoAnswer::Withheld("SAFETY".into())), ErrorCode::Conflict, 409),
            (no_answer(NoAnswer::Empty("STOP".into())), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::no_such_route(), ErrorCode::NotFound, 404),
            (ApiError::method_not_allowed(), ErrorCode::MethodNotAllowed, 405),
            (ApiError::invalid_field("a", "b"), ErrorCode::ValidationError, 400),
            (ApiError::already_on_roster(Role::Ta), ErrorCode::AlreadyExists, 409),
            (ApiError::course_code_taken(), ErrorCode::AlreadyExists, 409),
            (ApiError::password_required(), ErrorCode::Forbidden, 403),
            (ApiError::password_wrong(), ErrorCode::Forbidden, 403),
            (ApiError::too_many_guesses(1), ErrorCode::RateLimited, 429),
            (ApiError::conversations_open(1), ErrorCode::Conflict, 409),
            (ApiError::course_not_swept(""), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::still_at_work(), ErrorCode::Conflict, 409),
            (ApiError::key_of_another_request(), ErrorCode::IdempotencyConflict, 409),
            (ApiError::rate_limited(60), ErrorCode::RateLimited, 429),
            (ApiError::payload_too_large(), ErrorCode::PayloadTooLarge, 413),
            (ApiError::not_csv(), ErrorCode::UnsupportedMediaType, 415),
            (ApiError::unsupported_media_type(), ErrorCode::UnsupportedMediaType, 415),
            (ApiError::not_configured("TICKET_SECRET"), ErrorCode::UpstreamUnavailable, 503),
            (
                ApiError::misconfigured(&ConfigError::OnlyLocal("FIRESTORE_EMULATOR_HOST")),
                ErrorCode::UpstreamUnavailable,
                503,
            ),
        ];
        for (error, code, status) in table {
            assert_eq!(error.code(), code, "{error:?}");
            assert_eq!(error.into_response().status().as_u16(), status);
        }
    }

    fn no_answer(why: NoAnswer) -> ApiError {
        TextModelError::NoAnswer(why).into()
    }

    #[test]
    fn what_google_says_of_a_refusal_is_for_the_log() {
        let error = no_answer(NoAnswer::Refused(400, "API key not valid".into()));
        assert!(!serde_json::to_string(&error.render("r1")).unwrap().contains("key"));
        assert!(error.internal().unwrap().contains("API key not valid"));
        let quota = no_answer(NoAnswer::Quota(String::new())).into_response();
        assert_eq!(quota.headers()[header::RETRY_AFTER], "60");
    }

    #[test]
    fn a_call_error_keeps_its_code_and_text() {
        let call = CallError { code: ErrorCode::TurnInProgress, message: "Wait for the tutor.".into() };
        let body = ApiError::from(call).render("r1");
        assert_eq!(body.error.code, ErrorCode::TurnInProgress);
        assert_eq!(body.error.message, "Wait for the tutor.");
        assert_eq!(body.error.request_id, "r1");
    }

    #[test]
    fn an_unavailable_store_says_when_to_come_back() {
        let response = ApiError::from(RepositoryError::Unavailable).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
        let response = ApiError::rate_limited(60).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "60");
    }
}
