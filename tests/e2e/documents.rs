//! The Worker's own store, killed at random moments while eight clients write: what was acknowledged is there, and
//! nothing is there by half.
//!
//! What a SIGKILL leaves is what the process had given to the operating system. A power cut is another matter: there
//! the platform answers for the disk.

pub mod database;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use self::database::{Database, id, integer, integer_value, string_value, version};
use self::writer::{COLOURS, PARTS, Verdict, Writer};
use crate::house::House;
use crate::stack::{Stack, Store, Wanted};

/// Writes, and how often workerd is killed amid them; with `E2E_LONG=1`.
const MANY: (usize, usize) = (10_000, 10);
const FEW: (usize, usize) = (4_000, 4);
const WRITERS: usize = 8;
/// The axe falls so long after the moment chosen, at most.
const LATEST_MS: u64 = 12;
const POLL: Duration = Duration::from_millis(1);

/// What is printed at the end.
#[derive(Debug, Default)]
struct Figures {
    kills: usize,
    writing: Duration,
    starting: Duration,
    checking: Duration,
    /// Deeds whose replies did not come, by what had become of them.
    happened: usize,
    had_not_happened: usize,
    never_sent: usize,
}

/// `CRASH_SEED=n` makes the same choices again; what is on its way when the axe falls differs all the same.
pub async fn a_store_killed_amid_writes_has_all_it_acknowledged_and_nothing_by_half(_: Arc<House>) {
    let (writes, kills) = if crate::is_long() { MANY } else { FEW };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    let seed = env::var("CRASH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| now.into());
    eprintln!("CRASH_SEED={seed}");
    let mut random = Random(seed);
    let mut moments: Vec<usize> = (0..kills).map(|_| random.below(writes)).collect();
    moments.sort_unstable();

    let mut stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let mut writers: Vec<Writer> =
        (0..WRITERS).map(|number| Writer::new(number, Random(random.next()))).collect();
    let done = Arc::new(AtomicUsize::new(0));
    let mut figures = Figures::default();
    for moment in moments {
        let begun = Instant::now();
        let crew = set_to_work(&Database::of(&stack), &mut writers, (&done, writes));
        let crew = until(crew, &done, moment).await;
        tokio::time::sleep(Duration::from_millis(random.next() % LATEST_MS)).await;
        stack.kill();
        figures.kills += 1;
        writers = home(crew).await;
        figures.writing += begun.elapsed();

        let begun = Instant::now();
        stack.revive().await;
        figures.starting += begun.elapsed();

        let _watch = stack.watch();
        let begun = Instant::now();
        let database = Database::of(&stack);
        nothing_is_half_written(&database, &writers).await;
        for writer in &mut writers {
            figures.note(writer.settle(&database).await);
        }
        everything_is_there(&database, &writers).await;
        figures.checking += begun.elapsed();
    }

    let _watch = stack.watch();
    let begun = Instant::now();
    let database = Database::of(&stack);
    writers = home(set_to_work(&database, &mut writers, (&done, writes))).await;
    figures.writing += begun.elapsed();
    let begun = Instant::now();
    everything_is_there(&database, &writers).await;
    everything_is_found(&database, &writers).await;
    figures.checking += begun.elapsed();

    figures.print(&writers);
    assert!(writers.iter().map(|writer| writer.acknowledged).sum::<usize>() >= writes);
    assert!(
        figures.happened + figures.had_not_happened >= figures.kills,
        "hardly anything was on its way: {figures:?}"
    );
}

/// All of them write from now on, each on its own, until so many are done together.
fn set_to_work(
    database: &Database,
    writers: &mut Vec<Writer>,
    (done, writes): (&Arc<AtomicUsize>, usize),
) -> JoinSet<Writer> {
    // What is given from now on is later than all that was given: a restart sets no clock back.
    let versions = writers.iter().filter_map(|writer| writer.versions.last());
    let last = versions.max().cloned();
    let mut crew = JoinSet::new();
    for mut writer in writers.drain(..) {
        writer.after.clone_from(&last);
        crew.spawn(writer.work(database.clone(), Arc::clone(done), writes));
    }
    crew
}

/// Waits until so many writes are done.
async fn until(mut crew: JoinSet<Writer>, done: &AtomicUsize, moment: usize) -> JoinSet<Writer> {
    while done.load(Ordering::Relaxed) < moment {
        if let Some(stopped) = crew.try_join_next() {
            panic!("a writer stopped though nobody was killed: {:?}", stopped.map(|writer| writer.number));
        }
        tokio::time::sleep(POLL).await;
    }
    crew
}

/// Waits until all of them have stopped.
async fn home(crew: JoinSet<Writer>) -> Vec<Writer> {
    let mut writers = crew.join_all().await;
    writers.sort_unstable_by_key(|writer| writer.number);
    writers
}

impl Figures {
    fn note(&mut self, verdict: Option<Verdict>) {
        match verdict {
            Some(Verdict::Happened) => self.happened += 1,
            Some(Verdict::HadNotHappened) => self.had_not_happened += 1,
            Some(Verdict::NeverSent) => self.never_sent += 1,
            None => {}
        }
    }

    fn print(&self, writers: &[Writer]) {
        let sum = |figure: fn(&Writer) -> usize| writers.iter().map(figure).sum::<usize>();
        let calls = sum(|writer| writer.versions.len());
        eprintln!(
            "{} writes acknowledged in {calls} calls ({} of them commits of 6) in {:.1} s; {} kills, {:.1} s to \
             start again, {:.1} s to check",
            sum(|writer| writer.acknowledged),
            sum(|writer| writer.log.len()),
            self.writing.as_secs_f64(),
            self.kills,
            self.starting.as_secs_f64(),
            self.checking.as_secs_f64(),
        );
        eprintln!(
            "Of the calls that were not answered {} had happened and {} had not; {} found nobody.",
            self.happened, self.had_not_happened, self.never_sent
        );
    }
}

/// What holds while it is not known which of the last deeds happened.
async fn nothing_is_half_written(database: &Database, writers: &[Writer]) {
    let mut bundles: BTreeMap<String, Vec<(&str, Value)>> = BTreeMap::new();
    for part in PARTS {
        for document in database.list(part).await {
            let stamped =
                json!({ "stamp": document["fields"]["stamp"], "updateTime": document["updateTime"] });
            bundles.entry(id(&document).to_owned()).or_default().push((part, stamped));
        }
    }
    for (id, parts) in &bundles {
        let whole = parts.len() == PARTS.len() && parts.iter().all(|(_, stamped)| *stamped == parts[0].1);
        assert!(whole, "bundle {id} is there by half: {parts:?}");
    }

    let acknowledged: usize = writers.iter().map(|writer| writer.log.len()).sum();
    let in_doubt = writers.iter().filter(|writer| writer.slot_in_doubt().is_some()).count();
    let counted = counter(database).await;
    assert!(
        (acknowledged..=acknowledged + in_doubt).contains(&counted),
        "{acknowledged} commits were acknowledged, {in_doubt} are in doubt, and {counted} were counted"
    );
}

/// Every document is as the writers remember it, none is missing and none is too many.
async fn everything_is_there(database: &Database, writers: &[Writer]) {
    let mut versions = BTreeSet::new();
    for version in writers.iter().flat_map(|writer| &writer.versions) {
        assert!(versions.insert(version), "version {version} was given twice");
    }
    let commits: usize = writers.iter().map(|writer| writer.log.len()).sum();
    assert_eq!(counter(database).await, commits, "the counter and the commits");

    for writer in writers {
        // The log tells the order, too, and that nothing was done twice.
        let log = database.get(&format!("logs/{}", writer.number)).await;
        let log = log.as_ref().and_then(|log| log["fields"]["stamps"]["arrayValue"]["values"].as_array());
        let log = log.into_iter().flatten().filter_map(|value| value["stringValue"].as_str());
        let expected = writer.log.iter().map(|serial| writer.stamp(*serial));
        assert_eq!(
            log.collect::<Vec<_>>(),
            expected.collect::<Vec<_>>(),
            "the log of writer {}",
            writer.number
        );
    }
    for (collection, expected) in remembered(writers) {
        let listed = database.list(collection).await;
        let found: BTreeMap<String, String> = listed.iter().map(stamp_of).collect();
        assert_eq!(found.len(), listed.len(), "{collection} lists a document twice");
        let missing: Vec<_> = expected.iter().filter(|(id, stamp)| found.get(*id) != Some(stamp)).collect();
        let strange: Vec<_> = found.iter().filter(|(id, stamp)| expected.get(*id) != Some(stamp)).collect();
        assert!(
            missing.is_empty() && strange.is_empty(),
            "{collection}: {missing:?} is missing; {strange:?} is there"
        );
        assert_eq!(
            database.count(collection, &[]).await,
            expected.len(),
            "documents counted in {collection}"
        );
    }
}

/// Queries find what the documents say, no more and no less.
async fn everything_is_found(database: &Database, writers: &[Writer]) {
    for (collection, expected) in remembered(writers) {
        for colour in COLOURS {
            let of_colour = |stamp: &str| {
                let serial = stamp.rsplit('-').next().and_then(|serial| serial.parse().ok());
                Writer::colour(serial.unwrap()) == colour
            };
            let all = expected.iter().filter(|(_, stamp)| of_colour(stamp));
            let all: BTreeMap<String, String> = all.map(|(id, stamp)| (id.clone(), stamp.clone())).collect();
            let equal = [("colour", string_value(colour))];
            let found = database.find(collection, &equal).await;
            assert_eq!(
                found.iter().map(stamp_of).collect::<BTreeMap<_, _>>(),
                all,
                "{collection} of {colour}"
            );
            assert_eq!(
                database.count(collection, &equal).await,
                all.len(),
                "{collection} of {colour} counted"
            );

            // A number and a text at once.
            let equal = [("writer", integer_value(3)), ("colour", string_value(colour))];
            let found = database.find(collection, &equal).await;
            let found: BTreeSet<String> = found.iter().map(|found| stamp_of(found).1).collect();
            let of_writer = all.values().filter(|stamp| stamp.starts_with("3-")).cloned();
            assert_eq!(found, of_writer.collect(), "{collection} of writer 3 and of {colour}");
        }
    }
    replaced_documents_are_not_found(database, writers).await;
}

/// What each collection has according to its writers: the stamp of each id.
fn remembered(writers: &[Writer]) -> BTreeMap<&'static str, BTreeMap<String, String>> {
    let mut all: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    let mut add = |collection, id, stamp| drop(all.entry(collection).or_default().insert(id, stamp));
    for writer in writers {
        let number = writer.number;
        for (slot, serial) in &writer.bundles {
            for part in PARTS {
                add(part, format!("{number}-{slot}"), writer.stamp(*serial));
            }
        }
        for serial in &writer.log {
            add("receipts", writer.stamp(*serial), writer.stamp(*serial));
        }
        for serial in &writer.slips {
            add("slips", writer.stamp(*serial), writer.stamp(*serial));
        }
        if let Some(serial) = writer.note {
            add("notes", number.to_string(), writer.stamp(serial));
        }
    }
    all
}

