//! Programs: few documents, few fields and few values, so that everything meets everything.
//!
//! - `places`: collections, documents and fields
//! - `values`: values of every type
//! - `writes`, `reads`, `queries`: the steps

mod places;
mod queries;
mod reads;
mod values;
mod writes;

use crate::{differences, random::Random, step::Step};

/// Steps of a program.
pub const STEPS: usize = 50;

/// Makes steps of one kind.
type Make = fn(&mut Random) -> Step;

/// The program of a seed.
pub fn program(seed: u64) -> Vec<Step> {
    let mut random = Random::new(seed);
    let mut steps = Vec::new();
    while steps.len() < STEPS {
        let step = if steps.is_empty() { writes::stock(&mut random) } else { step(&mut random) };
        if differences::avoided(&step).is_none() {
            steps.push(step);
        }
    }
    steps
}

/// Any step, also one that is avoided.
pub fn step(random: &mut Random) -> Step {
    let kinds: [(usize, Make); 11] = [
        (30, writes::commit),
        (5, writes::batch_write),
        (4, writes::create),
        (8, writes::patch),
        (3, writes::delete),
        (6, reads::get),
        (4, reads::batch_get),
        (5, reads::list),
        (1, reads::collection_ids),
        (24, queries::query),
        (10, queries::aggregation),
    ];
    random.weighted(&kinds)(random)
}
