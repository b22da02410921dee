//! What a world has at one moment, to see that a refusal changed none of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;

use super::actor::Actor;
use super::things::Things;
use super::world::World;
use crate::people::Call;

const SETTLE: Duration = Duration::from_millis(200);
const TRIES: u32 = 50;

/// Every document of the world by its name, and its conversations as they tell themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents(BTreeMap<String, Value>);

impl Contents {
    pub async fn of(world: &World<'_>, things: &[&Things]) -> Self {
        // What belongs to the world names somebody or something of it; nothing else does.
        let ids: BTreeSet<&str> = world.uids().chain(things.iter().flat_map(|things| things.ids())).collect();
        let ours = |document: &Value| {
            let text = document.to_string();
            ids.iter().any(|id| text.contains(id))
        };
        let documents = world.database().everything().await.into_iter().filter(ours);
        let mut found: BTreeMap<String, Value> =
            documents.map(|document| (document["name"].as_str().unwrap().to_owned(), document)).collect();
        let conversations: BTreeSet<String> =
            things.iter().map(|things| things.path("/api/conversations/{id}")).collect();
        let ask = async |path: String| (path.clone(), world.ask(Actor::Admin, Call::get(path)).await.ok());
        found.extend(join_all(conversations.into_iter().map(ask)).await);
        Self(found)
    }

    /// Once nothing of what was done before is under way any more.
    pub async fn settled(world: &World<'_>, things: &[&Things]) -> Self {
        let mut contents = Self::of(world, things).await;
        for _ in 0..TRIES {
            tokio::time::sleep(SETTLE).await;
            let now = Self::of(world, things).await;
            if now == contents {
                return contents;
            }
            contents = now;
        }
        panic!("the world does not come to rest")
    }

    /// What is not as it was, one line a document.
    pub fn changes_since(&self, before: &Self) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(before.0.keys()).collect();
        let changed = names.into_iter().filter(|name| self.0.get(*name) != before.0.get(*name));
        let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
        changed
            .map(|name| format!("{name}: {} became {}", shown(before.0.get(name)), shown(self.0.get(name))))
            .collect()
    }
}
