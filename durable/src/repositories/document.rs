//! One document: read with its version, made once, changed or removed by whoever saw the latest version.
//!
//! A reply may be lost after the store has done what was asked. Nothing here fails for that alone, and nothing is done
//! twice: what can be done again is, and what cannot is looked at.

use std::ops::Deref;

use mentora_core::time::Millis;
use mentora_firestore::{
    Client, CommitResult, Document, DocumentPath, Error, FieldPath, Fields, Kind, Precondition, Timestamp,
    Transport, Value, Write, to_fields,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::RepositoryError;

/// When a document was last changed, ms: every document of ours holds it.
const UPDATED_AT: &str = "updatedAt";

/// A document as it stood when it was read or written. It reads like the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<D> {
    /// What it holds.
    pub document: D,
    /// Which version of it that is.
    pub version: Version,
}

impl<D> Deref for Stored<D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.document
    }
}

/// A version of a document: each write that changes it makes another one. Opaque to clients, who know it as an etag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(Timestamp);

impl Version {
    /// One that no document has ever had: the epoch.
    pub const NONE: Self = Self(Timestamp::EPOCH);

    /// Lets a write happen while the document has this version only.
    pub(super) const fn precondition(self) -> Precondition {
        Precondition::UpdateTime(self.0)
    }

    /// As a client sees it.
    #[must_use]
    pub fn encode(self) -> String {
        format!("{:x}", self.0.micros())
    }

    /// Reads what a client brings back; what was never an etag of ours is no version of anything.
    #[must_use]
    pub fn decode(etag: &str) -> Self {
        i64::from_str_radix(etag, 16).map_or(Self::NONE, |micros| Self(Timestamp::from_micros(micros)))
    }
}

/// What is known of a document that is to be written over as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'a> {
    /// It was never written.
    Missing,
    /// Its version, as the last write told it.
    At(&'a str),
    /// Nothing: it is read first.
    Nothing,
}

impl Known<'_> {
    /// Lets a write happen while the document is what it is known to be, or, where nothing is known, what it is now. What
    /// was never told as a version tells nothing.
    pub(super) async fn precondition<T: Transport>(
        self,
        documents: &Client<T>,
        path: &DocumentPath,
    ) -> Result<Precondition, RepositoryError> {
        let told = match self {
            Self::Missing => return Ok(Precondition::Exists(false)),
            Self::At(version) => Timestamp::parse(version).ok(),
            Self::Nothing => None,
        };
        if let Some(version) = told {
            return Ok(Precondition::UpdateTime(version));
        }
        let found = documents.get(path).await?;
        Ok(found
            .map_or(Precondition::Exists(false), |document| Precondition::UpdateTime(document.update_time)))
    }

    /// What the first write of a commit makes known, unless the store did not tell it: the version for [`Known::At`].
    pub(super) fn told(result: &CommitResult) -> Option<String> {
        result.writes.first()?.update_time.map(|version| version.to_string())
    }
}

impl<D> Stored<D> {
    /// What it holds, whatever its version.
    pub fn into_document(self) -> D {
        self.document
    }
}

impl<D: DeserializeOwned> Stored<D> {
    /// What a document of the store holds.
    pub(super) fn of(document: &Document) -> Result<Self, RepositoryError> {
        Ok(Self { document: document.decode()?, version: Version(document.update_time) })
    }
}

/// What becomes different in a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Change {
    /// What is set.
    pub fields: Fields,
    /// What is touched; what is touched and not set is removed.
    pub touched: Vec<FieldPath>,
}

impl Change {
    /// What the fields of `change` name; what is null there is removed.
    pub(super) fn of(change: &impl Serialize) -> Result<Self, RepositoryError> {
        let mut fields = to_fields(change)?;
        let touched = fields.keys().map(|name| FieldPath::new([name])).collect();
        fields.retain(|_, value| *value != Value::Null);
        Ok(Self { fields, touched })
    }

