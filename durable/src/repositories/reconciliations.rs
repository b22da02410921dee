//! `reconciliations/{YYYY-MM-DD}`: one a night, kept for ninety days.

use mentora_core::documents::Reconciliation;
use mentora_core::documents::collections::RECONCILIATIONS;
use mentora_core::time::{DAY_MS, Millis};
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Query, Transport, Write, to_fields,
};

use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored};
use crate::platform::documents::DocumentTransport;

/// How long one is kept, days.
const KEPT_DAYS: i64 = 90;
/// How many nights may have been missed before, so that some are left that are older.
const MISSED_DAYS: i64 = 10;

/// The nights.
#[derive(Debug)]
pub struct Reconciliations<'a, T = DocumentTransport>(pub &'a Client<T>);

impl<T: Transport> Reconciliations<'_, T> {
    /// Keeps what a night found, in the place of what was found the same day before, and forgets the old ones.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn put(&self, night: &Reconciliation) -> Result<(), RepositoryError> {
        let began = night.created_at;
        let mut writes = vec![Write::set(path(began)?, to_fields(night)?)];
        for days in KEPT_DAYS..KEPT_DAYS + MISSED_DAYS {
            writes.push(Write::delete(path(began - days * DAY_MS)?));
        }
        self.0.commit(&writes).await?;
        Ok(())
    }

    /// The nights by their days, the latest first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        page: &Page,
    ) -> Result<(Vec<(String, Stored<Reconciliation>)>, Option<Cursor>), RepositoryError> {
        page::list(self.0, &Nights, page).await
    }

    /// The latest night.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn latest(&self) -> Result<Option<(String, Reconciliation)>, RepositoryError> {
        let (found, _) = self.list(&Page { limit: 1, cursor: None }).await?;
        Ok(found.into_iter().next().map(|(day, night)| (day, night.into_document())))
    }
}

fn path(at: Millis) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(RECONCILIATIONS)?.doc(&at.day())?)
}

/// All of them.
pub(super) struct Nights;

impl Listing for Nights {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(Query::collection(&CollectionPath::parse(RECONCILIATIONS)?))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self]
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use mentora_core::reconciliation::Findings;

    use super::*;
    use crate::repositories::native_store::documents;

    #[test]
    fn a_day_has_one_night_and_after_ninety_days_it_is_forgotten() {
        let (documents, _) = documents();
        let nights = Reconciliations(&documents);
        block_on(async {
            for (day, hour) in [(0, 3), (1, 3), (1, 4), (90, 3)] {
                let began = Millis(day * DAY_MS + hour * 3_600_000);
                nights.put(&Findings::default().document(began, began)).await.unwrap();
            }
            let (found, _) = nights.list(&Page::default()).await.unwrap();
            let days: Vec<_> = found.iter().map(|(day, _)| day.as_str()).collect();
            assert_eq!(days, ["1970-04-01", "1970-01-02"]);
            assert_eq!(found[1].1.created_at, Millis(DAY_MS + 4 * 3_600_000));
            assert_eq!(nights.latest().await.unwrap().unwrap().0, "1970-04-01");
        });
    }
}
