//! Every query of ours has its index in `packages/firebase/firestore.indexes.json`, and every index there its query.
//!
//! Production refuses a query without an index, and every index is paid for with each write. Three things together
//! keep a query from being added unnoticed: queries are run in `page.rs` alone, there they are made from listings
//! alone, and every listing tells its shapes here.

use std::any::type_name;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mentora_firestore::index::{Answer, Indexes, Need, needs};
use mentora_firestore::{DocumentPath, Query, Value};

use super::page::{self, Counted, Listing};
use super::{
    Cursor, Page, announcements, assignments, contributions, conversations, courses, deleted_courses, ledger,
    news, own_data, pending_responses, personas, rebuild, reconciliations, retention, roster, students,
    submissions, tallies, topics, wallets,
};

/// Every way in which so many optional filters can be given or not.
pub(super) fn subsets<const N: usize>() -> impl Iterator<Item = [bool; N]> {
    (0..1_u32 << N).map(|set| std::array::from_fn(|bit| (set >> bit) & 1 == 1))
}

/// All listings, by the names of their types, with the queries that they can make.
fn listings() -> BTreeMap<String, Vec<Query>> {
    BTreeMap::from([
        listing::<announcements::ToldTo>(),
        listing::<assignments::OfCourse>(),
        listing::<assignments::WithPersona>(),
        listing::<conversations::ConversationFilter>(),
        listing::<conversations::lists::StillOpen>(),
        listing::<conversations::lists::Untouched>(),
        listing::<conversations::costs::Lately>(),
        listing::<courses::lists::OfMember>(),
        listing::<courses::lists::Public>(),
        listing::<deleted_courses::AllOf>(),
        listing::<roster::InRoster>(),
        listing::<roster::WithAddress>(),
        listing::<personas::PersonasOf>(),
        listing::<pending_responses::Due>(),
        listing::<pending_responses::Abandoned>(),
        listing::<pending_responses::WaitingFor>(),
        listing::<rebuild::Closed>(),
        listing::<students::StudentsOf>(),
        listing::<submissions::OfAssignment>(),
        listing::<tallies::Ended>(),
        listing::<contributions::OfStudent>(),
        listing::<ledger::Entries>(),
        listing::<ledger::Charges>(),
        listing::<ledger::OfConversations>(),
        listing::<ledger::Topups>(),
        listing::<news::DueNews>(),
        listing::<own_data::Holding>(),
        listing::<reconciliations::Nights>(),
        listing::<retention::KeptForATime>(),
        listing::<retention::KeptTooLong>(),
        listing::<retention::SessionsOf>(),
        listing::<topics::InPlaces>(),
        listing::<wallets::ByName>(),
        counted::<ledger::SumOf>(),
        counted::<students::ActiveStudents>(),
        counted::<submissions::HowMany>(),
    ])
}

fn listing<L: Listing>() -> (String, Vec<Query>) {
    let name = type_name::<L>().rsplit("::").next().unwrap().to_owned();
    (name, L::shapes().iter().flat_map(pages).collect())
}

fn counted<C: Counted>() -> (String, Vec<Query>) {
    let name = type_name::<C>().rsplit("::").next().unwrap().to_owned();
    (name, C::shapes().iter().map(|shape| shape.query().unwrap()).collect())
}

/// The query for the first page, and for one behind a cursor.
fn pages<L: Listing>(shape: &L) -> [Query; 2] {
    let reference = |path: &DocumentPath| Value::String(path.to_string());
    let first = page::query(shape, &Page::default(), reference).unwrap();
    let above = first.parent.as_ref().map(|parent| format!("{parent}/")).unwrap_or_default();
    let at = vec!["1"; L::ORDER.len()].join(",");
    let place = format!("{at}:{above}{}/x", first.collection.as_deref().unwrap());
    let cursor = Cursor::decode(&URL_SAFE_NO_PAD.encode(place)).unwrap();
    let next = page::query(shape, &Page { limit: 1, cursor: Some(cursor) }, reference).unwrap();
    [first, next]
}

