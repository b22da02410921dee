//! Files in the bucket that the configuration names. Browsers upload by themselves, with a URL that is signed here; what
//! they uploaded is asked for and deleted by us.

use mentora_firestore::Transport as _;
use mentora_google::service_account::{AccessToken, ServiceAccount};
use mentora_google::storage::{
    Bucket, Metadata, SignError, SignedUrl, StorageError, parse_deleted, parse_metadata,
};

use super::config::Config;
use super::fetch::Fetch;
use super::{access_token, clock};

const DEADLINE_MS: u32 = 4_000;

/// The bucket, and on whose behalf it is used.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    bucket: Bucket<'a>,
    account: &'a ServiceAccount,
    token_url: &'a str,
}

impl<'a> Files<'a> {
    /// The configured bucket.
    ///
    /// # Errors
    /// The name of the setting that is missing.
    pub fn of(config: &'a Config) -> Result<Self, &'static str> {
        let name = config.storage.bucket.as_deref().ok_or("GCS_BUCKET")?;
        let account = config.service_account.as_ref().ok_or("FIREBASE_SERVICE_ACCOUNT_KEY")?;
        let bucket = Bucket { base_url: &config.storage.base_url, name };
        Ok(Self { bucket, account, token_url: &config.token_url })
    }

    /// Where whoever sends exactly these headers may put an object. A signature takes about 10 ms.
    ///
    /// # Errors
    /// [`SignError`]
    pub fn upload_url(
        &self,
        object: &str,
        headers: &[(&str, &str)],
        expires_seconds: u32,
    ) -> Result<String, SignError> {
        let request = SignedUrl { bucket: self.bucket, object, method: "PUT", headers, expires_seconds };
        request.sign(self.account, clock::now().0)
    }

    /// Where everybody reads an object.
    #[must_use]
    pub fn public_url(&self, object: &str) -> String {
        self.bucket.public_url(object)
    }

    /// What an object is; none if there is no such object.
    ///
    /// # Errors
    /// [`StorageError`]
    pub async fn metadata(&self, object: &str) -> Result<Option<Metadata>, StorageError> {
        self.call(|token| self.bucket.metadata_request(object, token), parse_metadata).await
    }

    /// Deletes an object. It may be gone already: a call whose answer was lost can be made again.
    ///
    /// # Errors
    /// [`StorageError`]
    pub async fn delete(&self, object: &str) -> Result<(), StorageError> {
        self.call(|token| self.bucket.delete_request(object, token), parse_deleted).await.map(drop)
    }

    async fn call<T>(
        &self,
        request: impl Fn(&AccessToken) -> Result<http::Request<Vec<u8>>, StorageError>,
        parse: impl Fn(&http::Response<Vec<u8>>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let token = self.token().await?;
        match parse(&exchange(request(&token)?).await?) {
            // Withdrawn before its time. Nothing was carried out, so the call may be made again.
            Err(StorageError::Token) => {
                access_token::refused(&token);
                let token = self.token().await?;
                parse(&exchange(request(&token)?).await?)
            }
            answer => answer,
        }
    }

    async fn token(&self) -> Result<AccessToken, StorageError> {
        let token = access_token::current(self.account, self.token_url).await;
        token.map_err(|error| StorageError::Unavailable(error.to_string()))
    }
}

async fn exchange(request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, StorageError> {
    let reply = Fetch.send(request, DEADLINE_MS).await;
    reply.map_err(|error| StorageError::Unavailable(error.to_string()))
}
