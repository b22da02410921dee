//! What was taken, the latest last.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::google::keys::now;
use crate::world::World;

/// Mails kept.
const MAILS: usize = 1_000;

/// The mails.
#[derive(Debug, Default)]
pub struct Outbox {
    mails: Mutex<VecDeque<Value>>,
}

impl Outbox {
    /// Keeps a mail; tells its name.
    pub fn keep(&self, mail: &Value) -> String {
        let id = format!("{:016x}.sim", rand::random::<u64>());
        let recipients = |list: &str| -> Vec<Value> {
            let all = mail["personalizations"].as_array().into_iter().flatten();
            all.flat_map(|one| one[list].as_array().into_iter().flatten().cloned()).collect()
        };
        let content = |kind: &str| {
            let all = mail["content"].as_array().into_iter().flatten();
            all.filter(|content| content["type"] == kind).map(|content| content["value"].clone()).next()
        };
        let kept = json!({
            "messageId": id, "at": now(), "from": mail["from"], "to": recipients("to"), "subject": mail["subject"],
            "text": content("text/plain"), "html": content("text/html"), "headers": mail["headers"],
            "customArgs": mail["custom_args"],
        });
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.push_back(kept);
        if mails.len() > MAILS {
            mails.pop_front();
        }
        id
    }

    /// The mails to an address, or all of them.
    pub fn mails(&self, to: Option<&str>) -> Vec<Value> {
        let mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let goes_to = |mail: &Value, address: &str| {
            mail["to"].as_array().into_iter().flatten().any(|mailbox| mailbox["email"] == address)
        };
        mails.iter().filter(|mail| to.is_none_or(|address| goes_to(mail, address))).cloned().collect()
    }
}

/// Query of `GET /sim/outbox`.
#[derive(Debug, Deserialize)]
pub struct OutboxQuery {
    to: Option<String>,
}

/// `GET /sim/outbox[?to=…]`: the mails to an address, the push messages to a device.
pub async fn get(State(world): State<Arc<World>>, Query(query): Query<OutboxQuery>) -> Json<Value> {
    let to = query.to.as_deref();
    Json(json!({ "mails": world.outbox.mails(to), "pushes": world.pushes.all(to) }))
}

/// `DELETE /sim/outbox`
pub async fn clear(State(world): State<Arc<World>>) -> StatusCode {
    world.outbox.mails.lock().unwrap_or_else(PoisonError::into_inner).clear();
    world.pushes.clear();
    StatusCode::NO_CONTENT
}
