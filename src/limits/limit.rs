//! The limits: whom they count, and how much they allow. `wrangler.toml` binds them with these figures.

use super::class::Class;

/// Length of the window that all limits count in, in seconds.
pub const PERIOD_SECONDS: u32 = 60;

/// Calls in one window, of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Name of the rate limiting binding.
    pub binding: &'static str,
    /// Calls in [`PERIOD_SECONDS`].
    pub calls: u32,
}

const fn limit(binding: &'static str, calls: u32) -> Limit {
    Limit { binding, calls }
}

// One user: several times what the web app asks for in the hands of a hurried person.
const USER_READ: Limit = limit("LIMIT_USER_READ", 600);
const USER_WRITE: Limit = limit("LIMIT_USER_WRITE", 120);
const USER_COSTLY: Limit = limit("LIMIT_USER_COSTLY", 30);
const USER_GUESS: Limit = limit("LIMIT_USER_GUESS", 10);

// One address: a class of a hundred sits behind one.
const ADDRESS_OPEN: Limit = limit("LIMIT_ADDRESS_OPEN", 1_000);
const ADDRESS_READ: Limit = limit("LIMIT_ADDRESS_READ", 6_000);
const ADDRESS_WRITE: Limit = limit("LIMIT_ADDRESS_WRITE", 2_400);
const ADDRESS_COSTLY: Limit = limit("LIMIT_ADDRESS_COSTLY", 1_200);
const ADDRESS_GUESS: Limit = limit("LIMIT_ADDRESS_GUESS", 300);

/// Requests from one address whose sender nobody could tell: no token, or a bad one.
pub const REFUSED: Limit = limit("LIMIT_ADDRESS_REFUSED", 600);
/// Guesses at one secret from one address: a class that joins together, and some typing errors.
pub const SECRET: Limit = limit("LIMIT_ADDRESS_SECRET", 200);

/// All of them.
pub const LIMITS: [Limit; 11] = [
    USER_READ,
    USER_WRITE,
    USER_COSTLY,
    USER_GUESS,
    ADDRESS_OPEN,
    ADDRESS_READ,
    ADDRESS_WRITE,
    ADDRESS_COSTLY,
    ADDRESS_GUESS,
    REFUSED,
    SECRET,
];

impl Limit {
    /// What one user may ask; nothing tells users apart where nobody needs to sign in.
    #[must_use]
    pub const fn of_user(class: Class) -> Option<Self> {
        match class {
            Class::Open => None,
            Class::Read => Some(USER_READ),
            Class::Write => Some(USER_WRITE),
            Class::Costly => Some(USER_COSTLY),
            Class::Guess => Some(USER_GUESS),
        }
    }

    /// What may be asked from one address.
    #[must_use]
    pub const fn of_address(class: Class) -> Self {
        match class {
            Class::Open => ADDRESS_OPEN,
            Class::Read => ADDRESS_READ,
            Class::Write => ADDRESS_WRITE,
            Class::Costly => ADDRESS_COSTLY,
            Class::Guess => ADDRESS_GUESS,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const CLASSES: [Class; 5] = [Class::Open, Class::Read, Class::Write, Class::Costly, Class::Guess];
    const STUDENTS_BEHIND_ONE_ADDRESS: u32 = 100;

    #[test]
    fn what_is_dearer_is_allowed_less_often() {
        let user: Vec<u32> =
            CLASSES.into_iter().filter_map(Limit::of_user).map(|limit| limit.calls).collect();
        assert!(user.is_sorted_by(|dear, cheap| dear > cheap), "{user:?}");
        let address: Vec<u32> =
            CLASSES.into_iter().skip(1).map(|class| Limit::of_address(class).calls).collect();
        assert!(address.is_sorted_by(|dear, cheap| dear > cheap), "{address:?}");
    }

    #[test]
    fn a_class_behind_one_address_is_not_one_user() {
        for class in CLASSES {
            assert!(Limit::of_address(class).calls >= 3 * STUDENTS_BEHIND_ONE_ADDRESS, "{class:?}");
        }
        for limit in [SECRET, REFUSED] {
            assert!(limit.calls >= 2 * STUDENTS_BEHIND_ONE_ADDRESS, "{limit:?}");
        }
    }

    /// The block of `wrangler.toml` that binds a limit.
    fn block(limit: Limit, namespace: usize) -> String {
        format!(
            "[[ratelimits]]\nname = \"{}\"\nnamespace_id = \"{namespace}\"\nsimple = {{ limit = {}, period = {PERIOD_SECONDS} }}\n",
            limit.binding, limit.calls
        )
    }

    #[test]
    fn wrangler_binds_these_limits_and_no_others() {
        let bound = include_str!("../../wrangler.toml");
        let mut names = BTreeSet::new();
        for (limit, namespace) in LIMITS.into_iter().zip(7301..) {
            assert!(names.insert(limit.binding), "{} stands twice", limit.binding);
            let block = block(limit, namespace);
            assert!(bound.contains(&block), "wrangler.toml does not say:\n{block}");
        }
        assert_eq!(bound.matches("[[ratelimits]]").count(), LIMITS.len());
    }

    #[test]
    fn the_document_tells_these_figures() {
        let told = include_str!("../../docs/LIMITS.md");
        for limit in LIMITS {
            let cell = format!("{} (`{}`)", limit.calls, limit.binding);
            assert!(told.contains(&cell), "docs/LIMITS.md does not say: {cell}");
        }
    }
}