/// No index keeps what a document said before.
async fn replaced_documents_are_not_found(database: &Database, writers: &[Writer]) {
    for writer in writers {
        let Some(replaced) =
            writer.log.iter().rev().find(|serial| !writer.bundles.values().any(|kept| kept == *serial))
        else {
            continue;
        };
        let stamp = writer.stamp(*replaced);
        for part in PARTS {
            let found = database.find(part, &[("stamp", string_value(&stamp))]).await;
            assert!(found.is_empty(), "{part} still finds {stamp}, which was replaced: {found:?}");
        }
        let receipt = database.find("receipts", &[("stamp", string_value(&stamp))]).await;
        assert_eq!(receipt.len(), 1, "the receipt of {stamp}");
        assert!(
            writer.versions.contains(&version(&receipt[0]["updateTime"])),
            "{receipt:?} has a version of its own"
        );
    }
}

async fn counter(database: &Database) -> usize {
    let counter = database.get("counters/all").await;
    counter.map_or(0, |counter| integer(&counter["fields"]["commits"]).try_into().unwrap())
}

/// Id and stamp.
fn stamp_of(document: &Value) -> (String, String) {
    let stamp = document["fields"]["stamp"]["stringValue"].as_str();
    (id(document).to_owned(), stamp.unwrap_or_else(|| panic!("no stamp: {document}")).to_owned())
}

/// Choices that a seed repeats (splitmix64).
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of the numbers below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }
}
