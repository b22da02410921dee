//! `users/{uid}/devices/{deviceId}`. A device stands under an id made of its push token, so none is there twice.

use mentora_core::documents::Device;
use mentora_core::documents::collections::DEVICES;
use mentora_core::ids::{DeviceId, UserId};
use mentora_firestore::{
    Client, Document, DocumentPath, Error, Fields, Kind, Precondition, Transport, Write, to_fields,
};

use super::{RepositoryError, users};
use crate::platform::documents::DocumentTransport;

/// Attempts to register while the document comes and goes under our hands, or replies are lost.
const ATTEMPTS: u32 = 3;

/// The devices.
#[derive(Debug)]
pub struct Devices<'a, T = DocumentTransport>(pub &'a Client<T>);

/// What came of registering. It has no `Debug`: the device holds its token.
#[derive(Clone, PartialEq, Eq)]
pub struct Registered {
    /// The device's id.
    pub id: DeviceId,
    /// How the device stands now.
    pub device: Device,
    /// Whether it was not there before.
    pub created: bool,
}

fn path(user: &UserId, device: &DeviceId) -> Result<DocumentPath, RepositoryError> {
    Ok(users::path(user)?.collection(DEVICES)?.doc(device.as_str())?)
}

impl<T: Transport> Devices<'_, T> {
    /// A device of a user.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, user: &UserId, id: &DeviceId) -> Result<Option<Device>, RepositoryError> {
        let found = self.0.get(&path(user, id)?).await?;
        Ok(found.map(|document| document.decode()).transpose()?)
    }

    /// The devices of a user, at most so many.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn all(&self, user: &UserId, most: u32) -> Result<Vec<(DeviceId, Device)>, RepositoryError> {
        let found = self.0.list(&users::path(user)?.collection(DEVICES)?, most, None).await?.documents;
        let device = |document: &Document| {
            let id = DeviceId::new(document.path.id())
                .map_err(|error| RepositoryError::Internal(error.to_string()))?;
            Ok((id, document.decode()?))
        };
        found.iter().map(device).collect()
    }

    /// Adds a device to a user's; one that is there was seen again.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when the document comes and goes meanwhile.
    pub async fn register(&self, user: &UserId, device: &Device) -> Result<Registered, RepositoryError> {
        let id = DeviceId::of(&device.token);
        let path = path(user, &id)?;
        for _ in 0..ATTEMPTS {
            let known = self.get(user, &id).await?;
            let created = known.is_none();
            let write = match known {
                Some(_) => Write::update(path.clone(), seen(device)?),
                None => Write::create(path.clone(), to_fields(device)?),
            };
            match self.0.commit(&[write]).await {
                Ok(_) => {
                    let created_at = known.map_or(device.created_at, |known| known.created_at);
                    let device = Device { created_at, ..device.clone() };
                    return Ok(Registered { id, device, created });
                }
                Err(error) if !may_have_met_another(&error) => return Err(error.into()),
                Err(_) => {}
            }
        }
        Err(RepositoryError::Conflict)
    }

    /// Removes a device of a user.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when the user has no such device.
    pub async fn remove(&self, user: &UserId, id: &DeviceId) -> Result<(), RepositoryError> {
        let delete = Write::delete(path(user, id)?).only_if(Precondition::Exists(true));
        match self.0.commit(&[delete]).await {
            Ok(_) => Ok(()),
            // The reply was lost: if the device is gone, that is what was wanted.
            Err(error) if error.kind == Kind::UnknownOutcome && self.get(user, id).await?.is_none() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What changes when a device is seen again: all but the time when it was first seen.
fn seen(device: &Device) -> Result<Fields, RepositoryError> {
    let mut fields = to_fields(device)?;
    fields.remove("createdAt");
    Ok(fields)
}

/// The document appeared or vanished meanwhile, or our own write got through and its reply did not.
fn may_have_met_another(error: &Error) -> bool {
    matches!(error.kind, Kind::AlreadyExists | Kind::NotFound | Kind::Aborted | Kind::UnknownOutcome)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::Platform;
    use mentora_core::time::Millis;
    use mentora_firestore::Value;

    use super::*;
    use crate::repositories::native_store::{documents, user};

    fn device(token: &str, at: i64) -> Device {
        Device {
            token: token.into(),
            platform: Platform::Web,
            last_seen_at: Millis(at),
            created_at: Millis(at),
            updated_at: Millis(at),
        }
    }

    async fn count<T: Transport>(documents: &Client<T>, id: &str) -> usize {
        let all = users::path(&user(id)).unwrap().collection(DEVICES).unwrap();
        documents.list(&all, 100, None).await.unwrap().documents.len()
    }

    #[test]
    fn a_device_registered_twice_is_one_that_was_seen_again() {
        let (documents, _) = documents();
        let (devices, ada) = (Devices(&documents), user("ada"));
        block_on(async {
            let first = devices.register(&ada, &device("t1", 1)).await.ok().unwrap();
            assert!(first.created);
            let phone = Device { platform: Platform::Ios, ..device("t1", 5) };
            let again = devices.register(&ada, &phone).await.ok().unwrap();
            assert_eq!((again.created, &again.id), (false, &first.id));
            let expected = Device { created_at: Millis(1), ..phone };
            assert_eq!(devices.get(&ada, &first.id).await, Ok(Some(expected.clone())));
            assert_eq!(again.device, expected);

            let other = devices.register(&ada, &device("t2", 6)).await.ok().unwrap();
            assert!(other.created && other.id != first.id);
            assert_eq!(count(&documents, "ada").await, 2);
        });
    }

    #[test]
    fn a_device_registered_twice_at_once_is_one() {
        let (documents, _) = documents();
        let (devices, ada) = (Devices(&documents), user("ada"));
        let (first, second) = (device("t1", 1), device("t1", 2));
        block_on(async {
            let (left, right) = join!(devices.register(&ada, &first), devices.register(&ada, &second));
            let (left, right) = (left.ok().unwrap(), right.ok().unwrap());
            assert_eq!((left.created, right.created), (true, false));
            assert_eq!(left.id, right.id);
            assert_eq!(right.device.created_at, Millis(1));
            assert_eq!(count(&documents, "ada").await, 1);
        });
    }

    #[test]
    fn what_is_not_known_of_a_device_survives() {
        let (documents, _) = documents();
        let (devices, ada) = (Devices(&documents), user("ada"));
        let path = path(&ada, &DeviceId::of("t1")).unwrap();
        block_on(async {
            let mut fields = to_fields(&device("t1", 1)).unwrap();
            fields.insert("nickname".into(), Value::String("kitchen".into()));
            documents.create(path.clone(), fields).await.unwrap();
            devices.register(&ada, &device("t1", 2)).await.ok().unwrap();
            let stored = documents.get(&path).await.unwrap().unwrap();
            assert_eq!(stored.fields["nickname"], Value::String("kitchen".into()));
            assert_eq!(stored.fields["lastSeenAt"], Value::Integer(2));
        });
    }

    #[test]
    fn a_lost_reply_is_not_a_failure() {
        let (documents, store) = documents();
        let (devices, ada) = (Devices(&documents), user("ada"));
        block_on(async {
            store.lose_next_commit_reply();
            let registered = devices.register(&ada, &device("t1", 1)).await.ok().unwrap();
            assert!(registered.device == device("t1", 1));
            store.lose_next_commit_reply();
            assert_eq!(devices.remove(&ada, &registered.id).await, Ok(()));
            assert_eq!(count(&documents, "ada").await, 0);
        });
    }

    #[test]
    fn only_the_own_devices_are_removed_and_only_once() {
        let (documents, _) = documents();
        let (devices, ada, bob) = (Devices(&documents), user("ada"), user("bob"));
        block_on(async {
            let id = devices.register(&ada, &device("t1", 1)).await.ok().unwrap().id;
            assert_eq!(devices.remove(&bob, &id).await, Err(RepositoryError::NotFound));
            assert_eq!(count(&documents, "ada").await, 1);
            assert_eq!(devices.remove(&ada, &id).await, Ok(()));
            assert_eq!(devices.remove(&ada, &id).await, Err(RepositoryError::NotFound));
        });
    }
}
