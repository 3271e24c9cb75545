//! Reads a filled-in template of a register in bulk: rows of cells, in the template's columns.
//!
//! What the cells must hold is `remittance::template`'s to say; here they are only found by their
//! headings, in CSV or XLSX, in whatever order the columns stand.

use super::error::{ERRORS_MAX, ImportError};
use super::table::{self, Column, optional, required};
use crate::remittance::template::Template;

const OPEN: &[Column] = &[
    required("身份证号"),
    required("姓名"),
    required("缴存基数"),
    optional("职工编号"),
    optional("证件类型"),
];
const UNSEAL: &[Column] = &[required("职工编号"), optional("缴存基数")];
const SEAL: &[Column] = &[required("职工编号"), required("封存原因")];
const ADJUST_BASE: &[Column] = &[required("职工编号"), required("缴存基数")];
const SUPPLEMENT: &[Column] = &[
    required("职工编号"),
    required("补缴月份"),
    required("补缴金额"),
    optional("补缴至月份"),
    optional("补缴原因"),
];

const TRANSFER: &[Column] = &[required("职工编号"), required("转入单位编号"), optional("转入城市")];

const fn columns(template: Template) -> &'static [Column] {
    match template {
        Template::Open => OPEN,
        Template::Unseal => UNSEAL,
        Template::Seal => SEAL,
        Template::AdjustBase => ADJUST_BASE,
        Template::Supplement => SUPPLEMENT,
        Template::Transfer => TRANSFER,
    }
}

/// A row of a filled-in template: the line it stands in, and its cells in the template's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterRow {
    pub line: u64,
    pub cells: Vec<String>,
}

/// Reads a filled-in template.
///
/// # Errors
/// Everything that is wrong with the file as a table, up to `ERRORS_MAX`.
pub fn register(bytes: &[u8], template: Template) -> Result<Vec<RegisterRow>, Vec<ImportError>> {
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    table::read(bytes, columns(template), |row| match row {
        Ok(row) => {
            let cells = (0..template.columns().len()).map(|column| row.text(column).to_owned());
            rows.push(RegisterRow { line: row.line, cells: cells.collect() });
        }
        Err(error) if errors.len() < ERRORS_MAX => errors.push(error),
        Err(_) => {}
    })?;
    if errors.is_empty() { Ok(rows) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_read_back_by_its_own_headings() {
        for template in Template::ALL {
            let known: Vec<&str> = columns(template).iter().map(|column| column.name).collect();
            assert_eq!(known, template.columns(), "{}", template.name());
            let (heads, cells) = (template.columns(), template.example());
            // The columns may stand in any order.
            let turned = |cells: &[&str]| -> String {
                cells.iter().rev().copied().collect::<Vec<_>>().join(",") + "\n"
            };
            let file = turned(heads) + &turned(cells);
            let rows = register(file.as_bytes(), template).unwrap();
            assert_eq!(
                rows,
                [RegisterRow { line: 2, cells: cells.iter().map(|c| (*c).to_owned()).collect() }]
            );
        }
    }
}
