//! The table for readers: `docs/AUTHORIZATION.md`, and what a failing test prints.

use std::fmt::Write as _;

use super::actor::Actor;
use super::play::Outcome;
use super::row::Row;

/// The page.
pub fn markdown(table: &[Row]) -> String {
    let mut page = include_str!("page.md").to_owned();
    page.push_str("\n## Who asks\n\n");
    for actor in Actor::ALL {
        writeln!(page, "- **{}** {}", actor.name(), actor.description()).unwrap();
    }
    page.push_str("\n## What each is answered\n\n| request |");
    for actor in Actor::ALL {
        write!(page, " {} |", actor.name()).unwrap();
    }
    page.push_str("\n| --- |");
    page.push_str(&" --- |".repeat(Actor::ALL.len()));
    for row in table {
        write!(page, "\n| {} |", row.title()).unwrap();
        for status in row.expected {
            write!(page, " {status} |").unwrap();
        }
    }
    page.push('\n');
    page
}

/// What was answered; a wrong cell as `200!404`: 200 where the table has 404.
pub fn report(table: &[Row], outcome: &Outcome) -> String {
    let mut report = String::new();
    for actor in Actor::ALL {
        write!(report, "{:>9}", &actor.name()[..actor.name().len().min(8)]).unwrap();
    }
    for (at, row) in table.iter().enumerate() {
        report.push('\n');
        for actor in Actor::ALL {
            let expected = row.expects(actor);
            let cell = match outcome.statuses.get(&(at, actor.name())) {
                Some(status) if *status == expected => status.to_string(),
                Some(status) => format!("{status}!{expected}"),
                None => "?".to_owned(),
            };
            write!(report, "{cell:>9}").unwrap();
        }
        write!(report, "  {}", row.name()).unwrap();
    }
    report.push_str("\n\n");
    report.push_str(&outcome.wrong.join("\n"));
    report
}
