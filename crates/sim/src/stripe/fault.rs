//! Calls of the API that fail by order of `POST /sim/stripe/faults`.

use std::collections::VecDeque;
use std::time::Duration;

use axum::http::StatusCode;
use serde::Deserialize;

/// How a call fails.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Fault {
    /// The status that is answered, 400 to 599.
    #[serde(default = "server_error")]
    pub status: u16,
    /// It was done all the same: the caller cannot know.
    #[serde(default)]
    pub done: bool,
    /// Nothing is answered for so long, milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
    /// For so many calls.
    #[serde(default = "once")]
    pub times: u32,
}

const fn server_error() -> u16 {
    500
}

const fn once() -> u32 {
    1
}

impl Fault {
    /// The status, if there is such a failure.
    pub fn status(&self) -> Option<StatusCode> {
        StatusCode::from_u16(self.status).ok().filter(|_| (400..=599).contains(&self.status))
    }

    /// How long nothing is answered.
    pub fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.min(600_000))
    }
}

/// What is still to fail, the first first.
#[derive(Debug, Default)]
pub struct Faults(VecDeque<Fault>);

impl Faults {
    /// In place of what was there.
    pub fn replace(&mut self, faults: Vec<Fault>) {
        self.0 = faults.into();
    }

    /// What happens to the call that comes now.
    pub fn take(&mut self) -> Option<Fault> {
        let first = self.0.front_mut()?;
        let fault = first.clone();
        first.times = first.times.saturating_sub(1);
        if first.times == 0 {
            self.0.pop_front();
        }
        Some(fault)
    }
}