fn all_needs() -> Vec<Need> {
    listings().values().flatten().flat_map(|query| needs(query).unwrap()).collect()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn indexes() -> Indexes {
    let file = workspace().join("packages/firebase/firestore.indexes.json");
    fs::read_to_string(file).unwrap().parse().unwrap()
}

#[test]
fn every_query_has_its_index() {
    let indexes = indexes();
    let missing: BTreeSet<String> = all_needs()
        .iter()
        .filter(|need| indexes.answer(need).is_none())
        .map(|need| need.index().to_string())
        .collect();
    let missing: Vec<_> = missing.into_iter().collect();
    assert!(missing.is_empty(), "add these to firestore.indexes.json:\n{}", missing.join(",\n"));
}

#[test]
fn every_index_has_its_query() {
    let indexes = indexes();
    let needs = all_needs();
    let used: Vec<_> = needs.iter().filter_map(|need| indexes.answer(need)).collect();
    let idle = indexes.composites().iter().filter(|index| {
        // By place: a second one of the same kind answers nothing.
        !used.iter().any(|answer| matches!(answer, Answer::Composite(other) if std::ptr::eq(*other, *index)))
    });
    let idle: Vec<_> = idle.map(ToString::to_string).collect();
    assert!(idle.is_empty(), "no query needs these of firestore.indexes.json:\n{}", idle.join("\n"));
}

#[test]
fn a_listing_shows_every_subset_of_its_filters() {
    let shapes = |name: &str| listings()[name].iter().map(|query| format!("{:?}", query.filter)).collect();
    let distinct = |name: &str| -> BTreeSet<String> { shapes(name) };
    assert_eq!(distinct("ConversationFilter").len(), 16);
    assert_eq!(distinct("OfMember").len(), 2);
    assert_eq!(distinct("OfCourse").len(), 2);
}

#[test]
fn every_listing_is_known_here() {
    let mut written = BTreeSet::new();
    for (_, text) in sources(&workspace().join("durable/src")) {
        for kind in ["impl Listing for ", "impl Counted for "] {
            written.extend(text.split(kind).skip(1).map(|rest| {
                rest.chars().take_while(|next| next.is_alphanumeric() || *next == '_').collect::<String>()
            }));
        }
    }
    written.remove("");
    let known: BTreeSet<String> = listings().into_keys().collect();
    assert_eq!(written, known, "name each listing in `listings()`");
}

/// What only `page.rs` does, and what only repositories do.
const RUNS: [&str; 6] =
    ["run_query", ".aggregate(", ".count(&", ".sum(&", ":runQuery", ":runAggregationQuery"];
const MAKES: [&str; 4] =
    ["mentora_firestore::Query", "mentora_firestore::query", "mentora_firestore::*", "structuredQuery"];

/// What of this a source does that may do neither.
fn offences(text: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    // Imports on one line, so that one out of several is seen as if it stood alone.
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let text = lines.collect::<Vec<_>>().join(" ");
    let mut flat = text.clone();
    for group in text.split("mentora_firestore::{").skip(1) {
        for name in group.split(';').next().unwrap_or_default().split([',', '{', '}']) {
            flat.push_str(&format!(" mentora_firestore::{}", name.trim()));
        }
    }
    let found = |which: &[&'static str]| which.iter().copied().filter(|sign| flat.contains(sign)).collect();
    (found(&RUNS), found(&MAKES))
}

#[test]
fn queries_are_run_for_pages_alone_and_made_by_repositories_alone() {
    let workspace = workspace();
    let repositories = workspace.join("durable/src/repositories");
    let mut houses = vec![workspace.join("src"), workspace.join("durable/src")];
    // The client itself apart, and what is no part of a Worker.
    let elsewhere = ["firestore", "sim"].map(|name| workspace.join("crates").join(name));
    let crates = fs::read_dir(workspace.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    houses.extend(crates.filter(|path| !elsewhere.contains(path)).map(|path| path.join("src")));

    let mut seen = 0;
    for (path, text) in houses.iter().flat_map(|house| sources(house)) {
        seen += 1;
        let (runs, makes) = offences(&text);
        let name = path.strip_prefix(&workspace).unwrap().display();
        if path.ends_with("repositories/page.rs") {
            assert_eq!(runs, ["run_query", ".count(&", ".sum(&"], "{name} is where queries are run");
        } else if !path.ends_with("repositories/index_coverage.rs")
            && !path.ends_with("platform/store_tally.rs")
        {
            // These two know the queries by name: one looks for them, the other counts them.
            assert!(
                runs.is_empty(),
                "{name} runs a query itself ({runs:?}): make it a listing of a repository"
            );
        }
        assert!(
            makes.is_empty() || path.starts_with(&repositories),
            "{name} makes a query ({makes:?}): that is a repository's business"
        );
    }
    assert!(seen > 50, "only {seen} sources were found");
}

#[test]
fn a_query_is_seen_however_it_is_imported() {
    for bad in [
        "use mentora_firestore::Query;",
        "use mentora_firestore::{\n    Client,\n    Query as Ask,\n};",
        "use mentora_firestore::{Client, query::Filter};",
        "use mentora_firestore::*;",
        "let query = mentora_firestore::Query::group(\"roster\");",
        "json!({ \"structuredQuery\": {} })",
    ] {
        assert!(!offences(bad).1.is_empty(), "{bad}");
    }
    for bad in ["documents.run_query(&query)", "documents.count(&query)", "documents.aggregate(&query, &[])"]
    {
        assert!(!offences(bad).0.is_empty(), "{bad}");
    }
    let innocent = "use mentora_firestore::{Client, Write};\nuse crate::extract::Query;\n// run_query\nlist.iter().count()";
    assert_eq!(offences(innocent), (vec![], vec![]));
}

/// Every Rust source in a folder, with its text.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}
