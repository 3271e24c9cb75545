//! Letters waiting for a person, and the hours for sending mail, through the real program.

use crate::centre::{Centre, NIGHT};
use crate::letters::with_mail;
use crate::mail_server::{Act, MailServer};
use mail_parser::MessageParser;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

const PAYERS: usize = 24;

/// A centre of forty employers, two dozen of which pay their notice in one file; one in six has no address.
fn of_forty() -> Centre {
    let mut employers = "employer_id,name,email,payer_accounts\n".to_owned();
    let mut notices = "reference,employer_id,amount,issued_on,month,status\n".to_owned();
    for number in 10..50 {
        let email =
            if number % 6 == 0 { String::new() } else { format!("f{number}@e.example.com") };
        let _ = writeln!(employers, "E{number},示例{number}公司,{email},62000000000000{number}");
        let _ = writeln!(notices, "P10000000{number},E{number},{number}00.00,2026-05-01,2026-05,");
    }
    let lists =
        [("accounts", crate::centre::ACCOUNTS), ("employers", &*employers), ("notices", &*notices)];
    Centre::with(&lists)
}

/// The bank's delivery; `remark` is the text that arrives.
fn rows(remark: impl Fn(usize) -> String) -> String {
    let row = |number: usize| {
        format!(
            "{},S{number},2026-05-11,09:00:00,贷,{number}00.00,62000000000000{number},示例{number}公司,转账,{}\n",
            crate::centre::ICBC,
            remark(number)
        )
    };
    (10..10 + PAYERS).map(row).collect()
}

fn files(centre: &Centre) -> usize {
    let outbox = centre.path().join("outbox");
    let below = |folder: &std::path::Path| {
        folder.read_dir().map_or(0, |entries| {
            entries.filter(|entry| entry.as_ref().unwrap().path().is_file()).count()
        })
    };
    below(&outbox) + below(&outbox.join("print"))
}

