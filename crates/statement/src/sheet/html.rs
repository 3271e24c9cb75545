//! HTML tables that systems save with the extension `.xls`: rows and cells, as a spreadsheet shows them.
//!
//! Start at [`read`]. It handles only what a table of cells needs: rows, cells over several columns or rows, line
//! breaks and the usual character references. End tags of rows and cells may be missing, as the HTML standard allows.
//! All tables of a page are one sheet, one below the other. Nothing is ever loaded or run.

use super::text::trimmed;
use super::{Builder, Head, Kind, Merged, Visitor};

/// The most columns or rows of one cell.
const SPAN_MAX: u64 = 256;

/// Passes on every row that is not blank.
pub(super) fn read(page: &str, visitor: &mut dyn Visitor) {
    if !visitor.sheet(&Head::default()) {
        return;
    }
    let mut table = Table::default();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        table.text(before);
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.find("-->").and_then(|end| comment.get(end + 3..)).unwrap_or_default();
            continue;
        }
        let end = tag.find('>').unwrap_or(tag.len());
        let inside = tag.get(1..end).unwrap_or_default();
        rest = tag.get(end + 1..).unwrap_or_default();
        let name: String =
            inside.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        let name = name.to_ascii_lowercase();
        if matches!(name.as_str(), "style" | "script" | "title") {
            let close = format!("</{name}");
            let lower = rest.to_ascii_lowercase();
            rest = lower.find(&close).and_then(|end| rest.get(end..)).unwrap_or_default();
            continue;
        }
        if !table.tag(&name, inside, visitor) {
            return;
        }
    }
    if table.row_ends(visitor) {
        table.merged.iter().for_each(|merged| visitor.merged(*merged));
    }
}

#[derive(Default)]
struct Table {
    builder: Builder,
    number: u64,
    hidden: bool,
    within_row: bool,
    column: usize,
    cell: Option<String>,
    /// The columns and rows of the open cell.
    spans: (u64, u64),
    /// For each column, how many more rows a cell above covers.
    reaching: Vec<u64>,
    merged: Vec<Merged>,
}

impl Table {
    fn text(&mut self, text: &str) {
        if let Some(cell) = &mut self.cell {
            unescape(text, cell);
        }
    }

    /// False if no more rows are wanted.
    fn tag(&mut self, name: &str, inside: &str, visitor: &mut dyn Visitor) -> bool {
        match name {
            "tr" => {
                let wanted = self.row_ends(visitor);
                self.builder.clear();
                self.within_row = true;
                self.number += 1;
                self.column = 0;
                self.hidden = hides(inside);
                return wanted;
            }
            "td" | "th" if self.within_row => {
                self.cell_ends();
                let span = |name| attribute(inside, name).and_then(|n| n.parse().ok()).unwrap_or(1);
                self.spans =
                    (span("colspan").clamp(1, SPAN_MAX), span("rowspan").clamp(1, SPAN_MAX));
                self.cell = Some(String::new());
            }
            "br" | "br/" => self.text(" "),
            "/td" | "/th" => self.cell_ends(),
            "/tr" | "/table" => return self.row_ends(visitor),
            _ => {}
        }
        true
    }

    fn cell_ends(&mut self) {
        let Some(text) = self.cell.take() else { return };
        while self.reaching.get(self.column).is_some_and(|rows| *rows > 0) {
            self.column += 1;
        }
        let (columns, rows) = self.spans;
        let last = self.column + usize::try_from(columns).unwrap_or(1) - 1;
        if rows > 1 {
            let rows = (self.number, self.number + rows - 1);
            self.merged.push(Merged { rows, columns: (self.column, last) });
        }
        if self.reaching.len() <= last {
            self.reaching.resize(last + 1, 0);
        }
        for reaching in self.reaching.iter_mut().skip(self.column).take(last + 1 - self.column) {
            // The row that ends counts too.
            *reaching = rows;
        }
        self.builder.push(self.column, Kind::Text, trimmed(&text), 0);
        self.column = last + 1;
    }

    fn row_ends(&mut self, visitor: &mut dyn Visitor) -> bool {
        self.cell_ends();
        if !std::mem::take(&mut self.within_row) {
            return true;
        }
        self.reaching.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
        self.builder.cells.is_empty()
            || visitor.row(self.builder.row(self.number, self.hidden, &[]))
    }
}

/// The value of an attribute, with or without quotes.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.match_indices(name).find(|(at, _)| {
        lower.get(..*at).is_some_and(|before| before.ends_with(|c: char| c.is_whitespace()))
    });
    let behind = tag.get(at?.0 + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    match behind.chars().next()? {
        quote @ ('"' | '\'') => behind.get(1..)?.split(quote).next(),
        _ => behind.split(|c: char| c.is_whitespace() || c == '/').next(),
    }
}

fn hides(tag: &str) -> bool {
    let style: String = attribute(tag, "style")
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    style.to_ascii_lowercase().contains("display:none")
}

/// Resolves character references; runs of white space become one blank.
fn unescape(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '&'
            && let Some(end) = rest.find(';').filter(|end| *end <= 10)
            && let Some(read) = reference(rest.get(1..end).unwrap_or_default())
        {
            into.push(read);
            rest = rest.get(end + 1..).unwrap_or_default();
            continue;
        }
        if matches!(c, ' ' | '\t' | '\r' | '\n') {
            if !into.ends_with(' ') {
                into.push(' ');
            }
        } else {
            into.push(c);
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "middot" => '·',
        "yen" => '¥',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Row;
    use super::*;

    #[derive(Default)]
    struct All(Vec<String>);

    impl Visitor for All {
        fn sheet(&mut self, _: &Head) -> bool {
            true
        }

        fn row(&mut self, row: Row<'_>) -> bool {
            let cells = row.cells.iter().map(|cell| format!("{}={}", cell.column, row.text(cell)));
            let cells = cells.collect::<Vec<_>>().join("|");
            self.0.push(format!("{}{}: {cells}", row.number, if row.hidden { "h" } else { "" }));
            true
        }

        fn merged(&mut self, merged: Merged) {
            self.0.push(format!("{merged:?}"));
        }
    }

    #[test]
    fn rows_and_cells_stand_where_a_spreadsheet_shows_them() {
        let page = "<html><style>td{x:y}</style><table><tr><td colspan=2>甲&nbsp;<td>乙</tr>\
                    <tr style='display: none'><td rowspan=\"2\">1</td><td>2</td></tr>\
                    <tr></tr><tr><td>a<br>b</td><td>&#65;&amp;</td></tr></table>";
        let mut all = All::default();
        read(page, &mut all);
        assert_eq!(
            all.0,
            [
                "1: 0=甲|2=乙",
                "2h: 0=1|1=2",
                "4: 0=a b|1=A&",
                "Merged { rows: (2, 3), columns: (0, 0) }",
            ]
        );
    }
}
