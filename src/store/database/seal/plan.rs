//! How a statement that changes sealed rows is run: its text, extended by what the seals need.
//!
//! Start at [`Plan::of`]. The statement returns the rows it touched, each with its new values and its old seal.
//! Before an update, a query reads the rows it will touch, so that a row whose seal did not fit is not
//! resealed. The texts are the store's own, in a handful of forms (`tests/statements.rs` reads them all); an
//! unknown form is an error, not a row without a seal.

use super::Shape;
use super::shape::SEAL;
use crate::store::StoreError;
use std::ops::Range;
use std::sync::Arc;

/// What a statement does to its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Insert,
    Update,
    Delete,
}

/// A statement that changes sealed rows.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) shape: Arc<Shape>,
    pub(crate) verb: Verb,
    /// The statement; it returns its own columns, then every column of the table, then the seal.
    pub(crate) run: String,
    /// How many columns the statement itself returns.
    pub(crate) own: usize,
    /// The query for the rows it will touch: every column, then the seal.
    pub(crate) before: Option<String>,
    /// Replaces `run` if every column's value is given: the seal is one more value.
    pub(crate) direct: Option<String>,
}

/// A word of a statement, and the number of open brackets around it.
struct Word<'s> {
    text: &'s str,
    place: Range<usize>,
    depth: u32,
}

/// The table that a statement changes; `None` if it changes none.
pub(crate) fn changes(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace();
    let table = match words.next()? {
        "insert" | "delete" => words.nth(1)?,
        "update" => words.next()?,
        _ => return None,
    };
    table.split('(').next()
}

