//! Money end to end: hundreds at once on one wallet, workerd killed before the ledger is told, and commits of which nobody knows
//! whether they happened. What is charged is what was metered, to the micro-credit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};

use crate::failure::line::{Disturbance, Line};
use crate::house::House;
use crate::people::{Call, Class, Person};
use crate::sim::fault;
use crate::stack::{Stack, Store, Wanted};
use crate::stream::Stream;

/// How long the ledger may take to arrive: a second, and on a busy machine some more.
const SETTLED: Duration = Duration::from_secs(40);
const POLL: Duration = Duration::from_millis(200);
/// What every wallet begins with, in micro-credits: enough for some hundred previews at once, and not for five hundred.
const WELCOME: i64 = 3_000_000;

/// A wallet as the store has it.
#[derive(Debug)]
pub struct Books {
    pub balance: i64,
    pub held: i64,
    /// Amounts by type.
    pub entries: Vec<(String, i64)>,
}

impl Books {
    /// Reads a wallet and its whole ledger, past our own client: both as of one moment.
    pub async fn read(stack: &Stack, wallet: &str) -> Option<Self> {
        loop {
            let before = Self::look(stack, wallet).await?;
            let after = Self::look(stack, wallet).await?;
            if before.balance == after.balance && before.entries.len() == after.entries.len() {
                return Some(after);
            }
        }
    }

    async fn look(stack: &Stack, wallet: &str) -> Option<Self> {
        let (base, token) = match &stack.store {
            Store::Firestore(host) => (format!("http://{host}"), "owner"),
            Store::Embedded => (stack.url(""), "owner"),
        };
        let documents = format!("/v1/projects/{}/databases/(default)/documents", stack.project);
        let get = |path: String| stack.call_at(&base, Call::get(path).by(token));
        let found = get(format!("{documents}/wallets/{wallet}")).await;
        if found.status != 200 {
            return None;
        }
        let (mut entries, mut token) = (Vec::new(), String::new());
        loop {
            let page =
                get(format!("{documents}/wallets/{wallet}/ledger?pageSize=300&pageToken={token}")).await.ok();
            for entry in page["documents"].as_array().into_iter().flatten() {
                let kind = entry["fields"]["type"]["stringValue"].as_str().unwrap().to_owned();
                entries.push((kind, integer(entry, "amountMicros")));
            }
            match page["nextPageToken"].as_str() {
                Some(next) => token = next.to_owned(),
                None => break,
            }
        }
        let wallet = found.ok();
        let (balance, held) = (integer(&wallet, "balanceMicros"), integer(&wallet, "heldMicros"));
        Some(Self { balance, held, entries })
    }

