//! What was taken, the latest last.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::google::keys::now;

/// Messages kept.
const PUSHES: usize = 1_000;

/// The push messages.
#[derive(Debug, Default)]
pub struct Pushes {
    kept: Mutex<VecDeque<Value>>,
}

impl Pushes {
    /// Keeps a message; tells its name.
    pub fn keep(&self, project: &str, message: &Value) -> String {
        let name = format!("projects/{project}/messages/0:{:016x}", rand::random::<u64>());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(json!({
            "name": name, "at": now(), "token": message["token"], "title": message["notification"]["title"],
            "body": message["notification"]["body"], "data": message["data"], "webpush": message["webpush"],
        }));
        if kept.len() > PUSHES {
            kept.pop_front();
        }
        name
    }

    /// The messages to a device, or all of them.
    pub fn all(&self, to: Option<&str>) -> Vec<Value> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().filter(|push| to.is_none_or(|token| push["token"] == token)).cloned().collect()
    }

    /// Forgets them.
    pub fn clear(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
