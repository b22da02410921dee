//! `users/{uid}`

use std::collections::HashMap;

use mentora_core::documents::collections::USERS;
use mentora_core::documents::{ActiveMode, User};
use mentora_core::ids::UserId;
use mentora_core::time::Millis;
use mentora_firestore::value::to_value;
use mentora_firestore::{
    Client, CollectionPath, Document, DocumentPath, FieldPath, Fields, Transport, Value,
};

use super::document::{self, Change};
use super::{RepositoryError, Stored, Version};
use crate::platform::documents::DocumentTransport;

/// The people.
#[derive(Debug)]
pub struct Users<'a, T = DocumentTransport>(pub &'a Client<T>);

/// What becomes different in a profile; what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// What others see.
    pub display_name: Option<String>,
    /// The address of the identity. No person changes it by hand.
    pub email: Option<String>,
    /// Where the picture is; `Some(None)` removes it.
    pub photo_url: Option<Option<String>>,
    /// The side of the desk that the app shows.
    pub active_mode: Option<ActiveMode>,
    /// The language of the app.
    pub locale: Option<String>,
    /// Whether to be told things by e-mail.
    pub by_email: Option<bool>,
    /// Whether to be told things on the own devices.
    pub by_push: Option<bool>,
}

pub(super) fn path(user: &UserId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(USERS)?.doc(user.as_str())?)
}

impl<T: Transport> Users<'_, T> {
    /// A person.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, user: &UserId) -> Result<Option<Stored<User>>, RepositoryError> {
        document::read(self.0, &path(user)?).await
    }

    /// What people are called; of who has no profile, nothing.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn names(&self, users: &[UserId]) -> Result<HashMap<UserId, String>, RepositoryError> {
        let paths = users.iter().map(path).collect::<Result<Vec<_>, _>>()?;
        let found = self.0.batch_get(&paths).await?;
        let named = |document: &Document| {
            let User { uid, display_name, .. } = document.decode()?;
            Ok((uid, display_name))
        };
        found.iter().flatten().map(named).collect()
    }

    /// The person as stored; stored as `fresh` where there was none. Of several calls at once, one stores.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn find_or_create(&self, fresh: User) -> Result<Stored<User>, RepositoryError> {
        match self.get(&fresh.uid).await? {
            Some(found) => Ok(found),
            None => document::create(self.0, path(&fresh.uid)?, fresh).await,
        }
    }

    /// The profile with the address that the identity has by now; written only where it is another one.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn follow(
        &self,
        profile: Stored<User>,
        email: Option<String>,
        now: Millis,
    ) -> Result<Stored<User>, RepositoryError> {
        let Some(email) = email.filter(|email| *email != profile.email) else { return Ok(profile) };
        let change = ProfileChange { email: Some(email), ..ProfileChange::default() };
        self.update(&profile.uid, &change, None, now).await
    }

    /// Changes a profile at `now` and returns it. Two changes at once of different things both hold.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when there is no such person, [`RepositoryError::Stale`] when the profile has another
    /// version than `seen`.
    pub async fn update(
        &self,
        user: &UserId,
        change: &ProfileChange,
        seen: Option<Version>,
        now: Millis,
    ) -> Result<Stored<User>, RepositoryError> {
        document::update_with(self.0, &path(user)?, change.to_change()?, seen, now, Vec::new()).await
    }
}

