//! Files of `packages/firebase` that are what the code says.

use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packages/firebase");

/// Holds `text` against the file of that name; with `UPDATE_GOLDEN` it writes it first.
pub fn expect(name: &str, text: &str) {
    let path = Path::new(FOLDER).join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == text,
        "packages/firebase/{name} is not what the code says; if the change is wanted: \
         UPDATE_GOLDEN=1 cargo test -p mentora-core --test documents, then npm run generate -w packages/firebase"
    );
}
