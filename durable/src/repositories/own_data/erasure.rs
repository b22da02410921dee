//! Erasing a person, in steps that can be repeated.
//!
//! Everything is found by the person's id, so nothing has to be remembered between two attempts: an attempt that dies in
//! the middle is followed by one that finds what is left. The order sees to that. Of a conversation, its own object goes
//! first, so that nothing is written any more; the wallet goes after its ledger, which could not be found without it;
//! the profile goes last, after a round that found nothing more, and with it the person is gone.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use mentora_core::documents::Course;
use mentora_core::documents::collections::{
    CONVERSATIONS, OPEN_CONVERSATIONS, PENDING_RESPONSES, PERSONAS, USERS,
};
use mentora_core::ids::{ConversationId, CourseId, UserId};
use mentora_core::time::Millis;
use mentora_firestore::{Client, CollectionPath, Document, Fields, Kind, Transport, Value, Write};

use super::{
    Holding, MY_ANNOUNCEMENTS, MY_ASSIGNMENTS, MY_CONTRIBUTIONS, MY_CONVERSATIONS, MY_DEVICES,
    MY_INVITATIONS, MY_KEYS, MY_MEMBERSHIPS, MY_NOTIFICATIONS, MY_PERSONAS, MY_SESSIONS, MY_SUBMISSIONS,
    MY_TOPICS, OWNED_COURSES, Place, ledger,
};
use crate::repositories::{Contributions, Page, RepositoryError, page, users};

/// Documents that go in one commit, at most: it takes 500 writes, and none of ours takes more than three a document.
pub(super) const ERASED_AT_ONCE: u32 = page::MAX_LIMIT;
/// Objects that are asked at the same time: a request may wait for six answers at once.
const OBJECTS_AT_ONCE: usize = 6;
/// Rounds until one finds nothing; more are needed only while the person goes on writing.
const ROUNDS: u32 = 5;
/// Attempts in a row to write a page while its documents change under our hands.
const ATTEMPTS: u32 = 5;

/// What runs conversations and keeps money, beside their documents.
pub trait Objects {
    /// Ends a conversation's object for good: when this returns, it holds nothing and writes nothing any more.
    fn erase(&self, id: &ConversationId) -> impl Future<Output = Result<(), RepositoryError>>;
    /// Has the wallet of a course write down what it has yet to: when this returns, what it knew stands in the documents.
    fn tell_wallet(&self, course: &CourseId) -> impl Future<Output = Result<(), RepositoryError>>;
    /// Closes a user's wallet: when this returns, all that its object knew stands in the documents, and it writes nothing
    /// there any more.
    fn close_wallet(&self, user: &UserId) -> impl Future<Output = Result<(), RepositoryError>>;
}

/// One person who is to be erased.
#[derive(Debug)]
pub struct Erasure<'a, T, O, A> {
    /// The store.
    pub documents: &'a Client<T>,
    /// The conversations' objects.
    pub objects: &'a O,
    /// The person.
    pub user: &'a UserId,
    /// The keyed pseudonym of a text: an id that tells nothing.
    pub alias: A,
    /// The time of the request.
    pub now: Millis,
}

/// How many documents of each collection were removed or renamed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(pub BTreeMap<&'static str, u32>);

impl Counts {
    pub(super) fn add(&mut self, collection: &'static str, by: usize) {
        let count = self.0.entry(collection).or_default();
        *count = count.saturating_add(u32::try_from(by).unwrap_or(u32::MAX));
    }

    fn total(&self) -> u64 {
        self.0.values().map(|count| u64::from(*count)).sum()
    }
}

/// A course that somebody owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedCourse {
    /// Its id.
    pub id: CourseId,
    /// What it is called.
    pub title: String,
}

