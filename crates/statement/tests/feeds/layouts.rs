//! Every layout in `rules/banks` parses its own examples.
//!
//! Goal: a layout and its expected results are side by side, and neither can change alone. Method: each example goes
//! through the full reader, in UTF-8 and, if the bank delivers it, in GB18030; each entry is written as one line and
//! compared.
#![expect(clippy::unwrap_used, reason = "a test stops where its world is not as it must be")]

use statement::feed::{self, Flag, Reject, Sink, Statement, StatementEntry};
use statement::rules::bank::BankLayouts;
use std::fmt::Write;
use std::io::Cursor;

#[derive(Default)]
struct Lines(String);

impl Sink for Lines {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        let line = &mut self.0;
        write!(line, "{}", entry.booked_on).unwrap();
        if let Some(time) = entry.booked_time {
            write!(line, " {time}").unwrap();
        }
        let currency = entry.currency.unwrap_or("-");
        write!(line, " {} {} {currency}", entry.direction, entry.amount).unwrap();
        let balance = entry.balance.map_or(String::new(), |balance| balance.to_string());
        #[rustfmt::skip] // A table is read by column.
        let fields = [
            ("account", entry.account.unwrap_or_default()), ("serial", entry.serial),
            ("balance", &balance), ("from", entry.counterparty.account),
            ("name", entry.counterparty.name), ("bank_code", entry.counterparty.bank_code),
            ("bank_name", entry.counterparty.bank_name), ("postscript", entry.remarks.postscript),
            ("purpose", entry.remarks.purpose), ("summary", entry.remarks.summary),
            ("note", entry.remarks.note),
        ];
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            write!(line, " {name}={value}").unwrap();
        }
        line.push_str(if entry.reversal { " reversal\n" } else { "\n" });
    }

    fn reject(&mut self, reject: Reject) {
        writeln!(self.0, "reject {reject}").unwrap();
    }

    fn statement(&mut self, _: Statement<'_>) {}

    fn flag(&mut self, flag: Flag) {
        writeln!(self.0, "flag {flag}").unwrap();
    }
}

#[test]
fn every_layout_reads_its_own_examples() {
    let layouts = BankLayouts::shipped().unwrap();
    for layout in layouts.iter() {
        for example in &layout.examples {
            let text = example.text.trim_start_matches('\n');
            let mut variants = vec![("utf-8", text.as_bytes().to_vec())];
            if layout.encodings.iter().any(|encoding| encoding == "gb18030") {
                variants.push(("gb18030", encoding_rs::GB18030.encode(text).0.into_owned()));
            }
            for (encoding, bytes) in variants {
                let mut lines = Lines::default();
                let facts = feed::read(&mut Cursor::new(bytes), &layouts, &mut lines)
                    .unwrap_or_else(|error| panic!("{} in {encoding}: {error}", layout.id));
                assert_eq!(facts.layout.as_deref(), Some(layout.id.as_str()), "{text}");
                assert_eq!(facts.encoding, encoding, "{}", layout.id);
                assert_eq!(lines.0.trim(), example.entries.trim(), "{} in {encoding}", layout.id);
            }
        }
    }
}
