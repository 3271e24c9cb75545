//! Returned mail: linked to its letter, counted against its address or not, and kept for a person.

use super::centre::{Centre, date, every_store};
use super::feed::csv;
use super::letters::{claim, entry, letters, open_item, set_address, settle};
use duizhang::alert::bounce::CameBack;
use duizhang::alert::{Ending, LetterState};
use duizhang::rulebook::returned::shipped;
use duizhang::store::{CameBackOutcome, ContactPreference, Dealt, TrailFilter};
use duizhang::suspense::trail::TrailEvent;

const ADDRESS: &str = "finance@example.com";

/// A report that a letter to an address failed, with a code.
fn report(letter: &str, address: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.test\r\nTo: gjj@example.org\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n\
         Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{letter}@example.org>\r\n--b--\r\n"
    )
}

/// A message about a letter.
fn answer(letter: &str, subject: &str, text: &str) -> String {
    format!(
        "From: {ADDRESS}\r\nSubject: {subject}\r\nIn-Reply-To: <{letter}@example.org>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

fn take(centre: &Centre, message: &str, day: &str) -> CameBackOutcome {
    let message = CameBack::read(message.as_bytes(), &shipped().unwrap());
    let blocked = |address: &str, _: &str| {
        let mut entry = entry("address-blocked");
        entry.subject = address.to_owned();
        entry
    };
    centre.store.take_came_back(&message, date(day), 2_000, &blocked).unwrap()
}

fn became(taken: &CameBackOutcome) -> (bool, bool) {
    (taken.returned, taken.blocked)
}

fn choice(centre: &Centre) -> ContactPreference {
    centre.store.contact_preferences(Some("E1")).unwrap().pop().unwrap()
}

fn events(centre: &Centre, event: &str) -> Vec<String> {
    let filter = TrailFilter { event: Some(event.to_owned()), ..TrailFilter::default() };
    let found = centre.store.trail(&filter, 99).unwrap();
    found.into_iter().map(|link| link.entry.subject).collect()
}

#[test]
fn an_address_that_letters_come_back_from_is_written_to_on_paper() {
    every_store(|backing| {
        let centre = open_item(backing);
        let letter = letters(&centre)[0].letter_id.clone();
        let forged = take(&centre, &report(&"0".repeat(64), ADDRESS, "5.1.1"), "05-13");
        assert_eq!(became(&forged), (false, false), "no letter of ours");
        assert!(forged.kept, "somebody should see it");
        let taken = take(&centre, &report(&letter, ADDRESS, "5.1.1"), "05-13");
        assert_eq!(became(&taken), (true, true));
        assert_eq!(taken.employer_id, "E1");
        assert_eq!(letters(&centre)[0].state, LetterState::Returned);
        assert_eq!(events(&centre, "address-blocked"), [ADDRESS]);
        set_address(&centre, ADDRESS);
        let again = take(&centre, &report(&letter, ADDRESS, "5.1.1"), "05-13");
        assert_eq!(became(&again), (false, false), "a report that was read blocks nothing again");
        centre.night("06-04", &[]);
        let second = letters(&centre).pop().unwrap();
        assert_eq!(second.recipient, ADDRESS);
        let full = take(&centre, &report(&second.letter_id, ADDRESS, "5.2.2"), "06-05");
        assert_eq!(became(&full), (true, false), "a full mailbox is none that does not exist");
        assert_eq!(centre.store.blocked_addresses(99).unwrap(), []);
    });
}

#[test]
fn a_report_about_another_address_blocks_nothing() {
    every_store(|backing| {
        let centre = open_item(backing);
        let letter = letters(&centre)[0].letter_id.clone();
        let taken = take(&centre, &report(&letter, "member@example.com", "5.1.1"), "05-13");
        assert_eq!(became(&taken), (true, false));
        assert_eq!(centre.store.blocked_addresses(99).unwrap(), []);
    });
}

#[test]
fn what_is_not_enough_by_itself_blocks_on_the_second_day() {
    every_store(|backing| {
        let centre = open_item(backing);
        let first = letters(&centre)[0].letter_id.clone();
        assert_eq!(
            became(&take(&centre, &report(&first, ADDRESS, "5.2.1"), "05-13")),
            (true, false)
        );
        centre.night("06-04", &[]);
        let second = letters(&centre).pop().unwrap().letter_id;
        assert_ne!(first, second);
        // The second time the mail server itself reports it.
        claim(&centre, "one", 1_780_582_400);
        let answer = "550 5.2.1 mailbox disabled".to_owned();
        let ending = Ending::NoMailbox { status: "5.2.1".into(), answer, at_once: false };
        settle(&centre, "one", &second, &ending, 1_780_582_401);
        assert_eq!(choice(&centre).blocked.as_deref(), Some("5.2.1"));
        // Entering it again starts afresh.
        set_address(&centre, ADDRESS);
        centre.night("06-11", &[]);
        let third = letters(&centre).pop().unwrap().letter_id;
        assert_eq!(
            became(&take(&centre, &report(&third, ADDRESS, "5.2.1"), "06-12")),
            (true, false)
        );
    });
}

#[test]
fn a_shared_address_waits_for_a_person() {
    every_store(|backing| {
        for dealt in [Dealt::Done, Dealt::Block] {
            let centre = open_item(backing);
            centre.employers("E2,示例乙公司,Finance@Example.com;other@example.com,");
            let letter = letters(&centre)[0].letter_id.clone();
            let taken = take(&centre, &report(&letter, ADDRESS, "5.1.1"), "05-13");
            assert_eq!((became(&taken), taken.shared), ((true, false), true));
            assert_eq!(choice(&centre).blocked, None, "nobody saw it yet");
            let kept = centre.store.kept_messages(false, 9).unwrap();
            assert_eq!((kept.len(), kept[0].kind.as_str()), (1, "shared"));
            assert_eq!(kept[0].sender, ADDRESS);
            let told = |event: TrailEvent, subject: &str, _: &str| {
                let mut entry = entry(event);
                entry.subject = subject.to_owned();
                entry
            };
            let ids = [kept[0].message_id[..12].to_owned()];
            centre.store.deal_with(&ids, dealt, date("05-13"), &told).unwrap();
            assert_eq!(centre.store.kept_messages(false, 9).unwrap(), []);
            let (event, blocked) = match dealt {
                Dealt::Done => ("address-kept", None),
                Dealt::Block => ("address-blocked", Some("5.1.1")),
            };
            assert_eq!(events(&centre, event), [ADDRESS]);
            assert_eq!(choice(&centre).blocked.as_deref(), blocked);
            let other = centre.store.contact_preferences(Some("E2")).unwrap().pop().unwrap();
            let second = blocked.map_or("Finance@example.com", |_| "other@example.com");
            assert_eq!(
                other.address.as_deref(),
                Some(second),
                "who has another is written to there"
            );
            assert!(centre.store.deal_with(&ids, dealt, date("05-13"), &told).is_err(), "once");
        }
    });
}

#[test]
fn answers_complaints_and_what_was_not_understood_are_kept_and_wait() {
    every_store(|backing| {
        let centre = open_item(backing);
        let letter = letters(&centre)[0].letter_id.clone();
        let complaint = format!(
            "From: fbl@p.test\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
             --b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{letter}@example.org>\r\n\r\nx\r\n--b--\r\n"
        );
        let delayed = report(&letter, ADDRESS, "4.4.1").replace("failed", "delayed");
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            // message                                                          kept   its employer
            (answer(&letter, "Re", "这笔是 5 月的。\0<script>"),                  true,  "E1"),
            (answer(&letter, "Re", "我已离职，请改发 new@example.com"),           true,  "E1"),
            (answer(&letter, "自动回复", "我正在休假"),                            false, "E1"),
            (complaint,                                                         true,  "E1"),
            (delayed,                                                           false, "E1"),
            (answer(&"0".repeat(64), "Re", "hello"),                            true,  ""),
            ("From: a@b.test\r\nSubject: 优惠\r\n\r\n加微信\r\n".to_owned(),      true,  ""),
        ];
        for (message, kept, employer_id) in &rows {
            let taken = take(&centre, message, "05-13");
            assert_eq!(
                (taken.kept, taken.employer_id.as_str()),
                (*kept, *employer_id),
                "{message}"
            );
            assert_eq!(became(&taken), (false, false));
            assert!(!take(&centre, message, "05-14").kept, "the same again: {message}");
        }
        assert_eq!(letters(&centre)[0].state, LetterState::Waiting, "nothing came back");
        let waiting = centre.store.kept_messages(false, 99).unwrap();
        assert_eq!(waiting.len(), 5);
        assert_eq!(centre.store.kept_messages(true, 99).unwrap().len(), 6, "an automatic one too");
        let ids: Vec<String> = waiting.into_iter().map(|message| message.message_id).collect();
        let told = |event: TrailEvent, _: &str, _: &str| entry(event);
        assert!(centre.store.deal_with(&ids, Dealt::Block, date("05-14"), &told).is_err());
        centre.store.deal_with(&ids, Dealt::Done, date("05-14"), &told).unwrap();
        assert_eq!(centre.store.kept_messages(false, 99).unwrap(), []);
        assert_eq!(events(&centre, "mail-dealt-with").len(), 5);
    });
}

#[test]
fn letters_go_to_the_first_address_that_takes_them_and_never_to_what_is_none() {
    every_store(|backing| {
        let centre = Centre::new(backing, &["P1 1000"]);
        centre.employers("E1,示例甲公司,财务＜one@example.com＞、two＠example.com,");
        centre.night_of("05-12", &[csv(&["S1 05-11 icbc 600 -"])]);
        let letter = letters(&centre)[0].clone();
        assert_eq!(letter.recipient, "one@example.com");
        assert_eq!(choice(&centre).others, ["two@example.com"]);
        let taken = take(&centre, &report(&letter.letter_id, "one@example.com", "5.1.1"), "05-13");
        assert_eq!(became(&taken), (true, true));
        assert_eq!(choice(&centre).address.as_deref(), Some("two@example.com"));
        assert_eq!(centre.store.unreached(9).unwrap(), []);
        centre.night("06-04", &[]);
        assert_eq!(letters(&centre).pop().unwrap().recipient, "two@example.com");
        centre.employers("E1,示例甲公司,two example.com,");
        let found = centre.store.unreached(9).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].left_over, ["two example.com"]);
        centre.night("06-11", &[]);
        assert_eq!(letters(&centre).pop().unwrap().recipient, "", "on paper");
    });
}
