//! Where requests go.

use std::time::{Duration, SystemTime};

use mentora_firestore::{embedded::Store, emulator::Emulator};
use rusqlite::Connection;

use super::exchange::{Reply, Request};

/// Answers requests; an error is the lack of an answer.
pub trait Service {
    fn send(&mut self, request: &Request) -> Result<Reply, String>;
}

/// Our store over SQLite in memory.
pub struct EmbeddedService {
    store: Store<Connection>,
    /// Microseconds of the epoch.
    last_request: i64,
}

impl EmbeddedService {
    pub fn new() -> Self {
        let connection = Connection::open_in_memory().expect("SQLite opens in memory");
        Self { store: Store::open(connection).expect("the tables can be made"), last_request: 0 }
    }
}

impl Service for EmbeddedService {
    fn send(&mut self, request: &Request) -> Result<Reply, String> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970");
        let now = i64::try_from(now.as_micros()).expect("it is before the year 292,000");
        // No two requests have one `REQUEST_TIME`, as it is over HTTP.
        self.last_request = now.max(self.last_request + 1000);
        let http = http::Request::builder()
            .method(request.method)
            .uri(request.path.as_str())
            .body(request.body.clone().into_bytes())
            .map_err(|error| error.to_string())?;
        let response = self.store.handle(self.last_request, &http);
        let status = response.status().as_u16();
        let body = String::from_utf8(response.into_body()).map_err(|error| error.to_string())?;
        Ok(Reply { status, body })
    }
}

/// A store behind an address: Google's emulator, or ours in workerd.
pub struct EmulatorService {
    base_url: String,
    agent: ureq::Agent,
}

impl EmulatorService {
    pub fn new(emulator: &Emulator) -> Self {
        Self::at(emulator.base_url())
    }

    pub fn at(base_url: String) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            // The first request of a cold emulator on a busy machine takes seconds.
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { base_url, agent: config.into() }
    }
}

impl Service for EmulatorService {
    fn send(&mut self, request: &Request) -> Result<Reply, String> {
        let http = http::Request::builder()
            .method(request.method)
            .uri(format!("{}{}", self.base_url, request.path))
            .header("authorization", "Bearer owner")
            .header("content-type", "application/json")
            .body(request.body.clone())
            .map_err(|error| error.to_string())?;
        let mut response = self.agent.run(http).map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_string().map_err(|error| error.to_string())?;
        Ok(Reply { status, body })
    }
}
