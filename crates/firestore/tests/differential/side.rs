//! One of the two that are compared: where its requests go, and what it said.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::{
    differences,
    shared::{
        exchange::{Outcome, Reply, Request},
        normal::Run,
        service::Service,
    },
    step::{Kind, Step},
};

/// Pages that are asked for before a list is taken to be endless.
const MAX_PAGES: usize = 8;
/// The version of a document that was never seen: a long time ago.
const NEVER: &str = "2001-02-03T04:05:06.000007Z";

/// A run of a program.
pub struct Side<'a> {
    service: &'a mut dyn Service,
    run: Run,
    /// The versions of each document by its path, in the order in which they were seen.
    versions: BTreeMap<String, Vec<String>>,
}

impl<'a> Side<'a> {
    pub fn new(service: &'a mut dyn Service, project: &str) -> Self {
        Self { service, run: Run::new(project), versions: BTreeMap::new() }
    }

    /// What a step is answered with, a list page by page; an error is the lack of an answer.
    pub fn answer(&mut self, step: &Step) -> Result<Vec<Outcome>, String> {
        let mut outcomes = Vec::new();
        let mut step = step.clone();
        while outcomes.len() < MAX_PAGES {
            let body = step.body.clone().map(|body| self.filled(body));
            let request = Request {
                method: step.kind.method(),
                path: format!("/v1/{}{}", self.run.root(), step.url()),
                body: body.as_ref().map(Json::to_string).unwrap_or_default(),
            };
            let reply = self.service.send(&request)?;
            let reply = differences::without_uncompared(reply, body.as_ref());
            outcomes.push(self.run.outcome(&reply));
            let Some(token) = self.learned(&reply, body.as_ref()) else { break };
            match (&step.kind, &mut step.body) {
                (Kind::List, _) => {
                    step.parameters.retain(|(name, _)| *name != "pageToken");
                    step.parameters.push(("pageToken", token));
                }
                (Kind::CollectionIds, Some(body)) => body["pageToken"] = Json::String(token),
                _ => break,
            }
        }
        // The emulator gives a token with every page that is full, and an empty page for it behind the last. Clients
        // have to expect either.
        if outcomes.len() > 1 && outcomes.last().is_some_and(|last| last.body == json!({})) {
            outcomes.pop();
        }
        if let Some(body) = outcomes.last_mut().and_then(|last| last.body.as_object_mut()) {
            body.remove("nextPageToken");
        }
        Ok(outcomes)
    }

    /// Keeps the versions that a reply tells; gives the token of the next page.
    fn learned(&mut self, reply: &Reply, sent: Option<&Json>) -> Option<String> {
        let body: Json = serde_json::from_str(&reply.body).ok()?;
        self.learn_documents(&body);
        // Results of writes are told without the names of the documents.
        let writes = sent.and_then(|sent| sent.get("writes")?.as_array());
        let results = body.get("writeResults").and_then(Json::as_array);
        for (write, result) in writes.into_iter().flatten().zip(results.into_iter().flatten()) {
            let name = write.pointer("/update/name").or_else(|| write.pointer("/transform/document"));
            self.learn(name, result.get("updateTime"));
        }
        body.get("nextPageToken").and_then(Json::as_str).map(str::to_owned)
    }

    fn learn_documents(&mut self, json: &Json) {
        match json {
            Json::Array(values) => values.iter().for_each(|value| self.learn_documents(value)),
            Json::Object(object) => {
                self.learn(object.get("name"), object.get("updateTime"));
                ["document", "documents", "found"]
                    .into_iter()
                    .filter_map(|name| object.get(name))
                    .for_each(|value| self.learn_documents(value));
            }
            _ => {}
        }
    }

    fn learn(&mut self, name: Option<&Json>, version: Option<&Json>) {
        let path = name.and_then(Json::as_str).and_then(|name| name.strip_prefix(self.run.root()));
        if let (Some(path), Some(version)) = (path, version.and_then(Json::as_str)) {
            let versions = self.versions.entry(path.trim_start_matches('/').to_owned()).or_default();
            if versions.last().is_none_or(|last| last != version) {
                versions.push(version.to_owned());
            }
        }
    }

    fn filled(&self, json: Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.filled_text(text)),
            Json::Array(values) => values.into_iter().map(|value| self.filled(value)).collect(),
            Json::Object(object) => {
                object.into_iter().map(|(name, value)| (name, self.filled(value))).collect()
            }
            other => other,
        }
    }

    fn filled_text(&self, text: String) -> String {
        if let Some(rest) = text.strip_prefix("D/") {
            return format!("{}/{rest}", self.run.root());
        }
        let version_of = |path: &str, age: usize| {
            let versions = self.versions.get(path).map(Vec::as_slice).unwrap_or_default();
            versions.iter().rev().nth(age).map_or(NEVER, String::as_str).to_owned()
        };
        let path_in = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix('}');
        match (path_in("{now:"), path_in("{past:")) {
            (Some(path), _) => version_of(path, 0),
            (_, Some(path)) => version_of(path, 1),
            _ => text,
        }
    }
}
