//! A program that shows a difference, made as small as it can be and still show it.

use serde_json::{Map, Value as Json, json};

use crate::{
    comparison::{Bench, Difference},
    differences,
    step::Step,
};

/// Most programs that are tried on the way.
const TRIES: usize = 2000;

/// Parts of a body that can be left out.
const OPTIONAL: &[&str] = &[
    "alias",
    "allDescendants",
    "before",
    "collectionId",
    "currentDocument",
    "direction",
    "endAt",
    "fields",
    "from",
    "limit",
    "mask",
    "offset",
    "orderBy",
    "pageSize",
    "select",
    "startAt",
    "updateMask",
    "updateTransforms",
    "upTo",
    "where",
];

/// The smallest program found that differs in the same way.
pub fn shrunk(bench: &mut Bench, mut difference: Difference) -> Difference {
    let signature = difference.signature();
    let mut tries = 0;
    let mut attempt = |program: &[Step]| {
        tries += 1;
        let allowed = tries < TRIES && !program.iter().any(|step| differences::avoided(step).is_some());
        let found = if allowed { bench.run(program, |_, _| {}) } else { None };
        found.filter(|found| found.signature() == signature)
    };
    loop {
        let before = difference.program.clone();
        difference = fewer_steps(difference, &mut attempt);
        difference = smaller_steps(difference, &mut attempt);
        if difference.program == before {
            return difference;
        }
    }
}

fn fewer_steps(
    mut difference: Difference,
    attempt: &mut impl FnMut(&[Step]) -> Option<Difference>,
) -> Difference {
    let mut size = difference.program.len().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        while start < difference.program.len() {
            let end = (start + size).min(difference.program.len());
            let mut program = difference.program.clone();
            program.drain(start..end);
            match attempt(&program) {
                Some(smaller) => difference = smaller,
                None => start = end,
            }
        }
        size /= 2;
    }
    difference
}

fn smaller_steps(
    mut difference: Difference,
    attempt: &mut impl FnMut(&[Step]) -> Option<Difference>,
) -> Difference {
    let mut index = 0;
    while index < difference.program.len() {
        let found = smaller_versions(&difference.program[index]).into_iter().find_map(|step| {
            let mut program = difference.program.clone();
            program[index] = step;
            attempt(&program)
        });
        match found {
            Some(smaller) => difference = smaller,
            None => index += 1,
        }
    }
    difference
}

fn smaller_versions(step: &Step) -> Vec<Step> {
    let mut versions: Vec<Step> = (0..step.parameters.len())
        .map(|index| {
            let mut smaller = step.clone();
            smaller.parameters.remove(index);
            smaller
        })
        .collect();
    let bodies = step.body.as_ref().map(|body| smaller(body, "")).unwrap_or_default();
    versions.extend(bodies.into_iter().map(|body| step.clone().with(body)));
    versions
}

/// Everything that is one bit smaller; `name` is the key under which it stands.
fn smaller(json: &Json, name: &str) -> Vec<Json> {
    match json {
        Json::Array(values) => {
            let without = (0..values.len()).map(|index| {
                let mut rest = values.clone();
                rest.remove(index);
                Json::Array(rest)
            });
            let within = values.iter().enumerate().flat_map(|(index, value)| {
                smaller(value, "").into_iter().map(move |value| {
                    let mut all = values.clone();
                    all[index] = value;
                    Json::Array(all)
                })
            });
            without.chain(within).collect()
        }
        Json::Object(object) => smaller_objects(object, name),
        _ => Vec::new(),
    }
}

fn smaller_objects(object: &Map<String, Json>, name: &str) -> Vec<Json> {
    let mut versions = Vec::new();
    if is_value(object) && json!(object) != plain() {
        versions.push(plain());
    }
    let filters = object.get("compositeFilter").and_then(|filter| filter.get("filters")?.as_array());
    versions.extend(filters.into_iter().flatten().cloned());
    for (key, value) in object {
        if name == "fields" || OPTIONAL.contains(&key.as_str()) {
            let mut rest = object.clone();
            rest.remove(key);
            versions.push(Json::Object(rest));
        }
        versions.extend(smaller(value, key).into_iter().map(|value| {
            let mut all = object.clone();
            all.insert(key.clone(), value);
            Json::Object(all)
        }));
    }
    versions
}

fn is_value(object: &Map<String, Json>) -> bool {
    object.len() == 1 && object.keys().all(|key| key.ends_with("Value"))
}

fn plain() -> Json {
    json!({ "integerValue": "1" })
}
