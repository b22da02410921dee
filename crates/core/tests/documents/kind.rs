//! Every kind of document.

use mentora_core::documents::{
    Announcement, Assignment, Contribution, Conversation, Course, CourseSecret, Device, Job, LedgerEntry,
    Member, NewsItem, Notification, PendingResponse, Persona, Reconciliation, Statistics, StreamingSession,
    Submission, Topic, User, Wallet,
};
use mentora_core::rules::Ruled;
use mentora_core::schema::plain;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::example;

/// A kind of document.
pub struct Kind {
    /// The name of its type.
    pub name: String,
    /// Where it stands.
    pub path: &'static str,
    /// One with all of its fields.
    pub example: Value,
    /// Reads one, checks it, and writes it again; says what is wrong with it.
    pub read: fn(Value) -> Result<Value, String>,
    /// Its schema and those that it refers to, by name.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl Kind {
    fn of<T: ToSchema + Ruled + Serialize + DeserializeOwned>(path: &'static str, example: &T) -> Self {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        let schemas = schemas.into_iter().map(|(name, schema)| (name, plain(schema))).collect();
        let example = serde_json::to_value(example).unwrap();
        Self { name: T::name().into_owned(), path, example, read: read::<T>, schemas }
    }
}

fn read<T: Ruled + Serialize + DeserializeOwned>(value: Value) -> Result<Value, String> {
    let document: T = serde_json::from_value(value).map_err(|error| error.to_string())?;
    match document.offences().into_iter().next() {
        Some(offence) => Err(format!("{} {}", offence.path, offence.message)),
        None => Ok(serde_json::to_value(document).unwrap()),
    }
}

/// All of them.
pub fn all() -> Vec<Kind> {
    vec![
        Kind::of::<User>("users/{uid}", &example::user()),
        Kind::of::<Device>("users/{uid}/devices/{deviceId}", &example::device()),
        Kind::of::<Course>("courses/{courseId}", &example::course()),
        Kind::of::<Member>("courses/{courseId}/roster/{memberId}", &example::member()),
        Kind::of::<Announcement>(
            "courses/{courseId}/announcements/{announcementId}",
            &example::announcement(),
        ),
        Kind::of::<CourseSecret>("courses/{courseId}/secrets/join", &example::course_secret()),
        Kind::of::<Topic>("topics/{topicId}", &example::topic()),
        Kind::of::<Assignment>("assignments/{assignmentId}", &example::assignment()),
        Kind::of::<Persona>("personas/{personaId}", &example::persona()),
        Kind::of::<Conversation>("conversations/{conversationId}", &example::conversation()),
        Kind::of::<Submission>("submissions/{submissionId}", &example::submission()),
        Kind::of::<Wallet>("wallets/{walletId}", &example::wallet()),
        Kind::of::<LedgerEntry>("wallets/{walletId}/ledger/{entryId}", &example::ledger_entry()),
        Kind::of::<StreamingSession>("streamingSessions/{sessionId}", &example::streaming_session()),
        Kind::of::<Statistics>("statistics/{assignmentId}", &example::statistics()),
        Kind::of::<Contribution>(
            "statistics/{assignmentId}/contributions/{conversationId}",
            &example::contribution(),
        ),
        Kind::of::<Reconciliation>("reconciliations/{day}", &example::reconciliation()),
        Kind::of::<Job>("jobs/{name}", &example::job()),
        Kind::of::<NewsItem>("news/{newsId}", &example::news_item()),
        Kind::of::<PendingResponse>("pendingResponses/{conversationId}", &example::pending_response()),
        Kind::of::<Notification>("notifications/{notificationId}", &example::notification()),
    ]
}
