//! What is on its way out of a conversation. Whoever writes, charges or tells holds the lock of it meanwhile; whoever ends that for
//! good waits for all of them.

use futures::lock::Mutex;

/// One lock for each way out, so that none waits for another.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    /// The conversation's own documents.
    pub(super) documents: Mutex<()>,
    /// The documents of the model's sessions, for which no turn waits.
    pub(super) sessions: Mutex<()>,
    /// What is charged.
    pub(super) charges: Mutex<()>,
    /// What people are told.
    pub(super) notices: Mutex<()>,
}

impl Outgoing {
    /// When this returns, what was under way has come to its end, one way or the other.
    pub(super) async fn settled(&self) {
        for way in [&self.documents, &self.sessions, &self.charges, &self.notices] {
            drop(way.lock().await);
        }
    }
}
