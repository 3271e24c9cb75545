//! Old workbooks, against files as Excel and WPS save them.

use super::super::Row;
use super::*;

#[derive(Default)]
struct All(Vec<String>);

impl Visitor for All {
    fn sheet(&mut self, head: &Head) -> bool {
        self.0.push(format!("{} {} {:?}", head.name, head.hidden, head.hidden_columns));
        true
    }

    fn row(&mut self, row: Row<'_>) -> bool {
        let cells = row.cells.iter().map(|cell| {
            let shown = if cell.kind == Kind::Number {
                format!("{:?}", row.format(cell).shown(row.text(cell)))
            } else {
                format!("{:?} {}", cell.kind, row.text(cell))
            };
            format!("{}={shown}", cell.column)
        });
        let cells = cells.collect::<Vec<_>>().join("|");
        self.0.push(format!("{}{}: {cells}", row.number, if row.hidden { "h" } else { "" }));
        true
    }

    fn merged(&mut self, merged: Merged) {
        self.0.push(format!("{merged:?}"));
    }
}

fn record(number: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&number.to_le_bytes(), &length.to_le_bytes(), data].concat()
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A compound file of one stream.
fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    let mut stream = stream.to_vec();
    stream.resize(stream.len().max(SHORT_BELOW).next_multiple_of(512), 0);
    let mut head = vec![0; 512];
    head[..4].copy_from_slice(b"\xd0\xcf\x11\xe0");
    head[30] = 9;
    head[48] = 1;
    head[60..64].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
    head[68..72].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
    head[80..].fill(0xff);
    let sectors = u32::try_from(stream.len() / 512).unwrap();
    let mut chains: Vec<u32> = vec![0xffff_fffd, 0xffff_fffe];
    chains.extend((0..sectors).map(|at| if at + 1 == sectors { 0xffff_fffe } else { at + 3 }));
    let mut table: Vec<u8> = chains.iter().flat_map(|next| next.to_le_bytes()).collect();
    table.resize(512, 0xff);
    let mut directory = Vec::new();
    for (name, first, size) in [("Root Entry", 0xffff_fffe_u32, 0), (name, 2, stream.len())] {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = u8::try_from(entry.len() + 2).unwrap();
        entry.resize(128, 0);
        entry[64] = length;
        entry[116..120].copy_from_slice(&first.to_le_bytes());
        entry[120..124].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        directory.extend(entry);
    }
    directory.resize(512, 0);
    [head, table, directory, stream].concat()
}

const SHORT_BELOW: usize = 4096;

fn book() -> Vec<u8> {
    let bof = record(record::BOF, &words(&[0x0600, 5]));
    let format = [words(&[164, 4]), b"\x000000".to_vec()].concat();
    let style = |id: u16| record(record::XF, &words(&[0, id, 0]));
    // The second text continues in the next record, wide there and narrow before.
    let texts =
        [vec![2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 0x32, 0x75, 2, 0, 0, b'A'], Vec::new()].concat();
    let mut globals = [
        bof.clone(),
        record(record::FORMAT, &format),
        style(0),
        style(164),
        record(record::SST, &texts),
        record(record::CONTINUE, &[1, 0x59, 0x4e]),
    ]
    .concat();
    let bound = |at: u32| {
        let data = [&at.to_le_bytes()[..], &[0, 0, 1, 0, b'S']].concat();
        [record(record::BOUNDSHEET, &data), record(record::EOF, &[])].concat()
    };
    let at = u32::try_from(globals.len() + bound(0).len()).unwrap();
    globals.extend(bound(at));
    let number = [words(&[1, 1, 1]), 12.0_f64.to_le_bytes().to_vec()].concat();
    let packed = |value: u32| [words(&[2, 0, 0]), value.to_le_bytes().to_vec()].concat();
    [
        globals,
        bof,
        record(record::COLINFO, &words(&[3, 4, 9, 0, 1, 0])),
        record(record::ROW, &words(&[2, 0, 9, 300, 0, 0, 0x20, 0])),
        // Out of order, as some programs write them.
        record(record::RK, &packed(500_045 << 2 | 3)),
        record(record::NUMBER, &number),
        record(record::LABELSST, &[words(&[0, 0, 0]), vec![0, 0, 0, 0]].concat()),
        record(record::LABELSST, &[words(&[0, 1, 0]), vec![1, 0, 0, 0]].concat()),
        record(record::BOOLERR, &[words(&[1, 2, 0]), vec![0x2a, 1]].concat()),
        record(record::MERGEDCELLS, &words(&[1, 1, 2, 0, 1])),
        record(record::EOF, &[]),
    ]
    .concat()
}

#[test]
fn cells_come_with_their_formats_and_rows_with_whether_they_are_seen() {
    let mut all = All::default();
    read(&compound("Workbook", &book()), &mut all).unwrap();
    assert_eq!(
        all.0,
        [
            "S false [(3, 4)]",
            "1: 0=Text 甲|1=Text A乙",
            "2: 1=As(\"0012\")|2=Fault #N/A",
            "3h: 0=As(\"5000.45\")",
            "Merged { rows: (2, 3), columns: (0, 1) }",
        ]
    );
}

#[test]
fn what_breaks_off_or_is_locked_is_named() {
    let whole = compound("Workbook", &book());
    for length in 0..whole.len().min(3000) {
        let _ = read(&whole[..length], &mut All::default());
    }
    let read = |name, stream: &[u8]| read(&compound(name, stream), &mut All::default());
    assert_eq!(read("EncryptedPackage", b""), Err(Unreadable::Encrypted));
    let locked = [record(record::BOF, &words(&[0x0600, 5])), record(record::FILEPASS, &[0; 6])];
    assert_eq!(read("Workbook", &locked.concat()), Err(Unreadable::Encrypted));
    assert!(matches!(read("Book", b""), Err(Unreadable::Foreign(..))));
    assert!(matches!(read("WordDocument", b""), Err(Unreadable::Foreign(..))));
}
