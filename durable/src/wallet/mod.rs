//! `Wallet`: one object per wallet of a user or course, the only writer of its money. What becomes of money is decided in
//! `mentora_core::wallet`; this is the shell around it.
//!
//! Everything stands in SQLite before a caller is answered; nothing is kept in memory that the next life needs. An alarm
//! tells Firestore, at most once a second, frees holds that have run out, and has the owner told when little is left.
//!
//! # Layout
//! - [`calls`]: what may be asked of it, shared by caller and callee
//! - `rows`: what is kept in SQLite
//! - `flush`: the ledger on its way to Firestore

#![allow(missing_docs, reason = "`#[durable_object]` makes public items that nobody can document")]

pub mod calls;
mod flush;
mod rows;

#[cfg(test)]
mod tests;

use std::cell::{Cell, OnceCell};

use futures::lock::Mutex;
use mentora_core::ids::WalletId;
use mentora_core::time::{Millis, seconds};
use mentora_core::wallet::{self, Beginning, Books, Call, Head, REMEMBERED_MS, Reply};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use wasm_bindgen::prelude::*;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use self::calls::{Addressed, Unreachable, WalletRef, paths};
use self::rows::{Rows, RowsError, Told, Untold};
use crate::notify::{self, Notifier, Ways};
use crate::platform::config::Config;
use crate::platform::documents::documents;
use crate::platform::metrics::{Asker, Metrics};
use crate::platform::sql::{ObjectSql, in_transaction};
use crate::platform::store_tally::StoreTally;
use crate::platform::{body, clock, log};
use crate::repositories::Wallets;

/// Between two commits to Firestore.
const FLUSH_MS: i64 = seconds(1);
/// How long what is held may stand in Firestore as it was, while the ledger does not change.
const HELD_FLUSH_MS: i64 = seconds(30);
/// Longest time between two tries.
const MAX_BACKOFF_MS: i64 = seconds(10 * 60);
/// How long a wallet stays shut whose owner is being forgotten.
const SHUT_MS: i64 = seconds(3_600);

/// The Durable Object.
#[durable_object(alarm)]
#[derive(Debug)]
pub struct Wallet {
    state: State,
    env: Env,
    // Opened by the first event, so that a failure is an answer and not the end of the constructor.
    rows: OnceCell<Rows<ObjectSql>>,
    /// Held by whoever reads the wallet from Firestore, or writes it there.
    at_documents: Mutex<()>,
    /// When the alarm is set to ring, as far as this life knows.
    armed: Cell<Option<Millis>>,
    /// How often Firestore could not be told in a row, and when to try again.
    failures: Cell<u32>,
    next_try: Cell<Option<Millis>>,
    /// When the owner is to be told that the balance is low.
    warn_at: Cell<Option<Millis>>,
}

impl DurableObject for Wallet {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            rows: OnceCell::new(),
            at_documents: Mutex::new(()),
            armed: Cell::new(None),
            failures: Cell::new(0),
            next_try: Cell::new(None),
            warn_at: Cell::new(None),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        match request.path().trim_start_matches('/') {
            paths::CALL => self.answer(request, Self::call).await,
            paths::TELL => self.answer(request, |wallet, whose, (): ()| wallet.tell(whose)).await,
            paths::RETIRE => self.answer(request, |wallet, whose, (): ()| wallet.retire(whose)).await,
            _ => Response::error("no such call", 404),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        self.armed.set(None);
        self.ring().await.unwrap_or_else(|error| {
            log::failure("wallet.alarm.failed", json!({ "why": error.to_string() }));
        });
        Response::empty()
    }
}

impl Wallet {
    async fn answer<'a, C: DeserializeOwned, R: Serialize, F>(
        &'a self,
        mut request: Request,
        act: impl FnOnce(&'a Self, WalletRef, C) -> F,
    ) -> Result<Response>
    where
        F: Future<Output = std::result::Result<R, Unreachable>>,
    {
        let Addressed { wallet, call } = body::read(&mut request).await?;
        Response::from_json(&act(self, wallet, call).await)
    }

    async fn call(&self, whose: WalletRef, call: Call) -> std::result::Result<Reply, Unreachable> {
        let failed = |error: worker::Error| {
            log::failure("wallet.failed", json!({ "wallet": whose.for_log(), "why": error.to_string() }));
            Unreachable("it could not be read or written".to_owned())
        };
        let reply = match self.perform(&call).map_err(failed)? {
            Some(reply) => reply,
            None => {
                self.begin(&whose).await?;
                let reply = self.perform(&call).map_err(failed)?;
                reply.ok_or_else(|| Unreachable("it could not be opened".to_owned()))?
            }
        };
        self.arm().await.map_err(failed)?;
        Ok(reply)
    }

