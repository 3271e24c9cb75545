//! Whatever a reader does with a file, that file is quarantined and the other bank's money is matched.
//!
//! Readers run in their own processes here, as in the program's nights. On request of a file the program plays one that
//! panics, aborts, never ends or takes all memory (in a build for tests only).

use super::centre::{Centre, every_store, named, rules};
use super::feed::{account, csv};
use duizhang::nightly::{self, Delivery, Isolation, Nobody, ReaderProcess, RunSummary};
use std::time::{Duration, Instant};

fn apart(arguments: &[&str], patience: Duration) -> Isolation {
    Isolation::Apart(ReaderProcess {
        program: env!("CARGO_BIN_EXE_duizhang").into(),
        arguments: arguments.iter().map(Into::into).collect(),
        patience,
    })
}

fn run(centre: &Centre, as_of: &str, files: &[Delivery], isolation: Isolation) -> RunSummary {
    let mut settings = centre.settings(as_of, files);
    settings.isolation = isolation;
    let night = nightly::run(&centre.store, rules(), &settings, &Nobody).unwrap();
    centre.prove(as_of);
    night
}

#[test]
fn a_reader_that_comes_to_no_end_costs_its_file_and_nothing_else() {
    let rows = [
        ("panic", "the reader was stopped: it panicked"),
        ("abort", "the reader was stopped: it ended by signal 6; it may take 1024 MiB of memory"),
        ("memory", "the reader was stopped: it ended by signal 6; it may take 1024 MiB of memory"),
        ("stack", "the reader was stopped: it ended by signal 6; it may take 1024 MiB of memory"),
        ("hang", "the reader was stopped: it gave nothing for 1 seconds"),
    ];
    every_store(|backing| {
        for (how, says) in rows {
            let centre = Centre::new(backing, &["P1 1000"]);
            let bad = format!("misbehave,{}", csv(&["X1 05-11 icbc 7 -"]));
            let files = [
                centre.lay(Some(account("ccb")), "bad.csv", bad),
                centre.lay(Some(account("icbc")), "good.csv", csv(&["S1 05-11 icbc 1000 P1"])),
            ];
            let began = Instant::now();
            let patience = Duration::from_secs(if how == "hang" { 1 } else { 10 });
            let isolation = apart(&["read-file", "--misbehave", how], patience);
            let night = run(&centre, "05-11", &files, isolation);
            let (_, fault) = night.intakes.quarantined().next().expect(how);
            assert_eq!(fault.to_string(), says);
            assert_eq!(fault.in_log(), says);
            centre.expect(how, &["S1 matched P1"]);
            let reason = centre.folder.join("quarantine").join(account("ccb"));
            let reason = std::fs::read_to_string(reason.join("bad.csv.reason.txt")).unwrap();
            assert!(reason.starts_with("bad.csv：读取该文件时程序"), "{reason}");
            assert!(began.elapsed() < Duration::from_secs(20), "{how}: {:?}", began.elapsed());
        }
    });
}

/// Goal: a fake reader adds nothing to the books.
#[test]
fn a_process_that_is_no_reader_is_a_file_set_aside() {
    let rows = [
        ("exit 0", "it ended before the file did"),
        ("exec cat /dev/zero", "it said what no reader says"),
        ("exec sleep 60", "it gave nothing for 0 seconds"),
    ];
    for (script, says) in rows {
        let centre = Centre::new(named("sqlite"), &["P1 1000"]);
        let file = centre.lay(None, "good.csv", csv(&["S1 05-11 icbc 1000 P1"]));
        let isolation = Isolation::Apart(ReaderProcess {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            patience: Duration::from_millis(500),
        });
        let night = run(&centre, "05-11", std::slice::from_ref(&file), isolation);
        let (_, fault) = night.intakes.quarantined().next().expect(script);
        assert!(fault.to_string().ends_with(says), "{script}: {fault}");
        assert!(centre.said().is_empty());
        // The file itself was correct: the next night ingests it.
        run(&centre, "05-12", &[file], Isolation::default());
        centre.expect(script, &["S1 matched P1"]);
    }
    let centre = Centre::new(named("sqlite"), &["P1 1000"]);
    let file = centre.lay(None, "good.csv", csv(&["S1 05-11 icbc 1000 P1"]));
    let isolation = Isolation::Apart(ReaderProcess {
        program: "/nowhere".into(),
        arguments: Vec::new(),
        patience: Duration::from_secs(1),
    });
    let night = run(&centre, "05-11", &[file], isolation);
    let (_, fault) = night.intakes.quarantined().next().unwrap();
    assert!(fault.to_string().contains("it could not be started"), "{fault}");
}

