//! Which documents lie nearest to a vector.

use std::cmp::Ordering;

use crate::{
    embedded::{fields, shelf::Stored},
    query::{DistanceMeasure, Nearest},
    value::{Value, order},
};

/// A search by vectors under way.
pub(super) struct Neighbours<'a> {
    asked: &'a Nearest,
    found: Vec<(f64, Stored)>,
}

impl<'a> Neighbours<'a> {
    pub(super) fn of(asked: &'a Nearest) -> Self {
        Self { asked, found: Vec::new() }
    }

    /// Takes a document in that has a vector to compare, near enough.
    pub(super) fn offer(&mut self, document: Stored) {
        let Some(Value::Vector(vector)) = fields::get(&document.fields, &self.asked.field) else { return };
        if vector.len() != self.asked.vector.len() {
            return;
        }
        let distance = distance(self.asked.measure, vector, &self.asked.vector);
        let near = self.asked.threshold.is_none_or(|threshold| match self.asked.measure {
            DistanceMeasure::Euclidean | DistanceMeasure::Cosine => distance <= threshold,
            DistanceMeasure::DotProduct => distance >= threshold,
        });
        if near {
            self.found.push((distance, document));
        }
    }

    /// The nearest, with their distances in the field that was asked for.
    pub(super) fn nearest(mut self) -> Vec<Stored> {
        let Nearest { measure, limit, result_field, .. } = self.asked;
        let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
        self.found.sort_by(|(left, one), (right, other)| {
            nearer(*measure, *left, *right).then_with(|| order::names(one.path.as_str(), other.path.as_str()))
        });
        let found = self.found.into_iter().take(limit).map(|(distance, mut document)| {
            let told = result_field.iter().map(|name| (name.clone(), Value::Double(distance)));
            document.fields.extend(told);
            document
        });
        found.collect()
    }
}

fn nearer(measure: DistanceMeasure, left: f64, right: f64) -> Ordering {
    match measure {
        DistanceMeasure::Euclidean | DistanceMeasure::Cosine => left.total_cmp(&right),
        DistanceMeasure::DotProduct => right.total_cmp(&left),
    }
}

/// NaN where there is none: a vector of length 0 has no direction.
fn distance(measure: DistanceMeasure, left: &[f64], right: &[f64]) -> f64 {
    let distance = match measure {
        DistanceMeasure::Euclidean => sum(left, right, |left, right| (left - right) * (left - right)).sqrt(),
        DistanceMeasure::Cosine => {
            1.0 - product(left, right) / (product(left, left) * product(right, right)).sqrt()
        }
        DistanceMeasure::DotProduct => product(left, right),
    };
    // There are NaNs with a sign, which `total_cmp` would put first.
    if distance.is_nan() { f64::NAN } else { distance }
}

fn product(left: &[f64], right: &[f64]) -> f64 {
    sum(left, right, |left, right| left * right)
}

fn sum(left: &[f64], right: &[f64], of: impl Fn(f64, f64) -> f64) -> f64 {
    left.iter().zip(right).fold(0.0, |sum, (left, right)| sum + of(*left, *right))
}
