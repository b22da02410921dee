//! A ledger as a file for a spreadsheet, as [`crate::spreadsheet`] writes it.

use crate::documents::LedgerEntry;
use crate::ids::LedgerEntryId;
use crate::spreadsheet::{Cell, date, write};

/// The columns, in their order.
pub const COLUMNS: [&str; 16] = [
    "entryId",
    "createdAt",
    "type",
    "amountMicros",
    "balanceAfterMicros",
    "shortfallMicros",
    "reason",
    "courseId",
    "assignmentId",
    "conversationId",
    "turnId",
    "provider",
    "providerRef",
    "priceVersion",
    "createdBy",
    "idempotencyKey",
];

/// The file, a row an entry.
///
/// # Errors
/// As [`write`].
pub fn export(entries: &[(LedgerEntryId, LedgerEntry)]) -> Result<String, csv::Error> {
    write(COLUMNS, entries.iter().map(|(id, entry)| cells(id, entry)))
}

fn cells(id: &LedgerEntryId, entry: &LedgerEntry) -> [Cell; COLUMNS.len()] {
    let LedgerEntry { scope, provider, .. } = entry;
    [
        Cell::text(id),
        Cell::text(date(entry.created_at)),
        Cell::name(entry.kind),
        Cell::number(entry.amount_micros.0),
        Cell::number(entry.balance_after_micros.0),
        entry.shortfall_micros.map_or(Cell::Empty, |shortfall| Cell::number(shortfall.0)),
        optional(entry.reason.as_ref()),
        optional(scope.course_id.as_ref()),
        optional(scope.assignment_id.as_ref()),
        optional(scope.conversation_id.as_ref()),
        optional(scope.turn_id.as_ref()),
        optional(provider.as_ref().map(|provider| &provider.name)),
        optional(provider.as_ref().map(|provider| &provider.reference)),
        optional(entry.price_version.as_ref()),
        Cell::text(&entry.created_by),
        Cell::text(&entry.idempotency_key),
    ]
}

fn optional(text: Option<&impl std::fmt::Display>) -> Cell {
    text.map_or(Cell::Empty, Cell::text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::{LedgerEntryType, LedgerScope};
    use crate::ids::UserId;
    use crate::money::Micros;
    use crate::time::Millis;

    #[test]
    fn an_entry_is_a_row_whose_reason_runs_nothing() {
        let entry = LedgerEntry {
            kind: LedgerEntryType::Grant,
            amount_micros: Micros(-5),
            balance_after_micros: Micros(7),
            idempotency_key: "grant:1".into(),
            scope: LedgerScope::default(),
            provider: None,
            reason: Some("=HYPERLINK(\"x\")".into()),
            usage: None,
            price_version: None,
            shortfall_micros: None,
            created_by: UserId::new("-admin").unwrap(),
            created_at: Millis(0),
            updated_at: Millis(0),
        };
        let file = export(&[(LedgerEntryId::new("e1").unwrap(), entry)]).unwrap();
        let mut reader = csv::Reader::from_reader(file.trim_start_matches('\u{feff}').as_bytes());
        assert_eq!(reader.headers().unwrap(), &COLUMNS[..]);
        let row = reader.records().next().unwrap().unwrap();
        let expected = [
            "e1",
            "1970-01-01 00:00:00",
            "grant",
            "-5",
            "7",
            "",
            "'=HYPERLINK(\"x\")",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "'-admin",
            "grant:1",
        ];
        assert_eq!(row.iter().collect::<Vec<_>>(), expected);
    }
}