    /// Carries out a call: all that it writes, or nothing. `None` when the wallet was not opened yet.
    fn perform(&self, call: &Call) -> Result<Option<Reply>> {
        let mut rows = self.rows()?;
        self.write(|now| wallet::perform(&mut rows, now, call))
    }

    /// Runs `work` in a transaction.
    fn write<R>(&self, work: impl FnOnce(Millis) -> std::result::Result<R, RowsError>) -> Result<R> {
        let mut work = Some(work);
        let mut done = None;
        let ended = in_transaction(&self.state.storage(), || {
            let result = work.take().map(|work| work(clock::now()));
            let failed = !matches!(result, Some(Ok(_)));
            done = result;
            if failed { Err(JsValue::from_str("rolled back")) } else { Ok(JsValue::UNDEFINED) }
        });
        match (ended, done) {
            (Ok(_), Some(Ok(result))) => Ok(result),
            (_, Some(Err(error))) => Err(error.to_string().into()),
            (Err(error), _) => Err(error.into()),
            (Ok(_), None) => Err("the transaction did not run".into()),
        }
    }

    /// Opens the wallet: as Firestore has it, or a new one.
    async fn begin(&self, whose: &WalletRef) -> std::result::Result<(), Unreachable> {
        let _reading = self.at_documents.lock().await;
        let failed = |error: &dyn std::fmt::Display| {
            log::failure(
                "wallet.open.failed",
                json!({ "wallet": whose.for_log(), "why": error.to_string() }),
            );
            Unreachable("it could not be opened".to_owned())
        };
        let rows = self.rows().map_err(|error| failed(&error))?;
        if rows.head().map_err(|error| failed(&error))?.is_some() {
            return Ok(());
        }
        let told = rows.told().map_err(|error| failed(&error))?;
        if told.retired_at.is_some_and(|at| clock::now().since(at) < SHUT_MS) {
            return Err(Unreachable("its owner is being forgotten".to_owned()));
        }
        let config = self.config().map_err(|error| failed(&error))?;
        let tally = StoreTally::default();
        let found = Wallets(&documents(&self.env, &config, &tally)).get(&whose.id).await;
        self.tell_store(&config, &tally);
        let found = found.map_err(|error| failed(&error))?;
        let opened = self.write(|now| match &found {
            Some(found) => {
                let mut books = rows;
                books.put_head(&Head::of_document(whose.id.clone(), found))?;
                // Its version is read before the first write, and what is written is looked for first.
                rows.put_told(&Told { unsure: true, ..Told::default() })
            }
            None => {
                rows.put_told(&Told::default())?;
                let (wallet, welcome) = (whose.id.clone(), config.welcome_credits);
                wallet::open(&mut &*rows, now, &Beginning { owner_type: whose.owner_type, wallet, welcome })
            }
        });
        opened.map_err(|error| failed(&error))
    }

    async fn tell(&self, whose: WalletRef) -> std::result::Result<(), Unreachable> {
        self.flush(&whose.id).await.map_err(|error| {
            let fields = json!({ "wallet": whose.for_log(), "why": error.to_string() });
            log::failure("wallet.tell.failed", fields);
            Unreachable("it could not be written down".to_owned())
        })
    }

    async fn retire(&self, whose: WalletRef) -> std::result::Result<(), Unreachable> {
        let failed = |error: &dyn std::fmt::Display| {
            log::failure(
                "wallet.retire.failed",
                json!({ "wallet": whose.for_log(), "why": error.to_string() }),
            );
            Unreachable("it could not be closed".to_owned())
        };
        self.flush(&whose.id).await.map_err(|error| failed(&error))?;
        let rows = self.rows().map_err(|error| failed(&error))?;
        self.write(|now| rows.retire(now)).map_err(|error| failed(&error))
    }

    async fn ring(&self) -> Result<()> {
        let mut rows = self.rows()?;
        self.write(|now| wallet::tidy(&mut rows, now))?;
        if let Some(head) = rows.head().map_err(worker_error)?
            && self.flush_due()?.is_some_and(|at| at <= clock::now())
        {
            match self.flush(&head.wallet).await {
                Ok(()) => {
                    self.failures.set(0);
                    self.next_try.set(None);
                }
                Err(error) => {
                    let failures = self.failures.get().saturating_add(1);
                    self.failures.set(failures);
                    let pause = (FLUSH_MS << failures.min(10)).min(MAX_BACKOFF_MS);
                    self.next_try.set(Some(clock::now() + pause));
                    let why = error.to_string();
                    let whose = WalletRef { id: head.wallet, owner_type: head.owner_type };
                    log::failure(
                        "wallet.flush.failed",
                        json!({ "wallet": whose.for_log(), "failures": failures, "why": why }),
                    );
                }
            }
        }
        self.warn_if_due().await?;
        self.arm().await
    }

