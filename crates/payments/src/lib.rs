//! mentora-payments
