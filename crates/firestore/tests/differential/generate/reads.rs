//! Steps that read single documents and collections.

use serde_json::json;

use super::places;
use crate::{
    random::Random,
    step::{Kind, Step},
};

pub fn get(random: &mut Random) -> Step {
    let mut step = Step::new(Kind::Get, format!("/{}", places::document(random)));
    step.parameters.extend(mask(random));
    step
}

pub fn batch_get(random: &mut Random) -> Step {
    let mut body = json!({ "documents": random.between(1, 5, places::name) });
    if random.chance(40) {
        body["mask"] = json!({ "fieldPaths": random.some(3, places::field_path) });
    }
    Step::new(Kind::BatchGet, ":batchGet").with(body)
}

pub fn list(random: &mut Random) -> Step {
    let mut step = Step::new(Kind::List, format!("/{}", places::collection(random)));
    if random.chance(70) {
        step.parameters.push(("pageSize", random.below(4).to_string()));
    }
    if random.chance(25) {
        let direction = random.pick(&["", " asc", " desc"]);
        step.parameters.push(("orderBy", format!("{}{direction}", places::field_path(random))));
    }
    if random.chance(20) {
        step.parameters.push(("showMissing", "true".to_owned()));
    }
    step.parameters.extend(mask(random));
    step
}

pub fn collection_ids(random: &mut Random) -> Step {
    let mut step = Step::new(Kind::CollectionIds, format!("{}:listCollectionIds", places::parent(random)));
    step.body = Some(if random.chance(30) { json!({ "pageSize": 1 }) } else { json!({}) });
    step
}

fn mask(random: &mut Random) -> Vec<(&'static str, String)> {
    if !random.chance(30) {
        return Vec::new();
    }
    random.between(1, 3, |random| ("mask.fieldPaths", places::field_path(random)))
}
