//! What is kept about one person, wherever it stands: all of it, to be handed over or to be erased.
//!
//! [`TABLE`] names every collection there is and what becomes of it. A collection that is missing there fails a test,
//! so that nobody keeps something about people that they cannot get and cannot get rid of.
//!
//! # Layout
//! - [`export`]: the document that a person takes along, a page at a time
//! - [`erasure`]: removing it, in steps that can be repeated
//! - `ledger`: money, which is kept under another name

pub mod erasure;
pub mod export;
mod ledger;

use mentora_core::documents::collections::{
    ANNOUNCEMENTS, ASSIGNMENTS, CONTRIBUTIONS, CONVERSATIONS, COURSE_CODES, COURSES, DELETED_COURSES,
    DEVICES, GUESSES, IDEMPOTENCY_KEYS, JOBS, LEDGER, NEWS, NOTIFICATIONS, OPEN_CONVERSATIONS,
    PENDING_RESPONSES, PERSONAS, RECONCILIATIONS, ROSTER, SECRETS, STATISTICS, STREAMING_SESSIONS,
    SUBMISSIONS, TOPICS, USERS, WALLETS,
};
use mentora_firestore::{Client, CollectionPath, Direction, Document, FieldPath, Operator, Query, Transport};

use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError};

/// What becomes of the documents of a collection when a person is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They are removed.
    Removed,
    /// They stay, and name the person by a pseudonym; why they stay.
    Pseudonymised(&'static str),
    /// They say nothing about a person; why not.
    Untouched(&'static str),
}

/// Whether the documents of a collection are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// Under this name.
    As(&'static str),
    /// Not; why not.
    Not(&'static str),
}

const OF_COURSE: &str = "It is the course's, and says nothing about a person.";
const MATERIAL: &str = "It is the course's material, and others work with it.";

/// Every collection, whether it is handed over, and what becomes of it.
pub const TABLE: [(&str, Export, Fate); 26] = [
    (USERS, Export::As("profile"), Fate::Removed),
    (DEVICES, Export::As("devices"), Fate::Removed),
    (IDEMPOTENCY_KEYS, Export::Not("Answers that were given before, kept for a day."), Fate::Removed),
    (ROSTER, Export::As("memberships"), Fate::Removed),
    (CONVERSATIONS, Export::As("conversations"), Fate::Removed),
    (OPEN_CONVERSATIONS, Export::Not("It names a conversation, which is handed over."), Fate::Removed),
    (
        PENDING_RESPONSES,
        Export::Not("It names a turn of a conversation, which is handed over."),
        Fate::Removed,
    ),
    (CONTRIBUTIONS, Export::Not("It is counted from a conversation, which is handed over."), Fate::Removed),
    (SUBMISSIONS, Export::As("submissions"), Fate::Removed),
    (STREAMING_SESSIONS, Export::As("streamingSessions"), Fate::Removed),
    (NOTIFICATIONS, Export::As("notifications"), Fate::Removed),
    (WALLETS, Export::As("wallets"), Fate::Pseudonymised("Money that was moved must stay accounted for.")),
    (LEDGER, Export::As("ledger"), Fate::Pseudonymised("Money that was moved must stay accounted for.")),
    (PERSONAS, Export::As("personas"), Fate::Pseudonymised(MATERIAL)),
    (TOPICS, Export::As("topics"), Fate::Pseudonymised(MATERIAL)),
    (ASSIGNMENTS, Export::As("assignments"), Fate::Pseudonymised(MATERIAL)),
    (ANNOUNCEMENTS, Export::As("announcements"), Fate::Pseudonymised(MATERIAL)),
    (
        COURSES,
        Export::Not("A course is its members'; memberships tell which were taken part in."),
        Fate::Untouched("Nobody who owns a course is erased."),
    ),
    (COURSE_CODES, Export::Not(OF_COURSE), Fate::Untouched(OF_COURSE)),
    (SECRETS, Export::Not(OF_COURSE), Fate::Untouched(OF_COURSE)),
    (
        GUESSES,
        Export::Not("It counts tries of a quarter of an hour, and holds nothing that was tried."),
        Fate::Untouched("Erasing it would free whoever is made to wait. It goes with the course."),
    ),
    (DELETED_COURSES, Export::Not(OF_COURSE), Fate::Untouched(OF_COURSE)),
    (
        STATISTICS,
        Export::Not("They are sums over all students of an assignment."),
        Fate::Untouched("What the person added to the sums is taken out of them."),
    ),
    (
        RECONCILIATIONS,
        Export::Not("It names wallets and conversations, which are handed over, whose sums did not agree."),
        Fate::Untouched("It says where something has to be set right, and goes after ninety days."),
    ),
    (
        NEWS,
        Export::Not("It names what somebody is to be told within minutes."),
        Fate::Untouched("It goes within minutes: nobody is told of a submission that is not there."),
    ),
    (
        JOBS,
        Export::Not("It says how what is done by the clock went."),
        Fate::Untouched("It counts, and names nobody."),
    ),
];

/// Where documents of a person stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Wherever this field holds the id (or, of an invitation, the address) of the person.
    Naming { collection: &'static str, group: bool, field: &'static str },
    /// Below the document that has the person's id, in this collection.
    Below { parent: &'static str, collection: &'static str },
}

const fn naming(collection: &'static str, field: &'static str) -> Place {
    Place::Naming { collection, group: false, field }
}

const fn naming_in_group(collection: &'static str, field: &'static str) -> Place {
    Place::Naming { collection, group: true, field }
}

const OWNED_COURSES: Place = naming(COURSES, "ownerId");
const MY_CONVERSATIONS: Place = naming(CONVERSATIONS, "userId");
const MY_SUBMISSIONS: Place = naming(SUBMISSIONS, "userId");
const MY_SESSIONS: Place = naming(STREAMING_SESSIONS, "userId");
const MY_NOTIFICATIONS: Place = naming(NOTIFICATIONS, "userId");
const MY_MEMBERSHIPS: Place = naming_in_group(ROSTER, "userId");
const MY_INVITATIONS: Place = naming_in_group(ROSTER, "email");
const MY_CONTRIBUTIONS: Place = naming_in_group(CONTRIBUTIONS, "userId");
const MY_PERSONAS: Place = naming(PERSONAS, "createdBy");
const MY_TOPICS: Place = naming(TOPICS, "createdBy");
const MY_ASSIGNMENTS: Place = naming(ASSIGNMENTS, "createdBy");
const MY_ANNOUNCEMENTS: Place = naming_in_group(ANNOUNCEMENTS, "authorId");
const MY_CHARGES: Place = naming_in_group(LEDGER, "createdBy");
const MY_LEDGER: Place = Place::Below { parent: WALLETS, collection: LEDGER };
const MY_DEVICES: Place = Place::Below { parent: USERS, collection: DEVICES };
const MY_KEYS: Place = Place::Below { parent: USERS, collection: IDEMPOTENCY_KEYS };

#[cfg(test)]
const PLACES: [Place; 16] = [
    OWNED_COURSES,
    MY_CONVERSATIONS,
    MY_SUBMISSIONS,
    MY_SESSIONS,
    MY_NOTIFICATIONS,
    MY_MEMBERSHIPS,
    MY_INVITATIONS,
    MY_CONTRIBUTIONS,
    MY_PERSONAS,
    MY_TOPICS,
    MY_ASSIGNMENTS,
    MY_ANNOUNCEMENTS,
    MY_CHARGES,
    MY_LEDGER,
    MY_DEVICES,
    MY_KEYS,
];

/// The documents of one person in a place, by name: no time orders what may lack any field.
pub(super) struct Holding {
    place: Place,
    person: String,
    /// The fields that are wanted; all, where none are named.
    fields: &'static [&'static str],
}

