//! The import rule: floor upon floor, and nothing that is pure reaches the platform. See ARCHITECTURE.md.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Know nothing of each other, nor of anything else of ours.
const GROUND: &[&str] = &[
    "mentora-core",
    "mentora-firestore",
    "mentora-gemini",
    "mentora-google",
    "mentora-mail",
    "mentora-payments",
];

/// What stands on the ground, and on what else.
const FLOORS: &[(&str, &[&str])] = &[
    ("mentora-wire", &["mentora-core"]),
    ("mentora-session", &["mentora-wire", "mentora-gemini", "mentora-core"]),
    ("mentora-durable", &["mentora-session", "mentora-wire"]),
    ("mentora", &["mentora-durable", "mentora-session", "mentora-wire"]),
    // Beside the house: they may look at what crosses its boundary, not at how it works.
    ("mentora-sim", &["mentora-wire"]),
    ("mentora-cli", &["mentora-wire"]),
    ("mentora-bench", &["mentora-firestore"]),
];

/// These two may use all of the ground; what stands between names what it uses.
const ON_ALL_GROUND: &[&str] = &["mentora-durable", "mentora", "mentora-sim", "mentora-cli"];

/// The only crates that may reach the Workers runtime.
const SHELLS: &[&str] = &["mentora", "mentora-durable"];

/// Programs of the host: what their libraries would use in a browser does not concern them.
const HOST_PROGRAMS: &[&str] = &["mentora-sim", "mentora-cli", "mentora-bench"];

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    // Looks at what the lock file says, and does not change it.
    let locked = ["--locked".to_owned()];
    MetadataCommand::new().manifest_path(manifest).other_options(locked).exec().unwrap()
}

/// What each package uses in what it ships, by name: neither its tests nor its build script.
fn arrows(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let names: BTreeMap<_, _> = metadata.packages.iter().map(|p| (&p.id, p.name.to_string())).collect();
    let nodes = &metadata.resolve.as_ref().unwrap().nodes;
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in nodes {
        let shipped =
            node.deps.iter().filter(|d| d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal));
        let used = shipped.map(|dependency| names[&dependency.pkg].clone());
        arrows.entry(names[&node.id].clone()).or_default().extend(used);
    }
    arrows
}

fn ours(metadata: &Metadata) -> BTreeSet<String> {
    metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect()
}

/// The way from one package to another, if there is one.
fn way(arrows: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![from.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        let last = way.last().unwrap();
        if last == to {
            return Some(way);
        }
        if seen.insert(last.clone()) {
            ways.extend(arrows.get(last).into_iter().flatten().map(|next| {
                let mut longer = way.clone();
                longer.push(next.clone());
                longer
            }));
        }
    }
    None
}

fn allowed(package: &str) -> Option<BTreeSet<&'static str>> {
    if GROUND.contains(&package) {
        return Some(BTreeSet::new());
    }
    let (_, floor) = FLOORS.iter().find(|(name, _)| *name == package)?;
    let ground = if ON_ALL_GROUND.contains(&package) { GROUND } else { &[] };
    Some(floor.iter().chain(ground).copied().collect())
}

#[test]
fn every_crate_of_ours_has_its_floor() {
    let unplaced: Vec<String> =
        ours(&metadata()).into_iter().filter(|name| allowed(name).is_none()).collect();
    assert!(unplaced.is_empty(), "give these a floor in tests/architecture.rs: {unplaced:?}");
}

#[test]
fn no_arrow_runs_against_the_floors() {
    let metadata = metadata();
    let (arrows, ours) = (arrows(&metadata), ours(&metadata));
    for name in &ours {
        let allowed = allowed(name).unwrap_or_default();
        for used in arrows[name].intersection(&ours) {
            assert!(allowed.contains(used.as_str()), "{name} must not use {used}");
        }
    }
}

#[test]
fn nothing_pure_reaches_the_workers_runtime() {
    let metadata = metadata();
    let arrows = arrows(&metadata);
    let elsewhere = [SHELLS, HOST_PROGRAMS].concat();
    for name in ours(&metadata).iter().filter(|name| !elsewhere.contains(&name.as_str())) {
        for platform in ["worker", "worker-sys", "wasm-bindgen-futures", "web-sys"] {
            let way = way(&arrows, name, platform);
            assert_eq!(way, None, "{name} reaches {platform}");
        }
    }
}

#[test]
fn the_shells_do_reach_it() {
    // Or the tests above would hold for a platform that goes by another name.
    let arrows = arrows(&metadata());
    for shell in SHELLS {
        assert!(way(&arrows, shell, "worker").is_some(), "{shell}");
    }
}