    /// Waits until the store has so many charges. The balance must be the sum of the ledger at every look.
    pub async fn with_charges(stack: &Stack, wallet: &str, count: usize) -> Self {
        let started = Instant::now();
        loop {
            let books = Self::read(stack, wallet).await;
            if let Some(books) = books.as_ref().filter(|books| books.charges().len() >= count) {
                assert_eq!(books.charges().len(), count, "{books:?}");
                assert_eq!(books.balance, books.entries.iter().map(|(_, amount)| amount).sum::<i64>());
                return Self { entries: books.entries.clone(), ..*books };
            }
            assert!(started.elapsed() < SETTLED, "{books:?} has not {count} charges\n{}", stack.log());
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until the store has so many charges and nothing that is held. A hold that was only given back is told
    /// later than a charge, which `heldMicros` does not wait for.
    pub async fn at_rest(stack: &Stack, wallet: &str, count: usize) -> Self {
        let started = Instant::now();
        loop {
            let books = Self::with_charges(stack, wallet, count).await;
            if books.held == 0 {
                return books;
            }
            assert!(started.elapsed() < SETTLED, "{} is still held\n{}", books.held, stack.log());
            tokio::time::sleep(POLL).await;
        }
    }

    pub fn charges(&self) -> Vec<i64> {
        self.entries.iter().filter(|(kind, _)| kind == "charge").map(|(_, amount)| *amount).collect()
    }
}

fn integer(document: &Value, field: &str) -> i64 {
    document["fields"][field]["integerValue"].as_str().unwrap().parse().unwrap()
}

/// A teacher with a course, whose assignment is tried out, at the course's cost.
struct Trials {
    teacher: Person,
    preview: String,
    course: String,
}

impl Trials {
    async fn of(stack: &Stack) -> Self {
        let Class { teacher, assignment, .. } = Class::open(stack).await;
        let path = format!("/api/assignments/{assignment}");
        let course = teacher.get(stack, &path).await.ok()["courseId"].as_str().unwrap().to_owned();
        Self { teacher, preview: format!("{path}/preview"), course }
    }

    /// Tries it out so many times at once; tells what each cost, and how many could not be paid. On a busy machine the model
    /// may be given up; then nothing may be charged.
    async fn at_once(&self, stack: &Stack, count: usize, text: &str) -> (Vec<i64>, usize) {
        let wish = json!({ "testMessage": text });
        let answers = join_all((0..count).map(|_| self.teacher.post(stack, &self.preview, &wish))).await;
        let (mut costs, mut refused) = (Vec::new(), 0);
        for answer in answers {
            if answer.status == 402 {
                answer.refused(402, "INSUFFICIENT_CREDITS");
                let details = &answer.body["error"]["details"];
                let micros = |name: &str| details[name].as_i64().unwrap();
                assert!(micros("requiredMicros") > micros("availableMicros"), "{details}");
                assert_eq!(details["walletId"], self.course.as_str());
                refused += 1;
            } else if answer.status == 503 {
                answer.refused(503, "UPSTREAM_UNAVAILABLE");
            } else {
                costs.push(answer.ok()["costMicros"].as_i64().unwrap());
            }
        }
        (costs, refused)
    }

    /// What the store has in the end is what was paid in, less what was told to have been charged.
    async fn is_exact(&self, stack: &Stack, costs: &[i64]) {
        let books = Books::at_rest(stack, &self.course, costs.len()).await;
        let mut charged: Vec<i64> = books.charges().iter().map(|amount| -amount).collect();
        let mut told = costs.to_vec();
        charged.sort_unstable();
        told.sort_unstable();
        assert_eq!(charged, told);
        assert_eq!(books.balance, WELCOME - told.iter().sum::<i64>());
    }
}

/// Five hundred hold at the same time; a wallet that has enough for some of them pays for those, and for no more.
pub async fn five_hundred_hold_at_once_and_nothing_is_overdrawn(_: Arc<House>) {
    let stack = Stack::start(with_welcome(Store::Embedded, WELCOME)).await;
    let _watch = stack.watch();
    let trials = Trials::of(&stack).await;
    let marker = "Marker: all at once.";
    // Each answer takes its time, so that all of them hold together.
    let slow: Vec<Value> = (0..500).map(|_| fault(marker, "generate", json!({ "delayMs": 4_000 }))).collect();
    stack.sim.plan(json!(slow)).await;
    let (costs, refused) = trials.at_once(&stack, 500, &format!("Buses cost nothing. {marker}")).await;
    assert!(costs.len() > 50 && refused > 50, "{} were paid for, {refused} were not", costs.len());
    trials.is_exact(&stack, &costs).await;
    stack.sim.plan(json!([])).await;
    println!("500 at once: {} paid for, {refused} refused", costs.len());

    // All holds are free again: what one answer was refused, the next one may have.
    let (more, none) = trials.at_once(&stack, 20, "Buses cost nothing.").await;
    assert_eq!((more.len(), none), (20, 0), "something is still held");
    trials.is_exact(&stack, &[costs, more].concat()).await;
}

/// What was charged stands in the wallet before anybody is told, and reaches the store by the next life.
pub async fn workerd_killed_between_settle_and_flush(house: Arc<House>) {
    // Google's emulator outlives workerd, and can be asked meanwhile.
    let mut stack = Stack::start(with_welcome(house.firestore().await.store.clone(), WELCOME)).await;
    let trials = Trials::of(&stack).await;
    let mut costs = Vec::new();
    for round in 0..3 {
        let (paid, refused) = trials.at_once(&stack, 5, "Buses cost nothing.").await;
        assert_eq!((paid.len(), refused), (5, 0));
        costs.extend(paid);
        stack.kill();
        let told = Books::read(&stack, &trials.course).await.map_or(0, |books| books.charges().len());
        assert!(told < costs.len(), "round {round}: all was told before the kill");
        stack.revive().await;
    }
    let _watch = stack.watch();
    trials.is_exact(&stack, &costs).await;
}

/// Commits of the ledger happen, and nobody is told.
pub async fn firestore_does_not_say_whether_it_has_the_ledger(house: Arc<House>) {
    let far = house.firestore().await.store.clone();
    let Store::Firestore(far) = far else { panic!("the emulator is installed") };
    let line = Line::to(&far).await;
    let mut wanted = with_welcome(Store::Firestore(far), WELCOME);
    wanted.settings.push(("FIRESTORE_EMULATOR_HOST", line.host.clone()));
    let stack = Stack::start(wanted).await;
    let _watch = stack.watch();
    let trials = Trials::of(&stack).await;
    let (mut costs, _) = trials.at_once(&stack, 3, "Buses cost nothing.").await;
    let ledger = format!("wallets/{}", trials.course);
    for _ in 0..2 {
        line.disturb(&ledger, Disturbance::AnswerLost, 1);
        costs.extend(trials.at_once(&stack, 3, "Buses cost nothing.").await.0);
        line.meets(&ledger).await;
    }
    // And one that does not get through at all.
    line.disturb(&ledger, Disturbance::Down, 2);
    costs.extend(trials.at_once(&stack, 3, "Buses cost nothing.").await.0);
    line.meets(&ledger).await;
    trials.is_exact(&stack, &costs).await;
}

/// The wallet of whoever pays: the student's own, for an auditor; what a demo course gives, before the wallet.
pub async fn auditors_pay_themselves_and_demo_courses_give_first(_: Arc<House>) {
    let stack = Stack::start(with_welcome(Store::Embedded, WELCOME)).await;
    let _watch = stack.watch();
    let class = Class::open(&stack).await;
    let auditor = class.student(&stack, "auditor").await;
    let course = class.teacher.get(&stack, &format!("/api/assignments/{}", class.assignment)).await.ok();
    let course = course["courseId"].as_str().unwrap().to_owned();
    let member = format!("/api/courses/{course}/roster/{}", auditor.person.uid);
    class.teacher.patch(&stack, &member, &json!({ "role": "auditor" })).await.ok();
    let mut stream = Stream::of(&stack, &auditor).await;
    stream.say("Tickets should cost nothing.").await;
    stream.answer().await;
    let credits = stream.until("credits").await;
    assert_eq!(credits["walletId"], auditor.person.uid.as_str());
    stream.close().await;
    let books = Books::with_charges(&stack, &auditor.person.uid, 1).await;
    assert_eq!(credits["balanceMicros"], books.balance);
    assert_eq!(auditor.read(&stack).await["costMicros"], WELCOME - books.balance);
    assert!(Books::read(&stack, &course).await.is_none(), "the course was not asked");

    // Free credits are Mentora's to give.
    let policy = json!({ "isDemo": true, "demoPolicy": { "maxFreeCreditsMicrosPerUser": 60_000 } });
    let path = format!("/api/courses/{course}");
    class.teacher.patch(&stack, &path, &policy).await.refused(403, "FORBIDDEN");
    Person::admin(&stack).await.patch(&stack, &path, &policy).await.ok();
    let student = class.student(&stack, "student").await;
    let mut stream = Stream::of(&stack, &student).await;
    stream.say("Tickets should cost nothing.").await;
    stream.answer().await;
    assert_eq!(stream.until("credits").await["balanceMicros"], WELCOME);
    stream.close().await;
    let books = Books::with_charges(&stack, &course, 1).await;
    assert_eq!(books.balance, WELCOME, "given and charged: {books:?}");
    assert_eq!(books.entries.iter().filter(|(kind, _)| kind == "grant").count(), 2, "{books:?}");
}

pub fn with_welcome(store: Store, micros: i64) -> Wanted {
    let settings = vec![("WELCOME_CREDITS_MICROS", micros.to_string())];
    Wanted { settings, ..Wanted::new(store) }
}
