//! What was uploaded, in memory.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;

use crate::google::keys::now;

/// All objects together; then the oldest are forgotten.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// One object.
pub const MOST_BYTES_OF_ONE: usize = 16 * 1024 * 1024;

/// An object.
#[derive(Debug, Clone)]
pub struct Object {
    /// Bucket and name.
    pub place: (String, String),
    /// As it was sent.
    pub content_type: String,
    /// Its content.
    pub content: Bytes,
    /// Larger than that of every object before it.
    pub generation: i64,
}

/// All objects of all buckets.
#[derive(Debug, Default)]
pub struct Objects {
    objects: Mutex<VecDeque<Object>>,
    made: AtomicI64,
    expired_until: AtomicI64,
}

impl Objects {
    /// An object.
    pub fn get(&self, bucket: &str, name: &str) -> Option<Object> {
        self.lock().iter().find(|object| object.is_at(bucket, name)).cloned()
    }

    /// Keeps an object, in place of the one of the same name; `None` if there is one and it must be `fresh`.
    pub fn put(
        &self,
        bucket: &str,
        name: &str,
        content_type: String,
        content: Bytes,
        fresh: bool,
    ) -> Option<Object> {
        let mut objects = self.lock();
        if let Some(at) = objects.iter().position(|object| object.is_at(bucket, name)) {
            if fresh {
                return None;
            }
            objects.remove(at);
        }
        // Google's are microseconds since 1970.
        let generation = now() * 1_000_000 + self.made.fetch_add(1, Ordering::Relaxed) + 1;
        let place = (bucket.to_owned(), name.to_owned());
        let object = Object { place, content_type, content, generation };
        objects.push_back(object.clone());
        while objects.iter().map(|object| object.content.len()).sum::<usize>() > MOST_BYTES {
            objects.pop_front();
        }
        Some(object)
    }

    /// Forgets an object; whether there was one.
    pub fn delete(&self, bucket: &str, name: &str) -> bool {
        let mut objects = self.lock();
        let before = objects.len();
        objects.retain(|object| !object.is_at(bucket, name));
        objects.len() < before
    }

    /// Every URL that was signed until now is too old.
    pub fn expire_urls(&self) {
        self.expired_until.store(now(), Ordering::Relaxed);
    }

    /// Seconds since 1970 until which signed URLs are too old, whatever they say.
    pub fn expired_until(&self) -> i64 {
        self.expired_until.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Object>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Object {
    fn is_at(&self, bucket: &str, name: &str) -> bool {
        self.place.0 == bucket && self.place.1 == name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_goes_first() {
        let objects = Objects::default();
        let large = Bytes::from(vec![0; MOST_BYTES_OF_ONE]);
        let most = MOST_BYTES / MOST_BYTES_OF_ONE;
        for number in 0..=most {
            let name = number.to_string();
            assert!(objects.put("b", &name, "image/png".to_owned(), large.clone(), true).is_some());
        }
        assert!(objects.get("b", "0").is_none());
        assert!((1..=most).all(|number| objects.get("b", &number.to_string()).is_some()));
    }

    #[test]
    fn a_name_is_taken_once_by_who_wants_it_fresh() {
        let objects = Objects::default();
        let put = |fresh| objects.put("b", "n", "image/png".to_owned(), Bytes::new(), fresh);
        let first = put(true).unwrap().generation;
        assert!(put(true).is_none());
        assert!(put(false).unwrap().generation > first);
        assert!(objects.delete("b", "n") && !objects.delete("b", "n"));
        assert!(put(true).is_some());
    }
}
