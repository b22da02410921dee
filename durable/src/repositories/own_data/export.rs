//! The document that a person takes along: read and written a page at a time, so that nobody's is too long.

use mentora_core::documents::collections::{USERS, WALLETS};
use mentora_core::documents::{Course, Device, LedgerEntry, Member, User};
use mentora_core::ids::{ConversationId, DeviceId, UserId, WalletId};
use mentora_core::time::Millis;
use mentora_firestore::{Client, CollectionPath, Document, Transport};
use mentora_wire::rest::{ConversationBody, DeviceBody, MembershipBody, OwnDocument, OwnLedgerEntry};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    Holding, MY_ANNOUNCEMENTS, MY_ASSIGNMENTS, MY_CHARGES, MY_CONVERSATIONS, MY_DEVICES, MY_LEDGER,
    MY_MEMBERSHIPS, MY_NOTIFICATIONS, MY_PERSONAS, MY_SESSIONS, MY_SUBMISSIONS, MY_TOPICS, Place,
};
use crate::repositories::{Cursor, Page, RepositoryError, courses};

/// Documents that are held at once.
const AT_ONCE: u32 = 50;
/// Conversations that are: each may be of a megabyte.
const CONVERSATIONS_AT_ONCE: u32 = 4;

/// A list of the document, in the order in which they stand there. The ledger is in two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Profile,
    Devices,
    Memberships,
    Conversations,
    Submissions,
    StreamingSessions,
    Notifications,
    Wallets,
    Ledger,
    Charges,
    Personas,
    Topics,
    Assignments,
    Announcements,
}

use Section::{
    Announcements, Assignments, Charges, Conversations, Devices, Ledger, Memberships, Notifications,
    Personas, Profile, StreamingSessions, Submissions, Topics, Wallets,
};

const SECTIONS: [Section; 14] = [
    Profile,
    Devices,
    Memberships,
    Conversations,
    Submissions,
    StreamingSessions,
    Notifications,
    Wallets,
    Ledger,
    Charges,
    Personas,
    Topics,
    Assignments,
    Announcements,
];

impl Section {
    /// Its name in the document.
    const fn name(self) -> &'static str {
        match self {
            Profile => "profile",
            Devices => "devices",
            Memberships => "memberships",
            Conversations => "conversations",
            Submissions => "submissions",
            StreamingSessions => "streamingSessions",
            Notifications => "notifications",
            Wallets => "wallets",
            Ledger | Charges => "ledger",
            Personas => "personas",
            Topics => "topics",
            Assignments => "assignments",
            Announcements => "announcements",
        }
    }

    /// Where its documents stand; `None` of a single one.
    const fn place(self) -> Option<Place> {
        Some(match self {
            Profile | Wallets => return None,
            Devices => MY_DEVICES,
            Memberships => MY_MEMBERSHIPS,
            Conversations => MY_CONVERSATIONS,
            Submissions => MY_SUBMISSIONS,
            StreamingSessions => MY_SESSIONS,
            Notifications => MY_NOTIFICATIONS,
            Ledger => MY_LEDGER,
            Charges => MY_CHARGES,
            Personas => MY_PERSONAS,
            Topics => MY_TOPICS,
            Assignments => MY_ASSIGNMENTS,
            Announcements => MY_ANNOUNCEMENTS,
        })
    }
}

/// The document in the making.
#[derive(Debug)]
pub struct Export<T> {
    documents: Client<T>,
    user: UserId,
    at: Millis,
    /// What has been written: this many sections, and of the next one all before the cursor.
    sections: usize,
    cursor: Option<Cursor>,
    open: Option<&'static str>,
    items: usize,
    begun: bool,
    over: bool,
}

impl<T: Transport> Export<T> {
    /// Of a person, asked for now.
    #[must_use]
    pub fn new(documents: Client<T>, user: UserId, at: Millis) -> Self {
        Self {
            documents,
            user,
            at,
            sections: 0,
            cursor: None,
            open: None,
            items: 0,
            begun: false,
            over: false,
        }
    }

    /// The next piece of the document; `None` behind its end. A piece that cannot be read can be asked for again, or
    /// the document be broken off with [`Export::break_off`].
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn piece(&mut self) -> Result<Option<String>, RepositoryError> {
        if self.over {
            return Ok(None);
        }
        let Some(section) = SECTIONS.get(self.sections).copied() else {
            self.over = true;
            return Ok(Some(format!("{}\"complete\":true}}", self.closing())));
        };
        let (items, next) = self.read(section).await?;
        let mut piece = String::new();
        if !self.begun {
            piece.push_str(&format!("{{\"exportedAt\":{},", self.at.0));
            self.begun = true;
        }
        if section == Profile {
            let profile = items.first().map_or("null", String::as_str);
            piece.push_str(&format!("\"profile\":{profile},"));
            self.sections = self.sections.saturating_add(1);
            return Ok(Some(piece));
        }
        if self.open != Some(section.name()) {
            piece.push_str(&self.closing());
            piece.push_str(&format!("\"{}\":[", section.name()));
            self.open = Some(section.name());
            self.items = 0;
        }
        for item in items {
            if self.items > 0 {
                piece.push(',');
            }
            self.items = self.items.saturating_add(1);
            piece.push_str(&item);
        }
        if next.is_none() {
            self.sections = self.sections.saturating_add(1);
        }
        self.cursor = next;
        Ok(Some(piece))
    }