impl Holding {
    fn new(place: Place, person: &str) -> Self {
        Self { place, person: person.to_owned(), fields: &[] }
    }

    fn with_fields(self, fields: &'static [&'static str]) -> Self {
        Self { fields, ..self }
    }

    fn collection(&self) -> &'static str {
        match self.place {
            Place::Naming { collection, .. } | Place::Below { collection, .. } => collection,
        }
    }

    async fn page<T: Transport>(
        &self,
        documents: &Client<T>,
        page: &Page,
    ) -> Result<(Vec<Document>, Option<Cursor>), RepositoryError> {
        page::fetch(documents, self, page).await
    }
}

impl Listing for Holding {
    const ORDER: &'static [(&'static str, Direction)] = &[];

    fn query(&self) -> Result<Query, RepositoryError> {
        let query = match self.place {
            Place::Naming { collection, group, field } => {
                let all = if group {
                    Query::group(collection)
                } else {
                    Query::collection(&CollectionPath::parse(collection)?)
                };
                all.whose(field, Operator::Equal, self.person.as_str())
            }
            Place::Below { parent, collection } => {
                let parent = CollectionPath::parse(parent)?.doc(&self.person)?;
                Query::collection(&parent.collection(collection)?)
            }
        };
        let fields = self.fields.iter().map(|field| FieldPath::new([*field]));
        Ok(if self.fields.is_empty() { query } else { query.select(fields) })
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        PLACES.iter().map(|place| Self::new(*place, "student")).collect()
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod coverage {
    use std::collections::BTreeSet;

    use super::*;

    /// The names of all collections, as the documents' own module lists them.
    fn collections() -> BTreeSet<String> {
        let source = include_str!("../../../../crates/core/src/documents/mod.rs");
        let constants =
            source.lines().filter_map(|line| line.trim().strip_prefix("pub const ")?.split_once("&str = "));
        constants.filter_map(|(_, value)| value.split('"').nth(1)).map(str::to_owned).collect()
    }

    #[test]
    fn every_collection_is_handed_over_and_erased_or_it_is_said_why_not() {
        let all = collections();
        assert!(all.len() >= 20, "{all:?}");
        let table: BTreeSet<String> = TABLE.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(table, all, "say in `TABLE` what is handed over and erased of each collection");
        for (name, export, fate) in TABLE {
            let reasons = [
                if let Export::Not(why) = export { Some(why) } else { None },
                if let Fate::Pseudonymised(why) | Fate::Untouched(why) = fate { Some(why) } else { None },
            ];
            assert!(reasons.into_iter().flatten().all(|why| why.ends_with('.')), "{name}");
        }
    }
}
