//! What conversations cost, as the books are compared with them.

use mentora_core::documents::collections::CONVERSATIONS;
use mentora_core::ids::{ConversationId, CourseId, UserId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_firestore::{CollectionPath, Direction, Operator, Query, Transport};
use serde::Deserialize;

use super::Conversations;
use crate::repositories::page::{self, Listing};
use crate::repositories::{Cursor, Page, RepositoryError, Stored};

/// What a conversation cost, and who may have paid for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// The course.
    pub course_id: CourseId,
    /// The student.
    pub user_id: UserId,
    /// How much, micro-credits.
    pub cost_micros: Micros,
    /// When it began.
    pub started_at: Millis,
    /// When something last happened in it.
    pub last_action_at: Millis,
}

impl<T: Transport> Conversations<'_, T> {
    /// What the conversations cost in which something last happened in this time, the latest first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn costs(
        &self,
        from: Millis,
        until: Millis,
        page: &Page,
    ) -> Result<(Vec<(ConversationId, Cost)>, Option<Cursor>), RepositoryError> {
        let (found, next) = page::list(self.0, &Lately { from, until }, page).await?;
        Ok((found.into_iter().map(|(id, stored): (_, Stored<_>)| (id, stored.document)).collect(), next))
    }
}

/// The conversations in which something last happened in this time.
pub(in crate::repositories) struct Lately {
    from: Millis,
    until: Millis,
}

impl Listing for Lately {
    const ORDER: &'static [(&'static str, Direction)] = &[("lastActionAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        let conversations = Query::collection(&CollectionPath::parse(CONVERSATIONS)?);
        Ok(conversations
            .select(["courseId", "userId", "costMicros", "startedAt", "lastActionAt"])
            .whose("lastActionAt", Operator::GreaterThanOrEqual, self.from.0)
            .whose("lastActionAt", Operator::LessThan, self.until.0))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { from: Millis(0), until: Millis(1) }]
    }
}
