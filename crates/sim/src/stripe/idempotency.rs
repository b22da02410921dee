//! Idempotency keys: whatever is asked for again under one is answered again, not done again.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::form::Params;
use super::refusal::Refusal;

/// Then the oldest are forgotten; Stripe forgets them after a day or more.
const MOST: usize = 10_000;
/// Characters of a key.
const LONGEST: usize = 255;

/// What was done under each key. What was refused is not kept: it may be asked for again, in better words.
#[derive(Debug, Default)]
pub struct Keys {
    done: HashMap<String, Done>,
    order: VecDeque<String>,
}

#[derive(Debug)]
struct Done {
    path: String,
    params: Params,
    answer: Value,
}

impl Keys {
    /// The answer that was given before, if any.
    pub fn before(&self, key: &str, path: &str, params: &Params) -> Result<Option<Value>, Refusal> {
        if key.chars().count() > LONGEST {
            return Err(Refusal::invalid("Idempotency keys may only be up to 255 characters.", None));
        }
        match self.done.get(key) {
            None => Ok(None),
            Some(done) if done.path == path && done.params == *params => Ok(Some(done.answer.clone())),
            Some(_) => Err(Refusal::other_parameters(key)),
        }
    }

    /// Something was done.
    pub fn done(&mut self, key: &str, path: &str, params: Params, answer: Value) {
        self.done.insert(key.to_owned(), Done { path: path.to_owned(), params, answer });
        self.order.push_back(key.to_owned());
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.done.remove(&oldest);
        }
    }
}
