//! Collections, documents and fields.

use crate::random::Random;

const DOCUMENTS: &[&str] =
    &["a/1", "a/2", "a/3", "a/10", "a/é", "a/1/b/1", "a/1/b/2", "a/2/a/1", "b/1", "b/2", "b/2/a/1"];

/// A document's path.
pub fn document(random: &mut Random) -> String {
    // Most of the time one of two: things happen where writes meet.
    let all = if random.chance(40) { &DOCUMENTS[..2] } else { DOCUMENTS };
    random.pick(all).to_owned()
}

/// A document's name.
pub fn name(random: &mut Random) -> String {
    format!("D/{}", document(random))
}

/// A document in which collections lie, or the root.
pub fn parent(random: &mut Random) -> &'static str {
    random.weighted(&[(12, ""), (3, "/a/1"), (1, "/b/2"), (1, "/a/3")])
}

/// A collection's path.
pub fn collection(random: &mut Random) -> &'static str {
    random.weighted(&[(5, "a"), (2, "b"), (1, "a/1/b"), (1, "a/2/a"), (1, "none")])
}

/// A collection's id.
pub fn collection_id(random: &mut Random) -> &'static str {
    random.weighted(&[(12, "a"), (6, "b"), (1, "none")])
}

/// A field's name.
pub fn field(random: &mut Random) -> &'static str {
    random.weighted(&[(16, "n"), (6, "m"), (5, "l"), (2, "x-y"), (1, "a.b"), (1, "é")])
}

/// A field's path as it is written, often into the map `m`.
pub fn field_path(random: &mut Random) -> String {
    if random.chance(1) {
        return random.pick(&["m..n", "x-y", "", "`", "m.", "__x__", "m.__x__"]).to_owned();
    }
    let quoted = |random: &mut Random| match field(random) {
        plain @ ("n" | "m" | "l") => plain.to_owned(),
        odd => format!("`{odd}`"),
    };
    let mut path = quoted(random);
    while random.chance(25) {
        path = format!("{}.{}", random.weighted(&[(5, "m"), (1, "n"), (1, "l")]), quoted(random));
        if path.starts_with("m.") && random.chance(20) {
            path = format!("m.{path}");
        }
    }
    path
}
