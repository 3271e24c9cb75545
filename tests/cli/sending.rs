//! Special cases of sending: figures, blocks, trials, letters as files, text messages before paper, the hall's inbox.

use crate::centre::{Centre, EMPLOYERS, LISTS, NIGHT};
use crate::gateway::Gateway;
use crate::letters::with_mail;
use crate::mail_server::{Act, MailServer, Stage};
use serde_json::Value;

const NUMBER: &str = "13800138000";
const SECRET: &str = "geheim-4711";

/// A centre with a gateway; every employer has a mobile number.
fn with_texts(gateway: &Gateway, more: &str) -> Centre {
    let centre = Centre::new();
    let mut lines = EMPLOYERS.lines();
    let head = format!("{},mobile\n", lines.next().unwrap());
    let rest: String = lines.map(|line| format!("{line},{NUMBER}\n")).collect();
    centre.write("employers.csv", (head + &rest).as_bytes());
    centre.run(&["import", "employers", "employers.csv", "--as-of", LISTS]).assert().code(0);
    centre.write("sms-secret", format!("{SECRET}\n").as_bytes());
    let settings = std::fs::read_to_string(centre.path().join("duizhang.toml")).unwrap();
    // Tests run at any hour.
    let settings = settings.replace("window = \"9-17\"", "window = \"always\"");
    let sms = format!(
        "\n[letters.sms]\nurl = \"http://127.0.0.1:{}/send?id={{{{id}}}}\"\n\
         headers = {{ authorization = \"Bearer {{{{secret}}}}\" }}\n\
         body = '{{\"to\":\"{{{{number}}}}\",\"text\":\"{{{{text}}}}\"}}'\n\
         secret_file = \"sms-secret\"\nsuccess_field = \"result.code\"\nsuccess_values = [\"0\"]\n\
         timeout_seconds = 2\n{more}",
        gateway.port
    );
    centre.write("duizhang.toml", format!("{settings}{sms}").as_bytes());
    centre
}