    /// Tells the owner, once a day, that the balance is low.
    async fn warn_if_due(&self) -> Result<()> {
        let (rows, now) = (self.rows()?, clock::now());
        if self.warn_at.get().is_none_or(|at| at > now) {
            return Ok(());
        }
        self.warn_at.set(None);
        let told = rows.told().map_err(worker_error)?;
        let today = now.day();
        let low = rows.head().map_err(worker_error)?.filter(|head| head.standing().is_low());
        let Some(head) = low.filter(|_| told.low_on.as_ref() != Some(&today)) else { return Ok(()) };
        let (config, tally) = (self.config()?, StoreTally::default());
        let (store, ways) = (documents(&self.env, &config, &tally), Ways::of(&config));
        let outcome = notify::low_balance(&Notifier::new(&store, &ways), &head.document()).await;
        self.tell_store(&config, &tally);
        match outcome {
            Ok(outcome) if outcome.again_at().is_some() => self.warn_at.set(outcome.again_at()),
            Ok(_) => {
                let told = rows.told().map_err(worker_error)?;
                rows.put_told(&Told { low_on: Some(today), ..told }).map_err(worker_error)?;
            }
            Err(error) => {
                log::failure("wallet.warning.failed", json!({ "why": error.to_string() }));
                self.warn_at.set(Some(now + MAX_BACKOFF_MS));
            }
        }
        Ok(())
    }

    /// Tells Firestore what it does not know. Once somebody was charged, it is time to look whether little is left.
    async fn flush(&self, id: &WalletId) -> Result<()> {
        let _writing = self.at_documents.lock().await;
        let config = self.config()?;
        let tally = StoreTally::default();
        let flushed = flush::run(&documents(&self.env, &config, &tally), self.rows()?, id).await;
        self.tell_store(&config, &tally);
        if flushed.map_err(|error| worker::Error::from(error.to_string()))?.charged {
            self.warn_at.set(Some(clock::now()));
        }
        Ok(())
    }

    /// When Firestore is to be told something, if it is.
    fn flush_due(&self) -> Result<Option<Millis>> {
        let rows = self.rows()?;
        if let Some(at) = self.next_try.get() {
            return Ok(Some(at));
        }
        // From the oldest entry on: however many follow, none waits longer.
        Ok(rows.untold().map_err(worker_error)?.map(|untold| match untold {
            Untold::Entry(since) => since + FLUSH_MS,
            Untold::Held(since) => since + HELD_FLUSH_MS,
        }))
    }

    /// Sets the alarm, unless it rings early enough.
    async fn arm(&self) -> Result<()> {
        let rows = self.rows()?;
        let forget = rows.oldest_over().map_err(worker_error)?.map(|at| at + REMEMBERED_MS + 1);
        let expiry = rows.next_expiry().map_err(worker_error)?;
        let Some(at) = [self.flush_due()?, self.warn_at.get(), expiry, forget].into_iter().flatten().min()
        else {
            return Ok(());
        };
        let now = clock::now();
        if self.armed.get().is_some_and(|armed| armed <= at && armed > now) {
            return Ok(());
        }
        let at = at.max(now);
        self.armed.set(Some(at));
        #[allow(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
        let date = worker::js_sys::Date::new(&JsValue::from_f64(at.0 as f64));
        let set = self.state.storage().set_alarm(worker::ScheduledTime::new(date)).await;
        if set.is_err() {
            self.armed.set(None);
        }
        set
    }

    fn rows(&self) -> Result<&Rows<ObjectSql>> {
        if self.rows.get().is_none() {
            let rows = Rows::open(ObjectSql::of(&self.state.storage())).map_err(worker_error)?;
            // Nobody can have come between.
            let _ = self.rows.set(rows);
        }
        self.rows.get().ok_or_else(|| "the wallet has no rows".into())
    }

    fn config(&self) -> Result<Config> {
        Config::from_env(&self.env).map_err(|error| error.to_string().into())
    }

    fn tell_store(&self, config: &Config, tally: &StoreTally) {
        Metrics::of(&self.env).write_store(tally, &config.store, Asker::Wallet);
    }
}

fn worker_error(error: RowsError) -> worker::Error {
    error.to_string().into()
}
