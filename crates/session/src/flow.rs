//! How much a client may send: frames a second, and sound no faster than somebody could speak it.

use mentora_core::time::Millis;
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::CloseCode;

use crate::Step;
use crate::bucket::{Bucket, Rate};
use crate::input::{ConnectionId, Source};

/// Frames of one client.
const FRAMES: Rate = Rate { per_second: 200, burst: 200 };
/// Milliseconds of sound of one client: half as fast again as real time. What a network held back for ten seconds may
/// come at once.
const SOUND_MS: Rate = Rate { per_second: 1_500, burst: 10_000 };

/// What a client has left to send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow {
    frames: Bucket,
    sound: Bucket,
}

impl Flow {
    pub(crate) const fn new(now: Millis) -> Self {
        Self { frames: Bucket::new(FRAMES, now), sound: Bucket::new(SOUND_MS, now) }
    }

    /// Counts frames; `false` for too many.
    pub(crate) fn takes_frames(&mut self, count: u32, now: Millis) -> bool {
        self.frames.take(i64::from(count), now)
    }

    /// Counts sound; `false` for sound that comes too fast.
    pub(crate) fn takes_sound(&mut self, ms: i64, now: Millis) -> bool {
        self.sound.take(ms, now)
    }
}

impl Step<'_> {
    /// Counts frames of a connection. One that sends too many is told, and closed.
    pub(crate) fn is_flood(&mut self, id: ConnectionId, frames: u32) -> bool {
        let now = self.now;
        let flow = self.state.connections.get_mut(&id).map(|client| &mut client.flow);
        let flood = flow.is_some_and(|flow| !flow.takes_frames(frames, now));
        if flood {
            self.stem(id, "This connection sends more than 200 frames a second.");
        }
        flood
    }

    /// Counts the sound of a connection. One that sends it faster than it can be spoken is told, and closed.
    pub(crate) fn is_sound_too_fast(&mut self, id: ConnectionId, ms: i64) -> bool {
        let now = self.now;
        let flow = self.state.connections.get_mut(&id).map(|client| &mut client.flow);
        let too_fast = flow.is_some_and(|flow| !flow.takes_sound(ms, now));
        if too_fast {
            self.stem(
                id,
                "This connection sends sound faster than 1.5 times real time. Send it as it is recorded.",
            );
        }
        too_fast
    }

    fn stem(&mut self, id: ConnectionId, message: &str) {
        self.refuse(Source::Connection(id), None, ErrorCode::RateLimited, message);
        self.note("session.client.flood", message);
        self.close(id, CloseCode::RateExceeded, "too much at once");
    }
}
