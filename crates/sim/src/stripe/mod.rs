//! Stripe, as far as the sale of credits needs it: Checkout with its page, payments, charges, and webhooks signed and
//! delivered as Stripe does it. What a customer, a bank or Stripe itself would do is told by `/sim/stripe/…`.
//!
//! - [`account`]: what is kept, in memory
//! - [`sale`]: one session and the money behind it: paid, refunded, disputed; [`objects`] is their JSON
//! - [`api`]: what every call of the API goes through: key, idempotency, faults; [`idempotency`], [`fault`], [`refusal`]
//! - [`checkout`], [`payments`]: the calls themselves; [`form`] reads their parameters
//! - [`page`]: where customers pay
//! - [`delivery`]: webhooks
//! - [`control`]: `/sim/stripe/…`

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
