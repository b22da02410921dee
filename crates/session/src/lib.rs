//! mentora-session
