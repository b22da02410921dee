//! What an account at Stripe remembers, in memory; all of it is gone when the sim ends.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::delivery::Endpoint;
use super::fault::Faults;
use super::idempotency::Keys;
use super::objects::{event, new_id};
use super::refusal::Refusal;
use super::sale::{Sale, Told};
use crate::google::keys::now;

/// Sales and events kept; then the oldest are forgotten.
const MOST: usize = 10_000;

/// An account at Stripe.
#[derive(Debug)]
pub struct Account {
    books: Mutex<Books>,
    /// Carries webhooks.
    pub client: reqwest::Client,
}

/// What is kept.
#[derive(Debug, Default)]
pub struct Books {
    /// All sessions, the oldest first.
    pub sales: VecDeque<Sale>,
    /// All events, the oldest first.
    pub events: VecDeque<Value>,
    /// What was delivered, or not, the oldest first.
    pub deliveries: VecDeque<Value>,
    /// Where events go.
    pub endpoint: Option<Endpoint>,
    /// What was asked for under an idempotency key.
    pub keys: Keys,
    /// What is to fail.
    pub faults: Faults,
    /// Charges so far: the order of those of one second.
    charged: u64,
}

impl Account {
    /// With nothing sold.
    pub fn new(endpoint: Option<Endpoint>) -> Self {
        let books = Books { endpoint, ..Books::default() };
        // Stripe follows no redirect.
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Self { books: Mutex::new(books), client: client.unwrap_or_default() }
    }

    /// What is kept, for as long as nobody waits for anything.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    /// A session, by its id; `latest` is the one made last.
    pub fn sale(&mut self, id: &str) -> Result<&mut Sale, Refusal> {
        let found = match id {
            "latest" => self.sales.back_mut(),
            _ => self.sales.iter_mut().find(|sale| sale.session["id"] == id),
        };
        found.ok_or_else(|| Refusal::no_such("checkout.session", id, "session"))
    }

    /// A session that was made.
    pub fn keep(&mut self, sale: Sale) {
        self.sales.push_back(sale);
        if self.sales.len() > MOST {
            self.sales.pop_front();
        }
    }

    /// Lets something happen to a sale; what is told of it.
    pub fn change(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Sale) -> Result<Told, Refusal>,
    ) -> Result<(Value, Vec<Value>), Refusal> {
        let charged = self.charged + 1;
        let sale = self.sale(id)?;
        let told = change(sale)?;
        if sale.charge.is_some() && sale.charge_number == 0 {
            sale.charge_number = charged;
        }
        let (session, livemode) = (sale.session.clone(), sale.livemode());
        self.charged = charged;
        let events: Vec<_> = told
            .into_iter()
            .map(|(name, object)| event(&new_id("evt_"), name, object, livemode, now()))
            .collect();
        self.events.extend(events.iter().cloned());
        while self.events.len() > MOST {
            self.events.pop_front();
        }
        Ok((session, events))
    }

    /// An event that was told.
    pub fn event(&self, id: &str) -> Option<Value> {
        let found = match id {
            "latest" => self.events.back(),
            _ => self.events.iter().find(|event| event["id"] == id),
        };
        found.cloned()
    }

    /// An attempt to deliver an event came to an end.
    pub fn delivered(&mut self, event: &Value, attempt: u32, outcome: &Result<u16, String>) {
        let mut delivery = json!({ "event": event["id"], "type": event["type"], "attempt": attempt });
        match outcome {
            Ok(status) => delivery["status"] = json!(status),
            Err(problem) => delivery["problem"] = json!(problem),
        }
        self.deliveries.push_back(delivery);
        if self.deliveries.len() > MOST {
            self.deliveries.pop_front();
        }
    }
}
