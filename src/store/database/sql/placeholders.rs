//! Translates statements for PostgreSQL, and writes placeholders for many rows.
//!
//! The verbs write `?1`, as SQLite reads it; start at [`placeholders`] for PostgreSQL's form.

use std::fmt::Write as _;

/// A statement for PostgreSQL: `?1` becomes `$1`. Texts and comments in our statements contain no question mark
/// (`tests/statements.rs` checks).
pub(crate) fn placeholders(sql: &str) -> String {
    let sql = sql.replace('?', "$");
    if sql.contains(SUM) { bounded(&sql) } else { sql }
}

/// How our statements cast a sum to a whole number.
const SUM: &str = " as bigint)";

/// Clamps a sum to 64 bits, as SQLite does; the server would abort the statement.
fn bounded(sql: &str) -> String {
    let mut bounded = String::with_capacity(sql.len() + 256);
    let mut rest = sql;
    while let Some(at) = rest.find("cast(") {
        let (before, from) = rest.split_at(at + "cast(".len());
        bounded.push_str(before);
        rest = from;
        let Some(end) = closing(from) else { continue };
        let (cast, behind) = from.split_at(end);
        match cast.strip_suffix(" as bigint") {
            Some(sum) if sum.contains("sum(") => {
                let (least, most) = (i64::MIN, i64::MAX);
                // An empty sum is null, and `least` and `greatest` would turn it into a bound.
                bounded.push_str(&format!(
                    "case when ({sum}) is null then null else least(greatest({sum}, {least}), {most}) end \
                     as bigint"
                ));
                rest = behind;
            }
            Some(_) | None => {}
        }
    }
    bounded.push_str(rest);
    bounded
}

/// The position of the closing bracket of an open one.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1_u32;
    text.bytes().position(|byte| {
        match byte {
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {}
        }
        open == 0
    })
}

/// Placeholders for `rows` rows of `columns` values, from the `first` on: `(?2, ?3), (?4, ?5)`.
pub(crate) fn value_lists(first: usize, columns: usize, rows: usize) -> String {
    let mut list = String::new();
    for row in 0..rows {
        let start = first + row * columns;
        list.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            write!(list, "{comma}?{}", start + column).unwrap_or_default();
        }
        list.push(')');
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_bounded_and_nothing_else_is_touched() {
        let within = |sum: &str| {
            format!(
                "cast(case when ({sum}) is null then null else least(greatest({sum}, {}), {}) end as bigint)",
                i64::MIN,
                i64::MAX
            )
        };
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("select cast(sum(a) as bigint) from t where b = ?1", format!("select {} from t where b = $1", within("sum(a)"))),
            ("select cast(coalesce(sum(a), 0) as bigint), cast(c as text)",
             format!("select {}, cast(c as text)", within("coalesce(sum(a), 0)"))),
            ("select cast(a as bigint)", "select cast(a as bigint)".to_owned()),
            ("select cast(a", "select cast(a".to_owned()),
        ];
        for (sql, want) in rows {
            assert_eq!(placeholders(sql), want, "{sql}");
        }
    }
}
