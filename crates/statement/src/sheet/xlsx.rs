//! The parts of a workbook around its sheets: the list of sheets, number formats, shared texts.
//!
//! Start at [`read`]. A workbook is a zip of XML; `grid.rs` streams its sheets. Sizes are limited, because a small
//! archive can unpack to any size.
//!
//! Invariant: memory holds the shared texts and one row.

use super::book::{Book, Texts, broken};
use super::grid;
use super::markup::{attribute, character};
use super::{Format, Head, Unreadable, Visitor};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use remittance::Bilingual;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor, Read};
use zip::ZipArchive;

pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The largest unpacked sheet; 200,000 rows take a tenth of it.
const SHEET_BYTES_MAX: u64 = 1 << 30;
/// The largest other part, unpacked.
const PART_BYTES_MAX: u64 = 256 << 20;
/// The most sheets of one book.
const SHEETS_MAX: usize = 256;

struct Listed {
    head: Head,
    path: String,
}

/// Passes on every sheet and every row that is not blank.
pub(super) fn read(bytes: &[u8], visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let names: Vec<String> =
        archive.file_names().filter_map(Result::ok).map(Cow::into_owned).collect();
    let find = |wanted: &str| names.iter().find(|name| name.eq_ignore_ascii_case(wanted)).cloned();
    let Some(book_path) = find("xl/workbook.xml").or_else(|| {
        names.iter().find(|name| name.to_ascii_lowercase().ends_with("/workbook.xml")).cloned()
    }) else {
        return Err(no_workbook(&names));
    };
    let folder = book_path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let below = |target: &str| match target.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None => format!("{folder}/{}", target.trim_start_matches("./")),
    };
    let (mut sheets, since_1904) = listed(&mut archive, &book_path)?;
    let relations = match find(&below("_rels/workbook.xml.rels")) {
        Some(path) => relations(&mut archive, &path)?,
        None => HashMap::new(),
    };
    let mut book = Book { since_1904, ..Book::default() };
    if let Some(path) = find(&below("styles.xml")) {
        book.formats = formats(&mut archive, &path)?;
    }
    if let Some(path) = find(&below("sharedStrings.xml")) {
        book.texts = texts(&mut archive, &path)?;
    }
    for sheet in &mut sheets {
        let Some(path) = relations.get(&sheet.path).and_then(|target| find(&below(target))) else {
            continue; // A chart sheet, or one whose part is missing.
        };
        let part = part(&mut archive, &path, SHEET_BYTES_MAX)?;
        grid::read(part, &mut sheet.head, &book, visitor)?;
    }
    Ok(())
}

/// The kind of an archive that is no workbook.
fn no_workbook(names: &[String]) -> Unreadable {
    let has = |ending: &str| names.iter().any(|name| name.ends_with(ending));
    if has("workbook.bin") {
        return Unreadable::Foreign(Bilingual::fixed(
            "二进制工作簿（.xlsb）",
            "a binary workbook (.xlsb)",
        ));
    }
    if has("content.xml") && has("mimetype") {
        return Unreadable::Foreign(Bilingual::fixed(" OpenDocument 文件", "an OpenDocument file"));
    }
    if has("word/document.xml") {
        return Unreadable::Foreign(Bilingual::fixed(" Word 文档", "a Word document"));
    }
    Unreadable::Foreign(Bilingual::fixed("压缩包，请先解压", "a zip archive"))
}

fn part<'a, 'b>(
    archive: &'a mut Archive<'b>,
    path: &str,
    most: u64,
) -> Result<Reader<impl BufRead + use<'a, 'b>>, Unreadable> {
    let file = archive.by_name(path).map_err(|error| broken(&error))?;
    if file.size() > most {
        return Err(broken(&format!("a part of {} bytes", file.size())));
    }
    // The declared size may be false: the stream is limited, and truncated XML is an error.
    Ok(Reader::from_reader(BufReader::with_capacity(1 << 16, file.take(most))))
}

