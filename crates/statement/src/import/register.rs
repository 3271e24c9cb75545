//! Parses a filled-in register: rows of values in the template's columns, and all errors beside them.
//!
//! Start at [`register`]. Readable rows are returned even if others are not, so that the caller can report all errors
//! at once. `remittance` says what a register may ask for.
//!
//! Invariant: every cell of [`Register::rows`] has the form that `Template::request` takes.

use super::error::{Expected, ImportError, Note, Problem};
use super::field::{Reading, account_no, amount, document_type, key, month, text};
use super::heading::{Column, optional, required};
use super::table::{self, Encoding, Row};
use remittance::template::Template;
use remittance::{Bilingual, Language, Localized};
use std::collections::{BTreeSet, HashMap};

const OPEN: &[Column] = &[
    required("身份证号"),
    required("姓名"),
    required("缴存基数"),
    optional("职工编号"),
    optional("证件类型"),
];
const UNSEAL: &[Column] =
    &[required("职工编号"), optional("缴存基数"), optional("姓名"), optional("身份证号")];
const SEAL: &[Column] =
    &[required("职工编号"), required("封存原因"), optional("姓名"), optional("身份证号")];
const ADJUST_BASE: &[Column] =
    &[required("职工编号"), required("缴存基数"), optional("姓名"), optional("身份证号")];
const SUPPLEMENT: &[Column] = &[
    required("职工编号"),
    required("补缴月份"),
    required("补缴金额"),
    optional("补缴至月份"),
    optional("补缴原因"),
    optional("姓名"),
    optional("身份证号"),
];
const TRANSFER: &[Column] = &[
    required("职工编号"),
    required("转入单位编号"),
    optional("转入城市"),
    optional("姓名"),
    optional("身份证号"),
];

pub(super) const fn columns(template: Template) -> &'static [Column] {
    match template {
        Template::Open => OPEN,
        Template::Unseal => UNSEAL,
        Template::Seal => SEAL,
        Template::AdjustBase => ADJUST_BASE,
        Template::Supplement => SUPPLEMENT,
        Template::Transfer => TRANSFER,
    }
}

/// A register from a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// The readable rows.
    pub rows: Vec<RegisterRow>,
    /// The errors in the others.
    pub errors: Vec<ImportError>,
    pub notes: Vec<Note>,
    pub encoding: Encoding,
    /// The place of each column, from 1.
    places: Vec<(&'static str, usize)>,
}

/// A row of a filled-in template: its line, and its cells in the template's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterRow {
    pub line: u64,
    pub cells: Vec<String>,
    /// 姓名 and 身份证号 beside the number, if present: both must be that employee's.
    pub name: Option<String>,
    pub id_no: Option<String>,
    /// The number was typed as one: its leading zeros may be lost.
    pub from_number: bool,
}

impl Register {
    /// An error that something in a row cannot be done.
    #[must_use]
    pub fn unfit(
        &self,
        row: &RegisterRow,
        template: Template,
        field: &'static str,
        said: Bilingual,
    ) -> ImportError {
        let column = self.places.iter().find(|(name, _)| *name == field).map(|(_, place)| *place);
        let index = template.columns().iter().position(|name| *name == field);
        let found = match field {
            "姓名" if index.is_none() => row.name.as_deref(),
            "身份证号" if index.is_none() => row.id_no.as_deref(),
            _ => index.and_then(|index| row.cells.get(index)).map(String::as_str),
        };
        let problem = Problem::Unfit(said);
        ImportError::new(row.line, column, field, found.unwrap_or_default(), problem)
    }
}

/// Parses a filled-in template.
///
/// # Errors
/// The errors of the file or its heading; errors in rows are in [`Register::errors`].
pub fn register(bytes: &[u8], template: Template) -> Result<Register, Vec<ImportError>> {
    let declared = columns(template);
    let mut rows: Vec<(RegisterRow, Vec<ImportError>)> = Vec::new();
    let (mut others, mut places) = (Vec::new(), Vec::new());
    let found = table::read(bytes, declared, |row| match row {
        Ok(row) => {
            if places.is_empty() {
                places = row.present();
            }
            let mut reading = Reading::default();
            let read = read_row(template, declared, &mut reading, &row);
            rows.push((read, reading.into_errors()));
        }
        Err(error) => others.push(error),
    })?;
    let mut register = Register {
        rows: Vec::new(),
        errors: others,
        notes: found.notes,
        encoding: found.encoding,
        places,
    };
    if found.prefilled {
        leave_out_unfilled(template, &mut rows, &mut register.notes);
    }
    for (row, errors) in rows {
        if errors.is_empty() {
            register.rows.push(row);
        } else {
            register.errors.extend(errors);
        }
    }
    let wrong: BTreeSet<u64> = register.errors.iter().map(|error| error.line).collect();
    register.rows.retain(|row| !wrong.contains(&row.line));
    register.refuse_repeated(template);
    register.errors.sort_by_key(|error| (error.line, error.column));
    Ok(register)
}

/// Drops the rows of a prefilled template that nobody filled in.
fn leave_out_unfilled(
    template: Template,
    rows: &mut Vec<(RegisterRow, Vec<ImportError>)>,
    notes: &mut Vec<Note>,
) {
    let own = template.columns().iter().position(|name| *name == "职工编号");
    let before = rows.len();
    rows.retain(|(row, errors)| {
        let mut others = row.cells.iter().enumerate().filter(|(index, _)| Some(*index) != own);
        let missing = errors.iter().all(|error| error.problem == Problem::Missing);
        others.any(|(_, cell)| !cell.is_empty()) || !missing
    });
    let count = before - rows.len();
    if count > 0 {
        notes.push(Note::new(
            0,
            format!("有 {count} 行未填写，未办理"),
            format!("{count} rows that were not filled in were passed over"),
        ));
    }
}

