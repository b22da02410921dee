//! mentora-sim
