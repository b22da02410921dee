//! Reaching into the maps of a document.

use crate::{
    field_path::FieldPath,
    value::{Fields, Value},
};

/// The value at a path, if every name on the way is there.
pub(super) fn get<'a>(fields: &'a Fields, path: &FieldPath) -> Option<&'a Value> {
    let (last, way) = path.names().split_last()?;
    let mut map = fields;
    for name in way {
        match map.get(name) {
            Some(Value::Map(inner)) => map = inner,
            _ => return None,
        }
    }
    map.get(last)
}

/// Puts a value at a path; what stands in the way and is no map gives place to one.
pub(super) fn set(fields: &mut Fields, path: &FieldPath, value: Value) {
    if let Some((last, way)) = path.names().split_last() {
        let mut map = fields;
        for name in way {
            let inner = map.entry(name.clone()).or_insert(Value::Null);
            if !matches!(inner, Value::Map(_)) {
                *inner = Value::Map(Fields::new());
            }
            let Value::Map(next) = inner else { return };
            map = next;
        }
        map.insert(last.clone(), value);
    }
}

/// Removes what is at a path; the maps on the way stay, even empty.
pub(super) fn remove(fields: &mut Fields, path: &FieldPath) {
    if let Some((last, way)) = path.names().split_last() {
        let mut map = fields;
        for name in way {
            match map.get_mut(name) {
                Some(Value::Map(inner)) => map = inner,
                _ => return,
            }
        }
        map.remove(last);
    }
}

/// Takes over what `from` says about the fields of a mask, and nothing else.
pub(super) fn merge(fields: &mut Fields, from: &Fields, mask: &[FieldPath]) {
    for path in mask {
        match get(from, path) {
            Some(value) => set(fields, path, value.clone()),
            None => remove(fields, path),
        }
    }
}

/// The part of a document that a mask lets through.
pub(super) fn project(fields: &Fields, mask: &[FieldPath]) -> Fields {
    let mut part = Fields::new();
    for path in mask {
        if let Some(value) = get(fields, path) {
            set(&mut part, path, value.clone());
        }
    }
    part
}