impl ProfileChange {
    /// Touches what is named and nothing else; of the ways to be told things, each by itself.
    fn to_change(&self) -> Result<Change, RepositoryError> {
        let text = |value: &Option<String>| value.clone().map(Value::String);
        let named = [
            ("displayName", text(&self.display_name)),
            ("email", text(&self.email)),
            ("photoURL", self.photo_url.as_ref().and_then(text)),
            ("activeMode", self.active_mode.as_ref().map(to_value).transpose()?),
            ("locale", text(&self.locale)),
        ];
        let mut fields: Fields =
            named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        let mut touched: Vec<FieldPath> = fields.keys().map(|name| FieldPath::new([name])).collect();
        if self.photo_url == Some(None) {
            // Touched and not set: removed.
            touched.push(FieldPath::new(["photoURL"]));
        }
        let ways = [("email", self.by_email), ("push", self.by_push)];
        let ways: Fields =
            ways.into_iter().filter_map(|(way, on)| Some((way.to_owned(), on?.into()))).collect();
        touched.extend(ways.keys().map(|way| FieldPath::new(["notifications", way])));
        if !ways.is_empty() {
            fields.insert("notifications".into(), Value::Map(ways));
        }
        Ok(Change { fields, touched })
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::Notifications;
    use mentora_firestore::to_fields;

    use super::*;
    use crate::repositories::native_store::{documents, profile, user};

    #[test]
    fn of_two_first_calls_at_once_one_stores_and_both_get_the_same() {
        let (documents, _) = documents();
        let users = Users(&documents);
        let (first, second) = (profile("ada", 1), User { locale: "zh-TW".into(), ..profile("ada", 2) });
        block_on(async {
            let (left, right) = join!(users.find_or_create(first.clone()), users.find_or_create(second));
            assert_eq!(left.as_ref().map(|stored| &stored.document), Ok(&first));
            assert_eq!(right, left);
            assert_eq!(users.get(&user("ada")).await, left.map(Some));
        });
    }

    #[test]
    fn a_profile_follows_the_address_of_its_identity_and_is_written_for_that_alone() {
        let (documents, _) = documents();
        let users = Users(&documents);
        block_on(async {
            let first =
                users.find_or_create(User { email: String::new(), ..profile("ada", 1) }).await.unwrap();
            let unknown = users.follow(first.clone(), None, Millis(2)).await.unwrap();
            assert_eq!(unknown, first);
            let filled =
                users.follow(first.clone(), Some("ada@new.example".into()), Millis(3)).await.unwrap();
            let expected = User { email: "ada@new.example".into(), updated_at: Millis(3), ..first.document };
            assert_eq!(filled.document, expected);
            let same = users.follow(filled.clone(), Some("ada@new.example".into()), Millis(4)).await.unwrap();
            assert_eq!(same.version, filled.version, "nothing was written");
            assert_eq!(users.get(&user("ada")).await, Ok(Some(filled)));
        });
    }

    #[test]
    fn who_is_there_is_not_made_again() {
        let (documents, _) = documents();
        let users = Users(&documents);
        block_on(async {
            users.find_or_create(profile("ada", 1)).await.unwrap();
            let again = User { display_name: "Another".into(), ..profile("ada", 9) };
            let found = users.find_or_create(again).await.unwrap();
            assert_eq!(found.document, profile("ada", 1));
            assert_eq!(users.get(&user("bob")).await, Ok(None));
        });
    }

    #[test]
    fn names_are_told_of_those_who_have_one() {
        let (documents, _) = documents();
        let users = Users(&documents);
        block_on(async {
            users.find_or_create(profile("ada", 1)).await.unwrap();
            let asked = [user("bob"), user("ada")];
            let told = users.names(&asked).await.unwrap();
            assert_eq!(told, HashMap::from([(user("ada"), "Person ada".to_owned())]));
            assert_eq!(users.names(&[]).await, Ok(HashMap::new()));
        });
    }

    #[test]
    fn a_lost_reply_is_not_a_failure() {
        let (documents, store) = documents();
        let users = Users(&documents);
        block_on(async {
            store.lose_next_commit_reply();
            let made = users.find_or_create(profile("ada", 1)).await.unwrap();
            assert_eq!(made.document, profile("ada", 1));
            store.lose_next_commit_reply();
            let change = ProfileChange { locale: Some("zh-TW".into()), ..ProfileChange::default() };
            let changed = users.update(&user("ada"), &change, None, Millis(2)).await.unwrap();
            assert_eq!((changed.locale.as_str(), changed.updated_at), ("zh-TW", Millis(2)));
        });
    }

    #[test]
    fn what_is_not_named_survives_a_change_be_it_known_or_not() {
        let (documents, _) = documents();
        let users = Users(&documents);
        let path = path(&user("ada")).unwrap();
        block_on(async {
            let mut fields = to_fields(&profile("ada", 1)).unwrap();
            fields.insert("badges".into(), Value::Integer(7));
            let ways = Fields::from([("push".into(), false.into()), ("sms".into(), true.into())]);
            fields.insert("notifications".into(), Value::Map(ways));
            documents.create(path.clone(), fields.clone()).await.unwrap();

            let change = ProfileChange { by_email: Some(false), ..ProfileChange::default() };
            let changed = users.update(&user("ada"), &change, None, Millis(5)).await.unwrap();
            let notifications = Notifications { email: false, push: false };
            let expected = User { notifications, updated_at: Millis(5), ..profile("ada", 1) };
            assert_eq!(changed.document, expected);

            fields.insert("updatedAt".into(), Value::Integer(5));
            let ways = [("email", false), ("push", false), ("sms", true)];
            let ways = ways.map(|(way, on)| (way.to_owned(), Value::Boolean(on)));
            fields.insert("notifications".into(), Value::Map(ways.into()));
            assert_eq!(documents.get(&path).await.unwrap().unwrap().fields, fields);
        });
    }

    #[test]
    fn everything_that_may_change_changes_and_a_picture_is_removed() {
        let (documents, _) = documents();
        let users = Users(&documents);
        let change = ProfileChange {
            display_name: Some("Ada L.".into()),
            email: None,
            photo_url: Some(Some("https://pictures.example/b.png".into())),
            active_mode: Some(ActiveMode::Mentor),
            locale: Some("zh-Hant".into()),
            by_email: Some(false),
            by_push: Some(true),
        };
        let expected = User {
            display_name: "Ada L.".into(),
            photo_url: Some("https://pictures.example/b.png".into()),
            active_mode: ActiveMode::Mentor,
            locale: "zh-Hant".into(),
            notifications: Notifications { email: false, push: true },
            updated_at: Millis(2),
            ..profile("ada", 1)
        };
        block_on(async {
            users.find_or_create(profile("ada", 1)).await.unwrap();
            assert_eq!(
                users.update(&user("ada"), &change, None, Millis(2)).await.map(Stored::into_document),
                Ok(expected.clone())
            );
            let bare = ProfileChange { photo_url: Some(None), ..ProfileChange::default() };
            let removed = User { photo_url: None, updated_at: Millis(3), ..expected };
            assert_eq!(
                users.update(&user("ada"), &bare, None, Millis(3)).await.map(Stored::into_document),
                Ok(removed)
            );
            let stored = documents.get(&path(&user("ada")).unwrap()).await.unwrap().unwrap();
            assert!(!stored.fields.contains_key("photoURL"), "not even as null");
        });
    }

    #[test]
    fn two_changes_at_once_of_different_things_both_hold() {
        let (documents, _) = documents();
        let users = Users(&documents);
        let name = ProfileChange { display_name: Some("Countess".into()), ..ProfileChange::default() };
        let push = ProfileChange { by_push: Some(false), ..ProfileChange::default() };
        let ada = user("ada");
        block_on(async {
            users.find_or_create(profile("ada", 1)).await.unwrap();
            let (left, right) =
                join!(users.update(&ada, &name, None, Millis(2)), users.update(&ada, &push, None, Millis(2)));
            assert!(left.is_ok() && right.is_ok());
            let stored = users.get(&ada).await.unwrap().unwrap();
            assert_eq!((stored.display_name.as_str(), stored.notifications.push), ("Countess", false));
        });
    }

    #[test]
    fn a_change_of_nothing_writes_nothing() {
        let (documents, _) = documents();
        let users = Users(&documents);
        block_on(async {
            users.find_or_create(profile("ada", 1)).await.unwrap();
            let same = users.update(&user("ada"), &ProfileChange::default(), None, Millis(9)).await;
            assert_eq!(same.map(Stored::into_document), Ok(profile("ada", 1)));
        });
    }

    #[test]
    fn nobody_is_made_by_a_change() {
        let (documents, _) = documents();
        let users = Users(&documents);
        let change = ProfileChange { by_push: Some(false), ..ProfileChange::default() };
        block_on(async {
            for change in [change, ProfileChange::default()] {
                let refused = users.update(&user("ada"), &change, None, Millis(2)).await;
                assert_eq!(refused, Err(RepositoryError::NotFound));
            }
            assert_eq!(users.get(&user("ada")).await, Ok(None));
        });
    }
}
