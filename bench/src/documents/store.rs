//! Who is asked.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use mentora_firestore::embedded;
use rusqlite::Connection;

use super::DocumentsError;

const PATIENCE: Duration = Duration::from_secs(60);

/// A document store under test.
pub struct Store {
    pub name: &'static str,
    service: Service,
}

enum Service {
    Http { base_url: String, agent: ureq::Agent },
    Native { store: Mutex<embedded::Store<Connection>>, folder: PathBuf },
}

impl Store {
    pub fn http(name: &'static str, base_url: String) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_idle_connections_per_host(64)
            .build();
        Self { name, service: Service::Http { base_url, agent: config.into() } }
    }

    /// In this process, with a file of its own: what a call costs without the platform around it.
    pub fn native(name: &'static str) -> Result<Self, DocumentsError> {
        let folder = std::env::temp_dir().join(format!("mentora-bench-{}", std::process::id()));
        let failed = |error: std::io::Error| DocumentsError::Store { store: name, reason: error.to_string() };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let connection = Connection::open(folder.join("documents.sqlite"))?;
        // As workerd opens the file of an object.
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")?;
        let store = Mutex::new(embedded::Store::open(connection)?);
        Ok(Self { name, service: Service::Native { store, folder } })
    }

    /// Asks and waits; anything but 200 is an error.
    pub fn ask(&self, method: &str, path: &str, body: &[u8]) -> Result<Vec<u8>, DocumentsError> {
        let failed = |reason: String| DocumentsError::Store { store: self.name, reason };
        let (status, body) = self.answer(method, path, body).map_err(failed)?;
        match status {
            200 => Ok(body),
            _ => Err(failed(format!("{status} {}", String::from_utf8_lossy(&body)))),
        }
    }

    fn answer(&self, method: &str, path: &str, body: &[u8]) -> Result<(u16, Vec<u8>), String> {
        let request = |base_url: &str| {
            http::Request::builder()
                .method(method)
                .uri(format!("{base_url}/v1/{path}"))
                .header("authorization", "Bearer owner")
                .header("content-type", "application/json")
                .body(body.to_vec())
                .map_err(|error| error.to_string())
        };
        match &self.service {
            Service::Http { base_url, agent } => {
                let mut response = agent.run(request(base_url)?).map_err(|error| error.to_string())?;
                let body = response.body_mut().with_config().limit(u64::MAX).read_to_vec();
                Ok((response.status().as_u16(), body.map_err(|error| error.to_string())?))
            }
            Service::Native { store, .. } => {
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                let now = i64::try_from(now.as_micros()).unwrap_or(i64::MAX);
                let request = request("")?;
                let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
                let response = store.handle(now, &request);
                Ok((response.status().as_u16(), response.into_body()))
            }
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Service::Native { folder, .. } = &self.service {
            // A file that stays behind in the temporary folder harms nobody.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
