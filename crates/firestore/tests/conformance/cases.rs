//! The table.

mod aggregations;
mod commits;
mod cursors;
mod documents;
mod filters;
mod limits;
mod lists;
mod orders;
mod reads;
mod scopes;
mod sequences;
mod transactions;
mod transforms;
mod urls;
mod values;

use crate::case::Case;

/// Every case.
pub fn all() -> Vec<Case> {
    let subjects: [fn() -> Vec<Case>; 15] = [
        documents::cases,
        reads::cases,
        commits::cases,
        sequences::cases,
        transforms::cases,
        values::cases,
        limits::cases,
        filters::cases,
        scopes::cases,
        orders::cases,
        cursors::cases,
        aggregations::cases,
        lists::cases,
        transactions::cases,
        urls::cases,
    ];
    subjects.into_iter().flat_map(|cases| cases()).collect()
}
