//! How far a client is behind with reading.
//!
//! A socket that nobody reads is buffered by the runtime without bound, and the runtime does not say how much it holds.
//! So a client of a WebSocket says now and then how many bytes have come (`ping` with `received`), and from then on it is
//! held to that. One that never says so cannot be measured: it is closed after [`MAX_UNMEASURED_BYTES`], and comes back
//! with its cursor. Server-sent events need no word: what was not taken is still with us.

/// Most bytes that a client may leave unread.
pub const MAX_UNREAD_BYTES: u64 = 1024 * 1024;
/// Most bytes that are sent to a client of which nobody knows whether it reads: more than four minutes of the tutor's
/// voice in base64.
pub const MAX_UNMEASURED_BYTES: u64 = 16 * 1024 * 1024;

/// What was sent to a client, and what it has read of it. Bytes of frames, without `pong` and what the transport adds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    sent: u64,
    /// How much of `sent` was read, once the client has said so.
    read: Option<u64>,
    /// The client's own count where ours begins; not known of a connection that is older than this life of the object.
    base: Option<u64>,
    /// How much of `sent` the client has asked for: a long past that is sent at once is no slowness.
    asked: u64,
}

impl Reading {
    /// Of a connection that has just come.
    #[must_use]
    pub const fn of_newcomer() -> Self {
        Self { sent: 0, read: None, base: Some(0), asked: 0 }
    }

    /// Of a connection that outlived the last life of the object.
    #[must_use]
    pub const fn of_survivor() -> Self {
        Self { sent: 0, read: None, base: None, asked: 0 }
    }

    /// Something was sent.
    pub fn sent(&mut self, bytes: usize) {
        self.sent = self.sent.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// What was sent up to now had been asked for.
    pub fn asked_for(&mut self) {
        self.asked = self.sent;
    }

    /// The client has received so many bytes since it connected.
    pub fn received(&mut self, total: u64) {
        // The first word of a survivor says where it stands: what it may have missed before, nobody can tell.
        let base = *self.base.get_or_insert(total.saturating_sub(self.sent));
        let read = total.saturating_sub(base).min(self.sent);
        self.read = Some(self.read.unwrap_or_default().max(read));
    }

    /// So many bytes of what was sent have been taken.
    pub fn taken(&mut self, bytes: usize) {
        let read = self.read.unwrap_or_default();
        self.read = Some(read.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX)).min(self.sent));
    }

    /// Whether the client reads too slowly to be kept.
    #[must_use]
    pub fn is_too_slow(&self) -> bool {
        let read = self.read.unwrap_or_default();
        let unasked = self.sent.saturating_sub(read.max(self.asked));
        self.sent.saturating_sub(read) > MAX_UNMEASURED_BYTES
            || (self.read.is_some() && unasked > MAX_UNREAD_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1024 * 1024;

    #[test]
    fn who_says_what_has_come_may_be_a_mebibyte_behind() {
        let mut reading = Reading::of_newcomer();
        reading.sent(MIB);
        reading.received(10);
        assert!(!reading.is_too_slow());
        reading.sent(11);
        assert!(reading.is_too_slow());
        reading.received(11);
        assert!(!reading.is_too_slow());
    }

    #[test]
    fn who_never_says_so_is_sent_sixteen() {
        let mut reading = Reading::of_newcomer();
        reading.sent(16 * MIB);
        assert!(!reading.is_too_slow());
        reading.sent(1);
        assert!(reading.is_too_slow());
    }

    #[test]
    fn what_was_asked_for_is_no_slowness_until_it_is_far_too_much() {
        let mut reading = Reading::of_newcomer();
        reading.received(0);
        reading.sent(5 * MIB);
        reading.asked_for();
        assert!(!reading.is_too_slow());
        reading.sent(MIB);
        assert!(!reading.is_too_slow());
        reading.sent(1);
        assert!(reading.is_too_slow(), "a mebibyte beyond what was asked for");
        let mut greedy = Reading::of_newcomer();
        greedy.sent(17 * MIB);
        greedy.asked_for();
        assert!(greedy.is_too_slow(), "`hello` again and again, and nothing read");
    }

    #[test]
    fn a_survivor_is_measured_from_its_first_word() {
        let mut reading = Reading::of_survivor();
        reading.sent(100);
        reading.received(1_000_100);
        reading.sent(MIB);
        assert!(!reading.is_too_slow());
        reading.sent(1);
        assert!(reading.is_too_slow());
        reading.received(1_000_101);
        assert!(!reading.is_too_slow());
    }

    #[test]
    fn nobody_has_read_what_was_never_sent_nor_less_than_before() {
        let mut reading = Reading::of_newcomer();
        reading.sent(10);
        reading.received(u64::MAX);
        reading.received(0);
        reading.sent(MIB);
        assert!(!reading.is_too_slow());
        reading.sent(1);
        assert!(reading.is_too_slow());
    }
}
