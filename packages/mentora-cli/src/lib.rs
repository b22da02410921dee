//! mentora-cli
