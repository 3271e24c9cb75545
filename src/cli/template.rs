//! `duizhang template`: the columns of a register in bulk, with a row that shows what belongs where.

use super::args::TemplateArgs;
use super::failure::{Doing, Done, Failure};
use super::rows::stdout;
use crate::remittance::template::Template;
use std::io::Write;

pub(super) fn run(args: &TemplateArgs) -> Result<Done, Failure> {
    let Some(template) = Template::from_name(&args.name) else {
        return Err(Failure::Usage(format!("no template {:?}", args.name)));
    };
    let rows = [template.columns(), template.example()];
    let sheet = args.out.as_ref().filter(|path| path.extension().is_some_and(|end| end == "xlsx"));
    match (&args.out, sheet) {
        (Some(path), Some(_)) => {
            let book = workbook(template.name(), rows)?;
            std::fs::write(path, book).doing(|| format!("cannot write {}", path.display()))?;
        }
        (Some(path), None) => {
            let csv = format!("\u{feff}{}", csv(rows));
            std::fs::write(path, csv).doing(|| format!("cannot write {}", path.display()))?;
        }
        (None, _) => {
            let mut out = stdout();
            out.write_all(csv(rows).as_bytes())?;
            out.flush()?;
        }
    }
    Ok(Done::Fully)
}

/// The cells hold no comma and no quote.
fn csv(rows: [&[&str]; 2]) -> String {
    rows.into_iter().map(|cells| cells.join(",") + "\n").collect()
}

/// Every cell is a text, so that a spreadsheet keeps numbers of eighteen digits whole.
#[cfg(feature = "xlsx")]
fn workbook(name: &str, rows: [&[&str]; 2]) -> Result<Vec<u8>, Failure> {
    let fill = || {
        let mut book = rust_xlsxwriter::Workbook::new();
        let text = rust_xlsxwriter::Format::new().set_num_format("@");
        let sheet = book.add_worksheet().set_name(name)?;
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write_string_with_format(row, column, *cell, &text)?;
            }
        }
        book.save_to_buffer()
    };
    fill().doing(|| "cannot make the workbook".to_owned())
}

#[cfg(not(feature = "xlsx"))]
fn workbook(_: &str, _: [&[&str]; 2]) -> Result<Vec<u8>, Failure> {
    Err(Failure::because("this program was built without XLSX; leave out --out FILE.xlsx"))
}
