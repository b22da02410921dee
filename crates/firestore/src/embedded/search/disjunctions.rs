//! A filter as a choice among conjunctions: production looks each of them up by itself, and has limits for that.

use crate::{
    embedded::fault::Fault,
    field_path::FieldPath,
    query::{Filter, Operator, UnaryOperator},
    value::Value,
};

/// Most conjunctions of one query.
const MAX: usize = 30;
/// Where the expansion gives up: no query that is allowed comes near.
const FAR_TOO_MANY: usize = 1000;

/// One comparison, with one value.
#[derive(Clone, Copy, PartialEq)]
enum Term<'a> {
    Comparison(&'a FieldPath, Operator, &'a Value),
    Unary(&'a FieldPath, UnaryOperator),
}

type Conjunction<'a> = Vec<Term<'a>>;

/// Refuses a filter that comes apart into too many conjunctions, or asks one array for two elements.
pub(super) fn check(filter: &Filter) -> Result<(), Fault> {
    let conjunctions = expanded(filter)?;
    if conjunctions.len() > MAX {
        return Err(too_many(conjunctions.len()));
    }
    let is_element = |term: &&Term| matches!(term, Term::Comparison(_, Operator::ArrayContains, _));
    match conjunctions.iter().any(|terms| terms.iter().filter(is_element).count() > 1) {
        true => Err(Fault::invalid("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.")),
        false => Ok(()),
    }
}

fn expanded(filter: &Filter) -> Result<Vec<Conjunction<'_>>, Fault> {
    Ok(match filter {
        Filter::Unary(path, operator) => vec![vec![Term::Unary(path, *operator)]],
        Filter::Field(path, Operator::In, values) => alternatives(path, Operator::Equal, values),
        Filter::Field(path, Operator::ArrayContainsAny, values) => {
            alternatives(path, Operator::ArrayContains, values)
        }
        Filter::Field(path, operator, value) => vec![vec![Term::Comparison(path, *operator, value)]],
        Filter::Or(filters) => {
            let mut all = Vec::new();
            for filter in filters {
                all.extend(expanded(filter)?);
            }
            unique(all)
        }
        Filter::And(filters) => {
            let mut all = vec![Vec::new()];
            for filter in unique(filters.iter().collect()) {
                all = product(&all, &expanded(filter)?)?;
            }
            all
        }
    })
}

/// One conjunction for each value of an array.
fn alternatives<'a>(path: &'a FieldPath, operator: Operator, values: &'a Value) -> Vec<Conjunction<'a>> {
    match values {
        Value::Array(values) => {
            unique(values.iter().map(|value| vec![Term::Comparison(path, operator, value)]).collect())
        }
        _ => Vec::new(),
    }
}

/// Each of these with each of those.
fn product<'a>(left: &[Conjunction<'a>], right: &[Conjunction<'a>]) -> Result<Vec<Conjunction<'a>>, Fault> {
    let count = left.len().saturating_mul(right.len());
    if count > FAR_TOO_MANY {
        return Err(too_many(count));
    }
    let pairs = left
        .iter()
        .flat_map(|left| right.iter().map(|right| unique(left.iter().chain(right).copied().collect())));
    Ok(unique(pairs.collect()))
}

fn unique<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(all.len());
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}

fn too_many(count: usize) -> Fault {
    Fault::invalid(format!(
        "Too many disjunctions after normalization. Result had {count} disjunctions which is more than the maximum of \
         {MAX}"
    ))
}
