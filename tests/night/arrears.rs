//! Employers that have not remitted in time get a letter: once, again after thirty days, and not if the month is paid
//! or deferred.
//!
//! H1 enrols for May with A, who is sealed from June: only May is owed, from 6 June.

use super::centre::{Backing, Centre, date, every_store};
use super::feed::csv;
use duizhang::remittance::identity::id_check;
use duizhang::store::LetterRow;
use mail_parser::MessageParser;
use serde_json::{Value, json};

fn enrolled(centre: &Centre) -> String {
    let body = "45020419900101001";
    let id_no = format!("{body}{}", id_check(body).unwrap());
    let mut filed = [
        json!({"op": "open_employer", "name": "手册示例公司", "kind": "company",
            "employer_rate": "0.08", "employee_rate": "0.08", "first_month": "2026-05"}),
        json!({"op": "open_account", "employee_id": "A", "id_no": id_no, "name": "某人",
            "base": "5000.00", "month": "2026-05"}),
        json!({"op": "remit", "month": "2026-05"}),
        json!({"op": "issue_notice", "months": ["2026-05"]}),
        json!({"op": "seal", "employee_id": "A", "month": "2026-06", "reason": "离职"}),
    ];
    for operation in &mut filed {
        operation["on"] = json!("2026-05-07");
        operation["employer_id"] = json!("H1");
    }
    let answers = centre.apply(&filed);
    assert!(answers.iter().all(|answer| answer["ok"] == true), "{answers:?}");
    answers[3]["reference"].as_str().unwrap().to_owned()
}

fn in_may(backing: Backing) -> (Centre, String) {
    let centre = Centre::new(backing, &[]);
    let reference = enrolled(&centre);
    (centre, reference)
}

fn letters(centre: &Centre, night: &str) -> Vec<LetterRow> {
    let mut letters = Vec::new();
    let take = |letter| {
        letters.push(letter);
        true
    };
    centre.store.letters(date(night), take).unwrap();
    letters
}

/// The number of letters of each of these nights.
fn written(centre: &Centre, nights: &[&str]) -> Vec<usize> {
    nights
        .iter()
        .map(|night| {
            let before = letters(centre, night).len();
            let counted = centre.night(night, &[]).verdict;
            let new = letters(centre, night).len() - before;
            assert_eq!(counted.letters + counted.printed, new as u64, "{night}");
            new
        })
        .collect()
}

#[test]
fn arrears_are_told_once_and_again_after_thirty_days() {
    every_store(|backing| {
        let (centre, reference) = in_may(backing);
        // The fifth day after the month's last is in time; a repeated run writes nothing again.
        let nights = ["06-05", "06-08", "06-08", "06-09", "07-07", "07-08", "07-08", "07-09"];
        assert_eq!(written(&centre, &nights), [0, 1, 0, 0, 0, 1, 0, 0]);
        let letter = letters(&centre, "06-08").remove(0);
        assert_eq!((letter.kind.as_str(), letter.on_paper()), ("arrears", true));
        for part in ["2026年5月", "2026-06-05", "1 人", "800.00 元", &reference, "缓缴"] {
            assert!(letter.message.contains(part), "{part}: {}", letter.message);
        }
        assert_ne!(letter.letter_id, letters(&centre, "07-08")[0].letter_id);
    });
}

#[test]
fn an_employer_with_an_address_is_told_by_mail() {
    every_store(|backing| {
        let (centre, reference) = in_may(backing);
        centre.employers("H1,手册示例公司,h1@example.com,");
        assert_eq!(written(&centre, &["06-08"]), [1]);
        let letter = letters(&centre, "06-08").remove(0);
        assert_eq!(letter.recipient, "h1@example.com");
        let mail = MessageParser::default().parse(&letter.message).unwrap();
        assert!(mail.body_text(0).unwrap().contains(&reference));
    });
}

#[test]
fn what_the_run_itself_settles_is_not_called_in() {
    every_store(|backing| {
        let (centre, reference) = in_may(backing);
        let feed = csv(&["S1 06-05 icbc 800 P9"]).replace("P1906130009", &reference);
        centre.night_of("06-08", &[feed]);
        assert_eq!(letters(&centre, "06-08"), []);
        assert_eq!(written(&centre, &["07-09"]), [0]);
    });
}

#[test]
fn a_deferred_month_is_not_called_in_before_the_deferral_has_ended() {
    every_store(|backing| {
        let (centre, _) = in_may(backing);
        let defer: Value = json!({"op": "defer", "on": "2026-05-12", "employer_id": "H1", "by": "017",
            "approved_by": "008", "reason": "困难", "from": "2026-05", "to": "2026-06",
            "approval": "8号"});
        let answers = centre.apply(&[defer]);
        assert_eq!(answers[0]["ok"], true, "{answers:?}");
        assert_eq!(written(&centre, &["06-08", "07-08", "08-05", "08-06"]), [0, 0, 0, 1]);
    });
}

#[test]
fn a_run_for_an_earlier_day_writes_none() {
    every_store(|backing| {
        let centre = Centre::new(backing, &[]);
        centre.night("06-12", &[]);
        enrolled(&centre);
        assert_eq!(written(&centre, &["06-10", "06-15"]), [0, 1]);
    });
}

#[test]
fn a_night_of_a_day_to_come_puts_no_letter_off_for_good() {
    every_store(|backing| {
        let (centre, _) = in_may(backing);
        centre.night_told("2099-01-02", "06-08", &[]);
        // An employer with that letter gets the next one a month after the correct night, not in 2099.
        centre.night_told("06-09", "06-09", &[]);
        assert_eq!(letters(&centre, "06-09").len(), 0);
        centre.night_told("07-10", "07-10", &[]);
        assert_eq!(letters(&centre, "07-10").len(), 1);
    });
}