#[test]
fn a_night_unlike_others_waits_until_somebody_has_looked() {
    let centre = of_forty();
    centre.feed("inbox/0511.csv", &rows(|_| String::new()));
    let said = centre.stderr(&["nightly", "--as-of", "2026-05-12"], 3);
    for words in
        ["24 letters of the night", "0511.csv", "24 of its 24 credits (100 of 100)", "alert hold"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(files(&centre), 0, "neither mailed nor printed");
    let text =
        std::fs::read_to_string(centre.path().join("reports/suspense-2026-05-12.json")).unwrap();
    assert!(text.contains("函件暂扣") && text.contains("0511.csv"), "{text}");
    centre.run(&["nightly", "--as-of", "2026-05-12"]).assert().code(3);
    let held = centre.json(&["alert", "hold", "--reason", "no-reference", "--file", "0511.csv"]);
    assert_eq!(held.len(), 24);
    assert_eq!(held[0]["reasons"], "no-reference");
    let said = centre.stderr(&["alert", "hold"], 0);
    assert!(said.contains("reason no-reference: 24 letters, such as "), "{said}");
    let status = centre.json(&["alert", "status"]);
    assert!(status.iter().any(|row| row["state"] == "held" && row["letters"] == 24), "{status:?}");
    let said = centre.stderr(&["alert", "release", "--by", "017"], 2);
    assert!(said.contains("--all"), "{said}");
    centre.run(&["alert", "drop", "--all", "--by", "017"]).assert().code(2);
    let rehearsed = centre.stderr(&["alert", "release", "--all", "--by", "017", "--dry-run"], 0);
    assert!(rehearsed.contains("24 letters"), "{rehearsed}");
    let one = held[0]["letter"].as_str().unwrap();
    let done = centre.json(&["alert", "drop", one, "--by", "017", "--note", "no remarks in it"]);
    assert_eq!((&done[0]["dropped"], &done[0]["released"]), (&1.into(), &0.into()));
    let done =
        centre.json(&["alert", "drop", "--all", "--by", "017", "--note", "no remarks in it"]);
    assert_eq!(done[0]["dropped"], 23);
    let feed = centre.json(&["feed", "list"])[0]["feed"].as_str().unwrap().to_owned();
    let feed = feed.as_str();
    centre.run(&["feed", "withdraw", feed, "--by", "017", "--note", "no remarks"]).assert().code(0);
    std::fs::remove_file(centre.path().join("inbox/0511.csv")).unwrap();
    // The correct file, in which one in eight still has no text.
    centre.feed(
        "inbox/0511-again.csv",
        &rows(|number| if number % 8 == 0 { String::new() } else { format!("P10000000{number}") }),
    );
    let said = centre.stderr(&["nightly", "--as-of", "2026-05-13"], 0);
    assert!(!said.contains("held"), "{said}");
    assert_eq!(files(&centre), 3, "the usual letters");
    centre.run(&["audit"]).assert().code(0);
    let trail = centre.json(&["trail"]);
    let dropped = trail.iter().filter(|entry| entry.to_string().contains("letters-dropped"));
    assert_eq!(dropped.count(), 2);
}

#[test]
fn what_is_released_becomes_its_files() {
    let centre = of_forty();
    centre.feed("inbox/0511.csv", &rows(|_| String::new()));
    centre.run(&["nightly", "--as-of", "2026-05-12"]).assert().code(3);
    let done = centre.json(&["alert", "release", "--night", "2026-05-12", "--by", "017"]);
    assert_eq!(done[0]["released"], 24);
    assert_eq!(files(&centre), 24);
    assert!(centre.path().join("outbox/print").is_dir());
    centre.run(&["nightly", "--as-of", "2026-05-12"]).assert().code(0);
    assert_eq!(files(&centre), 24, "once");
}

#[test]
fn a_centre_that_says_never_holds_nothing() {
    let centre = of_forty();
    let path = centre.path().join("duizhang.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    for (line, count) in [("hold = \"brake\"", 1), ("window = \"9-17\"", 1)] {
        assert_eq!(settings.matches(line).count(), count, "{line}");
    }
    let settings = settings.replace("hold = \"brake\"", "hold = \"never\"");
    std::fs::write(&path, settings.replace("9-17", "at noon")).unwrap();
    let said = centre.stderr(&["nightly", "--as-of", "2026-05-12"], 2);
    assert!(said.contains("expected hours such as"), "{said}");
    std::fs::write(&path, settings).unwrap();
    centre.feed("inbox/0511.csv", &rows(|_| String::new()));
    centre.run(&["nightly", "--as-of", "2026-05-12"]).assert().code(0);
    assert_eq!(files(&centre), 24);
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[test]
fn mail_to_employers_waits_for_its_hours_and_is_dated_by_its_first_hand_over() {
    let server = MailServer::start(|_| Act::GoOn);
    let centre = with_mail(server.port, "");
    let path = centre.path().join("duizhang.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    // An hour that is not now, in Beijing.
    let hour = (now() / 3600 + 8) % 24;
    let window = if hour < 12 { "22-23" } else { "1-2" };
    let shut = settings.replace("window = \"always\"", &format!("window = \"{window}\""));
    std::fs::write(&path, shut).unwrap();
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 0);
    assert!(said.contains("2 letters to employers wait until 20"), "{said}");
    let to = |server: &MailServer| -> Vec<String> {
        server.taken().iter().map(|letter| letter.to.clone()).collect()
    };
    assert_eq!(to(&server), ["staff@centre.test"], "staff are told at once");
    let said = centre.stderr(&["alert", "send"], 0);
    assert!(said.contains("2 letters to employers wait until 20"), "{said}");
    assert_eq!(server.taken().len(), 1);
    centre.run(&["alert", "send", "--now"]).assert().code(0);
    assert_eq!(server.taken().len(), 3);
    for letter in server.taken() {
        let mail = MessageParser::default().parse(&letter.message).unwrap();
        let dated = mail.date().unwrap().to_timestamp();
        let age = Duration::from_secs(now().abs_diff(dated.unsigned_abs()));
        assert!(age < Duration::from_secs(120), "{dated}");
    }
}
