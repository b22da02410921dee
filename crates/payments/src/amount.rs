//! Amounts. A credit is a US dollar: 1,000,000 micro-credits, 100 cents of Stripe's.

/// Micro-credits in a cent.
pub const MICROS_PER_CENT: i64 = 10_000;

/// The currency that credits are sold in, as Stripe writes it.
pub const CURRENCY: &str = "usd";

/// Whole US cents; not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(u32);

/// Micro-credits that cannot be paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Stripe moves whole cents.
    #[error("an amount must be whole cents: a multiple of {MICROS_PER_CENT} micro-credits")]
    NotWholeCents,
    /// Nothing, less than nothing, or more than Stripe charges at once.
    #[error("an amount must be between 1 and 99999999 cents")]
    OutOfRange,
}

impl Cents {
    /// Stripe's own limit: eight digits.
    pub const MOST: Self = Self(99_999_999);

    /// What so many micro-credits cost.
    ///
    /// # Errors
    /// [`AmountError`]
    pub fn of_micros(micros: i64) -> Result<Self, AmountError> {
        if micros.checked_rem(MICROS_PER_CENT) != Some(0) {
            return Err(AmountError::NotWholeCents);
        }
        let cents = u32::try_from(micros / MICROS_PER_CENT).map_err(|_| AmountError::OutOfRange)?;
        if (1..=Self::MOST.0).contains(&cents) { Ok(Self(cents)) } else { Err(AmountError::OutOfRange) }
    }

    /// As a number of cents.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// As micro-credits.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0 as i64 * MICROS_PER_CENT
    }
}

/// An amount of Stripe's telling, in whatever currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// In the smallest unit of the currency; not negative.
    pub minor_units: u64,
    /// As `usd`.
    pub currency: String,
}

impl Money {
    /// Its worth in micro-credits; none for another currency than ours, which buys no credits.
    #[must_use]
    pub fn micros(&self) -> Option<i64> {
        let cents = i64::try_from(self.minor_units).ok().filter(|_| self.currency == CURRENCY)?;
        cents.checked_mul(MICROS_PER_CENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_is_a_hundred_cents() {
        let five = Cents::of_micros(5_000_000).unwrap();
        assert_eq!((five.get(), five.micros()), (500, 5_000_000));
    }

    #[test]
    fn what_is_no_whole_cent_or_no_payment_is_refused() {
        for (micros, expected) in [
            (10_001, AmountError::NotWholeCents),
            (9_999, AmountError::NotWholeCents),
            (i64::MAX, AmountError::NotWholeCents),
            (0, AmountError::OutOfRange),
            (-10_000, AmountError::OutOfRange),
            (i64::MIN, AmountError::NotWholeCents),
            (100_000_000 * MICROS_PER_CENT, AmountError::OutOfRange),
        ] {
            assert_eq!(Cents::of_micros(micros), Err(expected), "{micros}");
        }
        assert_eq!(Cents::of_micros(Cents::MOST.micros()), Ok(Cents::MOST));
    }

    #[test]
    fn another_currency_is_worth_no_credits() {
        let money = |minor_units, currency: &str| Money { minor_units, currency: currency.into() };
        assert_eq!(money(500, "usd").micros(), Some(5_000_000));
        assert_eq!(money(500, "eur").micros(), None);
        assert_eq!(money(u64::MAX, "usd").micros(), None);
    }
}
