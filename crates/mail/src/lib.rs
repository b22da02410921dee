//! mentora-mail
