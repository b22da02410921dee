//! Stripe, as far as the sale of credits needs it: Checkout with its page, payments, charges, and webhooks signed and
//! delivered as Stripe does it. What a customer, a bank or Stripe itself would do is told by `/sim/stripe/…`.
//!
//! - [`account`]: what is kept, in memory
//! - [`sale`]: one session and the money behind it: paid, refunded, disputed; [`objects`] is their JSON
//! - [`api`]: what every call of the API goes through: key, idempotency, faults
//! - [`idempotency`], [`fault`] and [`refusal`] are its parts; [`form`] reads the parameters
//! - [`checkout`] and [`payments`] are the calls themselves
//! - [`page`] is where customers pay
//! - [`delivery`] sends webhooks
//! - [`control`] serves `/sim/stripe/…`

pub mod account;
pub mod api;
pub mod checkout;
pub mod control;
pub mod delivery;
pub mod fault;
pub mod form;
pub mod idempotency;
pub mod objects;
pub mod page;
pub mod payments;
pub mod refusal;
pub mod sale;
