//! `/api/conversations`

pub mod create;
pub mod end;
pub mod list;
pub mod pending;
pub mod read;
pub mod reopen;
pub mod stream;
pub mod summary;
pub mod transcript;
pub mod turns;

use mentora_core::ids::ConversationId;
use mentora_durable::conversation::calls::Snapshot;
use mentora_wire::rest::{ConversationBody, PendingBody};

/// A conversation as its object knows it, for a client.
fn body(id: ConversationId, Snapshot { conversation, due_at }: Snapshot) -> ConversationBody {
    ConversationBody { id, conversation, pending: due_at.map(|due_at| PendingBody { due_at }) }
}