/// Splits a statement into words, skipping quoted text.
fn words(sql: &str) -> Vec<Word<'_>> {
    let (mut found, mut depth, mut quoted, mut begin) = (Vec::new(), 0_u32, false, None);
    for (at, byte) in sql.bytes().chain([b' ']).enumerate() {
        let in_word =
            !quoted && (byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'?'));
        match (in_word, begin) {
            (true, None) => begin = Some(at),
            (false, Some(from)) => {
                let text = sql.get(from..at).unwrap_or_default();
                found.push(Word { text, place: from..at, depth });
                begin = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
        match byte {
            b'\'' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

impl Plan {
    pub(crate) fn of(sql: &str, shape: Arc<Shape>) -> Result<Self, StoreError> {
        let strange = || StoreError::Unknown {
            table: "statement",
            column: "form",
            found: sql.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        let words = words(sql);
        let returning = words.iter().find(|word| word.depth == 0 && word.text == "returning");
        let (body, own) = match returning {
            None => (sql, String::new()),
            Some(word) => {
                let own = sql.get(word.place.end..).unwrap_or_default();
                (sql.get(..word.place.start).unwrap_or(sql), format!("{}, ", own.trim()))
            }
        };
        let verb = match words.first().map(|word| word.text) {
            Some("insert") => Verb::Insert,
            Some("update") => Verb::Update,
            Some("delete") => Verb::Delete,
            _ => return Err(strange()),
        };
        let (body, direct) = match verb {
            Verb::Insert => insert(body, &words, &shape).ok_or_else(strange)?,
            Verb::Update | Verb::Delete => (body.to_owned(), None),
        };
        let before = match verb {
            Verb::Update => Some(before(body.trim_end(), &words, &shape).ok_or_else(strange)?),
            Verb::Insert => conflicting(&body, &shape),
            Verb::Delete => None,
        };
        let run = format!("{} returning {own}{}", body.trim_end(), shape.whole_list());
        Ok(Self { shape, verb, run, own: own.matches(',').count(), before, direct })
    }

    /// The statement that writes the seals for a list of rows: the key's columns, then the seal.
    pub(crate) fn mark(shape: &Shape) -> String {
        let table = &shape.table;
        let on: Vec<String> = (1..)
            .zip(shape.key_names())
            .map(|(place, name)| format!("{table}.{name} = v.column{place}"))
            .collect();
        let seal = shape.key.len() + 1;
        format!(
            "update {table} set {SEAL} = v.column{seal} from (values …) v
             where {table}.centre_id = ?1{}{}",
            if on.is_empty() { "" } else { " and " },
            on.join(" and ")
        )
    }
}

/// An insert that names its columns; and, if each value is a parameter, the same with the seal.
fn insert(body: &str, words: &[Word<'_>], shape: &Shape) -> Option<(String, Option<String>)> {
    let table = words.get(2)?;
    let mut rest = body.get(table.place.end..)?;
    let columns = shape.list();
    if rest.trim_start().starts_with('(') {
        let (names, behind) = bracket(rest)?;
        if parts(names).join(", ") != columns {
            return Some((body.to_owned(), None));
        }
        rest = behind;
    }
    let named = format!("insert into {} ({columns}){rest}", table.text);
    // Only `values (?1, ?2, …)`, followed at most by `on conflict do nothing`.
    let given: Vec<String> = (1..=shape.columns.len()).map(|place| format!("?{place}")).collect();
    let given = given.join(", ");
    let flat = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let behind = flat.strip_prefix(&format!("values ({given})"));
    let direct =
        behind.filter(|behind| behind.is_empty() || behind.ends_with("do nothing")).map(|behind| {
            let whole = shape.whole_list();
            let seal = shape.columns.len() + 1;
            format!("insert into {} ({whole}) values ({given}, ?{seal}){behind}", table.text)
        });
    Some((named, direct))
}

/// The query for the existing rows that an upsert will change; `None` if it changes none, or if the form of its
/// values is not understood here.
fn conflicting(body: &str, shape: &Shape) -> Option<String> {
    let words = words(body);
    let place = |text: &str| {
        words
            .iter()
            .find(|word| word.depth == 0 && word.text == text)
            .map(|word| word.place.clone())
    };
    place("update")?;
    let conflict = place("conflict")?;
    let (key, _) = bracket(body.get(conflict.end..)?)?;
    let table = words.get(2)?;
    let (names, behind) = bracket(body.get(table.place.end..)?)?;
    let (given, list) = if behind.trim_start().starts_with("values") {
        (bracket(behind)?.0, String::new())
    } else {
        let (select, from) = (place("select")?, place("from")?);
        let within = |at: &Range<usize>| at.start > from.end && at.start < conflict.start;
        // The word before `on conflict` ends the list too.
        let on = words.windows(2).find(|pair| matches!(pair, [_, two] if two.place == conflict));
        let end = place("where").filter(within).or_else(|| Some(on?.first()?.place.clone()))?;
        let list = body.get(from.end..end.start)?.trim();
        (body.get(select.end..from.start)?, format!("{list} cross join "))
    };
    let (names, given) = (parts(names), parts(given));
    let mut on = Vec::new();
    for name in parts(key) {
        let value = given.get(names.iter().position(|one| *one == name)?)?;
        on.push(format!("{}.{name} = {value}", table.text));
    }
    let columns: Vec<String> =
        shape.columns.iter().map(|name| format!("{}.{name}", table.text)).collect();
    let (columns, on) = (columns.join(", "), on.join(" and "));
    Some(format!("select {columns}, {t}.{SEAL} from {list}{t} where {on}", t = table.text))
}

/// The content of the first bracket of a text, and the text after it.
fn bracket(text: &str) -> Option<(&str, &str)> {
    let from = text.find('(')? + 1;
    let mut open = 1_u32;
    let end = text.get(from..)?.bytes().position(|byte| {
        match byte {
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {}
        }
        open == 0
    })?;
    Some((text.get(from..from + end)?, text.get(from + end + 1..)?))
}

/// The parts of a list, split at commas outside brackets.
fn parts(list: &str) -> Vec<&str> {
    let (mut found, mut from, mut depth) = (Vec::new(), 0, 0_u32);
    for (at, byte) in list.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.push(list.get(from..at).unwrap_or_default().trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(list.get(from..).unwrap_or_default().trim());
    found
}

/// The query for the rows that an update or delete will touch.
fn before(body: &str, words: &[Word<'_>], shape: &Shape) -> Option<String> {
    let [_, table, set, ..] = words else { return None };
    if set.text != "set" {
        return None;
    }
    let outer = |text: &str| {
        words.windows(2).find_map(|pair| match pair {
            // The `from` of `is distinct from` is a comparison.
            [first, second] => (second.depth == 0
                && second.text == text
                && first.text != "distinct"
                && second.place.end <= body.len())
            .then_some(second),
            _ => None,
        })
    };
    let filter = outer("where")?;
    let from = outer("from").filter(|from| from.place.start < filter.place.start);
    let list = match from {
        None => table.text.to_owned(),
        Some(from) => {
            let list = body.get(from.place.end..filter.place.start)?;
            format!("{} cross join {}", list.trim(), table.text)
        }
    };
    let filter = body.get(filter.place.start..)?;
    let columns: Vec<String> =
        shape.columns.iter().map(|name| format!("{}.{name}", table.text)).collect();
    Some(format!("select {}, {}.{SEAL} from {list} {filter}", columns.join(", "), table.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(sql: &str) -> Plan {
        let columns = ["centre_id", "reference", "note"].map(str::to_owned).to_vec();
        let shape = Shape { table: Arc::from("notice"), columns, seal_at: 3, key: vec![1] };
        Plan::of(sql, Arc::new(shape)).unwrap()
    }

    #[test]
    fn a_statement_gives_back_what_it_touched() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("insert into notice values (?1, ?2, ?3)",
             "insert into notice (centre_id, reference, note) values (?1, ?2, ?3) returning centre_id, reference, note, seal"),
            ("insert into notice select ?1, v.column1, 'a' from (values …) v where true on conflict (centre_id) do nothing",
             "insert into notice (centre_id, reference, note) select ?1, v.column1, 'a' from (values …) v where true on conflict (centre_id) do nothing returning centre_id, reference, note, seal"),
            ("insert into notice (centre_id, reference) values (?1, ?2)",
             "insert into notice (centre_id, reference) values (?1, ?2) returning centre_id, reference, note, seal"),
            ("delete from notice where centre_id = ?1",
             "delete from notice where centre_id = ?1 returning centre_id, reference, note, seal"),
            ("update notice set note = ?2 where centre_id = ?1 returning reference, note",
             "update notice set note = ?2 where centre_id = ?1 returning reference, note, centre_id, reference, note, seal"),
        ];
        for (sql, want) in rows {
            assert_eq!(plan(sql).run, want, "{sql}");
        }
        assert_eq!(plan(rows[4].0).own, 2);
    }

    #[test]
    fn a_change_is_asked_which_rows_it_will_touch() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("update notice set note = ?2 where centre_id = ?1 and note is distinct from ?2",
             "select notice.centre_id, notice.reference, notice.note, notice.seal from notice where centre_id = ?1 and note is distinct from ?2"),
            ("update notice set note = (select max(a) from b where c), reference = case when note is distinct from 'x from y' then 1 end from (values …) v where notice.centre_id = ?1",
             "select notice.centre_id, notice.reference, notice.note, notice.seal from (values …) v cross join notice where notice.centre_id = ?1"),
        ];
        for (sql, want) in rows {
            assert_eq!(plan(sql).before.as_deref(), Some(want), "{sql}");
        }
    }

    #[test]
    fn an_insert_that_may_change_a_row_is_asked_which() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("insert into notice values (?1, coalesce(?2, 1), 'x') on conflict (centre_id, reference) do update set note = excluded.note",
             Some("select notice.centre_id, notice.reference, notice.note, notice.seal from notice where notice.centre_id = ?1 and notice.reference = coalesce(?2, 1)")),
            ("insert into notice (centre_id, reference) select ?1, v.column2 from (values …) v where true on conflict (centre_id, reference) do update set note = ''",
             Some("select notice.centre_id, notice.reference, notice.note, notice.seal from (values …) v cross join notice where notice.centre_id = ?1 and notice.reference = v.column2")),
            ("insert into notice values (?1, ?2, ?3) on conflict (centre_id, reference) do nothing", None),
            ("insert into notice values (?1, ?2, ?3)", None),
        ];
        for (sql, want) in rows {
            assert_eq!(plan(sql).before.as_deref(), want, "{sql}");
        }
    }

    #[test]
    fn a_row_given_whole_goes_in_with_its_seal() {
        let direct = plan("insert into notice values (?1, ?2, ?3)").direct;
        let want = "insert into notice (centre_id, reference, note, seal) values (?1, ?2, ?3, ?4)";
        assert_eq!(direct.as_deref(), Some(want));
        for other in [
            "insert into notice values (?1, ?2, null)",
            "insert into notice values (?1, ?2, ?3) on conflict (centre_id) do update set note = ''",
            "insert into notice (centre_id, reference) values (?1, ?2)",
        ] {
            assert_eq!(plan(other).direct, None, "{other}");
        }
        assert_eq!(changes("insert into notice values"), Some("notice"));
        assert_eq!(changes("\n    update notice set"), Some("notice"));
        assert_eq!(changes("select 1"), None);
    }
}
