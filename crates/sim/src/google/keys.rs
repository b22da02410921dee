//! RSA keys: one of the service account, and those Firebase signs ID tokens with. They are made on first use;
//! the command begins in the background at its start, because a debug build needs seconds for a key.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rsa::RsaPrivateKey;

const BITS: usize = 2_048;

/// A key with its id.
#[derive(Clone)]
pub struct Key {
    /// `kid`, 40 hex digits.
    pub id: String,
    /// The key.
    pub private: RsaPrivateKey,
}

impl Key {
    fn generate() -> Result<Arc<Self>, rsa::Error> {
        let private = RsaPrivateKey::new(&mut rand::thread_rng(), BITS)?;
        let id = format!("{:032x}{:08x}", rand::random::<u128>(), rand::random::<u32>());
        Ok(Arc::new(Self { id, private }))
    }
}

/// All keys of a sim.
#[derive(Clone, Default)]
pub struct Keys {
    service_account: Arc<OnceLock<Arc<Key>>>,
    firebase: Arc<Mutex<Firebase>>,
}

#[derive(Default)]
struct Firebase {
    current: Option<Arc<Key>>,
    previous: Option<Arc<Key>>,
}

/// A key could not be made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// By the RSA library.
    #[error("no RSA key could be made: {0}")]
    Generation(#[from] rsa::Error),
    /// The worker thread is gone.
    #[error("the task that makes the key was stopped")]
    Stopped,
}

impl Keys {
    /// Begins to make the keys, so that they are there when they are asked for.
    pub fn prepare(&self) {
        let (service_account, firebase) = (self.clone(), self.clone());
        std::thread::spawn(move || service_account.service_account_now().map(drop));
        std::thread::spawn(move || firebase.firebase_now().map(drop));
    }

    /// The service account's key.
    pub async fn service_account(&self) -> Result<Arc<Key>, KeyError> {
        let keys = self.clone();
        tokio::task::spawn_blocking(move || keys.service_account_now())
            .await
            .map_err(|_| KeyError::Stopped)?
    }

    /// The key that ID tokens are signed with.
    pub async fn firebase(&self) -> Result<Arc<Key>, KeyError> {
        let keys = self.clone();
        tokio::task::spawn_blocking(move || keys.firebase_now()).await.map_err(|_| KeyError::Stopped)?
    }

    /// The keys that ID tokens may be signed with: the current one and the one before.
    pub async fn published(&self) -> Result<Vec<Arc<Key>>, KeyError> {
        let current = self.firebase().await?;
        let previous = self.lock().previous.clone();
        Ok(std::iter::once(current).chain(previous).collect())
    }

    /// A new current key. The old one stays published, unless it is `forgotten`.
    pub async fn rotate(&self, forget: bool) -> Result<Arc<Key>, KeyError> {
        let key = tokio::task::spawn_blocking(Key::generate).await.map_err(|_| KeyError::Stopped)??;
        let mut firebase = self.lock();
        let old = firebase.current.replace(Arc::clone(&key));
        firebase.previous = if forget { None } else { old };
        Ok(key)
    }

    fn service_account_now(&self) -> Result<Arc<Key>, KeyError> {
        if let Some(key) = self.service_account.get() {
            return Ok(Arc::clone(key));
        }
        let key = Key::generate()?;
        Ok(Arc::clone(self.service_account.get_or_init(|| key)))
    }

    fn firebase_now(&self) -> Result<Arc<Key>, KeyError> {
        let mut firebase = self.lock();
        if let Some(key) = &firebase.current {
            return Ok(Arc::clone(key));
        }
        let key = Key::generate()?;
        firebase.current = Some(Arc::clone(&key));
        Ok(key)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Firebase> {
        self.firebase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seconds since 1970.
pub fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
}
