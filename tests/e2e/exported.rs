//! `npm run store`: documents go out of a store into a file, and into another store.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::house::House;
use crate::people::{Call, unique};
use crate::stack::{Store, node};

pub async fn documents_go_from_the_workers_store_to_firestore_and_back_and_are_the_same(house: Arc<House>) {
    let stack = house.embedded().await;
    let here = stack.url("");
    let project = unique("demo-exported");
    let documents =
        ["users/u1", "courses/c1", "courses/c1/roster/m:1", "gone/g1/kept/k 1", "gone/g1/kept/課程"];
    let writes = documents
        .map(|path| json!({ "update": { "name": name_of(&project, path), "fields": fields(&project) } }));
    let commit = format!("/v1/projects/{project}/databases/(default)/documents:commit");
    stack.call(Call::post(commit, &json!({ "writes": writes })).by("owner")).await.ok();

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(unique("exported"));
    fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let first = file("first.ndjson");
    store(&["export", &first, "--url", &here, "--project", &project], "Exported 5 documents");
    let exported = documents_of(&first, &project);
    let mut expected = documents.map(|path| json!({ "path": path, "fields": fields("PROJECT") }));
    expected.sort_by_key(|document| document["path"].as_str().map(str::to_owned));
    assert_eq!(exported, expected);

    // From store to store, and at the end into an empty project of the first.
    let mut stores = vec![];
    if house.has_emulator()
        && let Store::Firestore(host) = &house.firestore().await.store
    {
        stores.push(format!("http://{host}"));
    }
    stores.push(here);
    let mut last = first;
    for (round, url) in stores.iter().enumerate() {
        let project = unique("demo-imported");
        let place = ["--url", url, "--project", &project];
        let next = file(&format!("next-{round}.ndjson.gz"));
        store(&[&["import", &last], &place[..]].concat(), "5 new, 0 replaced, 0 unchanged");
        store(&[&["import", &last], &place[..]].concat(), "0 new, 0 replaced, 5 unchanged");
        store(&[&["export", &next], &place[..]].concat(), "Exported 5 documents");
        assert_eq!(documents_of(&next, &project), exported, "what came out of {url}");
        last = next;
    }
    fs::remove_dir_all(&folder).unwrap();
}

fn name_of(project: &str, path: &str) -> String {
    format!("projects/{project}/databases/(default)/documents/{path}")
}

/// Every type, with what JavaScript would spoil.
fn fields(project: &str) -> Value {
    json!({
        "array": { "arrayValue": { "values": [{ "nullValue": null }, { "stringValue": "line\u{2028}separator" }] } },
        "bytes": { "bytesValue": "AAH/" },
        "double": { "doubleValue": 0.1 },
        "empty": { "mapValue": { "fields": {} } },
        "flag": { "booleanValue": false },
        "integer": { "integerValue": "9223372036854775807" },
        "nan": { "doubleValue": "NaN" },
        "point": { "geoPointValue": { "latitude": -12.5, "longitude": 0 } },
        "reference": { "referenceValue": name_of(project, "courses/c1") },
        "time": { "timestampValue": "2026-11-22T17:00:00.123456Z" },
        "時間": { "mapValue": { "fields": { "a.b `c`": { "integerValue": "-1" } } } },
    })
}

/// Runs the command, which says this among other things.
fn store(arguments: &[&str], says: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/store.mjs");
    let output = Command::new(node()).arg(script).args(arguments).output().expect("node");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains(says), "{arguments:?} did not say {says:?}: {said}");
}

/// The documents of a file, without what a store decides: the times and the project.
fn documents_of(file: &str, project: &str) -> Vec<Value> {
    let script = "process.stdout.write((process.argv[1].endsWith('.gz') ? require('zlib').gunzipSync : String)(\
                  require('fs').readFileSync(process.argv[1])))";
    let output = Command::new(node()).args(["-e", script, file]).output().expect("node");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let header = lines.next().unwrap();
    assert_eq!((&header["format"], &header["project"]), (&json!("mentora-documents"), &json!(project)));
    let document = |line: Value| {
        assert!(line["createTime"].is_string() && line["updateTime"].is_string(), "no times: {line}");
        let text = json!({ "path": line["path"], "fields": line["fields"] }).to_string();
        serde_json::from_str(&text.replace(project, "PROJECT")).unwrap()
    };
    lines.map(document).collect()
}
