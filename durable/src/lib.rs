//! mentora-durable
