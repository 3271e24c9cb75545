//! Letters through the real program and a real mail server: sent, kept, never sent by mistake.

use crate::centre::{Centre, NIGHT};
use crate::mail_server::{Act, MailServer, Stage};
use duizhang::alert::{Delivery, MailServer as Server, Security, deliver};
use duizhang::store::Store;
use mail_parser::MessageParser;
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

/// A centre before its night, with a mail server and one member of staff.
pub(crate) fn with_mail(port: u16, more: &str) -> Centre {
    let centre = Centre::new();
    let path = centre.path().join("duizhang.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    // Tests run at any hour.
    let settings = settings.replace("window = \"9-17\"", "window = \"always\"");
    let settings = settings.replace("staff = []", "staff = [\"staff@centre.test\"]");
    let smtp = format!(
        "\n[letters.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n\
         per_minute = 0\ntimeout_seconds = 2\n{more}"
    );
    centre.write("duizhang.toml", format!("{settings}{smtp}").as_bytes());
    centre
}

fn counts(centre: &Centre) -> Vec<(String, i64)> {
    let rows = centre.json(&["alert", "status"]).into_iter();
    rows.filter(|row| row["letters"] != 0)
        .map(|row| (row["state"].as_str().unwrap().to_owned(), row["letters"].as_i64().unwrap()))
        .collect()
}

fn states(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    pairs.iter().map(|(state, count)| ((*state).to_owned(), *count)).collect()
}

#[test]
fn a_night_sends_its_letters_once_and_tells_staff() {
    let server = MailServer::start(|_| Act::GoOn);
    let centre = with_mail(server.port, "");
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 0);
    assert!(said.contains("letters: 3 sent"), "{said}");
    assert_eq!(counts(&centre), states(&[("sent", 3), ("printed", 1)]));
    let taken = server.taken();
    let to: BTreeSet<&str> = taken.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(
        to,
        BTreeSet::from(["gjj@e1.example.com", "gjj@e2.example.com", "staff@centre.test"])
    );
    for letter in &taken {
        let mail = MessageParser::default().parse(&letter.message).unwrap();
        assert_eq!(mail.to().unwrap().first().unwrap().address(), Some(letter.to.as_str()));
        if letter.to == "staff@centre.test" {
            assert!(mail.subject().unwrap().starts_with("【对账】2026-06-10："));
            let page = mail.attachments().next().unwrap().text_contents().unwrap();
            assert!(page.contains("<html"), "the report is attached");
        } else {
            let text = mail.body_text(0).unwrap();
            assert!(text.contains("应当写成") || text.contains("请这样办理"), "{text}");
        }
    }
    assert!(
        !centre
            .path()
            .join("outbox")
            .read_dir()
            .unwrap()
            .any(|file| { file.unwrap().path().extension().is_some_and(|ending| ending == "eml") })
    );
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    centre.run(&["alert", "send"]).assert().code(0);
    assert_eq!(server.taken().len(), 3, "nothing goes out twice");
}

