//! mentora-google
