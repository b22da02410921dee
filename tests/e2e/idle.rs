//! A conversation that nobody works on costs nothing.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::house::House;
use crate::people::Class;
use crate::stream::Stream;

/// Half a minute of the contract, and time for the alarm.
const CLOSED_WITHIN: Duration = Duration::from_secs(45);

/// workerd lets an object hibernate after ten seconds.
const HIBERNATES_WITHIN: Duration = Duration::from_secs(13);

/// What happened in the object reaches its clients at once; this is for a busy machine.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// The wait, once it was begun.
static BEGUN: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

/// Begins the wait beside tests that leave the shared Workers alone: it is half a minute in which nothing is to happen.
pub fn begin(house: &Arc<House>) {
    let house = Arc::clone(house);
    let wait = move || house.runtime.block_on(waits(Arc::clone(&house)));
    *BEGUN.lock().unwrap() = Some(thread::spawn(wait));
}

pub async fn a_socket_without_work_is_closed_and_resumed(house: Arc<House>) {
    let begun = BEGUN.lock().unwrap().take();
    match begun.map(JoinHandle::join) {
        None => waits(house).await,
        Some(Ok(())) => {}
        Some(Err(panic)) => resume_unwind(panic),
    }
}

async fn waits(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut stream = Stream::of(stack, &student).await;
    stream.say("Night buses should be free, because walking home is dangerous. Marker: idle.").await;
    stream.answer().await;
    let started = Instant::now();
    let closed = loop {
        let connection = stack.sim.connections_with("Marker: idle.").await.remove(0);
        if connection.closed().is_some() {
            break connection;
        }
        assert!(started.elapsed() < CLOSED_WITHIN, "the model's socket stays open without work");
        stream.quiet(Duration::from_millis(500)).await;
    };
    assert!(started.elapsed() > Duration::from_secs(25), "it was closed too early");
    // The model's stand-in may know of it before the student does.
    let told = Instant::now();
    let session =
        |stream: &Stream| stream.memory.all("session_state").last().map(|event| event["session"].clone());
    while session(&stream) != Some("paused".into()) {
        assert!(told.elapsed() < TOLD_WITHIN, "the student was told {:?}", session(&stream));
        stream.quiet(Duration::from_millis(100)).await;
    }
    let lives = stream.greetings;
    stream.quiet(HIBERNATES_WITHIN).await;
    stream.say("Marker: awake. I would also light the stops.").await;
    stream.answer().await;
    let resumed = stack.sim.connections_with("Marker: awake.").await.remove(0);
    assert_eq!(resumed.handle(), closed.offered().last().copied());
    assert!(stream.greetings > lives, "nothing is open but the student's tab, and it does not hibernate");
    stream.close().await;
}