impl Register {
    /// Each person is in one row, except in supplements, which have one for each month.
    fn refuse_repeated(&mut self, template: Template) {
        if template == Template::Supplement {
            return;
        }
        let mut seen: HashMap<String, u64> = HashMap::new();
        let field = if template == Template::Open { "身份证号" } else { "职工编号" };
        let column = self.places.iter().find(|(name, _)| *name == field).map(|(_, place)| *place);
        let mut repeated = BTreeSet::new();
        for row in &self.rows {
            // Both keys are the first column.
            let key = row.cells.first().cloned().unwrap_or_default().to_ascii_uppercase();
            if let Some(line) = seen.get(&key) {
                let problem = Problem::Repeated { line: *line };
                self.errors.push(ImportError::new(row.line, column, field, &key, problem));
                repeated.insert(row.line);
            } else {
                seen.insert(key, row.line);
            }
        }
        self.rows.retain(|row| !repeated.contains(&row.line));
    }
}

fn read_row(
    template: Template,
    declared: &'static [Column],
    reading: &mut Reading,
    row: &Row<'_>,
) -> RegisterRow {
    let (mut name, mut id_no) = (None, None);
    let mut cells = vec![String::new(); template.columns().len()];
    for (index, column) in declared.iter().enumerate() {
        let value = if column.required {
            reading.must(row, index, |text| read_cell(column.name, text))
        } else {
            reading.may(row, index, |text| read_cell(column.name, text)).flatten()
        };
        match cells.get_mut(index) {
            Some(cell) => *cell = value.unwrap_or_default(),
            None if column.name == "姓名" => name = value,
            None => id_no = value,
        }
    }
    let number = declared.iter().position(|column| column.name == "职工编号");
    let from_number = number.is_some_and(|index| row.typed_as_number(index));
    RegisterRow { line: row.line, cells, name, id_no, from_number }
}

/// A cell's value in the form that the register takes.
fn read_cell(column: &str, found: &str) -> Result<String, Expected> {
    Ok(match column {
        "职工编号" | "转入单位编号" => key(found)?.to_owned(),
        "身份证号" => account_no(found)?,
        "缴存基数" | "补缴金额" => amount(found)?.to_string(),
        "补缴月份" | "补缴至月份" => month(found)?.to_string(),
        "证件类型" => document_type(found)?.in_language(Language::Chinese).into_owned(),
        // A number belongs to one centre: another's 1 is not ours.
        "封存原因" if found.bytes().all(|byte| byte.is_ascii_digit()) => {
            return Err(Expected::new(
                "应为封存原因的名称，例如“离职”；各中心的编号不同，不能只写编号",
                "expected the name of a seal reason, found digits, which each centre gives otherwise",
            ));
        }
        _ => text(found)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(template: Template, file: &str) -> Register {
        register(file.as_bytes(), template).unwrap()
    }

    fn said(register: &Register) -> Vec<String> {
        register.errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_template_is_read_back_by_its_own_headings() {
        for template in Template::ALL {
            let known: Vec<&str> = columns(template).iter().map(|column| column.name).collect();
            assert!(known.starts_with(template.columns()), "{}", template.name());
            let (heads, cells) = (template.columns(), template.example());
            // The columns may be in any order.
            let turned = |cells: &[&str]| -> String {
                cells.iter().rev().copied().collect::<Vec<_>>().join(",") + "\n"
            };
            let register = read(template, &(turned(heads) + &turned(cells)));
            assert_eq!(said(&register), [""; 0]);
            let row = &register.rows[0];
            assert_eq!((row.line, row.cells.as_slice()), (2, cells.map_owned().as_slice()));
        }
    }

    trait Owned {
        fn map_owned(&self) -> Vec<String>;
    }

    impl Owned for &[&str] {
        fn map_owned(&self) -> Vec<String> {
            self.iter().map(|cell| (*cell).to_owned()).collect()
        }
    }

    #[test]
    fn good_rows_are_given_beside_what_is_wrong_in_the_others() {
        let file = "职工编号,姓名,封存原因\nA1,王五,01-离职\nA2,赵六,1\n,孙七,离职\nA1,王五,离职\n合计,,3\n";
        let register = read(Template::Seal, file);
        let rows: Vec<u64> = register.rows.iter().map(|row| row.line).collect();
        assert_eq!(rows, [2]);
        assert_eq!(register.rows[0].cells, ["A1", "离职"]);
        assert_eq!(register.rows[0].name.as_deref(), Some("王五"));
        assert_eq!(
            said(&register),
            [
                "3:C: 封存原因 \"1\": expected the name of a seal reason, found digits, which each \
                 centre gives otherwise",
                "4:A: 职工编号 \"\": expected a value, found nothing",
                "5:A: 职工编号 \"A1\": expected each person once, found it on line 2 too",
            ]
        );
        assert_eq!(register.notes[0].said.en, "row 6 is a total and was not read");
    }

    #[test]
    fn rows_of_a_prefilled_template_that_nobody_filled_in_ask_for_nothing() {
        let file = "职工编号,姓名,现缴存基数,缴存基数\nA1,王五,5000.00,5200\nA2,赵六,5000.00,\n";
        let register = read(Template::Unseal, file);
        assert_eq!(register.rows.len(), 1);
        assert_eq!(
            register.notes.last().unwrap().said.en,
            "1 rows that were not filled in were passed over"
        );
        // Without the status column a row asks for what it says.
        let register = read(Template::Unseal, "职工编号,姓名,缴存基数\nA1,王五,5200\nA2,赵六,\n");
        assert_eq!(register.rows.len(), 2);
    }
}
