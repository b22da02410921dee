//! What answers took out of a wallet, by day and by person.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::ids::UserId;
use crate::money::Micros;
use crate::time::{DAY_MS, Millis};

/// A sum of charges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How much; not negative.
    pub spent: Micros,
    /// How many charges.
    pub charges: u32,
}

impl Sum {
    fn add(&mut self, amount: Micros) {
        self.spent = Micros(self.spent.0.saturating_sub(amount.0));
        self.charges = self.charges.saturating_add(1);
    }
}

/// Adds up the charges of some days.
#[derive(Debug, Clone)]
pub struct Spend {
    since: Millis,
    days: Vec<Sum>,
    people: BTreeMap<UserId, Sum>,
}

impl Spend {
    /// Of so many days in UTC, of which `now` is in the last.
    #[must_use]
    pub fn of_days(days: u32, now: Millis) -> Self {
        let today = now.0.div_euclid(DAY_MS);
        let first = today.saturating_sub(i64::from(days)).saturating_add(1);
        let days = vec![Sum::default(); usize::try_from(days).unwrap_or_default()];
        Self { since: Millis(first.saturating_mul(DAY_MS)), days, people: BTreeMap::new() }
    }

    /// When the first day begins.
    #[must_use]
    pub fn since(&self) -> Millis {
        self.since
    }

    /// Adds a charge, whose amount is negative. One before the first day is none of it, and of the moment the last day takes all.
    pub fn add(&mut self, at: Millis, by: UserId, amount: Micros) {
        let Ok(day) = usize::try_from((at.0.saturating_sub(self.since.0)).div_euclid(DAY_MS)) else { return };
        let last = self.days.len().saturating_sub(1);
        if let Some(sum) = self.days.get_mut(day.min(last)) {
            sum.add(amount);
            self.people.entry(by).or_default().add(amount);
        }
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> Micros {
        self.days.iter().fold(Micros::ZERO, |sum, day| sum.saturating_add(day.spent))
    }

    /// By day, as `2026-11-23`; the first first.
    pub fn days(&self) -> impl Iterator<Item = (String, Sum)> {
        let midnights = (0_i64..).map(|day| self.since + day.saturating_mul(DAY_MS));
        midnights.zip(&self.days).map(|(at, sum)| (at.day(), *sum))
    }

    /// By person; who took most comes first.
    #[must_use]
    pub fn people(self) -> Vec<(UserId, Sum)> {
        let mut people: Vec<_> = self.people.into_iter().collect();
        people.sort_by_key(|(_, sum)| Reverse(sum.spent));
        people
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charges_are_added_up_by_day_and_by_person() {
        let user = |id: &str| UserId::new(id).unwrap();
        let now = Millis(1_795_422_000_000);
        let mut spend = Spend::of_days(3, now);
        assert_eq!(spend.since(), Millis(1_795_219_200_000), "2026-11-21 at midnight");
        spend.add(spend.since() - 1, user("early"), Micros(-1));
        spend.add(spend.since(), user("kim"), Micros(-2));
        spend.add(now - DAY_MS, user("lee"), Micros(-30));
        spend.add(now, user("kim"), Micros(-4));
        // Of a charge that came while we counted.
        spend.add(now + DAY_MS, user("kim"), Micros(-5));
        let days: Vec<_> = spend.days().map(|(day, sum)| (day, sum.spent.0, sum.charges)).collect();
        let expected = [("2026-11-21", 2, 1), ("2026-11-22", 30, 1), ("2026-11-23", 9, 2)];
        assert_eq!(days, expected.map(|(day, spent, charges)| (day.to_owned(), spent, charges)));
        assert_eq!(spend.total(), Micros(41));
        let people: Vec<_> =
            spend.people().into_iter().map(|(user, sum)| (user.to_string(), sum.spent.0)).collect();
        assert_eq!(people, [("lee".to_owned(), 30), ("kim".to_owned(), 11)]);
    }
}