/// Goal: a reader in its own process gives the same results as one in the night's, to the last row. Method: a few
/// thousand rows with rejects, duplicates and another account, both ways; the digests are equal.
#[test]
fn apart_or_not_the_books_are_the_same() {
    let mut rows: Vec<String> =
        (1..6_000).map(|one| format!("S{one} 05-{:02} icbc {one} -", 1 + one % 20)).collect();
    rows.push("S1 05-02 icbc 1 -".to_owned());
    rows.push("C1 05-02 ccb 1000 P1".to_owned());
    let text: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = csv(&text) + &super::feed::row("S9999 05-11 icbc 1o.00 P1") + "\n";
    let digests =
        [Isolation::default(), apart(&["read-file"], Duration::from_secs(10))].map(|isolation| {
            let centre = Centre::new(named("sqlite"), &["P1 1000"]);
            let mut settings = centre.settings("05-11", &[centre.lay(None, "feed.csv", &file)]);
            settings.isolation = isolation;
            let intakes = nightly::ingest(&centre.store, rules(), &settings, &Nobody).unwrap();
            let total = intakes.total();
            assert_eq!((total.fresh, total.rejected), (6_000, 1));
            centre.transactions()
        });
    assert_eq!(format!("{:?}", digests[0]), format!("{:?}", digests[1]));
}

#[test]
fn a_workbook_of_a_few_kilobytes_does_not_end_the_night() {
    use super::workbook::{FAR_CELL, MANY_STRINGS, NO_STRINGS};
    use super::workbook::{statement, xls_with_a_far_cell, xlsx};
    let good = statement(account("ccb"), "X1", "7.00", "公积金");
    let beyond = "<row r=\"1048577\"><c r=\"A1048577\"><v>1</v></c></row>";
    let rows = [
        ("a far cell", xlsx(&format!("{good}{FAR_CELL}"), NO_STRINGS), None),
        ("a count of strings", xlsx(&good, MANY_STRINGS), None),
        ("a row past the limit", xlsx(&format!("{good}{beyond}"), NO_STRINGS), Some("1,048,576")),
        ("an .xls with a far cell", xls_with_a_far_cell(), Some("signal 6")),
    ];
    every_store(|backing| {
        for (what, bytes, refused) in &rows {
            let centre = Centre::new(backing, &["P1 1000"]);
            let files = [
                centre.lay(None, "book.xlsx", bytes),
                centre.lay(None, "good.csv", csv(&["S1 05-11 icbc 1000 P1"])),
            ];
            let isolation = apart(&["read-file"], Duration::from_secs(10));
            let night = run(&centre, "05-11", &files, isolation);
            let fault = night.intakes.quarantined().next().map(|(_, fault)| fault.to_string());
            match (refused, fault) {
                (None, None) => {
                    centre.expect(what, &["S1 matched P1", "X1 suspense no-reference"]);
                }
                (Some(says), Some(fault)) => {
                    assert!(fault.contains(says), "{what}: {fault}");
                    centre.expect(what, &["S1 matched P1"]);
                }
                (_, fault) => panic!("{what}: {fault:?}"),
            }
        }
    });
}

/// Goal: for any workbook the reader returns a value; if calamine panics, the night survives. Method: a valid workbook
/// with impossible numbers at seeded places, and some of its bytes changed; parsed in this process, so that a crash
/// would end the suite. `DUIZHANG_HOSTILE` says how many.
#[test]
fn a_workbook_with_absurd_numbers_is_read_or_refused() {
    use super::dice::Dice;
    use super::workbook::{NO_STRINGS, statement, xlsx};
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (count, seed) =
        (asked("DUIZHANG_HOSTILE").unwrap_or(200), asked("DUIZHANG_SEED").unwrap_or(1));
    let absurd = [
        "4294967296",
        "18446744073709551616",
        "-1",
        "1e308",
        "NaN",
        "XFD1048577",
        "",
        "9999999",
        "\u{fffd}",
    ];
    let good = statement(account("ccb"), "X1", "7.00", "公积金")
        + "<row r=\"3\" s=\"1\"><c r=\"A3\" s=\"1\"><v>44197</v></c><c r=\"B3\" t=\"s\"><v>0</v></c></row>";
    let strings = "count=\"1\" uniqueCount=\"1\"><si><t>a</t></si></sst>";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.xlsx");
    let (mut taken, mut refused, mut panicked) = (0, 0, 0);
    for one in 0..count {
        let mut dice = Dice(seed.wrapping_mul(1_000_003).wrapping_add(one + 1));
        let mut rows = good.clone();
        for _ in 0..1 + dice.roll(3) {
            let numbers: Vec<usize> =
                rows.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
            let at = dice.pick(&numbers);
            rows.replace_range(at..=at, dice.pick(&absurd));
        }
        let strings = if dice.roll(2) == 0 { NO_STRINGS } else { strings };
        let mut bytes = xlsx(&rows, strings);
        for _ in 0..dice.roll(3) {
            let at = dice.roll(bytes.len());
            bytes[at] ^= 1 << dice.roll(8);
        }
        std::fs::write(&path, &bytes).unwrap();
        let mut file = std::fs::File::open(&path).unwrap();
        let Ok(look) = duizhang::feed::look(&mut file) else { continue };
        let mut sink = duizhang::feed::relay::Relay::new(std::io::sink(), None);
        let read = Isolation::InProcess.read(&mut file, &look, &rules().banks, None, &mut sink);
        match read.map_err(|error| error.to_string()) {
            Ok(_) => taken += 1,
            Err(why) if why.contains("panicked") => panicked += 1,
            Err(_) => refused += 1,
        }
    }
    println!(
        "hostile workbooks: {count}, seed {seed}: {taken} read, {refused} refused, {panicked} panics caught"
    );
}
