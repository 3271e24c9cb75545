//! Asks on a terminal what each column means.
//!
//! Start at [`ask`]. Each question has the parsed heading as default, so that the return key accepts it. Nothing is
//! decided here: the answers equal `--column` options.

use super::draft::heading;
use crate::cli::args::Role;
use crate::cli::rows::{aligned, one_line};
use crate::feed::outline::{Outline, Understood};
use crate::remittance::{Language, Localized};
use crate::rulebook::bank::Field;
use std::io::{BufRead, Write};

/// Sample cells shown per column.
const SHOWN: usize = 3;

/// The columns that differ from their default, as in `--column`; `None` if the input ended.
pub(super) fn ask(
    outline: &Outline,
    from: &mut impl BufRead,
    to: &mut impl Write,
) -> std::io::Result<Option<Vec<(Role, String)>>> {
    list(to)?;
    let mut said = Vec::new();
    for (place, column) in outline.columns.iter().enumerate() {
        let default = match column.understood {
            Understood::Field(field) | Understood::Guessed(field) => Role::Field(field),
            Understood::Nothing | Understood::Unknown => Role::Nothing,
        };
        let cells: Vec<_> = outline.filled(place).take(SHOWN).map(one_line).collect();
        let question = format!(
            "{}. {}   ({})",
            place + 1,
            one_line(&heading(outline, place)),
            cells.join(" · ")
        );
        loop {
            write!(to, "{question}\n   [{}] ", named(default))?;
            to.flush()?;
            let mut line = String::new();
            if from.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            match answer(line.trim(), default) {
                Some(role) if role == default && column.understood != Understood::Unknown => break,
                // State that an unknown, unneeded column is unused.
                Some(role) => {
                    said.push((role, format!("#{}", place + 1)));
                    break;
                }
                None => list(to)?,
            }
        }
    }
    Ok(Some(said))
}

fn answer(text: &str, default: Role) -> Option<Role> {
    if text.is_empty() {
        return Some(default);
    }
    match text.parse::<usize>() {
        Ok(0) => Some(Role::Nothing),
        Ok(number) => Field::all().nth(number - 1).map(Role::Field),
        Err(_) if text == "nothing" || text == "不需要" => Some(Role::Nothing),
        Err(_) => Field::named(text).map(Role::Field),
    }
}

fn named(role: Role) -> String {
    match role {
        Role::Field(field) => format!(
            "{} {}",
            field.in_language(Language::Chinese),
            field.in_language(Language::English)
        ),
        Role::Nothing => "不需要 not needed".to_owned(),
    }
}

fn list(to: &mut impl Write) -> std::io::Result<()> {
    writeln!(to, "每一栏是什么？输入编号或名称，直接回车表示采用方括号中的。")?;
    writeln!(to, "What is each column? A number or a name; return takes what stands in brackets.")?;
    let fields = Field::all()
        .map(|field| Language::ALL.map(|language| field.in_language(language).into_owned()));
    let nothing = ["不需要".to_owned(), "not needed".to_owned()];
    let rows = std::iter::once(nothing).chain(fields).enumerate();
    let rows = rows.map(|(number, [chinese, english])| [number.to_string(), chinese, english]);
    aligned(2, rows).iter().try_for_each(|line| writeln!(to, "{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::bank::BankLayouts;
    use std::io::Cursor;

    #[test]
    fn an_answer_is_a_number_a_name_or_what_was_understood() {
        let layouts = BankLayouts::shipped().unwrap();
        let file = "项,进,出,余额,说\n2026-05-11,1.00,,1.00,甲\n";
        let outline =
            crate::feed::outline::outline(&mut Cursor::new(file), &layouts, None).unwrap();
        let debit = Field::all().position(|field| field == Field::Debit).unwrap() + 1;
        let mut to = Vec::new();
        // The day is already proposed: only its column has days.
        let typed = format!("\n收入金额\nrubbish\n{debit}\n\n0\n");
        let said = ask(&outline, &mut typed.as_bytes(), &mut to).unwrap().unwrap();
        let want = [
            (Role::Field(Field::Credit), "#2".to_owned()),
            (Role::Field(Field::Debit), "#3".to_owned()),
            (Role::Nothing, "#5".to_owned()),
        ];
        assert_eq!(said, want);
        let asked = String::from_utf8(to).unwrap();
        assert!(asked.contains("4. 余额   (1.00)\n   [余额 balance] "), "{asked}");
        assert_eq!(asked.matches("每一栏是什么").count(), 2, "rubbish shows the list again");
        assert_eq!(ask(&outline, &mut "1\n".as_bytes(), &mut Vec::new()).unwrap(), None);
    }
}
