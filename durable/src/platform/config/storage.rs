//! Settings of files: the bucket, and where the service is.

use mentora_google::storage::STORAGE_URL;

use super::{ConfigError, Reader, Settings, checked_url, invalid};

const LOCAL_BUCKET: &str = "demo-mentora.firebasestorage.app";

/// Where files are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageConfig {
    /// Without a final slash.
    pub base_url: String,
    /// The bucket.
    pub bucket: Option<String>,
}

impl StorageConfig {
    pub(super) fn read<S: Settings>(read: &Reader<'_, S>) -> Result<Self, ConfigError> {
        const NAME: &str = "STORAGE_EMULATOR_HOST";
        let bucket = read.value("GCS_BUCKET");
        if bucket.as_deref().is_some_and(|name| !is_bucket(name)) {
            return Err(invalid("GCS_BUCKET", "expected 3 to 222 of a-z 0-9 - _ ."));
        }
        let Some(host) = read.value(NAME) else {
            return Ok(Self { base_url: STORAGE_URL.to_owned(), bucket });
        };
        // Google's clients want this one as a URL, its emulators print it as host and port.
        let url = if host.contains("://") { host } else { format!("http://{host}") };
        let base_url = checked_url(NAME, &url, read.environment)?;
        // Any bucket will do there; at Google's it would be somebody's.
        Ok(Self { base_url, bucket: bucket.or_else(|| Some(LOCAL_BUCKET.to_owned())) })
    }
}

/// Whether it may stand in a URL as it is, as the names of buckets do.
fn is_bucket(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    (3..=222).contains(&name.len()) && name.bytes().all(known)
}
