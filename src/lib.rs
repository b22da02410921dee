//! mentora