#[test]
fn nothing_is_sent_in_a_dry_run_or_from_a_demo() {
    let server = MailServer::start(|_| Act::GoOn);
    let centre = with_mail(server.port, "");
    centre.run(&["nightly", "--as-of", NIGHT, "--dry-run"]).assert().code(0);
    let path = centre.path().join("duizhang.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    centre.write("duizhang.toml", settings.replace("[centre]", "[centre]\ndemo = true").as_bytes());
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let due = centre.json(&["alert", "send"]);
    assert_eq!(due.len(), 3, "what would be sent is shown");
    centre.write("duizhang.toml", settings.as_bytes());
    assert_eq!(centre.json(&["alert", "send", "--dry-run"]).len(), 3);
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_mail_server_that_is_down_fails_no_night_and_loses_no_letter() {
    let server = MailServer::start(|_| Act::Say("554 no service"));
    let centre = with_mail(server.port, "");
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 0);
    assert!(said.contains("the rest waits"), "{said}");
    assert_eq!(counts(&centre), states(&[("waiting", 3), ("printed", 1)]));
    let said = centre.stderr(&["alert", "send"], 1);
    assert!(said.contains("the mail server cannot be reached"), "{said}");
    let well = MailServer::start(|_| Act::GoOn);
    let path = centre.path().join("duizhang.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    let moved = settings.replace(&server.port.to_string(), &well.port.to_string());
    centre.write("duizhang.toml", moved.as_bytes());
    centre.run(&["alert", "send"]).assert().code(0);
    assert_eq!(counts(&centre), states(&[("sent", 3), ("printed", 1)]));
}

#[test]
fn a_relay_that_refuses_everybody_is_told_to_staff_and_costs_no_letter() {
    let server = MailServer::start(|moment| {
        let to_somebody = moment.stage == Stage::Rcpt;
        if to_somebody { Act::Say("550 relay not permitted for you") } else { Act::GoOn }
    });
    let centre = with_mail(server.port, "");
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 0);
    assert!(said.contains("refuses every recipient") && said.contains("the rest waits"), "{said}");
    let said = centre.stderr(&["alert", "send"], 1);
    assert!(said.contains("refuses every recipient"), "{said}");
    let letters = centre.json(&["alert", "list"]);
    let alarms: Vec<_> = letters.iter().filter(|letter| letter["kind"] == "alarm").collect();
    assert_eq!(alarms.len(), 1, "once a day: {letters:?}");
    assert!(alarms[0]["subject"].as_str().unwrap().contains("邮件服务器拒收全部函件"));
    assert_eq!(counts(&centre), states(&[("waiting", 4), ("printed", 1)]));
    let well = MailServer::start(|_| Act::GoOn);
    let path = centre.path().join("duizhang.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    let moved = settings.replace(&server.port.to_string(), &well.port.to_string());
    centre.write("duizhang.toml", moved.as_bytes());
    centre.run(&["alert", "send"]).assert().code(0);
    assert_eq!(counts(&centre), states(&[("sent", 4), ("printed", 1)]));
}

#[test]
fn a_password_goes_to_no_server_in_the_clear_and_on_no_command_line() {
    let centre = with_mail(1, "");
    let path = centre.path().join("duizhang.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    centre.write(
        "duizhang.toml",
        settings.replace("host = \"127.0.0.1\"", "host = \"mail.example\"").as_bytes(),
    );
    let said = centre.stderr(&["alert", "send"], 2);
    assert!(said.contains("is for a relay on this machine"), "{said}");
    centre.write("duizhang.toml", format!("{settings}username = \"gjj\"\n").as_bytes());
    let said = centre.stderr(&["alert", "send"], 2);
    assert!(said.contains("has a username and no password"), "{said}");
    centre.write("secret", b"geheim\n");
    let with = format!("{settings}username = \"gjj\"\npassword_file = \"secret\"\n");
    let server = MailServer::start(|_| Act::GoOn);
    let with = with.replace("port = 1\n", &format!("port = {}\n", server.port));
    centre.write("duizhang.toml", with.as_bytes());
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    assert_eq!(server.logins()[0], "AUTH PLAIN AGdqagBnZWhlaW0=");
}

/// Goal: a killed sender loses no letter, and its successor sends the rest. Method: a slow server, SIGKILL in the
/// middle, and a second sender after the lease has expired.
#[test]
fn a_sender_killed_in_the_middle_loses_nothing() {
    let server = MailServer::start(|moment| {
        if moment.stage == Stage::Letter {
            Act::Delay(Duration::from_millis(400))
        } else {
            Act::GoOn
        }
    });
    let centre = with_mail(server.port, "connections = 1\n");
    let settings = std::fs::read_to_string(centre.path().join("duizhang.toml")).unwrap();
    let demo = settings.replace("[centre]", "[centre]\ndemo = true");
    centre.write("duizhang.toml", demo.as_bytes());
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    centre.write("duizhang.toml", settings.as_bytes());
    let mut sender = std::process::Command::new(assert_cmd::cargo::cargo_bin("duizhang"))
        .args(["alert", "send"])
        .current_dir(centre.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while server.taken().is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    sender.kill().unwrap();
    sender.wait().unwrap();
    let before: i64 = counts(&centre).iter().map(|(_, count)| count).sum();
    assert_eq!(before, 4, "each letter is in one state");
    centre.run(&["alert", "send"]).assert().code(0);
    let in_hand = counts(&centre).into_iter().find(|(state, _)| state == "sending");
    assert!(in_hand.is_some(), "a lease outlives its holder");
    let url = format!("sqlite://{}", centre.path().join("duizhang.db").display());
    let store = Store::open(&url, "1", false).unwrap();
    let delivery = Delivery {
        server: Server {
            host: "127.0.0.1".into(),
            port: server.port,
            security: Security::Plain,
            login: None,
            authority: None,
            hello: "centre.test".into(),
            patience: Duration::from_secs(2),
            words: duizhang::rulebook::returned::shipped().unwrap(),
        },
        sender: "gjj@example.invalid".parse().unwrap(),
        verp: false,
        signer: None,
        one_click: None,
        connections: 1,
        per_minute: 0,
        servers: duizhang::rulebook::servers::shipped().unwrap(),
        holder: "the next".into(),
    };
    let later = || i64::MAX / 4;
    deliver(&store, &delivery, &later, &|_| {}).unwrap();
    assert_eq!(counts(&centre), states(&[("sent", 3), ("printed", 1)]));
    let to: BTreeSet<String> = server.taken().into_iter().map(|letter| letter.to).collect();
    assert_eq!(to.len(), 3, "nobody was left out");
}

#[test]
fn what_came_back_blocks_its_address_and_a_forgery_does_not() {
    let server = MailServer::start(|_| Act::GoOn);
    let centre = with_mail(server.port, "");
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let taken = server.taken();
    let letter = taken.iter().find(|letter| letter.to == "gjj@e1.example.com").unwrap();
    let mail = MessageParser::default().parse(&letter.message).unwrap();
    let report = |message_id: &str, to: &str| {
        format!(
            "From MAILER-DAEMON Mon May 11 08:00:00 2026\nFrom: MAILER-DAEMON@mx.test\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n\
             Final-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n\n\
             --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{message_id}>\n--b--\n\n"
        )
    };
    let real = report(mail.message_id().unwrap(), "gjj@e1.example.com");
    let forged = report("0123@example.invalid", "gjj@e2.example.com");
    centre.write("bounces", format!("{real}{forged}").as_bytes());
    let rows = centre.json(&["alert", "bounces", "bounces"]);
    let blocked: Vec<(&str, bool)> = rows
        .iter()
        .map(|row| (row["address"].as_str().unwrap(), row["blocked"].as_bool().unwrap()))
        .collect();
    assert_eq!(blocked, [("gjj@e1.example.com", true), ("gjj@e2.example.com", false)]);
    let choice = centre.json(&["alert", "employer", "E1"]);
    assert_eq!(choice[0]["blocked"], "5.1.1");
}

#[test]
fn a_sample_of_every_letter_can_be_seen() {
    let centre = Centre::new();
    for kind in [
        "digest",
        "reminder",
        "settled",
        "advice",
        "parts",
        "taken-back",
        "reopened",
        "paper",
        "summary",
        "alarm",
        "confirm",
    ] {
        let output = centre.run(&["alert", "preview", "--sample", kind]).assert().code(0);
        let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
        assert!(text.lines().count() > 5, "{kind}: {text}");
        assert!(!text.contains("{{"), "{kind}: {text}");
    }
}

#[test]
fn what_was_not_understood_is_listed_until_somebody_dealt_with_it() {
    let centre = Centre::new();
    centre.write("odd", b"From: a@b.test\nSubject: odd\n\nWho are you?\n");
    let rows = centre.json(&["alert", "bounces", "odd"]);
    assert_eq!((&rows[0]["kind"], &rows[0]["kept"]), (&"other".into(), &true.into()));
    assert_eq!(centre.json(&["alert", "bounces", "odd"])[0]["kept"], false, "the same again");
    let listed = centre.json(&["alert", "bounces", "--list"]);
    assert_eq!(
        (&listed[0]["subject"], &listed[0]["text"]),
        (&"odd".into(), &"Who are you?".into())
    );
    let id = listed[0]["message"].as_str().unwrap();
    centre.run(&["alert", "bounces", "--block", id]).assert().code(1);
    centre.run(&["alert", "bounces", "--done", id]).assert().code(0);
    assert_eq!(centre.json(&["alert", "bounces", "--list"]).len(), 0);
    assert_eq!(centre.json(&["alert", "bounces", "--list", "--all"]).len(), 1);
    centre.run(&["alert", "bounces"]).assert().code(2);
}