impl<T: Transport, O: Objects, A: Fn(&str) -> String> Erasure<'_, T, O, A> {
    /// The first hundred courses that the person owns. While there are any, the person must not be erased: nobody could
    /// run them.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn owned_courses(&self) -> Result<Vec<OwnedCourse>, RepositoryError> {
        let page = Page { limit: page::MAX_LIMIT, cursor: None };
        let (found, _) = self.holding(OWNED_COURSES).page(self.documents, &page).await?;
        let course = |document: &Document| {
            let id =
                CourseId::new(document.id()).map_err(|error| RepositoryError::Internal(error.to_string()))?;
            Ok(OwnedCourse { id, title: document.decode::<Course>()?.title })
        };
        found.iter().map(course).collect()
    }

    /// Erases the person. Done again after it failed, it goes on; done again after it is done, it does nothing.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when the person writes faster than this erases. What was erased by then is.
    pub async fn run(&self) -> Result<Counts, RepositoryError> {
        let profile = self.documents.get(&users::path(self.user)?).await?;
        let address = profile.as_ref().and_then(|profile| text(&profile.fields, "email"));
        let mut all = Counts::default();
        for _ in 0..ROUNDS {
            let before = all.total();
            self.round(address, &mut all).await?;
            if all.total() == before {
                if let Some(profile) = profile {
                    self.commit(&[Write::delete(profile.path)]).await?;
                    all.add(USERS, 1);
                }
                return Ok(all);
            }
        }
        Err(RepositoryError::Conflict)
    }

    async fn round(&self, address: Option<&str>, counts: &mut Counts) -> Result<(), RepositoryError> {
        self.conversations(counts).await?;
        self.contributions(counts).await?;
        for place in [MY_SUBMISSIONS, MY_SESSIONS, MY_NOTIFICATIONS, MY_MEMBERSHIPS, MY_KEYS, MY_DEVICES] {
            self.remove_all(&self.holding(place), counts).await?;
        }
        if let Some(address) = address.filter(|address| !address.is_empty()) {
            self.remove_all(&Holding::new(MY_INVITATIONS, address), counts).await?;
        }
        for place in [MY_PERSONAS, MY_TOPICS, MY_ASSIGNMENTS, MY_ANNOUNCEMENTS] {
            self.sign_over(place, counts).await?;
        }
        self.objects.close_wallet(self.user).await?;
        ledger::pseudonymise(self.documents, self.user, &self.alias, counts).await
    }

    async fn conversations(&self, counts: &mut Counts) -> Result<(), RepositoryError> {
        let mine = self.holding(MY_CONVERSATIONS).with_fields(&["assignmentId", "courseId"]);
        let page = Page { limit: ERASED_AT_ONCE, cursor: None };
        loop {
            let (found, _) = mine.page(self.documents, &page).await?;
            if found.is_empty() {
                return Ok(());
            }
            let ids: Vec<_> = found.iter().filter_map(|found| ConversationId::new(found.id()).ok()).collect();
            let erased =
                stream::iter(&ids).map(|id| self.objects.erase(id)).buffer_unordered(OBJECTS_AT_ONCE);
            erased.try_collect::<()>().await?;
            // What was charged a moment ago names the person, and would come after all others were renamed.
            let courses = found.iter().filter_map(|found| text(&found.fields, "courseId"));
            for course in courses.collect::<BTreeSet<_>>() {
                let course = CourseId::new(course).map_err(|e| RepositoryError::Internal(e.to_string()))?;
                self.objects.tell_wallet(&course).await?;
            }
            let mut writes = Vec::new();
            for conversation in &found {
                writes.extend(self.writes_of(conversation)?);
            }
            self.commit(&writes).await?;
            counts.add(CONVERSATIONS, found.len());
        }
    }

    /// A conversation goes with what has its name.
    fn writes_of(&self, conversation: &Document) -> Result<Vec<Write>, RepositoryError> {
        let pending = CollectionPath::parse(PENDING_RESPONSES)?.doc(conversation.id())?;
        let mut writes = vec![Write::delete(conversation.path.clone()), Write::delete(pending)];
        if let Some(assignment) = text(&conversation.fields, "assignmentId") {
            let open = CollectionPath::parse(OPEN_CONVERSATIONS)?;
            writes.push(Write::delete(open.doc(&format!("{assignment}.{}", self.user))?));
        }
        Ok(writes)
    }

    async fn contributions(&self, counts: &mut Counts) -> Result<(), RepositoryError> {
        let page = Page { limit: ERASED_AT_ONCE, cursor: None };
        loop {
            let (found, _) = self.holding(MY_CONTRIBUTIONS).page(self.documents, &page).await?;
            if found.is_empty() {
                return Ok(());
            }
            for contribution in &found {
                Contributions(self.documents).remove(contribution, self.now).await?;
            }
            counts.add(super::CONTRIBUTIONS, found.len());
        }
    }

    async fn remove_all(&self, which: &Holding, counts: &mut Counts) -> Result<(), RepositoryError> {
        let removed = |document: &Document| Ok(vec![Write::delete(document.path.clone())]);
        drain(self.documents, which, ERASED_AT_ONCE, removed, counts).await
    }

    /// What others work with stays, by somebody who cannot be told; a persona for nobody's course but the own ones goes.
    async fn sign_over(&self, place: Place, counts: &mut Counts) -> Result<(), RepositoryError> {
        let Place::Naming { collection, field, .. } = place else { return Ok(()) };
        let signed_over = |document: &Document| {
            let path = document.path.clone();
            if collection == PERSONAS && !document.fields.contains_key("courseId") {
                return Ok(vec![Write::delete(path)]);
            }
            let alias = (self.alias)(self.user.as_str());
            Ok(vec![Write::update(path, Fields::from([(field.to_owned(), Value::String(alias))]))])
        };
        drain(self.documents, &self.holding(place), ERASED_AT_ONCE, signed_over, counts).await
    }

    fn holding(&self, place: Place) -> Holding {
        Holding::new(place, self.user.as_str())
    }

    async fn commit(&self, writes: &[Write]) -> Result<(), RepositoryError> {
        commit_again(self.documents, writes).await
    }
}

/// Deletions and replacements without a condition: done twice, they are done once.
async fn commit_again<T: Transport>(documents: &Client<T>, writes: &[Write]) -> Result<(), RepositoryError> {
    match documents.commit(writes).await {
        Err(error) if error.kind == Kind::UnknownOutcome => documents.commit(writes).await?,
        other => other?,
    };
    Ok(())
}

/// Rewrites what a listing holds, page after page, until it holds nothing: what is rewritten must not be found again.
pub(super) async fn drain<T: Transport>(
    documents: &Client<T>,
    which: &Holding,
    at_once: u32,
    rewrite: impl Fn(&Document) -> Result<Vec<Write>, RepositoryError>,
    counts: &mut Counts,
) -> Result<(), RepositoryError> {
    let page = Page { limit: at_once, cursor: None };
    let mut failures = 0;
    loop {
        let (found, _) = which.page(documents, &page).await?;
        if found.is_empty() {
            return Ok(());
        }
        let mut writes = Vec::new();
        for document in &found {
            writes.extend(rewrite(document)?);
        }
        match commit_again(documents, &writes).await {
            Ok(()) => {
                failures = 0;
                counts.add(which.collection(), found.len());
            }
            // One of them went away or changed between the two calls.
            Err(RepositoryError::NotFound | RepositoryError::Conflict) if failures < ATTEMPTS => {
                failures += 1
            }
            Err(error) => return Err(error),
        }
    }
}

fn text<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    match fields.get(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
