//! Steps that write.

use serde_json::{Value as Json, json};

use super::{places, values};
use crate::{
    random::Random,
    step::{Kind, Step},
};

/// The documents that a program begins with.
pub fn stock(random: &mut Random) -> Step {
    let writes = random.between(8, 14, |random| json!({ "update": document(random) }));
    Step::new(Kind::Commit, ":commit").with(json!({ "writes": writes }))
}

pub fn commit(random: &mut Random) -> Step {
    let writes = if random.chance(50) { vec![write(random)] } else { random.between(1, 5, write) };
    Step::new(Kind::Commit, ":commit").with(json!({ "writes": writes }))
}

pub fn batch_write(random: &mut Random) -> Step {
    let writes = random.between(1, 4, write);
    Step::new(Kind::BatchWrite, ":batchWrite").with(json!({ "writes": writes }))
}

pub fn create(random: &mut Random) -> Step {
    let path = places::document(random);
    let (collection, id) = path.rsplit_once('/').expect("a document lies in a collection");
    let mut step = Step::new(Kind::Create, format!("/{collection}"))
        .with(json!({ "fields": values::fields(random, 2) }));
    if random.chance(98) {
        step.parameters.push(("documentId", id.to_owned()));
    }
    step.parameters.extend(masks(random, 20, "mask.fieldPaths"));
    step
}

pub fn patch(random: &mut Random) -> Step {
    let mut step = Step::new(Kind::Patch, format!("/{}", places::document(random)))
        .with(json!({ "fields": values::fields(random, 2) }));
    step.parameters.extend(masks(random, 60, "updateMask.fieldPaths"));
    step.parameters.extend(masks(random, 20, "mask.fieldPaths"));
    step.parameters.extend(condition(random, 25));
    step
}

pub fn delete(random: &mut Random) -> Step {
    let mut step = Step::new(Kind::Delete, format!("/{}", places::document(random)));
    step.parameters.extend(condition(random, 40));
    step
}

fn masks(random: &mut Random, percent: usize, name: &'static str) -> Vec<(&'static str, String)> {
    if !random.chance(percent) {
        return Vec::new();
    }
    random.between(1, 3, |random| (name, places::field_path(random)))
}

fn condition(random: &mut Random, percent: usize) -> Option<(&'static str, String)> {
    let name = random.weighted(&[(19, "currentDocument.exists"), (1, "currentDocument.updateTime")]);
    random.chance(percent).then(|| (name, random.chance(60).to_string()))
}

fn document(random: &mut Random) -> Json {
    json!({ "name": places::name(random), "fields": values::fields(random, 2) })
}

fn write(random: &mut Random) -> Json {
    let mut write = match random.below(20) {
        0..=3 => json!({ "update": document(random) }),
        4..=8 => json!({ "update": document(random), "updateMask": mask(random) }),
        9..=11 => json!({ "update": document(random), "updateTransforms": transforms(random) }),
        12 | 13 => json!({
            "update": document(random), "updateMask": mask(random), "updateTransforms": transforms(random),
        }),
        14..=16 => json!({
            "update": { "name": places::name(random) }, "updateMask": {}, "updateTransforms": transforms(random),
        }),
        17 => {
            json!({ "transform": { "document": places::name(random), "fieldTransforms": transforms(random) } })
        }
        18 => json!({ "delete": places::name(random) }),
        _ => json!({ "verify": places::name(random) }),
    };
    let path = ["/update/name", "/transform/document", "/delete", "/verify"]
        .into_iter()
        .find_map(|pointer| write.pointer(pointer)?.as_str()?.strip_prefix("D/"))
        .expect("every write names its document")
        .to_owned();
    let percent = if write.get("verify").is_some() { 90 } else { 30 };
    if random.chance(percent) {
        write["currentDocument"] = precondition(random, &path);
    }
    write
}

fn precondition(random: &mut Random, path: &str) -> Json {
    match random.below(10) {
        0..=3 => json!({ "exists": true }),
        4 | 5 => json!({ "exists": false }),
        6..=8 => json!({ "updateTime": format!("{{now:{path}}}") }),
        _ => json!({ "updateTime": format!("{{past:{path}}}") }),
    }
}

fn mask(random: &mut Random) -> Json {
    json!({ "fieldPaths": random.some(3, places::field_path) })
}

fn transforms(random: &mut Random) -> Vec<Json> {
    random.between(1, 3, transform)
}

fn transform(random: &mut Random) -> Json {
    let path = places::field_path(random);
    let operand = |random: &mut Random| {
        if random.chance(2) { values::any(random) } else { values::number(random) }
    };
    match random.below(12) {
        0..=2 => json!({ "fieldPath": path, "increment": operand(random) }),
        3 | 4 => json!({ "fieldPath": path, "maximum": operand(random) }),
        5 | 6 => json!({ "fieldPath": path, "minimum": operand(random) }),
        7 => json!({ "fieldPath": path, "setToServerValue": "REQUEST_TIME" }),
        8 | 9 => json!({
            "fieldPath": path, "appendMissingElements": { "values": random.some(3, values::element) },
        }),
        _ => json!({
            "fieldPath": path, "removeAllFromArray": { "values": random.some(3, values::element) },
        }),
    }
}
