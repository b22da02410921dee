//! Who may do what: every route of the router, asked by everybody who may come to its door.
//!
//! # Layout
//! - [`table`]: what each route answers to each [`actor`], written by hand, a [`row`] a line
//! - [`world`]: the people, their courses and the [`things`] in them
//! - [`play`]: the requests; [`contents`]: what a refusal must not change
//! - [`page`]: the table for readers

mod actor;
mod contents;
mod page;
mod play;
mod row;
mod table;
mod things;
mod world;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::time::Instant;

use mentora::router::documented;

use self::actor::ACTORS;
use self::table::table;
use self::world::World;
use crate::house::House;
use crate::stack::Stack;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/AUTHORIZATION.md");

pub async fn every_route_has_a_line_and_every_line_a_route(_: Arc<House>) {
    let routes: BTreeSet<String> =
        documented().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let lines: BTreeSet<String> = table().iter().map(row::Row::route).collect();
    let missing: Vec<_> = routes.difference(&lines).collect();
    assert!(missing.is_empty(), "tests/e2e/matrix/table.rs does not say who may do this: {missing:#?}");
    let idle: Vec<_> = lines.difference(&routes).collect();
    assert!(idle.is_empty(), "tests/e2e/matrix/table.rs tells of what no route does: {idle:#?}");
}

pub async fn the_page_is_the_table(_: Arc<House>) {
    let page = page::markdown(&table());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(PAGE, &page).unwrap();
    }
    let golden = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        golden == page,
        "docs/AUTHORIZATION.md is not the table; if the change is wanted: UPDATE_GOLDEN=1 cargo test --test e2e -- matrix::the_page"
    );
}

pub async fn everybody_may_do_what_the_table_says_and_nothing_else(stack: &Stack) {
    let (table, started) = (table(), Instant::now());
    let world = World::open(stack).await;
    let outcome = play::play(&world, &table).await;
    let cells = table.len() * ACTORS;
    assert!(outcome.wrong.is_empty(), "{}", page::report(&table, &outcome));
    assert_eq!(outcome.statuses.len(), cells);
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{} lines x {ACTORS} actors: {cells} cells as the table has them, in {seconds:.1} s",
        table.len()
    );
}
