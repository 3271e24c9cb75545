//! A file is ingested completely or not at all; otherwise it is in quarantine with the reason beside it.

use super::centre::{Backing, Centre, date, every_store};
use super::feed::{account, csv};
use duizhang::nightly::{FileOutcome, Inbox};
use std::path::Path;

fn centre(backing: Backing) -> Centre {
    Centre::new(backing, &["P1 1000"])
}

/// The files below a folder, by their paths in it.
fn below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(below(&path).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

const GOOD: [&str; 1] = ["S1 05-11 icbc 1000 P1"];

#[test]
fn a_file_that_cannot_be_taken_in_is_set_aside_and_the_night_goes_on() {
    every_store(|backing| {
        let without_account =
            "交易流水号,交易日期,借贷标志,交易金额,附言\nX1,2026-05-11,贷,7.00,公积金\n";
        let cut_camt = "<?xml version=\"1.0\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt><Id>1</Id>";
        let rows: [(&str, Option<&str>, String, &str); 5] = [
            ("an account of nobody", None, csv(&["X1 05-11 nobody 7 -"]), "99999999999999999999"),
            (
                "good rows before it",
                None,
                csv(&["X1 05-11 icbc 7 -", "X2 05-11 nobody 7 -"]),
                "line 3",
            ),
            ("no account", None, without_account.to_owned(), "names no own account"),
            ("the folder of nobody", Some("123"), without_account.to_owned(), "\"123\""),
            ("a file that breaks off", None, cut_camt.to_owned(), ""),
        ];
        for (what, folder, content, says) in rows {
            let centre = centre(backing);
            let bad = centre.lay(folder, "bad.csv", &content);
            let night = centre.night("05-11", &[bad, centre.lay(None, "good.csv", csv(&GOOD))]);
            let (_, fault) = night.intakes.quarantined().next().expect(what);
            assert!(fault.to_string().contains(says), "{what}: {fault}");
            assert_eq!(centre.said().len(), 1, "{what}: nothing of it is taken in");
            centre.expect(what, &["S1 matched P1"]);
            let place = format!("{}/bad.csv", folder.unwrap_or("_"));
            let want = [place.clone(), format!("{place}.reason.txt")];
            let quarantine = centre.folder.join("quarantine");
            assert_eq!(below(&quarantine), want, "{what}");
            assert_eq!(
                std::fs::read_to_string(quarantine.join(&place)).unwrap(),
                content,
                "{what}"
            );
            let reason = std::fs::read_to_string(quarantine.join(&want[1])).unwrap();
            // First Chinese, for staff, then the parser's own sentence.
            assert!(
                reason.starts_with("bad.csv：")
                    && !reason.starts_with(&format!("bad.csv：{fault}")),
                "{what}: {reason}"
            );
            assert!(reason.ends_with(&format!("\n\nbad.csv: {fault}\n")), "{what}: {reason}");
            assert_eq!(
                centre.store.run_details(date("05-11")).unwrap().quarantined.len(),
                1,
                "{what}"
            );
        }
    });
}

#[test]
fn once_its_account_is_known_the_file_goes_in_and_its_copy_is_gone() {
    every_store(|backing| {
        let centre = centre(backing);
        let file = centre.lay(None, "feed.csv", csv(&["S1 05-11 nobody 1000 P1"]));
        centre.night("05-11", std::slice::from_ref(&file));
        assert!(centre.said().is_empty());
        let list = format!(
            "account_no,bank,bank_name,account_name\n{},BOC,中国银行,新户\n",
            account("nobody")
        );
        let list = duizhang::import::accounts(list.as_bytes()).unwrap();
        centre.store.import_accounts(&list.rows).unwrap();
        centre.night("05-12", &[file]);
        centre.expect("mended", &["S1 matched P1"]);
        assert_eq!(below(&centre.folder.join("quarantine")), Vec::<String>::new());
        assert!(centre.store.run_details(date("05-12")).unwrap().quarantined.is_empty());
    });
}

#[test]
fn a_row_that_cannot_be_read_is_set_aside_with_its_place_and_the_others_go_in() {
    every_store(|backing| {
        let centre = centre(backing);
        let file = format!(
            "{}{}{}",
            csv(&["S1 05-11 icbc 1000 P1"]),
            super::feed::row("S2 05-11 icbc 1o.00 P1") + "\n",
            super::feed::row("S3 05-11 icbc 3 -") + "\n",
        );
        let night = centre.night("05-11", &[centre.lay(None, "feed.csv", file)]);
        let total = night.intakes.total();
        assert_eq!((total.fresh, total.rejected), (2, 1));
        let aside = centre.store.run_details(date("05-11")).unwrap().set_aside;
        assert_eq!(aside.len(), 1);
        let row = &aside[0];
        let place = (row.file_name.as_str(), row.line, row.field.as_str(), row.found.as_str());
        assert_eq!(place, ("feed.csv", 3, "交易金额", "1o.00"));
        centre.expect("the others", &["S1 matched P1", "S3 suspense no-reference"]);
    });
}

/// Goal: files of one name in two folders of an account are two files, also in quarantine. Method: banks' clients make
/// a folder a day; one day's file is broken, the other's is not.
#[test]
fn files_of_one_name_do_not_stand_for_each_other() {
    every_store(|backing| {
        for (broken, whole) in [("2026-05-11", "2026-05-12"), ("2026-05-12", "2026-05-11")] {
            let centre = centre(backing);
            let inbox = centre.folder.join("inbox");
            let place = |day: &str| {
                let folder = inbox.join(account("icbc")).join(day);
                std::fs::create_dir_all(&folder).unwrap();
                folder.join("statement.csv")
            };
            std::fs::write(place(broken), csv(&["X1 05-11 nobody 7 -"])).unwrap();
            std::fs::write(place(whole), csv(&GOOD)).unwrap();
            let night = centre.night("05-12", &Inbox::at(&inbox).deliveries().unwrap());
            assert_eq!(night.intakes.quarantined().count(), 1);
            let held = centre.store.run_details(date("05-12")).unwrap().quarantined;
            assert_eq!(held.len(), 1, "broken on {broken}: {held:?}");
            assert_eq!(below(&centre.folder.join("quarantine")).len(), 2, "broken on {broken}");
        }
    });
}

#[test]
fn an_inbox_gives_each_file_the_account_of_its_folder() {
    every_store(|backing| {
        let centre = centre(backing);
        let inbox = centre.folder.join("inbox");
        let folder = inbox.join(account("ccb"));
        std::fs::create_dir_all(&folder).unwrap();
        let text =
            "交易流水号,交易日期,借贷标志,交易金额,附言\nX1,2026-05-11,贷,1000.00,P1906130001\n";
        std::fs::write(folder.join("a.csv"), text).unwrap();
        std::fs::write(folder.join("b.csv.part"), text).unwrap();
        std::fs::write(folder.join(".hidden"), text).unwrap();
        // It names its account itself, which takes precedence over the folder.
        std::fs::write(folder.join("c.csv"), csv(&["S1 05-11 icbc 5 -"])).unwrap();
        let night = centre.night("05-11", &Inbox::at(&inbox).deliveries().unwrap());
        assert_eq!(night.intakes.files.len(), 2);
        assert!(
            night.intakes.files.iter().all(|(_, outcome)| matches!(outcome, FileOutcome::Taken(_)))
        );
        let accounts: Vec<_> =
            centre.transactions().into_iter().map(|row| (row.serial, row.account_no)).collect();
        let want = [("S1", account("icbc")), ("X1", account("ccb"))];
        assert_eq!(accounts, want.map(|(serial, own)| (serial.to_owned(), own.to_owned())));
    });
}
