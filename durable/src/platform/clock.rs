//! What time it is. In a Worker the clock stands still while code computes and moves on with I/O.

use mentora_core::time::Millis;

/// Now.
#[must_use]
pub fn now() -> Millis {
    Millis(i64::try_from(worker::Date::now().as_millis()).unwrap_or(i64::MAX))
}
