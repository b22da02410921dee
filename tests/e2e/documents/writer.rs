//! One of several clients that write at the same time: it does one thing after the other and remembers what it was
//! promised. Documents of a writer are its own, but for the counter, which all of them count up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::Random;
use super::database::{Database, Outcome, integer, integer_value, string_value, version};

/// The collections of a bundle: it is in all three, or in none.
pub const PARTS: [&str; 3] = ["lefts", "middles", "rights"];
pub const COLOURS: [&str; 4] = ["blue", "green", "red", "yellow"];
const SLOTS: usize = 5;

/// What is done next.
#[derive(Debug, Clone)]
enum Deed {
    /// The three parts of a bundle are replaced, and with them in one commit go the counter, the log and a receipt.
    Bundle { slot: usize },
    /// The same with a bundle that is taken away.
    Removal { slot: usize },
    /// One document is replaced.
    Note,
    /// One document is made that must not be there.
    Slip,
}

impl Deed {
    fn writes(&self) -> usize {
        match self {
            Self::Bundle { .. } | Self::Removal { .. } => PARTS.len() + 3,
            Self::Note | Self::Slip => 1,
        }
    }
}

/// A deed that was begun; its number is not used again before it is known to be done.
#[derive(Debug, Clone)]
struct Task {
    serial: u32,
    deed: Deed,
}

/// What happened with a deed whose reply never came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Happened,
    HadNotHappened,
    /// It was known beforehand that it cannot have happened, and it has not.
    NeverSent,
}

/// A writer, with what is to be found in the store when nothing is on its way.
#[derive(Debug)]
pub struct Writer {
    pub number: usize,
    random: Random,
    serial: u32,
    /// What is not known to be done, and whether it was sent.
    open: Option<(Task, bool)>,
    /// The stamp of the bundle in each slot.
    pub bundles: BTreeMap<usize, u32>,
    /// Commits, oldest first.
    pub log: Vec<u32>,
    pub note: Option<u32>,
    pub slips: BTreeSet<u32>,
    /// The times of everything that was written.
    pub versions: Vec<String>,
    /// All that is written now has a later time than this.
    pub after: Option<String>,
    pub acknowledged: usize,
}

impl Writer {
    pub fn new(number: usize, random: Random) -> Self {
        Self {
            number,
            random,
            serial: 0,
            open: None,
            bundles: BTreeMap::new(),
            log: Vec::new(),
            note: None,
            slips: BTreeSet::new(),
            versions: Vec::new(),
            after: None,
            acknowledged: 0,
        }
    }

    /// What a document of this number says.
    pub fn stamp(&self, serial: u32) -> String {
        format!("{}-{serial}", self.number)
    }

