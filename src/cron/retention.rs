//! Removes conversations that their courses keep no longer (`retentionDays`), as many as one run may; the next night goes on
//! with the course at which this one stopped.
//!
//! Each is asked first whether it is really over: its object alone knows whether it was opened again, and forgets before the
//! documents go. Whoever dies between the two leaves documents that the next night finds, and an object that says it is gone.

use futures::{StreamExt as _, stream};
use mentora_core::ids::{ConversationId, CourseId};
use mentora_core::jobs::Done;
use mentora_core::time::{Millis, seconds};
use mentora_durable::conversation::calls::{Calls, ExpireCall};
use mentora_durable::platform::config::Config;
use mentora_durable::platform::documents::{Documents, documents};
use mentora_durable::platform::store_tally::StoreTally;
use mentora_durable::platform::{clock, log};
use mentora_durable::repositories::retention::{self, Expired};
use mentora_durable::repositories::{Page, RepositoryError, Retention};
use serde_json::json;
use worker::Env;

use super::table::Place;

/// Conversations of one night: each takes a call, and each thirty take five.
const MAX_CONVERSATIONS: usize = 4_800;
/// Courses of one night, each of which takes a call at least.
const MAX_COURSES: usize = 1_000;
/// Courses that are looked for at once.
const COURSES_AT_ONCE: u32 = 20;
/// Objects that are asked at once.
const AT_ONCE: usize = 6;
/// How long a night begins new ones. A run is stopped after fifteen minutes.
const BEGIN_MS: i64 = seconds(5 * 60);

/// Removes what is kept no longer; how many conversations.
///
/// # Errors
/// [`RepositoryError`]; what was removed until then stays removed.
pub async fn run(env: &Env, config: &Config, place: Place<'_>) -> Result<Done, RepositoryError> {
    let tally = StoreTally::default();
    let documents = documents(env, config, &tally);
    let mut night = Night { env, documents: &documents, began: clock::now(), removed: 0, asked: 0 };
    let mut page = Page { limit: COURSES_AT_ONCE, cursor: place.cursor().await? };
    let mut looked_at = 0_usize;
    let done = loop {
        let here = page.cursor.clone();
        let (courses, next) = Retention(&documents).courses(&page).await?;
        looked_at = looked_at.saturating_add(courses.len());
        let mut all = true;
        for (course, days) in courses {
            all = all && night.course(&course, days).await?;
        }
        let count = night.removed;
        if !all {
            // The courses before the one in the middle of which it stopped have nothing left, and cost a call each.
            break Done { count, unfinished: true, cursor: here.map(|here| here.encode()) };
        }
        match next {
            Some(next) if looked_at >= MAX_COURSES => {
                break Done { count, unfinished: true, cursor: Some(next.encode()) };
            }
            Some(next) => page.cursor = Some(next),
            None => break Done { count, ..Done::default() },
        }
    };
    if done.count > 0 || done.unfinished {
        let ms = clock::now().since(night.began);
        log::event(
            "retention.done",
            json!({ "removed": done.count, "unfinished": done.unfinished, "ms": ms }),
        );
    }
    Ok(done)
}

struct Night<'a> {
    env: &'a Env,
    documents: &'a Documents,
    began: Millis,
    removed: u32,
    asked: usize,
}

impl Night<'_> {
    /// Removes what a course keeps no longer; whether that is all.
    async fn course(&mut self, course: &CourseId, days: u32) -> Result<bool, RepositoryError> {
        let (retention, by) = (Retention(self.documents), retention::closed_by(self.began, days));
        let mut behind = None;
        let mut removed = 0_usize;
        let finished = loop {
            if self.asked >= MAX_CONVERSATIONS || clock::now().since(self.began) >= BEGIN_MS {
                break false;
            }
            let (expired, next) = retention.kept_too_long(course, by, behind).await?;
            self.asked = self.asked.saturating_add(expired.len());
            let forgotten = self.forget(expired, by).await;
            retention.remove(&forgotten, clock::now()).await?;
            removed = removed.saturating_add(forgotten.len());
            self.removed = self.removed.saturating_add(u32::try_from(forgotten.len()).unwrap_or(u32::MAX));
            if next.is_none() {
                break true;
            }
            behind = next;
        };
        if removed > 0 {
            log::event(
                "retention.course.cleared",
                json!({ "course": course, "removed": removed, "days": days }),
            );
        }
        Ok(finished)
    }

    /// Asks the objects; those that have forgotten.
    async fn forget(&self, expired: Vec<Expired>, by: Millis) -> Vec<Expired> {
        let each = expired
            .into_iter()
            .map(|one| async move { self.has_forgotten(&one.id, by).await.then_some(one) });
        stream::iter(each).buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await
    }

    async fn has_forgotten(&self, id: &ConversationId, by: Millis) -> bool {
        let asked = Calls::new(self.env).expire(id, &ExpireCall { closed_by: by }).await;
        asked.unwrap_or_else(|error| {
            let why = format!("{:?}", error.code);
            log::failure("retention.failed", json!({ "conversation": id, "why": why }));
            false
        })
    }
}
