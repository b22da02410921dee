//! Resumption handles: which sessions exist, what they remember, and who holds them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::close::Close;
use super::context::Context;

/// Handles kept per session; older ones are forgotten as if they had expired.
const HANDLES_PER_SESSION: usize = 16;

/// How long a resume waits for the old socket's end to be noticed.
const OLD_SOCKET_GRACE: Duration = Duration::from_millis(150);

struct Snapshot {
    session: u64,
    context: Context,
    issued: Instant,
}

#[derive(Default)]
struct Registry {
    next_session: u64,
    open: HashSet<u64>,
    snapshots: HashMap<String, Snapshot>,
    handles: HashMap<u64, VecDeque<String>>,
}

/// All sessions of this sim.
pub struct Sessions {
    registry: Arc<Mutex<Registry>>,
    handle_lifetime: Duration,
}

/// A session held by one connection; it is let go when this is dropped.
pub struct Held {
    registry: Arc<Mutex<Registry>>,
    session: u64,
}

impl Sessions {
    /// `handle_lifetime`: two hours at Google.
    pub fn new(handle_lifetime: Duration) -> Self {
        Self { registry: Arc::default(), handle_lifetime }
    }

    /// A session that remembers nothing.
    pub fn begin(&self) -> Held {
        let mut registry = lock(&self.registry);
        registry.next_session += 1;
        let session = registry.next_session;
        registry.open.insert(session);
        Held { registry: Arc::clone(&self.registry), session }
    }

    /// The session behind a handle, with what it remembered when the handle was given out.
    pub async fn resume(&self, handle: &str) -> Result<(Held, Context), Close> {
        let deadline = Instant::now() + OLD_SOCKET_GRACE;
        loop {
            match self.try_resume(handle) {
                Err(Refused::StillOpen) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(Refused::StillOpen) => return Err(Close::internal()),
                Err(Refused::Unknown) => return Err(Close::session_not_found()),
                Ok(resumed) => return Ok(resumed),
            }
        }
    }

    fn try_resume(&self, handle: &str) -> Result<(Held, Context), Refused> {
        let mut registry = lock(&self.registry);
        let snapshot = registry.snapshots.get(handle).ok_or(Refused::Unknown)?;
        if snapshot.issued.elapsed() > self.handle_lifetime {
            return Err(Refused::Unknown);
        }
        let (session, context) = (snapshot.session, snapshot.context.clone());
        if !registry.open.insert(session) {
            return Err(Refused::StillOpen);
        }
        Ok((Held { registry: Arc::clone(&self.registry), session }, context))
    }

    /// Forgets every handle, as if two hours had passed.
    pub fn expire_handles(&self) {
        let mut registry = lock(&self.registry);
        registry.snapshots.clear();
        registry.handles.clear();
    }
}

enum Refused {
    Unknown,
    StillOpen,
}

impl Held {
    /// A handle to this state of the session.
    pub fn issue(&self, context: &Context) -> String {
        let handle = format!("{:032x}", rand::random::<u128>());
        let mut registry = lock(&self.registry);
        let snapshot = Snapshot { session: self.session, context: context.clone(), issued: Instant::now() };
        registry.snapshots.insert(handle.clone(), snapshot);
        let handles = registry.handles.entry(self.session).or_default();
        handles.push_back(handle.clone());
        let forgotten = if handles.len() > HANDLES_PER_SESSION { handles.pop_front() } else { None };
        if let Some(forgotten) = forgotten {
            registry.snapshots.remove(&forgotten);
        }
        handle
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        lock(&self.registry).open.remove(&self.session);
    }
}

fn lock(registry: &Mutex<Registry>) -> std::sync::MutexGuard<'_, Registry> {
    registry.lock().unwrap_or_else(PoisonError::into_inner)
}
