//! How many alternatives a filter has, as production counts them.

use std::collections::BTreeSet;

use crate::{
    field_path::FieldPath,
    query::{Filter, Operator},
    value::Value,
};

/// Beyond this, alternatives that are equal are no longer counted as one: far too many are too many.
const MOST_COMPARED: usize = 1000;

/// A conjunction of conditions, by their numbers.
type Conjunction = BTreeSet<usize>;

/// How many different conjunctions a filter is the disjunction of, if no more than `enough` are of no interest.
pub(super) fn count(filter: &Filter, enough: usize) -> usize {
    let bound = bound(filter);
    if bound <= enough || bound > MOST_COMPARED {
        return bound;
    }
    Conditions::default().of(filter).len()
}

/// As many as there are where all of them differ.
fn bound(filter: &Filter) -> usize {
    match filter {
        Filter::And(filters) => filters.iter().map(bound).fold(1, usize::saturating_mul),
        Filter::Or(filters) => filters.iter().map(bound).fold(0, usize::saturating_add),
        Filter::Field(_, Operator::In | Operator::ArrayContainsAny, Value::Array(values)) => values.len(),
        Filter::Field(..) | Filter::Unary(..) => 1,
    }
}

/// The conditions met so far; the place of each is its number.
#[derive(Default)]
struct Conditions(Vec<Filter>);

impl Conditions {
    fn of(&mut self, filter: &Filter) -> BTreeSet<Conjunction> {
        match filter {
            Filter::And(filters) => {
                let mut all = BTreeSet::from([Conjunction::new()]);
                for filter in filters {
                    let further = self.of(filter);
                    all = all.iter().flat_map(|left| further.iter().map(move |right| left | right)).collect();
                }
                all
            }
            Filter::Or(filters) => filters.iter().flat_map(|filter| self.of(filter)).collect(),
            Filter::Field(path, Operator::In, Value::Array(values)) => {
                self.one_of(path, Operator::Equal, values)
            }
            Filter::Field(path, Operator::ArrayContainsAny, Value::Array(values)) => {
                self.one_of(path, Operator::ArrayContains, values)
            }
            other => BTreeSet::from([Conjunction::from([self.number(other.clone())])]),
        }
    }

    fn one_of(&mut self, path: &FieldPath, operator: Operator, values: &[Value]) -> BTreeSet<Conjunction> {
        let each = values.iter().map(|value| {
            let condition = Filter::Field(path.clone(), operator, value.clone());
            Conjunction::from([self.number(condition)])
        });
        each.collect()
    }

    fn number(&mut self, condition: Filter) -> usize {
        self.0.iter().position(|known| *known == condition).unwrap_or_else(|| {
            self.0.push(condition);
            self.0.len() - 1
        })
    }
}