fn stdout(centre: &Centre, args: &[&str], code: i32) -> String {
    let output = centre.run(args).assert().code(code).get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

fn on_paper(centre: &Centre) -> Vec<Value> {
    let mut letters = centre.json(&["alert", "list"]);
    letters.retain(|letter| letter["recipient"] == "");
    letters
}

fn pages(centre: &Centre) -> usize {
    centre.path().join("outbox/print").read_dir().map_or(0, Iterator::count)
}

#[test]
fn a_text_message_goes_before_paper_and_says_nothing_of_money() {
    let gateway = Gateway::start(|_| ("200 OK", r#"{"result":{"code":"0"}}"#));
    let centre = with_texts(&gateway, "");
    let said = centre.stderr(&["nightly", "--as-of", NIGHT], 0);
    assert!(!said.contains(NUMBER) && !said.contains(SECRET), "{said}");
    let requests = gateway.requests();
    assert_eq!(requests.len(), 1, "the one letter that would be printed: {requests:?}");
    let body: Value = serde_json::from_str(&requests[0].body).unwrap();
    assert_eq!(body["to"], NUMBER);
    let text = body["text"].as_str().unwrap();
    let letters = on_paper(&centre);
    let letter = &letters[0];
    let id = letter["letter_id"].as_str().unwrap();
    assert!(
        text.contains(letter["number"].as_str().unwrap()) && text.encode_utf16().count() <= 70,
        "{text}"
    );
    assert!(!text.contains("http") && !text.contains('元'), "{text}");
    assert!(requests[0].head.contains(&format!("/send?id={id}")), "{}", requests[0].head);
    assert!(requests[0].head.contains(&format!("Bearer {SECRET}")));
    assert_eq!((letter["state"].as_str(), letter["channel"].as_str()), (Some("sent"), Some("sms")));
    assert_eq!(letter["answer"], "200 0");
    assert_eq!(pages(&centre), 0, "nothing is printed");
    assert_eq!(centre.json(&["alert", "list", "--channel", "sms"]).len(), 1);
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    centre.run(&["alert", "send"]).assert().code(0);
    assert_eq!(
        (gateway.requests().len(), pages(&centre)),
        (1, 0),
        "a night again texts nobody twice"
    );
}

#[test]
fn a_number_that_takes_no_text_gets_its_letter_on_paper_and_a_gateway_that_is_ill_costs_nothing() {
    let bad = Gateway::start(|_| ("200 OK", r#"{"result":{"code":"bad-number 13800138000"}}"#));
    let centre = with_texts(&bad, "");
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let letter = on_paper(&centre).remove(0);
    assert_eq!(
        (letter["state"].as_str(), letter["channel"].as_str()),
        (Some("printed"), Some("paper"))
    );
    assert_eq!(letter["answer"], "200 …", "no number is kept of what it said");
    assert_eq!(pages(&centre), 1);
    for (status, body) in [("401 Unauthorized", ""), ("503 Busy", ""), ("429 Slow", "")] {
        let ill = Gateway::start(move |_| (status, body));
        let centre = with_texts(&ill, "");
        let said = centre.stderr(&["nightly", "--as-of", NIGHT], 0);
        assert!(!said.contains(NUMBER) && !said.contains(SECRET), "{said}");
        let letter = on_paper(&centre).remove(0);
        assert_eq!(letter["state"], "waiting", "{status}: {letter}");
        let tries = i64::from(status.starts_with("503"));
        assert_eq!((letter["attempts"].as_i64(), pages(&centre)), (Some(tries), 0), "{status}");
    }
}

#[test]
fn an_employer_chooses_its_ways_by_kind() {
    let gateway = Gateway::start(|_| ("200 OK", r#"{"result":{"code":"0"}}"#));
    let centre = with_texts(&gateway, "");
    centre
        .run(&["alert", "employer", "E1", "--channel", "suspense=sms,inbox,mail"])
        .assert()
        .code(0);
    centre.run(&["alert", "employer", "E1", "--channel", "suspense=fax"]).assert().code(2);
    centre.run(&["alert", "employer", "E999", "--channel", "suspense=sms"]).assert().code(1);
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    assert_eq!(gateway.requests().len(), 2);
    let hall = centre.json(&["alert", "list", "--channel", "inbox"]);
    assert_eq!(hall.len(), 1);
    assert_eq!(
        (hall[0]["employer_id"].as_str(), hall[0]["channel"].as_str()),
        (Some("E1"), Some("sms"))
    );
    centre.run(&["alert", "employer", "E1", "--channel", "suspense="]).assert().code(0);
}

#[test]
fn how_letters_fared_is_counted_by_run_and_by_domain_and_blocks_are_lifted_together() {
    let server = MailServer::start(|moment| {
        let unknown = moment.stage == Stage::Rcpt && moment.recipient.contains("e1.example");
        if unknown { Act::Say("550 5.1.1 no such user") } else { Act::GoOn }
    });
    let centre = with_mail(server.port, "");
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let by = |by: &str| centre.json(&["alert", "status", "--by", by]);
    let runs = by("run");
    let run = runs.iter().find(|row| row["run"] == NIGHT).unwrap();
    assert_eq!((run["refused"].as_i64(), run["blocked"].as_i64()), (Some(1), Some(1)), "{run}");
    let domains = by("domain");
    let of = |domain: &str| domains.iter().find(|row| row["domain"] == domain).unwrap();
    assert_eq!(of("e1.example.com")["refused"], 1);
    assert_eq!(
        (&of("e1.example.com")["blocked"], &of("e2.example.com")["sent"]),
        (&1.into(), &1.into())
    );
    let csv = stdout(&centre, &["alert", "status", "--by", "domain", "--format", "csv"], 0);
    assert!(csv.starts_with("domain,sent,refused,returned,blocked,waiting,held,"), "{csv}");
    let looked = centre.json(&["alert", "unblock", "--status", "5.1.1", "--dry-run"]);
    assert_eq!(looked.len(), 1);
    centre.run(&["alert", "unblock", "--status", "5.1.1"]).assert().code(2);
    assert_eq!(centre.json(&["alert", "unblock", "--status", "5.4.1", "--by", "017"]).len(), 0);
    assert_eq!(centre.json(&["alert", "unblock", "--status", "5.1.1", "--by", "017"]).len(), 1);
    assert_eq!(centre.json(&["alert", "unblock", "--status", "5.1.1", "--by", "017"]).len(), 0);
}

#[test]
fn a_trial_says_what_the_server_answered_at_each_step() {
    let server = MailServer::start(|moment| {
        let refused = moment.stage == Stage::Rcpt && moment.recipient == "no@example.com";
        if refused { Act::Say("550 5.1.1 no such user") } else { Act::GoOn }
    });
    let centre = with_mail(server.port, "");
    let steps = centre.json(&["alert", "test", "me@example.com"]);
    let said: Vec<&str> = steps.iter().filter_map(|step| step["step"].as_str()).collect();
    assert_eq!(said, ["connect", "from", "to", "data", "letter"]);
    let taken = server.taken();
    let mail = mail_parser::MessageParser::default().parse(&taken[0].message).unwrap();
    assert!(mail.subject().unwrap().starts_with("【测试】"));
    assert_eq!(centre.json(&["alert", "list"]).len(), 0, "nothing goes into the outbox");
    let refused = stdout(&centre, &["alert", "test", "no@example.com", "--format", "json"], 1);
    assert!(refused.contains("550 5.1.1 no such user"), "{refused}");
    centre.run(&["alert", "test", "no address"]).assert().code(2);
    centre.run(&["alert", "test", "me@example.com", "--dry-run"]).assert().code(0);
    assert_eq!(server.taken().len(), 1);
}

#[test]
fn a_letter_is_written_into_a_file_and_none_is_overwritten() {
    let centre = Centre::new();
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let letters = centre.json(&["alert", "list"]);
    let mail = letters.iter().find(|letter| letter["recipient"] != "").unwrap();
    let id = &mail["letter_id"].as_str().unwrap()[..12];
    for (file, start) in [("one.eml", "From: "), ("one.html", "<!")] {
        centre.run(&["alert", "preview", id, "--out", file]).assert().code(0);
        let text = std::fs::read_to_string(centre.path().join(file)).unwrap();
        assert!(text.trim_start().starts_with(start), "{file}");
        centre.run(&["alert", "preview", id, "--out", file]).assert().code(1);
    }
    centre.run(&["alert", "preview", id, "--out", "one.pdf"]).assert().code(2);
    let paper = on_paper(&centre).remove(0);
    let id = paper["letter_id"].as_str().unwrap();
    centre.run(&["alert", "preview", id, "--out", "paper.eml"]).assert().code(1);
    centre.run(&["alert", "preview", id, "--out", "paper.html"]).assert().code(0);
}

#[test]
fn the_doctor_says_what_mail_lacks_and_what_the_dns_must_hold() {
    let server = MailServer::start(|_| Act::GoOn);
    let centre =
        with_mail(server.port, "\n[[letters.dkim]]\nselector = \"s1\"\nkey_file = \"no.pem\"\n");
    let found = stdout(&centre, &["doctor", "--format", "json"], 1);
    assert!(found.contains("is still a placeholder") && found.contains("no.pem"), "{found}");
    assert!(
        found.contains("v=spf1 mx -all") && found.contains("_dmarc.example.invalid"),
        "{found}"
    );
}
