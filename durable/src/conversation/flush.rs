//! Turns and the state of the conversation on their way to Firestore.

use std::rc::Rc;

use mentora_core::ids::ConversationId;
use mentora_firestore::value::to_value;
use mentora_firestore::{Error, FieldPath, Kind, Precondition, Timestamp, Write, to_fields};
use mentora_session::{FlushBatch, FlushOutcome, Input};

use super::shell::{AtHand, Shell};
use crate::platform::documents::Documents;
use crate::repositories::conversations;

/// The one of them that is taken away again.
const STREAMING_SESSION: &str = "streamingSession";

/// What the object changes; everything else in the document is others'.
const OWNED: [&str; 11] = [
    "state",
    "endReason",
    "turnCount",
    "tokenUsage",
    "costMicros",
    "rules",
    "summary",
    STREAMING_SESSION,
    "lastActionAt",
    "closedAt",
    "updatedAt",
];

/// Writes a batch and reports how it went.
pub(super) async fn run(shell: Rc<Shell>, conversation: ConversationId, batch: FlushBatch) {
    let writing = shell.outgoing.documents.lock().await;
    if shell.is_erased() {
        return;
    }
    let outcome =
        write(&shell.documents(), &conversation, &batch).await.unwrap_or_else(FlushOutcome::Refused);
    drop(writing);
    shell.tell_store();
    let input = Input::Flushed { revision: batch.revision, turns: batch.upto, outcome };
    shell.feed_and_arm(input, AtHand::Nothing).await;
}

/// `Err` is a failure of our own, which no repetition mends.
async fn write(
    documents: &Documents,
    id: &ConversationId,
    batch: &FlushBatch,
) -> Result<FlushOutcome, String> {
    let path = conversations::path(id).map_err(|error| error.to_string())?;
    let known = batch.update_time.as_deref().and_then(|text| Timestamp::parse(text).ok());
    let update_time = match known {
        Some(update_time) => update_time,
        None => match documents.get(&path).await {
            Ok(Some(document)) => document.update_time,
            Ok(None) => return Ok(FlushOutcome::Refused("the conversation's document is gone".into())),
            Err(error) => return Ok(outcome_of(&error)),
        },
    };
    let mut fields = to_fields(&batch.conversation).map_err(|error| error.to_string())?;
    fields.retain(|name, _| OWNED.contains(&name.as_str()));
    let mut touched: Vec<_> = fields.keys().map(|name| FieldPath::new([name])).collect();
    // No session is open: the document names none.
    if batch.conversation.streaming_session.is_none() {
        touched.push(FieldPath::new([STREAMING_SESSION]));
    }
    let mut write =
        Write::update(path, fields).masked(touched).only_if(Precondition::UpdateTime(update_time));
    if !batch.turns.is_empty() {
        let turns: Result<Vec<_>, _> = batch.turns.iter().map(to_value).collect();
        write = write.append_missing("turns", turns.map_err(|error| error.to_string())?);
    }
    Ok(match documents.commit(&[write]).await {
        Ok(result) => match result.writes.first().and_then(|written| written.update_time) {
            Some(update_time) => FlushOutcome::Done { update_time: update_time.to_string() },
            // Written, at a version that was not told: the next one reads it.
            None => FlushOutcome::Unsure,
        },
        Err(error) => outcome_of(&error),
    })
}

fn outcome_of(error: &Error) -> FlushOutcome {
    match error.kind {
        Kind::FailedPrecondition | Kind::Aborted | Kind::UnknownOutcome => FlushOutcome::Unsure,
        Kind::NotFound | Kind::AlreadyExists | Kind::InvalidArgument | Kind::Malformed => {
            FlushOutcome::Refused(error.to_string())
        }
        // Credentials can be mended; until then the turns wait here.
        Kind::PermissionDenied
        | Kind::Unauthenticated
        | Kind::ResourceExhausted
        | Kind::Unavailable
        | Kind::DeadlineExceeded => FlushOutcome::Unavailable,
    }
}
