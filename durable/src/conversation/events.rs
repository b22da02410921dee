//! The line to a client that listens by server-sent events: the body of a response that is written piece by piece.
//!
//! What the reader has not taken waits here, so that it can be counted. When the reader goes away, the runtime drops the
//! body; should it ever not, a heartbeat that nobody takes says so.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::Stream;
use futures::channel::oneshot;
use futures::future::{Either, select};
use mentora_wire::stream::{CloseCode, Seq};
use serde_json::json;
use worker::{Delay, Headers, Response, Result};

/// Between two comments that keep the way open where nothing else comes.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// So often nothing was taken, heartbeat after heartbeat, before a reader counts as gone.
const STUCK_AFTER: u32 = 3;

/// Our end.
#[derive(Debug)]
pub(super) struct Feed {
    queue: Rc<RefCell<Queue>>,
    /// Gone with the line, so that no timer outlives it: one that runs keeps the object from sleeping.
    alive: Option<oneshot::Sender<()>>,
}

/// The reader's end.
pub(super) struct Pieces {
    queue: Rc<RefCell<Queue>>,
    gone: Option<Box<dyn FnOnce()>>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Piece>,
    /// Bytes of frames that were taken since somebody asked.
    taken: usize,
    /// Pieces that were taken, ever.
    pieces: u64,
    ended: bool,
    waker: Option<Waker>,
}

#[derive(Debug)]
struct Piece {
    bytes: Vec<u8>,
    /// Of a frame; what only keeps the way open is not counted.
    counted: usize,
}

impl Feed {
    /// A line, and what `gone` is to be done when the reader hangs up.
    pub(super) fn new(gone: impl FnOnce() + 'static) -> (Self, Pieces) {
        let queue = Rc::new(RefCell::new(Queue::default()));
        (Self { queue: Rc::clone(&queue), alive: None }, Pieces { queue, gone: Some(Box::new(gone)) })
    }

    /// Sends a frame.
    pub(super) fn send(&self, kind: &str, seq: Option<Seq>, json: &str) {
        let id = seq.map(|seq| format!("id: {}\n", seq.0)).unwrap_or_default();
        self.push(format!("event: {kind}\n{id}data: {json}\n\n"), json.len());
    }

    /// Says when to come back; the end of the line follows.
    pub(super) fn advise(&self, retry_ms: i64) {
        self.push(format!("retry: {retry_ms}\n\n"), 0);
    }

    /// Says why this is the end: what the close code is to a WebSocket.
    pub(super) fn say_why(&self, code: CloseCode, reason: &str) {
        let json = json!({ "type": "closed", "code": code.code(), "reason": reason }).to_string();
        self.send("closed", None, &json);
    }

    /// Bytes of frames that were taken since this was asked last.
    pub(super) fn taken(&self) -> usize {
        std::mem::take(&mut self.queue.borrow_mut().taken)
    }

    /// Keeps the way open as long as the line is. `stuck` is done when the reader takes nothing any more.
    pub(super) fn heartbeat(&mut self, stuck: impl FnOnce() + 'static) -> impl Future<Output = ()> + 'static {
        let queue = Rc::clone(&self.queue);
        let (alive, mut over) = oneshot::channel();
        self.alive = Some(alive);
        async move {
            let (mut taken_before, mut missed) = (0, 0);
            loop {
                let beat = Box::pin(Delay::from(HEARTBEAT));
                let Either::Left(((), _)) = select(beat, &mut over).await else { return };
                let (idle, taken) = {
                    let queue = queue.borrow();
                    (queue.waiting.is_empty(), queue.pieces)
                };
                missed = if idle || taken != taken_before { 0 } else { missed + 1 };
                taken_before = taken;
                if missed >= STUCK_AFTER {
                    return stuck();
                }
                if idle {
                    push(&queue, ":\n\n".to_owned(), 0);
                }
            }
        }
    }

    fn push(&self, text: String, counted: usize) {
        push(&self.queue, text, counted);
    }
}

fn push(queue: &RefCell<Queue>, text: String, counted: usize) {
    let waker = {
        let mut queue = queue.borrow_mut();
        queue.waiting.push_back(Piece { bytes: text.into_bytes(), counted });
        queue.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Whoever lets go of the line ends it: what waits is still sent.
impl Drop for Feed {
    fn drop(&mut self) {
        let waker = {
            let mut queue = self.queue.borrow_mut();
            queue.ended = true;
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Pieces {
    /// The response.
    pub(super) fn into_response(self) -> Result<Response> {
        let headers = Headers::new();
        headers.set("content-type", "text/event-stream")?;
        headers.set("cache-control", "no-store, no-transform")?;
        Ok(Response::from_stream(self)?.with_headers(headers))
    }
}

impl Stream for Pieces {
    type Item = Result<Vec<u8>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut queue = self.queue.borrow_mut();
        if let Some(piece) = queue.waiting.pop_front() {
            queue.taken = queue.taken.saturating_add(piece.counted);
            queue.pieces = queue.pieces.wrapping_add(1);
            return Poll::Ready(Some(Ok(piece.bytes)));
        }
        if queue.ended {
            return Poll::Ready(None);
        }
        queue.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        let ended = std::mem::replace(&mut self.queue.borrow_mut().ended, true);
        if let Some(gone) = self.gone.take().filter(|_| !ended) {
            gone();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::executor::block_on;
    use futures::{FutureExt as _, StreamExt as _};

    use super::*;

    fn text(pieces: &mut Pieces) -> String {
        let mut all = String::new();
        while let Some(Some(piece)) = pieces.next().now_or_never() {
            all.push_str(&String::from_utf8(piece.unwrap()).unwrap());
        }
        all
    }

    #[test]
    fn a_frame_bears_its_type_and_its_place() {
        let (feed, mut pieces) = Feed::new(|| {});
        feed.send("turn_stored", Some(Seq(7)), r#"{"seq":7}"#);
        feed.send("connected", None, "{}");
        feed.advise(3_000);
        let expected =
            "event: turn_stored\nid: 7\ndata: {\"seq\":7}\n\nevent: connected\ndata: {}\n\nretry: 3000\n\n";
        assert_eq!(text(&mut pieces), expected);
        assert_eq!((feed.taken(), feed.taken()), (11, 0), "the JSON, once");
    }

    #[test]
    fn what_waits_is_sent_before_the_end() {
        let (feed, mut pieces) = Feed::new(|| panic!("we hung up, not the reader"));
        feed.say_why(CloseCode::Ended, "over");
        drop(feed);
        assert!(text(&mut pieces).contains(r#""code":4010"#));
        assert!(block_on(pieces.next()).is_none());
    }

    #[test]
    fn a_reader_that_hangs_up_is_noticed_once() {
        let noticed = Rc::new(Cell::new(0));
        let count = Rc::clone(&noticed);
        let (feed, pieces) = Feed::new(move || count.set(count.get() + 1));
        drop(pieces);
        drop(feed);
        assert_eq!(noticed.get(), 1);
    }
}