    /// Sets one field more.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.fields.insert(name.into(), value);
        self.touched.push(FieldPath::new([name]));
    }

    /// What makes `after` of `before`: the fields that differ, each as a whole. What neither knows stays.
    pub(super) fn between<D: Serialize>(before: &D, after: &D) -> Result<Self, RepositoryError> {
        let (before, mut fields) = (to_fields(before)?, to_fields(after)?);
        let gone = before.keys().filter(|name| !fields.contains_key(*name)).cloned().collect::<Vec<_>>();
        fields.retain(|name, value| before.get(name) != Some(value));
        let touched = fields.keys().chain(&gone).map(|name| FieldPath::new([name])).collect();
        Ok(Self { fields, touched })
    }

    pub(super) fn write(self, path: &DocumentPath, now: Millis) -> Write {
        let Self { mut fields, mut touched } = self;
        fields.insert(UPDATED_AT.into(), Value::Integer(now.0));
        touched.push(FieldPath::new([UPDATED_AT]));
        Write::update(path.clone(), fields).masked(touched)
    }
}

/// Reads a document.
pub(super) async fn read<T: Transport, D: DeserializeOwned>(
    documents: &Client<T>,
    path: &DocumentPath,
) -> Result<Option<Stored<D>>, RepositoryError> {
    documents.get(path).await?.as_ref().map(Stored::of).transpose()
}

/// Makes a document, once.
///
/// Its id must be the caller's own: drawn at random, or derived from the key that makes a request one. So a document
/// that is there already is this one, made by a call whose reply was lost, and is returned as it stands.
pub(super) async fn create<T: Transport, D: Serialize + DeserializeOwned>(
    documents: &Client<T>,
    path: DocumentPath,
    document: D,
) -> Result<Stored<D>, RepositoryError> {
    create_with(documents, path, document, Vec::new()).await
}

