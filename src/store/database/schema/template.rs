//! Renders one text of a step for either database.
//!
//! The words in braces differ:
//!
//! | in a step | on SQLite | on PostgreSQL |
//! |---|---|---|
//! | `{big}` | `integer` | `bigint` |
//! | `{small}` | `integer` | `smallint` |
//! | `{text}` | `text` | `text collate "C"`: sorted by its bytes, as on SQLite |
//! | `{strict}` | `strict` | nothing: it is always strict |
//! | `{keyed}` | `strict, without rowid`: the rows are stored in key order | nothing |
//! | `{cut by DAY}` | as `{keyed}` | `partition by range (DAY)` |
//! | `{sqlite:…}`, `{postgres:…}` | the text after the colon, on that one alone | |

use super::super::sql::Dialect;

/// A step's SQL for a database. An unknown word stays as it is, and both databases reject it.
pub(super) fn render(template: &str, dialect: Dialect) -> String {
    let mut rendered = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, from)) = rest.split_once('{') {
        rendered.push_str(before);
        let (word, behind) = from.split_at(closing(from));
        rendered.push_str(&said(word, dialect));
        rest = behind.strip_prefix('}').unwrap_or(behind);
    }
    rendered.push_str(rest);
    rendered
}

fn said(word: &str, dialect: Dialect) -> String {
    let one = match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    };
    if let Some((of, text)) = word.split_once(':') {
        return if of == one { render(text, dialect) } else { String::new() };
    }
    let (sqlite, postgres) = match word {
        "big" => ("integer", "bigint".to_owned()),
        "small" => ("integer", "smallint".to_owned()),
        "text" => ("text", "text collate \"C\"".to_owned()),
        "strict" => ("strict", String::new()),
        "keyed" => (KEYED, String::new()),
        _ => match word.strip_prefix("cut by ") {
            Some(day) => (KEYED, format!("partition by range ({day})")),
            None => return format!("{{{word}}}"),
        },
    };
    match dialect {
        Dialect::Sqlite => sqlite.to_owned(),
        Dialect::Postgres => postgres,
    }
}

const KEYED: &str = "strict, without rowid";

/// The position of the closing brace of an open one.
fn closing(text: &str) -> usize {
    let mut open = 1_u32;
    let place = text.bytes().position(|byte| {
        match byte {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        open == 0
    });
    place.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_reads_its_own_words() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("a {big}, b {small}",                   "a integer, b integer",  "a bigint, b smallint"),
            ("t {text} not null",                    "t text not null",       "t text collate \"C\" not null"),
            (") {keyed};",                           ") strict, without rowid;", ") ;"),
            (") {strict};",                          ") strict;",             ") ;"),
            (") {cut by day};",                      ") strict, without rowid;", ") partition by range (day);"),
            ("(a{postgres:, day}, b)",               "(a, b)",                "(a, day, b)"),
            ("{sqlite:x {big}}{postgres:y {big}};",  "x integer;",            "y bigint;"),
            ("a {long}",                             "a {long}",              "a {long}"),
        ];
        for (template, sqlite, postgres) in rows {
            assert_eq!(render(template, Dialect::Sqlite), sqlite);
            assert_eq!(render(template, Dialect::Postgres), postgres);
        }
    }
}