    /// The end of a document that cannot be read to its end: JSON all the same, and it says what it is.
    pub fn break_off(&mut self) -> String {
        self.over = true;
        format!("{}\"complete\":false}}", self.closing())
    }

    fn closing(&self) -> String {
        self.open.map(|_| "],".to_owned()).unwrap_or_default()
    }

    async fn read(&self, section: Section) -> Result<(Vec<String>, Option<Cursor>), RepositoryError> {
        let limit = if section == Conversations { CONVERSATIONS_AT_ONCE } else { AT_ONCE };
        let page = Page { limit, cursor: self.cursor.clone() };
        let (found, next) = match section.place() {
            Some(place) => Holding::new(place, self.user.as_str()).page(&self.documents, &page).await?,
            None => (self.single(section).await?, None),
        };
        let items = match section {
            Profile => all(&found, |found| Ok(found.decode::<User>()?)),
            Devices => all(&found, device),
            Memberships => self.memberships(&found).await,
            Conversations => all(&found, conversation),
            Submissions => own::<mentora_core::documents::Submission>(&found),
            StreamingSessions => own::<mentora_core::documents::StreamingSession>(&found),
            Notifications => own::<mentora_core::documents::Notification>(&found),
            Wallets => own::<mentora_core::documents::Wallet>(&found),
            Ledger => all(&found, entry),
            Charges => {
                // Of the own wallet, they stand there already.
                let mine = |found: &&Document| wallet_of(found).is_none_or(|id| id != self.user.as_str());
                let others: Vec<_> = found.iter().filter(mine).cloned().collect();
                all(&others, entry)
            }
            Personas => own::<mentora_core::documents::Persona>(&found),
            Topics => own::<mentora_core::documents::Topic>(&found),
            Assignments => own::<mentora_core::documents::Assignment>(&found),
            Announcements => own::<mentora_core::documents::Announcement>(&found),
        };
        Ok((items?, next))
    }

    /// The document that has the person's own id.
    async fn single(&self, section: Section) -> Result<Vec<Document>, RepositoryError> {
        let collection = if section == Wallets { WALLETS } else { USERS };
        let path = CollectionPath::parse(collection)?.doc(self.user.as_str())?;
        Ok(self.documents.get(&path).await?.into_iter().collect())
    }

    async fn memberships(&self, found: &[Document]) -> Result<Vec<String>, RepositoryError> {
        let members = found.iter().map(Document::decode).collect::<Result<Vec<Member>, _>>()?;
        let paths =
            members.iter().map(|member| courses::path(&member.course_id)).collect::<Result<Vec<_>, _>>()?;
        let courses = self.documents.batch_get(&paths).await?;
        let mut items = Vec::with_capacity(members.len());
        for (member, course) in members.into_iter().zip(courses) {
            let course = course.map(|course| course.decode::<Course>()).transpose()?;
            items.push(json(&MembershipBody { course_title: course.map(|course| course.title), member })?);
        }
        Ok(items)
    }
}

fn all<B: Serialize>(
    found: &[Document],
    body: impl Fn(&Document) -> Result<B, RepositoryError>,
) -> Result<Vec<String>, RepositoryError> {
    found.iter().map(|found| json(&body(found)?)).collect()
}

fn own<D: Serialize + DeserializeOwned>(found: &[Document]) -> Result<Vec<String>, RepositoryError> {
    all(found, |found| Ok(OwnDocument { id: found.id().to_owned(), document: found.decode::<D>()? }))
}

fn device(found: &Document) -> Result<DeviceBody, RepositoryError> {
    // Not the token: who holds it can reach the device.
    let Device { token: _, platform, last_seen_at, created_at, updated_at } = found.decode()?;
    Ok(DeviceBody { id: id::<DeviceId>(found)?, platform, last_seen_at, created_at, updated_at })
}

fn conversation(found: &Document) -> Result<ConversationBody, RepositoryError> {
    Ok(ConversationBody { id: id::<ConversationId>(found)?, conversation: found.decode()?, pending: None })
}

fn entry(found: &Document) -> Result<OwnLedgerEntry, RepositoryError> {
    let wallet = wallet_of(found).unwrap_or_default();
    let wallet_id = WalletId::new(wallet).map_err(|error| RepositoryError::Internal(error.to_string()))?;
    Ok(OwnLedgerEntry { id: found.id().to_owned(), wallet_id, entry: found.decode::<LedgerEntry>()? })
}

fn wallet_of(entry: &Document) -> Option<String> {
    entry.path.parent().parent().map(|wallet| wallet.id().to_owned())
}

fn id<I: TryFrom<String, Error: ToString>>(found: &Document) -> Result<I, RepositoryError> {
    I::try_from(found.id().to_owned()).map_err(|error| RepositoryError::Internal(error.to_string()))
}

fn json(body: &impl Serialize) -> Result<String, RepositoryError> {
    serde_json::to_string(body).map_err(|error| RepositoryError::Internal(error.to_string()))
}
