//! What this build is; written by `build.rs`.

/// Version of Mentora.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The commit it was built from; `unknown` outside a checkout.
pub const COMMIT: &str = env!("MENTORA_COMMIT");