    /// The colour of everything with this number.
    pub fn colour(serial: u32) -> &'static str {
        COLOURS[serial as usize % COLOURS.len()]
    }

    /// Writes until `enough` writes are done by all writers together, or until a call fails.
    pub async fn work(mut self, database: Database, done: Arc<AtomicUsize>, enough: usize) -> Self {
        while done.load(Ordering::Relaxed) < enough {
            let task = match self.open.take() {
                Some((task, _)) => task,
                None => self.invent(),
            };
            match self.attempt(&database, &task).await {
                Outcome::Done(reply) => {
                    self.promised(&task, &reply);
                    done.fetch_add(task.deed.writes(), Ordering::Relaxed);
                }
                Outcome::NotSent => {
                    self.open = Some((task, false));
                    break;
                }
                Outcome::Unknown => {
                    self.open = Some((task, true));
                    break;
                }
                Outcome::AlreadyExists => panic!("somebody else did {task:?} of writer {}", self.number),
            }
        }
        self
    }

    /// Finds out what became of the deed whose reply did not come, if there is one. What did not happen is done again
    /// by [`Writer::work`].
    pub async fn settle(&mut self, database: &Database) -> Option<Verdict> {
        let (task, was_sent) = self.open.clone()?;
        let unheard = |happened| match (happened, was_sent) {
            (true, true) => Verdict::Happened,
            (false, true) => Verdict::HadNotHappened,
            (false, false) => Verdict::NeverSent,
            (true, false) => panic!("{task:?} was not sent and happened"),
        };
        let stamp = self.stamp(task.serial);
        let found = match task.deed {
            Deed::Bundle { .. } | Deed::Removal { .. } => database.get(&format!("receipts/{stamp}")).await,
            Deed::Note => {
                let note = database.get(&format!("notes/{}", self.number)).await;
                note.filter(|note| integer(&note["fields"]["serial"]) == i64::from(task.serial))
            }
            // It can be sent again without a look: it is done at most once.
            Deed::Slip => match self.attempt(database, &task).await {
                Outcome::AlreadyExists => database.get(&format!("slips/{stamp}")).await,
                Outcome::Done(reply) => {
                    self.open = None;
                    self.promised(&task, &reply);
                    return Some(unheard(false));
                }
                lost => panic!("{task:?}: {lost:?}, and nobody was killed"),
            },
        };
        if let Some(document) = &found {
            self.open = None;
            self.done(&task, version(&document["updateTime"]));
        }
        Some(unheard(found.is_some()))
    }

    /// The slot that is being written, if a bundle is.
    pub fn slot_in_doubt(&self) -> Option<usize> {
        match self.open {
            Some((Task { deed: Deed::Bundle { slot } | Deed::Removal { slot }, .. }, _)) => Some(slot),
            _ => None,
        }
    }

    fn invent(&mut self) -> Task {
        self.serial += 1;
        let slot = self.random.below(SLOTS);
        let deed = match self.random.below(10) {
            0..5 => Deed::Bundle { slot },
            5 if self.bundles.contains_key(&slot) => Deed::Removal { slot },
            5..8 => Deed::Note,
            _ => Deed::Slip,
        };
        Task { serial: self.serial, deed }
    }

    async fn attempt(&self, database: &Database, task: &Task) -> Outcome {
        let stamp = self.stamp(task.serial);
        let fields = json!({
            "writer": integer_value(i64::try_from(self.number).unwrap()),
            "serial": integer_value(task.serial),
            "stamp": string_value(&stamp),
            "colour": string_value(Self::colour(task.serial)),
        });
        match task.deed {
            Deed::Bundle { slot } => {
                let update = |name: String| json!({ "update": { "name": name, "fields": fields } });
                database.commit(&self.bundle(database, slot, &stamp, &fields, update)).await
            }
            Deed::Removal { slot } => {
                let delete = |name: String| json!({ "delete": name });
                database.commit(&self.bundle(database, slot, &stamp, &fields, delete)).await
            }
            Deed::Note => database.patch(&format!("notes/{}", self.number), &fields).await,
            Deed::Slip => database.create("slips", &stamp, &fields).await,
        }
    }

    /// The writes that belong together. The receipt is the last: what is half done would lack it.
    fn bundle(
        &self,
        database: &Database,
        slot: usize,
        stamp: &str,
        fields: &Value,
        change: impl Fn(String) -> Value,
    ) -> Vec<Value> {
        let part = |collection| change(database.name_of(&format!("{collection}/{}-{slot}", self.number)));
        let transform = |path: &str, transform: Value| {
            let mask = json!({ "fieldPaths": [] });
            json!({ "update": { "name": database.name_of(path) }, "updateMask": mask, "updateTransforms": [transform] })
        };
        let count = json!({ "fieldPath": "commits", "increment": integer_value(1) });
        let append =
            json!({ "fieldPath": "stamps", "appendMissingElements": { "values": [string_value(stamp)] } });
        let receipt = json!({
            "update": { "name": database.name_of(&format!("receipts/{stamp}")), "fields": fields },
            "currentDocument": { "exists": false },
        });
        let mut writes: Vec<Value> = PARTS.into_iter().map(part).collect();
        writes.push(transform("counters/all", count));
        writes.push(transform(&format!("logs/{}", self.number), append));
        writes.push(receipt);
        writes
    }

    fn promised(&mut self, task: &Task, reply: &Value) {
        self.acknowledged += task.deed.writes();
        let time = reply.get("commitTime").unwrap_or(&reply["updateTime"]);
        self.done(task, version(time));
    }

    fn done(&mut self, task: &Task, version: String) {
        let last = self.versions.last().max(self.after.as_ref());
        assert!(last.is_none_or(|last| *last < version), "{task:?} has version {version} after {last:?}");
        self.versions.push(version);
        match task.deed {
            Deed::Bundle { slot } => drop(self.bundles.insert(slot, task.serial)),
            Deed::Removal { slot } => drop(self.bundles.remove(&slot)),
            Deed::Note => self.note = Some(task.serial),
            Deed::Slip => drop(self.slips.insert(task.serial)),
        }
        if matches!(task.deed, Deed::Bundle { .. } | Deed::Removal { .. }) {
            self.log.push(task.serial);
        }
    }
}