/// Walks the tags of a part; passes texts to `text`.
fn walk(
    archive: &mut Archive<'_>,
    path: &str,
    mut start: impl FnMut(&BytesStart<'_>),
) -> Result<(), Unreadable> {
    let mut reader = part(archive, path, PART_BYTES_MAX)?;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|error| broken(&error))? {
            Event::Start(tag) | Event::Empty(tag) => start(&tag),
            Event::DocType(_) => return Err(broken(&"a document type")),
            Event::Eof => return Ok(()),
            Event::End(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

/// The sheets in order, and whether day numbers start in 1904.
fn listed(archive: &mut Archive<'_>, path: &str) -> Result<(Vec<Listed>, bool), Unreadable> {
    let (mut sheets, mut since_1904) = (Vec::new(), false);
    walk(archive, path, |tag| match tag.local_name().as_ref() {
        "workbookPr" => {
            since_1904 |= attribute(tag, "date1904").is_some_and(|set| set == "1" || set == "true");
        }
        "sheet" if sheets.len() < SHEETS_MAX => {
            let name = attribute(tag, "name").unwrap_or_default();
            let hidden = attribute(tag, "state").is_some_and(|state| state != "visible");
            let head = Head { name, hidden, ..Head::default() };
            sheets.push(Listed { head, path: attribute(tag, "id").unwrap_or_default() });
        }
        _ => {}
    })?;
    Ok((sheets, since_1904))
}

fn relations(archive: &mut Archive<'_>, path: &str) -> Result<HashMap<String, String>, Unreadable> {
    let mut relations = HashMap::new();
    walk(archive, path, |tag| {
        if let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target")) {
            relations.insert(id, target);
        }
    })?;
    Ok(relations)
}

/// The format of each cell style.
fn formats(archive: &mut Archive<'_>, path: &str) -> Result<Vec<Format>, Unreadable> {
    let mut codes: HashMap<u32, Format> = HashMap::new();
    let (mut formats, mut of_cells) = (Vec::new(), false);
    walk(archive, path, |tag| {
        let number = |name| attribute(tag, name).and_then(|id| id.parse::<u32>().ok());
        match tag.local_name().as_ref() {
            "numFmt" => {
                if let (Some(id), Some(code)) = (number("numFmtId"), attribute(tag, "formatCode")) {
                    codes.insert(id, Format::parse(&code));
                }
            }
            "cellXfs" => of_cells = true,
            "cellStyles" | "dxfs" => of_cells = false,
            "xf" if of_cells => {
                let id = number("numFmtId").unwrap_or(0);
                formats.push(codes.get(&id).cloned().unwrap_or_else(|| Format::builtin(id)));
            }
            _ => {}
        }
    })?;
    Ok(formats)
}

/// The shared texts without phonetic ones.
fn texts(archive: &mut Archive<'_>, path: &str) -> Result<Texts, Unreadable> {
    let mut reader = part(archive, path, PART_BYTES_MAX)?;
    let mut buffer = Vec::new();
    let mut texts = Texts::default();
    let (mut within, mut phonetic) = (false, false);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|error| broken(&error))? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => within = !phonetic,
                "rPh" => phonetic = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => within = false,
                "rPh" => phonetic = false,
                "si" => texts.ends.push(texts.text.len()),
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == "si" => {
                texts.ends.push(texts.text.len());
            }
            Event::Text(text) if within => texts.text.push_str(&text),
            Event::CData(text) if within => texts.text.push_str(&text),
            Event::GeneralRef(name) if within => {
                texts.text.push(character(&name).ok_or_else(|| broken(&"an entity"))?);
            }
            Event::DocType(_) => return Err(broken(&"a document type")),
            Event::Eof => return Ok(texts),
            Event::Empty(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Row};
    use super::*;
    use std::io::Write;

    #[derive(Default)]
    struct All(Vec<(u64, usize, Kind, String)>);

    impl Visitor for All {
        fn sheet(&mut self, _: &Head) -> bool {
            true
        }

        fn row(&mut self, row: Row<'_>) -> bool {
            let cells = row.cells.iter();
            let cells =
                cells.map(|cell| (row.number, cell.column, cell.kind, row.text(cell).to_owned()));
            self.0.extend(cells);
            true
        }
    }

    fn cells(strings: &str, rows: &str) -> Result<Vec<(u64, usize, Kind, String)>, Unreadable> {
        let parts = [
            (
                "xl/workbook.xml",
                "<workbook><sheets><sheet name=\"a\" id=\"r1\"/></sheets></workbook>".to_owned(),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                "<Relationships><Relationship Id=\"r1\" Target=\"s.xml\"/></Relationships>"
                    .to_owned(),
            ),
            ("xl/sharedStrings.xml", strings.to_owned()),
            ("xl/s.xml", format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        let mut all = All::default();
        read(&zip.finish().unwrap().into_inner(), &mut all).map(|()| all.0)
    }

    #[test]
    fn no_number_in_a_workbook_is_believed() {
        let strings =
            "<sst count=\"4294967295\" uniqueCount=\"4294967295\"><si><t>甲</t></si></sst>";
        let shared = |index: &str| {
            cells(strings, &format!("<row r=\"2\"><c r=\"XFD2\" t=\"s\"><v>{index}</v></c></row>"))
        };
        assert_eq!(shared("0"), Ok(vec![(2, 16_383, Kind::Text, "甲".to_owned())]));
        for index in ["1", "4294967294", "-1", "x"] {
            let lost = (2, 16_383, Kind::Fault, "#REF!".to_owned());
            assert_eq!(shared(index), Ok(vec![lost]), "{index}: lost, and no empty cell");
        }
        for rows in [
            "<row r=\"3\"><c><v>1</v></c></row><row r=\"3\"><c><v>2</v></c></row>",
            "<row r=\"3\"><c><v>1</v></c></row><row r=\"2\"><c><v>2</v></c></row>",
            "<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"B1\"><v>2</v></c></row>",
            "<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>",
            "<row r=\"1048577\"><c><v>1</v></c></row>",
            "<row r=\"0\"><c><v>1</v></c></row>",
        ] {
            assert!(matches!(cells(strings, rows), Err(Unreadable::Broken(_))), "{rows}");
        }
        assert_eq!(cells(strings, "<row><c><v>1</v></c></row><row><c/></row>").unwrap().len(), 1);
    }
}
