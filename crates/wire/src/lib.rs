//! mentora-wire