/// Makes a document as [`create`] does, in one commit with `others`: all or nothing.
pub(super) async fn create_with<T: Transport, D: Serialize + DeserializeOwned>(
    documents: &Client<T>,
    path: DocumentPath,
    document: D,
    others: Vec<Write>,
) -> Result<Stored<D>, RepositoryError> {
    let mut writes = vec![Write::create(path.clone(), to_fields(&document)?)];
    writes.extend(others);
    let mut made = documents.commit(&writes).await;
    if made.as_ref().is_err_and(|error| error.kind == Kind::UnknownOutcome) {
        // Whichever of the two gets through, it is made once.
        made = documents.commit(&writes).await;
    }
    match made {
        Ok(result) => Ok(Stored { document, version: version_of_first(&result.writes)? }),
        // If it is not there, one of the others was in the way.
        Err(error) if error.kind == Kind::AlreadyExists => {
            read(documents, &path).await?.ok_or_else(|| error.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Changes a document at `now` and tells how it stands then; a change of nothing writes nothing. What `change` names is set, what is null there is removed,
/// and what it does not name stays, known or not. Two changes at once of different fields both hold.
///
/// # Errors
/// [`RepositoryError::NotFound`] when it is not there; [`RepositoryError::Stale`] when it has another version than `seen`.
pub(super) async fn update<T: Transport, D: DeserializeOwned>(
    documents: &Client<T>,
    path: &DocumentPath,
    change: &impl Serialize,
    seen: Option<Version>,
    now: Millis,
) -> Result<Stored<D>, RepositoryError> {
    update_with(documents, path, Change::of(change)?, seen, now, Vec::new()).await
}

/// Changes a document as [`update`] does, in one commit with `others`: all or nothing.
pub(super) async fn update_with<T: Transport, D: DeserializeOwned>(
    documents: &Client<T>,
    path: &DocumentPath,
    change: Change,
    seen: Option<Version>,
    now: Millis,
    others: Vec<Write>,
) -> Result<Stored<D>, RepositoryError> {
    if change.touched.is_empty() && others.is_empty() {
        let found: Stored<D> = read(documents, path).await?.ok_or(RepositoryError::NotFound)?;
        return if seen.is_none_or(|seen| seen == found.version) {
            Ok(found)
        } else {
            Err(RepositoryError::Stale)
        };
    }
    let mut writes = vec![guarded(change.write(path, now), seen)];
    writes.extend(others);
    let changed = match documents.commit(&writes).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind == Kind::UnknownOutcome => {
            if stands_as_of(documents, path, now).await? {
                Ok(())
            } else {
                documents.commit(&writes).await.map(|_| ())
            }
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => read(documents, path).await?.ok_or(RepositoryError::NotFound),
        Err(error) => Err(refusal(error, seen)),
    }
}

/// Removes a document.
///
/// # Errors
/// As [`update`].
pub(super) async fn delete<T: Transport>(
    documents: &Client<T>,
    path: DocumentPath,
    seen: Option<Version>,
) -> Result<(), RepositoryError> {
    let write = guarded(Write::delete(path.clone()).only_if(Precondition::Exists(true)), seen);
    match documents.commit(&[write]).await {
        Ok(_) => Ok(()),
        // If it is gone, that is what was wanted.
        Err(error) if error.kind == Kind::UnknownOutcome && documents.get(&path).await?.is_none() => Ok(()),
        Err(error) => Err(refusal(error, seen)),
    }
}

/// Under the condition that a client has set.
pub(super) fn guarded(write: Write, seen: Option<Version>) -> Write {
    match seen {
        Some(version) => write.only_if(version.precondition()),
        None => write,
    }
}

/// Why a guarded write was refused.
pub(super) fn refusal(error: Error, seen: Option<Version>) -> RepositoryError {
    match error.kind {
        Kind::FailedPrecondition if seen.is_some() => RepositoryError::Stale,
        _ => error.into(),
    }
}

/// Whether the last change of a document was made at `now`: then the one whose reply was lost did happen.
async fn stands_as_of<T: Transport>(
    documents: &Client<T>,
    path: &DocumentPath,
    now: Millis,
) -> Result<bool, RepositoryError> {
    let found = documents.get(path).await?;
    Ok(found.is_some_and(|document| document.fields.get(UPDATED_AT) == Some(&Value::Integer(now.0))))
}

pub(super) fn version_of_first(
    writes: &[mentora_firestore::WriteResult],
) -> Result<Version, RepositoryError> {
    let first = writes.first().and_then(|write| write.update_time);
    first.map(Version).ok_or_else(|| RepositoryError::Internal("a commit told no time of its write".into()))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use mentora_core::documents::Topic;
    use mentora_firestore::CollectionPath;
    use serde_json::json;

    use super::*;
    use crate::repositories::native_store::{NativeStore, documents, topic};

    type Found = Result<Stored<Topic>, RepositoryError>;

    fn path() -> DocumentPath {
        CollectionPath::parse("topics").unwrap().doc("t").unwrap()
    }

    async fn change(
        documents: &Client<&'static NativeStore>,
        change: serde_json::Value,
        seen: Option<Version>,
        at: i64,
    ) -> Found {
        update(documents, &path(), &change, seen, Millis(at)).await
    }

    #[test]
    fn a_version_comes_back_as_it_was_given_and_nonsense_is_none() {
        let version = Version(Timestamp::from_micros(1_795_348_800_123_456));
        assert_eq!(Version::decode(&version.encode()), version);
        for nonsense in ["", "x", "5 ", "\u{e4}", "ffffffffffffffffffff"] {
            assert_eq!(Version::decode(nonsense), Version::NONE, "{nonsense}");
        }
    }

    #[test]
    fn what_is_made_twice_under_one_id_is_made_once() {
        let (documents, store) = documents();
        block_on(async {
            store.lose_next_commit_reply();
            let first = create(&documents, path(), topic("ethics", 0, 1)).await.unwrap();
            let again = create(&documents, path(), topic("ethics", 7, 2)).await.unwrap();
            assert_eq!(again, first);
            assert_eq!(read(&documents, &path()).await.unwrap(), Some(first));
        });
    }

    #[test]
    fn what_is_between_two_documents_is_what_differs() {
        let before = Topic { description: Some("d".into()), ..topic("ethics", 0, 1) };
        let after = Topic { description: None, order: 4, ..before.clone() };
        let change = Change::between(&before, &after).unwrap();
        assert_eq!(change.fields, Fields::from([("order".to_owned(), Value::Integer(4))]));
        assert_eq!(change.touched, ["order", "description"].map(|name| FieldPath::new([name])));
        assert_eq!(Change::between(&before, &before).unwrap(), Change::default());
    }

    #[test]
    fn a_change_touches_what_it_names_and_null_removes() {
        let (documents, _) = documents();
        block_on(async {
            let described = Topic { description: Some("d".into()), ..topic("ethics", 0, 1) };
            let mut fields = to_fields(&described).unwrap();
            fields.insert("colour".into(), Value::String("red".into()));
            documents.create(path(), fields).await.unwrap();
            let found = change(&documents, json!({ "description": null }), None, 5).await.unwrap();
            let expected = Topic { description: None, updated_at: Millis(5), ..described };
            assert_eq!(found.document, expected);
            let stored = documents.get(&path()).await.unwrap().unwrap();
            assert_eq!(stored.fields["colour"], Value::String("red".into()));
        });
    }

    #[test]
    fn who_saw_an_old_version_changes_and_removes_nothing() {
        let (documents, _) = documents();
        block_on(async {
            let first = create(&documents, path(), topic("ethics", 0, 1)).await.unwrap();
            let second = change(&documents, json!({ "order": 1 }), Some(first.version), 2).await.unwrap();
            assert_ne!(first.version, second.version);
            for old in [first.version, Version::NONE] {
                let refused = change(&documents, json!({ "order": 2 }), Some(old), 3).await;
                assert_eq!(refused, Err(RepositoryError::Stale));
                assert_eq!(delete(&documents, path(), Some(old)).await, Err(RepositoryError::Stale));
            }
            assert_eq!(read(&documents, &path()).await.unwrap(), Some(second.clone()));
            assert_eq!(delete(&documents, path(), Some(second.version)).await, Ok(()));
        });
    }

    #[test]
    fn a_lost_reply_neither_fails_a_change_nor_makes_it_twice() {
        let (documents, store) = documents();
        block_on(async {
            let first = create(&documents, path(), topic("ethics", 0, 1)).await.unwrap();
            store.lose_next_commit_reply();
            let changed = change(&documents, json!({ "order": 4 }), Some(first.version), 2).await.unwrap();
            assert_eq!(changed.order, 4);
            store.lose_next_commit_reply();
            assert_eq!(delete(&documents, path(), Some(changed.version)).await, Ok(()));
            assert_eq!(delete(&documents, path(), None).await, Err(RepositoryError::NotFound));
        });
    }

    #[test]
    fn a_change_of_nothing_writes_nothing() {
        let (documents, _) = documents();
        block_on(async {
            let first = create(&documents, path(), topic("ethics", 0, 1)).await.unwrap();
            for seen in [None, Some(first.version)] {
                assert_eq!(change(&documents, json!({}), seen, 2).await.as_ref(), Ok(&first));
            }
            let stale = change(&documents, json!({}), Some(Version::NONE), 2).await;
            assert_eq!(stale, Err(RepositoryError::Stale));
        });
    }

    #[test]
    fn what_is_not_there_is_neither_changed_nor_removed() {
        let (documents, _) = documents();
        block_on(async {
            let refused = change(&documents, json!({ "order": 4 }), None, 2).await;
            assert_eq!(refused, Err(RepositoryError::NotFound));
            assert_eq!(delete(&documents, path(), None).await, Err(RepositoryError::NotFound));
        });
    }
}
