//! The table.

mod aggregations;
mod commits;
mod cursors;
mod documents;
mod filters;
mod limits;
mod lists;
mod nearest;
mod numbers;
mod orders;
mod reads;
mod scopes;
mod sequences;
mod transactions;
mod transforms;
mod urls;
mod values;
mod vectors;
mod words;

use crate::case::Case;

/// Every case.
pub fn all() -> Vec<Case> {
    let subjects: [fn() -> Vec<Case>; 19] = [
        documents::cases,
        reads::cases,
        commits::cases,
        sequences::cases,
        transforms::cases,
        values::cases,
        vectors::cases,
        limits::cases,
        filters::cases,
        scopes::cases,
        numbers::cases,
        orders::cases,
        cursors::cases,
        nearest::cases,
        aggregations::cases,
        lists::cases,
        transactions::cases,
        urls::cases,
        words::cases,
    ];
    subjects.into_iter().flat_map(|cases| cases()).collect()
}
