//! What time it is. In a Worker the clock stands still while code computes and moves on with I/O.

use mentora_core::time::Millis;

/// Now.
#[must_use]
pub fn now() -> Millis {
    Millis(i64::try_from(since_epoch().as_millis()).unwrap_or(i64::MAX))
}

#[cfg(target_arch = "wasm32")]
fn since_epoch() -> std::time::Duration {
    std::time::Duration::from_millis(worker::Date::now().as_millis())
}

/// Natively, where only tests ask.
#[cfg(not(target_arch = "wasm32"))]
fn since_epoch() -> std::time::Duration {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}
