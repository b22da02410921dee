//! `pendingResponses/{conversationId}`: the document by which whoever looks at the clock finds an answer that is due. It follows
//! the conversation through an outbox of its own, and is an alarm clock, no more: what it rings for is decided here, so one that
//! rings twice, late or for nothing changes nothing.
//!
//! The conversation writes what is promised and what was taken back. That it was answered, whoever came for it writes, once
//! all who are to know were told.

use mentora_core::documents::{PendingResponse, PendingStatus};
use mentora_core::time::{Millis, seconds};
use serde::{Deserialize, Serialize};

use crate::Step;
use crate::effect::{Effect, PromiseWrite};
use crate::input::FlushOutcome;
use crate::outbox::backoff_ms;

/// Longest time between two tries.
const MAX_BACKOFF_MS: i64 = seconds(60);

/// What the document is to say, and whether it does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Promise {
    /// What it is to say; nothing was ever promised when absent.
    pub document: Option<PendingResponse>,
    /// Counts changes.
    pub revision: u32,
    /// The change up to which the document knows.
    pub written: u32,
    /// When to write next.
    pub next_at: Option<Millis>,
    /// How often it failed in a row.
    pub failures: u32,
}

impl Step<'_> {
    /// The student's turn at `index` will be answered at `due_at`.
    pub(crate) fn promise(&mut self, index: u32, due_at: Millis) {
        let now = self.now;
        let made = self.state.record.promise.document.as_ref().map(|document| document.created_at);
        let document = PendingResponse {
            turn_id: self.state.turn_id(index),
            scheduled_at: due_at,
            status: PendingStatus::Pending,
            lease_until: None,
            attempts: 0,
            last_error: None,
            waits_for: None,
            created_at: made.unwrap_or(now),
            updated_at: now,
        };
        self.keep_promise(document);
    }

    /// What was promised is not to come.
    pub(crate) fn unpromise(&mut self) {
        let now = self.now;
        if let Some(document) = self.state.record.promise.document.clone() {
            let status = PendingStatus::Cancelled;
            self.keep_promise(PendingResponse { status, updated_at: now, ..document });
        }
    }

    fn keep_promise(&mut self, document: PendingResponse) {
        let promise = &mut self.state.record.promise;
        promise.document = Some(document);
        promise.revision = promise.revision.saturating_add(1);
        promise.next_at.get_or_insert(self.now);
    }

    /// After a crash: nobody knows how a write that was under way went.
    pub(crate) fn resume_promise(&mut self) {
        let promise = &mut self.state.record.promise;
        if promise.written != promise.revision {
            promise.next_at.get_or_insert(self.now);
        }
    }

    /// Writes what is due.
    pub(crate) fn keep_promise_if_due(&mut self) {
        let now = self.now;
        let promise = &mut self.state.record.promise;
        if self.state.promising || promise.next_at.is_none_or(|at| at > now) {
            return;
        }
        promise.next_at = None;
        let Some(document) = promise.document.clone() else { return };
        let write = PromiseWrite { revision: promise.revision, document };
        self.state.promising = true;
        self.effects.push(Effect::KeepPromise(Box::new(write)));
    }

    /// The document was written, or not.
    pub(crate) fn promise_kept(&mut self, revision: u32, outcome: FlushOutcome) {
        self.state.promising = false;
        let now = self.now;
        let conversation = self.state.record.facts.conversation.to_string();
        let promise = &mut self.state.record.promise;
        if revision <= promise.written {
            // Of a write that was made again meanwhile: the document says what it is to say, or more.
            return;
        }
        match outcome {
            FlushOutcome::Done { .. } => {
                promise.failures = 0;
                promise.written = revision;
                promise.next_at = (promise.written != promise.revision).then_some(now);
            }
            FlushOutcome::Unsure | FlushOutcome::Unavailable => {
                promise.failures = promise.failures.saturating_add(1);
                promise.next_at = Some(now + backoff_ms(promise.failures, MAX_BACKOFF_MS, &conversation));
                let failures = promise.failures;
                self.note("delayed.promise.retry", failures.to_string());
            }
            FlushOutcome::Refused(why) => {
                // What is refused once is refused again.
                promise.written = promise.revision;
                self.note("delayed.promise.refused", why);
            }
        }
    }
}
