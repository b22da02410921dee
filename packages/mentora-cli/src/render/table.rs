//! Lists as columns. Text of people comes last in a row, so that its width matters to nothing.

use super::plain;

/// A header and rows, each column as wide as its widest cell; `empty` when there are no rows.
#[must_use]
pub fn table<const N: usize>(header: [&str; N], rows: &[[String; N]], empty: &str) -> String {
    if rows.is_empty() {
        return format!("{empty}\n");
    }
    let lines: Vec<[String; N]> = std::iter::once(header.map(str::to_owned))
        .chain(rows.iter().map(|row| row.each_ref().map(|cell| plain(cell).replace('\n', " "))))
        .collect();
    let mut widths = [0; N];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for line in &lines {
        let cells: Vec<_> = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["DEMO01".to_owned(), "Arguing well".to_owned()], ["A".to_owned(), "B".to_owned()]];
        assert_eq!(
            table(["CODE", "TITLE"], &rows, "None."),
            "CODE    TITLE\nDEMO01  Arguing well\nA       B\n"
        );
        assert_eq!(table(["CODE"], &[], "None."), "None.\n");
    }
}
